//! An e-mail as HTML. Inline styles and plain elements alone: mail programs drop the rest. No pictures and nothing from elsewhere, so
//! that opening a message tells nobody.

use super::Language;
use super::letter::{Block, Letter};

const BODY: &str =
    "margin:0;padding:24px;background:#f4f4f5;color:#18181b;font:16px/1.6 system-ui,'Segoe UI',Tahoma,sans-serif";
const CARD: &str = "max-width:32em;margin:0 auto;padding:24px;background:#fff;border-radius:8px";
const TITLE: &str = "margin:0 0 16px;font-size:20px";
const CODE: &str = "margin:16px 0;padding:12px;background:#f4f4f5;border-radius:6px;text-align:center;font:bold 20px/1.4 monospace;word-break:break-all";
const LINK: &str =
    "display:inline-block;padding:10px 20px;background:#18181b;color:#fff;border-radius:6px;text-decoration:none";
const FOOTER: &str = "margin:24px 0 0;color:#71717a;font-size:14px";

/// The whole document.
pub(super) fn document(letter: &Letter, language: Language, shop: &str) -> String {
    let direction = match language {
        Language::Arabic => "rtl",
        Language::English => "ltr",
    };
    let (tag, title) = (language.tag(), escape(letter.title));
    let blocks: String = letter.blocks.iter().map(block).collect();
    let shop = escape(shop);
    format!(
        "<!doctype html>\n<html lang=\"{tag}\" dir=\"{direction}\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body style=\"{BODY}\">\n<div style=\"{CARD}\">\n<h1 style=\"{TITLE}\">{title}</h1>\n{blocks}\
         <p style=\"{FOOTER}\"><bdi>{shop}</bdi></p>\n</div>\n</body>\n</html>\n"
    )
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph(text) => format!("<p>{}</p>\n", escape(text)),
        Block::Code(code) => format!("<p dir=\"ltr\" style=\"{CODE}\">{}</p>\n", escape(code)),
        Block::Link { label, url } => {
            format!("<p><a href=\"{}\" style=\"{LINK}\">{}</a></p>\n", escape(url), escape(label))
        }
    }
}

/// Text for an element or a quoted attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
