//! Queries of figures. Those of a course read the sums by day of the last weeks and one row for
//! each learner and topic, so their time does not depend on the number of events.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::plan::CohortWork;
use crate::platform::db::schema::cohorts;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CohortId, CourseId, MemberId, UserId};

/// The learners of the course `$1`, or of its cohort `$2`.
const LEARNERS: &str = "learners as materialized (
        select e.user_id, e.status, e.last_topic_id, coalesce(e.last_opened_at, e.enrolled_at) as seen_at
        from enrollments e join users u on u.user_id = e.user_id
        where e.course_id = $1 and e.status in ('active', 'completed') and u.deleted_at is null
          and ($2 is null or exists (select from cohort_members m
                                     where m.cohort_id = $2 and m.user_id = e.user_id and m.status = 'active'))
    )";

/// A cohort of a course.
#[derive(Debug, Clone, Queryable)]
pub struct InsightCohort {
    pub cohort_id: CohortId,
    pub title: String,
}

/// Returns the course's cohorts, those that started last first.
pub async fn cohorts_of(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<InsightCohort>> {
    cohorts::table
        .filter(cohorts::course_id.eq(course))
        .filter(cohorts::is_active)
        .order((cohorts::starts_at.desc(), cohorts::cohort_id))
        .limit(20)
        .select((cohorts::cohort_id, cohorts::title))
        .load(conn)
        .await
}

/// Sums of a week.
#[derive(Debug, Clone, QueryableByName)]
pub struct WeekRow {
    /// The Monday.
    #[diesel(sql_type = Date)]
    pub begins: NaiveDate,
    #[diesel(sql_type = BigInt)]
    pub active: i64,
    #[diesel(sql_type = BigInt)]
    pub minutes: i64,
    #[diesel(sql_type = BigInt)]
    pub done: i64,
    #[diesel(sql_type = BigInt)]
    pub passed: i64,
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
    #[diesel(sql_type = BigInt)]
    pub asked: i64,
}

/// Returns the last `weeks` weeks, oldest first, those without activity too.
pub async fn weeks(
    conn: &mut Conn,
    course: CourseId,
    cohort: Option<CohortId>,
    weeks: i32,
    now: DateTime<Utc>,
) -> QueryResult<Vec<WeekRow>> {
    statement(format!(
        "with {LEARNERS}, mondays as (
             select (date_trunc('week', activity_day($3)::timestamp) - make_interval(weeks => n))::date as begins
             from generate_series(0, $4 - 1) n
         )
         select w.begins, count(distinct d.user_id) as active, coalesce(sum(d.seconds_active) / 60, 0)::bigint as minutes,
                coalesce(sum(d.done), 0)::bigint as done, coalesce(sum(d.quizzes_passed), 0)::bigint as passed,
                coalesce(sum(d.quizzes_failed), 0)::bigint as failed, coalesce(sum(d.asked), 0)::bigint as asked
         from mondays w
         left join (learner_activity_days d join learners l on l.user_id = d.user_id)
             on d.course_id = $1 and d.day >= w.begins and d.day < w.begins + 7 and d.last_at is not null
         group by w.begins order by w.begins"
    ))
    .bind::<SqlUuid, _>(course)
    .bind::<Nullable<SqlUuid>, _>(cohort)
    .bind::<Timestamptz, _>(now)
    .bind::<Int4, _>(weeks)
    .load(conn)
    .await
}

/// Figures of a topic.
#[derive(Debug, Clone, QueryableByName)]
pub struct TopicFigures {
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Int4)]
    pub module_no: i32,
    /// Learners who opened it, and who completed it.
    #[diesel(sql_type = BigInt)]
    pub opened: i64,
    #[diesel(sql_type = BigInt)]
    pub done: i64,
    /// Learners who did nothing for a week and were here last.
    #[diesel(sql_type = BigInt)]
    pub stopped: i64,
    /// First answers to quiz questions about it, and the right ones among them.
    #[diesel(sql_type = BigInt)]
    pub answers: i64,
    #[diesel(sql_type = BigInt)]
    pub right: i64,
    /// Questions to the tutor, and returns in its video, in the last 90 days.
    #[diesel(sql_type = BigInt)]
    pub asked: i64,
    #[diesel(sql_type = BigInt)]
    pub rewatched: i64,
}

/// Returns the course's topics in their order.
pub async fn topics(
    conn: &mut Conn,
    course: CourseId,
    cohort: Option<CohortId>,
    now: DateTime<Utc>,
) -> QueryResult<Vec<TopicFigures>> {
    statement(format!(
        "with {LEARNERS}, progress as (
             select p.topic_id, count(*) as opened, count(*) filter (where p.is_completed) as done
             from topic_progress p
             join topics t on t.topic_id = p.topic_id and t.course_id = $1
             join learners l on l.user_id = p.user_id
             group by p.topic_id
         ), stopped as (
             select last_topic_id as topic_id, count(*) as learners from learners
             where status = 'active' and last_topic_id is not null and seen_at < $3 - interval '7 days'
             group by last_topic_id
         ), days as materialized (
             select d.asked_topics, d.rewatched_topics
             from learner_activity_days d join learners l on l.user_id = d.user_id
             where d.course_id = $1 and d.day > activity_day($3) - 90 and (d.asked > 0 or d.rewatched > 0)
         ), asked as (
             select a.topic_id, count(*) as times from days cross join unnest(asked_topics) a (topic_id) group by 1
         ), rewatched as (
             select a.topic_id, count(*) as times from days cross join unnest(rewatched_topics) a (topic_id) group by 1
         ), firsts as (
             select q.topic_id, count(*) as answers, count(*) filter (where f.points >= 1) as \"right\"
             from quiz_questions q
             join first_answers f on f.question_id = q.question_id
             join learners l on l.user_id = f.user_id
             where q.course_id = $1 and q.topic_id is not null and q.retired_at is null
             group by q.topic_id
         )
         select t.slug, t.title, t.module_no, coalesce(p.opened, 0) as opened, coalesce(p.done, 0) as done,
                coalesce(s.learners, 0) as stopped, coalesce(f.answers, 0) as answers,
                coalesce(f.\"right\", 0) as \"right\", coalesce(a.times, 0) as asked, coalesce(r.times, 0) as rewatched
         from topics t
         left join progress p on p.topic_id = t.topic_id
         left join stopped s on s.topic_id = t.topic_id
         left join asked a on a.topic_id = t.topic_id
         left join rewatched r on r.topic_id = t.topic_id
         left join firsts f on f.topic_id = t.topic_id
         where t.course_id = $1 and t.retired_at is null
         order by t.module_no, t.topic_number"
    ))
    .bind::<SqlUuid, _>(course)
    .bind::<Nullable<SqlUuid>, _>(cohort)
    .bind::<Timestamptz, _>(now)
    .load(conn)
    .await
}

/// The share of the topics that a member has completed, in percent.
#[derive(Debug, QueryableByName)]
pub struct MemberShare {
    #[diesel(sql_type = SqlUuid)]
    pub user_id: UserId,
    #[diesel(sql_type = Int4)]
    pub share: i32,
}

/// Returns the shares of a cohort's active members who study the course.
pub async fn shares(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
) -> QueryResult<Vec<MemberShare>> {
    statement(
        "select e.user_id,
                coalesce(100 * (select count(*) from topic_progress p join topics t on t.topic_id = p.topic_id
                                where p.user_id = e.user_id and t.course_id = $1 and t.retired_at is null and p.is_completed)
                         / nullif((select count(*) from topics where course_id = $1 and retired_at is null), 0), 0)::integer as share
         from cohort_members m
         join enrollments e on e.user_id = m.user_id and e.course_id = $1 and e.status in ('active', 'completed')
         join users u on u.user_id = e.user_id and u.deleted_at is null
         where m.cohort_id = $2 and m.status = 'active'",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<SqlUuid, _>(cohort)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct MemberUserRow {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
}

/// Returns the active members of a cohort who have an account.
pub async fn members(conn: &mut Conn, cohort: CohortId) -> QueryResult<Vec<UserId>> {
    let rows: Vec<MemberUserRow> = statement(
        "select user_id from cohort_members where cohort_id = $1 and status = 'active' and user_id is not null",
    )
    .bind::<SqlUuid, _>(cohort)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// Work that waits for tutors of a course, and one of its settings.
#[derive(Debug, Clone, Default, QueryableByName)]
pub struct WaitingFigures {
    /// Questions that learners handed to a person, and works without marks.
    #[diesel(sql_type = BigInt)]
    pub questions: i64,
    #[diesel(sql_type = BigInt)]
    pub works: i64,
    /// True if the cohorts of the course have a leaderboard.
    #[diesel(sql_type = Bool)]
    pub has_leaderboard: bool,
}

pub async fn waiting(conn: &mut Conn, course: CourseId) -> QueryResult<WaitingFigures> {
    statement(
        "select (select count(*) from tutor_requests r
                 join cp_rag_chat_sessions s on s.session_id = r.session_id
                 where s.course_id = $1 and r.done_at is null) as questions,
                (select count(*) from submissions s
                 join simulation_work w on w.work_id = s.work_id
                 join simulation_exercises e on e.exercise_id = w.exercise_id
                 where e.course_id = $1 and s.is_latest and s.released_at is null) as works,
                exists (select from course_leaderboards l where l.course_id = $1) as has_leaderboard",
    )
    .bind::<SqlUuid, _>(course)
    .get_result(conn)
    .await
}

#[derive(QueryableByName)]
struct CohortTimesRow {
    #[diesel(sql_type = Timestamptz)]
    starts_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    now: i32,
    #[diesel(sql_type = Nullable<Int4>)]
    last: Option<i32>,
    #[diesel(sql_type = BigInt)]
    members: i64,
}

#[derive(QueryableByName)]
struct PlannedModuleRow {
    #[diesel(sql_type = BigInt)]
    topics: i64,
    #[diesel(sql_type = Nullable<Int4>)]
    opens: Option<i32>,
}

#[derive(QueryableByName)]
struct DoneRow {
    #[diesel(sql_type = Int4)]
    week: i32,
    #[diesel(sql_type = BigInt)]
    topics: i64,
}

/// Returns the work of a cohort of the course by week since its start. None before the start.
pub async fn work(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
    now: DateTime<Utc>,
) -> QueryResult<Option<CohortWork>> {
    let times: Option<CohortTimesRow> = statement(
        "select k.starts_at,
                floor(extract(epoch from least($3, coalesce(k.ends_at, $3)) - k.starts_at) / 604800)::integer as now,
                floor(extract(epoch from k.ends_at - interval '1 second' - k.starts_at) / 604800)::integer as last,
                (select count(*) from cohort_members m join enrollments e on e.user_id = m.user_id and e.course_id = $1
                 where m.cohort_id = k.cohort_id and m.status = 'active' and e.status in ('active', 'completed')) as members
         from cohorts k where k.course_id = $1 and k.cohort_id = $2",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<SqlUuid, _>(cohort)
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .await
    .optional()?;
    let Some(times) = times.filter(|times| times.starts_at <= now) else {
        return Ok(None);
    };
    let modules: Vec<PlannedModuleRow> = statement(
        "select count(*) as topics,
                (select floor(extract(epoch from cohort_day(k.cohort_id, coalesce(r.opens_on - k.start_date, r.days_after_start))
                                                 - k.starts_at) / 604800)::integer
                 from cohort_module_rules r
                 join cohorts k on k.cohort_id = r.cohort_id
                 where r.cohort_id = $2 and r.module_no = t.module_no and r.batch_no is null and r.member_id is null) as opens
         from topics t
         where t.course_id = $1 and t.retired_at is null
         group by t.module_no order by t.module_no",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<SqlUuid, _>(cohort)
    .load(conn)
    .await?;
    let done: Vec<DoneRow> = statement(
        "select greatest(0, floor(extract(epoch from p.completed_at - $3) / 604800))::integer as week, count(*) as topics
         from topic_progress p
         join topics t on t.topic_id = p.topic_id and t.course_id = $1 and t.retired_at is null
         join cohort_members m on m.user_id = p.user_id and m.cohort_id = $2 and m.status = 'active'
         where p.is_completed and p.completed_at is not null
         group by 1",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<SqlUuid, _>(cohort)
    .bind::<Timestamptz, _>(times.starts_at)
    .load(conn)
    .await?;
    Ok(Some(CohortWork {
        members: times.members,
        modules: modules
            .into_iter()
            .map(|row| (row.topics, row.opens.map(|week| week.max(0))))
            .collect(),
        done: done.into_iter().map(|row| (row.week, row.topics)).collect(),
        now: times.now,
        last: times.last,
    }))
}

#[derive(QueryableByName)]
struct StudiedWeekRow {
    #[diesel(sql_type = Int4)]
    week: i32,
}

/// Returns the weeks in which a learner studied the course: 0 is the present one, 1 the last one.
pub async fn studied_weeks(
    conn: &mut Conn,
    course: CourseId,
    user: UserId,
    now: DateTime<Utc>,
) -> QueryResult<Vec<i32>> {
    let rows: Vec<StudiedWeekRow> = statement(
        "select distinct ((date_trunc('week', activity_day($3)::timestamp)::date
                           - date_trunc('week', d.day::timestamp)::date) / 7)::integer as week
         from learner_activity_days d
         where d.course_id = $1 and d.user_id = $2 and d.last_at is not null and d.day > activity_day($3) - 366",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<SqlUuid, _>(user)
    .bind::<Timestamptz, _>(now)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.week).collect())
}

/// The project of a member's batch.
#[derive(Debug, Clone, QueryableByName)]
pub struct ProjectRow {
    #[diesel(sql_type = Text)]
    pub title: String,
    /// Members of the batch, and those who have handed in.
    #[diesel(sql_type = BigInt)]
    pub members: i64,
    #[diesel(sql_type = BigInt)]
    pub handed_in: i64,
    /// True if this member has.
    #[diesel(sql_type = Bool)]
    pub is_mine: bool,
}

pub async fn project(conn: &mut Conn, member: MemberId) -> QueryResult<Option<ProjectRow>> {
    statement(
        "select b.title,
                (select count(*) from cohort_members o
                 where o.cohort_id = m.cohort_id and o.batch_no = m.batch_no and o.status = 'active') as members,
                (select count(*) from project_works w join cohort_members o on o.member_id = w.member_id
                 where w.project_id = b.project_id and o.status = 'active') as handed_in,
                exists (select from project_works w
                        where w.project_id = b.project_id and w.member_id = m.member_id) as is_mine
         from cohort_members m
         join cohort_batch_projects b on b.cohort_id = m.cohort_id and b.batch_no = m.batch_no
         where m.member_id = $1",
    )
    .bind::<SqlUuid, _>(member)
    .get_result(conn)
    .await
    .optional()
}
