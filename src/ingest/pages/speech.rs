//! Speech by the browser. It is called through the page's own objects, because bindings for it
//! would weigh more than these lines.

use js_sys::{Function, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};

fn synthesis() -> Option<JsValue> {
    let found = Reflect::get(&window(), &"speechSynthesis".into()).ok()?;
    (!found.is_undefined()).then_some(found)
}

pub fn can_speak() -> bool {
    synthesis().is_some()
}

fn call(of: &JsValue, name: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let function: Function = Reflect::get(of, &name.into()).ok()?.dyn_into().ok()?;
    Reflect::apply(&function, of, &arguments.iter().collect()).ok()
}

/// Speaks the text of an element, or stops.
pub fn toggle(id: &str, lang: &str) {
    let Some(synthesis) = synthesis() else { return };
    let is_speaking = Reflect::get(&synthesis, &"speaking".into());
    if is_speaking.is_ok_and(|speaking| speaking.is_truthy()) {
        call(&synthesis, "cancel", &[]);
        return;
    }
    let text = document()
        .get_element_by_id(id)
        .and_then(|found| found.text_content());
    let utterance = Reflect::get(&window(), &"SpeechSynthesisUtterance".into())
        .ok()
        .and_then(|found| found.dyn_into::<Function>().ok());
    let (Some(text), Some(utterance)) = (text, utterance) else {
        return;
    };
    let arguments: js_sys::Array = [JsValue::from(text)].iter().collect();
    if let Ok(said) = Reflect::construct(&utterance, &arguments) {
        if !lang.is_empty() {
            let _ = Reflect::set(&said, &"lang".into(), &lang.into());
        }
        call(&synthesis, "speak", &[said]);
    }
}
