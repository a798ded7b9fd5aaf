//! The base for all features: database, HTTP, jobs, mail, accounts and interface. It is a crate of
//! its own, so that it cannot depend on a feature, and is not compiled again when one changes. The
//! features call it `crate::platform`.

// Exempts tests only: Clippy checks the crate without its tests too.
#![cfg_attr(test, allow(clippy::disallowed_methods))]
// The macro that lists the tables of `db/schema.rs` recurses once for each of them.
#![recursion_limit = "256"]

pub mod address;
pub mod auth;
pub mod error;
pub mod figures;
pub mod ids;
pub mod live;
pub mod notifications;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod ai;
#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod cache;
#[cfg(feature = "ssr")]
pub mod charts;
#[cfg(feature = "ssr")]
pub mod config;
#[cfg(feature = "ssr")]
pub mod db;
#[cfg(feature = "ssr")]
pub mod documents;
#[cfg(feature = "ssr")]
pub mod fetch;
#[cfg(feature = "ssr")]
pub mod files;
#[cfg(feature = "ssr")]
pub mod http;
#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
pub mod mail;
#[cfg(feature = "ssr")]
pub mod markdown;
#[cfg(feature = "ssr")]
pub mod names;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod spreadsheet;
#[cfg(all(feature = "ssr", any(test, feature = "testing")))]
pub mod testing;
#[cfg(feature = "ssr")]
pub mod time;

/// True in a runner of tests, which serves pages on loopback and may be slow.
#[cfg(feature = "ssr")]
fn runs_tests() -> bool {
    #[cfg(any(test, feature = "testing"))]
    return testing::runs_tests();
    #[cfg(not(any(test, feature = "testing")))]
    false
}

/// Percent-encodes a query value.
pub fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}
