//! A progress bar.

use leptos::prelude::*;

use super::Erase;

/// A thin bar for a percentage. The number itself belongs beside it.
#[component]
pub fn Meter(
    /// Percentage from 0 to 100.
    #[prop(into)]
    percent: Signal<u8>,
    /// The quantity that the bar shows, for screen readers.
    #[prop(into)]
    label: String,
    /// CSS classes: `meter`, and any class that places the bar.
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
