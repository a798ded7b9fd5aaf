//! Keys of the marking page. A number chooses that level of the first criterion without points, and
//! with Shift ticks that check.

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
            if event.shift_key() {
                // The key of a number with Shift depends on the keyboard, its place does not.
                let code = event.code();
                let check = code
                    .strip_prefix("Digit")
                    .and_then(|digit| digit.parse().ok());
                if check.is_some_and(tick) {
                    event.prevent_default();
                }
                return;
            }
            let pressed = match event.key().as_str() {
                "i" => open_bank(),
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

/// Ticks a check, or takes its tick away. False if there are fewer.
fn tick(number: u32) -> bool {
    let boxes = document().query_selector_all(".marking-checks input").ok();
    let found = boxes.and_then(|boxes| boxes.item(number.checked_sub(1)?));
    let element = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = &element {
        element.click();
    }
    element.is_some()
}

/// Opens the comments to use again, and puts the focus on the first. False if there are none.
fn open_bank() -> bool {
    let find = |selector| document().query_selector(selector).ok().flatten();
    let first = find(".marking-bank button[value^=insert]");
    let first = first.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
    let (Some(bank), Some(first)) = (find(".marking-bank"), first) else {
        return false;
    };
    bank.set_attribute("open", "").is_ok() && first.focus().is_ok()
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
