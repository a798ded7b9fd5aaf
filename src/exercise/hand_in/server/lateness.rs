//! Due dates and late rules.

use chrono::{DateTime, Utc};

use super::store::Assignment;
use crate::platform::time::Clock;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Days after the due date, and the percent that they take off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lateness {
    pub days: i32,
    pub percent: i32,
}

/// Lateness of work that is handed in now. A day that has begun counts. None if it is too late.
pub fn lateness(assignment: &Assignment, now: DateTime<Utc>) -> Option<Lateness> {
    let past = assignment
        .due_at
        .map_or(0, |due| (now - due).num_milliseconds());
    if past <= 0 {
        return Some(Lateness {
            days: 0,
            percent: 0,
        });
    }
    let days = i32::try_from((past + DAY_MS - 1) / DAY_MS).unwrap_or(i32::MAX);
    (days <= assignment.late_days).then(|| Lateness {
        days,
        percent: days.saturating_mul(assignment.late_percent).min(100),
    })
}

/// The due date and the late rule in sentences. Empty if there is no due date.
pub fn sentences(assignment: &Assignment, clock: &Clock) -> String {
    let Some(due) = assignment.due_at else {
        return String::new();
    };
    let due = format!("Due on {}.", clock.date_time(due));
    match (assignment.late_days, assignment.late_percent) {
        (0, _) => format!("{due} Late work is not accepted."),
        (days, 0) => format!("{due} Work up to {} late is accepted.", count(days)),
        (days, percent) => format!(
            "{due} Work up to {} late is accepted, with {percent}% off for each day.",
            count(days)
        ),
    }
}

/// How late work was, in a sentence. Empty if it was in time.
pub fn said(days: i32, percent: i32) -> String {
    match (days, percent) {
        (0, _) => String::new(),
        (days, 0) => format!("{} late.", count(days)),
        (days, percent) => format!("{} late, {percent}% off.", count(days)),
    }
}

fn count(days: i32) -> String {
    let plural = if days == 1 { "" } else { "s" };
    format!("{days} day{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(late_days: i32, late_percent: i32) -> Assignment {
        Assignment {
            is_active: true,
            due_at: "2026-03-10T12:00:00Z".parse().ok(),
            late_days,
            late_percent,
            rubric: serde_json::Value::Null,
            peer_reviews: 0,
            peers_are_named: false,
            peer_days: 7,
        }
    }

    fn at(time: &str) -> DateTime<Utc> {
        time.parse().unwrap()
    }

    #[test]
    fn each_day_that_has_begun_takes_its_percent() {
        let off = |days, percent, time: &str| {
            let found = lateness(&due(days, percent), at(time));
            found.map(|late| (late.days, late.percent))
        };
        assert_eq!(off(0, 0, "2026-03-10T12:00:00Z"), Some((0, 0)));
        assert_eq!(off(0, 0, "2026-03-10T12:00:00.001Z"), None);
        assert_eq!(off(2, 10, "2026-03-10T12:00:01Z"), Some((1, 10)));
        assert_eq!(off(2, 10, "2026-03-11T12:00:00Z"), Some((1, 10)));
        assert_eq!(off(2, 10, "2026-03-11T12:00:01Z"), Some((2, 20)));
        assert_eq!(off(2, 80, "2026-03-12T11:00:00Z"), Some((2, 100)));
        assert_eq!(off(2, 10, "2026-03-12T12:00:01Z"), None);
        let never = Assignment {
            due_at: None,
            ..due(0, 0)
        };
        assert!(lateness(&never, at("2036-01-01T00:00:00Z")).is_some());
    }

    #[test]
    fn the_rule_is_told_in_sentences() {
        let clock = Clock {
            zone: chrono_tz::Tz::UTC,
            now: at("2026-03-01T00:00:00Z"),
        };
        let told = |days, percent| sentences(&due(days, percent), &clock);
        assert_eq!(
            told(0, 5),
            "Due on 10 March 2026, 12:00. Late work is not accepted."
        );
        assert_eq!(
            told(1, 5),
            "Due on 10 March 2026, 12:00. Work up to 1 day late is accepted, with 5% off for each day."
        );
        assert_eq!(said(0, 0), "");
        assert_eq!(said(2, 20), "2 days late, 20% off.");
    }
}
