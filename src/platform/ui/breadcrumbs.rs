//! Breadcrumbs: the path to the current page.

use leptos::prelude::*;

use super::{Erase, Language};

/// One step of [`Breadcrumbs`].
#[derive(Debug, Clone)]
pub struct Crumb {
    text: String,
    /// Address of the page. If empty, the step is plain text instead of a link.
    href: String,
    /// Language of the text if it is part of a course.
    language: Option<Language>,
}

impl Crumb {
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: href.into(),
            language: None,
        }
    }

    pub fn in_language(self, language: &Language) -> Self {
        Self {
            language: Some(language.clone()),
            ..self
        }
    }
}

/// From text and address.
impl From<(String, String)> for Crumb {
    fn from((text, href): (String, String)) -> Self {
        Self::new(text, href)
    }
}

/// Shows the steps from the outermost page to the current one.
#[component]
pub fn Breadcrumbs<C: Into<Crumb>>(trail: Vec<C>) -> impl IntoView {
    breadcrumbs(trail.into_iter().map(Into::into).collect())
}

fn breadcrumbs(trail: Vec<Crumb>) -> AnyView {
    let last = trail.len().saturating_sub(1);
    let steps = trail
        .into_iter()
        .enumerate()
        .map(|(at, crumb)| view! { <li>{step(crumb, at == last)}</li> })
        .collect_view();
    view! {
        <nav class="breadcrumbs" aria-label="Breadcrumbs">
            <ol>{steps}</ol>
        </nav>
    }
    .erase()
}

fn step(crumb: Crumb, here: bool) -> AnyView {
    let current = here.then_some("page");
    let lang = crumb.language.as_ref().map(Language::tag);
    let dir = crumb.language.as_ref().map_or("auto", Language::dir);
    if crumb.href.is_empty() {
        view! {
            <span aria-current=current lang=lang dir=dir>
                {crumb.text}
            </span>
        }
        .erase()
    } else {
        view! {
            <a href=crumb.href aria-current=current lang=lang dir=dir>
                {crumb.text}
            </a>
        }
        .erase()
    }
}
