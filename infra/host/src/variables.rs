//! Application variables: where their values come from, and the `{{ name }}` templates that refer to them.
//!
//! Rules of Spin's `crates/expressions`: a value given by a provider wins over the manifest's default; a component reads only the
//! names of its own `variables` table; templates are literal text with `{{ name }}` between.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};

use crate::manifest::Variable;

/// The application's variables, each with its value.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    values: BTreeMap<String, String>,
}

impl Variables {
    /// Gives every declared variable its value: from `given`, then from the environment (`SPIN_VARIABLE_<NAME>`) when
    /// `read_environment`, then its default. Undeclared names in `given` are ignored, as Spin does.
    ///
    /// # Errors
    /// When a name is impossible or a variable has no value from anywhere: all such names at once.
    pub fn resolve(
        declared: &BTreeMap<String, Variable>,
        given: &BTreeMap<String, String>,
        read_environment: bool,
    ) -> anyhow::Result<Self> {
        let mut values = BTreeMap::new();
        let mut missing = Vec::new();
        for (name, variable) in declared {
            check_name(name).map_err(anyhow::Error::msg).with_context(|| format!("[variables] {name}"))?;
            let environment = || {
                let key = format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase());
                if read_environment { std::env::var(key).ok() } else { None }
            };
            match given.get(name).cloned().or_else(environment).or_else(|| variable.default.clone()) {
                Some(value) => drop(values.insert(name.clone(), value)),
                None => missing.push(name.as_str()),
            }
        }
        ensure!(
            missing.is_empty(),
            "no value for the required variable(s) {}: set SPIN_VARIABLE_{} or pass --variable {}=…",
            missing.join(", "),
            missing.first().unwrap_or(&"").to_ascii_uppercase(),
            missing.first().unwrap_or(&"")
        );
        Ok(Self { values })
    }

    /// The value of one variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// `template` with every `{{ name }}` replaced.
    ///
    /// # Errors
    /// When braces are unbalanced or a name is not declared.
    pub fn expand(&self, template: &str) -> anyhow::Result<String> {
        let mut expanded = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((literal, after)) = rest.split_once("{{") {
            expanded.push_str(literal);
            let Some((name, tail)) = after.split_once("}}") else { bail!("unmatched '{{{{' in template") };
            let name = name.trim();
            expanded.push_str(self.get(name).with_context(|| format!("unknown variable {name:?} in template"))?);
            rest = tail;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }
}

/// The names Spin allows: lower case letters, digits and single underscores, beginning with a letter, not ending with an underscore.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() {
        Err("a variable name must not be empty".into())
    } else if let Some(wrong) = name.chars().find(|&c| !allowed(c)) {
        Err(format!("{name:?}: invalid character {wrong:?}: lower-case letters, digits and underscores only"))
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        Err(format!("{name:?}: must start with a lower-case letter"))
    } else if name.ends_with('_') || name.contains("__") {
        Err(format!("{name:?}: underscores stand singly between other characters"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(list: &[(&str, Option<&str>)]) -> BTreeMap<String, Variable> {
        list.iter()
            .map(|(name, default)| {
                let default = default.map(str::to_owned);
                (
                    (*name).to_owned(),
                    Variable { description: None, required: default.is_none(), default, secret: false },
                )
            })
            .collect()
    }

    fn given(list: &[(&str, &str)]) -> BTreeMap<String, String> {
        list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn given_values_win_over_defaults() {
        let variables = Variables::resolve(
            &declared(&[("a", Some("1")), ("b", Some("2"))]),
            &given(&[("a", "9"), ("zzz", "x")]),
            false,
        )
        .unwrap();
        assert_eq!((variables.get("a"), variables.get("b"), variables.get("zzz")), (Some("9"), Some("2"), None));
    }

    #[test]
    fn every_missing_name_is_reported() {
        let error =
            Variables::resolve(&declared(&[("one", None), ("two", None)]), &given(&[]), false).unwrap_err().to_string();
        assert!(error.contains("one") && error.contains("two") && error.contains("SPIN_VARIABLE_ONE"), "{error}");
    }

    #[test]
    fn templates_expand_as_in_spin() {
        let variables =
            Variables::resolve(&declared(&[("host", Some("db")), ("port", Some("5432"))]), &given(&[]), false).unwrap();
        assert_eq!(variables.expand("postgres://{{ host }}:{{port}}/x").unwrap(), "postgres://db:5432/x");
        assert_eq!(variables.expand("no braces }} here").unwrap(), "no braces }} here");
        assert!(variables.expand("{{ host").is_err());
        assert!(variables.expand("{{ nobody }}").unwrap_err().to_string().contains("nobody"));
    }

    #[test]
    fn names_follow_spins_rules() {
        for good in ["a", "a1", "db_url", "a_1_b"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "A", "1a", "_a", "a_", "a__b", "a-b", "ä"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
