//! Query strings of the lists: `page`, `id`, `status`, `invoice_id`, `created[gt]`, `created[lt]`, `metadata[key]`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::errors::FieldErrors;
use super::objects::Metadata;

/// Objects on a page (docs.moyasar.com/api/pagination).
pub(super) const PAGE_SIZE: usize = 40;

/// What a list is asked for.
#[derive(Default)]
pub(crate) struct Filter {
    /// From 1.
    pub(super) page: usize,
    pub(super) id: Option<String>,
    pub(super) status: Option<String>,
    pub(super) invoice_id: Option<String>,
    pub(super) created_after: Option<DateTime<Utc>>,
    pub(super) created_before: Option<DateTime<Utc>>,
    pub(super) metadata: Vec<(String, String)>,
}

impl Filter {
    /// Reads a query string; parameters that Moyasar does not document are ignored.
    pub(super) fn parse(query: &str) -> Result<Self, FieldErrors> {
        let mut filter = Self { page: 1, ..Self::default() };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "page" => match value.parse() {
                    Ok(page) if page > 0 => filter.page = page,
                    _ => return Err(FieldErrors::from([("page", vec!["must be a positive integer"])])),
                },
                "id" => filter.id = Some(value.into_owned()),
                "status" => filter.status = Some(value.into_owned()),
                "invoice_id" => filter.invoice_id = Some(value.into_owned()),
                "created[gt]" => filter.created_after = Some(moment(&value)?),
                "created[lt]" => filter.created_before = Some(moment(&value)?),
                name => {
                    if let Some(key) = name.strip_prefix("metadata[").and_then(|rest| rest.strip_suffix(']')) {
                        filter.metadata.push((key.to_owned(), value.into_owned()));
                    }
                }
            }
        }
        Ok(filter)
    }

    /// Whether an object with these facts belongs into the list.
    pub(super) fn admits(&self, id: &str, status: &str, created_at: DateTime<Utc>, metadata: &Metadata) -> bool {
        self.id.as_deref().is_none_or(|wanted| wanted == id)
            && self.status.as_deref().is_none_or(|wanted| wanted == status)
            && self.created_after.is_none_or(|bound| created_at > bound)
            && self.created_before.is_none_or(|bound| created_at < bound)
            && self.metadata.iter().all(|(key, wanted)| metadata.get(key).is_some_and(|value| text(value) == *wanted))
    }
}

/// A scalar as it is compared in a query string.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn moment(value: &str) -> Result<DateTime<Utc>, FieldErrors> {
    DateTime::parse_from_rfc3339(value)
        .map(|at| at.to_utc())
        .map_err(|_| FieldErrors::from([("created", vec!["must be an ISO 8601 time"])]))
}

/// The `meta` block of a list.
#[derive(Serialize)]
pub(super) struct Meta {
    current_page: usize,
    next_page: Option<usize>,
    prev_page: Option<usize>,
    total_pages: usize,
    total_count: usize,
}

impl Meta {
    /// The block for `page` of `total_count` objects.
    pub(super) fn new(page: usize, total_count: usize) -> Self {
        let total_pages = total_count.div_ceil(PAGE_SIZE);
        Self {
            current_page: page,
            next_page: (page < total_pages).then_some(page + 1),
            prev_page: (page > 1).then(|| page - 1),
            total_pages,
            total_count,
        }
    }
}
