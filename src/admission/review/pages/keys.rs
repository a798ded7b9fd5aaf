//! Keys of the page of an application: each presses a button or follows a link of the page.

use crate::admission::review::ReviewKey;

/// Id of the dialog that lists the keys.
pub const HELP: &str = "ly-review-keys";

/// Listens for the keys as long as the page is shown.
pub fn listen() {
    #[cfg(feature = "hydrate")]
    {
        use leptos::prelude::*;
        use wasm_bindgen::JsCast;

        use crate::platform::ui::{open_dialog, plain_key};

        Effect::new(move |_| {
            let listener = window_event_listener(leptos::ev::keydown, move |event| {
                let Some(key) = plain_key(&event).and_then(|key| ReviewKey::of(&key)) else {
                    return;
                };
                event.prevent_default();
                if key == ReviewKey::Help {
                    open_dialog(HELP);
                    return;
                }
                let pressed = document().get_element_by_id(key.id());
                if let Some(pressed) =
                    pressed.and_then(|pressed| pressed.dyn_into::<web_sys::HtmlElement>().ok())
                {
                    pressed.click();
                }
            });
            on_cleanup(move || listener.remove());
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = ReviewKey::of;
}
