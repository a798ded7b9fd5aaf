//! Checks that an imported question obeys the same limits as one written in the editor. Each error
//! is the reason, phrased to follow the question's name.

use std::collections::HashSet;

use super::collect::shortened;
use crate::course::server::draft::{AnswerDraft, OptionDraft, QuestionDraft, TracingOutcome};
use crate::course::server::native::limits;

pub fn check(question: &QuestionDraft) -> Result<(), String> {
    if question.prompt.trim().is_empty() {
        return Err("it asks nothing".to_owned());
    }
    text("its prompt", &question.prompt, limits::PROMPT)?;
    if let Some(explanation) = &question.explanation {
        text("its explanation", explanation, limits::PROMPT)?;
    }
    if question
        .difficulty
        .is_some_and(|difficulty| !(0.0..=1.0).contains(&difficulty))
    {
        return Err("its difficulty is not between 0 and 1".to_owned());
    }
    match &question.answer {
        AnswerDraft::Choice {
            options, several, ..
        } => choice(options, *several),
        AnswerDraft::ShortAnswer {
            accepted,
            tolerance,
        } => short_answer(accepted, *tolerance),
        AnswerDraft::Tracing {
            language,
            program,
            outcome,
        } => tracing(language, program, outcome),
        AnswerDraft::Ordering { items } => {
            count(items.len(), 2, limits::ITEMS, "items")?;
            lines(items, "items")
        }
        AnswerDraft::Matching { pairs } => {
            count(pairs.len(), 2, limits::ITEMS, "pairs")?;
            lines(pairs.iter().map(|(left, _)| left), "left sides")?;
            lines(pairs.iter().map(|(_, right)| right), "right sides")
        }
    }
}

/// Most answers of a question whose parts are checked one by one. A question with more is refused
/// at once, because checking every part of a hostile file would take time.
const MAX_PARTS: usize = 100;

/// Refuses a question with more than `MAX_PARTS` answers. Call `few` before looking at the parts.
pub fn few(parts: usize) -> Result<(), String> {
    match parts > MAX_PARTS {
        true => Err(format!(
            "it has {parts} answers, more than a question can have"
        )),
        false => Ok(()),
    }
}

/// True if the text has no control characters, except line feed and tab, and no noncharacters. XML
/// forbids the former, and the GIFT reader uses some of the latter as placeholders.
pub fn is_clean(text: &str) -> bool {
    let is_nothing = |c| matches!(c, '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}');
    text.chars()
        .all(|c| matches!(c, '\n' | '\t') || !c.is_control() && !is_nothing(c))
}

fn choice(options: &[OptionDraft], several: bool) -> Result<(), String> {
    count(options.len(), 2, limits::OPTIONS, "options")?;
    let mut known = HashSet::new();
    for option in options {
        text("an option", &option.text, limits::OPTION)?;
        if !known.insert(option.text.trim()) {
            return Err(format!(
                "the option '{}' is there twice",
                shortened(&option.text)
            ));
        }
    }
    match options.iter().filter(|option| option.is_correct).count() {
        0 => Err("none of its options is right".to_owned()),
        2.. if !several => Err("more than one of its options is right by itself".to_owned()),
        _ => Ok(()),
    }
}

fn short_answer(accepted: &[String], tolerance: Option<f64>) -> Result<(), String> {
    count(accepted.len(), 1, limits::ANSWERS, "answers")?;
    let mut known = HashSet::new();
    for answer in accepted {
        line("an answer", answer, limits::ANSWER)?;
        if !known.insert(answer.trim().to_lowercase()) {
            return Err(format!("the answer '{}' is there twice", shortened(answer)));
        }
        if tolerance.is_some() && !answer.trim().parse::<f64>().is_ok_and(f64::is_finite) {
            return Err(format!(
                "its answer '{}' is not a number",
                shortened(answer)
            ));
        }
    }
    match tolerance {
        Some(tolerance) if !tolerance.is_finite() || tolerance < 0.0 => {
            Err("its tolerance is not a positive number".to_owned())
        }
        _ => Ok(()),
    }
}

fn tracing(language: &str, program: &str, outcome: &TracingOutcome) -> Result<(), String> {
    line("its language", language, limits::LANGUAGE)?;
    text("its program", program, limits::PROGRAM)?;
    match outcome {
        // A program may print nothing.
        TracingOutcome::Prints(output) if output.is_empty() => Ok(()),
        TracingOutcome::Prints(output) => text("its output", output, limits::OUTPUT),
        TracingOutcome::FailsAtLine(Some(line))
            if !(1..=program.lines().count()).contains(&(*line as usize)) =>
        {
            Err(format!("its program has no line {line}"))
        }
        TracingOutcome::FailsAtLine(_) => Ok(()),
    }
}

/// Checks texts of one line each, no two of which may be equal.
fn lines<'a>(texts: impl IntoIterator<Item = &'a String>, what: &str) -> Result<(), String> {
    let mut known = HashSet::new();
    for item in texts {
        line(&format!("one of its {what}"), item, limits::ITEM)?;
        if !known.insert(item.trim()) {
            return Err(format!(
                "two of its {what} are the same: '{}'",
                shortened(item)
            ));
        }
    }
    Ok(())
}

fn line(what: &str, line: &str, most: usize) -> Result<(), String> {
    if line.contains('\n') {
        return Err(format!("{what} has more than one line"));
    }
    text(what, line, most)
}

fn text(what: &str, text: &str, most: usize) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err(format!("{what} is empty"));
    }
    if text.chars().nth(most).is_some() {
        return Err(format!("{what} is longer than {most} characters"));
    }
    if !is_clean(text) {
        return Err(format!("{what} has a control character"));
    }
    Ok(())
}

fn count(found: usize, least: usize, most: usize, what: &str) -> Result<(), String> {
    if found < least {
        Err(format!("it has {found} {what} and needs {least}"))
    } else if found > most {
        Err(format!("it has {found} {what}, and {most} are possible"))
    } else {
        Ok(())
    }
}
