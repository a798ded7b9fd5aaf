//! Stores a course's own row: its title, language, level, price and license, and the settings of
//! its gates and quizzes.

use std::collections::HashMap;

use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::NewCourse;
use crate::course::server::draft::{CourseDraft, CourseSettings};
use crate::course::server::render::Links;
use crate::course::server::store::recount;
use crate::platform::db::Conn;
use crate::platform::db::schema::{course_page_edits, course_quiz_settings, courses};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, FileId};

/// The row of a course that was stored.
pub struct StoredCourse {
    pub course: CourseId,
    pub is_new: bool,
    /// True if the course's page stays as it was changed on the site.
    pub page_is_kept: bool,
}

/// Stores the row of the course. A course is found by its slug or its former slug.
pub async fn store_course(
    conn: &mut Conn,
    draft: &mut CourseDraft,
    new: NewCourse,
) -> AppResult<StoredCourse> {
    let values = (
        courses::title.eq(&draft.title),
        courses::summary.eq(&draft.summary),
        courses::description.eq(&draft.description),
        courses::language.eq(&draft.language),
        courses::level.eq(draft.level),
        courses::tags.eq(&draft.tags),
        courses::authors.eq(&draft.authors),
        courses::outcomes.eq(&draft.outcomes),
        courses::license.eq(&draft.license),
        courses::price_cents.eq(draft.price_cents),
        courses::currency.eq(&draft.currency),
        courses::cohort_only.eq(draft.cohort_only),
    );
    let of_draft = &draft.settings;
    let settings = (
        courses::is_gated.eq(of_draft.gated),
        courses::cooldown_days.eq(of_draft.cooldown_days),
        courses::passing_score_percent.eq(of_draft.passing_score_percent),
        courses::questions_per_attempt.eq(of_draft.questions_per_attempt),
        courses::seconds_per_question.eq(of_draft.seconds_per_question),
    );
    let edited = course_quiz_settings::edited_at.is_not_null().nullable();
    let slugs: Vec<&str> = std::iter::once(&draft.slug)
        .chain(&draft.former_slug)
        .map(String::as_str)
        .collect();
    let page_edited = course_page_edits::edited_at.is_not_null().nullable();
    let known: Option<(CourseId, Option<bool>, Option<bool>)> = courses::table
        .left_join(course_quiz_settings::table)
        .left_join(course_page_edits::table)
        .filter(courses::slug.eq_any(slugs))
        .order(courses::slug.eq(&draft.slug).desc())
        .select((courses::course_id, edited, page_edited))
        .first(conn)
        .await
        .optional()?;
    match known {
        Some((course, edited, page_edited)) => {
            // Settings that were changed on the site stay, and so does the course's page.
            let settings = (edited != Some(true)).then_some(settings);
            let page_is_kept = page_edited == Some(true);
            let values = (!page_is_kept).then_some(values);
            let back = courses::retired_at.eq(None::<chrono::DateTime<Utc>>);
            diesel::update(courses::table.find(course))
                .set((courses::slug.eq(&draft.slug), back, values, settings))
                .execute(conn)
                .await?;
            if settings.is_some() {
                store_quiz_settings(conn, course, of_draft).await?;
            }
            if page_is_kept {
                take_page(conn, course, draft).await?;
            }
            Ok(StoredCourse {
                course,
                is_new: false,
                page_is_kept,
            })
        }
        None => {
            let is_published = new == NewCourse::Published;
            let published = (
                courses::is_published.eq(is_published),
                courses::published_at.eq(is_published.then(Utc::now)),
            );
            let course = diesel::insert_into(courses::table)
                .values((courses::slug.eq(&draft.slug), values, settings, published))
                .returning(courses::course_id)
                .get_result(conn)
                .await?;
            store_quiz_settings(conn, course, of_draft).await?;
            Ok(StoredCourse {
                course,
                is_new: true,
                page_is_kept: false,
            })
        }
    }
}

/// Stores the settings of quizzes that have a table of their own. A course with the usual settings
/// needs no row there.
async fn store_quiz_settings(
    conn: &mut Conn,
    course: CourseId,
    settings: &CourseSettings,
) -> QueryResult<()> {
    let values = (
        course_quiz_settings::attempts_allowed.eq(settings.attempts_allowed),
        course_quiz_settings::retry_wait_minutes.eq(settings.retry_wait_minutes),
        course_quiz_settings::partial_credit.eq(settings.partial_credit),
    );
    let is_usual = settings.attempts_allowed.is_none()
        && settings.retry_wait_minutes == 0
        && !settings.partial_credit;
    if is_usual {
        diesel::update(course_quiz_settings::table.find(course))
            .set(values)
            .execute(conn)
            .await?;
    } else {
        diesel::insert_into(course_quiz_settings::table)
            .values((course_quiz_settings::course_id.eq(course), values))
            .on_conflict(course_quiz_settings::course_id)
            .do_update()
            .set(values)
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Takes the title, description and language of the course's page into the draft, because other
/// parts are rendered with them.
async fn take_page(conn: &mut Conn, course: CourseId, draft: &mut CourseDraft) -> QueryResult<()> {
    (draft.title, draft.description, draft.language) = courses::table
        .find(course)
        .select((courses::title, courses::description, courses::language))
        .first(conn)
        .await?;
    Ok(())
}

/// Stores the fields that need all other parts to be stored first: counts, the rendered description
/// and the picture.
pub async fn finish_course(
    conn: &mut Conn,
    course: CourseId,
    draft: &CourseDraft,
    stored: &HashMap<String, FileId>,
    links: &Links<'_>,
) -> AppResult<()> {
    let thumbnail = draft
        .thumbnail
        .as_ref()
        .and_then(|key| stored.get(key).copied());
    diesel::update(courses::table.find(course))
        .set((
            courses::description_html.eq(links.markdown(&draft.description).html),
            courses::thumbnail_file_id.eq(thumbnail),
        ))
        .execute(conn)
        .await?;
    recount(conn, course).await?;
    Ok(())
}
