//! Server functions of the texts that tutors write for a cohort's home. Every change is written to
//! the audit log, without the texts.

use leptos::prelude::*;

use super::{AnnouncementsPage, ProjectFields, ProjectPage};
use crate::platform::error::AppResult;
use crate::platform::ids::{AnnouncementId, CohortId, WorkId};

#[cfg(feature = "ssr")]
use {
    super::server,
    super::{announcements_path, project_path},
    crate::cohort::server::notices,
    crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::error::AppError,
    crate::platform::http::server_fns::redirect,
    crate::platform::notifications::NotificationKind,
    crate::platform::notifications::server::withdraw,
    crate::platform::time::Clock,
    serde_json::json,
};

/// Returns the announcements of a cohort, newest first.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_announcements(course: String, cohort: CohortId) -> AppResult<AnnouncementsPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    cx.within(async move |conn| server::announcements(conn, tutor.course, cohort, &clock).await)
        .await
}

/// Writes an announcement, or changes the one that `id` names.
#[server]
pub async fn save_announcement(
    course: String,
    cohort: CohortId,
    id: Option<AnnouncementId>,
    #[server(default)] title: String,
    #[server(default)] body: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let draft = server::read_announcement(&title, &body)?;
    cx.within(async move |conn| {
        let of = server::require(conn, tutor.course, cohort).await?;
        let user = tutor.signed_in.user_id();
        let is_new = id.is_none();
        let id = server::save_announcement(conn, cohort, id, user, &draft).await?;
        if is_new {
            let texts = (draft.title.as_str(), draft.html.as_str());
            notices::announced(conn, &of, id, texts, Some(user)).await?;
        }
        Ok(AuditEntry::done("cohort.announced")
            .of("cohort", cohort)
            .change(
                None,
                Some(json!({ "announcement": id, "title": draft.title })),
            )
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(announcements_path(&course, cohort));
    Ok(())
}

#[server]
pub async fn delete_announcement(
    course: String,
    cohort: CohortId,
    id: AnnouncementId,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    cx.within(async move |conn| {
        server::require(conn, tutor.course, cohort).await?;
        if !server::delete_announcement(conn, cohort, id).await? {
            return Err(AppError::NotFound(
                "This announcement is no longer here.".to_owned(),
            ));
        }
        let subject = notices::of_announcement(cohort, id);
        withdraw(conn, NotificationKind::Announcement, &subject).await?;
        Ok(AuditEntry::done("cohort.announcement_deleted")
            .of("cohort", cohort)
            .change(Some(json!({ "announcement": id })), None)
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(announcements_path(&course, cohort));
    Ok(())
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
