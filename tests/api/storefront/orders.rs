//! `/api/v1/storefront/orders`
