//! Lyceum, a learning platform for cohorts. `platform` holds what all features use; each other
//! module is one feature; `app` combines their pages.

// Exempts tests only: Clippy checks the crate without its tests too.
#![cfg_attr(test, allow(clippy::disallowed_methods))]
// The macro that lists the tables of `platform/db/schema.rs` recurses once for each of them.
#![recursion_limit = "256"]

pub mod activity;
pub mod admission;
pub mod app;
pub mod authoring;
mod bundles;
pub mod catalog;
pub mod certificate;
pub mod cohort;
pub mod coldcall;
pub mod course;
pub mod exam;
pub mod exercise;
pub mod find;
pub mod gradebook;
pub mod ingest;
pub mod mastery;
pub mod narrative;
pub mod people;
pub mod platform;
pub mod player;
pub mod quiz;
pub mod routes;
pub mod study;
pub mod teaching;
pub mod today;

#[cfg(all(test, feature = "ssr"))]
mod access_tests;
#[cfg(all(test, feature = "ssr"))]
mod architecture_tests;
#[cfg(feature = "ssr")]
pub mod cli;
pub mod drafting;
pub mod enrollment;
#[cfg(all(test, feature = "ssr"))]
mod hostile_tests;
#[cfg(feature = "ssr")]
pub mod import;
pub mod insights;
pub mod notes;
#[cfg(all(test, feature = "ssr"))]
mod nul_tests;
#[cfg(all(test, feature = "ssr"))]
mod owned_access_tests;
pub mod paths;
pub mod practice;
#[cfg(all(test, feature = "ssr"))]
mod prepared_tests;
pub mod question_bank;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod testing;
#[cfg(all(test, feature = "ssr"))]
mod titles_tests;
pub mod tutor_chat;
#[cfg(all(test, feature = "ssr"))]
mod uploads_tests;

#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    use leptos::prelude::document;

    console_error_panic_hook::set_once();
    if let Some(body) = document().body() {
        leptos::mount::hydrate_from_async(body, app::App)
            .await
            .forget();
    }
    leptos::task::tick().await;
    // Marks the page as interactive, for tests and styles. Its own code may have been downloaded
    // later than the first part.
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-awake", "");
    }
}

/// Reserves room in the data section, which splitting the program fills with the data of its
/// parts. Without enough room for the gaps between them, everything would go into the first
/// download. Nothing refers to this array, so it is left out of the result.
#[cfg(feature = "hydrate")]
#[used]
static ROOM_TO_SPLIT: [u8; 16 * 1024] = [1; 16 * 1024];
