//! commerce-db
