//! A learner's time by week: the sums, and a chart of them.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};
use uuid::Uuid;

use super::store::DayRow;
use crate::activity::{ActivityWeek, minutes_text};
use crate::platform::charts::{self, Bar};
use crate::platform::ui::Html;

/// Weeks of the chart, the present one included.
pub const WEEKS: u64 = 12;

/// Returns the Monday of the week of a day.
pub fn monday(day: NaiveDate) -> NaiveDate {
    let since = u64::from(day.weekday().num_days_from_monday());
    day.checked_sub_days(Days::new(since)).unwrap_or(day)
}

/// Returns the first day of the chart that ends with the week of `today`.
pub fn first_day(today: NaiveDate) -> NaiveDate {
    let this = monday(today);
    this.checked_sub_days(Days::new(7 * (WEEKS - 1)))
        .unwrap_or(this)
}

/// Returns the sums of the weeks up to that of `today`, newest first. Weeks without study are
/// included.
pub fn weeks(days: &[DayRow], today: NaiveDate) -> Vec<ActivityWeek> {
    let first = first_day(today);
    let starts = (0..WEEKS).rev();
    starts
        .filter_map(|week| {
            let begins = first.checked_add_days(Days::new(7 * week))?;
            Some(sum(
                days.iter().filter(|row| monday(row.day) == begins),
                begins,
            ))
        })
        .collect()
}

fn sum<'a>(days: impl Iterator<Item = &'a DayRow>, begins: NaiveDate) -> ActivityWeek {
    let mut week = ActivityWeek {
        begins: begins.format("%-d %B %Y").to_string(),
        minutes: 0,
        topics: 0,
        done: 0,
        passed: 0,
        failed: 0,
        asked: 0,
        answered: 0,
    };
    let mut seconds = 0;
    let mut topics: BTreeSet<Uuid> = BTreeSet::new();
    for day in days {
        seconds += i64::from(day.seconds_active);
        week.done += i64::from(day.done);
        week.passed += i64::from(day.quizzes_passed);
        week.failed += i64::from(day.quizzes_failed);
        week.asked += i64::from(day.asked);
        week.answered += i64::from(day.answered);
        topics.extend(&day.opened_topics);
    }
    week.minutes = seconds / 60;
    week.topics = topics.len();
    week
}

/// Draws the weeks, oldest first.
pub fn chart(weeks: &[ActivityWeek]) -> Html {
    let bars: Vec<Bar> = weeks
        .iter()
        .rev()
        .map(|week| Bar {
            // The year is told in words only.
            short: short_month(week.begins.rsplit_once(' ').map_or("", |(short, _)| short)),
            said: format!("Week of {}: {}", week.begins, minutes_text(week.minutes)),
            value: week.minutes,
            is_marked: false,
        })
        .collect();
    charts::bars("Active time per week", &bars)
}

/// Shortens "12 January" to "12 Jan".
fn short_month(date: &str) -> String {
    match date.split_once(' ') {
        Some((day, month)) => format!("{day} {}", month.chars().take(3).collect::<String>()),
        None => date.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str, seconds_active: i32, topics: &[u128]) -> DayRow {
        DayRow {
            day: text.parse().unwrap(),
            seconds_active,
            done: 1,
            quizzes_passed: 0,
            quizzes_failed: 2,
            asked: 0,
            answered: 0,
            opened_topics: topics.iter().copied().map(Uuid::from_u128).collect(),
        }
    }

    #[test]
    fn days_are_summed_by_weeks_that_begin_on_mondays() {
        let today: NaiveDate = "2026-03-11".parse().unwrap();
        assert_eq!(first_day(today), "2025-12-22".parse().unwrap());
        let days = [
            day("2026-03-01", 60, &[1]),
            day("2026-03-09", 1_800, &[1, 2]),
            day("2026-03-11", 1_830, &[2, 3]),
        ];
        let weeks = weeks(&days, today);
        assert_eq!(weeks.len(), 12);
        let this = &weeks[0];
        assert_eq!(this.begins, "9 March 2026");
        assert_eq!(
            (this.minutes, this.topics, this.done, this.failed),
            (60, 3, 2, 4)
        );
        assert_eq!(
            (weeks[1].begins.as_str(), weeks[1].minutes),
            ("2 March 2026", 0)
        );
        assert_eq!((weeks[2].minutes, weeks[2].topics), (1, 1));
    }

    #[test]
    fn the_chart_tells_each_value_in_words() {
        let today: NaiveDate = "2026-03-11".parse().unwrap();
        let days = [day("2026-03-11", 5_400, &[])];
        let Html(svg) = chart(&weeks(&days, today));
        assert_eq!(svg.matches("role=\"img\"").count(), 12);
        assert!(
            svg.contains("aria-label=\"Week of 9 March 2026: 1 h 30 min\""),
            "{svg}"
        );
        assert!(svg.contains("height=\"120\"") && svg.contains(">9 Mar<"));
        // Without any study, no bar has a height.
        let Html(empty) = chart(&weeks(&[], today));
        assert!(!empty.contains("height=\"120\""));
    }
}
