//! Loads pages of this site as documents, for parts that are rendered in one place only.

use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, DomParser, SupportedType, UrlSearchParams};

/// Loads the page at `address`, or the one that follows when `fields` are posted there. After an
/// error of a form, that is the page at `referrer`.
pub async fn load_document(
    address: &str,
    fields: Option<UrlSearchParams>,
    referrer: &str,
) -> Result<Document, JsValue> {
    let headers = web_sys::Headers::new()?;
    headers.set("Accept", "text/html")?;
    let init = web_sys::RequestInit::new();
    if let Some(fields) = fields {
        headers.set("Content-Type", "application/x-www-form-urlencoded")?;
        init.set_method("POST");
        init.set_body(&fields.to_string().into());
        init.set_referrer(referrer);
    }
    init.set_headers(&headers);
    let response: web_sys::Response =
        JsFuture::from(window().fetch_with_str_and_init(address, &init))
            .await?
            .unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    DomParser::new()?.parse_from_string(
        &text.as_string().unwrap_or_default(),
        SupportedType::TextHtml,
    )
}
