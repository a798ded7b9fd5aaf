//! The name of the site, as a link to its home page.

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
