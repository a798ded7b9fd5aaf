//! Server functions of the catalog. No sign-in is needed. Unpublished courses are visible only to
//! their tutors and to admins.

use leptos::prelude::*;

use super::{CatalogPage, CatalogQuery, CmsText, CoursePage};
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    crate::catalog::server::{store, view},
    crate::course::server::search,
    crate::platform::error::AppError,
    crate::platform::http::Cx,
    crate::platform::time::Clock,
    crate::platform::ui::Html,
};

/// Returns one page of the published courses.
#[server(input = server_fn::codec::GetUrl)]
pub async fn list_courses(query: CatalogQuery) -> AppResult<CatalogPage> {
    let cx = Cx::current()?;
    search::check_length(&query.q)?;
    let organization = cx.organization.organization_id;
    cx.within(async move |conn| store::list(conn, organization, &query).await)
        .await
}

/// Returns a published course; to its tutors and admins also an unpublished one.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_course(slug: String) -> AppResult<CoursePage> {
    let cx = Cx::current()?;
    let viewer = match &cx.viewing {
        Some(view) if view.course == slug => view.seen_by(cx.viewer.as_ref()),
        _ => cx.viewer.clone(),
    };
    let (school, clock) = (cx.organization.name.clone(), Clock::of(&cx));
    cx.within(async move |conn| view::course(conn, viewer.as_ref(), &slug, &school, &clock).await)
        .await
}

/// Returns a published page that admins wrote.
#[server(input = server_fn::codec::GetUrl)]
pub async fn cms_page(slug: String) -> AppResult<CmsText> {
    let cx = Cx::current()?;
    cx.within(async move |conn| {
        let (title, html) = store::cms_page(conn, &slug)
            .await?
            .ok_or_else(|| AppError::NotFound("There is no page at this address.".to_owned()))?;
        Ok(CmsText {
            title,
            body: Html(html),
        })
    })
    .await
}
