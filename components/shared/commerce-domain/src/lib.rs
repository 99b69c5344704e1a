//! commerce-domain
