//! Keyboard shortcuts of pages.

#[cfg(feature = "hydrate")]
use {leptos::prelude::*, wasm_bindgen::JsCast};

/// The key that moves the focus to the search field of a page.
pub const SEARCH_KEY: &str = "/";

/// Moves the focus to the field that the CSS selector finds when the search key is pressed.
pub fn slash_focuses(selector: &'static str) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            if plain_key(&event).as_deref() == Some(SEARCH_KEY) {
                event.prevent_default();
                focus_field(selector);
            }
        });
        on_cleanup(move || listener.remove());
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = selector;
}

/// The key that was pressed, unless it was pressed with a modifier or in a field that takes text.
#[cfg(feature = "hydrate")]
pub fn plain_key(event: &web_sys::KeyboardEvent) -> Option<String> {
    let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
    (!has_modifier && !is_typing(event)).then(|| event.key())
}

#[cfg(feature = "hydrate")]
fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok());
    target.is_some_and(|target| {
        matches!(
            target.tag_name().as_str(),
            "INPUT" | "TEXTAREA" | "SELECT" | "VIDEO"
        ) || target.is_content_editable()
    })
}

/// Moves the focus to the element that the CSS selector finds, if there is one.
#[cfg(feature = "hydrate")]
pub fn focus_field(selector: &str) {
    let field = document().query_selector(selector).ok().flatten();
    if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = field.focus();
    }
}
