//! Reads the forms of a session and of its attendance.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Duration, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::cohort::LINK_CHARACTERS;
use crate::cohort::teach::sessions::{
    Attendance, LEAST_MINUTES, MOST_MINUTES, MOST_WEEKS, NOTES_CHARACTERS, SESSION_CHARACTERS,
    SessionFields, SheetLine,
};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::MemberId;
use crate::platform::markdown::{self, TargetKind};
use crate::platform::{figures, names};

/// A session as a form describes it.
#[derive(Debug)]
pub struct SessionDraft {
    pub title: String,
    pub starts_at: DateTime<Utc>,
    pub minutes: i32,
    /// Number of weekly sessions.
    pub weeks: i32,
    /// Empty, or a URL with https.
    pub link: String,
    pub place: String,
    pub notes: String,
    pub notes_html: String,
}

/// Reads the fields, or names all that are wrong. Times are in the zone.
pub fn session(fields: &SessionFields, zone: Tz) -> AppResult<SessionDraft> {
    let mut problems = Vec::new();
    let mut problem = |field: &str, why: String| problems.push((field.to_owned(), why));
    let (title, place) = (names::tidy(&fields.title), names::tidy(&fields.place));
    if title.is_empty() {
        problem("title", "Enter a title, such as “Office hour”.".to_owned());
    }
    for (field, text, most) in [
        ("title", &title, SESSION_CHARACTERS),
        ("place", &place, SESSION_CHARACTERS),
        ("notes", &fields.notes, NOTES_CHARACTERS),
    ] {
        if text.chars().count() > most as usize {
            problem(field, figures::use_at_most(most));
        }
    }
    let starts_at = time(&fields.starts_at, zone).map_err(|why| problem("starts_at", why));
    let minutes = number(&fields.minutes, LEAST_MINUTES, MOST_MINUTES);
    if minutes.is_none() {
        let why = format!("Enter a length from {LEAST_MINUTES} to {MOST_MINUTES} minutes.");
        problem("minutes", why);
    }
    let weeks = match fields.weeks.trim() {
        "" => Some(1),
        typed => number(typed, 1, MOST_WEEKS),
    };
    if weeks.is_none() {
        let why = format!("Enter a number of sessions from 1 to {MOST_WEEKS}.");
        problem("weeks", why);
    }
    let link = link(&fields.link).map_err(|why| problem("link", why));
    match (starts_at, minutes, weeks, link) {
        (Ok(starts_at), Some(minutes), Some(weeks), Ok(link)) if problems.is_empty() => {
            Ok(SessionDraft {
                title,
                starts_at,
                minutes,
                weeks,
                link,
                place,
                notes_html: markdown::render(&fields.notes, &|_: &str, _: TargetKind| None).html,
                notes: fields.notes.clone(),
            })
        }
        _ => Err(AppError::Invalid(problems)),
    }
}

fn number(typed: &str, least: i32, most: i32) -> Option<i32> {
    let number = typed.trim().parse().ok()?;
    (least..=most).contains(&number).then_some(number)
}

/// Parses the value of a field for a time, of this or the next centuries.
///
/// # Errors
///
/// A sentence that says what is wrong.
pub fn time(typed: &str, zone: Tz) -> Result<DateTime<Utc>, String> {
    let typed = typed.trim();
    let local = NaiveDateTime::parse_from_str(typed, "%Y-%m-%dT%H:%M")
        .or_else(|_| NaiveDateTime::parse_from_str(typed, "%Y-%m-%dT%H:%M:%S"))
        .ok()
        .filter(|time| (2000..2200).contains(&time.year()))
        .ok_or_else(|| "Enter a day and a time.".to_owned())?;
    zone.from_local_datetime(&local)
        .earliest()
        .map(|time| time.with_timezone(&Utc))
        .ok_or_else(|| {
            format!("There is no such time in {zone}, because the clocks are put forward.")
        })
}

/// Reads a join link. Empty is allowed.
fn link(typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(String::new());
    }
    let url = url::Url::parse(typed)
        .ok()
        .filter(|url| url.scheme() == "https" && url.has_host())
        .ok_or_else(|| "Enter a web address that begins with https://.".to_owned())?;
    // Written in ASCII, which may be longer than what was typed.
    let link = String::from(url);
    match link.chars().count() > LINK_CHARACTERS as usize {
        true => Err(figures::use_at_most(LINK_CHARACTERS)),
        false => Ok(link),
    }
}

/// Moves a time by whole local time, so that 18:00 stays 18:00 across a change of the clocks. A
/// time that is skipped becomes the same time an hour later.
pub fn moved(from: DateTime<Utc>, by: Duration, zone: Tz) -> DateTime<Utc> {
    let local = from.with_timezone(&zone).naive_local() + by;
    let at = |local: NaiveDateTime| zone.from_local_datetime(&local).earliest();
    at(local)
        .or_else(|| at(local + Duration::hours(1)))
        .map_or(from + by, |time| time.with_timezone(&Utc))
}

/// Reads the marks that differ from those that were stored when the page was loaded.
pub fn marks(
    marks: &HashMap<String, String>,
    was: &HashMap<String, String>,
) -> AppResult<Vec<(MemberId, Option<Attendance>)>> {
    let changed = marks
        .iter()
        .filter(|(member, mark)| was.get(*member).map_or("", String::as_str) != mark.as_str());
    let unknown = || AppError::field("", "Choose one of the marks for each member.");
    changed
        .map(|(member, mark)| {
            let member = SheetLine::member(member).ok_or_else(unknown)?;
            match (mark.as_str(), Attendance::parse(mark)) {
                ("", _) => Ok((member, None)),
                (_, Some(mark)) => Ok((member, Some(mark))),
                (_, None) => Err(unknown()),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> SessionFields {
        SessionFields {
            title: " Office\nhour ".to_owned(),
            starts_at: "2026-03-02T18:00".to_owned(),
            minutes: "60".to_owned(),
            weeks: String::new(),
            link: "https://meet.example/ä".to_owned(),
            place: String::new(),
            notes: "*Bring* a number".to_owned(),
        }
    }

    #[test]
    fn a_session_has_a_title_a_time_and_a_secure_link() {
        let zone = chrono_tz::Europe::Berlin;
        let draft = session(&fields(), zone).unwrap();
        assert_eq!((draft.title.as_str(), draft.weeks), ("Office hour", 1));
        assert_eq!(draft.link, "https://meet.example/%C3%A4");
        assert_eq!(draft.starts_at.to_rfc3339(), "2026-03-02T17:00:00+00:00");
        assert!(draft.notes_html.contains("<em>Bring</em>"));
        let wrong = |change: fn(&mut SessionFields), field: &str| {
            let mut fields = fields();
            change(&mut fields);
            let refused = session(&fields, zone).unwrap_err();
            assert!(refused.of_field(field).is_some(), "{field}");
        };
        wrong(|it| it.title = " ".into(), "title");
        wrong(|it| it.title = "x".repeat(201), "title");
        wrong(|it| it.starts_at = "soon".into(), "starts_at");
        wrong(|it| it.starts_at = "2026-03-29T02:30".into(), "starts_at");
        wrong(|it| it.starts_at = "9999-03-29T02:30".into(), "starts_at");
        wrong(|it| it.minutes = "4".into(), "minutes");
        wrong(|it| it.weeks = "53".into(), "weeks");
        wrong(|it| it.link = "http://meet.example".into(), "link");
        wrong(|it| it.link = "javascript:alert(1)".into(), "link");
        wrong(|it| it.notes = "x".repeat(20_001), "notes");
    }

    #[test]
    fn a_weekly_session_keeps_its_hour_when_the_clocks_change() {
        let zone = chrono_tz::Europe::Berlin;
        let first = time("2026-03-23T18:00", zone).unwrap();
        let next = moved(first, Duration::weeks(1), zone);
        assert_eq!(next, time("2026-03-30T18:00", zone).unwrap());
        let skipped = time("2026-03-22T02:30", zone).unwrap();
        let next = moved(skipped, Duration::weeks(1), zone);
        assert_eq!(next, time("2026-03-29T03:30", zone).unwrap());
    }

    #[test]
    fn only_marks_that_were_changed_are_stored() {
        let id = |n: u128| format!("m-{}", uuid::Uuid::from_u128(n));
        let map = |pairs: &[(u128, &str)]| {
            let pairs = pairs.iter().map(|(n, mark)| (id(*n), (*mark).to_owned()));
            pairs.collect::<HashMap<_, _>>()
        };
        let was = map(&[(1, "late"), (2, "")]);
        let read = marks(&map(&[(1, "late"), (2, "absent"), (3, "")]), &was);
        let two = MemberId(uuid::Uuid::from_u128(2));
        assert_eq!(read, Ok(vec![(two, Some(Attendance::Absent))]));
        assert!(marks(&map(&[(1, "asleep")]), &was).is_err());
    }
}
