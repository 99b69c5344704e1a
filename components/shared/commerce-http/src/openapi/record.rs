//! The routes of a component as they are declared, before anybody asks for a document.

use utoipa::ToSchema;

use super::operation::{Answer, Operation};

/// Something that adds to an operation.
type Adds = Box<dyn Fn(&mut Operation)>;

/// One method of one path.
pub(crate) struct Record {
    method: &'static str,
    handler: &'static str,
    adds: Vec<Adds>,
}

/// The operations of a component, with their paths. Empty in components, which are asked for requests and not for documents.
#[derive(Default)]
pub(crate) struct Records(Vec<(String, Record)>);

impl Record {
    /// A handler, by its own name, and what its arguments tell.
    pub(crate) fn new<H>(method: &'static str, arguments: fn(&mut Operation)) -> Self {
        let path = std::any::type_name::<H>();
        let handler = path.rsplit("::").next().unwrap_or(path);
        Self { method, handler, adds: vec![Box::new(arguments)] }
    }

    /// What it answers.
    pub(crate) fn gives<T: ToSchema>(&mut self, answer: Answer) {
        self.adds.push(Box::new(move |operation| operation.gives::<T>(answer)));
    }

    /// What else there is to tell of it.
    pub(crate) fn tells(&mut self, add: impl Fn(&mut Operation) + 'static) {
        self.adds.push(Box::new(add));
    }

    fn operation(&self, path: &str) -> Operation {
        let mut operation = Operation::new(path, self.method, self.handler);
        for add in &self.adds {
            add(&mut operation);
        }
        operation
    }
}

impl Records {
    /// Adds what is done at a path.
    pub(crate) fn add(&mut self, path: &str, records: Vec<Record>) {
        // A constant: in a component nothing refers to what the records would call, and it is not shipped.
        if cfg!(not(target_family = "wasm")) {
            self.0.extend(records.into_iter().map(|record| (path.to_owned(), record)));
        }
    }

    /// Adds the operations of others, below a prefix.
    pub(crate) fn nest(&mut self, prefix: &str, inner: Self) {
        let below = |path: &str| if path == "/" { prefix.to_owned() } else { format!("{prefix}{path}") };
        self.0.extend(inner.0.into_iter().map(|(path, record)| (below(&path), record)));
    }

    /// The operations.
    pub(crate) fn operations(&self) -> impl Iterator<Item = Operation> {
        self.0.iter().map(|(path, record)| record.operation(path))
    }
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.handler)
    }
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}
