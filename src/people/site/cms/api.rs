//! Server functions of the site's pages. They are for admins alone, and each change is written to
//! the audit log in its transaction.

use leptos::prelude::*;

use super::{CmsEditor, CmsForm, CmsHistory, CmsLine, CmsPlaceForm};
use crate::platform::error::AppResult;
use crate::platform::ui::Html;

#[cfg(feature = "ssr")]
use {
    super::server,
    super::{SITE_PAGES, cms_edit_path, cms_history_path},
    crate::platform::address,
    crate::platform::auth::guard::require_admin,
    crate::platform::http::Cx,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Leads to the editor of a page, which then says what was done. The navigation is read again.
#[cfg(feature = "ssr")]
fn done(cx: &Cx, slug: &str, done: &str) {
    cx.app.directory.forget();
    redirect(address::with_query(&cms_edit_path(slug), &[("done", done)]));
}

/// Returns all pages in the order of the navigation.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_cms_pages() -> AppResult<Vec<CmsLine>> {
    let cx = require_admin().await?.0.cx;
    let clock = Clock::of(&cx);
    cx.within(async move |conn| server::list(conn, &clock).await)
        .await
}

/// Makes a page that nobody sees yet. Without a name for its address, its title gives the name.
#[server]
pub async fn create_cms_page(
    #[server(default)] title: String,
    #[server(default)] slug: String,
) -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    let slug = cx
        .within(async move |conn| server::create(conn, &admin, &title, &slug).await)
        .await?;
    redirect(cms_edit_path(&slug));
    Ok(())
}

/// Returns a page with its draft and how that would look.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_cms_editor(page: String) -> AppResult<CmsEditor> {
    let cx = require_admin().await?.0.cx;
    cx.within(async move |conn| server::editor(conn, &page).await)
        .await
}

/// Renders a text as its page would show it. Nothing is stored.
#[server]
pub async fn preview_cms_page(#[server(default)] text: String) -> AppResult<Html> {
    require_admin().await?;
    server::preview(text).await
}

/// Saves the draft of a page, or publishes its text.
///
/// # Errors
///
/// `Conflict` if somebody has saved since the revision of the form. Then nothing is changed.
#[server]
pub async fn save_cms_page(page: String, #[server(default)] form: CmsForm) -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    let (slug, goes) = (page.clone(), form.go == "publish");
    cx.within(async move |conn| server::save(conn, &admin, &page, &form).await)
        .await?;
    done(&cx, &slug, if goes { "published" } else { "saved" });
    Ok(())
}

/// Hides a published page from everybody.
#[server]
pub async fn withdraw_cms_page(page: String) -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    let slug = page.clone();
    cx.within(async move |conn| server::withdraw(conn, &admin, &page).await)
        .await?;
    done(&cx, &slug, "withdrawn");
    Ok(())
}

/// Changes the place of a page in the navigation.
#[server]
pub async fn place_cms_page(page: String, #[server(default)] form: CmsPlaceForm) -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    let slug = page.clone();
    cx.within(async move |conn| server::place(conn, &admin, &page, &form).await)
        .await?;
    done(&cx, &slug, "placed");
    Ok(())
}

/// Makes the published page the terms that everybody must accept, or ends that.
#[server]
pub async fn ask_cms_terms(page: String, asks: bool) -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    let slug = page.clone();
    cx.within(async move |conn| server::ask_terms(conn, &admin, &page, asks).await)
        .await?;
    done(&cx, &slug, "terms");
    Ok(())
}

/// Deletes a page with its versions.
#[server]
pub async fn delete_cms_page(page: String) -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    cx.within(async move |conn| server::delete(conn, &admin, &page).await)
        .await?;
    cx.app.directory.forget();
    redirect(SITE_PAGES);
    Ok(())
}

/// Returns the published versions of a page, and what one of them changed.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_cms_history(
    page: String,
    #[server(default)] version: String,
) -> AppResult<CmsHistory> {
    let cx = require_admin().await?.0.cx;
    let (clock, version) = (Clock::of(&cx), version.parse().ok());
    cx.within(async move |conn| server::history(conn, &page, version, &clock).await)
        .await
}

/// Publishes an earlier version again, as a new version. A draft stays as it is.
#[server]
pub async fn restore_cms_version(page: String, version: i32) -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    let slug = page.clone();
    cx.within(async move |conn| server::restore(conn, &admin, &page, version).await)
        .await?;
    cx.app.directory.forget();
    let history = cms_history_path(&slug, None);
    redirect(address::with_query(&history, &[("done", "restored")]));
    Ok(())
}
