//! `/api/v1/storefront/categories`
