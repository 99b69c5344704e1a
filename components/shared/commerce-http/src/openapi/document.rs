//! One document of the operations of all components.

use serde_json::{Map, Value, json};

use super::operation::Operation;
use super::schemas::{SameName, Schemas};
use crate::caller::AccessCookie;
use crate::{Routes, codes};
use commerce_domain::AccountKind;

/// What every answer has in common, for whoever reads the document.
const ABOUT: &str = include_str!("about.md");

/// Why there is no document.
#[derive(Debug)]
pub enum Conflict {
    /// Two types of one name, which a document cannot tell apart.
    Schema(String),
    /// Two operations at one path, or of one id.
    Operation(String),
    /// An operation of which nobody said what it answers.
    Unanswered(String),
}

impl std::fmt::Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Schema(name) => write!(f, "two different schemas are named {name}"),
            Self::Operation(name) => write!(f, "there are two operations {name}"),
            Self::Unanswered(name) => write!(f, "nothing says what {name} answers"),
        }
    }
}

impl std::error::Error for Conflict {}

impl From<SameName> for Conflict {
    fn from(SameName(name): SameName) -> Self {
        Self::Schema(name)
    }
}

/// The document of components by their names. Jobs are the platform's own, and not in it.
///
/// # Errors
/// [`Conflict`]: what the routes tell does not fit together.
pub fn document<'a>(components: impl IntoIterator<Item = (&'a str, Routes)>) -> Result<Value, Conflict> {
    let mut paths = Map::new();
    let mut schemas = common()?;
    let mut ids = std::collections::BTreeSet::new();
    for (component, routes) in components {
        for operation in routes.operations().filter(Operation::is_listed) {
            let (path, method) = (operation.path().to_owned(), operation.method());
            let name = format!("{method} {path}");
            if !operation.is_answered() {
                return Err(Conflict::Unanswered(name));
            }
            let (operation, own) = operation.finish(component)?;
            schemas.merge(own)?;
            let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
            let item = paths.entry(path).or_insert_with(|| json!({}));
            let taken =
                item.as_object_mut().and_then(|item| item.insert(method.to_ascii_lowercase(), operation)).is_some();
            if taken || !ids.insert(id) {
                return Err(Conflict::Operation(name));
            }
        }
    }
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Wasla",
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!("{ABOUT}\n{}", dictionary()),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "the shop whose host this is"}],
        "paths": paths,
        "components": {"schemas": schemas.into_value(), "responses": problems(), "securitySchemes": schemes()},
    }))
}

fn common() -> Result<Schemas, SameName> {
    let request_id =
        json!({"type": "string", "description": "Names the request in our logs; it is in `X-Request-Id` too."});
    let text = json!({"type": "string"});
    let code = json!({"$ref": "#/components/schemas/ErrorCode"});
    let mut schemas = Schemas::default();
    schemas.add("Meta".to_owned(), object(&[("request_id", request_id.clone())], &["request_id"], false))?;
    let next = json!({"type": ["string", "null"], "description": "Where the next page begins; null on the last page."});
    let page = object(&[("next_cursor", next)], &["next_cursor"], false);
    schemas.add(
        "PageMeta".to_owned(),
        object(&[("request_id", request_id.clone()), ("page", page)], &["request_id", "page"], false),
    )?;
    let codes: Vec<&str> = codes::all().map(|(code, _)| code).collect();
    schemas.add(
        "ErrorCode".to_owned(),
        json!({"type": "string", "enum": codes, "description": "What happened, for programs."}),
    )?;
    let field = json!({"type": "string", "description": "Path of the field, dotted; a parameter's or a header's name otherwise."});
    // Further facts, such as the units that are still there, stand beside these.
    let error =
        object(&[("field", field), ("code", code.clone()), ("message", text.clone())], &["code", "message"], true);
    schemas.add("FieldError".to_owned(), error)?;
    let problem = [
        ("type", json!({"type": "string", "format": "uri"})),
        ("title", text.clone()),
        ("status", json!({"type": "integer", "minimum": 400, "maximum": 599})),
        ("detail", text.clone()),
        ("instance", text),
        ("code", code),
        ("request_id", request_id),
        ("errors", json!({"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}})),
    ];
    let required = ["type", "title", "status", "instance", "code", "request_id", "errors"];
    schemas.add("Problem".to_owned(), object(&problem, &required, false))?;
    Ok(schemas)
}

fn object(properties: &[(&str, Value)], required: &[&str], open: bool) -> Value {
    let properties: Map<String, Value> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": open})
}

fn problems() -> Value {
    let kinds = [
        ("308", "The shop has another name now: `Location` leads on."),
        ("400", "Malformed."),
        ("401", "No access token, a bad one, or one of a session that is over."),
        ("402", "More than the plan of the shop holds; `errors` says of what."),
        ("403", "The account may not do this, or must prove again who it is."),
        ("404", "Nothing here, or nothing that the caller may know of."),
        ("409", "It conflicts with what is there."),
        ("412", "It has changed since it was read."),
        ("413", "The body is too large."),
        ("415", "The body is of another media type."),
        ("429", "Too often; `Retry-After` says when to come again."),
        ("422", "Well-formed, but refused by a rule; `errors` names the fields."),
        ("default", "Any other failure."),
    ];
    let schema = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
    let all = kinds.map(|(name, text)| {
        (name.to_owned(), json!({"description": text, "content": {"application/problem+json": schema}}))
    });
    all.into_iter().collect::<Map<_, _>>().into()
}

fn schemes() -> Value {
    let bearer = |whose: &str| json!({"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": format!("The access token of {whose}.")});
    let cookie = |kind| {
        let text = "A web session (`X-Session-Transport: cookie` at sign-in); unsafe requests send `X-CSRF-Token` too.";
        json!({"type": "apiKey", "in": "cookie", "name": AccessCookie::name(kind), "description": text})
    };
    json!({
        "staff": bearer("a member of the shop's staff (`POST /api/v1/auth/login`)"),
        "customer": bearer("a customer of the shop (`POST /api/v1/storefront/auth/login`)"),
        "api_key": {"type": "http", "scheme": "bearer", "bearerFormat": "wsk_…", "description": "The key of a program (`POST /api/v1/tenants/me/integrations/{integration_id}/keys`)."},
        "platform": bearer("somebody of the platform, who signed in at `platform.<base domain>`"),
        "staff_cookie": cookie(AccountKind::Staff),
        "customer_cookie": cookie(AccountKind::Customer),
    })
}

/// The dictionary of error codes, for people (API-02).
fn dictionary() -> String {
    let lines = codes::all().map(|(code, title)| format!("| `{code}` | {title} |\n"));
    format!("## Error codes\n\n| code | meaning |\n|---|---|\n{}", lines.collect::<String>())
}
