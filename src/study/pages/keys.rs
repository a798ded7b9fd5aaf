//! Keys of the review. They press the links and buttons of the page.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::platform::ui::plain_key;

/// Listens for the keys while the page is shown.
pub fn listen() {
    Effect::new(|_| {
        let listener = window_event_listener(ev::keydown, |event| {
            if event.repeat() {
                return;
            }
            let done = match plain_key(&event).as_deref() {
                Some(" ") if !is_on_control() => click(".study-show a"),
                Some("u") => click(".study-undo button"),
                Some("e") => click("a[href^='/study/cards/']"),
                Some(key @ ("1" | "2" | "3" | "4")) => number(key),
                _ => false,
            };
            if done {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// True if the key belongs to the control with the focus.
fn is_on_control() -> bool {
    let focused = document().active_element();
    focused.is_some_and(|focused| focused.matches("a, button, summary").unwrap_or(false))
}

/// Grades the card, or shows its answer with how sure the learner is.
fn number(key: &str) -> bool {
    click(&format!(".study-grades button[value='{key}']"))
        || click(&format!(".study-sure a[href$='sure={key}']"))
}

/// Clicks the first element that the selector finds. False if there is none.
fn click(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    let found = found.and_then(|found| found.dyn_into::<HtmlElement>().ok());
    if let Some(element) = &found {
        element.click();
    }
    found.is_some()
}
