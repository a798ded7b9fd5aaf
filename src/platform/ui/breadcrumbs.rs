//! Breadcrumbs: the path to the current page.

use leptos::prelude::*;

use super::Erase;

/// Takes pairs of text and address, from the outermost page to the current one. An empty address
/// gives plain text instead of a link.
#[component]
pub fn Breadcrumbs(trail: Vec<(String, String)>) -> impl IntoView {
    let last = trail.len().saturating_sub(1);
    let steps = trail
        .into_iter()
        .enumerate()
        .map(|(at, (text, href))| view! { <li>{step(text, href, at == last)}</li> })
        .collect_view();
    view! {
        <nav class="breadcrumbs" aria-label="Breadcrumbs">
            <ol>{steps}</ol>
        </nav>
    }
    .erase()
}

fn step(text: String, href: String, here: bool) -> AnyView {
    let current = here.then_some("page");
    if href.is_empty() {
        view! { <span aria-current=current dir="auto">{text}</span> }.erase()
    } else {
        view! {
            <a href=href aria-current=current dir="auto">
                {text}
            </a>
        }
        .erase()
    }
}
