//! Where things are.

use std::path::{Path, PathBuf};

/// The repository's top folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Where the built components are.
pub fn components_dir() -> PathBuf {
    match std::env::var_os("WASLA_COMPONENTS_DIR") {
        Some(folder) => folder.into(),
        None => root().join("target/wasm32-wasip2/wasm"),
    }
}

/// The real `spin.toml`. When cargo builds elsewhere than in `target`, a copy that differs in where the components are.
pub fn manifest() -> PathBuf {
    let (real, built) = (root().join("spin.toml"), components_dir());
    if built == root().join("target/wasm32-wasip2/wasm") {
        return real;
    }
    let text = std::fs::read_to_string(&real).unwrap();
    let moved = text.replace("\"target/wasm32-wasip2/wasm/", &format!("\"{}/", built.display()));
    let copy = built.join(format!("spin-{}.toml", std::process::id()));
    std::fs::write(&copy, moved).unwrap();
    copy
}
