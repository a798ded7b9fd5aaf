//! The order of a course's topics. Learners see the topics of a module numbered from 1. Drafts and
//! retired topics have a place in the outline, but no number of their own.

use diesel::prelude::*;
use diesel::sql_types::Uuid;
use diesel_async::RunQueryDsl;

use crate::platform::db::{Conn, statement};
use crate::platform::ids::CourseId;

/// Numbers the topics of each module in the order of the outline, and moves all questions to the
/// section of their topic. Call it after topics were added, moved, hidden or shown. The caller
/// defers `topics_order` before it changes numbers or modules; see [`defer_order`].
pub async fn settle(conn: &mut Conn, course: CourseId) -> QueryResult<()> {
    defer_order(conn).await?;
    statement(
        "with placed as (
             select topic_id,
                    row_number() over places as place,
                    count(*) filter (where retired_at is null) over (places rows unbounded preceding) as number
             from topics where course_id = $1
             window places as (partition by module_no
                               order by coalesce(outline_order, topic_number), not made_on_site, created_at, topic_id)
         )
         update topics t
         set outline_order = p.place,
             topic_number = case when t.retired_at is null then p.number else t.topic_number end
         from placed p
         where p.topic_id = t.topic_id
           and (t.outline_order is distinct from p.place or t.retired_at is null and t.topic_number <> p.number)",
    )
    .bind::<Uuid, _>(course)
    .execute(conn)
    .await?;
    statement(
        "update quiz_questions q
         set module_no = t.module_no, topic_pair_index = case when q.purpose <> 'exam' then (t.topic_number + 1) / 2 end
         from topics t
         where t.topic_id = q.topic_id and t.retired_at is null and t.course_id = $1
           and (q.module_no, q.topic_pair_index)
               is distinct from (t.module_no, case when q.purpose <> 'exam' then (t.topic_number + 1) / 2 end)",
    )
    .bind::<Uuid, _>(course)
    .execute(conn)
    .await
    .map(drop)
}

/// Lets numbers of topics and modules be equal until the transaction ends.
pub async fn defer_order(conn: &mut Conn) -> QueryResult<()> {
    statement("set constraints topics_order, course_modules_order deferred")
        .execute(conn)
        .await
        .map(drop)
}
