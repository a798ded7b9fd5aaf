//! Lyceum, a learning platform for cohorts. `platform` is what features stand on; each other module is one part of the
//! domain; `app` puts their pages together.

pub mod app;
mod bundles;
pub mod catalog;
pub mod certificate;
pub mod course;
pub mod exam;
pub mod exercise;
pub mod gradebook;
pub mod platform;
pub mod player;
pub mod quiz;
pub mod routes;
pub mod teaching;

#[cfg(all(test, feature = "ssr"))]
mod access_tests;
#[cfg(feature = "ssr")]
pub mod cli;
#[cfg(all(test, feature = "ssr"))]
mod hostile_tests;
#[cfg(all(test, feature = "ssr"))]
mod nul_tests;

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
    // For tests and for styles: the page, whose own part may have come later, answers to the browser from here on.
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-awake", "");
    }
}

/// Data of the program's parts are laid into the room that all data had; where they don't fit, for the gaps between them,
/// everything goes into the first download. This, which nothing refers to, is room and then left out.
#[cfg(feature = "hydrate")]
#[used]
static ROOM_TO_SPLIT: [u8; 16 * 1024] = [1; 16 * 1024];
