//! The texts in Arabic.

use super::letter::{Block, Letter};
use super::{Body, Content, Link, Surroundings};

const IGNORE: &str = "إذا لم تطلب ذلك فتجاهل هذه الرسالة.";
const SECRET: &str = "لا تشارك هذا الرمز مع أحد، فنحن لا نطلبه أبدًا.";

/// An e-mail.
pub(super) fn letter(body: &Body, surroundings: &Surroundings<'_>) -> Letter {
    let shop = surroundings.shop;
    let (subject, title, mut blocks) = match &body.content {
        Content::VerifyEmail { .. } => (
            format!("أكّد بريدك الإلكتروني في {shop}"),
            "أكّد بريدك الإلكتروني",
            vec![
                Block::text(format!("أكّد أن هذا البريد لك لإتمام إنشاء حسابك في {shop}.")),
                Block::text("ستُطلب منك كلمة المرور التي اخترتها عند التسجيل."),
            ],
        ),
        Content::ResetPassword { .. } => (
            format!("عيّن كلمة مرور جديدة في {shop}"),
            "عيّن كلمة مرور جديدة",
            vec![Block::text(format!("وصلنا طلب كلمة مرور جديدة لحسابك في {shop}."))],
        ),
        Content::Invitation { .. } => (
            format!("دعوة للعمل في {shop}"),
            "اقبل الدعوة",
            vec![
                Block::text(format!("يدعوك فريق {shop} للعمل معهم بهذا البريد.")),
                Block::text("إن لم يكن لك حساب بعد فستختار كلمة مرور عند القبول."),
            ],
        ),
        Content::AlreadyRegistered => (
            format!("لديك حساب في {shop}"),
            "لديك حساب بالفعل",
            vec![
                Block::text(format!("حاول شخص التسجيل في {shop} بهذا البريد، وله حساب من قبل.")),
                Block::text("إن كنت أنت فسجّل الدخول، أو اطلب كلمة مرور جديدة إن نسيتها."),
                Block::text("وإن لم تكن أنت فلا يلزمك شيء: لم يتغيّر حسابك."),
            ],
        ),
        Content::PasswordChanged => (
            format!("تغيّرت كلمة مرورك في {shop}"),
            "تغيّرت كلمة مرورك",
            vec![
                Block::text(format!("تغيّرت كلمة مرور حسابك في {shop}، وسُجّل خروج الأجهزة الأخرى كلها.")),
                Block::text("إن لم تكن أنت فاطلب كلمة مرور جديدة فورًا."),
            ],
        ),
        Content::NewDevice { device, ip, at } => (
            format!("تسجيل دخول جديد في {shop}"),
            "تسجيل دخول جديد",
            vec![
                Block::text(format!("استُخدم حسابك في {shop} على جهاز لم نعرفه من قبل.")),
                Block::text(format!("الجهاز: {}", isolated(device))),
                Block::text(format!("الوقت: {}", isolated(&super::sms::time(*at)))),
                Block::text(format!(
                    "عنوان الشبكة: {}",
                    ip.as_deref().map_or_else(|| "غير معروف".to_owned(), isolated)
                )),
                Block::text("إن لم تكن أنت فغيّر كلمة المرور وسجّل خروج الأجهزة الأخرى كلها."),
            ],
        ),
        Content::SignIn { .. } => code(format!("رمز الدخول إلى {shop}"), "رمز الدخول"),
        Content::SecondFactor { .. } => code(format!("رمز الأمان في {shop}"), "رمز الأمان"),
        Content::VerifyEmailCode { .. } => code(format!("رمز التأكيد في {shop}"), "أكّد بريدك الإلكتروني"),
        Content::VerifyPhone { .. } => code(format!("رمز التأكيد في {shop}"), "أكّد رقم جوالك"),
    };
    blocks.extend(secrets(title, body, surroundings));
    Letter { subject, title, blocks }
}

/// The code or the link that the e-mail carries, and how long it is good.
fn secrets(title: &'static str, body: &Body, surroundings: &Surroundings<'_>) -> Vec<Block> {
    let valid = period(body.valid_min);
    let mut blocks = Vec::new();
    if let Some(code) = body.content.code() {
        blocks.push(Block::Code(code.to_owned()));
        blocks.push(Block::text(format!("يسري لمدة {valid}. {SECRET}")));
        blocks.push(Block::text(IGNORE));
    }
    if let Some(Link { url, token }) = &surroundings.link {
        blocks.push(Block::Link { label: title, url: url.clone() });
        blocks.push(Block::text("إن لم يفتح الرابط فالصق ما يلي حيث يُطلب منك:"));
        blocks.push(Block::Code(token.clone()));
        blocks.push(Block::text(format!("يعمل الرابط مرة واحدة ويسري لمدة {valid}. {IGNORE}")));
    }
    blocks
}

fn code(subject: String, title: &'static str) -> (String, &'static str, Vec<Block>) {
    (subject, title, vec![Block::text("الرمز هو:")])
}

/// A text message; `None` for what goes by e-mail alone.
pub(super) fn sms(body: &Body, shop: &str) -> Option<String> {
    let valid = period(body.valid_min);
    Some(match &body.content {
        Content::VerifyPhone { code } | Content::VerifyEmailCode { code } => {
            format!("{code} رمز التأكيد في {shop}، يسري {valid}")
        }
        Content::SecondFactor { code } => format!("{code} رمز الأمان في {shop}، يسري {valid}. لا تشاركه"),
        Content::SignIn { code } => format!("{code} رمز الدخول إلى {shop}، يسري {valid}. لا تشاركه"),
        Content::AlreadyRegistered => format!("لديك حساب في {shop}. سجّل الدخول"),
        Content::PasswordChanged => format!("تغيّرت كلمة مرورك في {shop}. لست أنت؟ استعدها الآن"),
        Content::NewDevice { .. } => format!("تسجيل دخول جديد في {shop}. لست أنت؟ غيّر كلمة المرور"),
        Content::VerifyEmail { .. } | Content::ResetPassword { .. } | Content::Invitation { .. } => return None,
    })
}

/// Left-to-right text within Arabic (Unicode bidirectional isolates).
fn isolated(text: &str) -> String {
    format!("\u{2066}{text}\u{2069}")
}

/// A number with its noun: 1 and 2 have forms of their own, 3 to 10 take the plural, more the singular.
fn period(minutes: u32) -> String {
    let (count, forms) = match minutes {
        minutes if minutes >= 2 * 1_440 && minutes.is_multiple_of(1_440) => {
            (minutes / 1_440, ["يوم واحد", "يومين", "أيام", "يومًا"])
        }
        minutes if minutes >= 60 && minutes.is_multiple_of(60) => {
            (minutes / 60, ["ساعة واحدة", "ساعتين", "ساعات", "ساعة"])
        }
        minutes => (minutes, ["دقيقة واحدة", "دقيقتين", "دقائق", "دقيقة"]),
    };
    let [one, two, few, many] = forms;
    match count {
        1 => one.to_owned(),
        2 => two.to_owned(),
        3..=10 => format!("{count} {few}"),
        _ => format!("{count} {many}"),
    }
}
