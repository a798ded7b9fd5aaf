//! Checks a path before it is published.

use std::collections::HashSet;

use super::plan::PlanNode;

pub const CHOICES: std::ops::RangeInclusive<usize> = 2..=4;

/// A node of the path to check.
#[derive(Debug, Clone, Default)]
pub struct CheckedNode {
    pub title: String,
    /// False if its nugget is retired or not ready.
    pub has_text: bool,
    pub choices: Vec<CheckedChoice>,
    /// The concepts that the node teaches and requires.
    pub plan: PlanNode,
}

#[derive(Debug, Clone)]
pub struct CheckedChoice {
    pub text: String,
    pub target: ChoiceTarget,
}

/// The place to which a choice leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceTarget {
    /// A node by its place in the path.
    Node(usize),
    /// The end of the path.
    End,
    /// A node that is no longer part of the path.
    Gone,
}

/// Something that keeps a path from being published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathProblem {
    /// Place of the node. None for the whole path.
    pub node: Option<usize>,
    pub sentence: String,
}

/// Returns all problems of the path, in the order of its nodes.
pub fn problems(nodes: &[CheckedNode]) -> Vec<PathProblem> {
    if nodes.is_empty() {
        return vec![PathProblem {
            node: None,
            sentence: "The path has no parts.".to_owned(),
        }];
    }
    let reached = reached(nodes);
    let leaving = leaving(nodes);
    let barred = barred(nodes);
    let mut found = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let title = &node.title;
        let mut add = |sentence: String| {
            found.push(PathProblem {
                node: Some(at),
                sentence,
            });
        };
        if !node.has_text {
            add(format!("“{title}”: its text is gone or not ready."));
        }
        if !CHOICES.contains(&node.choices.len()) {
            add(match node.choices.is_empty() {
                true => format!("“{title}” is a dead end: it has no choices."),
                false => format!(
                    "“{title}” needs {} to {} choices.",
                    CHOICES.start(),
                    CHOICES.end()
                ),
            });
        }
        for choice in &node.choices {
            if choice.text.trim().is_empty() {
                add(format!("“{title}”: a choice has no text."));
            }
            if choice.target == ChoiceTarget::Gone {
                add(format!(
                    "“{title}”: the target of the choice “{}” is gone.",
                    choice.text
                ));
            }
        }
        if !reached.contains(&at) {
            add(format!("“{title}” can't be reached from the first part."));
        }
        if !leaving.contains(&at) && !node.choices.is_empty() {
            add(format!(
                "“{title}” is in a circle without an exit: no choice leads to the end of the path."
            ));
        }
        if barred.contains(&at) {
            add(format!(
                "“{title}” requires concepts that require each other in a circle, so the path never shows it."
            ));
        }
    }
    found
}

fn targets(node: &CheckedNode) -> impl Iterator<Item = usize> + '_ {
    node.choices
        .iter()
        .filter_map(|choice| match choice.target {
            ChoiceTarget::Node(at) => Some(at),
            _ => None,
        })
}

/// Nodes that choices lead to from the first one.
fn reached(nodes: &[CheckedNode]) -> HashSet<usize> {
    let mut seen = HashSet::from([0]);
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        for to in nodes.get(at).into_iter().flat_map(targets) {
            if to < nodes.len() && seen.insert(to) {
                open.push(to);
            }
        }
    }
    seen
}

/// Nodes from which choices lead to the end.
fn leaving(nodes: &[CheckedNode]) -> HashSet<usize> {
    let mut leaving: HashSet<usize> = HashSet::new();
    loop {
        let before = leaving.len();
        for (at, node) in nodes.iter().enumerate() {
            let mut choices = node.choices.iter();
            if choices.any(|choice| match choice.target {
                ChoiceTarget::End => true,
                ChoiceTarget::Node(to) => leaving.contains(&to),
                ChoiceTarget::Gone => false,
            }) {
                leaving.insert(at);
            }
        }
        if leaving.len() == before {
            return leaving;
        }
    }
}

/// Nodes that no order of learning makes ready.
fn barred(nodes: &[CheckedNode]) -> HashSet<usize> {
    let mut known: HashSet<&str> = HashSet::new();
    let mut barred: HashSet<usize> = (0..nodes.len()).collect();
    loop {
        let ready = |at: &usize| {
            nodes.get(*at).is_some_and(|node| {
                node.plan.requires.iter().all(|concept| {
                    let taught = nodes.iter().enumerate().any(|(other, of)| {
                        other != *at && of.has_text && of.plan.concepts.contains(concept)
                    });
                    !taught
                        || known.contains(concept.as_str())
                        || node.plan.concepts.contains(concept)
                })
            })
        };
        let Some(at) = barred.iter().copied().find(|at| ready(at)) else {
            return barred;
        };
        barred.remove(&at);
        if let Some(node) = nodes.get(at) {
            known.extend(node.plan.concepts.iter().map(String::as_str));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn node(title: &str, targets: &[ChoiceTarget]) -> CheckedNode {
        CheckedNode {
            title: title.to_owned(),
            has_text: true,
            choices: targets
                .iter()
                .map(|target| CheckedChoice {
                    text: "Go on".to_owned(),
                    target: *target,
                })
                .collect(),
            plan: PlanNode::default(),
        }
    }

    fn sentences(nodes: &[CheckedNode]) -> Vec<String> {
        problems(nodes)
            .into_iter()
            .map(|problem| problem.sentence)
            .collect()
    }

    #[test]
    fn each_fault_is_named() {
        use ChoiceTarget::{End, Gone, Node};
        assert_eq!(sentences(&[]), ["The path has no parts."]);
        assert!(sentences(&[node("A", &[Node(1), End]), node("B", &[End, Node(0)])]).is_empty());
        let dead = sentences(&[node("A", &[Node(1), End]), node("B", &[])]);
        assert_eq!(dead, ["“B” is a dead end: it has no choices."]);
        let alone = sentences(&[node("A", &[Node(0), End]), node("B", &[End, End])]);
        assert_eq!(alone, ["“B” can't be reached from the first part."]);
        let gone = sentences(&[node("A", &[Gone, End])]);
        assert_eq!(gone, ["“A”: the target of the choice “Go on” is gone."]);
        let circle = sentences(&[
            node("A", &[Node(1), Node(1)]),
            node("B", &[Node(0), Node(0)]),
        ]);
        assert!(
            circle
                .iter()
                .all(|sentence| sentence.contains("circle without an exit"))
        );
        assert_eq!(circle.len(), 2);
        let few = sentences(&[node("A", &[End])]);
        assert_eq!(few, ["“A” needs 2 to 4 choices."]);
    }

    #[test]
    fn requirements_in_a_circle_are_named() {
        use ChoiceTarget::{End, Node};
        let with = |concept: &str, requires: &str, to| {
            let mut node = node(concept, &[Node(to), End]);
            node.plan.concepts = vec![concept.to_owned()];
            node.plan.requires = vec![requires.to_owned()];
            node
        };
        let found = sentences(&[with("a", "b", 1), with("b", "a", 0)]);
        assert!(
            found
                .iter()
                .all(|sentence| sentence.contains("require each other"))
        );
        assert_eq!(found.len(), 2);
        assert!(sentences(&[with("a", "x", 1), with("b", "a", 0)]).is_empty());
    }

    proptest! {
        #[test]
        fn a_path_without_problems_can_be_left_from_everywhere(
            drawn in prop::collection::vec(prop::collection::vec(0usize..9, 0..5), 1..8),
        ) {
            let count = drawn.len();
            let target = |at: usize| match at {
                at if at < count => ChoiceTarget::Node(at),
                8 => ChoiceTarget::Gone,
                _ => ChoiceTarget::End,
            };
            let nodes: Vec<CheckedNode> = drawn
                .iter()
                .map(|choices| node("N", &choices.iter().map(|at| target(*at)).collect::<Vec<_>>()))
                .collect();
            if problems(&nodes).is_empty() {
                prop_assert_eq!(reached(&nodes).len(), count);
                prop_assert_eq!(leaving(&nodes).len(), count);
                prop_assert!(nodes.iter().all(|node| CHOICES.contains(&node.choices.len())));
            }
        }
    }
}
