//! The review beside the editor: HTML that the server has rendered. Its forms work in place.

use leptos::prelude::*;

use super::REVIEW;
use crate::authoring::editor::TopicText;
use crate::platform::ui::Erase;

/// The part of the editor's page with the review of the topic.
pub fn review_part(page: &TopicText) -> AnyView {
    #[cfg(feature = "hydrate")]
    browser::work_in_place();
    let html = page.review.0.clone();
    view! {
        <section class="topic-preview stack" aria-labelledby="ly-review-title">
            <h2 id="ly-review-title" class="label">
                "Review"
            </h2>
            <p class="soft" role="status" id="ly-review-said"></p>
            <div id=REVIEW inner_html=html></div>
        </section>
    }
    .erase()
}

#[cfg(feature = "hydrate")]
pub mod browser {
    //! Sends the forms of the review without leaving the page, and marks passages in the text.

    use leptos::ev;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use wasm_bindgen::prelude::*;
    use web_sys::{
        Element, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlTextAreaElement,
        UrlSearchParams,
    };

    use crate::authoring::review::{QUOTE, REVIEW};
    use crate::platform::ui::{fields_of, load_document};

    /// Id of the field with the text of the topic.
    const TEXT: &str = "ly-text";
    /// Id of the field with the revision of that text.
    const BASE: &str = "ly-base";
    const SAID: &str = "ly-review-said";

    fn element<T: JsCast>(id: &str) -> Option<T> {
        document().get_element_by_id(id)?.dyn_into().ok()
    }

    pub fn work_in_place() {
        Effect::new(move |_| {
            let submit = window_event_listener(ev::submit, |event| send(&event));
            let click = window_event_listener(ev::click, |event| press(&event));
            on_cleanup(move || {
                submit.remove();
                click.remove();
            });
        });
    }

    fn say(words: &str) {
        if let Some(said) = element::<HtmlElement>(SAID) {
            said.set_text_content(Some(words));
        }
    }

    fn send(event: &web_sys::SubmitEvent) {
        let form = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form else { return };
        if !matches!(form.closest(&format!("#{REVIEW}")), Ok(Some(_))) {
            return;
        }
        event.prevent_default();
        let action = form.get_attribute("action").unwrap_or_default();
        let Ok(fields) = fields_of(&form, event.submitter()) else {
            return;
        };
        let place = form.closest("[id^=c-]").ok().flatten();
        let place = place.map(|place| place.id());
        // The text of this page may be older or newer than the review beside it.
        if fields.get("seen").is_some()
            && let Some(base) = element::<HtmlInputElement>(BASE)
        {
            fields.set("seen", &base.value());
        }
        say("Sending …");
        load(action, Some(fields), place);
    }

    /// Loads the review again, unless somebody writes in it.
    pub fn renew() {
        let is_written = document().active_element().is_some_and(|active| {
            matches!(
                active.closest(&format!("#{REVIEW} textarea, #{REVIEW} select")),
                Ok(Some(_))
            )
        });
        if !is_written && let Some(page) = page() {
            load(page, None, None);
        }
    }

    /// Address of the page that the review is a part of.
    fn page() -> Option<String> {
        let inside = element::<Element>(REVIEW)?.first_element_child()?;
        inside.get_attribute("data-page")
    }

    fn load(address: String, fields: Option<UrlSearchParams>, place: Option<String>) {
        let (Some(shown), Some(page)) = (element::<Element>(REVIEW), page()) else {
            return;
        };
        let is_sent = fields.is_some();
        spawn_local(async move {
            let loaded = load_document(&address, fields, &page).await;
            let new = loaded
                .ok()
                .and_then(|loaded| loaded.get_element_by_id(REVIEW));
            let Some(new) = new else {
                if is_sent {
                    say("Not sent: the server can’t be reached. Send it again later.");
                }
                return;
            };
            shown.set_inner_html(&new.inner_html());
            if !is_sent {
                return;
            }
            let error = shown
                .query_selector(".error-summary:not([hidden])")
                .ok()
                .flatten();
            say(if error.is_some() { "" } else { "Done." });
            let place = place.and_then(|place| element::<Element>(&place));
            let focused = error.or(place).or_else(|| element::<Element>(QUOTE));
            if let Some(focused) =
                focused.and_then(|focused| focused.dyn_into::<HtmlElement>().ok())
            {
                let _ = focused.focus();
            }
        });
    }

    /// Works the buttons that mark a passage in the text, and that take the marked one.
    fn press(event: &web_sys::MouseEvent) {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let Some(target) = target else { return };
        let Some(text) = element::<HtmlTextAreaElement>(TEXT) else {
            return;
        };
        if let Some(passage) = target.get_attribute("data-find") {
            let all = text.value();
            let Some(at) = all.find(&passage) else {
                return say("The passage has other line breaks in the text now.");
            };
            let units = |part: &str| part.encode_utf16().count() as u32;
            let start = units(&all[..at]);
            let _ = text.focus();
            let _ = text.set_selection_range(start, start + units(&passage));
        } else if target.has_attribute("data-quote")
            && let Some(field) = element::<HtmlTextAreaElement>(QUOTE)
        {
            let units: Vec<u16> = text.value().encode_utf16().collect();
            let place = |at: Option<u32>| (at.unwrap_or(0) as usize).min(units.len());
            let start = place(text.selection_start().ok().flatten());
            let end = place(text.selection_end().ok().flatten()).max(start);
            match start == end {
                true => say("Select a passage in the text first."),
                false => {
                    field.set_value(&String::from_utf16_lossy(&units[start..end]));
                    let _ = field.focus();
                }
            }
        }
    }
}
