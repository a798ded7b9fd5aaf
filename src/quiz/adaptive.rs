//! Adaptive exams by the Rasch model (G. Rasch, Probabilistic Models for Some Intelligence and Attainment Tests, 1960).
//! Abilities and difficulties share one scale, in logits: a learner has even chances with an item as difficult as they are
//! able. The scale is fixed by its learners, whose abilities have mean 0 and standard deviation 1.
//!
//! An exam goes around three steps: `ability` tells from the answers how able a learner is, `selection` picks the item
//! that tells most about them or ends the exam, and between exams `difficulty` learns from all answers how hard the
//! items are. Nothing here knows a clock: the time limit is the sitting's.

pub mod ability;
pub mod difficulty;
pub mod selection;

/// A normal distribution of abilities or difficulties, in logits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normal {
    pub mean: f64,
    pub sd: f64,
}

/// What is known of a learner before the first answer; the unit of the scale.
pub const LEARNERS: Normal = Normal { mean: 0.0, sd: 1.0 };

/// The chance of a right answer, P = 1 / (1 + exp(difficulty - ability)) (Rasch 1960), from 0 to 1. Both in logits.
pub fn probability(ability: f64, difficulty: f64) -> f64 {
    1.0 / (1.0 + (difficulty - ability).exp())
}

/// What one answer tells about the ability: Fisher's information P (1 - P), per squared logit, at most a quarter (A.
/// Birnbaum in Lord & Novick, Statistical Theories of Mental Test Scores, 1968).
pub fn information(ability: f64, difficulty: f64) -> f64 {
    let right = probability(ability, difficulty);
    right * (1.0 - right)
}

/// The share of the points, from 0 to 1, that a learner would get if asked the whole bank: the domain score (R. D. Bock,
/// D. Thissen & M. F. Zimowski, Journal of Educational Measurement 34, 1997). Learners of an adaptive exam all get about
/// half of their own items right, so this is the score that can be held against a pass mark. None for an empty bank.
pub fn domain_score(bank: &[f64], ability: f64) -> Option<f64> {
    let points: f64 = bank.iter().map(|&item| probability(ability, item)).sum();
    (!bank.is_empty()).then(|| points / bank.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn even_chances_are_where_ability_is_difficulty() {
        // P by ability less difficulty, to two places.
        for (logits, right) in [(0.0, 0.50), (1.0, 0.73), (2.0, 0.88), (-3.0, 0.05)] {
            assert!((probability(logits + 0.7, 0.7) - right).abs() < 0.005);
        }
        assert_eq!(information(1.5, 1.5), 0.25);
        assert_eq!(domain_score(&[], 0.0), None);
        assert_eq!(domain_score(&[-1.0, 1.0], 0.0), Some(0.5));
    }

    proptest! {
        #[test]
        fn the_able_have_better_chances_and_the_difficult_worse(
            ability in -8.0..8.0f64,
            difficulty in -8.0..8.0f64,
            more in 0.001..4.0f64,
        ) {
            let right = probability(ability, difficulty);
            prop_assert!(right > 0.0 && right < 1.0);
            prop_assert!(probability(ability + more, difficulty) > right);
            prop_assert!(probability(ability, difficulty + more) < right);
            prop_assert!((right + probability(difficulty, ability) - 1.0).abs() < 1e-12);
            prop_assert!(information(ability, difficulty) <= information(ability, ability));
        }

        #[test]
        fn the_domain_score_is_a_share_that_grows_with_ability(
            bank in proptest::collection::vec(-4.0..4.0f64, 1..40),
            ability in -4.0..4.0f64,
            more in 0.01..2.0f64,
        ) {
            let share = domain_score(&bank, ability).unwrap();
            prop_assert!((0.0..=1.0).contains(&share));
            prop_assert!(domain_score(&bank, ability + more).unwrap() > share);
        }
    }
}
