//! Forms of HTML pages, as far as a browser without JavaScript needs them.

/// A form and what its fields hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent, as written: may be relative.
    pub action: String,
    /// Names and values of the fields, in their order.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// The form with `method="post"` that contains `marker`.
    ///
    /// # Errors
    /// What is missing, with the page.
    pub fn holding(page: &str, marker: &str) -> Result<Self, String> {
        let at = page.find(marker).ok_or_else(|| format!("no {marker} in this page: {page}"))?;
        let start = page[..at].rfind("<form").ok_or_else(|| format!("{marker} is in no form: {page}"))?;
        let form = &page[start..];
        let form = form.split_once("</form>").map_or(form, |(form, _)| form);
        if start + form.len() < at {
            return Err(format!("{marker} stands behind a form: {page}"));
        }
        let mut tags = form.split('<').skip(1).map(|rest| rest.split_once('>').map_or(rest, |(tag, _)| tag));
        let head = tags.next().unwrap_or_default();
        if attribute(head, "method").as_deref() != Some("post") {
            return Err(format!("a form without method=\"post\": {form}"));
        }
        let action = attribute(head, "action").ok_or_else(|| format!("a form without action: {form}"))?;
        let inputs = tags.filter(|tag| tag.starts_with("input "));
        let fields =
            inputs.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default())));
        Ok(Self { action, fields: fields.collect() })
    }
}

/// The value of `name="…"` in a tag.
pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| unescape(value))
}

fn unescape(text: &str) -> String {
    let pairs = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    pairs.into_iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<form><input name=\"q\"></form><form action=\"/a?b=1&amp;c=2\" method=\"post\">\
        <input type=\"hidden\" name=\"prompt\" value=\"it&#39;s &amp;lt;\"/><input required type=\"text\" name=\"login\" \
        placeholder=\"any\" ><button class=\"go\">Go</button></form><p class=\"after\">";

    #[test]
    fn a_form_is_found_by_what_it_contains() {
        let fields = [("prompt", "it's &lt;"), ("login", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let form = Form { action: "/a?b=1&c=2".to_owned(), fields: fields.to_vec() };
        assert_eq!(Form::holding(PAGE, "class=\"go\""), Ok(form));
    }

    #[test]
    fn what_is_missing_is_told() {
        for (marker, told) in [
            ("class=\"stop\"", "no class=\"stop\" in this page"),
            ("class=\"after\"", "stands behind a form"),
            ("name=\"q\"", "without method=\"post\""),
        ] {
            let error = Form::holding(PAGE, marker).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
