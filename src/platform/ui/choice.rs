//! Things that are on or off.

use leptos::prelude::*;

use super::{Erase, filled};

/// One of several things that may be ticked, or something to agree to.
#[component]
pub fn Checkbox(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    /// What is sent when it is ticked.
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

/// A setting that is on or off. It changes nothing until its form is sent, like any other field.
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
