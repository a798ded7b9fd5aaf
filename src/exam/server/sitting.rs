//! Runs a sitting from its start to its record. Time is the server's. An acknowledged answer is
//! committed.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::draw_paper::{append_next, draw_paper};
use super::exam_paper::TimeTerms;
use super::jobs::EndSitting;
use super::record::{self, SittingHead, SittingResult};
use super::store::{self, Allowance, Exam};
use super::time_limit::{self, CannotStart, TimeAllowed};
use super::timeline::{Event, EventKind};
use crate::activity::ActivityKind;
use crate::activity::server::record::ActivityEvent;
use crate::course::CourseTitle;
use crate::enrollment::server::access::not_enrolled;
use crate::enrollment::server::store as studying;
use crate::exam::Review;
use crate::exam::teach::server::regrade::catch_up;
use crate::platform::db::schema::{exam_sittings, exams};
use crate::platform::db::{self, Conn};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, ExamId, SittingId, UserId};
use crate::platform::time::Clock;
use crate::question_bank::server::answering::save_answer::AnswerChange;
use crate::question_bank::server::answering::{refusals, timing};
use crate::question_bank::server::grade::SavedAnswer;

pub fn no_exam() -> AppError {
    AppError::NotFound("There is no exam at this address.".to_owned())
}

pub fn no_sitting() -> AppError {
    refusals::not_yours("sitting")
}

/// An exam with one learner's sittings and allowances. Sittings whose time is over have already
/// been ended.
pub struct ExamContext {
    pub course: CourseId,
    pub course_title: CourseTitle,
    pub exam: Exam,
    pub allowance: Allowance,
    /// The learner is excused and need not sit the exam.
    pub is_excused: bool,
    /// Sittings of the learner, newest first.
    pub sittings: Vec<SittingResult>,
    /// Latest deadline of all learners' running sittings of this exam.
    pub running_until: Option<DateTime<Utc>>,
}

impl ExamContext {
    pub fn running(&self) -> Option<&SittingResult> {
        self.sittings.iter().find(|sat| sat.ended_at.is_none())
    }

    /// Number of sittings that count toward the attempts allowed.
    pub fn sittings_used(&self) -> i64 {
        self.sittings.iter().filter(|sat| sat.counts).count() as i64
    }

    pub fn sittings_allowed(&self) -> Option<i64> {
        let allowed = i64::from(self.exam.attempts_allowed?);
        Some(allowed + i64::from(self.allowance.extra_attempts))
    }

    pub fn closed(&self, now: DateTime<Utc>) -> Option<CannotStart> {
        if !self.exam.is_offered() {
            return Some(CannotStart::Withdrawn);
        }
        time_limit::closed(
            self.exam.window,
            self.sittings_allowed(),
            self.sittings_used(),
            now,
        )
    }

    /// Time limit of a sitting that starts now.
    pub fn allowed(&self) -> TimeAllowed {
        let terms = TimeTerms::of(&self.exam);
        terms.allowed(self.allowance.extra_time_percent)
    }

    pub fn review(&self, now: DateTime<Utc>) -> (Review, Option<DateTime<Utc>>) {
        let exam = &self.exam;
        time_limit::review(&exam.config, exam.window, self.running_until, now)
    }
}

pub async fn find(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    exam: ExamId,
    now: DateTime<Utc>,
) -> AppResult<ExamContext> {
    let studied = studying::studying(conn, user, course)
        .await?
        .ok_or_else(not_enrolled)?;
    let row = store::exam(conn, studied.course_id, exam)
        .await?
        .ok_or_else(no_exam)?;
    let row = store::for_learner(conn, user, studied.course_id, vec![row])
        .await?
        .pop()
        .ok_or_else(no_exam)?;
    let mut sittings = my_sittings(conn, user, studied.course_id, now).await?;
    sittings.retain(|sat| sat.exam_id == exam);
    // A learner who has sat a withdrawn exam can still see the results.
    if !row.is_offered() && sittings.is_empty() {
        return Err(no_exam());
    }
    Ok(ExamContext {
        course: studied.course_id,
        course_title: CourseTitle::new(studied.title, studied.language),
        exam: row,
        allowance: store::allowance(conn, user, exam).await?,
        is_excused: store::excuses(conn, user, studied.course_id)
            .await?
            .contains(&exam),
        sittings,
        running_until: record::running_until(conn, studied.course_id)
            .await?
            .remove(&exam),
    })
}

/// Returns the learner's sittings in the course, newest first. Ends those whose time is over.
pub async fn my_sittings(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    now: DateTime<Utc>,
) -> AppResult<Vec<SittingResult>> {
    let sittings = record::sittings(conn, user, course).await?;
    let is_late =
        |sat: &&SittingResult| sat.ended_at.is_none() && timing::is_late(Some(sat.expires_at), now);
    let late: Vec<SittingId> = sittings
        .iter()
        .filter(is_late)
        .map(|sat| sat.sitting_id)
        .collect();
    if late.is_empty() {
        return Ok(sittings);
    }
    for sitting in late {
        end_if_late(conn, user, sitting, now).await?;
    }
    Ok(record::sittings(conn, user, course).await?)
}

/// Explains to the learner why no sitting may start.
pub fn closed_words(closed: CannotStart, clock: &Clock) -> String {
    let at = |at: DateTime<Utc>| format!("{} ({})", clock.date_time(at), clock.zone.name());
    match closed {
        CannotStart::Withdrawn => {
            "This exam is no longer offered. The results of your sittings remain available here."
                .to_owned()
        }
        CannotStart::NotYet(from) => format!("This exam opens on {}.", at(from)),
        CannotStart::Over(until) => format!("This exam closed on {}.", at(until)),
        CannotStart::NoSittingLeft(allowed) => refusals::all_used("sitting", allowed),
    }
}

/// Locks the starts of one learner at one exam until the transaction ends. Otherwise two requests
/// at once could start two sittings.
pub async fn hold_starts(conn: &mut Conn, user: UserId, exam: ExamId) -> diesel::QueryResult<()> {
    db::lock(conn, &format!("exam {user} {exam}")).await
}

/// Starts a sitting; does nothing if one is running.
pub async fn start(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    exam: ExamId,
    clock: &Clock,
) -> AppResult<()> {
    let now = clock.now;
    hold_starts(conn, user, exam).await?;
    let found = find(conn, user, course, exam, now).await?;
    if found.running().is_some() {
        return Ok(());
    }
    if let Some(closed) = found.closed(now) {
        return Err(AppError::Denied(closed_words(closed, clock)));
    }
    let sections = store::sections(conn, exam).await?;
    let paper = draw_paper(conn, user, &found, &sections, now).await?;
    let expires_at = time_limit::deadline(now, found.allowed());
    let sitting = record::begin(conn, user, exam, &paper, now, expires_at).await?;
    let started = Event {
        kind: EventKind::Started,
        question: None,
        at: now,
    };
    record::note(conn, sitting, &[started]).await?;
    note_activity(conn, user, exam, ActivityKind::ExamStarted, now).await?;
    EndSitting { sitting }.queue(conn, expires_at).await
}

/// Saves the answer to one question of a running sitting. Partial answers are accepted. `goes_on`
/// means that the learner is done with the question. Returns the new basis of the form (see
/// `form_hash`), or None if the sitting ended before the answer arrived, or with it.
///
/// # Errors
///
/// `Conflict` if a forward-only sitting has moved past the question.
pub async fn save(
    conn: &mut Conn,
    user: UserId,
    sitting: SittingId,
    change: &AnswerChange,
    goes_on: bool,
    now: DateTime<Utc>,
) -> AppResult<(SittingHead, Option<String>)> {
    let question = change.question;
    let head = record::head_for_update(conn, user, sitting, question)
        .await?
        .ok_or_else(no_sitting)?;
    if has_ended(conn, user, &head, now).await? {
        return Ok((head, None));
    }
    let asked = head
        .question()?
        .ok_or_else(|| refusals::no_such_question("The exam"))?;
    let at_question = usize::try_from(head.at_question).unwrap_or_default();
    if head.forward_only && question != at_question {
        // The request came from a second tab or an earlier page. Answers to passed questions must
        // not change.
        return Err(AppError::Conflict(
            "You have already left this question, and you can't return to earlier questions in this exam. Please reload the page.".to_owned(),
        ));
    }
    let (kept, saved_at) = record::answer(conn, sitting, question)
        .await?
        .unwrap_or_else(|| (SavedAnswer::default(), now));
    let merged = change.merge(&asked.kind, &kept)?;
    if let Some(next) = merged.next {
        let saved_at = if merged.changed.answer { now } else { saved_at };
        record::save(conn, sitting, question, &next, saved_at).await?;
    }
    if head.forward_only && goes_on && !go_on(conn, &head, at_question).await? {
        end(conn, user, &head, now).await?;
        return Ok((head, None));
    }
    Ok((head, Some(merged.basis)))
}

/// Moves a forward-only sitting to its next question. Returns false when an adaptive exam has
/// asked enough.
async fn go_on(conn: &mut Conn, head: &SittingHead, at_question: usize) -> AppResult<bool> {
    let mut paper = record::paper(conn, head.sitting_id)
        .await?
        .ok_or_else(no_sitting)?;
    if paper.terms.adaptive.is_none() {
        record::move_on(conn, head.sitting_id, at_question + 1, None).await?;
        return Ok(true);
    }
    let (answers, _) = record::answers(conn, head.sitting_id).await?;
    let given = paper.points(&answers);
    let is_more = append_next(conn, &mut paper, &given).await?;
    if is_more {
        record::move_on(conn, head.sitting_id, at_question + 1, Some(&paper)).await?;
    }
    Ok(is_more)
}

/// Ends and grades the sitting; an ended sitting stays as it is. `by_clock` means that the page's
/// clock has run down. A tutor may have given more time meanwhile: the sitting then goes on, and
/// its new deadline is returned.
pub async fn submit(
    conn: &mut Conn,
    user: UserId,
    sitting: SittingId,
    by_clock: bool,
    now: DateTime<Utc>,
) -> AppResult<(SittingHead, Option<DateTime<Utc>>)> {
    let head = record::head_for_update(conn, user, sitting, 0)
        .await?
        .ok_or_else(no_sitting)?;
    if head.ended_at.is_some() {
        return Ok((head, None));
    }
    let goes_on = timing::goes_on_until(Some(head.expires_at), by_clock, now);
    if goes_on.is_none() {
        end(conn, user, &head, now).await?;
    }
    Ok((head, goes_on))
}

/// Maximum number of events read from one report.
const REPORTED: usize = 50;
/// Maximum age of a reported event, in seconds. Older events are dated to this age.
const WAITED: i64 = 600;

/// Records the events that a browser reports, as `kind:question:seconds_ago` separated by spaces,
/// for example `question_shown:3:0 left::12`. Skips events that cannot be parsed. Returns the
/// deadline of the sitting, or None if it has ended.
pub async fn report(
    conn: &mut Conn,
    user: UserId,
    sitting: SittingId,
    events: &str,
    now: DateTime<Utc>,
) -> AppResult<(SittingHead, Option<DateTime<Utc>>)> {
    let head = record::head(conn, user, sitting, 0)
        .await?
        .ok_or_else(no_sitting)?;
    if head.ended_at.is_some() {
        return Ok((head, None));
    }
    let events: Vec<Event> = events
        .split_whitespace()
        .take(REPORTED)
        .filter_map(|event| {
            let mut parts = event.split(':');
            let kind = EventKind::named(parts.next()?).filter(|kind| kind.is_reported())?;
            let question = parts.next()?.parse::<u16>().ok().map(usize::from);
            let ago = parts.next()?.parse::<u32>().ok()?;
            let ago = TimeDelta::seconds(i64::from(ago).min(WAITED));
            Some(Event {
                kind,
                question,
                at: (now - ago).max(head.started_at),
            })
        })
        .collect();
    if !events.is_empty() {
        record::note(conn, sitting, &events).await?;
    }
    let expires_at = head.expires_at;
    Ok((head, Some(expires_at)))
}

/// Returns true if the sitting has ended. Ends it first if its time is over.
async fn has_ended(
    conn: &mut Conn,
    user: UserId,
    head: &SittingHead,
    now: DateTime<Utc>,
) -> AppResult<bool> {
    if head.ended_at.is_some() {
        return Ok(true);
    }
    let is_late = timing::is_late(Some(head.expires_at), now);
    if is_late {
        end(conn, user, head, now).await?;
    }
    Ok(is_late)
}

/// Whether the learner sits an exam of the course now.
pub async fn is_sitting(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    now: DateTime<Utc>,
) -> diesel::QueryResult<bool> {
    let running = exam_sittings::table
        .inner_join(exams::table)
        .filter(exams::course_id.eq(course))
        .filter(exam_sittings::user_id.eq(user))
        .filter(exam_sittings::ended_at.is_null())
        .filter(exam_sittings::expires_at.gt(now));
    diesel::select(diesel::dsl::exists(running))
        .get_result(conn)
        .await
}

/// Ends the sitting if its time is over; otherwise returns its deadline.
pub async fn end_if_late(
    conn: &mut Conn,
    user: UserId,
    sitting: SittingId,
    now: DateTime<Utc>,
) -> AppResult<Option<DateTime<Utc>>> {
    let Some(head) = record::head_for_update(conn, user, sitting, 0).await? else {
        return Ok(None);
    };
    let is_over = has_ended(conn, user, &head, now).await?;
    Ok((!is_over).then_some(head.expires_at))
}

async fn end(
    conn: &mut Conn,
    user: UserId,
    head: &SittingHead,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let paper = record::paper(conn, head.sitting_id)
        .await?
        .ok_or_else(no_sitting)?;
    let (answers, saved) = record::answers(conn, head.sitting_id).await?;
    let sheet = paper.hand_in(answers, |number| saved.get(&number).copied());
    let at = timing::ended_at(Some(head.expires_at), now);
    note_activity(conn, user, head.exam_id, ActivityKind::ExamEnded, at).await?;
    record::end(conn, user, head, &sheet, at).await?;
    catch_up(conn, head).await?;
    let kind = match timing::is_late(Some(head.expires_at), now) {
        true => EventKind::TimeOver,
        false => EventKind::HandedIn,
    };
    let ended = Event {
        kind,
        question: None,
        at,
    };
    Ok(record::note(conn, head.sitting_id, &[ended]).await?)
}

/// Records that the learner started or ended the exam, but not its result, which may be held back.
async fn note_activity(
    conn: &mut Conn,
    user: UserId,
    exam: ExamId,
    kind: ActivityKind,
    at: DateTime<Utc>,
) -> AppResult<()> {
    let course: CourseId = exams::table
        .find(exam)
        .select(exams::course_id)
        .first(conn)
        .await?;
    ActivityEvent::fact(course, kind, at)
        .record(conn, user)
        .await?;
    Ok(())
}
