//! `cargo xtask bench`: measures the application against the limits of the design, everything on one machine.

mod bare;
mod customer;
mod load;
mod machine;
mod memory;
mod owner;
mod processors;
mod report;
mod run;
mod scenario;
mod shopper;
mod stand;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, ValueEnum as _};
use scenario::Scenario;

/// Measure the application against the limits of the design.
///
/// Prints a table in which each number stands beside its limit. A missed limit is shown, not an error, unless --strict.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo xtask bench --", bin_name = "cargo xtask bench --")]
struct Arguments {
    /// How long each load is measured, after a second of warming up
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
    /// Connections of each load, where the design does not name another number
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1000))]
    connections: u16,
    /// Measure these alone; may be repeated
    #[arg(long, value_enum)]
    only: Vec<Scenario>,
    /// Fail when a limit is missed
    #[arg(long)]
    strict: bool,
    /// Write the numbers to this file as well
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Folder of the programs `host` and `sandbox` [default: that of this program]
    #[arg(long, value_name = "FOLDER")]
    programs: Option<PathBuf>,
    /// Keep what the servers say on standard error in this folder; costs commits some speed
    #[arg(long, value_name = "FOLDER")]
    logs: Option<PathBuf>,
    /// Serve the bytes of a file as the peer of the product list
    #[arg(long, hide = true, value_name = "FILE")]
    serve_bare: Option<PathBuf>,
}

impl Arguments {
    fn scenarios(&self) -> Vec<Scenario> {
        let all = Scenario::value_variants().iter().copied();
        all.filter(|scenario| self.only.is_empty() || self.only.contains(scenario)).collect()
    }
}

fn main() -> ExitCode {
    match start(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The peer uses every core, as the host does; the load generator keeps to one thread, as small as it can be.
fn start(arguments: &Arguments) -> Result<ExitCode> {
    if let Some(file) = &arguments.serve_bare {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        return runtime.block_on(bare::serve(file)).map(|()| ExitCode::SUCCESS);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run::run(arguments))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn everything_is_measured_unless_told_otherwise() {
        let all = Arguments::parse_from(["bench"]);
        assert_eq!(all.scenarios().len(), Scenario::value_variants().len());
        let some = Arguments::parse_from(["bench", "--only", "hot-sku", "--only", "list"]);
        assert_eq!(some.scenarios(), [Scenario::List, Scenario::HotSku]);
    }
}
