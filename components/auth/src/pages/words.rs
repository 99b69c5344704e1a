//! What the pages say.

/// Every text, in one language.
pub struct Words {
    pub sign_in: &'static str,
    pub account: &'static str,
    pub email: &'static str,
    pub password: &'static str,
    pub new_password: &'static str,
    pub given_name: &'static str,
    pub family_name: &'static str,
    pub code: &'static str,
    pub token: &'static str,
    pub go_on: &'static str,
    pub register: &'static str,
    pub verify: &'static str,
    pub forgot: &'static str,
    pub send_link: &'static str,
    pub reset: &'static str,
    pub set_password: &'static str,
    pub invitation: &'static str,
    pub accept: &'static str,
    pub sign_out: &'static str,
    pub nobody: &'static str,
    pub code_sent: &'static str,
    pub code_of_authenticator: &'static str,
    pub letter_sent: &'static str,
    pub chosen_password: &'static str,
    pub verified: &'static str,
    pub password_set: &'static str,
    pub only_if_new: &'static str,
    pub joined: &'static str,
    problems: &'static [(&'static str, &'static str)],
    problem: &'static str,
}

impl Words {
    /// What is said of a problem's code.
    pub fn problem(&self, code: &str) -> &'static str {
        self.problems.iter().find(|(known, _)| *known == code).map_or(self.problem, |(_, text)| text)
    }
}

pub static ARABIC: Words = Words {
    sign_in: "تسجيل الدخول",
    account: "حسابي",
    email: "البريد الإلكتروني",
    password: "كلمة المرور",
    new_password: "كلمة المرور الجديدة",
    given_name: "الاسم الأول",
    family_name: "اسم العائلة",
    code: "الرمز",
    token: "الرمز من الرسالة",
    go_on: "متابعة",
    register: "إنشاء حساب",
    verify: "تأكيد البريد الإلكتروني",
    forgot: "نسيت كلمة المرور",
    send_link: "أرسل الرابط",
    reset: "كلمة مرور جديدة",
    set_password: "عيّن كلمة المرور",
    invitation: "دعوة للعمل",
    accept: "اقبل الدعوة",
    sign_out: "تسجيل الخروج",
    nobody: "لم تسجّل الدخول بعد.",
    code_sent: "أرسلنا إليك رمزًا، أدخله لإكمال الدخول.",
    code_of_authenticator: "أدخل الرمز الظاهر في تطبيق المصادقة.",
    letter_sent: "إن كان هذا البريد صالحًا فستصلك رسالة فيها رابط.",
    chosen_password: "أدخل كلمة المرور التي اخترتها عند التسجيل.",
    verified: "تم تأكيد بريدك. يمكنك تسجيل الدخول الآن.",
    password_set: "عُيّنت كلمة المرور. سجّل الدخول بها.",
    only_if_new: "كلمة المرور والاسم لمن ليس له حساب بعد.",
    joined: "انضممت إلى الفريق. يمكنك تسجيل الدخول الآن.",
    problems: &[
        ("invalid_credentials", "البريد أو كلمة المرور غير صحيحة."),
        ("invalid_code", "الرمز غير صحيح أو انتهت صلاحيته."),
        ("link_invalid", "الرابط غير صالح أو استُعمل من قبل."),
        ("too_many_attempts", "محاولات كثيرة، حاول بعد قليل."),
        ("busy", "الخدمة مشغولة، حاول بعد قليل."),
        ("password_too_short", "كلمة المرور قصيرة جدًا."),
        ("password_too_long", "كلمة المرور طويلة جدًا."),
        ("password_common", "كلمة المرور شائعة جدًا."),
        ("password_personal", "كلمة المرور مأخوذة مما يعرفه الناس عنك أو عن المتجر."),
        ("password_reused", "استعملت كلمة المرور هذه من قبل."),
        ("password_too_weak", "كلمة المرور لا توافق شروط المتجر."),
        ("account_exists", "لهذا البريد حساب: اترك كلمة المرور فارغة وسجّل الدخول بكلمتك."),
        ("already_member", "هذا الحساب عضو في الفريق بالفعل."),
        ("required", "أكمل الحقول المطلوبة."),
        ("csrf_token_invalid", "لم يأتِ الطلب من هذه الصفحة، أعد المحاولة."),
    ],
    problem: "تعذّر ذلك. تحقّق من الحقول ثم أعد المحاولة.",
};

pub static ENGLISH: Words = Words {
    sign_in: "Sign in",
    account: "My account",
    email: "E-mail",
    password: "Password",
    new_password: "New password",
    given_name: "First name",
    family_name: "Last name",
    code: "Code",
    token: "Token of the letter",
    go_on: "Continue",
    register: "Create an account",
    verify: "Confirm your e-mail address",
    forgot: "Forgot your password?",
    send_link: "Send the link",
    reset: "Set a new password",
    set_password: "Set the password",
    invitation: "An invitation to work here",
    accept: "Accept the invitation",
    sign_out: "Sign out",
    nobody: "You are not signed in.",
    code_sent: "We have sent you a code. Enter it to go on.",
    code_of_authenticator: "Enter the code that your authenticator shows.",
    letter_sent: "If the address is good, a letter with a link is on its way.",
    chosen_password: "Enter the password that you chose when you registered.",
    verified: "Your address is confirmed. You can sign in now.",
    password_set: "The password is set. Sign in with it.",
    only_if_new: "Password and name are for whoever has no account yet.",
    joined: "You are one of the team. You can sign in now.",
    problems: &[
        ("invalid_credentials", "E-mail or password is wrong."),
        ("invalid_code", "The code is wrong or no longer good."),
        ("link_invalid", "The link is wrong, or was used before."),
        ("too_many_attempts", "Too many attempts. Try again in a while."),
        ("busy", "The service is busy. Try again in a moment."),
        ("password_too_short", "The password is too short."),
        ("password_too_long", "The password is too long."),
        ("password_common", "The password is too common."),
        ("password_personal", "The password is made of what others know of you or the shop."),
        ("password_reused", "You have used this password before."),
        ("password_too_weak", "The password does not follow the shop's rules."),
        ("account_exists", "The address has an account: leave the password empty, and sign in with yours."),
        ("already_member", "The account is one of the team already."),
        ("required", "Fill in what is required."),
        ("csrf_token_invalid", "The request did not come from this page. Try again."),
    ],
    problem: "That did not work. Check the fields and try again.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_know_the_same_problems() {
        let codes = |words: &Words| words.problems.iter().map(|(code, _)| *code).collect::<Vec<_>>();
        assert_eq!(codes(&ARABIC), codes(&ENGLISH));
        assert_eq!(ENGLISH.problem("never_heard_of"), ENGLISH.problem);
    }
}
