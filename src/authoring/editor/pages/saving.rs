//! Saves the text in the browser: one request at a time, and a copy in the browser's storage until
//! the server has the text.

use std::time::Duration;

use js_sys::{Function, Reflect};
use leptos::ev;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlFormElement, HtmlInputElement, HtmlTextAreaElement, UrlSearchParams};

use super::copies::{LocalText, copies, forget, keep, kept};
use super::keeper::{BASE, CHANGE, FORM, Keeper, TEXT, TITLE};
use crate::authoring::editor::api::SaveTopic;
use crate::authoring::editor::{Prefer, SavedText, TopicText};
use crate::platform::error::AppError;
use crate::platform::live::LiveTopic;
use crate::platform::ui::browser::{FormReply, fields_of, send};
use crate::platform::ui::decode;

/// Time without typing after which the text is saved.
const SAVE_MS: u64 = 800;
/// Time until a save that failed is tried again. It doubles with each failure, up to the longest.
const RETRY_MS: u32 = 5_000;
const LONGEST_RETRY_MS: u32 = 60_000;
/// A request that takes longer counts as not answered.
pub const TIMEOUT_MS: u32 = 15_000;

/// The progress of the page's saves.
pub struct SaveProgress {
    /// Beginning of the keys of this account's copies of the topic.
    copies: String,
    pub course: String,
    /// Id of the topic.
    pub topic: String,
    pub live: LiveTopic,
    /// State of the review when it was loaded.
    pub review: String,
    /// Name of the page, which ends the key of its copy.
    pub writer: String,
    pub base: i32,
    /// Text of the server when the page was loaded.
    stored: (String, String),
    pub changes: u32,
    pub is_changed: bool,
    pub is_sending: bool,
    /// The side that the person keeps of what others have changed too, and the revision with which
    /// they have compared.
    pub chosen: Option<(Prefer, i32)>,
    /// True if the text is to be published as soon as the running save has ended.
    publishes: bool,
    /// The copy of an earlier page that this page has taken up, with its key.
    taken: Option<(String, LocalText)>,
    /// Saves that failed one after the other.
    failures: u32,
}

impl SaveProgress {
    pub fn of(course: &str, page: &TopicText) -> Self {
        Self {
            course: course.to_owned(),
            topic: page.topic_id.to_string(),
            live: page.live.clone(),
            review: page.here.review.clone(),
            copies: format!("lyceum-topic-{}-{}-", page.topic_id, page.account),
            writer: page.writer.clone(),
            base: page.revision,
            // Fields of a browser have single line breaks.
            stored: (page.title.clone(), page.text.replace("\r\n", "\n")),
            changes: 0,
            is_changed: false,
            is_sending: false,
            chosen: None,
            publishes: false,
            taken: None,
            failures: 0,
        }
    }

    fn key(&self) -> String {
        format!("{}{}", self.copies, self.writer)
    }
}

pub fn element<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

pub fn text_area() -> Option<HtmlTextAreaElement> {
    element(TEXT)
}

pub fn title_field() -> Option<HtmlInputElement> {
    element(TITLE)
}

/// Title and text of the fields.
pub fn written() -> Option<(String, String)> {
    Some((title_field()?.value(), text_area()?.value()))
}

/// Calls a method of an object of the browser by its name.
pub fn call(of: &JsValue, name: &str, arguments: &[&str]) -> Option<JsValue> {
    let method: Function = Reflect::get(of, &name.into()).ok()?.dyn_into().ok()?;
    let list = js_sys::Array::new();
    for argument in arguments {
        list.push(&JsValue::from_str(argument));
    }
    method.apply(of, &list).ok()
}

impl Keeper {
    /// Takes up a text that was typed before the page was awake, or that an earlier page could
    /// not save.
    pub fn awake(self) {
        Effect::new(move |_| {
            request_animation_frame(move || self.take_up());
            let online = window_event_listener(ev::online, move |_| self.send(""));
            on_cleanup(move || online.remove());
        });
        self.stay();
    }

    fn take_up(self) {
        let (Some(title), Some(text)) = (title_field(), text_area()) else {
            return;
        };
        let Some((begin, stored)) = (self.progress)
            .try_with_value(|progress| (progress.copies.clone(), progress.stored.clone()))
        else {
            return;
        };
        if (title.value(), text.value()) != stored {
            return self.changed();
        }
        // Copies that the server has are of no use. Of several others the older ones stay.
        let (same, left): (Vec<_>, Vec<_>) = copies(&begin)
            .into_iter()
            .partition(|(_, copy)| (&copy.title, &copy.text) == (&stored.0, &stored.1));
        for (key, _) in same {
            forget(&key);
        }
        let Some((key, local)) = left.into_iter().next() else {
            return;
        };
        title.set_value(&local.title);
        text.set_value(&local.text);
        self.progress
            .try_update_value(|progress| progress.taken = Some((key, local.clone())));
        // The server merges it with what others have saved since.
        self.set_base(local.base);
        self.changed();
    }

    /// Keeps the text in the browser, and saves it after a pause.
    pub fn changed(self) {
        let Some(change) = self.progress.try_update_value(|progress| {
            progress.is_changed = true;
            progress.changes += 1;
            progress.changes
        }) else {
            return;
        };
        if let Some(field) = element::<HtmlInputElement>(CHANGE) {
            field.set_value(&change.to_string());
        }
        self.keep_copy();
        self.follow();
        if self.is_choosing() {
            return;
        }
        self.say("Saving…");
        self.later(SAVE_MS, change, move || self.send(""));
    }

    /// Runs `then` after a pause without further changes.
    pub fn later(self, pause_ms: u64, change: u32, then: impl FnOnce() + 'static) {
        let is_last =
            move || self.progress.try_with_value(|progress| progress.changes) == Some(change);
        let run = move || {
            if is_last() {
                then();
            }
        };
        set_timeout(run, Duration::from_millis(pause_ms));
    }

    pub fn say(self, words: impl Into<String>) {
        self.status.try_set(words.into());
    }

    /// Handles a button of the form.
    pub fn press(self, event: &ev::MouseEvent, go: &'static str) {
        event.prevent_default();
        if self.is_choosing() {
            return self.say("Not saved. Choose what to keep below first.");
        }
        self.say(if go == "publish" {
            "Publishing…"
        } else {
            "Saving…"
        });
        self.send(go);
    }

    /// Saves the text. If a save is running, the next one follows when that ends.
    pub fn send(self, go: &'static str) {
        if self.is_choosing() {
            return;
        }
        let ready = self.progress.try_update_value(|progress| {
            progress.publishes |= go == "publish";
            let is_due = progress.is_changed || !go.is_empty();
            let is_ready = is_due && !progress.is_sending;
            if is_ready {
                progress.is_sending = true;
                progress.is_changed = false;
                return Some(std::mem::take(&mut progress.publishes));
            }
            progress.is_changed |= !go.is_empty();
            None
        });
        let Some(publishes) = ready.flatten() else {
            return;
        };
        let (Some(fields), Some(sent)) = (self.fields(), written()) else {
            return;
        };
        fields.set("go", if publishes { "publish" } else { "save" });
        let chosen = (self.progress).try_update_value(|progress| progress.chosen.take());
        if let Some((side, seen)) = chosen.flatten() {
            fields.set("page[keep]", side.name());
            fields.set("page[seen]", &seen.to_string());
        }
        leptos::task::spawn_local(async move {
            let outcome = send(SaveTopic::PATH, &fields, Some(TIMEOUT_MS)).await;
            self.progress
                .try_update_value(|progress| progress.is_sending = false);
            match outcome {
                Ok(reply) => self.saved(reply, &sent),
                Err(error) => self.not_saved(error, publishes),
            }
        });
    }

    /// The fields of the form, as they are sent.
    pub fn fields(self) -> Option<UrlSearchParams> {
        let form = element::<HtmlFormElement>(FORM)?;
        let fields = fields_of(&form, None).ok()?;
        let base = self.progress.try_with_value(|progress| progress.base)?;
        fields.set("page[base]", &base.to_string());
        Some(fields)
    }

    fn saved(self, reply: FormReply, sent: &(String, String)) {
        let is_changed = self.progress.try_update_value(|progress| {
            progress.failures = 0;
            progress.is_changed
        });
        let Some(is_changed) = is_changed else { return };
        if let Ok(saved) = decode::<SavedText>(&reply.value) {
            self.take_in(&saved, sent);
        }
        if is_changed {
            return self.send("");
        }
        self.forget_copies();
        self.say("Saved");
        if let Some(next) = reply.next {
            let _ = window().location().assign(&next);
        }
    }

    /// Puts the text of the fields into the browser's storage. Returns true if it is there.
    fn keep_copy(self) -> bool {
        let (Some(title), Some(text)) = (title_field(), text_area()) else {
            return false;
        };
        let place = self
            .progress
            .try_with_value(|progress| (progress.key(), progress.base));
        let Some((key, base)) = place else {
            return false;
        };
        let copy = LocalText {
            base,
            title: title.value(),
            text: text.value(),
            at: js_sys::Date::now(),
        };
        let is_kept = keep(&key, &copy);
        if is_kept {
            self.forget_taken();
        }
        is_kept
    }

    /// Removes this page's copy, and the copy that it took up.
    fn forget_copies(self) {
        if let Some(own) = self.progress.try_with_value(|progress| progress.key()) {
            forget(&own);
        }
        self.forget_taken();
    }

    /// Removes the copy that this page took up, unless another page has changed that.
    fn forget_taken(self) {
        let taken = self
            .progress
            .try_update_value(|progress| progress.taken.take());
        if let Some((key, text)) = taken.flatten()
            && kept(&key).is_some_and(|now| now == text)
        {
            forget(&key);
        }
    }

    pub fn set_base(self, revision: i32) {
        self.progress
            .try_update_value(|progress| progress.base = revision);
        if let Some(field) = element::<HtmlInputElement>(BASE) {
            field.set_value(&revision.to_string());
        }
    }

    fn not_saved(self, error: AppError, publishes: bool) {
        self.progress
            .try_update_value(|progress| progress.is_changed = true);
        let is_kept = self.keep_copy();
        let kept = match is_kept {
            true => "The text is kept here.",
            false => "This browser could not keep a copy: don’t close the page.",
        };
        match error {
            AppError::Unreachable => {
                self.say(match (is_kept, publishes) {
                    (true, false) => "Not saved: offline, kept here".to_owned(),
                    (true, true) => format!("Not published: offline. {kept}"),
                    (false, _) => format!("Offline. {kept}"),
                });
                self.retry(0);
            }
            AppError::SignInRequired => {
                self.say(format!("Not saved: you are signed out. {kept}"));
            }
            AppError::Conflict(why) => {
                self.say(format!("Not saved. {why}"));
                self.compare();
            }
            AppError::Internal(_) | AppError::Busy => {
                self.say(format!("Not saved. {error} {kept}"));
                self.retry(0);
            }
            AppError::TooMany(seconds) => {
                self.say(format!("Not saved. {error} {kept}"));
                self.retry(seconds.saturating_mul(1_000));
            }
            other => self.say(format!("Not saved. {other}")),
        }
    }

    /// Saves again after a while, but not before `least_ms`. A later failure starts a new wait.
    pub fn retry(self, least_ms: u32) {
        let failures = self.progress.try_update_value(|progress| {
            progress.failures += 1;
            progress.failures
        });
        let Some(failures) = failures else { return };
        let wait = RETRY_MS << (failures - 1).min(4);
        // Pages that failed together do not come back together.
        let spread = 0.8 + 0.4 * js_sys::Math::random();
        let wait = f64::from(wait.min(LONGEST_RETRY_MS)) * spread;
        let wait = wait.max(f64::from(least_ms));
        let again = move || {
            if self.progress.try_with_value(|progress| progress.failures) == Some(failures) {
                self.send("");
            }
        };
        set_timeout(again, Duration::from_millis(wait as u64));
    }
}
