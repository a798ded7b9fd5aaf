//! A message in the page, to be read before going on.

use leptos::prelude::*;

use super::{Erase, Glyph, Icon, Inside, Tone, filled};

/// A notice. Screen readers are interrupted by errors and announce results when idle. Other notices
/// are plain text.
#[component]
pub fn Notice(
    #[prop(default = Tone::Info)] tone: Tone,
    #[prop(optional, into)] title: String,
    /// Puts the focus on the notice when the page has loaded.
    #[prop(optional)]
    focused: bool,
    children: Inside,
) -> impl IntoView {
    let (glyph, role) = match tone {
        Tone::Danger => (Glyph::Alert, Some("alert")),
        Tone::Warn => (Glyph::Alert, Some("status")),
        Tone::Ok => (Glyph::Check, Some("status")),
        Tone::Info | Tone::Neutral => (Glyph::Info, None),
    };
    view! {
        <div class=format!("notice {}", tone.class()) role=role tabindex=focused.then_some("-1") autofocus=focused>
            <Icon glyph=glyph />
            <div>{filled(title).map(|title| view! { <b>{title}</b> })} <p>{children.view()}</p></div>
        </div>
    }
    .erase()
}
