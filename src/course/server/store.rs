//! Queries of courses that several features use.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::course::CourseTitle;
use crate::course::server::files::address;
use crate::course::server::render::Links;
use crate::platform::db::schema::{course_files, courses};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, FileId};

/// Returns the course's name in addresses.
pub async fn slug(conn: &mut Conn, course: CourseId) -> QueryResult<String> {
    courses::table
        .find(course)
        .select(courses::slug)
        .first(conn)
        .await
}

/// Returns the course's name in addresses, and its title.
pub async fn names(conn: &mut Conn, course: CourseId) -> QueryResult<(String, String)> {
    courses::table
        .find(course)
        .select((courses::slug, courses::title))
        .first(conn)
        .await
}

pub async fn title(conn: &mut Conn, course: CourseId) -> QueryResult<CourseTitle> {
    let (text, language) = courses::table
        .find(course)
        .select((courses::title, courses::language))
        .first(conn)
        .await?;
    Ok(CourseTitle::new(text, language))
}

/// Returns the addresses of the course's files, by the names that the course's texts use.
pub async fn file_addresses(
    conn: &mut Conn,
    course: CourseId,
) -> QueryResult<HashMap<String, String>> {
    let files: Vec<(String, FileId)> = course_files::table
        .filter(course_files::course_id.eq(course))
        .select((course_files::name, course_files::file_id))
        .load(conn)
        .await?;
    let addressed = files.into_iter().map(|(name, file)| {
        let address = address(file, &name);
        (name, address)
    });
    Ok(addressed.collect())
}

/// The data that links in texts of a course need.
pub struct Addresses {
    slug: String,
    language: String,
    files: HashMap<String, String>,
}

impl Addresses {
    pub async fn of(conn: &mut Conn, course: CourseId) -> QueryResult<Self> {
        let (slug, language) = courses::table
            .find(course)
            .select((courses::slug, courses::language))
            .first(conn)
            .await?;
        let files = file_addresses(conn, course).await?;
        Ok(Self {
            slug,
            language,
            files,
        })
    }

    pub fn links(&self) -> Links<'_> {
        Links {
            course_slug: &self.slug,
            language: &self.language,
            files: &self.files,
        }
    }
}

/// Updates the stored counts of topics, questions and reading minutes that lists show.
pub async fn recount(conn: &mut Conn, course: CourseId) -> QueryResult<()> {
    statement(
        "update courses c set
             topic_count = (select count(*) from topics t where t.course_id = c.course_id and t.retired_at is null),
             question_count = (select count(*) from quiz_questions q where q.course_id = c.course_id and q.retired_at is null),
             reading_minutes = (select coalesce(sum(t.reading_minutes), 0) from topics t
                                where t.course_id = c.course_id and t.retired_at is null)
         where c.course_id = $1",
    )
    .bind::<diesel::sql_types::Uuid, _>(course)
    .execute(conn)
    .await
    .map(drop)
}
