//! Chooses the next question of an adaptive exam and scores the answers. The statistical model is
//! in `question_bank::server::adaptive`.
//!
//! Each section has a share of the questions. The next question comes from the section that is
//! furthest behind its share (G. G. Kingsbury & A. R. Zara, Applied Measurement in Education 2,
//! 1989). Within the section it is one of the most informative.
//!
//! The score is the share of points that the estimated ability would earn on the exam's whole
//! bank. The passing score thus means the same as in an exam that asks everybody the same
//! questions.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::exam_paper::{AdaptiveTerms, Section, SittingTerms};
use crate::platform::ids::QuestionId;
use crate::question_bank::server::adaptive::selection;
use crate::question_bank::server::adaptive::selection::{SelectionPlan, SelectionStep};
use crate::question_bank::server::adaptive::{LEARNER_DISTRIBUTION, ability, domain_score};

/// Number of most informative questions from which the next is drawn at random. This limits how
/// often the best questions are exposed.
const AMONG: usize = 4;

/// Candidate question of an adaptive exam.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub question_id: QuestionId,
    pub section: usize,
    /// Difficulty in logits.
    pub difficulty: f64,
}

/// Estimated ability with its standard error, in logits.
pub type Estimate = ability::Ability;

/// Returns the next question after those `given`, each with its points. None when enough was
/// asked.
pub fn next(terms: &SittingTerms, given: &[(QuestionId, f64)], rng: &mut impl Rng) -> Option<Item> {
    let adaptive = terms.adaptive.as_ref()?;
    let bank: Vec<f64> = adaptive.bank.iter().map(|item| item.difficulty).collect();
    let given = places(adaptive, given);
    let total: usize = terms.sections.iter().map(|section| section.questions).sum();
    let plan = SelectionPlan {
        prior: LEARNER_DISTRIBUTION,
        minimum: adaptive.plan.min_items,
        maximum: adaptive.plan.max_items.min(total),
        standard_error: adaptive.plan.standard_error,
        among: AMONG,
    };
    let eligible = eligible(&terms.sections, adaptive, &given);
    match selection::next(&bank, &eligible, &given, &plan, rng) {
        SelectionStep::Ask(place) => adaptive.bank.get(place).copied(),
        SelectionStep::End(..) => None,
    }
}

/// Returns the questions that would still be asked if every further answer were wrong. A learner
/// who ends the exam early is thus scored like one who goes on without answering.
pub fn missing(terms: &SittingTerms, given: &[(QuestionId, f64)], rng: &mut impl Rng) -> Vec<Item> {
    let mut given = given.to_vec();
    let mut missing = Vec::new();
    while let Some(item) = next(terms, &given, rng) {
        given.push((item.question_id, 0.0));
        missing.push(item);
    }
    missing
}

/// Returns the score in whole percent and the estimated ability.
pub fn score(terms: &AdaptiveTerms, given: &[(QuestionId, f64)]) -> (i32, Estimate) {
    let bank: Vec<f64> = terms.bank.iter().map(|item| item.difficulty).collect();
    let answers = places(terms, given)
        .into_iter()
        .map(|(place, points)| (bank[place], points));
    let ability = ability::estimate(LEARNER_DISTRIBUTION, answers);
    let share = domain_score(&bank, ability.estimate).unwrap_or(0.0);
    ((share * 100.0).round() as i32, ability)
}

fn places(terms: &AdaptiveTerms, given: &[(QuestionId, f64)]) -> Vec<(usize, f64)> {
    let place = |question| {
        terms
            .bank
            .iter()
            .position(|item| item.question_id == question)
    };
    given
        .iter()
        .filter_map(|&(question, points)| Some((place(question)?, points)))
        .collect()
}

/// Returns the unasked questions of the section that is furthest behind its share.
fn eligible(sections: &[Section], terms: &AdaptiveTerms, given: &[(usize, f64)]) -> Vec<usize> {
    let total: usize = sections.iter().map(|section| section.questions).sum();
    let is_asked = |place: usize| given.iter().any(|&(asked, _)| asked == place);
    let open = |section: usize| -> Vec<usize> {
        (0..terms.bank.len())
            .filter(|&place| terms.bank[place].section == section && !is_asked(place))
            .collect()
    };
    let behind = |section: usize| {
        let asked = given
            .iter()
            .filter(|&&(place, _)| terms.bank[place].section == section)
            .count();
        let share = sections[section].questions as f64 / total.max(1) as f64;
        (asked < sections[section].questions)
            .then(|| share * (given.len() + 1) as f64 - asked as f64)
    };
    let mut sections: Vec<(f64, usize)> = (0..sections.len())
        .filter_map(|section| Some((behind(section)?, section)))
        .collect();
    sections.sort_by(|left, right| right.0.total_cmp(&left.0));
    sections
        .into_iter()
        .map(|(_, section)| open(section))
        .find(|places| !places.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use uuid::Uuid;

    use super::*;
    use crate::exam::Adaptive;

    fn terms(sections: &[(usize, usize)], plan: Adaptive) -> SittingTerms {
        let mut bank = Vec::new();
        for (section, &(_, items)) in sections.iter().enumerate() {
            for n in 0..items {
                bank.push(Item {
                    question_id: QuestionId(Uuid::from_u128(bank.len() as u128)),
                    section,
                    difficulty: n as f64 * 0.5 - 1.5,
                });
            }
        }
        SittingTerms {
            passing_score_percent: 60,
            partial_credit: false,
            forward_only: true,
            time: None,
            sections: sections
                .iter()
                .map(|&(questions, _)| Section {
                    title: String::new(),
                    questions,
                })
                .collect(),
            adaptive: Some(AdaptiveTerms {
                plan,
                shuffle_options: false,
                bank,
            }),
        }
    }

    proptest! {
        /// For any answers, the exam ends within its bounds, repeats no question, and keeps to the
        /// counts and shares of the sections.
        #[test]
        fn it_always_stops(
            counts in proptest::collection::vec(1usize..8, 1..4),
            min_items in 1usize..6,
            more in 0usize..10,
            answers in proptest::collection::vec(any::<bool>(), 30),
            seed: u64,
        ) {
            let plan = Adaptive { min_items, max_items: min_items + more, standard_error: 0.5 };
            let sections: Vec<(usize, usize)> = counts.iter().map(|&count| (count, count + 2)).collect();
            let terms = terms(&sections, plan);
            let mut rng = StdRng::seed_from_u64(seed);
            let mut given: Vec<(QuestionId, f64)> = Vec::new();
            let mut by_section = vec![0usize; counts.len()];
            while let Some(item) = next(&terms, &given, &mut rng) {
                prop_assert!(given.iter().all(|(asked, _)| *asked != item.question_id));
                by_section[item.section] += 1;
                given.push((item.question_id, f64::from(u8::from(answers[given.len()]))));
                let total: usize = counts.iter().sum();
                for (asked, count) in by_section.iter().zip(&counts) {
                    prop_assert!(asked <= count);
                    let share = *count as f64 / total as f64 * given.len() as f64;
                    prop_assert!(*asked as f64 <= share + 1.0 + 1e-9);
                }
            }
            let total: usize = counts.iter().sum();
            prop_assert!(given.len() <= plan.max_items.min(total));
            prop_assert!(given.len() >= min_items.min(total));
        }

        /// Ending early at any point equals going on with wrong answers. As many questions count,
        /// and the score is never higher than that of the answers given.
        #[test]
        fn ending_early_gains_nothing(
            counts in proptest::collection::vec(1usize..8, 1..4),
            min_items in 1usize..6,
            more in 0usize..10,
            answers in proptest::collection::vec(any::<bool>(), 30),
            ends_after in 0usize..10,
            seed: u64,
        ) {
            let plan = Adaptive { min_items, max_items: min_items + more, standard_error: 0.5 };
            let sections: Vec<(usize, usize)> = counts.iter().map(|&count| (count, count + 2)).collect();
            let terms = terms(&sections, plan);
            let bank = terms.adaptive.as_ref().unwrap();
            let mut rng = StdRng::seed_from_u64(seed);
            let mut given: Vec<(QuestionId, f64)> = Vec::new();
            while given.len() < ends_after && let Some(item) = next(&terms, &given, &mut rng) {
                given.push((item.question_id, f64::from(u8::from(answers[given.len()]))));
            }
            let mut going_on = given.clone();
            let mut same = rng.clone();
            while let Some(item) = next(&terms, &going_on, &mut same) {
                going_on.push((item.question_id, 0.0));
            }
            let mut ended = given.clone();
            ended.extend(missing(&terms, &given, &mut rng).iter().map(|item| (item.question_id, 0.0)));
            prop_assert!(score(bank, &ended).0 <= score(bank, &going_on).0);
            prop_assert!(score(bank, &ended).0 <= score(bank, &given).0);
            let total: usize = counts.iter().sum();
            prop_assert!(ended.len() >= min_items.min(total));
            prop_assert!(missing(&terms, &ended, &mut rng).is_empty(), "it has ended");
        }

        #[test]
        fn who_answers_more_rightly_scores_more(right in 0usize..10) {
            let plan = Adaptive { min_items: 1, max_items: 10, standard_error: 0.3 };
            let terms = terms(&[(10, 10)], plan);
            let terms = terms.adaptive.unwrap();
            let given = |right: usize| -> Vec<(QuestionId, f64)> {
                (0..10).map(|n| (terms.bank[n].question_id, f64::from(u8::from(n < right)))).collect()
            };
            let (less, more) = (score(&terms, &given(right)), score(&terms, &given(right + 1)));
            prop_assert!(less.1.estimate < more.1.estimate && less.0 <= more.0);
            prop_assert!((0..=100).contains(&more.0));
        }
    }
}
