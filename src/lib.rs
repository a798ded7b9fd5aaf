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

#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_lazy(app::App);
}
