//! Server functions of documents and nuggets. Tutors and admins read and add; folders of the server
//! and courses are for admins.

use leptos::prelude::*;

use super::{DocumentPage, DocumentsPage, NuggetPage, NuggetQuery, NuggetsPage};
use crate::platform::error::AppResult;
use crate::platform::ids::{DocumentId, IngestionJobId, NuggetId};

#[cfg(feature = "ssr")]
use {
    super::server::edit::TypedNugget,
    super::server::sources::{Added, Adder},
    super::server::view::Looker,
    super::server::{
        course, edit, no_document, no_nugget, nugget_view, sources, store, view, watch,
    },
    super::{DOCUMENTS, document_path, nugget_path},
    crate::platform::address,
    crate::platform::audit::AuditEntry,
    crate::platform::auth::UserRole,
    crate::platform::auth::guard::{SignedIn, require_admin, require_teacher},
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
    crate::teaching::Area,
};

#[cfg(feature = "ssr")]
fn looker(teacher: &SignedIn) -> Looker {
    let is_admin = teacher.viewer.role == UserRole::Admin;
    let roots = &teacher.cx.app.config.documents.watch_roots;
    Looker {
        is_admin,
        roots: match is_admin {
            true => roots
                .iter()
                .map(|root| root.display().to_string())
                .collect(),
            false => Vec::new(),
        },
        flash: teacher.cx.flash.clone(),
        clock: Clock::of(&teacher.cx),
    }
}

/// Leads to the document that has the same content, or to the list.
#[cfg(feature = "ssr")]
fn to_added(added: &Added) {
    match added {
        Added::Queued(_) => redirect(DOCUMENTS),
        Added::Same { document, .. } => {
            redirect(address::with_query(
                &document_path(*document),
                &[("done", "same")],
            ));
        }
    }
}

/// Returns the documents, the jobs and what is watched. Requires a teacher.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_documents(#[server(default)] page: u32) -> AppResult<DocumentsPage> {
    let teacher = require_teacher().await?;
    let looker = looker(&teacher);
    let page = page.min(10_000);
    teacher
        .cx
        .within(async move |conn| view::home(conn, &looker, page).await)
        .await
}

/// Adds a pasted text. Requires a teacher.
#[server]
pub async fn add_document_text(
    #[server(default)] title: String,
    #[server(default)] text: String,
) -> AppResult<()> {
    let teacher = require_teacher().await?;
    let adder = Adder::within_limit(&teacher).await?;
    let added = teacher
        .cx
        .within(async move |conn| sources::add_text(conn, &adder, &title, &text).await)
        .await?;
    to_added(&added);
    Ok(())
}

/// Adds a web address, once or to be checked every so many minutes. Requires a teacher.
#[server]
pub async fn add_document_address(
    #[server(default)] url: String,
    #[server(default)] every: String,
) -> AppResult<()> {
    let teacher = require_teacher().await?;
    let adder = Adder::within_limit(&teacher).await?;
    let added = teacher
        .cx
        .within(async move |conn| sources::add_address(conn, &adder, &url, &every).await)
        .await?;
    to_added(&added);
    Ok(())
}

/// Watches a folder of the server. Requires an admin.
#[server]
pub async fn watch_folder(
    #[server(default)] path: String,
    #[server(default)] types: String,
    #[server(default)] recursive: bool,
) -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    let roots = cx.app.config.documents.watch_roots.clone();
    let (user, by) = (admin.0.user_id(), cx.clone());
    cx.within(async move |conn| {
        watch::add_folder(conn, &roots, (&path, &types, recursive), user).await?;
        AuditEntry::done("documents.folder_watched")
            .of("folder", &path)
            .by(&by)
            .write(conn)
            .await?;
        Ok(())
    })
    .await?;
    redirect(DOCUMENTS);
    Ok(())
}

/// Pauses, resumes or removes a monitored address, or a watched folder. Requires a teacher, and for
/// a folder an admin.
#[server]
pub async fn change_document_source(source: String, folder: bool, action: String) -> AppResult<()> {
    let teacher = match folder {
        true => require_admin().await?.0,
        false => require_teacher().await?,
    };
    teacher
        .cx
        .within(async move |conn| watch::change(conn, &source, folder, &action).await)
        .await?;
    redirect(DOCUMENTS);
    Ok(())
}

/// Cancels a job. Requires a teacher.
#[server]
pub async fn cancel_ingestion(job: IngestionJobId) -> AppResult<()> {
    let teacher = require_teacher().await?;
    teacher
        .cx
        .within(async move |conn| sources::cancel(conn, job).await)
        .await?;
    redirect(DOCUMENTS);
    Ok(())
}

/// Runs a job again that failed or was canceled. Requires a teacher.
#[server]
pub async fn retry_ingestion(job: IngestionJobId) -> AppResult<()> {
    let teacher = require_teacher().await?;
    // A retry is as much work as a new source.
    Adder::within_limit(&teacher).await?;
    teacher
        .cx
        .within(async move |conn| sources::retry(conn, job).await)
        .await?;
    redirect(DOCUMENTS);
    Ok(())
}

/// Returns a document with its nuggets and the text of one page. Requires a teacher.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_document(
    document: String,
    #[server(default)] page: i32,
) -> AppResult<DocumentPage> {
    let teacher = require_teacher().await?;
    let document = DocumentId(document.parse().map_err(|_| no_document())?);
    let looker = looker(&teacher);
    teacher
        .cx
        .within(async move |conn| view::document(conn, &looker, document, page).await)
        .await
}

/// Deletes a document with its nuggets. Requires a teacher.
#[server]
pub async fn delete_document(document: DocumentId) -> AppResult<()> {
    let teacher = require_teacher().await?;
    let by = teacher.cx.clone();
    let found = teacher
        .cx
        .within(async move |conn| {
            let found = store::delete_document(conn, document).await?;
            if found {
                AuditEntry::done("document.deleted")
                    .of("document", document)
                    .by(&by)
                    .write(conn)
                    .await?;
            }
            Ok(found)
        })
        .await?;
    if !found {
        return Err(no_document());
    }
    redirect(DOCUMENTS);
    Ok(())
}

/// Makes a draft course of a document. Requires an admin.
#[server]
pub async fn make_document_course(
    document: DocumentId,
    #[server(default)] title: String,
    #[server(default)] slug: String,
) -> AppResult<()> {
    let admin = require_admin().await?;
    let typed = course::TypedCourse { title, slug };
    let slug = course::make(&admin, document, &typed).await?;
    redirect(Area::Outline.path(&slug));
    Ok(())
}

/// Returns a page of the store of nuggets. Requires a teacher.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_nuggets(#[server(default)] query: NuggetQuery) -> AppResult<NuggetsPage> {
    let teacher = require_teacher().await?;
    teacher
        .cx
        .within(async move |conn| nugget_view::nuggets(conn, &query).await)
        .await
}

/// Returns a nugget with the page that it stands on. Requires a teacher.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_nugget(nugget: String, #[server(default)] page: i32) -> AppResult<NuggetPage> {
    let teacher = require_teacher().await?;
    let nugget = NuggetId(nugget.parse().map_err(|_| no_nugget())?);
    let clock = Clock::of(&teacher.cx);
    teacher
        .cx
        .within(async move |conn| nugget_view::nugget(conn, nugget, page, &clock).await)
        .await
}

/// Saves a nugget, and keeps the text before. Requires a teacher.
#[server]
pub async fn save_nugget(
    nugget: NuggetId,
    #[server(default)] title: String,
    #[server(default)] content: String,
    #[server(default)] concepts: String,
    #[server(default)] prerequisites: String,
    #[server(default)] difficulty: String,
    #[server(default)] seen: String,
) -> AppResult<()> {
    let teacher = require_teacher().await?;
    let user = teacher.user_id();
    let typed = TypedNugget {
        title,
        content,
        concepts,
        prerequisites,
        difficulty,
        seen,
    };
    teacher
        .cx
        .within(async move |conn| edit::save(conn, nugget, &typed, user).await)
        .await?;
    redirect(address::with_query(
        &nugget_path(nugget),
        &[("done", "saved")],
    ));
    Ok(())
}

/// Retires a nugget, or brings it back. Requires a teacher.
#[server]
pub async fn retire_nugget(nugget: NuggetId, retired: bool) -> AppResult<()> {
    let teacher = require_teacher().await?;
    teacher
        .cx
        .within(async move |conn| edit::set_retired(conn, nugget, retired).await)
        .await?;
    redirect(nugget_path(nugget));
    Ok(())
}

/// Makes the slides of a nugget anew. Requires a teacher.
#[server]
pub async fn remake_nugget_slides(nugget: NuggetId) -> AppResult<()> {
    let teacher = require_teacher().await?;
    teacher
        .cx
        .within(async move |conn| edit::remake_slides(conn, nugget).await)
        .await?;
    redirect(address::with_query(
        &nugget_path(nugget),
        &[("done", "slides")],
    ));
    Ok(())
}
