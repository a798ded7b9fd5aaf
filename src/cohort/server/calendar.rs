//! The calendar of a cohort in the format of RFC 5545, for calendar programs. Its address holds a
//! secret of the member, because these programs do not sign in.

use axum::Router;
use axum::extract::{Extension, Path};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dates::{self, CohortDate};
use super::store::{self, Cohort};
use crate::cohort::MemberStatus;
use crate::course::server::shared;
use crate::course::server::store as courses;
use crate::platform::db::Conn;
use crate::platform::db::schema::{cohort_members, cohorts};
use crate::platform::error::AppResult;
use crate::platform::http::layers::plain;
use crate::platform::http::uploads::refusal;
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::{CohortId, CourseId, MemberId};

pub fn routes() -> Router<AppState> {
    Router::new().route("/calendars/{key}/cohort.ics", get(send))
}

/// Returns the address of the member's calendar.
pub async fn path(conn: &mut Conn, member: MemberId) -> QueryResult<String> {
    let key: String = cohort_members::table
        .find(member)
        .select(cohort_members::calendar_key)
        .first(conn)
        .await?;
    Ok(format!("/calendars/{key}/cohort.ics"))
}

async fn send(Extension(cx): Extension<Cx>, Path(key): Path<String>) -> Response {
    let found = cx.within(async move |conn| feed(conn, &key).await).await;
    match found {
        Ok(Some(calendar)) => (
            [
                (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
                (header::CACHE_CONTROL, "private, max-age=900"),
            ],
            calendar,
        )
            .into_response(),
        Ok(None) => plain(
            StatusCode::NOT_FOUND,
            "There is no calendar at this address.",
        ),
        Err(error) => refusal(&error),
    }
}

/// Returns the calendar of an active member of an active cohort.
async fn feed(conn: &mut Conn, key: &str) -> AppResult<Option<String>> {
    // No key is as long, and PostgreSQL stores no text with U+0000.
    if key.len() != 64 || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(None);
    }
    let member: Option<(MemberId, i32, CohortId, CourseId)> = cohort_members::table
        .inner_join(cohorts::table)
        .filter(cohort_members::calendar_key.eq(key))
        .filter(cohort_members::status.eq(MemberStatus::Active))
        .filter(cohorts::is_active)
        .select((
            cohort_members::member_id,
            cohort_members::batch_no,
            cohorts::cohort_id,
            cohorts::course_id,
        ))
        .first(conn)
        .await
        .optional()?;
    let Some((member, batch_no, cohort, course)) = member else {
        return Ok(None);
    };
    let Some(cohort) = store::cohort(conn, course, cohort).await? else {
        return Ok(None);
    };
    let (_, title) = courses::names(conn, course).await?;
    let named = format!("{} · {title}", cohort.title);
    let shared = shared::course(conn, course, None).await?;
    let dates = dates::dates(conn, &cohort, (batch_no, Some(member)), &shared, None).await?;
    let dates = dates.into_iter();
    let events: Vec<CalendarEvent> = dates
        .filter_map(|date| event(date, &cohort, &named))
        .collect();
    Ok(Some(calendar(&named, &events, Utc::now())))
}

/// Returns the event of a date. None for an exam that can always be taken.
fn event(date: CohortDate, cohort: &Cohort, named: &str) -> Option<CalendarEvent> {
    let id = cohort.cohort_id;
    let of_day = |uid: String, summary: String, day: NaiveDate| CalendarEvent {
        uid,
        summary,
        when: EventTime::Day(day),
        ..CalendarEvent::default()
    };
    Some(match date {
        CohortDate::FirstDay(day, _) => {
            of_day(format!("start-{id}"), format!("{named} starts"), day)
        }
        CohortDate::LastDay(day, _) => {
            of_day(format!("end-{id}"), format!("Last day of {named}"), day)
        }
        CohortDate::Module {
            number,
            title,
            opens_at,
        } => {
            let day = opens_at.with_timezone(&cohort.clock().zone).date_naive();
            let summary = format!("“{title}” opens · {named}");
            of_day(format!("module-{number}-{id}"), summary, day)
        }
        CohortDate::Exam {
            exam,
            title,
            window,
        } => {
            let from = window.opens_at.or(window.closes_at)?;
            CalendarEvent {
                uid: format!("exam-{exam}-{id}"),
                summary: format!("Exam “{title}” · {named}"),
                when: EventTime::Span(from, window.closes_at.unwrap_or(from)),
                ..CalendarEvent::default()
            }
        }
        CohortDate::Exercise(due) => CalendarEvent {
            uid: format!("exercise-{}-{id}", due.exercise_id),
            summary: format!("Exercise “{}” is due · {named}", due.title),
            when: EventTime::Span(due.due_at, due.due_at),
            ..CalendarEvent::default()
        },
        CohortDate::ColdCall {
            prompt,
            topic,
            number,
            at,
            opens,
        } => {
            let happens = if opens { "opens" } else { "closes" };
            CalendarEvent {
                uid: format!("cold-call-{happens}-{prompt}-{id}"),
                summary: format!(
                    "{} · {named}",
                    dates::cold_call_words(&topic, number, opens)
                ),
                when: EventTime::Span(at, at),
                ..CalendarEvent::default()
            }
        }
        CohortDate::Session(session) => CalendarEvent {
            uid: format!("session-{}", session.session_id),
            summary: format!("{} · {named}", session.title),
            when: EventTime::Span(session.starts_at, session.ends_at),
            place: session.place,
            is_canceled: session.is_canceled,
        },
    })
}

#[derive(Default)]
struct CalendarEvent {
    /// Stays the same while the event changes.
    uid: String,
    summary: String,
    when: EventTime,
    place: String,
    is_canceled: bool,
}

enum EventTime {
    Day(NaiveDate),
    Span(DateTime<Utc>, DateTime<Utc>),
}

impl Default for EventTime {
    fn default() -> Self {
        Self::Day(NaiveDate::default())
    }
}

/// Writes a calendar of RFC 5545.
fn calendar(name: &str, events: &[CalendarEvent], now: DateTime<Utc>) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| push_line(&mut text, &format!("{name}:{value}"));
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    line("PRODID", "-//Lyceum//Cohorts//EN");
    line("METHOD", "PUBLISH");
    line("NAME", &escaped(name));
    line("X-WR-CALNAME", &escaped(name));
    line("REFRESH-INTERVAL;VALUE=DURATION", "PT6H");
    for event in events {
        line("BEGIN", "VEVENT");
        line("UID", &format!("{}@lyceum", event.uid));
        line("DTSTAMP", &instant(now));
        match event.when {
            EventTime::Day(day) => {
                line("DTSTART;VALUE=DATE", &day.format("%Y%m%d").to_string());
                line("TRANSP", "TRANSPARENT");
            }
            EventTime::Span(from, to) => {
                line("DTSTART", &instant(from));
                if to > from {
                    line("DTEND", &instant(to));
                }
            }
        }
        line("SUMMARY", &escaped(&event.summary));
        if !event.place.is_empty() {
            line("LOCATION", &escaped(&event.place));
        }
        if event.is_canceled {
            line("STATUS", "CANCELLED");
        }
        line("END", "VEVENT");
    }
    line("END", "VCALENDAR");
    text
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// Adds a line, folded so that no part is longer than 75 bytes.
fn push_line(text: &mut String, line: &str) {
    const MOST: usize = 75;
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > MOST {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push(c);
        length += c.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_is_folded_and_escaped() {
        let summary = format!("A; b, c\\d\ne {}", "ä".repeat(60));
        let event = CalendarEvent {
            uid: "x".to_owned(),
            summary: summary.clone(),
            when: EventTime::Day("2026-03-01".parse().unwrap()),
            ..CalendarEvent::default()
        };
        let text = calendar("Name", &[event], DateTime::UNIX_EPOCH);
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains("DTSTART;VALUE=DATE:20260301\r\n"));
        let expected = format!("SUMMARY:A\\; b\\, c\\\\d\\ne {}", "ä".repeat(60));
        assert!(unfolded.contains(&expected), "{unfolded}");
    }
}
