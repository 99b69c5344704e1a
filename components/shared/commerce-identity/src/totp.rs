//! Time-based one-time passwords (RFC 6238): HMAC-SHA-1, six digits, steps of 30 seconds, as every authenticator app knows them.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use sha1::Sha1;
use zeroize::Zeroizing;

use crate::code::OneTimeCode;

/// Seconds of a step.
pub const STEP_S: i64 = 30;
/// Steps before and after the current one that are accepted, for clocks that differ (RFC 6238 §5.2).
const WINDOW: u64 = 1;
/// Pixels of a side of the QR code, at least.
const QR_SIZE: u32 = 240;
/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What server and authenticator share: 160 bits (RFC 4226 §4, R6). Cleared when dropped, not printable.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<[u8; 20]>);

impl TotpSecret {
    /// Makes a secret of 20 bytes from a cryptographic random source.
    #[must_use]
    pub fn from_random(bytes: [u8; 20]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The 20 bytes, for sealing.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// Takes up what [`Self::as_bytes`] gave, unsealed.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_random)
    }

    /// The secret in base32 (RFC 4648 §6), 32 characters, for those who type it into their app.
    #[must_use]
    pub fn to_base32(&self) -> Zeroizing<String> {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let mut text = Zeroizing::new(String::with_capacity(32));
        for group in self.0.chunks_exact(5) {
            let bits = group.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            for place in (0..8).rev() {
                let digit = usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default();
                text.push(ALPHABET.get(digit).copied().map_or('A', char::from));
            }
        }
        text
    }

    /// The code of a step.
    #[must_use]
    pub fn code_at(&self, step: u64) -> OneTimeCode {
        let counter = step.to_be_bytes();
        let digest =
            Hmac::<Sha1>::new_from_slice(&self.0[..]).map(|mac| mac.chain_update(counter).finalize().into_bytes());
        // HMAC takes keys of any length, so the digest is always there.
        let digest: [u8; 20] = digest.map(Into::into).unwrap_or_default();
        let offset = usize::from(digest.last().copied().unwrap_or_default() & 15);
        let number = digest.iter().skip(offset).take(4).fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
        OneTimeCode::from_number(u128::from(number & 0x7fff_ffff))
    }

    /// The step of which `code` is, among the current one, the one before and the one after. All three are compared, each in constant
    /// time. The caller accepts it only if it is later than the last accepted step (RFC 6238 §5.2: each code once).
    #[must_use]
    pub fn verify(&self, code: &OneTimeCode, now: i64) -> Option<u64> {
        let current = u64::try_from(now.div_euclid(STEP_S)).ok()?;
        let steps = current.saturating_sub(WINDOW)..=current.saturating_add(WINDOW);
        steps.fold(None, |found, step| if self.code_at(step).matches(code) { Some(step) } else { found })
    }

    /// The URI that authenticator apps read from a QR code (Key Uri Format): `issuer` is the shop's name, `account` whose secret it is.
    #[must_use]
    pub fn otpauth_uri(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        // A colon would end the issuer: apps split the label at it.
        let issuer = issuer.replace(':', " ");
        let (issuer, account) = (utf8_percent_encode(&issuer, RESERVED), utf8_percent_encode(account, RESERVED));
        let secret = self.to_base32();
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP_S}",
            secret.as_str()
        ))
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(..)")
    }
}

/// A QR code as a standalone SVG document, or `None` when the text is too long for one (over 2,331 bytes).
#[must_use]
pub fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    Some(code.render::<svg::Color<'_>>().min_dimensions(QR_SIZE, QR_SIZE).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B, for SHA-1.
    fn rfc_secret() -> TotpSecret {
        TotpSecret::from_random(*b"12345678901234567890")
    }

    #[test]
    fn the_vectors_of_rfc_6238_hold() {
        // Appendix B; the last six of the eight digits there.
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let code = OneTimeCode::parse(code).unwrap();
            assert_eq!(rfc_secret().verify(&code, time), u64::try_from(time / 30).ok(), "{time}");
        }
    }

    #[test]
    fn the_vectors_of_rfc_4226_hold() {
        // Appendix D.
        let codes =
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (step, code) in (0..).zip(codes) {
            assert_eq!(rfc_secret().code_at(step).as_str(), code);
        }
    }

    #[test]
    fn one_step_either_side_is_accepted_and_named() {
        let (secret, now) = (rfc_secret(), 1_111_111_111);
        let current = 37_037_037;
        for (step, found) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let step = current + step;
            let code = secret.code_at(u64::try_from(step).unwrap());
            assert_eq!(secret.verify(&code, now), found.then(|| u64::try_from(step).unwrap()), "{step}");
        }
        let first = secret.code_at(0);
        assert_eq!(secret.verify(&first, 0), Some(0));
        assert_eq!(secret.verify(&first, -1), None);
        assert_eq!(secret.verify(&first, i64::MIN), None);
    }

    #[test]
    fn the_secret_is_told_in_base32_and_kept_in_bytes() {
        // RFC 4648 §10 has "foobar"; this is its alphabet over the RFC 6238 secret, as apps show it.
        assert_eq!(rfc_secret().to_base32().as_str(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(TotpSecret::from_bytes(rfc_secret().as_bytes()).unwrap().to_base32(), rfc_secret().to_base32());
        assert!(TotpSecret::from_bytes(&[0; 19]).is_none());
    }

    #[test]
    fn the_uri_carries_the_shops_name_in_any_script() {
        let uri = rfc_secret().otpauth_uri("قهوة: Gulf & Co", "sara+1@example.com");
        assert_eq!(
            uri.as_str(),
            "otpauth://totp/%D9%82%D9%87%D9%88%D8%A9%20%20Gulf%20%26%20Co:sara%2B1%40example.com\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%D9%82%D9%87%D9%88%D8%A9%20%20Gulf%20%26%20Co\
             &algorithm=SHA1&digits=6&period=30"
        );
        let svg = qr_svg(&uri).unwrap();
        assert!(svg.starts_with("<?xml") && svg.contains("<svg") && svg.ends_with("</svg>"), "{svg}");
        assert!(!svg.contains("GEZDG"), "drawn, not written");
        assert_eq!(qr_svg(&"x".repeat(3000)), None);
    }
}
