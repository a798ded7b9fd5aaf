//! The frozen questions of an attempt, and the points for an answer to each of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::number;
use crate::platform::ids::{QuestionId, TopicId};
use crate::question_bank::AnswerState;

/// The questions of one attempt, as stored in the database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionSet {
    pub version: u32,
    pub questions: Vec<Frozen>,
}

/// A copy of a question from the moment it was drawn. Later edits of the question do not change the
/// copy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    pub question_id: QuestionId,
    pub topic_id: Option<TopicId>,
    pub prompt_html: String,
    pub explanation_html: Option<String>,
    pub kind: FrozenKind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FrozenKind {
    /// Options in the order shown.
    Choice {
        several: bool,
        options: Vec<FrozenOption>,
    },
    ShortAnswer {
        accepted: Vec<String>,
        tolerance: Option<f64>,
    },
    Tracing {
        program_html: String,
        prints: Option<String>,
        fails_at_line: Option<u32>,
    },
    /// Items in the right order, and their ids in the order shown. The ids are random for each
    /// attempt, so that they do not reveal the right order.
    Ordering {
        items: Vec<(Uuid, String)>,
        shown: Vec<Uuid>,
    },
    /// Items on the left and right in the order shown, and the right match of each left item.
    Matching {
        left: Vec<(Uuid, String)>,
        right: Vec<(Uuid, String)>,
        pairs: HashMap<Uuid, Uuid>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrozenOption {
    pub id: Uuid,
    pub html: String,
    pub is_correct: bool,
}

/// Answers by the index of their question from 0, as stored in the database.
pub type Answers = BTreeMap<usize, SavedAnswer>;

/// Returns the answer to the question with this index.
pub fn answer_to(answers: &Answers, at: usize) -> Option<&Answer> {
    answers.get(&at)?.answer.as_ref()
}

/// A learner's answer to one question.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SavedAnswer {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// True if the learner wants to come back to the question.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flagged: bool,
    /// The number of the newest change that arrived from each tab.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tabs: BTreeMap<Uuid, i32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Choice(Vec<Uuid>),
    Text(String),
    Prints(String),
    FailsAtLine(Option<u32>),
    /// The place of each item, from 1. Items without a place are missing.
    Places(HashMap<Uuid, usize>),
    Matches(HashMap<Uuid, Uuid>),
}

/// Returns the points of each question for its saved answer.
pub fn points_of_all<'a>(
    questions: impl IntoIterator<Item = &'a Frozen>,
    answers: &Answers,
    partial_credit: bool,
) -> Vec<f64> {
    let questions = questions.into_iter().enumerate();
    questions
        .map(|(at, question)| points(&question.kind, answer_to(answers, at), partial_credit))
        .collect()
}

/// Returns the points for an answer, from 0 to 1. Without partial credit the points are 0 or 1.
pub fn points(kind: &FrozenKind, answer: Option<&Answer>, partial_credit: bool) -> f64 {
    let share = match (kind, answer) {
        (FrozenKind::Choice { several, options }, Some(Answer::Choice(chosen))) => {
            choice(*several, options, chosen)
        }
        (
            FrozenKind::ShortAnswer {
                accepted,
                tolerance,
            },
            Some(Answer::Text(text)),
        ) => all(accepted
            .iter()
            .any(|right| same_answer(right, text, *tolerance))),
        (FrozenKind::Tracing { prints, .. }, Some(Answer::Prints(text))) => all(prints
            .as_deref()
            .is_some_and(|right| same_output(right, text))),
        (
            FrozenKind::Tracing {
                prints: None,
                fails_at_line,
                ..
            },
            Some(Answer::FailsAtLine(line)),
        ) => all(fails_at_line.is_none() || fails_at_line == line),
        (FrozenKind::Ordering { items, .. }, Some(Answer::Places(places))) => {
            let right = items
                .iter()
                .zip(1..)
                .filter(|((id, _), place)| places.get(id) == Some(place))
                .count();
            part(right, items.len())
        }
        (FrozenKind::Matching { pairs, .. }, Some(Answer::Matches(matches))) => {
            let right = pairs
                .iter()
                .filter(|(left, right)| matches.get(left) == Some(right))
                .count();
            part(right, pairs.len())
        }
        _ => 0.0,
    };
    match partial_credit {
        true => share,
        false => all(share >= 1.0),
    }
}

/// Says how much of the question is answered.
pub fn answer_state(kind: &FrozenKind, answer: Option<&Answer>) -> AnswerState {
    let (given, all) = match (kind, answer) {
        (_, None) => (0, 1),
        (FrozenKind::Ordering { items, .. }, Some(Answer::Places(places))) => {
            (places.values().collect::<HashSet<_>>().len(), items.len())
        }
        (FrozenKind::Matching { left, .. }, Some(Answer::Matches(matches))) => {
            (matches.values().collect::<HashSet<_>>().len(), left.len())
        }
        _ => (1, 1),
    };
    AnswerState::of(given, all)
}

/// The points as a percentage of the points possible, rounded to a whole number.
pub fn percent(points: &[f64]) -> i32 {
    match points.len() {
        0 => 0,
        count => (points.iter().sum::<f64>() * 100.0 / count as f64).round() as i32,
    }
}

/// Partial credit: right options chosen, minus wrong options chosen, divided by all right options.
fn choice(several: bool, options: &[FrozenOption], chosen: &[Uuid]) -> f64 {
    if !several && chosen.len() != 1 {
        return 0.0;
    }
    let is_chosen = |option: &&FrozenOption| chosen.contains(&option.id);
    // A single-choice question with more than one right option accepts any of them.
    let right = match several {
        true => options.iter().filter(|option| option.is_correct).count(),
        false => 1,
    };
    let (hits, misses): (Vec<_>, Vec<_>) = options
        .iter()
        .filter(is_chosen)
        .partition(|option| option.is_correct);
    part(hits.len().saturating_sub(misses.len()), right)
}

fn all(right: bool) -> f64 {
    if right { 1.0 } else { 0.0 }
}

fn part(right: usize, of: usize) -> f64 {
    if of == 0 {
        0.0
    } else {
        right as f64 / of as f64
    }
}

/// Compares short answers without regard to case and spaces. With a tolerance, which may be 0, both
/// are numbers, which can be written in several ways. Without one, both are texts. A comma then
/// counts as a point if the right answer is a number.
fn same_answer(right: &str, given: &str, tolerance: Option<f64>) -> bool {
    let (right, given) = (plain(right), plain(given));
    if right == given {
        return true;
    }
    match tolerance {
        Some(tolerance) => {
            // "1,000" is right if it is right as 1 or as 1000.
            let readings = [number::plain(&given), number::without_groups(&given)];
            number::plain(&right).is_some_and(|right| {
                let mut readings = readings.iter().flatten();
                readings.any(|given| is_near(&right, given, tolerance))
            })
        }
        None => number::plain(&right).is_some() && with_point(&right) == with_point(&given),
    }
}

/// Returns the text without spaces and invisible characters, in lowercase, and with ASCII digits
/// and signs.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .filter_map(number::ascii)
        .flat_map(char::to_lowercase)
        .collect()
}

fn with_point(text: &str) -> String {
    text.replace(',', ".")
}

/// Relative rounding error that is added to a tolerance. Otherwise sums of binary fractions could
/// miss the ends of the tolerance, which belong to it.
const ROUNDING: f64 = 1e-12;

/// True if the distance of two numbers is within the tolerance. Both are in the form that
/// `number::plain` returns.
fn is_near(right: &str, given: &str, tolerance: f64) -> bool {
    // An f64 cannot represent every whole number beyond 2^53, so integers are compared as integers.
    if let (Ok(right), Ok(given)) = (right.parse::<i64>(), given.parse::<i64>()) {
        return right.abs_diff(given) as f64 <= tolerance;
    }
    if let (Ok(right), Ok(given)) = (right.parse::<u64>(), given.parse::<u64>()) {
        return right.abs_diff(given) as f64 <= tolerance;
    }
    let (Ok(right), Ok(given)) = (right.parse::<f64>(), given.parse::<f64>()) else {
        return false;
    };
    let rounding = match tolerance > 0.0 {
        true => ROUNDING * right.abs().max(given.abs()).max(tolerance),
        false => 0.0,
    };
    (right - given).abs() <= tolerance + rounding
}

/// Compares outputs line by line. Spaces at the ends of lines and blank lines at the start and end
/// make no difference.
fn same_output(right: &str, given: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        text.trim_end()
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    };
    lines(right.trim_start_matches('\n')) == lines(given.trim_start_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::server::draft::AnswerDraft;
    use proptest::prelude::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn choices(several: bool, right: &[bool]) -> FrozenKind {
        FrozenKind::Choice {
            several,
            options: right
                .iter()
                .zip(1..)
                .map(|(&is_correct, n)| FrozenOption {
                    id: id(n),
                    html: String::new(),
                    is_correct,
                })
                .collect(),
        }
    }

    fn chosen(ids: &[u128]) -> Option<Answer> {
        Some(Answer::Choice(ids.iter().copied().map(id).collect()))
    }

    #[test]
    fn choices_are_all_or_nothing_unless_part_counts() {
        let kind = choices(true, &[true, true, false, false]);
        let both = |ids: &[u128]| {
            let answer = chosen(ids);
            (
                points(&kind, answer.as_ref(), false),
                points(&kind, answer.as_ref(), true),
            )
        };
        assert_eq!(both(&[1, 2]), (1.0, 1.0));
        assert_eq!(both(&[1]), (0.0, 0.5));
        assert_eq!(both(&[1, 3]), (0.0, 0.0));
        assert_eq!(both(&[1, 2, 3]), (0.0, 0.5));
        assert_eq!(both(&[1, 2, 3, 4]), (0.0, 0.0));
        assert_eq!(both(&[]), (0.0, 0.0));
        let any = choices(false, &[true, true, false]);
        assert_eq!(points(&any, chosen(&[2]).as_ref(), false), 1.0);
        assert_eq!(points(&any, chosen(&[3]).as_ref(), true), 0.0);
        let one = choices(false, &[false, true]);
        assert_eq!(points(&one, chosen(&[2]).as_ref(), false), 1.0);
        assert_eq!(points(&one, chosen(&[1, 2]).as_ref(), true), 0.0);
    }

    #[test]
    fn short_answers_forgive_case_spaces_and_the_tolerance() {
        let kind = |tolerance| FrozenKind::ShortAnswer {
            accepted: vec!["Vec<i32>".into(), "3.5".into()],
            tolerance,
        };
        let right = |text: &str, tolerance| {
            points(&kind(tolerance), Some(&Answer::Text(text.into())), false) == 1.0
        };
        assert!(right(" vec < I32 > ", None));
        assert!(right("3,5", None));
        assert!(!right("3,50", None), "a text is not a number");
        assert!(right("3,50", Some(0.0)));
        assert!(!right("3.6", None));
        assert!(right("3.6", Some(0.11)));
        assert!(!right("", Some(0.11)));
    }

    #[test]
    fn numbers_reach_to_the_ends_of_their_tolerance_and_no_further() {
        let right = |accepted: &str, given: &str, tolerance| {
            let kind = FrozenKind::ShortAnswer {
                accepted: vec![accepted.into()],
                tolerance,
            };
            points(&kind, Some(&Answer::Text(given.into())), false) == 1.0
        };
        assert!(right("3.14", "3.15", Some(0.01)));
        assert!(right("3.14", "3,13", Some(0.01)));
        assert!(!right("3.14", "3.1500001", Some(0.01)));
        assert!(right("1", "1.0", Some(0.0)));
        let most = u64::MAX.to_string();
        assert!(!right(&most, "18446744073709551614", Some(0.0)));
        assert!(!right(&most, "18446744073709551614", None));
        assert!(right(&most, "18446744073709551614", Some(1.0)));
        assert!(!right("1.10", "1.1", None));
        assert!(!right("1.0", "1", None));
        // Numbers in the spellings that people use.
        assert!(right("-5.5", "\u{2212}5,5", Some(0.0)));
        assert!(right("\u{2212}5", "-5", None));
        assert!(right("1234567.5", "1\u{202f}234\u{202f}567,5", Some(0.0)));
        assert!(right("1000", "1,000", Some(0.0)) && right("1", "1,000", Some(0.0)));
        assert!(right("1000", "1\u{a0}000", None));
        assert!(right("3,14", "3.14", Some(0.0)));
        assert!(!right("1000", "1,0000", Some(0.0)));
        for huge in ["inf", "-inf", "nan", "1e999"] {
            assert!(!right("1", huge, Some(1.0)), "{huge}");
        }
    }

    #[test]
    fn a_program_prints_or_fails() {
        let kind = |prints: Option<&str>, fails_at_line| FrozenKind::Tracing {
            program_html: String::new(),
            prints: prints.map(str::to_owned),
            fails_at_line,
        };
        let of = |kind: &FrozenKind, answer| points(kind, Some(&answer), false);
        let prints = kind(Some("1\n2\n"), None);
        assert_eq!(of(&prints, Answer::Prints("1 \r\n2".into())), 1.0);
        assert_eq!(of(&prints, Answer::Prints("12".into())), 0.0);
        assert_eq!(of(&prints, Answer::FailsAtLine(None)), 0.0);
        assert_eq!(of(&kind(None, None), Answer::FailsAtLine(None)), 1.0);
        assert_eq!(of(&kind(None, None), Answer::FailsAtLine(Some(4))), 1.0);
        assert_eq!(of(&kind(None, Some(3)), Answer::FailsAtLine(Some(3))), 1.0);
        assert_eq!(of(&kind(None, Some(3)), Answer::FailsAtLine(None)), 0.0);
        assert_eq!(of(&kind(None, Some(3)), Answer::Prints(String::new())), 0.0);
    }

    #[test]
    fn orders_and_matches_count_what_is_in_its_place() {
        let ordering = FrozenKind::Ordering {
            items: (1..=4).map(|n| (id(n), String::new())).collect(),
            shown: vec![],
        };
        let order = |ids: [u128; 4]| Answer::Places(ids.map(id).into_iter().zip(1..).collect());
        let begun = Answer::Places([(id(1), 1), (id(2), 1)].into());
        assert_eq!(points(&ordering, Some(&begun), true), 0.25);
        assert_eq!(points(&ordering, Some(&order([1, 2, 3, 4])), false), 1.0);
        assert_eq!(points(&ordering, Some(&order([1, 2, 4, 3])), false), 0.0);
        assert_eq!(points(&ordering, Some(&order([1, 2, 4, 3])), true), 0.5);
        let matching = FrozenKind::Matching {
            left: vec![],
            right: vec![],
            pairs: [(id(1), id(11)), (id(2), id(12))].into(),
        };
        let half = Answer::Matches([(id(1), id(11)), (id(2), id(11))].into());
        assert_eq!(points(&matching, Some(&half), true), 0.5);
        assert_eq!(points(&matching, None, true), 0.0);
    }

    #[test]
    fn an_order_or_a_match_is_incomplete_until_every_part_is_given() {
        let ordering = FrozenKind::Ordering {
            items: (1..=3).map(|n| (id(n), String::new())).collect(),
            shown: vec![],
        };
        let order = |places: &[usize]| {
            let ids = (1..).map(id);
            let answer = Answer::Places(ids.zip(places.iter().copied()).collect());
            answer_state(&ordering, Some(&answer))
        };
        assert_eq!(answer_state(&ordering, None), AnswerState::Missing);
        assert_eq!(order(&[2]), AnswerState::Incomplete);
        assert_eq!(order(&[2, 2, 1]), AnswerState::Incomplete);
        assert_eq!(order(&[2, 3, 1]), AnswerState::Complete);
        let matching = FrozenKind::Matching {
            left: (1..=2).map(|n| (id(n), String::new())).collect(),
            right: vec![],
            pairs: HashMap::new(),
        };
        let matched = |pairs: &[(u128, u128)]| {
            let pairs = pairs.iter().map(|(left, right)| (id(*left), id(*right)));
            answer_state(&matching, Some(&Answer::Matches(pairs.collect())))
        };
        assert_eq!(matched(&[(1, 11)]), AnswerState::Incomplete);
        assert_eq!(matched(&[(1, 11), (2, 12)]), AnswerState::Complete);
        let choice = choices(false, &[true, false]);
        assert_eq!(
            answer_state(&choice, chosen(&[2]).as_ref()),
            AnswerState::Complete
        );
    }

    proptest! {
        #[test]
        fn both_ends_of_an_imported_range_are_right(
            low in -1_000_000i64..1_000_000,
            width in 1i64..1_000_000,
            decimals in 0usize..6,
            as_range: bool,
        ) {
            let written = |number: i64| format!("{:.decimals$}", number as f64 / 10f64.powi(decimals as i32));
            let (from, to) = (low, low + 2 * width);
            let gift = match as_range {
                true => format!("How much?{{#{}..{}}}", written(from), written(to)),
                false => format!("How much?{{#{}:{}}}", written(low + width), written(width)),
            };
            let imported = crate::question_bank::server::exchange::read("a.gift", gift.as_bytes()).unwrap();
            let AnswerDraft::ShortAnswer { accepted, tolerance } = imported.questions[0].answer.clone() else {
                panic!("{imported:?}")
            };
            let kind = FrozenKind::ShortAnswer { accepted, tolerance };
            let right = |text: String| points(&kind, Some(&Answer::Text(text)), false) == 1.0;
            prop_assert!(right(written(from)) && right(written(to)), "{}", gift);
            prop_assert!(!right(written(from - 1)) && !right(written(to + 1)), "{}", gift);
        }

        #[test]
        fn points_are_a_share_and_percentages_whole(
            right in proptest::collection::vec(any::<bool>(), 1..8),
            picks in proptest::collection::vec(1u128..9, 0..8),
            several: bool,
            partial: bool,
        ) {
            let got = points(&choices(several, &right), chosen(&picks).as_ref(), partial);
            prop_assert!((0.0..=1.0).contains(&got));
            prop_assert!(partial || got == 0.0 || got == 1.0);
        }

        #[test]
        fn a_percentage_lies_between_nothing_and_all(points in proptest::collection::vec(0.0f64..=1.0, 0..21)) {
            let percent = percent(&points);
            prop_assert!((0..=100).contains(&percent));
            prop_assert!(percent == 100 || points.iter().any(|point| *point < 1.0) || points.is_empty());
        }
    }
}
