//! Stores the prompts of cold calls. A prompt that is the same one keeps its id, and so its
//! threads. Prompts that tutors wrote or changed on the site are left as they are.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::RunQueryDsl;

use super::Changes;
use crate::course::server::draft::{ColdCallDraft, CourseDraft};
use crate::platform::db::schema::cold_call_prompts;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, PromptId, TopicId};

/// Numbers from here on are free while a topic is put into order.
const ABOVE_ALL: i32 = 10_000;

/// A stored prompt.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = cold_call_prompts)]
struct KnownPrompt {
    prompt_id: PromptId,
    topic_id: TopicId,
    /// None if it was written on the site.
    prompt_key: Option<String>,
    prompt: String,
    helper_text: Option<String>,
    edited_at: Option<DateTime<Utc>>,
    retired_at: Option<DateTime<Utc>>,
}

pub async fn store_cold_calls(
    conn: &mut Conn,
    course: CourseId,
    draft: &CourseDraft,
    topics: &HashMap<String, TopicId>,
) -> AppResult<Changes> {
    let known: Vec<KnownPrompt> = cold_call_prompts::table
        .filter(cold_call_prompts::course_id.eq(course))
        .order((
            cold_call_prompts::topic_id,
            cold_call_prompts::display_order,
        ))
        .select(KnownPrompt::as_select())
        .load(conn)
        .await?;
    statement("set constraints cold_call_prompts_order deferred")
        .execute(conn)
        .await?;
    let mut changes = Changes::default();
    let mut kept = HashSet::new();
    for topic in draft.modules.iter().flat_map(|module| &module.topics) {
        let Some(&topic_id) = topics.get(&topic.key) else {
            continue;
        };
        let drafts = match draft.is_export {
            true => without_the_sites(&known, topic_id, &topic.cold_calls),
            false => topic.cold_calls.clone(),
        };
        changes.unchanged += topic.cold_calls.len() - drafts.len();
        let matches = matches(&known, topic_id, &drafts);
        let mut order = Vec::new();
        for (call, known) in drafts.iter().zip(matches) {
            let id = match known {
                Some(known) => update(conn, topic_id, call, known, &mut changes).await?,
                None => {
                    let place = ABOVE_ALL + call.display_order;
                    let key = key_of(call, &topic.key);
                    insert(conn, course, topic_id, call, key, place, &mut changes).await?
                }
            };
            kept.insert(id);
            order.push(id);
        }
        put_in_order(conn, topic_id, &known, &order).await?;
    }
    for gone in &known {
        let is_gone = gone.prompt_key.is_some()
            && gone.edited_at.is_none()
            && gone.retired_at.is_none()
            && !kept.contains(&gone.prompt_id);
        if is_gone {
            diesel::update(cold_call_prompts::table.find(gone.prompt_id))
                .set(cold_call_prompts::retired_at.eq(Utc::now()))
                .execute(conn)
                .await?;
            number(conn, gone.topic_id).await?;
            changes.retired.push(gone.prompt.clone());
        }
    }
    Ok(changes)
}

/// Returns the prompts of an export without those that were written in this topic on the site.
fn without_the_sites(
    known: &[KnownPrompt],
    topic: TopicId,
    drafts: &[ColdCallDraft],
) -> Vec<ColdCallDraft> {
    let is_the_sites = |draft: &ColdCallDraft| {
        known.iter().any(|known| {
            known.topic_id == topic
                && known.prompt_key.is_none()
                && known.retired_at.is_none()
                && known.prompt == draft.prompt
        })
    };
    let others = drafts.iter().filter(|draft| !is_the_sites(draft));
    others.cloned().collect()
}

/// Returns the stored prompt of each drafted one: of the same key, else of the same text in the
/// topic. The remaining ones without a key are matched in order, because their text was changed.
fn matches<'k>(
    known: &'k [KnownPrompt],
    topic: TopicId,
    drafts: &[ColdCallDraft],
) -> Vec<Option<&'k KnownPrompt>> {
    let mut taken: HashSet<PromptId> = HashSet::new();
    let imported = || known.iter().filter(|known| known.prompt_key.is_some());
    let here = || imported().filter(|known| known.topic_id == topic);
    let mut found: Vec<Option<&KnownPrompt>> = drafts
        .iter()
        .map(|draft| {
            let key = draft.key.as_ref()?;
            imported().find(|known| known.prompt_key.as_ref() == Some(key))
        })
        .collect();
    taken.extend(found.iter().flatten().map(|known| known.prompt_id));
    for (found, draft) in found.iter_mut().zip(drafts) {
        if found.is_none() {
            *found = here()
                .find(|known| known.prompt == draft.prompt && !taken.contains(&known.prompt_id));
            taken.extend(found.map(|known| known.prompt_id));
        }
    }
    for (found, draft) in found.iter_mut().zip(drafts) {
        if found.is_none() && draft.key.is_none() {
            *found = here().find(|known| {
                known.retired_at.is_none()
                    && known.prompt_key.as_deref().is_some_and(is_made_up)
                    && !taken.contains(&known.prompt_id)
            });
            taken.extend(found.map(|known| known.prompt_id));
        }
    }
    found
}

/// Starts keys of prompts that have none in the file.
const MADE_UP: &str = "text:";

fn is_made_up(key: &str) -> bool {
    key.starts_with(MADE_UP)
}

fn key_of(draft: &ColdCallDraft, topic: &str) -> String {
    use sha2::{Digest, Sha256};
    draft.key.clone().unwrap_or_else(|| {
        let text = format!("{topic}/{}/{}", draft.display_order, draft.prompt);
        let hash: String = Sha256::digest(text.as_bytes())[..12]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{MADE_UP}{hash}")
    })
}

async fn update(
    conn: &mut Conn,
    topic: TopicId,
    draft: &ColdCallDraft,
    known: &KnownPrompt,
    changes: &mut Changes,
) -> AppResult<PromptId> {
    if known.edited_at.is_some() {
        match known.prompt == draft.prompt && known.helper_text == draft.helper_text {
            true => changes.unchanged += 1,
            false => changes.kept.push(known.prompt.clone()),
        }
        return Ok(known.prompt_id);
    }
    let key = draft.key.clone().or_else(|| known.prompt_key.clone());
    let wanted = KnownPrompt {
        prompt_id: known.prompt_id,
        topic_id: topic,
        prompt_key: key,
        prompt: draft.prompt.clone(),
        helper_text: draft.helper_text.clone(),
        edited_at: None,
        retired_at: None,
    };
    if wanted == *known {
        changes.unchanged += 1;
        return Ok(known.prompt_id);
    }
    let place = match known.topic_id == topic {
        true => None,
        false => Some(ABOVE_ALL + draft.display_order),
    };
    diesel::update(cold_call_prompts::table.find(known.prompt_id))
        .set((
            cold_call_prompts::topic_id.eq(topic),
            cold_call_prompts::prompt_key.eq(&wanted.prompt_key),
            cold_call_prompts::prompt.eq(&wanted.prompt),
            cold_call_prompts::helper_text.eq(&wanted.helper_text),
            cold_call_prompts::retired_at.eq(None::<DateTime<Utc>>),
            place.map(|place| cold_call_prompts::display_order.eq(place)),
        ))
        .execute(conn)
        .await?;
    if place.is_some() {
        number(conn, known.topic_id).await?;
    }
    changes.updated.push(draft.prompt.clone());
    Ok(known.prompt_id)
}

async fn insert(
    conn: &mut Conn,
    course: CourseId,
    topic: TopicId,
    draft: &ColdCallDraft,
    key: String,
    place: i32,
    changes: &mut Changes,
) -> AppResult<PromptId> {
    let id = diesel::insert_into(cold_call_prompts::table)
        .values((
            cold_call_prompts::course_id.eq(course),
            cold_call_prompts::topic_id.eq(topic),
            cold_call_prompts::prompt_key.eq(key),
            cold_call_prompts::prompt.eq(&draft.prompt),
            cold_call_prompts::helper_text.eq(&draft.helper_text),
            cold_call_prompts::visibility.eq(draft.visibility),
            cold_call_prompts::display_order.eq(place),
        ))
        .returning(cold_call_prompts::prompt_id)
        .get_result(conn)
        .await?;
    changes.added.push(draft.prompt.clone());
    Ok(id)
}

/// Puts a topic's prompts into the order of the file. A topic in which something was changed on the
/// site keeps its order, and new prompts come last.
async fn put_in_order(
    conn: &mut Conn,
    topic: TopicId,
    known: &[KnownPrompt],
    order: &[PromptId],
) -> AppResult<()> {
    let is_edited = |known: &KnownPrompt| known.edited_at.is_some() || known.prompt_key.is_none();
    let before: Vec<&KnownPrompt> = known.iter().filter(|of| of.topic_id == topic).collect();
    let is_the_sites = before.iter().any(|known| is_edited(known));
    let live = before.iter().filter(|known| known.retired_at.is_none());
    let is_same = live.map(|known| known.prompt_id).eq(order.iter().copied());
    if is_same {
        return Ok(());
    }
    if !is_the_sites {
        for (prompt, place) in order.iter().zip(2 * ABOVE_ALL..) {
            diesel::update(cold_call_prompts::table.find(prompt))
                .set(cold_call_prompts::display_order.eq(place))
                .execute(conn)
                .await?;
        }
    }
    Ok(number(conn, topic).await?)
}

/// Numbers a topic's prompts from 1, retired ones last.
async fn number(conn: &mut Conn, topic: TopicId) -> QueryResult<()> {
    statement(
        "update cold_call_prompts p set display_order = o.place
         from (select prompt_id, row_number() over (order by retired_at is not null, display_order, prompt_id) as place
               from cold_call_prompts where topic_id = $1) o
         where o.prompt_id = p.prompt_id and p.display_order <> o.place",
    )
    .bind::<SqlUuid, _>(topic)
    .execute(conn)
    .await
    .map(drop)
}

#[cfg(test)]
mod rules {
    use super::*;
    use crate::course::Visibility;
    use uuid::Uuid;

    fn known(id: u128, key: &str, prompt: &str) -> KnownPrompt {
        KnownPrompt {
            prompt_id: PromptId(Uuid::from_u128(id)),
            topic_id: TopicId(Uuid::nil()),
            prompt_key: Some(key.to_owned()),
            prompt: prompt.to_owned(),
            helper_text: None,
            edited_at: None,
            retired_at: None,
        }
    }

    fn draft(key: Option<&str>, prompt: &str) -> ColdCallDraft {
        ColdCallDraft {
            display_order: 1,
            key: key.map(str::to_owned),
            prompt: prompt.to_owned(),
            helper_text: None,
            visibility: Visibility::default(),
        }
    }

    #[test]
    fn a_prompt_is_known_by_its_key_then_its_text_then_its_place() {
        let stored = [
            known(1, "text:a", "Old text"),
            known(2, "text:b", "Same text"),
            known(3, "named", "Whatever"),
        ];
        let drafts = [
            draft(None, "Same text"),
            draft(Some("named"), "Other words"),
            draft(None, "New text"),
            draft(None, "One more"),
        ];
        let found: Vec<_> = matches(&stored, TopicId(Uuid::nil()), &drafts)
            .into_iter()
            .map(|known| known.map(|known| known.prompt_id.0.as_u128()))
            .collect();
        assert_eq!(found, [Some(2), Some(3), Some(1), None]);
    }
}
