//! Queries of courses that more than one feature asks.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::platform::db::Conn;
use crate::platform::db::schema::courses;
use crate::platform::ids::CourseId;

/// The course's name in addresses.
pub async fn slug(conn: &mut Conn, course: CourseId) -> QueryResult<String> {
    courses::table
        .find(course)
        .select(courses::slug)
        .first(conn)
        .await
}

/// The course's title, and its name in addresses.
pub async fn name(conn: &mut Conn, course: CourseId) -> QueryResult<(String, String)> {
    courses::table
        .find(course)
        .select((courses::title, courses::slug))
        .first(conn)
        .await
}
