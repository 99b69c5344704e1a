use super::*;

const PEPPER: &str = "a pepper of thirty-two characters";

fn argon2id() -> PasswordHasher {
    PasswordHasher::new(PEPPER, "argon2id").unwrap()
}

fn bcrypt12() -> PasswordHasher {
    PasswordHasher::new(PEPPER, "bcrypt").unwrap()
}

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

#[test]
fn both_algorithms_verify_whichever_is_configured() {
    let right = password("a tall tree in the bay");
    let (argon2id, bcrypt12) = (argon2id(), bcrypt12());
    let (new, old) = (argon2id.hash(&right, [1; 16]).unwrap(), bcrypt12.hash(&right, [1; 16]).unwrap());
    assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{new}");
    assert!(old.starts_with("$2b$12$") && old.len() == 60, "{old}");
    for hasher in [&argon2id, &bcrypt12] {
        for stored in [&new, &old] {
            assert_eq!(hasher.verify(&right, Some(stored)), Ok(true));
        }
    }
    assert_eq!(argon2id.verify(&password("a tall tree in the baY"), Some(&new)), Ok(false));
    assert_eq!(argon2id.verify(&password("a tall tree in the baY"), Some(&old)), Ok(false));
    assert_eq!(argon2id.verify(&right, None), Ok(false));
    assert_eq!((argon2id.needs_upgrade(&new), argon2id.needs_upgrade(&old)), (false, true));
    assert_eq!((bcrypt12.needs_upgrade(&new), bcrypt12.needs_upgrade(&old)), (true, false));
    assert!(
        argon2id.needs_upgrade(&new.replace("m=19456", "m=4096")) && argon2id.needs_upgrade(&new.replace("t=2", "t=1"))
    );
    assert!(bcrypt12.needs_upgrade(&old.replace("$12$", "$10$")));
}

#[test]
fn another_pepper_or_salt_gives_another_hash() {
    let right = password("a tall tree in the bay");
    let stored = argon2id().hash(&right, [1; 16]).unwrap();
    let other = PasswordHasher::new("another pepper of thirty-two chars", "argon2id").unwrap();
    assert_eq!(other.verify(&right, Some(&stored)), Ok(false));
    assert_ne!(argon2id().hash(&right, [2; 16]).unwrap(), stored);
}

#[test]
fn long_passwords_count_to_the_last_byte_in_every_script() {
    let bcrypt4 = |text: &str| {
        bcrypt::hash_with_salt(argon2id().pepper(&password(text)).as_bytes(), 4, [1; 16]).unwrap().to_string()
    };
    for script in ["x", "ق", "語", "🌴"] {
        let text = script.repeat(1000 / script.len());
        for changed in
            [format!("{text}y"), text.strip_suffix(script).unwrap().to_owned() + "y", text.replacen(script, "y", 1)]
        {
            assert_ne!(argon2id().pepper(&password(&text)), argon2id().pepper(&password(&changed)));
            assert_eq!(argon2id().verify(&password(&changed), Some(&bcrypt4(&text))), Ok(false), "{script}");
        }
        assert_eq!(argon2id().verify(&password(&text), Some(&bcrypt4(&text))), Ok(true), "{script}");
    }
    assert_eq!(argon2id().verify(&password("tree\0bay"), Some(&bcrypt4("tree\0tea"))), Ok(false), "NUL ends nothing");
}

#[test]
fn keyboards_agree_and_what_people_tell_apart_stays_apart() {
    for (one, same) in
        [("caf\u{e9}", "cafe\u{301}"), ("\u{623}حمد", "ا\u{654}حمد"), ("a\u{a0}b", "a b"), ("a\u{3000}b", "a b")]
    {
        assert_eq!(password(one).as_str(), password(same).as_str());
    }
    for (one, other) in
        [("x²", "x2"), ("ﬁ", "fi"), ("A", "a"), (" a", "a"), ("a ", "a"), ("٣", "3"), ("ي", "ى"), ("Ａ", "A")]
    {
        assert_ne!(password(one).as_str(), password(other).as_str());
    }
    assert_eq!(Password::parse(&"x".repeat(MAX_PASSWORD_LEN + 1)).unwrap_err(), PolicyError::TooLong);
    assert_eq!(format!("{:?}", password("secret")), "Password(..)");
}

#[test]
fn stored_text_that_is_no_hash_or_asks_for_too_much_is_an_error() {
    let hasher = argon2id();
    let good = hasher.hash(&password("x"), [1; 16]).unwrap();
    let bcrypt = bcrypt::hash_with_salt("x", 4, [1; 16]).unwrap().to_string();
    for stored in [
        String::new(),
        "plain text".into(),
        good.replace("argon2id", "argon2i"),
        good.replace("v=19", "v=16"),
        good.replace("m=19456", "m=4194304"),
        good.replace("t=2", "t=1000"),
        good.replace("p=1", "p=64"),
        good.rsplit_once('$').unwrap().0.to_owned(),
        good.strip_suffix(|_| true).unwrap().to_owned(),
        bcrypt.replace("$04$", "$31$"),
        bcrypt.replace("$04$", "$00$"),
        bcrypt.strip_suffix(|_| true).unwrap().to_owned(),
        "$2b$04$ق".into(),
    ] {
        assert_eq!(hasher.verify(&password("x"), Some(&stored)), Err(HashError::Malformed), "{stored}");
        assert!(hasher.needs_upgrade(&stored), "{stored}");
    }
}

#[test]
fn a_fingerprint_repeats_for_account_and_password_alone() {
    let (key, other) = (CodeKey::parse(&"k".repeat(32)).unwrap(), CodeKey::parse(&"o".repeat(32)).unwrap());
    let account = Uuid::from_u128(7);
    let print = |key, account, text: &str| argon2id().fingerprint(key, account, &password(text)).unwrap();
    let first = print(&key, account, "a tall tree");
    assert_eq!(first, bcrypt12().fingerprint(&key, account, &password("a tall tree")).unwrap());
    assert_ne!(first, print(&key, Uuid::from_u128(8), "a tall tree"));
    assert_ne!(first, print(&other, account, "a tall tree"));
    assert_ne!(first, print(&key, account, "a tall treE"));
}

#[test]
fn configuration_is_checked() {
    assert_eq!(PasswordHasher::new("short", "argon2id").unwrap_err().variable, "password_pepper");
    assert_eq!(PasswordHasher::new(PEPPER, "md5").unwrap_err().variable, "password_hash");
    assert!(!format!("{:?}", argon2id()).contains("pepper of"));
}
