//! Server functions of course files and copies. Every import and copy is written to the audit log.

use leptos::prelude::*;

use super::CourseImportPage;
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::IMPORT_COURSE,
    super::server::{confirm, copy, previews},
    crate::platform::auth::guard::{require_admin, require_tutor_of_slug},
    crate::platform::http::server_fns::redirect,
    crate::teaching::Area,
};

/// Loads the page that imports a course, with the admin's own upload if it waits. Requires an
/// admin.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_course_import(#[server(default)] preview: String) -> AppResult<CourseImportPage> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    let flash = cx.flash.clone();
    cx.within(async move |conn| previews::page(conn, &admin, &preview, flash).await)
        .await
}

/// Imports an uploaded course, if its effect is still the one that was `seen`. Requires the admin
/// who uploaded it.
#[server]
pub async fn confirm_course_import(
    preview: String,
    #[server(default)] seen: String,
) -> AppResult<()> {
    let admin = require_admin().await?;
    let slug = confirm::import(&admin, &preview, seen).await?;
    redirect(Area::Outline.path(&slug));
    Ok(())
}

/// Forgets an uploaded course that was not imported. Requires the admin who uploaded it.
#[server]
pub async fn discard_course_import(preview: String) -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    cx.within(async move |conn| previews::discard(conn, &admin, &preview).await)
        .await?;
    redirect(IMPORT_COURSE);
    Ok(())
}

/// Makes a course from another one: everything but people, cohorts, exams and results. The copy is
/// a draft. Requires an admin.
#[server]
pub async fn copy_course(
    course: String,
    #[server(default)] title: String,
    #[server(default)] slug: String,
) -> AppResult<()> {
    require_admin().await?;
    let admin = require_tutor_of_slug(&course).await?;
    let slug = copy::course(&admin, &title, &slug).await?;
    redirect(Area::Outline.path(&slug));
    Ok(())
}
