//! Freezing of a question: its options, order and ids as one attempt or sitting asks them.

use crate::platform::markdown;
use crate::question_bank::server::grade::{Frozen, FrozenKind, FrozenOption};
use crate::question_bank::server::store::BankQuestion;
use crate::question_bank::{QuestionPayload, QuestionType};
use rand::Rng;
use rand::seq::SliceRandom;
use uuid::Uuid;

/// Copies the question as it is now, in a random order and with random ids.
pub fn freeze(question: BankQuestion) -> Frozen {
    freeze_by(question, &mut rand::rng())
}

/// Copies the question as it is now, with an order and ids from `rng`.
pub fn freeze_by(question: BankQuestion, rng: &mut impl Rng) -> Frozen {
    let kind = match question.payload.payload {
        QuestionPayload::Choice { shuffle } => {
            let mut options: Vec<FrozenOption> = question
                .options
                .into_iter()
                .map(|option| FrozenOption {
                    id: option.option_id,
                    html: option.html,
                    is_correct: option.is_correct,
                })
                .collect();
            if shuffle {
                options.shuffle(rng);
            }
            FrozenKind::Choice {
                several: question.question_type == QuestionType::MultipleChoice,
                options,
            }
        }
        QuestionPayload::ShortAnswer {
            accepted,
            tolerance,
        } => FrozenKind::ShortAnswer {
            accepted,
            tolerance,
        },
        QuestionPayload::Tracing {
            language,
            program,
            prints,
            fails_at_line,
        } => FrozenKind::Tracing {
            program_html: markdown::render_code(&language, &program),
            prints,
            fails_at_line,
        },
        QuestionPayload::Ordering { items } => {
            let items: Vec<(Uuid, String)> = items.iter().map(|text| named(text, rng)).collect();
            let mut shown: Vec<Uuid> = items.iter().map(|(id, _)| *id).collect();
            shown.shuffle(rng);
            FrozenKind::Ordering { items, shown }
        }
        QuestionPayload::Matching { pairs } => {
            let left: Vec<(Uuid, String)> =
                pairs.iter().map(|(left, _)| named(left, rng)).collect();
            let mut right: Vec<(Uuid, String)> =
                pairs.iter().map(|(_, right)| named(right, rng)).collect();
            let pairs = left
                .iter()
                .zip(&right)
                .map(|((left, _), (right, _))| (*left, *right))
                .collect();
            right.shuffle(rng);
            FrozenKind::Matching { left, right, pairs }
        }
    };
    Frozen {
        question_id: question.question_id,
        topic_id: question.topic_id,
        prompt_html: question.prompt_html,
        explanation_html: question.explanation_html,
        kind,
    }
}

/// Renders the text and gives it a random id, so that the id does not reveal its place.
pub(crate) fn named(text: &str, rng: &mut impl Rng) -> (Uuid, String) {
    let id = uuid::Builder::from_random_bytes(rng.random()).into_uuid();
    (id, markdown::render_inline(text))
}
