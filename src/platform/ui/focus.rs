//! Keeps the focus in its place when the data of a page is loaded again and the focused element is
//! no longer there, such as a button that removes its own line of a list.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Elements that can have the focus.
const FOCUSABLE: &str = "a[href],button,input:not([type=hidden]),select,textarea,summary";

/// Moves the focus to a neighbor if the coming change of the page removes the focused element.
pub fn keep() {
    let Some(place) = place() else {
        return;
    };
    request_animation_frame(move || {
        if !is_somewhere() {
            restore(&place);
        }
    });
}

fn is_somewhere() -> bool {
    let focused = document().active_element();
    focused.is_some_and(|focused| focused.tag_name() != "BODY")
}

/// The elements around the focused one, each with the position of its child on the way there.
/// Starts with the innermost and ends with the page's main element.
fn place() -> Option<Vec<(Element, usize)>> {
    let mut element = document().active_element()?;
    element.closest("main").ok().flatten()?;
    let mut place = Vec::new();
    while element.tag_name() != "MAIN" {
        let parent = element.parent_element()?;
        let before = std::iter::successors(element.previous_element_sibling(), |before| {
            before.previous_element_sibling()
        });
        place.push((parent.clone(), before.count()));
        element = parent;
    }
    Some(place)
}

/// Moves the focus to the next element in the innermost part that is left, otherwise to the one
/// before, otherwise to the page's heading.
fn restore(place: &[(Element, usize)]) {
    let left = place.iter().filter(|(parent, _)| parent.is_connected());
    for (parent, at) in left {
        let children: Vec<Element> = std::iter::successors(parent.first_element_child(), |child| {
            child.next_element_sibling()
        })
        .collect();
        let (before, after) = children.split_at((*at).min(children.len()));
        if after.iter().chain(before.iter().rev()).any(focus_within) {
            return;
        }
    }
    // After a change to another page, the browser's own focus is right.
    let main = place.last().map(|(main, _)| main);
    let heading = main.and_then(|main| main.query_selector("h1").ok().flatten());
    if let Some(heading) = heading {
        let _ = heading.set_attribute("tabindex", "-1");
        focus(heading);
    }
}

fn focus_within(element: &Element) -> bool {
    let found = match element.matches(FOCUSABLE) {
        Ok(true) => Some(element.clone()),
        _ => element.query_selector(FOCUSABLE).ok().flatten(),
    };
    found.is_some_and(focus)
}

/// Returns false if the element cannot have the focus, for example because it is hidden.
fn focus(element: Element) -> bool {
    if let Ok(element) = element.dyn_into::<HtmlElement>() {
        let _ = element.focus();
    }
    is_somewhere()
}
