//! The schema migrations on disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::digest::text_checksum;

/// One reversible step of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its place in the order.
    pub version: i32,
    /// What it is about.
    pub name: String,
    /// The file that applies it.
    pub up: PathBuf,
    /// The file that undoes it, if there is one.
    pub down: Option<PathBuf>,
    /// Checksum of the up file.
    pub checksum: String,
}

impl Migration {
    /// Name of the up file.
    pub fn file_name(&self) -> String {
        format!("{:04}_{}.up.sql", self.version, self.name)
    }
}

/// Reads a folder of `NNNN_name.up.sql` and `NNNN_name.down.sql`, in order of their numbers.
///
/// # Errors
/// When a file is named otherwise, a number is used twice, or a down file has no up file.
pub fn read_migrations(folder: &Path) -> Result<Vec<Migration>> {
    let mut ups: BTreeMap<i32, (String, PathBuf)> = BTreeMap::new();
    let mut downs: BTreeMap<i32, (String, PathBuf)> = BTreeMap::new();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some((version, name, is_up)) = parse_name(&file) else {
            bail!("{} is not named NNNN_name.up.sql or NNNN_name.down.sql", path.display());
        };
        let files = if is_up { &mut ups } else { &mut downs };
        if let Some((_, other)) = files.insert(version, (name, path.clone())) {
            bail!("{} and {} have the same number", other.display(), path.display());
        }
    }
    let mut migrations = Vec::new();
    for (version, (name, up)) in ups {
        let text = fs::read_to_string(&up).with_context(|| format!("cannot read {}", up.display()))?;
        let down = match downs.remove(&version) {
            Some((down_name, path)) if down_name == name => Some(path),
            Some((_, path)) => {
                bail!("{} and {} have the same number and different names", up.display(), path.display())
            }
            None => None,
        };
        migrations.push(Migration { version, name, up, down, checksum: text_checksum(&text) });
    }
    if let Some((_, (_, path))) = downs.first_key_value() {
        bail!("{} has no up file", path.display());
    }
    Ok(migrations)
}

/// `0001_roles.up.sql` → (1, "roles", true).
fn parse_name(file: &str) -> Option<(i32, String, bool)> {
    let (stem, is_up) = match (file.strip_suffix(".up.sql"), file.strip_suffix(".down.sql")) {
        (Some(stem), _) => (stem, true),
        (None, Some(stem)) => (stem, false),
        (None, None) => return None,
    };
    let (number, name) = stem.split_once('_')?;
    let well_formed = number.len() == 4
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !well_formed {
        return None;
    }
    Some((number.parse().ok()?, name.to_owned(), is_up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_number_name_and_direction() {
        assert_eq!(parse_name("0012_add_stock.up.sql"), Some((12, "add_stock".into(), true)));
        assert_eq!(parse_name("0001_roles.down.sql"), Some((1, "roles".into(), false)));
        for wrong in ["12_x.up.sql", "0001.up.sql", "0001_.up.sql", "0001_X.up.sql", "0001_x.sql", "README.md"] {
            assert_eq!(parse_name(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_folder_is_read_in_order_and_refused_when_ambiguous() {
        let folder = std::env::temp_dir().join(format!("xtask-migrations-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let write = |name: &str| fs::write(folder.join(name), format!("-- {name}")).unwrap();
        write("0010_b.up.sql");
        write("0002_a.up.sql");
        write("0002_a.down.sql");
        let read = read_migrations(&folder).unwrap();
        assert_eq!(read.iter().map(|one| one.version).collect::<Vec<_>>(), [2, 10]);
        assert_eq!(read.iter().map(|one| one.down.is_some()).collect::<Vec<_>>(), [true, false]);
        write("0002_other.up.sql");
        assert!(read_migrations(&folder).unwrap_err().to_string().contains("same number"));
        fs::remove_file(folder.join("0002_other.up.sql")).unwrap();
        write("0003_orphan.down.sql");
        assert!(read_migrations(&folder).unwrap_err().to_string().contains("no up file"));
        fs::remove_dir_all(folder).unwrap();
    }
}
