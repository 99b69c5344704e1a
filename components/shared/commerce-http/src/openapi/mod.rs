//! What the routes tell of themselves: OpenAPI 3.1 (API-05), read off the signatures of the handlers.
//!
//! Every argument of a handler is [`Described`]: the gate tells who may call, [`crate::PathId`] a parameter with its form, [`crate::Query`] and
//! [`crate::JsonBody`] the fields of their types. A parameter that is not in the document is therefore not in the handler. What a handler answers is said
//! where it is routed ([`crate::Methods::gives`]), and the integration tests hold every answer that they get against it.
//!
//! Components carry none of this: the records are kept natively alone, where the component `docs` is built.

mod arguments;
mod document;
mod operation;
mod record;
mod schemas;

pub use arguments::Described;
pub use document::{Conflict, document};
pub(crate) use operation::Answer;
pub use operation::{Access, Operation};
pub(crate) use record::{Record, Records};
