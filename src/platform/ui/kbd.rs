//! The name of a key on the keyboard.

use leptos::prelude::*;

use super::Erase;

#[component]
pub fn Kbd(#[prop(into)] key: String) -> impl IntoView {
    view! { <kbd>{key}</kbd> }.erase()
}
