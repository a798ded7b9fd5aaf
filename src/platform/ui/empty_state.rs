//! The content of an empty list: a description of its future items, and a way to get them.

use leptos::prelude::*;

use super::{Erase, Glyph, Icon, Inside};

#[component]
pub fn EmptyState(
    #[prop(default = Glyph::Book)] glyph: Glyph,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    /// One or two buttons to go on.
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
