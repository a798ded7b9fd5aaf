//! Days in a row on which a learner did something.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};

/// Days that are looked at for a streak.
pub const STREAK_DAYS: i64 = 400;

/// Days of which one can be missed without ending a streak.
const FORGIVING: i64 = 7;

/// Returns the length of the streak in days on which something was done, and the missed days in
/// it. A missed day is forgiven if no other of the seven days before and after it is missed. Today
/// does not count as missed while it lasts.
pub fn streak(days: &BTreeSet<NaiveDate>, today: NaiveDate) -> (u32, u32) {
    let mut day = match days.contains(&today) {
        true => today,
        false => today - TimeDelta::days(1),
    };
    let (mut length, mut forgiven) = (0, 0);
    let mut missed: Option<NaiveDate> = None;
    let mut pending = 0;
    loop {
        if days.contains(&day) {
            length += 1;
            forgiven += pending;
            pending = 0;
        } else if missed.is_some_and(|missed| (missed - day).num_days() < FORGIVING) || pending > 0
        {
            return (length, forgiven);
        } else {
            missed = Some(day);
            pending = 1;
        }
        day -= TimeDelta::days(1);
        if (today - day).num_days() > STREAK_DAYS {
            return (length, forgiven);
        }
    }
}

/// Says how long a streak is, and what it forgives.
pub fn said(streak: (u32, u32)) -> String {
    match streak {
        (0, _) => "none at present.".to_owned(),
        (1, _) => "1 day.".to_owned(),
        (days, 0) => format!("{days} days in a row."),
        (days, 1) => format!("{days} days, with one missed day forgiven."),
        (days, missed) => format!("{days} days, with {missed} missed days forgiven."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The day with this number before today.
    fn day(before: i64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 31).unwrap() - TimeDelta::days(before)
    }

    fn of(before: &[i64]) -> (u32, u32) {
        streak(&before.iter().map(|before| day(*before)).collect(), day(0))
    }

    #[test]
    fn a_streak_forgives_one_day_of_seven() {
        assert_eq!(of(&[]), (0, 0));
        assert_eq!(of(&[0, 1, 2]), (3, 0));
        // Today is not over.
        assert_eq!(of(&[1, 2]), (2, 0));
        assert_eq!(of(&[0, 1, 3, 4]), (4, 1));
        // Two missed days in a row, and two within a week.
        assert_eq!(of(&[0, 3, 4]), (1, 0));
        assert_eq!(of(&[0, 2, 4, 5]), (2, 1));
        assert_eq!(of(&[0, 1, 3, 4, 5, 6, 7, 8, 10, 11]), (10, 2));
    }
}
