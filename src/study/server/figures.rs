//! Figures of the learner's reviews: pure rules, and the page of progress.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};

use super::schedule::{day_start, today};
use super::store::{self, figures as rows};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::time::Clock;
use crate::study::{CalibrationLine, Confidence, StudyDay, StudyProgress};

/// Days of the charts.
const DAYS: i64 = 30;

/// Days that are looked at for the streak.
const STREAK_DAYS: i64 = 400;

/// Days of which one can be missed without ending a streak.
const FORGIVING: i64 = 7;

/// Days of answers in the calibration.
const CALIBRATION_DAYS: i64 = 90;

/// Returns the length of the streak in days with reviews, and the missed days in it. A missed day
/// is forgiven if no other of the seven days before and after it is missed. Today does not count as
/// missed while it lasts.
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

/// The share in percent, rounded. None without any answers.
pub fn percent(correct: i64, of: i64) -> Option<i64> {
    (of > 0).then(|| (correct * 200 + of) / (of * 2))
}

/// Returns the page of progress.
pub async fn progress(conn: &mut Conn, user: UserId, clock: &Clock) -> AppResult<StudyProgress> {
    let today = today(clock);
    let limits = store::settings::limits(conn, user).await?;
    let days = rows::days(conn, user, today - TimeDelta::days(STREAK_DAYS)).await?;
    let with_reviews: BTreeSet<NaiveDate> = days.iter().map(|row| row.day).collect();
    let (streak, forgiven) = streak(&with_reviews, today);
    let first = today - TimeDelta::days(DAYS - 1);
    let recent = || days.iter().filter(move |row| row.day >= first);
    let total = |of: fn(&rows::StudyDayRow) -> i64| recent().map(of).sum::<i64>();
    let shown = (0..DAYS).map(|at| {
        let day = first + TimeDelta::days(at);
        let row = days.iter().find(|row| row.day == day);
        StudyDay {
            day: day.format("%-d %b").to_string(),
            reviews: row.map_or(0, |row| row.reviews),
            correct: row.map_or(0, |row| row.correct),
        }
    });
    let midnight = day_start(clock.zone, today);
    let length = usize::try_from(DAYS).unwrap_or_default();
    let overdue = store::queue::overdue(conn, user, midnight).await?.len();
    let mut ahead = store::queue::due_by_day(conn, user, clock, midnight, length).await?;
    if let Some(count) = ahead.first_mut() {
        *count += i64::try_from(overdue).unwrap_or_default();
    }
    let forecast = ahead.into_iter().zip(0..).map(|(count, at)| {
        let day = today + TimeDelta::days(at);
        (day.format("%-d %b").to_string(), count)
    });
    let since = clock.now - TimeDelta::days(CALIBRATION_DAYS);
    let calibration = rows::calibration(conn, user, since).await?;
    let calibration = Confidence::ALL.map(|confidence| {
        let of = calibration
            .iter()
            .find(|row| (row.confidence * 100.0 - f64::from(confidence.percent())).abs() < 0.5);
        CalibrationLine {
            confidence,
            answers: of.map_or(0, |row| row.answers),
            correct: of.map_or(0, |row| row.correct),
        }
    });
    let states = rows::states(conn, user).await?;
    let in_states = |names: &[&str]| {
        let of = states
            .iter()
            .filter(|(name, _)| names.contains(&name.as_str()));
        of.map(|(_, cards)| cards).sum()
    };
    Ok(StudyProgress {
        accuracy: percent(total(|row| row.correct), total(|row| row.reviews)),
        retention: percent(
            total(|row| row.retention_correct),
            total(|row| row.retention_reviews),
        ),
        desired_retention: (f64::from(limits.desired_retention) * 100.0).round() as i64,
        days: shown.collect(),
        forecast: forecast.collect(),
        streak,
        forgiven,
        calibration: calibration.to_vec(),
        new: in_states(&["new"]),
        learning: in_states(&["learning", "relearning"]),
        review: in_states(&["review"]),
    })
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

    #[test]
    fn shares_are_rounded() {
        assert_eq!(percent(1, 3), Some(33));
        assert_eq!(percent(2, 3), Some(67));
        assert_eq!(percent(0, 0), None);
    }
}
