//! Something to know before going on, in the page itself.

use leptos::prelude::*;

use super::{Erase, Glyph, Icon, Inside, Tone, filled};

/// Errors interrupt a screen reader, results are read out when it is quiet, and the rest is plain text.
#[component]
pub fn Notice(
    #[prop(default = Tone::Info)] tone: Tone,
    #[prop(optional, into)] title: String,
    children: Inside,
) -> impl IntoView {
    let (glyph, role) = match tone {
        Tone::Danger => (Glyph::Alert, Some("alert")),
        Tone::Warn => (Glyph::Alert, Some("status")),
        Tone::Ok => (Glyph::Check, Some("status")),
        Tone::Info | Tone::Neutral => (Glyph::Info, None),
    };
    view! {
        <div class=format!("notice {}", tone.class()) role=role>
            <Icon glyph=glyph />
            <div>{filled(title).map(|title| view! { <b>{title}</b> })} <p>{children.view()}</p></div>
        </div>
    }
    .erase()
}
