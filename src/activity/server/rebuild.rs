//! Sums the events of a learner anew, in case sums by day are damaged.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::record::{COLUMNS, SUMS};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, UserId};

/// Replaces the sums of the days of which there are events. Older ones stay, because their events
/// are retired. Reports of other learners go on meanwhile; those of this learner wait.
pub async fn rebuild(
    conn: &mut Conn,
    course: CourseId,
    user: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    // Locks the days, including today, which may not have a row yet.
    statement(
        "insert into learner_activity_days (user_id, course_id, day)
         select $1, $2, activity_day($3)
         union select $1, $2, received_on from learner_activity_events where user_id = $1 and course_id = $2
         on conflict do nothing",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    statement(
        "select day from learner_activity_days where user_id = $1 and course_id = $2 order by day for update",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .execute(conn)
    .await?;
    let set: Vec<String> = COLUMNS
        .split(',')
        .map(str::trim)
        .filter(|column| !["user_id", "course_id", "day"].contains(column))
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    statement(format!(
        "insert into learner_activity_days as d ({COLUMNS})
         select {SUMS} from learner_activity_events where user_id = $1 and course_id = $2
         group by user_id, course_id, received_on
         on conflict (user_id, course_id, day) do update set {}",
        set.join(", ")
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .execute(conn)
    .await?;
    // Sums without events: the row of today that was only locked, and inventions.
    statement(
        "delete from learner_activity_days d
         where d.user_id = $1 and d.course_id = $2
           and d.day >= coalesce((select min(received_on) from learner_activity_events
                                  where user_id = $1 and course_id = $2), activity_day($3))
           and not exists (select from learner_activity_events e
                           where e.user_id = $1 and e.course_id = $2 and e.received_on = d.day)",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await
    .map(drop)
}

/// Returns the learners of the course who have sums or are enrolled.
pub async fn learners(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<UserId>> {
    #[derive(QueryableByName)]
    struct RebuiltRow {
        #[diesel(sql_type = SqlUuid)]
        user_id: UserId,
    }
    let rows: Vec<RebuiltRow> = statement(
        "select user_id from enrollments where course_id = $1
         union select user_id from learner_activity_days where course_id = $1",
    )
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}
