//! Server functions of the catalog. Anybody may read it; unpublished courses exist only for their tutors and admins.

use leptos::prelude::*;

use super::{CatalogPage, CatalogQuery, CmsText, CoursePage};
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::store,
    super::{CourseCard, Enrolment, Price, may_enrol},
    crate::platform::auth::UserRole,
    crate::platform::error::AppError,
    crate::platform::http::Cx,
    crate::platform::ui::Html,
};

/// Anybody: one page of the published courses.
#[server(input = server_fn::codec::GetUrl)]
pub async fn list_courses(query: CatalogQuery) -> AppResult<CatalogPage> {
    let cx = Cx::current()?;
    if query.q.chars().count() > 200 {
        return Err(AppError::field("q", "Search for at most 200 characters."));
    }
    let organization = cx.organization.organization_id;
    cx.within(async move |conn| store::list(conn, organization, &query).await).await
}

/// Anybody: a published course; its tutors and admins: also an unpublished one.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_course(slug: String) -> AppResult<CoursePage> {
    let cx = Cx::current()?;
    let viewer = cx.viewer.clone();
    cx.within(async move |conn| {
        let missing = || AppError::NotFound("There is no course at this address. It may have been renamed or retired.".to_owned());
        let row = store::course(conn, &slug).await?.ok_or_else(missing)?;
        let tutors = store::course_tutors(conn, row.course_id).await?;
        let teaches = viewer.as_ref().is_some_and(|viewer| {
            viewer.role == UserRole::Admin || tutors.iter().any(|(user, _)| *user == viewer.user_id)
        });
        if (!row.is_published || row.retired_at.is_some()) && !teaches {
            return Err(missing());
        }
        let enrolled = match &viewer {
            Some(viewer) => store::enrolment(conn, viewer.user_id, row.course_id).await?,
            None => None,
        };
        let enrolment = match (&viewer, enrolled) {
            (_, Some(_)) => Enrolment::Enrolled { continue_at: format!("/learn/{}", row.slug) },
            (viewer, None) => match (may_enrol(row.price_cents, row.cohort_only), viewer) {
                (Err(why), _) => Enrolment::Closed(why.to_owned()),
                (Ok(()), None) => Enrolment::Visitor,
                (Ok(()), Some(_)) => Enrolment::Open,
            },
        };
        let modules = store::syllabus(conn, row.course_id).await?;
        let (names, tutors): (Vec<_>, Vec<_>) = tutors.into_iter().map(|(_, card)| (card.name.clone(), card)).unzip();
        Ok(CoursePage {
            card: CourseCard {
                slug: row.slug,
                title: row.title,
                summary: row.summary,
                level: row.level,
                topic_count: row.topic_count,
                question_count: row.question_count,
                reading_minutes: row.reading_minutes,
                is_gated: row.is_gated,
                cohort_only: row.cohort_only,
                price: Price { cents: row.price_cents, currency: row.currency },
                tutors: names,
                thumbnail: row.thumbnail_file_id.map(|file| format!("/files/{file}/picture")),
            },
            description: Html(row.description_html),
            authors: row.authors.into_iter().flatten().collect(),
            outcomes: row.outcomes.into_iter().flatten().collect(),
            licence: row.licence,
            tutors,
            modules,
            enrolment,
            is_published: row.is_published,
        })
    })
    .await
}

/// Anybody: a published page of the site's own texts.
#[server(input = server_fn::codec::GetUrl)]
pub async fn cms_page(slug: String) -> AppResult<CmsText> {
    let cx = Cx::current()?;
    cx.within(async move |conn| {
        let (title, html) = store::cms_page(conn, &slug)
            .await?
            .ok_or_else(|| AppError::NotFound("There is no page at this address.".to_owned()))?;
        Ok(CmsText { title, body: Html(html) })
    })
    .await
}
