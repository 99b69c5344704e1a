//! `/api/v1/storefront/shop`
