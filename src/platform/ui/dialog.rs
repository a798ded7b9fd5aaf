//! Modal dialogs, based on `<dialog>`.
//!
//! A link to the dialog's id opens the dialog. Without JavaScript, the stylesheet shows it as the
//! page's `:target`, and a link to an unused id closes it. With JavaScript, the same links open and
//! close it modally. Loading a page with the id in its address opens it too.

use leptos::{ev::MouseEvent, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlDialogElement};

use super::{ButtonKind, Erase, Glyph, Icon, Inside, clicked_link};

/// An id that no element has. Links to it close the dialog around them.
const CLOSED: &str = "#ly-closed";

#[component]
pub fn Dialog(
    id: &'static str,
    #[prop(into)] title: String,
    /// The buttons below the body.
    #[prop(optional)]
    foot: Option<AnyView>,
    children: Inside,
) -> impl IntoView {
    Effect::new(move || {
        let hash = window().location().hash().unwrap_or_default();
        if hash.strip_prefix('#') == Some(id) {
            open_dialog(id);
        }
    });
    let heading = format!("{id}-title");
    let heading_id = heading.clone();
    view! {
        <dialog class="dialog" id=id aria-labelledby=heading closedby="any" on:click=close_after_link>
            <header class="dialog-head">
                <h2 id=heading_id>{title}</h2>
                <a class="btn quiet" href=CLOSED aria-label="Close">
                    <Icon glyph=Glyph::Close />
                </a>
            </header>
            <div class="dialog-body">{children.view()}</div>
            {foot.map(|foot| view! { <footer class="dialog-foot">{foot}</footer> })}
        </dialog>
    }
    .erase()
}

/// Closes a dialog when a link in it is clicked. Close links need this, and other links do too,
/// because the router keeps the document and its open dialog.
fn close_after_link(event: MouseEvent) {
    let Some(link) = clicked_link(&event) else {
        return;
    };
    let dialog = link.closest("dialog").ok().flatten();
    let dialog = dialog.and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok());
    // A dialog that is shown as `:target` closes by following the link itself.
    let Some(dialog) = dialog.filter(HtmlDialogElement::open) else {
        return;
    };
    if link.get_attribute("href").as_deref() == Some(CLOSED) {
        event.prevent_default();
    }
    dialog.close();
}

/// A link that opens the dialog with this id.
#[component]
pub fn DialogButton(
    opens: &'static str,
    #[prop(optional)] kind: ButtonKind,
    children: Inside,
) -> impl IntoView {
    let open = move |event: MouseEvent| {
        if open_dialog(opens) {
            event.prevent_default();
        }
    };
    view! {
        <a class=super::button::class(kind, false) href=format!("#{opens}") aria-haspopup="dialog" on:click=open>
            {children.view()}
        </a>
    }
    .erase()
}

/// Opens the dialog with this id, for example from a keyboard shortcut. Returns false if there is
/// none.
pub fn open_dialog(id: &str) -> bool {
    let Some(dialog) = find(id) else { return false };
    dialog.open() || dialog.show_modal().is_ok()
}

fn find(id: &str) -> Option<HtmlDialogElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}
