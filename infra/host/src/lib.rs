//! The embedded edge runtime.
