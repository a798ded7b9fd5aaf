//! Saves the text in the browser: one request at a time, and a copy in the browser's storage until
//! the server has the text.

use std::time::Duration;

use js_sys::{Function, Reflect};
use leptos::ev;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlFormElement, HtmlInputElement, HtmlTextAreaElement};

use super::keeper::{BASE, CHANGE, FORM, Keeper, TEXT, TITLE};
use crate::authoring::editor::api::{SaveTopic, load_topic_text};
use crate::authoring::editor::{OtherText, SavedText, TopicText};
use crate::platform::error::AppError;
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
    course: String,
    topic: String,
    /// Beginning of the keys of this account's copies of the topic.
    copies: String,
    /// Name of the page, which ends the key of its copy.
    writer: String,
    base: i32,
    /// Text of the server when the page was loaded.
    stored: (String, String),
    pub changes: u32,
    is_changed: bool,
    is_sending: bool,
    /// True if the text is to be published as soon as the running save has ended.
    publishes: bool,
    /// The copy of an earlier page that this page has taken up, with its key.
    taken: Option<(String, LocalText)>,
    /// Saves that failed one after the other.
    failures: u32,
}

impl SaveProgress {
    pub fn of(course: &str, topic: &str, page: &TopicText) -> Self {
        Self {
            course: course.to_owned(),
            topic: topic.to_owned(),
            copies: format!("lyceum-topic-{}-{}-", page.topic_id, page.account),
            writer: page.writer.clone(),
            base: page.revision,
            // Fields of a browser have single line breaks.
            stored: (page.title.clone(), page.text.replace("\r\n", "\n")),
            changes: 0,
            is_changed: false,
            is_sending: false,
            publishes: false,
            taken: None,
            failures: 0,
        }
    }

    fn key(&self) -> String {
        format!("{}{}", self.copies, self.writer)
    }
}

/// A text that the server does not have yet.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct LocalText {
    base: i32,
    title: String,
    text: String,
    /// Time of the last change, in milliseconds.
    at: f64,
}

pub fn element<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

pub fn text_area() -> Option<HtmlTextAreaElement> {
    element(TEXT)
}

fn title_field() -> Option<HtmlInputElement> {
    element(TITLE)
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

/// The browser's storage. None if the person has switched it off.
fn storage() -> Option<JsValue> {
    let storage = Reflect::get(&window(), &"localStorage".into()).ok()?;
    storage.is_object().then_some(storage)
}

fn kept(key: &str) -> Option<LocalText> {
    let kept = call(&storage()?, "getItem", &[key])?.as_string()?;
    decode(&kept).ok()
}

/// The copies whose keys begin so, newest first.
fn copies(begin: &str) -> Vec<(String, LocalText)> {
    let Some(storage) = storage() else {
        return Vec::new();
    };
    let count = Reflect::get(&storage, &"length".into()).ok();
    let count = count.and_then(|count| count.as_f64()).unwrap_or(0.0) as u32;
    let copy = |at: u32| {
        let key = call(&storage, "key", &[&at.to_string()])?.as_string()?;
        let text = kept(&key).filter(|_| key.starts_with(begin))?;
        Some((key, text))
    };
    let mut found: Vec<_> = (0..count).filter_map(copy).collect();
    found.sort_by(|(_, one), (_, other)| other.at.total_cmp(&one.at));
    found
}

fn keep(key: &str, text: &LocalText) -> bool {
    let Ok(json) = serde_json::to_string(text) else {
        return false;
    };
    storage().is_some_and(|storage| call(&storage, "setItem", &[key, &json]).is_some())
}

fn forget(key: &str) {
    if let Some(storage) = storage() {
        call(&storage, "removeItem", &[key]);
    }
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
    }

    fn take_up(self) {
        let (Some(title), Some(text)) = (title_field(), text_area()) else {
            return;
        };
        let Some((begin, base, stored)) = self.progress.try_with_value(|progress| {
            (
                progress.copies.clone(),
                progress.base,
                progress.stored.clone(),
            )
        }) else {
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
        if local.base == base {
            return self.changed();
        }
        self.progress.try_update_value(|progress| {
            progress.base = local.base;
            progress.is_changed = true;
        });
        self.show_theirs(OtherText {
            by: String::new(),
            title: stored.0,
            text: stored.1,
            revision: base,
        });
        self.follow();
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
        if self.theirs.with_untracked(|theirs| theirs.1.is_some()) {
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
        if self.theirs.with_untracked(|theirs| theirs.1.is_some()) {
            return self.say("Not saved. Choose one of the two texts below first.");
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
        if self.theirs.with_untracked(|theirs| theirs.1.is_some()) {
            return;
        }
        let ready = self.progress.try_update_value(|progress| {
            progress.publishes |= go == "publish";
            let is_due = progress.is_changed || !go.is_empty();
            let is_ready = is_due && !progress.is_sending;
            if is_ready {
                progress.is_sending = true;
                progress.is_changed = false;
                return Some((progress.base, std::mem::take(&mut progress.publishes)));
            }
            progress.is_changed |= !go.is_empty();
            None
        });
        let Some((base, publishes)) = ready.flatten() else {
            return;
        };
        let fields = element::<HtmlFormElement>(FORM).and_then(|form| fields_of(&form, None).ok());
        let Some(fields) = fields else { return };
        fields.set("page[base]", &base.to_string());
        fields.set("go", if publishes { "publish" } else { "save" });
        leptos::task::spawn_local(async move {
            let outcome = send(SaveTopic::PATH, &fields, Some(TIMEOUT_MS)).await;
            self.progress
                .try_update_value(|progress| progress.is_sending = false);
            match outcome {
                Ok(reply) => self.saved(reply),
                Err(error) => self.not_saved(error, publishes),
            }
        });
    }

    fn saved(self, reply: FormReply) {
        let is_changed = self.progress.try_update_value(|progress| {
            progress.failures = 0;
            progress.is_changed
        });
        let Some(is_changed) = is_changed else { return };
        if let Ok(saved) = decode::<SavedText>(&reply.value) {
            self.set_base(saved.revision);
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

    fn set_base(self, revision: i32) {
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
                self.load_theirs();
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
    fn retry(self, least_ms: u32) {
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

    fn load_theirs(self) {
        let Some((course, topic)) = (self.progress)
            .try_with_value(|progress| (progress.course.clone(), progress.topic.clone()))
        else {
            return;
        };
        leptos::task::spawn_local(async move {
            if let Ok(page) = load_topic_text(course, topic).await {
                self.show_theirs(OtherText {
                    by: page.saved_by,
                    title: page.title,
                    text: page.text,
                    revision: page.revision,
                });
            }
        });
    }

    fn show_theirs(self, theirs: OtherText) {
        self.theirs.try_update(|(number, shown)| {
            *number += 1;
            *shown = Some(theirs);
        });
    }

    fn end_choice(self) -> Option<OtherText> {
        self.theirs.try_update(|(number, shown)| {
            *number += 1;
            shown.take()
        })?
    }

    /// Saves this page's text over the text of the other page.
    pub fn keep_mine(self) {
        if let Some(theirs) = self.end_choice() {
            self.set_base(theirs.revision);
            self.say("Saving…");
            self.send("save");
        }
    }

    /// Puts the text of the other page into the editor.
    pub fn take_theirs(self) {
        let (Some(title), Some(text)) = (title_field(), text_area()) else {
            return;
        };
        if let Some(theirs) = self.end_choice() {
            title.set_value(&theirs.title);
            text.set_value(&theirs.text);
            self.set_base(theirs.revision);
            self.progress
                .try_update_value(|progress| progress.is_changed = false);
            self.forget_copies();
            self.say("Saved");
            self.follow();
            let _ = text.focus();
        }
    }
}
