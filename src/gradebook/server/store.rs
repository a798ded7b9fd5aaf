//! Queries of the gradebook. A page of learners takes one query and its cells three, however many
//! learners there are.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::other_columns;
use crate::enrollment::EnrollmentStatus;
use crate::gradebook::{Cell, CellState, GradeColumn, GradebookQuery, LearnerFilter, LearnerSort};
use crate::platform::db::schema::{enrollments, exam_sittings, exams, quiz_allowances, users};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, ExamId, ExerciseId, GradeColumnId, QuizNumber, UserId};
use crate::quiz::server::store::AttemptOutcome;

/// Subject of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnKey {
    Quiz(QuizNumber),
    Exam(ExamId),
    /// Work on an exercise that is handed in.
    Work(ExerciseId),
    /// Column that tutors fill in.
    Manual(GradeColumnId),
}

#[derive(QueryableByName)]
struct QuizRow {
    #[diesel(sql_type = Int4)]
    module_no: i32,
    #[diesel(sql_type = Int4)]
    section: i32,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Bool)]
    is_retired: bool,
}

/// Returns the columns of the course: its quizzes in order, its exams, work that is handed in, and
/// the tutors' own. Retired quizzes are included if somebody took them or was excused.
pub async fn columns(
    conn: &mut Conn,
    course: CourseId,
) -> QueryResult<Vec<(ColumnKey, GradeColumn)>> {
    let rows: Vec<QuizRow> = statement(
        "select q.module_no, q.section, coalesce(m.title, '') as title, bool_and(q.is_retired) as is_retired
         from (
             select module_no, topic_pair_index as section, false as is_retired from quiz_questions
             where course_id = $1 and topic_pair_index is not null and purpose <> 'exam' and retired_at is null
             union select module_no, topic_pair_index, true from quiz_attempts where course_id = $1
             union select module_no, topic_pair_index, true from quiz_excuses where course_id = $1
         ) q
         left join course_modules m on m.course_id = $1 and m.module_no = q.module_no
         group by q.module_no, q.section, m.title
         order by q.module_no, q.section",
    )
    .bind::<Uuid, _>(course)
    .load(conn)
    .await?;
    let quizzes = rows.into_iter().map(|row| {
        let number = QuizNumber::new(row.module_no, row.section);
        let retired = if row.is_retired { " (retired)" } else { "" };
        let label = format!("{number}{retired}");
        let column = GradeColumn {
            title: format!("Quiz {label}: {}", row.title),
            label,
            is_retired: row.is_retired,
        };
        (ColumnKey::Quiz(number), column)
    });
    let exams = exams(conn, course).await?.into_iter().enumerate();
    let exams = exams.map(|(at, (exam, title))| {
        let label = format!("Exam {}", at + 1);
        let column = GradeColumn {
            title: format!("{label}: {title}"),
            label,
            is_retired: false,
        };
        (ColumnKey::Exam(exam), column)
    });
    let others = other_columns::columns(conn, course).await?;
    Ok(quizzes.chain(exams).chain(others).collect())
}

/// Returns the exams that learners may sit or have sat, oldest first.
pub async fn exams(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<(ExamId, String)>> {
    let is_sat = exists(exam_sittings::table.filter(exam_sittings::exam_id.eq(exams::exam_id)));
    exams::table
        .filter(exams::course_id.eq(course))
        .filter((exams::is_published.and(exams::retired_at.is_null())).or(is_sat))
        .order((exams::created_at, exams::exam_id))
        .select((exams::exam_id, exams::title))
        .load(conn)
        .await
}

#[derive(Debug, QueryableByName)]
pub struct LearnerLine {
    #[diesel(sql_type = Uuid)]
    pub user_id: UserId,
    #[diesel(sql_type = Text)]
    pub display_name: String,
    #[diesel(sql_type = Text)]
    pub username: String,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = Bool)]
    pub is_completed: bool,
    #[diesel(sql_type = Timestamptz)]
    pub enrolled_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_active: Option<DateTime<Utc>>,
    #[diesel(sql_type = Int4)]
    pub done_percent: i32,
    #[diesel(sql_type = Nullable<Int4>)]
    pub score: Option<i32>,
    #[diesel(sql_type = Bool)]
    pub is_stuck: bool,
    /// Number of learners in the whole list.
    #[diesel(sql_type = BigInt)]
    pub total: i64,
}

/// Number of failed attempts, and days since the first one, after which a learner counts as stuck.
const STUCK_ATTEMPTS: i32 = 3;
const STUCK_DAYS: i64 = 7;

/// Returns up to `limit` learners of the list, starting at `offset`.
pub async fn learners(
    conn: &mut Conn,
    course: CourseId,
    query: &GradebookQuery,
    (limit, offset): (i64, i64),
    now: DateTime<Utc>,
) -> QueryResult<Vec<LearnerLine>> {
    let filter = match query.filter {
        LearnerFilter::All => "true",
        LearnerFilter::NotBegun => {
            "e.last_opened_at is null and attempted.user_id is null and done.topics is null"
        }
        LearnerFilter::Stuck => "attempted.is_stuck",
        LearnerFilter::Completed => "e.status = 'completed'",
    };
    let sort = match query.sort {
        LearnerSort::Name => "lower(u.display_name)",
        LearnerSort::Completion => "done_percent",
        LearnerSort::Active => "last_active",
        LearnerSort::Score => "score",
    };
    let direction = match (query.sort, query.down) {
        (_, true) => "desc nulls last",
        (_, false) => "asc nulls first",
    };
    statement(format!(
        "with quizzes as (
             select distinct module_no, topic_pair_index from quiz_questions
             where course_id = $1 and topic_pair_index is not null and purpose <> 'exam' and retired_at is null
         ), standing as (
             select user_id, module_no, topic_pair_index, max(score) as best, bool_or(status = 'passed') as is_passed,
                    count(*) filter (where status in ('failed', 'expired')) as fails,
                    min(completed_at) as first_end, max(coalesce(completed_at, started_at)) as last_attempt
             from quiz_attempt_history where course_id = $1 and counts
             group by user_id, module_no, topic_pair_index
         ), attempted as (
             select s.user_id, round(avg(s.best))::integer as score, max(s.last_attempt) as last_attempt,
                    bool_or(not s.is_passed and x.user_id is null
                            and (s.fails >= least($3, c.attempts_allowed + coalesce(a.extra_attempts, 0)) or s.first_end < $4)) as is_stuck
             from standing s
             join quizzes q using (module_no, topic_pair_index)
             left join quiz_excuses x on x.user_id = s.user_id and x.course_id = $1 and x.module_no = s.module_no
                                         and x.topic_pair_index = s.topic_pair_index
             left join course_quiz_settings c on c.course_id = $1
             left join quiz_allowances a on a.user_id = s.user_id and a.course_id = $1
             group by s.user_id
         ), done as (
             select p.user_id, count(*) as topics, max(p.completed_at) as last_done
             from topic_progress p join topics t on t.topic_id = p.topic_id
             where t.course_id = $1 and t.retired_at is null and p.is_completed
             group by p.user_id
         ), course as (
             select count(*) as topics from topics where course_id = $1 and retired_at is null
         )
         select e.user_id, u.display_name, u.username, u.email, e.status = 'completed' as is_completed, e.enrolled_at,
                greatest(e.last_opened_at, attempted.last_attempt, done.last_done) as last_active,
                coalesce(100 * done.topics / nullif(course.topics, 0), 0)::integer as done_percent,
                attempted.score, coalesce(attempted.is_stuck, false) as is_stuck, count(*) over () as total
         from enrollments e
         join users u on u.user_id = e.user_id
         cross join course
         left join attempted on attempted.user_id = e.user_id
         left join done on done.user_id = e.user_id
         where e.course_id = $1 and e.status in ('active', 'completed') and u.deleted_at is null
           and ($2 = '' or strpos(folded(u.display_name), folded($2)) > 0 or strpos(u.email, lower($2)) > 0)
           and {filter}
         order by {sort} {direction}, lower(u.display_name), e.user_id
         limit $5 offset $6"
    ))
    .bind::<Uuid, _>(course)
    .bind::<Text, _>(&query.q)
    .bind::<Int4, _>(STUCK_ATTEMPTS)
    .bind::<Timestamptz, _>(now - TimeDelta::days(STUCK_DAYS))
    .bind::<BigInt, _>(limit)
    .bind::<BigInt, _>(offset)
    .load(conn)
    .await
}

/// Summary of a learner's attempts at one quiz or exam.
#[derive(QueryableByName)]
struct ReachedRow {
    #[diesel(sql_type = Nullable<Int4>)]
    best: Option<i32>,
    #[diesel(sql_type = Bool)]
    is_passed: bool,
    #[diesel(sql_type = Bool)]
    is_running: bool,
    #[diesel(sql_type = Bool)]
    is_excused: bool,
}

impl ReachedRow {
    fn cell(self) -> Cell {
        let state = match (self.is_excused, self.is_passed, self.is_running) {
            (true, ..) => CellState::Excused,
            (_, true, _) => CellState::Passed,
            (.., true) => CellState::Running,
            _ => CellState::Failed,
        };
        Cell {
            state,
            score: self.best,
        }
    }
}

#[derive(QueryableByName)]
struct CellRow {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Int4)]
    module_no: i32,
    #[diesel(sql_type = Int4)]
    section: i32,
    #[diesel(embed)]
    reached: ReachedRow,
}

/// Returns the cells of these learners. A missing cell means no attempt.
pub async fn cells(
    conn: &mut Conn,
    course: CourseId,
    learners: &[UserId],
) -> QueryResult<HashMap<(UserId, ColumnKey), Cell>> {
    let rows: Vec<CellRow> = statement(
        "select user_id, module_no, topic_pair_index as section, max(score) as best,
                coalesce(bool_or(status = 'passed'), false) as is_passed,
                coalesce(bool_or(status = 'in_progress'), false) as is_running, bool_or(is_excused) as is_excused
         from (
             select user_id, module_no, topic_pair_index, score, status, false as is_excused
             from quiz_attempt_history where course_id = $1 and user_id = any($2) and counts
             union all
             select user_id, module_no, topic_pair_index, null, null, true
             from quiz_excuses where course_id = $1 and user_id = any($2)
         ) known
         group by user_id, module_no, topic_pair_index",
    )
    .bind::<Uuid, _>(course)
    .bind::<Array<Uuid>, _>(learners)
    .load(conn)
    .await?;
    let quizzes = rows.into_iter().map(|row| {
        let key = ColumnKey::Quiz(QuizNumber::new(row.module_no, row.section));
        ((row.user_id, key), row.reached.cell())
    });
    let sat = exam_results(conn, course, learners).await?;
    let others = other_columns::results(conn, course, learners).await?;
    Ok(quizzes.chain(sat).chain(others).collect())
}

#[derive(QueryableByName)]
struct ExamGradeRow {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Uuid)]
    exam_id: ExamId,
    #[diesel(embed)]
    reached: ReachedRow,
}

/// Returns the cells of exams, by the newest grading of each sitting.
pub async fn exam_results(
    conn: &mut Conn,
    course: CourseId,
    learners: &[UserId],
) -> QueryResult<Vec<((UserId, ColumnKey), Cell)>> {
    let rows: Vec<ExamGradeRow> = statement(
        "select user_id, exam_id, max(score) as best, coalesce(bool_or(passed), false) as is_passed,
                bool_or(is_running) as is_running, bool_or(is_excused) as is_excused
         from (
             select user_id, exam_id, score, passed, ended_at is null as is_running, false as is_excused
             from exam_results where user_id = any($2) and counts
             union all
             select user_id, exam_id, null, null, false, true from exam_excuses where user_id = any($2)
         ) known
         join exams using (exam_id)
         where course_id = $1
         group by user_id, exam_id",
    )
    .bind::<Uuid, _>(course)
    .bind::<Array<Uuid>, _>(learners)
    .load(conn)
    .await?;
    let cells = rows.into_iter().map(|row| {
        let key = ColumnKey::Exam(row.exam_id);
        ((row.user_id, key), row.reached.cell())
    });
    Ok(cells.collect())
}

/// Learner of the course, with any status of enrollment.
#[derive(Debug, Clone, Queryable)]
pub struct Learner {
    pub user_id: UserId,
    pub username: String,
    pub display_name: String,
    pub email: String,
    pub status: EnrollmentStatus,
    pub enrolled_at: DateTime<Utc>,
    pub last_opened_at: Option<DateTime<Utc>>,
    pub extra_time_percent: Option<i32>,
    pub extra_attempts: Option<i32>,
}

pub async fn learner_named(
    conn: &mut Conn,
    course: CourseId,
    username: &str,
) -> QueryResult<Option<Learner>> {
    learner_rows(course)
        .filter(users::username.eq(username))
        .first(conn)
        .await
        .optional()
}

pub async fn learner(
    conn: &mut Conn,
    course: CourseId,
    user: UserId,
) -> QueryResult<Option<Learner>> {
    learner_rows(course)
        .filter(users::user_id.eq(user))
        .first(conn)
        .await
        .optional()
}

#[diesel::dsl::auto_type]
fn learner_rows(course: CourseId) -> _ {
    enrollments::table
        .inner_join(users::table)
        .left_join(
            quiz_allowances::table.on(quiz_allowances::course_id
                .eq(enrollments::course_id)
                .and(quiz_allowances::user_id.eq(enrollments::user_id))),
        )
        .filter(enrollments::course_id.eq(course))
        .filter(users::deleted_at.is_null())
        .select((
            users::user_id,
            users::username,
            users::display_name,
            users::email,
            enrollments::status,
            enrollments::enrolled_at,
            enrollments::last_opened_at,
            quiz_allowances::extra_time_percent.nullable(),
            quiz_allowances::extra_attempts.nullable(),
        ))
}

#[derive(QueryableByName)]
struct AttemptOutcomeRow {
    #[diesel(sql_type = Int4)]
    module_no: i32,
    #[diesel(sql_type = Int4)]
    section: i32,
    #[diesel(sql_type = Timestamptz)]
    started_at: DateTime<Utc>,
    #[diesel(embed)]
    outcome: AttemptOutcome,
}

/// Attempts of a learner at one quiz.
#[derive(Debug, Default)]
pub struct QuizAttempts {
    /// Newest first.
    pub outcomes: Vec<AttemptOutcome>,
    /// Start or end of the newest attempt.
    pub last_at: Option<DateTime<Utc>>,
}

/// Returns all attempts of the learner at the course's quizzes, by quiz.
pub async fn attempts(
    conn: &mut Conn,
    course: CourseId,
    user: UserId,
) -> QueryResult<HashMap<QuizNumber, QuizAttempts>> {
    let rows: Vec<AttemptOutcomeRow> = statement(
        "select module_no, topic_pair_index as section, started_at, attempt_id, status, score, completed_at,
                counts
         from quiz_attempt_history where user_id = $1 and course_id = $2 order by started_at desc",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(course)
    .load(conn)
    .await?;
    let mut attempts: HashMap<QuizNumber, QuizAttempts> = HashMap::new();
    for row in rows {
        let quiz = attempts
            .entry(QuizNumber::new(row.module_no, row.section))
            .or_default();
        let at = row.outcome.completed_at.unwrap_or(row.started_at);
        quiz.last_at = quiz.last_at.max(Some(at));
        quiz.outcomes.push(row.outcome);
    }
    Ok(attempts)
}

/// Action for a learner, read from the audit log.
#[derive(Debug, QueryableByName)]
pub struct ActionLine {
    #[diesel(sql_type = Text)]
    pub action: String,
    /// Number of the quiz, for example "1.2", if the action was about one.
    #[diesel(sql_type = Nullable<Text>)]
    pub quiz: Option<String>,
    /// Title of the exam, if the action was about one.
    #[diesel(sql_type = Nullable<Text>)]
    pub exam: Option<String>,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub by: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub occurred_at: DateTime<Utc>,
}

/// Returns the latest 50 actions for the learner, newest first.
pub async fn past_actions(
    conn: &mut Conn,
    course: CourseId,
    user: UserId,
) -> QueryResult<Vec<ActionLine>> {
    statement(
        "select l.action, (l.new_values -> 'quiz' ->> 0) || '.' || (l.new_values -> 'quiz' ->> 1) as quiz,
                l.new_values ->> 'exam' as exam, l.new_values ->> 'reason' as reason, u.display_name as by, l.occurred_at
         from audit_logs l left join users u on u.user_id = l.actor_user_id
         where l.subject_type = 'user' and l.subject_id = $1 and l.outcome = 'done'
           and l.new_values ->> 'course_id' = $2 and l.new_values ->> 'reason' is not null
         order by l.occurred_at desc limit 50",
    )
    .bind::<Text, _>(user.to_string())
    .bind::<Text, _>(course.to_string())
    .load(conn)
    .await
}

/// Returns display names and user names by user id.
pub async fn names(
    conn: &mut Conn,
    people: &[UserId],
) -> QueryResult<HashMap<UserId, (String, String)>> {
    let rows: Vec<(UserId, String, String)> = users::table
        .filter(users::user_id.eq_any(people))
        .select((users::user_id, users::display_name, users::username))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(user, name, username)| (user, (name, username)))
        .collect())
}
