//! Queries of teaching.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::course::CourseTitle;
use crate::platform::db::schema::{course_tutors, tutors};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, TutorId, UserId};
use crate::teaching::TaughtCourse;

#[derive(QueryableByName)]
struct TaughtRow {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Bool)]
    is_published: bool,
    #[diesel(sql_type = BigInt)]
    learners: i64,
    #[diesel(sql_type = BigInt)]
    questions: i64,
}

/// Returns the courses that the tutor teaches; all courses if `tutor` is None.
pub async fn taught(conn: &mut Conn, tutor: Option<UserId>) -> QueryResult<Vec<TaughtCourse>> {
    let rows: Vec<TaughtRow> = statement(
        "select c.slug, c.title, c.language, c.is_published,
                (select count(*) from enrollments e where e.course_id = c.course_id and e.status in ('active', 'completed')) as learners,
                (select count(*) from quiz_questions q where q.course_id = c.course_id and q.retired_at is null) as questions
         from courses c
         where c.retired_at is null
           and ($1 is null or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                                      where ct.course_id = c.course_id and ct.is_active and t.user_id = $1))
         order by c.title_sort, c.course_id
         limit 500",
    )
    .bind::<Nullable<Uuid>, _>(tutor)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TaughtCourse {
            slug: row.slug,
            title: CourseTitle::new(row.title, row.language),
            is_published: row.is_published,
            learners: row.learners,
            questions: row.questions,
        })
        .collect())
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
