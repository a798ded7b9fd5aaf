//! How much of something is done.

use leptos::prelude::*;

use super::Erase;

/// A thin bar for a percentage. The figure itself belongs beside it.
#[component]
pub fn Meter(
    /// From 0 to 100.
    #[prop(into)]
    percent: Signal<u8>,
    /// What it measures, for screen readers.
    #[prop(into)]
    label: String,
    /// `meter` and whatever else places it.
    #[prop(default = "meter")]
    class: &'static str,
) -> impl IntoView {
    let full = move || percent.get() >= 100;
    view! {
        <progress
            class=class
            class:full=full
            max="100"
            value=move || percent.get().min(100).to_string()
            aria-label=label
        ></progress>
    }
    .erase()
}
