//! What the tests stand on: a whole [`World`] for each test (database, components on the embedded host, payment gateway), a client
//! that speaks to it over a socket, the steps of a purchase, the seam around the host calls, and the invariants that hold whatever
//! a test did.

mod bare;
mod browser;
mod client;
pub mod contract;
mod database;
mod form;
mod gateway;
mod invariants;
mod mailbox;
mod openid;
pub mod peer;
mod place;
mod proxy;
mod raw;
mod seam;
mod shop;
mod trail;
mod world;

pub use bare::Database;
pub use browser::Callback;
pub use client::{Answer, Call, Client};
pub use form::Form;
pub use mailbox::{Letter, Mailbox};
pub use openid::{OpenIdAccount, OpenIdClient, OpenIdConfig, OpenIdProvider};
pub use place::{components_dir, root};
pub use proxy::Proxy;
pub use raw::RawAnswer;
pub use sandbox::{
    Behaviour, DnsBehaviour, DnsFault, Fault, Forgery, Lie, MessageBehaviour, RequestBehaviour, TxtRecords,
    WebhookBehaviour,
};
pub use seam::{CountingSeam, DelaySeam, FailSeam, KillSeam, Probe, Side};
pub use shop::{Placed, Shop, Stock, Variant, address};
pub use trail::MACHINERY;
pub use world::{IDENTITY_SEED, JOB_TOKEN, SHOPS, World, WorldBuilder, identity};

/// The id that a public id (`ord_0199…`) stands for.
pub fn uuid(public_id: &str) -> uuid::Uuid {
    let digits = public_id.split_once('_').map_or(public_id, |(_, digits)| digits);
    digits.parse().unwrap_or_else(|error| panic!("{public_id:?} is no public id: {error}"))
}

/// Waits until something holds that takes its time, such as a cache running out; panics after twenty seconds.
pub async fn eventually(mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..100 {
        if holds().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("it does not hold after twenty seconds");
}

/// A key that no other request has; also good as a request id.
pub fn fresh_key() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}
