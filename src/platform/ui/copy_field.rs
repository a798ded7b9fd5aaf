//! A text that people copy, such as an address for another program.

use leptos::prelude::*;

use super::{Button, ButtonKind, Erase, Toaster};

/// A read-only field. A button that copies its text appears once scripts run; without them, people
/// select the text.
#[component]
pub fn CopyField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into)] value: String,
) -> impl IntoView {
    let is_awake = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| is_awake.set(true));
    let toaster = Toaster::current();
    let field = id.clone();
    let copy = Callback::new(move |_| copy(&field, toaster));
    view! {
        <div class="control">
            <label class="control-label" for=id.clone()>
                {label}
            </label>
            <div class="copy-field">
                <input class="input" id=id type="text" value=value readonly=true />
                <span hidden=move || !is_awake.get()>
                    <Button kind=ButtonKind::Secondary r#type="button" on_click=copy>
                        "Copy"
                    </Button>
                </span>
            </div>
        </div>
    }
    .erase()
}

#[cfg(not(feature = "hydrate"))]
fn copy(_: &str, _: Toaster) {}

/// Selects the text of the field and copies it. Browsers offer the clipboard only to sites with
/// encryption; elsewhere the text stays selected.
#[cfg(feature = "hydrate")]
fn copy(id: &str, toaster: Toaster) {
    use wasm_bindgen::JsCast;
    let field = document().get_element_by_id(id);
    let Some(field) = field.and_then(|it| it.dyn_into::<web_sys::HtmlInputElement>().ok()) else {
        return;
    };
    field.select();
    let written = write(&field.value());
    leptos::task::spawn_local(async move {
        let is_copied = match written {
            Some(written) => wasm_bindgen_futures::JsFuture::from(written).await.is_ok(),
            None => false,
        };
        match is_copied {
            true => toaster.say("Copied."),
            false => toaster.say("The text is selected. Copy it with your keyboard."),
        }
    });
}

/// Asks the browser to write the text to the clipboard. None if it offers no clipboard. The type
/// of the clipboard would need another feature of web-sys.
#[cfg(feature = "hydrate")]
fn write(text: &str) -> Option<js_sys::Promise> {
    use js_sys::{Function, Promise, Reflect};
    use wasm_bindgen::JsCast;
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into()).ok()?;
    if !clipboard.is_object() {
        return None;
    }
    let write = Reflect::get(&clipboard, &"writeText".into()).ok()?;
    let written = write.dyn_into::<Function>().ok()?;
    let written = written.call1(&clipboard, &text.into()).ok()?;
    written.dyn_into::<Promise>().ok()
}
