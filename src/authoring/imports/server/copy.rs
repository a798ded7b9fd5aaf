//! Copies a course: it is exported into a folder and imported under another name.

use serde_json::json;

use super::apart;
use crate::authoring::server::{create, title};
use crate::enrollment::server::store::course_id;
use crate::import::{self, NewCourse, export};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::files::scratch::ScratchFolder;

/// Makes the copy, and returns its name in addresses. The caller has proved that an admin asks.
///
/// # Errors
///
/// All problems of the form at once. Then nothing is stored.
pub async fn course(admin: &TutorOf, typed_title: &str, typed_slug: &str) -> AppResult<String> {
    let mut problems = FieldProblems::default();
    let new_title = problems.keep(title("title", typed_title));
    let slug = problems.keep(create::slug(typed_slug, typed_title));
    let (Some(new_title), Some(slug)) = (new_title, slug) else {
        return Err(problems.error());
    };
    problems.check()?;
    let cx = admin.signed_in.cx.clone();
    let (from, organization) = (admin.course, cx.organization.organization_id);
    let exported = cx
        .within(async move |conn| export::load(conn, from).await)
        .await?;
    let folder = ScratchFolder::new().map_err(|error| AppError::internal(&error))?;
    exported.write_to(&cx.app.files, folder.path()).await?;
    let copied = slug.clone();
    apart(async move {
        let (mut draft, _) = import::read(folder.path(), false).map_err(|errors| {
            let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
            AppError::internal(&said.join("; "))
        })?;
        draft.slug.clone_from(&copied);
        draft.title = new_title;
        let (by, files) = (cx.clone(), cx.app.files.clone());
        cx.within(async move |conn| {
            import::lock(conn, organization, &copied).await?;
            if create::is_taken(conn, &copied).await? {
                let sentence = "Another course has this name in its address. Choose another one.";
                return Err(AppError::field("slug", sentence));
            }
            let new = NewCourse::Draft;
            let summary = import::store_draft(conn, &files, organization, draft, new).await?;
            let made = course_id(conn, &copied).await?;
            let made = made.ok_or_else(|| AppError::internal("a copied course is missing"))?;
            AuditEntry::done("course.copied")
                .of("course", made)
                .change(None, Some(json!({ "from": from, "slug": summary.slug })))
                .by(&by)
                .write(conn)
                .await?;
            Ok(())
        })
        .await
    })
    .await?;
    Ok(slug)
}
