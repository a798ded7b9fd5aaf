//! Chooses the next node of a path. A pure function of what the learner knows, what the nodes
//! require, and what was seen when.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::mastery::Thresholds;

/// Most times that a node is shown by itself for each of its concepts, and altogether. After that
/// the path goes on without it.
const VISITS_OF_CONCEPT: usize = 3;
pub const MOST_VISITS: usize = 9;

/// A node that was seen within this time waits, if another one can be shown.
const REST: TimeDelta = TimeDelta::minutes(10);

/// A node as the rules see it. Nodes are named by their place in the path.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanNode {
    /// Keys of the concepts that the node teaches.
    pub concepts: Vec<String>,
    /// Keys of the concepts that it builds on.
    pub requires: Vec<String>,
    /// False if its text is gone or locked for the learner.
    pub is_open: bool,
}

/// A time at which a node was shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Visit {
    pub node: usize,
    pub at: DateTime<Utc>,
}

/// All that the choice depends on.
#[derive(Debug, Clone, Copy)]
pub struct PlanState<'a> {
    pub nodes: &'a [PlanNode],
    /// Levels by keys of concepts. Concepts without evidence are left out.
    pub levels: &'a BTreeMap<String, u8>,
    /// Oldest first.
    pub visits: &'a [Visit],
    pub now: DateTime<Utc>,
    pub thresholds: Thresholds,
}

/// The next node, or the end.
#[derive(Debug, Clone, PartialEq)]
pub enum PathStep {
    Show(usize),
    /// Nothing is left to show by itself. The nodes were never shown, because what they require is
    /// not known yet.
    End {
        unmet: Vec<usize>,
    },
}

impl PlanState<'_> {
    fn level(&self, concept: &str) -> u8 {
        self.levels.get(concept).copied().unwrap_or(0)
    }

    pub fn visits_of(&self, node: usize) -> usize {
        self.visits
            .iter()
            .filter(|visit| visit.node == node)
            .count()
    }

    fn most_visits(&self, node: usize) -> usize {
        let concepts = self.nodes.get(node).map_or(0, |of| of.concepts.len());
        (VISITS_OF_CONCEPT * concepts.max(1)).min(MOST_VISITS)
    }

    fn last_visit(&self, node: usize) -> Option<DateTime<Utc>> {
        let visits = self.visits.iter().rev();
        let mut of_node = visits.filter(|visit| visit.node == node);
        of_node.next().map(|visit| visit.at)
    }

    /// Keys of the concepts that the node requires and that the learner does not know yet. Only
    /// concepts that another open node teaches count, because others cannot be learned on the path.
    pub fn unmet(&self, node: usize) -> Vec<&str> {
        let Some(of) = self.nodes.get(node) else {
            return Vec::new();
        };
        let taught = |concept: &str| {
            let others = self.nodes.iter().enumerate();
            let mut others = others.filter(|(at, other)| *at != node && other.is_open);
            others.any(|(_, other)| other.concepts.iter().any(|one| one == concept))
        };
        let mut unmet: Vec<&str> = of.requires.iter().map(String::as_str).collect();
        unmet.retain(|concept| {
            !of.concepts.iter().any(|own| own == concept)
                && self.level(concept) < self.thresholds.gap
                && taught(concept)
        });
        unmet
    }

    /// True if the node may be shown by itself.
    pub fn may_show(&self, node: usize) -> bool {
        self.nodes.get(node).is_some_and(|of| of.is_open)
            && self.visits_of(node) < self.most_visits(node)
            && self.unmet(node).is_empty()
    }

    /// True if the learner knows what the node teaches. A node without concepts has done its work
    /// once it was read.
    pub fn is_mastered(&self, node: usize) -> bool {
        let Some(of) = self.nodes.get(node) else {
            return true;
        };
        match of.concepts.is_empty() {
            true => self.visits_of(node) > 0,
            false => {
                (of.concepts.iter()).all(|concept| self.level(concept) >= self.thresholds.mastered)
            }
        }
    }

    fn has_gap(&self, node: usize) -> bool {
        self.nodes.get(node).is_some_and(|of| {
            let mut concepts = of.concepts.iter();
            concepts.any(|concept| self.level(concept) < self.thresholds.gap)
        })
    }

    /// Chooses the next node: among those that may be shown and are not mastered, gaps before what
    /// is being learned, those that have rested before others, and else the order of the path.
    pub fn next(&self) -> PathStep {
        let last = self.visits.last().map(|visit| visit.node);
        let candidates =
            (0..self.nodes.len()).filter(|node| self.may_show(*node) && !self.is_mastered(*node));
        let best = candidates.min_by_key(|node| {
            let is_fresh = self
                .last_visit(*node)
                .is_some_and(|at| self.now - at < REST);
            (
                last == Some(*node),
                is_fresh && !self.has_gap(*node),
                !self.has_gap(*node),
                is_fresh,
                *node,
            )
        });
        match best {
            Some(node) => PathStep::Show(node),
            None => PathStep::End {
                unmet: self.never_shown(),
            },
        }
    }

    fn never_shown(&self) -> Vec<usize> {
        let seen: HashSet<usize> = self.visits.iter().map(|visit| visit.node).collect();
        let open = self.nodes.iter().enumerate().filter(|(_, of)| of.is_open);
        open.map(|(node, _)| node)
            .filter(|node| !seen.contains(node) && !self.unmet(*node).is_empty())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn start() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 1, 1, 12, 0, 0).unwrap()
    }

    fn node(concept: &str, requires: &[&str]) -> PlanNode {
        PlanNode {
            concepts: vec![concept.to_owned()],
            requires: requires.iter().map(|one| (*one).to_owned()).collect(),
            is_open: true,
        }
    }

    fn next(nodes: &[PlanNode], levels: &[(&str, u8)], visits: &[usize]) -> PathStep {
        let levels: BTreeMap<String, u8> = levels
            .iter()
            .map(|(key, level)| ((*key).to_owned(), *level))
            .collect();
        let visits: Vec<Visit> = visits
            .iter()
            .map(|node| Visit {
                node: *node,
                at: start(),
            })
            .collect();
        let state = PlanState {
            nodes,
            levels: &levels,
            visits: &visits,
            now: start() + TimeDelta::minutes(1),
            thresholds: Thresholds::default(),
        };
        state.next()
    }

    #[test]
    fn what_is_mastered_is_skipped_and_what_is_required_comes_first() {
        let nodes = [node("b", &["a"]), node("a", &[]), node("c", &[])];
        assert_eq!(next(&nodes, &[], &[]), PathStep::Show(1));
        // Another gap first, then the one that was just read.
        assert_eq!(next(&nodes, &[("a", 40)], &[1]), PathStep::Show(2));
        assert_eq!(next(&nodes, &[("a", 55)], &[1]), PathStep::Show(0));
        let known = [("a", 90), ("b", 90), ("c", 60)];
        assert_eq!(next(&nodes, &known, &[]), PathStep::Show(2));
        let all = [("a", 90), ("b", 90), ("c", 70)];
        assert_eq!(next(&nodes, &all, &[]), PathStep::End { unmet: vec![] });
    }

    #[test]
    fn it_ends_before_what_the_learner_is_not_ready_for() {
        let nodes = [node("a", &[]), node("b", &["a"])];
        let step = next(&nodes, &[("a", 10)], &[0, 0, 0]);
        assert_eq!(step, PathStep::End { unmet: vec![1] });
        // Concepts that no node of the path teaches hold nobody up.
        let nodes = [node("b", &["elsewhere"])];
        assert_eq!(next(&nodes, &[], &[]), PathStep::Show(0));
    }

    /// Any path: concepts and requirements among eight, in circles too, and choices to any nodes.
    fn paths() -> impl Strategy<Value = Vec<(PlanNode, Vec<usize>)>> {
        let concepts = prop::collection::vec(0u8..8, 0..3);
        let requires = prop::collection::vec(0u8..8, 0..3);
        let choices = prop::collection::vec(0usize..12, 0..4);
        let one = (concepts, requires, prop::bool::weighted(0.9), choices);
        let names = |keys: Vec<u8>| keys.into_iter().map(|key| format!("c{key}")).collect();
        let node = one.prop_map(move |(concepts, requires, is_open, choices)| {
            let node = PlanNode {
                concepts: names(concepts),
                requires: names(requires),
                is_open,
            };
            (node, choices)
        });
        prop::collection::vec(node, 0..12)
    }

    proptest! {
        /// Walks a path while a learner answers anyhow and chooses anyhow, also by choices of the
        /// nodes that may be shown.
        #[test]
        fn a_walk_ends_shows_nothing_unready_and_covers_every_gap_in_reach(
            path in paths(), dice in prop::collection::vec((0usize..4, 0u8..=100), 64),
        ) {
            let nodes: Vec<PlanNode> = path.iter().map(|(node, _)| node.clone()).collect();
            let mut levels = BTreeMap::new();
            let mut visits: Vec<Visit> = Vec::new();
            let mut now = start();
            for step in 0..=nodes.len() * MOST_VISITS {
                let state = PlanState {
                    nodes: &nodes, levels: &levels, visits: &visits, now, thresholds: Thresholds::default(),
                };
                let PathStep::Show(guided) = state.next() else {
                    break;
                };
                prop_assert!(step < nodes.len() * MOST_VISITS, "it goes on for ever");
                let (die, level) = dice[step % dice.len()];
                let mut offered = vec![guided];
                if let Some(last) = visits.last() {
                    offered.extend(path[last.node].1.iter().filter(|target| state.may_show(**target)));
                }
                let shown = offered[die % offered.len()];
                prop_assert!(state.unmet(shown).is_empty());
                prop_assert!(nodes[shown].is_open);
                visits.push(Visit { node: shown, at: now });
                for concept in &nodes[shown].concepts {
                    levels.insert(concept.clone(), level);
                }
                now += TimeDelta::minutes(i64::from(level));
            }
            let state = PlanState {
                nodes: &nodes, levels: &levels, visits: &visits, now, thresholds: Thresholds::default(),
            };
            for (at, node) in nodes.iter().enumerate() {
                let has_gap = node.concepts.iter().any(|concept| levels.get(concept).copied().unwrap_or(0) < 50);
                if node.is_open && has_gap && state.unmet(at).is_empty() {
                    prop_assert!(state.visits_of(at) > 0, "the gap of node {at} was never shown");
                }
            }
        }

        #[test]
        fn the_same_state_gives_the_same_step(path in paths()) {
            let nodes: Vec<PlanNode> = path.into_iter().map(|(node, _)| node).collect();
            let levels = BTreeMap::new();
            let state = PlanState {
                nodes: &nodes, levels: &levels, visits: &[], now: start(), thresholds: Thresholds::default(),
            };
            prop_assert_eq!(state.next(), state.next());
        }
    }
}
