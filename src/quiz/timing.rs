//! The time limit of attempts and sittings. The caller passes the server's time.

use chrono::{DateTime, TimeDelta, Utc};

use super::AttemptStatus;

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

/// Returns the status and the end time of an attempt that ends now. The end is never after the time
/// limit.
pub fn outcome(
    score: i32,
    passing_score_percent: i32,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> (AttemptStatus, DateTime<Utc>) {
    let status = match score >= passing_score_percent {
        true => AttemptStatus::Passed,
        // The browser hands in when its clock has run down. Such an attempt has expired; the
        // learner did not hand it in.
        false if expires_at.is_some_and(|at| now > at) => AttemptStatus::Expired,
        false => AttemptStatus::Failed,
    };
    (status, expires_at.map_or(now, |at| now.min(at)))
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

        /// The end time is never after the limit, however late the attempt is noticed. Only an
        /// attempt that is not passed and is over time expires. A late attempt stays late.
        #[test]
        fn an_attempt_ends_at_its_time(
            score in 0i32..=100, passing in 1i32..=100, end in proptest::option::of(0i64..1000), now in 0i64..2000, later in 0i64..500,
        ) {
            let (end, now) = (end.map(at), at(now));
            let (status, ended) = outcome(score, passing, end, now);
            prop_assert!(ended <= now && end.is_none_or(|end| ended <= end));
            prop_assert_eq!(status == AttemptStatus::Passed, score >= passing);
            prop_assert_eq!(status == AttemptStatus::Expired, score < passing && end.is_some_and(|end| now > end));
            prop_assert!(status != AttemptStatus::InProgress);
            let still = now + TimeDelta::seconds(later);
            prop_assert!(!is_late(end, now) || (is_late(end, still) && ended == end.unwrap()));
            prop_assert!(end.is_some() || !is_late(end, now));
        }

        #[test]
        fn the_network_has_its_grace_and_no_more(end in 0i64..1000, over in 0i64..20) {
            prop_assert_eq!(is_late(Some(at(end)), at(end + over)), over > GRACE.num_seconds());
        }
    }
}
