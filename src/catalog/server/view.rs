//! Builds the page of a course from its queries.

use super::store;
use super::syllabus::syllabus;
use crate::admission::server::view::{self as admission, CourseAdmission};
use crate::catalog::{CourseCard, CoursePage, EnrollmentOption};
use crate::course::Price;
use crate::enrollment::EnrollmentStatus::{Active, Completed, Withdrawn};
use crate::enrollment::{may_enroll, may_leave};
use crate::paths::certificate_path;
use crate::platform::auth::{UserRole, Viewer};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::time::Clock;
use crate::platform::ui::{Html, Language};

/// Returns the course for this viewer.
///
/// # Errors
///
/// `NotFound` for an unpublished or retired course, except to its tutors and admins.
pub async fn course(
    conn: &mut Conn,
    viewer: Option<&Viewer>,
    slug: &str,
    school: &str,
    clock: &Clock,
) -> AppResult<CoursePage> {
    let missing = || {
        AppError::NotFound(
            "There is no course at this address. It may have been renamed or retired.".to_owned(),
        )
    };
    let (row, revision) = store::course(conn, slug).await?.ok_or_else(missing)?;
    let tutors = store::course_tutors(conn, row.course_id).await?;
    let teaches = viewer.is_some_and(|viewer| {
        viewer.role == UserRole::Admin || tutors.iter().any(|(user, _)| *user == viewer.user_id)
    });
    if (!row.is_published || row.retired_at.is_some()) && !teaches {
        return Err(missing());
    }
    let enrolled = match viewer {
        Some(viewer) => store::enrollment(conn, viewer.user_id, row.course_id).await?,
        None => None,
    };
    let user = viewer.map(|viewer| viewer.user_id);
    let place = (row.course_id, row.slug.as_str());
    let CourseAdmission { panels, coming } =
        admission::of_course(conn, user, place, school, clock).await?;
    let enrollment = match (viewer, enrolled) {
        (_, Some((status @ (Active | Completed), has_begun, code))) => EnrollmentOption::Enrolled {
            continue_at: format!("/learn/{}", row.slug),
            has_begun,
            certificate: code.as_deref().map(certificate_path),
            may_leave: status == Active && may_leave(row.price_cents, row.cohort_only).is_ok(),
        },
        _ if coming.is_some() => coming.map_or(EnrollmentOption::Visitor, EnrollmentOption::Coming),
        (viewer, enrolled) => match (may_enroll(row.price_cents, row.cohort_only), viewer) {
            (Err(why), _) => EnrollmentOption::Closed(why.to_owned()),
            (Ok(()), None) => EnrollmentOption::Visitor,
            (Ok(()), Some(_)) => EnrollmentOption::Open {
                has_left: matches!(enrolled, Some((Withdrawn, ..))),
            },
        },
    };
    let is_enrolled = matches!(enrollment, EnrollmentOption::Enrolled { .. });
    let syllabus = syllabus(conn, &row, revision, is_enrolled).await?;
    let (names, tutors): (Vec<_>, Vec<_>) = tutors
        .into_iter()
        .map(|(_, card)| (card.name.clone(), card))
        .unzip();
    Ok(CoursePage {
        card: CourseCard {
            slug: row.slug,
            language: Language::new(row.language),
            title: row.title,
            summary: row.summary,
            level: row.level,
            topic_count: row.topic_count,
            question_count: row.question_count,
            reading_minutes: row.reading_minutes,
            is_gated: row.is_gated,
            cohort_only: row.cohort_only,
            price: Price {
                cents: row.price_cents,
                currency: row.currency,
            },
            tutors: names,
            thumbnail: row
                .thumbnail_file_id
                .map(|file| format!("/files/{file}/picture")),
        },
        description: Html(row.description_html),
        authors: row.authors.into_iter().flatten().collect(),
        outcomes: row.outcomes.into_iter().flatten().collect(),
        license: row.license,
        tutors,
        syllabus,
        enrollment,
        offerings: panels,
        is_published: row.is_published,
    })
}
