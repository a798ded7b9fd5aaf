//! The name of the site, as a link to its home page.

use leptos::prelude::*;

use super::{Erase, site_frame};

#[component]
pub fn Wordmark() -> impl IntoView {
    let site = site_frame();
    let class = match site.logo {
        Some(_) => "wordmark with-logo",
        None => "wordmark",
    };
    let logo = site
        .logo
        .map(|address| view! { <img class="logo" src=address alt="" height="28" /> });
    view! {
        <a class=class href="/">
            {logo}
            {site.name}
        </a>
    }
    .erase()
}
