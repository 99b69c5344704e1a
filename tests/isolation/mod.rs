//! One shop does not see another.
//!
//! There are two walls: every function names the tenant it works for, and row-level security lets it touch no other. `policies` proves
//! the second one table by table and shows that the proof notices any policy that is missing; `walls` shows that either wall holds
//! without the other. The rest goes over HTTP.

mod canaries;
mod foreign_ids;
mod identity_ids;
mod matrix;
mod policies;
mod probe;
mod tenant_resolution;
mod walls;
