//! A text that people copy, such as an address for another program.

use leptos::prelude::*;

use super::{Button, ButtonKind, Erase};

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
    let said = RwSignal::new("");
    let field = id.clone();
    let copy = Callback::new(move |_| said.set(copy(&field)));
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
            <p class="hint" role="status">
                {move || said.get()}
            </p>
        </div>
    }
    .erase()
}

#[cfg(not(feature = "hydrate"))]
fn copy(_: &str) -> &'static str {
    ""
}

/// Selects the text of the field and copies it. Returns the outcome in words. The newer clipboard
/// of browsers works only on sites with encryption.
#[cfg(feature = "hydrate")]
fn copy(id: &str) -> &'static str {
    use wasm_bindgen::JsCast;
    let field = document().get_element_by_id(id);
    if let Some(field) = field.and_then(|it| it.dyn_into::<web_sys::HtmlInputElement>().ok()) {
        field.select();
    }
    match copy_selection() {
        Some(true) => "Copied.",
        _ => "The text is selected. Copy it with your keyboard.",
    }
}

/// Copies the selected text. None if the browser can't.
#[cfg(feature = "hydrate")]
fn copy_selection() -> Option<bool> {
    use wasm_bindgen::JsCast;
    let document = document();
    let command = js_sys::Reflect::get(&document, &"execCommand".into()).ok()?;
    let command = command.dyn_into::<js_sys::Function>().ok()?;
    let copied = command.call1(&document, &"copy".into()).ok()?;
    copied.as_bool()
}
