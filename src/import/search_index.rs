//! Updates the search index of a course, and the words that a typing error may be corrected to.
//! There is one list of words for each course and one for the catalog.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::lock;
use crate::course::StudyPersona;
use crate::course::server::search::Vocabulary;
use crate::course::server::{index, search};
use crate::notes::server::write as notes;
use crate::platform::db::schema::{courses, topic_blocks, topics};
use crate::platform::db::{Conn, Db, organizations};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, TopicId};

#[derive(Queryable, Selectable)]
#[diesel(table_name = courses)]
struct SearchedCourse {
    title: String,
    summary: String,
    tags: Vec<Option<String>>,
    authors: Vec<Option<String>>,
    language: String,
}

impl SearchedCourse {
    fn about(&self) -> String {
        let more: Vec<&str> = (self.tags.iter().chain(&self.authors))
            .flatten()
            .map(String::as_str)
            .collect();
        format!("{} {}", self.summary, more.join(" "))
    }
}

/// Returns the searchable text of rendered blocks.
pub fn text_of<'a>(blocks: impl Iterator<Item = &'a str>) -> String {
    let texts: Vec<String> = blocks.map(search::text_of).collect();
    texts.join("\n")
}

/// Indexes a course for the catalog, stores its topics' words, and queues the indexing of its
/// passages. The topics must already be indexed.
pub async fn refresh_course(conn: &mut Conn, course: CourseId, words: Vocabulary) -> AppResult<()> {
    let said: SearchedCourse = courses::table
        .find(course)
        .select(SearchedCourse::as_select())
        .first(conn)
        .await?;
    let titles: Vec<String> = topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::retired_at.is_null())
        .order((topics::module_no, topics::topic_number))
        .select(topics::title)
        .load(conn)
        .await?;
    let (about, titles) = (said.about(), titles.join("\n"));
    let texts = [said.title.as_str(), &about, &titles];
    search::course(conn, course, texts, &said.language).await?;
    search::replace_terms(conn, Some(course), words).await?;
    notes::queue(conn, course).await?;
    index::reindex_soon(conn, course).await
}

/// Rewrites the catalog's vocabulary from published courses only. Otherwise a correction could
/// reveal an unpublished course.
pub async fn refresh_catalog(conn: &mut Conn) -> AppResult<()> {
    let shown = courses::is_published.and(courses::retired_at.is_null());
    let mut words = Vocabulary::default();
    let said: Vec<SearchedCourse> = courses::table
        .filter(shown)
        .select(SearchedCourse::as_select())
        .load(conn)
        .await?;
    for said in said {
        words.add(&said.title);
        words.add(&said.about());
    }
    let titles: Vec<String> = topics::table
        .inner_join(courses::table)
        .filter(shown)
        .filter(topics::retired_at.is_null())
        .select(topics::title)
        .load(conn)
        .await?;
    for title in titles {
        words.add(&title);
    }
    Ok(search::replace_terms(conn, None, words).await?)
}

/// Indexes each course again whose index has an older version, one transaction for each course.
/// Returns the number of courses.
pub async fn reindex(db: &Db) -> AppResult<usize> {
    let mut indexed = 0;
    let all = {
        let mut conn = db.system().await?;
        organizations::list(&mut conn).await?
    };
    for (organization, _) in all {
        let organization = organization.organization_id;
        let old: Vec<(CourseId, String)> = db
            .within(organization, async |conn| {
                let old = courses::table
                    .filter(courses::search_version.ne(search::VERSION))
                    .select((courses::course_id, courses::slug))
                    .load(conn)
                    .await?;
                AppResult::Ok(old)
            })
            .await?;
        for (course, slug) in &old {
            db.within(organization, async |conn| {
                lock(conn, organization, slug).await?;
                reindex_course(conn, *course).await
            })
            .await?;
        }
        if !old.is_empty() {
            db.within(organization, async |conn| refresh_catalog(conn).await)
                .await?;
        }
        indexed += old.len();
    }
    Ok(indexed)
}

/// Indexes a course from the rendered blocks of its topics.
pub async fn reindex_course(conn: &mut Conn, course: CourseId) -> AppResult<()> {
    let language: String = courses::table
        .find(course)
        .select(courses::language)
        .first(conn)
        .await?;
    let titles: Vec<(TopicId, String)> = topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::retired_at.is_null())
        .select((topics::topic_id, topics::title))
        .load(conn)
        .await?;
    let blocks: Vec<(TopicId, String)> = topic_blocks::table
        .inner_join(topics::table)
        .filter(topics::course_id.eq(course))
        .filter(topics::retired_at.is_null())
        .filter(topic_blocks::study_persona.eq(StudyPersona::Normal))
        .order(topic_blocks::position)
        .select((topic_blocks::topic_id, topic_blocks::html))
        .load(conn)
        .await?;
    let mut html: HashMap<TopicId, Vec<String>> = HashMap::new();
    for (topic, block) in blocks {
        html.entry(topic).or_default().push(block);
    }
    let mut words = Vocabulary::default();
    for (topic, title) in titles {
        let blocks = html.remove(&topic).unwrap_or_default();
        let text = text_of(blocks.iter().map(String::as_str));
        search::topic(conn, topic, &title, &text, &language).await?;
        words.add(&title);
        words.add(&text);
    }
    refresh_course(conn, course, words).await
}
