//! The time that is left, as it goes by. The server's clock decides; this one shows.

use leptos::prelude::*;

use crate::platform::ui::Erase;

/// Seconds at which the time is said aloud.
#[cfg(feature = "hydrate")]
const SAID_AT: [i64; 5] = [300, 60, 30, 10, 0];

pub fn timer(seconds_left: Option<i64>) -> AnyView {
    match seconds_left {
        Some(seconds) => countdown(RwSignal::new(seconds)),
        None => ().erase(),
    }
}

/// Counts down from what the server says is left, anew whenever it says so. The form `ly-submit` is sent a second after
/// the end, so that the last answer is there before.
pub fn countdown(said_left: RwSignal<i64>) -> AnyView {
    let left = RwSignal::new(said_left.get_untracked());
    let aloud = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    run(said_left, left, aloud);
    view! {
        <p class="quiz-time num" role="timer" class:warn=move || left.get() <= 30>
            {move || words(left.get())}
        </p>
        <p class="vh" aria-live="polite">
            {move || aloud.get()}
        </p>
    }
    .erase()
}

/// "2:05".
fn words(seconds: i64) -> String {
    format!("{}:{:02} left", seconds / 60, seconds % 60)
}

#[cfg(feature = "hydrate")]
fn hand_in() {
    use wasm_bindgen::JsCast;
    let form = document().get_element_by_id("ly-submit");
    if let Some(form) = form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok()) {
        let _ = form.request_submit();
    }
}

#[cfg(feature = "hydrate")]
fn run(said_left: RwSignal<i64>, left: RwSignal<i64>, aloud: RwSignal<String>) {
    use std::time::Duration;
    // Of the page's own age: the clock on the wall may be set.
    let now = || window().performance().map_or(0.0, |clock| clock.now());
    let said_at = StoredValue::new(0.0);
    Effect::new(move |_| {
        said_left.track();
        said_at.set_value(now());
    });
    Effect::new(move |_| {
        let is_over = StoredValue::new(false);
        let tick = move || {
            let gone = ((now() - said_at.get_value()) / 1000.0) as i64;
            let remaining = said_left.get_untracked() - gone;
            let shown = remaining.max(0);
            if left.get_untracked() != shown {
                left.set(shown);
                if SAID_AT.contains(&shown) {
                    aloud.set(match shown {
                        0 => "The time is over.".to_owned(),
                        300 => "5 minutes left.".to_owned(),
                        seconds => format!("{seconds} seconds left."),
                    });
                }
            }
            if is_over.get_value() != (remaining < 0) {
                is_over.set_value(remaining < 0);
                if remaining < 0 {
                    hand_in();
                }
            }
        };
        if let Ok(handle) = set_interval_with_handle(tick, Duration::from_millis(500)) {
            on_cleanup(move || handle.clear());
        }
    });
}
