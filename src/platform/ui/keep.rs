//! Keeping what is typed as it is typed. One sending is under way at a time, each has its number, and "Saved" is said when
//! nothing is left to be sent, and not before. What is not sent when the page goes away is sent as a beacon, which outlives it.

use leptos::prelude::*;

use super::form::OnAnswer;
use super::{Erase, FormState};

#[derive(Clone, Copy)]
pub(super) struct Keeper {
    state: FormState,
    on_answer: OnAnswer,
    said: RwSignal<&'static str>,
    #[cfg(feature = "hydrate")]
    sendings: StoredValue<awake::Sendings>,
}

impl Keeper {
    pub fn of(state: FormState, on_answer: OnAnswer) -> Self {
        let keeper = Self {
            state,
            on_answer,
            said: RwSignal::new(""),
            #[cfg(feature = "hydrate")]
            sendings: StoredValue::new(awake::Sendings::default()),
        };
        #[cfg(feature = "hydrate")]
        keeper.watch();
        keeper
    }

    pub fn status(self) -> AnyView {
        let said = self.said;
        view! {
            <p class="soft kept" role="status">
                {move || said.get()}
            </p>
        }
        .erase()
    }
}

#[cfg(not(feature = "hydrate"))]
impl Keeper {
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

    use super::Keeper;
    use crate::platform::error::AppError;
    use crate::platform::ui::browser::{fields_of, send};

    /// Where one types, the form is sent once nobody has typed for so long.
    const REST_MS: u64 = 400;
    /// What takes longer counts as not answered.
    const TIMEOUT_MS: u32 = 10_000;

    /// How far a form is with its sendings.
    #[derive(Default)]
    pub struct Sendings {
        form: Option<SendWrapper<HtmlFormElement>>,
        /// Something has changed that no sending has taken along.
        is_changed: bool,
        is_sending: bool,
        /// How often it has changed: of several that wait, only the last one sends.
        changes: u32,
        /// How often it was sent.
        sent: i32,
    }

    impl Keeper {
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

        /// Something in the form has changed.
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
            self.said.try_set("Saving…");
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

        /// Sends the form as it stands, unless a sending is under way, which is followed by this one.
        fn send(self) {
            let form = self.sendings.try_update_value(|sendings| {
                (sendings.form.clone()).filter(|_| sendings.is_changed && !sendings.is_sending)
            });
            let Some(form) = form.flatten() else {
                return;
            };
            if !form.check_validity() {
                self.said
                    .try_set("Not saved: please check what you entered.");
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
                _ => drop(self.said.try_set("Saved")),
            }
        }

        fn not_saved(self, error: AppError) {
            if error == AppError::Unreachable {
                self.said
                    .try_set("Not saved: the connection is gone. It is sent again when you go on.");
            } else {
                self.said.try_set("Not saved");
                self.state.error.try_set(Some(error));
            }
        }

        /// What the form sends, which is the newest from now on. Until the server has answered, nobody knows what it has.
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

        /// What was taken has not arrived.
        pub fn put_back(self) {
            self.sendings
                .try_update_value(|sendings| sendings.is_changed = true);
        }

        /// The page may not come back.
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
