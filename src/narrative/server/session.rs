//! The state of a session, and a path as it stands for its learner.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::plan::{PlanNode, PlanState, Visit};
use super::question::CheckQuestion;
use super::rights::OnPath;
use super::store::{self, NodeRow, StoredChoice};
use crate::enrollment::server::progress;
use crate::mastery::Thresholds;
use crate::mastery::server::store::{Beliefs, beliefs};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{NodeId, TopicId};
use crate::platform::time::Clock;

/// Most visits that a session remembers.
const VISITS: usize = 500;

/// The column `state`. Version 1.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WalkState {
    pub version: u32,
    pub visits: Vec<StoredVisit>,
    /// Number of all visits, also of those that are forgotten. Forms of ways on carry it, so that a
    /// form that is sent twice counts once.
    pub steps: usize,
    pub question: Option<PendingQuestion>,
    /// Nodes that the last search found.
    pub found: Vec<NodeId>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct StoredVisit {
    pub node: NodeId,
    pub at: DateTime<Utc>,
}

/// The question of the current node, with its key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PendingQuestion {
    pub id: Uuid,
    pub question: CheckQuestion,
    pub outcome: Option<Outcome>,
}

/// The answer to a question, and its effect.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    pub given: String,
    pub is_right: bool,
    /// Level of the concept before and after. None before the first answer.
    pub before: Option<u8>,
    pub after: u8,
}

impl WalkState {
    pub fn of(stored: &Value) -> Self {
        serde_json::from_value(stored.clone()).unwrap_or_default()
    }

    pub fn to_json(&self) -> AppResult<Value> {
        serde_json::to_value(self).map_err(|error| AppError::internal(&error))
    }

    pub fn visit(&mut self, node: NodeId, at: DateTime<Utc>) {
        if self.visits.len() == VISITS {
            self.visits.remove(0);
        }
        self.steps += 1;
        self.visits.push(StoredVisit { node, at });
    }
}

/// A path as it stands for one learner.
pub struct LoadedPath {
    pub nodes: Vec<NodeRow>,
    plan: Vec<PlanNode>,
    pub levels: BTreeMap<String, u8>,
    pub thresholds: Thresholds,
    /// Names of all concepts of the path.
    pub names: Vec<String>,
    places: HashMap<NodeId, usize>,
}

impl LoadedPath {
    /// Loads the path. Nodes of topics that are locked for a learner of the course are closed.
    pub async fn load(conn: &mut Conn, on: &OnPath, clock: &Clock) -> AppResult<Self> {
        let user = on.me.user_id();
        let nodes = store::nodes(conn, on.path.path_id).await?;
        let open: Option<HashSet<TopicId>> = match on.path.course_id {
            Some(course) if !on.may_edit => {
                let progress = progress::refresh(conn, user, course, clock.now).await?;
                let topics = progress.shared.topics();
                let open = topics.filter(|(module, topic)| {
                    progress
                        .lock_of_topic(module.number, topic.number)
                        .is_none()
                });
                Some(open.map(|(_, topic)| topic.topic_id).collect())
            }
            _ => None,
        };
        let beliefs = beliefs(conn, user).await?;
        let thresholds = Thresholds::of(&on.me.cx.organization.site.settings);
        Ok(Self::of(
            nodes,
            open.as_ref(),
            &beliefs,
            thresholds,
            clock.now,
        ))
    }

    fn of(
        nodes: Vec<NodeRow>,
        open: Option<&HashSet<TopicId>>,
        beliefs: &Beliefs,
        thresholds: Thresholds,
        now: DateTime<Utc>,
    ) -> Self {
        let mut names: Vec<String> = Vec::new();
        let plan = nodes.iter().map(|node| {
            let meta = node.meta();
            names.extend(meta.concepts.iter().cloned());
            let is_locked = open
                .zip(node.topic_id)
                .is_some_and(|(open, topic)| !open.contains(&topic));
            PlanNode {
                concepts: store::keys(&meta.concepts),
                requires: store::keys(&meta.prerequisites),
                is_open: node.has_text && !is_locked,
            }
        });
        let plan: Vec<PlanNode> = plan.collect();
        names.sort();
        names.dedup();
        let places = nodes.iter().enumerate();
        Self {
            places: places.map(|(at, node)| (node.node_id, at)).collect(),
            plan,
            levels: beliefs
                .iter()
                .map(|(concept, belief)| (concept.clone(), belief.level(now)))
                .collect(),
            thresholds,
            names,
            nodes,
        }
    }

    pub fn place(&self, node: NodeId) -> Option<usize> {
        self.places.get(&node).copied()
    }

    pub fn plan(&self) -> &[PlanNode] {
        &self.plan
    }

    /// Visits of nodes that are still part of the path.
    pub fn visits(&self, state: &WalkState) -> Vec<Visit> {
        let visits = state.visits.iter();
        visits
            .filter_map(|visit| {
                Some(Visit {
                    node: self.place(visit.node)?,
                    at: visit.at,
                })
            })
            .collect()
    }

    pub fn state<'a>(&'a self, visits: &'a [Visit], now: DateTime<Utc>) -> PlanState<'a> {
        PlanState {
            nodes: &self.plan,
            levels: &self.levels,
            visits,
            now,
            thresholds: self.thresholds,
        }
    }

    /// The name of a concept with this key, as the path writes it.
    pub fn name_of(&self, key: &str) -> String {
        let mut names = self.names.iter();
        let found = names.find(|name| store::keys(std::slice::from_ref(*name)) == [key]);
        found.cloned().unwrap_or_else(|| key.to_owned())
    }

    /// Choices of a node that can be taken now, each with the place that it leads to. A choice that
    /// says that something is known is offered to those who are not at the very beginning with it.
    pub fn offered(
        &self,
        node: usize,
        state: &PlanState<'_>,
    ) -> Vec<(StoredChoice, Option<usize>)> {
        let Some(row) = self.nodes.get(node) else {
            return Vec::new();
        };
        let fits = |choice: &StoredChoice| match &choice.confirms_mastery {
            Some(concept) => {
                let level = self.levels.get(concept).copied().unwrap_or(0);
                level >= self.thresholds.gap || choice.next_node_id.is_none()
            }
            None => true,
        };
        let choices = row.choices().into_iter().filter(fits);
        choices
            .filter_map(|choice| match choice.next_node_id {
                None => Some((choice, None)),
                Some(target) => {
                    let at = self.place(target).filter(|at| state.may_show(*at))?;
                    Some((choice, Some(at)))
                }
            })
            .collect()
    }
}
