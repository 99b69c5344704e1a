//! Searching folds what is written in many ways (design of `q`; Arabic letter forms, harakat, digits, case, accents).

use tests::Database;

/// Two spellings of one word.
const SAME: &[(&str, &str)] = &[
    // Hamza forms and alef.
    ("أحمد", "احمد"),
    ("إحسان", "احسان"),
    ("آمال", "امال"),
    ("ٱلله", "الله"),
    ("أإآٱا", "ااااا"),
    ("مؤمن", "مومن"),
    ("رؤوف", "رووف"),
    ("قارئ", "قاري"),
    ("شاطئ", "شاطي"),
    ("سائل", "سايل"),
    ("ماء", "ما"),
    ("قراءة", "قراة"),
    ("ا\u{654}", "أ"),
    ("ا\u{655}", "إ"),
    ("ا\u{653}", "آ"),
    // Alef maqsura and ya; Farsi ya; keheh.
    ("على", "علي"),
    ("مستشفى", "مستشفي"),
    ("سعودى", "سعودي"),
    ("فارسی", "فارسي"),
    ("کتاب", "كتاب"),
    // Ta marbuta and ha.
    ("قهوة", "قهوه"),
    ("مكة", "مكه"),
    ("هدية فاخرة", "هديه فاخره"),
    // Tatweel.
    ("قـــهـوة", "قهوة"),
    ("ـعطرـ", "عطر"),
    // Harakat, shadda, sukun, dagger alef, Quranic marks.
    ("قَهْوَة", "قهوة"),
    ("مُحَمَّد", "محمد"),
    ("عَرَبِيٌّ", "عربي"),
    ("عُودٌ", "عود"),
    ("هٰذا", "هذا"),
    ("رحمٰن", "رحمن"),
    ("كِتَابًا", "كتابا"),
    // Digits.
    ("٢٥٠ جم", "250 جم"),
    ("۲۵۰", "250"),
    ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
    ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
    ("مقاس ٤٢", "مقاس 42"),
    // Presentation forms and ligatures, as PDFs and old keyboards give them.
    ("ﻗﻬﻮﺓ", "قهوة"),
    ("ﻻ", "لا"),
    ("ﷲ", "الله"),
    // Invisible characters.
    ("قه\u{200f}وة", "قهوة"),
    ("می\u{200c}م", "ميم"),
    ("عو\u{200b}د", "عود"),
    // Latin.
    ("Café", "cafe"),
    ("Cafe\u{301}", "cafe"),
    ("ESPRESSO", "espresso"),
    ("Ｏｕｄ", "oud"),
    ("ﬁlter", "filter"),
    ("naïve", "naive"),
    // Everything else parts words.
    ("v60-filter", "v60 filter"),
    ("  عود   كمبودي ", "عود كمبودي"),
    ("عود،كمبودي", "عود كمبودي"),
    ("100%", "100"),
    ("a_b", "a b"),
];

/// Different words stay different.
const DIFFERENT: &[(&str, &str)] = &[
    ("عود", "عيد"),
    ("قهوة", "قوة"),
    ("شاي", "شال"),
    ("بن", "بنت"),
    ("cup", "cap"),
    ("250", "205"),
    ("حرير", "خرير"),
    ("ورد", "زرد"),
    ("سكر", "شكر"),
];

#[tokio::test]
async fn spellings_of_a_word_fold_to_the_same() {
    let database = Database::start().await;
    let fold = async |text: &str| -> String {
        database.sql.query_one("select app.fold_text($1)", &[&text]).await.unwrap().get(0)
    };
    let mut wrong = Vec::new();
    for (one, other) in SAME {
        let (one_folded, other_folded) = (fold(one).await, fold(other).await);
        if one_folded != other_folded {
            wrong.push(format!("{one} -> {one_folded:?}, {other} -> {other_folded:?}"));
        }
        // What is stored is folded once, what is searched for too.
        for folded in [one_folded, other_folded] {
            if fold(&folded).await != folded {
                wrong.push(format!("{folded:?} folds further"));
            }
            if !folded.chars().all(|character| character.is_alphanumeric() || character == ' ') {
                wrong.push(format!("{folded:?} has a character that LIKE could read"));
            }
        }
    }
    for (one, other) in DIFFERENT {
        if fold(one).await == fold(other).await {
            wrong.push(format!("{one} and {other} are one"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_query_is_patterns_of_its_words() {
    let database = Database::start().await;
    for (query, patterns) in [
        ("قهوة", &["%قهوه%"][..]),
        ("القهوة العربية", &["%قهوه%", "%عربيه%"]),
        // A short word that begins like the article is a word.
        ("الف", &["%الف%"]),
        ("  V60   Filter ", &["%v60%", "%filter%"]),
        ("%_\\", &["%"]),
        ("50%", &["%50%"]),
        ("' or 1=1 --", &["%or%", "%1%", "%1%"]),
    ] {
        let found: Vec<String> =
            database.sql.query_one("select app.search_patterns($1)", &[&query]).await.unwrap().get(0);
        assert_eq!(found, patterns, "{query}");
    }
}
