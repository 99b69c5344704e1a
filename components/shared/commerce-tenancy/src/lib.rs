//! commerce-tenancy
