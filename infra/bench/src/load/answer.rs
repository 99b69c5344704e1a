//! Just enough HTTP/1.1 to know where an answer ends.

use anyhow::{Result, bail};

/// An answer as read from a connection.
#[derive(Debug)]
pub struct Answer<'a> {
    /// Status code.
    pub status: u16,
    /// Body as it was sent; with chunked coding, the framing is still in it.
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// The body as text, for messages.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.body).chars().take(300).collect()
    }

    /// The text that follows `prefix` in the body, up to the next double quote.
    pub fn quoted_after(&self, prefix: &str) -> Option<&str> {
        let start = find(self.body, prefix.as_bytes())? + prefix.len();
        let rest = self.body.get(start..)?;
        let end = rest.iter().position(|byte| *byte == b'"')?;
        std::str::from_utf8(rest.get(..end)?).ok()
    }
}

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Bytes(usize),
    Chunked,
}

/// Status line and headers, once they are complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Status code.
    pub status: u16,
    /// Where the body begins.
    pub end: usize,
    length: Length,
}

impl Head {
    /// Reads the head of an answer; `None` while it is incomplete.
    ///
    /// # Errors
    /// When it is no HTTP/1.1, or says nothing of its body's length.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let Some(end) = find(bytes, b"\r\n\r\n") else { return Ok(None) };
        let head = bytes.get(..end).unwrap_or_default();
        let mut lines = head.split(|byte| *byte == b'\n');
        let status = lines.next().and_then(|line| std::str::from_utf8(line.get(9..12)?).ok()?.parse().ok());
        let Some(status) = status else { bail!("not an HTTP answer") };
        let mut length = if status == 204 || status == 304 { Some(Length::Bytes(0)) } else { None };
        for line in lines {
            if let Some(value) = header(line, b"content-length:") {
                length = std::str::from_utf8(value).ok().and_then(|text| text.trim().parse().ok()).map(Length::Bytes);
            } else if header(line, b"transfer-encoding:").is_some() {
                length = Some(Length::Chunked);
            }
        }
        let Some(length) = length else { bail!("an answer without length") };
        Ok(Some(Self { status, end: end + 4, length }))
    }

    /// Where the body that begins `bytes` ends; `None` while it is incomplete.
    pub fn body_end(&self, bytes: &[u8]) -> Option<usize> {
        match self.length {
            Length::Bytes(length) => (bytes.len() >= length).then_some(length),
            Length::Chunked => chunked_end(bytes),
        }
    }
}

fn header<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let start = line.get(..name.len())?;
    start.eq_ignore_ascii_case(name).then(|| line.get(name.len()..)).flatten()
}

fn chunked_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..)?;
        let line = find(rest, b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(rest.get(..line)?).ok()?.trim(), 16).ok()?;
        at += line + 2 + size + 2;
        if size == 0 {
            return (bytes.len() >= at).then_some(at);
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_when_complete() {
        assert_eq!(Head::parse(b"HTTP/1.1 200 OK\r\nContent-Le").unwrap(), None);
        let text = b"HTTP/1.1 201 Created\r\nX: 1\r\nContent-Length: 3\r\n\r\nabc";
        let head = Head::parse(text).unwrap().unwrap();
        assert_eq!((head.status, head.end), (201, text.len() - 3));
        assert_eq!((head.body_end(b"ab"), head.body_end(b"abc")), (None, Some(3)));
        assert_eq!(Head::parse(b"HTTP/1.1 304 Not Modified\r\n\r\n").unwrap().unwrap().body_end(b""), Some(0));
        assert!(Head::parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(Head::parse(b"SSH-2.0\r\n\r\n").is_err());
    }

    #[test]
    fn chunks_end_with_the_empty_one() {
        let head = Head::parse(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").unwrap().unwrap();
        let body = b"3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
        assert_eq!(head.body_end(body), Some(body.len()));
        assert_eq!(head.body_end(&body[..body.len() - 1]), None);
    }

    #[test]
    fn values_are_found_by_what_stands_before_them() {
        let answer = Answer { status: 201, body: br#"{"data":{"id":"crt_12","x":"y"}}"# };
        assert_eq!(answer.quoted_after("\"id\":\"crt_"), Some("12"));
        assert_eq!(answer.quoted_after("\"id\":\"ord_"), None);
    }
}
