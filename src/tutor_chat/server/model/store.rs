//! Queries of answers that a model writes. An answer is a message from the moment of the question;
//! its status says how far it is.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::check::CheckedAnswer;
use super::prompt::{PROMPT_VERSION, TURNS, Turn};
use crate::course::LearnerPersona;
use crate::platform::db::schema::cp_rag_chat_messages as messages;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{ChatMessageId, ChatSessionId, CourseId, TopicId, UserId};
use crate::tutor_chat::server::answer::Quotation;
use crate::tutor_chat::server::ladder::{AnswerKind, AnswerNote, ChatAnswerDraft};

/// Text of an answer that has no sentence yet.
pub const WRITING: &str = "The answer is being written.";
/// Text of an answer that was stopped before its first sentence.
pub const STOPPED: &str = "You stopped this answer.";

/// Adds an answer that is to be written. Returns None if the question has this step already.
pub async fn add_pending(
    conn: &mut Conn,
    talk: ChatSessionId,
    question: ChatMessageId,
    (kind, costs_question): (AnswerKind, bool),
) -> QueryResult<Option<ChatMessageId>> {
    diesel::insert_into(messages::table)
        .values((
            messages::message_id.eq(ChatMessageId(Uuid::now_v7())),
            messages::session_id.eq(talk),
            messages::role.eq("assistant"),
            messages::content.eq(WRITING),
            messages::answer_to.eq(question),
            messages::answer_kind.eq(kind.name()),
            messages::costs_question.eq(costs_question),
            messages::status.eq("pending"),
        ))
        .on_conflict_do_nothing()
        .returning(messages::message_id)
        .get_result(conn)
        .await
        .optional()
}

/// An answer that is to be written.
#[derive(Debug, QueryableByName)]
pub struct PendingAnswer {
    #[diesel(sql_type = SqlUuid)]
    pub session_id: ChatSessionId,
    #[diesel(sql_type = SqlUuid)]
    pub user_id: UserId,
    #[diesel(sql_type = SqlUuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = SqlUuid)]
    pub topic_id: TopicId,
    #[diesel(sql_type = SqlUuid)]
    pub question_id: ChatMessageId,
    #[diesel(sql_type = Text)]
    pub question: String,
    #[diesel(sql_type = Text)]
    answer_kind: String,
    #[diesel(sql_type = Bool)]
    pub costs_question: bool,
    /// Name of the learner.
    #[diesel(sql_type = Text)]
    pub learner: String,
    /// Language of the course.
    #[diesel(sql_type = Text)]
    pub language: String,
    /// Summary of the beginning of a long conversation. Empty if there is none.
    #[diesel(sql_type = Text)]
    pub summary: String,
    #[diesel(sql_type = Text)]
    persona: String,
}

impl PendingAnswer {
    pub fn kind(&self) -> AnswerKind {
        AnswerKind::parse(&self.answer_kind).unwrap_or(AnswerKind::Hint)
    }

    /// Kind of the learner, if it is known.
    pub fn persona(&self) -> Option<LearnerPersona> {
        let mut all = LearnerPersona::ALL.into_iter();
        all.find(|persona| persona.name() == self.persona)
    }
}

/// Returns the answer unless it is complete, stopped or gone.
pub async fn pending(conn: &mut Conn, answer: ChatMessageId) -> QueryResult<Option<PendingAnswer>> {
    statement(
        "select m.session_id, s.user_id, s.course_id, s.topic_id, q.message_id as question_id, q.content as question,
                m.answer_kind, m.costs_question, u.display_name as learner, c.language,
                coalesce(s.summary, '') as summary, coalesce(p.persona_key::text, '') as persona
         from cp_rag_chat_messages m
         join cp_rag_chat_messages q on q.message_id = m.answer_to
         join cp_rag_chat_sessions s on s.session_id = m.session_id
         join users u on u.user_id = s.user_id
         join courses c on c.course_id = s.course_id
         left join learner_persona_profiles p on p.user_id = s.user_id and p.course_id = s.course_id
         where m.message_id = $1 and m.status in ('pending', 'streaming')",
    )
    .bind::<SqlUuid, _>(answer)
    .get_result(conn)
    .await
    .optional()
}

/// Returns true if the answer is still to be written.
pub async fn is_wanted(conn: &mut Conn, answer: ChatMessageId) -> QueryResult<bool> {
    let status: Option<String> = messages::table
        .find(answer)
        .select(messages::status)
        .first(conn)
        .await
        .optional()?;
    Ok(status.is_some_and(|status| matches!(status.as_str(), "pending" | "streaming")))
}

/// Returns the messages before the question, oldest first. Replies of people are left out.
pub async fn turns(
    conn: &mut Conn,
    talk: ChatSessionId,
    question: ChatMessageId,
) -> QueryResult<Vec<Turn>> {
    let rows: Vec<(String, String)> = messages::table
        .filter(messages::session_id.eq(talk))
        .filter(messages::message_id.lt(question))
        .filter(messages::role.eq_any(["user", "assistant"]))
        .filter(messages::status.eq("complete"))
        .order(messages::message_id.desc())
        .limit(TURNS)
        .select((messages::role, messages::content))
        .load(conn)
        .await?;
    let turns = rows.into_iter().rev();
    Ok(turns
        .map(|(role, text)| Turn {
            is_learners: role == "user",
            text,
        })
        .collect())
}

fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The citations as they are stored. Those of a hint have no text, which would be the answer.
fn citations(kind: AnswerKind, checked: &CheckedAnswer) -> Vec<Quotation> {
    let mut citations = checked.citations.clone();
    if kind != AnswerKind::Quotations {
        for citation in &mut citations {
            citation.text.clear();
        }
    }
    citations
}

/// Shows the sentences that are there so far. Returns false if the answer is no longer wanted.
pub async fn show(
    conn: &mut Conn,
    answer: ChatMessageId,
    kind: AnswerKind,
    checked: &CheckedAnswer,
) -> QueryResult<bool> {
    let row = messages::table
        .filter(messages::message_id.eq(answer))
        .filter(messages::status.eq_any(["pending", "streaming"]));
    let changed = diesel::update(row)
        .set((
            messages::status.eq("streaming"),
            messages::content.eq(checked.text()),
            messages::sentences.eq(json(&checked.sentences)),
            messages::citations.eq(json(&citations(kind, checked))),
        ))
        .execute(conn)
        .await?;
    Ok(changed == 1)
}

/// The form in which an answer is completed.
pub enum AnswerEnding<'a> {
    /// Sentences of the model, which has this name.
    Model(AnswerKind, &'a CheckedAnswer, &'a str),
    /// The answer without a model.
    Quoted(&'a ChatAnswerDraft),
}

/// Completes the answer. Returns false if it is no longer wanted.
pub async fn complete(
    conn: &mut Conn,
    answer: ChatMessageId,
    ending: &AnswerEnding<'_>,
    note: Option<AnswerNote>,
) -> QueryResult<bool> {
    let (kind, content, sentences, citations, model) = match ending {
        AnswerEnding::Model(kind, checked, model) => (
            *kind,
            checked.text(),
            json(&checked.sentences),
            json(&citations(*kind, checked)),
            Some(*model),
        ),
        AnswerEnding::Quoted(draft) => (
            draft.kind,
            draft.content.clone(),
            Value::Array(Vec::new()),
            json(&draft.citations),
            None,
        ),
    };
    let changed = statement(
        "update cp_rag_chat_messages
         set status = 'complete', answer_kind = $2, content = $3, sentences = $4, citations = $5,
             model = $6, prompt_version = $7, note = $8
         where message_id = $1 and status in ('pending', 'streaming')",
    )
    .bind::<SqlUuid, _>(answer)
    .bind::<Text, _>(kind.name())
    .bind::<Text, _>(content)
    .bind::<Jsonb, _>(sentences)
    .bind::<Jsonb, _>(citations)
    .bind::<Nullable<Text>, _>(model)
    .bind::<Nullable<Text>, _>(model.map(|_| PROMPT_VERSION))
    .bind::<Nullable<Text>, _>(note.map(AnswerNote::name))
    .execute(conn)
    .await?;
    Ok(changed == 1)
}

/// Ends an answer that can't be given any more, and says why.
pub async fn fail(conn: &mut Conn, answer: ChatMessageId, why: &str) -> QueryResult<()> {
    statement(
        "update cp_rag_chat_messages set status = 'failed', content = $2, sentences = '[]', citations = '[]'
         where message_id = $1 and status in ('pending', 'streaming')",
    )
    .bind::<SqlUuid, _>(answer)
    .bind::<Text, _>(why)
    .execute(conn)
    .await
    .map(drop)
}

/// An answer that was stopped.
#[derive(QueryableByName)]
pub struct StoppedAnswer {
    /// True if sentences of it are shown, which costs a question.
    #[diesel(sql_type = Bool)]
    pub is_spent: bool,
    #[diesel(sql_type = Int4)]
    pub module_no: i32,
}

/// Stops an answer that is being written. Returns None if it was not.
pub async fn stop(conn: &mut Conn, answer: ChatMessageId) -> QueryResult<Option<StoppedAnswer>> {
    statement(
        "update cp_rag_chat_messages m
         set status = 'stopped', content = case m.sentences when '[]' then $2 else m.content end,
             costs_question = m.costs_question and m.sentences = '[]'
         from (select message_id, session_id, sentences, costs_question
               from cp_rag_chat_messages where message_id = $1 for update) old
         join cp_rag_chat_sessions s on s.session_id = old.session_id
         join topics t on t.topic_id = s.topic_id
         where m.message_id = $1 and old.message_id = m.message_id and m.status in ('pending', 'streaming')
         returning old.costs_question and old.sentences <> '[]' as is_spent, t.module_no",
    )
    .bind::<SqlUuid, _>(answer)
    .bind::<Text, _>(STOPPED)
    .get_result(conn)
    .await
    .optional()
}

/// Returns true if the answer was stopped or failed before it cost its question.
pub async fn costs_again(conn: &mut Conn, answer: ChatMessageId) -> QueryResult<bool> {
    let unpaid = messages::table
        .find(answer)
        .filter(messages::status.eq_any(["stopped", "failed"]))
        .filter(messages::costs_question.eq(true));
    diesel::select(diesel::dsl::exists(unpaid))
        .get_result(conn)
        .await
}

/// Lets an answer be written again: one that was stopped or failed, or that nobody writes. Returns
/// false if there is nothing to write.
pub async fn begin_again(conn: &mut Conn, answer: ChatMessageId) -> QueryResult<bool> {
    let changed = statement(
        "update cp_rag_chat_messages
         set status = 'pending', content = $2, sentences = '[]', citations = '[]', begun_at = now()
         where message_id = $1 and role = 'assistant'
           and (status in ('stopped', 'failed')
                or status in ('pending', 'streaming') and greatest(created_at, begun_at) < now() - interval '3 minutes')",
    )
    .bind::<SqlUuid, _>(answer)
    .bind::<Text, _>(WRITING)
    .execute(conn)
    .await?;
    Ok(changed == 1)
}
