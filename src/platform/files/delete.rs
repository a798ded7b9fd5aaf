//! Deletes files that nothing refers to: the row at once, and the object after the commit, in a
//! job. A transaction that is rolled back therefore loses no content.

use chrono::{Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Uuid};
use diesel_async::RunQueryDsl;
use object_store::ObjectStore;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use super::Files;
use crate::db::schema::stored_files;
use crate::db::{Conn, statement};
use crate::error::{AppError, AppResult};
use crate::ids::FileId;
use crate::jobs::{self, Job, JobContext};

/// Columns that refer to a file. A test compares them with the database's foreign keys.
pub const REFERENCES: [(&str, &str); 6] = [
    ("course_files", "file_id"),
    ("courses", "thumbnail_file_id"),
    ("data_exports", "file_id"),
    ("documents", "file_id"),
    ("ingestion_jobs", "file_id"),
    ("work_files", "file_id"),
];

/// Settings that hold the id of a file. They have no foreign key.
const SETTINGS: &str = "('logo')";

/// Key of the lock that writers of objects share, and that deleting an object takes alone.
const OBJECTS: &str = "hashtextextended('stored objects', 0)";

/// Keeps objects from being deleted until this transaction ends.
pub(super) async fn keep_objects(conn: &mut Conn) -> QueryResult<()> {
    statement(format!("select pg_advisory_xact_lock_shared({OBJECTS})"))
        .execute(conn)
        .await
        .map(drop)
}

/// SQL for files that nothing refers to. `file` is the name of their table in the query.
pub fn unused(file: &str) -> String {
    let referred: String = REFERENCES
        .iter()
        .map(|(table, column)| {
            format!("not exists (select from {table} r where r.{column} = {file}.file_id) and ")
        })
        .collect();
    format!(
        "({referred}not exists (select from system_settings s
                                where s.name in {SETTINGS} and s.value #>> '{{}}' = {file}.file_id::text))"
    )
}

/// Deletes the file if nothing refers to it. Does nothing otherwise. Its content is deleted by a
/// job, unless another row has the same.
pub async fn delete_unused(conn: &mut Conn, file: FileId) -> AppResult<()> {
    // The lock waits for transactions that are about to refer to the file. Only the next statement
    // sees their rows.
    let found: Option<FileId> = stored_files::table
        .find(file)
        .select(stored_files::file_id)
        .for_update()
        .first(conn)
        .await
        .optional()?;
    if found.is_none() {
        return Ok(());
    }
    let unused: String = REFERENCES
        .iter()
        .map(|(table, column)| format!(" and not exists (select from {table} where {column} = $1)"))
        .collect();
    let deleted: Option<Deleted> = statement(format!(
        "delete from stored_files where file_id = $1{unused}
           and not exists (select from system_settings
                           where name in {SETTINGS} and value #>> '{{}}' = $1::text)
         returning object_key"
    ))
    .bind::<Uuid, _>(file)
    .get_result(conn)
    .await
    .optional()?;
    let Some(Deleted { object_key }) = deleted else {
        return Ok(());
    };
    jobs::enqueue(conn, &DeleteObject { object_key }).await
}

#[derive(QueryableByName)]
struct Deleted {
    #[diesel(sql_type = Text)]
    object_key: String,
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

/// Time until an object is deleted if files are being stored now.
const LATER: Duration = Duration::minutes(10);

/// Deletes an object whose row was deleted, unless a row names it again.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeleteObject {
    pub object_key: String,
}

impl Job for DeleteObject {
    const KIND: &'static str = "delete_object";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let files = Files::new(&cx.config).map_err(|error| AppError::internal(&error))?;
        cx.within(async move |conn| {
            // Waiting for a long import would hold up all other uploads.
            let Locked { locked } = statement(format!(
                "select pg_try_advisory_xact_lock({OBJECTS}) as locked"
            ))
            .get_result(conn)
            .await?;
            if !locked {
                let at = Utc::now() + LATER;
                // The time is in the name, because the running job can hold an earlier one.
                let name = format!("{} {}", self.object_key, at.timestamp());
                return jobs::enqueue_once(conn, &self, &name, at).await;
            }
            let named = stored_files::table.filter(stored_files::object_key.eq(&self.object_key));
            let is_named: bool = diesel::select(diesel::dsl::exists(named))
                .get_result(conn)
                .await?;
            if is_named {
                return Ok(());
            }
            match files
                .store
                .delete(&Path::from(self.object_key.as_str()))
                .await
            {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(AppError::internal(&error)),
            }
        })
        .await
    }
}
