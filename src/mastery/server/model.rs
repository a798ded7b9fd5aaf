//! The model of what a learner knows of one concept: Bayesian knowledge tracing with forgetting.
//!
//! The level is the probability that the concept is known. An answer changes it by Bayes' rule,
//! with the chances of a slip and of a lucky guess (Corbett and Anderson, "Knowledge tracing",
//! User Modeling and User-Adapted Interaction 4, 1995). Both chances depend on the difficulty of
//! the question (KT-IDEM: Pardos and Heffernan, UMAP 2011). Between answers the level falls toward
//! its prior (Qiu et al., "Does time matter?", EDM 2011), with a half-life that grows with each
//! right answer, and grows most where the answer came late (half-life regression: Settles and
//! Meeder, ACL 2016; the spacing effect: Cepeda et al. 2006).
//!
//! Knowledge tracing was chosen over a logistic regression because its parameters can be said in
//! words to a learner, its bounds hold without clipping, and a single answer already means
//! something. The parameters are constants: there are no data yet to fit them by.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Level of a concept without evidence.
pub const PRIOR: f64 = 0.2;

/// Chance to learn the concept from an answer and what is shown after it.
const LEARNED: f64 = 0.1;

/// Days after which half of the distance to the prior is left, before any right answer.
const HALF_LIFE: f64 = 7.0;

const HALF_LIVES: (f64, f64) = (2.0, 365.0);

/// Difficulty of a question of which nothing is known.
pub const DIFFICULTY: f64 = 0.5;

/// Part of its weight that disputed evidence keeps.
pub const DISPUTED: f64 = 0.25;

/// An answer that says something about a concept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredAnswer {
    /// From 0 to 1.
    pub points: f64,
    /// Share of learners who fail, from 0 to 1.
    pub difficulty: f64,
    /// From 0 to 1. Less than 1 for an answer that is about several concepts, or is disputed.
    pub weight: f64,
    pub at: DateTime<Utc>,
}

/// The belief about a learner and a concept after some answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Belief {
    /// Probability that the concept was known at `at`.
    known: f64,
    /// In days.
    half_life: f64,
    /// Sum of the weights of the answers.
    weight: f64,
    pub answers: u32,
    /// Time of the last answer.
    pub at: DateTime<Utc>,
}

/// Stored numbers are rounded, so that reading and writing them again changes nothing.
fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

fn guess(difficulty: f64) -> f64 {
    0.25 - 0.1 * difficulty.clamp(0.0, 1.0)
}

fn slip(difficulty: f64) -> f64 {
    0.05 + 0.1 * difficulty.clamp(0.0, 1.0)
}

/// Probability of a right answer to a question of this difficulty.
pub fn chance(known: f64, difficulty: f64) -> f64 {
    known * (1.0 - slip(difficulty)) + (1.0 - known) * guess(difficulty)
}

impl Belief {
    /// The belief without evidence.
    pub fn prior(at: DateTime<Utc>) -> Self {
        Self {
            known: PRIOR,
            half_life: HALF_LIFE,
            weight: 0.0,
            answers: 0,
            at,
        }
    }

    /// Returns the belief after these answers in their order of time, or None without answers.
    pub fn after_all(answers: &[ScoredAnswer]) -> Option<Self> {
        let first = answers.first()?;
        let prior = Self::prior(first.at);
        Some(answers.iter().fold(prior, |belief, one| belief.after(one)))
    }

    fn days_until(&self, now: DateTime<Utc>) -> f64 {
        (now - self.at).num_seconds().max(0) as f64 / 86_400.0
    }

    /// Part of the distance to the prior that is left at `now`.
    fn kept(&self, now: DateTime<Utc>) -> f64 {
        // Time alone brings nobody who knows less than the prior further than to the prior.
        let half_life = match self.known >= PRIOR {
            true => self.half_life,
            false => HALF_LIFE,
        };
        (-self.days_until(now) / half_life).exp2()
    }

    /// Probability that the concept is known at `now`.
    pub fn known(&self, now: DateTime<Utc>) -> f64 {
        PRIOR + (self.known - PRIOR) * self.kept(now)
    }

    /// The level from 0 to 100.
    pub fn level(&self, now: DateTime<Utc>) -> u8 {
        percent(self.known(now))
    }

    /// The belief after one more answer.
    pub fn after(&self, answer: &ScoredAnswer) -> Self {
        let points = answer.points.clamp(0.0, 1.0);
        let weight = answer.weight.clamp(0.0, 1.0);
        let before = self.known(answer.at);
        let (slip, guess) = (slip(answer.difficulty), guess(answer.difficulty));
        let of_right = before * (1.0 - slip) / (before * (1.0 - slip) + (1.0 - before) * guess);
        let of_wrong = before * slip / (before * slip + (1.0 - before) * (1.0 - guess));
        let learned = |known: f64| known + (1.0 - known) * LEARNED;
        // A wrong answer teaches something too, but never raises the level.
        let (right, wrong) = (learned(of_right), learned(of_wrong).min(before));
        let full = points * right + (1.0 - points) * wrong;
        let late = 1.0 - self.kept(answer.at);
        let growth = 1.0 + weight * points * (0.3 + 1.7 * late);
        let loss = 1.0 - 0.5 * weight * (1.0 - points);
        let half_life = (self.half_life * growth * loss).clamp(HALF_LIVES.0, HALF_LIVES.1);
        Self {
            known: rounded(before + weight * (full - before)),
            half_life: rounded(half_life),
            weight: rounded(self.weight + weight),
            answers: self.answers + 1,
            at: self.at.max(answer.at),
        }
    }

    /// The bounds within which the level probably is: one standard deviation of a beta
    /// distribution with this mean, and as many observations as there is evidence. Old evidence
    /// counts less.
    pub fn range(&self, now: DateTime<Utc>) -> (u8, u8) {
        let known = self.known(now);
        let observations = 2.0 + self.weight * self.kept(now);
        let spread = (known * (1.0 - known) / (observations + 1.0)).sqrt();
        (percent(known - spread), percent(known + spread))
    }
}

fn percent(share: f64) -> u8 {
    // The cast of a number within these bounds loses nothing but its fraction.
    (share.clamp(0.0, 1.0) * 100.0).round() as u8
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone};
    use proptest::prelude::*;

    use super::*;

    fn start() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 1, 1, 12, 0, 0).unwrap()
    }

    fn right(at: DateTime<Utc>) -> ScoredAnswer {
        ScoredAnswer {
            points: 1.0,
            difficulty: DIFFICULTY,
            weight: 1.0,
            at,
        }
    }

    fn answers() -> impl Strategy<Value = Vec<ScoredAnswer>> {
        let one = (0.0..=1.0, 0.0..=1.0, 0.0..=1.0, 0i64..90 * 24 * 60);
        prop::collection::vec(one, 0..12).prop_map(|drawn| {
            let mut at = start();
            let next = |(points, difficulty, weight, minutes): (f64, f64, f64, i64)| {
                at += TimeDelta::minutes(minutes);
                let points = if points > 0.5 { 1.0 } else { points };
                ScoredAnswer {
                    points,
                    difficulty,
                    weight,
                    at,
                }
            };
            drawn.into_iter().map(next).collect()
        })
    }

    fn belief(answers: &[ScoredAnswer]) -> Belief {
        Belief::after_all(answers).unwrap_or_else(|| Belief::prior(start()))
    }

    #[test]
    fn two_right_answers_master_a_concept_and_one_does_not() {
        let one = belief(&[right(start())]);
        assert!((50..70).contains(&one.level(start())), "{one:?}");
        let two = one.after(&right(start() + TimeDelta::days(1)));
        assert!(two.level(two.at) >= 70, "{two:?}");
        assert_eq!(two.answers, 2);
        let (low, high) = two.range(two.at);
        assert!(low < two.level(two.at) && two.level(two.at) < high);
    }

    #[test]
    fn spaced_answers_last_longer_than_crammed_ones() {
        let (mut crammed, mut spaced) = (Vec::new(), Vec::new());
        for at in 0..4 {
            crammed.push(right(
                start() + TimeDelta::days(28) + TimeDelta::minutes(at),
            ));
            spaced.push(right(start() + TimeDelta::days(7 * (at + 1))));
        }
        let later = start() + TimeDelta::days(60);
        assert!(belief(&spaced).level(later) > belief(&crammed).level(later));
    }

    proptest! {
        #[test]
        fn a_right_answer_never_lowers_the_level(
            before in answers(), difficulty in 0.0..=1.0, weight in 0.0..=1.0, hours in 0i64..5_000, later in 0i64..5_000,
        ) {
            let before = belief(&before);
            let at = before.at + TimeDelta::hours(hours);
            let after = before.after(&ScoredAnswer { points: 1.0, difficulty, weight, at });
            let later = at + TimeDelta::hours(later);
            prop_assert!(after.known(at) >= before.known(at) - 1e-5);
            prop_assert!(after.known(later) >= before.known(later) - 1e-5);
            let wrong = before.after(&ScoredAnswer { points: 0.0, difficulty, weight, at });
            prop_assert!(wrong.known(at) <= before.known(at) + 1e-5);
        }

        #[test]
        fn more_points_are_never_worse(before in answers(), a in 0.0..=1.0, b in 0.0..=1.0) {
            let before = belief(&before);
            let after = |points: f64| {
                before.after(&ScoredAnswer { points, difficulty: DIFFICULTY, weight: 1.0, at: before.at })
            };
            let (less, more) = (after(f64::min(a, b)), after(f64::max(a, b)));
            prop_assert!(more.known(before.at) >= less.known(before.at) - 1e-5);
        }

        #[test]
        fn it_moves_toward_the_prior_and_stays_within_bounds(given in answers(), days in 0i64..4_000) {
            let belief = belief(&given);
            let at = |days: i64| belief.known(belief.at + TimeDelta::days(days));
            prop_assert!((0.0..=1.0).contains(&at(days)));
            prop_assert!((at(days + 1) - PRIOR).abs() <= (at(days) - PRIOR).abs() + 1e-9);
            prop_assert!((at(20_000) - PRIOR).abs() < 0.01);
            let now = belief.at + TimeDelta::days(days);
            let (low, high) = belief.range(now);
            prop_assert!(low <= belief.level(now) && belief.level(now) <= high);
        }

        #[test]
        fn a_dispute_lowers_the_weight_of_an_answer(before in answers(), points in 0.0..=1.0) {
            let before = belief(&before);
            let after = |weight: f64| {
                let answer = ScoredAnswer { points, difficulty: DIFFICULTY, weight, at: before.at };
                (before.after(&answer).known(before.at) - before.known(before.at)).abs()
            };
            prop_assert!(after(DISPUTED) <= after(1.0) + 1e-5);
        }

        #[test]
        fn reading_and_writing_a_belief_changes_nothing(given in answers()) {
            let belief = belief(&given);
            let json = serde_json::to_string(&belief).unwrap();
            let read: Belief = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
    }
}
