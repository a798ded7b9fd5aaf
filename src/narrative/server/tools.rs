//! The tools through which the guide acts. Each call is stored in its message with what it was
//! given and what it answered. Tools work within the organization of the transaction, and only on
//! nodes of the session's path. No tool sets a level: `update_mastery` takes an answer, and the
//! rule decides.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::plan::PathStep;
use super::question::{AskedText, question};
use super::rights::OnPath;
use super::session::{LoadedPath, Outcome, PendingQuestion, WalkState};
use super::store;
use crate::course::server::search;
use crate::mastery::server::concepts::concept_key;
use crate::mastery::server::store::{NewEvidence, add, beliefs};
use crate::mastery::{SourceType, Thresholds};
use crate::notes::server::extract::find_word;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{NodeId, NuggetId};
use crate::platform::time::Clock;

/// A call of a tool, with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "tool", rename_all = "snake_case")]
pub enum ToolCall {
    DeliverNugget {
        node: NodeId,
        nugget: NuggetId,
        title: String,
    },
    AskQuestion {
        question: Uuid,
        concept: String,
        prompt: String,
    },
    UpdateMastery {
        question: Uuid,
        concept: String,
        points: f64,
        before: Option<u8>,
        after: u8,
    },
    AdaptNarrative {
        from: Option<NodeId>,
        /// None for the end.
        to: Option<NodeId>,
        why: Why,
    },
    ShowMedia {
        slides: bool,
        audio: bool,
    },
    SearchNuggets {
        query: String,
        found: Vec<NodeId>,
    },
    GetLearnerProgress {
        /// Levels by keys of concepts.
        levels: std::collections::BTreeMap<String, u8>,
    },
    IdentifyGaps {
        gaps: Vec<String>,
    },
}

/// The reason for a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The rule for the next node.
    Guide,
    /// A choice of the node.
    Choice,
    /// The learner asked for the node, whatever it requires.
    Asked,
    Finished,
}

/// Returns the calls as JSON for a message.
pub fn stored(calls: &[ToolCall]) -> AppResult<Value> {
    serde_json::to_value(calls).map_err(|error| AppError::internal(&error))
}

/// Tool `get_learner_progress`: the learner's levels of the path's concepts.
pub fn get_learner_progress(path: &LoadedPath) -> ToolCall {
    let known = path.levels.iter();
    let keys = store::keys(&path.names);
    ToolCall::GetLearnerProgress {
        levels: known
            .filter(|(concept, _)| keys.contains(concept))
            .map(|(concept, level)| (concept.clone(), *level))
            .collect(),
    }
}

/// Tool `identify_gaps`: concepts of the path of which the learner knows little or nothing.
pub fn identify_gaps(path: &LoadedPath) -> ToolCall {
    let mut gaps = store::keys(&path.names);
    gaps.retain(|concept| path.levels.get(concept).copied().unwrap_or(0) < path.thresholds.gap);
    ToolCall::IdentifyGaps { gaps }
}

/// Tool `adapt_narrative`: the next node by the rule.
pub fn adapt_narrative(
    path: &LoadedPath,
    state: &WalkState,
    from: Option<NodeId>,
    clock: &Clock,
) -> (PathStep, ToolCall) {
    let visits = path.visits(state);
    let next = path.state(&visits, clock.now).next();
    let (to, why) = match &next {
        PathStep::Show(at) => (path.nodes.get(*at).map(|node| node.node_id), Why::Guide),
        PathStep::End { .. } => (None, Why::Finished),
    };
    (next, ToolCall::AdaptNarrative { from, to, why })
}

/// Tools `deliver_nugget` and `show_media`: the nugget of a node of this path.
pub fn deliver_nugget(path: &LoadedPath, at: usize) -> AppResult<(ToolCall, ToolCall)> {
    let node = path.nodes.get(at).filter(|node| node.has_text);
    let node = node.ok_or_else(|| {
        AppError::Conflict("This part is no longer on the path. Choose another one.".to_owned())
    })?;
    let deliver = ToolCall::DeliverNugget {
        node: node.node_id,
        nugget: node.nugget_id,
        title: node.title.clone(),
    };
    let media = ToolCall::ShowMedia {
        slides: node.slides.is_some(),
        audio: node.audio_url.is_some(),
    };
    Ok((deliver, media))
}

/// Tool `ask_question`: a question about the concept of the node that the learner knows least. None
/// if the rules find nothing to ask for.
pub async fn ask_question(
    path: &LoadedPath,
    at: usize,
    round: usize,
) -> AppResult<Option<(PendingQuestion, ToolCall)>> {
    let Some(node) = path.nodes.get(at) else {
        return Ok(None);
    };
    let concepts = node.meta().concepts;
    let level = |key: &String| path.levels.get(key).copied().unwrap_or(0);
    let Some(wanted) = store::keys(&concepts).into_iter().min_by_key(level) else {
        return Ok(None);
    };
    let (html, others) = (node.content_html.clone(), path.names.clone());
    let made = tokio::task::spawn_blocking(move || {
        question(&AskedText {
            html: &html,
            concepts: &concepts,
            others: &others,
            wanted: &wanted,
            round,
        })
    });
    let made = made.await.map_err(|error| AppError::internal(&error))?;
    Ok(made.map(|question| {
        let id = Uuid::now_v7();
        let call = ToolCall::AskQuestion {
            question: id,
            concept: question.concept.clone(),
            prompt: question.prompt.clone(),
        };
        let asked = PendingQuestion {
            id,
            question,
            outcome: None,
        };
        (asked, call)
    }))
}

/// An answer about a concept that was asked for within this time before counts half.
const RECENT: TimeDelta = TimeDelta::hours(1);

/// Tool `update_mastery`: grades an answer to the question that was asked and stores it as
/// evidence.
pub async fn update_mastery(
    conn: &mut Conn,
    on: &OnPath,
    asked: &PendingQuestion,
    given: &str,
    clock: &Clock,
) -> AppResult<(Outcome, ToolCall)> {
    let user = on.me.user_id();
    let thresholds = Thresholds::of(&on.me.cx.organization.site.settings);
    let concept = asked.question.concept.clone();
    let known = beliefs(conn, user).await?.get(&concept).copied();
    let before = known.map(|belief| belief.level(clock.now));
    // The text has just been read, so the answer says less than one on another day.
    let is_recent = known.is_some_and(|belief| clock.now - belief.at < RECENT);
    let points = asked.question.points(given);
    let evidence = NewEvidence {
        concept: concept.clone(),
        source: SourceType::Narrative,
        source_id: asked.id.to_string(),
        course: on.path.course_id,
        points,
        difficulty: asked.question.difficulty(),
        weight: if is_recent { 0.5 } else { 1.0 },
        at: clock.now,
    };
    add(conn, user, &[evidence], thresholds).await?;
    let known = beliefs(conn, user).await?.get(&concept).copied();
    let after = known.map_or(0, |belief| belief.level(clock.now));
    let call = ToolCall::UpdateMastery {
        question: asked.id,
        concept: concept.clone(),
        points,
        before,
        after,
    };
    let outcome = Outcome {
        given: given.to_owned(),
        is_right: points > 0.5,
        before,
        after,
    };
    Ok((outcome, call))
}

/// Most nodes that a search finds.
const FOUND: usize = 5;

/// Tool `search_nuggets`: open nodes of this path whose text has most of the words, best first.
/// Words of the title and names of concepts count more.
pub fn search_nuggets(path: &LoadedPath, query: &str) -> AppResult<ToolCall> {
    search::check_length(query)?;
    let key = concept_key(query);
    let words: Vec<&str> = key
        .split(' ')
        .filter(|word| word.chars().count() > 1)
        .collect();
    let mut ranked: Vec<(usize, usize)> = Vec::new();
    for (at, node) in path.nodes.iter().enumerate() {
        if !path.plan().get(at).is_some_and(|plan| plan.is_open) {
            continue;
        }
        let concepts = node.meta().concepts.join(" ");
        let head = format!("{} {concepts}", node.title).to_lowercase();
        let text = node.content.to_lowercase();
        let hits = words.iter().map(|word| {
            3 * usize::from(find_word(&head, word).is_some())
                + usize::from(find_word(&text, word).is_some())
        });
        let hits: usize = hits.sum();
        if hits > 0 {
            ranked.push((hits, at));
        }
    }
    ranked.sort_by_key(|(hits, at)| (std::cmp::Reverse(*hits), *at));
    let found = ranked.into_iter().take(FOUND);
    Ok(ToolCall::SearchNuggets {
        query: query.to_owned(),
        found: found
            .filter_map(|(_, at)| path.nodes.get(at).map(|node| node.node_id))
            .collect(),
    })
}
