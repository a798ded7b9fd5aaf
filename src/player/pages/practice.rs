//! Practice questions within a topic. Their forms stand in the text; the browser answers them in
//! place. The parts of a question are fetched from the question's own page, so that they are
//! rendered in one place only.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, HtmlFormElement, SubmitEvent, UrlSearchParams};

use crate::platform::ui::{fields_of, load_document};
use crate::question_bank::pages::answer_fields::tick;

/// Attribute with the address of the question's own page.
const PART: &str = "data-part";
/// The parts of a question that change, in their order. See `practice/pages.rs`.
const PARTS: [&str; 3] = [".practice-ask", ".practice-outcome", ".practice-step"];
/// Places for the focus after a change, the first one that is there: errors, the next step, and the
/// first field.
const FOCUS: [&str; 3] = [
    ".error-summary:not([hidden])",
    ".practice-go",
    "input:not([type=hidden]),select,textarea",
];

/// Height of the bars at the top and at the bottom of the window, in pixels.
const BARS_PX: f64 = 64.0;

/// Follows the link that asks a question again.
pub fn follow(event: &web_sys::MouseEvent) {
    let link = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|target| target.closest(".practice-go").ok().flatten());
    if let Some(section) = link.as_ref().and_then(section_of)
        && !(event.ctrl_key() || event.meta_key() || event.shift_key())
    {
        event.prevent_default();
        let address = asking(&section);
        go(section, address, None);
    }
}

/// Sends the answer to a question.
pub fn send(event: &SubmitEvent) {
    let form = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
    let Some((form, section)) = form.and_then(|form| Some((form.clone(), section_of(&form)?)))
    else {
        return;
    };
    event.prevent_default();
    let action = form.get_attribute("action").unwrap_or_default();
    if let Ok(fields) = fields_of(&form, event.submitter()) {
        // The outcome is fetched from the question's own page, which is smaller than the topic.
        fields.delete("in_text");
        go(section, action, Some(fields));
    }
}

/// Selects whether a program compiles when the learner types what it prints, or the line of its
/// error.
pub fn typed(event: &web_sys::Event) {
    let field = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let name = field
        .filter(|field| section_of(field).is_some())
        .and_then(|field| field.get_attribute("name"));
    match name.as_deref() {
        Some("given[text]") => tick(event, "yes"),
        Some("given[line]") => tick(event, "no"),
        _ => {}
    }
}

fn section_of(element: &Element) -> Option<Element> {
    element.closest("#ly-content .practice").ok().flatten()
}

/// Address of the question's own page with the form, also after an answer.
fn asking(section: &Element) -> String {
    let page = section.get_attribute(PART).unwrap_or_default();
    format!("{page}?again=true")
}

/// Loads the address into the section and keeps the focus there. If loading fails, opens the
/// question's page instead.
fn go(section: Element, address: String, fields: Option<UrlSearchParams>) {
    if section.has_attribute("aria-busy") {
        return;
    }
    let _ = section.set_attribute("aria-busy", "true");
    spawn_local(async move {
        let shown = show(&section, &address, fields).await;
        let _ = section.remove_attribute("aria-busy");
        if shown.is_err() {
            let page = section.get_attribute(PART).unwrap_or(address);
            let _ = window().location().assign(&page);
            return;
        }
        let first = FOCUS
            .iter()
            .find_map(|place| section.query_selector(place).ok().flatten());
        if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
            focus(&first);
        }
        // On a small screen the explanation can push the result out of view.
        let outcome = section
            .query_selector(".practice-outcome > *")
            .ok()
            .flatten();
        if let Some(outcome) = outcome.filter(|it| it.get_bounding_client_rect().top() < BARS_PX) {
            outcome.scroll_into_view_with_bool(true);
        }
    });
}

/// Moves the focus to the element, and scrolls only as far as it needs to be seen. By itself, the
/// browser would scroll it to the middle of the window, and the question away.
fn focus(element: &HtmlElement) {
    let window = window();
    let before = (window.scroll_x(), window.scroll_y());
    let _ = element.focus();
    if let (Ok(x), Ok(y)) = before {
        window.scroll_to_with_x_and_y(x, y);
    }
    let height = window.inner_height().ok().and_then(|it| it.as_f64());
    let area = element.get_bounding_client_rect();
    if area.top() < BARS_PX {
        element.scroll_into_view_with_bool(true);
    } else if area.bottom() > height.unwrap_or_default() - BARS_PX {
        element.scroll_into_view_with_bool(false);
    }
}

/// Replaces the section's parts with those of the page at `address`.
async fn show(
    section: &Element,
    address: &str,
    fields: Option<UrlSearchParams>,
) -> Result<(), JsValue> {
    // The server shows errors on the page that is named as the referrer, which has to ask.
    let page = load_document(address, fields, &asking(section)).await?;
    let page = page
        .get_element_by_id("ly-practice")
        .ok_or(JsValue::UNDEFINED)?;
    for part in PARTS {
        let new = page.query_selector(part)?.ok_or(JsValue::UNDEFINED)?;
        if let Some(old) = section.query_selector(part)? {
            old.set_inner_html(&new.inner_html());
        }
    }
    Ok(())
}
