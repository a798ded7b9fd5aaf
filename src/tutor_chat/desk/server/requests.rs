//! Reads the questions that learners of a course handed to a person.

use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{settings, unknown};
use crate::course::server::store as courses;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, TutorRequestId};
use crate::platform::markdown;
use crate::platform::time::Clock;
use crate::platform::ui::Html;
use crate::tutor_chat::desk::{
    DoneBy, EarlierTurn, HandedQuestion, LearnerQuestionsPage, LearnerQuestionsQuery,
    RequestFilter, TopicLabel,
};

/// Questions on one page.
pub const QUESTIONS_PAGE: usize = 20;

/// Turns of the conversation before a question that are shown.
const TURNS_BEFORE: i64 = 6;

#[derive(QueryableByName)]
struct HandedRow {
    #[diesel(sql_type = SqlUuid)]
    request_id: TutorRequestId,
    #[diesel(sql_type = Timestamptz)]
    asked_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    done_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    done_by: String,
    #[diesel(sql_type = Text)]
    learner: String,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Int4)]
    module_no: i32,
    #[diesel(sql_type = Int4)]
    topic_number: i32,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    question: String,
    #[diesel(sql_type = Nullable<Text>)]
    answer: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    reply: Option<String>,
}

/// Columns of a [`HandedRow`] of the course `$1`; the statement adds its own conditions on `r`. An
/// answer of the AI tutor is the message after the question.
const HANDED_ROW: &str = "select r.request_id, r.asked_at, r.done_at, coalesce(d.display_name, 'A former tutor') as done_by,
        u.display_name as learner, t.slug, t.module_no, t.topic_number, t.title, q.content as question,
        case when next.role = 'assistant' then nullif(next.content, '') end as answer, reply.content as reply
    from tutor_requests r
    join cp_rag_chat_sessions s on s.session_id = r.session_id
    join users u on u.user_id = s.user_id
    join topics t on t.topic_id = s.topic_id
    join cp_rag_chat_messages q on q.message_id = r.message_id
    left join users d on d.user_id = r.done_by and d.deleted_at is null
    left join cp_rag_chat_messages reply on reply.message_id = r.reply_message_id
    left join lateral (
        select m.role, m.content from cp_rag_chat_messages m
        where m.session_id = r.session_id and m.message_id > r.message_id and m.role in ('user', 'assistant')
        order by m.message_id limit 1
    ) next on true
    where s.course_id = $1";

impl HandedRow {
    /// Place of the question in the list, for an address.
    fn place(&self) -> String {
        let at = self.done_at.unwrap_or(self.asked_at);
        let at = at.to_rfc3339_opts(SecondsFormat::Micros, true);
        format!("{at}_{}", self.request_id)
    }

    fn question(self, before: Vec<EarlierTurn>, clock: &Clock) -> HandedQuestion {
        let at = |time: DateTime<Utc>| (clock.ago(time), time.to_rfc3339());
        let name = self.done_by;
        HandedQuestion {
            request_id: self.request_id,
            learner: self.learner,
            topic: TopicLabel {
                label: label(self.module_no, self.topic_number, &self.title),
                slug: self.slug,
            },
            at: at(self.asked_at),
            question: self.question,
            answer: self.answer,
            before,
            reply: self
                .reply
                .map(|text| Html(markdown::render(&text, &|_, _| None).html)),
            done: self.done_at.map(|time| DoneBy { name, at: at(time) }),
        }
    }
}

/// Number and title of a topic.
pub(super) fn label(module_no: i32, topic_number: i32, title: &str) -> String {
    format!("{module_no}.{topic_number} {title}")
}

/// Reads the place of a question. None if it is malformed; the list then begins at its start.
fn read_place(text: &str) -> Option<(DateTime<Utc>, Uuid)> {
    let (at, id) = text.split_once('_')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

#[derive(QueryableByName)]
struct OpenRequestsRow {
    #[diesel(sql_type = BigInt)]
    open: i64,
}

/// Returns the number of open questions of the course.
pub async fn open(conn: &mut Conn, course: CourseId) -> QueryResult<i64> {
    let row: OpenRequestsRow = statement(
        "select count(*) as open
         from tutor_requests r join cp_rag_chat_sessions s on s.session_id = r.session_id
         where s.course_id = $1 and r.done_at is null",
    )
    .bind::<SqlUuid, _>(course)
    .get_result(conn)
    .await?;
    Ok(row.open)
}

/// Returns a page of questions with the settings of the AI tutor.
pub async fn page(
    conn: &mut Conn,
    course: CourseId,
    query: &LearnerQuestionsQuery,
    clock: &Clock,
) -> AppResult<LearnerQuestionsPage> {
    let mut rows = rows(conn, course, query).await?;
    let has_more = rows.len() > QUESTIONS_PAGE;
    rows.truncate(QUESTIONS_PAGE);
    let next = rows.last().filter(|_| has_more).map(HandedRow::place);
    let kept = query.keep.parse().ok().map(TutorRequestId);
    if let Some(kept) = kept.filter(|kept| rows.iter().all(|row| row.request_id != *kept)) {
        rows.splice(0..0, one(conn, course, kept).await?);
    }
    let mut before = turns_before(conn, &rows).await?;
    let questions = rows.into_iter().map(|row| {
        let before = before.remove(&row.request_id).unwrap_or_default();
        row.question(before, clock)
    });
    let questions = questions.collect();
    let settings = settings::settings(conn, course).await?;
    let is_first = query.after.is_empty() && query.filter == RequestFilter::Open;
    let unknown = match is_first {
        true => unknown::questions(conn, course, settings.tutors_may_read).await?,
        false => None,
    };
    let answered = match is_first && settings.tutors_may_read {
        true => unknown::answered(conn, course).await?,
        false => None,
    };
    Ok(LearnerQuestionsPage {
        course_title: courses::title(conn, course).await?,
        questions,
        next,
        open: open(conn, course).await?,
        unknown,
        answered,
        settings,
    })
}

/// Returns the questions of a page and one more if there is a next page.
async fn rows(
    conn: &mut Conn,
    course: CourseId,
    query: &LearnerQuestionsQuery,
) -> QueryResult<Vec<HandedRow>> {
    let place = read_place(&query.after);
    let rest = match query.filter {
        RequestFilter::Open => {
            "and r.done_at is null and ($2 is null or (r.asked_at, r.request_id) > ($2, $3))
             order by r.asked_at, r.request_id"
        }
        RequestFilter::Done => {
            "and r.done_at is not null and ($2 is null or (r.done_at, r.request_id) < ($2, $3))
             order by r.done_at desc, r.request_id desc"
        }
    };
    statement(format!("{HANDED_ROW} {rest} limit $4"))
        .bind::<SqlUuid, _>(course)
        .bind::<Nullable<Timestamptz>, _>(place.map(|(at, _)| at))
        .bind::<Nullable<SqlUuid>, _>(place.map(|(_, id)| id))
        .bind::<BigInt, _>(i64::try_from(QUESTIONS_PAGE + 1).unwrap_or(i64::MAX))
        .load(conn)
        .await
}

async fn one(
    conn: &mut Conn,
    course: CourseId,
    request: TutorRequestId,
) -> QueryResult<Option<HandedRow>> {
    statement(format!("{HANDED_ROW} and r.request_id = $2"))
        .bind::<SqlUuid, _>(course)
        .bind::<SqlUuid, _>(request)
        .get_result(conn)
        .await
        .optional()
}

#[derive(QueryableByName)]
struct EarlierTurnRow {
    #[diesel(sql_type = SqlUuid)]
    request_id: TutorRequestId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    content: String,
}

/// Returns the turns before each question, oldest first.
async fn turns_before(
    conn: &mut Conn,
    rows: &[HandedRow],
) -> QueryResult<HashMap<TutorRequestId, Vec<EarlierTurn>>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.request_id.0).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let turns: Vec<EarlierTurnRow> = statement(
        "select r.request_id, m.content,
                case m.role when 'user' then u.display_name when 'assistant' then 'AI tutor'
                            else coalesce(a.display_name, 'A former tutor') end as name
         from tutor_requests r
         join cp_rag_chat_sessions s on s.session_id = r.session_id
         join users u on u.user_id = s.user_id
         cross join lateral (
             select e.message_id, e.role, e.content, e.author_user_id from cp_rag_chat_messages e
             where e.session_id = r.session_id and e.message_id < r.message_id and e.role <> 'system' and e.content <> ''
             order by e.message_id desc limit $2
         ) m
         left join users a on a.user_id = m.author_user_id and a.deleted_at is null
         where r.request_id = any($1)
         order by r.request_id, m.message_id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<BigInt, _>(TURNS_BEFORE)
    .load(conn)
    .await?;
    let mut before: HashMap<TutorRequestId, Vec<EarlierTurn>> = HashMap::new();
    for turn in turns {
        before
            .entry(turn.request_id)
            .or_default()
            .push(EarlierTurn {
                by: turn.name,
                text: turn.content,
            });
    }
    Ok(before)
}

#[derive(QueryableByName)]
struct QuestionAndReply {
    #[diesel(sql_type = Text)]
    question: String,
    #[diesel(sql_type = Text)]
    reply: String,
}

/// Returns a question of the course and its last reply, which is empty if there is none.
pub(super) async fn with_reply(
    conn: &mut Conn,
    course: CourseId,
    request: TutorRequestId,
) -> QueryResult<Option<(String, String)>> {
    let row: Option<QuestionAndReply> = statement(
        "select q.content as question, coalesce(m.content, '') as reply
         from tutor_requests r
         join cp_rag_chat_sessions s on s.session_id = r.session_id
         join cp_rag_chat_messages q on q.message_id = r.message_id
         left join cp_rag_chat_messages m on m.message_id = r.reply_message_id
         where r.request_id = $1 and s.course_id = $2",
    )
    .bind::<SqlUuid, _>(request)
    .bind::<SqlUuid, _>(course)
    .get_result(conn)
    .await
    .optional()?;
    Ok(row.map(|row| (row.question, row.reply)))
}
