//! Estimates a learner's ability from the answers: expected a posteriori with a normal prior, by
//! quadrature (R. D. Bock & R. J. Mislevy, Adaptive EAP estimation of ability in a microcomputer
//! environment, Applied Psychological Measurement 6, 1982).

use super::Normal;

/// Number of quadrature points on each side of the prior's mean; `PER_SD` points make a standard
/// deviation. With ten, the sum equals the integral to machine precision for up to about 200 items.
const SIDE: usize = 60;
const PER_SD: f64 = 10.0;
const POINTS: usize = 2 * SIDE + 1;

/// An estimate with its uncertainty, in logits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ability {
    /// The mean of the posterior.
    pub estimate: f64,
    /// The standard deviation of the posterior.
    pub standard_error: f64,
}

/// Distribution of a learner's ability after some answers: the prior times the likelihood of each
/// answer. The grid covers six standard deviations of the prior on each side of its mean.
#[derive(Debug, Clone)]
pub struct Posterior {
    abilities: [f64; POINTS],
    /// Logarithms of the density, up to a constant.
    log_densities: [f64; POINTS],
}

impl Posterior {
    /// The distribution before the first answer. The prior's standard deviation must be above 0.
    pub fn new(prior: Normal) -> Self {
        let deviation = |point: usize| (point as f64 - SIDE as f64) / PER_SD;
        Self {
            abilities: std::array::from_fn(|point| prior.mean + prior.sd * deviation(point)),
            log_densities: std::array::from_fn(|point| -0.5 * deviation(point).powi(2)),
        }
    }

    /// Adds an answer to an item: its difficulty in logits and its points, from 0 to 1. Partial
    /// credit enters as L = P^points (1 - P)^(1 - points), the quasi-likelihood of L. E. Papke & J.
    /// M. Wooldridge (Journal of Applied Econometrics 11, 1996). Only the sum of the points then
    /// matters, and the standard error is, if anything, too large.
    pub fn observe(&mut self, difficulty: f64, points: f64) {
        let points = points.clamp(0.0, 1.0);
        for (log_density, ability) in self.log_densities.iter_mut().zip(&self.abilities) {
            let logits = ability - difficulty;
            *log_density += points * logits - log_of_one_plus_exp(logits);
        }
    }

    pub fn ability(&self) -> Ability {
        let peak = self.log_densities.iter().copied().fold(f64::MIN, f64::max);
        let weights = self.log_densities.map(|log| (log - peak).exp());
        let total: f64 = weights.iter().sum();
        let mean_of = |value: &dyn Fn(f64) -> f64| -> f64 {
            let weighted = self.abilities.iter().zip(&weights);
            weighted
                .map(|(&ability, weight)| value(ability) * weight)
                .sum::<f64>()
                / total
        };
        let estimate = mean_of(&|ability| ability);
        Ability {
            estimate,
            standard_error: mean_of(&|ability| (ability - estimate).powi(2)).sqrt(),
        }
    }
}

/// Estimates the ability from pairs of an item's difficulty and the points for its answer.
pub fn estimate(prior: Normal, answers: impl IntoIterator<Item = (f64, f64)>) -> Ability {
    let mut posterior = Posterior::new(prior);
    for (difficulty, points) in answers {
        posterior.observe(difficulty, points);
    }
    posterior.ability()
}

/// Computes ln(1 + e^x) without overflow.
fn log_of_one_plus_exp(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::super::LEARNER_DISTRIBUTION;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_answers_it_is_the_prior() {
        let ability = estimate(Normal { mean: 0.4, sd: 1.3 }, []);
        assert!((ability.estimate - 0.4).abs() < 1e-9);
        assert!((ability.standard_error - 1.3).abs() < 1e-6);
    }

    #[test]
    fn one_answer_moves_it_as_the_integral_says() {
        // By Stein's lemma, the mean is 2 E[P (1 - P)] over N(0, 1), and E[P (1 - P)] is 0.206621.
        let right = estimate(LEARNER_DISTRIBUTION, [(0.0, 1.0)]);
        assert!((right.estimate - 0.413242).abs() < 1e-6);
        assert!((right.standard_error - (1.0 - 0.413242f64.powi(2)).sqrt()).abs() < 1e-6);
        let wrong = estimate(LEARNER_DISTRIBUTION, [(0.0, 0.0)]);
        assert!((right.estimate + wrong.estimate).abs() < 1e-12);
    }

    #[test]
    fn many_matched_answers_leave_the_error_that_information_allows() {
        // The posterior's precision is about 1 from the prior plus a quarter for each item.
        let answers = (0..96).map(|n| (0.0, f64::from(n % 2)));
        let ability = estimate(LEARNER_DISTRIBUTION, answers);
        assert!(ability.estimate.abs() < 1e-9);
        assert!((ability.standard_error - 0.2).abs() < 0.002);
    }

    fn priors() -> impl Strategy<Value = Normal> {
        (-2.0..2.0f64, 0.2..3.0f64).prop_map(|(mean, sd)| Normal { mean, sd })
    }

    fn answers() -> impl Strategy<Value = Vec<(f64, f64)>> {
        let points = prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0f64];
        proptest::collection::vec((-6.0..6.0f64, points), 1..61)
    }

    proptest! {
        #[test]
        fn it_is_bounded_and_never_less_certain_than_the_prior(prior in priors(), answers in answers()) {
            let ability = estimate(prior, answers);
            prop_assert!((ability.estimate - prior.mean).abs() <= 6.0 * prior.sd);
            prop_assert!(ability.standard_error > 0.0);
            prop_assert!(ability.standard_error <= prior.sd * (1.0 + 1e-9));
        }

        #[test]
        fn it_grows_with_every_point(
            prior in priors(),
            mut answers in answers(),
            at in any::<proptest::sample::Index>(),
            more in 0.01..1.0f64,
        ) {
            let before = estimate(prior, answers.iter().copied());
            let at = at.index(answers.len());
            let (_, points) = &mut answers[at];
            let gained = (*points + more).min(1.0) - *points;
            *points += gained;
            let after = estimate(prior, answers);
            prop_assert!(after.estimate > before.estimate - 1e-12);
            prop_assert!(gained < 0.01 || after.estimate > before.estimate);
        }

        #[test]
        fn only_the_items_and_the_sum_of_the_points_count(prior in priors(), mut answers in answers()) {
            let given = estimate(prior, answers.iter().copied());
            let mut points: Vec<f64> = answers.iter().map(|&(_, points)| points).collect();
            points.reverse();
            for ((_, to), from) in answers.iter_mut().zip(points) {
                *to = from;
            }
            let exchanged = estimate(prior, answers);
            prop_assert!((given.estimate - exchanged.estimate).abs() < 1e-9);
            prop_assert!((given.standard_error - exchanged.standard_error).abs() < 1e-9);
        }
    }
}
