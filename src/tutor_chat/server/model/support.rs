//! Rules by which words support a sentence, without a model: its numbers, names, quotations, code
//! and negations all occur in them.

use std::collections::BTreeSet;

use crate::tutor_chat::server::answer::key_words;

/// Returns true if everything in the sentence that can be checked occurs in the spans.
pub fn is_supported(sentence: &str, question: &str, spans: &[&str]) -> bool {
    let all = spans.join("\n");
    numbers(sentence).is_subset(&numbers(&all))
        && has_names(sentence, question, &all)
        && quoted(sentence).iter().all(|quote| has_quote(quote, spans))
        && (code(sentence).iter()).all(|code| spans.iter().any(|span| has_code(code, span)))
        && has_same_negation(sentence, spans)
}

/// Most characters of a block of code.
const BLOCK_CHARACTERS: usize = 2_000;
/// Most letters of a language's name.
const LANGUAGE_LETTERS: usize = 20;

/// Returns true if the code stands in the text. White space at the ends of lines may differ.
pub fn has_block(code: &str, text: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| line.trim_end().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    };
    let (wanted, all) = (lines(code), lines(text));
    let is_short = code.chars().count() <= BLOCK_CHARACTERS;
    is_short && !wanted.is_empty() && all.windows(wanted.len()).any(|part| part == wanted)
}

/// Writes code as a block of Markdown. Its fence is longer than any that the code has.
pub fn code_block(code: &str, language: &str) -> String {
    let mut fence = "```".to_owned();
    while code.contains(&fence) {
        fence.push('`');
    }
    let is_name = |letter: &char| letter.is_ascii_alphanumeric() || "+#-".contains(*letter);
    let language: String = (language.chars().filter(is_name))
        .take(LANGUAGE_LETTERS)
        .collect();
    format!("{fence}{language}\n{}\n{fence}", code.trim_end())
}

/// Stems of the words of a text.
pub fn stems(text: &str) -> BTreeSet<String> {
    key_words(text).into_iter().map(|(_, stem)| stem).collect()
}

/// Returns the text with single spaces between its words.
pub fn even(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// Words for numbers. "One" is missing, because it is a pronoun as well.
const NUMBER_WORDS: [(&str, &str); 30] = [
    ("zero", "0"),
    ("two", "2"),
    ("twice", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("thirteen", "13"),
    ("fourteen", "14"),
    ("fifteen", "15"),
    ("sixteen", "16"),
    ("seventeen", "17"),
    ("eighteen", "18"),
    ("nineteen", "19"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("hundred", "hundred"),
    ("thousand", "thousand"),
    ("million", "million"),
    ("billion", "billion"),
    ("half", "half"),
    ("quarter", "quarter"),
];

/// Returns the numbers of a text: "1,000" and "1000" are the same, and so are "two" and "2".
pub fn numbers(text: &str) -> BTreeSet<String> {
    let letters: Vec<char> = text.chars().collect();
    let digit = |at: usize| letters.get(at).is_some_and(|letter| letter.is_numeric());
    let mut found = BTreeSet::new();
    let (mut number, mut word) = (String::new(), String::new());
    for (at, letter) in letters.iter().copied().chain([' ']).enumerate() {
        let is_inside = !number.is_empty() && digit(at + 1);
        let groups = letter == ',' && (1..=3).all(|more| digit(at + more)) && !digit(at + 4);
        match letter {
            _ if letter.is_numeric() => number.push(letter),
            ',' if is_inside && groups => {}
            '.' | ',' if is_inside => number.push(letter),
            _ if !number.is_empty() => {
                found.insert(std::mem::take(&mut number));
            }
            _ => {}
        }
        match letter.is_alphabetic() {
            true => word.extend(letter.to_lowercase()),
            false => {
                let known = NUMBER_WORDS.iter().find(|(name, _)| *name == word);
                found.extend(known.map(|(_, value)| (*value).to_owned()));
                word.clear();
            }
        }
    }
    found
}

/// Names of a text: words with a capital letter that do not begin a sentence, and abbreviations.
/// Each with its stem.
fn capitals(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut begins = true;
    let mut word = String::new();
    for letter in text.chars().chain([' ']) {
        if letter.is_alphanumeric() || letter == '_' {
            word.push(letter);
            continue;
        }
        if !word.is_empty() {
            let is_capital = word.chars().next().is_some_and(char::is_uppercase);
            if is_capital {
                let capitals = word.chars().filter(|letter| letter.is_uppercase()).count();
                let stem = key_words(&word).pop().map(|(_, stem)| stem);
                found.extend(stem.map(|stem| (stem, begins && capitals == 1)));
            }
            begins = false;
            word.clear();
        }
        if matches!(letter, '.' | '!' | '?' | ':' | '\n' | '。' | '！' | '？') {
            begins = true;
        }
    }
    found
}

fn has_names(sentence: &str, question: &str, spans: &str) -> bool {
    let asked: BTreeSet<String> = (capitals(question).into_iter())
        .filter_map(|(name, begins)| (!begins).then_some(name))
        .collect();
    let known = stems(spans);
    let names = capitals(sentence).into_iter();
    let mut names = names.filter(|(name, begins)| !begins || asked.contains(name));
    names.all(|(name, _)| known.contains(&name))
}

/// Marks that open and close quotations.
const QUOTES: [(char, char); 6] = [
    ('“', '”'),
    ('„', '“'),
    ('"', '"'),
    ('«', '»'),
    ('「', '」'),
    ('‘', '’'),
];

/// Returns the texts in quotation marks. One that is not closed ends with the sentence.
fn quoted(sentence: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(char, String)> = None;
    for letter in sentence.chars() {
        match &mut open {
            Some((end, quote)) if letter == *end => {
                found.push(std::mem::take(quote));
                open = None;
            }
            Some((_, quote)) => quote.push(letter),
            None => {
                let mark = QUOTES.iter().find(|(begin, _)| *begin == letter);
                open = mark.map(|(_, end)| (*end, String::new()));
            }
        }
    }
    found.extend(open.map(|(_, quote)| quote));
    found
}

fn has_quote(quote: &str, spans: &[&str]) -> bool {
    let quote = even(quote).to_lowercase();
    // A comma or a full stop may have been drawn into the quotation.
    let quote = quote.trim_end_matches(['.', ',']);
    (spans.iter()).any(|span| even(span).to_lowercase().contains(quote))
}

/// Returns code: the texts between backticks, and words that look like identifiers or addresses.
fn code(sentence: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, part) in sentence.split('`').enumerate() {
        match at % 2 {
            1 => found.push(even(part)),
            _ => found.extend(
                part.split_whitespace()
                    .filter(|word| is_identifier(word))
                    .map(|word| word.trim_matches(is_mark).to_owned()),
            ),
        }
    }
    found.retain(|code| !code.is_empty());
    found
}

fn is_mark(letter: char) -> bool {
    !(letter.is_alphanumeric() || letter == '_')
}

fn is_identifier(word: &str) -> bool {
    let bare = word.trim_matches(is_mark);
    let letters: Vec<char> = bare.chars().collect();
    let is_camel = (letters.windows(2))
        .any(|pair| matches!(pair, [one, two] if one.is_lowercase() && two.is_uppercase()));
    let marks = ["_", "::", "->", "://", "()", "www.", "="];
    is_camel || marks.iter().any(|mark| word.contains(mark))
}

/// Returns true if the code stands in the span, and not as a part of a longer word.
fn has_code(code: &str, span: &str) -> bool {
    let span = even(span);
    let is_word = |letter: Option<char>| letter.is_some_and(|letter| !is_mark(letter));
    span.match_indices(code).any(|(at, _)| {
        let (before, from) = span.split_at(at);
        let after = from.strip_prefix(code).unwrap_or_default();
        let begins = !is_word(code.chars().next()) || !is_word(before.chars().next_back());
        let ends = !is_word(code.chars().next_back()) || !is_word(after.chars().next());
        begins && ends
    })
}

const NEGATIONS: [&str; 20] = [
    "not", "no", "never", "none", "nothing", "nobody", "neither", "nor", "cannot", "without",
    "nicht", "kein", "keine", "keinen", "nie", "niemals", "ohne", "jamais", "pas", "nunca",
];

fn is_negated(text: &str) -> bool {
    let small = text.to_lowercase().replace('’', "'");
    let mut words = small.split(|letter: char| !letter.is_alphanumeric() && letter != '\'');
    words.any(|word| NEGATIONS.contains(&word) || word.ends_with("n't"))
}

/// A sentence that denies something needs a span that does. One that denies nothing may not rest
/// on a single sentence that does.
fn has_same_negation(sentence: &str, spans: &[&str]) -> bool {
    let is_one = |span: &str| {
        !span
            .trim_end_matches(['.', '!', '?'])
            .contains(['.', '!', '?', ';'])
    };
    match is_negated(sentence) {
        true => spans.iter().any(|span| is_negated(span)),
        false => !spans.iter().all(|span| is_negated(span) && is_one(span)),
    }
}

#[cfg(test)]
mod tests {
    use super::{code_block, has_block, numbers};

    #[test]
    fn code_stands_in_its_passage_line_by_line() {
        let text = "Call it so:\nfn main() {\n    run();\n}\nThen it runs.";
        assert!(has_block("fn main() {  \n    run();\n}\n", text));
        for wrong in [
            "",
            "fn main() {\n}",
            "fn main() {\n    stop();\n}",
            "main()",
        ] {
            assert!(!has_block(wrong, text), "{wrong}");
        }
        assert_eq!(code_block("a```b\n", "rust\n<x>"), "````rustx\na```b\n````");
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let read = |text: &str| numbers(text).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(read("1,000 and 2,5 and 3.14."), "1000 2,5 3.14");
        assert_eq!(read("Two of 12,345,678"), "12345678 2");
        assert_eq!(read("x2, 1,00"), "1,00 2");
    }
}
