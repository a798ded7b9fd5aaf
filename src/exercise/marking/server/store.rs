//! Queries of marking. Each takes the tutor, and finds only work of courses that they teach.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exercise::SaveToken;
use crate::platform::auth::{UserRole, Viewer};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{
    CourseId, ExerciseId, ExerciseWorkId, MarkingCommentId, SubmissionId, UserId,
};

/// Points of a work's criteria, as they are stored in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Points {
    pub version: u32,
    pub points: Vec<Option<i32>>,
}

/// Person who marks. Admins mark the work of all courses.
#[derive(Debug, Clone, Copy)]
pub struct WorkMarker {
    pub user: UserId,
    pub is_admin: bool,
}

impl WorkMarker {
    pub fn of(viewer: &Viewer) -> Self {
        Self {
            user: viewer.user_id,
            is_admin: viewer.role == UserRole::Admin,
        }
    }
}

/// A work and its marks.
#[derive(QueryableByName)]
pub struct MarkedWork {
    #[diesel(sql_type = Uuid)]
    pub submission_id: SubmissionId,
    #[diesel(sql_type = Uuid)]
    pub work_id: ExerciseWorkId,
    #[diesel(sql_type = Uuid)]
    pub exercise_id: ExerciseId,
    #[diesel(sql_type = Uuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Uuid)]
    pub learner_id: UserId,
    #[diesel(sql_type = Int4)]
    pub late_percent: i32,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub marker_id: Option<UserId>,
    #[diesel(sql_type = Bool)]
    pub is_claimed: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub claimed_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub rubric: Option<Value>,
    #[diesel(sql_type = Jsonb)]
    pub points: Value,
    #[diesel(sql_type = Jsonb)]
    pub checked: Value,
    #[diesel(sql_type = Text)]
    pub feedback: String,
    #[diesel(sql_type = Nullable<Int4>)]
    pub score: Option<i32>,
    #[diesel(sql_type = Int4)]
    revision: i32,
    #[diesel(sql_type = Nullable<Uuid>)]
    writer: Option<uuid::Uuid>,
    #[diesel(sql_type = Int4)]
    change: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub released_at: Option<DateTime<Utc>>,
    /// True if others review it first.
    #[diesel(sql_type = Bool)]
    pub waits_for_peers: bool,
    /// The version that took its place.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub replaced_by: Option<SubmissionId>,
}

impl MarkedWork {
    pub fn writing(&self) -> SaveToken {
        SaveToken {
            writer: self.writer.unwrap_or_default(),
            revision: self.revision,
            change: self.change,
        }
    }
}

/// Returns a work of a course that the tutor teaches, and locks its marks until the transaction
/// ends.
pub async fn work_for_update(
    conn: &mut Conn,
    marker: WorkMarker,
    submission: SubmissionId,
) -> QueryResult<Option<MarkedWork>> {
    statement(
        "select s.submission_id, s.work_id, w.exercise_id, e.course_id, w.user_id as learner_id, s.late_percent,
                s.marker_id, coalesce(s.claimed_until > now(), false) as is_claimed, s.claimed_until, s.rubric,
                s.points, s.checked, s.feedback, s.score, s.revision, s.writer, s.change, s.released_at,
                s.released_at is null and coalesce(s.peers_until > now(), false) as waits_for_peers,
                (select n.submission_id from submissions n
                 where n.work_id = s.work_id and n.is_latest and not s.is_latest) as replaced_by
         from submissions s
         join simulation_work w on w.work_id = s.work_id
         join simulation_exercises e on e.exercise_id = w.exercise_id
         where s.submission_id = $1
           and ($3 or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                              where ct.course_id = e.course_id and ct.is_active and t.user_id = $2))
         for no key update of s",
    )
    .bind::<Uuid, _>(submission)
    .bind::<Uuid, _>(marker.user)
    .bind::<Bool, _>(marker.is_admin)
    .get_result(conn)
    .await
    .optional()
}

#[derive(QueryableByName)]
struct NextWorkRow {
    #[diesel(sql_type = Uuid)]
    submission_id: SubmissionId,
}

/// Returns the oldest work without marks that no other tutor is marking, except `after`. Two tutors
/// who ask at once get different works.
pub async fn next(
    conn: &mut Conn,
    marker: WorkMarker,
    after: Option<SubmissionId>,
) -> QueryResult<Option<SubmissionId>> {
    let row: Option<NextWorkRow> = statement(
        "select s.submission_id
         from submissions s
         join simulation_work w on w.work_id = s.work_id
         join simulation_exercises e on e.exercise_id = w.exercise_id
         join courses c on c.course_id = e.course_id
         join users l on l.user_id = w.user_id
         where s.is_latest and s.released_at is null and s.score is null
           and e.retired_at is null and c.retired_at is null and l.deleted_at is null
           and coalesce(s.peers_until <= now(), true)
           and s.submission_id is distinct from $3
           and (s.marker_id is null or s.marker_id = $1 or coalesce(s.claimed_until <= now(), true))
           and ($2 or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                              where ct.course_id = e.course_id and ct.is_active and t.user_id = $1))
         order by s.handed_in_at, s.submission_id
         limit 1
         for no key update of s skip locked",
    )
    .bind::<Uuid, _>(marker.user)
    .bind::<Bool, _>(marker.is_admin)
    .bind::<Nullable<Uuid>, _>(after)
    .get_result(conn)
    .await
    .optional()?;
    Ok(row.map(|row| row.submission_id))
}

/// Reserves a work for a tutor. Work whose marking has not begun gets the exercise's rubric as it
/// is now; released marks are taken back. Reviews of other learners no longer decide the mark.
pub async fn claim(
    conn: &mut Conn,
    user: UserId,
    submission: SubmissionId,
    until: DateTime<Utc>,
) -> QueryResult<()> {
    statement(
        "update submissions s
         set marker_id = $2, claimed_until = $3, released_at = null, peers_until = null, is_peer_marked = false,
             score = case when s.is_peer_marked then null else s.score end,
             rubric = case when s.revision = 0 or s.rubric is null
                           then coalesce((select a.rubric from assignments a join simulation_work w on w.exercise_id = a.exercise_id
                                          where w.work_id = s.work_id), s.rubric)
                           else s.rubric end
         where s.submission_id = $1",
    )
    .bind::<Uuid, _>(submission)
    .bind::<Uuid, _>(user)
    .bind::<Timestamptz, _>(until)
    .execute(conn)
    .await
    .map(drop)
}

/// Marks to store.
pub struct NewMarks {
    pub points: Value,
    pub checked: Value,
    pub feedback: String,
    pub feedback_html: String,
    pub score: Option<i32>,
    pub writing: SaveToken,
    pub claimed_until: DateTime<Utc>,
}

pub async fn save(conn: &mut Conn, submission: SubmissionId, new: &NewMarks) -> QueryResult<()> {
    statement(
        "update submissions
         set points = $2, checked = $3, feedback = $4, feedback_html = $5, score = $6,
             writer = $7, revision = $8, change = $9, claimed_until = $10
         where submission_id = $1",
    )
    .bind::<Uuid, _>(submission)
    .bind::<Jsonb, _>(&new.points)
    .bind::<Jsonb, _>(&new.checked)
    .bind::<Text, _>(&new.feedback)
    .bind::<Text, _>(&new.feedback_html)
    .bind::<Nullable<Int4>, _>(new.score)
    .bind::<Uuid, _>(new.writing.writer)
    .bind::<Int4, _>(new.writing.revision)
    .bind::<Int4, _>(new.writing.change)
    .bind::<Timestamptz, _>(new.claimed_until)
    .execute(conn)
    .await
    .map(drop)
}

/// A work whose marks were released.
#[derive(QueryableByName)]
pub struct ReleasedWork {
    #[diesel(sql_type = Uuid)]
    pub submission_id: SubmissionId,
    #[diesel(sql_type = Nullable<Int4>)]
    pub score: Option<i32>,
    #[diesel(sql_type = Uuid)]
    pub exercise_id: ExerciseId,
    #[diesel(sql_type = Uuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Uuid)]
    pub learner_id: UserId,
}

/// Releases the marks of one work, or of all that the tutor has marked if `only` is None. Returns
/// the works, those of one exercise side by side.
pub async fn release(
    conn: &mut Conn,
    marker: WorkMarker,
    only: Option<SubmissionId>,
) -> QueryResult<Vec<ReleasedWork>> {
    statement(
        "with released as (
             update submissions s set released_at = now(), claimed_until = null
             from simulation_work w join simulation_exercises e on e.exercise_id = w.exercise_id
             where w.work_id = s.work_id and s.is_latest and s.released_at is null and s.score is not null
               and s.marker_id = $1 and ($3 is null or s.submission_id = $3)
               and ($2 or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                                  where ct.course_id = e.course_id and ct.is_active and t.user_id = $1))
             returning s.submission_id, s.score, e.exercise_id, e.course_id, e.title, w.user_id as learner_id
         )
         select * from released order by exercise_id, learner_id",
    )
    .bind::<Uuid, _>(marker.user)
    .bind::<Bool, _>(marker.is_admin)
    .bind::<Nullable<Uuid>, _>(only)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
pub struct BankRow {
    #[diesel(sql_type = Uuid)]
    pub comment_id: MarkingCommentId,
    #[diesel(sql_type = Text)]
    pub body: String,
}

/// Returns the comments that are kept for an exercise, in the order in which they were kept.
pub async fn bank(conn: &mut Conn, exercise: ExerciseId) -> QueryResult<Vec<BankRow>> {
    statement(
        "select comment_id, body from marking_comments where exercise_id = $1 order by created_at, comment_id",
    )
    .bind::<Uuid, _>(exercise)
    .load(conn)
    .await
}

pub async fn keep_comment(conn: &mut Conn, exercise: ExerciseId, body: &str) -> QueryResult<()> {
    statement(
        "insert into marking_comments (exercise_id, body) values ($1, $2) on conflict (exercise_id, body) do nothing",
    )
    .bind::<Uuid, _>(exercise)
    .bind::<Text, _>(body)
    .execute(conn)
    .await
    .map(drop)
}

pub async fn forget_comment(
    conn: &mut Conn,
    exercise: ExerciseId,
    comment: MarkingCommentId,
) -> QueryResult<()> {
    statement("delete from marking_comments where exercise_id = $1 and comment_id = $2")
        .bind::<Uuid, _>(exercise)
        .bind::<Uuid, _>(comment)
        .execute(conn)
        .await
        .map(drop)
}

/// Text of a work and of its exercise.
#[derive(QueryableByName)]
pub struct ShownWork {
    #[diesel(sql_type = Text)]
    pub course: String,
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = Text)]
    pub exercise: String,
    #[diesel(sql_type = Text)]
    pub brief_html: String,
    #[diesel(sql_type = Text)]
    pub learner: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub marker: Option<String>,
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Text)]
    pub work: String,
    #[diesel(sql_type = Text)]
    pub links: String,
    #[diesel(sql_type = Timestamptz)]
    pub handed_in_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    pub late_days: i32,
}

pub async fn shown(conn: &mut Conn, submission: SubmissionId) -> QueryResult<ShownWork> {
    statement(
        "select c.title as course, c.language, e.title as exercise, e.brief_html, l.display_name as learner,
                m.display_name as marker, s.number, s.work, s.links, s.handed_in_at, s.late_days
         from submissions s
         join simulation_work w on w.work_id = s.work_id
         join simulation_exercises e on e.exercise_id = w.exercise_id
         join courses c on c.course_id = e.course_id
         join users l on l.user_id = w.user_id
         left join users m on m.user_id = s.marker_id
         where s.submission_id = $1",
    )
    .bind::<Uuid, _>(submission)
    .get_result(conn)
    .await
}

#[derive(QueryableByName)]
pub struct AssignmentRow {
    #[diesel(sql_type = Uuid)]
    pub exercise_id: ExerciseId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub topic: String,
    #[diesel(sql_type = Text)]
    pub topic_slug: String,
    #[diesel(sql_type = Bool)]
    pub is_active: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    pub handed_in: i64,
    #[diesel(sql_type = BigInt)]
    pub waiting: i64,
}

/// Returns the exercises of a course in the order of its topics.
pub async fn assignments(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<AssignmentRow>> {
    statement(
        "select e.exercise_id, e.title, t.title as topic, t.slug as topic_slug, coalesce(a.is_active, false) as is_active, a.due_at,
                count(s.submission_id) as handed_in,
                count(s.submission_id) filter (where s.released_at is null and s.score is null
                                       and coalesce(s.peers_until <= now(), true)) as waiting
         from simulation_exercises e
         join topics t on t.topic_id = e.topic_id
         left join assignments a on a.exercise_id = e.exercise_id
         left join simulation_work w on w.exercise_id = e.exercise_id
         left join submissions s on s.work_id = w.work_id and s.is_latest
         where e.course_id = $1 and e.retired_at is null and t.retired_at is null
         group by e.exercise_id, t.topic_id, a.exercise_id
         order by t.module_no, t.topic_number, e.position, e.exercise_key",
    )
    .bind::<Uuid, _>(course)
    .load(conn)
    .await
}

/// How the work of an exercise is handed in.
pub struct NewAssignment {
    pub is_active: bool,
    pub due_at: Option<DateTime<Utc>>,
    pub late_days: i32,
    pub late_percent: i32,
    pub rubric: Value,
}

pub async fn save_assignment(
    conn: &mut Conn,
    exercise: ExerciseId,
    new: &NewAssignment,
) -> QueryResult<()> {
    statement(
        "insert into assignments (exercise_id, is_active, due_at, late_days, late_percent, rubric)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (exercise_id) do update
         set is_active = excluded.is_active, due_at = excluded.due_at, late_days = excluded.late_days,
             late_percent = excluded.late_percent, rubric = excluded.rubric",
    )
    .bind::<Uuid, _>(exercise)
    .bind::<Bool, _>(new.is_active)
    .bind::<Nullable<Timestamptz>, _>(new.due_at)
    .bind::<Int4, _>(new.late_days)
    .bind::<Int4, _>(new.late_percent)
    .bind::<Jsonb, _>(&new.rubric)
    .execute(conn)
    .await
    .map(drop)
}

#[derive(QueryableByName)]
pub struct GradedWorkRow {
    #[diesel(sql_type = Uuid)]
    pub submission_id: SubmissionId,
    #[diesel(sql_type = Text)]
    pub exercise: String,
    #[diesel(sql_type = Timestamptz)]
    pub handed_in_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Int4>)]
    pub score: Option<i32>,
}

/// Returns the newest version of each work that a learner has handed in, with its score if that is
/// released.
pub async fn of_learner(
    conn: &mut Conn,
    course: CourseId,
    learner: UserId,
) -> QueryResult<Vec<GradedWorkRow>> {
    statement(
        "select s.submission_id, e.title as exercise, s.handed_in_at,
                case when s.released_at is not null then s.score end as score
         from submissions s
         join simulation_work w on w.work_id = s.work_id
         join simulation_exercises e on e.exercise_id = w.exercise_id
         join topics t on t.topic_id = e.topic_id
         where w.user_id = $2 and e.course_id = $1 and s.is_latest
         order by t.module_no, t.topic_number, e.position, s.submission_id",
    )
    .bind::<Uuid, _>(course)
    .bind::<Uuid, _>(learner)
    .load(conn)
    .await
}
