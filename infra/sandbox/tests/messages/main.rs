//! The message provider over real sockets: wire formats, mailbox, every behaviour.

// `cfg(test)` holds here anyway; it tells the lints that helpers beside the tests are test code, too.
#[cfg(test)]
mod email;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod mailbox;
#[cfg(test)]
mod sms;
#[cfg(test)]
mod support;
