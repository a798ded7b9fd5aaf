//! A badge: one word for a status, with a dot in its color.

use leptos::prelude::*;

use super::{Erase, Tone};

#[component]
pub fn Badge(#[prop(optional)] tone: Tone, #[prop(into)] text: Signal<String>) -> impl IntoView {
    view! { <span class=format!("badge {}", tone.class())>{move || text.get()}</span> }.erase()
}
