//! Queries of sittings, their answers and events, and of the record that they leave. Those of learners ask for the
//! learner's id and find nothing of anybody else's.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::paper::{AnswerSheet, Outcome, Paper};
use super::timeline::{Event, EventKind};
use crate::platform::db::Conn;
use crate::platform::db::schema::{
    exam_answers, exam_attempts, exam_sitting_events, exam_sittings,
};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, ExamAttemptId, ExamId, SittingId, UserId};
use crate::quiz::grade::{Answers, Frozen, Given};

fn broken(error: serde_json::Error) -> AppError {
    AppError::internal(&error)
}

/// A sitting with what it came to, by the newest grading.
#[derive(Debug, Clone, QueryableByName)]
pub struct Sat {
    #[diesel(sql_type = SqlUuid)]
    pub sitting_id: SittingId,
    #[diesel(sql_type = SqlUuid)]
    pub exam_id: ExamId,
    #[diesel(sql_type = Timestamptz)]
    pub started_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Int4>)]
    pub score: Option<i32>,
    #[diesel(sql_type = Nullable<Bool>)]
    pub passed: Option<bool>,
}

/// The learner's sittings of the course's exams, the newest first.
pub async fn sittings(conn: &mut Conn, user: UserId, course: CourseId) -> QueryResult<Vec<Sat>> {
    diesel::sql_query(
        "select s.sitting_id, s.exam_id, s.started_at, s.expires_at, s.ended_at, a.score, a.passed
         from exam_sittings s join exams e on e.exam_id = s.exam_id
         left join exam_attempts a on a.sitting_id = s.sitting_id
              and not exists (select from exam_attempts r where r.regrade_of = a.attempt_id)
         where s.user_id = $1 and e.course_id = $2
         order by s.started_at desc, s.sitting_id",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await
}

/// Starts of one learner at one exam follow one another.
pub async fn lock_starts(conn: &mut Conn, user: UserId, exam: ExamId) -> QueryResult<()> {
    diesel::sql_query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(format!("exam {user} {exam}"))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn begin(
    conn: &mut Conn,
    user: UserId,
    exam: ExamId,
    paper: &Paper,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> AppResult<SittingId> {
    let paper = serde_json::to_value(paper).map_err(broken)?;
    Ok(diesel::insert_into(exam_sittings::table)
        .values((
            exam_sittings::user_id.eq(user),
            exam_sittings::exam_id.eq(exam),
            exam_sittings::paper.eq(paper),
            exam_sittings::started_at.eq(now),
            exam_sittings::expires_at.eq(expires_at),
        ))
        .returning(exam_sittings::sitting_id)
        .get_result(conn)
        .await?)
}

/// A sitting without its paper.
#[derive(Debug, Clone, QueryableByName)]
pub struct SittingHead {
    #[diesel(sql_type = SqlUuid)]
    pub sitting_id: SittingId,
    #[diesel(sql_type = SqlUuid)]
    pub exam_id: ExamId,
    #[diesel(sql_type = Text)]
    pub course_slug: String,
    #[diesel(sql_type = Int4)]
    pub at_question: i32,
    #[diesel(sql_type = Timestamptz)]
    pub started_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    pub forward_only: bool,
    /// The question that was asked for, if the paper has it.
    #[diesel(sql_type = Nullable<Jsonb>)]
    question: Option<Value>,
}

impl SittingHead {
    pub fn question(&self) -> AppResult<Option<Frozen>> {
        let question = self.question.clone();
        question
            .map(|question| serde_json::from_value(question).map_err(broken))
            .transpose()
    }
}

const HEAD: &str = "select s.sitting_id, s.exam_id, c.slug as course_slug, s.at_question, s.started_at, s.expires_at, s.ended_at,
        coalesce((s.paper #>> '{terms,forward_only}')::boolean, false) as forward_only,
        s.paper -> 'questions' -> $3 -> 'question' as question
     from exam_sittings s join exams e on e.exam_id = s.exam_id join courses c on c.course_id = e.course_id
     where s.sitting_id = $1 and s.user_id = $2";

/// The learner's sitting, and its question of this number.
pub async fn head(
    conn: &mut Conn,
    user: UserId,
    sitting: SittingId,
    question: usize,
) -> QueryResult<Option<SittingHead>> {
    read_head(conn, HEAD, user, sitting, question).await
}

/// The same, which nobody else changes until this unit of work ends.
pub async fn head_for_update(
    conn: &mut Conn,
    user: UserId,
    sitting: SittingId,
    question: usize,
) -> QueryResult<Option<SittingHead>> {
    let sql = format!("{HEAD} for update of s");
    read_head(conn, &sql, user, sitting, question).await
}

async fn read_head(
    conn: &mut Conn,
    sql: &str,
    user: UserId,
    sitting: SittingId,
    question: usize,
) -> QueryResult<Option<SittingHead>> {
    diesel::sql_query(sql)
        .bind::<SqlUuid, _>(sitting)
        .bind::<SqlUuid, _>(user)
        .bind::<Int4, _>(i32::try_from(question).unwrap_or(i32::MAX))
        .get_result(conn)
        .await
        .optional()
}

/// The paper of a running sitting.
pub async fn paper(conn: &mut Conn, sitting: SittingId) -> AppResult<Option<Paper>> {
    let paper: Option<Option<Value>> = exam_sittings::table
        .filter(exam_sittings::sitting_id.eq(sitting))
        .select(exam_sittings::paper)
        .first(conn)
        .await
        .optional()?;
    paper
        .flatten()
        .map(|paper| serde_json::from_value(paper).map_err(broken))
        .transpose()
}

/// Moves on to a question of a forward-only paper; where it was chosen only now, `paper` has it.
pub async fn move_on(
    conn: &mut Conn,
    sitting: SittingId,
    at_question: usize,
    paper: Option<&Paper>,
) -> AppResult<()> {
    let at_question = i32::try_from(at_question).unwrap_or(i32::MAX);
    let target = exam_sittings::table.filter(exam_sittings::sitting_id.eq(sitting));
    match paper {
        Some(paper) => {
            let paper = serde_json::to_value(paper).map_err(broken)?;
            diesel::update(target)
                .set((
                    exam_sittings::at_question.eq(at_question),
                    exam_sittings::paper.eq(paper),
                ))
                .execute(conn)
                .await?
        }
        None => {
            diesel::update(target)
                .set(exam_sittings::at_question.eq(at_question))
                .execute(conn)
                .await?
        }
    };
    Ok(())
}

pub async fn set_deadline(
    conn: &mut Conn,
    sitting: SittingId,
    expires_at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(exam_sittings::table.filter(exam_sittings::sitting_id.eq(sitting)))
        .set(exam_sittings::expires_at.eq(expires_at))
        .execute(conn)
        .await
        .map(drop)
}

/// Which change of which tab an answer is.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    pub tab: Uuid,
    pub number: i32,
}

/// Keeps an answer, unless the same tab has sent a newer one already.
pub async fn save(
    conn: &mut Conn,
    sitting: SittingId,
    question: usize,
    given: &Given,
    change: Option<Change>,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let answer = given.answer.as_ref().map(serde_json::to_value);
    let answer = answer.transpose().map_err(broken)?;
    diesel::sql_query(
        "insert into exam_answers (sitting_id, question_no, answer, is_flagged, saved_at, tabs)
         values ($1, $2, $3, $4, $5, case when $6 is null then '{}' else jsonb_build_object($6, $7) end)
         on conflict (sitting_id, question_no) do update
         set answer = excluded.answer, is_flagged = excluded.is_flagged, saved_at = excluded.saved_at,
             revision = exam_answers.revision + 1,
             tabs = case when (select count(*) from jsonb_object_keys(exam_answers.tabs)) < 32
                         then exam_answers.tabs || excluded.tabs else excluded.tabs end
         where $6 is null or coalesce((exam_answers.tabs ->> $6)::int, 0) < $7",
    )
    .bind::<SqlUuid, _>(sitting)
    .bind::<Int4, _>(i32::try_from(question).unwrap_or(i32::MAX))
    .bind::<Nullable<Jsonb>, _>(answer)
    .bind::<Bool, _>(given.flagged)
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<Text>, _>(change.map(|change| change.tab.to_string()))
    .bind::<Nullable<Int4>, _>(change.map(|change| change.number))
    .execute(conn)
    .await?;
    Ok(())
}

/// What is answered so far, and when each was saved last.
pub async fn answers(
    conn: &mut Conn,
    sitting: SittingId,
) -> AppResult<(Answers, HashMap<usize, DateTime<Utc>>)> {
    let rows: Vec<(i32, Option<Value>, bool, DateTime<Utc>)> = exam_answers::table
        .filter(exam_answers::sitting_id.eq(sitting))
        .select((
            exam_answers::question_no,
            exam_answers::answer,
            exam_answers::is_flagged,
            exam_answers::saved_at,
        ))
        .load(conn)
        .await?;
    let (mut answers, mut saved) = (Answers::new(), HashMap::new());
    for (number, answer, flagged, at) in rows {
        let number = usize::try_from(number).unwrap_or_default();
        let answer = answer.map(serde_json::from_value);
        let answer = answer.transpose().map_err(broken)?;
        answers.insert(number, Given { answer, flagged });
        saved.insert(number, at);
    }
    Ok((answers, saved))
}

/// Ends a sitting: its sheet goes into the record, and what it was made from goes.
pub async fn end(
    conn: &mut Conn,
    user: UserId,
    head: &SittingHead,
    sheet: &AnswerSheet,
    at: DateTime<Utc>,
) -> AppResult<()> {
    let outcome = sheet.outcome();
    let sheet = serde_json::to_value(sheet).map_err(broken)?;
    diesel::insert_into(exam_attempts::table)
        .values((
            exam_attempts::exam_id.eq(head.exam_id),
            exam_attempts::user_id.eq(user),
            exam_attempts::sitting_id.eq(head.sitting_id),
            exam_attempts::started_at.eq(head.started_at),
            exam_attempts::completed_at.eq(at),
            exam_attempts::answer_sheet.eq(sheet),
            graded(&outcome),
        ))
        .execute(conn)
        .await?;
    diesel::update(exam_sittings::table.filter(exam_sittings::sitting_id.eq(head.sitting_id)))
        .set((
            exam_sittings::ended_at.eq(at),
            exam_sittings::paper.eq(None::<Value>),
        ))
        .execute(conn)
        .await?;
    diesel::delete(exam_answers::table.filter(exam_answers::sitting_id.eq(head.sitting_id)))
        .execute(conn)
        .await?;
    Ok(())
}

type Graded = (
    diesel::dsl::Eq<exam_attempts::score, i32>,
    diesel::dsl::Eq<exam_attempts::passed, bool>,
    diesel::dsl::Eq<exam_attempts::ability, Option<f64>>,
    diesel::dsl::Eq<exam_attempts::standard_error, Option<f64>>,
);

fn graded(outcome: &Outcome) -> Graded {
    (
        exam_attempts::score.eq(outcome.score),
        exam_attempts::passed.eq(outcome.passed),
        exam_attempts::ability.eq(outcome.ability.map(|ability| ability.estimate)),
        exam_attempts::standard_error.eq(outcome.ability.map(|ability| ability.standard_error)),
    )
}

/// The newest grading of a sitting.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub attempt_id: ExamAttemptId,
    pub exam_id: ExamId,
    pub user_id: UserId,
    pub sitting_id: SittingId,
    pub score: i32,
    pub passed: bool,
    pub started_at: DateTime<Utc>,
    pub completed_at: DateTime<Utc>,
    pub sheet: AnswerSheet,
    pub regrade_reason: Option<String>,
}

#[derive(QueryableByName)]
struct AttemptRow {
    #[diesel(sql_type = SqlUuid)]
    attempt_id: ExamAttemptId,
    #[diesel(sql_type = SqlUuid)]
    exam_id: ExamId,
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = SqlUuid)]
    sitting_id: SittingId,
    #[diesel(sql_type = Int4)]
    score: i32,
    #[diesel(sql_type = Bool)]
    passed: bool,
    #[diesel(sql_type = Timestamptz)]
    started_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    completed_at: DateTime<Utc>,
    #[diesel(sql_type = Jsonb)]
    answer_sheet: Value,
    #[diesel(sql_type = Nullable<Text>)]
    regrade_reason: Option<String>,
}

/// The newest gradings of the exam's sittings that have this question; of one sitting, where it is named.
pub async fn attempts(
    conn: &mut Conn,
    exam: ExamId,
    sitting: Option<SittingId>,
    question: Option<Uuid>,
) -> AppResult<Vec<Attempt>> {
    let rows: Vec<AttemptRow> = diesel::sql_query(
        "select a.attempt_id, a.exam_id, a.user_id, a.sitting_id, a.score, a.passed, a.started_at, a.completed_at,
                a.answer_sheet, a.regrade_reason
         from exam_attempts a
         where a.exam_id = $1 and ($2 is null or a.sitting_id = $2)
           and ($3 is null or a.answer_sheet @> jsonb_build_object('questions', jsonb_build_array(
                jsonb_build_object('question', jsonb_build_object('question_id', $3)))))
           and not exists (select from exam_attempts r where r.regrade_of = a.attempt_id)
         order by a.completed_at, a.attempt_id",
    )
    .bind::<SqlUuid, _>(exam)
    .bind::<Nullable<SqlUuid>, _>(sitting)
    .bind::<Nullable<SqlUuid>, _>(question)
    .load(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Attempt {
                attempt_id: row.attempt_id,
                exam_id: row.exam_id,
                user_id: row.user_id,
                sitting_id: row.sitting_id,
                score: row.score,
                passed: row.passed,
                started_at: row.started_at,
                completed_at: row.completed_at,
                sheet: serde_json::from_value(row.answer_sheet).map_err(broken)?,
                regrade_reason: row.regrade_reason,
            })
        })
        .collect()
}

/// Puts a new grading in the place of one. (Of two at once the second finds the place taken.)
pub async fn regrade(
    conn: &mut Conn,
    old: &Attempt,
    sheet: &AnswerSheet,
    reason: &str,
    by: UserId,
) -> AppResult<()> {
    let outcome = sheet.outcome();
    let sheet = serde_json::to_value(sheet).map_err(broken)?;
    diesel::insert_into(exam_attempts::table)
        .values((
            exam_attempts::exam_id.eq(old.exam_id),
            exam_attempts::user_id.eq(old.user_id),
            exam_attempts::sitting_id.eq(old.sitting_id),
            exam_attempts::started_at.eq(old.started_at),
            exam_attempts::completed_at.eq(old.completed_at),
            exam_attempts::answer_sheet.eq(sheet),
            exam_attempts::regrade_of.eq(old.attempt_id),
            exam_attempts::regrade_reason.eq(reason),
            exam_attempts::regraded_by.eq(by),
            graded(&outcome),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct SeenRow {
    #[diesel(sql_type = SqlUuid)]
    question_id: Uuid,
    #[diesel(sql_type = BigInt)]
    times: i64,
}

/// How often the learner has had each question in this exam.
pub async fn seen(conn: &mut Conn, user: UserId, exam: ExamId) -> QueryResult<HashMap<Uuid, i64>> {
    let rows: Vec<SeenRow> = diesel::sql_query(
        "select (q -> 'question' ->> 'question_id')::uuid as question_id, count(*) as times
         from exam_attempts a cross join lateral jsonb_array_elements(a.answer_sheet -> 'questions') q
         where a.user_id = $1 and a.exam_id = $2 and a.regrade_of is null
         group by 1",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(exam)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.question_id, row.times))
        .collect())
}

/// Events of one sitting that are kept at most.
const EVENTS: i64 = 2000;

pub async fn note(conn: &mut Conn, sitting: SittingId, events: &[Event]) -> QueryResult<()> {
    let kept: i64 = exam_sitting_events::table
        .filter(exam_sitting_events::sitting_id.eq(sitting))
        .count()
        .get_result(conn)
        .await?;
    if kept >= EVENTS {
        return Ok(());
    }
    let rows: Vec<_> = events
        .iter()
        .map(|event| {
            (
                exam_sitting_events::event_id.eq(Uuid::now_v7()),
                exam_sitting_events::sitting_id.eq(sitting),
                exam_sitting_events::kind.eq(event.kind.name()),
                exam_sitting_events::question_no
                    .eq(event.question.and_then(|number| i32::try_from(number).ok())),
                exam_sitting_events::at.eq(event.at),
            )
        })
        .collect();
    diesel::insert_into(exam_sitting_events::table)
        .values(rows)
        .execute(conn)
        .await
        .map(drop)
}

/// What happened in a sitting, in order.
pub async fn events(conn: &mut Conn, sitting: SittingId) -> QueryResult<Vec<Event>> {
    let rows: Vec<(String, Option<i32>, DateTime<Utc>)> = exam_sitting_events::table
        .filter(exam_sitting_events::sitting_id.eq(sitting))
        .order((exam_sitting_events::at, exam_sitting_events::event_id))
        .select((
            exam_sitting_events::kind,
            exam_sitting_events::question_no,
            exam_sitting_events::at,
        ))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(kind, question, at)| {
            Some(Event {
                kind: EventKind::named(&kind)?,
                question: question.and_then(|number| usize::try_from(number).ok()),
                at,
            })
        })
        .collect())
}

/// Whose sitting it is, for the job that ends it.
pub async fn learner_of(conn: &mut Conn, sitting: SittingId) -> QueryResult<Option<UserId>> {
    exam_sittings::table
        .filter(exam_sittings::sitting_id.eq(sitting))
        .select(exam_sittings::user_id)
        .first(conn)
        .await
        .optional()
}
