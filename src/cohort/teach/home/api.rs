//! Server functions of the texts that tutors write for a cohort's home. Every change is written to
//! the audit log, without the texts.

use leptos::prelude::*;

use super::{AnnouncementsPage, ProjectFields, ProjectPage, Publishing};
use crate::platform::error::AppResult;
use crate::platform::ids::{AnnouncementId, CohortId, WorkId};

#[cfg(feature = "ssr")]
use {
    super::server,
    super::{announcements_path, project_path},
    crate::cohort::server::notices,
    crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::http::server_fns::redirect,
    crate::platform::ids::CourseId,
    crate::platform::time::Clock,
    serde_json::json,
};

/// Returns the announcements of a cohort, or those to all learners of the course, with the readers
/// of the one that `readers` names.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_announcements(
    course: String,
    cohort: Option<CohortId>,
    #[server(default)] readers: String,
) -> AppResult<AnnouncementsPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    let readers = readers.parse().ok().map(AnnouncementId);
    cx.within(async move |conn| server::page(conn, tutor.course, cohort, readers, &clock).await)
        .await
}

/// Writes an announcement, or changes the one that `id` names.
#[server]
pub async fn save_announcement(
    course: String,
    cohort: Option<CohortId>,
    id: Option<AnnouncementId>,
    key: Option<uuid::Uuid>,
    #[server(default)] title: String,
    #[server(default)] body: String,
    #[server(default)] publish: Publishing,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let (by, zone) = (cx.clone(), Clock::of(&cx).zone);
    let draft = server::read_announcement(&title, &body)?;
    cx.within(async move |conn| {
        let of = server::announced_to(conn, tutor.course, cohort, zone).await?;
        let to_all = !publish.all.is_empty();
        let way = (publish.at.as_str(), to_all);
        match id {
            Some(id) => server::change_announcement(conn, &of, id, &draft, way).await?,
            None => {
                let user = tutor.signed_in.user_id();
                let key = key.unwrap_or_else(uuid::Uuid::now_v7);
                server::make_announcement(conn, of, key, user, &draft, way).await?;
            }
        }
        let told = json!({
            "announcement": id, "title": draft.title, "publish_at": publish.at, "to_all": to_all,
        });
        Ok(entry("announced", cohort, tutor.course)
            .change(None, Some(told))
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(announcements_path(&course, cohort));
    Ok(())
}

/// Deletes an announcement; with `all`, in all cohorts to which it went.
#[server]
pub async fn delete_announcement(
    course: String,
    cohort: Option<CohortId>,
    id: AnnouncementId,
    #[server(default)] all: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let (by, zone) = (cx.clone(), Clock::of(&cx).zone);
    cx.within(async move |conn| {
        let of = server::announced_to(conn, tutor.course, cohort, zone).await?;
        server::delete_announcement(conn, &of, id, !all.is_empty()).await?;
        let told = json!({ "announcement": id, "in_all": !all.is_empty() });
        Ok(entry("announcement_deleted", cohort, tutor.course)
            .change(Some(told), None)
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(announcements_path(&course, cohort));
    Ok(())
}

/// Returns the entry of the audit log for an act on announcements.
#[cfg(feature = "ssr")]
fn entry(act: &str, cohort: Option<CohortId>, course: CourseId) -> AuditEntry {
    match cohort {
        Some(cohort) => AuditEntry::done(&format!("cohort.{act}")).of("cohort", cohort),
        None => AuditEntry::done(&format!("course.{act}")).of("course", course),
    }
}

/// Returns the project of a batch, and the work that was handed in.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_project(course: String, cohort: CohortId, batch: i32) -> AppResult<ProjectPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    cx.within(async move |conn| server::project(conn, tutor.course, cohort, batch, &clock).await)
        .await
}

/// Writes the project of a batch.
#[server]
pub async fn save_project(
    course: String,
    cohort: CohortId,
    batch: i32,
    #[server(default)] project: ProjectFields,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let draft = server::read_project(batch, project)?;
    cx.within(async move |conn| {
        server::require(conn, tutor.course, cohort).await?;
        server::save_project(conn, cohort, batch, &draft).await?;
        Ok(AuditEntry::done("cohort.project_changed")
            .of("cohort", cohort)
            .change(
                None,
                Some(json!({ "batch_no": batch, "title": draft.title })),
            )
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(project_path(&course, cohort, batch));
    Ok(())
}

/// Comments on a work of the cohort.
#[server]
pub async fn comment_work(
    course: String,
    cohort: CohortId,
    work: WorkId,
    #[server(default)] text: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let text = server::read_comment(&text)?;
    let batch = cx
        .within(async move |conn| {
            let of = server::require(conn, tutor.course, cohort).await?;
            let me = &tutor.signed_in.viewer;
            let (batch, is_new) = server::comment(conn, cohort, work, me.user_id, &text).await?;
            if !is_new {
                return Ok(batch);
            }
            let author = (me.user_id, me.display_name.as_str());
            notices::commented(conn, &of, work, author, &text).await?;
            AuditEntry::done("cohort.work_commented")
                .of("cohort", cohort)
                .change(None, Some(json!({ "work": work })))
                .by(&by)
                .write(conn)
                .await?;
            Ok(batch)
        })
        .await?;
    redirect(project_path(&course, cohort, batch));
    Ok(())
}
