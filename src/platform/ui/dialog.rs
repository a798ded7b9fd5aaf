//! Modal dialogs, as `<dialog>`.
//!
//! A link to the dialog's id opens it. Without JavaScript the stylesheet shows it as the page's `:target`, and
//! closing is a link to an id that nothing has; with it, the same links open and close it modally. A page that
//! is loaded with the id in its address opens the dialog too.

use leptos::{ev::MouseEvent, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlDialogElement};

use super::{ButtonKind, Erase, Glyph, Icon, Inside, clicked_link};

/// An id that nothing has. Links to it close the dialog that they are in.
const CLOSED: &str = "#ly-closed";

#[component]
pub fn Dialog(
    id: &'static str,
    #[prop(into)] title: String,
    /// The buttons under the body.
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

/// Every link in a dialog closes it: those to nowhere because that is what they are for, others because the router
/// leaves the document in place.
fn close_after_link(event: MouseEvent) {
    let Some(link) = clicked_link(&event) else {
        return;
    };
    let dialog = link.closest("dialog").ok().flatten();
    let dialog = dialog.and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok());
    // One that is shown as the target of the address has to lose it, which is the link's own work.
    let Some(dialog) = dialog.filter(HtmlDialogElement::open) else {
        return;
    };
    if link.get_attribute("href").as_deref() == Some(CLOSED) {
        event.prevent_default();
    }
    dialog.close();
}

/// What opens the dialog of that id.
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

/// Opens the dialog of that id, for example from a keyboard shortcut. False when there is none.
pub fn open_dialog(id: &str) -> bool {
    let Some(dialog) = find(id) else { return false };
    dialog.open() || dialog.show_modal().is_ok()
}

fn find(id: &str) -> Option<HtmlDialogElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}
