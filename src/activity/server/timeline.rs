//! Lists all that a learner did in a course, for tutors. Conversations with the AI tutor are
//! private: the list says that a question was asked, and about which topic.

use chrono::{DateTime, Utc};

use super::roster::JudgedLearner;
use super::store::{self, Sought, TimelineRow};
use crate::activity::{TimelineEntry, TimelineKind, TimelinePage, minutes_text};
use crate::paths::learner_questions_path;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::CourseId;
use crate::platform::time::Clock;

/// Entries of one page.
const ENTRIES: usize = 40;

pub async fn page(
    conn: &mut Conn,
    (course, course_slug): (CourseId, String),
    username: &str,
    before: &str,
    clock: &Clock,
) -> AppResult<TimelinePage> {
    let course_title = crate::course::server::store::title(conn, course).await?;
    let user = store::learner_named(conn, course, username)
        .await?
        .ok_or_else(no_learner)?;
    let found = store::figures(conn, course, Sought::One(user), clock.now).await?;
    let learner = found.into_iter().next().ok_or_else(no_learner)?;
    let learner = JudgedLearner::of(learner, clock);
    let place = place(before)?;
    let is_newest = place.is_none();
    let limit = i64::try_from(ENTRIES + 1).unwrap_or(i64::MAX);
    let mut rows = store::timeline(conn, course, user, place, limit).await?;
    let has_older = rows.len() > ENTRIES;
    rows.truncate(ENTRIES);
    let older = rows
        .last()
        .filter(|_| has_older)
        .map(|row| format!("{}.{}", row.at.timestamp_micros(), row.key));
    Ok(TimelinePage {
        entries: rows
            .into_iter()
            .filter_map(|row| entry(row, &course_slug, clock))
            .collect(),
        course_slug,
        course_title,
        username: learner.row.username,
        name: learner.row.display_name,
        status: learner.status,
        reason: learner.reason,
        older,
        is_newest,
    })
}

fn no_learner() -> AppError {
    AppError::NotFound("There is no learner with this name in the course.".to_owned())
}

/// Reads where a page begins: microseconds and the key of the entry before. None for the newest
/// page.
fn place(before: &str) -> AppResult<Option<(DateTime<Utc>, String)>> {
    if before.is_empty() {
        return Ok(None);
    }
    let read = before.split_once('.').and_then(|(micros, key)| {
        let at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
        // PostgreSQL has no later times than this one.
        (at.timestamp() < 9_000_000_000 && at.timestamp() > 0 && key.len() < 100)
            .then(|| (at, key.to_owned()))
    });
    match read {
        Some(place) => Ok(Some(place)),
        None => Err(AppError::NotFound(
            "There is no such part of the timeline.".to_owned(),
        )),
    }
}

fn entry(row: TimelineRow, course: &str, clock: &Clock) -> Option<TimelineEntry> {
    let kind = TimelineKind::parse(&row.kind)?;
    Some(TimelineEntry {
        said: said(kind, &row),
        href: href(kind, &row, course),
        when: (clock.date_time(row.at), row.at.to_rfc3339()),
        day: clock.date(row.at),
        about: row.about,
        kind,
    })
}

fn said(kind: TimelineKind, row: &TimelineRow) -> String {
    let percent = row
        .number
        .map(|score| format!(" with {score}%"))
        .unwrap_or_default();
    let detail = &row.detail;
    match (kind, row.other) {
        (TimelineKind::Enrolled, _) => "Enrolled in the course".to_owned(),
        (TimelineKind::Study, topics) => study(row.number.unwrap_or(0), topics, detail),
        (TimelineKind::Quiz, 1) => format!("Passed quiz {detail}{percent}"),
        (TimelineKind::Quiz, 2) => format!("Failed quiz {detail}{percent}"),
        (TimelineKind::Quiz, _) => format!("Ran out of time in quiz {detail}"),
        (TimelineKind::Exam, 1) => format!("Passed the exam{percent}"),
        (TimelineKind::Exam, _) => format!("Ended the exam{percent}"),
        (TimelineKind::Work, 1) => format!("Handed in an exercise{}", marked(row.number)),
        (TimelineKind::Work, number) => {
            format!(
                "Handed in version {number} of an exercise{}",
                marked(row.number)
            )
        }
        (TimelineKind::Question, 0) => "Asked the AI tutor about a topic".to_owned(),
        (TimelineKind::Question, _) => "Asked a person about a topic".to_owned(),
        (TimelineKind::ColdCall, 1) => "Answered a cold call".to_owned(),
        (TimelineKind::ColdCall, _) => "Replied in a cold call".to_owned(),
        (TimelineKind::Message, _) => "Got a message from a tutor".to_owned(),
    }
}

fn marked(score: Option<i32>) -> String {
    score
        .map(|score| format!(", marked with {score}%"))
        .unwrap_or_default()
}

/// Describes the study of a day: "Studied 25 min, opened 3 topics, marked 1 as done".
fn study(seconds: i32, topics: i32, done: &str) -> String {
    let mut parts = Vec::new();
    let minutes = i64::from(seconds / 60);
    parts.push(match minutes {
        0 => "Studied for a moment".to_owned(),
        minutes => format!("Studied {}", minutes_text(minutes)),
    });
    match topics {
        0 => {}
        1 => parts.push("opened 1 topic".to_owned()),
        topics => parts.push(format!("opened {topics} topics")),
    }
    if done != "0" {
        parts.push(format!("marked {done} as done"));
    }
    parts.join(", ")
}

fn href(kind: TimelineKind, row: &TimelineRow, course: &str) -> String {
    let detail = &row.detail;
    match (kind, row.other) {
        (TimelineKind::Exam, _) => format!("/teach/{course}/exams/{detail}"),
        (TimelineKind::Work, _) => format!("/marking/{detail}"),
        (TimelineKind::Question, 1) => learner_questions_path(course),
        (TimelineKind::ColdCall, _) => format!("/teach/{course}/cold-calls/{detail}/answers"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_study_is_told_in_one_line() {
        assert_eq!(study(30, 0, "0"), "Studied for a moment");
        assert_eq!(study(90, 1, "0"), "Studied 1 min, opened 1 topic");
        assert_eq!(
            study(4_000, 3, "2"),
            "Studied 1 h 6 min, opened 3 topics, marked 2 as done"
        );
    }

    #[test]
    fn a_place_is_read_or_refused() {
        assert_eq!(place("").unwrap(), None);
        let (at, key) = place("1750000000000001.quiz-x").unwrap().unwrap();
        assert_eq!(at.timestamp_micros(), 1_750_000_000_000_001);
        assert_eq!(key, "quiz-x");
        for wrong in [
            "x",
            "1",
            "x.y",
            "99999999999999999999.y",
            "9223372036854775807.y",
        ] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }
}
