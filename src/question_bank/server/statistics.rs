//! Classical item statistics of the questions of a bank, computed from graded answers. Answers of
//! one learner to the same question are not independent, so callers pass only the first.

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use crate::platform::ids::QuestionId;

/// Number of answers with a `rest` that a question needs before it may be flagged.
const ENOUGH_ANSWERS: usize = 30;
/// Share of the answers in the upper and in the lower group: T. L. Kelley, The selection of upper
/// and lower groups for the validation of test items, Journal of Educational Psychology 30, 1939.
const GROUP: f64 = 0.27;

/// A correlation this close to 0 has no sign: sums of floating-point numbers depend on their order.
const ROUNDING: f64 = 1e-9;

/// One learner's graded answer to one question.
#[derive(Debug, Clone, PartialEq)]
pub struct GradedAnswer {
    pub question: QuestionId,
    /// Points for the answer, from 0 to 1.
    pub points: f64,
    /// Mean points of the other questions of the same attempt, from 0 to 1. None if there were no
    /// others. For an adaptive exam, the domain score of the other answers, because all its
    /// learners get about half of their items right.
    pub rest: Option<f64>,
    /// Ids of the options chosen, for questions that have options.
    pub chosen: Vec<Uuid>,
    /// Seconds from the first view of the question to the last answer, if known.
    pub seconds: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct QuestionStatistics {
    pub question: QuestionId,
    pub answers: usize,
    /// Mean points, from 0 (nobody answers right) to 1 (everybody does).
    pub facility: f64,
    /// Correlation of the question's points with the rest of the attempt, from -1 to 1. The rest
    /// leaves the question out, as S. Henrysson corrects it (Psychometrika 28, 1963). With points
    /// of only 0 and 1, this is the point-biserial correlation. None if all points or all rests are
    /// equal.
    pub discrimination: Option<f64>,
    pub groups: Option<Groups>,
    /// Number of answers that chose each option. Options that nobody chose are missing.
    pub taken: BTreeMap<Uuid, usize>,
    pub median_seconds: Option<f64>,
    /// True if good learners tend to get the question wrong: the key may be wrong or the prompt
    /// misleading. This takes 30 answers, a negative discrimination, and an upper group with a
    /// lower facility than the lower group. At 30 answers, either sign alone would flag a sound
    /// question about twice as often.
    pub good_learners_fail: bool,
}

/// Facility among the answers with the best 27 % of rests and with the worst 27 %. Ties with the
/// last answer of a group are included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Groups {
    pub upper: f64,
    pub lower: f64,
}

/// Computes the statistics of each answered question, ordered by question id.
pub fn statistics(answers: &[GradedAnswer]) -> Vec<QuestionStatistics> {
    let mut by_question: BTreeMap<QuestionId, Vec<&GradedAnswer>> = BTreeMap::new();
    for one in answers {
        by_question.entry(one.question).or_default().push(one);
    }
    by_question
        .into_iter()
        .map(|(question, answers)| of_question(question, &answers))
        .collect()
}

fn of_question(question: QuestionId, answers: &[&GradedAnswer]) -> QuestionStatistics {
    let points: Vec<f64> = answers.iter().map(|one| one.points).collect();
    // Pairs of rest and points.
    let compared: Vec<(f64, f64)> = answers
        .iter()
        .filter_map(|one| Some((one.rest?, one.points)))
        .collect();
    let discrimination = correlation(&compared);
    let groups = groups(&compared);
    let is_inverted = discrimination.is_some_and(|correlation| correlation < -ROUNDING)
        && groups.is_some_and(|groups| groups.upper < groups.lower);
    QuestionStatistics {
        question,
        answers: answers.len(),
        facility: mean(&points),
        discrimination,
        groups,
        taken: taken(answers),
        median_seconds: median(answers.iter().filter_map(|one| one.seconds).collect()),
        good_learners_fail: compared.len() >= ENOUGH_ANSWERS && is_inverted,
    }
}

/// Pearson's correlation. None if either side does not vary.
fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let (left, right): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let (left_mean, right_mean) = (mean(&left), mean(&right));
    let (mut both, mut left_square, mut right_square) = (0.0, 0.0, 0.0);
    for (left, right) in pairs {
        let (left, right) = (left - left_mean, right - right_mean);
        both += left * right;
        left_square += left * left;
        right_square += right * right;
    }
    // Rounding can make equal values differ slightly from their mean.
    let varies = left_square.min(right_square) > 1e-12;
    varies.then(|| (both / (left_square * right_square).sqrt()).clamp(-1.0, 1.0))
}

/// Takes pairs of rest and points. None if the groups would overlap because of ties.
fn groups(pairs: &[(f64, f64)]) -> Option<Groups> {
    let mut rests: Vec<f64> = pairs.iter().map(|&(rest, _)| rest).collect();
    rests.sort_by(f64::total_cmp);
    let size = (rests.len() as f64 * GROUP).ceil() as usize;
    let last = size.checked_sub(1)?;
    let (low, high) = (*rests.get(last)?, *rests.get(rests.len() - size)?);
    let facility = |is_in: &dyn Fn(f64) -> bool| {
        let group = pairs.iter().filter(|&&(rest, _)| is_in(rest));
        mean(&group.map(|&(_, points)| points).collect::<Vec<_>>())
    };
    (low < high).then(|| Groups {
        upper: facility(&|rest| rest >= high),
        lower: facility(&|rest| rest <= low),
    })
}

fn taken(answers: &[&GradedAnswer]) -> BTreeMap<Uuid, usize> {
    let mut taken = BTreeMap::new();
    for one in answers {
        for option in one.chosen.iter().collect::<HashSet<_>>() {
            *taken.entry(*option).or_default() += 1;
        }
    }
    taken
}

/// The arithmetic mean; 0 for an empty list.
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some((values[low] + values[high]) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const QUESTION: QuestionId = QuestionId(Uuid::from_u128(1));

    fn one(points: f64, rest: f64) -> GradedAnswer {
        GradedAnswer {
            question: QUESTION,
            points,
            rest: Some(rest),
            chosen: Vec::new(),
            seconds: None,
        }
    }

    fn of(pairs: impl IntoIterator<Item = (f64, f64)>) -> QuestionStatistics {
        let answers: Vec<GradedAnswer> = pairs.into_iter().map(|(p, r)| one(p, r)).collect();
        statistics(&answers).remove(0)
    }

    #[test]
    fn a_worked_example() {
        // Ten learners. Right: rests .9 .8 .8 .7 .6 .4, mean .7. Wrong: .6 .5 .3 .2, mean .4. All:
        // mean .58, variance .0476. Point-biserial: (.7 - .4) / √.0476 × √(.6 × .4) = .67363.
        let right = [0.9, 0.8, 0.8, 0.7, 0.6, 0.4].map(|rest| (1.0, rest));
        let wrong = [0.6, 0.5, 0.3, 0.2].map(|rest| (0.0, rest));
        let found = of(right.into_iter().chain(wrong));
        assert_eq!((found.answers, found.facility), (10, 0.6));
        assert!((found.discrimination.unwrap() - 0.67363).abs() < 1e-5);
        // Three in each group: .9 .8 .8, and .2 .3 .4.
        let groups = found.groups.unwrap();
        assert_eq!(groups.upper, 1.0);
        assert!((groups.lower - 1.0 / 3.0).abs() < 1e-12);
        assert!(!found.good_learners_fail);
    }

    #[test]
    fn a_question_that_good_learners_get_wrong_is_flagged_after_enough_answers() {
        let inverted = |count: usize| {
            of((0..count).map(|n| {
                let is_good = n % 2 == 0;
                (
                    f64::from(u8::from(!is_good)),
                    if is_good { 0.9 } else { 0.3 },
                )
            }))
        };
        assert!(!inverted(29).good_learners_fail);
        assert!(inverted(30).good_learners_fail);
        assert_eq!(inverted(30).discrimination, Some(-1.0));
        // Hard, but the best learners get it right: no flag.
        let hard = of((0..40).map(|n| (f64::from(u8::from(n > 35)), f64::from(n) / 40.0)));
        assert!(hard.facility < 0.15 && !hard.good_learners_fail);
        // Of the best eleven one is right, of the worst eleven two are. Many above the middle are
        // right too, so there is no flag.
        let is_right = |n: u8| matches!(n, 0 | 1 | 20..=28 | 39);
        let mixed = of((0..40).map(|n| (f64::from(u8::from(is_right(n))), f64::from(n) / 40.0)));
        let groups = mixed.groups.unwrap();
        assert!(groups.upper < groups.lower && mixed.discrimination.unwrap() > 0.0);
        assert!(!mixed.good_learners_fail);
    }

    #[test]
    fn what_does_not_vary_tells_nothing() {
        let same = of([(1.0, 0.1), (1.0, 0.7), (1.0, 0.9)]);
        assert_eq!((same.discrimination, same.facility), (None, 1.0));
        let tied = of((0..30).map(|n| (f64::from(n % 2), 0.3)));
        assert_eq!((tied.discrimination, tied.groups), (None, None));
        let alone = GradedAnswer {
            rest: None,
            ..one(0.5, 0.0)
        };
        let found = statistics(&[alone]).remove(0);
        assert_eq!((found.answers, found.facility), (1, 0.5));
        assert_eq!((found.discrimination, found.groups), (None, None));
        assert!(statistics(&[]).is_empty());
    }

    #[test]
    fn options_times_and_questions_are_kept_apart() {
        let option = |n: u128| Uuid::from_u128(100 + n);
        let taking = |question: u128, chosen: &[u128], seconds| GradedAnswer {
            question: QuestionId(Uuid::from_u128(question)),
            chosen: chosen.iter().copied().map(option).collect(),
            seconds,
            ..one(1.0, 0.5)
        };
        let found = statistics(&[
            taking(2, &[1], Some(8.0)),
            taking(1, &[5], None),
            taking(2, &[1, 2, 2], Some(30.0)),
            taking(2, &[], Some(5.0)),
            taking(2, &[2], Some(10.0)),
        ]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].taken, BTreeMap::from([(option(5), 1)]));
        assert_eq!(found[0].median_seconds, None);
        assert_eq!(found[1].answers, 4);
        assert_eq!(
            found[1].taken,
            BTreeMap::from([(option(1), 2), (option(2), 2)])
        );
        assert_eq!(found[1].median_seconds, Some(9.0));
    }

    proptest! {
        #[test]
        fn statistics_stay_in_their_bounds_whatever_the_order(
            answers in proptest::collection::vec((0u8..=4, 0u8..=4), 1..60),
        ) {
            let pairs = answers.iter().map(|&(p, r)| (f64::from(p) / 4.0, f64::from(r) / 4.0));
            let found = of(pairs.clone());
            prop_assert!((0.0..=1.0).contains(&found.facility));
            prop_assert!(found.discrimination.is_none_or(|r| (-1.0..=1.0).contains(&r)));
            let back = of(pairs.rev());
            prop_assert_eq!(found.groups, back.groups);
            prop_assert_eq!(found.good_learners_fail, back.good_learners_fail);
        }

        /// Inverting the key inverts the discrimination.
        #[test]
        fn a_wrong_key_inverts_the_discrimination(
            answers in proptest::collection::vec((any::<bool>(), 0.0..=1.0f64), 2..60),
        ) {
            let keyed = |key: bool| {
                let pairs = answers.iter().map(|&(p, r)| (f64::from(u8::from(p == key)), r));
                of(pairs).discrimination
            };
            match (keyed(true), keyed(false)) {
                (Some(right), Some(wrong)) => prop_assert!((right + wrong).abs() < 1e-9),
                (right, wrong) => prop_assert_eq!(right, wrong),
            }
        }
    }
}
