//! Checkboxes and switches.

use leptos::prelude::*;

use super::{Erase, filled};

/// A checkbox: one of several options, or a consent.
#[component]
pub fn Checkbox(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    /// The value that is sent if the box is checked.
    #[prop(default = "true".into(), into)]
    value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] checked: bool,
    #[prop(optional)] required: bool,
    #[prop(optional)] disabled: bool,
) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" name=name value=value checked=checked required=required disabled=disabled />
            {text(label, hint)}
        </label>
    }
    .erase()
}

/// A setting that is on or off. Like any other field, it takes effect when its form is sent.
#[component]
pub fn Switch(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] checked: bool,
    #[prop(optional)] disabled: bool,
) -> impl IntoView {
    view! {
        <label class="switch">
            {text(label, hint)}
            <input type="checkbox" role="switch" name=name value="true" checked=checked disabled=disabled />
        </label>
    }
    .erase()
}

fn text(label: String, hint: String) -> AnyView {
    let hint = filled(hint).map(|hint| view! { <small>{hint}</small> });
    view! { <span>{label} {hint}</span> }.erase()
}
