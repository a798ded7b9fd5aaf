//! Server functions of the catalog. No sign-in is needed. Unpublished courses are visible only to
//! their tutors and to admins.

use leptos::prelude::*;

use super::{CatalogPage, CatalogQuery, CmsText, CoursePage};
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    crate::catalog::server::{store, view},
    crate::course::server::search,
    crate::platform::auth::UserRole,
    crate::platform::auth::guard::tutor_of_slug,
    crate::platform::auth::viewing::ViewedAs,
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
    let viewing = cx.viewing.clone().filter(|view| view.course == slug);
    let viewer = match &viewing {
        Some(viewing) => {
            // The right to teach may have ended since the view began.
            tutor_of_slug(cx.clone(), &slug).await?;
            viewing.seen_by(cx.viewer.as_ref())
        }
        None => cx.viewer.clone(),
    };
    let (school, clock) = (cx.organization.name.clone(), Clock::of(&cx));
    let mut page = cx
        .within(async move |conn| view::course(conn, viewer.as_ref(), &slug, &school, &clock).await)
        .await?;
    // Only admins see what becomes of the applications of others.
    let is_admin = cx
        .viewer
        .as_ref()
        .is_some_and(|viewer| viewer.role == UserRole::Admin);
    let is_of_learner = viewing.is_some_and(|viewing| matches!(viewing.who, ViewedAs::Learner(_)));
    if is_of_learner && !is_admin {
        page.offerings.clear();
    }
    Ok(page)
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
