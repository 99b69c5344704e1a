//! `/api/v1/webhooks/payments`
