//! Live events of activity: the rosters that are open are told that learners of a course did
//! something.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::RunQueryDsl;
use futures::FutureExt;
use futures::future::BoxFuture;
use uuid::Uuid;

use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, UserId};
use crate::platform::live;

/// A course is announced at most once within this time by each process. Rosters load again only
/// after it, so that they have what came within it.
pub const PAUSE: Duration = Duration::from_secs(4);

/// Courses that are remembered, at most.
const COURSES: usize = 10_000;

/// When each course was announced last.
static ANNOUNCED: LazyLock<Mutex<HashMap<Uuid, Instant>>> = LazyLock::new(Mutex::default);

/// Topic of the events of a course.
pub fn topic(course: CourseId) -> String {
    format!("activity/{course}")
}

/// Tells open rosters that learners of the course did something, in the transaction in which that
/// is stored.
pub async fn announce(conn: &mut Conn, course: CourseId) -> QueryResult<()> {
    match is_due(course, Instant::now()) {
        true => live::publish(conn, &topic(course)).await,
        false => Ok(()),
    }
}

fn is_due(course: CourseId, now: Instant) -> bool {
    let mut announced = ANNOUNCED.lock().unwrap_or_else(PoisonError::into_inner);
    if announced.len() >= COURSES {
        announced.retain(|_, at| now.duration_since(*at) < PAUSE);
    }
    match announced.get(&course.0) {
        Some(at) if now.duration_since(*at) < PAUSE => false,
        _ => {
            announced.insert(course.0, now);
            true
        }
    }
}

#[derive(QueryableByName)]
struct RosterReader {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
}

/// Returns the tutors of the course and the admins.
pub fn may_see<'c>(
    conn: &'c mut Conn,
    topic: &'c str,
) -> BoxFuture<'c, QueryResult<HashSet<UserId>>> {
    async move {
        let course = topic.split('/').nth(1).and_then(|id| id.parse().ok());
        let Some(course) = course.map(CourseId) else {
            return Ok(HashSet::new());
        };
        let rows: Vec<RosterReader> = statement(
            "select u.user_id from users u
             where u.is_active and u.deleted_at is null
               and (u.role = 'admin'
                    or exists (select from tutors t join course_tutors c on c.tutor_id = t.tutor_id
                               where t.user_id = u.user_id and c.course_id = $1 and c.is_active))",
        )
        .bind::<SqlUuid, _>(course)
        .load(conn)
        .await?;
        Ok(rows.into_iter().map(|row| row.user_id).collect())
    }
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_announced_once_within_the_pause() {
        let (one, other) = (CourseId(Uuid::new_v4()), CourseId(Uuid::new_v4()));
        let now = Instant::now();
        assert!(is_due(one, now) && is_due(other, now));
        assert!(!is_due(one, now + PAUSE / 2));
        assert!(is_due(one, now + PAUSE));
    }
}
