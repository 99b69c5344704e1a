//! The seven rooms at the top (design §2).

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Finding;

const ROOMS: [&str; 7] = ["README.md", "Cargo.toml", "spin.toml", "components", "migrations", "tests", "infra"];
const BESIDE: [&str; 2] = ["Cargo.lock", "LICENSE"];

/// Checks that all rooms are there and nothing else is; names with a leading dot are tool configuration.
pub fn check(root: &Path, target: &Path) -> Result<Vec<Finding>> {
    let entries = fs::read_dir(root).with_context(|| format!("cannot read {}", root.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        // Cargo's default target folder is there even when another one is in use.
        if entry.path() != target && entry.file_name() != "target" {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(compare(&names))
}

fn compare(names: &[String]) -> Vec<Finding> {
    let rule = "rooms";
    let known = |name: &str| name.starts_with('.') || ROOMS.contains(&name) || BESIDE.contains(&name);
    let extra = names.iter().filter(|name| !known(name));
    let extra = extra.map(|name| Finding::new(name, rule, "stands at the top beside the seven rooms"));
    let missing = ROOMS.iter().filter(|room| !names.iter().any(|name| name == *room));
    extra.chain(missing.map(|room| Finding::new(*room, rule, "is one of the seven rooms and missing"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_and_gaps_are_found() {
        let mut names: Vec<String> = ROOMS.iter().chain(&BESIDE).map(|name| (*name).to_owned()).collect();
        names.push(".ci".to_owned());
        assert_eq!(compare(&names), []);
        names.retain(|name| name != "spin.toml");
        names.push("scripts".to_owned());
        let found: Vec<_> = compare(&names).into_iter().map(|finding| finding.file).collect();
        assert_eq!(found, ["scripts", "spin.toml"]);
    }
}
