//! Queries of activity. All learners of a course take one query.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::status::{LatelyDone, LearnerFigures};
use crate::activity::StatusRules;
use crate::platform::db::schema::learner_status_rules;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, UserId};

/// A learner of a course with the figures of their last days.
#[derive(Debug, QueryableByName)]
pub struct FiguresRow {
    #[diesel(sql_type = SqlUuid)]
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
    pub seen_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Int4)]
    pub done_percent: i32,
    /// Active seconds, and what was done, in the last seven days.
    #[diesel(sql_type = BigInt)]
    pub seconds: i64,
    #[diesel(sql_type = BigInt)]
    pub passed: i64,
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
    #[diesel(sql_type = BigInt)]
    pub asked: i64,
    #[diesel(sql_type = BigInt)]
    pub answered: i64,
    #[diesel(sql_type = BigInt)]
    pub rewatched: i64,
    #[diesel(sql_type = BigInt)]
    pub same_topic: i64,
    #[diesel(sql_type = BigInt)]
    pub overdue: i64,
    /// Kinds of things that were done in the last three days, as in [`LatelyDone`].
    #[diesel(sql_type = Bool)]
    has_read: bool,
    #[diesel(sql_type = Bool)]
    has_watched: bool,
    #[diesel(sql_type = Bool)]
    has_quizzes: bool,
    #[diesel(sql_type = Bool)]
    has_exams: bool,
    #[diesel(sql_type = Bool)]
    has_asked: bool,
    #[diesel(sql_type = Bool)]
    has_answered: bool,
    /// The course's own limits, or None for the usual ones.
    #[diesel(sql_type = Nullable<Array<Int4>>)]
    limits: Option<Vec<i32>>,
}

impl FiguresRow {
    /// The limits of the status.
    pub fn rules(&self) -> StatusRules {
        (self.limits.as_deref())
            .and_then(|limits| limits.try_into().ok())
            .map_or_else(StatusRules::default, StatusRules::of)
    }

    pub fn figures(&self) -> LearnerFigures {
        LearnerFigures {
            is_completed: self.is_completed,
            enrolled_at: self.enrolled_at,
            seen_at: self.seen_at,
            lately: LatelyDone {
                read: self.has_read,
                watched: self.has_watched,
                took_quizzes: self.has_quizzes,
                sat_exams: self.has_exams,
                asked: self.has_asked,
                answered: self.has_answered,
            },
            passed: self.passed,
            failed: self.failed,
            same_topic: self.same_topic,
            rewatched: self.rewatched,
            overdue: self.overdue,
        }
    }
}

/// Learners to find.
#[derive(Debug, Clone, Copy)]
pub enum Sought<'a> {
    /// Those whose name or address contains this text.
    Containing(&'a str),
    One(UserId),
}

/// Returns learners of the course with their figures. Reads the sums of the last week, so its
/// time depends on the number of learners and not on the history.
pub async fn figures(
    conn: &mut Conn,
    course: CourseId,
    sought: Sought<'_>,
    now: DateTime<Utc>,
) -> QueryResult<Vec<FiguresRow>> {
    let (text, one) = match sought {
        Sought::Containing(text) => (text, None),
        Sought::One(user) => ("", Some(user.0)),
    };
    statement(
        "with today as (
             select activity_day($3) as day
         ), recent as (
             select d.user_id, sum(d.seconds_active) as seconds,
                    sum(d.quizzes_passed) as passed,
                    sum(d.quizzes_failed) as failed,
                    sum(d.asked) as asked,
                    sum(d.answered) as answered,
                    sum(d.rewatched) as rewatched,
                    bool_or(d.opened + d.read + d.done + d.seconds_active > 0) filter (where d.day > t.day - 3) as has_read,
                    bool_or(d.watched > 0) filter (where d.day > t.day - 3) as has_watched,
                    bool_or(d.quizzes_passed + d.quizzes_failed > 0) filter (where d.day > t.day - 3) as has_quizzes,
                    bool_or(d.exams > 0) filter (where d.day > t.day - 3) as has_exams,
                    bool_or(d.asked > 0) filter (where d.day > t.day - 3) as has_asked,
                    bool_or(d.answered > 0) filter (where d.day > t.day - 3) as has_answered
             from learner_activity_days d cross join today t
             where d.course_id = $1 and d.day between (select day from today) - 6 and (select day from today) + 1 and ($4 is null or d.user_id = $4)
             group by d.user_id
         ), asks as (
             select x.user_id, max(x.questions) as most
             from (
                 select d.user_id, count(*) as questions
                 from learner_activity_days d cross join unnest(d.asked_topics) a (topic_id)
                 where d.course_id = $1 and d.asked > 0
                   and d.day between (select day from today) - 6 and (select day from today) + 1 and ($4 is null or d.user_id = $4)
                 group by d.user_id, a.topic_id
             ) x
             group by x.user_id
         ), modules as (
             select module_no, count(*) as topics from topics
             where course_id = $1 and retired_at is null group by module_no
         ), progress as (
             select p.user_id, t.module_no, count(*) as topics
             from topic_progress p join topics t on t.topic_id = p.topic_id
             where t.course_id = $1 and t.retired_at is null and p.is_completed and ($4 is null or p.user_id = $4)
             group by p.user_id, t.module_no
         ), done as (
             select user_id, sum(topics)::bigint as topics from progress group by user_id
         ), running as materialized (
             select k.cohort_id, k.start_date, k.starts_at
             from cohorts k
             where k.course_id = $1 and k.is_active and k.starts_at <= $3 and (k.ends_at is null or k.ends_at > $3)
         ), members as materialized (
             -- In the cohort that counts: of those that run, the one that started last.
             select distinct on (m.user_id) m.member_id, m.user_id, m.batch_no, k.cohort_id
             from running k
             join cohort_members m on m.cohort_id = k.cohort_id and m.status = 'active'
             where m.user_id is not null and ($4 is null or m.user_id = $4)
             order by m.user_id, k.starts_at desc, k.cohort_id
         ), rules as materialized (
             select r.cohort_id, r.module_no, r.batch_no, r.member_id,
                    cohort_day(r.cohort_id, coalesce(r.opens_on - k.start_date, r.days_after_start)) as opens_at
             from cohort_module_rules r join running k on k.cohort_id = r.cohort_id
         ), batch_rules as materialized (
             -- The rule of a batch comes before the one of its cohort.
             select distinct on (b.cohort_id, b.batch_no, r.module_no) b.cohort_id, b.batch_no, r.module_no, r.opens_at
             from (select distinct cohort_id, batch_no from members) b
             join rules r on r.cohort_id = b.cohort_id and r.member_id is null
                         and (r.batch_no is null or r.batch_no = b.batch_no)
             order by b.cohort_id, b.batch_no, r.module_no, r.batch_no is null
         ), openings as (
             -- The rule of a member comes before the one of the batch.
             select m.user_id, b.module_no, b.opens_at
             from members m
             join batch_rules b on b.cohort_id = m.cohort_id and b.batch_no = m.batch_no
             where not exists (select from rules o where o.member_id = m.member_id and o.module_no = b.module_no)
             union all
             select m.user_id, o.module_no, o.opens_at from members m join rules o on o.member_id = m.member_id
         ), late as (
             select o.user_id, sum(m.topics - coalesce(p.topics, 0)) as topics
             from openings o
             join modules m on m.module_no = o.module_no
             left join progress p on p.user_id = o.user_id and p.module_no = o.module_no
             where o.opens_at <= $3 - interval '7 days'
             group by o.user_id
         )
         select e.user_id, u.display_name, u.username, u.email, e.status = 'completed' as is_completed, e.enrolled_at,
                greatest(e.last_opened_at, seen.last_at) as seen_at,
                coalesce(100 * done.topics / nullif((select sum(topics)::bigint from modules), 0), 0)::integer as done_percent,
                coalesce(r.seconds, 0)::bigint as seconds, coalesce(r.passed, 0)::bigint as passed,
                coalesce(r.failed, 0)::bigint as failed, coalesce(r.asked, 0)::bigint as asked,
                coalesce(r.answered, 0)::bigint as answered, coalesce(r.rewatched, 0)::bigint as rewatched,
                coalesce(a.most, 0)::bigint as same_topic, coalesce(l.topics, 0)::bigint as overdue,
                coalesce(r.has_read, false) as has_read, coalesce(r.has_watched, false) as has_watched,
                coalesce(r.has_quizzes, false) as has_quizzes, coalesce(r.has_exams, false) as has_exams,
                coalesce(r.has_asked, false) as has_asked, coalesce(r.has_answered, false) as has_answered,
                case when q.course_id is not null
                     then array[q.drift_days, q.gone_days, q.failed_quizzes, q.same_questions, q.rewatched] end as limits
         from enrollments e
         join users u on u.user_id = e.user_id
         left join recent r on r.user_id = e.user_id
         left join asks a on a.user_id = e.user_id
         left join done on done.user_id = e.user_id
         left join late l on l.user_id = e.user_id
         left join learner_status_rules q on q.course_id = $1
         left join lateral (
             select d.last_at from learner_activity_days d
             where d.user_id = e.user_id and d.course_id = $1 and d.last_at is not null
             order by d.day desc limit 1
         ) seen on true
         where e.course_id = $1 and e.status in ('active', 'completed') and u.deleted_at is null
           and ($4 is null or e.user_id = $4)
           and ($2 = '' or strpos(folded(u.display_name), folded($2)) > 0 or strpos(u.email, lower($2)) > 0)
         order by lower(u.display_name), e.user_id",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<Text, _>(text)
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<SqlUuid>, _>(one)
    .load(conn)
    .await
}

/// Returns the limits of the course's statuses.
pub async fn rules(conn: &mut Conn, course: CourseId) -> QueryResult<StatusRules> {
    let row: Option<(i32, i32, i32, i32, i32)> = learner_status_rules::table
        .find(course)
        .select((
            learner_status_rules::drift_days,
            learner_status_rules::gone_days,
            learner_status_rules::failed_quizzes,
            learner_status_rules::same_questions,
            learner_status_rules::rewatched,
        ))
        .first(conn)
        .await
        .optional()?;
    Ok(row.map_or_else(StatusRules::default, |(a, b, c, d, e)| {
        StatusRules::of([a, b, c, d, e])
    }))
}

/// Sets the limits of the course's statuses.
pub async fn set_rules(conn: &mut Conn, course: CourseId, rules: StatusRules) -> QueryResult<()> {
    if rules == StatusRules::default() {
        return diesel::delete(learner_status_rules::table.find(course))
            .execute(conn)
            .await
            .map(drop);
    }
    let values = (
        learner_status_rules::drift_days.eq(rules.drift_days),
        learner_status_rules::gone_days.eq(rules.gone_days),
        learner_status_rules::failed_quizzes.eq(rules.failed_quizzes),
        learner_status_rules::same_questions.eq(rules.same_questions),
        learner_status_rules::rewatched.eq(rules.rewatched),
    );
    diesel::insert_into(learner_status_rules::table)
        .values((learner_status_rules::course_id.eq(course), values))
        .on_conflict(learner_status_rules::course_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await
        .map(drop)
}

#[derive(QueryableByName)]
pub struct ActivityCourse {
    #[diesel(sql_type = SqlUuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub language: String,
}

/// Returns the course if the person studies it.
pub async fn studied(
    conn: &mut Conn,
    user: UserId,
    slug: &str,
) -> QueryResult<Option<ActivityCourse>> {
    statement(
        "select c.course_id, c.title, c.language
         from courses c join enrollments e on e.course_id = c.course_id
         where c.slug = $2 and e.user_id = $1 and e.status in ('active', 'completed')",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Text, _>(slug)
    .get_result(conn)
    .await
    .optional()
}

#[derive(QueryableByName)]
struct NamedRow {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
}

/// Returns the learner of the course with this user name.
pub async fn learner_named(
    conn: &mut Conn,
    course: CourseId,
    username: &str,
) -> QueryResult<Option<UserId>> {
    let found: Option<NamedRow> = statement(
        "select u.user_id from users u join enrollments e on e.user_id = u.user_id
         where e.course_id = $1 and e.status in ('active', 'completed') and u.username = $2 and u.deleted_at is null",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<Text, _>(username)
    .get_result(conn)
    .await
    .optional()?;
    Ok(found.map(|row| row.user_id))
}

/// Sums of a day.
#[derive(Debug, QueryableByName)]
pub struct DayRow {
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    #[diesel(sql_type = Int4)]
    pub seconds_active: i32,
    #[diesel(sql_type = Int4)]
    pub done: i32,
    #[diesel(sql_type = Int4)]
    pub quizzes_passed: i32,
    #[diesel(sql_type = Int4)]
    pub quizzes_failed: i32,
    #[diesel(sql_type = Int4)]
    pub asked: i32,
    #[diesel(sql_type = Int4)]
    pub answered: i32,
    #[diesel(sql_type = Array<SqlUuid>)]
    pub opened_topics: Vec<Uuid>,
}

#[derive(QueryableByName)]
struct TodayRow {
    #[diesel(sql_type = Date)]
    day: NaiveDate,
}

/// Returns the day of the course on which a moment falls.
pub async fn day_of(conn: &mut Conn, moment: DateTime<Utc>) -> QueryResult<NaiveDate> {
    let row: TodayRow = statement("select activity_day($1) as day")
        .bind::<Timestamptz, _>(moment)
        .get_result(conn)
        .await?;
    Ok(row.day)
}

/// Returns the learner's days from the first one on.
pub async fn days(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    first: NaiveDate,
) -> QueryResult<Vec<DayRow>> {
    statement(
        "select day, seconds_active, done, quizzes_passed, quizzes_failed, asked, answered, opened_topics
         from learner_activity_days where user_id = $1 and course_id = $2 and day >= $3 order by day",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .bind::<Date, _>(first)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
pub struct NewestEvent {
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Int4)]
    pub amount: i32,
    #[diesel(sql_type = Text)]
    pub detail: String,
    #[diesel(sql_type = Timestamptz)]
    pub occurred_at: DateTime<Utc>,
    /// Title of the topic, or empty.
    #[diesel(sql_type = Text)]
    pub topic: String,
}

/// Returns the learner's newest events in the course.
pub async fn newest_events(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    limit: i64,
) -> QueryResult<Vec<NewestEvent>> {
    statement(
        "select v.kind, v.amount, v.detail, v.occurred_at, coalesce(t.title, '') as topic
         from learner_activity_events v left join topics t on t.topic_id = v.topic_id
         where v.user_id = $1 and v.course_id = $2
         order by v.occurred_at desc, v.event_id desc limit $3",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await
}

/// An entry of a learner's timeline. `timeline.rs` says what the numbers and texts mean.
#[derive(QueryableByName)]
pub struct TimelineRow {
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub key: String,
    #[diesel(sql_type = Nullable<Int4>)]
    pub number: Option<i32>,
    #[diesel(sql_type = Int4)]
    pub other: i32,
    #[diesel(sql_type = Text)]
    pub about: String,
    #[diesel(sql_type = Text)]
    pub detail: String,
}

/// Returns up to `limit` entries before the place, newest first.
pub async fn timeline(
    conn: &mut Conn,
    course: CourseId,
    user: UserId,
    before: Option<(DateTime<Utc>, String)>,
    limit: i64,
) -> QueryResult<Vec<TimelineRow>> {
    let (at, key) = match before {
        Some((at, key)) => (Some(at), key),
        None => (None, String::new()),
    };
    statement(
        "select x.kind, x.at, x.key, x.number, x.other, x.about, x.detail
         from (
             select 'enrolled' as kind, e.enrolled_at as at, 'enrolled' as key, null::integer as number, 0 as other,
                    '' as about, '' as detail
             from enrollments e where e.user_id = $2 and e.course_id = $1
             union all
             select 'study', d.last_at, 'study-' || d.day, d.seconds_active, cardinality(d.opened_topics), '', d.done::text
             from learner_activity_days d
             where d.user_id = $2 and d.course_id = $1 and d.last_at is not null
               and d.seconds_active + d.opened + d.read + d.watched + d.done > 0
             union all
             select 'quiz', a.completed_at, 'quiz-' || a.attempt_id, a.score,
                    case a.status when 'passed' then 1 when 'failed' then 2 else 3 end,
                    '', a.module_no || '.' || a.topic_pair_index
             from quiz_attempt_history a
             where a.user_id = $2 and a.course_id = $1 and a.completed_at is not null and a.status <> 'in_progress'
             union all
             select 'exam', r.ended_at, 'exam-' || r.sitting_id, r.score, case when r.passed then 1 else 2 end, x.title,
                    r.exam_id::text
             from exam_results r join exams x on x.exam_id = r.exam_id
             where r.user_id = $2 and x.course_id = $1 and r.ended_at is not null
             union all
             select 'work', s.handed_in_at, 'work-' || s.submission_id,
                    case when s.released_at is not null then s.score end, s.number, e.title, s.submission_id::text
             from submissions s
             join simulation_work w on w.work_id = s.work_id
             join simulation_exercises e on e.exercise_id = w.exercise_id
             where w.user_id = $2 and e.course_id = $1
             union all
             select 'question', m.created_at, 'question-' || m.message_id, null,
                    case when exists (select from tutor_requests q where q.message_id = m.message_id) then 1 else 0 end,
                    t.title, ''
             from cp_rag_chat_messages m
             join cp_rag_chat_sessions s on s.session_id = m.session_id
             join topics t on t.topic_id = s.topic_id
             where s.user_id = $2 and s.course_id = $1 and m.role = 'user'
             union all
             select 'cold_call', m.created_at, 'cold-call-' || m.message_id, null,
                    case when m.parent_id is null then 1 else 2 end, case when length(p.prompt) > 120 then left(p.prompt, 119) || '…' else p.prompt end,
                    p.prompt_id::text
             from cold_call_messages m join cold_call_prompts p on p.prompt_id = m.prompt_id
             where m.user_id = $2 and p.course_id = $1 and not m.is_tutor and m.deleted_at is null
             union all
             select 'message', m.sent_at, 'message-' || m.message_id, null, 0, m.title, ''
             from cohort_messages m
             where (m.course_id = $1 and exists (select from course_message_receivers r
                                                 where r.message_id = m.message_id and r.user_id = $2))
                or exists (select from cohort_message_receivers r
                           join cohort_members c on c.member_id = r.member_id
                           join cohorts k on k.cohort_id = c.cohort_id
                           where r.message_id = m.message_id and c.user_id = $2 and k.course_id = $1)
         ) x
         where $3 is null or (x.at, x.key) < ($3, $4)
         order by x.at desc, x.key desc
         limit $5",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<SqlUuid, _>(user)
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Text, _>(key)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await
}
