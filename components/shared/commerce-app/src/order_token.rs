//! The token with which a guest reads an order: an HMAC over tenant and order, so that nothing has to be stored and the
//! same order always has the same token (an answer that is sent again must not differ).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use commerce_db::variables::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// Fewest bytes of a key.
pub const MIN_KEY_LEN: usize = 32;

/// The deployment's key is too short to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("order_token_key must have at least {MIN_KEY_LEN} bytes")]
pub struct WeakKey;

/// The token of an order.
///
/// # Errors
/// [`WeakKey`].
pub fn issue(key: &Secret, tenant_id: Uuid, order_id: Uuid) -> Result<String, WeakKey> {
    Ok(URL_SAFE_NO_PAD.encode(mac(key, tenant_id, order_id)?.finalize().into_bytes()))
}

/// Whether a token belongs to an order of a tenant; takes the same time for every wrong token.
///
/// # Errors
/// [`WeakKey`].
pub fn verify(key: &Secret, tenant_id: Uuid, order_id: Uuid, token: &str) -> Result<bool, WeakKey> {
    let mac = mac(key, tenant_id, order_id)?;
    let Ok(given) = URL_SAFE_NO_PAD.decode(token) else { return Ok(false) };
    Ok(mac.verify_slice(&given).is_ok())
}

fn mac(key: &Secret, tenant_id: Uuid, order_id: Uuid) -> Result<Hmac<Sha256>, WeakKey> {
    let key = key.expose().as_bytes();
    if key.len() < MIN_KEY_LEN {
        return Err(WeakKey);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| WeakKey)?;
    mac.update(b"order:v1:");
    mac.update(tenant_id.as_bytes());
    mac.update(order_id.as_bytes());
    Ok(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_own_order_only() {
        let key = Secret::new("0123456789abcdef0123456789abcdef");
        let (shop, other_shop) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (order, other_order) = (Uuid::from_u128(3), Uuid::from_u128(4));
        let token = issue(&key, shop, order).unwrap();
        assert_eq!(token.len(), 43);
        assert_eq!(token, issue(&key, shop, order).unwrap());
        assert_eq!(verify(&key, shop, order, &token), Ok(true));
        assert_eq!(verify(&key, shop, other_order, &token), Ok(false));
        assert_eq!(verify(&key, other_shop, order, &token), Ok(false));
        let mut forged = token.clone().into_bytes();
        forged[7] ^= 1;
        for wrong in ["", "a", &token[1..], &format!("{token}="), &String::from_utf8(forged).unwrap()] {
            assert_eq!(verify(&key, shop, order, wrong), Ok(false), "{wrong}");
        }
        let other_key = Secret::new("0123456789abcdef0123456789abcdeF");
        assert_eq!(verify(&other_key, shop, order, &token), Ok(false));
    }

    #[test]
    fn a_short_key_is_refused() {
        assert_eq!(issue(&Secret::new("short"), Uuid::nil(), Uuid::nil()), Err(WeakKey));
    }
}
