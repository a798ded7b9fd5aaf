//! Practice questions within a topic. The form of a question is loaded when the reader comes near,
//! and the result replaces it. Both are fetched as parts of the question's own page, so that they
//! are rendered in one place only.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomParser, Element, HtmlElement, HtmlFormElement, SubmitEvent, SupportedType};

use crate::platform::ui::fields_of;

/// Attribute with the address of a question's loaded part; absent until it is requested.
const AT: &str = "data-at";
/// Distance below the window, in pixels, at which a question is loaded.
const AHEAD_PX: f64 = 600.0;

/// Loads the questions that the reader is near.
pub fn bring() {
    let Ok(waiting) = document().query_selector_all("#ly-content .practice:not([data-at])") else {
        return;
    };
    let height = window()
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64());
    for at in 0..waiting.length() {
        let section = waiting
            .item(at)
            .and_then(|node| node.dyn_into::<Element>().ok());
        let Some(section) = section else { continue };
        if section.get_bounding_client_rect().top() > height.unwrap_or_default() + AHEAD_PX {
            break;
        }
        if let Some(address) = link_in(&section) {
            let _ = section.set_attribute(AT, &address);
            spawn_local(async move {
                // If loading fails, the link to the question's page remains.
                let _ = show(&section, &address, None).await;
            });
        }
    }
}

/// Follows a link of a question within the topic.
pub fn follow(event: &web_sys::MouseEvent) {
    let link = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|target| target.closest(".practice-go").ok().flatten());
    let section = link.as_ref().and_then(section_of);
    let address = link.and_then(|link| link.get_attribute("href"));
    if let (Some(section), Some(address)) = (section, address)
        && !(event.ctrl_key() || event.meta_key() || event.shift_key())
    {
        event.prevent_default();
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
        go(section, action, Some(fields));
    }
}

fn section_of(element: &Element) -> Option<Element> {
    element.closest("#ly-content .practice").ok().flatten()
}

fn link_in(section: &Element) -> Option<String> {
    let link = section.query_selector(".practice-go").ok().flatten()?;
    link.get_attribute("href")
}

/// Loads the address into the section and moves the focus there. If loading fails, opens the
/// question's page instead.
fn go(section: Element, address: String, fields: Option<web_sys::UrlSearchParams>) {
    if section.has_attribute("aria-busy") {
        return;
    }
    let _ = section.set_attribute("aria-busy", "true");
    spawn_local(async move {
        let shown = show(&section, &address, fields).await;
        let _ = section.remove_attribute("aria-busy");
        if shown.is_err() {
            let page = section.get_attribute(AT).unwrap_or(address);
            let _ = window().location().assign(&page);
            return;
        }
        let first = section
            .query_selector(
                ".practice-outcome, .notice:not([hidden]), input:not([type=hidden]), select",
            )
            .ok()
            .flatten();
        if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
            let _ = first.focus();
        }
    });
}

/// Replaces the section's content with the question's part of the page at `address`.
async fn show(
    section: &Element,
    address: &str,
    fields: Option<web_sys::UrlSearchParams>,
) -> Result<(), JsValue> {
    let headers = web_sys::Headers::new()?;
    headers.set("Accept", "text/html")?;
    let init = web_sys::RequestInit::new();
    if let Some(fields) = fields {
        headers.set("Content-Type", "application/x-www-form-urlencoded")?;
        init.set_method("POST");
        init.set_body(&fields.to_string().into());
        // The server shows errors on the page that is named as the referrer.
        init.set_referrer(&section.get_attribute(AT).unwrap_or_default());
    }
    init.set_headers(&headers);
    let response: web_sys::Response =
        JsFuture::from(window().fetch_with_str_and_init(address, &init))
            .await?
            .unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    let page = DomParser::new()?.parse_from_string(
        &text.as_string().unwrap_or_default(),
        SupportedType::TextHtml,
    )?;
    let part = page
        .get_element_by_id("ly-practice")
        .ok_or(JsValue::UNDEFINED)?;
    section.set_inner_html(&part.inner_html());
    section.set_attribute(AT, &response.url())?;
    Ok(())
}
