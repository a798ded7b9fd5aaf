//! Questions of learners, grouped by their words and what these mean in the course: those that the
//! course does not answer, and the others.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Int4, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::requests::label;
use crate::coldcall::server::similar;
use crate::course::server::index::directions;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::CourseId;
use crate::tutor_chat::desk::{TopicLabel, UnknownGroup, UnknownQuestion, UnknownQuestions};

#[derive(QueryableByName)]
struct UnknownRow {
    #[diesel(sql_type = Text)]
    question: String,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Int4)]
    module_no: i32,
    #[diesel(sql_type = Int4)]
    topic_number: i32,
    #[diesel(sql_type = Text)]
    title: String,
}

/// Returns the questions of the last 90 days to which the AI tutor knew no answer. Unless tutors
/// may read conversations, only those that learners handed to a person. None if there are none.
pub async fn questions(
    conn: &mut Conn,
    course: CourseId,
    may_read: bool,
) -> AppResult<Option<UnknownQuestions>> {
    let rows: Vec<UnknownRow> = statement(
        "select q.content as question, t.slug, t.module_no, t.topic_number, t.title
         from cp_rag_chat_messages a
         join cp_rag_chat_sessions s on s.session_id = a.session_id
         join topics t on t.topic_id = s.topic_id
         join cp_rag_chat_messages q on q.message_id = a.answer_to
         where s.course_id = $1 and a.role = 'assistant' and a.answer_kind = 'unknown'
           and a.created_at > now() - interval '90 days'
           and ($2 or exists (select from tutor_requests r where r.message_id = q.message_id))
         order by a.message_id desc limit $3",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<Bool, _>(may_read)
    .bind::<BigInt, _>(i64::try_from(similar::MOST_ANSWERS).unwrap_or(i64::MAX))
    .load(conn)
    .await?;
    in_groups(conn, course, &rows).await
}

/// Returns the questions of the last 90 days that the AI tutor answered, if tutors may read them.
/// Those that were asked before learners were told so are left out.
pub async fn answered(conn: &mut Conn, course: CourseId) -> AppResult<Option<UnknownQuestions>> {
    let rows: Vec<UnknownRow> = statement(
        "select q.content as question, t.slug, t.module_no, t.topic_number, t.title
         from course_tutor_settings c
         join cp_rag_chat_sessions s on s.course_id = c.course_id
         join topics t on t.topic_id = s.topic_id
         join cp_rag_chat_messages q on q.session_id = s.session_id and q.role = 'user'
              and q.suggestion_id is null and q.created_at > c.may_read_since
         where c.course_id = $1 and c.tutors_may_read and q.created_at > now() - interval '90 days'
           and exists (select from cp_rag_chat_messages a where a.answer_to = q.message_id)
           and not exists (select from cp_rag_chat_messages a
                           where a.answer_to = q.message_id and a.answer_kind = 'unknown')
         order by q.message_id desc limit $2",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<BigInt, _>(i64::try_from(similar::MOST_ANSWERS).unwrap_or(i64::MAX))
    .load(conn)
    .await?;
    in_groups(conn, course, &rows).await
}

async fn in_groups(
    conn: &mut Conn,
    course: CourseId,
    rows: &[UnknownRow],
) -> AppResult<Option<UnknownQuestions>> {
    if rows.is_empty() {
        return Ok(None);
    }
    let texts: Vec<&str> = rows.iter().map(|row| row.question.as_str()).collect();
    let meanings = directions(conn, course, &texts).await?;
    Ok(Some(grouped(rows, &texts, &meanings)))
}

fn grouped(rows: &[UnknownRow], texts: &[&str], meanings: &[Option<Vec<f32>>]) -> UnknownQuestions {
    let (groups, others) = similar::groups(texts, "", meanings);
    let question = |at: &usize| {
        rows.get(*at).map(|row| UnknownQuestion {
            text: row.question.clone(),
            topic: TopicLabel {
                slug: row.slug.clone(),
                label: label(row.module_no, row.topic_number, &row.title),
            },
        })
    };
    UnknownQuestions {
        groups: groups
            .into_iter()
            .map(|group| UnknownGroup {
                questions: group.members.iter().filter_map(question).collect(),
                words: group.words,
            })
            .collect(),
        others: others.iter().filter_map(question).collect(),
    }
}
