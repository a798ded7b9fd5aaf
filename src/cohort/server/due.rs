//! The list "Up next" of a cohort's home: exams, exercises and cold calls with a date, then
//! modules.

use chrono::{DateTime, TimeDelta, Utc};

use super::dates::CohortDate;
use crate::cohort::{DueLine, HomeColdCall};
use crate::enrollment::server::access::outline_of;
use crate::enrollment::server::progress::Progress;
use crate::enrollment::server::store::topic_records;
use crate::enrollment::{OutlineModule, TopicState, first_open, steps};
use crate::exam::server::store::{self as exams, UnsatExam};
use crate::exercise::hand_in::server::due::DueExercise;
use crate::exercise::peer_review::review_path;
use crate::exercise::peer_review::server::due::{self as peer_reviews, DueReview};
use crate::paths::exam_path;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, UserId};
use crate::platform::time::Clock;

/// Unfinished modules that the home lists.
const SHOWN_MODULES: usize = 4;
/// Time before the opening of an exam and the due date of an exercise from which it is listed.
const AHEAD: TimeDelta = TimeDelta::days(14);

/// Returns the next modules that have a day on which they open, for a member before the start.
pub fn announced(dates: &[CohortDate], clock: &Clock) -> Vec<DueLine> {
    let modules = dates.iter().filter_map(|date| match date {
        CohortDate::Module {
            title, opens_at, ..
        } => Some(DueLine {
            title: title.clone(),
            said: String::new(),
            lock: Some(format!("from {}", clock.day(*opens_at))),
            href: None,
        }),
        _ => None,
    });
    modules.take(SHOWN_MODULES).collect()
}

/// A cold call with the time at which it closes.
type TimedColdCall = (DateTime<Utc>, HomeColdCall);

/// Returns what the member has to do: exams, exercises and cold calls by their dates, then modules
/// in order. The course is given by id and slug.
pub async fn due(
    conn: &mut Conn,
    user: UserId,
    (course, slug): (CourseId, &str),
    (progress, cold_calls, dates): (&Progress, Vec<TimedColdCall>, &[CohortDate]),
    clock: &Clock,
) -> AppResult<Vec<DueLine>> {
    let mut dated: Vec<(Option<DateTime<Utc>>, DueLine)> = cold_calls
        .into_iter()
        .map(|(at, call)| (Some(at), due_call(call)))
        .collect();
    if progress.shared.has_exams {
        let exams = exams::unsat(conn, user, course, clock.now, clock.now + AHEAD).await?;
        dated.extend(exams.into_iter().map(|exam| due_exam(exam, slug, clock)));
    }
    let exercises = dates.iter().filter_map(|date| match date {
        CohortDate::Exercise(exercise) => Some(exercise),
        _ => None,
    });
    let is_due = |exercise: &&DueExercise| {
        let lock = progress.lock_of_topic(exercise.module_no, exercise.topic_number);
        let is_soon = exercise.due_at <= clock.now + AHEAD && exercise.closes_at > clock.now;
        is_soon && !exercise.is_handed_in && lock.is_none()
    };
    let exercises = exercises.filter(is_due);
    dated.extend(exercises.map(|exercise| due_exercise(exercise, clock)));
    let reviews = peer_reviews::reviews(conn, user, course).await?;
    dated.extend(reviews.into_iter().map(|review| due_review(review, clock)));
    // An exam that never closes comes last.
    dated.sort_by_key(|(at, _)| (at.is_none(), *at));
    let records = topic_records(conn, user, &progress.shared.topic_ids()).await?;
    let outline = outline_of(progress, &records, clock);
    let is_open = |module: &&OutlineModule| {
        let is_passed = |state: TopicState| state == TopicState::Done;
        module.done() < module.topics.len()
            || !module.quizzes.iter().all(|quiz| is_passed(quiz.state))
    };
    let modules = outline.iter().filter(is_open).take(SHOWN_MODULES);
    let modules = modules.map(|module| due_module(module, slug));
    Ok(dated
        .into_iter()
        .map(|(_, line)| line)
        .chain(modules)
        .collect())
}

fn due_call(call: HomeColdCall) -> DueLine {
    let closes = call.closes.map(|(words, _)| format!("closes on {words}"));
    DueLine {
        title: format!("Cold call of “{}”", call.topic),
        said: closes.unwrap_or_default(),
        lock: None,
        href: Some(call.href),
    }
}

/// Returns the line of an exam with the next of its times.
fn due_exam(exam: UnsatExam, slug: &str, clock: &Clock) -> (Option<DateTime<Utc>>, DueLine) {
    let opens = exam.opens_at.filter(|at| *at > clock.now);
    let said = match (opens, exam.closes_at) {
        (None, None) => "open".to_owned(),
        (None, Some(closes)) => format!("closes on {}", clock.date_time(closes)),
        (Some(opens), None) => format!("opens on {}", clock.date_time(opens)),
        (Some(opens), Some(closes)) => format!(
            "opens on {}, closes on {}",
            clock.date_time(opens),
            clock.date_time(closes)
        ),
    };
    let line = DueLine {
        title: format!("Exam “{}”", exam.title),
        said,
        lock: None,
        href: Some(exam_path(slug, exam.exam_id)),
    };
    (opens.or(exam.closes_at), line)
}

fn due_exercise(exercise: &DueExercise, clock: &Clock) -> (Option<DateTime<Utc>>, DueLine) {
    let line = DueLine {
        title: format!("Exercise “{}”", exercise.title),
        said: match exercise.due_at > clock.now {
            true => format!("due on {}", clock.date_time(exercise.due_at)),
            false => format!(
                "was due on {}, late work is accepted until {}",
                clock.date_time(exercise.due_at),
                clock.date_time(exercise.closes_at)
            ),
        },
        lock: None,
        href: Some(exercise.path.clone()),
    };
    (Some(exercise.due_at), line)
}

fn due_review(review: DueReview, clock: &Clock) -> (Option<DateTime<Utc>>, DueLine) {
    let until = review
        .until
        .map(|until| format!("until {}", clock.date_time(until)));
    let line = DueLine {
        title: format!("Review of work on “{}”", review.exercise),
        said: until.unwrap_or_default(),
        lock: None,
        href: Some(review_path(review.review_id)),
    };
    (review.until, line)
}

fn due_module(module: &OutlineModule, slug: &str) -> DueLine {
    let next = first_open(steps(std::slice::from_ref(module), slug));
    let (done, all) = (module.done(), module.topics.len());
    let lock = <[_]>::first(&module.topics).and_then(|topic| topic.lock.clone());
    DueLine {
        title: module.title.clone(),
        said: format!("{done} of {all} topics done"),
        href: next.filter(|_| lock.is_none()).map(|step| step.link.href),
        lock,
    }
}
