//! Figures of the learner's reviews: pure rules, and the page of progress.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};

use super::schedule::{day_start, today};
use super::store::{self, figures as rows};
use crate::activity::server::streak::{STREAK_DAYS, streak};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::time::Clock;
use crate::study::{CalibrationLine, Confidence, StudyDay, StudyProgress};

/// Days of the charts.
const DAYS: i64 = 30;

/// Days of answers in the calibration.
const CALIBRATION_DAYS: i64 = 90;

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

    #[test]
    fn shares_are_rounded() {
        assert_eq!(percent(1, 3), Some(33));
        assert_eq!(percent(2, 3), Some(67));
        assert_eq!(percent(0, 0), None);
    }
}
