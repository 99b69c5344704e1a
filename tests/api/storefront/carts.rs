//! `/api/v1/storefront/carts`
