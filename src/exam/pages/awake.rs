//! What the exam room does once the page is awake. Answers are sent one after the other, each as it stands when it is
//! sent, and again until the server has acknowledged it: "Saved" is said when nothing is left to be sent, and not before.

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
use super::room::{ends_words, open_words};
use crate::exam::api::{ReportExamEvents, SaveExamAnswer, SubmitExam};
use crate::exam::{Room, Told};
use crate::platform::error::AppError;
use crate::platform::ui::browser::{Answer, fields_of, send};

/// What takes longer is sent again.
const TIMEOUT_MS: u32 = 10_000;
/// Where one types, an answer is sent once nobody has typed for so long.
const REST_MS: u64 = 400;
const REPORT_S: u64 = 20;

struct Awake {
    sitting: String,
    tab: String,
    forward_only: bool,
    said_left: RwSignal<i64>,
    /// When the time is over, by the page's own age in milliseconds.
    ends_at: Cell<f64>,
    /// The number of the question that is shown.
    shown: Cell<Option<usize>>,
    /// Questions whose answers were not sent as they are now, in the order in which they were changed.
    unsent: RefCell<VecDeque<usize>>,
    /// Questions whose answers can't be taken as they are, and why.
    refused: RefCell<Vec<(usize, String)>>,
    is_sending: Cell<bool>,
    /// How many changes were sent: each has its number.
    changes: Cell<i32>,
    failures: Cell<u32>,
    later: Cell<Option<TimeoutHandle>>,
    /// The learner goes on from the question where there is no way back.
    goes_on: Cell<bool>,
    hands_in: Cell<HandsIn>,
    is_leaving: Cell<bool>,
    /// Kind, question, and when by the page's own age.
    events: RefCell<Vec<(&'static str, Option<usize>, f64)>>,
}

#[derive(Clone, Copy, PartialEq)]
enum HandsIn {
    No,
    Learner,
    /// The time that the page knows of has run down.
    Clock,
}

/// Wakes the room up, for as long as its view lives.
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
        // Whoever closed the page and comes back is back; and this tells how much time is left now.
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
    /// Something in the form of a question has changed.
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

    /// Shows a question by its number from 1, or the end.
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

    /// Sends what was changed first and is not saved.
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
                // Another tab, or a try whose answer was lost, has gone on already.
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

    /// The answer as it stands, with its place in the order of this tab's changes; None where it can't be sent.
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

    /// What was sent can't be taken as it is: the learner has to mend it.
    fn refuse(self: &Rc<Self>, number: usize, why: String) {
        self.goes_on.set(false);
        self.refused.borrow_mut().push((number, why));
        self.send();
    }

    /// Nothing is left to be sent.
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
            // What happened goes first: once the sitting has ended, nothing is noted any more.
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

    /// Goes where the server sends the page; else takes over the time that it says is left, and what the question's form is
    /// based on now.
    fn followed(&self, answer: &Answer, number: Option<usize>) -> bool {
        if let Some(next) = &answer.next {
            self.leave(next);
            return true;
        }
        if let Ok(told) = serde_json::from_str::<Told>(&answer.value) {
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

    /// The page may not come back: what is not saved goes as a beacon, which outlives it, and stays to be sent again.
    fn hidden(&self) {
        // Going to the next question is not leaving.
        if !self.is_leaving.get() {
            self.note("left", None);
        }
        let unsent: Vec<usize> = self.unsent.borrow().iter().copied().collect();
        for form in unsent.into_iter().filter_map(form_of) {
            if let Some(body) = self.body(&form) {
                beacon(SaveExamAnswer::PATH, &body);
            }
        }
        // Without a connection a beacon is taken and lost: then what happened is told again once the page is back.
        if let Some(body) = self.events_body()
            && beacon(ReportExamEvents::PATH, &body)
            && is_online()
            && self.failures.get() == 0
        {
            self.events.borrow_mut().clear();
        }
    }

    /// Says how the answers stand.
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

/// Whether sending it again may help.
fn is_passing(error: &AppError) -> bool {
    matches!(
        error,
        AppError::Unreachable
            | AppError::Internal(_)
            | AppError::TooMany(_)
            | AppError::SignInRequired
    )
}
