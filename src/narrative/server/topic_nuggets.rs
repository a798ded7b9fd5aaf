//! Makes nuggets of the topics of a course: parts of a topic's text with their concepts. A part
//! whose text is unchanged keeps its nugget. A changed part takes over the nugget at its place, so
//! that paths with this nugget keep their text.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Int4, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::course::server::search::{text_of, without_practice};
use crate::mastery::server::concepts::concept_key;
use crate::notes::server::extract::{find_word, sentences};
use crate::notes::server::store::concepts_of;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, NuggetId, TopicId};
use crate::study::server::store::materials::topic_texts;

/// Characters of a part: a heading begins a new one after `LEAST`, and no part goes on after
/// `MOST`.
const LEAST: usize = 400;
const MOST: usize = 2_000;

/// Most prerequisites of a nugget: those that were defined last.
const PREREQUISITES: usize = 4;

/// Characters of a title.
const TITLE: usize = 200;

#[derive(Debug, Clone, PartialEq)]
struct TopicPart {
    /// Text of the part's first heading. Empty without one.
    heading: String,
    html: String,
    text: String,
}

/// Elements without an end tag.
const VOID: [&str; 12] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "source", "track", "wbr",
];

/// Cuts HTML between its outermost elements.
fn outermost(html: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut from) = (0usize, 0);
    let mut at = 0;
    while let Some(open) = html.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + open;
        let Some(length) = html.get(start..).and_then(|rest| rest.find('>')) else {
            break;
        };
        let end = start + length + 1;
        let tag = html.get(start + 1..end - 1).unwrap_or_default();
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !tag.ends_with('/') && !tag.starts_with('!') && !VOID.contains(&name.as_str()) {
            depth += 1;
        }
        if depth == 0 {
            found.extend(html.get(from..end));
            from = end;
        }
        at = end;
    }
    found.extend(html.get(from..));
    found.retain(|part| !part.trim().is_empty());
    found
}

/// Cuts the text of a topic into parts, never through an element.
fn parts(html: &str) -> Vec<TopicPart> {
    let html = without_practice(html);
    let mut parts: Vec<TopicPart> = Vec::new();
    for element in outermost(&html) {
        let text = text_of(element);
        let is_heading = ["<h1", "<h2", "<h3"]
            .iter()
            .any(|tag| element.trim_start().starts_with(tag));
        let length = |part: &TopicPart| part.text.chars().count();
        let begins = match parts.last() {
            None => true,
            Some(last) => {
                (is_heading && length(last) >= LEAST)
                    || length(last) + text.chars().count() > MOST && length(last) > 0
            }
        };
        if begins {
            parts.push(TopicPart {
                heading: String::new(),
                html: String::new(),
                text: String::new(),
            });
        }
        if let Some(last) = parts.last_mut() {
            if is_heading && last.heading.is_empty() {
                last.heading = text.trim().to_owned();
            }
            last.html.push_str(element);
            last.text.push_str(&text);
            last.text.push('\n');
        }
    }
    parts.retain(|part| !part.text.trim().is_empty());
    parts
}

/// Difficulty from 1 to 10 by the readability index LIX (Björnsson, "Läsbarhet", 1968): words of a
/// sentence, and percent of words with more than six letters. A LIX of 20 is easy, one of 60 hard.
fn difficulty(text: &str) -> u8 {
    let words: Vec<&str> = text.split_whitespace().collect();
    let count = words.len().max(1) as f64;
    let long = words.iter().filter(|word| word.chars().count() > 6).count() as f64;
    let lix = count / sentences(text).len().max(1) as f64 + 100.0 * long / count;
    (1.0 + (lix - 20.0) / 40.0 * 9.0).clamp(1.0, 10.0).round() as u8
}

/// A nugget that is to be stored.
struct NewTopicNugget {
    topic: TopicId,
    position: i32,
    title: String,
    heading_path: Vec<String>,
    html: String,
    text: String,
    metadata: Value,
    hash: String,
}

#[derive(QueryableByName)]
struct NuggetTopicRow {
    #[diesel(sql_type = SqlUuid)]
    topic_id: TopicId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Jsonb)]
    key_concepts: Value,
    #[diesel(sql_type = Text)]
    language: String,
}

#[derive(QueryableByName)]
struct StoredTopicNugget {
    #[diesel(sql_type = SqlUuid)]
    nugget_id: NuggetId,
    #[diesel(sql_type = SqlUuid)]
    topic_id: TopicId,
    #[diesel(sql_type = Text)]
    content_hash: String,
    #[diesel(sql_type = Int4)]
    position: i32,
    #[diesel(sql_type = Bool)]
    is_edited: bool,
}

/// Makes the nuggets of a course's topics, or brings them up to date. Running it again changes
/// nothing. Returns them in the order of the course.
pub async fn make(conn: &mut Conn, course: CourseId) -> AppResult<Vec<NuggetId>> {
    let topics: Vec<NuggetTopicRow> = statement(
        "select t.topic_id, t.title, coalesce(n.key_concepts, '[]') as key_concepts, c.language
         from topics t join courses c on c.course_id = t.course_id left join ai_notes n on n.topic_id = t.topic_id
         where t.course_id = $1 and t.retired_at is null order by t.module_no, t.topic_number",
    )
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await?;
    let language = topics
        .as_slice()
        .first()
        .map(|topic| topic.language.clone());
    let ids: Vec<TopicId> = topics.iter().map(|topic| topic.topic_id).collect();
    let mut texts: HashMap<TopicId, String> = HashMap::new();
    for (topic, html) in topic_texts(conn, &ids).await? {
        texts.entry(topic).or_default().push_str(&html);
    }
    let made = tokio::task::spawn_blocking(move || nuggets(&topics, &texts)).await;
    let made = made.map_err(|error| crate::platform::error::AppError::internal(&error))?;
    store(conn, course, language, made).await
}

fn nuggets(topics: &[NuggetTopicRow], texts: &HashMap<TopicId, String>) -> Vec<NewTopicNugget> {
    let mut before: Vec<String> = Vec::new();
    let mut made = Vec::new();
    for topic in topics {
        let concepts = concepts_of(topic.key_concepts.clone());
        let parts = parts(texts.get(&topic.topic_id).map_or("", String::as_str));
        let mut taught: HashSet<String> = HashSet::new();
        for (part, position) in parts.into_iter().zip(0..) {
            let lower = part.text.to_lowercase();
            let names = |name: &str| find_word(&lower, &name.to_lowercase()).is_some();
            let defined = |concept: &crate::notes::server::store::KeyConcept| {
                part.text.contains(&concept.definition) || names(&concept.concept)
            };
            let own: Vec<String> = concepts
                .iter()
                .filter(|concept| !taught.contains(&concept.concept) && defined(concept))
                .map(|concept| concept.concept.clone())
                .collect();
            taught.extend(own.iter().cloned());
            let own_keys: HashSet<String> = own.iter().map(|name| concept_key(name)).collect();
            let used = before.iter().rev();
            let used = used.filter(|name| names(name) && !own_keys.contains(&concept_key(name)));
            let prerequisites: Vec<String> = used.take(PREREQUISITES).cloned().collect();
            let words = part.text.split_whitespace().count();
            let metadata = json!({
                "version": 1, "topics": [topic.title], "concepts": own, "prerequisites": prerequisites, "related": [],
                "difficulty": difficulty(&part.text), "minutes": words.div_ceil(200).max(1),
            });
            let is_whole = part.heading.is_empty() || part.heading == topic.title;
            let title = if is_whole {
                &topic.title
            } else {
                &part.heading
            };
            let digest = Sha256::digest(part.html.as_bytes());
            made.push(NewTopicNugget {
                topic: topic.topic_id,
                position,
                title: title.chars().take(TITLE).collect(),
                heading_path: vec![topic.title.clone()],
                html: part.html,
                text: part.text.trim().to_owned(),
                metadata,
                hash: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            });
            before.extend(own);
        }
    }
    made
}

async fn store(
    conn: &mut Conn,
    course: CourseId,
    language: Option<String>,
    made: Vec<NewTopicNugget>,
) -> AppResult<Vec<NuggetId>> {
    // Retired nuggets come last, so that they are taken only where no other one fits.
    let mut unused: Vec<StoredTopicNugget> = statement(
        "select n.nugget_id, s.topic_id, n.content_hash, s.position, n.is_edited
         from topic_nuggets s join nuggets n on n.nugget_id = s.nugget_id join topics t on t.topic_id = s.topic_id
         where t.course_id = $1 order by n.retired_at is not null, s.position, n.nugget_id for update of n",
    )
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await?;
    let unchanged: Vec<Option<NuggetId>> = made
        .iter()
        .map(|new| {
            take(&mut unused, |row| {
                row.topic_id == new.topic && row.content_hash == new.hash
            })
        })
        .collect();
    let mut ids = Vec::new();
    for (new, same) in made.iter().zip(unchanged) {
        let at_its_place = |row: &StoredTopicNugget| {
            row.topic_id == new.topic && row.position == new.position && !row.is_edited
        };
        let id = match same {
            Some(id) => id,
            None => match take(&mut unused, at_its_place) {
                Some(id) => {
                    refresh(conn, id, new, language.as_deref()).await?;
                    id
                }
                None => insert(conn, new, language.as_deref()).await?,
            },
        };
        // The metadata follow the notes, unless a person has edited the nugget.
        statement(
            "update nuggets set retired_at = null, metadata = case when is_edited then metadata else $2 end
             where nugget_id = $1 and (retired_at is not null or (not is_edited and metadata <> $2))",
        )
        .bind::<SqlUuid, _>(id)
        .bind::<Jsonb, _>(&new.metadata)
        .execute(conn)
        .await?;
        statement("update topic_nuggets set position = $2 where nugget_id = $1 and position <> $2")
            .bind::<SqlUuid, _>(id)
            .bind::<Int4, _>(new.position)
            .execute(conn)
            .await?;
        ids.push(id);
    }
    let gone: Vec<NuggetId> = unused.iter().map(|row| row.nugget_id).collect();
    statement(
        "update nuggets set retired_at = now() where nugget_id = any($1) and retired_at is null",
    )
    .bind::<Array<SqlUuid>, _>(gone)
    .execute(conn)
    .await?;
    Ok(ids)
}

/// Removes the first nugget that fits, and returns its id.
fn take(
    unused: &mut Vec<StoredTopicNugget>,
    fits: impl Fn(&StoredTopicNugget) -> bool,
) -> Option<NuggetId> {
    let at = unused.iter().position(fits)?;
    Some(unused.remove(at).nugget_id)
}

/// Gives a nugget the text of a part. Slides and narration of the text before are dropped.
async fn refresh(
    conn: &mut Conn,
    id: NuggetId,
    new: &NewTopicNugget,
    language: Option<&str>,
) -> QueryResult<()> {
    statement(
        "update nuggets set title = $2, heading_path = $3, content = $4, content_html = $5, metadata = $6,
                language = $7, content_hash = $8, slides = null, audio_url = null, embedding = null, embedding_model = null
         where nugget_id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(&new.title)
    .bind::<Array<Text>, _>(&new.heading_path)
    .bind::<Text, _>(&new.text)
    .bind::<Text, _>(&new.html)
    .bind::<Jsonb, _>(&new.metadata)
    .bind::<Nullable<Text>, _>(language)
    .bind::<Text, _>(&new.hash)
    .execute(conn)
    .await
    .map(drop)
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    nugget_id: NuggetId,
}

async fn insert(
    conn: &mut Conn,
    new: &NewTopicNugget,
    language: Option<&str>,
) -> QueryResult<NuggetId> {
    let row: IdRow = statement(
        "with made as (
             insert into nuggets (title, heading_path, content, content_html, metadata, status, language, content_hash)
             values ($1, $2, $3, $4, $5, 'ready', $6, $7) returning nugget_id
         ), linked as (
             insert into topic_nuggets (nugget_id, topic_id, position) select nugget_id, $8, $9 from made
         )
         select nugget_id from made",
    )
    .bind::<Text, _>(&new.title)
    .bind::<Array<Text>, _>(&new.heading_path)
    .bind::<Text, _>(&new.text)
    .bind::<Text, _>(&new.html)
    .bind::<Jsonb, _>(&new.metadata)
    .bind::<Nullable<Text>, _>(language)
    .bind::<Text, _>(&new.hash)
    .bind::<SqlUuid, _>(new.topic)
    .bind::<Int4, _>(new.position)
    .get_result(conn)
    .await?;
    Ok(row.nugget_id)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_topic_is_cut_at_its_headings() {
        let long = "Words that fill a part. ".repeat(20);
        let html = format!(
            "<h2>One</h2><p>{long}</p><div><h2>Inside</h2><p>x</p></div><h2>Two</h2><ul><li>a<br>b</li></ul>"
        );
        let cut = parts(&html);
        let headings: Vec<&str> = cut.iter().map(|part| part.heading.as_str()).collect();
        assert_eq!(headings, ["One", "Two"]);
        assert!(cut[0].html.ends_with("</div>"), "{}", cut[0].html);
    }

    #[test]
    fn short_sentences_of_short_words_are_easy() {
        let easy = difficulty("The cat sat. It was a cat. It ran off.");
        let hard = difficulty(
            "Notwithstanding considerable methodological heterogeneity, investigators consistently demonstrated statistically significant associations between socioeconomic circumstances and cardiovascular outcomes.",
        );
        assert!(easy <= 2 && hard >= 9, "{easy} {hard}");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_when_a_text_is_cut(blocks in prop::collection::vec("(<p>|<h2>|<div><p>)[a-z ]{0,900}", 0..8)) {
            let html: String = blocks
                .iter()
                .map(|block| match block.get(..4) {
                    Some("<h2>") => format!("{block}</h2>"),
                    Some("<div") => format!("{block}</p></div>"),
                    _ => format!("{block}</p>"),
                })
                .collect();
            prop_assert_eq!(outermost(&html).concat(), html.clone());
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let cut: Vec<String> = parts(&html).iter().flat_map(|part| words(&part.text)).collect();
            let whole: Vec<String> = outermost(&html).iter().flat_map(|part| words(&text_of(part))).collect();
            prop_assert_eq!(cut, whole);
        }
    }
}
