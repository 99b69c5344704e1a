//! Where the throttles stand (AUTH-10, SEC-03).

use commerce_db::auth::Limits;

/// The throttles of every function that is charged.
///
/// A stranger's failures wait by (identifier, network), a known device by itself: nobody locks somebody else's account. A mobile
/// operator puts thousands of people behind one /24, so the network's share is generous; the growing wait is what stops guessing.
pub const LIMITS: Limits = Limits {
    free_failures: 3,
    delay_max_s: 900,
    network_per_minute: 300,
    tenant_per_minute: 6_000,
    account_failures_per_hour: 100,
    sends_per_hour: 10,
    send_gap_s: 30,
};
