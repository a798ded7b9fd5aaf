//! Keys of the marking page. A number chooses that level of the first criterion without points.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Presses buttons of the form while the page is shown.
pub fn listen() {
    Effect::new(|_| {
        let listener = window_event_listener(ev::keydown, |event| {
            let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
            if has_modifier || event.repeat() || is_writing(&event) {
                return;
            }
            let pressed = match event.key().as_str() {
                "n" => press("button[value=release-next]"),
                "s" => press("button[value=next]"),
                "a" => {
                    let mut any = false;
                    while press(&criterion("[data-top]")) {
                        any = true;
                    }
                    any
                }
                key @ ("1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9") => {
                    press(&criterion(&format!("[data-level='{key}']")))
                }
                _ => false,
            };
            if pressed {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// Selects a choice of the first criterion without points.
fn criterion(choice: &str) -> String {
    format!(".marking-criterion:not(:has(input:checked)) input{choice}")
}

/// Clicks the first element that the selector finds. False if there is none.
fn press(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    let element = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = &element {
        element.click();
    }
    element.is_some()
}

fn is_writing(event: &web_sys::KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| {
        target
            .matches("textarea, select, input:not([type=radio]):not([type=checkbox])")
            .unwrap_or(true)
    })
}
