//! `/api/v1/webhooks`

mod payments;
