//! Queries of work that is handed in. Queries of a learner filter by their id.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::exercise::rubric::Rubric;
use crate::platform::db::schema::assignments;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{
    CourseId, ExerciseId, ExerciseWorkId, FileId, SubmissionId, UserId, WorkFileId,
};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = assignments)]
pub struct Assignment {
    pub is_active: bool,
    pub due_at: Option<DateTime<Utc>>,
    pub late_days: i32,
    pub late_percent: i32,
    pub rubric: Value,
    /// Number of reviews that each learner gives. Without any, tutors mark.
    pub peer_reviews: i32,
    pub peers_are_named: bool,
    /// Days for the reviews, after which the work goes to the tutors.
    pub peer_days: i32,
}

impl Assignment {
    pub fn rubric(&self) -> AppResult<Rubric> {
        from_json(self.rubric.clone())
    }
}

/// Reads a value that the site has stored as JSON.
pub fn from_json<T: DeserializeOwned>(stored: Value) -> AppResult<T> {
    serde_json::from_value(stored).map_err(|error| AppError::internal(&error))
}

/// Returns how the exercise's work is handed in, active or not.
pub async fn assignment(conn: &mut Conn, exercise: ExerciseId) -> QueryResult<Option<Assignment>> {
    assignments::table
        .find(exercise)
        .select(Assignment::as_select())
        .first(conn)
        .await
        .optional()
}

/// Returns how the exercise's work is handed in. None if learners check it themselves.
pub async fn active(conn: &mut Conn, exercise: ExerciseId) -> QueryResult<Option<Assignment>> {
    let found = assignment(conn, exercise).await?;
    Ok(found.filter(|assignment| assignment.is_active))
}

#[derive(QueryableByName)]
struct OwnDueRow {
    #[diesel(sql_type = Timestamptz)]
    due_at: DateTime<Utc>,
}

/// Returns how a learner hands in the exercise's work: with the due date of their own, if they or
/// their batch have one. None if learners check it themselves.
pub async fn active_for(
    conn: &mut Conn,
    user: UserId,
    exercise: ExerciseId,
) -> QueryResult<Option<Assignment>> {
    let Some(mut assignment) = active(conn, exercise).await? else {
        return Ok(None);
    };
    let own: Option<OwnDueRow> = statement(
        "select d.closes_at as due_at
         from simulation_exercises e
         join lateral current_membership($1, e.course_id) m on true
         join lateral dates_of_member(m.cohort_id, m.batch_no, m.member_id) d on d.exercise_id = e.exercise_id
         where e.exercise_id = $2",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(exercise)
    .get_result(conn)
    .await
    .optional()?;
    assignment.due_at = own.map(|own| own.due_at).or(assignment.due_at);
    Ok(Some(assignment))
}

/// SQL for the work of the learners `$2` in the course `$1` that is missing: it was not handed in,
/// and can't be handed in any more. Nothing is missing that was due before the learner enrolled or
/// their cohort began. A later date of another cohort, or of one in which they are paused, counts.
pub const MISSING_WORK: &str = "
    select n.user_id, e.exercise_id, e.title, t.module_no, t.topic_number, e.position
    from enrollments n
    join simulation_exercises e on e.course_id = n.course_id and e.retired_at is null
    join topics t on t.topic_id = e.topic_id and t.retired_at is null
    join assignments a on a.exercise_id = e.exercise_id and a.is_active
    left join lateral current_membership(n.user_id, n.course_id) m on true
    left join lateral dates_of_member(m.cohort_id, m.batch_no, m.member_id) d on d.exercise_id = e.exercise_id
    left join cohorts k on k.cohort_id = m.cohort_id
    left join lateral (
        select max(o.closes_at) as closes_at
        from cohort_members b
        join cohorts c on c.cohort_id = b.cohort_id and c.course_id = n.course_id
        join lateral dates_of_member(b.cohort_id, b.batch_no, b.member_id) o on o.exercise_id = e.exercise_id
        where b.user_id = n.user_id and b.status <> 'removed'
    ) other on true
    cross join lateral (
        select greatest(coalesce(d.closes_at, a.due_at), other.closes_at) + a.late_days * interval '24 hours' as at
    ) closed
    where n.course_id = $1 and n.user_id = any($2) and closed.at < now()
      and closed.at > greatest(n.enrolled_at, k.starts_at)
      and not exists (select from simulation_work w join submissions s on s.work_id = w.work_id
                      where w.user_id = n.user_id and w.exercise_id = e.exercise_id)";

#[derive(QueryableByName)]
struct MissingWorkRow {
    #[diesel(sql_type = Text)]
    title: String,
}

/// Returns the titles of the exercises on which a learner's work is missing.
pub async fn missing(
    conn: &mut Conn,
    course: CourseId,
    learner: UserId,
) -> QueryResult<Vec<String>> {
    let rows: Vec<MissingWorkRow> = statement(format!(
        "select x.title from ({MISSING_WORK}) x order by x.module_no, x.topic_number, x.position, x.exercise_id"
    ))
    .bind::<Uuid, _>(course)
    .bind::<Array<Uuid>, _>(vec![learner])
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.title).collect())
}

#[derive(QueryableByName)]
struct ExercisePathRow {
    #[diesel(sql_type = Text)]
    path: String,
}

/// Returns the address of an exercise's page for learners.
pub async fn path(conn: &mut Conn, exercise: ExerciseId) -> QueryResult<String> {
    let row: ExercisePathRow = statement(
        "select '/learn/' || c.slug || '/' || t.slug || '/exercise/' || e.exercise_key as path
         from simulation_exercises e
         join topics t on t.topic_id = e.topic_id
         join courses c on c.course_id = e.course_id
         where e.exercise_id = $1",
    )
    .bind::<Uuid, _>(exercise)
    .get_result(conn)
    .await?;
    Ok(row.path)
}

/// A version of work, with its marks.
#[derive(QueryableByName)]
pub struct HandedInRow {
    #[diesel(sql_type = Uuid)]
    pub submission_id: SubmissionId,
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
    #[diesel(sql_type = Int4)]
    pub late_percent: i32,
    #[diesel(sql_type = Text)]
    pub marker: String,
    #[diesel(sql_type = Bool)]
    pub is_being_marked: bool,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub rubric: Option<Value>,
    #[diesel(sql_type = Jsonb)]
    pub points: Value,
    #[diesel(sql_type = Jsonb)]
    pub checked: Value,
    #[diesel(sql_type = Text)]
    pub feedback_html: String,
    #[diesel(sql_type = Nullable<Int4>)]
    pub score: Option<i32>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub released_at: Option<DateTime<Utc>>,
}

/// SQL for work that is being marked: a tutor has begun, or another learner has sent a review.
const BEING_MARKED: &str = "(s.revision > 0 or coalesce(s.claimed_until > now(), false)
    or exists (select from peer_reviews p where p.submission_id = s.submission_id and p.sent_at is not null))";

/// Returns the versions of a work, newest first.
pub async fn versions(conn: &mut Conn, work: ExerciseWorkId) -> QueryResult<Vec<HandedInRow>> {
    statement(format!(
        "select s.submission_id, s.number, s.work, s.links, s.handed_in_at, s.late_days, s.late_percent,
                coalesce(u.display_name, case when s.is_peer_marked then 'other learners' else 'a former tutor' end) as marker,
                s.rubric, s.points, s.checked, s.feedback_html, s.score, s.released_at,
                s.released_at is null and {BEING_MARKED} as is_being_marked
         from submissions s left join users u on u.user_id = s.marker_id
         where s.work_id = $1
         order by s.number desc"
    ))
    .bind::<Uuid, _>(work)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
pub struct LatestVersion {
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Bool)]
    pub is_being_marked: bool,
}

/// Returns the newest version of a work, and locks it until the transaction ends.
pub async fn latest_for_update(
    conn: &mut Conn,
    work: ExerciseWorkId,
) -> QueryResult<Option<LatestVersion>> {
    statement(format!(
        "select s.number,
                s.released_at is null and {BEING_MARKED} as is_being_marked
         from submissions s where s.work_id = $1 and s.is_latest for update"
    ))
    .bind::<Uuid, _>(work)
    .get_result(conn)
    .await
    .optional()
}

/// A version that is handed in.
pub struct NewVersion<'a> {
    pub work: ExerciseWorkId,
    pub number: i32,
    pub text: &'a str,
    pub links: &'a str,
    pub at: DateTime<Utc>,
    pub late_days: i32,
    pub late_percent: i32,
}

/// Stores a version with the files of the draft. It takes the place of earlier ones.
pub async fn add_version(conn: &mut Conn, new: NewVersion<'_>) -> QueryResult<()> {
    statement("update submissions set is_latest = false where work_id = $1 and is_latest")
        .bind::<Uuid, _>(new.work)
        .execute(conn)
        .await?;
    statement(
        "with added as (
             insert into submissions (work_id, number, work, links, handed_in_at, late_days, late_percent)
             values ($1, $2, $3, $4, $5, $6, $7)
             returning submission_id
         )
         insert into work_files (work_id, submission_id, file_id, name, added_at)
         select f.work_id, a.submission_id, f.file_id, f.name, f.added_at
         from added a join work_files f on f.work_id = $1 and f.submission_id is null",
    )
    .bind::<Uuid, _>(new.work)
    .bind::<Int4, _>(new.number)
    .bind::<Text, _>(new.text)
    .bind::<Text, _>(new.links)
    .bind::<Timestamptz, _>(new.at)
    .bind::<Int4, _>(new.late_days)
    .bind::<Int4, _>(new.late_percent)
    .execute(conn)
    .await
    .map(drop)
}

#[derive(QueryableByName)]
pub struct FileRow {
    #[diesel(sql_type = Uuid)]
    pub work_file_id: WorkFileId,
    /// None for a file of the draft.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub submission_id: Option<SubmissionId>,
    #[diesel(sql_type = Uuid)]
    pub file_id: FileId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub media_type: String,
    #[diesel(sql_type = BigInt)]
    pub size_bytes: i64,
}

/// Returns the files of a work's draft and of its versions, in the order in which they were added.
pub async fn files(conn: &mut Conn, work: ExerciseWorkId) -> QueryResult<Vec<FileRow>> {
    statement(
        "select w.work_file_id, w.submission_id, w.file_id, w.name, f.media_type, f.size_bytes
         from work_files w join stored_files f on f.file_id = w.file_id
         where w.work_id = $1
         order by w.added_at, w.work_file_id",
    )
    .bind::<Uuid, _>(work)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct WorkFileCountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Returns the number of files of a work's draft.
pub async fn draft_files(conn: &mut Conn, work: ExerciseWorkId) -> QueryResult<i64> {
    let row: WorkFileCountRow = statement(
        "select count(*) as count from work_files where work_id = $1 and submission_id is null",
    )
    .bind::<Uuid, _>(work)
    .get_result(conn)
    .await?;
    Ok(row.count)
}

pub async fn add_file(
    conn: &mut Conn,
    work: ExerciseWorkId,
    file: FileId,
    name: &str,
) -> QueryResult<()> {
    statement("insert into work_files (work_id, file_id, name) values ($1, $2, $3)")
        .bind::<Uuid, _>(work)
        .bind::<Uuid, _>(file)
        .bind::<Text, _>(name)
        .execute(conn)
        .await
        .map(drop)
}

#[derive(QueryableByName)]
struct RemovedFileRow {
    #[diesel(sql_type = Uuid)]
    exercise_id: ExerciseId,
}

/// Removes a file from the learner's draft, unless it is handed in. Returns the exercise.
pub async fn remove_file(
    conn: &mut Conn,
    user: UserId,
    file: WorkFileId,
) -> QueryResult<Option<ExerciseId>> {
    let row: Option<RemovedFileRow> = statement(
        "delete from work_files f using simulation_work w
         where f.work_file_id = $1 and f.submission_id is null and w.work_id = f.work_id
           and w.user_id = $2 and w.submitted_at is null
         returning w.exercise_id",
    )
    .bind::<Uuid, _>(file)
    .bind::<Uuid, _>(user)
    .get_result(conn)
    .await
    .optional()?;
    Ok(row.map(|row| row.exercise_id))
}

#[derive(QueryableByName)]
struct ReadableFileRow {
    #[diesel(sql_type = Uuid)]
    file_id: FileId,
}

/// Returns the stored file if the person may read it: the author, and for work that was handed in
/// its reviewers while they study the course, the tutors of the course and admins.
pub async fn readable(
    conn: &mut Conn,
    user: UserId,
    is_admin: bool,
    file: WorkFileId,
) -> QueryResult<Option<FileId>> {
    let row: Option<ReadableFileRow> = statement(
        "select f.file_id
         from work_files f
         join simulation_work w on w.work_id = f.work_id
         join simulation_exercises e on e.exercise_id = w.exercise_id
         where f.work_file_id = $1
           and (w.user_id = $2
                or exists (select from peer_reviews r
                           join enrollments n on n.user_id = r.reviewer_id and n.course_id = e.course_id
                             and n.status in ('active', 'completed')
                           where r.submission_id = f.submission_id and r.reviewer_id = $2)
                or (f.submission_id is not null
                    and ($3 or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                                       where ct.course_id = e.course_id and ct.is_active and t.user_id = $2))))",
    )
    .bind::<Uuid, _>(file)
    .bind::<Uuid, _>(user)
    .bind::<Bool, _>(is_admin)
    .get_result(conn)
    .await
    .optional()?;
    Ok(row.map(|row| row.file_id))
}

#[derive(QueryableByName)]
pub struct ThreadRow {
    #[diesel(sql_type = Text)]
    pub author: String,
    #[diesel(sql_type = Bool)]
    pub is_tutor: bool,
    #[diesel(sql_type = Text)]
    pub body_html: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// Returns the comments on a work, oldest first.
pub async fn thread(conn: &mut Conn, work: ExerciseWorkId) -> QueryResult<Vec<ThreadRow>> {
    statement(
        "select coalesce(u.display_name, 'A former member') as author, c.is_tutor, c.body_html, c.created_at
         from exercise_comments c left join users u on u.user_id = c.author_user_id
         where c.work_id = $1
         order by c.created_at, c.comment_id",
    )
    .bind::<Uuid, _>(work)
    .load(conn)
    .await
}

/// Work that was handed in, for somebody who comments on it.
#[derive(QueryableByName)]
pub struct CommentedWork {
    #[diesel(sql_type = Uuid)]
    pub user_id: UserId,
    #[diesel(sql_type = Uuid)]
    pub exercise_id: ExerciseId,
    #[diesel(sql_type = Uuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Uuid)]
    pub latest: SubmissionId,
    /// True if the person is a tutor of the course.
    #[diesel(sql_type = Bool)]
    pub teaches: bool,
    /// Tutors who have marked the work or commented on it.
    #[diesel(sql_type = Array<Uuid>)]
    pub tutors: Vec<UserId>,
}

pub async fn commented(
    conn: &mut Conn,
    user: UserId,
    work: ExerciseWorkId,
) -> QueryResult<Option<CommentedWork>> {
    statement(
        "select w.user_id, e.exercise_id, e.course_id, e.title, s.submission_id as latest,
                exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                        where ct.course_id = e.course_id and ct.is_active and t.user_id = $2) as teaches,
                array(select marker_id from submissions where work_id = $1 and marker_id is not null
                      union select author_user_id from exercise_comments
                      where work_id = $1 and is_tutor and author_user_id is not null) as tutors
         from simulation_work w
         join simulation_exercises e on e.exercise_id = w.exercise_id
         join submissions s on s.work_id = w.work_id and s.is_latest
         where w.work_id = $1",
    )
    .bind::<Uuid, _>(work)
    .bind::<Uuid, _>(user)
    .get_result(conn)
    .await
    .optional()
}

/// Adds a comment, unless its author has just sent the same one. Returns whether it was added.
pub async fn add_comment(
    conn: &mut Conn,
    work: ExerciseWorkId,
    (author, is_tutor): (UserId, bool),
    body: &str,
    html: &str,
) -> QueryResult<bool> {
    let added = statement(
        "insert into exercise_comments (work_id, author_user_id, is_tutor, body, body_html)
         select $1, $2, $3, $4, $5
         where not exists (select from exercise_comments
                           where work_id = $1 and author_user_id = $2 and body = $4
                             and created_at > now() - interval '10 minutes')",
    )
    .bind::<Uuid, _>(work)
    .bind::<Uuid, _>(author)
    .bind::<Bool, _>(is_tutor)
    .bind::<Text, _>(body)
    .bind::<Text, _>(html)
    .execute(conn)
    .await?;
    Ok(added > 0)
}

#[derive(QueryableByName)]
pub struct TutorCommentRow {
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub path: String,
    #[diesel(sql_type = Text)]
    pub author: String,
    #[diesel(sql_type = Text)]
    pub body_html: String,
    #[diesel(sql_type = Nullable<Int4>)]
    pub score: Option<i32>,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// Returns the comments and released marks that a learner got from tutors of a course, newest
/// first.
pub async fn tutor_comments(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<Vec<TutorCommentRow>> {
    statement(
        "with told as (
             select c.work_id, c.author_user_id as author, c.body_html, null::integer as score, c.created_at as at,
                    false as is_peer
             from exercise_comments c join simulation_work w on w.work_id = c.work_id
             where w.user_id = $1 and c.is_tutor
             union all
             select s.work_id, s.marker_id, s.feedback_html, s.score, s.released_at, s.is_peer_marked
             from submissions s join simulation_work w on w.work_id = s.work_id
             where w.user_id = $1 and s.released_at is not null
         )
         select e.title, '/learn/' || c.slug || '/' || t.slug || '/exercise/' || e.exercise_key as path,
                coalesce(u.display_name, case when told.author is null and told.is_peer then 'Other learners' else 'A former tutor' end) as author, told.body_html, told.score, told.at
         from told
         join simulation_work w on w.work_id = told.work_id
         join simulation_exercises e on e.exercise_id = w.exercise_id
         join topics t on t.topic_id = e.topic_id
         join courses c on c.course_id = e.course_id
         left join users u on u.user_id = told.author
         where e.course_id = $2 and e.retired_at is null
         order by told.at desc
         limit 200",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(course)
    .load(conn)
    .await
}
