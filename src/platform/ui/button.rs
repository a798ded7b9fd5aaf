//! Buttons, and links that look like buttons.

use leptos::{ev::MouseEvent, prelude::*};

use super::{Erase, Inside, filled};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// The main action of a page.
    #[default]
    Primary,
    Secondary,
    Quiet,
    Danger,
}

/// Renders a button that submits its form, or a link if `href` is set.
///
/// A `busy` button keeps its size and its focus, but neither submits nor calls `on_click`.
#[component]
pub fn Button(
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] big: bool,
    #[prop(optional, into)] href: String,
    /// `prev` or `next` for links through a sequence.
    #[prop(optional)]
    rel: &'static str,
    /// `submit` by default; `button` for an action in the browser only.
    #[prop(default = "submit")]
    r#type: &'static str,
    #[prop(optional, into)] name: String,
    #[prop(optional, into)] value: String,
    /// The accessible name of a button that shows only an icon.
    #[prop(optional, into)]
    label: String,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] on_click: Option<Callback<MouseEvent>>,
    children: Inside,
) -> impl IntoView {
    let class = class(kind, big);
    let label = filled(label);
    if !href.is_empty() {
        return view! {
            <a class=class href=href rel=filled(rel) aria-label=label>
                {children.view()}
            </a>
        }
        .erase();
    }
    let click = move |event: MouseEvent| {
        if busy.get_untracked() {
            event.prevent_default();
        } else if let Some(on_click) = on_click {
            on_click.run(event);
        }
    };
    view! {
        <button
            class=class
            type=r#type
            name=filled(name)
            value=filled(value)
            aria-label=label
            aria-busy=move || busy.get().then_some("true")
            disabled=move || disabled.get()
            on:click=click
        >
            {children.view()}
        </button>
    }
    .erase()
}

pub(super) fn class(kind: ButtonKind, big: bool) -> &'static str {
    match (kind, big) {
        (ButtonKind::Primary, false) => "btn",
        (ButtonKind::Primary, true) => "btn big",
        (ButtonKind::Secondary, false) => "btn second",
        (ButtonKind::Secondary, true) => "btn second big",
        (ButtonKind::Quiet, false) => "btn quiet",
        (ButtonKind::Quiet, true) => "btn quiet big",
        (ButtonKind::Danger, false) => "btn danger",
        (ButtonKind::Danger, true) => "btn danger big",
    }
}
