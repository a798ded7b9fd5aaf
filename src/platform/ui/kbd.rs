//! A key to press.

use leptos::prelude::*;

#[component]
pub fn Kbd(#[prop(into)] key: String) -> impl IntoView {
    view! { <kbd>{key}</kbd> }.into_any()
}
