//! commerce-http
