//! Requests for copies of a person's data, and the job that makes the files.

use std::io::{Cursor, Write};

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use zip::ZipWriter;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;

use super::holdings::{Copied, HOLDINGS, RELATED};
use super::mails::{OwnDataMail, OwnDataNews};
use crate::people::own_data::{COPY_DAYS, COPY_FILE, DataCopy, OwnData};
use crate::platform::audit::AuditEntry;
use crate::platform::db::schema::{data_exports, simulation_work, stored_files, work_files};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::files::delete::delete_unused;
use crate::platform::files::{Files, StoredFile};
use crate::platform::http::Cx;
use crate::platform::ids::{FileId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::time::Clock;

#[derive(QueryableByName)]
struct OwnDataRow {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    erase_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    export_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    expires_at: Option<DateTime<Utc>>,
}

/// Returns the person's newest copy that has not expired, and the date of a planned deletion.
pub async fn own_data(conn: &mut Conn, person: UserId, clock: &Clock) -> QueryResult<OwnData> {
    let row: OwnDataRow = statement(
        "select u.erase_at, e.export_id, e.expires_at
         from users u
         left join lateral (
             select x.export_id, x.expires_at from data_exports x
             where x.user_id = u.user_id and (x.expires_at is null or x.expires_at > now())
             order by x.requested_at desc limit 1) e on true
         where u.user_id = $1",
    )
    .bind::<SqlUuid, _>(person)
    .get_result(conn)
    .await?;
    let copy = row.export_id.map(|export| match row.expires_at {
        None => DataCopy::Waiting,
        Some(until) => DataCopy::Ready {
            href: COPY_FILE.replace("{export}", &export.to_string()),
            until: clock.date_time(until),
        },
    });
    Ok(OwnData {
        copy,
        deletion: row.erase_at.map(|at| clock.date(at)),
    })
}

/// Queues a copy of the person's data.
///
/// # Errors
///
/// `Conflict` if one is being made already.
pub async fn request(conn: &mut Conn, cx: &Cx, person: UserId, by: UserId) -> AppResult<()> {
    let export: Option<Uuid> = diesel::insert_into(data_exports::table)
        .values((
            data_exports::user_id.eq(person),
            data_exports::requested_by.eq(by),
        ))
        .on_conflict_do_nothing()
        .returning(data_exports::export_id)
        .get_result(conn)
        .await
        .optional()?;
    let Some(export_id) = export else {
        return Err(AppError::Conflict(
            "A copy is being made already.".to_owned(),
        ));
    };
    AuditEntry::done("user.data_requested")
        .of("user", person)
        .by(cx)
        .write(conn)
        .await?;
    jobs::enqueue(conn, &MakeDataCopy { export_id }).await
}

/// Makes the file of a copy, and tells the person.
#[derive(Debug, Serialize, Deserialize)]
pub struct MakeDataCopy {
    pub export_id: Uuid,
}

impl Job for MakeDataCopy {
    const KIND: &'static str = "make_data_copy";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let files = Files::new(&cx.config).map_err(|error| AppError::internal(&error))?;
        let (organization, export) = (cx.organization.organization_id, self.export_id);
        let site = cx.organization.name.clone();
        cx.within(async move |conn| {
            let person: Option<UserId> = data_exports::table
                .find(export)
                .filter(data_exports::file_id.is_null())
                .select(data_exports::user_id)
                .for_update()
                .first(conn)
                .await
                .optional()?;
            // An earlier run made it.
            let Some(person) = person else { return Ok(()) };
            remove_made(conn, person).await?;
            let zip = zipped(conn, &files, person, (&site, export)).await?;
            let file = files
                .put(conn, organization, "application/zip", zip)
                .await?;
            diesel::update(data_exports::table.find(export))
                .set((
                    data_exports::file_id.eq(Some(file)),
                    data_exports::expires_at.eq(Some(Utc::now() + Duration::days(COPY_DAYS))),
                ))
                .execute(conn)
                .await?;
            let mail = OwnDataMail {
                user_id: person,
                about: OwnDataNews::CopyReady,
            };
            jobs::enqueue(conn, &mail).await
        })
        .await
    }
}

/// Returns the files of the person's work on exercises, with their names.
pub async fn own_files(conn: &mut Conn, person: UserId) -> QueryResult<Vec<(String, StoredFile)>> {
    work_files::table
        .inner_join(simulation_work::table)
        .inner_join(stored_files::table)
        .filter(simulation_work::user_id.eq(person))
        .order(work_files::added_at)
        .select((work_files::name, StoredFile::as_select()))
        .load(conn)
        .await
}

/// Deletes the person's copies that were made.
pub async fn remove_made(conn: &mut Conn, person: UserId) -> AppResult<()> {
    let made: Vec<Option<FileId>> = diesel::delete(
        data_exports::table
            .filter(data_exports::user_id.eq(person))
            .filter(data_exports::file_id.is_not_null()),
    )
    .returning(data_exports::file_id)
    .get_results(conn)
    .await?;
    for file in made.into_iter().flatten() {
        delete_unused(conn, file).await?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = Jsonb)]
    rows: Value,
}

/// Returns the zip: a JSON file for each table that has something, and a text that lists all of
/// them and what is left out. The text has the id of the export, so that no two zips are equal.
async fn zipped(
    conn: &mut Conn,
    store: &Files,
    person: UserId,
    (site, export): (&str, Uuid),
) -> AppResult<Vec<u8>> {
    let mut files = Vec::new();
    let mut list = format!(
        "Copy {export} of the data about you at {site}, made on {}.\n\nFiles:\n",
        Utc::now().format("%Y-%m-%d %H:%M UTC")
    );
    let mut left_out = String::new();
    let related = RELATED
        .iter()
        .map(|(name, sql)| ((*name).to_owned(), (*sql).to_owned()));
    let mut parts: Vec<(String, String)> = related.collect();
    for holding in HOLDINGS {
        match holding.copied {
            Copied::Without(hidden) => parts.push((holding.name(), holding.rows(hidden))),
            Copied::LeftOut(why) => {
                left_out.push_str(&format!("{}: {why}\n", holding.name()));
            }
        }
    }
    parts.sort();
    for (name, sql) in parts {
        let all = format!("select coalesce(jsonb_agg(x.v), '[]') as rows from ({sql}) x (v)");
        let Rows { rows } = statement(all)
            .bind::<SqlUuid, _>(person)
            .get_result(conn)
            .await?;
        let count = rows.as_array().map_or(0, Vec::len);
        if count == 0 {
            continue;
        }
        list.push_str(&format!("{name}.json: {count}\n"));
        let json = serde_json::to_vec_pretty(&rows).map_err(|error| AppError::internal(&error))?;
        files.push((format!("{name}.json"), json));
    }
    for (name, file) in own_files(conn, person).await? {
        let name = format!("work/{}-{name}", file.file_id);
        list.push_str(&format!("{name}\n"));
        files.push((name, store.read(&file).await?.to_vec()));
    }
    let text = format!("{list}\nLeft out:\n{left_out}");
    files.push(("README.txt".to_owned(), text.into_bytes()));
    written(&files).map_err(|error| AppError::internal(&error))
}

fn written(files: &[(String, Vec<u8>)]) -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default())?;
        zip.write_all(content)?;
    }
    Ok(zip.finish()?.into_inner())
}
