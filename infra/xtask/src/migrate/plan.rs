//! Which files are to be applied or undone: pure decisions over files and ledger.

use anyhow::{Result, bail};

use super::files::Migration;
use super::functions::FunctionFile;
use super::ledger::Ledger;

/// The migrations that are still to be applied, in order.
///
/// # Errors
/// When an applied file has changed or vanished, or a new one comes before an applied one.
pub fn pending<'a>(files: &'a [Migration], ledger: &Ledger) -> Result<Vec<&'a Migration>> {
    for (version, applied) in &ledger.migrations {
        match files.iter().find(|file| file.version == *version) {
            None => bail!(
                "migration {version:04}_{} was applied to this database, but its file is gone from migrations/schema",
                applied.name
            ),
            Some(file) if file.checksum != applied.checksum => bail!(
                "{} was changed after it was applied on {}: undo it (`cargo xtask migrate down`), start with a new database (`cargo xtask up --fresh`), or put the change into a new migration",
                file.up.display(),
                applied.applied_at
            ),
            Some(_) => {}
        }
    }
    let last = ledger.migrations.keys().next_back().copied().unwrap_or(0);
    let pending: Vec<&Migration> = files.iter().filter(|file| !ledger.migrations.contains_key(&file.version)).collect();
    if let Some(late) = pending.iter().find(|file| file.version < last) {
        bail!(
            "{} comes before migration {last:04}, which is applied already: give it a higher number",
            late.up.display()
        );
    }
    Ok(pending)
}

/// The function files whose text is not what was applied, in order of application.
pub fn changed<'a>(files: &'a [FunctionFile], ledger: &Ledger) -> Vec<&'a FunctionFile> {
    files.iter().filter(|file| ledger.functions.get(&file.path) != Some(&file.checksum)).collect()
}

/// The last `count` applied migrations, newest first.
///
/// # Errors
/// When one of them has no file any more.
pub fn last_applied<'a>(files: &'a [Migration], ledger: &Ledger, count: usize) -> Result<Vec<&'a Migration>> {
    let mut last = Vec::new();
    for (version, applied) in ledger.migrations.iter().rev().take(count) {
        match files.iter().find(|file| file.version == *version) {
            Some(file) => last.push(file),
            None => bail!("migration {version:04}_{} has no file in migrations/schema any more", applied.name),
        }
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::super::ledger::AppliedMigration;
    use super::*;

    fn file(version: i32) -> Migration {
        let up = format!("{version:04}_x.up.sql").into();
        Migration { version, name: "x".into(), up, down: None, checksum: format!("sum{version}") }
    }

    fn ledger(applied: &[i32]) -> Ledger {
        let one = |version: &i32| {
            let row =
                AppliedMigration { name: "x".into(), checksum: format!("sum{version}"), applied_at: "then".into() };
            (*version, row)
        };
        Ledger { migrations: applied.iter().map(one).collect(), ..Ledger::default() }
    }

    fn versions(migrations: &[&Migration]) -> Vec<i32> {
        migrations.iter().map(|one| one.version).collect()
    }

    #[test]
    fn what_is_not_applied_is_pending_in_order() {
        let files = [file(1), file(2), file(3)];
        assert_eq!(versions(&pending(&files, &ledger(&[1])).unwrap()), [2, 3]);
        assert!(pending(&files, &ledger(&[1, 2, 3])).unwrap().is_empty());
    }

    #[test]
    fn changed_vanished_and_late_files_are_refused_by_name() {
        let mut edited = [file(1), file(2)];
        edited[0].checksum = "other".into();
        let message = |files: &[Migration], applied: &[i32]| pending(files, &ledger(applied)).unwrap_err().to_string();
        assert!(message(&edited, &[1]).contains("0001_x.up.sql was changed"));
        assert!(message(&[file(2)], &[1, 2]).contains("0001_x"));
        assert!(message(&[file(1), file(2)], &[2]).contains("0001_x.up.sql comes before"));
    }

    #[test]
    fn undoing_begins_with_the_newest() {
        let files = [file(1), file(2), file(3)];
        assert_eq!(versions(&last_applied(&files, &ledger(&[1, 2, 3]), 2).unwrap()), [3, 2]);
        assert_eq!(versions(&last_applied(&files, &ledger(&[1]), 9).unwrap()), [1]);
        assert!(last_applied(&files[..1], &ledger(&[1, 2]), 1).is_err());
    }

    #[test]
    fn functions_are_applied_when_their_text_changes() {
        let file = |path: &str, checksum: &str| FunctionFile {
            path: path.into(),
            file: path.into(),
            sql: String::new(),
            checksum: checksum.into(),
        };
        let functions = [("a.sql".to_owned(), "1".to_owned())].into();
        let ledger = Ledger { functions, ..Ledger::default() };
        let files = [file("a.sql", "1"), file("b.sql", "1")];
        assert_eq!(changed(&files, &ledger).iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["b.sql"]);
        assert_eq!(changed(&[file("a.sql", "2")], &ledger).len(), 1);
    }
}
