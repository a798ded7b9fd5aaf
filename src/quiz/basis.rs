//! What the form of a question was shown with. A form sends all of it, however little was changed in it: what is as it was
//! shown is nobody's change, and never takes the place of what another tab has saved meanwhile.

use sha2::{Digest, Sha256};

use super::grade::{Answer, Given};

/// Short, as it goes to the browser and comes back: a hash of the answer, and whether it is flagged, as in `9f86d081884c7d65.0`.
pub fn basis(given: Option<&Given>) -> String {
    let answer = given.and_then(|given| given.answer.as_ref());
    let flagged = given.is_some_and(|given| given.flagged);
    format!("{:016x}.{}", hash(answer), u8::from(flagged))
}

/// The same for the same answer, in whatever order its parts come.
fn hash(answer: Option<&Answer>) -> u64 {
    let mut answer = answer.cloned();
    if let Some(Answer::Choice(chosen)) = &mut answer {
        chosen.sort();
    }
    // As a value first, whose maps are in order.
    let value = serde_json::to_value(answer).unwrap_or_default();
    let digest = Sha256::digest(value.to_string());
    digest[..8]
        .iter()
        .fold(0, |hash, byte| (hash << 8) | u64::from(*byte))
}

/// Which parts of what a form sends were changed in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    pub answer: bool,
    pub flag: bool,
}

/// What was changed in a form that was shown with `shown`; all of it where that is not known.
pub fn changed(shown: Option<&str>, sent: &Given) -> Changed {
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

    fn given(answer: Option<Answer>, flagged: bool) -> Given {
        Given {
            answer,
            flagged,
            ..Given::default()
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
