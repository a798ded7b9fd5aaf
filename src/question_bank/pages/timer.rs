//! Countdown of the time left. It only shows the time; the server's clock decides.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
use crate::platform::ui::remember;
use crate::platform::ui::{Erase, remembered};

/// Name and value of the cookie that is set while the learner hides the time.
const HIDDEN: (&str, &str) = ("timer", "hidden");

/// Seconds left at which screen readers announce the time.
#[cfg(feature = "hydrate")]
const SAID_AT: [i64; 5] = [300, 60, 30, 10, 0];

/// The countdown of a quiz. Asks the server for the time left when the page becomes visible again,
/// because a tutor may have extended the attempt. The page of an exam learns of that from its own
/// reports to the server.
pub fn timer(said_left: RwSignal<i64>) -> AnyView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| {
        let seen = window_event_listener(leptos::ev::visibilitychange, |_| {
            if !document().hidden() {
                run_down();
            }
        });
        on_cleanup(move || seen.remove());
    });
    countdown(said_left)
}

/// Counts down from the seconds that the server last reported. The learner can hide the time. One
/// second after the end, clicks the button [`time_over`] of the form `ly-submit`. The delay lets
/// the last answer arrive first.
pub fn countdown(said_left: RwSignal<i64>) -> AnyView {
    let left = RwSignal::new(said_left.get_untracked());
    let aloud = RwSignal::new(String::new());
    let is_hidden = RwSignal::new(remembered(HIDDEN.0).as_deref() == Some(HIDDEN.1));
    let toggle = move |_| {
        is_hidden.update(|hidden| *hidden = !*hidden);
        #[cfg(feature = "hydrate")]
        remember(HIDDEN.0, is_hidden.get_untracked().then_some(HIDDEN.1));
    };
    #[cfg(feature = "hydrate")]
    run(said_left, left, aloud);
    view! {
        <p class="quiz-time num" role="timer" class:warn=move || left.get() <= 30 hidden=move || is_hidden.get()>
            {move || words(left.get())}
        </p>
        <button class="btn quiet quiz-clock" type="button" on:click=toggle>
            {move || if is_hidden.get() { "Show time" } else { "Hide time" }}
        </button>
        <p class="vh" aria-live="polite">
            {move || aloud.get()}
        </p>
    }
    .erase()
}

/// The hidden button that reports that the page's clock has run down. The server ends the attempt,
/// or replies with the time left if a tutor has extended the attempt.
pub fn time_over() -> AnyView {
    view! { <button name="time_over" value="1" hidden=true></button> }.erase()
}

/// Formats the seconds left, such as "2:05 left".
fn words(seconds: i64) -> String {
    format!("{}:{:02} left", seconds / 60, seconds % 60)
}

/// Clicks the button [`time_over`].
#[cfg(feature = "hydrate")]
fn run_down() {
    use wasm_bindgen::JsCast;
    let button = document().query_selector("#ly-submit [name=time_over]");
    if let Ok(Some(button)) = button
        && let Ok(button) = button.dyn_into::<web_sys::HtmlElement>()
    {
        button.click();
    }
}

/// Milliseconds since the page was opened. The wall clock may be adjusted meanwhile.
#[cfg(feature = "hydrate")]
fn age() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// The page's age when the server reported the time left. Before hydration, that is when the
/// response began to arrive; otherwise the load time would be added to the time left.
#[cfg(feature = "hydrate")]
fn told_at() -> f64 {
    let root = document().document_element();
    if root.is_some_and(|root| root.has_attribute("data-awake")) {
        return age();
    }
    let arrived = window().performance().and_then(|clock| {
        let loading = clock.get_entries_by_type("navigation").get(0);
        js_sys::Reflect::get(&loading, &"responseStart".into())
            .ok()?
            .as_f64()
    });
    arrived.unwrap_or_else(age)
}

#[cfg(feature = "hydrate")]
fn run(said_left: RwSignal<i64>, left: RwSignal<i64>, aloud: RwSignal<String>) {
    use std::time::Duration;
    let said_at = StoredValue::new(told_at());
    Effect::new(move |is_later: Option<()>| {
        said_left.track();
        if is_later.is_some() {
            said_at.set_value(age());
        }
    });
    Effect::new(move |_| {
        let is_over = StoredValue::new(false);
        let tick = move || {
            let gone = ((age() - said_at.get_value()) / 1000.0) as i64;
            let remaining = said_left.get_untracked() - gone;
            let shown = remaining.max(0);
            if left.get_untracked() != shown {
                left.set(shown);
                if SAID_AT.contains(&shown) {
                    aloud.set(match shown {
                        0 => "Time is up.".to_owned(),
                        seconds @ 61.. => format!("{} minutes left.", seconds / 60),
                        seconds => format!("{seconds} seconds left."),
                    });
                }
            }
            if is_over.get_value() != (remaining < 0) {
                is_over.set_value(remaining < 0);
                if remaining < 0 {
                    run_down();
                }
            }
        };
        if let Ok(handle) = set_interval_with_handle(tick, Duration::from_millis(500)) {
            on_cleanup(move || handle.clear());
        }
    });
}
