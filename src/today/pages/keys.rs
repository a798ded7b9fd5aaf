//! Keys of the page Today. They move between lines and press the buttons of the present one.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::platform::ui::plain_key;

const LINE: &str = ".today-line";

/// Listens for the keys while the page is shown.
pub fn listen() {
    Effect::new(|_| {
        let listener = window_event_listener(ev::keydown, |event| {
            let Some(key) = plain_key(&event).filter(|_| !event.shift_key()) else {
                return;
            };
            let is_first_press = !event.repeat();
            let done = match key.as_str() {
                "j" | "ArrowDown" => go(1),
                "k" | "ArrowUp" => go(-1),
                "Enter" if is_line_focused() => press(".today-acts a"),
                "e" if is_first_press => press("button[value^='handled ']"),
                "s" if is_first_press => press("button[value^='day ']"),
                "u" if is_first_press => click(element(".today-undo button")),
                _ => false,
            };
            if done {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

fn element(selector: &str) -> Option<HtmlElement> {
    let found = document().query_selector(selector).ok().flatten();
    found.and_then(|found| found.dyn_into().ok())
}

fn lines() -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all(LINE) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|at| found.get(at)?.dyn_into().ok())
        .collect()
}

/// The line that has the focus, or in which an element has it.
fn present() -> Option<HtmlElement> {
    let line = document().active_element()?.closest(LINE).ok().flatten()?;
    line.dyn_into().ok()
}

fn is_line_focused() -> bool {
    let focused = document().active_element();
    focused.is_some_and(|focused| focused.matches(LINE).unwrap_or(false))
}

/// Moves the focus by so many lines. Begins with the first one.
fn go(by: isize) -> bool {
    let lines = lines();
    let here = present().and_then(|line| lines.iter().position(|each| *each == line));
    let next = match here {
        None => 0,
        Some(here) => here.saturating_add_signed(by),
    };
    let Some(line) = lines.get(next) else {
        return false;
    };
    // Fails only if the element is gone.
    let _ = line.focus();
    true
}

/// Clicks the first element of the present line that the selector finds.
fn press(selector: &str) -> bool {
    let found = present().and_then(|line| line.query_selector(selector).ok().flatten());
    click(found.and_then(|found| found.dyn_into().ok()))
}

/// False if there is no element.
fn click(element: Option<HtmlElement>) -> bool {
    if let Some(element) = &element {
        element.click();
    }
    element.is_some()
}
