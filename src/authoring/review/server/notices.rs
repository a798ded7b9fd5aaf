//! Notifications of reviews: to those who are asked, and back to the writer.

use diesel::prelude::*;
use diesel::sql_types::Uuid;
use diesel_async::RunQueryDsl;

use crate::authoring::editor::server::draft::EditedTopic;
use crate::authoring::review::{REVIEW, ReviewState};
use crate::paths::edit_path;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{DraftCommentId, TopicId, UserId};
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{
    NewNotification, notify, notify_until_read, store as notifications, withdraw,
};

/// The subject of requests for a review of a topic.
fn of_requests(topic: TopicId) -> String {
    format!("topic/{topic}/review")
}

/// The subject of what is said about a draft.
fn of_comments(topic: TopicId) -> String {
    format!("topic/{topic}/comments")
}

fn news(
    (tutor, course): (&TutorOf, &str),
    topic: &EditedTopic,
    subject: String,
    (title, body): (String, &str),
) -> NewNotification {
    NewNotification {
        kind: NotificationKind::Review,
        subject,
        course: Some(tutor.course),
        title,
        body: body.to_owned(),
        path: format!("{}#{REVIEW}", edit_path(course, &topic.slug)),
    }
}

/// Asks people to review a draft.
pub async fn requested(
    conn: &mut Conn,
    by: (&TutorOf, &str),
    topic: &EditedTopic,
    people: &[UserId],
) -> AppResult<()> {
    let name = &by.0.signed_in.viewer.display_name;
    let title = format!("{name} asks you to review “{}”", topic.title);
    let body = "The draft is ready for review. Comment on it, approve it, or ask for changes.";
    let new = news(by, topic, of_requests(topic.topic_id), (title, body));
    notify(conn, people, &new).await
}

/// Tells the writer what the reviewer decided.
pub async fn decided(
    conn: &mut Conn,
    by: (&TutorOf, &str),
    topic: &EditedTopic,
    (writer, state, note): (Option<UserId>, ReviewState, &str),
) -> AppResult<()> {
    withdraw(conn, NotificationKind::Review, &of_requests(topic.topic_id)).await?;
    let name = &by.0.signed_in.viewer.display_name;
    let title = match state {
        ReviewState::Approved => format!("{name} approved “{}”", topic.title),
        _ => format!("{name} wants changes in “{}”", topic.title),
    };
    let subject = format!("topic/{}/decision", topic.topic_id);
    let people: Vec<UserId> = writer.into_iter().collect();
    notify(conn, &people, &news(by, topic, subject, (title, note))).await
}

/// Takes back a request that was not read.
pub async fn withdrawn(conn: &mut Conn, topic: TopicId) -> QueryResult<()> {
    withdraw(conn, NotificationKind::Review, &of_requests(topic)).await
}

#[derive(QueryableByName)]
struct CommentReader {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
}

/// Tells those who write the topic of a comment, and those who take part in its thread of an
/// answer.
pub async fn commented(
    conn: &mut Conn,
    by: (&TutorOf, &str),
    topic: &EditedTopic,
    (thread, is_answer, text): (DraftCommentId, bool, &str),
) -> AppResult<()> {
    let me = by.0.signed_in.user_id();
    let readers: Vec<CommentReader> = statement(
        "select x.user_id from (
             select author_user_id as user_id from draft_comments where comment_id = $2 or parent_id = $2
             union select requested_by from draft_reviews where topic_id = $1
             union select saved_by from topic_drafts where topic_id = $1
         ) x where x.user_id is not null and x.user_id <> $3",
    )
    .bind::<Uuid, _>(topic.topic_id)
    .bind::<Uuid, _>(thread)
    .bind::<Uuid, _>(me)
    .load(conn)
    .await?;
    let people: Vec<UserId> = readers.iter().map(|reader| reader.user_id).collect();
    let name = &by.0.signed_in.viewer.display_name;
    let title = match is_answer {
        true => format!("{name} answered a comment on “{}”", topic.title),
        false => format!("{name} commented on “{}”", topic.title),
    };
    let new = news(by, topic, of_comments(topic.topic_id), (title, text));
    notify_until_read(conn, &people, &new).await
}

/// Marks everything about the topic's review as read, because the person sees it.
pub async fn seen(conn: &mut Conn, user: UserId, topic: TopicId) -> QueryResult<()> {
    let decision = format!("topic/{topic}/decision");
    for subject in [of_requests(topic), of_comments(topic), decision] {
        notifications::seen(conn, user, NotificationKind::Review, &subject).await?;
    }
    Ok(())
}
