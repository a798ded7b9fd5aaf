//! Queries of sittings, their answers, events and results. Queries for learners filter by the
//! learner's id, so they find nothing of others.

mod attempts;
mod events;
mod regradings;

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

pub use self::attempts::{Grading, attempts, regrade, seen};
pub use self::events::{events, note};
pub use self::regradings::{ExamRegrading, count_running, decide, decided_since, hold_ends};
use super::exam_paper::Paper;
use super::grade::AnswerSheet;
use crate::platform::db::schema::{exam_answers, exam_sittings};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, ExamId, QuestionId, SittingId, UserId};
use crate::question_bank::server::grade::{Answers, Frozen, SavedAnswer};

fn broken(error: serde_json::Error) -> AppError {
    AppError::internal(&error)
}

/// A sitting with the result of its newest grading.
#[derive(Debug, Clone, QueryableByName)]
pub struct SittingResult {
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
    /// False once a tutor has reset this sitting.
    #[diesel(sql_type = Bool)]
    pub counts: bool,
}

/// Returns the learner's sittings in the course, newest first.
pub async fn sittings(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<Vec<SittingResult>> {
    statement(
        "select r.sitting_id, r.exam_id, r.started_at, r.expires_at, r.ended_at, r.score, r.passed, r.counts
         from exam_results r join exams e on e.exam_id = r.exam_id
         where r.user_id = $1 and e.course_id = $2
         order by r.started_at desc, r.sitting_id",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct LastSittingRow {
    #[diesel(sql_type = SqlUuid)]
    exam_id: ExamId,
    #[diesel(sql_type = Timestamptz)]
    until: DateTime<Utc>,
}

/// Returns the latest time until which a learner sits, by exam: the deadline of a running sitting,
/// or the close that a batch or a member has for itself.
pub async fn running_until(
    conn: &mut Conn,
    course: CourseId,
) -> QueryResult<HashMap<ExamId, DateTime<Utc>>> {
    let rows: Vec<LastSittingRow> = statement(
        "select e.exam_id, max(x.ends_at) as until
         from exams e
         join lateral (
             select s.expires_at as ends_at from exam_sittings s
             where s.exam_id = e.exam_id and s.ended_at is null
             union all
             select o.closes_at from cohort_date_overrides o
             join cohorts c on c.cohort_id = o.cohort_id and c.is_active
             left join cohort_members m on m.member_id = o.member_id
             where o.exam_id = e.exam_id and (o.member_id is null or m.status = 'active')
         ) x on true
         where e.course_id = $1 and x.ends_at is not null
         group by e.exam_id",
    )
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.exam_id, row.until))
        .collect())
}

/// Returns two JSON patterns. A paper that asks the question, or may come to ask it, contains one
/// of them.
fn asking(question: QuestionId) -> [Value; 2] {
    [
        json!({ "questions": [{ "question": { "question_id": question } }] }),
        json!({ "terms": { "adaptive": { "bank": [{ "question_id": question }] } } }),
    ]
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
    /// The requested question; None if the paper lacks it.
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

/// Returns the learner's sitting and the question with this number.
pub async fn head(
    conn: &mut Conn,
    user: UserId,
    sitting: SittingId,
    question: usize,
) -> QueryResult<Option<SittingHead>> {
    read_head(conn, HEAD, user, sitting, question).await
}

/// Does the same as `head` and locks the row until the transaction ends.
pub async fn head_for_update(
    conn: &mut Conn,
    user: UserId,
    sitting: SittingId,
    question: usize,
) -> QueryResult<Option<SittingHead>> {
    let text = format!("{HEAD} for update of s");
    read_head(conn, text, user, sitting, question).await
}

async fn read_head(
    conn: &mut Conn,
    text: impl Into<Cow<'static, str>>,
    user: UserId,
    sitting: SittingId,
    question: usize,
) -> QueryResult<Option<SittingHead>> {
    statement(text)
        .bind::<SqlUuid, _>(sitting)
        .bind::<SqlUuid, _>(user)
        .bind::<Int4, _>(number_of(question))
        .get_result(conn)
        .await
        .optional()
}

/// Returns the paper of a running sitting.
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

/// Moves a forward-only sitting to a question. `paper` holds the new paper if the question was
/// just chosen.
pub async fn move_on(
    conn: &mut Conn,
    sitting: SittingId,
    at_question: usize,
    paper: Option<&Paper>,
) -> AppResult<()> {
    let at_question = number_of(at_question);
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

#[derive(Queryable, Selectable)]
#[diesel(table_name = exam_answers)]
struct AnswerRow {
    question_no: i32,
    answer: Option<Value>,
    is_flagged: bool,
    tabs: Value,
    saved_at: DateTime<Utc>,
}

impl AnswerRow {
    /// Returns the answer and the time at which it was last saved.
    fn read(self) -> AppResult<(SavedAnswer, DateTime<Utc>)> {
        let answer = self.answer.map(serde_json::from_value);
        let saved = SavedAnswer {
            answer: answer.transpose().map_err(broken)?,
            flagged: self.is_flagged,
            tabs: serde_json::from_value(self.tabs).map_err(broken)?,
        };
        Ok((saved, self.saved_at))
    }
}

/// Returns the answer to one question and the time at which it was last saved.
pub async fn answer(
    conn: &mut Conn,
    sitting: SittingId,
    question: usize,
) -> AppResult<Option<(SavedAnswer, DateTime<Utc>)>> {
    let row = exam_answers::table
        .find((sitting, number_of(question)))
        .select(AnswerRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(AnswerRow::read).transpose()
}

/// Stores the answer to one question. The caller has locked the sitting.
pub async fn save(
    conn: &mut Conn,
    sitting: SittingId,
    question: usize,
    given: &SavedAnswer,
    saved_at: DateTime<Utc>,
) -> AppResult<()> {
    let answer = given.answer.as_ref().map(serde_json::to_value);
    let columns = (
        exam_answers::answer.eq(answer.transpose().map_err(broken)?),
        exam_answers::is_flagged.eq(given.flagged),
        exam_answers::tabs.eq(serde_json::to_value(&given.tabs).map_err(broken)?),
        exam_answers::saved_at.eq(saved_at),
    );
    diesel::insert_into(exam_answers::table)
        .values((
            exam_answers::sitting_id.eq(sitting),
            exam_answers::question_no.eq(number_of(question)),
            columns.clone(),
        ))
        .on_conflict((exam_answers::sitting_id, exam_answers::question_no))
        .do_update()
        .set((
            columns,
            exam_answers::revision.eq(exam_answers::revision + 1),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

fn number_of(question: usize) -> i32 {
    i32::try_from(question).unwrap_or(i32::MAX)
}

/// Returns the answers so far and the time at which each was last saved, by question number.
pub async fn answers(
    conn: &mut Conn,
    sitting: SittingId,
) -> AppResult<(Answers, HashMap<usize, DateTime<Utc>>)> {
    let rows: Vec<AnswerRow> = exam_answers::table
        .filter(exam_answers::sitting_id.eq(sitting))
        .select(AnswerRow::as_select())
        .load(conn)
        .await?;
    let (mut answers, mut saved) = (Answers::new(), HashMap::new());
    for row in rows {
        let number = usize::try_from(row.question_no).unwrap_or_default();
        let (given, at) = row.read()?;
        answers.insert(number, given);
        saved.insert(number, at);
    }
    Ok((answers, saved))
}

/// Ends a sitting: stores its answer sheet and deletes the paper and answers.
pub async fn end(
    conn: &mut Conn,
    user: UserId,
    head: &SittingHead,
    sheet: &AnswerSheet,
    at: DateTime<Utc>,
) -> AppResult<()> {
    attempts::keep(conn, user, head, sheet, at).await?;
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

/// Returns the learner of a sitting, for the job that ends it.
pub async fn learner_of(conn: &mut Conn, sitting: SittingId) -> QueryResult<Option<UserId>> {
    exam_sittings::table
        .filter(exam_sittings::sitting_id.eq(sitting))
        .select(exam_sittings::user_id)
        .first(conn)
        .await
        .optional()
}
