//! The schemas that a document refers to, by name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Schemas by name.
#[derive(Debug, Default)]
pub struct Schemas(BTreeMap<String, Value>);

/// Two types of one name.
#[derive(Debug)]
pub struct SameName(pub String);

impl Schemas {
    /// A reference to the schema of a type, which is added with all that it refers to.
    pub(super) fn reference<T: ToSchema>(&mut self) -> Result<Value, SameName> {
        let mut all: Vec<(String, RefOr<Schema>)> = Vec::new();
        T::schemas(&mut all);
        let name: Cow<'static, str> = T::name();
        all.push((name.clone().into_owned(), <T as PartialSchema>::schema()));
        for (name, schema) in all {
            self.add(name, serde_json::to_value(schema).unwrap_or_default())?;
        }
        Ok(json!({"$ref": format!("#/components/schemas/{name}")}))
    }

    /// Adds a schema. The same one may come again, another of its name may not.
    pub(super) fn add(&mut self, name: String, schema: Value) -> Result<(), SameName> {
        match self.0.get(&name) {
            Some(known) if *known != schema => Err(SameName(name)),
            _ => {
                self.0.insert(name, schema);
                Ok(())
            }
        }
    }

    /// Adds those of another.
    pub(super) fn merge(&mut self, other: Self) -> Result<(), SameName> {
        other.0.into_iter().try_for_each(|(name, schema)| self.add(name, schema))
    }

    /// All of them.
    pub(super) fn into_value(self) -> Value {
        self.0.into_iter().collect::<serde_json::Map<_, _>>().into()
    }
}
