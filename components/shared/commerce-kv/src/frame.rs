//! A value with its expiry: eight bytes of milliseconds since the epoch, big endian, then the payload.

use bytes::Bytes;

const HEADER: usize = 8;

/// A value that has not expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it stops being true, milliseconds since the epoch.
    pub expires_at_ms: u64,
    /// What was stored.
    pub payload: Bytes,
}

pub(crate) fn encode(expires_at_ms: u64, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(HEADER + payload.len());
    frame.extend_from_slice(&expires_at_ms.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// The entry, unless it has expired or is no frame.
pub(crate) fn decode(frame: Vec<u8>, now_ms: u64) -> Option<Entry> {
    let expires_at_ms = u64::from_be_bytes(*frame.first_chunk::<HEADER>()?);
    (expires_at_ms > now_ms).then(|| Entry { expires_at_ms, payload: Bytes::from(frame).slice(HEADER..) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_until_it_expires() {
        let frame = encode(1_000, b"body");
        let entry = decode(frame.clone(), 999).unwrap();
        assert_eq!((entry.expires_at_ms, &entry.payload[..]), (1_000, &b"body"[..]));
        assert_eq!(decode(frame, 1_000), None);
    }

    #[test]
    fn what_is_no_frame_is_a_miss() {
        assert_eq!(decode(vec![], 0), None);
        assert_eq!(decode(vec![255; 7], 0), None);
        assert!(decode(vec![255; 8], 0).unwrap().payload.is_empty());
    }
}
