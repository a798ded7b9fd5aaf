//! The name of the site, leading home.

use leptos::prelude::*;

use super::Erase;

#[component]
pub fn Wordmark(#[prop(default = "Lyceum".into(), into)] name: String) -> impl IntoView {
    view! {
        <a class="wordmark" href="/">
            {name}
        </a>
    }
    .erase()
}
