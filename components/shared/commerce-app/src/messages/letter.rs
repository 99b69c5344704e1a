//! An e-mail before it becomes HTML and text.

/// What an e-mail consists of.
#[derive(Debug)]
pub(super) struct Letter {
    /// One line, the shop's name in it.
    pub subject: String,
    /// What is above the text.
    pub title: &'static str,
    /// The text.
    pub blocks: Vec<Block>,
}

/// A part of the text.
#[derive(Debug)]
pub(super) enum Block {
    /// Sentences.
    Paragraph(String),
    /// A code to type, or a token to paste; always left to right.
    Code(String),
    /// A link.
    Link {
        /// What it does.
        label: &'static str,
        /// Where it leads.
        url: String,
    },
}

impl Block {
    /// Sentences.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Paragraph(text.into())
    }
}

impl Letter {
    /// The letter as plain text: codes and links on lines of their own, so that they can be copied and do not mix with the direction of
    /// the text around them.
    pub(super) fn plain(&self, shop: &str) -> String {
        let mut text = format!("{}\n", self.title);
        for block in &self.blocks {
            text.push('\n');
            match block {
                Block::Paragraph(line) | Block::Code(line) => text.push_str(line),
                Block::Link { label, url } => {
                    text.push_str(label);
                    text.push_str(":\n");
                    text.push_str(url);
                }
            }
            text.push('\n');
        }
        text.push_str("\n-- \n");
        text.push_str(shop);
        text.push('\n');
        text
    }
}
