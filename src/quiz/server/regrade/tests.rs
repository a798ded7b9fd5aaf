//! Tests of the rules of regrading.

use std::collections::HashMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::platform::ids::{AttemptId, CourseId, QuizNumber};
use crate::question_bank::server::apply_key::rekey;
use crate::question_bank::server::grade::{Answer, FrozenOption, QuestionSet, SavedAnswer};
use crate::quiz::server::store::QuizKey;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn choice(options: &[(u128, bool)]) -> FrozenKind {
    FrozenKind::Choice {
        several: false,
        options: options
            .iter()
            .map(|&(n, is_correct)| FrozenOption {
                id: id(n),
                html: n.to_string(),
                is_correct,
            })
            .collect(),
    }
}

fn ordering(ids: &[u128], texts: &[&str]) -> FrozenKind {
    let parts = ids.iter().zip(texts);
    FrozenKind::Ordering {
        items: parts
            .map(|(&n, text)| (id(n), (*text).to_owned()))
            .collect(),
        shown: Vec::new(),
    }
}

/// An attempt with two questions, each a choice between 1 and 2. Option 1 is right.
fn attempt(chosen: [u128; 2]) -> Attempt {
    let kind = choice(&[(1, true), (2, false)]);
    let question = |n| Frozen {
        question_id: QuestionId(id(n)),
        topic_id: None,
        prompt_html: String::new(),
        explanation_html: None,
        kind: kind.clone(),
    };
    let answer = |n| Answer::Choice(vec![id(n)]);
    let points: Vec<f64> = chosen
        .iter()
        .map(|&n| grade::points(&kind, Some(&answer(n)), false))
        .collect();
    let score = grade::percent(&points);
    let status = match score >= 70 {
        true => AttemptStatus::Passed,
        false => AttemptStatus::Failed,
    };
    Attempt {
        attempt_id: AttemptId(id(9)),
        quiz: QuizKey {
            course: CourseId(id(8)),
            number: QuizNumber::new(1, 1),
        },
        set: QuestionSet {
            version: 1,
            questions: vec![question(11), question(12)],
        },
        answers: chosen
            .iter()
            .enumerate()
            .map(|(at, &n)| {
                let given = SavedAnswer {
                    answer: Some(answer(n)),
                    ..SavedAnswer::default()
                };
                (at, given)
            })
            .collect(),
        score: Some(score),
        points,
        status,
        passing_score_percent: 70,
        partial_credit: false,
        started_at: chrono::DateTime::UNIX_EPOCH,
        expires_at: None,
        completed_at: Some(chrono::DateTime::UNIX_EPOCH),
    }
}

#[test]
fn another_key_gives_and_takes_points_but_never_a_pass() {
    let second = Ruling::Key(choice(&[(2, true), (1, false), (3, false)]));
    let question = QuestionId(id(12));
    let gained = regrade(&attempt([1, 2]), question, &second, &[])
        .unwrap()
        .unwrap();
    assert_eq!((gained.score, gained.status), (100, AttemptStatus::Passed));
    assert_eq!(gained.points, [1.0, 1.0]);
    let lost = regrade(&attempt([1, 1]), question, &second, &[])
        .unwrap()
        .unwrap();
    assert_eq!((lost.score, lost.status), (50, AttemptStatus::Passed));
    // A question that the attempt does not contain changes nothing.
    let other = regrade(&attempt([1, 1]), QuestionId(id(13)), &second, &[]);
    assert_eq!(other, Ok(None));
    let both = Ruling::Key(choice(&[(1, true), (2, true)]));
    let same = regrade(&attempt([1, 1]), question, &both, &[])
        .unwrap()
        .unwrap();
    assert!(
        !same.changes_result(&attempt([1, 1])),
        "the key changes, the result does not"
    );
}

#[test]
fn what_was_shown_decides_whether_the_present_key_says_anything() {
    let shown = choice(&[(1, true), (2, false)]);
    let rekeyed = |present: FrozenKind| rekey(&shown, &present);
    assert!(rekeyed(choice(&[(2, true), (1, false)])).is_ok());
    assert!(rekeyed(choice(&[(1, true)])).is_ok(), "a wrong one is gone");
    assert_eq!(rekeyed(choice(&[(2, true)])), Err(Obstacle::OptionsGone));
    assert_eq!(
        rekeyed(choice(&[(1, false), (2, false), (3, true)])),
        Err(Obstacle::OptionsGone)
    );
    let text = FrozenKind::ShortAnswer {
        accepted: vec!["4".into()],
        tolerance: None,
    };
    assert_eq!(rekeyed(text), Err(Obstacle::OtherType));
    let tracing = |program: &str, line| FrozenKind::Tracing {
        program_html: program.to_owned(),
        prints: None,
        fails_at_line: line,
    };
    assert_eq!(
        rekey(&tracing("a", Some(1)), &tracing("a", Some(2))),
        Ok(tracing("a", Some(2)))
    );
    assert_eq!(
        rekey(&tracing("a", None), &tracing("b", None)),
        Err(Obstacle::ProgramChanged)
    );
}

#[test]
fn parts_are_known_by_their_text() {
    let shown = ordering(&[1, 2, 3], &["a", "b", "c"]);
    let present = ordering(&[7, 8, 9], &["c", "a", "b"]);
    assert_eq!(
        rekey(&shown, &present),
        Ok(ordering(&[3, 1, 2], &["c", "a", "b"]))
    );
    for other in [
        ordering(&[7, 8], &["c", "a"]),
        ordering(&[7, 8, 9], &["c", "a", "d"]),
        ordering(&[7, 8, 9, 10], &["c", "a", "b", "b"]),
    ] {
        assert_eq!(rekey(&shown, &other), Err(Obstacle::PartsChanged));
    }
    let matching = |offset: u128, pairs: [(u128, u128); 2]| FrozenKind::Matching {
        left: vec![(id(offset + 1), "l1".into()), (id(offset + 2), "l2".into())],
        right: vec![(id(offset + 3), "r1".into()), (id(offset + 4), "r2".into())],
        pairs: pairs.map(|(from, to)| (id(from), id(to))).into(),
    };
    let Ok(FrozenKind::Matching { pairs, .. }) = rekey(
        &matching(0, [(1, 3), (2, 4)]),
        &matching(10, [(11, 14), (12, 13)]),
    ) else {
        panic!("the parts are the same");
    };
    assert_eq!(pairs, HashMap::from([(id(1), id(4)), (id(2), id(3))]));
}

proptest! {
    /// A ruling that was carried out changes nothing when it is carried out again. Points stay
    /// within bounds, and no pass is lost.
    #[test]
    fn a_ruling_is_carried_out_once(
        chosen in (1u128..3, 1u128..3),
        rulings in proptest::collection::vec((11u128..13, proptest::option::of(1u128..3)), 1..6),
    ) {
        let mut attempt = attempt([chosen.0, chosen.1]);
        let mut applied: Vec<Applied> = Vec::new();
        for (n, right) in rulings {
            let question = QuestionId(id(n));
            let ruling = match right {
                Some(right) => Ruling::Key(choice(&[(1, right == 1), (2, right == 2)])),
                None => Ruling::Everybody,
            };
            let before = attempt.status;
            if let Some(change) = regrade(&attempt, question, &ruling, &applied).unwrap() {
                prop_assert!(change.points.iter().all(|point| (0.0..=1.0).contains(point)));
                prop_assert!((0..=100).contains(&change.score));
                prop_assert!(before != AttemptStatus::Passed || change.status == before);
                applied.push(Applied {
                    regrading_id: crate::platform::ids::RegradingId(id(1)),
                    attempt_id: attempt.attempt_id,
                    question: change.question,
                    key: change.key,
                    old_score: attempt.score.unwrap(),
                    old_status: attempt.status,
                    new_score: change.score,
                    new_status: change.status,
                    regraded_at: chrono::DateTime::UNIX_EPOCH,
                    reason: String::new(),
                });
                attempt.points = change.points;
                attempt.score = Some(change.score);
                attempt.status = change.status;
            }
            prop_assert_eq!(regrade(&attempt, question, &ruling, &applied), Ok(None));
        }
    }
}
