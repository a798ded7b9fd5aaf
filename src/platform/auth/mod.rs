//! Accounts: identity, sign-in, sessions and guards of rights.

pub mod api;
pub mod lifetimes;
pub mod pages;

#[cfg(feature = "ssr")]
pub mod guard;
#[cfg(feature = "ssr")]
pub mod known_devices;
#[cfg(feature = "ssr")]
pub mod limits;
#[cfg(feature = "ssr")]
pub mod mails;
#[cfg(feature = "ssr")]
pub mod password;
#[cfg(feature = "ssr")]
pub mod sessions;
#[cfg(feature = "ssr")]
pub mod sign_ups;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod terms;
#[cfg(feature = "ssr")]
pub mod tokens;
#[cfg(feature = "ssr")]
pub mod viewing;

use serde::{Deserialize, Serialize};

/// Settings page with the person's own data. A person whose account waits to be deleted comes here
/// after signing in, and may keep it.
pub const OWN_DATA: &str = "/settings/data";

#[cfg(feature = "ssr")]
use crate::figures;
use crate::ids::UserId;
use crate::ui::Html;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum, clap::ValueEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::db::schema::sql_types::UserRole")
)]
#[serde(rename_all = "snake_case")]
pub enum UserRole {
    Learner,
    Tutor,
    Admin,
}

/// The signed-in person, as that person's own pages show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub user_id: UserId,
    pub email: String,
    pub display_name: String,
    pub username: String,
    pub role: UserRole,
    pub time_zone: Option<String>,
    /// Number of unread notifications, up to 100.
    pub unread: i32,
}

/// The terms in force that everybody must accept: a version of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub page: uuid::Uuid,
    pub slug: String,
    pub title: String,
    pub version: i32,
}

/// The page that asks for the terms. Without terms, there is nothing to accept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TermsPage {
    pub terms: Option<Terms>,
    pub text: Html,
    pub is_accepted: bool,
}

/// Settings that people can change about themselves, and the available choices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSettings {
    pub email: String,
    pub username: String,
    pub display_name: String,
    pub time_zone: Option<String>,
    pub time_zones: Vec<String>,
}

/// A kind of browser at one address that is signed in, perhaps more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The session that was used last, if possible one that is not this one.
    pub web_session_id: uuid::Uuid,
    /// Browser and system, for example "Firefox on Linux".
    pub name: String,
    pub address: String,
    /// ISO 8601; `last_seen` is the same time in words.
    pub last_seen_at: String,
    pub last_seen: String,
    /// Date of the first of its sign-ins.
    pub signed_in: String,
    pub sessions: usize,
    pub is_this_one: bool,
}

/// Returns the address trimmed and in lowercase. The check is of its form only: just a mail can
/// prove that someone reads mail there.
///
/// # Errors
///
/// A sentence that says what is wrong.
#[cfg(feature = "ssr")]
pub fn normalize_email(typed: &str) -> Result<String, String> {
    // RFC 5321 allows no longer address.
    const MOST: usize = 254;
    let email = typed.trim().to_lowercase();
    if email.is_empty() {
        return Err("Enter your email address.".to_owned());
    }
    if email.len() > MOST {
        return Err(format!(
            "An email address can have at most {MOST} characters."
        ));
    }
    let well_formed = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && !domain.contains('@')
            && domain.split('.').all(|label| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            })
            && domain.contains('.')
    });
    if well_formed
        && email
            .chars()
            .all(|c| !is_hidden(c) && !"<>()[],;:\\\"".contains(c))
    {
        Ok(email)
    } else {
        Err("Enter a valid email address, such as name@example.org.".to_owned())
    }
}

#[cfg(feature = "ssr")]
fn is_hidden(c: char) -> bool {
    c.is_whitespace() || c.is_control() || crate::names::is_ignorable(c)
}

pub const PASSWORD_MIN: usize = 10;
pub const PASSWORD_MAX: u32 = 200;
pub const NAME_MAX: u32 = 100;

/// Checks a password by length, because length makes a password hard to guess. Also refuses the
/// email address and a single repeated character.
///
/// # Errors
///
/// A sentence that says what is wrong.
#[cfg(feature = "ssr")]
pub fn check_password(password: &str, email: &str) -> Result<(), String> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        return Err(format!(
            "Use at least {PASSWORD_MIN} characters. A few unrelated words make a good password."
        ));
    }
    if length > PASSWORD_MAX as usize {
        return Err(figures::use_at_most(PASSWORD_MAX));
    }
    let lower = password.to_lowercase();
    if lower == email.to_lowercase()
        || lower
            .chars()
            .all(|c| c == lower.chars().next().unwrap_or(c))
    {
        return Err(
            "That is too easy to guess. A few unrelated words make a good password.".to_owned(),
        );
    }
    Ok(())
}

/// Returns the name as others see it.
///
/// # Errors
///
/// A sentence that says what is wrong.
#[cfg(feature = "ssr")]
pub fn check_display_name(typed: &str) -> Result<String, String> {
    let name = crate::names::tidy(typed);
    let why = match name.chars().count() {
        0 if !typed.trim().is_empty() => {
            "This name has no character that can be seen. Enter it as others should see it."
        }
        0 => "Enter your name, as others should see it.",
        length if length > NAME_MAX as usize => return Err(figures::use_at_most(NAME_MAX)),
        _ if name.chars().any(char::is_control) => {
            "This name contains a control character. Enter it without."
        }
        _ if crate::names::has_link(&name) => "This name contains a web address. Enter it without.",
        _ => return Ok(name),
    };
    Err(why.to_owned())
}

/// Returns the sign-in page that leads back to `next`, a path of this site.
pub fn sign_in_path(next: &str) -> String {
    with_next("/sign-in", next)
}

/// Returns the sign-up page whose mail leads back to `next`.
pub fn sign_up_path(next: &str) -> String {
    with_next("/sign-up", next)
}

fn with_next(path: &str, next: &str) -> String {
    if next.is_empty() {
        return path.to_owned();
    }
    let mut encoded = String::with_capacity(next.len() + 8);
    for byte in next.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => {
                encoded.push(byte as char)
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("{path}?next={encoded}")
}

/// Returns `next` if it is a path of this site, else the learner's home. Otherwise a link could
/// send people to another site after sign-in.
#[cfg(feature = "ssr")]
pub fn safe_next(next: Option<&str>) -> String {
    next.and_then(crate::address::local)
        .unwrap_or_else(|| "/learn".to_owned())
}

#[cfg(all(test, feature = "ssr"))]
mod rules {
    use super::*;

    #[test]
    fn an_email_is_kept_lowercase_and_must_look_like_one() {
        assert_eq!(
            normalize_email("  Ada.Lovelace+x@Example.ORG ").as_deref(),
            Ok("ada.lovelace+x@example.org")
        );
        assert_eq!(
            normalize_email("jörg@bücher.example").as_deref(),
            Ok("jörg@bücher.example")
        );
        let long = format!("{}@example.org", "a".repeat(250));
        let bad = [
            "",
            "ada",
            "ada@",
            "@example.org",
            "a@b",
            "a b@example.org",
            "a@@example.org",
            "a@-x.org",
            "a@x..org",
            ".a@x.org",
            "a@x.org\nBcc: b@x.org",
            "<a@x.org>",
            "a\u{202e}b@x.org",
            "\u{200b}a@x.org",
        ];
        for typed in bad.into_iter().chain([long.as_str()]) {
            assert!(normalize_email(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn a_name_that_is_refused_is_told_why() {
        for (name, why) in [
            ("Asha\u{7}", "control character"),
            ("Asha http://evil.example", "web address"),
            ("WWW.evil.example", "web address"),
            (&"a".repeat(101), "at most 100"),
            ("", "Enter your name"),
        ] {
            let sentence = check_display_name(name).unwrap_err();
            assert!(sentence.contains(why), "{name:?}: {sentence}");
        }
        for name in [
            "Asha\tKulkarni",
            "J. R. R. Tolkien",
            "a: b / c",
            &"ä".repeat(100),
        ] {
            assert!(check_display_name(name).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn a_password_is_long_and_not_the_address() {
        assert!(check_password("correct horse battery", "a@b.example").is_ok());
        assert!(check_password("short", "a@b.example").is_err());
        assert!(check_password("aaaaaaaaaaaa", "a@b.example").is_err());
        assert!(check_password("someone@b.example", "someone@b.example").is_err());
        assert!(check_password(&"x1".repeat(101), "a@b.example").is_err());
    }

    #[test]
    fn after_sign_in_one_stays_on_the_site() {
        assert_eq!(safe_next(Some("/courses/rust?a=b")), "/courses/rust?a=b");
        for evil in [
            "//evil.test",
            "https://evil.test",
            "/\\evil.test",
            "/\t/evil.test",
            "javascript:alert(1)",
        ] {
            assert_eq!(safe_next(Some(evil)), "/learn", "{evil}");
        }
        assert_eq!(safe_next(None), "/learn");
        assert_eq!(
            sign_in_path("/learn/a b?x=1"),
            "/sign-in?next=/learn/a%20b%3Fx%3D1"
        );
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_a_normalized_email_is_normal(typed in ".{0,300}") {
            if let Ok(email) = normalize_email(&typed) {
                proptest::prop_assert_eq!(normalize_email(&email), Ok(email.clone()));
                proptest::prop_assert!(email.len() <= 254 && email.contains('@'));
            }
        }
    }
}
