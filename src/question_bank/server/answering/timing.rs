//! The time limit of attempts and sittings. The caller passes the server's time.

use chrono::{DateTime, TimeDelta, Utc};

/// Time after the limit in which answers are still accepted, to allow for a slow network.
pub const GRACE: TimeDelta = TimeDelta::seconds(5);

/// Adds a learner's extra time, in percent, to a time limit in seconds.
pub fn with_extra(seconds: i64, extra_percent: i32) -> i64 {
    seconds + seconds * i64::from(extra_percent) / 100
}

/// Whether the time limit and the grace period are over. False without a limit.
pub fn is_late(expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    expires_at.is_some_and(|at| now > at + GRACE)
}

/// Returns the end of an attempt that ends now, which is never after the time limit.
pub fn ended_at(expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    expires_at.map_or(now, |at| now.min(at))
}

/// Returns the end of the time if a page handed in because its clock had run down (`by_clock`), but
/// a tutor has given more time meanwhile. The attempt then goes on.
pub fn goes_on_until(
    expires_at: Option<DateTime<Utc>>,
    by_clock: bool,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    expires_at.filter(|&at| by_clock && now < at)
}

/// Returns the time of the job that ends an attempt after its time, even if nobody opens the page.
pub fn end_job_at(expires_at: DateTime<Utc>) -> DateTime<Utc> {
    expires_at + GRACE + TimeDelta::seconds(1)
}

pub fn seconds_left(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (expires_at - now).num_seconds().max(0)
}

/// Formats a duration, such as "2 min 30 s".
pub fn time_words(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    proptest! {
        #[test]
        fn more_time_is_never_less(seconds in 1i64..10_000, extra in 0i32..1000, more in 0i32..1000) {
            prop_assert!(with_extra(seconds, 0) == seconds);
            prop_assert!(with_extra(seconds, extra) <= with_extra(seconds, extra + more));
        }

        #[test]
        fn the_network_has_its_grace_and_no_more(end in 0i64..1000, over in 0i64..20) {
            prop_assert_eq!(is_late(Some(at(end)), at(end + over)), over > GRACE.num_seconds());
        }
    }
}
