//! A button that opens a short list of links and actions. It is a popover, so the browser opens and
//! closes it.

use leptos::{ev::MouseEvent, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

use super::{Erase, Inside, VisuallyHidden, clicked_link, filled};

#[component]
pub fn Menu(
    #[prop(into)] id: String,
    /// The content of the button.
    trigger: AnyView,
    /// The accessible name of the button, if its content is not text.
    #[prop(optional, into)]
    label: String,
    #[prop(default = "btn quiet")] class: &'static str,
    children: Inside,
) -> impl IntoView {
    let label = filled(label).map(|label| view! { <VisuallyHidden>{label}</VisuallyHidden> });
    view! {
        <button class=class type="button" popovertarget=id.clone()>
            {trigger}
            {label}
        </button>
        <div class="menu" id=id popover="auto" on:click=close_after_link>
            {children.view()}
        </div>
    }
    .erase()
}

/// Closes the menu after a link, because the router keeps the document and the open menu.
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
        // Fails only if the menu is closed already.
        let _ = menu.hide_popover();
    }
}

/// A link in a menu. `current` marks the present choice.
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
