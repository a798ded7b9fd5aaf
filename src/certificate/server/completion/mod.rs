//! Decides when a course is completed, and issues its certificate.

use chrono::{DateTime, Utc};
use diesel::sql_types::Uuid;
use diesel::{QueryResult, QueryableByName};
use diesel_async::RunQueryDsl;

use crate::certificate::ProgramType;
use crate::certificate::server::store as certificate;
use crate::enrollment::server::progress;
use crate::enrollment::server::store as studying;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, UserId};

#[cfg(test)]
mod tests;

/// Marks the course as completed if all topics are done and no quiz holds anything back, and as not
/// completed otherwise. The certificate stays in both cases. Returns true if the course has just
/// been completed.
///
/// Locks the enrollment. Otherwise each of two last steps at the same time would miss the other,
/// and neither would complete the course.
pub async fn check(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    now: DateTime<Utc>,
) -> AppResult<bool> {
    studying::hold(conn, user, course).await?;
    let (done, total) = studying::count_done(conn, user, course).await?;
    let complete = total > 0
        && done == total
        && progress::refresh(conn, user, course, now)
            .await?
            .is_complete();
    let changed = studying::set_completed(conn, user, course, complete).await?;
    if complete {
        certificate::issue(conn, user, course, ProgramType::SelfPaced).await?;
    }
    Ok(complete && changed > 0)
}

/// Completes courses that became complete without a step of the learner: a quiz or topic was
/// retired, or the gates were removed. Returns whether any course was completed.
pub async fn catch_up(conn: &mut Conn, user: UserId, now: DateTime<Utc>) -> AppResult<bool> {
    let mut any = false;
    for course in all_done(conn, user).await? {
        any |= check(conn, user, course, now).await?;
    }
    Ok(any)
}

#[derive(QueryableByName)]
struct CourseRow {
    #[diesel(sql_type = Uuid)]
    course_id: CourseId,
}

/// Active courses of the learner in which all topics are done.
async fn all_done(conn: &mut Conn, user: UserId) -> QueryResult<Vec<CourseId>> {
    let rows: Vec<CourseRow> = statement(
        "select e.course_id from enrollments e
         join topics t on t.course_id = e.course_id and t.retired_at is null
         left join topic_progress p on p.topic_id = t.topic_id and p.user_id = e.user_id
         where e.user_id = $1 and e.status = 'active'
         group by e.course_id having bool_and(coalesce(p.is_completed, false))
         order by e.course_id",
    )
    .bind::<Uuid, _>(user)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.course_id).collect())
}
