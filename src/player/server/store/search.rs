//! The search within a course.

use diesel::prelude::*;
use diesel::sql_types::{Array, Float4, Int4, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::course::server::search;
use crate::course::server::search::Query;
use crate::paths::topic_path;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, OrganizationId};
use crate::player::Hit;

/// Returns topics of the course that contain all words, best first. `closed` lists modules and the
/// topic number from which each is locked; locked topics are left out.
pub async fn search(
    conn: &mut Conn,
    organization: OrganizationId,
    course: CourseId,
    slug: &str,
    query: &Query,
    closed: (Vec<i32>, Vec<i32>),
) -> AppResult<Vec<Hit>> {
    let rows: Vec<HitRow> = statement(
        "select t.slug, t.title, m.title as module,
                left(coalesce(string_agg(b.html, ' ' order by b.position), ''), 200000) as html
         from (
             select s.* from search_topics($1, $2, $3::tsquery, $6) s
             join topics t on t.topic_id = s.topic_id
             where not exists (select from unnest($4, $5) as c (module_no, from_number)
                               where c.module_no = t.module_no and c.from_number <= t.topic_number)
             order by rank desc limit 20
         ) found
         join topics t on t.topic_id = found.topic_id
         join course_modules m on m.course_id = t.course_id and m.module_no = t.module_no
         left join topic_blocks b on b.topic_id = t.topic_id and b.study_persona = 'normal'
         group by t.topic_id, t.slug, t.title, m.title, found.rank
         order by found.rank desc, t.title",
    )
    .bind::<Uuid, _>(organization)
    .bind::<Uuid, _>(course)
    .bind::<Text, _>(&query.notation)
    .bind::<Array<Int4>, _>(closed.0)
    .bind::<Array<Int4>, _>(closed.1)
    .bind::<Array<Float4>, _>(search::WEIGHTS)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Hit {
            href: topic_path(slug, &row.slug),
            title: row.title,
            module: row.module,
            snippet: search::snippet(&search::text_of(&row.html), &query.terms),
        })
        .collect())
}

#[derive(QueryableByName)]
struct HitRow {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    module: String,
    #[diesel(sql_type = Text)]
    html: String,
}
