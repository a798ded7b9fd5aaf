//! Stops asking a server that fails, so that nobody waits for it in vain.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row after which the server is left alone.
const FAILURES: u32 = 3;
/// Time for which it is left alone. Then one request tries it.
const PAUSE: Duration = Duration::from_secs(60);

#[derive(Default)]
pub struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    /// End of the pause.
    until: Option<Instant>,
}

impl Breaker {
    /// Returns true if a request would be sent.
    pub fn is_closed(&self, now: Instant) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.until.is_none_or(|until| now >= until)
    }

    /// Returns true if a request may be sent. After the pause, returns true to one caller, and to
    /// the next one only a pause later unless that request succeeds.
    pub fn admits(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                state.until = Some(now + PAUSE);
                true
            }
        }
    }

    pub fn report(&self, is_failure: bool, now: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_failure {
            *state = State::default();
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= FAILURES {
            state.until = Some(now + PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_in_a_row_pause_and_one_success_ends_the_pause() {
        let breaker = Breaker::default();
        let begin = Instant::now();
        for _ in 1..FAILURES {
            breaker.report(true, begin);
            assert!(breaker.admits(begin));
        }
        breaker.report(true, begin);
        assert!(!breaker.admits(begin));
        assert!(!breaker.is_closed(begin));
        let later = begin + PAUSE;
        assert!(breaker.is_closed(later) && breaker.is_closed(later));
        assert!(breaker.admits(later), "one request tries the server");
        assert!(!breaker.admits(later), "the others wait for its outcome");
        breaker.report(false, later);
        assert!(breaker.admits(later));
    }

    #[test]
    fn a_success_between_failures_counts() {
        let breaker = Breaker::default();
        let now = Instant::now();
        for is_failure in [true, true, false, true, true] {
            breaker.report(is_failure, now);
        }
        assert!(breaker.admits(now));
    }
}
