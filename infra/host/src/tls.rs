//! TLS for outgoing connections: the system's certificates, and one given by the guest if any.

use std::sync::{Arc, LazyLock};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

static SYSTEM_ROOTS: LazyLock<RootCertStore> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
});

/// Trusts the system's certificates and those in `extra_pem`.
///
/// # Errors
/// When `extra_pem` is not a list of certificates in PEM.
pub fn client_config(extra_pem: Option<&str>) -> anyhow::Result<ClientConfig> {
    let mut roots = SYSTEM_ROOTS.clone();
    if let Some(pem) = extra_pem {
        let mut given = 0;
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            roots.add(certificate?)?;
            given += 1;
        }
        anyhow::ensure!(given > 0, "there is no certificate in it");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}
