//! Works that a learner has to review, for the list of what is due.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, PeerReviewId, UserId};

/// A review that was not sent yet.
#[derive(Debug, QueryableByName)]
pub struct DueReview {
    #[diesel(sql_type = Uuid)]
    pub review_id: PeerReviewId,
    #[diesel(sql_type = Text)]
    pub exercise: String,
    /// Time at which the work goes to the tutors.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub until: Option<DateTime<Utc>>,
}

/// Returns the reviews that a learner has to give in a course.
pub async fn reviews(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<Vec<DueReview>> {
    statement(
        "select r.review_id, e.title as exercise, s.peers_until as until
         from peer_reviews r
         join submissions s on s.submission_id = r.submission_id and s.is_latest and s.released_at is null
         join simulation_work w on w.work_id = s.work_id
         join simulation_exercises e on e.exercise_id = w.exercise_id and e.retired_at is null
         where r.reviewer_id = $1 and e.course_id = $2 and r.sent_at is null
         order by s.peers_until, r.review_id",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(course)
    .load(conn)
    .await
}
