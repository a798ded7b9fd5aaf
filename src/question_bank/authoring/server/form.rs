//! Turns a question into the form that describes it.

use crate::course::server::draft::{AnswerDraft, QuestionDraft, TracingOutcome};
use crate::question_bank::authoring::QuestionForm;
use crate::question_bank::server::bank;

/// Returns the form of a question without its place, which the caller adds.
pub fn of(question: &QuestionDraft) -> QuestionForm {
    let (kind, _) = bank::kind_of(&question.answer);
    let mut form = QuestionForm {
        kind: kind.name().to_owned(),
        purpose: question.purpose.name().to_owned(),
        prompt: question.prompt.clone(),
        explanation: question.explanation.clone().unwrap_or_default(),
        // Rounds to two decimals of a percent, because the stored number adds noise to the typed
        // one.
        difficulty: question
            .difficulty
            .map(|share| ((f64::from(share) * 10_000.0).round() / 100.0).to_string())
            .unwrap_or_default(),
        ..QuestionForm::default()
    };
    match &question.answer {
        AnswerDraft::Choice {
            options,
            several,
            shuffle,
        } => {
            form.texts = options.iter().map(|option| option.text.clone()).collect();
            let right = (options.iter().enumerate())
                .filter(|(_, option)| option.is_correct)
                .map(|(number, _)| number.to_string())
                .collect();
            match several {
                true => form.several = right,
                false => form.right = right,
            }
            form.shuffle = shuffle.then(|| "on".to_owned());
        }
        AnswerDraft::ShortAnswer {
            accepted,
            tolerance,
        } => {
            form.accepted = accepted.join("\n");
            form.tolerance = tolerance
                .map(|number| number.to_string())
                .unwrap_or_default();
        }
        AnswerDraft::Tracing {
            language,
            program,
            outcome,
        } => {
            form.language.clone_from(language);
            form.program.clone_from(program);
            match outcome {
                TracingOutcome::Prints(text) => {
                    form.outcome = "prints".to_owned();
                    form.prints.clone_from(text);
                }
                TracingOutcome::FailsAtLine(line) => {
                    form.outcome = "fails".to_owned();
                    form.line = line.map(|line| line.to_string()).unwrap_or_default();
                }
            }
        }
        AnswerDraft::Ordering { items } => form.texts.clone_from(items),
        AnswerDraft::Matching { pairs } => {
            (form.texts, form.partners) = pairs.iter().cloned().unzip();
        }
    }
    form
}

#[cfg(test)]
mod tests {
    use super::super::check::draft;
    use super::*;
    use crate::course::QuestionPurpose;
    use crate::course::server::draft::OptionDraft;

    #[test]
    fn a_question_survives_its_form() {
        let option = |text: &str, is_correct| OptionDraft {
            text: text.into(),
            is_correct,
        };
        let answers = [
            AnswerDraft::Choice {
                options: vec![option("Stones", false), option("Pelicans", true)],
                several: true,
                shuffle: false,
            },
            AnswerDraft::ShortAnswer {
                accepted: vec!["4".into(), "four".into()],
                tolerance: Some(0.5),
            },
            AnswerDraft::Tracing {
                language: "rust".into(),
                program: "    fn main() {}".into(),
                outcome: TracingOutcome::Prints("1\n2".into()),
            },
            AnswerDraft::Tracing {
                language: "rust".into(),
                program: "fn main() {}".into(),
                outcome: TracingOutcome::FailsAtLine(Some(1)),
            },
            AnswerDraft::Ordering {
                items: vec!["one".into(), "two\nlines".into()],
            },
            AnswerDraft::Matching {
                pairs: vec![("a".into(), "1".into()), ("b".into(), "2".into())],
            },
        ];
        for answer in answers {
            let question = QuestionDraft {
                key: "k".into(),
                prompt: "What?".into(),
                explanation: Some("That.".into()),
                answer,
                purpose: QuestionPurpose::Both,
                difficulty: Some(0.35),
            };
            assert_eq!(of(&question).difficulty, "35");
            assert_eq!(draft(&of(&question), "k".into()).unwrap(), question);
        }
    }
}
