//! Rules of the house that neither compiler nor clippy can see (design §2, §3 and §9).

mod layers;
mod metadata;
mod never_log;
mod rooms;
mod rust;
mod sql;
mod walk;

use std::process::ExitCode;

use anyhow::Result;

use crate::workspace::Workspace;

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// File or folder below the top, with a line where there is one.
    pub file: String,
    /// Short name of the rule.
    pub rule: &'static str,
    /// What is wrong and why it matters.
    pub reason: String,
}

impl Finding {
    fn new(file: impl Into<String>, rule: &'static str, reason: impl Into<String>) -> Self {
        Self { file: file.into(), rule, reason: reason.into() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}: {}", self.file, self.rule, self.reason)
    }
}

/// Every finding in the checkout.
///
/// # Errors
/// When files cannot be read.
pub fn findings(workspace: &Workspace) -> Result<Vec<Finding>> {
    let root = workspace.root();
    let mut findings = layers::check(&metadata::packages(workspace.metadata(), root)?);
    findings.extend(rooms::check(root, workspace.target())?);
    let files = walk::files(root, workspace.target())?;
    findings.extend(rust::check(root, &files)?);
    findings.extend(sql::check(&workspace.migrations())?);
    Ok(findings)
}

/// Runs the command: prints the findings and fails if there are any.
///
/// # Errors
/// When files cannot be read.
pub fn run(workspace: &Workspace) -> Result<ExitCode> {
    let findings = findings(workspace)?;
    for finding in &findings {
        println!("{finding}");
    }
    println!("{} rules of the house broken", findings.len());
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
