//! The stored topics of a course, and which of them are those of a draft.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use crate::course::StudyPersona;
use crate::course::server::draft::{BlockDraft, CourseDraft, TopicBody, TopicDraft};
use crate::platform::db::Conn;
use crate::platform::db::schema::topics;
use crate::platform::ids::{CourseId, TopicId};

/// The stored version of a topic, to tell what changed.
pub struct KnownTopic {
    pub slug: String,
    pub topic_id: TopicId,
    pub title: String,
    pub module_no: i32,
    pub topic_number: i32,
    pub content: [Option<String>; 4],
    pub is_retired: bool,
    /// True if the site hides the topic. It stays hidden.
    pub is_hidden: bool,
    /// True if the site changed the title or the text. Both stay.
    pub is_edited: bool,
    pub made_on_site: bool,
    /// Number in an export, which counts drafts too. None for topics that exports leave out.
    pub exported_number: Option<i32>,
}

/// The stored topics of a course, compared with a draft.
pub struct Matched<'k> {
    /// By the key in the draft.
    pub of_topics: HashMap<&'k str, &'k KnownTopic>,
    /// Stored topics that the draft has no counterpart of.
    pub others: Vec<&'k KnownTopic>,
}

/// Finds the stored version of each topic of the draft: by its key, or else by the keys that
/// earlier versions gave to it. Different topics can have the same former key. Then the title
/// tells which of them is stored under it.
pub fn matched<'k>(known: &'k [KnownTopic], draft: &'k CourseDraft) -> Matched<'k> {
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

pub async fn known_topics(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<KnownTopic>> {
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
    pub fn is_the_sites(&self, draft: &CourseDraft, topic: &TopicDraft) -> bool {
        self.is_edited || draft.is_export && (self.made_on_site || topic.is_draft)
    }

    pub fn is_same(&self, (module_no, draft): (i32, &CourseDraft), topic: &TopicDraft) -> bool {
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
pub fn sources(topic: &TopicDraft) -> [Option<String>; 4] {
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
