//! A kept answer, ready to be sent.

use bytes::{Buf, BufMut, Bytes};
use http::HeaderValue;
use sha2::{Digest, Sha256};

use crate::answer::{Envelope, Page};
use crate::gzip::{self, Beginning};
use crate::idempotency::hex;

/// Body and headers of an answer, but for what belongs to one request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CachedRead {
    pub envelope: Envelope,
    pub lang: HeaderValue,
    pub etag: HeaderValue,
    /// The envelope's head for clients that take gzip: compressed once, whatever the number of requests.
    squeezed: Beginning,
}

impl CachedRead {
    /// From raw JSON in a language; `None` when the language is no header value.
    pub fn new(lang: &str, data: &[u8], page: Option<&Page>) -> Option<Self> {
        Self::of(lang, Envelope::new(data, page))
    }

    fn of(lang: &str, envelope: Envelope) -> Option<Self> {
        let digest = Sha256::new()
            .chain_update(lang)
            .chain_update([0])
            .chain_update(&envelope.head)
            .chain_update(&envelope.tail)
            .finalize();
        let etag = format!("W/\"{}\"", hex(digest.first_chunk::<16>()?));
        Some(Self { envelope, lang: lang.parse().ok()?, etag: etag.parse().ok()?, squeezed: Beginning::default() })
    }

    /// For the key-value store: the catalogue's version, the lengths of language and head, then language, head and tail.
    pub fn encode(&self, catalog_version: i64) -> Vec<u8> {
        let lang = self.lang.as_bytes();
        let mut bytes = Vec::with_capacity(16 + lang.len() + self.envelope.head.len() + self.envelope.tail.len());
        bytes.put_i64(catalog_version);
        bytes.put_u32(u32::try_from(lang.len()).unwrap_or_default());
        bytes.put_u32(u32::try_from(self.envelope.head.len()).unwrap_or_default());
        bytes.put_slice(lang);
        bytes.put_slice(&self.envelope.head);
        bytes.put_slice(&self.envelope.tail);
        bytes
    }

    /// What [`Self::encode`] wrote; `None` when it is something else, or of another version of the catalogue.
    pub fn decode(bytes: &Bytes, catalog_version: i64) -> Option<Self> {
        let mut bytes = bytes.clone();
        if bytes.try_get_i64().ok()? != catalog_version {
            return None;
        }
        let lang = usize::try_from(bytes.try_get_u32().ok()?).ok()?;
        let head = usize::try_from(bytes.try_get_u32().ok()?).ok()?;
        if lang.checked_add(head)? > bytes.len() {
            return None;
        }
        let lang = bytes.split_to(lang);
        let envelope = Envelope { head: bytes.split_to(head), tail: bytes };
        Self::of(std::str::from_utf8(&lang).ok()?, envelope)
    }

    /// The body of one request as a gzip file; `None` when it is not worth it.
    pub fn gzip(&self, request_id: &str) -> Option<Vec<u8>> {
        let Envelope { head, tail } = &self.envelope;
        if head.len() < gzip::WORTH_IT {
            return None;
        }
        self.squeezed.followed_by(head, [request_id.as_bytes(), tail])
    }

    /// Bytes that it may take: the head counts twice, for it may be kept compressed, too.
    pub fn size(&self) -> usize {
        2 * self.envelope.head.len() + self.envelope.tail.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_store_gives_back_is_what_it_got() {
        let read = CachedRead::new("ar", "[\"قهوة\"]".as_bytes(), Some(&Page { next_cursor: None })).unwrap();
        assert_eq!(CachedRead::decode(&read.encode(3).into(), 3), Some(read.clone()));
        assert_eq!(CachedRead::decode(&read.encode(3).into(), 4), None);
    }

    #[test]
    fn what_is_no_entry_is_a_miss() {
        for bytes in [&b""[..], &[0; 7], &[255; 8], &[255; 100], &[0, 0, 0, 1, 0, 0, 0, 0, 255]] {
            let versioned = [&[0; 8], bytes].concat();
            assert_eq!(CachedRead::decode(&Bytes::copy_from_slice(bytes), -1), None);
            assert_eq!(CachedRead::decode(&versioned.into(), 0), None);
        }
    }

    #[test]
    fn the_entity_tag_follows_data_page_and_language() {
        let etag = |lang, data: &[u8], page: Option<&Page>| CachedRead::new(lang, data, page).unwrap().etag;
        let base = etag("ar", b"1", None);
        assert_eq!(base, etag("ar", b"1", None));
        assert_ne!(base, etag("en", b"1", None));
        assert_ne!(base, etag("ar", b"2", None));
        assert_ne!(base, etag("ar", b"1", Some(&Page { next_cursor: None })));
    }
}
