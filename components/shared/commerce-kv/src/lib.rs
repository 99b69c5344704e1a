//! commerce-kv
