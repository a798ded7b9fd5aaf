//! Chooses the next item of an adaptive exam, or ends the exam.

use rand::Rng;

use super::ability::{Ability, Posterior};
use super::{Normal, information};

/// Settings of an adaptive exam.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelectionPlan {
    /// Distribution assumed for the learner before the first answer.
    pub prior: Normal,
    /// Smallest number of items, even if the estimate is precise before.
    pub minimum: usize,
    /// Largest number of items. Takes precedence over the minimum.
    pub maximum: usize,
    /// The exam ends when the standard error of the ability is at most this, in logits.
    pub standard_error: f64,
    /// Exposure control: the next item is drawn from this many of the most informative ones.
    pub among: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SelectionStep {
    /// Ask the item with this index in the bank.
    Ask(usize),
    End(Ability, Ending),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The standard error is as small as planned.
    Precise,
    Maximum,
    /// No eligible item is left.
    Exhausted,
}

/// Decides the next step after the answers in `given`, pairs of an item's index in the bank and its
/// points from 0 to 1. The bank lists the items' difficulties in logits. Only items in `eligible`
/// are asked: an exam with sections passes the items of its present section, and the answers of all
/// sections.
pub fn next(
    bank: &[f64],
    eligible: &[usize],
    given: &[(usize, f64)],
    plan: &SelectionPlan,
    rng: &mut impl Rng,
) -> SelectionStep {
    let mut posterior = Posterior::new(plan.prior);
    for &(item, points) in given {
        if let Some(&difficulty) = bank.get(item) {
            posterior.observe(difficulty, points);
        }
    }
    let ability = posterior.ability();
    if let Some(ending) = plan.ending(given.len(), ability) {
        return SelectionStep::End(ability, ending);
    }
    let asked: Vec<usize> = given.iter().map(|&(item, _)| item).collect();
    match select(bank, eligible, &asked, ability.estimate, plan.among, rng) {
        Some(item) => SelectionStep::Ask(item),
        None => SelectionStep::End(ability, Ending::Exhausted),
    }
}

impl SelectionPlan {
    /// Returns the reason to end the exam after this many answers, or None to go on. An exam ends
    /// by number or by standard error (D. J. Weiss & G. G. Kingsbury, Journal of Educational
    /// Measurement 21, 1984).
    pub fn ending(&self, asked: usize, ability: Ability) -> Option<Ending> {
        if asked >= self.maximum {
            Some(Ending::Maximum)
        } else if asked >= self.minimum && ability.standard_error <= self.standard_error {
            Some(Ending::Precise)
        } else {
            None
        }
    }
}

/// Draws one of the `among` eligible items that are the most informative at this ability and not
/// asked yet. This is maximum information (F. M. Lord, Applications of Item Response Theory, 1980)
/// with the randomesque exposure control of G. G. Kingsbury & A. R. Zara (Procedures for selecting
/// items for computerized adaptive tests, Applied Measurement in Education 2, 1989). Unlike the
/// method of Sympson & Hetter, it needs no history of exposures, so it works from the first sitting
/// of a new bank. None if no item is left.
pub fn select(
    bank: &[f64],
    eligible: &[usize],
    asked: &[usize],
    ability: f64,
    among: usize,
    rng: &mut impl Rng,
) -> Option<usize> {
    let mut open = vec![false; bank.len()];
    for (items, is_open) in [(eligible, true), (asked, false)] {
        for &item in items {
            if let Some(mark) = open.get_mut(item) {
                *mark = is_open;
            }
        }
    }
    let mut candidates: Vec<(f64, usize)> = bank
        .iter()
        .enumerate()
        .filter(|&(item, _)| open[item])
        .map(|(item, &difficulty)| (information(ability, difficulty), item))
        .collect();
    candidates.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    candidates.truncate(among.max(1));
    if candidates.is_empty() {
        return None;
    }
    let (_, item) = candidates[rng.random_range(0..candidates.len())];
    Some(item)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::super::{LEARNER_DISTRIBUTION, probability};
    use super::*;

    const PLAN: SelectionPlan = SelectionPlan {
        prior: LEARNER_DISTRIBUTION,
        minimum: 3,
        maximum: 20,
        standard_error: 0.5,
        among: 1,
    };

    #[test]
    fn the_next_item_is_as_difficult_as_the_learner_is_able() {
        let bank = [-2.0, -0.4, 0.05, 0.4, 2.0];
        let all = [0, 1, 2, 3, 4];
        let mut rng = StdRng::seed_from_u64(1);
        let mut next = |eligible: &[usize], given: &[(usize, f64)]| {
            super::next(&bank, eligible, given, &PLAN, &mut rng)
        };
        assert_eq!(next(&all, &[]), SelectionStep::Ask(2));
        assert_eq!(next(&all, &[(2, 1.0)]), SelectionStep::Ask(3));
        assert_eq!(next(&all, &[(2, 0.0)]), SelectionStep::Ask(1));
        assert_eq!(next(&[0, 4], &[(2, 1.0)]), SelectionStep::Ask(4));
        assert!(matches!(
            next(&[2, 9], &[(2, 1.0)]),
            SelectionStep::End(_, Ending::Exhausted)
        ));
    }

    #[test]
    fn it_ends_when_it_is_sure_or_at_its_maximum() {
        let sure = Ability {
            estimate: 0.0,
            standard_error: 0.5,
        };
        let unsure = Ability {
            standard_error: 0.51,
            ..sure
        };
        assert_eq!(PLAN.ending(2, sure), None);
        assert_eq!(PLAN.ending(3, sure), Some(Ending::Precise));
        assert_eq!(PLAN.ending(19, unsure), None);
        assert_eq!(PLAN.ending(20, unsure), Some(Ending::Maximum));
    }

    #[test]
    fn exposure_is_shared_among_the_best_few() {
        let bank: Vec<f64> = (0..40).map(|n| f64::from(n) / 10.0 - 2.0).collect();
        let eligible: Vec<usize> = (0..40).collect();
        let mut rng = StdRng::seed_from_u64(7);
        let seen: HashSet<usize> = (0..500)
            .filter_map(|_| select(&bank, &eligible, &[20], 0.0, 4, &mut rng))
            .collect();
        assert_eq!(seen, HashSet::from([18, 19, 21, 22]));
    }

    proptest! {
        #[test]
        fn an_exam_always_ends_and_asks_nothing_twice(
            bank in proptest::collection::vec(-4.0..4.0f64, 0..50),
            share in 0.0..=1.0f64,
            minimum in 0usize..30,
            maximum in 0usize..40,
            standard_error in 0.2..1.2f64,
            among in 0usize..8,
            ability in -4.0..4.0f64,
            seed: u64,
        ) {
            let mut rng = StdRng::seed_from_u64(seed);
            let eligible: Vec<usize> = (0..bank.len()).filter(|_| rng.random_bool(share)).collect();
            let plan = SelectionPlan { prior: LEARNER_DISTRIBUTION, minimum, maximum, standard_error, among };
            let mut given: Vec<(usize, f64)> = Vec::new();
            let (found, ending) = loop {
                match next(&bank, &eligible, &given, &plan, &mut rng) {
                    SelectionStep::Ask(item) => {
                        prop_assert!(eligible.contains(&item));
                        prop_assert!(given.iter().all(|&(asked, _)| asked != item));
                        let right = rng.random_bool(probability(ability, bank[item]));
                        given.push((item, f64::from(u8::from(right))));
                    }
                    SelectionStep::End(found, ending) => break (found, ending),
                }
                prop_assert!(given.len() <= maximum);
            };
            match ending {
                Ending::Precise => {
                    prop_assert!(given.len() >= minimum && found.standard_error <= standard_error);
                }
                Ending::Maximum => prop_assert_eq!(given.len(), maximum),
                Ending::Exhausted => prop_assert_eq!(given.len(), eligible.len()),
            }
        }
    }
}
