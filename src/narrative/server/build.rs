//! Makes the nodes of a path from nuggets by rules: their order, and the choices of each.

use std::collections::HashMap;

/// Most nodes of a path that rules make.
pub const MOST_NODES: usize = 60;

/// A nugget as the rules see it.
#[derive(Debug, Clone, Default)]
pub struct BuiltNugget {
    pub title: String,
    /// Keys of concepts.
    pub concepts: Vec<String>,
    pub requires: Vec<String>,
}

/// A choice. The target is a place in the order that [`order`] returned; None ends the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltChoice {
    pub text: String,
    pub target: Option<usize>,
    pub reveals_gap: Option<String>,
    pub confirms_mastery: Option<String>,
}

/// Returns the places of the nuggets in an order in which what is required comes first. The given
/// order counts where nothing is required; circles are cut where they begin.
pub fn order(nuggets: &[BuiltNugget]) -> Vec<usize> {
    let mut teachers: HashMap<&str, usize> = HashMap::new();
    for (at, nugget) in nuggets.iter().enumerate() {
        for concept in &nugget.concepts {
            teachers.entry(concept).or_insert(at);
        }
    }
    let mut done = vec![false; nuggets.len()];
    let mut order = Vec::new();
    for start in 0..nuggets.len() {
        let mut open = vec![(start, 0)];
        if std::mem::replace(&mut done[start], true) {
            continue;
        }
        while let Some((at, next)) = open.pop() {
            match nuggets[at].requires.get(next) {
                Some(concept) => {
                    open.push((at, next + 1));
                    if let Some(teacher) = teachers.get(concept.as_str())
                        && !std::mem::replace(&mut done[*teacher], true)
                    {
                        open.push((*teacher, 0));
                    }
                }
                None => order.push(at),
            }
        }
    }
    order
}

/// Returns the choices of each nugget, which are in the order of the path: on to the next one, back
/// to one that it builds on, and aside to another one that builds on it. The last one ends the
/// path.
pub fn choices(nuggets: &[BuiltNugget]) -> Vec<Vec<BuiltChoice>> {
    let teacher = |concept: &String| {
        nuggets
            .iter()
            .position(|nugget| nugget.concepts.contains(concept))
    };
    let of = |(at, nugget): (usize, &BuiltNugget)| {
        let title = |at: usize| nuggets.get(at).map_or("", |nugget| &nugget.title);
        let own = nugget.concepts.first().cloned();
        let next = (at + 1 < nuggets.len()).then_some(at + 1);
        let mut choices = vec![BuiltChoice {
            text: match next {
                Some(next) => format!("On to “{}”", title(next)),
                None => "Finish the path".to_owned(),
            },
            target: next,
            reveals_gap: None,
            confirms_mastery: own.clone(),
        }];
        let back = nugget.requires.iter().find_map(|concept| {
            let target = teacher(concept).filter(|target| *target != at)?;
            Some((target, concept.clone()))
        });
        if let Some((target, concept)) = back {
            choices.push(BuiltChoice {
                text: format!("First back to “{}”", title(target)),
                target: Some(target),
                reveals_gap: Some(concept),
                confirms_mastery: None,
            });
        }
        let builds_on = |other: &BuiltNugget| {
            let mut required = other.requires.iter();
            required.any(|concept| nugget.concepts.contains(concept))
        };
        let aside = nuggets.iter().enumerate().skip(at + 2);
        let aside = aside
            .filter(|(_, other)| builds_on(other))
            .map(|(at, _)| at)
            .next();
        if let Some(target) = aside {
            choices.push(BuiltChoice {
                text: format!("Ahead to “{}”", title(target)),
                target: Some(target),
                reveals_gap: None,
                confirms_mastery: own.clone(),
            });
        }
        if choices.len() < 2 {
            choices.push(BuiltChoice {
                text: format!("Read “{}” once more", nugget.title),
                target: Some(at),
                reveals_gap: own,
                confirms_mastery: None,
            });
        }
        choices
    };
    nuggets.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check_path::{CheckedChoice, CheckedNode, ChoiceTarget, problems};
    use super::super::plan::PlanNode;
    use super::*;

    fn nugget(title: &str, concepts: &[u8], requires: &[u8]) -> BuiltNugget {
        let keys = |keys: &[u8]| keys.iter().map(|key| format!("c{key}")).collect();
        BuiltNugget {
            title: title.to_owned(),
            concepts: keys(concepts),
            requires: keys(requires),
        }
    }

    #[test]
    fn what_is_required_comes_first_and_choices_lead_back() {
        let nuggets = [
            nugget("B", &[2], &[1]),
            nugget("A", &[1], &[]),
            nugget("C", &[3], &[1]),
        ];
        let order = order(&nuggets);
        assert_eq!(order, [1, 0, 2]);
        let ordered: Vec<BuiltNugget> = order.iter().map(|at| nuggets[*at].clone()).collect();
        let texts: Vec<Vec<String>> = choices(&ordered)
            .into_iter()
            .map(|choices| choices.into_iter().map(|choice| choice.text).collect())
            .collect();
        assert_eq!(texts[0], ["On to “B”", "Ahead to “C”"]);
        assert_eq!(texts[1], ["On to “C”", "First back to “A”"]);
        assert_eq!(texts[2], ["Finish the path", "First back to “A”"]);
    }

    proptest! {
        #[test]
        fn a_path_by_rules_has_no_problems(
            drawn in prop::collection::vec((prop::collection::vec(0u8..10, 0..3), prop::collection::vec(0u8..10, 0..3)), 1..12),
        ) {
            let nuggets: Vec<BuiltNugget> = drawn.iter().map(|(a, b)| nugget("N", a, b)).collect();
            let order = order(&nuggets);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..nuggets.len()).collect::<Vec<_>>());
            let ordered: Vec<BuiltNugget> = order.iter().map(|at| nuggets[*at].clone()).collect();
            let nodes: Vec<CheckedNode> = choices(&ordered)
                .into_iter()
                .map(|choices| CheckedNode {
                    title: "N".to_owned(),
                    has_text: true,
                    choices: choices
                        .into_iter()
                        .map(|choice| CheckedChoice {
                            text: choice.text,
                            target: choice.target.map_or(ChoiceTarget::End, ChoiceTarget::Node),
                        })
                        .collect(),
                    // Circles of concepts are those of the nuggets, not of the rules.
                    plan: PlanNode::default(),
                })
                .collect();
            prop_assert_eq!(problems(&nodes), vec![]);
        }
    }
}
