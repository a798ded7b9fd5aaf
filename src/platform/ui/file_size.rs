//! Refuses a file that is too large before it is sent, because sending it may take minutes.

use leptos::ev::Event;

/// Checks the file that somebody has chosen. If it has more than `most` bytes, the browser shows a
/// sentence at the field and does not send the form. The server checks it in any case.
#[cfg(feature = "hydrate")]
pub fn check_file_size(event: &Event, most: usize) {
    use js_sys::Reflect;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::HtmlInputElement;

    use crate::platform::figures::megabytes;

    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok();
    let target = event.target();
    let Some(input) = target.and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
        return;
    };
    let file = get(&input, "files").and_then(|files| get(&files, "0"));
    let size = file.and_then(|file| get(&file, "size")?.as_f64());
    let sentence = match size.is_some_and(|size| size > most as f64) {
        true => format!(
            "The file is too large. At most {} are allowed.",
            megabytes(most)
        ),
        false => String::new(),
    };
    input.set_custom_validity(&sentence);
    let _ = input.report_validity();
}

#[cfg(not(feature = "hydrate"))]
pub fn check_file_size(_: &Event, _: usize) {}
