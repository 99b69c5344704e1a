//! `spin:variables`, as the guest calls it.

use wasmtime::component::Accessor;

use crate::bindings::{VariableFailure, variables};
use crate::call::{Caller, Guest};
use crate::seam::HostCallKind;
use crate::state::GuestState;
use crate::variables::check_name;

impl variables::Host for GuestState {
    fn convert_error(&mut self, failure: VariableFailure) -> wasmtime::Result<variables::Error> {
        failure.into_result()
    }
}

impl variables::HostWithStore<GuestState> for Guest {
    async fn get(accessor: &Accessor<GuestState, Self>, name: String) -> Result<String, VariableFailure> {
        let caller = Caller::of(accessor);
        let component = caller.component.clone();
        let failure = || variables::Error::Provider("the variable cannot be read".into());
        let lookup = async {
            check_name(&name).map_err(variables::Error::InvalidName)?;
            let undefined = || variables::Error::Undefined(format!("no variable for {:?}.{name:?}", component.id));
            Ok(component.variables.get(&name).cloned().ok_or_else(undefined)?)
        };
        caller.call(HostCallKind::VariableGet, || name.clone(), failure, lookup).await
    }
}
