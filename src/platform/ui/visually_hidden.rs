//! Text for screen readers only.

use leptos::prelude::*;

use super::{Erase, Inside};

#[component]
pub fn VisuallyHidden(children: Inside) -> impl IntoView {
    view! { <span class="vh">{children.view()}</span> }.erase()
}
