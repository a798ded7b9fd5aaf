//! Saves a form while the user types. Only one request runs at a time, and each has a number.
//! "Saved" appears only if nothing is left to send. If the page goes away, unsent changes are sent
//! as a beacon, which outlives the page.

#[cfg(feature = "hydrate")]
use leptos::prelude::StoredValue;

use super::FormState;
use super::form::OnAnswer;

/// Saves one form while the user types.
#[derive(Clone, Copy)]
pub(super) struct Autosave {
    state: FormState,
    on_answer: OnAnswer,
    #[cfg(feature = "hydrate")]
    sendings: StoredValue<awake::Sendings>,
}

impl Autosave {
    pub fn of(state: FormState, on_answer: OnAnswer) -> Self {
        let keeper = Self {
            state,
            on_answer,
            #[cfg(feature = "hydrate")]
            sendings: StoredValue::new(awake::Sendings::default()),
        };
        #[cfg(feature = "hydrate")]
        keeper.watch();
        keeper
    }
}

#[cfg(not(feature = "hydrate"))]
impl Autosave {
    pub fn changed(self, _: &leptos::ev::Event) {
        let _ = (self.state, self.on_answer);
    }
}

#[cfg(feature = "hydrate")]
mod awake {
    use std::time::Duration;

    use leptos::ev;
    use leptos::prelude::*;
    use send_wrapper::SendWrapper;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{Element, HtmlElement, HtmlFormElement, HtmlInputElement, UrlSearchParams};

    use super::Autosave;
    use crate::error::AppError;
    use crate::ui::browser::{fields_of, send};

    /// Time without typing after which a typed text is sent.
    const REST_MS: u64 = 400;
    /// A request that takes longer counts as not answered.
    const TIMEOUT_MS: u32 = 10_000;

    /// The progress of a form's requests.
    #[derive(Default)]
    pub struct Sendings {
        form: Option<SendWrapper<HtmlFormElement>>,
        /// True if a change has not been sent yet.
        is_changed: bool,
        is_sending: bool,
        /// Number of changes. Of several waiting timers, only that of the last change sends.
        changes: u32,
        /// Number of requests so far.
        sent: i32,
    }

    impl Autosave {
        pub fn watch(self) {
            let flush = move || self.flush();
            Effect::new(move |_| {
                let listeners = [
                    window_event_listener(ev::pagehide, move |_| flush()),
                    window_event_listener(ev::visibilitychange, move |_| {
                        if document().hidden() {
                            flush();
                        }
                    }),
                ];
                on_cleanup(move || {
                    flush();
                    for listener in listeners {
                        listener.remove();
                    }
                });
            });
        }

        /// Handles a change of the form and sends it after a pause.
        pub fn changed(self, event: &ev::Event) {
            let form = event.current_target();
            let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) else {
                return;
            };
            let field = event.target();
            let is_typed = field
                .and_then(|field| field.dyn_into::<Element>().ok())
                .is_some_and(|field| field.matches("textarea, input[type=text]").unwrap_or(false));
            let change = self.sendings.try_update_value(|sendings| {
                sendings.form = Some(SendWrapper::new(form));
                sendings.is_changed = true;
                sendings.changes += 1;
                sendings.changes
            });
            self.state.kept.try_set("Saving…");
            let wait = Duration::from_millis(if is_typed { REST_MS } else { 0 });
            set_timeout(
                move || {
                    if self.sendings.try_with_value(|sendings| sendings.changes) == change {
                        self.send();
                    }
                },
                wait,
            );
        }

        /// Sends the form if it has changed. If a request is running, the next one follows when
        /// that ends.
        fn send(self) {
            let form = self.sendings.try_update_value(|sendings| {
                (sendings.form.clone()).filter(|_| sendings.is_changed && !sendings.is_sending)
            });
            let Some(form) = form.flatten() else {
                return;
            };
            if !form.check_validity() {
                self.state
                    .kept
                    .try_set("Not saved. Please check what you entered.");
                return;
            }
            let Ok(fields) = self.take(&form, None) else {
                return;
            };
            let number = self.sendings.try_update_value(|sendings| {
                sendings.is_sending = true;
                sendings.sent
            });
            leptos::task::spawn_local(async move {
                let outcome = send(self.state.action, &fields, Some(TIMEOUT_MS)).await;
                let is_newest = self.sendings.try_update_value(|sendings| {
                    sendings.is_sending = false;
                    Some(sendings.sent) == number
                });
                match outcome {
                    Ok(answer) => match answer.next {
                        Some(next) => drop(window().location().assign(&next)),
                        None => {
                            let answered =
                                |on_answer: Callback<_, _>| on_answer.try_run(answer.value);
                            let basis = self.on_answer.and_then(answered).unwrap_or_default();
                            if is_newest == Some(true) {
                                set_basis(&form, &basis);
                            }
                            self.saved();
                        }
                    },
                    Err(error) => {
                        self.put_back();
                        self.not_saved(error);
                    }
                }
            });
        }

        fn saved(self) {
            self.state.error.try_set(None);
            match self.sendings.try_with_value(|sendings| sendings.is_changed) {
                Some(true) => self.send(),
                _ => drop(self.state.kept.try_set("Saved")),
            }
        }

        fn not_saved(self, error: AppError) {
            if error == AppError::Unreachable {
                self.state.kept.try_set(
                    "Not saved: no connection. Your changes are sent again when you continue.",
                );
            } else {
                self.state.kept.try_set("Not saved");
                self.state.error.try_set(Some(error));
            }
        }

        /// Takes the fields to send and numbers the request. Clears `basis`, because the server's
        /// state is unknown until it has answered.
        pub fn take(
            self,
            form: &HtmlFormElement,
            submitter: Option<HtmlElement>,
        ) -> Result<UrlSearchParams, JsValue> {
            let fields = fields_of(form, submitter)?;
            let number = self.sendings.try_update_value(|sendings| {
                sendings.is_changed = false;
                sendings.sent += 1;
                sendings.sent
            });
            fields.set("change", &number.unwrap_or_default().to_string());
            set_basis(form, "");
            Ok(fields)
        }

        /// Marks the form as changed again, because its last request failed.
        pub fn put_back(self) {
            self.sendings
                .try_update_value(|sendings| sendings.is_changed = true);
        }

        /// Sends unsent changes as a beacon, because the page may not come back.
        fn flush(self) {
            let form = self.sendings.try_update_value(|sendings| {
                (sendings.form.clone()).filter(|_| sendings.is_changed || sendings.is_sending)
            });
            let Some(form) = form.flatten() else {
                return;
            };
            if let Ok(fields) = self.take(&form, None) {
                let beacon = window()
                    .navigator()
                    .send_beacon_with_opt_url_search_params(self.state.action, Some(&fields));
                if beacon != Ok(true) {
                    self.put_back();
                }
            }
        }
    }

    fn set_basis(form: &HtmlFormElement, basis: &str) {
        let field = form.query_selector("input[name=basis]").ok().flatten();
        if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
            field.set_value(basis);
        }
    }
}
