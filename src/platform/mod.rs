//! The base for all features: database, HTTP, jobs, mail, accounts and interface. Code in here must
//! not depend on a feature.

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
