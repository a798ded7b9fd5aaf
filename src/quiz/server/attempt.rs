//! The life of a quiz attempt, from its start to its grade. Times come from the server's clock.

use chrono::{DateTime, TimeDelta, Utc};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::store::{Attempt, AttemptSettings, QuizKey};
use super::{regrade, store};
use crate::activity::ActivityKind;
use crate::activity::server::record::ActivityEvent;
use crate::certificate::server::completion;
use crate::course::CourseTitle;
use crate::enrollment::server::access::not_enrolled;
use crate::enrollment::server::progress;
use crate::enrollment::server::progress::Progress;
use crate::enrollment::server::store as studying;
use crate::platform::db::{self, Conn};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{AttemptId, CourseId, QuizNumber, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::time::Clock;
use crate::question_bank::server::answering::save_answer::AnswerChange;
use crate::question_bank::server::answering::timing::GRACE;
use crate::question_bank::server::answering::{refusals, timing};
use crate::question_bank::server::freeze::freeze;
use crate::question_bank::server::grade::{self, QuestionSet};
use crate::question_bank::server::store::BankQuestion;
use crate::quiz::AttemptStatus;

fn no_quiz() -> AppError {
    AppError::NotFound("There is no quiz at this address.".to_owned())
}

pub fn no_attempt() -> AppError {
    refusals::not_yours("attempt")
}

/// A quiz that the learner may see, and everything that decides its state.
pub struct QuizContext {
    pub course_title: CourseTitle,
    /// Code of the course's certificate, once it is completed.
    pub certificate: Option<String>,
    pub key: QuizKey,
    pub progress: Progress,
    pub settings: AttemptSettings,
    /// All attempts of the learner at this quiz, newest first.
    pub attempts: Vec<store::AttemptOutcome>,
}

impl QuizContext {
    pub fn running(&self) -> Option<AttemptId> {
        self.attempts
            .iter()
            .find(|outcome| outcome.status == AttemptStatus::InProgress)
            .map(|outcome| outcome.attempt_id)
    }
}

/// Loads the quiz, and first ends an attempt whose time is over.
///
/// # Errors
///
/// `Denied` without an enrollment; `NotFound` if the quiz has neither questions nor attempts.
pub async fn load_context(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    number: QuizNumber,
    now: DateTime<Utc>,
) -> AppResult<QuizContext> {
    let studied = studying::studying(conn, user, course)
        .await?
        .ok_or_else(not_enrolled)?;
    let key = QuizKey {
        course: studied.course_id,
        number,
    };
    if let Some(late) = store::late_attempt(conn, user, key, now - GRACE).await? {
        end_if_late(conn, user, late, now).await?;
    }
    let progress = progress::refresh(conn, user, studied.course_id, now).await?;
    let attempts = store::attempts(conn, user, key).await?;
    if progress.quiz(number).is_none() && attempts.is_empty() {
        return Err(no_quiz());
    }
    Ok(QuizContext {
        course_title: CourseTitle::new(studied.title, studied.language),
        certificate: studied.certificate,
        key,
        progress,
        settings: store::settings(conn, user, studied.course_id).await?,
        attempts,
    })
}

/// Returns the reason why no attempt can be started, as a sentence. None if one can.
pub fn why_closed(found: &QuizContext, clock: &Clock) -> Option<String> {
    let Some(quiz) = found.progress.quiz(found.key.number) else {
        return Some("This quiz no longer has any questions.".to_owned());
    };
    if let Some(lock) = quiz.lock {
        return Some(progress::sentence(lock, clock));
    }
    if let Some(allowed) = found.settings.total_attempts_allowed()
        && quiz.attempts_used >= allowed
    {
        return Some(refusals::all_used("attempt", allowed));
    }
    let wait = TimeDelta::minutes(found.settings.retry_wait_minutes.unwrap_or(0).into());
    let last = found
        .attempts
        .iter()
        .find(|outcome| outcome.counts && outcome.status != AttemptStatus::Passed)
        .and_then(|outcome| outcome.completed_at);
    match last.map(|at| at + wait) {
        Some(again) if again > clock.now && !quiz.is_passed => Some(format!(
            "You can start the next attempt on {} ({}).",
            clock.date_time(again),
            clock.zone.name()
        )),
        _ => None,
    }
}

/// Starts an attempt, or returns the running one.
pub async fn start(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    number: QuizNumber,
    clock: &Clock,
) -> AppResult<AttemptId> {
    // Without this lock, two starts at the same time would both pass the check of the attempts
    // allowed.
    let QuizNumber { module_no, section } = number;
    db::lock(conn, &format!("quiz {user} {course} {module_no} {section}")).await?;
    let found = load_context(conn, user, course, number, clock.now).await?;
    if let Some(running) = found.running() {
        return Ok(running);
    }
    if let Some(why) = why_closed(&found, clock) {
        return Err(AppError::Denied(why));
    }
    let bank = store::bank(conn, user, found.key).await?;
    let set = draw(bank, found.settings.questions_per_attempt as usize);
    let (attempt, expires_at) =
        store::begin(conn, user, found.key, &set, &found.settings, clock.now).await?;
    ActivityEvent::fact(found.key.course, ActivityKind::QuizStarted, clock.now)
        .about(number.to_string())
        .record(conn, user)
        .await?;
    if let Some(at) = expires_at {
        end_at(conn, attempt, at).await?;
    }
    Ok(attempt)
}

/// Queues a job that ends the attempt when its time is over, even if nobody opens the page.
async fn end_at(conn: &mut Conn, attempt: AttemptId, at: DateTime<Utc>) -> AppResult<()> {
    let name = format!("end-attempt-{attempt}-{}", at.timestamp());
    let end = EndAttempt { attempt };
    jobs::enqueue_once(conn, &end, &name, timing::end_job_at(at)).await
}

/// Draws `count` questions at random. The questions that the learner has seen least come first, so
/// that attempts repeat questions as late as possible. Later edits do not change the copy.
fn draw(mut bank: Vec<BankQuestion>, count: usize) -> QuestionSet {
    let mut rng = rand::rng();
    bank.shuffle(&mut rng);
    bank.sort_by_key(|question| question.seen);
    bank.truncate(count);
    bank.shuffle(&mut rng);
    QuestionSet {
        version: 1,
        questions: bank.into_iter().map(freeze).collect(),
    }
}

/// Stores the answer to one question of a running attempt. Parts of the answer may be missing. An
/// attempt whose time is over is graded instead. Returns the new basis of the form (see
/// `form_hash`), or None if the attempt ended before the answer arrived.
pub async fn save(
    conn: &mut Conn,
    user: UserId,
    attempt: AttemptId,
    change: &AnswerChange,
    now: DateTime<Utc>,
) -> AppResult<(Attempt, Option<String>)> {
    let mut row = locked(conn, user, attempt).await?;
    if has_ended(conn, user, &row, now).await? {
        return Ok((row, None));
    }
    let question = change.question;
    let asked = row.set.questions.get(question);
    let asked = asked.ok_or_else(|| refusals::no_such_question("This attempt"))?;
    let kept = row.answers.get(&question).cloned().unwrap_or_default();
    let merged = change.merge(&asked.kind, &kept)?;
    if let Some(next) = merged.next {
        row.answers.insert(question, next);
        store::save_answers(conn, attempt, &row.answers).await?;
    }
    Ok((row, Some(merged.basis)))
}

/// Ends and grades the attempt; an ended attempt stays as it is. `by_clock` means that the page's
/// clock has run down. A tutor may have given more time meanwhile: the attempt then goes on, and
/// the new end of its time is returned.
pub async fn submit(
    conn: &mut Conn,
    user: UserId,
    attempt: AttemptId,
    by_clock: bool,
    now: DateTime<Utc>,
) -> AppResult<(QuizKey, Option<DateTime<Utc>>)> {
    let row = locked(conn, user, attempt).await?;
    if row.status != AttemptStatus::InProgress {
        return Ok((row.quiz, None));
    }
    let goes_on = timing::goes_on_until(row.expires_at, by_clock, now);
    if goes_on.is_none() {
        end(conn, user, &row, now).await?;
    }
    Ok((row.quiz, goes_on))
}

/// Returns true if the attempt has ended. Ends it first if its time is over.
async fn has_ended(
    conn: &mut Conn,
    user: UserId,
    row: &Attempt,
    now: DateTime<Utc>,
) -> AppResult<bool> {
    if row.status != AttemptStatus::InProgress {
        return Ok(true);
    }
    let is_late = timing::is_late(row.expires_at, now);
    if is_late {
        end(conn, user, row, now).await?;
    }
    Ok(is_late)
}

/// Grades an attempt if its time is over and it is still in progress.
async fn end_if_late(
    conn: &mut Conn,
    user: UserId,
    attempt: AttemptId,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let row = locked(conn, user, attempt).await?;
    has_ended(conn, user, &row, now).await.map(drop)
}

/// Loads the learner's attempt and locks it until the transaction ends.
async fn locked(conn: &mut Conn, user: UserId, attempt: AttemptId) -> AppResult<Attempt> {
    store::attempt_for_update(conn, user, attempt)
        .await?
        .ok_or_else(no_attempt)
}

/// Grades the attempt on the saved answers and applies regrades that were decided meanwhile.
/// Completes the course if the pass was its last step.
async fn end(conn: &mut Conn, user: UserId, row: &Attempt, now: DateTime<Utc>) -> AppResult<()> {
    let points = grade::points_of_all(&row.set.questions, &row.answers, row.partial_credit);
    let score = grade::percent(&points);
    let (status, at) = outcome(score, row.passing_score_percent, row.expires_at, now);
    store::finish(conn, row.attempt_id, status, score, &points, at).await?;
    let kind = match status {
        AttemptStatus::Passed => ActivityKind::QuizPassed,
        _ => ActivityKind::QuizFailed,
    };
    ActivityEvent::fact(row.quiz.course, kind, at)
        .of_amount(score)
        .about(row.quiz.number.to_string())
        .record(conn, user)
        .await?;
    let caught_up = regrade::catch_up(conn, user, row, now).await?;
    if caught_up.unwrap_or(status) == AttemptStatus::Passed {
        completion::check(conn, user, row.quiz.course, now).await?;
    }
    Ok(())
}

/// Ends the running attempt at the quiz, if there is one, and grades the saved answers.
pub async fn end_running(
    conn: &mut Conn,
    user: UserId,
    quiz: QuizKey,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let attempts = store::attempts(conn, user, quiz).await?;
    let running = attempts
        .iter()
        .find(|outcome| outcome.status == AttemptStatus::InProgress);
    if let Some(running) = running {
        submit(conn, user, running.attempt_id, false, now).await?;
    }
    Ok(())
}

/// Applies the present time limit and extra time to the learner's running attempts of the course,
/// counted from each start. Never shortens an attempt. Returns whether any was extended.
pub async fn extend_running(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    now: DateTime<Utc>,
) -> AppResult<bool> {
    let mut any = false;
    let settings = store::settings(conn, user, course).await?;
    for attempt in store::running(conn, user, course).await? {
        let row = locked(conn, user, attempt).await?;
        let seconds = settings.seconds_for(row.set.questions.len());
        let longer = seconds.map(|seconds| row.started_at + TimeDelta::seconds(seconds));
        let (Some(expires_at), Some(longer)) = (row.expires_at, longer) else {
            continue;
        };
        if row.status == AttemptStatus::InProgress
            && !timing::is_late(row.expires_at, now)
            && longer > expires_at
        {
            store::set_end(conn, attempt, longer).await?;
            end_at(conn, attempt, longer).await?;
            any = true;
        }
    }
    Ok(any)
}

/// Ends an attempt whose time ran out while the page was closed.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndAttempt {
    pub attempt: AttemptId,
}

impl Job for EndAttempt {
    const KIND: &'static str = "end_attempt";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let attempt = self.attempt;
        cx.within(
            async move |conn| match store::learner_of(conn, attempt).await? {
                Some(user) => end_if_late(conn, user, attempt, Utc::now()).await,
                None => Ok(()),
            },
        )
        .await
    }
}

/// Returns the status and the end time of an attempt that ends now. The end is never after the time
/// limit.
pub fn outcome(
    score: i32,
    passing_score_percent: i32,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> (AttemptStatus, DateTime<Utc>) {
    let status = match score >= passing_score_percent {
        true => AttemptStatus::Passed,
        // The browser hands in when its clock has run down. Such an attempt has expired; the
        // learner did not hand it in.
        false if expires_at.is_some_and(|at| now > at) => AttemptStatus::Expired,
        false => AttemptStatus::Failed,
    };
    (status, timing::ended_at(expires_at, now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    proptest! {
        /// The end time is never after the limit, however late the attempt is noticed. Only an
        /// attempt that is not passed and is over time expires. A late attempt stays late.
        #[test]
        fn an_attempt_ends_at_its_time(
            score in 0i32..=100, passing in 1i32..=100, end in proptest::option::of(0i64..1000), now in 0i64..2000, later in 0i64..500,
        ) {
            let (end, now) = (end.map(at), at(now));
            let (status, ended) = outcome(score, passing, end, now);
            prop_assert!(ended <= now && end.is_none_or(|end| ended <= end));
            prop_assert_eq!(status == AttemptStatus::Passed, score >= passing);
            prop_assert_eq!(status == AttemptStatus::Expired, score < passing && end.is_some_and(|end| now > end));
            prop_assert!(status != AttemptStatus::InProgress);
            let still = now + TimeDelta::seconds(later);
            prop_assert!(!timing::is_late(end, now) || (timing::is_late(end, still) && ended == end.unwrap()));
            prop_assert!(end.is_some() || !timing::is_late(end, now));
        }
    }
}
