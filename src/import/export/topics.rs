//! Reads the topics of a course as drafts, with their texts, assets, prompts and exercises.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::SecondsFormat;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use serde_json::Value;

use crate::course::server::draft::{
    AssetDraft, BlockData, BlockDraft, BlockKind, ColdCallDraft, HandInDraft, Level,
    SimulationDraft, SuggestionDraft, TopicBody, TopicDraft,
};
use crate::course::server::native::is_slug;
use crate::course::{ContentType, LearnerPersona, StudyPersona, Visibility};
use crate::exercise::Lines;
use crate::exercise::hand_in::server::store::Assignment;
use crate::exercise::marking::server::rubric_text;
use crate::exercise::rubric::Rubric;
use crate::platform::db::Conn;
use crate::platform::db::schema::{
    assignments, cold_call_prompts, simulation_exercises, topic_content_assets, topic_drafts,
    topic_prompt_suggestions, topics,
};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, SuggestionId, TopicId};

/// A topic and its place in the course.
pub struct LoadedTopic {
    pub topic_id: TopicId,
    pub module_no: i32,
    pub draft: TopicDraft,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = topics)]
struct TopicToExport {
    topic_id: TopicId,
    slug: String,
    title: String,
    module_no: i32,
    topic_number: i32,
    outline_order: Option<i32>,
    content_type: ContentType,
    video_url: Option<String>,
    ppt_url: Option<String>,
    text_content: Option<String>,
    text_content_sports: Option<String>,
    text_content_cooking: Option<String>,
    text_content_adventure: Option<String>,
    suggestions: Value,
    hidden_as: Option<String>,
    made_on_site: bool,
    created_at: chrono::DateTime<chrono::Utc>,
}

/// Returns the topics that learners see, and drafts, in the order of the outline.
pub async fn load(conn: &mut Conn, course: CourseId) -> AppResult<Vec<LoadedTopic>> {
    let mut rows: Vec<TopicToExport> = topics::table
        .filter(topics::course_id.eq(course))
        .filter(
            topics::retired_at
                .is_null()
                .or(topics::hidden_as.eq("draft").assume_not_null()),
        )
        .select(TopicToExport::as_select())
        .load(conn)
        .await?;
    rows.sort_by_key(|row| {
        let place = row.outline_order.unwrap_or(row.topic_number);
        (
            row.module_no,
            place,
            !row.made_on_site,
            row.created_at,
            row.topic_id.0,
        )
    });
    let mut extras = Extras::load(conn, course).await?;
    rows.into_iter()
        .map(|row| topic(row, &mut extras))
        .collect()
}

fn topic(row: TopicToExport, extras: &mut Extras) -> AppResult<LoadedTopic> {
    let is_draft = row.hidden_as.is_some();
    let is_laid_out = row.content_type == ContentType::Mixed;
    let change = extras.changes.remove(&row.topic_id).filter(|_| is_draft);
    let (title, text) = match change {
        Some(change) if !is_laid_out => change,
        _ => (row.title, row.text_content.unwrap_or_default()),
    };
    let mut narrations = BTreeMap::new();
    for (persona, text) in [
        (StudyPersona::Sports, row.text_content_sports),
        (StudyPersona::Cooking, row.text_content_cooking),
        (StudyPersona::Adventure, row.text_content_adventure),
    ] {
        if let Some(text) = text {
            narrations.insert(persona, body(text, is_laid_out)?);
        }
    }
    let body = body(text, is_laid_out)?;
    let mut assets = extras.assets.remove(&row.topic_id).unwrap_or_default();
    let used = keys_in_order([&body].into_iter().chain(narrations.values()));
    assets.sort_by_key(|asset| {
        let place = used.iter().position(|key| *key == asset.content_key);
        (place, asset.persona)
    });
    let draft = TopicDraft {
        number: 0,
        key: row.slug,
        former_keys: Vec::new(),
        title,
        is_draft,
        body,
        narrations,
        video_url: row.video_url,
        ppt_url: row.ppt_url,
        assets,
        simulations: extras.exercises.remove(&row.topic_id).unwrap_or_default(),
        cold_calls: extras.cold_calls.remove(&row.topic_id).unwrap_or_default(),
        suggestions: match extras.suggestions.remove(&row.topic_id) {
            Some(suggestions) => suggestions,
            // Imports of earlier versions stored them with the topic.
            None => read(row.suggestions)?,
        },
        questions: Vec::new(),
    };
    Ok(LoadedTopic {
        topic_id: row.topic_id,
        module_no: row.module_no,
        draft,
    })
}

fn read<T: for<'d> Deserialize<'d>>(stored: Value) -> AppResult<T> {
    serde_json::from_value(stored).map_err(|error| AppError::internal(&error))
}

/// The stored form of a layout.
#[derive(Deserialize)]
struct StoredLayout {
    blocks: Vec<StoredBlock>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredBlock {
    id: String,
    #[serde(rename = "type")]
    kind: BlockKind,
    content_key: Option<String>,
    tutor_persona: Option<LearnerPersona>,
    data: Option<BlockData>,
}

/// Reads a stored text. A topic that is laid out can have narrations in Markdown.
fn body(text: String, is_laid_out: bool) -> AppResult<TopicBody> {
    if !is_laid_out || !text.starts_with('{') {
        return Ok(TopicBody::Markdown(text));
    }
    let Ok(layout) = serde_json::from_str::<StoredLayout>(&text) else {
        return Ok(TopicBody::Markdown(text));
    };
    let blocks = layout.blocks.into_iter().map(|block| BlockDraft {
        id: block.id,
        kind: block.kind,
        content_key: block.content_key,
        tutor_persona: block.tutor_persona,
        data: block.data,
    });
    Ok(TopicBody::Blocks(blocks.collect()))
}

fn keys_in_order<'b>(bodies: impl Iterator<Item = &'b TopicBody>) -> Vec<&'b str> {
    let blocks = bodies.flat_map(|body| match body {
        TopicBody::Blocks(blocks) => &blocks[..],
        TopicBody::Markdown(_) => &[],
    });
    blocks
        .filter_map(|block| block.content_key.as_deref())
        .collect()
}

/// All parts of a course's topics that have tables of their own.
struct Extras {
    /// Title and text of each change that is not published.
    changes: HashMap<TopicId, (String, String)>,
    assets: HashMap<TopicId, Vec<AssetDraft>>,
    cold_calls: HashMap<TopicId, Vec<ColdCallDraft>>,
    exercises: HashMap<TopicId, Vec<SimulationDraft>>,
    suggestions: HashMap<TopicId, Vec<SuggestionDraft>>,
}

impl Extras {
    async fn load(conn: &mut Conn, course: CourseId) -> AppResult<Self> {
        let changes: Vec<(TopicId, String, String)> = topic_drafts::table
            .inner_join(topics::table.on(topics::topic_id.eq(topic_drafts::topic_id)))
            .filter(topics::course_id.eq(course))
            .filter(topic_drafts::is_published.eq(false))
            .select((
                topic_drafts::topic_id,
                topic_drafts::title,
                topic_drafts::body,
            ))
            .load(conn)
            .await?;
        Ok(Self {
            changes: changes
                .into_iter()
                .map(|(topic, title, body)| (topic, (title, body)))
                .collect(),
            assets: assets(conn, course).await?,
            cold_calls: cold_calls(conn, course).await?,
            exercises: exercises(conn, course).await?,
            suggestions: suggestions(conn, course).await?,
        })
    }
}

type AssetRow = (TopicId, String, Option<LearnerPersona>, BlockKind, Value);

#[derive(Deserialize)]
struct StoredAsset {
    data: BlockData,
}

async fn assets(conn: &mut Conn, course: CourseId) -> AppResult<HashMap<TopicId, Vec<AssetDraft>>> {
    let rows: Vec<AssetRow> = topic_content_assets::table
        .filter(topic_content_assets::course_id.eq(course))
        .select((
            topic_content_assets::topic_id,
            topic_content_assets::content_key,
            topic_content_assets::persona_key,
            topic_content_assets::content_type,
            topic_content_assets::payload,
        ))
        .load(conn)
        .await?;
    let mut assets: HashMap<TopicId, Vec<AssetDraft>> = HashMap::new();
    for (topic, content_key, persona, kind, payload) in rows {
        let stored: StoredAsset = read(payload)?;
        assets.entry(topic).or_default().push(AssetDraft {
            content_key,
            persona,
            kind,
            payload: stored.data,
        });
    }
    Ok(assets)
}

async fn cold_calls(
    conn: &mut Conn,
    course: CourseId,
) -> AppResult<HashMap<TopicId, Vec<ColdCallDraft>>> {
    type ExportedPrompt = (TopicId, Option<String>, String, Option<String>, Visibility);
    let rows: Vec<ExportedPrompt> = cold_call_prompts::table
        .filter(cold_call_prompts::course_id.eq(course))
        .filter(cold_call_prompts::retired_at.is_null())
        .order((
            cold_call_prompts::topic_id,
            cold_call_prompts::display_order,
        ))
        .select((
            cold_call_prompts::topic_id,
            cold_call_prompts::prompt_key,
            cold_call_prompts::prompt,
            cold_call_prompts::helper_text,
            cold_call_prompts::visibility,
        ))
        .load(conn)
        .await?;
    let mut calls: HashMap<TopicId, Vec<ColdCallDraft>> = HashMap::new();
    for (topic, key, prompt, helper_text, visibility) in rows {
        let of_topic = calls.entry(topic).or_default();
        of_topic.push(ColdCallDraft {
            display_order: i32::try_from(of_topic.len()).unwrap_or(i32::MAX - 1) + 1,
            // Keys that an import made up are no slugs.
            key: key.filter(|key| is_slug(key)),
            prompt,
            helper_text,
            visibility,
        });
    }
    Ok(calls)
}

type SuggestionRow = (TopicId, SuggestionId, Option<SuggestionId>, String, String);

/// Returns the suggested questions of each topic, without those that are switched off.
async fn suggestions(
    conn: &mut Conn,
    course: CourseId,
) -> AppResult<HashMap<TopicId, Vec<SuggestionDraft>>> {
    let table = topic_prompt_suggestions::table;
    let rows: Vec<SuggestionRow> = table
        .filter(topic_prompt_suggestions::course_id.eq(course))
        .filter(topic_prompt_suggestions::is_active.or(topic_prompt_suggestions::answer.eq("")))
        .order((
            topic_prompt_suggestions::position,
            topic_prompt_suggestions::suggestion_id,
        ))
        .select((
            topic_prompt_suggestions::topic_id,
            topic_prompt_suggestions::suggestion_id,
            topic_prompt_suggestions::parent_suggestion_id,
            topic_prompt_suggestions::prompt_text,
            topic_prompt_suggestions::answer,
        ))
        .load(conn)
        .await?;
    let topics: HashSet<TopicId> = rows.iter().map(|(topic, ..)| *topic).collect();
    let trees = topics
        .into_iter()
        .map(|topic| (topic, suggestions_below(&rows, topic, None)));
    Ok(trees.collect())
}

fn suggestions_below(
    rows: &[SuggestionRow],
    topic: TopicId,
    parent: Option<SuggestionId>,
) -> Vec<SuggestionDraft> {
    rows.iter()
        .filter(|(of, _, above, ..)| *of == topic && *above == parent)
        .map(|(_, id, _, prompt, answer)| SuggestionDraft {
            prompt: prompt.clone(),
            answer: Some(answer.clone()).filter(|answer| !answer.is_empty()),
            follow_ups: suggestions_below(rows, topic, Some(*id)),
        })
        .collect()
}

async fn exercises(
    conn: &mut Conn,
    course: CourseId,
) -> AppResult<HashMap<TopicId, Vec<SimulationDraft>>> {
    type ExportedExercise = (TopicId, String, String, Level, String, Value);
    let rows: Vec<(ExportedExercise, Option<Assignment>)> = simulation_exercises::table
        .left_join(assignments::table)
        .filter(simulation_exercises::course_id.eq(course))
        .filter(simulation_exercises::retired_at.is_null())
        .order((
            simulation_exercises::topic_id,
            simulation_exercises::position,
            simulation_exercises::exercise_key,
        ))
        .select((
            (
                simulation_exercises::topic_id,
                simulation_exercises::exercise_key,
                simulation_exercises::title,
                simulation_exercises::difficulty,
                simulation_exercises::brief,
                simulation_exercises::rubric,
            ),
            Option::<Assignment>::as_select(),
        ))
        .load(conn)
        .await?;
    let mut exercises: HashMap<TopicId, Vec<SimulationDraft>> = HashMap::new();
    for ((topic, key, title, difficulty, brief, rubric), assignment) in rows {
        let rubric: Lines = read(rubric)?;
        let assignment = assignment.filter(|assignment| assignment.is_active);
        exercises.entry(topic).or_default().push(SimulationDraft {
            key,
            title,
            difficulty,
            brief,
            hand_in: match assignment {
                Some(assignment) => Some(hand_in(&assignment, &rubric.lines)?),
                None => None,
            },
            rubric: rubric.lines,
        });
    }
    Ok(exercises)
}

/// How the work of an exercise is handed in. A rubric that was made of the exercise's lines stays
/// out.
fn hand_in(assignment: &Assignment, lines: &[String]) -> AppResult<HandInDraft> {
    let rubric = assignment.rubric()?;
    let is_of_lines = rubric == Rubric::of_lines(lines.to_vec());
    let typed = |text: String| match is_of_lines {
        true => Vec::new(),
        false => text.lines().map(str::to_owned).collect(),
    };
    let due = assignment.due_at;
    Ok(HandInDraft {
        due: due.map(|due| due.to_rfc3339_opts(SecondsFormat::Secs, true)),
        late_days: assignment.late_days,
        late_percent: assignment.late_percent,
        criteria: typed(rubric_text::criteria(&rubric)),
        checks: typed(rubric_text::checks(&rubric)),
    })
}
