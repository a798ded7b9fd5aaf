//! Notifications about questions that learners hand to a person: to the tutors of the course when
//! one asks, and to the learner when a tutor replies.

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use crate::paths::{learner_questions_path, tutor_path};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{ChatSessionId, CourseId, TutorRequestId, UserId};
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{
    NewNotification, notify, notify_until_read, store as notifications, withdraw,
};

/// The subject of notifications about all questions of a course.
fn of_course(course: CourseId) -> String {
    format!("course/{course}/questions")
}

/// The subject of notifications about replies in a conversation.
fn of_conversation(session: ChatSessionId) -> String {
    format!("tutor_chat/{session}")
}

#[derive(QueryableByName)]
struct QuestionedTutorRow {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
}

/// Tells the active tutors of the course that a learner has handed a question to them. All
/// questions of a course are one notification, and one mail until it is read.
pub async fn asked(conn: &mut Conn, request: TutorRequestId) -> AppResult<()> {
    let tutors: Vec<QuestionedTutorRow> = statement(
        "select t.user_id, c.course_id, c.slug, c.title
         from tutor_requests r
         join cp_rag_chat_sessions s on s.session_id = r.session_id
         join courses c on c.course_id = s.course_id
         join course_tutors ct on ct.course_id = s.course_id and ct.is_active
         join tutors t on t.tutor_id = ct.tutor_id
         where r.request_id = $1 and t.user_id <> s.user_id",
    )
    .bind::<SqlUuid, _>(request)
    .load(conn)
    .await?;
    let Some(first) = tutors.as_slice().first() else {
        return Ok(());
    };
    let new = NewNotification {
        kind: NotificationKind::Question,
        subject: of_course(first.course_id),
        course: Some(first.course_id),
        title: "A learner asks you a question".to_owned(),
        body: format!(
            "Questions in the course “{}” wait for an answer.",
            first.title
        ),
        path: learner_questions_path(&first.slug),
    };
    let people: Vec<UserId> = tutors.iter().map(|row| row.user_id).collect();
    notify_until_read(conn, &people, &new).await
}

/// The learner who gets a reply, and the place where they asked.
pub(super) struct RepliedTo<'a> {
    pub learner: UserId,
    pub session: ChatSessionId,
    pub course: CourseId,
    pub course_slug: &'a str,
    pub topic_slug: &'a str,
    pub question: &'a str,
}

/// Tells the learner that a tutor has replied to their question.
pub(super) async fn replied(conn: &mut Conn, to: RepliedTo<'_>, tutor: &str) -> AppResult<()> {
    let new = NewNotification {
        kind: NotificationKind::Reply,
        subject: of_conversation(to.session),
        course: Some(to.course),
        title: format!("{tutor}, a tutor, replied to your question"),
        body: to.question.to_owned(),
        path: tutor_path(to.course_slug, to.topic_slug),
    };
    notify(conn, &[to.learner], &new).await
}

/// Marks as read that learners have asked, because the tutor sees their questions.
pub async fn seen_requests(conn: &mut Conn, user: UserId, course: CourseId) -> QueryResult<()> {
    let subject = of_course(course);
    notifications::seen(conn, user, NotificationKind::Question, &subject)
        .await
        .map(drop)
}

/// Marks as read that a tutor has replied, because the learner sees the conversation.
pub async fn seen_replies(
    conn: &mut Conn,
    user: UserId,
    session: ChatSessionId,
) -> QueryResult<()> {
    let subject = of_conversation(session);
    notifications::seen(conn, user, NotificationKind::Reply, &subject)
        .await
        .map(drop)
}

/// Takes back what the tutors of the course have not read, because all questions are done.
pub(super) async fn nothing_open(conn: &mut Conn, course: CourseId) -> QueryResult<()> {
    withdraw(conn, NotificationKind::Question, &of_course(course)).await
}
