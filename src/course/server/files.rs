//! Serves the files of courses over HTTP to people who may read a course that shows them.

use axum::Router;
use axum::extract::{Extension, Path};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Uuid};
use diesel_async::RunQueryDsl;

use crate::platform::auth::UserRole;
use crate::platform::db::schema::{course_files, stored_files};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::files::{Files, StoredFile};
use crate::platform::http::layers::plain;
use crate::platform::http::{AppState, Cx};
use crate::platform::ids::{CourseId, FileId, OrganizationId};

/// Prefix of the names of files that came with imported questions. Importing the course again keeps
/// files with this prefix.
pub const OF_QUESTIONS: &str = "from-files/";

/// Prefix of the names of pictures that were added in the editor. Importing the course again keeps
/// them too.
pub const OF_TOPICS: &str = "from-site/";

/// Stores a file under its name in the course, replacing an earlier file of the same name.
pub async fn keep(
    conn: &mut Conn,
    files: &Files,
    organization: OrganizationId,
    course: CourseId,
    (name, media_type): (&str, &str),
    content: Vec<u8>,
) -> AppResult<FileId> {
    let file = files.put(conn, organization, media_type, content).await?;
    diesel::insert_into(course_files::table)
        .values((
            course_files::course_id.eq(course),
            course_files::name.eq(name),
            course_files::file_id.eq(file),
        ))
        .on_conflict((course_files::course_id, course_files::name))
        .do_update()
        .set(course_files::file_id.eq(file))
        .execute(conn)
        .await?;
    Ok(file)
}

pub fn routes() -> Router<AppState> {
    Router::new().route("/files/{file}/{name}", get(send))
}

/// Returns the address of a course's file. The address changes with the content, so browsers may
/// cache the file for good.
pub fn address(file: FileId, key: &str) -> String {
    let name = key.rsplit('/').next().unwrap_or(key);
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                '-'
            }
        })
        .collect();
    format!("/files/{file}/{name}")
}

async fn send(
    Extension(cx): Extension<Cx>,
    Path((file, _name)): Path<(uuid::Uuid, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    match readable(&cx, FileId(file)).await {
        Ok(Some((file, public))) => cx.app.files.send(&file, &method, &headers, public).await,
        // A missing file and a forbidden one get the same answer, so that nobody learns which files
        // exist.
        Ok(None) => plain(
            StatusCode::NOT_FOUND,
            "There is no such file, or it is part of a course that you are not enrolled in.",
        ),
        Err(_) => plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side. Please try again.",
        ),
    }
}

/// Returns the file, and whether it is public. The picture of a published course is public. Other
/// files need the right to read a course that has them.
async fn readable(cx: &Cx, file: FileId) -> AppResult<Option<(StoredFile, bool)>> {
    let user = cx.viewer.as_ref().map(|viewer| viewer.user_id.0);
    let is_admin = cx
        .viewer
        .as_ref()
        .is_some_and(|viewer| viewer.role == UserRole::Admin);
    cx.within(async move |conn| {
        let access: Access = statement(
            "select
                 exists (select from courses c where c.thumbnail_file_id = $1 and c.is_published and c.retired_at is null) as public,
                 exists (
                     select from course_files f where f.file_id = $1 and (
                         $3
                         or exists (select from enrollments e where e.course_id = f.course_id and e.user_id = $2
                                    and e.status in ('active', 'completed'))
                         or exists (select from course_tutors ct join tutors t using (tutor_id)
                                    where ct.course_id = f.course_id and ct.is_active and t.user_id = $2)
                     )
                 ) as mine",
        )
        .bind::<Uuid, _>(file)
        .bind::<Nullable<Uuid>, _>(user)
        .bind::<Bool, _>(is_admin)
        .get_result(conn)
        .await?;
        if !access.public && !access.mine {
            return Ok(None);
        }
        let stored =
            stored_files::table.find(file).select(StoredFile::as_select()).first(conn).await.optional()?;
        Ok(stored.map(|stored| (stored, access.public)))
    })
    .await
}

#[derive(QueryableByName)]
struct Access {
    #[diesel(sql_type = Bool)]
    public: bool,
    #[diesel(sql_type = Bool)]
    mine: bool,
}
