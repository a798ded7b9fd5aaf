//! Imports of question files. Small files are imported at once. Large ones are imported by a job
//! that continues where it stopped.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::intake::{self, IntakeFile};
use super::origin::{self, SameName};
use super::{pictures, report, store};
use crate::course::QuestionPurpose;
use crate::course::server::draft::QuestionDraft;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::db::schema::{background_jobs, question_imports};
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;
use crate::platform::ids::{CourseId, ImportId, UserId};
use crate::platform::jobs::{self, Job, JobContext, JobStatus};
use crate::question_bank::authoring::{Import, ImportReport, ImportState};
use crate::question_bank::server::bank;
use crate::question_bank::server::exchange::Imported;

/// Most questions of a file that is imported while its sender waits.
const AT_ONCE: usize = 100;
/// Questions that the job imports in one transaction. The visible progress moves by this number.
const STEP: usize = 100;

/// An uploaded file that has been read.
pub struct Sent {
    /// Id of its import. A confirmation that is sent twice starts one import.
    pub id: ImportId,
    pub file: String,
    /// Value of the place field.
    pub place: String,
    pub purpose: intake::Purpose,
    pub same_name: SameName,
    pub imported: Imported,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = question_imports)]
struct ImportRow {
    import_id: ImportId,
    course_id: CourseId,
    imported_by: Option<UserId>,
    file_name: String,
    stem: String,
    origin: String,
    same_name: String,
    place: String,
    purpose: Option<QuestionPurpose>,
    questions: Option<Value>,
    done: i32,
    total: i32,
    report: Value,
    stopped_why: Option<String>,
    finished_at: Option<DateTime<Utc>>,
}

/// Starts the import of a file. A small file is imported completely. The caller holds the lock of
/// the bank.
///
/// # Errors
/// Asks the tutor which file it is if its name and its questions do not tell.
pub async fn begin(conn: &mut Conn, tutor: &TutorOf, sent: &Sent) -> AppResult<()> {
    let user = tutor.signed_in.user_id();
    let id = sent.id;
    let place = store::place(conn, tutor.course, &sent.place, QuestionPurpose::Both).await?;
    let stem = origin::stem(&sent.file, &place);
    must_be_alone(conn, tutor.course, &stem).await?;
    let questions = &sent.imported.questions;
    let origin = intake::origin(conn, tutor.course, &stem, questions, sent.same_name).await?;
    let total = questions.len();
    let row = ImportRow {
        import_id: id,
        course_id: tutor.course,
        imported_by: Some(user),
        file_name: sent.file.chars().take(200).collect(),
        stem,
        origin,
        same_name: sent.same_name.name().to_owned(),
        place: sent.place.clone(),
        purpose: sent.purpose,
        questions: Some(as_json(questions)?),
        done: 0,
        total: i32::try_from(total).map_err(|error| AppError::internal(&error))?,
        report: as_json(&report::begun(&sent.file, &sent.imported))?,
        stopped_why: None,
        finished_at: None,
    };
    diesel::insert_into(question_imports::table)
        .values(&row)
        .execute(conn)
        .await?;
    // Pictures come first: questions are rendered with their addresses.
    let cx = &tutor.signed_in.cx;
    pictures::keep(conn, cx, tutor.course, &sent.imported.pictures).await?;
    if total <= AT_ONCE {
        go_on(conn, row, AT_ONCE, Some(&tutor.signed_in.cx)).await?;
    } else {
        let job = ImportQuestions { import: id };
        jobs::enqueue_once(conn, &job, &id.to_string(), Utc::now()).await?;
    }
    Ok(())
}

/// True if the course has the import, running or ended.
pub async fn is_begun(conn: &mut Conn, course: CourseId, id: ImportId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        question_imports::table
            .filter(question_imports::import_id.eq(id))
            .filter(question_imports::course_id.eq(course)),
    ))
    .get_result(conn)
    .await
}

/// # Errors
/// Asks to wait while another file of this name is imported.
pub async fn must_be_alone(conn: &mut Conn, course: CourseId, stem: &str) -> AppResult<()> {
    match is_importing(conn, course, stem).await? {
        true => Err(AppError::field(
            "",
            "A file of this name is still being imported. Wait until it has finished.",
        )),
        false => Ok(()),
    }
}

/// True if another file of this name waits for its job or is being imported by it. Its questions
/// are not all stored yet, so they do not tell whether a second file is a new version of it.
async fn is_importing(conn: &mut Conn, course: CourseId, stem: &str) -> QueryResult<bool> {
    let unfinished: Vec<ImportId> = question_imports::table
        .filter(question_imports::course_id.eq(course))
        .filter(question_imports::stem.eq(stem))
        .filter(question_imports::finished_at.is_null())
        .select(question_imports::import_id)
        .load(conn)
        .await?;
    let keys: Vec<String> = unfinished.iter().map(ImportId::to_string).collect();
    diesel::select(diesel::dsl::exists(
        background_jobs::table
            .filter(background_jobs::kind.eq(ImportQuestions::KIND))
            .filter(background_jobs::unique_key.eq_any(keys))
            .filter(background_jobs::status.eq_any([JobStatus::Pending, JobStatus::Running])),
    ))
    .get_result(conn)
    .await
}

fn as_json<T: Serialize + ?Sized>(value: &T) -> AppResult<Value> {
    serde_json::to_value(value).map_err(|error| AppError::internal(&error))
}

#[derive(Debug, Serialize, Deserialize)]
pub struct ImportQuestions {
    pub import: ImportId,
}

impl Job for ImportQuestions {
    const KIND: &'static str = "import_questions";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let import = self.import;
        while cx
            .within(async move |conn| next_step(conn, import).await)
            .await?
        {}
        Ok(())
    }
}

/// Imports the next step of questions. Returns false if none is left.
async fn next_step(conn: &mut Conn, import: ImportId) -> AppResult<bool> {
    let course: Option<CourseId> = question_imports::table
        .find(import)
        .select(question_imports::course_id)
        .first(conn)
        .await
        .optional()?;
    let Some(course) = course else {
        return Ok(false);
    };
    // Locks the bank before the row, as the import of a small file does. Another order could
    // deadlock.
    bank::lock(conn, course).await?;
    let row: Option<ImportRow> = question_imports::table
        .find(import)
        .filter(question_imports::finished_at.is_null())
        .select(ImportRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    match row {
        Some(row) => go_on(conn, row, STEP, None).await,
        None => Ok(false),
    }
}

/// Imports the next `step` questions of the row. Returns false if none is left.
async fn go_on(conn: &mut Conn, row: ImportRow, step: usize, cx: Option<&Cx>) -> AppResult<bool> {
    let place = store::place(conn, row.course_id, &row.place, QuestionPurpose::Both).await;
    let place = match place {
        Ok(place) => place,
        Err(AppError::Invalid(_)) => {
            let why = "The place that was chosen for its questions is not there any more.";
            if row.done > 0 {
                let report: ImportReport = serde_json::from_value(row.report)
                    .map_err(|error| AppError::internal(&error))?;
                let of = (row.course_id, row.imported_by);
                record(conn, of, &report, Some(why), cx).await?;
            }
            end(conn, row.import_id, Some(why)).await?;
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let questions: Vec<QuestionDraft> =
        serde_json::from_value(row.questions.unwrap_or_else(|| json!([])))
            .map_err(|error| AppError::internal(&error))?;
    let mut report: ImportReport =
        serde_json::from_value(row.report).map_err(|error| AppError::internal(&error))?;
    let file = IntakeFile {
        course: row.course_id,
        place,
        purpose: row.purpose,
        stem: &row.stem,
        origin: &row.origin,
        same_name: SameName::parse(&row.same_name),
        questions: &questions,
    };
    let plan = intake::plan(conn, &file).await?;
    let done = usize::try_from(row.done).unwrap_or_default();
    let next = (done + step).min(questions.len());
    intake::take(conn, &file, &plan, done..next, &mut report).await?;
    let is_last = next == questions.len();
    if is_last {
        report.missing = plan.missing;
    }
    diesel::update(question_imports::table.find(row.import_id))
        .set((
            question_imports::done.eq(i32::try_from(next).unwrap_or(row.total)),
            question_imports::report.eq(as_json(&report)?),
        ))
        .execute(conn)
        .await?;
    if !is_last {
        return Ok(true);
    }
    record(conn, (row.course_id, row.imported_by), &report, None, cx).await?;
    end(conn, row.import_id, None).await?;
    Ok(false)
}

/// Counts the course's questions again and writes the import into the audit log. `stopped` is the
/// reason for an import that ends before its last question.
async fn record(
    conn: &mut Conn,
    (course, user): (CourseId, Option<UserId>),
    report: &ImportReport,
    stopped: Option<&str>,
    cx: Option<&Cx>,
) -> AppResult<()> {
    crate::course::server::store::recount(conn, course).await?;
    let mut numbers = json!({
        "file": report.file, "added": report.added, "updated": report.updated, "left_out": report.refused,
    });
    if let Some(why) = stopped {
        numbers["stopped"] = json!(why);
    }
    let mut entry = AuditEntry::done("questions.imported").of("course", course);
    if let Some(user) = user {
        entry = entry.by_user(user);
    }
    if let Some(cx) = cx {
        entry = entry.by(cx);
    }
    Ok(entry.change(None, Some(numbers)).write(conn).await?)
}

async fn end(conn: &mut Conn, import: ImportId, why: Option<&str>) -> QueryResult<()> {
    diesel::update(question_imports::table.find(import))
        .set((
            question_imports::finished_at.eq(Utc::now()),
            question_imports::stopped_why.eq(why),
            question_imports::questions.eq(None::<Value>),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Returns the import that the address names. Without a name, returns this tutor's running import.
pub async fn shown(
    conn: &mut Conn,
    course: CourseId,
    user: UserId,
    named: &str,
) -> AppResult<Option<(Import, Option<String>)>> {
    let of_course = question_imports::table
        .filter(question_imports::course_id.eq(course))
        .select((
            question_imports::import_id,
            question_imports::done,
            question_imports::total,
            question_imports::report,
            question_imports::stopped_why,
            question_imports::finished_at,
        ))
        .order(question_imports::created_at.desc())
        .into_boxed();
    let found = match (named, Uuid::parse_str(named)) {
        ("", _) => of_course
            .filter(question_imports::imported_by.eq(user))
            .filter(question_imports::finished_at.is_null()),
        (_, Ok(id)) => of_course.filter(question_imports::import_id.eq(ImportId(id))),
        (_, Err(_)) => return Ok(None),
    };
    type PageRow = (
        ImportId,
        i32,
        i32,
        Value,
        Option<String>,
        Option<DateTime<Utc>>,
    );
    let found: Option<PageRow> = found.first(conn).await.optional()?;
    let Some((id, done, total, report, why, finished)) = found else {
        return Ok(None);
    };
    let state = match (&why, finished) {
        (Some(_), _) => ImportState::Stopped,
        (None, Some(_)) => ImportState::Finished,
        (None, None) if has_failed(conn, id).await? => ImportState::Stopped,
        (None, None) => ImportState::Running,
    };
    if named.is_empty() && state != ImportState::Running {
        return Ok(None);
    }
    let import = Import {
        state,
        done: usize::try_from(done).unwrap_or_default(),
        total: usize::try_from(total).unwrap_or_default(),
        report: serde_json::from_value(report).map_err(|error| AppError::internal(&error))?,
    };
    Ok(Some((import, why)))
}

/// True if the job of the import has failed for good.
async fn has_failed(conn: &mut Conn, import: ImportId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        background_jobs::table
            .filter(background_jobs::kind.eq(ImportQuestions::KIND))
            .filter(background_jobs::unique_key.eq(import.to_string()))
            .filter(background_jobs::status.eq(JobStatus::Failed)),
    ))
    .get_result(conn)
    .await
}
