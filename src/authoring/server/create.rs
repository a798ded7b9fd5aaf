//! Makes a course from nothing.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::typed_outline::{self, TypedModule};
use super::{slug_of, title};
use crate::authoring::{NewCourseForm, OUTLINE_CHARACTERS, SLUG_CHARACTERS, SUMMARY_CHARACTERS};
use crate::course::ContentType;
use crate::course::server::native::{is_language_tag, is_slug};
use crate::course::server::outline::settle;
use crate::import;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::Admin;
use crate::platform::db::Conn;
use crate::platform::db::schema::{course_modules, courses, topics};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::ids::CourseId;
use crate::platform::{figures, names};

/// Names that pages use in the place of a course.
const RESERVED: &str = "courses";

/// Makes the course and returns its name in addresses.
///
/// # Errors
///
/// All problems of the form at once. Then nothing is stored.
pub async fn course(conn: &mut Conn, admin: &Admin, form: &NewCourseForm) -> AppResult<String> {
    let cx = &admin.0.cx;
    let mut problems = FieldProblems::default();
    let title = problems.keep(title("title", &form.title));
    let slug = problems.keep(slug(&form.slug, &form.title));
    let summary = problems.keep(summary(&form.summary));
    let language = form.language.trim();
    if !is_language_tag(language) {
        problems.add("language", "Choose a language.");
    }
    let modules = problems.keep(modules(&form.outline));
    if let Some(slug) = &slug {
        // Two requests for the same name wait for each other.
        import::lock(conn, cx.organization.organization_id, slug).await?;
        if is_taken(conn, slug).await? {
            let sentence = "Another course has this name in its address. Choose another one.";
            problems.add("slug", sentence);
        }
    }
    let (Some(title), Some(slug), Some(summary), Some(modules)) = (title, slug, summary, modules)
    else {
        return Err(problems.error());
    };
    problems.check()?;
    let course: CourseId = diesel::insert_into(courses::table)
        .values((
            courses::slug.eq(&slug),
            courses::title.eq(&title),
            courses::summary.eq(&summary),
            courses::language.eq(language),
        ))
        .returning(courses::course_id)
        .get_result(conn)
        .await?;
    store_modules(conn, course, &modules).await?;
    settle(conn, course).await?;
    import::reindex_course(conn, course).await?;
    let counts = json!({
        "slug": slug, "title": title, "modules": modules.len(),
        "topics": modules.iter().map(|module| module.topics.len()).sum::<usize>(),
    });
    AuditEntry::done("course.created")
        .of("course", course)
        .change(None, Some(counts))
        .by(cx)
        .write(conn)
        .await?;
    Ok(slug)
}

/// Reads a course's name in addresses, or makes it from the title if none is typed.
pub fn slug(typed: &str, title: &str) -> AppResult<String> {
    let typed = typed.trim();
    let slug = match typed {
        "" => slug_of(&names::tidy(title)),
        typed => typed.to_owned(),
    };
    let problem = |sentence: &str| Err(AppError::field("slug", sentence));
    if slug.is_empty() {
        return problem("Enter a name for the course’s address.");
    }
    if slug == RESERVED {
        return problem("This name is reserved. Choose another one.");
    }
    if slug.len() > SLUG_CHARACTERS as usize {
        return problem(&figures::use_at_most(SLUG_CHARACTERS));
    }
    match is_slug(&slug) {
        true => Ok(slug),
        false => problem("Use lowercase letters from a to z, digits and single hyphens."),
    }
}

fn summary(typed: &str) -> AppResult<String> {
    let summary = names::tidy(typed);
    match summary.chars().count() {
        0 => Err(AppError::field(
            "summary",
            "Enter one or two sentences. The catalog shows them.",
        )),
        length if length > SUMMARY_CHARACTERS as usize => Err(AppError::field(
            "summary",
            figures::use_at_most(SUMMARY_CHARACTERS),
        )),
        _ => Ok(summary),
    }
}

fn modules(typed: &str) -> AppResult<Vec<TypedModule>> {
    if typed.chars().count() > OUTLINE_CHARACTERS as usize {
        return Err(AppError::field(
            "outline",
            figures::use_at_most(OUTLINE_CHARACTERS),
        ));
    }
    typed_outline::read(typed).map_err(|problems| AppError::field("outline", problems.join(" ")))
}

/// Returns true if a course has this name in addresses.
pub async fn is_taken(conn: &mut Conn, slug: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        courses::table.filter(courses::slug.eq(slug)),
    ))
    .get_result(conn)
    .await
}

async fn store_modules(
    conn: &mut Conn,
    course: CourseId,
    modules: &[TypedModule],
) -> QueryResult<()> {
    let mut slugs = HashSet::new();
    for (module, number) in modules.iter().zip(1i32..) {
        diesel::insert_into(course_modules::table)
            .values((
                course_modules::course_id.eq(course),
                course_modules::module_no.eq(number),
                course_modules::title.eq(&module.title),
            ))
            .execute(conn)
            .await?;
        for (title, place) in module.topics.iter().zip(1i32..) {
            let slug = free_slug(title, &slugs);
            slugs.insert(slug.clone());
            add_topic(conn, course, number, place, (&slug, title)).await?;
        }
    }
    Ok(())
}

/// Adds a draft without text at a place of a module.
pub async fn add_topic(
    conn: &mut Conn,
    course: CourseId,
    module: i32,
    place: i32,
    (slug, title): (&str, &str),
) -> QueryResult<()> {
    diesel::insert_into(topics::table)
        .values((
            topics::course_id.eq(course),
            topics::module_no.eq(module),
            topics::topic_number.eq(place),
            topics::outline_order.eq(place),
            topics::slug.eq(slug),
            topics::title.eq(title),
            topics::content_type.eq(ContentType::Text),
            topics::made_on_site.eq(true),
            topics::hidden_as.eq("draft"),
            topics::retired_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Names that addresses below a course use for its other pages.
const PAGES: [&str; 3] = ["cohort", "quiz", "exam"];

/// Returns a name for the topic in addresses that no other topic of the course has.
pub fn free_slug(title: &str, taken: &HashSet<String>) -> String {
    let wanted = match slug_of(title) {
        slug if slug.is_empty() || PAGES.contains(&slug.as_str()) => "topic".to_owned(),
        slug => slug,
    };
    let is_free = |slug: &String| !taken.contains(slug);
    let end = wanted.len().min(SLUG_CHARACTERS as usize - 5);
    let stem = wanted[..end].trim_end_matches('-');
    let numbered = (2..).map(|number| format!("{stem}-{number}"));
    let free = std::iter::once(wanted.clone())
        .chain(numbered)
        .find(is_free);
    free.unwrap_or(wanted)
}
