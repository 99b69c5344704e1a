//! Every text in both languages, as snapshots; what holds for all of them, as rules.

use super::*;

const SHOP: &str = "Qahwa & <Co>";
const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn contents() -> Vec<Content> {
    let code = || "012345".to_owned();
    let secret = || SECRET.to_owned();
    vec![
        Content::VerifyEmail { secret: secret() },
        Content::AlreadyRegistered,
        Content::ResetPassword { secret: secret() },
        Content::PasswordChanged,
        Content::SignIn { code: code() },
        Content::SecondFactor { code: code() },
        Content::VerifyEmailCode { code: code() },
        Content::VerifyPhone { code: code() },
        Content::NewDevice { device: "Chrome on Android".into(), ip: Some("203.0.113.7".into()), at: 1_795_182_600 },
    ]
}

fn body(content: Content) -> Body {
    let valid_min = match content {
        Content::VerifyEmail { .. } => 24 * 60,
        Content::ResetPassword { .. } => 60,
        _ => 10,
    };
    Body { content, language: None, expires_at: 0, valid_min }
}

fn origin() -> PublicOrigin<'static> {
    PublicOrigin { template: "https://{host}", base_domain: "wasla.example", local_port: Some(3000) }
}

fn written(body: &Body, language: Language) -> RenderedEmail {
    let link =
        body.content.link().map(|(secret, target)| origin().link("qahwa", None, target, &format!("0190.{secret}")));
    email(body, language, &Surroundings { shop: SHOP, link })
}

#[test]
fn every_email_reads_as_in_its_snapshot() {
    for content in contents() {
        let body = body(content);
        for language in [Language::Arabic, Language::English] {
            let RenderedEmail { subject, html, text } = written(&body, language);
            let name = format!("{}_{}", body.content.kind(), language.tag());
            insta::assert_snapshot!(name, format!("{subject}\n=====\n{text}=====\n{html}"));
        }
    }
}

#[test]
fn every_text_message_reads_as_in_its_snapshot_and_fits_one_part() {
    let mut all = String::new();
    for content in contents() {
        let body = body(content);
        for (language, shop) in [(Language::Arabic, "قهوة"), (Language::English, "Qahwa")] {
            let Some(text) = sms(&body, language, shop) else {
                assert!(body.content.link().is_some(), "{body:?}");
                continue;
            };
            assert!(sms::fits(&text), "{text}");
            all.push_str(&format!("{} {}: {text}\n", body.content.kind(), language.tag()));
        }
    }
    insta::assert_snapshot!("text_messages", all);
}

#[test]
fn a_long_name_is_cut_so_that_one_part_holds_the_message() {
    let long = "محمصة القهوة المختصة في حي العليا بمدينة الرياض العامرة بالمقاهي";
    for content in contents().into_iter().filter(|content| content.link().is_none()) {
        for language in [Language::Arabic, Language::English] {
            let text = sms(&body(content.clone()), language, long).unwrap();
            assert!(sms::fits(&text), "{} units: {text}", text.encode_utf16().count());
        }
    }
    assert!(sms::fits(&"x".repeat(160)) && !sms::fits(&"x".repeat(161)));
    assert!(sms::fits(&"€".repeat(80)) && !sms::fits(&"€".repeat(81)));
    assert!(sms::fits(&"ق".repeat(70)) && !sms::fits(&"ق".repeat(71)));
    assert!(!sms::fits(&"☕".repeat(71)));
}

#[test]
fn what_a_merchant_or_device_calls_itself_is_no_markup() {
    let device = Content::NewDevice { device: "<script>alert('x')</script>\"".into(), ip: None, at: 0 };
    for content in contents().into_iter().chain([device]) {
        for language in [Language::Arabic, Language::English] {
            let RenderedEmail { html, .. } = written(&body(content.clone()), language);
            assert!(html.contains("<bdi>Qahwa &amp; &lt;Co&gt;</bdi>") && !html.contains("<Co>"), "{html}");
            assert!(!html.contains("<script"), "{html}");
        }
    }
}

#[test]
fn arabic_reads_from_right_to_left_and_codes_from_left_to_right() {
    let code = body(Content::SignIn { code: "012345".into() });
    let html = written(&code, Language::Arabic).html;
    assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">") && html.contains("<p dir=\"ltr\""), "{html}");
    assert!(written(&code, Language::English).html.contains("<html lang=\"en\" dir=\"ltr\">"));
}

#[test]
fn a_link_leads_to_the_shop_and_keeps_its_token_from_servers() {
    let link = |domain, origin: PublicOrigin<'_>| origin.link("qahwa", domain, LinkTarget::ResetPassword, "t").url;
    assert_eq!(link(None, origin()), "https://qahwa.wasla.example/account/reset-password#token=t");
    assert_eq!(link(Some("qahwa.sa"), origin()), "https://qahwa.sa/account/reset-password#token=t");
    let local = PublicOrigin { template: "http://{host}/", base_domain: "localhost", local_port: Some(3000) };
    assert_eq!(local.of("qahwa", Some("qahwa.sa")), "http://qahwa.localhost:3000");
}

#[test]
fn languages_are_picked_by_preference() {
    assert_eq!(Language::pick(&["fr", "en-GB", "ar"]), Some(Language::English));
    assert_eq!(Language::pick(&["ar-SA"]), Some(Language::Arabic));
    assert_eq!(Language::pick::<&str>(&[]), None);
}
