//! The time that is left, as it goes by. The server's clock decides; this one shows.

use leptos::prelude::*;

use crate::platform::ui::Erase;

/// Seconds at which the time is said aloud.
#[cfg(feature = "hydrate")]
const SAID_AT: [i64; 4] = [60, 30, 10, 0];

pub fn timer(seconds_left: Option<i64>) -> AnyView {
    let Some(seconds) = seconds_left else {
        return ().erase();
    };
    let left = RwSignal::new(seconds);
    let said = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    run(seconds, left, said);
    view! {
        <p class="quiz-time num" role="timer" class:warn=move || left.get() <= 30>
            {move || words(left.get())}
        </p>
        <p class="vh" aria-live="polite">
            {move || said.get()}
        </p>
    }
    .erase()
}

/// "2:05".
fn words(seconds: i64) -> String {
    format!("{}:{:02} left", seconds / 60, seconds % 60)
}

#[cfg(feature = "hydrate")]
fn run(seconds: i64, left: RwSignal<i64>, said: RwSignal<String>) {
    use std::time::Duration;
    use wasm_bindgen::JsCast;
    Effect::new(move |_| {
        // Of the page's own age: the clock on the wall may be set.
        let now = || window().performance().map_or(0.0, |clock| clock.now());
        let begun = now();
        let is_handed_in = StoredValue::new(false);
        let tick = move || {
            let remaining = seconds - ((now() - begun) / 1000.0) as i64;
            let shown = remaining.max(0);
            if left.get_untracked() != shown {
                left.set(shown);
                if SAID_AT.contains(&shown) {
                    said.set(match shown {
                        0 => "The time is over.".to_owned(),
                        seconds => format!("{seconds} seconds left."),
                    });
                }
            }
            // A second later than the end, so that the last answer is there before.
            if remaining >= 0 || is_handed_in.get_value() {
                return;
            }
            is_handed_in.set_value(true);
            let form = document().get_element_by_id("ly-submit");
            if let Some(form) =
                form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok())
            {
                let _ = form.request_submit();
            }
        };
        if let Ok(handle) = set_interval_with_handle(tick, Duration::from_millis(500)) {
            on_cleanup(move || handle.clear());
        }
    });
}
