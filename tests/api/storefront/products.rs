//! `/api/v1/storefront/products`
