//! The texts in English.

use super::letter::{Block, Letter};
use super::{Body, Content, Link, Surroundings};

const IGNORE: &str = "If you did not ask for this, you can ignore this message.";
const SECRET: &str = "Do not share this code with anyone. We never ask for it.";

/// An e-mail.
pub(super) fn letter(body: &Body, surroundings: &Surroundings<'_>) -> Letter {
    let shop = surroundings.shop;
    let (subject, title, mut blocks) = match &body.content {
        Content::VerifyEmail { .. } => (
            format!("Confirm your e-mail address at {shop}"),
            "Confirm your e-mail address",
            vec![
                Block::text(format!("Confirm that this address is yours to finish your account at {shop}.")),
                Block::text("You will be asked for the password that you chose when you registered."),
            ],
        ),
        Content::ResetPassword { .. } => (
            format!("Set a new password at {shop}"),
            "Set a new password",
            vec![Block::text(format!("A new password was asked for your account at {shop}."))],
        ),
        Content::Invitation { .. } => (
            format!("You are invited to work at {shop}"),
            "Accept the invitation",
            vec![
                Block::text(format!("Somebody at {shop} asks you to work there, with this e-mail address.")),
                Block::text("If you have no account yet, you choose a password when you accept."),
            ],
        ),
        Content::AlreadyRegistered => (
            format!("You already have an account at {shop}"),
            "You already have an account",
            vec![
                Block::text(format!(
                    "Someone tried to register at {shop} with this address, which has an account already."
                )),
                Block::text("If it was you, sign in, or ask for a new password if you have forgotten yours."),
                Block::text("If it was not you, there is nothing to do: your account is unchanged."),
            ],
        ),
        Content::PasswordChanged => (
            format!("Your password at {shop} was changed"),
            "Your password was changed",
            vec![
                Block::text(format!(
                    "The password of your account at {shop} was changed, and all other devices were signed out."
                )),
                Block::text("If it was not you, ask for a new password at once."),
            ],
        ),
        Content::NewDevice { device, ip, at } => (
            format!("New sign-in at {shop}"),
            "New sign-in",
            vec![
                Block::text(format!("Your account at {shop} was used on a device that we have not seen before.")),
                Block::text(format!("Device: {device}")),
                Block::text(format!("Time: {}", super::sms::time(*at))),
                Block::text(format!("Network address: {}", ip.as_deref().unwrap_or("unknown"))),
                Block::text("If it was not you, change your password and sign out all other devices."),
            ],
        ),
        Content::SignIn { .. } => code(format!("Your sign-in code for {shop}"), "Your sign-in code"),
        Content::SecondFactor { .. } => code(format!("Your security code for {shop}"), "Your security code"),
        Content::VerifyEmailCode { .. } => {
            code(format!("Your confirmation code for {shop}"), "Confirm your e-mail address")
        }
        Content::VerifyPhone { .. } => code(format!("Your confirmation code for {shop}"), "Confirm your phone number"),
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
        blocks.push(Block::text(format!("It is valid for {valid}. {SECRET}")));
        blocks.push(Block::text(IGNORE));
    }
    if let Some(Link { url, token }) = &surroundings.link {
        blocks.push(Block::Link { label: title, url: url.clone() });
        blocks.push(Block::text("If the link does not open, paste this where you are asked for it:"));
        blocks.push(Block::Code(token.clone()));
        blocks.push(Block::text(format!("The link works once and is valid for {valid}. {IGNORE}")));
    }
    blocks
}

fn code(subject: String, title: &'static str) -> (String, &'static str, Vec<Block>) {
    (subject, title, vec![Block::text("Your code is:")])
}

/// A text message, short, since a name in Arabic leaves it 70 characters; `None` for what goes by e-mail alone.
pub(super) fn sms(body: &Body, shop: &str) -> Option<String> {
    let min = body.valid_min;
    Some(match &body.content {
        Content::VerifyPhone { code } | Content::VerifyEmailCode { code } => {
            format!("{code} is your confirmation code at {shop}. Valid {min} min.")
        }
        Content::SecondFactor { code } => {
            format!("{code} is your security code at {shop}. Valid {min} min. Never share it.")
        }
        Content::SignIn { code } => format!("{code} is your sign-in code at {shop}. Valid {min} min. Never share it."),
        Content::AlreadyRegistered => format!("You already have an account at {shop}. Just sign in."),
        Content::PasswordChanged => format!("Your password at {shop} was changed. Not you? Reset it now."),
        Content::NewDevice { .. } => format!("New sign-in to your account at {shop}. Not you? Change your password."),
        Content::VerifyEmail { .. } | Content::ResetPassword { .. } | Content::Invitation { .. } => return None,
    })
}

fn period(minutes: u32) -> String {
    let (count, unit) = match minutes {
        minutes if minutes >= 2 * 1_440 && minutes.is_multiple_of(1_440) => (minutes / 1_440, "day"),
        minutes if minutes >= 60 && minutes.is_multiple_of(60) => (minutes / 60, "hour"),
        minutes => (minutes, "minute"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}
