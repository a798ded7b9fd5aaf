//! Stores modules, topics, their rendered blocks and their assets.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::Utc;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::{Changes, search_index, site_texts};
use crate::course::server::draft::{BlockDraft, CourseDraft, TopicBody, TopicDraft};
use crate::course::server::render;
use crate::course::server::render::{Links, RenderedBody};
use crate::course::server::search;
use crate::course::server::search::Vocabulary;
use crate::course::{ContentType, StudyPersona, reading_minutes};
use crate::platform::db::Conn;
use crate::platform::db::schema::{
    course_modules, module_progress, quiz_attempts, topic_blocks, topic_content_assets, topics,
};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, TopicId};

pub async fn store_modules(
    conn: &mut Conn,
    course: CourseId,
    draft: &CourseDraft,
) -> AppResult<()> {
    for module in &draft.modules {
        let values = (
            course_modules::summary.eq(&module.summary),
            course_modules::gates.eq(module.gates),
        );
        let known = course_modules::table
            .filter(course_modules::course_id.eq(course))
            .filter(course_modules::module_no.eq(module.number));
        // A title that was changed on the site stays.
        let titled = known.filter(course_modules::edited_at.is_null());
        diesel::update(titled)
            .set(course_modules::title.eq(&module.title))
            .execute(conn)
            .await?;
        if diesel::update(known).set(values).execute(conn).await? == 0 {
            diesel::insert_into(course_modules::table)
                .values((
                    course_modules::course_id.eq(course),
                    course_modules::module_no.eq(module.number),
                    course_modules::title.eq(&module.title),
                    values,
                ))
                .execute(conn)
                .await?;
        }
    }
    let mut numbers: Vec<i32> = draft.modules.iter().map(|module| module.number).collect();
    // Modules of topics that were made on the site stay too.
    let own: Vec<i32> = topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::made_on_site)
        .select(topics::module_no)
        .distinct()
        .load(conn)
        .await?;
    numbers.extend(own);
    diesel::delete(
        course_modules::table
            .filter(course_modules::course_id.eq(course))
            .filter(course_modules::module_no.ne_all(numbers)),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Result of storing the topics.
pub struct StoredTopics {
    pub ids: HashMap<String, TopicId>,
    pub changes: Changes,
    /// Old and new number of each module whose topics now have another module number.
    pub moved: BTreeSet<(i32, i32)>,
    /// Words of the topics, for searches within the course.
    pub words: Vocabulary,
}

/// Returns the modules that learners have reached: a quiz was taken, or the module was unlocked.
pub async fn reached_modules(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<i32>> {
    let mut reached: Vec<i32> = quiz_attempts::table
        .filter(quiz_attempts::course_id.eq(course))
        .select(quiz_attempts::module_no)
        .distinct()
        .load(conn)
        .await?;
    let opened: Vec<i32> = module_progress::table
        .filter(module_progress::course_id.eq(course))
        .filter(module_progress::unlocked_at.is_not_null())
        .select(module_progress::module_no)
        .distinct()
        .load(conn)
        .await?;
    reached.extend(opened);
    Ok(reached)
}

/// The stored version of a topic, to tell what changed.
struct KnownTopic {
    slug: String,
    topic_id: TopicId,
    title: String,
    module_no: i32,
    topic_number: i32,
    content: [Option<String>; 4],
    is_retired: bool,
    /// True if the site hides the topic. It stays hidden.
    is_hidden: bool,
    /// True if the site changed the title or the text. Both stay.
    is_edited: bool,
    made_on_site: bool,
    /// Number in an export, which counts drafts too. None for topics that exports leave out.
    exported_number: Option<i32>,
}

pub async fn store_topics(
    conn: &mut Conn,
    course: CourseId,
    draft: &CourseDraft,
    links: &Links<'_>,
) -> AppResult<StoredTopics> {
    let known = known_topics(conn, course).await?;
    let known = matched(&known, draft);
    for (key, known) in &known.of_topics {
        if known.slug != *key {
            diesel::update(topics::table.find(known.topic_id))
                .set(topics::slug.eq(key))
                .execute(conn)
                .await?;
        }
    }
    let mut stored = StoredTopics {
        ids: HashMap::new(),
        changes: Changes::default(),
        moved: BTreeSet::new(),
        words: Vocabulary::default(),
    };
    for module in &draft.modules {
        for topic in &module.topics {
            let before = known.of_topics.get(topic.key.as_str()).copied();
            if let Some(was) = before.filter(|before| !before.is_retired) {
                stored.moved.insert((was.module_no, module.number));
            }
            let id = store_topic(
                conn,
                (course, draft),
                module.number,
                topic,
                before,
                links,
                &mut stored.words,
            )
            .await?;
            stored.ids.insert(topic.key.clone(), id);
            let changes = &mut stored.changes;
            match before {
                None => changes.added.push(topic.title.clone()),
                Some(before) if before.is_same((module.number, draft), topic) => {
                    changes.unchanged += 1;
                }
                Some(before) if before.is_the_sites(draft, topic) => {
                    changes.kept.push(before.title.clone());
                }
                Some(_) => changes.updated.push(topic.title.clone()),
            }
        }
    }
    let others = known.others.iter();
    for gone in others.filter(|topic| !topic.is_retired && !topic.made_on_site) {
        diesel::update(topics::table.find(gone.topic_id))
            .set(topics::retired_at.eq(Utc::now()))
            .execute(conn)
            .await?;
        stored
            .changes
            .retired
            .push(format!("{} ({})", gone.title, gone.slug));
    }
    stored.changes.retired.sort();
    stored.moved.retain(|(was, now)| was != now);
    Ok(stored)
}

/// The stored topics of a course, compared with a draft.
struct Matched<'k> {
    /// By the key in the draft.
    of_topics: HashMap<&'k str, &'k KnownTopic>,
    /// Stored topics that the draft has no counterpart of.
    others: Vec<&'k KnownTopic>,
}

/// Finds the stored version of each topic of the draft: by its key, or else by the keys that
/// earlier versions gave to it. Different topics can have the same former key. Then the title
/// tells which of them is stored under it.
fn matched<'k>(known: &'k [KnownTopic], draft: &'k CourseDraft) -> Matched<'k> {
    let by_slug: HashMap<&str, &KnownTopic> = known
        .iter()
        .map(|known| (known.slug.as_str(), known))
        .collect();
    let topics: Vec<&TopicDraft> = draft
        .modules
        .iter()
        .flat_map(|module| &module.topics)
        .collect();
    let mut of_topics: HashMap<&str, &KnownTopic> = topics
        .iter()
        .filter_map(|topic| Some((topic.key.as_str(), *by_slug.get(topic.key.as_str())?)))
        .collect();
    let mut taken: HashSet<TopicId> = of_topics.values().map(|known| known.topic_id).collect();
    let most = topics.iter().map(|topic| topic.former_keys.len()).max();
    let rounds = [false, true]
        .map(|is_retired| (0..most.unwrap_or_default()).map(move |nth| (is_retired, nth)));
    for (is_retired, nth) in rounds.into_iter().flatten() {
        let mut claims: HashMap<&str, Vec<&TopicDraft>> = HashMap::new();
        for topic in &topics {
            let former = topic.former_keys.get(nth);
            if let Some(former) = former.filter(|_| !of_topics.contains_key(topic.key.as_str())) {
                claims.entry(former).or_default().push(topic);
            }
        }
        for (former, mut claims) in claims {
            let Some(known) = by_slug.get(former).copied() else {
                continue;
            };
            if known.is_retired != is_retired || taken.contains(&known.topic_id) {
                continue;
            }
            if claims.len() > 1 {
                claims.retain(|topic| topic.title == known.title);
            }
            if let [topic] = claims.as_slice() {
                of_topics.insert(&topic.key, known);
                taken.insert(known.topic_id);
            }
        }
    }
    let others = known.iter();
    Matched {
        others: others
            .filter(|known| !taken.contains(&known.topic_id))
            .collect(),
        of_topics,
    }
}

type StoredTopicRow = (
    String,
    TopicId,
    String,
    i32,
    i32,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    bool,
    Option<String>,
    bool,
    bool,
);

async fn known_topics(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<KnownTopic>> {
    let rows: Vec<StoredTopicRow> = topics::table
        .filter(topics::course_id.eq(course))
        .select((
            topics::slug,
            topics::topic_id,
            topics::title,
            topics::module_no,
            topics::topic_number,
            topics::text_content,
            topics::text_content_sports,
            topics::text_content_cooking,
            topics::text_content_adventure,
            topics::retired_at.is_not_null(),
            topics::hidden_as,
            topics::edited_at.is_not_null(),
            topics::made_on_site,
        ))
        .order((
            topics::module_no,
            diesel::dsl::sql::<Integer>("coalesce(outline_order, topic_number)"),
            topics::made_on_site.desc(),
            topics::created_at,
            topics::topic_id,
        ))
        .load(conn)
        .await?;
    let mut numbers: HashMap<i32, i32> = HashMap::new();
    Ok(rows
        .into_iter()
        .map(
            |(
                slug,
                topic_id,
                title,
                module_no,
                topic_number,
                normal,
                sports,
                cooking,
                adventure,
                is_retired,
                hidden_as,
                is_edited,
                made_on_site,
            )| {
                let is_exported = !is_retired || hidden_as.as_deref() == Some("draft");
                let exported_number = is_exported.then(|| {
                    let number = numbers.entry(module_no).or_default();
                    *number += 1;
                    *number
                });
                // A topic that was made on the site has no text at first.
                let normal = Some(normal.unwrap_or_default());
                let content = [normal, sports, cooking, adventure];
                KnownTopic {
                    slug,
                    topic_id,
                    title,
                    module_no,
                    topic_number,
                    content,
                    is_retired,
                    is_hidden: hidden_as.is_some(),
                    is_edited,
                    made_on_site,
                    exported_number,
                }
            },
        )
        .collect())
}

impl KnownTopic {
    /// Returns true if the topic keeps the title and text that it has on the site.
    fn is_the_sites(&self, draft: &CourseDraft, topic: &TopicDraft) -> bool {
        self.is_edited || draft.is_export && (self.made_on_site || topic.is_draft)
    }

    fn is_same(&self, (module_no, draft): (i32, &CourseDraft), topic: &TopicDraft) -> bool {
        let number = match draft.is_export {
            true => self.exported_number,
            false => Some(self.topic_number),
        };
        self.is_retired == self.is_hidden
            && self.title == topic.title
            && (self.module_no, number) == (module_no, Some(topic.number))
            && self.content == sources(topic)
    }
}

/// Returns the source of each narration: Markdown, or the layout as JSON.
fn sources(topic: &TopicDraft) -> [Option<String>; 4] {
    StudyPersona::ALL.map(|persona| match persona {
        StudyPersona::Normal => Some(source(&topic.body)),
        other => topic.narrations.get(&other).map(source),
    })
}

fn source(body: &TopicBody) -> String {
    match body {
        TopicBody::Markdown(markdown) => markdown.clone(),
        TopicBody::Blocks(blocks) => {
            json!({ "version": 1, "blocks": blocks.iter().map(block_json).collect::<Vec<_>>() })
                .to_string()
        }
    }
}

fn block_json(block: &BlockDraft) -> Value {
    let mut value = json!({ "id": block.id, "type": block.kind });
    if let Some(key) = &block.content_key {
        value["contentKey"] = json!(key);
    }
    if let Some(persona) = block.tutor_persona {
        value["tutorPersona"] = json!(persona);
    }
    if let Some(data) = &block.data {
        value["data"] = json!(data);
    }
    value
}

async fn store_topic(
    conn: &mut Conn,
    (course, draft): (CourseId, &CourseDraft),
    module_no: i32,
    topic: &TopicDraft,
    before: Option<&KnownTopic>,
    links: &Links<'_>,
    words: &mut Vocabulary,
) -> AppResult<TopicId> {
    if let Some(before) = before.filter(|before| before.is_the_sites(draft, topic)) {
        return keep_text(conn, (module_no, draft), topic, before, words).await;
    }
    let normal = render::body(topic, &topic.body, links);
    let [text, sports, cooking, adventure] = sources(topic);
    let headings: Vec<Value> = normal
        .headings
        .iter()
        .map(|heading| json!({ "level": heading.level, "id": heading.id, "text": heading.text }))
        .collect();
    let values = (
        topics::module_no.eq(module_no),
        topics::topic_number.eq(topic.number),
        topics::outline_order.eq(topic.number),
        topics::made_on_site.eq(false),
        topics::title.eq(&topic.title),
        topics::content_type.eq(content_type(topic)),
        topics::video_url.eq(topic.video_url.as_deref()),
        topics::ppt_url.eq(topic.ppt_url.as_deref()),
        topics::text_content.eq(text),
        topics::text_content_sports.eq(sports),
        topics::text_content_cooking.eq(cooking),
        topics::text_content_adventure.eq(adventure),
        topics::suggestions.eq(moved_suggestions()),
        topics::headings.eq(Value::Array(headings)),
        topics::word_count.eq(i32::try_from(normal.words).unwrap_or(i32::MAX)),
        topics::reading_minutes.eq(reading_minutes(normal.words)),
    );
    let id = match before {
        Some(before) => {
            diesel::update(topics::table.find(before.topic_id))
                .set((values, shown_again(before)))
                .execute(conn)
                .await?;
            before.topic_id
        }
        None => {
            diesel::insert_into(topics::table)
                .values((
                    topics::course_id.eq(course),
                    topics::slug.eq(&topic.key),
                    values,
                    topics::hidden_as.eq(topic.is_draft.then_some("draft")),
                    topics::retired_at.eq(topic.is_draft.then(Utc::now)),
                ))
                .returning(topics::topic_id)
                .get_result(conn)
                .await?
        }
    };
    let text = search_index::text_of(normal.blocks.iter().map(|block| block.html.as_str()));
    search::topic(conn, id, &topic.title, &text, &draft.language).await?;
    words.add(&topic.title);
    words.add(&text);
    diesel::delete(topic_blocks::table.filter(topic_blocks::topic_id.eq(id)))
        .execute(conn)
        .await?;
    store_blocks(conn, id, StudyPersona::Normal, normal).await?;
    for (persona, body) in &topic.narrations {
        store_blocks(conn, id, *persona, render::body(topic, body, links)).await?;
    }
    store_assets(conn, course, id, topic, links).await?;
    Ok(id)
}

/// Suggested questions have a table of their own. Imports of earlier versions stored them here.
fn moved_suggestions() -> Value {
    json!([])
}

type ShownAgain = diesel::dsl::Eq<topics::retired_at, Option<chrono::DateTime<Utc>>>;

/// Brings a topic back that an earlier import retired. None for a topic that the site hides.
fn shown_again(before: &KnownTopic) -> Option<ShownAgain> {
    (!before.is_hidden).then(|| topics::retired_at.eq(None))
}

/// Stores only the place of a topic whose text was changed on the site.
async fn keep_text(
    conn: &mut Conn,
    (module_no, draft): (i32, &CourseDraft),
    topic: &TopicDraft,
    before: &KnownTopic,
    words: &mut Vocabulary,
) -> AppResult<TopicId> {
    if let TopicBody::Markdown(text) = &topic.body {
        let is_same =
            before.title == topic.title && before.content[0].as_deref() == Some(text.as_str());
        let source = (topic.title.as_str(), text.as_str());
        site_texts::keep_source(conn, before.topic_id, source, is_same).await?;
    }
    let made_on_site = draft.is_export && before.made_on_site;
    diesel::update(topics::table.find(before.topic_id))
        .set((
            topics::module_no.eq(module_no),
            topics::topic_number.eq(topic.number),
            topics::outline_order.eq(topic.number),
            topics::made_on_site.eq(made_on_site),
            topics::suggestions.eq(moved_suggestions()),
            shown_again(before),
        ))
        .execute(conn)
        .await?;
    let blocks: Vec<String> = topic_blocks::table
        .filter(topic_blocks::topic_id.eq(before.topic_id))
        .filter(topic_blocks::study_persona.eq(StudyPersona::Normal))
        .order(topic_blocks::position)
        .select(topic_blocks::html)
        .load(conn)
        .await?;
    words.add(&before.title);
    words.add(&search_index::text_of(blocks.iter().map(String::as_str)));
    Ok(before.topic_id)
}

/// Returns the predominant medium of a topic, judged by the content above its text.
fn content_type(topic: &TopicDraft) -> ContentType {
    match (&topic.body, &topic.video_url, &topic.ppt_url) {
        (TopicBody::Blocks(_), _, _) => ContentType::Mixed,
        (TopicBody::Markdown(_), Some(_), _) => ContentType::Video,
        (TopicBody::Markdown(_), None, Some(_)) => ContentType::Slides,
        (TopicBody::Markdown(_), None, None) => ContentType::Text,
    }
}

async fn store_blocks(
    conn: &mut Conn,
    topic: TopicId,
    persona: StudyPersona,
    body: RenderedBody,
) -> QueryResult<()> {
    let rows: Vec<_> = body
        .blocks
        .into_iter()
        .zip(0i32..)
        .map(|(block, position)| {
            (
                topic_blocks::topic_id.eq(topic),
                topic_blocks::study_persona.eq(persona),
                topic_blocks::position.eq(position),
                topic_blocks::block_id.eq(block.id),
                topic_blocks::block_type.eq(block.kind),
                topic_blocks::content_key.eq(block.content_key),
                topic_blocks::tutor_persona.eq(block.tutor_persona),
                topic_blocks::html.eq(block.html),
            )
        })
        .collect();
    diesel::insert_into(topic_blocks::table)
        .values(rows)
        .execute(conn)
        .await
        .map(drop)
}

async fn store_assets(
    conn: &mut Conn,
    course: CourseId,
    topic: TopicId,
    draft: &TopicDraft,
    links: &Links<'_>,
) -> AppResult<()> {
    diesel::delete(topic_content_assets::table.filter(topic_content_assets::topic_id.eq(topic)))
        .execute(conn)
        .await?;
    for asset in &draft.assets {
        diesel::insert_into(topic_content_assets::table)
            .values((
                topic_content_assets::course_id.eq(course),
                topic_content_assets::topic_id.eq(topic),
                topic_content_assets::content_key.eq(&asset.content_key),
                topic_content_assets::persona_key.eq(asset.persona),
                topic_content_assets::content_type.eq(asset.kind),
                topic_content_assets::payload.eq(json!({ "version": 1, "data": asset.payload })),
                topic_content_assets::html.eq(render::data_html(&asset.payload, links)),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}
