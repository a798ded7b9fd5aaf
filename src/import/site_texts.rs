//! Texts that an import leaves as the site has them: their pictures and other files stay in reach.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::course::server::draft::CourseDraft;
use crate::course::server::files::{OF_QUESTIONS, OF_TOPICS, address};
use crate::platform::db::schema::course_files;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, FileId, TopicId};

/// Keeps the title and the text that an import brings for such a topic, until somebody decides
/// between them and those of the site. There is nothing to decide if both are the same, or if the
/// source has not changed.
pub async fn keep_source(
    conn: &mut Conn,
    topic: TopicId,
    (title, text): (&str, &str),
    is_same: bool,
) -> QueryResult<()> {
    statement(
        "with new as (
             select $2 as title, $3 as body,
                    $4 or exists (select from topic_drafts d where d.topic_id = $1 and not d.is_published
                                  and d.title = $2 and d.body = $3) as is_same
         )
         insert into topic_sources as s (topic_id, base_title, base_body, source_title, source_body, imported_at)
         select $1, case when is_same then title end, case when is_same then body end,
                case when not is_same then title end, case when not is_same then body end,
                case when not is_same then now() end
         from new
         on conflict (topic_id) do update set
             base_title = coalesce(excluded.base_title, s.base_title),
             base_body = coalesce(excluded.base_body, s.base_body),
             source_title = case when (excluded.source_title, excluded.source_body) is distinct from (s.base_title, s.base_body)
                                 then excluded.source_title end,
             source_body = case when (excluded.source_title, excluded.source_body) is distinct from (s.base_title, s.base_body)
                                then excluded.source_body end,
             imported_at = case
                 when excluded.source_body is null
                     or (excluded.source_title, excluded.source_body) is not distinct from (s.base_title, s.base_body) then null
                 when (excluded.source_title, excluded.source_body) is not distinct from (s.source_title, s.source_body)
                     then s.imported_at
                 else excluded.imported_at end",
    )
    .bind::<Uuid, _>(topic)
    .bind::<Text, _>(title)
    .bind::<Text, _>(text)
    .bind::<Bool, _>(is_same)
    .execute(conn)
    .await
    .map(drop)
}

/// A file whose content has changed, and which therefore has another id.
pub struct ReplacedFile {
    pub key: String,
    pub was: FileId,
    pub now: FileId,
}

/// Rendered texts of a course: the table, its columns, and the rows of the course `$1`.
const RENDERED: [(&str, &[&str], &str); 7] = [
    (
        "topic_blocks",
        &["html"],
        "topic_id in (select topic_id from topics where course_id = $1)",
    ),
    ("topic_content_assets", &["html"], "course_id = $1"),
    (
        "quiz_questions",
        &["prompt_html", "explanation_html"],
        "course_id = $1",
    ),
    (
        "quiz_options",
        &["option_html"],
        "question_id in (select question_id from quiz_questions where course_id = $1)",
    ),
    ("simulation_exercises", &["brief_html"], "course_id = $1"),
    (
        "topic_prompt_suggestions",
        &["answer_html"],
        "course_id = $1",
    ),
    ("courses", &["description_html"], "course_id = $1"),
];

/// A rendered text with files. Topics that an import has retired do not count as the site's.
const WITH_FILES: &str = "
    with mine as (
        select topic_id, retired_at is null or hidden_as is not null or made_on_site or edited_at is not null as is_kept
        from topics where course_id = $1
    )
    select x.html, x.is_kept from (
        select b.html, m.is_kept from topic_blocks b join mine m using (topic_id)
        union all select a.html, m.is_kept from topic_content_assets a join mine m using (topic_id)
        union all select q.prompt_html || coalesce(q.explanation_html, ''), q.retired_at is null
                  from quiz_questions q where q.course_id = $1
        union all select o.option_html, q.retired_at is null
                  from quiz_options o join quiz_questions q using (question_id) where q.course_id = $1
        union all select e.brief_html, e.retired_at is null or e.edited_at is not null from simulation_exercises e where e.course_id = $1
        union all select s.answer_html, true from topic_prompt_suggestions s where s.course_id = $1
        union all select c.description_html, true from courses c where c.course_id = $1
    ) x
    where strpos(x.html, '/files/') > 0";

/// Texts that were written on the site and may be published or restored.
const SOURCES: &str = "
    select x.body as html, true as is_kept from (
        select d.body from topic_drafts d join topics t using (topic_id) where t.course_id = $1 and not d.is_published
        union all select v.body from topic_versions v join topics t using (topic_id) where t.course_id = $1
    ) x
    where strpos(x.body, 'file:') > 0";

#[derive(QueryableByName)]
struct SiteText {
    #[diesel(sql_type = Text)]
    html: String,
    #[diesel(sql_type = Bool)]
    is_kept: bool,
}

/// Gives the new addresses of replaced files to texts that the import did not render, and removes
/// the files that neither the draft nor a text of the site has.
pub async fn settle(
    conn: &mut Conn,
    course: CourseId,
    draft: &CourseDraft,
    replaced: &[ReplacedFile],
) -> AppResult<()> {
    let names: Vec<&str> = draft.files.iter().map(|file| file.key.as_str()).collect();
    let dropped: Vec<(String, FileId)> = course_files::table
        .filter(course_files::course_id.eq(course))
        .filter(course_files::name.ne_all(names))
        .filter(course_files::name.not_like(format!("{OF_QUESTIONS}%")))
        .filter(course_files::name.not_like(format!("{OF_TOPICS}%")))
        .select((course_files::name, course_files::file_id))
        .load(conn)
        .await?;
    if dropped.is_empty() && replaced.is_empty() {
        return Ok(());
    }
    let texts: Vec<SiteText> = statement(WITH_FILES)
        .bind::<Uuid, _>(course)
        .load(conn)
        .await?;
    let (mut all, mut kept) = (HashSet::new(), HashSet::new());
    for text in &texts {
        for address in addresses(&text.html) {
            all.insert(address);
            if text.is_kept {
                kept.insert(address);
            }
        }
    }
    give_new_addresses(conn, course, replaced, &all).await?;
    if dropped.is_empty() {
        return Ok(());
    }
    let sources: Vec<SiteText> = statement(SOURCES)
        .bind::<Uuid, _>(course)
        .load(conn)
        .await?;
    let is_written = |name: &str| {
        let written = format!("file:{name}");
        sources.iter().any(|source| source.html.contains(&written))
    };
    let unused: Vec<String> = dropped
        .into_iter()
        .filter(|(name, file)| !kept.contains(address(*file, name).as_str()) && !is_written(name))
        .map(|(name, _)| name)
        .collect();
    diesel::delete(
        course_files::table
            .filter(course_files::course_id.eq(course))
            .filter(course_files::name.eq_any(unused)),
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn give_new_addresses(
    conn: &mut Conn,
    course: CourseId,
    replaced: &[ReplacedFile],
    found: &HashSet<&str>,
) -> QueryResult<()> {
    if replaced.is_empty() {
        return Ok(());
    }
    // Another file of the course can have the old content, and then the old address leads to it.
    let present: HashSet<String> = crate::course::server::store::file_addresses(conn, course)
        .await?
        .into_values()
        .collect();
    let new: HashMap<String, String> = replaced
        .iter()
        .map(|file| (address(file.was, &file.key), address(file.now, &file.key)))
        .filter(|(was, _)| found.contains(was.as_str()) && !present.contains(was))
        .collect();
    for (was, now) in &new {
        for (table, columns, rows) in RENDERED {
            for column in columns {
                statement(format!(
                    "update {table} set {column} = replace({column}, $2, $3)
                     where {rows} and strpos({column}, $2) > 0"
                ))
                .bind::<Uuid, _>(course)
                .bind::<Text, _>(was)
                .bind::<Text, _>(now)
                .execute(conn)
                .await?;
            }
        }
    }
    Ok(())
}

/// The addresses of files in a rendered text.
fn addresses(html: &str) -> impl Iterator<Item = &str> {
    html.match_indices("/files/").map(|(start, _)| {
        let rest = &html[start..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"/._-".contains(c));
        &rest[..end.unwrap_or(rest.len())]
    })
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn addresses_end_where_their_attribute_ends() {
        let html = "<img src=\"/files/1-2/a.png\"> <a href=\"/files/3/b-1.csv#top\">/files/4/c</a>";
        let found: Vec<&str> = addresses(html).collect();
        assert_eq!(
            found,
            ["/files/1-2/a.png", "/files/3/b-1.csv", "/files/4/c"]
        );
    }
}
