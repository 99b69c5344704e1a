//! How long a text message may be.

use chrono::DateTime;

/// Characters of one part in the GSM alphabet (3GPP TS 23.038 §6.2.1), of which the extended ones count twice.
const GSM_LEN_MAX: usize = 160;

/// UTF-16 units of one part in any other alphabet.
const UCS2_LEN_MAX: usize = 70;

/// The default alphabet, without the escape.
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Characters behind the escape: two septets each.
const GSM_EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// The text with as much of the shop's name as one part holds.
pub(super) fn fit(shop: &str, text: impl Fn(&str) -> Option<String>) -> Option<String> {
    let whole = text(shop)?;
    if fits(&whole) {
        return Some(whole);
    }
    // The ellipsis is not in the GSM alphabet: in a message that is, it would halve the room.
    let mark = if shop.chars().all(|character| GSM.contains(character)) { "..." } else { "…" };
    let mut cuts = shop.char_indices().map(|(at, _)| at).rev().take_while(|at| *at > 0);
    let shortened =
        cuts.find_map(|at| text(&format!("{}{mark}", shop.get(..at)?.trim_end())).filter(|text| fits(text)));
    Some(shortened.unwrap_or(whole))
}

/// Whether the text goes out in one part.
pub(super) fn fits(text: &str) -> bool {
    let septets = text.chars().try_fold(0_usize, |sum, character| {
        let width = if GSM.contains(character) { 1 } else { 2 };
        (width == 1 || GSM_EXTENDED.contains(character)).then(|| sum.saturating_add(width))
    });
    septets.is_some_and(|septets| septets <= GSM_LEN_MAX) || text.encode_utf16().count() <= UCS2_LEN_MAX
}

/// A moment for people to read: `2026-11-20 13:50 UTC`. The reader's time zone is not known here.
pub(super) fn time(at: i64) -> String {
    DateTime::from_timestamp(at, 0).map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default()
}
