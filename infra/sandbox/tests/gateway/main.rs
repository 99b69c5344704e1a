//! The sandbox over real sockets: wire format, checkout page, webhooks, every behaviour, control surface.

// `cfg(test)` holds here anyway; it tells the lints that helpers beside the tests are test code, too.
#[cfg(test)]
mod api;
#[cfg(test)]
mod checkout;
#[cfg(test)]
mod control;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod process;
#[cfg(test)]
mod support;
#[cfg(test)]
mod webhooks;
