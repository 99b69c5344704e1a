//! Writes the document of all components, from their routes.

use std::error::Error;

#[cfg(feature = "document")]
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
    let folder = std::env::var_os("OUT_DIR").map(std::path::PathBuf::from).ok_or("cargo sets OUT_DIR")?;
    std::fs::write(folder.join("openapi.json"), serde_json::to_vec(&document)?)?;
    Ok(())
}

/// A build for this machine, which is looked at and not shipped.
#[cfg(not(feature = "document"))]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
