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

pub fn seconds_left(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (expires_at - now).num_seconds().max(0)
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
