//! Queries of reviews. Queries of a learner filter by their id.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::exercise::marking::server::store::WorkMarker;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{
    CourseId, ExerciseId, ExerciseWorkId, PeerReviewId, SubmissionId, UserId,
};

/// A review with its work.
#[derive(QueryableByName)]
pub struct PeerReviewRow {
    #[diesel(sql_type = Uuid)]
    pub review_id: PeerReviewId,
    #[diesel(sql_type = Uuid)]
    pub submission_id: SubmissionId,
    #[diesel(sql_type = Uuid)]
    pub work_id: ExerciseWorkId,
    #[diesel(sql_type = Uuid)]
    pub exercise_id: ExerciseId,
    #[diesel(sql_type = Uuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Uuid)]
    pub author_id: UserId,
    #[diesel(sql_type = Uuid)]
    pub reviewer_id: UserId,
    #[diesel(sql_type = Text)]
    pub course: String,
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = Text)]
    pub exercise: String,
    #[diesel(sql_type = Text)]
    pub brief_html: String,
    #[diesel(sql_type = Text)]
    pub author: String,
    #[diesel(sql_type = Bool)]
    pub is_named: bool,
    #[diesel(sql_type = Int4)]
    pub wanted: i32,
    #[diesel(sql_type = Text)]
    pub work: String,
    #[diesel(sql_type = Text)]
    pub links: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub peers_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Jsonb)]
    pub rubric: Value,
    #[diesel(sql_type = Jsonb)]
    pub points: Value,
    #[diesel(sql_type = Text)]
    pub feedback: String,
    #[diesel(sql_type = Text)]
    pub feedback_html: String,
    #[diesel(sql_type = Nullable<Int4>)]
    pub score: Option<i32>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub sent_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    pub is_released: bool,
    #[diesel(sql_type = Bool)]
    pub is_reported: bool,
    #[diesel(sql_type = Text)]
    pub report: String,
    #[diesel(sql_type = Bool)]
    pub is_settled: bool,
}

const REVIEW: &str = "
    select r.review_id, r.submission_id, s.work_id, w.exercise_id, e.course_id, w.user_id as author_id,
           r.reviewer_id, c.title as course, c.language, e.title as exercise, e.brief_html,
           l.display_name as author, coalesce(a.peers_are_named, false) as is_named,
           coalesce(a.peer_reviews, 0) as wanted, s.work, s.links, s.peers_until, r.rubric, r.points,
           r.feedback, r.feedback_html, r.score, r.sent_at, s.released_at is not null as is_released,
           r.reported_at is not null as is_reported, r.report, r.settled_at is not null as is_settled
    from peer_reviews r
    join submissions s on s.submission_id = r.submission_id
    join simulation_work w on w.work_id = s.work_id
    join simulation_exercises e on e.exercise_id = w.exercise_id
    join courses c on c.course_id = e.course_id
    join users l on l.user_id = w.user_id
    left join assignments a on a.exercise_id = e.exercise_id";

/// Returns a review of a reviewer who studies the course, and locks it until the transaction ends.
/// Nobody reviews their own work, which a merge of accounts may have given to its reviewer.
pub async fn of_reviewer(
    conn: &mut Conn,
    user: UserId,
    review: PeerReviewId,
) -> QueryResult<Option<PeerReviewRow>> {
    statement(format!(
        "{REVIEW}
         where r.review_id = $1 and r.reviewer_id = $2 and w.user_id <> $2
           and exists (select from enrollments n where n.user_id = $2 and n.course_id = e.course_id
                         and n.status in ('active', 'completed'))
         for no key update of r"
    ))
    .bind::<Uuid, _>(review)
    .bind::<Uuid, _>(user)
    .get_result(conn)
    .await
    .optional()
}

/// Returns a review that was sent of work of this author.
pub async fn of_author(
    conn: &mut Conn,
    user: UserId,
    review: PeerReviewId,
) -> QueryResult<Option<PeerReviewRow>> {
    statement(format!(
        "{REVIEW}
         where r.review_id = $1 and w.user_id = $2 and r.sent_at is not null and s.released_at is not null
         for no key update of r"
    ))
    .bind::<Uuid, _>(review)
    .bind::<Uuid, _>(user)
    .get_result(conn)
    .await
    .optional()
}

/// Returns a review that was sent of work in a course that the tutor teaches.
pub async fn of_tutor(
    conn: &mut Conn,
    marker: WorkMarker,
    review: PeerReviewId,
) -> QueryResult<Option<PeerReviewRow>> {
    statement(format!(
        "{REVIEW}
         where r.review_id = $1 and r.sent_at is not null
           and ($3 or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                              where ct.course_id = e.course_id and ct.is_active and t.user_id = $2))
         for no key update of r"
    ))
    .bind::<Uuid, _>(review)
    .bind::<Uuid, _>(marker.user)
    .bind::<Bool, _>(marker.is_admin)
    .get_result(conn)
    .await
    .optional()
}

/// A review as the page of its work shows it.
#[derive(QueryableByName)]
pub struct ReceivedReviewRow {
    #[diesel(sql_type = Uuid)]
    pub review_id: PeerReviewId,
    #[diesel(sql_type = Text)]
    pub reviewer: String,
    #[diesel(sql_type = Jsonb)]
    pub rubric: Value,
    #[diesel(sql_type = Jsonb)]
    pub points: Value,
    #[diesel(sql_type = Text)]
    pub feedback_html: String,
    #[diesel(sql_type = Nullable<Int4>)]
    pub score: Option<i32>,
    #[diesel(sql_type = Timestamptz)]
    pub sent_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    pub is_reported: bool,
    #[diesel(sql_type = Text)]
    pub report: String,
    #[diesel(sql_type = Bool)]
    pub is_settled: bool,
    #[diesel(sql_type = Bool)]
    pub is_left_out: bool,
}

/// Returns the reviews of a version that were sent, in the order of their arrival.
pub async fn received(
    conn: &mut Conn,
    submission: SubmissionId,
) -> QueryResult<Vec<ReceivedReviewRow>> {
    statement(
        "select r.review_id, u.display_name as reviewer, r.rubric, r.points, r.feedback_html, r.score, r.sent_at,
                r.reported_at is not null as is_reported, r.report, r.settled_at is not null as is_settled,
                r.is_left_out
         from peer_reviews r join users u on u.user_id = r.reviewer_id
         where r.submission_id = $1 and r.sent_at is not null
         order by r.sent_at, r.review_id",
    )
    .bind::<Uuid, _>(submission)
    .load(conn)
    .await
}

/// A review that a learner gives.
#[derive(QueryableByName)]
pub struct GivenRow {
    #[diesel(sql_type = Uuid)]
    pub review_id: PeerReviewId,
    #[diesel(sql_type = Text)]
    pub author: String,
    #[diesel(sql_type = Bool)]
    pub is_begun: bool,
    #[diesel(sql_type = Bool)]
    pub is_sent: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub peers_until: Option<DateTime<Utc>>,
}

/// Returns the reviews of an exercise that a learner has given, or is to give: not those of works
/// that got their marks without it.
pub async fn given(
    conn: &mut Conn,
    user: UserId,
    exercise: ExerciseId,
) -> QueryResult<Vec<GivenRow>> {
    statement(
        "select r.review_id, l.display_name as author, r.is_begun, r.sent_at is not null as is_sent, s.peers_until
         from peer_reviews r
         join submissions s on s.submission_id = r.submission_id
         join simulation_work w on w.work_id = s.work_id
         join users l on l.user_id = w.user_id
         where r.reviewer_id = $1 and w.exercise_id = $2
           and (r.sent_at is not null or (s.is_latest and s.released_at is null))
         order by r.sent_at is not null, r.allocated_at, r.review_id",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(exercise)
    .load(conn)
    .await
}

/// A work with a review that its author has reported.
#[derive(QueryableByName)]
pub struct ReportedReviewRow {
    #[diesel(sql_type = Uuid)]
    pub submission_id: SubmissionId,
    #[diesel(sql_type = Text)]
    pub exercise: String,
    #[diesel(sql_type = Text)]
    pub author: String,
}

/// Returns the reported reviews that no tutor has decided about, in the courses of the tutor.
pub async fn reported(conn: &mut Conn, marker: WorkMarker) -> QueryResult<Vec<ReportedReviewRow>> {
    statement(
        "select r.submission_id, e.title as exercise, l.display_name as author
         from peer_reviews r
         join submissions s on s.submission_id = r.submission_id
         join simulation_work w on w.work_id = s.work_id
         join simulation_exercises e on e.exercise_id = w.exercise_id and e.retired_at is null
         join users l on l.user_id = w.user_id and l.deleted_at is null
         where r.reported_at is not null and r.settled_at is null
           and ($2 or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                              where ct.course_id = e.course_id and ct.is_active and t.user_id = $1))
         order by r.reported_at
         limit 50",
    )
    .bind::<Uuid, _>(marker.user)
    .bind::<Bool, _>(marker.is_admin)
    .load(conn)
    .await
}
