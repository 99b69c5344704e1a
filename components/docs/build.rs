//! Writes the document of all components, from their routes.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let document = commerce_http::openapi::document([
        ("auth", auth::routes()),
        ("platform", platform::routes()),
        ("storefront", storefront::routes()),
        ("system", system::routes()),
        ("tenants", tenants::routes()),
        ("webhooks", webhooks::routes()),
    ])?;
    let folder = std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or("cargo sets OUT_DIR")?;
    std::fs::write(folder.join("openapi.json"), serde_json::to_vec(&document)?)?;
    Ok(())
}
