//! A button that opens a short list of links and actions: a popover, so the browser opens and closes it.

use leptos::{ev::MouseEvent, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

use super::{Erase, Inside, VisuallyHidden, clicked_link, filled};

#[component]
pub fn Menu(
    id: &'static str,
    /// What the button shows.
    trigger: AnyView,
    /// The accessible name of the button, where what it shows is not text.
    #[prop(optional, into)]
    label: String,
    #[prop(default = "btn quiet")] class: &'static str,
    children: Inside,
) -> impl IntoView {
    let label = filled(label).map(|label| view! { <VisuallyHidden>{label}</VisuallyHidden> });
    view! {
        <button class=class type="button" popovertarget=id>
            {trigger}
            {label}
        </button>
        <div class="menu" id=id popover="auto" on:click=close_after_link>
            {children.view()}
        </div>
    }
    .erase()
}

/// A link followed by the router leaves the document in place, and with it the open menu.
fn close_after_link(event: MouseEvent) {
    let Some(link) = clicked_link(&event) else {
        return;
    };
    let menu = link
        .closest(".menu")
        .ok()
        .flatten()
        .and_then(|menu| menu.dyn_into::<HtmlElement>().ok());
    if let Some(menu) = menu {
        // Refused only when it is closed already.
        let _ = menu.hide_popover();
    }
}

/// A link in a menu; `current` marks the choice that holds now.
#[component]
pub fn MenuItem(
    #[prop(into)] href: String,
    #[prop(optional)] current: bool,
    children: Inside,
) -> impl IntoView {
    view! {
        <a class="menu-item" href=href aria-current=current.then_some("true")>
            {children.view()}
        </a>
    }
    .erase()
}
