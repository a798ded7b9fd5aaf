//! Sends the forms of a conversation from the browser, and shows the conversation that comes back.
//! It is rendered by the server, on the conversation's own page.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, HtmlFormElement, HtmlTextAreaElement, UrlSearchParams};

use crate::platform::live::{self, LiveTopic};
use crate::platform::ui::{fields_of, load_document};

/// Id of the element that holds the conversation. Its `data-page` is the address of the page.
const TALK: &str = "ly-tutor";
const QUESTION: &str = "ly-tutor-question";
/// Characters of a selection that become a question.
const SELECTED: usize = 500;

pub fn element<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Sends the forms of the conversation on this page without leaving it, until the view is removed.
pub fn send_in_place() {
    Effect::new(move |_| {
        let on_submit = window_event_listener(ev::submit, |event| send(&event));
        if let Some(talk) = element::<Element>(TALK) {
            follow(&talk);
        }
        on_cleanup(move || on_submit.remove());
    });
}

fn send(event: &web_sys::SubmitEvent) {
    let form = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
    let Some(form) = form else { return };
    let talk = form.closest(&format!("#{TALK}")).ok().flatten();
    let Some(talk) = talk else { return };
    event.prevent_default();
    let action = form.get_attribute("action").unwrap_or_default();
    if let Ok(fields) = fields_of(&form, event.submitter()) {
        let place = form.closest("[id^=m-]").ok().flatten();
        let then = Then {
            fields: Some(fields),
            place: place.map(|place| place.id()),
            selected: None,
        };
        go(talk, action, then);
    }
}

/// Parts of a request for the conversation.
struct Then {
    /// Fields of the form that is sent.
    fields: Option<UrlSearchParams>,
    /// Message in which the form stands.
    place: Option<String>,
    /// Text to ask about.
    selected: Option<String>,
}

/// Loads the conversation into the element, and moves the focus to an error, to a new message, to
/// the place of the form or to the question. If loading fails, opens the conversation's page.
fn go(talk: Element, address: String, then: Then) {
    if talk.has_attribute("aria-busy") {
        return;
    }
    let _ = talk.set_attribute("aria-busy", "true");
    let is_sent = then.fields.is_some();
    say(if is_sent {
        "Sending …"
    } else {
        "Loading …"
    });
    let page = talk.get_attribute("data-page").unwrap_or_default();
    spawn_local(async move {
        let before = last_message(&talk);
        let shown = show(&talk, &address, then.fields, &page).await;
        let _ = talk.remove_attribute("aria-busy");
        say("");
        if shown.is_err() {
            let _ = window().location().assign(&page);
            return;
        }
        let find = |selector: &str| talk.query_selector(selector).ok().flatten();
        let last = last_message(&talk);
        let is_new = is_sent && last.is_some() && last != before;
        let place = if is_new { last } else { then.place };
        if !is_sent && let Some(list) = find(".tutor-talk") {
            list.set_scroll_top(list.scroll_height());
        }
        ask_about(then.selected);
        let error = find(".error-summary:not([hidden])");
        let focused = error.or_else(|| element(&place?));
        match focused.and_then(|focused| focused.dyn_into::<HtmlElement>().ok()) {
            Some(focused) => {
                let _ = focused.focus();
            }
            None => focus_question(),
        }
    });
}

/// Replaces the conversation with that of the page at `address`.
async fn show(
    talk: &Element,
    address: &str,
    fields: Option<UrlSearchParams>,
    page: &str,
) -> Result<(), JsValue> {
    let loaded = load_document(address, fields, page).await?;
    let new = loaded.get_element_by_id(TALK).ok_or(JsValue::UNDEFINED)?;
    talk.set_inner_html(&new.inner_html());
    follow(talk);
    Ok(())
}

thread_local! {
    /// Conversations whose events this tab follows.
    static FOLLOWED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// True while a look at the page is planned.
    static IS_PLANNED: Cell<bool> = const { Cell::new(false) };
}

/// Wait before the page is looked at without an event, which can get lost.
const LOOK: Duration = Duration::from_secs(4);

/// Follows the events of the conversation if an answer is being written.
pub fn follow(talk: &Element) {
    let written = match talk.has_attribute("data-live") {
        true => Some(talk.clone()),
        false => talk.query_selector("[data-live]").ok().flatten(),
    };
    let Some(written) = written else { return };
    let topic = written.get_attribute("data-live").unwrap_or_default();
    let since = written.get_attribute("data-since").unwrap_or_default();
    let is_known = FOLLOWED.with_borrow_mut(|followed| {
        let is_known = followed.contains(&topic);
        if !is_known {
            followed.push(topic.clone());
        }
        is_known
    });
    if !is_known {
        // In a task of its own, so that it lasts longer than the view.
        spawn_local(async move {
            live::browser::follow(LiveTopic { topic, since }, || spawn_local(renew()));
        });
    }
    if !IS_PLANNED.replace(true) {
        let look = || {
            IS_PLANNED.set(false);
            spawn_local(renew());
        };
        set_timeout(look, LOOK);
    }
}

/// Loads the messages again while an answer is being written. The typed text below them stays.
async fn renew() {
    let Some(talk) = element::<Element>(TALK) else {
        return;
    };
    let is_written = || talk.query_selector("[data-live]").ok().flatten();
    if talk.has_attribute("aria-busy") || is_written().is_none() {
        return;
    }
    let page = talk.get_attribute("data-page").unwrap_or_default();
    let Ok(loaded) = load_document(&page, None, &page).await else {
        return;
    };
    let find = |inside: &Element| inside.query_selector(".tutor-talk").ok().flatten();
    let new = loaded.get_element_by_id(TALK).and_then(|new| find(&new));
    let (Some(new), Some(old)) = (new, find(&talk)) else {
        return;
    };
    if talk.has_attribute("aria-busy") {
        return;
    }
    follow(&new);
    if new.inner_html() == old.inner_html() {
        return;
    }
    let focused = document().active_element();
    let focused = focused.filter(|focused| old.contains(Some(focused)));
    let place = focused.and_then(|focused| focused.closest("[id^=m-]").ok().flatten());
    let _ = old.replace_with_with_node_1(&new);
    if let Some(place) = place.and_then(|place| element::<HtmlElement>(&place.id())) {
        let _ = place.focus();
    }
    let is_done = is_written().is_none();
    say(if is_done {
        "The answer is there."
    } else {
        "A new sentence is there."
    });
}

/// Id of the last message.
fn last_message(talk: &Element) -> Option<String> {
    let last = talk.query_selector(".tutor-messages > :last-child");
    last.ok().flatten().map(|last| last.id())
}

fn say(text: &str) {
    if let Some(said) = element::<Element>("ly-tutor-said") {
        said.set_text_content(Some(text));
    }
}

fn focus_question() {
    if let Some(field) = element::<HtmlElement>(QUESTION) {
        let _ = field.focus();
    }
}

/// Moves the focus to the first link that opens the dock.
pub fn focus_opener() {
    let page = element::<Element>(TALK).and_then(|talk| talk.get_attribute("data-page"));
    let links = format!("a[href=\"{}\"]", page.unwrap_or_default());
    let Ok(links) = document().query_selector_all(&links) else {
        return;
    };
    for at in 0..links.length() {
        let link = links
            .item(at)
            .and_then(|link| link.dyn_into::<HtmlElement>().ok());
        // A link that is not shown does not take the focus.
        if let Some(link) = link.filter(|link| link.get_client_rects().length() > 0) {
            let _ = link.focus();
            return;
        }
    }
}

/// Loads the conversation unless that was done, and asks about the selected text.
pub fn open(selected: Option<String>) {
    let Some(talk) = element::<Element>(TALK) else {
        return;
    };
    if talk.child_element_count() > 0 {
        ask_about(selected);
        focus_question();
        return;
    }
    let page = talk.get_attribute("data-page").unwrap_or_default();
    let then = Then {
        fields: None,
        place: None,
        selected,
    };
    go(talk, page, then);
}

fn ask_about(selected: Option<String>) {
    if let (Some(selected), Some(field)) = (selected, element::<HtmlTextAreaElement>(QUESTION)) {
        field.set_value(&format!("Explain this: “{selected}”"));
    }
}

/// Returns the text that is selected in the topic.
pub fn selected_text() -> Option<String> {
    let selection = window().get_selection().ok().flatten()?;
    let content: Element = element("ly-content")?;
    content
        .contains(selection.anchor_node().as_ref())
        .then_some(())?;
    let text = String::from(selection.to_string());
    let words: Vec<&str> = text.split_whitespace().collect();
    let text: String = words.join(" ").chars().take(SELECTED).collect();
    (!text.is_empty()).then_some(text)
}
