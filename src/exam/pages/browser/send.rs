//! Sends answers and the submission, and follows the server's replies.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use web_sys::{HtmlFormElement, UrlSearchParams};

use super::dom::{form_of, now, rebase, set_text};
use super::handlers::LiveRoom;
use super::state::Step;
use crate::exam::SittingClock;
use crate::exam::api::{SaveExamAnswer, SubmitExam};
use crate::exam::pages::room::ends_words;
use crate::platform::error::AppError;
use crate::platform::ui::browser::{FormReply, fields_of, send};

/// Timeout of a request; it is sent again afterwards.
pub const TIMEOUT_MS: u32 = 10_000;

impl LiveRoom {
    /// Takes the next step of the room, and cancels the timer for it.
    pub fn proceed(self: &Rc<Self>) {
        self.cancel_timer();
        // Bound first, because the step's branch borrows the state again.
        let step = self.state.borrow_mut().step(now());
        match step {
            Step::Rest => {}
            Step::Save(number) => match form_of(number).and_then(|form| self.body(&form)) {
                Some(body) => self.save(number, body),
                None => self.refuse(number, "Please check what you entered.".to_owned()),
            },
            Step::SayAllSaved => self.say("Saved", false),
            Step::SayRefused(number, why) => self.say(
                &format!("Question {} is not saved. {why}", number + 1),
                true,
            ),
            Step::Submit { time_over } => self.submit(time_over),
        }
    }

    pub fn proceed_in(self: &Rc<Self>, milliseconds: u64) {
        self.cancel_timer();
        let room = self.clone();
        let proceed = move || room.proceed();
        let handle = set_timeout_with_handle(proceed, Duration::from_millis(milliseconds));
        self.later.set(handle.ok());
    }

    fn cancel_timer(&self) {
        if let Some(later) = self.later.take() {
            later.clear();
        }
    }

    /// Returns the current answer with the number of this change; None if the form is invalid.
    pub fn body(&self, form: &HtmlFormElement) -> Option<UrlSearchParams> {
        if !form.check_validity() {
            return None;
        }
        let body = fields_of(form, None).ok()?;
        let mut state = self.state.borrow_mut();
        body.append("tab", &self.tab);
        body.append("change", &state.next_change().to_string());
        if state.goes_on() {
            body.append("go", "next");
        }
        Some(body)
    }

    fn save(self: &Rc<Self>, number: usize, body: UrlSearchParams) {
        let room = self.clone();
        leptos::task::spawn_local(async move {
            match send(SaveExamAnswer::PATH, &body, Some(TIMEOUT_MS)).await {
                Ok(answer) => {
                    room.state.borrow_mut().saved();
                    if !room.followed(&answer, Some(number)) {
                        room.proceed();
                    }
                }
                Err(error) if is_passing(&error) => {
                    let wait = room.state.borrow_mut().not_saved(number);
                    let why = room.why_not_saved(&error);
                    room.say(&format!("Not saved yet: {why}"), true);
                    room.proceed_in(wait);
                }
                // Another tab has moved on already, or the answer to an earlier request was lost.
                Err(AppError::Conflict(_)) if room.is_forward_only() => room.leave("?"),
                Err(error) => room.refuse(number, error.to_string()),
            }
        });
    }

    fn is_forward_only(&self) -> bool {
        self.state.borrow().is_forward_only()
    }

    fn why_not_saved(&self, error: &AppError) -> &'static str {
        match error {
            AppError::SignInRequired => {
                "you are signed out. Sign in again in another tab. Your answers stay here and are then sent."
            }
            AppError::Unreachable if self.is_forward_only() => {
                "no connection. Your answer stays here. When the connection returns, it is sent and the next question appears."
            }
            AppError::Unreachable => {
                "no connection. You can keep working. Your answers are sent when the connection returns."
            }
            _ => "the server is not responding. Trying again…",
        }
    }

    fn refuse(self: &Rc<Self>, number: usize, why: String) {
        self.state.borrow_mut().refused(number, why);
        self.proceed();
    }

    fn submit(self: &Rc<Self>, time_over: bool) {
        let Ok(body) = UrlSearchParams::new() else {
            return self.state.borrow_mut().answered();
        };
        body.append("sitting", &self.sitting);
        if time_over {
            body.append("time_over", "1");
        }
        self.say("Submitting…", false);
        let room = self.clone();
        leptos::task::spawn_local(async move {
            // Events go first: an ended sitting records none.
            let _ = room.tell().await;
            match send(SubmitExam::PATH, &body, Some(TIMEOUT_MS)).await {
                Ok(answer) => {
                    room.state.borrow_mut().answered();
                    if !room.followed(&answer, None) && !room.state.borrow().submits() {
                        room.say("You have more time. You can keep working.", false);
                    }
                }
                Err(error) if is_passing(&error) => {
                    let wait = room.state.borrow_mut().failed();
                    room.say(
                        "Not submitted yet: no connection. Your saved answers count. Trying again…",
                        true,
                    );
                    room.proceed_in(wait);
                }
                Err(error) => {
                    room.state.borrow_mut().answered();
                    room.say(&error.to_string(), true);
                }
            }
        });
    }

    /// Follows a redirect of the server and returns true. Otherwise updates the time left and the
    /// form's basis.
    pub fn followed(&self, answer: &FormReply, number: Option<usize>) -> bool {
        if let Some(next) = &answer.next {
            self.leave(next);
            return true;
        }
        if let Ok(told) = serde_json::from_str::<SittingClock>(&answer.value) {
            self.state.borrow_mut().told_time(told.seconds_left, now());
            self.said_left.try_set(told.seconds_left);
            set_text("ly-ends", &ends_words(&told.ends));
            if let Some(number) = number {
                rebase(number, &told.basis);
            }
        }
        false
    }

    fn leave(&self, address: &str) {
        self.state.borrow_mut().leaves();
        let _ = window().location().assign(address);
    }
}

/// Returns true if sending again may succeed.
fn is_passing(error: &AppError) -> bool {
    matches!(
        error,
        AppError::Unreachable
            | AppError::Busy
            | AppError::Internal(_)
            | AppError::TooMany(_)
            | AppError::SignInRequired
    )
}
