//! Queries of the works that are reviewed, and of who reviews them.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Int4, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, ExerciseId, ExerciseWorkId, SubmissionId, UserId};

/// How the work of an assignment is reviewed.
#[derive(Debug, Clone, Copy)]
pub struct PeerRules {
    /// Number of reviews that each learner gives. Without any, tutors mark.
    pub reviews: i32,
    pub are_named: bool,
    /// Days for the reviews.
    pub days: i32,
}

/// Saves how the work of an exercise is reviewed, if it is an assignment.
pub async fn save_rules(
    conn: &mut Conn,
    exercise: ExerciseId,
    rules: PeerRules,
) -> QueryResult<()> {
    statement(
        "update assignments set peer_reviews = $2, peers_are_named = $3, peer_days = $4 where exercise_id = $1",
    )
    .bind::<Uuid, _>(exercise)
    .bind::<Int4, _>(rules.reviews)
    .bind::<Bool, _>(rules.are_named)
    .bind::<Int4, _>(rules.days)
    .execute(conn)
    .await
    .map(drop)
}

#[derive(QueryableByName)]
struct GivenToReviewers {
    #[diesel(sql_type = Bool)]
    is_given: bool,
}

/// Returns true if any work of an exercise was given to a reviewer.
pub async fn has_reviews(conn: &mut Conn, exercise: ExerciseId) -> QueryResult<bool> {
    let row: GivenToReviewers = statement(
        "select exists (
             select from peer_reviews r
             join submissions s on s.submission_id = r.submission_id
             join simulation_work w on w.work_id = s.work_id
             where w.exercise_id = $1) as is_given",
    )
    .bind::<Uuid, _>(exercise)
    .get_result(conn)
    .await?;
    Ok(row.is_given)
}

/// The newest version of a work, for the rule of allocation.
#[derive(QueryableByName)]
pub struct PeerWorkRow {
    #[diesel(sql_type = Uuid)]
    pub work_id: ExerciseWorkId,
    #[diesel(sql_type = Uuid)]
    pub author: UserId,
    #[diesel(sql_type = Uuid)]
    pub submission_id: SubmissionId,
    /// Cohort in which the author learns now. None without one.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub cohort_id: Option<uuid::Uuid>,
    #[diesel(sql_type = Bool)]
    pub is_open: bool,
    /// Number of reviews that each work gets.
    #[diesel(sql_type = Int4)]
    pub wanted: i32,
}

/// Returns the works of an exercise that were handed in within the last 60 days by learners who
/// still study, in the order in which they were handed in. Without reviews by learners none.
pub async fn works(conn: &mut Conn, exercise: ExerciseId) -> QueryResult<Vec<PeerWorkRow>> {
    statement(
        "select w.work_id, w.user_id as author, s.submission_id, m.cohort_id, a.peer_reviews as wanted,
                s.released_at is null and s.marker_id is null and coalesce(s.peers_until > now(), false) as is_open
         from assignments a
         join simulation_exercises e on e.exercise_id = a.exercise_id
         join simulation_work w on w.exercise_id = a.exercise_id
         join submissions s on s.work_id = w.work_id and s.is_latest
         join users u on u.user_id = w.user_id and u.is_active and u.deleted_at is null
         join enrollments n on n.user_id = w.user_id and n.course_id = e.course_id
                           and n.status in ('active', 'completed')
         left join lateral current_membership(w.user_id, e.course_id) m on true
         where a.exercise_id = $1 and a.is_active and a.peer_reviews > 0
           and s.handed_in_at > now() - interval '60 days'
         order by s.handed_in_at, s.submission_id",
    )
    .bind::<Uuid, _>(exercise)
    .load(conn)
    .await
}

/// A review, for the rule of allocation.
#[derive(QueryableByName)]
pub struct PeerPairRow {
    #[diesel(sql_type = Uuid)]
    pub work_id: ExerciseWorkId,
    #[diesel(sql_type = Uuid)]
    pub author: UserId,
    #[diesel(sql_type = Uuid)]
    pub reviewer_id: UserId,
    #[diesel(sql_type = Bool)]
    pub is_given: bool,
    #[diesel(sql_type = Bool)]
    pub is_received: bool,
    #[diesel(sql_type = Bool)]
    pub is_movable: bool,
}

pub async fn pairs(conn: &mut Conn, exercise: ExerciseId) -> QueryResult<Vec<PeerPairRow>> {
    statement(
        "select w.work_id, w.user_id as author, r.reviewer_id,
                r.sent_at is not null or (s.is_latest and s.released_at is null) as is_given,
                s.is_latest and not r.is_left_out as is_received,
                s.is_latest and s.released_at is null and s.marker_id is null and not r.is_begun
                    and coalesce(s.peers_until > now(), false) as is_movable
         from peer_reviews r
         join submissions s on s.submission_id = r.submission_id
         join simulation_work w on w.work_id = s.work_id
         where w.exercise_id = $1
         order by r.allocated_at, r.review_id",
    )
    .bind::<Uuid, _>(exercise)
    .load(conn)
    .await
}

/// Gives submissions to reviewers, pair by pair.
pub async fn give(
    conn: &mut Conn,
    exercise: ExerciseId,
    submissions: &[SubmissionId],
    reviewers: &[UserId],
) -> QueryResult<()> {
    if submissions.is_empty() {
        return Ok(());
    }
    statement(
        "insert into peer_reviews (submission_id, reviewer_id, rubric)
         select x.submission_id, x.reviewer_id, a.rubric
         from unnest($2, $3) as x (submission_id, reviewer_id) join assignments a on a.exercise_id = $1
         on conflict (submission_id, reviewer_id) do nothing",
    )
    .bind::<Uuid, _>(exercise)
    .bind::<Array<Uuid>, _>(submissions)
    .bind::<Array<Uuid>, _>(reviewers)
    .execute(conn)
    .await
    .map(drop)
}

/// Takes reviews that were not begun away from their reviewers, pair by pair.
pub async fn take_away(
    conn: &mut Conn,
    submissions: &[SubmissionId],
    reviewers: &[UserId],
) -> QueryResult<()> {
    if submissions.is_empty() {
        return Ok(());
    }
    statement(
        "delete from peer_reviews r using unnest($1, $2) as x (submission_id, reviewer_id)
         where r.submission_id = x.submission_id and r.reviewer_id = x.reviewer_id and not r.is_begun",
    )
    .bind::<Array<Uuid>, _>(submissions)
    .bind::<Array<Uuid>, _>(reviewers)
    .execute(conn)
    .await
    .map(drop)
}

/// Has the newest version of a work wait for reviews. Those of the version before that were not
/// sent become its own.
pub async fn wait_for_peers(conn: &mut Conn, work: ExerciseWorkId, days: i32) -> QueryResult<()> {
    statement(
        "with newest as (
             update submissions set peers_until = now() + make_interval(days => $2)
             where work_id = $1 and is_latest
             returning submission_id
         )
         update peer_reviews r set submission_id = n.submission_id
         from newest n
         where r.sent_at is null
           and r.submission_id in (select submission_id from submissions where work_id = $1 and released_at is null)",
    )
    .bind::<Uuid, _>(work)
    .bind::<Int4, _>(days)
    .execute(conn)
    .await
    .map(drop)
}

/// Has all works of an exercise wait for reviews that no tutor has begun to mark.
pub async fn all_wait_for_peers(
    conn: &mut Conn,
    exercise: ExerciseId,
    days: i32,
) -> QueryResult<()> {
    statement(
        "update submissions s set peers_until = now() + make_interval(days => $2)
         from simulation_work w
         where w.work_id = s.work_id and w.exercise_id = $1 and s.is_latest and s.peers_until is null
           and s.released_at is null and s.marker_id is null and s.score is null",
    )
    .bind::<Uuid, _>(exercise)
    .bind::<Int4, _>(days)
    .execute(conn)
    .await
    .map(drop)
}

/// Ends the reviews of an exercise: its works go to the tutors, and reviews that were not sent are
/// dropped.
pub async fn end_reviews(conn: &mut Conn, exercise: ExerciseId) -> QueryResult<()> {
    statement(
        "update submissions s set peers_until = null
         from simulation_work w
         where w.work_id = s.work_id and w.exercise_id = $1 and s.peers_until is not null",
    )
    .bind::<Uuid, _>(exercise)
    .execute(conn)
    .await?;
    statement(
        "delete from peer_reviews r using submissions s, simulation_work w
         where s.submission_id = r.submission_id and w.work_id = s.work_id and w.exercise_id = $1
           and r.sent_at is null",
    )
    .bind::<Uuid, _>(exercise)
    .execute(conn)
    .await
    .map(drop)
}

#[derive(QueryableByName)]
struct WaitingExerciseRow {
    #[diesel(sql_type = Uuid)]
    exercise_id: ExerciseId,
}

/// Returns the exercises with works that wait for reviews.
pub async fn waiting_exercises(conn: &mut Conn) -> QueryResult<Vec<ExerciseId>> {
    let rows: Vec<WaitingExerciseRow> = statement(
        "select distinct w.exercise_id
         from submissions s join simulation_work w on w.work_id = s.work_id
         where s.is_latest and s.released_at is null and s.peers_until > now()",
    )
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.exercise_id).collect())
}

/// Takes reviews that were not sent away from people who have left the course, and reviews that
/// were not begun of works whose author has left.
pub async fn free_reviews_of_former_learners(
    conn: &mut Conn,
    exercise: ExerciseId,
) -> QueryResult<()> {
    statement(
        "delete from peer_reviews r
         using submissions s, simulation_work w, simulation_exercises e
         where s.submission_id = r.submission_id and w.work_id = s.work_id and e.exercise_id = w.exercise_id
           and e.exercise_id = $1 and r.sent_at is null
           and exists (select from unnest(array[r.reviewer_id, case when not r.is_begun then w.user_id end]) x (user_id)
                       where x.user_id is not null
                         and not exists (select from enrollments n join users u on u.user_id = n.user_id
                                         where n.user_id = x.user_id and n.course_id = e.course_id
                                           and n.status in ('active', 'completed')
                                           and u.is_active and u.deleted_at is null))",
    )
    .bind::<Uuid, _>(exercise)
    .execute(conn)
    .await
    .map(drop)
}

#[derive(QueryableByName)]
pub struct PeerExercise {
    #[diesel(sql_type = Uuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Int4)]
    pub peer_days: i32,
}

pub async fn about(conn: &mut Conn, exercise: ExerciseId) -> QueryResult<PeerExercise> {
    statement(
        "select e.course_id, e.title, a.peer_days
         from simulation_exercises e join assignments a on a.exercise_id = e.exercise_id
         where e.exercise_id = $1",
    )
    .bind::<Uuid, _>(exercise)
    .get_result(conn)
    .await
}
