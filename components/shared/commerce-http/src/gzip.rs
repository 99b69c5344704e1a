//! gzip (RFC 1952) of whole answers, and of answers that differ in their last bytes alone.

use std::sync::OnceLock;

use crc32fast::Hasher;
use flate2::{Compress, Compression, FlushCompress, Status};
use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

/// Answers below this are sent as they are: they fit into one packet anyway.
pub(crate) const WORTH_IT: usize = 1024;

/// deflate, no flags, no time, fastest algorithm, unknown system (RFC 1952 §2.3).
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];

/// Most bytes of a stored block (RFC 1951 §3.2.4).
const STORED_MAX: usize = 0xffff;

/// A beginning that many answers share, compressed when the first client asks for it. What one of them adds follows uncompressed in a deflate block of its
/// own, so that an answer costs a checksum of its last bytes and a copy.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Beginning(OnceLock<Option<Squeezed>>);

#[derive(Clone, Debug, PartialEq)]
struct Squeezed {
    bytes: Vec<u8>,
    crc: u32,
    length: u32,
}

impl Beginning {
    /// The gzip file of `head`, which has to be the same every time, and of what follows; `None` when it is too much to follow.
    pub fn followed_by(&self, head: &[u8], rest: [&[u8]; 2]) -> Option<Vec<u8>> {
        let Squeezed { bytes, crc, length } = self.0.get_or_init(|| squeeze(head, FlushCompress::Sync)).as_ref()?;
        let added = rest.iter().map(|part| part.len()).sum::<usize>();
        let stored = u16::try_from(added).ok()?;
        let mut hasher = Hasher::new_with_initial_len(*crc, u64::from(*length));
        let mut file = Vec::with_capacity(bytes.len() + 5 + added + 8);
        file.extend_from_slice(bytes);
        // The last block, stored: the flush before it has filled the byte (RFC 1951 §3.2.3, §3.2.4).
        file.push(1);
        file.extend_from_slice(&stored.to_le_bytes());
        file.extend_from_slice(&(!stored).to_le_bytes());
        for part in rest {
            hasher.update(part);
            file.extend_from_slice(part);
        }
        file.extend_from_slice(&hasher.finalize().to_le_bytes());
        file.extend_from_slice(&length.wrapping_add(u32::from(stored)).to_le_bytes());
        Some(file)
    }
}

/// The gzip file of a text; `None` when it does not become smaller.
pub(crate) fn compress(text: &[u8]) -> Option<Vec<u8>> {
    let Squeezed { mut bytes, crc, length } = squeeze(text, FlushCompress::Finish)?;
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes.extend_from_slice(&length.to_le_bytes());
    (bytes.len() < text.len()).then_some(bytes)
}

/// Header and deflate blocks, the fastest way: an answer is compressed while its reader waits.
fn squeeze(text: &[u8], flush: FlushCompress) -> Option<Squeezed> {
    let mut deflate = Compress::new(Compression::fast(), false);
    let mut bytes = Vec::with_capacity(HEADER.len() + text.len() + text.len() / STORED_MAX * 5 + 64);
    bytes.extend_from_slice(&HEADER);
    let status = deflate.compress_vec(text, &mut bytes, flush).ok()?;
    let whole = match flush {
        FlushCompress::Finish => status == Status::StreamEnd,
        // Full to the last byte, the flush may not have come to its end.
        _ => bytes.len() < bytes.capacity(),
    };
    let (length, crc) = (u32::try_from(text.len()).ok()?, crc32fast::hash(text));
    (whole && deflate.total_in() == u64::from(length)).then(|| {
        bytes.shrink_to_fit();
        Squeezed { bytes, crc, length }
    })
}

/// Whether a client takes gzip, and at least as gladly as no coding (RFC 9110 §12.5.3). One that refuses both gets its answer as it is, as the
/// standard advises.
pub(crate) fn is_accepted(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(ACCEPT_ENCODING).iter().peekable();
    if lines.peek().is_none() {
        return false;
    }
    let (mut gzip, mut identity, mut any) = (None, None, None);
    let codings = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    for coding in codings {
        let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
        let wanted = match name.trim() {
            name if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => &mut gzip,
            name if name.eq_ignore_ascii_case("identity") => &mut identity,
            "*" => &mut any,
            _ => continue,
        };
        *wanted = Some(thousandths(parameters));
    }
    let gzip = gzip.or(any).unwrap_or(0);
    gzip > 0 && gzip >= identity.unwrap_or(0)
}

/// `q=0.5` as 500; 1000 without one, 0 for what is no weight (RFC 9110 §12.4.2).
fn thousandths(parameters: &str) -> u16 {
    let Some((name, value)) = parameters.trim().split_once('=') else {
        return if parameters.trim().is_empty() { 1_000 } else { 0 };
    };
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit()) && fraction.len() <= 3;
    let fraction = format!("{fraction:0<3}").parse().unwrap_or(0);
    match whole {
        _ if !name.trim().eq_ignore_ascii_case("q") || !digits => 0,
        "0" => fraction,
        "1" if fraction == 0 => 1_000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use proptest::prelude::*;
    use std::io::Read;

    fn expand(file: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        let mut decoder = GzDecoder::new(file);
        decoder.read_to_end(&mut text).unwrap();
        assert!(decoder.into_inner().is_empty(), "one file of one member");
        text
    }

    fn accepted(lines: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT_ENCODING, line.parse().unwrap());
        }
        is_accepted(&headers)
    }

    #[test]
    fn a_client_is_given_what_it_takes() {
        for lines in [
            &["gzip"][..],
            &["gzip, deflate, br, zstd"],
            &["br;q=1.0, GZIP;q=0.2"],
            &["x-gzip"],
            &["*"],
            &["identity;q=0, *"],
            &["identity;q=0.5, gzip;q=0.500"],
            &["deflate", "gzip"],
            &["gzip ; q=0.001"],
        ] {
            assert!(accepted(lines), "{lines:?}");
        }
        for lines in [
            &[][..],
            &[""],
            &["identity"],
            &["br"],
            &["gzip;q=0"],
            &["gzip;q=0.000, *"],
            &["*;q=0"],
            &["identity, gzip;q=0.5"],
            &["identity;q=0"],
            &["gzip;q=x"],
            &["gzip;q=-1"],
            &["gzip;q=0.0001"],
            &["gzip;q=2"],
            &["gzip;x=1"],
            &["gzipped"],
        ] {
            assert!(!accepted(lines), "{lines:?}");
        }
    }

    #[test]
    fn what_does_not_shrink_is_not_sent_compressed() {
        assert_eq!(compress(b"abc"), None);
        let text = "قهوة ".repeat(400);
        let file = compress(text.as_bytes()).unwrap();
        assert!(file.len() < text.len() / 4);
        assert_eq!(expand(&file), text.as_bytes());
    }

    #[test]
    fn too_much_to_follow_is_no_file() {
        let beginning = Beginning::default();
        assert_eq!(beginning.followed_by(b"abc", [&[0; STORED_MAX], b"x"]), None);
        let most = beginning.followed_by(b"abc", [&[7; STORED_MAX], b""]).unwrap();
        assert_eq!(expand(&most).len(), 3 + STORED_MAX);
    }

    proptest! {
        #[test]
        fn a_file_holds_its_beginning_and_what_followed(head in proptest::collection::vec(any::<u8>(), 0..5_000), a in "\\PC{0,80}", b in "\\PC{0,80}") {
            let beginning = Beginning::default();
            for rest in [[a.as_bytes(), b.as_bytes()], [b.as_bytes(), a.as_bytes()], [b"", b""]] {
                let file = beginning.followed_by(&head, rest).unwrap();
                prop_assert_eq!(expand(&file), [&head[..], rest[0], rest[1]].concat());
            }
        }

        #[test]
        fn weights_never_panic(text in "\\PC{0,40}") {
            thousandths(&text);
        }
    }
}
