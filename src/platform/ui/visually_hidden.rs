//! Text for screen readers only.

use leptos::prelude::*;

#[component]
pub fn VisuallyHidden(children: Children) -> impl IntoView {
    view! { <span class="vh">{children()}</span> }.into_any()
}
