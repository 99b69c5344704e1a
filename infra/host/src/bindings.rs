//! Types and traits generated from the interface definitions under `wit/`.

use crate::error::GuestError;

mod generated {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "edge:host/spin",
        imports: {
            "spin:postgres/postgres.[constructor]connection-builder": store | trappable,
            "spin:postgres/postgres.[drop]connection-builder": store | trappable,
            "spin:postgres/postgres.[drop]connection": store | trappable,
            "spin:key-value/key-value.[drop]store": store | trappable,
            default: async | store | trappable,
        },
        with: {
            "spin:postgres/postgres.connection": crate::postgres::Connection,
            "spin:postgres/postgres.connection-builder": crate::postgres::ConnectionBuilder,
            "spin:key-value/key-value.store": crate::key_value::OpenStore,
        },
        trappable_error_type: {
            "spin:postgres/postgres.error" => super::PostgresFailure,
            "spin:key-value/key-value.error" => super::KeyValueFailure,
            "spin:variables/variables.error" => super::VariableFailure,
        },
        require_store_data_send: true,
    });
}

pub use generated::spin::key_value::key_value;
pub use generated::spin::postgres::postgres;
pub use generated::spin::variables::variables;

/// What a `spin:postgres` call can end in: the interface's error, or a trap.
pub type PostgresFailure = GuestError<postgres::Error>;
/// What a `spin:key-value` call can end in.
pub type KeyValueFailure = GuestError<key_value::Error>;
/// What a `spin:variables` call can end in.
pub type VariableFailure = GuestError<variables::Error>;
