//! Receives live events in the browser. Browsers open at most six connections to a site, so only
//! one tab, the holder of a lock, has a stream. It passes events on to the other tabs.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;

use super::{EVERYTHING, LIVE_PATH, LiveTopic};
use crate::ui::viewer;

// Declared here instead of as features of web-sys, of which only these parts are needed.
#[wasm_bindgen]
extern "C" {
    type EventSource;
    #[wasm_bindgen(constructor, catch)]
    fn new(url: &str) -> Result<EventSource, JsValue>;
    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &EventSource, listener: &Function);
    #[wasm_bindgen(method, setter)]
    fn set_onerror(this: &EventSource, listener: &Function);
    #[wasm_bindgen(method, getter, js_name = readyState)]
    fn ready_state(this: &EventSource) -> u16;

    type BroadcastChannel;
    #[wasm_bindgen(constructor)]
    fn new(name: &str) -> BroadcastChannel;
    #[wasm_bindgen(method, setter, js_name = onmessage)]
    fn set_on_message(this: &BroadcastChannel, listener: &Function);
    #[wasm_bindgen(method, js_name = postMessage)]
    fn post_message(this: &BroadcastChannel, message: &str);

    type LockManager;
    #[wasm_bindgen(method)]
    fn request(this: &LockManager, name: &str, callback: &Function) -> Promise;
}

/// State of an `EventSource` that connects no more.
const CLOSED: u16 = 2;

/// Pause before a stream that ended for good is opened again, or a request that failed.
const REOPEN_MS: i32 = 3_000;

/// Time in which a tab becomes the one with the stream if no other has it.
const ELECTION_MS: i32 = 400;

type OnChange = Rc<dyn Fn()>;

struct Hub {
    subscribers: RefCell<Vec<(u32, String, OnChange)>>,
    next: Cell<u32>,
    channel: BroadcastChannel,
    /// Ids of the last events, so that none counts twice.
    known: RefCell<VecDeque<String>>,
    /// Id of the last event, or of the moment at which a page was read.
    cursor: RefCell<String>,
    has_stream: Cell<bool>,
    /// Kept, because it would end when dropped.
    source: RefCell<Option<EventSource>>,
}

thread_local! {
    static HUB: RefCell<Option<Rc<Hub>>> = const { RefCell::new(None) };
}

/// Calls `on_change` after each event of the topic, or of one above or below it, until the current
/// owner is cleaned up.
pub fn follow(topic: LiveTopic, on_change: impl Fn() + 'static) {
    let Some(hub) = hub(&topic.since) else { return };
    let id = hub.next.replace(hub.next.get() + 1);
    let on_change: OnChange = Rc::new(on_change);
    hub.subscribers
        .borrow_mut()
        .push((id, topic.topic, on_change.clone()));
    // Another tab's stream may have passed on events between this page and now.
    let late = hub.clone();
    after(ELECTION_MS, move || {
        let is_there = late
            .subscribers
            .borrow()
            .iter()
            .any(|(other, ..)| *other == id);
        if is_there && !late.has_stream.get() {
            on_change();
        }
    });
    let hub = SendWrapper::new(hub);
    on_cleanup(move || {
        hub.subscribers
            .borrow_mut()
            .retain(|(other, ..)| *other != id);
    });
}

fn hub(since: &str) -> Option<Rc<Hub>> {
    if let Some(hub) = HUB.with_borrow(Clone::clone) {
        return Some(hub);
    }
    // Named after the person, so that a tab of somebody who signed out passes nothing on.
    let name = format!("lyceum-live-{}", viewer()?.user_id);
    let hub = Rc::new(Hub {
        subscribers: RefCell::default(),
        next: Cell::new(0),
        channel: BroadcastChannel::new(&name),
        known: RefCell::default(),
        cursor: RefCell::new(since.to_owned()),
        has_stream: Cell::new(false),
        source: RefCell::new(None),
    });
    HUB.set(Some(hub.clone()));
    let listening = hub.clone();
    let passed_on = listener(move |event| {
        listening.arrived(&event);
    });
    hub.channel.set_on_message(&passed_on);
    let elected = hub.clone();
    let open = Closure::once_into_js(move || {
        elected.open();
        // The lock is held until the tab is closed.
        Promise::new(&mut |_, _| {})
    });
    match Reflect::get(&window().navigator(), &"locks".into()) {
        Ok(locks) if !locks.is_undefined() => {
            let locks: LockManager = locks.unchecked_into();
            let _ = locks.request(&name, open.unchecked_ref());
        }
        // Pages without encryption have no locks.
        _ => hub.open(),
    }
    Some(hub)
}

impl Hub {
    fn open(self: &Rc<Self>) {
        self.has_stream.set(true);
        let address = format!("{LIVE_PATH}?after={}", self.cursor.borrow());
        let Ok(source) = EventSource::new(&address) else {
            return;
        };
        let hub = self.clone();
        source.set_onmessage(&listener(move |event| {
            if hub.arrived(&event) {
                hub.channel.post_message(&event);
            }
        }));
        let hub = self.clone();
        source.set_onerror(&listener(move |_| hub.reopen_if_closed()));
        self.source.replace(Some(source));
    }

    /// The browser connects again by itself, but not after an answer that is no stream.
    fn reopen_if_closed(self: &Rc<Self>) {
        let is_closed =
            (self.source.borrow().as_ref()).is_some_and(|source| source.ready_state() == CLOSED);
        if is_closed {
            let hub = self.clone();
            after(REOPEN_MS, move || hub.open());
        }
    }

    /// Tells the followers of the event's topic. Returns false if the event is known already.
    fn arrived(&self, event: &str) -> bool {
        let Some((id, topic)) = event.split_once(' ') else {
            return false;
        };
        {
            let mut known = self.known.borrow_mut();
            if known.iter().any(|other| other == id) {
                return false;
            }
            known.push_back(id.to_owned());
            if known.len() > 500 {
                known.pop_front();
            }
        }
        self.cursor.replace(id.to_owned());
        let told: Vec<OnChange> = (self.subscribers.borrow().iter())
            .filter(|(_, of, _)| {
                topic.starts_with(of.as_str()) || of.starts_with(topic) || topic == EVERYTHING
            })
            .map(|(.., on_change)| on_change.clone())
            .collect();
        for on_change in told {
            on_change();
        }
        true
    }
}

/// A listener for messages that gets their data. It lives as long as the tab.
fn listener(on_data: impl Fn(String) + 'static) -> Function {
    let closure = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        let data = Reflect::get(&event, &"data".into()).ok();
        on_data(data.and_then(|data| data.as_string()).unwrap_or_default());
    });
    closure.into_js_value().unchecked_into()
}

/// Waits before a request that failed is tried again.
pub async fn pause() {
    let waited = Promise::new(&mut |done, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, REOPEN_MS);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(waited).await;
}

fn after(millis: i32, run: impl FnOnce() + 'static) {
    let run = Closure::once_into_js(run);
    let _ =
        window().set_timeout_with_callback_and_timeout_and_arguments_0(run.unchecked_ref(), millis);
}
