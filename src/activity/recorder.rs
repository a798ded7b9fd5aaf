//! Records in the browser what the learner does on the page of a topic, and reports it.
//!
//! Events wait in the browser's storage until the server has acknowledged them, so that none is
//! lost without a connection. An event that is sent twice counts once, because its id is its key.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Date, Math};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::{HtmlVideoElement, UrlSearchParams};

use super::api::ReportActivity;
use super::{ActivityKind, IDLE_SECONDS, MOST_EVENTS};
use crate::platform::error::AppError;
use crate::platform::ui::browser::send;
use crate::platform::ui::viewer;

const TICK_MS: f64 = 4_000.0;
/// Number of waiting events that are sent before the next tick.
const FULL: usize = 20;
/// Most events that wait for a connection. The oldest are dropped first.
const MOST_WAITING: usize = 500;
/// Active time, in milliseconds, after which it is added as an event.
const ACTIVE_MS: f64 = 60_000.0;
/// Pause after a report that failed.
const RETRY_MS: f64 = 60_000.0;
const TIMEOUT_MS: u32 = 10_000;
/// Difference from the server's clock below which the browser's clock counts as right.
const ALLOWED_MS: f64 = 30_000.0;
/// Distances in a video, in seconds, that are reported.
const WATCHED_S: f64 = 30.0;
const REWATCHED_S: f64 = 10.0;

/// Events of the window that show that somebody is there.
const ACTS: [&str; 4] = ["keydown", "pointerdown", "pointermove", "scroll"];

thread_local! {
    /// The topic that is shown, and when it was seen last. A page that is rendered again after a
    /// form was sent is not opened again.
    static HERE: RefCell<(String, f64)> = const { RefCell::new((String::new(), 0.0)) };
}

struct Recording {
    topic: String,
    /// Milliseconds by which the server's clock is ahead.
    ahead_ms: f64,
    /// The person whose events these are. The server refuses them from somebody else, who may have
    /// signed in in another tab.
    person: String,
    /// Name of the waiting events in the browser's storage. It contains the person.
    key: String,
    /// The waiting events if the browser has no storage.
    unstored: RefCell<String>,
    is_sending: Cell<bool>,
    retry_at: Cell<f64>,
    acted_at: Cell<f64>,
    ticked_at: Cell<f64>,
    active_ms: Cell<f64>,
    is_idle: Cell<bool>,
    read: Cell<u8>,
    /// Positions in the video at the last tick, and in the last event.
    position: Cell<f64>,
    reported: Cell<f64>,
    percent: fn() -> u8,
}

/// Records the topic until the view is removed. `server_ms` is the time at which the server made
/// the page. `percent` returns how far the text is read.
pub fn record(topic: &str, server_ms: i64, percent: fn() -> u8) {
    let Some(person) = viewer().map(|viewer| viewer.user_id) else {
        return;
    };
    let now = Date::now();
    let ahead = server_ms as f64 - now;
    let recording = Rc::new(Recording {
        topic: topic.to_owned(),
        ahead_ms: if ahead.abs() < ALLOWED_MS { 0.0 } else { ahead },
        person: person.to_string(),
        key: format!("lyceum-activity-{person}"),
        unstored: RefCell::default(),
        is_sending: Cell::new(false),
        retry_at: Cell::new(0.0),
        acted_at: Cell::new(now),
        ticked_at: Cell::new(now),
        active_ms: Cell::new(0.0),
        is_idle: Cell::new(false),
        read: Cell::new(0),
        position: Cell::new(0.0),
        reported: Cell::new(0.0),
        percent,
    });
    Effect::new(move |_| recording.start());
}

impl Recording {
    fn start(self: &Rc<Self>) {
        if !self.is_here() {
            self.push(ActivityKind::Opened, 0);
        }
        self.stay();
        let mut listeners = Vec::new();
        for name in ACTS {
            let recording = self.clone();
            listeners.push(window_event_listener_untyped(name, move |_| {
                recording.acted_at.set(Date::now());
            }));
        }
        for name in ["pagehide", "visibilitychange"] {
            let recording = self.clone();
            listeners.push(window_event_listener_untyped(name, move |event| {
                if event.type_() == "pagehide" || document().hidden() {
                    recording.leave();
                }
            }));
        }
        let ticking = self.clone();
        let every = Duration::from_millis(TICK_MS as u64);
        let interval = set_interval_with_handle(move || ticking.tick(), every).ok();
        let recording = SendWrapper::new(self.clone());
        on_cleanup(move || {
            for listener in listeners {
                listener.remove();
            }
            if let Some(interval) = interval {
                interval.clear();
            }
            recording.stay();
            recording.leave();
        });
    }

    /// Whether the topic was shown just before.
    fn is_here(&self) -> bool {
        HERE.with_borrow(|(topic, at)| *topic == self.topic && Date::now() - at < 2.0 * TICK_MS)
    }

    fn stay(&self) {
        HERE.set((self.topic.clone(), Date::now()));
    }

    fn tick(self: &Rc<Self>) {
        let now = Date::now();
        // Timers of a hidden page are late, and so are those of a computer that slept.
        let passed = (now - self.ticked_at.replace(now)).clamp(0.0, 2.0 * TICK_MS);
        if !document().hidden() {
            self.stay();
            self.watch(now);
            self.look();
            if now - self.acted_at.get() < f64::from(IDLE_SECONDS) * 1_000.0 {
                self.is_idle.set(false);
                self.active_ms.set(self.active_ms.get() + passed);
                if self.active_ms.get() >= ACTIVE_MS {
                    self.push_active();
                }
            } else if !self.is_idle.replace(true) {
                self.push_active();
                self.push(ActivityKind::Idle, 0);
            }
        }
        self.report();
    }

    /// Records a share of the text, in steps of a quarter.
    fn look(self: &Rc<Self>) {
        let read = (self.percent)() / 25 * 25;
        if read > self.read.get() {
            self.read.set(read);
            self.push(ActivityKind::Read, i32::from(read));
            if read == 100 {
                self.push(ActivityKind::Completed, 100);
            }
        }
    }

    /// Records the position in the video, and returns to an earlier one.
    fn watch(self: &Rc<Self>, now: f64) {
        let video = document()
            .query_selector("#ly-content video")
            .ok()
            .flatten();
        let Some(video) = video.and_then(|video| video.dyn_into::<HtmlVideoElement>().ok()) else {
            return;
        };
        let position = video.current_time();
        let before = self.position.replace(position);
        if !video.paused() {
            self.acted_at.set(now);
        }
        if position + REWATCHED_S < before {
            self.push(ActivityKind::Rewatched, position as i32);
            self.reported.set(position);
        } else if position - self.reported.get() >= WATCHED_S {
            self.push(ActivityKind::Video, position as i32);
            self.reported.set(position);
        }
    }

    /// Turns the active time into an event.
    fn push_active(self: &Rc<Self>) {
        let seconds = (self.active_ms.replace(0.0) / 1_000.0) as i32;
        if seconds > 0 {
            self.push(ActivityKind::Active, seconds);
        }
    }

    fn push(self: &Rc<Self>, kind: ActivityKind, amount: i32) {
        let id = event_id(Date::now() + self.ahead_ms);
        let mut waiting = self.waiting();
        waiting.push(format!("{id}:{}:{}:{amount}", kind.name(), self.topic));
        let excess = waiting.len().saturating_sub(MOST_WAITING);
        waiting.drain(..excess);
        self.keep(&waiting);
        if waiting.len() >= FULL {
            self.report();
        }
    }

    fn waiting(&self) -> Vec<String> {
        let stored = storage().and_then(|storage| storage.get_item(&self.key).ok());
        let text = match stored {
            Some(stored) => stored.unwrap_or_default(),
            None => self.unstored.borrow().clone(),
        };
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn keep(&self, events: &[String]) {
        let text = events.join(" ");
        let stored = storage().is_some_and(|storage| storage.set_item(&self.key, &text).is_ok());
        if !stored {
            self.unstored.replace(text);
        }
    }

    /// The first waiting events and the fields that report them.
    fn first(&self) -> Option<(Vec<String>, UrlSearchParams)> {
        let mut events = self.waiting();
        events.truncate(MOST_EVENTS);
        let fields = UrlSearchParams::new().ok()?;
        fields.append("person", &self.person);
        fields.append("events", &events.join(" "));
        (!events.is_empty()).then_some((events, fields))
    }

    /// Reports waiting events, and forgets them once the server has answered.
    fn report(self: &Rc<Self>) {
        if self.is_sending.get() || Date::now() < self.retry_at.get() {
            return;
        }
        let Some((sent, fields)) = self.first() else {
            return;
        };
        self.is_sending.set(true);
        let recording = self.clone();
        leptos::task::spawn_local(async move {
            match send(ReportActivity::PATH, &fields, Some(TIMEOUT_MS)).await {
                Ok(_) | Err(AppError::Invalid(_)) => recording.forget(&sent),
                Err(_) => recording.retry_at.set(Date::now() + RETRY_MS),
            }
            recording.is_sending.set(false);
        });
    }

    fn forget(&self, sent: &[String]) {
        let mut waiting = self.waiting();
        waiting.retain(|event| !sent.contains(event));
        self.keep(&waiting);
    }

    /// Sends waiting events as a beacon, which outlives the page. Nobody hears its answer, so the
    /// next page sends them again.
    fn leave(self: &Rc<Self>) {
        self.push_active();
        if let Some((_, fields)) = self.first() {
            let navigator = window().navigator();
            let _ = navigator
                .send_beacon_with_opt_url_search_params(ReportActivity::PATH, Some(&fields));
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// Returns a UUIDv7 of this time. Source: RFC 9562, section 5.7.
fn event_id(millis: f64) -> uuid::Uuid {
    let random = || (Math::random() * f64::from(u32::MAX)) as u128;
    let (high, low) = (random() & 0xfff, (random() << 32) | random());
    let low = low & 0x3fff_ffff_ffff_ffff;
    uuid::Uuid::from_u128(((millis as u128) << 80) | (7 << 76) | (high << 64) | (2 << 62) | low)
}
