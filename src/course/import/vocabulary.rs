//! The words that a search may correct a typing error to: those of one course, and those that the catalog shows.

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::course::draft::CourseDraft;
use crate::course::search;
use crate::platform::db::Conn;
use crate::platform::db::schema::{courses, topics};
use crate::platform::error::AppResult;
use crate::platform::ids::CourseId;

/// Indexes the course for the catalog, and its words for searches within it.
pub async fn refresh_course(
    conn: &mut Conn,
    course: CourseId,
    draft: &CourseDraft,
) -> AppResult<()> {
    let titles: Vec<&str> = draft
        .modules
        .iter()
        .flat_map(|module| module.topics.iter())
        .map(|topic| topic.title.as_str())
        .collect();
    diesel::sql_query(
        "update courses set search = setweight(to_tsvector('simple', $2), 'A') || setweight(to_tsvector($5::regconfig, $2), 'A')
             || setweight(to_tsvector('simple', $3), 'B') || setweight(to_tsvector($5::regconfig, $3), 'B')
             || setweight(to_tsvector('simple', $4), 'C') || setweight(to_tsvector($5::regconfig, $4), 'C')
         where course_id = $1",
    )
    .bind::<Uuid, _>(course)
    .bind::<Text, _>(&draft.title)
    .bind::<Text, _>(format!("{} {} {}", draft.summary, draft.tags.join(" "), draft.authors.join(" ")))
    .bind::<Text, _>(titles.join(" "))
    .bind::<Text, _>(search::dictionary(&draft.language))
    .execute(conn)
    .await?;
    // Every literal word of the topics is in their index already.
    let words: Vec<String> = diesel::sql_query(
        "select distinct lexeme from topics t, unnest(t.search) as w (lexeme, positions, weights)
         where t.course_id = $1 and t.retired_at is null",
    )
    .bind::<Uuid, _>(course)
    .load::<Lexeme>(conn)
    .await?
    .into_iter()
    .map(|word| word.lexeme)
    .collect();
    Ok(search::replace_terms(conn, Some(course), &words).await?)
}

/// Rewrites the catalog's vocabulary from what visitors may see, so that no correction tells of an unpublished course.
pub async fn refresh_catalog(conn: &mut Conn) -> AppResult<()> {
    let shown = courses::is_published.and(courses::retired_at.is_null());
    let mut texts: Vec<String> = courses::table
        .filter(shown)
        .select((
            courses::title,
            courses::summary,
            courses::tags,
            courses::authors,
        ))
        .load::<(String, String, Vec<Option<String>>, Vec<Option<String>>)>(conn)
        .await?
        .into_iter()
        .map(|(title, summary, tags, authors)| {
            let more: Vec<String> = tags.into_iter().chain(authors).flatten().collect();
            format!("{title} {summary} {}", more.join(" "))
        })
        .collect();
    texts.extend(
        topics::table
            .inner_join(courses::table)
            .filter(shown)
            .filter(topics::retired_at.is_null())
            .select(topics::title)
            .load::<String>(conn)
            .await?,
    );
    Ok(search::replace_terms(conn, None, &texts).await?)
}

#[derive(QueryableByName)]
struct Lexeme {
    #[diesel(sql_type = Text)]
    lexeme: String,
}
