//! Handles the events of the page, and shows its questions.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::ev;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

use super::dom::{
    all, beacon, closest, form_of, is_online, is_touched, is_typed, mark, mark_of, number_of,
};
use super::state::RoomState;
use crate::exam::Room;
use crate::exam::api::{ReportExamEvents, SaveExamAnswer};
use crate::question_bank::Mark;
use crate::question_bank::pages::marks::open_words;

/// Delay after the last keystroke before a typed answer is sent.
const REST_MS: u64 = 400;
const REPORT_S: u64 = 20;

/// The room of a page that is open.
pub struct LiveRoom {
    pub(super) sitting: String,
    pub(super) tab: String,
    pub(super) said_left: RwSignal<i64>,
    pub(super) state: RefCell<RoomState>,
    /// Timer of the next request.
    pub(super) later: Cell<Option<TimeoutHandle>>,
    /// Kind, question, and time in milliseconds since the page was loaded.
    pub(super) events: RefCell<Vec<(&'static str, Option<usize>, f64)>>,
}

/// Starts the room's event handlers and timers; stops them when the view is removed.
pub fn wake(room: &Room, said_left: RwSignal<i64>) {
    let room = Rc::new(LiveRoom {
        sitting: room.sitting_id.to_string(),
        tab: room.tab.to_string(),
        said_left,
        state: RefCell::new(RoomState::new(room.forward_only)),
        later: Cell::new(None),
        events: RefCell::default(),
    });
    Effect::new(move |_| {
        let listeners = [
            on(&room, ev::input, |room, event| {
                if let Some(form) = closest(&event, "form[data-question]") {
                    room.changed(&form, is_typed(&event));
                }
            }),
            on(&room, ev::click, |room, event| {
                if let Some(go) = closest(&event, "#ly-room [data-go]") {
                    event.prevent_default();
                    room.show(&go.get_attribute("data-go").unwrap_or_default());
                }
            }),
            on(&room, ev::submit, |room, event| room.submitted(&event)),
            on(&room, ev::online, |room, _| {
                room.note("reconnected", None);
                room.state.borrow_mut().reconnected();
                room.proceed();
                room.report();
            }),
            on(&room, ev::offline, |room, _| room.note("offline", None)),
            on(&room, ev::visibilitychange, |room, _| {
                match document().hidden() {
                    true => room.hidden(),
                    false => {
                        room.note("returned", None);
                        room.report();
                    }
                }
            }),
            on(&room, ev::pagehide, |room, _| room.hidden()),
            on(&room, ev::beforeunload, |room, event| {
                if room.state.borrow().holds_page() {
                    event.prevent_default();
                    event.set_return_value("");
                }
            }),
        ];
        for form in all("#ly-room form[data-question]") {
            if is_touched(&form) {
                room.changed(&form, false);
            }
        }
        // Records a return when the page is opened again. The report also fetches the time left.
        room.note("returned", None);
        room.report();
        let reporter = send_wrapper::SendWrapper::new(room.clone());
        let tick =
            set_interval_with_handle(move || reporter.report(), Duration::from_secs(REPORT_S));
        let leaving = send_wrapper::SendWrapper::new(room.clone());
        on_cleanup(move || {
            for listener in listeners {
                listener.remove();
            }
            if let Ok(tick) = tick {
                tick.clear();
            }
            leaving.hidden();
        });
    });
}

fn on<E: ev::EventDescriptor + 'static>(
    room: &Rc<LiveRoom>,
    event: E,
    act: impl Fn(&Rc<LiveRoom>, E::EventType) + 'static,
) -> WindowListenerHandle
where
    E::EventType: JsCast,
{
    let room = room.clone();
    window_event_listener(event, move |event| act(&room, event))
}

impl LiveRoom {
    /// Queues the form of a question to be sent. Typed changes wait for a pause.
    fn changed(self: &Rc<Self>, form: &Element, is_typed: bool) {
        let Some(number) = number_of(form) else {
            return;
        };
        self.state.borrow_mut().changed(number);
        mark(number);
        self.say("Saving…", false);
        match is_typed {
            true => self.proceed_in(REST_MS),
            false => self.proceed(),
        }
    }

    fn submitted(self: &Rc<Self>, event: &web_sys::SubmitEvent) {
        if closest(event, "#ly-submit").is_some() {
            event.prevent_default();
            let button = event
                .submitter()
                .and_then(|button| button.get_attribute("name"));
            match button.as_deref() {
                Some("time_over") => self.state.borrow_mut().ran_down(),
                _ => self.state.borrow_mut().submitted(),
            }
            self.proceed();
        } else if let Some(form) = closest(event, "form[data-question]") {
            event.prevent_default();
            self.state.borrow_mut().left_question();
            self.changed(&form, false);
        }
    }

    /// Shows a question by its number from 1, or the page for handing in ("end").
    fn show(self: &Rc<Self>, go: &str) {
        let number = go
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1));
        let part = number.map_or_else(|| "end".to_owned(), |number| number.to_string());
        for section in all("#ly-room > section") {
            let is_it = section.get_attribute("data-number").as_deref() == Some(part.as_str());
            let _ = section.toggle_attribute_with_force("hidden", !is_it);
            if is_it
                && let Ok(Some(heading)) = section.query_selector("h2")
                && let Ok(heading) = heading.dyn_into::<HtmlElement>()
            {
                let _ = heading.focus();
            }
        }
        for jump in all(".quiz-jumps [data-go]") {
            let _ = match jump.get_attribute("data-go").as_deref() == Some(go) {
                true => jump.set_attribute("aria-current", "step"),
                false => jump.remove_attribute("aria-current"),
            };
        }
        window().scroll_to_with_x_and_y(0.0, 0.0);
        if let Ok(history) = window().history() {
            let address = format!("?show={go}");
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
        }
        match number {
            Some(_) => self.note("question_shown", number),
            None => {
                let forms = all("#ly-room form[data-question]");
                let marks: Vec<Mark> = forms.iter().map(mark_of).collect();
                if let Some(said) = document().get_element_by_id("ly-open") {
                    said.set_text_content(Some(&open_words(&marks)));
                }
            }
        }
        self.proceed();
    }

    /// Sends unsaved answers as beacons, because the page may never return. They stay queued as
    /// well, because a beacon may be lost.
    fn hidden(&self) {
        // Moving to the next question is not leaving.
        if !self.state.borrow().is_leaving() {
            self.note("left", None);
        }
        let unsent = self.state.borrow().unsent();
        for form in unsent.into_iter().filter_map(form_of) {
            if let Some(body) = self.body(&form) {
                beacon(SaveExamAnswer::PATH, &body);
            }
        }
        // A beacon is lost without a connection, so the events are kept and reported again later.
        if let Some(body) = self.events_body()
            && beacon(ReportExamEvents::PATH, &body)
            && is_online()
            && !self.state.borrow().has_failures()
        {
            self.events.borrow_mut().clear();
        }
    }

    /// Shows the state of the answers.
    pub(super) fn say(&self, text: &str, is_trouble: bool) {
        if let Some(kept) = document().get_element_by_id("ly-kept") {
            if kept.text_content().as_deref() != Some(text) {
                kept.set_text_content(Some(text));
            }
            let class = if is_trouble {
                "exam-kept danger"
            } else {
                "exam-kept"
            };
            kept.set_class_name(class);
        }
    }
}
