//! The dates of a cohort: its first and last day, modules, exams, exercises, cold calls and live
//! sessions. The list on the cohort's home and the calendar for calendar programs are made from
//! them.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::cold_calls::{self, DatedPrompt};
use super::sessions::{self, CalendarSession};
use super::store::{self, Cohort};
use crate::cohort::HomeDate;
use crate::course::server::shared::SharedCourse;
use crate::enrollment::server::opening::LearnerDates;
use crate::exam::server::store as exams;
use crate::exam::server::time_limit::Window;
use crate::exercise::hand_in::server::due::{self, DueExercise};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{ExamId, MemberId, PromptId};
use crate::platform::time::Clock;

/// Time ahead that the home's list covers.
const AHEAD: TimeDelta = TimeDelta::weeks(4);

/// A date of a cohort. Days are those of the cohort's time zone.
pub enum CohortDate {
    FirstDay(NaiveDate, DateTime<Utc>),
    /// The last day, and the instant at which it is over.
    LastDay(NaiveDate, DateTime<Utc>),
    Module {
        number: i32,
        title: String,
        opens_at: DateTime<Utc>,
    },
    Exam {
        exam: ExamId,
        title: String,
        window: Window,
    },
    /// Work on an exercise is due.
    Exercise(DueExercise),
    /// A cold call opens or closes. Its text is not here, because members read it once it is open.
    ColdCall {
        prompt: PromptId,
        /// Title of the topic.
        topic: String,
        /// Number within the topic.
        number: i32,
        at: DateTime<Utc>,
        opens: bool,
    },
    Session(CalendarSession),
}

/// Returns the dates for a member of a batch, or for the batch. Leaves out sessions that ended
/// before `since`.
pub async fn dates(
    conn: &mut Conn,
    cohort: &Cohort,
    (batch_no, member): (i32, Option<MemberId>),
    shared: &SharedCourse,
    since: Option<DateTime<Utc>>,
) -> AppResult<Vec<CohortDate>> {
    let mut dates = vec![CohortDate::FirstDay(cohort.start_date, cohort.starts_at)];
    let last = cohort.end_date.zip(cohort.ends_at);
    dates.extend(last.map(|(day, at)| CohortDate::LastDay(day, at)));
    let openings = store::openings(conn, cohort, Some(batch_no), member).await?;
    dates.extend(shared.modules.iter().filter_map(|module| {
        Some(CohortDate::Module {
            number: module.number,
            title: module.title.clone(),
            opens_at: *openings.get(&module.number)?,
        })
    }));
    if shared.has_exams {
        let exams = exams::exams(conn, cohort.course_id).await?;
        let offered = exams.into_iter().filter(exams::Exam::is_offered);
        let own = LearnerDates::of_member(conn, cohort.cohort_id, Some(batch_no), member).await?;
        dates.extend(offered.map(|exam| CohortDate::Exam {
            exam: exam.exam_id,
            window: exam.window.of_learner(exam.exam_id, exam.days, &own),
            title: exam.title,
        }));
    }
    let place = (cohort.cohort_id, batch_no, member);
    let exercises = due::exercises(conn, cohort.course_id, place).await?;
    dates.extend(exercises.into_iter().map(CohortDate::Exercise));
    if shared.topics().any(|(_, topic)| topic.has_cold_calls) {
        let prompts = cold_calls::dated(conn, cohort.course_id, place).await?;
        dates.extend(prompts.into_iter().flat_map(of_cold_call));
    }
    let sessions = sessions::calendar(conn, cohort.cohort_id, since).await?;
    dates.extend(sessions.into_iter().map(CohortDate::Session));
    Ok(dates)
}

fn of_cold_call(prompt: DatedPrompt) -> impl Iterator<Item = CohortDate> {
    let times = [(prompt.opens_at, true), (prompt.closes_at, false)];
    times.into_iter().filter_map(move |(at, opens)| {
        Some(CohortDate::ColdCall {
            prompt: prompt.prompt_id,
            topic: prompt.topic.clone(),
            number: prompt.number,
            at: at?,
            opens,
        })
    })
}

/// Returns the dates of the coming four weeks in order, in the reader's time zone. A session that
/// takes place now is among them.
pub fn ahead(dates: &[CohortDate], clock: &Clock) -> Vec<HomeDate> {
    let mut lines: Vec<(DateTime<Utc>, HomeDate)> =
        dates.iter().flat_map(|date| lines(date, clock)).collect();
    lines.retain(|(at, _)| *at < clock.now + AHEAD);
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// Returns what is still to come of a date, each with its time.
fn lines(date: &CohortDate, clock: &Clock) -> Vec<(DateTime<Utc>, HomeDate)> {
    let line = |at: DateTime<Utc>, when: String, said: String| {
        let when = (when, at.to_rfc3339());
        (at, HomeDate { when, said })
    };
    let at_time = |at: Option<DateTime<Utc>>, said: String| {
        at.filter(|at| *at > clock.now)
            .map(|at| line(at, time_words(at, clock), said))
    };
    match date {
        CohortDate::FirstDay(_, at) => {
            let first = at_time(Some(*at), "The cohort starts".to_owned());
            first.into_iter().collect()
        }
        CohortDate::LastDay(_, over) => {
            let at = *over - TimeDelta::seconds(1);
            let said = "Last day of the cohort".to_owned();
            match at > clock.now {
                true => vec![line(at, day_words(at, clock), said)],
                false => Vec::new(),
            }
        }
        CohortDate::Module {
            title, opens_at, ..
        } => {
            let module = at_time(Some(*opens_at), format!("“{title}” opens"));
            module.into_iter().collect()
        }
        CohortDate::Exam { title, window, .. } => {
            let opens = at_time(window.opens_at, format!("The exam “{title}” opens"));
            let closes = at_time(window.closes_at, format!("The exam “{title}” closes"));
            opens.into_iter().chain(closes).collect()
        }
        CohortDate::Exercise(due) => {
            let said = format!("The exercise “{}” is due", due.title);
            at_time(Some(due.due_at), said).into_iter().collect()
        }
        CohortDate::ColdCall {
            topic,
            number,
            at,
            opens,
            ..
        } => {
            let said = cold_call_words(topic, *number, *opens);
            at_time(Some(*at), said).into_iter().collect()
        }
        CohortDate::Session(session) if session.is_canceled || session.ends_at <= clock.now => {
            Vec::new()
        }
        CohortDate::Session(session) => {
            let (from, to) = (session.starts_at, session.ends_at);
            let when = format!(
                "{}, {}–{}",
                day_words(from, clock),
                clock.time(from),
                clock.time(to)
            );
            vec![line(from, when, session.title.clone())]
        }
    }
}

/// Formats as "Cold call 1 of “The mean” closes".
pub fn cold_call_words(topic: &str, number: i32, opens: bool) -> String {
    let happens = if opens { "opens" } else { "closes" };
    format!("Cold call {number} of “{topic}” {happens}")
}

/// Formats as "Mon 12 Jan".
fn day_words(at: DateTime<Utc>, clock: &Clock) -> String {
    let local = at.with_timezone(&clock.zone);
    local.format("%a %-d %b").to_string()
}

/// Formats as "Mon 12 Jan, 18:30", without the hour at the beginning of a day.
fn time_words(at: DateTime<Utc>, clock: &Clock) -> String {
    let day = day_words(at, clock);
    match at.with_timezone(&clock.zone).time() == NaiveTime::MIN {
        true => day,
        false => format!("{day}, {}", clock.time(at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ids::LiveSessionId;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn session(title: &str, starts_at: &str, is_canceled: bool) -> CohortDate {
        CohortDate::Session(CalendarSession {
            session_id: LiveSessionId(uuid::Uuid::nil()),
            title: title.to_owned(),
            starts_at: at(starts_at),
            ends_at: at(starts_at) + TimeDelta::hours(1),
            place: String::new(),
            is_canceled,
        })
    }

    fn module(title: &str, opens_at: &str) -> CohortDate {
        CohortDate::Module {
            number: 1,
            title: title.to_owned(),
            opens_at: at(opens_at),
        }
    }

    #[test]
    fn the_coming_four_weeks_are_listed_in_order_and_in_the_readers_zone() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let dates = [
            CohortDate::FirstDay(day("2026-03-01"), at("2026-02-28T18:30:00Z")),
            CohortDate::LastDay(day("2026-04-01"), at("2026-04-01T18:30:00Z")),
            module("Past", "2026-03-08T18:30:00Z"),
            module("Next", "2026-03-14T18:30:00Z"),
            module("Far", "2026-05-01T18:30:00Z"),
            CohortDate::Exam {
                exam: ExamId(uuid::Uuid::nil()),
                title: "Middle".to_owned(),
                window: Window {
                    opens_at: Some(at("2026-03-09T08:00:00Z")),
                    closes_at: Some(at("2026-03-20T20:00:00Z")),
                },
            },
            session("Clinic", "2026-03-12T22:00:00Z", false),
            session("Canceled", "2026-03-13T22:00:00Z", true),
            session("Now", "2026-03-10T11:30:00Z", false),
            session("Over", "2026-03-10T10:00:00Z", false),
        ];
        let told = |zone| {
            let now = at("2026-03-10T12:00:00Z");
            let lines = ahead(&dates, &Clock { zone, now });
            let lines = lines.into_iter();
            lines
                .map(|line| format!("{}: {}", line.when.0, line.said))
                .collect::<Vec<_>>()
        };
        let expected = [
            "Tue 10 Mar, 17:00–18:00: Now",
            "Fri 13 Mar, 03:30–04:30: Clinic",
            "Sun 15 Mar: “Next” opens",
            "Sat 21 Mar, 01:30: The exam “Middle” closes",
            "Wed 1 Apr: Last day of the cohort",
        ];
        assert_eq!(told(chrono_tz::Asia::Kolkata), expected);
        let in_utc = told(chrono_tz::Tz::UTC);
        assert_eq!(in_utc[1], "Thu 12 Mar, 22:00–23:00: Clinic");
        assert_eq!(in_utc[2], "Sat 14 Mar, 18:30: “Next” opens");
    }
}
