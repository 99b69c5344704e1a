//! Children that do not outlive this process, even when it is killed outright.

use std::path::Path;

use crate::process::command;
use tokio::process::Command;

/// `program`, which gets SIGTERM from the kernel when this process dies, where the system has `setpriv` (Linux). It replaces itself by the
/// program, so the process id stays that of the child.
pub fn bound_command(program: &Path) -> Command {
    for setpriv in ["/usr/bin/setpriv", "/bin/setpriv"] {
        if Path::new(setpriv).is_file() {
            let mut bound = command(setpriv);
            bound.args(["--pdeathsig", "TERM", "--"]).arg(program);
            return bound;
        }
    }
    command(program)
}
