//! Merges an answer that a browser sent into the stored one. Changes of one tab take effect in the
//! order in which the tab made them. A stale tab changes only the parts that were changed in it.

use uuid::Uuid;

use super::form_hash::{self, Changed};
use super::read_form::read;
use crate::platform::error::AppResult;
use crate::question_bank::AnswerForm;
use crate::question_bank::server::grade::{FrozenKind, SavedAnswer};

/// The number of a change within its tab. Numbers grow with each change.
#[derive(Debug, Clone, Copy)]
struct TabChange {
    tab: Uuid,
    number: i32,
}

/// A browser's request to store the answer to one question of an attempt or a sitting.
pub struct AnswerChange {
    /// Index of the question, from 0.
    pub question: usize,
    sent: AnswerForm,
    /// Hash of the answer when the page was last loaded or saved; see `form_hash`.
    basis: Option<String>,
    change: Option<TabChange>,
}

/// The effect of a change on the stored answer.
pub struct MergedAnswer {
    /// Hash of the answer that was sent. The form sends it with its next change.
    pub basis: String,
    /// The parts of the form that the learner changed.
    pub changed: Changed,
    /// The value to store. None if nothing changes.
    pub next: Option<SavedAnswer>,
}

/// Number of tabs whose newest change is remembered. One more tab clears the list, so that it
/// cannot grow without end.
const TABS: usize = 32;

impl AnswerChange {
    /// `tab` and `number` give the order of changes. A form without scripts sends neither.
    pub fn new(
        question: usize,
        sent: AnswerForm,
        basis: Option<String>,
        tab: Option<Uuid>,
        number: Option<i32>,
    ) -> Self {
        Self {
            question,
            sent,
            basis,
            change: (tab.zip(number)).map(|(tab, number)| TabChange { tab, number }),
        }
    }

    /// Reads the answer to a question of this kind and merges it into `kept`.
    ///
    /// # Errors
    ///
    /// A field error if the question does not offer the answer.
    pub fn merge(&self, kind: &FrozenKind, kept: &SavedAnswer) -> AppResult<MergedAnswer> {
        let given = SavedAnswer {
            answer: read(kind, &self.sent)?,
            flagged: self.sent.flagged.is_some(),
            ..SavedAnswer::default()
        };
        let changed = form_hash::changed(self.basis.as_deref(), &given);
        Ok(MergedAnswer {
            basis: form_hash::basis(Some(&given)),
            changed,
            next: self.over(kept, given, changed),
        })
    }

    /// Returns the value to store instead of `kept`, or None if nothing changes. A change that
    /// arrives after a newer one of the same tab is ignored. Unchanged parts of the form stay as
    /// they are stored, because another tab may have changed them since.
    fn over(
        &self,
        kept: &SavedAnswer,
        given: SavedAnswer,
        changed: Changed,
    ) -> Option<SavedAnswer> {
        let mut next = kept.clone();
        if let Some(TabChange { tab, number }) = self.change {
            if number <= kept.tabs.get(&tab).copied().unwrap_or(0) {
                return None;
            }
            if next.tabs.len() >= TABS {
                next.tabs.clear();
            }
            next.tabs.insert(tab, number);
        }
        if changed.answer {
            next.answer = given.answer;
        }
        if changed.flag {
            next.flagged = given.flagged;
        }
        (next != *kept).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question_bank::server::grade::Answer;
    use proptest::prelude::*;

    fn given(text: &str, flagged: bool) -> SavedAnswer {
        SavedAnswer {
            answer: (!text.is_empty()).then(|| Answer::Text(text.to_owned())),
            flagged,
            ..SavedAnswer::default()
        }
    }

    /// Merges a form of an open question into `kept`.
    fn merged(
        kept: &SavedAnswer,
        sent: &SavedAnswer,
        basis: Option<String>,
        number: Option<i32>,
    ) -> SavedAnswer {
        let kind = FrozenKind::ShortAnswer {
            accepted: Vec::new(),
            tolerance: None,
        };
        let form = AnswerForm {
            text: match &sent.answer {
                Some(Answer::Text(text)) => Some(text.clone()),
                _ => None,
            },
            flagged: sent.flagged.then(|| "on".to_owned()),
            ..AnswerForm::default()
        };
        let change = AnswerChange::new(0, form, basis, Some(Uuid::from_u128(1)), number);
        let merged = change.merge(&kind, kept).unwrap();
        merged.next.unwrap_or_else(|| kept.clone())
    }

    proptest! {
        /// Changes of one tab may arrive in any order; the newest one stays.
        #[test]
        fn what_comes_late_takes_nothing_back(order in Just((1..8).collect::<Vec<i32>>()).prop_shuffle()) {
            let mut kept = SavedAnswer::default();
            for number in order {
                kept = merged(&kept, &given(&number.to_string(), false), None, Some(number));
            }
            prop_assert_eq!(kept.answer, given("7", false).answer);
        }

        /// A tab that changes neither the answer nor the flag keeps the changes of other tabs.
        #[test]
        fn what_a_tab_did_not_touch_stays(
            had in ("[ab]{0,1}", any::<bool>()),
            kept in ("[ab]{0,1}", any::<bool>()),
            sent in ("[ab]{0,1}", any::<bool>()),
        ) {
            let [had, kept, sent] = [had, kept, sent].map(|(text, flagged)| given(&text, flagged));
            let next = merged(&kept, &sent, Some(form_hash::basis(Some(&had))), None);
            let expected = if sent.answer == had.answer { kept.answer } else { sent.answer };
            prop_assert_eq!(next.answer, expected);
            let expected = if sent.flagged == had.flagged { kept.flagged } else { sent.flagged };
            prop_assert_eq!(next.flagged, expected);
        }
    }
}
