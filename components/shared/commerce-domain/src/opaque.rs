//! A `Debug` that shows nothing, for what must never stand in a log.

/// Gives types a `Debug` that writes their name alone. `cargo xtask check` asks for it where `Debug` is derived beside a text of the never-log list:
/// passwords, tokens, codes, keys, and how people are reached.
///
/// ```
/// pub struct Login<'a> { pub email: String, pub password: &'a str }
/// commerce_domain::opaque_debug!(Login<'_>);
/// let login = Login { email: "sara@example.com".into(), password: "hunter2" };
/// assert_eq!(format!("{login:?}"), "Login(…)");
/// ```
#[macro_export]
macro_rules! opaque_debug {
    ($($name:ident $(<$($parameter:tt),+>)?),+ $(,)?) => {$(
        impl ::core::fmt::Debug for $name $(<$($parameter),+>)? {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}
