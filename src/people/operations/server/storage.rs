//! Sizes of what the site stores: files by kind and course, files that nothing refers to, and the
//! database by groups of tables.

use std::fmt::Write;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::people::operations::StoragePage;
use crate::platform::audit::AuditEntry;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::figures::size;
use crate::platform::files::delete::{delete_unused, unused};
use crate::platform::http::Cx;
use crate::platform::ids::FileId;
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::markdown::escape;
use crate::platform::time::Clock;
use crate::platform::ui::Html;

/// Courses and files that the page lists.
const SHOWN: i64 = 30;
/// A file that was stored just now may be about to be referred to.
const SETTLED: &str = "f.created_at < now() - interval '1 day'";
/// Files that are removed in one transaction.
const BATCH: i64 = 200;

#[derive(QueryableByName)]
struct StoredSumRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    files: i64,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// Returns the page.
pub async fn page(conn: &mut Conn, clock: &Clock) -> AppResult<StoragePage> {
    let kinds = by_kind(conn).await?;
    let courses = by_course(conn).await?;
    let unused = unused_files(conn).await?;
    let tables = by_table(conn).await?;
    let mut said = String::new();
    section(
        &mut said,
        "Files by kind",
        &["Kind", "Files", "Size"],
        &kinds,
    );
    section(
        &mut said,
        "Files by course",
        &["Course", "Files", "Size"],
        &courses,
    );
    let mut groups = groups(tables);
    groups.sort_by_key(|row| std::cmp::Reverse(row.bytes));
    section(
        &mut said,
        "Database, of all organizations on this server",
        &["Tables", "Number", "Size"],
        &groups,
    );
    let (count, bytes) = unused_total(conn).await?;
    Ok(StoragePage {
        said: Html(said),
        unused: Html(unused_table(&unused, clock)),
        unused_count: count,
        unused_size: size(bytes),
    })
}

fn section(html: &mut String, title: &str, heads: &[&str; 3], rows: &[StoredSumRow]) {
    let _ = write!(html, "<section class=\"stack\"><h2>{title}</h2>");
    let lines: Vec<[String; 3]> = rows
        .iter()
        .map(|row| [row.name.clone(), row.files.to_string(), size(row.bytes)])
        .collect();
    html.push_str(&table(title, heads, &lines));
    html.push_str("</section>");
}

/// Writes a table of a name and two figures.
fn table(label: &str, heads: &[&str; 3], rows: &[[String; 3]]) -> String {
    if rows.is_empty() {
        return "<p class=\"soft\">Nothing is stored.</p>".to_owned();
    }
    let mut html = format!(
        "<div class=\"table-wrap\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\">\
         <table class=\"table\" aria-label=\"{label}\"><thead><tr><th scope=\"col\">{}</th>\
         <th scope=\"col\" class=\"r\">{}</th><th scope=\"col\" class=\"r\">{}</th></tr></thead><tbody>",
        heads[0], heads[1], heads[2]
    );
    for [name, first, second] in rows {
        let _ = write!(
            html,
            "<tr><th scope=\"row\"><bdi>{}</bdi></th><td class=\"r\">{}</td><td class=\"r\">{}</td></tr>",
            escape(name),
            escape(first),
            escape(second)
        );
    }
    html.push_str("</tbody></table></div>");
    html
}

/// Sums files by what refers to them. A file with several uses counts for the first.
async fn by_kind(conn: &mut Conn) -> QueryResult<Vec<StoredSumRow>> {
    statement(format!(
        "select x.name, count(*) as files, coalesce(sum(x.size_bytes), 0)::int8 as bytes
         from (select f.size_bytes,
                      case when exists (select from course_files c where c.file_id = f.file_id) then 'Files of courses'
                           when exists (select from work_files w where w.file_id = f.file_id) then 'Work that was handed in'
                           when exists (select from data_exports d where d.file_id = f.file_id) then 'Copies of people''s data'
                           when exists (select from courses c where c.thumbnail_file_id = f.file_id) then 'Pictures of courses'
                           when {} then 'Nothing refers to them'
                           else 'Logo and others' end as name
               from stored_files f) x
         group by x.name
         order by bytes desc, x.name",
        unused("f")
    ))
    .load(conn)
    .await
}

/// Sums files by course: its own, and work that was handed in.
async fn by_course(conn: &mut Conn) -> QueryResult<Vec<StoredSumRow>> {
    statement(
        "select c.title as name, count(*) as files, sum(f.size_bytes)::int8 as bytes
         from (select course_id, file_id from course_files
               union select course_id, thumbnail_file_id from courses where thumbnail_file_id is not null
               union select e.course_id, w.file_id
               from work_files w
               join simulation_work s on s.work_id = w.work_id
               join simulation_exercises e on e.exercise_id = s.exercise_id) x
         join courses c on c.course_id = x.course_id
         join stored_files f on f.file_id = x.file_id
         group by c.course_id
         order by bytes desc, c.course_id
         limit $1",
    )
    .bind::<BigInt, _>(SHOWN)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct UnusedFileRow {
    #[diesel(sql_type = Text)]
    media_type: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: chrono::DateTime<chrono::Utc>,
    #[diesel(sql_type = BigInt)]
    size_bytes: i64,
}

async fn unused_files(conn: &mut Conn) -> QueryResult<Vec<UnusedFileRow>> {
    statement(format!(
        "select f.media_type, f.created_at, f.size_bytes from stored_files f
         where {SETTLED} and {} order by f.size_bytes desc, f.file_id limit $1",
        unused("f")
    ))
    .bind::<BigInt, _>(SHOWN)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct UnusedTotalRow {
    #[diesel(sql_type = BigInt)]
    files: i64,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

async fn unused_total(conn: &mut Conn) -> QueryResult<(i64, i64)> {
    let row: UnusedTotalRow = statement(format!(
        "select count(*) as files, coalesce(sum(f.size_bytes), 0)::int8 as bytes from stored_files f
         where {SETTLED} and {}",
        unused("f")
    ))
    .get_result(conn)
    .await?;
    Ok((row.files, row.bytes))
}

fn unused_table(rows: &[UnusedFileRow], clock: &Clock) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let line = |row: &UnusedFileRow| {
        [
            row.media_type.clone(),
            clock.date(row.created_at),
            size(row.size_bytes),
        ]
    };
    let lines: Vec<[String; 3]> = rows.iter().map(line).collect();
    let heads = ["Type", "Stored on", "Size"];
    table("Files that nothing refers to", &heads, &lines)
}

/// Returns the size of each table with its indexes. Partitions count for their table.
async fn by_table(conn: &mut Conn) -> QueryResult<Vec<StoredSumRow>> {
    statement(
        "select coalesce(p.relname, c.relname)::text as name, count(*) as files,
                sum(pg_total_relation_size(c.oid))::int8 as bytes
         from pg_class c
         join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
         left join pg_inherits i on i.inhrelid = c.oid
         left join pg_class p on p.oid = i.inhparent
         where c.relkind = 'r'
         group by 1",
    )
    .load(conn)
    .await
}

/// Groups of tables, by the beginnings of their names.
const GROUPS: [(&str, &[&str]); 9] = [
    (
        "Questions, quizzes and exams",
        &["quiz_", "exam", "question_", "practice_", "first_answers"],
    ),
    (
        "Courses and their texts",
        &[
            "course_import",
            "course_files",
            "course_modules",
            "courses",
            "topic",
            "page_",
            "ai_notes",
        ],
    ),
    (
        "Search and passages",
        &["content_", "document", "search_", "course_index", "passage"],
    ),
    (
        "Enrollments and progress",
        &[
            "enrollments",
            "module_",
            "learner_persona",
            "course_certificates",
            "grade_",
        ],
    ),
    ("Activity", &["learner_activity", "live_events"]),
    (
        "Work that is handed in",
        &[
            "simulation_",
            "submissions",
            "assignment",
            "work_",
            "exercise_",
            "marking_",
            "peer_",
            "project_",
        ],
    ),
    (
        "Study library",
        &[
            "study_",
            "generated_assets",
            "card_states",
            "learning_sessions",
            "interactions",
            "progress_metrics",
            "user_feedback",
        ],
    ),
    (
        "Cohorts and messages",
        &[
            "cohort",
            "cold_call",
            "notification",
            "moderation",
            "announcement",
            "cp_rag",
            "tutor_requests",
            "course_message",
        ],
    ),
    (
        "Audit log, jobs and mails",
        &["audit_logs", "background_jobs", "mail_log"],
    ),
];

/// Adds tables up by their group.
fn groups(tables: Vec<StoredSumRow>) -> Vec<StoredSumRow> {
    let mut sums: Vec<StoredSumRow> = Vec::new();
    for table in tables {
        let group = GROUPS.iter().find(|(_, beginnings)| {
            let mut beginnings = beginnings.iter();
            beginnings.any(|beginning| table.name.starts_with(beginning))
        });
        let name = group.map_or("Accounts, orders and others", |(name, _)| *name);
        match sums.iter_mut().find(|sum| sum.name == name) {
            Some(sum) => {
                sum.files += 1;
                sum.bytes += table.bytes;
            }
            None => sums.push(StoredSumRow {
                name: name.to_owned(),
                files: 1,
                bytes: table.bytes,
            }),
        }
    }
    sums
}

/// Has the files removed that nothing refers to.
pub async fn remove_unused(conn: &mut Conn, by: &Cx) -> AppResult<()> {
    let (files, bytes) = unused_total(conn).await?;
    if files == 0 {
        return Ok(());
    }
    jobs::enqueue(conn, &RemoveUnusedFiles {}).await?;
    Ok(AuditEntry::done("files.removal_ordered")
        .of("site", "files")
        .change(Some(json!({ "files": files, "bytes": bytes })), None)
        .by(by)
        .write(conn)
        .await?)
}

/// Removes the files that nothing refers to. Each is checked again when its turn comes.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemoveUnusedFiles {}

#[derive(QueryableByName)]
struct UnusedIdRow {
    #[diesel(sql_type = Uuid)]
    file_id: FileId,
}

impl Job for RemoveUnusedFiles {
    const KIND: &'static str = "remove_unused_files";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        loop {
            let removed = cx
                .within(async |conn| {
                    let rows: Vec<UnusedIdRow> = statement(format!(
                        "select f.file_id from stored_files f where {SETTLED} and {} limit $1",
                        unused("f")
                    ))
                    .bind::<BigInt, _>(BATCH)
                    .load(conn)
                    .await?;
                    for row in &rows {
                        delete_unused(conn, row.file_id).await?;
                    }
                    AppResult::Ok(rows.len())
                })
                .await?;
            if removed < BATCH as usize {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_added_up_by_group() {
        let row = |name: &str, bytes| StoredSumRow {
            name: name.to_owned(),
            files: 3,
            bytes,
        };
        let sums = groups(vec![
            row("quiz_attempts", 5),
            row("exams", 6),
            row("users", 7),
        ]);
        let found: Vec<_> = sums
            .iter()
            .map(|sum| (sum.name.as_str(), sum.files, sum.bytes))
            .collect();
        assert_eq!(
            found,
            [
                ("Questions, quizzes and exams", 2, 11),
                ("Accounts, orders and others", 1, 7)
            ]
        );
    }
}
