//! Every answer that a test gets is held against `/openapi.json`: its status, media type and body, down to fields that the document does not have
//! (API3 of the OWASP API Top 10, API-05).

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock, RwLock};

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, Method};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

static CONTRACT: OnceLock<Contract> = OnceLock::new();

/// An operation of the document.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Upper case.
    pub method: Method,
    /// With its parameters in braces.
    pub path: String,
    /// As the document has it.
    pub value: Value,
}

/// The document, and what was made of it.
pub struct Contract {
    document: Value,
    /// Every object of an answer closed, so that a field that the document does not have is found.
    closed: Map<String, Value>,
    operations: Vec<Operation>,
    validators: RwLock<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    /// The contract, once a world has told it.
    pub fn known() -> Option<&'static Self> {
        CONTRACT.get()
    }

    /// Takes the document; the first one stays.
    pub fn learn(document: &Value) -> &'static Self {
        CONTRACT.get_or_init(|| Self::new(document.clone()))
    }

    fn new(document: Value) -> Self {
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, value) in item.as_object().unwrap() {
                let method = method.to_ascii_uppercase().parse().unwrap();
                operations.push(Operation { method, path: path.clone(), value: value.clone() });
            }
        }
        let mut closed = document["components"].as_object().unwrap().clone();
        close(closed.get_mut("schemas").unwrap().as_object_mut().unwrap());
        Self { document, closed, operations, validators: RwLock::default() }
    }

    /// The document.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// All operations.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// What a reference leads to.
    pub fn resolve<'d>(&'d self, value: &'d Value) -> &'d Value {
        match value["$ref"].as_str() {
            Some(place) => self.resolve(self.document.pointer(place.trim_start_matches('#')).unwrap()),
            None => value,
        }
    }

    /// The operation that a path belongs to; one without parameters before one with them.
    pub fn operation(&self, method: &Method, path: &str) -> Option<&Operation> {
        let matching = self.operations.iter().filter(|one| one.method == *method && matches(&one.path, path));
        matching.min_by_key(|one| one.path.matches('{').count())
    }

    /// What is wrong with an answer, if something is.
    pub fn fault(&self, method: &Method, url: &str, status: u16, headers: &HeaderMap, body: &Bytes) -> Option<String> {
        let path = url.split_once("://").map_or(url, |(_, rest)| rest);
        let path = path.find('/').map_or("/", |at| &path[at..]).split(['?', '#']).next().unwrap_or_default();
        // The gateway has paths of its own; a 304 tells nothing, the bare 431 of the HTTP library is nobody's answer, and what is compressed is for those
        // who asked for it to unpack.
        let told = ![304, 431].contains(&status) && !headers.contains_key(CONTENT_ENCODING);
        let operation = self.operation(method, path).filter(|_| path.starts_with("/api/") && told)?;
        let key =
            if operation.value["responses"][status.to_string()].is_null() { "default" } else { &status.to_string() };
        if key == "default" && status < 400 {
            return Some(format!("the document has no {status} there"));
        }
        let answer = self.resolve(&operation.value["responses"][key]);
        let content = answer["content"].as_object()?;
        let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = given.split(';').next().unwrap_or_default();
        let Some(described) = content.get(media_type) else {
            return Some(format!("the document has no {media_type:?} for {status} there"));
        };
        if media_type != "application/json" && !media_type.ends_with("+json") {
            return None;
        }
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        // The host's own refusals: not the application's, and not what Spin would say.
        if value["type"] == "about:blank" {
            return None;
        }
        let id = format!("{} {} {key} {media_type}", operation.method, operation.path);
        let validator = self.validator(&id, &described["schema"]);
        let faults: Vec<String> =
            validator.iter_errors(&value).take(3).map(|error| format!("{}: {error}", error.instance_path())).collect();
        (!faults.is_empty()).then(|| format!("{status} is not as the document says: {}: {value}", faults.join("; ")))
    }

    fn validator(&self, id: &str, schema: &Value) -> Arc<Validator> {
        if let Some(known) = self.validators.read().unwrap().get(id) {
            return Arc::clone(known);
        }
        let mut whole = schema.as_object().unwrap().clone();
        whole.insert("components".to_owned(), self.closed.clone().into());
        let validator = jsonschema::draft202012::new(&whole.into()).unwrap_or_else(|error| panic!("{id}: {error}"));
        Arc::clone(self.validators.write().unwrap().entry(id.to_owned()).or_insert_with(|| Arc::new(validator)))
    }
}

/// Forbids fields beyond those of the schema. What is merged with others is left open, and closed where it is merged.
fn close(schemas: &mut Map<String, Value>) {
    let mut merged: Vec<String> = Vec::new();
    for schema in schemas.values() {
        let parts = schema["allOf"].as_array().into_iter().flatten();
        merged.extend(
            parts.filter_map(|part| part["$ref"].as_str()).map(|place| place.rsplit('/').next().unwrap().to_owned()),
        );
    }
    for (name, schema) in schemas {
        let schema = schema.as_object_mut().unwrap();
        if schema.contains_key("allOf") {
            schema.insert("unevaluatedProperties".to_owned(), json!(false));
        } else if schema.contains_key("properties") && !merged.contains(name) {
            schema.entry("additionalProperties").or_insert(json!(false));
        }
    }
}

fn matches(template: &str, path: &str) -> bool {
    let (mut one, mut other) = (template.split('/'), path.split('/'));
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(word), Some(given)) if word == given || (word.starts_with('{') && !given.is_empty()) => {}
            _ => return false,
        }
    }
}

/// Operations by the parameters of their paths.
pub fn parameters(path: &str) -> Vec<&str> {
    path.split('/').filter_map(|word| word.strip_prefix('{')?.strip_suffix('}')).collect()
}

/// A path with its parameters filled in.
pub fn fill(path: &str, values: &BTreeMap<&str, String>) -> String {
    let fill = |word: &str| match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
        Some(name) => values[name].clone(),
        None => word.to_owned(),
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}
