//! Runs the exam room in the browser. Answers are sent one after the other and repeated until the
//! server acknowledges them. The page says "Saved" only when nothing is left to send.

mod dom;
mod report;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use leptos::ev;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, HtmlFormElement, UrlSearchParams};

use self::dom::{
    all, beacon, closest, form_of, is_online, is_touched, is_typed, mark, mark_of, now, number_of,
    rebase, set_text,
};
use super::room::ends_words;
use crate::exam::api::{ReportExamEvents, SaveExamAnswer, SubmitExam};
use crate::exam::{Room, SittingClock};
use crate::platform::error::AppError;
use crate::platform::ui::browser::{FormReply, fields_of, send};
use crate::question_bank::pages::marks::open_words;

/// Timeout of a request; it is sent again afterwards.
const TIMEOUT_MS: u32 = 10_000;
/// Delay after the last keystroke before a typed answer is sent.
const REST_MS: u64 = 400;
const REPORT_S: u64 = 20;

struct Awake {
    sitting: String,
    tab: String,
    forward_only: bool,
    said_left: RwSignal<i64>,
    /// End of the sitting, in milliseconds since the page was loaded.
    ends_at: Cell<f64>,
    /// Number of the question that is shown, from 0; None at the end.
    shown: Cell<Option<usize>>,
    /// Questions with unsent changes, oldest change first.
    unsent: RefCell<VecDeque<usize>>,
    /// Questions whose answers the server or the form rejects, with the reason.
    refused: RefCell<Vec<(usize, String)>>,
    is_sending: Cell<bool>,
    /// Number of changes sent; each request carries its own number.
    changes: Cell<i32>,
    failures: Cell<u32>,
    later: Cell<Option<TimeoutHandle>>,
    /// True while a forward-only sitting moves to its next question.
    goes_on: Cell<bool>,
    hands_in: Cell<HandsIn>,
    is_leaving: Cell<bool>,
    /// Kind, question, and time in milliseconds since the page was loaded.
    events: RefCell<Vec<(&'static str, Option<usize>, f64)>>,
}

#[derive(Clone, Copy, PartialEq)]
enum HandsIn {
    No,
    Learner,
    /// The page's own clock has run down.
    Clock,
}

/// Starts the room's event handlers and timers; stops them when the view is removed.
pub fn wake(room: &Room, said_left: RwSignal<i64>) {
    let awake = Rc::new(Awake {
        sitting: room.sitting_id.to_string(),
        tab: room.tab.to_string(),
        forward_only: room.forward_only,
        said_left,
        ends_at: Cell::new(f64::MAX),
        shown: Cell::new(room.at),
        unsent: RefCell::default(),
        refused: RefCell::default(),
        is_sending: Cell::new(false),
        changes: Cell::new(0),
        failures: Cell::new(0),
        later: Cell::new(None),
        goes_on: Cell::new(false),
        hands_in: Cell::new(HandsIn::No),
        is_leaving: Cell::new(false),
        events: RefCell::default(),
    });
    Effect::new(move |_| {
        let listeners = [
            on(&awake, ev::input, |awake, event| {
                if let Some(form) = closest(&event, "form[data-question]") {
                    awake.changed(&form, is_typed(&event));
                }
            }),
            on(&awake, ev::click, |awake, event| {
                if let Some(go) = closest(&event, "#ly-room [data-go]") {
                    event.prevent_default();
                    awake.show(&go.get_attribute("data-go").unwrap_or_default());
                }
            }),
            on(&awake, ev::submit, |awake, event| awake.submitted(&event)),
            on(&awake, ev::online, |awake, _| {
                awake.note("reconnected", None);
                awake.failures.set(0);
                awake.send();
                awake.report();
            }),
            on(&awake, ev::offline, |awake, _| awake.note("offline", None)),
            on(&awake, ev::visibilitychange, |awake, _| {
                match document().hidden() {
                    true => awake.hidden(),
                    false => {
                        awake.note("returned", None);
                        awake.report();
                    }
                }
            }),
            on(&awake, ev::pagehide, |awake, _| awake.hidden()),
            on(&awake, ev::beforeunload, |awake, event| {
                if !awake.is_leaving.get() && !awake.is_all_saved() {
                    event.prevent_default();
                    event.set_return_value("");
                }
            }),
        ];
        for form in all("#ly-room form[data-question]") {
            if is_touched(&form) {
                awake.changed(&form, false);
            }
        }
        // Records a return when the page is opened again. The report also fetches the time left.
        awake.note("returned", None);
        awake.report();
        let reporter = send_wrapper::SendWrapper::new(awake.clone());
        let tick =
            set_interval_with_handle(move || reporter.report(), Duration::from_secs(REPORT_S));
        let leaving = send_wrapper::SendWrapper::new(awake.clone());
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
    awake: &Rc<Awake>,
    event: E,
    act: impl Fn(&Rc<Awake>, E::EventType) + 'static,
) -> WindowListenerHandle
where
    E::EventType: JsCast,
{
    let awake = awake.clone();
    window_event_listener(event, move |event| act(&awake, event))
}

impl Awake {
    /// Queues the form of a question to be sent. Typed changes wait for a pause.
    fn changed(self: &Rc<Self>, form: &Element, is_typed: bool) {
        let Some(number) = number_of(form) else {
            return;
        };
        {
            let mut unsent = self.unsent.borrow_mut();
            if !unsent.contains(&number) {
                unsent.push_back(number);
            }
        }
        self.refused
            .borrow_mut()
            .retain(|(other, _)| *other != number);
        mark(number);
        self.say("Saving…", false);
        match is_typed {
            true => self.send_in(REST_MS),
            false => self.send(),
        }
    }

    fn submitted(self: &Rc<Self>, event: &web_sys::SubmitEvent) {
        if closest(event, "#ly-submit").is_some() {
            event.prevent_default();
            let button = event
                .submitter()
                .and_then(|button| button.get_attribute("name"));
            match (button.as_deref(), self.hands_in.get()) {
                (Some("time_over"), HandsIn::No) => self.hands_in.set(HandsIn::Clock),
                (Some("time_over"), _) => {}
                _ => self.hands_in.set(HandsIn::Learner),
            }
            self.send();
        } else if let Some(form) = closest(event, "form[data-question]") {
            event.prevent_default();
            self.goes_on.set(self.forward_only);
            self.changed(&form, false);
        }
    }

    /// Shows a question by its number from 1, or the page for handing in ("end").
    fn show(self: &Rc<Self>, go: &str) {
        let number = go
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1));
        self.shown.set(number);
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
                let open = all("#ly-room form[data-question]")
                    .into_iter()
                    .filter(|form| !mark_of(form).answered)
                    .count();
                if let Some(said) = document().get_element_by_id("ly-open") {
                    said.set_text_content(Some(&open_words(open)));
                }
            }
        }
        self.send();
    }

    fn is_all_saved(&self) -> bool {
        !self.is_sending.get() && self.unsent.borrow().is_empty()
    }

    /// Sends the oldest unsaved change.
    fn send(self: &Rc<Self>) {
        if let Some(later) = self.later.take() {
            later.clear();
        }
        if self.is_sending.get() || self.is_leaving.get() {
            return;
        }
        let Some(number) = self.unsent.borrow_mut().pop_front() else {
            return self.all_is_sent();
        };
        let Some(body) = form_of(number).and_then(|form| self.body(&form)) else {
            return self.refuse(number, "Please check what you entered.".to_owned());
        };
        self.is_sending.set(true);
        let awake = self.clone();
        leptos::task::spawn_local(async move {
            let outcome = send(SaveExamAnswer::PATH, &body, Some(TIMEOUT_MS)).await;
            awake.is_sending.set(false);
            match outcome {
                Ok(answer) => {
                    awake.failures.set(0);
                    if !awake.followed(&answer, Some(number)) {
                        awake.send();
                    }
                }
                Err(error) if is_passing(&error) => {
                    {
                        let mut unsent = awake.unsent.borrow_mut();
                        if !unsent.contains(&number) {
                            unsent.push_front(number);
                        }
                    }
                    awake.try_again(&error);
                }
                // Another tab has moved on already, or the answer to an earlier request was lost.
                Err(AppError::Conflict(_)) if awake.forward_only => awake.leave("?"),
                Err(error) => awake.refuse(number, error.to_string()),
            }
        });
    }

    fn send_in(self: &Rc<Self>, milliseconds: u64) {
        if let Some(later) = self.later.take() {
            later.clear();
        }
        let awake = self.clone();
        let send = move || awake.send();
        let handle = set_timeout_with_handle(send, Duration::from_millis(milliseconds));
        self.later.set(handle.ok());
    }

    /// Returns the current answer with the number of this change; None if the form is invalid.
    fn body(&self, form: &HtmlFormElement) -> Option<UrlSearchParams> {
        if !form.check_validity() {
            return None;
        }
        let body = fields_of(form, None).ok()?;
        self.changes.set(self.changes.get() + 1);
        body.append("tab", &self.tab);
        body.append("change", &self.changes.get().to_string());
        if self.goes_on.get() {
            body.append("go", "next");
        }
        Some(body)
    }

    fn try_again(self: &Rc<Self>, error: &AppError) {
        let why = match error {
            AppError::SignInRequired => {
                "you are signed out. Sign in again in another tab. Your answers stay here and are then sent."
            }
            AppError::Unreachable if self.forward_only => {
                "no connection. Your answer stays here. When the connection returns, it is sent and the next question appears."
            }
            AppError::Unreachable => {
                "no connection. You can keep working. Your answers are sent when the connection returns."
            }
            _ => "the server is not responding. Trying again…",
        };
        self.say(&format!("Not saved yet: {why}"), true);
        self.failures.set(self.failures.get() + 1);
        self.send_in(500 << self.failures.get().min(4));
    }

    /// Records that an answer cannot be saved as it is: the learner has to correct it.
    fn refuse(self: &Rc<Self>, number: usize, why: String) {
        self.goes_on.set(false);
        self.refused.borrow_mut().push((number, why));
        self.send();
    }

    /// Reports that everything is sent, names a rejected answer, or hands in.
    fn all_is_sent(self: &Rc<Self>) {
        let refused = self.refused.borrow();
        let is_over = now() >= self.ends_at.get();
        let hands_in = self.hands_in.get() != HandsIn::No;
        match refused.as_slice() {
            [(number, why), ..] if !(is_over && hands_in) => {
                self.hands_in.set(HandsIn::No);
                self.say(
                    &format!("Question {} is not saved. {why}", number + 1),
                    true,
                );
            }
            _ if hands_in => self.hand_in(),
            _ if self.changes.get() > 0 => self.say("Saved", false),
            _ => {}
        }
    }

    fn hand_in(self: &Rc<Self>) {
        let Ok(body) = UrlSearchParams::new() else {
            return;
        };
        body.append("sitting", &self.sitting);
        if self.hands_in.get() == HandsIn::Clock {
            body.append("time_over", "1");
        }
        self.is_sending.set(true);
        self.say("Submitting…", false);
        let awake = self.clone();
        leptos::task::spawn_local(async move {
            // Events go first: an ended sitting records none.
            let _ = awake.tell().await;
            let outcome = send(SubmitExam::PATH, &body, Some(TIMEOUT_MS)).await;
            awake.is_sending.set(false);
            match outcome {
                Ok(answer) => {
                    if !awake.followed(&answer, None) && awake.hands_in.get() == HandsIn::No {
                        awake.say("You have more time. You can keep working.", false);
                    }
                }
                Err(error) if is_passing(&error) => {
                    awake.say(
                        "Not submitted yet: no connection. Your saved answers count. Trying again…",
                        true,
                    );
                    awake.failures.set(awake.failures.get() + 1);
                    awake.send_in(500 << awake.failures.get().min(4));
                }
                Err(error) => awake.say(&error.to_string(), true),
            }
        });
    }

    /// Follows a redirect of the server and returns true. Otherwise updates the time left and the
    /// form's basis.
    fn followed(&self, answer: &FormReply, number: Option<usize>) -> bool {
        if let Some(next) = &answer.next {
            self.leave(next);
            return true;
        }
        if let Ok(told) = serde_json::from_str::<SittingClock>(&answer.value) {
            self.ends_at.set(now() + told.seconds_left as f64 * 1000.0);
            self.said_left.try_set(told.seconds_left);
            set_text("ly-ends", &ends_words(&told.ends));
            if told.seconds_left > 0 && self.hands_in.get() == HandsIn::Clock {
                self.hands_in.set(HandsIn::No);
            }
            if let Some(number) = number {
                rebase(number, &told.basis);
            }
        }
        false
    }

    fn leave(&self, address: &str) {
        self.is_leaving.set(true);
        let _ = window().location().assign(address);
    }

    /// Sends unsaved answers as beacons, because the page may never return. They stay queued as
    /// well, because a beacon may be lost.
    fn hidden(&self) {
        // Moving to the next question is not leaving.
        if !self.is_leaving.get() {
            self.note("left", None);
        }
        let unsent: Vec<usize> = self.unsent.borrow().iter().copied().collect();
        for form in unsent.into_iter().filter_map(form_of) {
            if let Some(body) = self.body(&form) {
                beacon(SaveExamAnswer::PATH, &body);
            }
        }
        // A beacon is lost without a connection, so the events are kept and reported again later.
        if let Some(body) = self.events_body()
            && beacon(ReportExamEvents::PATH, &body)
            && is_online()
            && self.failures.get() == 0
        {
            self.events.borrow_mut().clear();
        }
    }

    /// Shows the state of the answers.
    fn say(&self, text: &str, is_trouble: bool) {
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

/// Returns true if sending again may succeed.
fn is_passing(error: &AppError) -> bool {
    matches!(
        error,
        AppError::Unreachable
            | AppError::Internal(_)
            | AppError::TooMany(_)
            | AppError::SignInRequired
    )
}
