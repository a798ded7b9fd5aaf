//! Tabs: links between pages, or buttons for the panels of one page.

use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::HtmlElement,
};

use super::{Erase, Inside};

/// A row of [`TabLink`]s, or of [`TabButton`]s if `buttons` is set.
#[component]
pub fn Tabs(
    #[prop(into)] label: String,
    #[prop(optional)] buttons: bool,
    children: Inside,
) -> impl IntoView {
    if buttons {
        view! {
            <div class="tabs" role="tablist" aria-label=label on:keydown=walk>
                {children.view()}
            </div>
        }
        .erase()
    } else {
        view! {
            <nav class="tabs" aria-label=label>
                {children.view()}
            </nav>
        }
        .erase()
    }
}

#[component]
pub fn TabLink(
    #[prop(into)] href: String,
    #[prop(optional, into)] current: Signal<bool>,
    children: Inside,
) -> impl IntoView {
    view! {
        <a href=href aria-current=move || current.get().then_some("page")>
            {children.view()}
        </a>
    }
    .erase()
}

/// A tab for a panel. `controls` is the id of the panel, which must have `role="tabpanel"`.
#[component]
pub fn TabButton(
    #[prop(into)] selected: Signal<bool>,
    #[prop(into)] controls: String,
    on_select: Callback<()>,
    children: Inside,
) -> impl IntoView {
    let click = move |_: MouseEvent| on_select.run(());
    view! {
        <button
            type="button"
            role="tab"
            aria-controls=controls
            aria-selected=move || if selected.get() { "true" } else { "false" }
            tabindex=move || if selected.get() { "0" } else { "-1" }
            on:click=click
        >
            {children.view()}
        </button>
    }
    .erase()
}

/// Selects the neighboring tab on the left or right arrow key, as keyboard users expect.
fn walk(event: KeyboardEvent) {
    let tab = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let Some(tab) = tab else { return };
    let neighbor = match event.key().as_str() {
        "ArrowRight" => tab.next_element_sibling(),
        "ArrowLeft" => tab.previous_element_sibling(),
        _ => None,
    };
    if let Some(neighbor) = neighbor.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
        event.prevent_default();
        neighbor.click();
        // Fails only if the element is gone.
        let _ = neighbor.focus();
    }
}
