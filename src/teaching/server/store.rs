//! Queries of teaching.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::course::CourseTitle;
use crate::platform::db::schema::{course_tutors, tutors};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, TutorId, UserId};
use crate::teaching::{COURSES_PAGE, CourseStatus, TaughtCourse, TaughtPage, TaughtQuery};

#[derive(QueryableByName)]
struct TaughtRow {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Array<Text>)]
    tutors: Vec<String>,
    #[diesel(sql_type = BigInt)]
    learners: i64,
    #[diesel(sql_type = BigInt)]
    questions: i64,
    #[diesel(sql_type = BigInt)]
    asked: i64,
    /// Number of courses in the whole list.
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// Returns a page of the courses that the tutor teaches, or of all courses if `tutor` is None. If
/// the list has fewer pages, returns its last one.
pub async fn page(
    conn: &mut Conn,
    tutor: Option<UserId>,
    query: &TaughtQuery,
) -> QueryResult<TaughtPage> {
    let mut page = query.page;
    let mut rows = taught(conn, tutor, query, page).await?;
    if rows.is_empty() && page > 0 {
        let first = taught(conn, tutor, query, 0).await?;
        let total = first.as_slice().first().map_or(0, |row| row.total);
        page = u32::try_from((total - 1).max(0) / COURSES_PAGE).unwrap_or(0);
        rows = match page {
            0 => first,
            page => taught(conn, tutor, query, page).await?,
        };
    }
    Ok(TaughtPage {
        total: rows.as_slice().first().map_or(0, |row| row.total),
        page,
        waiting: 0,
        marking: 0,
        courses: rows
            .into_iter()
            .map(|row| TaughtCourse {
                slug: row.slug,
                title: CourseTitle::new(row.title, row.language),
                status: CourseStatus::parse(&row.status).unwrap_or(CourseStatus::Draft),
                tutors: row.tutors,
                learners: row.learners,
                questions: row.questions,
                asked: row.asked,
            })
            .collect(),
    })
}

#[derive(QueryableByName)]
struct TaughtWaitingRow {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
}

/// Returns the number of messages of cold calls that are reported or held for approval, in the
/// courses of the tutor, or in all courses if `tutor` is None.
pub async fn waiting(conn: &mut Conn, tutor: Option<UserId>) -> QueryResult<i64> {
    let row: TaughtWaitingRow = statement(
        "select count(*) as waiting
         from cold_call_messages m
         join cold_call_prompts p on p.prompt_id = m.prompt_id
         join courses c on c.course_id = p.course_id
         where p.retired_at is null and c.retired_at is null and m.deleted_at is null and m.hidden_at is null
           and m.message_id in (select h.message_id from cold_call_messages h where h.held_at is not null
                                union select w.message_id from cold_call_reports w where w.settled_at is null)
           and ($1 is null or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                                      where ct.course_id = c.course_id and ct.is_active and t.user_id = $1))",
    )
    .bind::<Nullable<Uuid>, _>(tutor)
    .get_result(conn)
    .await?;
    Ok(row.waiting)
}

/// Returns the number of works without marks in the courses of the tutor, or in all courses if
/// `tutor` is None.
pub async fn marking(conn: &mut Conn, tutor: Option<UserId>) -> QueryResult<i64> {
    let row: TaughtWaitingRow = statement(
        "select count(*) as waiting
         from submissions s
         join simulation_work w on w.work_id = s.work_id
         join simulation_exercises e on e.exercise_id = w.exercise_id
         join courses c on c.course_id = e.course_id
         join users l on l.user_id = w.user_id
         where s.is_latest and s.released_at is null and s.score is null and coalesce(s.peers_until <= now(), true)
           and e.retired_at is null and c.retired_at is null and l.deleted_at is null
           and ($1 is null or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                                      where ct.course_id = e.course_id and ct.is_active and t.user_id = $1))",
    )
    .bind::<Nullable<Uuid>, _>(tutor)
    .get_result(conn)
    .await?;
    Ok(row.waiting)
}

async fn taught(
    conn: &mut Conn,
    tutor: Option<UserId>,
    query: &TaughtQuery,
    page: u32,
) -> QueryResult<Vec<TaughtRow>> {
    statement(
        "with known as (
             select c.course_id, c.slug, c.title, c.language, c.title_sort,
                    case when c.retired_at is not null then 'retired' when c.is_published then 'published' else 'draft' end as status,
                    coalesce(taught.names, '{}') as tutors, coalesce(taught.users, '{}') as users
             from courses c
             left join (
                 select ct.course_id, array_agg(u.display_name order by lower(u.display_name), u.user_id) as names,
                        array_agg(u.user_id) as users
                 from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id join users u on u.user_id = t.user_id
                 where ct.is_active and u.deleted_at is null
                 group by ct.course_id
             ) taught on taught.course_id = c.course_id
         ), listed as (
             select k.*, count(*) over () as total
             from known k
             where ($1 is null or $1 = any(k.users))
               and ($2 = '' or k.status = $2)
               and ($3 = '' or strpos(folded(k.title), folded($3)) > 0
                    or exists (select from unnest(k.tutors) as tutor (name) where strpos(folded(tutor.name), folded($3)) > 0))
             order by k.status = 'retired', k.title_sort, k.course_id
             limit $4 offset $5
         )
         select l.slug, l.title, l.language, l.status, l.tutors, l.total,
                (select count(*) from enrollments e where e.course_id = l.course_id and e.status in ('active', 'completed')) as learners,
                (select count(*) from quiz_questions q where q.course_id = l.course_id and q.retired_at is null) as questions,
                (select count(*) from tutor_requests r join cp_rag_chat_sessions s on s.session_id = r.session_id
                 where s.course_id = l.course_id and r.done_at is null) as asked
         from listed l
         order by l.status = 'retired', l.title_sort, l.course_id",
    )
    .bind::<Nullable<Uuid>, _>(tutor)
    .bind::<Text, _>(query.status.map(CourseStatus::name).unwrap_or_default())
    .bind::<Text, _>(&query.q)
    .bind::<BigInt, _>(COURSES_PAGE)
    .bind::<BigInt, _>(i64::from(page) * COURSES_PAGE)
    .load(conn)
    .await
}

/// Makes the person a tutor of the course. False if they are one already.
pub async fn add_tutor(conn: &mut Conn, course: CourseId, user: UserId) -> QueryResult<bool> {
    diesel::insert_into(tutors::table)
        .values(tutors::user_id.eq(user))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    let tutor: TutorId = tutors::table
        .filter(tutors::user_id.eq(user))
        .select(tutors::tutor_id)
        .first(conn)
        .await?;
    let added = diesel::insert_into(course_tutors::table)
        .values((
            course_tutors::course_id.eq(course),
            course_tutors::tutor_id.eq(tutor),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    let taken_up = set_active(conn, course, user, true).await?;
    Ok(added + taken_up > 0)
}

/// Ends the person's teaching of the course. False if they don't teach it.
pub async fn remove_tutor(conn: &mut Conn, course: CourseId, user: UserId) -> QueryResult<bool> {
    Ok(set_active(conn, course, user, false).await? > 0)
}

async fn set_active(
    conn: &mut Conn,
    course: CourseId,
    user: UserId,
    is_active: bool,
) -> QueryResult<usize> {
    let tutor = tutors::table
        .filter(tutors::user_id.eq(user))
        .select(tutors::tutor_id);
    diesel::update(course_tutors::table)
        .filter(course_tutors::course_id.eq(course))
        .filter(course_tutors::tutor_id.eq_any(tutor))
        .filter(course_tutors::is_active.ne(is_active))
        .set(course_tutors::is_active.eq(is_active))
        .execute(conn)
        .await
}
