//! The two ways in which a host call fails.

/// The failure of a host call: an error the guest sees, or the end of its instance.
#[derive(Debug)]
pub enum GuestError<E> {
    /// Returned to the guest as the error of the interface.
    Returned(E),
    /// Ends the instance, as `unreachable` would.
    Trap(wasmtime::Error),
}

impl<E> From<E> for GuestError<E> {
    fn from(error: E) -> Self {
        Self::Returned(error)
    }
}

impl<E> GuestError<E> {
    /// The interface's error, or the trap for wasmtime to carry out.
    pub fn into_result(self) -> wasmtime::Result<E> {
        match self {
            Self::Returned(error) => Ok(error),
            Self::Trap(trap) => Err(trap),
        }
    }
}
