//! Devices, coarsely: enough to tell a new kind of device from a known one and to name it to a person, not enough to track.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::encoding::hex;

/// Most bytes of a header that are looked at.
const MAX_HEADER_LEN: usize = 1024;

/// Browser families by what their User-Agent contains, the more special first: each one also names those below it.
const FAMILIES: [(&str, &str); 14] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Opera", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("YaBrowser/", "Yandex Browser"),
    ("UCBrowser/", "UC Browser"),
    ("Instagram", "Instagram"),
    ("FBAN", "Facebook"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Platforms, the more special first.
const PLATFORMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// What a User-Agent tells, as far as it is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Device {
    /// Browser family, without version.
    pub family: Option<&'static str>,
    /// Operating system or kind of device.
    pub platform: Option<&'static str>,
}

impl Device {
    /// Reads a User-Agent header. What is unknown stays so: no part of the header is repeated.
    #[must_use]
    pub fn from_user_agent(header: &str) -> Self {
        let header = bounded(header);
        let first = |table: &[(&str, &'static str)]| {
            table.iter().find(|(mark, _)| header.contains(mark)).map(|(_, name)| *name)
        };
        Self { family: first(&FAMILIES), platform: first(&PLATFORMS) }
    }
}

/// The label for a person: `Chrome on Android`.
impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.family, self.platform) {
            (Some(family), Some(platform)) => write!(f, "{family} on {platform}"),
            (Some(name), None) | (None, Some(name)) => f.write_str(name),
            (None, None) => f.write_str("Unknown device"),
        }
    }
}

/// The fingerprint of a device, 64 hexadecimal digits: SHA-256 of family, platform and first language. Stays the same over
/// updates of the browser; the same for many people, so it proves nothing.
#[must_use]
pub fn fingerprint(user_agent: Option<&str>, accept_language: Option<&str>) -> String {
    let device = Device::from_user_agent(user_agent.unwrap_or_default());
    let language = primary_language(accept_language.unwrap_or_default());
    let mut hash = Sha256::new();
    for part in [device.family.unwrap_or_default(), device.platform.unwrap_or_default(), &language] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex(&hash.finalize())
}

/// `ar` of `ar-SA,ar;q=0.9,en;q=0.8`.
fn primary_language(header: &str) -> String {
    let letters = bounded(header).trim_start().chars().take_while(char::is_ascii_alphabetic).take(8);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

fn bounded(header: &str) -> &str {
    header.get(..header.floor_char_boundary(MAX_HEADER_LEN)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME_ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";

    #[test]
    fn devices_have_names_people_know() {
        for (header, label) in [
            (CHROME_ANDROID, "Chrome on Android"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPad",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0",
                "Firefox on macOS",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
            ("Dalvik/2.1.0 (Linux; U; Android 14)", "Android"),
            ("curl/8.5.0", "Unknown device"),
            ("", "Unknown device"),
            ("<script>alert(1)</script>", "Unknown device"),
        ] {
            assert_eq!(Device::from_user_agent(header).to_string(), label, "{header}");
        }
    }

    #[test]
    fn a_fingerprint_outlives_updates_and_tells_kinds_apart() {
        let now = fingerprint(Some(CHROME_ANDROID), Some("ar-SA,ar;q=0.9,en;q=0.8"));
        assert_eq!(now, fingerprint(Some(&CHROME_ANDROID.replace("131", "140")), Some("AR")));
        assert_ne!(now, fingerprint(Some(CHROME_ANDROID), Some("en-US")));
        assert_ne!(now, fingerprint(Some(&CHROME_ANDROID.replace("Android", "X11")), Some("ar")));
        assert_eq!(fingerprint(None, None), fingerprint(Some("curl/8"), Some("*")));
        assert_eq!(now.len(), 64);
    }

    #[test]
    fn long_headers_are_cut_between_characters() {
        let long = format!("{}Chrome/1", "ع".repeat(600));
        assert_eq!(Device::from_user_agent(&long).to_string(), "Unknown device");
        assert_eq!(fingerprint(Some(&long), Some(&long)).len(), 64);
    }
}
