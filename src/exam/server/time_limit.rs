//! Rules of time: when an exam may start, when a sitting ends, when results appear. Callers pass
//! the server's time as `now`.

use chrono::{DateTime, TimeDelta, Utc};

use super::store::CohortDays;
use crate::enrollment::server::opening::{CohortStart, LearnerDates};
use crate::exam::{ExamConfig, Review};
use crate::platform::ids::ExamId;

/// Period in which an exam may be started. None leaves that side open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    pub opens_at: Option<DateTime<Utc>>,
    pub closes_at: Option<DateTime<Utc>>,
}

impl Window {
    /// Returns the window that a learner has: by own times, by the times of everybody, or by the
    /// days after the cohort's start.
    pub fn of_learner(self, exam: ExamId, days: CohortDays, dates: &LearnerDates) -> Self {
        let own = dates.of_exam(exam);
        let window = Self {
            opens_at: own.opens_at.or(self.opens_at),
            closes_at: own.closes_at.or(self.closes_at),
        };
        window.or_days(days, dates.start)
    }

    /// Fills what has no time with the days after a cohort's start.
    fn or_days(self, days: CohortDays, start: Option<CohortStart>) -> Self {
        let opens = || start?.day_after(days.opens?);
        let closes = || start?.end_of_day_after(days.closes?);
        Self {
            opens_at: self.opens_at.or_else(opens),
            closes_at: self.closes_at.or_else(closes),
        }
    }
}

/// Reason why no sitting may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotStart {
    /// The exam was unpublished or retired.
    Withdrawn,
    NotYet(DateTime<Utc>),
    Over(DateTime<Utc>),
    /// All attempts are used; holds the number of attempts allowed.
    NoSittingLeft(i64),
}

/// Returns why no sitting may start at `now`. The window is checked first: another attempt would
/// not help a learner while the exam is closed.
pub fn closed(
    window: Window,
    sittings_allowed: Option<i64>,
    sittings_used: i64,
    now: DateTime<Utc>,
) -> Option<CannotStart> {
    match (window.opens_at, window.closes_at, sittings_allowed) {
        (Some(at), ..) if now < at => Some(CannotStart::NotYet(at)),
        (_, Some(at), _) if now >= at => Some(CannotStart::Over(at)),
        (.., Some(allowed)) if sittings_used >= allowed => {
            Some(CannotStart::NoSittingLeft(allowed))
        }
        _ => None,
    }
}

/// Time limit of one sitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeAllowed {
    pub seconds: i64,
    /// Extra time of this learner, in seconds.
    pub extra_seconds: i64,
    pub closes_at: Option<DateTime<Utc>>,
}

/// Returns the end of a sitting: the time limit, cut at the exam's close, plus the extra time.
/// Extra time runs past the close; otherwise a learner who starts late would gain nothing by it.
pub fn deadline(started_at: DateTime<Utc>, allowed: TimeAllowed) -> DateTime<Utc> {
    let end = started_at + TimeDelta::seconds(allowed.seconds);
    let end = allowed
        .closes_at
        .map_or(end, |closes_at| end.min(closes_at));
    end + TimeDelta::seconds(allowed.extra_seconds)
}

/// Returns which part of an ended sitting the learner may see now, and when more appears. With
/// `review_after_close`, results wait until the last learner's time is over (`running_until`).
/// Otherwise a learner who is still sitting could learn the answers from others.
pub fn review(
    config: &ExamConfig,
    window: Window,
    running_until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> (Review, Option<DateTime<Utc>>) {
    match window
        .closes_at
        .map(|at| running_until.map_or(at, |until| until.max(at)))
    {
        Some(over_at) if config.review_after_close && now < over_at => {
            (Review::Nothing, Some(over_at))
        }
        _ => (config.review, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question_bank::server::answering::timing::{is_late, seconds_left, with_extra};
    use proptest::prelude::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn window() -> impl Strategy<Value = Window> {
        (
            proptest::option::of(0i64..500),
            proptest::option::of(500i64..1000),
        )
            .prop_map(|(opens, closes)| Window {
                opens_at: opens.map(at),
                closes_at: closes.map(at),
            })
    }

    #[test]
    fn a_window_is_half_open() {
        let window = Window {
            opens_at: Some(at(10)),
            closes_at: Some(at(20)),
        };
        let closed = |now, sittings_used| closed(window, Some(2), sittings_used, at(now));
        assert_eq!(closed(9, 0), Some(CannotStart::NotYet(at(10))));
        assert_eq!((closed(10, 0), closed(19, 1)), (None, None));
        assert_eq!(closed(19, 2), Some(CannotStart::NoSittingLeft(2)));
        assert_eq!(closed(20, 2), Some(CannotStart::Over(at(20))));
    }

    #[test]
    fn results_wait_for_the_end_of_the_exam_where_they_should() {
        let config = |review_after_close| ExamConfig {
            version: 1,
            shuffle_questions: false,
            shuffle_options: false,
            one_at_a_time: false,
            partial_credit: false,
            review: Review::Answers,
            review_after_close,
            adaptive: None,
        };
        let window = Window {
            opens_at: None,
            closes_at: Some(at(100)),
        };
        let seen =
            |wait, until: Option<i64>, now| review(&config(wait), window, until.map(at), at(now));
        assert_eq!(seen(true, None, 99), (Review::Nothing, Some(at(100))));
        assert_eq!(seen(true, None, 100), (Review::Answers, None));
        assert_eq!(seen(true, Some(90), 100), (Review::Answers, None));
        assert_eq!(seen(true, Some(130), 129), (Review::Nothing, Some(at(130))));
        assert_eq!(seen(true, Some(130), 130), (Review::Answers, None));
        assert_eq!(seen(false, Some(130), 0), (Review::Answers, None));
    }

    #[test]
    fn days_after_the_start_count_where_no_time_is_set() {
        let start = CohortStart {
            day: "2026-03-02".parse().unwrap(),
            zone: chrono_tz::Asia::Kolkata,
        };
        let days = CohortDays {
            opens: Some(7),
            closes: Some(7),
        };
        let window = Window::default().or_days(days, Some(start));
        let text = |at: Option<DateTime<Utc>>| at.map(|at| at.to_rfc3339());
        let expected = |text: &str| Some(text.to_owned());
        assert_eq!(text(window.opens_at), expected("2026-03-08T18:30:00+00:00"));
        assert_eq!(
            text(window.closes_at),
            expected("2026-03-09T18:30:00+00:00")
        );
        let fixed = Window {
            closes_at: Some(at(20)),
            ..Window::default()
        };
        assert_eq!(fixed.or_days(days, Some(start)).closes_at, Some(at(20)));
        assert_eq!(Window::default().or_days(days, None), Window::default());
    }

    proptest! {
        /// No sitting lasts longer than the time limit with extra time. It ends at most that extra
        /// time after the window. A learner who may start always has some time.
        #[test]
        fn no_time_is_gained(window in window(), now in 0i64..1100, duration in 60i64..600, extra in 0i32..300) {
            let (now, with_extra) = (at(now), with_extra(duration, extra));
            let extra_seconds = with_extra - duration;
            prop_assert!(extra_seconds >= 0);
            let allowed = TimeAllowed { seconds: duration, extra_seconds, closes_at: window.closes_at };
            let end = deadline(now, allowed);
            prop_assert!(end - now <= TimeDelta::seconds(with_extra));
            let beyond = TimeDelta::seconds(extra_seconds);
            prop_assert!(window.closes_at.is_none_or(|closes_at| end <= closes_at + beyond));
            let others = deadline(now, TimeAllowed { extra_seconds: 0, ..allowed });
            prop_assert_eq!(end - others, beyond, "extra time is worth the same to everybody who has it");
            if closed(window, None, 0, now).is_none() {
                prop_assert!(end > now && !is_late(Some(end), now) && seconds_left(end, now) <= with_extra);
            }
        }
    }
}
