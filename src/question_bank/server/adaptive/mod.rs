//! Adaptive exams with the Rasch model (G. Rasch, Probabilistic Models for Some Intelligence and
//! Attainment Tests, 1960). Abilities and difficulties share one scale, in logits. A learner has an
//! even chance with an item whose difficulty equals the learner's ability. The scale is fixed by
//! the learners, whose abilities have mean 0 and standard deviation 1.
//!
//! An exam repeats two steps. `ability` estimates a learner's ability from the answers, and
//! `selection` picks the most informative item or ends the exam. Between exams, `difficulty`
//! estimates the difficulty of the items from all answers. The time limit belongs to the sitting,
//! not to this module.

pub mod ability;
pub mod difficulty;
pub mod selection;

/// A normal distribution of abilities or difficulties, in logits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normal {
    pub mean: f64,
    pub sd: f64,
}

/// The distribution assumed for a learner before the first answer. It defines the scale.
pub const LEARNER_DISTRIBUTION: Normal = Normal { mean: 0.0, sd: 1.0 };

/// Probability of a right answer, P = 1 / (1 + exp(difficulty - ability)) (Rasch 1960), from 0 to
/// 1. Ability and difficulty are in logits.
pub fn probability(ability: f64, difficulty: f64) -> f64 {
    1.0 / (1.0 + (difficulty - ability).exp())
}

/// Fisher's information of one answer about the ability, P (1 - P), per squared logit. At most a
/// quarter (A. Birnbaum in Lord & Novick, Statistical Theories of Mental Test Scores, 1968).
pub fn information(ability: f64, difficulty: f64) -> f64 {
    let right = probability(ability, difficulty);
    right * (1.0 - right)
}

/// The domain score: the expected share of the points, from 0 to 1, if the learner answered the
/// whole bank (R. D. Bock, D. Thissen & M. F. Zimowski, Journal of Educational Measurement 34,
/// 1997). None for an empty bank. All learners of an adaptive exam get about half of their items
/// right. Only the domain score can therefore be compared with a passing score.
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
        // P for ability minus difficulty, to two decimal places.
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
