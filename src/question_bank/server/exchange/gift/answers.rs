//! Reads the answers between the braces of a GIFT question. Escaped characters are already replaced
//! by placeholders.

use super::{marked_up, signs};
use crate::course::server::draft::{AnswerDraft, OptionDraft};
use crate::question_bank::server::exchange::check::few;
use crate::question_bank::server::exchange::collect::{Note, shortened};
use crate::question_bank::server::exchange::markup::Markup;
use crate::question_bank::server::exchange::weights::Weighted;
use crate::question_bank::server::exchange::{numbers, weights};

/// Returns the answer and the explanation, which joins `general` with the feedback of the single
/// answers.
pub fn read(
    text: &str,
    markup: Markup,
    general: &str,
    notes: &mut Vec<Note>,
) -> Result<(AnswerDraft, Option<String>), String> {
    if text.is_empty() {
        return Err("it is an essay, which a person would have to grade".to_owned());
    }
    if let Some(items) = text.strip_prefix('>') {
        return Ok((
            ordering(items, markup, notes)?,
            weights::explanation(general, []),
        ));
    }
    few(text.matches(['~', '=']).count())?;
    if let Some(numbers) = text.strip_prefix('#') {
        return numerical(numbers, markup, general, notes);
    }
    if text.contains('~') {
        return Ok(choice(text, markup, general, notes));
    }
    // One part alone is not a pair: the short answer `fn f() -> i32` contains an arrow of its own.
    if text.contains("->") && parts(text, '=').nth(1).is_some() {
        return matching(text, markup, general, notes);
    }
    if let Some(found) = true_or_false(text, markup, general, notes) {
        return Ok(found);
    }
    let answers: Vec<Weighted> = parts(text, '=')
        .map(|part| {
            let (percent, part) = weight(part);
            typed(part, percent.unwrap_or(100.0), markup, notes)
        })
        .collect();
    let explanation = weights::explanation(general, answers.iter().map(weights::of_typed));
    Ok((weights::short_answer(answers, notes)?, explanation))
}

/// Splits the text into the parts that begin with `sign`. The first part may lack the sign.
fn parts(text: &str, sign: char) -> impl Iterator<Item = &str> {
    let first_is_empty = text.trim_start().starts_with(sign);
    text.split(sign)
        .map(str::trim)
        .skip(usize::from(first_is_empty))
}

/// Splits a part into its weight in percent, if it has one, and the rest.
fn weight(part: &str) -> (Option<f64>, &str) {
    let found = part.strip_prefix('%').and_then(|rest| {
        let (percent, rest) = rest.split_once('%')?;
        let percent = numbers::finite(percent)?;
        Some((Some(percent), rest.trim_start()))
    });
    found.unwrap_or((None, part))
}

fn feedback(text: &str, markup: Markup, notes: &mut Vec<Note>) -> String {
    let (markup, text) = marked_up(text, markup);
    markup.markdown(&text, notes)
}

fn typed(part: &str, percent: f64, markup: Markup, notes: &mut Vec<Note>) -> Weighted {
    let (text, said) = part.split_once('#').unwrap_or((part, ""));
    Weighted {
        // A typed answer is plain text, even if the text names another markup.
        text: marked_up(text, Markup::Plain).1,
        percent,
        feedback: feedback(said, markup, notes),
    }
}

/// Reads options that begin with `~` or `=`. An option behind `=` is right, and then only one can
/// be chosen.
fn choice(
    text: &str,
    markup: Markup,
    general: &str,
    notes: &mut Vec<Note>,
) -> (AnswerDraft, Option<String>) {
    let mut several = true;
    let text = text.replace('=', "~=");
    let answers: Vec<Weighted> = parts(&text, '~')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (is_right, part) = match part.strip_prefix('=') {
                Some(rest) => (true, rest.trim_start()),
                None => (false, part),
            };
            let (percent, part) = weight(part);
            // `=%50%` is partly right. If all right options are, several can be chosen.
            several &= !is_right || percent.is_some_and(|percent| percent < 100.0);
            let percent = percent.unwrap_or(if is_right { 100.0 } else { 0.0 });
            let (option, said) = part.split_once('#').unwrap_or((part, ""));
            let (option_markup, option) = marked_up(option, markup);
            Weighted {
                text: option_markup.spoken(&option, notes),
                percent,
                feedback: feedback(said, markup, notes),
            }
        })
        .collect();
    let explanation = weights::explanation(general, weights::of_options(&answers));
    (weights::choice(&answers, several, true, notes), explanation)
}

/// Reads pairs such as `=left -> right`. Feedback may follow each pair behind `#`.
fn matching(
    text: &str,
    markup: Markup,
    general: &str,
    notes: &mut Vec<Note>,
) -> Result<(AnswerDraft, Option<String>), String> {
    let mut pairs = Vec::new();
    let mut said = Vec::new();
    for part in parts(text, '=') {
        let Some((left, right)) = part.split_once("->") else {
            return Err(format!(
                "its pair '{}' has no '->'",
                shortened(&signs::shown(part))
            ));
        };
        let (right, feedback_text) = right.split_once('#').unwrap_or((right, ""));
        let (left_markup, left) = marked_up(left, markup);
        let left = left_markup.spoken(&left, notes);
        let (right_markup, right) = marked_up(right, matched_markup(markup));
        let right = right_markup.spoken(&right, notes);
        said.push((left.clone(), feedback(feedback_text, markup, notes)));
        pairs.push((left, right));
    }
    let said = said.iter().map(|(left, said)| (left.into(), said.as_str()));
    let explanation = weights::explanation(general, said);
    Ok((weights::matching(pairs, notes), explanation))
}

/// Words with which Moodle's ordering plugin sets options before the items.
const ORDERING_WORDS: [&str; 37] = [
    "ALL",
    "EXACT",
    "RANDOM",
    "REL",
    "CONTIGUOUS",
    "CONTIG",
    "VERTICAL",
    "VERT",
    "V",
    "HORIZONTAL",
    "HORI",
    "H",
    "ALL_OR_NOTHING",
    "ABSOLUTE_POSITION",
    "ABSOLUTE",
    "ABS",
    "RELATIVE_NEXT_EXCLUDE_LAST",
    "RELATIVE_NEXT_INCLUDE_LAST",
    "RELATIVE_ONE_PREVIOUS_AND_NEXT",
    "RELATIVE_ALL_PREVIOUS_AND_NEXT",
    "RELATIVE_TO_CORRECT",
    "RELATIVE",
    "LONGEST_ORDERED_SUBSET",
    "LONGEST_CONTIGUOUS_SUBSET",
    "SHOW",
    "TRUE",
    "YES",
    "HIDE",
    "FALSE",
    "NO",
    "NONE",
    "NUMBERING_STYLE_NONE",
    "123",
    "ABC",
    "ABCD",
    "III",
    "IIII",
];

/// Reads an ordering question of Moodle's plugin: `>` and settings, then one item a line.
fn ordering(text: &str, markup: Markup, notes: &mut Vec<Note>) -> Result<AnswerDraft, String> {
    let (mut head, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut shows_some = false;
    let mut asks_for = None;
    loop {
        head = head.trim_start();
        let end = head.find(char::is_whitespace).unwrap_or(head.len());
        // In lowercase these words may begin the first item: "Show the file".
        let word = &head[..end];
        let number = word.parse::<usize>().ok().filter(|number| *number != 123);
        let is_first = asks_for.is_none();
        if !(ORDERING_WORDS.contains(&word) || number.is_some() && is_first) {
            break;
        }
        shows_some |= matches!(word, "RANDOM" | "REL" | "CONTIGUOUS" | "CONTIG");
        asks_for = asks_for.or(Some(number.unwrap_or(0)));
        head = &head[end..];
    }
    let lines = std::iter::once(head).chain(rest.lines());
    let lines: Vec<&str> = lines
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    few(lines.len())?;
    let items: Vec<String> = lines
        .into_iter()
        .map(|line| {
            let (item_markup, item) = marked_up(line, markup);
            item_markup.spoken(&item, notes).replace("\\\n", " ")
        })
        .collect();
    let asks_for = asks_for.unwrap_or(0);
    if shows_some || asks_for > 1 && asks_for < items.len() {
        notes.push(weights::some_items());
    }
    Ok(AnswerDraft::Ordering { items })
}

/// Returns the markup of a pair's right side: plain text, unless the whole question is Markdown.
fn matched_markup(markup: Markup) -> Markup {
    match markup {
        Markup::Markdown => Markup::Markdown,
        _ => Markup::Plain,
    }
}

/// Reads `TRUE#feedback when wrong#feedback when right`.
fn true_or_false(
    text: &str,
    markup: Markup,
    general: &str,
    notes: &mut Vec<Note>,
) -> Option<(AnswerDraft, Option<String>)> {
    let mut bits = text.splitn(3, '#');
    let is_true = match bits.next()?.trim().to_ascii_uppercase().as_str() {
        "T" | "TRUE" => true,
        "F" | "FALSE" => false,
        _ => return None,
    };
    let mut said = |text: Option<&str>| feedback(text.unwrap_or_default(), markup, notes);
    let when_wrong = said(bits.next());
    let when_right = said(bits.next());
    let explanation = weights::explanation(
        general,
        [("", when_right.as_str()), ("", when_wrong.as_str())]
            .map(|(name, said)| (name.into(), said)),
    );
    Some((true_false(is_true), explanation))
}

/// Returns a true-or-false question as a single choice.
pub fn true_false(is_true: bool) -> AnswerDraft {
    AnswerDraft::Choice {
        options: [("True", is_true), ("False", !is_true)]
            .map(|(text, is_correct)| OptionDraft {
                text: text.to_owned(),
                is_correct,
            })
            .to_vec(),
        several: false,
        shuffle: false,
    }
}

/// Reads `answer:tolerance` or `from..to`. Several answers each begin with `=`.
fn numerical(
    text: &str,
    markup: Markup,
    general: &str,
    notes: &mut Vec<Note>,
) -> Result<(AnswerDraft, Option<String>), String> {
    let (text, otherwise) = text.split_once('~').unwrap_or((text, ""));
    let otherwise = otherwise.split_once('#').map_or("", |(_, said)| said);
    let mut answers = Vec::new();
    for part in parts(text, '=').filter(|part| !part.is_empty()) {
        let (percent, part) = weight(part);
        let mut answer = typed(part, percent.unwrap_or(100.0), markup, notes);
        let (number, tolerance) = number(&answer.text)?;
        answer.text = number;
        answers.push((answer, tolerance));
    }
    let otherwise = feedback(otherwise, markup, notes);
    let said = answers
        .iter()
        .map(|(answer, _)| weights::of_typed(answer))
        .chain([("".into(), otherwise.as_str())]);
    let explanation = weights::explanation(general, said);
    Ok((weights::number(&answers, notes)?, explanation))
}

fn number(text: &str) -> Result<(String, f64), String> {
    if let Some((from, to)) = text.split_once("..") {
        return numbers::range(from, to);
    }
    let (number, tolerance) = text.split_once(':').unwrap_or((text, ""));
    numbers::with_tolerance(number, tolerance)
}
