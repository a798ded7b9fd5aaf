//! Queries of teaching.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::TaughtCourse;
use crate::course::CourseTitle;
use crate::platform::db::Conn;
use crate::platform::ids::UserId;

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
    let rows: Vec<TaughtRow> = diesel::sql_query(
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
