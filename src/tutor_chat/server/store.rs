//! Queries of conversations. Each finds only what belongs to the learner.

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, exists};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::answer::Quotation;
use super::ladder::{AnswerKind, AnswerNote, ChatAnswerDraft};
use super::model::check::AnswerSentence;
use crate::platform::db::schema::{
    courses, cp_rag_chat_messages as messages, cp_rag_chat_sessions as sessions,
    topic_prompt_suggestions, topics, tutor_requests,
};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{
    ChatMessageId, ChatSessionId, CourseId, SuggestionId, TopicId, TutorRequestId, UserId,
};
use crate::tutor_chat::desk::TutorSettings;
use crate::tutor_chat::desk::server::settings;

/// Settings of a course's tutor, and the questions that the learner has used in a module.
#[derive(Debug, Clone, Copy)]
pub struct TutorTerms {
    pub settings: TutorSettings,
    pub used: i32,
}

impl TutorTerms {
    /// Typed questions that are left in the module.
    pub fn left(&self) -> i32 {
        (self.settings.questions_per_module - self.used).max(0)
    }
}

#[derive(QueryableByName)]
struct UsedQuestions {
    #[diesel(sql_type = Int4)]
    used: i32,
}

pub async fn terms(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    module_no: i32,
) -> QueryResult<TutorTerms> {
    // Answers that are being written count already, so that no more are asked for than may be.
    let used: UsedQuestions = statement(
        "select coalesce((select used from module_prompt_usage
                          where user_id = $1 and course_id = $2 and module_no = $3), 0)
                + (select count(*)::int from cp_rag_chat_sessions s
                   join topics t on t.topic_id = s.topic_id and t.module_no = $3
                   join cp_rag_chat_messages m on m.session_id = s.session_id
                     and m.status in ('pending', 'streaming') and m.costs_question
                   where s.user_id = $1 and s.course_id = $2) as used",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .bind::<Int4, _>(module_no)
    .get_result(conn)
    .await?;
    Ok(TutorTerms {
        settings: settings::settings(conn, course).await?,
        used: used.used,
    })
}

/// Counts one typed question.
pub async fn spend(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    module_no: i32,
) -> QueryResult<()> {
    statement(
        "insert into module_prompt_usage as u (user_id, course_id, module_no, used) values ($1, $2, $3, 1)
         on conflict (user_id, course_id, module_no) do update set used = u.used + 1, updated_at = now()",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .bind::<Int4, _>(module_no)
    .execute(conn)
    .await
    .map(drop)
}

/// Returns the learner's conversation about the topic, which begins if there is none.
pub async fn open_talk(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    topic: TopicId,
) -> QueryResult<ChatSessionId> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::user_id.eq(user),
            sessions::course_id.eq(course),
            sessions::topic_id.eq(topic),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::course_id.eq(course))
        .filter(sessions::topic_id.eq(topic))
        .select(sessions::session_id)
        .first(conn)
        .await
}

/// Deletes the learner's conversation about the topic.
pub async fn delete_talk(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    topic: TopicId,
) -> QueryResult<usize> {
    let own = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::course_id.eq(course))
        .filter(sessions::topic_id.eq(topic));
    diesel::delete(own).execute(conn).await
}

pub async fn count_messages(conn: &mut Conn, talk: ChatSessionId) -> QueryResult<i64> {
    messages::table
        .filter(messages::session_id.eq(talk))
        .select(count_star())
        .first(conn)
        .await
}

/// A message of a conversation.
#[derive(Debug, Clone, QueryableByName)]
pub struct TalkRow {
    #[diesel(sql_type = SqlUuid)]
    pub session_id: ChatSessionId,
    #[diesel(sql_type = SqlUuid)]
    pub message_id: ChatMessageId,
    #[diesel(sql_type = Text)]
    pub role: String,
    /// Name of the person who replied.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    #[diesel(sql_type = Text)]
    pub content: String,
    #[diesel(sql_type = Jsonb)]
    citations: Value,
    #[diesel(sql_type = Jsonb)]
    sentences: Value,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub answer_to: Option<ChatMessageId>,
    #[diesel(sql_type = Nullable<Text>)]
    answer_kind: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub suggestion_id: Option<SuggestionId>,
    #[diesel(sql_type = Nullable<Bool>)]
    pub is_helpful: Option<bool>,
    #[diesel(sql_type = Nullable<Text>)]
    pub feedback_reason: Option<String>,
    /// Null unless the question was handed to the course's tutors; then whether it waits for them.
    #[diesel(sql_type = Nullable<Bool>)]
    pub is_waiting: Option<bool>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// Moment from which the answer is written.
    #[diesel(sql_type = Timestamptz)]
    pub begun_at: DateTime<Utc>,
}

impl TalkRow {
    pub fn is_question(&self) -> bool {
        self.role == "user"
    }

    /// A question that was taken from a suggestion.
    #[cfg(test)]
    pub fn asked(suggestion: SuggestionId) -> Self {
        Self {
            session_id: ChatSessionId(Uuid::nil()),
            message_id: ChatMessageId(Uuid::nil()),
            role: "user".to_owned(),
            name: None,
            content: String::new(),
            citations: Value::Null,
            sentences: Value::Null,
            status: "complete".to_owned(),
            note: None,
            answer_to: None,
            answer_kind: None,
            suggestion_id: Some(suggestion),
            is_helpful: None,
            feedback_reason: None,
            is_waiting: None,
            created_at: DateTime::UNIX_EPOCH,
            begun_at: DateTime::UNIX_EPOCH,
        }
    }

    pub fn is_person(&self) -> bool {
        self.role == "tutor"
    }

    pub fn kind(&self) -> Option<AnswerKind> {
        AnswerKind::parse(self.answer_kind.as_deref()?)
    }

    pub fn note(&self) -> Option<AnswerNote> {
        AnswerNote::parse(self.note.as_deref()?)
    }

    /// Sentences of a model. Empty for quotations and for messages of people.
    pub fn sentences(&self) -> Vec<AnswerSentence> {
        serde_json::from_value(self.sentences.clone()).unwrap_or_default()
    }

    pub fn is_complete(&self) -> bool {
        self.status == "complete"
    }

    /// Whether the answer is still to be written.
    pub fn is_unwritten(&self) -> bool {
        matches!(self.status.as_str(), "pending" | "streaming")
    }

    pub fn citations(&self) -> Vec<Quotation> {
        serde_json::from_value(self.citations.clone()).unwrap_or_default()
    }
}

/// Returns the learner's conversation about the topic, oldest message first.
pub async fn talk(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    topic: TopicId,
) -> QueryResult<Vec<TalkRow>> {
    statement(
        "select s.session_id, m.message_id, m.role, u.display_name as name, m.content, m.citations, m.sentences, m.status, m.note, m.answer_to, m.answer_kind,
                m.suggestion_id, m.is_helpful, m.feedback_reason, m.created_at,
                coalesce(m.begun_at, m.created_at) as begun_at,
                case when r.request_id is not null then r.done_at is null end as is_waiting
         from cp_rag_chat_sessions s
         join cp_rag_chat_messages m on m.session_id = s.session_id and m.role <> 'system'
         left join users u on u.user_id = m.author_user_id and u.deleted_at is null
         left join tutor_requests r on r.message_id = m.message_id
         where s.user_id = $1 and s.course_id = $2 and s.topic_id = $3
         order by m.message_id",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .bind::<SqlUuid, _>(topic)
    .load(conn)
    .await
}

/// A message in a conversation of the learner, with its place.
#[derive(Debug, Clone, Queryable)]
pub struct OwnMessage {
    pub message_id: ChatMessageId,
    pub talk: ChatSessionId,
    pub course: CourseId,
    pub topic: TopicId,
    pub course_slug: String,
    pub topic_slug: String,
    pub text: String,
}

/// Returns a message with this role. None if it is not in a conversation of the learner.
pub async fn own_message(
    conn: &mut Conn,
    user: UserId,
    message: ChatMessageId,
    role: &str,
) -> QueryResult<Option<OwnMessage>> {
    messages::table
        .inner_join(sessions::table.on(sessions::session_id.eq(messages::session_id)))
        .inner_join(courses::table.on(courses::course_id.eq(sessions::course_id)))
        .inner_join(topics::table.on(topics::topic_id.eq(sessions::topic_id)))
        .filter(messages::message_id.eq(message))
        .filter(messages::role.eq(role))
        .filter(sessions::user_id.eq(user))
        .select((
            messages::message_id,
            messages::session_id,
            sessions::course_id,
            sessions::topic_id,
            courses::slug,
            topics::slug,
            messages::content,
        ))
        .first(conn)
        .await
        .optional()
}

/// Returns the question before this one, or the last one of the conversation.
pub async fn question_before(
    conn: &mut Conn,
    talk: ChatSessionId,
    message: Option<ChatMessageId>,
) -> QueryResult<Option<String>> {
    let mut query = messages::table
        .filter(messages::session_id.eq(talk))
        .filter(messages::role.eq("user"))
        .order(messages::message_id.desc())
        .select(messages::content)
        .into_boxed();
    if let Some(message) = message {
        query = query.filter(messages::message_id.lt(message));
    }
    query.first(conn).await.optional()
}

/// Returns the suggestion that the last question of the conversation was taken from, if any.
pub async fn last_suggestion(
    conn: &mut Conn,
    talk: ChatSessionId,
) -> QueryResult<Option<(ChatMessageId, Option<SuggestionId>)>> {
    messages::table
        .filter(messages::session_id.eq(talk))
        .filter(messages::role.eq("user"))
        .order(messages::message_id.desc())
        .select((messages::message_id, messages::suggestion_id))
        .first(conn)
        .await
        .optional()
}

/// Returns the kinds of the answers that the question has.
pub async fn answers_to(conn: &mut Conn, question: ChatMessageId) -> QueryResult<Vec<AnswerKind>> {
    let kinds: Vec<Option<String>> = messages::table
        .filter(messages::answer_to.eq(question))
        .filter(
            messages::status.eq("complete").or(messages::status
                .eq("stopped")
                .and(messages::costs_question.eq(false))),
        )
        .order(messages::message_id)
        .select(messages::answer_kind)
        .load(conn)
        .await?;
    let kinds = kinds.iter().flatten();
    Ok(kinds.filter_map(|name| AnswerKind::parse(name)).collect())
}

/// Returns the question that a form with this key has asked, with its text.
pub async fn by_form_key(
    conn: &mut Conn,
    talk: ChatSessionId,
    key: Uuid,
) -> QueryResult<Option<(ChatMessageId, String)>> {
    messages::table
        .filter(messages::session_id.eq(talk))
        .filter(messages::form_key.eq(key))
        .select((messages::message_id, messages::content))
        .first(conn)
        .await
        .optional()
}

/// The source of a question: a form, or a suggestion.
#[derive(Debug, Clone, Copy, Default)]
pub struct QuestionSource {
    pub form_key: Option<Uuid>,
    pub suggestion: Option<SuggestionId>,
}

pub async fn add_question(
    conn: &mut Conn,
    talk: ChatSessionId,
    text: &str,
    source: QuestionSource,
) -> QueryResult<ChatMessageId> {
    let id = ChatMessageId(Uuid::now_v7());
    diesel::insert_into(messages::table)
        .values((
            messages::message_id.eq(id),
            messages::session_id.eq(talk),
            messages::role.eq("user"),
            messages::content.eq(text),
            messages::form_key.eq(source.form_key),
            messages::suggestion_id.eq(source.suggestion),
        ))
        .execute(conn)
        .await?;
    Ok(id)
}

/// Stores an answer. A step that the question has already is not stored again.
pub async fn add_answer(
    conn: &mut Conn,
    talk: ChatSessionId,
    question: ChatMessageId,
    answer: &ChatAnswerDraft,
) -> QueryResult<()> {
    diesel::insert_into(messages::table)
        .values((
            messages::message_id.eq(ChatMessageId(Uuid::now_v7())),
            messages::session_id.eq(talk),
            messages::role.eq("assistant"),
            messages::content.eq(&answer.content),
            messages::citations.eq(serde_json::to_value(&answer.citations).unwrap_or_default()),
            messages::answer_to.eq(question),
            messages::answer_kind.eq(answer.kind.name()),
            messages::note.eq(answer.note.map(AnswerNote::name)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(drop)
}

/// Rates an answer.
pub async fn rate(
    conn: &mut Conn,
    message: ChatMessageId,
    is_helpful: bool,
    reason: Option<&str>,
) -> QueryResult<()> {
    diesel::update(messages::table.find(message))
        .set((
            messages::is_helpful.eq(is_helpful),
            messages::feedback_reason.eq(reason),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Hands a question to the tutors of the course. Returns None if it was handed to them before.
pub async fn hand_over(
    conn: &mut Conn,
    talk: ChatSessionId,
    question: ChatMessageId,
) -> QueryResult<Option<TutorRequestId>> {
    diesel::insert_into(tutor_requests::table)
        .values((
            tutor_requests::session_id.eq(talk),
            tutor_requests::message_id.eq(question),
        ))
        .on_conflict_do_nothing()
        .returning(tutor_requests::request_id)
        .get_result(conn)
        .await
        .optional()
}

pub async fn is_handed_over(conn: &mut Conn, question: ChatMessageId) -> QueryResult<bool> {
    let requests = tutor_requests::table.filter(tutor_requests::message_id.eq(question));
    diesel::select(exists(requests)).get_result(conn).await
}

/// Number of the learner's questions that wait for the tutors of the course.
pub async fn count_waiting(conn: &mut Conn, user: UserId, course: CourseId) -> QueryResult<i64> {
    tutor_requests::table
        .inner_join(sessions::table.on(sessions::session_id.eq(tutor_requests::session_id)))
        .filter(sessions::user_id.eq(user))
        .filter(sessions::course_id.eq(course))
        .filter(tutor_requests::done_at.is_null())
        .select(count_star())
        .first(conn)
        .await
}

/// A suggested question with its prepared answer.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = topic_prompt_suggestions)]
pub struct PreparedQuestion {
    pub suggestion_id: SuggestionId,
    pub parent_suggestion_id: Option<SuggestionId>,
    pub prompt_text: String,
    pub answer: String,
}

/// Returns the suggestions of the topic that are shown, in their order.
pub async fn suggestions(
    conn: &mut Conn,
    course: CourseId,
    topic: TopicId,
) -> QueryResult<Vec<PreparedQuestion>> {
    topic_prompt_suggestions::table
        .filter(topic_prompt_suggestions::course_id.eq(course))
        .filter(topic_prompt_suggestions::topic_id.eq(topic))
        .filter(topic_prompt_suggestions::is_active)
        .order((
            topic_prompt_suggestions::position,
            topic_prompt_suggestions::suggestion_id,
        ))
        .select(PreparedQuestion::as_select())
        .load(conn)
        .await
}
