//! Works with what others write at the same time: takes their words into the fields, shows what
//! both sides have changed, and says who has the topic open.

use std::time::Duration;

use js_sys::{Function, Reflect};
use leptos::ev;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::UrlSearchParams;

use super::keeper::Keeper;
use super::saving::{TIMEOUT_MS, call, text_area, title_field, written};
use crate::authoring::editor::api::{CompareTopic, WriteHere};
use crate::authoring::editor::{Prefer, SavedText, TextConflict, WritersHere};
use crate::authoring::review::pages::browser::renew;
use crate::platform::live::browser::follow;
use crate::platform::ui::browser::send;
use crate::platform::ui::decode;

/// Time after which the page says again that it is open. It is a third of the time after which it
/// would count as closed.
const STAY_MS: u64 = 23_000;

impl Keeper {
    pub fn is_choosing(self) -> bool {
        self.conflict
            .with_untracked(|conflict| conflict.1.is_some())
    }

    /// Makes the changes that lead from the sent text to the saved one. Nothing that was typed
    /// since is touched: then the next save brings the changes.
    pub fn take_in(self, saved: &SavedText, sent: &(String, String)) {
        let is_merged = saved.title.is_some() || !saved.edits.is_empty();
        if is_merged && written().as_ref() != Some(sent) {
            return;
        }
        self.set_base(saved.revision);
        if !is_merged {
            return;
        }
        if let (Some(field), Some(title)) = (title_field(), &saved.title) {
            field.set_value(title);
        }
        if let Some(area) = text_area() {
            for edit in &saved.edits {
                let (start, end) = (edit.start.to_string(), edit.end.to_string());
                // Keeps the selection at its words.
                call(
                    &area,
                    "setRangeText",
                    &[&edit.text, &start, &end, "preserve"],
                );
            }
        }
        if !saved.by.is_empty() {
            self.came
                .try_set(format!("Words of {} came into the text.", saved.by));
        }
        self.follow();
    }

    /// Shows what this page and others have changed. If nothing of it is left, saves again.
    pub fn compare(self) {
        let Some(fields) = self.fields() else { return };
        leptos::task::spawn_local(async move {
            let Ok(reply) = send(CompareTopic::PATH, &fields, Some(TIMEOUT_MS)).await else {
                return self.retry(0);
            };
            match decode::<Option<TextConflict>>(&reply.value) {
                Ok(Some(conflict)) => self.show_conflict(Some(conflict)),
                _ => {
                    self.show_conflict(None);
                    self.retry(0);
                }
            }
        });
    }

    fn show_conflict(self, conflict: Option<TextConflict>) {
        self.conflict.try_update(|(number, shown)| {
            *number += 1;
            *shown = conflict;
        });
    }

    /// Saves the text with one side, or both, of what others have changed too.
    pub fn choose(self, event: &ev::MouseEvent, side: Prefer) {
        event.prevent_default();
        let seen = self
            .conflict
            .with_untracked(|(_, shown)| shown.as_ref().map(|shown| shown.revision));
        let Some(seen) = seen else { return };
        self.show_conflict(None);
        self.progress
            .try_update_value(|progress| progress.chosen = Some((side, seen)));
        self.say("Saving…");
        self.send("save");
        if let Some(area) = text_area() {
            let _ = area.focus();
        }
    }

    /// Says that the page is open until it is closed, and follows what others do.
    pub fn stay(self) {
        Effect::new(move |_| {
            let speak = move || self.speak();
            speak();
            if let Some(live) = self
                .progress
                .try_with_value(|progress| progress.live.clone())
            {
                follow(live, speak);
            }
            let regularly = set_interval_with_handle(speak, Duration::from_millis(STAY_MS)).ok();
            let leave = move || self.leave();
            let hidden = window_event_listener(ev::pagehide, move |_| leave());
            on_cleanup(move || {
                hidden.remove();
                if let Some(regularly) = regularly {
                    regularly.clear();
                }
                leave();
            });
        });
    }

    fn presence(self, is_leaving: bool) -> Option<UrlSearchParams> {
        let fields = UrlSearchParams::new().ok()?;
        self.progress.try_with_value(|progress| {
            fields.set("course", &progress.course);
            fields.set("topic", &progress.topic);
            fields.set("writer", &progress.writer);
        })?;
        if is_leaving {
            fields.set("leaving", "true");
        }
        Some(fields)
    }

    fn speak(self) {
        let Some(fields) = self.presence(false) else {
            return;
        };
        leptos::task::spawn_local(async move {
            let reply = send(WriteHere::PATH, &fields, Some(TIMEOUT_MS)).await;
            let here = reply
                .ok()
                .and_then(|reply| decode::<WritersHere>(&reply.value).ok());
            if let Some(here) = here {
                self.heard(here);
            }
        });
    }

    fn heard(self, here: WritersHere) {
        let is_new = (self.here).try_with_untracked(|words| *words != here.words);
        if is_new == Some(true) {
            self.here.try_set(here.words);
        }
        let is_reviewed = self.progress.try_update_value(|progress| {
            let before = std::mem::replace(&mut progress.review, here.review.clone());
            before != here.review
        });
        if is_reviewed == Some(true) {
            renew();
        }
        let is_behind = self.progress.try_update_value(|progress| {
            let is_behind = here.revision > progress.base && !progress.is_sending;
            progress.is_changed |= is_behind;
            is_behind
        });
        if is_behind == Some(true) {
            match self.is_choosing() {
                true => self.compare(),
                // Saving brings what others have written.
                false => self.send(""),
            }
        }
    }

    /// Says that the page is closed, in a way that outlives the page.
    fn leave(self) {
        let Some(fields) = self.presence(true) else {
            return;
        };
        let navigator = window().navigator();
        let beacon = Reflect::get(&navigator, &"sendBeacon".into()).ok();
        if let Some(beacon) = beacon.and_then(|beacon| beacon.dyn_into::<Function>().ok()) {
            let path = JsValue::from_str(WriteHere::PATH);
            let _ = beacon.call2(&navigator, &path, &fields);
        }
    }
}
