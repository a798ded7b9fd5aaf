//! The cohort through which a person takes part in the cold calls of a course.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CohortId, CourseId, UserId};

/// Place of an active member in a cohort that has started.
#[derive(Debug, Clone, QueryableByName)]
pub struct CohortSeat {
    #[diesel(sql_type = Uuid)]
    pub cohort_id: CohortId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ends_at: Option<DateTime<Utc>>,
    /// True if a tutor approves each of the member's posts.
    #[diesel(sql_type = Bool)]
    pub is_held: bool,
}

impl CohortSeat {
    /// After the end, members read but don't post.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }
}

/// Returns the person's seat in their current cohort of the course. None for people who study by
/// themselves, paused and removed members, and before the start.
pub async fn seat(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    now: DateTime<Utc>,
) -> QueryResult<Option<CohortSeat>> {
    let seats = seats(conn, user, course, now).await?;
    Ok(seats.into_iter().next())
}

/// Returns the person's seat in their current cohort of the course, followed by those in cohorts
/// that have ended, newest first.
pub async fn seats(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    now: DateTime<Utc>,
) -> QueryResult<Vec<CohortSeat>> {
    statement(
        "select c.cohort_id, c.title, c.ends_at,
                exists (select from moderation_actions a
                        where a.cohort_id = c.cohort_id and a.member_user_id = $1 and a.action = 'hold'
                          and a.undone_at is null) as is_held
         from cohort_members m
         join cohorts c on c.cohort_id = m.cohort_id
         cross join current_membership($1, $2) current
         where m.user_id = $1 and c.course_id = $2 and m.status = 'active' and c.is_active
           and c.starts_at <= $3 and (m.member_id = current.member_id or c.ends_at <= $3)
         order by m.member_id = current.member_id desc, c.starts_at desc, m.member_id",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(course)
    .bind::<Timestamptz, _>(now)
    .load(conn)
    .await
}
