//! commerce-app
