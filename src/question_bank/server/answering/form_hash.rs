//! Hash of the answer that a question's form was rendered with. A form sends all of its fields,
//! even those that nobody changed. A part that equals the hash is left unchanged, so that a stale
//! tab cannot overwrite newer answers of another tab.

use sha2::{Digest, Sha256};

use crate::question_bank::server::grade::{Answer, SavedAnswer};

/// Returns a short hash of the answer and its flag, such as `9f86d081884c7d65.0`. Short, because
/// each form carries it to the browser and back.
pub fn basis(given: Option<&SavedAnswer>) -> String {
    let answer = given.and_then(|given| given.answer.as_ref());
    let flagged = given.is_some_and(|given| given.flagged);
    format!("{:016x}.{}", hash(answer), u8::from(flagged))
}

/// Hashes the answer. The order of chosen options makes no difference.
fn hash(answer: Option<&Answer>) -> u64 {
    let mut answer = answer.cloned();
    if let Some(Answer::Choice(chosen)) = &mut answer {
        chosen.sort();
    }
    // A `serde_json::Value` sorts the keys of maps; a `HashMap` alone has no fixed order.
    let value = serde_json::to_value(answer).unwrap_or_default();
    let digest = Sha256::digest(value.to_string());
    digest[..8]
        .iter()
        .fold(0, |hash, byte| (hash << 8) | u64::from(*byte))
}

/// The parts of a form that a learner changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    pub answer: bool,
    pub flag: bool,
}

/// Compares the answer in a form with the hash `shown` of the answer it was rendered with. All
/// parts count as changed if the hash is missing or malformed.
pub fn changed(shown: Option<&str>, sent: &SavedAnswer) -> Changed {
    let sent = basis(Some(sent));
    match (
        shown.and_then(|shown| shown.split_once('.')),
        sent.split_once('.'),
    ) {
        (Some(shown), Some(sent)) => Changed {
            answer: shown.0 != sent.0,
            flag: shown.1 != sent.1,
        },
        _ => Changed {
            answer: true,
            flag: true,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn given(answer: Option<Answer>, flagged: bool) -> SavedAnswer {
        SavedAnswer {
            answer,
            flagged,
            ..SavedAnswer::default()
        }
    }

    proptest! {
        #[test]
        fn a_form_that_nobody_touched_changes_nothing(
            places in proptest::collection::hash_map(any::<u128>(), 1usize..9, 0..9),
            flagged: bool,
        ) {
            let answer = |places: &HashMap<u128, usize>| {
                let places = places.iter().map(|(id, place)| (Uuid::from_u128(*id), *place));
                Some(Answer::Places(places.collect()))
            };
            let shown = basis(Some(&given(answer(&places), flagged)));
            let untouched = Changed { answer: false, flag: false };
            prop_assert_eq!(changed(Some(&shown), &given(answer(&places), flagged)), untouched);
            let flag = Changed { answer: false, flag: true };
            prop_assert_eq!(changed(Some(&shown), &given(answer(&places), !flagged)), flag);
        }

        #[test]
        fn the_order_of_what_was_chosen_makes_no_difference(chosen in proptest::collection::vec(any::<u128>(), 0..9)) {
            let chosen: Vec<Uuid> = chosen.into_iter().map(Uuid::from_u128).collect();
            let back = chosen.iter().rev().copied().collect();
            let shown = basis(Some(&given(Some(Answer::Choice(chosen)), false)));
            prop_assert!(!changed(Some(&shown), &given(Some(Answer::Choice(back)), false)).answer);
        }

        #[test]
        fn another_answer_is_a_change(one in ".{0,20}", other in ".{0,20}") {
            let shown = basis(Some(&given(Some(Answer::Text(one.clone())), false)));
            let sent = given(Some(Answer::Text(other.clone())), false);
            prop_assert_eq!(changed(Some(&shown), &sent).answer, one != other);
            prop_assert!(changed(Some(&basis(None)), &sent).answer);
            prop_assert!(changed(Some("garbled"), &sent).answer && changed(None, &sent).flag);
        }
    }
}
