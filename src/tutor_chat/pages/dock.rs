//! The dock beside a topic: the conversation with the tutor. It is empty until it is opened, and
//! then loads the page of the conversation. Without JavaScript its links lead to that page.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use crate::paths::tutor_path;
#[cfg(feature = "hydrate")]
use crate::platform::ui::clicked_link;
use crate::platform::ui::{Erase, Glyph, Icon};

/// A link to the conversation, which opens the dock.
pub fn dock_link(course: &str, topic: &str, class: &'static str, glyph: Option<Glyph>) -> AnyView {
    let click = |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            toggle();
        }
    };
    // Pressing the mouse would end the selection that the learner asks about.
    let keep_selection = |event: MouseEvent| event.prevent_default();
    view! {
        <a class=class href=tutor_path(course, topic) on:click=click on:mousedown=keep_selection>
            {glyph.map(|glyph| view! { <Icon glyph=glyph /> })}
            "Tutor"
        </a>
    }
    .erase()
}

/// The closed dock of a topic.
pub fn dock(course: &str, topic: &str) -> AnyView {
    #[cfg(feature = "hydrate")]
    super::forms::send_in_place();
    view! {
        <aside class="dock" id="ly-dock" popover="auto" hidden=true aria-label="Tutor" on:click=show_source>
            <header>
                <h2>"Tutor"</h2>
                <span class="soft grow">"speaks only from this course"</span>
                <button class="btn quiet" type="button" aria-label="Close" on:click=move |_| close()>
                    <Icon glyph=Glyph::Close />
                </button>
            </header>
            <p class="vh" role="status" id="ly-tutor-said"></p>
            <div class="tutor-panel" id="ly-tutor" data-page=tutor_path(course, topic)></div>
        </aside>
    }
    .erase()
}

/// Closes the sheet of a narrow screen when a link leads to the text below it.
fn show_source(event: MouseEvent) {
    #[cfg(feature = "hydrate")]
    if clicked_link(&event).is_some()
        && let Some(dock) = super::forms::element::<web_sys::HtmlElement>("ly-dock")
    {
        let _ = dock.hide_popover();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}

#[cfg(not(feature = "hydrate"))]
pub fn toggle() {}

#[cfg(not(feature = "hydrate"))]
fn close() {}

/// Closes the dock. The focus goes back to the link that opens it.
#[cfg(feature = "hydrate")]
fn close() {
    use super::forms;

    if let Some(dock) = forms::element::<web_sys::HtmlElement>("ly-dock") {
        let _ = dock.hide_popover();
        dock.set_hidden(true);
        forms::focus_opener();
    }
}

/// Opens the dock or closes it. Selected text of the topic becomes a question.
#[cfg(feature = "hydrate")]
pub fn toggle() {
    use super::forms;

    let Some(dock) = forms::element::<web_sys::HtmlElement>("ly-dock") else {
        return;
    };
    let selected = forms::selected_text();
    if dock.get_client_rects().length() > 0 && selected.is_none() {
        close();
        return;
    }
    dock.set_hidden(false);
    // On a narrow screen and in read mode, the dock is shown only as a popover.
    if dock.get_client_rects().length() == 0 {
        let _ = dock.show_popover();
    }
    forms::open(selected);
}
