//! Writes `NUMBER-NAME.quiz.toml`.

use std::path::Path;

use super::prose::ProseWriter;
use super::values::{TomlText, short};
use crate::course::server::draft::{
    AnswerDraft, OptionDraft, QuestionDraft, QuestionPurpose, TracingOutcome,
};

pub fn quiz(at: &Path, questions: &[QuestionDraft], prose: &ProseWriter) -> String {
    let mut out = TomlText::default();
    for question in questions {
        out.header("[[question]]");
        out.text("key", &question.key);
        out.text("type", type_of(&question.answer));
        out.text("prompt", &prose.write(at, &question.prompt));
        answer(&mut out, &question.answer, &|text| prose.write(at, text));
        if let Some(explanation) = &question.explanation {
            out.text("explanation", &prose.write(at, explanation));
        }
        match question.purpose {
            QuestionPurpose::Quiz => {}
            QuestionPurpose::Exam => out.text("purpose", "exam"),
            QuestionPurpose::Both => out.text("purpose", "both"),
        }
        if let Some(difficulty) = question.difficulty {
            out.raw("difficulty", &format!("{difficulty:?}"));
        }
    }
    out.0
}

fn type_of(answer: &AnswerDraft) -> &'static str {
    match answer {
        AnswerDraft::Choice { several: false, .. } => "choice",
        AnswerDraft::Choice { several: true, .. } => "several",
        AnswerDraft::ShortAnswer { .. } => "short-answer",
        AnswerDraft::Tracing { .. } => "tracing",
        AnswerDraft::Ordering { .. } => "ordering",
        AnswerDraft::Matching { .. } => "matching",
    }
}

fn answer(out: &mut TomlText, answer: &AnswerDraft, markdown: &dyn Fn(&str) -> String) {
    match answer {
        AnswerDraft::Choice {
            options, shuffle, ..
        } => {
            let entry = |option: &OptionDraft| {
                let correct = if option.is_correct {
                    ", correct = true"
                } else {
                    ""
                };
                format!("{{ text = {}{correct} }}", short(&markdown(&option.text)))
            };
            let entries: Vec<String> = options.iter().map(entry).collect();
            out.list("options", &entries);
            if !shuffle {
                out.raw("shuffle", "false");
            }
        }
        AnswerDraft::ShortAnswer {
            accepted,
            tolerance,
        } => {
            out.texts("answers", accepted);
            if let Some(tolerance) = tolerance {
                out.raw("tolerance", &format!("{tolerance}"));
            }
        }
        AnswerDraft::Tracing {
            language,
            program,
            outcome,
        } => {
            out.text("language", language);
            out.text("program", program);
            match outcome {
                TracingOutcome::Prints(output) => out.text("prints", output),
                TracingOutcome::FailsAtLine(Some(line)) => {
                    out.raw("fails_at_line", &line.to_string());
                }
                TracingOutcome::FailsAtLine(None) => out.raw("fails", "true"),
            }
        }
        AnswerDraft::Ordering { items } => out.texts("items", items),
        AnswerDraft::Matching { pairs } => {
            let entry =
                |(left, right): &(String, String)| format!("[{}, {}]", short(left), short(right));
            let entries: Vec<String> = pairs.iter().map(entry).collect();
            out.list("pairs", &entries);
        }
    }
}
