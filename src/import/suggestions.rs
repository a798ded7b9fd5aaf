//! Stores the questions that the AI tutor suggests. A question that is the same one keeps its id.
//! Those that tutors wrote or changed on the site are left as they are.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::course::server::draft::{CourseDraft, SuggestionDraft};
use crate::course::server::render::Links;
use crate::platform::db::Conn;
use crate::platform::db::schema::topic_prompt_suggestions as suggestions;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, SuggestionId, TopicId};

/// A stored question.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = suggestions)]
struct KnownSuggestion {
    suggestion_id: SuggestionId,
    topic_id: TopicId,
    parent_suggestion_id: Option<SuggestionId>,
    prompt_text: String,
    answer: String,
    answer_html: String,
    position: i32,
    /// None if it was written on the site.
    imported_prompt: Option<String>,
    edited_at: Option<DateTime<Utc>>,
}

impl KnownSuggestion {
    fn is(&self, draft: &SuggestionDraft) -> bool {
        self.imported_prompt.as_ref() == Some(&draft.prompt) || self.prompt_text == draft.prompt
    }

    fn is_the_sites(&self) -> bool {
        self.imported_prompt.is_none() || self.edited_at.is_some()
    }
}

pub async fn store_suggestions(
    conn: &mut Conn,
    course: CourseId,
    draft: &CourseDraft,
    topics: &HashMap<String, TopicId>,
    links: &Links<'_>,
) -> AppResult<()> {
    let known: Vec<KnownSuggestion> = suggestions::table
        .filter(suggestions::course_id.eq(course))
        .select(KnownSuggestion::as_select())
        .load(conn)
        .await?;
    let mut kept: HashSet<SuggestionId> = HashSet::new();
    for topic in draft.modules.iter().flat_map(|module| &module.topics) {
        let Some(&topic_id) = topics.get(&topic.key) else {
            continue;
        };
        let mut lists = vec![(None, &topic.suggestions)];
        while let Some((parent, list)) = lists.pop() {
            for (draft, position) in list.iter().zip(0i32..) {
                let same = known.iter().find(|one| {
                    one.topic_id == topic_id && one.parent_suggestion_id == parent && one.is(draft)
                });
                let values = NewSuggestion::of(draft, position, links);
                let id = match same {
                    Some(same) => {
                        update(conn, same, values).await?;
                        same.suggestion_id
                    }
                    None => {
                        let id = SuggestionId(Uuid::new_v4());
                        insert(conn, id, (course, topic_id, parent), values).await?;
                        id
                    }
                };
                kept.insert(id);
                lists.push((Some(id), &draft.follow_ups));
            }
        }
    }
    remove(conn, &known, kept).await
}

/// Columns that an import sets.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = suggestions)]
struct NewSuggestion<'d> {
    prompt_text: &'d str,
    imported_prompt: &'d str,
    answer: &'d str,
    answer_html: String,
    position: i32,
}

impl<'d> NewSuggestion<'d> {
    fn of(draft: &'d SuggestionDraft, position: i32, links: &Links<'_>) -> Self {
        let answer = draft.answer.as_deref().unwrap_or_default();
        Self {
            prompt_text: &draft.prompt,
            imported_prompt: &draft.prompt,
            answer,
            answer_html: links.markdown(answer).html,
            position,
        }
    }
}

async fn update(
    conn: &mut Conn,
    known: &KnownSuggestion,
    values: NewSuggestion<'_>,
) -> QueryResult<()> {
    let is_same = known.answer == values.answer
        && known.answer_html == values.answer_html
        && known.position == values.position;
    if known.is_the_sites() || is_same {
        return Ok(());
    }
    // Without an answer it is not offered. A tutor's switch stays otherwise.
    let gets_answer = known.answer.is_empty() != values.answer.is_empty();
    let switch = gets_answer.then(|| suggestions::is_active.eq(!values.answer.is_empty()));
    diesel::update(suggestions::table.find(known.suggestion_id))
        .set((values, switch))
        .execute(conn)
        .await
        .map(drop)
}

async fn insert(
    conn: &mut Conn,
    id: SuggestionId,
    (course, topic, parent): (CourseId, TopicId, Option<SuggestionId>),
    values: NewSuggestion<'_>,
) -> QueryResult<()> {
    diesel::insert_into(suggestions::table)
        .values((
            suggestions::suggestion_id.eq(id),
            suggestions::course_id.eq(course),
            suggestions::topic_id.eq(topic),
            suggestions::parent_suggestion_id.eq(parent),
            suggestions::is_active.eq(!values.answer.is_empty()),
            values,
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Removes the questions that are no longer in the files, unless one of the site follows them.
async fn remove(
    conn: &mut Conn,
    known: &[KnownSuggestion],
    mut kept: HashSet<SuggestionId>,
) -> AppResult<()> {
    kept.extend(
        known
            .iter()
            .filter(|one| one.is_the_sites())
            .map(|one| one.suggestion_id),
    );
    let parents: HashMap<SuggestionId, Option<SuggestionId>> = known
        .iter()
        .map(|one| (one.suggestion_id, one.parent_suggestion_id))
        .collect();
    for one in kept.clone() {
        let mut above = parents.get(&one).copied().flatten();
        while let Some(id) = above {
            kept.insert(id);
            above = parents.get(&id).copied().flatten();
        }
    }
    let gone: Vec<Uuid> = known
        .iter()
        .map(|one| one.suggestion_id)
        .filter(|id| !kept.contains(id))
        .map(|id| id.0)
        .collect();
    diesel::delete(suggestions::table.filter(suggestions::suggestion_id.eq_any(gone)))
        .execute(conn)
        .await?;
    Ok(())
}
