//! What a list says when it holds nothing: what would be here, and how to get it.

use leptos::prelude::*;

use super::{Erase, Glyph, Icon, Inside};

#[component]
pub fn EmptyState(
    #[prop(default = Glyph::Book)] glyph: Glyph,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    /// The way on: a button or two.
    #[prop(optional)]
    children: Option<Inside>,
) -> impl IntoView {
    let actions = children.map(|actions| view! { <div class="row">{actions.view()}</div> });
    view! {
        <div class="empty">
            <Icon glyph=glyph />
            <h2>{title}</h2>
            <p>{text}</p>
            {actions}
        </div>
    }
    .erase()
}
