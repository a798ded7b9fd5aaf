//! Makes a course of a document: its headings become modules and topics, its text the topics' text,
//! and rules draft questions, each with the passage that it rests on. The course is a draft.

mod outline;
mod questions;

use std::collections::{BTreeMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Array, Int4, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::json;

pub use self::questions::questions_of_text;

use self::outline::{outline, text};
use self::questions::{questions, terms};
use super::no_document;
use crate::authoring::server::create::{self, free_slug};
use crate::authoring::server::title as checked_title;
use crate::course::server::draft::{
    CourseDraft, CourseSettings, Level, ModuleDraft, TopicBody, TopicDraft,
};
use crate::course::server::native::{is_language_tag, limits};
use crate::import::{self, NewCourse};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::Admin;
use crate::platform::db::schema::{courses, documents};
use crate::platform::db::{Conn, statement};
use crate::platform::documents::escape;
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::http::Cx;
use crate::platform::ids::{CourseId, DocumentId};

/// A nugget of the document.
#[derive(Debug, Clone, QueryableByName)]
struct NuggetPassage {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Array<Text>)]
    heading_path: Vec<String>,
    #[diesel(sql_type = Text)]
    content: String,
    #[diesel(sql_type = Text)]
    content_html: String,
    #[diesel(sql_type = Nullable<Int4>)]
    page_from: Option<i32>,
    #[diesel(sql_type = Text)]
    page_kind: String,
}

#[derive(QueryableByName)]
struct DocumentSource {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Nullable<Text>)]
    language: Option<String>,
}

/// The name of a course and of its address, as they were typed.
pub struct TypedCourse {
    pub title: String,
    pub slug: String,
}

/// Makes the course. Returns its name in addresses.
///
/// # Errors
///
/// All problems of the form at once. Then nothing is stored.
pub async fn make(admin: &Admin, id: DocumentId, typed: &TypedCourse) -> AppResult<String> {
    let mut problems = FieldProblems::default();
    let title = problems.keep(checked_title("title", &typed.title));
    let slug = problems.keep(create::slug(&typed.slug, &typed.title));
    let (Some(title), Some(slug)) = (title, slug) else {
        return Err(problems.error());
    };
    let cx = admin.0.cx.clone();
    let wanted = slug.clone();
    let (source, passages) = cx
        .within(async move |conn| {
            check_free(conn, &wanted).await?;
            load(conn, id).await
        })
        .await?;
    if passages.is_empty() {
        return Err(AppError::field(
            "",
            "The document has no nuggets in use, so there is nothing to make a course of.",
        ));
    }
    let site_language = cx.organization.site.settings.language.clone();
    let draft = tokio::task::spawn_blocking(move || {
        let language = source.language.filter(|tag| is_language_tag(tag));
        draft(
            &source.title,
            &title,
            slug,
            language.unwrap_or(site_language),
            &passages,
        )
    });
    let draft = draft.await.map_err(|error| AppError::internal(&error))?;
    let within = cx.clone();
    // Rendering a long document computes for seconds.
    crate::authoring::imports::server::apart(async move {
        let by = within.clone();
        within
            .within(async move |conn| store(conn, &by, id, draft).await)
            .await
    })
    .await
}

/// Fails if another course has this name in its address.
async fn check_free(conn: &mut Conn, slug: &str) -> AppResult<()> {
    let sentence = "Another course has this name in its address. Choose another one.";
    match create::is_taken(conn, slug).await? {
        true => Err(AppError::field("slug", sentence)),
        false => Ok(()),
    }
}

async fn store(conn: &mut Conn, cx: &Cx, id: DocumentId, draft: CourseDraft) -> AppResult<String> {
    let organization = cx.organization.organization_id;
    // Two requests for the same name wait for each other.
    import::lock(conn, organization, &draft.slug).await?;
    check_free(conn, &draft.slug).await?;
    let files = cx.app.files.clone();
    let summary = import::store_draft(conn, &files, organization, draft, NewCourse::Draft).await?;
    let course: CourseId = courses::table
        .filter(courses::slug.eq(&summary.slug))
        .select(courses::course_id)
        .first(conn)
        .await?;
    diesel::update(documents::table.find(id))
        .set(documents::course_id.eq(course))
        .execute(conn)
        .await?;
    let counts = json!({
        "slug": summary.slug, "document": id, "topics": summary.topics.added.len(),
        "questions": summary.questions.added.len(),
    });
    AuditEntry::done("course.created")
        .of("course", course)
        .change(None, Some(counts))
        .by(cx)
        .write(conn)
        .await?;
    Ok(summary.slug)
}

async fn load(conn: &mut Conn, id: DocumentId) -> AppResult<(DocumentSource, Vec<NuggetPassage>)> {
    let source: Option<DocumentSource> =
        statement("select title, language from documents where document_id = $1")
            .bind::<SqlUuid, _>(id)
            .get_result(conn)
            .await
            .optional()?;
    let source = source.ok_or_else(no_document)?;
    let passages = statement(
        "select n.title, n.heading_path, n.content, n.content_html, s.page_from, d.page_kind
         from nugget_sources s join nuggets n on n.nugget_id = s.nugget_id
         join documents d on d.document_id = s.document_id
         where s.document_id = $1 and n.retired_at is null and n.status = 'ready' and s.gone_at is null
         order by s.chunk_index, n.nugget_id",
    )
    .bind::<SqlUuid, _>(id)
    .load(conn)
    .await?;
    Ok((source, passages))
}

fn draft(
    source: &str,
    title: &str,
    slug: String,
    language: String,
    passages: &[NuggetPassage],
) -> CourseDraft {
    let outline = outline(passages, title);
    let terms = terms(passages);
    let mut slugs = HashSet::new();
    let mut keys = HashSet::new();
    let mut modules = Vec::new();
    for (module, number) in outline.iter().zip(1..) {
        let topics = module.topics.iter().zip(1..).map(|(topic, place)| {
            let key = free_slug(&topic.title, &slugs);
            slugs.insert(key.clone());
            let own: Vec<&NuggetPassage> = topic
                .passages
                .iter()
                .filter_map(|at| passages.get(*at))
                .collect();
            TopicDraft {
                number: place,
                key,
                former_keys: Vec::new(),
                title: shortened(&topic.title, limits::TITLE),
                is_draft: false,
                body: TopicBody::Markdown(text(&own, topic.depth)),
                narrations: BTreeMap::new(),
                video_url: None,
                ppt_url: None,
                assets: Vec::new(),
                simulations: Vec::new(),
                cold_calls: Vec::new(),
                suggestions: Vec::new(),
                questions: questions(&own, &terms, &mut keys),
            }
        });
        modules.push(ModuleDraft {
            number,
            title: shortened(&module.title, limits::TITLE),
            summary: String::new(),
            gates: true,
            topics: topics.collect(),
        });
    }
    CourseDraft {
        slug,
        former_slug: None,
        title: title.to_owned(),
        summary: shortened(
            &format!("Made of the document “{source}”."),
            limits::SUMMARY,
        ),
        description: format!(
            "This course was made of the document “{}”. Its questions were drafted by rules; check each before you publish the course.",
            escape(source)
        ),
        language,
        level: Level::Beginner,
        tags: Vec::new(),
        authors: Vec::new(),
        outcomes: Vec::new(),
        license: None,
        price_cents: 0,
        currency: "USD".to_owned(),
        cohort_only: false,
        settings: CourseSettings::OPEN,
        modules,
        files: Vec::new(),
        thumbnail: None,
        is_export: false,
    }
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::markdown;

    /// A nugget of page 3 below these headings.
    pub fn passage(path: &[&str], content: &str) -> NuggetPassage {
        NuggetPassage {
            title: path.last().copied().unwrap_or("A book").to_owned(),
            heading_path: path.iter().map(|&heading| heading.to_owned()).collect(),
            content: content.to_owned(),
            content_html: markdown::render(content, &|_, _| None).html,
            page_from: Some(3),
            page_kind: "page".to_owned(),
        }
    }
}
