//! One operation, while its handler's arguments tell of it.

use std::collections::BTreeMap;

use commerce_domain::permission::{Permission, platform};
use http::StatusCode;
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::schemas::{SameName, Schemas};

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody; the request names no shop.
    Everybody,
    /// Everybody, of one shop.
    Shop,
    /// Everybody, of one shop; a customer may show who they are.
    Visitor,
    /// Everybody, of one shop; a member of its staff may show who they are.
    MaybeStaff,
    /// A signed-in customer.
    Customer,
    /// Any member of the shop's staff.
    Staff,
    /// A member of the shop's staff who may do this.
    Permitted(Permission),
    /// The same, or a program whose key has the scope.
    Authorized(Permission),
    /// Somebody of the platform who may do this, and says why.
    Platform(platform::Permission),
    /// The platform's own jobs: no operation of the API.
    Job,
}

/// In what an answer's data are wrapped.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// `{"data": …, "meta": …}` with a status.
    Data(u16),
    /// The same, its data a list.
    List,
    /// The same, its data one page of a list.
    Page,
    /// The data alone.
    Bare(&'static str),
}

/// An operation of the document.
#[derive(Debug)]
pub struct Operation {
    path: String,
    method: &'static str,
    handler: &'static str,
    access: Access,
    parameters: Vec<Value>,
    body: Option<Value>,
    answers: BTreeMap<String, Value>,
    refusals: Vec<u16>,
    schemas: Schemas,
    fault: Option<SameName>,
}

impl Operation {
    pub(super) fn new(path: &str, method: &'static str, handler: &'static str) -> Self {
        Self {
            path: path.to_owned(),
            method,
            handler,
            access: Access::Everybody,
            parameters: Vec::new(),
            body: None,
            answers: BTreeMap::new(),
            refusals: Vec::new(),
            schemas: Schemas::default(),
            fault: None,
        }
    }

    /// The path: whose routes these are, where it depends on the prefix.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Says who may call.
    pub fn access(&mut self, access: Access) {
        self.access = access;
        if let Access::Platform(_) = access {
            let schema = json!({"type": "string", "minLength": 1});
            self.header("X-Reason", "Why, in 1 to 500 characters: it is written down.", true, &schema);
        } else if !matches!(access, Access::Everybody | Access::Job) {
            self.header(
                "X-Tenant",
                "The shop's slug, where the host does not name it.",
                false,
                &json!({"type": "string"}),
            );
            self.refuses(&[308, 404]);
        }
        match access {
            Access::Everybody | Access::Shop => {}
            Access::Visitor | Access::MaybeStaff => self.refuses(&[401]),
            Access::Platform(_) => self.refuses(&[400, 401, 403, 404]),
            Access::Customer | Access::Staff | Access::Permitted(_) | Access::Job => self.refuses(&[401, 403]),
            Access::Authorized(_) => self.refuses(&[401, 402, 403, 429]),
        }
    }

    /// Adds a header that the operation reads.
    pub fn header(&mut self, name: &str, description: &str, required: bool, schema: &Value) {
        self.parameter("header", name, description, required, schema);
    }

    pub(super) fn path_parameter(&mut self, name: &str, pattern: &str) {
        self.parameter("path", name, "", true, &json!({"type": "string", "pattern": pattern}));
        self.refuses(&[404]);
    }

    /// The fields of a type as parameters of the query.
    pub(super) fn query<T: ToSchema>(&mut self) {
        self.parameter(
            "query",
            "lang",
            "The language of the answer, before `Accept-Language`.",
            false,
            &json!({"type": "string"}),
        );
        self.refuses(&[400, 422]);
        let schema = serde_json::to_value(<T as PartialSchema>::schema()).unwrap_or_default();
        let mut inner = Vec::new();
        T::schemas(&mut inner);
        for (name, schema) in inner {
            self.add_schema(name, serde_json::to_value(schema).unwrap_or_default());
        }
        let required: Vec<Value> = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let mut field = not_null(field.clone());
            let described = field.as_object_mut().and_then(|field| field.remove("description"));
            let description = described.as_ref().and_then(Value::as_str).unwrap_or_default();
            self.parameter("query", name, description, required.contains(&json!(name)), &field);
        }
    }

    /// Says what the body is.
    pub fn body<T: ToSchema>(&mut self, media_type: &str, required: bool) {
        let schema = self.reference::<T>();
        self.body = Some(json!({"required": required, "content": {media_type: {"schema": schema}}}));
        self.refuses(&[400, 413, 415, 422]);
    }

    /// Says that the body is taken as it is.
    pub(super) fn raw_body(&mut self) {
        self.body = Some(json!({"required": true, "content": {"application/json": {"schema": {}}}}));
        self.refuses(&[400, 413]);
    }

    /// Adds statuses of problems.
    pub fn refuses(&mut self, statuses: &[u16]) {
        self.refusals.extend_from_slice(statuses);
    }

    pub(super) fn gives<T: ToSchema>(&mut self, answer: Answer) {
        let data = self.reference::<T>();
        let (status, media_type, schema) = match answer {
            Answer::Data(status) => (status, "application/json", enveloped(&data, "Meta")),
            Answer::List => (200, "application/json", enveloped(&json!({"type": "array", "items": data}), "Meta")),
            Answer::Page => (200, "application/json", enveloped(&json!({"type": "array", "items": data}), "PageMeta")),
            Answer::Bare(media_type) => (200, media_type, data),
        };
        self.merge_answer(status, media_type, schema);
    }

    /// Says that the operation sends the client elsewhere.
    pub(crate) fn redirects(&mut self) {
        let header = json!({"Location": {"schema": {"type": "string"}}});
        self.answers.insert("303".to_owned(), json!({"description": "See Other", "headers": header}));
    }

    /// Says that the answer is a file of one of these types.
    pub(crate) fn file(&mut self, media_types: &[&str]) {
        let content: Map<String, Value> = media_types
            .iter()
            .map(|media_type| ((*media_type).to_owned(), json!({"schema": {"type": "string", "format": "binary"}})))
            .collect();
        self.answers.insert("200".to_owned(), json!({"description": "OK", "content": content}));
    }

    /// Several kinds of data under one status are alternatives.
    fn merge_answer(&mut self, status: u16, media_type: &str, schema: Value) {
        let described =
            StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
        let answer =
            self.answers.entry(status.to_string()).or_insert_with(|| json!({"description": described, "content": {}}));
        let Some(content) = answer.get_mut("content").and_then(Value::as_object_mut) else { return };
        let schema = match content.remove(media_type).and_then(|mut before| before.get_mut("schema").map(Value::take)) {
            None => schema,
            Some(Value::Object(mut one)) if one.contains_key("anyOf") => {
                if let Some(all) = one.get_mut("anyOf").and_then(Value::as_array_mut) {
                    all.push(schema);
                }
                Value::Object(one)
            }
            Some(before) => json!({"anyOf": [before, schema]}),
        };
        content.insert(media_type.to_owned(), json!({"schema": schema}));
    }

    fn parameter(&mut self, place: &str, name: &str, description: &str, required: bool, schema: &Value) {
        let mut parameter = json!({"in": place, "name": name, "required": required, "schema": schema});
        if let Some(parameter) = parameter.as_object_mut().filter(|_| !description.is_empty()) {
            parameter.insert("description".to_owned(), description.into());
        }
        let known =
            |other: &Value| other.get("in") == parameter.get("in") && other.get("name") == parameter.get("name");
        if !self.parameters.iter().any(known) {
            self.parameters.push(parameter);
        }
    }

    fn reference<T: ToSchema>(&mut self) -> Value {
        self.schemas.reference::<T>().unwrap_or_else(|fault| {
            self.fault = Some(fault);
            Value::Null
        })
    }

    fn add_schema(&mut self, name: String, schema: Value) {
        if let Err(fault) = self.schemas.add(name, schema) {
            self.fault = Some(fault);
        }
    }

    pub(super) fn is_listed(&self) -> bool {
        self.access != Access::Job
    }

    pub(super) fn method(&self) -> &'static str {
        self.method
    }

    /// Whether anything was said of what the operation answers.
    pub(super) fn is_answered(&self) -> bool {
        !self.answers.is_empty()
    }

    /// The operation as the document has it, and the schemas that it refers to.
    pub(super) fn finish(self, component: &str) -> Result<(Value, Schemas), SameName> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let mut answers: Map<String, Value> = self.answers.into_iter().collect();
        for status in self.refusals {
            answers
                .entry(status.to_string())
                .or_insert_with(|| json!({"$ref": format!("#/components/responses/{status}")}));
        }
        answers.entry("default").or_insert_with(|| json!({"$ref": "#/components/responses/default"}));
        let mut operation = json!({
            "operationId": operation_id(&self.path, self.handler),
            "summary": sentence(self.handler),
            "tags": [component],
            "parameters": self.parameters,
            "responses": answers,
            "security": security(self.access),
        });
        if let Some(fields) = operation.as_object_mut() {
            if let Some(body) = self.body {
                fields.insert("requestBody".to_owned(), body);
            }
            let asked = match self.access {
                Access::Permitted(permission) | Access::Authorized(permission) => {
                    Some((permission.as_str(), permission.is_sensitive()))
                }
                Access::Platform(permission) => Some((permission.as_str(), permission.is_sensitive())),
                _ => None,
            };
            if let Some((permission, step_up)) = asked {
                fields.insert("x-permission".to_owned(), permission.into());
                fields.insert("x-step-up".to_owned(), step_up.into());
            }
        }
        Ok((operation, self.schemas))
    }
}

fn enveloped(data: &Value, meta: &str) -> Value {
    json!({
        "type": "object", "required": ["data", "meta"], "additionalProperties": false,
        "properties": {"data": data, "meta": {"$ref": format!("#/components/schemas/{meta}")}},
    })
}

/// A parameter of the query is there or is not; it is never null.
fn not_null(mut schema: Value) -> Value {
    let types = schema.get("type").and_then(Value::as_array).cloned();
    if let (Some(types), Some(schema)) = (types, schema.as_object_mut())
        && let Some(kind) = types.into_iter().find(|kind| kind != "null")
    {
        schema.insert("type".to_owned(), kind);
    }
    let is_null = |one: &Value| one.get("type").is_some_and(|kind| kind == "null");
    match schema.get("oneOf").and_then(Value::as_array) {
        Some(all) => all.iter().find(|one| !is_null(one)).cloned().unwrap_or_default(),
        None => schema,
    }
}

fn security(access: Access) -> Value {
    match access {
        Access::Everybody | Access::Shop => json!([]),
        Access::Visitor => json!([{}, {"customer": []}, {"customer_cookie": []}]),
        Access::MaybeStaff => json!([{}, {"staff": []}, {"staff_cookie": []}]),
        Access::Customer => json!([{"customer": []}, {"customer_cookie": []}]),
        Access::Staff | Access::Permitted(_) => json!([{"staff": []}, {"staff_cookie": []}]),
        Access::Authorized(_) => json!([{"staff": []}, {"staff_cookie": []}, {"api_key": []}]),
        Access::Platform(_) => json!([{"platform": []}]),
        Access::Job => json!([{"job": []}]),
    }
}

/// `storefront_auth_sign_in`: the path's words that are no parameters, and the handler's name, so that it is one of its own at every path.
fn operation_id(path: &str, handler: &str) -> String {
    let words =
        path.split('/').filter(|word| !word.is_empty() && !matches!(*word, "api" | "v1") && !word.starts_with('{'));
    let mut id: Vec<String> = words.map(|word| word.replace(['-', '.'], "_")).collect();
    id.push(handler.to_owned());
    id.join("_").trim_start_matches('_').to_owned()
}

fn sentence(handler: &str) -> String {
    let text = handler.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_named_by_path_and_handler() {
        assert_eq!(operation_id("/api/v1/tenants/me/roles/{role}", "show_role"), "tenants_me_roles_show_role");
        assert_eq!(operation_id("/.well-known/jwks.json", "show_keys"), "well_known_jwks_json_show_keys");
        assert_eq!(sentence("list_my_orders"), "List my orders");
    }

    #[test]
    fn a_parameter_is_never_null() {
        assert_eq!(
            not_null(json!({"type": ["integer", "null"], "minimum": 0})),
            json!({"type": "integer", "minimum": 0})
        );
        let of_enum = json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Sort"}]});
        assert_eq!(not_null(of_enum), json!({"$ref": "#/components/schemas/Sort"}));
    }
}
