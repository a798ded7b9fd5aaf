//! Runs the player in the browser: saves the learner's place, resumes videos, answers practice
//! questions in place, and handles keyboard shortcuts.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::ev;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_location;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, HtmlVideoElement};

use super::practice;
use super::shortcuts::Shortcut;
use crate::activity::recorder;
use crate::platform::ui::{focus_field, open_dialog, plain_key};
use crate::player::TopicPage;
use crate::player::api::SavePlace;
use crate::question_bank::pages::sorting;
use crate::tutor_chat::pages::dock;

/// Time without scrolling, in milliseconds, before the place is sent. It is also sent when the
/// page is left.
const REST_MS: i32 = 1500;
/// Distance from the top of the window, in pixels, at which a heading counts as reached.
const REACHED_PX: f64 = 160.0;

/// Latest place, not yet sent.
#[derive(Default)]
struct PlaceSeen {
    anchor: Option<String>,
    percent: u8,
    position_s: Option<f64>,
    /// Length of the video; known once the browser has loaded its metadata.
    duration_s: Option<f64>,
}

struct PlaceKeeper {
    topic: String,
    seen: RefCell<PlaceSeen>,
    sent: RefCell<String>,
    timer: Cell<Option<i32>>,
}

/// Starts saving the place in this topic; stops when the view is removed.
pub fn keep_place(page: &TopicPage) {
    // Practice questions are loaded without their handlers.
    sorting::wake();
    recorder::record(
        &page.topic.topic_id.to_string(),
        page.sent_at_ms,
        percent_in_view,
    );
    let keeper = Rc::new(PlaceKeeper {
        topic: page.topic.topic_id.to_string(),
        seen: RefCell::default(),
        sent: RefCell::default(),
        timer: Cell::new(None),
    });
    let position_s = page.place.position_s;
    let (previous, next) = (
        page.previous.clone().map(|link| link.href),
        page.next.clone().map(|link| link.href),
    );
    let hash = use_location().hash.get_untracked();
    Effect::new(move |_| {
        // After navigation within the site, the browser looked for the heading before it was
        // rendered.
        if let Some(place) = by_id::<Element>(hash.trim_start_matches('#')) {
            place.scroll_into_view();
        }
        resume_video(&keeper, position_s);
        let on_scroll = {
            let keeper = keeper.clone();
            window_event_listener(ev::scroll, move |_| keeper.look())
        };
        let on_leave = {
            let keeper = keeper.clone();
            window_event_listener(ev::pagehide, move |_| keeper.send())
        };
        let on_hide = {
            let keeper = keeper.clone();
            window_event_listener(ev::visibilitychange, move |_| keeper.send())
        };
        let on_key = {
            let (previous, next) = (previous.clone(), next.clone());
            window_event_listener(ev::keydown, move |event| {
                key(&event, previous.as_deref(), next.as_deref())
            })
        };
        let on_submit = window_event_listener(ev::submit, |event| practice::send(&event));
        let on_input = window_event_listener(ev::input, |event| practice::typed(&event));
        let on_click = window_event_listener(ev::click, |event| {
            practice::follow(&event);
            let button = event
                .target()
                .and_then(|target| target.dyn_into::<Element>().ok());
            if button
                .and_then(|button| button.closest("[data-action=read-mode]").ok().flatten())
                .is_some()
            {
                toggle_read_mode();
            }
        });
        let leaving = send_wrapper::SendWrapper::new(keeper.clone());
        on_cleanup(move || {
            leaving.send();
            for handle in [on_scroll, on_leave, on_hide] {
                handle.remove();
            }
            on_key.remove();
            on_click.remove();
            on_submit.remove();
            on_input.remove();
        });
    });
}

impl PlaceKeeper {
    /// Records the heading at the top of the window, and sends it after a pause.
    fn look(self: &Rc<Self>) {
        {
            let mut seen = self.seen.borrow_mut();
            seen.anchor = heading_in_view();
            seen.percent = seen.percent.max(percent_in_view());
        }
        self.send_later();
    }

    fn send_later(self: &Rc<Self>) {
        if let Some(timer) = self.timer.take() {
            window().clear_timeout_with_handle(timer);
        }
        let keeper = self.clone();
        let rested = Closure::once_into_js(move || keeper.send());
        let timer = window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(rested.unchecked_ref(), REST_MS);
        self.timer.set(timer.ok());
    }

    /// Sends new values as a beacon, which outlives the page.
    fn send(&self) {
        let seen = self.seen.borrow();
        let mut body = format!("topic={}", self.topic);
        if let Some(anchor) = &seen.anchor {
            body.push_str("&anchor=");
            body.push_str(&String::from(js_sys::encode_uri_component(anchor)));
        }
        if seen.percent > 0 {
            body.push_str(&format!("&read_percent={}", seen.percent));
        }
        if let Some(seconds) = seen.position_s {
            body.push_str(&format!("&position_s={seconds:.1}"));
        }
        if let Some(seconds) = seen.duration_s {
            body.push_str(&format!("&duration_s={seconds:.1}"));
        }
        let is_new = seen.anchor.is_some() || seen.percent > 0 || seen.position_s.is_some();
        if !is_new || *self.sent.borrow() == body {
            return;
        }
        if let Ok(params) = web_sys::UrlSearchParams::new_with_str(&body)
            && window()
                .navigator()
                .send_beacon_with_opt_url_search_params(SavePlace::PATH, Some(&params))
                .unwrap_or(false)
        {
            self.sent.replace(body);
        }
    }
}

/// Returns the id of the last heading above the reading position.
fn heading_in_view() -> Option<String> {
    let headings = document()
        .query_selector_all("#ly-content :is(h1,h2,h3,h4)[id]")
        .ok()?;
    let mut reached = None;
    for at in 0..headings.length() {
        let heading: Element = headings.item(at)?.dyn_into().ok()?;
        if heading.get_bounding_client_rect().top() > REACHED_PX {
            break;
        }
        reached = Some(heading.id());
    }
    reached
}

fn percent_in_view() -> u8 {
    let Some(content) = document().get_element_by_id("ly-content") else {
        return 0;
    };
    let area = content.get_bounding_client_rect();
    let height = window()
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64())
        .unwrap_or_default();
    let read = (height - area.top()) / area.height().max(1.0) * 100.0;
    read.clamp(0.0, 100.0) as u8
}

/// Resumes the video at the saved position and records its position from then on.
fn resume_video(keeper: &Rc<PlaceKeeper>, position_s: u32) {
    let video = document()
        .query_selector("#ly-content video")
        .ok()
        .flatten();
    let Some(video) = video.and_then(|video| video.dyn_into::<HtmlVideoElement>().ok()) else {
        return;
    };
    // Marking the topic as done renders the page again, but the same video element plays on.
    // Without this check it would jump back to the saved position.
    if video.has_attribute("data-kept") {
        return;
    }
    let _ = video.set_attribute("data-kept", "");
    if position_s > 0 {
        video.set_current_time(f64::from(position_s));
    }
    let listener = {
        let (keeper, video) = (keeper.clone(), video.clone());
        Closure::<dyn Fn()>::new(move || {
            {
                let mut seen = keeper.seen.borrow_mut();
                seen.position_s = Some(video.current_time());
                seen.duration_s = Some(video.duration()).filter(|seconds| seconds.is_finite());
            }
            if video.paused() {
                keeper.send();
            } else if keeper.timer.get().is_none() {
                keeper.send_later();
            }
        })
    };
    offer_speeds(&video);
    for event in ["timeupdate", "pause", "seeked"] {
        let _ = video.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
    }
    // The listener lives as long as the video element that calls it.
    listener.forget();
}

const SPEEDS: [(f64, &str); 5] = [
    (1.0, "1×"),
    (1.25, "1.25×"),
    (1.5, "1.5×"),
    (2.0, "2×"),
    (0.75, "0.75×"),
];

/// Adds a button for the playback speed, because some browsers' controls lack one.
fn offer_speeds(video: &HtmlVideoElement) {
    let Ok(button) = document().create_element("button") else {
        return;
    };
    let show = |button: &Element, text: &str| {
        button.set_text_content(Some(text));
        let _ = button.set_attribute("aria-label", &format!("Speed {text}"));
    };
    for (name, value) in [("type", "button"), ("class", "btn quiet num video-speed")] {
        let _ = button.set_attribute(name, value);
    }
    show(&button, SPEEDS[0].1);
    let chosen = Cell::new(0);
    let listener = {
        let (button, video) = (button.clone(), video.clone());
        Closure::<dyn Fn()>::new(move || {
            chosen.set((chosen.get() + 1) % SPEEDS.len());
            let (speed, text) = SPEEDS[chosen.get()];
            video.set_playback_rate(speed);
            show(&button, text);
        })
    };
    let _ = button.add_event_listener_with_callback("click", listener.as_ref().unchecked_ref());
    let _ = video.after_with_node_1(&button);
    listener.forget();
}

fn key(event: &web_sys::KeyboardEvent, previous: Option<&str>, next: Option<&str>) {
    let Some(shortcut) = plain_key(event).and_then(|key| Shortcut::of(&key)) else {
        return;
    };
    match shortcut {
        Shortcut::Next => follow(next),
        Shortcut::Previous => follow(previous),
        Shortcut::MarkDone => {
            let button = document().query_selector(".finish .btn").ok().flatten();
            if let Some(button) = button.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
                button.click();
            }
        }
        Shortcut::Search => {
            event.prevent_default();
            focus_field(".outline-find input");
        }
        Shortcut::Outline => toggle("data-outline", "off"),
        Shortcut::ReadMode => toggle_read_mode(),
        Shortcut::Tutor => {
            event.prevent_default();
            dock::toggle();
        }
        Shortcut::Help => {
            open_dialog("ly-keys");
        }
    }
}

fn follow(href: Option<&str>) {
    if let Some(href) = href {
        leptos_router::hooks::use_navigate()(href, Default::default());
    }
}

fn toggle_read_mode() {
    toggle("data-read", "on");
    let on = player().is_some_and(|player| player.has_attribute("data-read"));
    if let Ok(Some(button)) = document().query_selector("[data-action=read-mode]") {
        let _ = button.set_attribute("aria-pressed", if on { "true" } else { "false" });
    }
}

fn player() -> Option<Element> {
    document().query_selector(".player").ok().flatten()
}

fn toggle(attribute: &str, value: &str) {
    if let Some(player) = player() {
        let _ = match player.has_attribute(attribute) {
            true => player.remove_attribute(attribute),
            false => player.set_attribute(attribute, value),
        };
    }
}

fn by_id<T: JsCast>(id: &str) -> Option<T> {
    document()
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into().ok())
}
