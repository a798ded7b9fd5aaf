//! Estimates the difficulty of a bank's items from the answers, shrunk toward the author's
//! estimate.
//!
//! Learners whose abilities have mean M and variance V answer an item of difficulty b right with
//! probability p = 1 / (1 + exp((b - M) / X)), where X = √(1 + V / 1.7²). This is the normal
//! approximation PROX (L. Cohen, British Journal of Mathematical and Statistical Psychology 32,
//! 1979; B. D. Wright & M. H. Stone, Best Test Design, 1979).
//!
//! The author's estimate a has a normal error with variance τ². The bank itself tells τ², which is
//! the same for all its items: parametric empirical Bayes (C. N. Morris, Journal of the American
//! Statistical Association 78, 1983). After n answers with r points in sum, the difficulty is the
//! mode of the posterior, which solves (n p - r) / X = (b - a) / τ². The mode is the mean of the
//! answers' and the author's estimate, weighted by their precisions n p (1 - p) / X² and 1 / τ².
//!
//! An item without answers has the author's difficulty. After some dozens of answers the author
//! hardly counts. The closed form, a weighted mean of a and the logit of r / n, is not used: one
//! more right answer could make an item more difficult.

use super::{LEARNER_DISTRIBUTION, Normal, probability};

/// Standard deviation of the normal curve that is close to the logistic curve.
const LOGISTIC_SD: f64 = 1.7;
/// Standard deviation of the authors' errors, in logits, until the bank has enough answers.
/// Experts' estimates correlate with the truth by about 0.5.
const AUTHORS_SD: f64 = 1.0;
/// Lower limit for the standard deviation of the authors' errors, however good they were so far.
const AUTHORS_BEST_SD: f64 = 0.3;
/// Number of items with both answers and an estimate, before the bank tells the authors' errors.
const ENOUGH_ITEMS: usize = 10;
/// Distribution of the difficulty of items without an author's estimate.
const ITEMS: Normal = Normal { mean: 0.0, sd: 1.5 };
/// An estimate of 0 or 1 is read as 0.02 or 0.98, because their logits are infinite.
const AUTHORS_LIMIT: f64 = 0.02;

/// The author's estimate and the answers so far for one item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The author's estimate, from 0 (everybody answers right) to 1 (nobody does).
    pub author: Option<f64>,
    pub answers: u32,
    /// Sum of the points of all answers; each answer has 0 to 1.
    pub points: f64,
    /// Abilities of the learners who answered the item. `LEARNER_DISTRIBUTION` if a random draw
    /// chose them. After an adaptive exam, the mean and spread of their abilities.
    pub answered_by: Normal,
}

/// An item's difficulty, in logits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difficulty {
    pub estimate: f64,
    pub standard_error: f64,
}

/// Estimates the difficulty of each item of a bank, in the bank's order.
pub fn calibrate(bank: &[Evidence]) -> Vec<Difficulty> {
    let authors_variance = authors_variance(bank);
    bank.iter()
        .map(|item| {
            let (expected, variance) = match item.author {
                Some(author) => (expected_by_author(author), authors_variance),
                None => (ITEMS.mean, ITEMS.sd.powi(2)),
            };
            item.posterior(expected, variance)
        })
        .collect()
}

/// Converts an author's estimate (the share of all learners who answer wrong) to logits.
pub fn expected_by_author(wrong: f64) -> f64 {
    let wrong = wrong.clamp(AUTHORS_LIMIT, 1.0 - AUTHORS_LIMIT);
    LEARNER_DISTRIBUTION.mean + stretch(LEARNER_DISTRIBUTION) * (wrong / (1.0 - wrong)).ln()
}

/// X: the factor by which difficulties spread more than the logits of the facilities. Able and less
/// able learners answer the same item, which pulls the facilities together.
fn stretch(learners: Normal) -> f64 {
    (1.0 + (learners.sd / LOGISTIC_SD).powi(2)).sqrt()
}

impl Evidence {
    /// The mode of the posterior with a normal prior, and its standard error.
    fn posterior(&self, expected: f64, variance: f64) -> Difficulty {
        let stretch = stretch(self.answered_by);
        let answers = f64::from(self.answers);
        let points = self.points.clamp(0.0, answers);
        let chance =
            |difficulty| probability(self.answered_by.mean / stretch, difficulty / stretch);
        // Slope of the log posterior. The answers add at most n / X to the slope, so its root lies
        // at most `reach` away from `expected`.
        let slope = |difficulty| {
            (answers * chance(difficulty) - points) / stretch - (difficulty - expected) / variance
        };
        let reach = variance * answers / stretch;
        let estimate = falling_root(expected - reach, expected + reach, slope);
        let right = chance(estimate);
        let precision = answers * right * (1.0 - right) / stretch.powi(2) + 1.0 / variance;
        Difficulty {
            estimate,
            standard_error: precision.recip().sqrt(),
        }
    }

    /// Difficulty from the answers alone, and its variance: the logit of the facility. The halves
    /// of F. J. Anscombe (Biometrika 43, 1956) make it finite for items that all answer right.
    fn observed(&self) -> Option<(f64, f64)> {
        if self.answers == 0 {
            return None;
        }
        let answers = f64::from(self.answers);
        let right = self.points.clamp(0.0, answers) + 0.5;
        let wrong = answers + 1.0 - right;
        let stretch = stretch(self.answered_by);
        Some((
            self.answered_by.mean + stretch * (wrong / right).ln(),
            stretch.powi(2) * (1.0 / right + 1.0 / wrong),
        ))
    }
}

/// τ²: variance of the authors' errors beyond the noise of the answers. Solves Σ (b - a)² / (v +
/// τ²) = k over the k items that have answers and an estimate. The difficulty b and its variance v
/// come from the answers alone (R. C. Paule & J. Mandel, Journal of Research of the National Bureau
/// of Standards 87, 1982).
fn authors_variance(bank: &[Evidence]) -> f64 {
    let errors: Vec<(f64, f64)> = bank
        .iter()
        .filter_map(|item| {
            let (observed, noise) = item.observed()?;
            Some(((observed - expected_by_author(item.author?)).powi(2), noise))
        })
        .collect();
    if errors.len() < ENOUGH_ITEMS {
        return AUTHORS_SD.powi(2);
    }
    let count = errors.len() as f64;
    let excess = |variance: f64| -> f64 {
        let terms = errors
            .iter()
            .map(|(error, noise)| error / (noise + variance));
        terms.sum::<f64>() - count
    };
    // The root is never above the mean squared error, at which the sum is below k.
    let best = AUTHORS_BEST_SD.powi(2);
    let mean = errors.iter().map(|(error, _)| error).sum::<f64>() / count;
    falling_root(best, mean.max(best), excess)
}

/// Finds the root of a decreasing function between two bounds, by bisection. If the root lies
/// outside, returns the bound that is nearer to it.
fn falling_root(mut low: f64, mut high: f64, function: impl Fn(f64) -> f64) -> f64 {
    while high - low > 1e-9 * (1.0 + low.abs()) {
        let middle = (low + high) / 2.0;
        match function(middle) > 0.0 {
            true => low = middle,
            false => high = middle,
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn item(author: Option<f64>, answers: u32, points: f64) -> Evidence {
        Evidence {
            author,
            answers,
            points,
            answered_by: LEARNER_DISTRIBUTION,
        }
    }

    fn one(item: Evidence) -> Difficulty {
        calibrate(&[item])[0]
    }

    #[test]
    fn a_worked_example() {
        // 40 answers, 10 of them right. The author said 0.5, which is 0 logits, with τ² = 1. X =
        // √(1 + 1 / 2.89) = 1.16018. At b = 1.08697, p = 0.28153, so that (40 p - 10) / X =
        // 1.08697. The precision of the answers is 40 p (1 - p) / X² = 6.01089.
        let difficulty = one(item(Some(0.5), 40, 10.0));
        assert!((difficulty.estimate - 1.08697).abs() < 1e-4);
        assert!((difficulty.standard_error - (1.0f64 / (1.0 + 6.01089)).sqrt()).abs() < 1e-4);
    }

    #[test]
    fn without_answers_the_author_is_right() {
        assert_eq!(one(item(Some(0.5), 0, 0.0)).estimate, 0.0);
        let hard = one(item(Some(0.8), 0, 0.0));
        assert!((hard.estimate - 1.16018 * 4f64.ln()).abs() < 1e-4);
        assert_eq!(hard.standard_error, AUTHORS_SD);
        assert_eq!(one(item(None, 0, 0.0)).standard_error, ITEMS.sd);
    }

    #[test]
    fn who_answered_it_counts() {
        let by = |mean| Evidence {
            answered_by: Normal { mean, sd: 0.3 },
            ..item(None, 1_000, 500.0)
        };
        let difference = one(by(1.0)).estimate - one(by(-1.0)).estimate;
        assert!((difference - 2.0).abs() < 0.02);
    }

    /// Simulates a bank of 500 items whose authors' errors have this standard deviation. Returns
    /// the root mean squared errors of the authors, of the answers alone, and of both together.
    fn simulate(authors_sd: f64, answers: u32) -> [f64; 3] {
        let mut rng = StdRng::seed_from_u64(u64::from(answers));
        let mut normal = move || -> f64 {
            let (u, v): (f64, f64) = (rng.random(), rng.random());
            (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
        };
        let expected: Vec<f64> = (0..500).map(|_| 1.2 * normal()).collect();
        let truths: Vec<f64> = expected.iter().map(|a| a + authors_sd * normal()).collect();
        let mut rng = StdRng::seed_from_u64(2);
        let bank: Vec<Evidence> = truths
            .iter()
            .zip(&expected)
            .map(|(truth, expected)| {
                let logits = expected / stretch(LEARNER_DISTRIBUTION);
                let right = (0..answers)
                    .filter(|_| rng.random_bool(probability(normal(), *truth)))
                    .count();
                item(Some(probability(logits, 0.0)), answers, right as f64)
            })
            .collect();
        let error = |of: &dyn Fn(usize) -> f64| -> f64 {
            let squares = truths.iter().enumerate().map(|(i, t)| (of(i) - t).powi(2));
            (squares.sum::<f64>() / truths.len() as f64).sqrt()
        };
        let calibrated = calibrate(&bank);
        [
            error(&|i| expected_by_author(bank[i].author.unwrap())),
            error(&|i| bank[i].observed().unwrap().0),
            error(&|i| calibrated[i].estimate),
        ]
    }

    #[test]
    fn both_together_are_better_than_either() {
        for authors_sd in [0.4, 1.0] {
            for count in [10, 30, 100] {
                let [authors, answers, both] = simulate(authors_sd, count);
                assert!(both < authors.min(answers), "{authors_sd} {count}: {both}");
            }
        }
        // Authors who know nothing do little harm.
        let [_, answers, both] = simulate(2.0, 10);
        assert!(both < 1.1 * answers, "{both} {answers}");
        let [.., both] = simulate(1.0, 300);
        assert!(both < 0.2, "{both}");
    }

    fn banks() -> impl Strategy<Value = Vec<Evidence>> {
        let author = proptest::option::of(0.0..=1.0f64);
        let item = (author, 0u32..400, 0.0..=1.0f64, -2.0..2.0f64, 0.1..1.5f64);
        proptest::collection::vec(item, 1..40).prop_map(|items| {
            let evidence = |(author, answers, share, mean, sd)| Evidence {
                author,
                answers,
                points: f64::from(answers) * share,
                answered_by: Normal { mean, sd },
            };
            items.into_iter().map(evidence).collect()
        })
    }

    proptest! {
        #[test]
        fn a_difficulty_lies_between_the_author_and_the_answers(bank in banks()) {
            for (item, difficulty) in bank.iter().zip(calibrate(&bank)) {
                let expected = item.author.map_or(0.0, expected_by_author);
                let stretch = stretch(item.answered_by);
                let points = |difficulty: f64| {
                    f64::from(item.answers) * probability((item.answered_by.mean - difficulty) / stretch, 0.0)
                };
                let (low, high) = (points(expected).min(item.points), points(expected).max(item.points));
                prop_assert!((low - 1e-6..=high + 1e-6).contains(&points(difficulty.estimate)));
                prop_assert!(difficulty.standard_error > 0.0);
                prop_assert!(difficulty.standard_error.is_finite());
            }
        }

        #[test]
        fn more_right_answers_make_it_easier(answers in 1u32..200, share in 0.0..0.99f64, author in 0.0..=1.0f64) {
            let points = f64::from(answers) * share;
            let before = item(Some(author), answers, points);
            let after = item(Some(author), answers, (points + 1.0).min(f64::from(answers)));
            let (easy, hard) = (one(after).estimate, one(before).estimate);
            prop_assert!(easy < hard);
        }
    }
}
