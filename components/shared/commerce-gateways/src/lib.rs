//! commerce-gateways
