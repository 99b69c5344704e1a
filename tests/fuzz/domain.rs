//! Ids, quantities, money, languages, and how people and addresses are written.

use commerce_domain::contact::{
    ContactInput, Email, NewOrderContact, NewSavedAddress, Phone, SavedAddressInput, SavedAddressPatch,
};
use commerce_domain::contact::{PersonName, SavedAddressPatchInput};
use commerce_domain::locale::{self, Language, MAX_LANGUAGES};
use commerce_domain::permission::Role;
use commerce_domain::text::{fold_digits, is_unprintable};
use commerce_domain::{
    AccountId, AddressId, CartId, CartItemId, CategoryId, Currency, CustomerId, EventId, GatewayAccountId, MediaId,
    Money, OrderId, OrderLineId, PaymentId, ProductId, Quantity, SessionId, StaffId, TenantId, TraceContext, VariantId,
    WebOrigin,
};
use commerce_identity::device::{Device, fingerprint};
use commerce_identity::identifier::Identifier;
use serde_json::json;

use crate::target::Target;

const COUNTRIES: [&str; 5] = ["SA", "KW", "AE", "", "ß"];

/// Whether some kind of id accepts the text; whichever does, it writes it the same.
fn accepted_ids(text: &str) -> usize {
    let mut accepted = 0;
    let mut count = |written: Option<String>| {
        if let Some(written) = written {
            assert_eq!(written, text, "a second text form");
            accepted += 1;
        }
    };
    macro_rules! parse {
        ($($kind:ident)*) => {$( count($kind::parse(text).ok().map(|id| id.to_string())); )*};
    }
    parse!(AddressId CartId CartItemId CategoryId CustomerId EventId GatewayAccountId MediaId OrderId OrderLineId PaymentId ProductId);
    parse!(SessionId StaffId TenantId VariantId);
    accepted
}

fn id() -> Target {
    let hex = "0190c0de0000700080000000000000ff";
    let good = ["usr", "cus", "crt", "ord", "ses", "var"].map(|prefix| format!("{prefix}_{hex}"));
    Target::text("id", good, |text, _| {
        let accepted = accepted_ids(text);
        assert!(accepted <= 1, "{text} is an id of several kinds");
        if let Ok(account) = AccountId::parse(text) {
            assert_eq!((account.to_string().as_str(), accepted), (text, 1));
        }
        accepted == 1
    })
}

fn quantity() -> Target {
    Target::text("quantity", ["1", "1000"], |text, _| {
        let Ok(quantity) = serde_json::from_str::<Quantity>(text) else { return false };
        assert_eq!(text.trim().parse(), Ok(quantity.get()), "{text:?}");
        assert!((1..=1_000).contains(&quantity.get()));
        true
    })
}

fn money() -> Target {
    let good = ["SAR", "KWD", "JPY"].map(|currency| json!({"amount_minor": 12_345, "currency": currency}).to_string());
    Target::text("money", good, |text, rng| {
        if let Ok(currency) = Currency::parse(text) {
            assert_eq!(currency.code(), text);
        }
        let Ok(money) = serde_json::from_str::<Money>(text) else { return false };
        let other = Money::new(rng.integer(), money.currency);
        let sum = i128::from(money.amount_minor) + i128::from(other.amount_minor);
        assert_eq!(
            money.checked_add(other).ok().map(|sum| i128::from(sum.amount_minor)),
            i64::try_from(sum).ok().map(i128::from)
        );
        let factor = rng.integer();
        let product = i128::from(money.amount_minor) * i128::from(factor);
        let multiplied = money.checked_mul(factor).ok().map(|product| i128::from(product.amount_minor));
        assert_eq!(multiplied, i64::try_from(product).ok().map(i128::from));
        for money in [money, other] {
            let digits: String = money.format_decimal().chars().filter(|one| *one != '.').collect();
            assert_eq!(digits.parse(), Ok(money.amount_minor), "{}", money.format_decimal());
        }
        true
    })
}

fn email() -> Target {
    Target::text("e-mail address", ["Sara.Q+shop@Example.COM", "سارة@متجر.السعودية"], |text, _| {
        if let Ok(email) = Email::parse(text) {
            let again = Email::parse(email.as_str()).map(|again| again.as_str().to_owned());
            assert_eq!(again.as_deref(), Ok(email.as_str()), "read again it is another");
        }
        let Ok(identifier) = Identifier::email(text) else { return false };
        let kept = identifier.as_str();
        assert!(kept.len() <= 254 && kept.split('@').count() == 2 && !kept.chars().any(is_unprintable), "{kept:?}");
        assert_eq!(Identifier::email(kept).as_ref(), Ok(&identifier), "normalised once is normalised");
        true
    })
}

fn phone() -> Target {
    Target::text(
        "phone number",
        ["0501234567", "+966 50 123 4567", "٠٥٠١٢٣٤٥٦٧", "00965 51234567"],
        |text, rng| {
            let home = if rng.below(4) > 0 { "SA" } else { rng.pick(&COUNTRIES) };
            let Ok(phone) = Phone::parse(text, home) else { return false };
            let digits = phone.as_str().strip_prefix('+').unwrap();
            assert!((8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()), "{digits}");
            assert_eq!(
                Phone::parse(phone.as_str(), "KW").map(|again| again.as_str().to_owned()).as_deref(),
                Ok(phone.as_str())
            );
            assert!(
                fold_digits(text).ends_with(&digits[digits.len() - 1..]) || !text.ends_with(char::is_numeric),
                "{text:?}"
            );
            true
        },
    )
}

fn address() -> serde_json::Value {
    json!({"country": "SA", "city": "الرياض", "district": "العليا", "street": "طريق الملك فهد", "building": "٧٥٤٢", "postal_code": "12211",
        "short_address": "rrrd2929"})
}

fn contact() -> Target {
    let good = json!({"email": "sara@example.com", "phone": "0501234567", "name": "سارة القحطاني", "shipping_address": address()});
    Target::bytes("contact of an order", [good.to_string()], |bytes, rng| {
        let Ok(input) = serde_json::from_slice::<ContactInput>(bytes) else { return false };
        match NewOrderContact::parse(&input, rng.pick(&COUNTRIES), &["SA", "KW"]) {
            Ok(contact) => {
                assert!(matches!(contact.shipping_address.country.as_str(), "SA" | "KW"));
                assert!(!contact.name.as_str().chars().any(is_unprintable));
                true
            }
            Err(errors) => {
                assert!(!errors.is_empty(), "refused without a reason");
                false
            }
        }
    })
}

fn saved_address() -> Target {
    let good =
        json!({"label": "البيت", "name": "سارة", "phone": "0501234567", "address": address(), "is_default": true})
            .to_string();
    Target::bytes("saved address", [good], |bytes, rng| {
        if let Ok(input) = serde_json::from_slice::<SavedAddressPatchInput>(bytes) {
            let patch = SavedAddressPatch::parse(&input, "SA");
            assert!(patch.is_ok() || patch.is_err_and(|errors| !errors.is_empty()));
        }
        let Ok(input) = serde_json::from_slice::<SavedAddressInput>(bytes) else { return false };
        NewSavedAddress::parse(&input, rng.pick(&COUNTRIES)).is_ok()
    })
}

fn name() -> Target {
    Target::text("name", [" سارة القحطاني ", "O'Brien"], |text, _| {
        let Ok(name) = PersonName::parse(text) else { return false };
        assert!((1..=120).contains(&name.as_str().chars().count()) && !name.as_str().chars().any(is_unprintable));
        assert_eq!(name.as_str(), text.trim());
        true
    })
}

fn language() -> Target {
    Target::text("language", ["ar", "en-GB", "en-US,en;q=0.5, ar;q=0.8"], |text, _| {
        let explicit = Language::parse(text).ok();
        let preferred = locale::preferences(explicit.clone(), Some(text));
        assert!(preferred.len() <= MAX_LANGUAGES && preferred.first() == explicit.as_ref().or(preferred.first()));
        assert!(preferred.iter().all(|one| (2..=3).contains(&one.as_str().len())), "{preferred:?}");
        !preferred.is_empty()
    })
}

fn role() -> Target {
    Target::text("role", ["owner", "viewer"], |text, _| {
        Role::parse(text).is_some_and(|role| {
            assert_eq!(role.as_str(), text);
            true
        })
    })
}

fn device() -> Target {
    let agent =
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36";
    Target::text("user agent", [agent], |text, _| {
        assert_eq!(fingerprint(Some(text), Some(text)).len(), 64);
        let device = Device::from_user_agent(text).to_string();
        assert!((1..=100).contains(&device.len()) && !device.chars().any(is_unprintable), "{device:?}");
        true
    })
}

fn trace() -> Target {
    let good = [
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\na=1",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff-x\n",
    ];
    Target::text("trace context", good, |text, _| {
        let (parent, state) = text.split_once('\n').unwrap_or((text, ""));
        let of = |parent: &str, state: &str| {
            TraceContext::of_headers([parent.as_bytes()].into_iter(), [state.as_bytes()].into_iter(), 7)
        };
        let Some(trace) = of(parent, state) else { return false };
        let next = of(&trace.traceparent(), trace.tracestate().unwrap_or_default()).expect("what is sent is valid");
        assert_eq!(next, trace, "a second form of {text:?}");
        assert!(trace.tracestate().is_none_or(|state| state.len() <= 512 && !state.contains(char::is_control)));
        true
    })
}

fn web_origin() -> Target {
    let good = ["https://www.example.com", "http://localhost:5173", "HTTPS://A.Example:443"];
    Target::text("web origin", good, |text, _| {
        let Ok(origin) = WebOrigin::parse(text) else { return false };
        assert_eq!(WebOrigin::parse(origin.as_str()).as_ref(), Ok(&origin), "a second form of {text:?}");
        let harmless = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b":/.-".contains(&byte);
        assert!(origin.as_str().bytes().all(harmless), "{origin:?}");
        true
    })
}

pub fn all() -> Vec<Target> {
    let people = [email(), phone(), contact(), saved_address(), name(), language(), role(), device()];
    [id(), quantity(), money(), trace(), web_origin()].into_iter().chain(people).collect()
}
