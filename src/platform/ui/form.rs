//! Forms that post to a server function, by the browser alone or by `fetch` after hydration. In
//! both cases an error returns to the form together with the typed values. Leptos' `ActionForm`
//! would be five times as large in the browser, and it carries errors in the address.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::autosave::Autosave;
use super::error_summary::{FormControls, error_summary};
use super::unsaved::Guard;
use super::{Erase, Inside, Notice, Tone};
use crate::platform::error::AppError;

/// The state of a form: its last error, its typed values and its progress.
#[derive(Clone, Copy)]
pub struct FormState {
    pub(super) action: &'static str,
    typed: StoredValue<Vec<(String, String)>>,
    pub(super) error: RwSignal<Option<AppError>>,
    done: RwSignal<bool>,
    busy: RwSignal<bool>,
    /// Says whether everything is saved, if the form saves while the user types.
    pub(super) kept: RwSignal<&'static str>,
}

impl FormState {
    /// Creates the state for the server function at `action`, such as
    /// `FormState::of(SignIn::PATH)`. After a request without JavaScript, the state starts with its
    /// outcome.
    pub fn of(action: &'static str) -> Self {
        let flash = SharedValue::<_, super::PageCodec>::new_with_encoding(move || left_for(action))
            .into_inner();
        Self::with(action, flash)
    }

    /// Creates the state with the outcome of a request without JavaScript, for a part of a page
    /// that is not hydrated.
    #[cfg(feature = "ssr")]
    pub fn after(
        action: &'static str,
        flash: Option<&crate::platform::http::flash::Flash>,
    ) -> Self {
        let left = flash.map(|flash| (flash.error.clone(), flash.values.clone()));
        Self::with(action, left)
    }

    fn with(action: &'static str, left: Option<Left>) -> Self {
        let (error, typed, done) = match left {
            Some((error, typed)) => (error.clone(), typed, error.is_none()),
            None => (None, Vec::new(), false),
        };
        Self {
            action,
            typed: StoredValue::new(typed),
            error: RwSignal::new(error),
            done: RwSignal::new(done),
            busy: RwSignal::new(false),
            kept: RwSignal::new(""),
        }
    }

    /// The state of one of several forms with the same action. An outcome and typed values that
    /// were left for the form stay only if its field `field` has the value `item`.
    pub fn of_item(self, field: &str, item: &str) -> Self {
        let is_it = self.value(field, "") == item;
        let typed = if is_it {
            self.typed.get_value()
        } else {
            Vec::new()
        };
        Self {
            action: self.action,
            typed: StoredValue::new(typed),
            error: RwSignal::new(self.error.get_untracked().filter(|_| is_it)),
            done: RwSignal::new(is_it && self.done.get_untracked()),
            busy: RwSignal::new(false),
            kept: RwSignal::new(""),
        }
    }

    /// The value typed into the field before, or `or` if there is none.
    pub fn value(self, field: &str, or: &str) -> String {
        self.typed.with_value(|typed| {
            typed
                .iter()
                .find(|(name, _)| name == field)
                .map_or_else(|| or.to_owned(), |(_, value)| value.clone())
        })
    }

    /// All values that were sent for the field, such as those of checked boxes.
    pub fn values(self, field: &str) -> Vec<String> {
        self.typed.with_value(|typed| {
            let values = typed.iter().filter(|(name, _)| name == field);
            values.map(|(_, value)| value.clone()).collect()
        })
    }

    /// The error of the field.
    pub fn error(self, field: &str) -> Signal<Option<String>> {
        let field = field.to_owned();
        Signal::derive(move || {
            self.error
                .with(|error| error.as_ref().and_then(|error| error.of_field(&field)))
        })
    }

    /// The error of the whole form.
    pub fn problem(self) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.error
                .with(|error| error.as_ref().and_then(AppError::of_form))
        })
    }

    /// True after the last request succeeded.
    pub fn done(self) -> Signal<bool> {
        self.done.into()
    }

    pub fn busy(self) -> Signal<bool> {
        self.busy.into()
    }

    /// Shows the text once the last request succeeded. A page that comes back without JavaScript
    /// puts the focus there.
    pub fn said(self, text: &'static str) -> AnyView {
        let (done, came_back) = (self.done, self.done.get_untracked());
        view! {
            <Show when=move || done.get()>
                {move || view! { <Notice tone=Tone::Ok focused=came_back>{text}</Notice> }}
            </Show>
        }
        .erase()
    }

    /// Shows whether everything is saved. For forms that save while the user types.
    pub fn status(self) -> AnyView {
        let kept = self.kept;
        view! {
            <p class="soft kept" role="status">
                {move || kept.get()}
            </p>
        }
        .erase()
    }
}

/// The error of the last request, if any, and the typed values.
type Left = (Option<AppError>, Vec<(String, String)>);

#[cfg(feature = "ssr")]
fn left_for(action: &'static str) -> Option<Left> {
    let flash = crate::platform::http::Cx::current_if_any()?.flash?;
    (flash.form == action).then_some((flash.error, flash.values))
}

#[cfg(not(feature = "ssr"))]
fn left_for(_: &'static str) -> Option<Left> {
    None
}

/// The watchers of a form's changes, where it has them.
type Watchers = (Option<Autosave>, Option<Guard>);

/// Receives the server function's value as JSON and returns the next `basis` of the form.
pub type OnAnswer = Option<Callback<String, String>>;

/// A form that posts to the server function of `form`. Shows a summary of the errors at its top,
/// which gets the focus after a failed request. The browser does not validate: it would tell one
/// problem at a time.
#[component]
pub fn Form(
    form: FormState,
    #[prop(default = "stack")] class: &'static str,
    #[prop(optional, into)] id: String,
    /// Called after success instead of following the redirect, for pages that show the outcome in
    /// place.
    #[prop(optional, into)]
    on_done: Option<Callback<()>>,
    /// Called with the server function's value as JSON if the server sends no redirect. Returns the
    /// next value of the field `basis`, for forms that have one.
    #[prop(optional, into)]
    on_answer: OnAnswer,
    /// Saves while the user types: sends the form after each change. Adds the field `change`, the
    /// number of the request. The page shows [`FormState::status`].
    #[prop(optional)]
    keeps: bool,
    /// Lets the browser send the form and load the next page as a whole. For forms that come back
    /// in another shape.
    #[prop(optional)]
    reloads: bool,
    /// Asks before the page is left with changes that were not sent.
    #[prop(optional)]
    guards: bool,
    children: Inside,
) -> impl IntoView {
    let keeper = keeps.then(|| Autosave::of(form, on_answer));
    // A form that came back with errors was not stored.
    let guard = guards.then(|| Guard::new(form.error.get_untracked().is_some()));
    let submit = move |event: SubmitEvent| {
        if let Some(guard) = guard {
            guard.sent();
        }
        if !reloads {
            send(event, form, on_done, on_answer, (keeper, guard));
        }
    };
    let input = move |event: leptos::ev::Event| {
        if let Some(keeper) = keeper {
            keeper.changed(&event);
        }
        if let Some(guard) = guard {
            guard.changed();
        }
    };
    let controls = FormControls::collect();
    let inside = children.view();
    view! {
        <form
            class=class
            id=(!id.is_empty()).then_some(id)
            method="post"
            action=form.action
            novalidate=true
            on:submit=submit
            on:input=input
        >
            {error_summary(form, controls)}
            {inside}
        </form>
    }
    .erase()
}

#[cfg(not(feature = "hydrate"))]
fn send(_: SubmitEvent, _: FormState, _: Option<Callback<()>>, _: OnAnswer, _: Watchers) {}

#[cfg(feature = "hydrate")]
fn send(
    event: SubmitEvent,
    form: FormState,
    on_done: Option<Callback<()>>,
    on_answer: OnAnswer,
    (keeper, guard): Watchers,
) {
    use wasm_bindgen::JsCast;
    let Some(element) = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok())
    else {
        return;
    };
    event.prevent_default();
    if form.busy.get_untracked() {
        return;
    }
    form.busy.set(true);
    form.error.set(None);
    form.done.set(false);
    let submitter = event.submitter();
    let fields = match keeper {
        Some(keeper) => keeper.take(&element, submitter),
        None => browser::fields_of(&element, submitter),
    };
    leptos::task::spawn_local(async move {
        let outcome = browser::post(&element, fields).await;
        form.busy.try_set(false);
        match outcome {
            Ok(browser::FormReply { next, value }) => match (on_done, next) {
                (Some(on_done), _) => {
                    form.done.try_set(true);
                    on_done.run(());
                }
                // A full page load, because the user may have signed in or out, which changes all
                // of the page.
                (None, Some(next)) => browser::load(&next),
                (None, None) => {
                    form.done.try_set(true);
                    if let Some(on_answer) = on_answer {
                        on_answer.try_run(value);
                    }
                }
            },
            Err(AppError::SignInRequired) => {
                let here = window().location().pathname().unwrap_or_default();
                let _ = window()
                    .location()
                    .assign(&crate::platform::auth::sign_in_path(&here));
            }
            Err(error) => {
                if let Some(keeper) = keeper {
                    keeper.put_back();
                }
                if let Some(guard) = guard {
                    guard.changed();
                }
                form.error.try_set(Some(error));
                browser::focus_errors(&element);
            }
        }
    });
}

/// Sends forms by `fetch`, for pages that need more than [`Form`].
#[cfg(feature = "hydrate")]
pub mod browser {
    use leptos::prelude::{request_animation_frame, window};
    use leptos::server_fn::error::FromServerFnError;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::UrlSearchParams;

    use crate::platform::error::AppError;

    /// The server's answer: the address to go to next, and the value as JSON.
    pub struct FormReply {
        pub next: Option<String>,
        pub value: String,
    }

    /// Loads the page of the site at the address. A browser that is on this page already would only
    /// scroll to the part after `#`, and show the page as it was.
    pub fn load(address: &str) {
        let location = window().location();
        let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
        let _ = location.assign(address);
        if address
            .split_once('#')
            .is_some_and(|(page, _)| page == here)
        {
            let _ = location.reload();
        }
    }

    /// Posts the fields to the form's server function.
    pub async fn post(
        form: &web_sys::HtmlFormElement,
        fields: Result<UrlSearchParams, JsValue>,
    ) -> Result<FormReply, AppError> {
        let fields = fields.map_err(|_| AppError::Unreachable)?;
        let address = form.get_attribute("action").unwrap_or_default();
        send(&address, &fields, None).await
    }

    /// Posts the fields to the address. An answer that takes longer than `timeout_ms` counts as
    /// missing.
    pub async fn send(
        address: &str,
        fields: &UrlSearchParams,
        timeout_ms: Option<u32>,
    ) -> Result<FormReply, AppError> {
        let response = fetch(address, fields, timeout_ms)
            .await
            .map_err(|_| AppError::Unreachable)?;
        let next = response.headers().get("x-redirect").ok().flatten();
        let text = response.text().map_err(|_| AppError::Unreachable)?;
        let text = JsFuture::from(text)
            .await
            .map_err(|_| AppError::Unreachable)?;
        let value = text.as_string().unwrap_or_default();
        match response.ok() {
            true => Ok(FormReply { next, value }),
            false => Err(AppError::de(value.into())),
        }
    }

    /// The fields of a form, including the name and value of the button that was pressed.
    pub fn fields_of(
        form: &web_sys::HtmlFormElement,
        submitter: Option<web_sys::HtmlElement>,
    ) -> Result<UrlSearchParams, JsValue> {
        let data = web_sys::FormData::new_with_form(form)?;
        // `FormData` of a form leaves out the button, so that is added here.
        if let Some(button) = submitter
            && let (Some(name), Some(value)) =
                (button.get_attribute("name"), button.get_attribute("value"))
        {
            data.append_with_str(&name, &value)?;
        }
        let body = UrlSearchParams::new()?;
        for entry in js_sys::Array::from(&js_sys::Array::from(&data)).iter() {
            let entry: js_sys::Array = entry.unchecked_into();
            if let (Some(name), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string())
            {
                body.append(&name, &value);
            }
        }
        Ok(body)
    }

    async fn fetch(
        address: &str,
        body: &UrlSearchParams,
        timeout_ms: Option<u32>,
    ) -> Result<web_sys::Response, JsValue> {
        let headers = web_sys::Headers::new()?;
        headers.set("Accept", "application/json")?;
        headers.set("Content-Type", "application/x-www-form-urlencoded")?;
        let init = web_sys::RequestInit::new();
        init.set_method("POST");
        init.set_headers(&headers);
        init.set_body(&body.to_string().into());
        if let Some(timeout_ms) = timeout_ms {
            init.set_signal(Some(&web_sys::AbortSignal::timeout_with_u32(timeout_ms)));
        }
        Ok(
            JsFuture::from(window().fetch_with_str_and_init(address, &init))
                .await?
                .unchecked_into(),
        )
    }

    /// Moves the focus to the summary of errors, after the errors have been rendered.
    pub fn focus_errors(form: &web_sys::HtmlFormElement) {
        let form = form.clone();
        request_animation_frame(move || {
            let summary = form.query_selector(".error-summary").ok().flatten();
            if let Some(summary) =
                summary.and_then(|summary| summary.dyn_into::<web_sys::HtmlElement>().ok())
            {
                let _ = summary.focus();
            }
        });
    }
}
