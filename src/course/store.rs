//! Queries of courses that more than one feature asks.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::platform::db::Conn;
use crate::platform::db::schema::courses;
use crate::platform::ids::CourseId;

/// Whether the course's modules open by passing quizzes.
pub async fn is_gated(conn: &mut Conn, course: CourseId) -> QueryResult<bool> {
    courses::table
        .find(course)
        .select(courses::is_gated)
        .first(conn)
        .await
}
