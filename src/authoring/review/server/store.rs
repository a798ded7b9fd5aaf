//! Queries of reviews and of comments on drafts.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use crate::authoring::review::ReviewState;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, DraftCommentId, TopicId, UserId};

#[derive(Debug, Clone, QueryableByName)]
pub struct ReviewRow {
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub requested_by: Option<UserId>,
    #[diesel(sql_type = Text)]
    pub requester: String,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub reviewer_id: Option<UserId>,
    #[diesel(sql_type = Text)]
    pub reviewer: String,
    #[diesel(sql_type = Text)]
    pub decider: String,
    #[diesel(sql_type = Timestamptz)]
    pub requested_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Int4>)]
    pub revision: Option<i32>,
    #[diesel(sql_type = Text)]
    pub note: String,
}

impl ReviewRow {
    pub fn state(&self) -> ReviewState {
        ReviewState::parse(&self.state).unwrap_or(ReviewState::Ready)
    }
}

pub async fn review(conn: &mut Conn, topic: TopicId) -> QueryResult<Option<ReviewRow>> {
    statement(
        "select r.state, r.requested_by, coalesce(q.display_name, 'A former member') as requester,
                r.reviewer_id, coalesce(v.display_name, '') as reviewer,
                coalesce(d.display_name, 'A former member') as decider, r.requested_at, r.revision, r.note
         from draft_reviews r
         left join users q on q.user_id = r.requested_by
         left join users v on v.user_id = r.reviewer_id
         left join users d on d.user_id = r.decided_by
         where r.topic_id = $1",
    )
    .bind::<Uuid, _>(topic)
    .get_result(conn)
    .await
    .optional()
}

#[derive(Debug, Clone, QueryableByName)]
pub struct DraftCommentRow {
    #[diesel(sql_type = Uuid)]
    pub comment_id: DraftCommentId,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub parent_id: Option<DraftCommentId>,
    #[diesel(sql_type = Text)]
    pub quote: String,
    #[diesel(sql_type = Text)]
    pub body: String,
    #[diesel(sql_type = Text)]
    pub author: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub resolved_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    pub resolver: String,
}

/// Returns all comments on a topic's draft, oldest first.
pub async fn comments(conn: &mut Conn, topic: TopicId) -> QueryResult<Vec<DraftCommentRow>> {
    statement(
        "select c.comment_id, c.parent_id, c.quote, c.body, coalesce(a.display_name, 'A former member') as author,
                c.created_at, c.resolved_at, coalesce(r.display_name, 'a former member') as resolver
         from draft_comments c
         left join users a on a.user_id = c.author_user_id
         left join users r on r.user_id = c.resolved_by
         where c.topic_id = $1 order by c.created_at, c.comment_id",
    )
    .bind::<Uuid, _>(topic)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct OpenCount {
    #[diesel(sql_type = BigInt)]
    open: i64,
}

/// Counts the comments that nobody has resolved.
pub async fn open_comments(conn: &mut Conn, topic: TopicId) -> QueryResult<i64> {
    let counted: OpenCount = statement(
        "select count(*) as open from draft_comments
         where topic_id = $1 and parent_id is null and resolved_at is null",
    )
    .bind::<Uuid, _>(topic)
    .get_result(conn)
    .await?;
    Ok(counted.open)
}

#[derive(QueryableByName)]
struct ReviewFingerprint {
    #[diesel(sql_type = Text)]
    state: String,
}

/// Returns a text that changes with each change of the review and of the comments.
pub async fn fingerprint(conn: &mut Conn, topic: TopicId) -> QueryResult<String> {
    let found: ReviewFingerprint = statement(
        "select concat_ws('.', (select state || extract(epoch from coalesce(decided_at, requested_at))
                                from draft_reviews where topic_id = $1),
                          count(*), count(resolved_at), extract(epoch from max(greatest(created_at, resolved_at)))) as state
         from draft_comments where topic_id = $1",
    )
    .bind::<Uuid, _>(topic)
    .get_result(conn)
    .await?;
    Ok(found.state)
}

#[derive(Debug, Clone, QueryableByName)]
pub struct FellowTutor {
    #[diesel(sql_type = Uuid)]
    pub user_id: UserId,
    #[diesel(sql_type = Text)]
    pub name: String,
}

/// Returns the other active tutors of a course, by name.
pub async fn fellows(
    conn: &mut Conn,
    course: CourseId,
    me: UserId,
) -> QueryResult<Vec<FellowTutor>> {
    statement(
        "select u.user_id, u.display_name as name
         from course_tutors ct
         join tutors t on t.tutor_id = ct.tutor_id
         join users u on u.user_id = t.user_id
         where ct.course_id = $1 and ct.is_active and u.is_active and u.deleted_at is null and u.user_id <> $2
         order by u.sort_name, u.user_id",
    )
    .bind::<Uuid, _>(course)
    .bind::<Uuid, _>(me)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct TopicNoteRow {
    #[diesel(sql_type = Uuid)]
    topic_id: TopicId,
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<String>,
    #[diesel(sql_type = BigInt)]
    open: i64,
}

/// Returns the state of the review and the open comments of each topic, for the outline.
pub async fn of_course(
    conn: &mut Conn,
    course: CourseId,
) -> QueryResult<HashMap<TopicId, Vec<String>>> {
    let rows: Vec<TopicNoteRow> = statement(
        "select t.topic_id, r.state,
                (select count(*) from draft_comments c
                 where c.topic_id = t.topic_id and c.parent_id is null and c.resolved_at is null) as open
         from topics t left join draft_reviews r on r.topic_id = t.topic_id
         where t.course_id = $1
           and (r.topic_id is not null or exists (select from draft_comments c where c.topic_id = t.topic_id))",
    )
    .bind::<Uuid, _>(course)
    .load(conn)
    .await?;
    let said = rows.into_iter().map(|row| {
        let state = row.state.as_deref().and_then(ReviewState::parse);
        let state = state.map(|state| state.label().to_owned());
        let open = (row.open > 0).then(|| open_words(row.open));
        (row.topic_id, state.into_iter().chain(open).collect())
    });
    Ok(said.collect())
}

/// Says how many comments are open, such as "2 open comments".
pub fn open_words(open: i64) -> String {
    match open {
        1 => "1 open comment".to_owned(),
        open => format!("{open} open comments"),
    }
}
