//! Checks a question form and turns it into a question. Every problem has a sentence for its field.

use crate::course::QuestionPurpose;
use crate::course::server::draft::{AnswerDraft, OptionDraft, QuestionDraft, TracingOutcome};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::question_bank::QuestionType;
use crate::question_bank::authoring::{MOST_ROWS, QuestionForm};
use crate::question_bank::server::number;

const TEXT_LIMIT: usize = 20_000;
const LINE_LIMIT: usize = 2_000;

/// Problems found so far, each with its field.
#[derive(Default)]
struct FormProblems(Vec<(String, String)>);

impl FormProblems {
    fn add(&mut self, field: &str, sentence: impl Into<String>) {
        self.0.push((field.to_owned(), sentence.into()));
    }

    /// Returns the text as it is stored, without the carriage returns that forms add and without
    /// null characters, which PostgreSQL cannot store. Cuts a text that is too long.
    fn text(&mut self, field: &str, text: &str, limit: usize) -> String {
        let mut text = clean(text);
        if let Some((end, _)) = text.char_indices().nth(limit) {
            text.truncate(end);
            self.add(
                field,
                format!("Use at most {} characters.", figures::number(limit)),
            );
        }
        text
    }
}

fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\0'], "");
    text.trim_end().trim_start_matches('\n').to_owned()
}

/// Returns the question that the form describes, with the given key.
///
/// # Errors
/// All problems of the form, each with its field.
pub fn draft(form: &QuestionForm, key: String) -> AppResult<QuestionDraft> {
    let (question, problems) = sketch(form, key);
    match problems.is_empty() {
        true => Ok(question),
        false => Err(AppError::Invalid(problems)),
    }
}

/// Joins the problems of a form's parts, so that all are told at once.
///
/// # Errors
/// The problems of both parts, or another error of either.
pub fn both<A, B>(one: AppResult<A>, other: AppResult<B>) -> AppResult<(A, B)> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(AppError::Invalid(mut problems)), Err(AppError::Invalid(others))) => {
            problems.extend(others);
            Err(AppError::Invalid(problems))
        }
        (Err(AppError::Invalid(_)), Err(error)) | (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// Returns the question as far as the form describes it, and the problems, each with its field.
pub fn sketch(form: &QuestionForm, key: String) -> (QuestionDraft, Vec<(String, String)>) {
    let mut problems = FormProblems::default();
    let kind = QuestionType::parse(&form.kind).unwrap_or_else(|| {
        problems.add("kind", "Choose a question type.");
        QuestionType::SingleChoice
    });
    let prompt = problems.text("prompt", &form.prompt, TEXT_LIMIT);
    if prompt.trim().is_empty() {
        problems.add("prompt", "Enter the question text.");
    }
    let explanation = problems.text("explanation", &form.explanation, TEXT_LIMIT);
    let purpose = QuestionPurpose::parse(&form.purpose).unwrap_or_else(|| {
        problems.add("purpose", "Choose where the question is used.");
        QuestionPurpose::Quiz
    });
    if purpose != QuestionPurpose::Exam && form.place.starts_with("module:") {
        problems.add(
            "purpose",
            "A quiz question needs a topic. Choose a topic, or use the question in exams only.",
        );
    }
    let difficulty = difficulty(form.difficulty.trim(), &mut problems);
    let answer = match kind {
        QuestionType::SingleChoice => choice(form, &form.right, false, &mut problems),
        QuestionType::MultipleChoice => choice(form, &form.several, true, &mut problems),
        QuestionType::ShortAnswer => short_answer(form, &mut problems),
        QuestionType::Tracing => tracing(form, &mut problems),
        QuestionType::Ordering => ordering(form, &mut problems),
        QuestionType::Matching => matching(form, &mut problems),
    };
    let question = QuestionDraft {
        key,
        prompt,
        explanation: (!explanation.trim().is_empty()).then_some(explanation),
        answer,
        purpose,
        difficulty,
    };
    (question, problems.0)
}

fn difficulty(text: &str, problems: &mut FormProblems) -> Option<f32> {
    if text.is_empty() {
        return None;
    }
    match number::value(text.trim_end_matches('%')) {
        Some(percent) if (0.0..=100.0).contains(&percent) => Some((percent / 100.0) as f32),
        _ => {
            problems.add("difficulty", "Enter a percentage from 0 to 100.");
            None
        }
    }
}

/// Returns the rows that are filled in, with their indexes starting at 0.
fn filled(field: &str, texts: &[String], problems: &mut FormProblems) -> Vec<(usize, String)> {
    let filled: Vec<(usize, String)> = texts
        .iter()
        .map(|text| problems.text(field, text, LINE_LIMIT))
        .enumerate()
        .filter(|(_, text)| !text.trim().is_empty())
        .collect();
    if filled.len() > MOST_ROWS {
        problems.add(field, format!("Enter at most {MOST_ROWS}."));
    }
    for (at, (_, text)) in filled.iter().enumerate() {
        if filled[..at].iter().any(|(_, other)| other == text) {
            problems.add(field, format!("“{text}” appears more than once."));
        }
    }
    filled
}

fn choice(
    form: &QuestionForm,
    right: &[String],
    several: bool,
    problems: &mut FormProblems,
) -> AnswerDraft {
    let is_right = |number: usize| right.contains(&number.to_string());
    let options: Vec<OptionDraft> = filled("texts", &form.texts, problems)
        .into_iter()
        .map(|(number, text)| OptionDraft {
            text,
            is_correct: is_right(number),
        })
        .collect();
    let right = options.iter().filter(|option| option.is_correct).count();
    let sentence = match (several, options.len(), right) {
        (_, 0 | 1, _) => "Enter at least two options.",
        (_, _, 0) => "Select at least one correct option.",
        (false, _, 2..) => {
            "Only one option can be correct. To allow more, change the type to “Multiple choice (several answers)”."
        }
        _ => "",
    };
    if !sentence.is_empty() {
        problems.add("texts", sentence);
    }
    AnswerDraft::Choice {
        options,
        several,
        shuffle: form.shuffle.is_some(),
    }
}

fn short_answer(form: &QuestionForm, problems: &mut FormProblems) -> AnswerDraft {
    let lines: Vec<String> = form.accepted.lines().map(str::to_owned).collect();
    let accepted: Vec<String> = filled("accepted", &lines, problems)
        .into_iter()
        .map(|(_, text)| text.trim().to_owned())
        .collect();
    if accepted.is_empty() {
        problems.add("accepted", "Enter at least one accepted answer.");
    }
    let tolerance = match form.tolerance.trim() {
        "" => None,
        text => match number::value(text) {
            Some(tolerance) if tolerance >= 0.0 => Some(tolerance),
            _ => {
                problems.add("tolerance", "Enter a number, 0 or more.");
                None
            }
        },
    };
    let is_number = |text: &String| number::plain(text).is_some();
    if tolerance.is_some() && !accepted.iter().any(is_number) {
        problems.add(
            "tolerance",
            "Tolerance applies to numbers only, and none of the accepted answers is a number.",
        );
    }
    AnswerDraft::ShortAnswer {
        accepted,
        tolerance,
    }
}

fn tracing(form: &QuestionForm, problems: &mut FormProblems) -> AnswerDraft {
    let program = problems.text("program", &form.program, TEXT_LIMIT);
    if program.trim().is_empty() {
        problems.add("program", "Enter the program.");
    }
    let language = problems.text("language", form.language.trim(), 30);
    let is_word = |c: char| c.is_ascii_alphanumeric() || "+-#._".contains(c);
    if !language.chars().all(is_word) {
        problems.add("language", "Enter one word, such as rust or python.");
    }
    let outcome = match form.outcome.as_str() {
        "prints" => TracingOutcome::Prints(problems.text("prints", &form.prints, TEXT_LIMIT)),
        "fails" => TracingOutcome::FailsAtLine(failing_line(&form.line, &program, problems)),
        _ => {
            problems.add("outcome", "Choose whether the program compiles.");
            TracingOutcome::FailsAtLine(None)
        }
    };
    AnswerDraft::Tracing {
        language,
        program,
        outcome,
    }
}

fn failing_line(line: &str, program: &str, problems: &mut FormProblems) -> Option<u32> {
    let line = line.trim();
    if line.is_empty() {
        return None;
    }
    let lines = program.lines().count();
    match line.parse::<u32>() {
        Ok(number) if (1..=lines).contains(&(number as usize)) => Some(number),
        _ => {
            problems.add("line", format!("Enter a line from 1 to {}.", lines.max(1)));
            None
        }
    }
}

fn ordering(form: &QuestionForm, problems: &mut FormProblems) -> AnswerDraft {
    let items: Vec<String> = filled("texts", &form.texts, problems)
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    if items.len() < 2 {
        problems.add("texts", "Enter at least two items.");
    }
    AnswerDraft::Ordering { items }
}

fn matching(form: &QuestionForm, problems: &mut FormProblems) -> AnswerDraft {
    let left = filled("texts", &form.texts, problems);
    let right = filled("texts", &form.partners, problems);
    let numbers = |side: &[(usize, String)]| side.iter().map(|(at, _)| *at).collect::<Vec<_>>();
    if numbers(&left) != numbers(&right) {
        problems.add(
            "texts",
            "Fill in both sides of each pair, or leave both blank.",
        );
    } else if left.len() < 2 {
        problems.add("texts", "Enter at least two pairs.");
    }
    AnswerDraft::Matching {
        pairs: left
            .into_iter()
            .zip(right)
            .map(|((_, left), (_, right))| (left, right))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(texts: &[&str], right: &[&str]) -> QuestionForm {
        QuestionForm {
            kind: "single_choice".into(),
            purpose: "quiz".into(),
            prompt: "What swims?".into(),
            texts: texts.iter().map(|&text| text.to_owned()).collect(),
            right: right.iter().map(|&number| number.to_owned()).collect(),
            ..QuestionForm::default()
        }
    }

    fn refusals(form: &QuestionForm) -> Vec<String> {
        match draft(form, String::new()) {
            Err(AppError::Invalid(problems)) => {
                problems.into_iter().map(|(field, _)| field).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn empty_rows_do_not_count_and_what_is_right_stays_so() {
        let sent = choice(&["", "Stones", "", "Pelicans\r\n"], &["3"]);
        let found = draft(&sent, String::new()).unwrap();
        let AnswerDraft::Choice { options, .. } = &found.answer else {
            panic!("{found:?}")
        };
        assert_eq!(options.len(), 2);
        assert_eq!(
            (options[1].text.as_str(), options[1].is_correct),
            ("Pelicans", true)
        );
    }

    #[test]
    fn what_cannot_be_asked_is_refused_at_its_field() {
        assert_eq!(refusals(&choice(&["One"], &["0"])), ["texts"]);
        assert_eq!(refusals(&choice(&["One", "Two"], &[])), ["texts"]);
        assert_eq!(refusals(&choice(&["One", "Two"], &["0", "1"])), ["texts"]);
        assert_eq!(refusals(&choice(&["One", "One", "Two"], &["2"])), ["texts"]);
        let plain = choice(&["One", "Two"], &["0"]);
        let with = |change: &dyn Fn(&mut QuestionForm)| {
            let mut form = plain.clone();
            change(&mut form);
            refusals(&form)
        };
        assert_eq!(with(&|form| form.prompt = " \n".into()), ["prompt"]);
        assert_eq!(with(&|form| form.prompt = "x".repeat(20_001)), ["prompt"]);
        assert_eq!(with(&|form| form.difficulty = "101".into()), ["difficulty"]);
        assert_eq!(with(&|form| form.difficulty = "NaN".into()), ["difficulty"]);
        assert_eq!(with(&|form| form.purpose = "none".into()), ["purpose"]);
        assert_eq!(with(&|form| form.place = "module:1".into()), ["purpose"]);
        assert_eq!(with(&|form| form.kind = "essay".into()), ["kind"]);
        let empty = QuestionForm {
            kind: "essay".into(),
            ..QuestionForm::default()
        };
        assert_eq!(refusals(&empty), ["kind", "prompt", "purpose", "texts"]);
    }

    #[test]
    fn each_type_needs_what_it_is_answered_with() {
        let of = |kind: &str, change: &dyn Fn(&mut QuestionForm)| {
            let mut form = QuestionForm {
                kind: kind.to_owned(),
                ..choice(&[], &[])
            };
            change(&mut form);
            form
        };
        assert_eq!(refusals(&of("short_answer", &|_| {})), ["accepted"]);
        let words = of("short_answer", &|form| {
            form.accepted = "four\n\nfive".into();
            form.tolerance = "0,5".into();
        });
        assert_eq!(refusals(&words), ["tolerance"]);
        assert_eq!(refusals(&of("tracing", &|_| {})), ["program", "outcome"]);
        let line = of("tracing", &|form| {
            form.program = "let x = 1;\nx = 2;".into();
            form.outcome = "fails".into();
            form.line = "3".into();
        });
        assert_eq!(refusals(&line), ["line"]);
        assert_eq!(refusals(&of("ordering", &|_| {})), ["texts"]);
        let half = of("matching", &|form| {
            form.texts = vec!["a".into(), "b".into()];
            form.partners = vec!["1".into(), String::new()];
        });
        assert_eq!(refusals(&half), ["texts"]);
    }
}
