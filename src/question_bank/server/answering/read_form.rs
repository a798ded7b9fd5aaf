//! Reads an answer from the fields that a browser sent.

use std::collections::HashMap;

use uuid::Uuid;

use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::question_bank::AnswerForm;
use crate::question_bank::letter;
use crate::question_bank::limits::ANSWER_CHARACTERS;
use crate::question_bank::server::grade::{Answer, FrozenKind};

/// Converts the fields to an answer to this question. Returns None if the fields are empty.
///
/// # Errors
///
/// A field error for ids that the question does not offer, and for values that are not valid.
pub fn read(kind: &FrozenKind, sent: &AnswerForm) -> AppResult<Option<Answer>> {
    let id = |text: &str| Uuid::parse_str(text).map_err(|_| foreign());
    // Each name is an id with an `i` before it. Form names such as `order[1…]` would otherwise be
    // read as an index into a list.
    let named = |text: &str| id(text.strip_prefix('i').unwrap_or_default());
    let text = || -> AppResult<String> {
        // PostgreSQL cannot store the character U+0000 in a text.
        let text = sent.text.as_deref().unwrap_or_default();
        let text = text.replace("\r\n", "\n").replace('\0', "");
        match text.chars().count() {
            length if length <= ANSWER_CHARACTERS as usize => Ok(text),
            _ => Err(AppError::field(
                "",
                format!(
                    "An answer can have at most {} characters.",
                    figures::number(ANSWER_CHARACTERS as usize)
                ),
            )),
        }
    };
    Ok(match kind {
        FrozenKind::Choice { several, options } => {
            let chosen = (sent.options.iter())
                .map(|option| id(option))
                .collect::<AppResult<Vec<Uuid>>>()?;
            let offered = |id: &Uuid| options.iter().any(|option| option.id == *id);
            if !chosen.iter().all(offered) || (!several && chosen.len() > 1) {
                return Err(foreign());
            }
            (!chosen.is_empty()).then_some(Answer::Choice(chosen))
        }
        FrozenKind::ShortAnswer { .. } => Some(text()?)
            .filter(|text| !text.trim().is_empty())
            .map(Answer::Text),
        FrozenKind::Tracing { .. } => match says_it_compiles(sent)? {
            Some(true) => Some(Answer::Prints(text()?)),
            Some(false) => Some(Answer::FailsAtLine(line(sent)?)),
            None => None,
        },
        FrozenKind::Ordering { items, .. } => {
            let mut places = HashMap::new();
            for (item, place) in sent.order.iter().filter(|(_, place)| !place.is_empty()) {
                let (item, place) = (named(item)?, place.parse().map_err(|_| foreign())?);
                if !items.iter().any(|(id, _)| *id == item) || !(1..=items.len()).contains(&place) {
                    return Err(foreign());
                }
                if places.values().any(|taken| *taken == place) {
                    return Err(twice("place", &place.to_string()));
                }
                places.insert(item, place);
            }
            (!places.is_empty()).then_some(Answer::Places(places))
        }
        FrozenKind::Matching { left, right, .. } => {
            let mut matches = HashMap::new();
            for (from, to) in sent.matches.iter().filter(|(_, to)| !to.is_empty()) {
                let (from, to) = (named(from)?, id(to)?);
                if !left.iter().any(|(id, _)| *id == from) || !right.iter().any(|(id, _)| *id == to)
                {
                    return Err(foreign());
                }
                if matches.values().any(|taken| *taken == to) {
                    let at = right.iter().position(|(id, _)| *id == to);
                    return Err(twice("letter", &letter(at.unwrap_or_default())));
                }
                matches.insert(from, to);
            }
            (!matches.is_empty()).then_some(Answer::Matches(matches))
        }
    })
}

/// Refuses a place or a letter that two items have.
fn twice(what: &str, which: &str) -> AppError {
    AppError::field(
        "",
        format!("Two items have {what} {which}. Each {what} can be given only once."),
    )
}

fn foreign() -> AppError {
    AppError::field(
        "",
        "This answer is not one that the question offers. Please reload the page.",
    )
}

/// Returns the learner's choice of whether the program compiles. Without a choice, the filled-in
/// field decides: output means yes, a line number means no.
fn says_it_compiles(sent: &AnswerForm) -> AppResult<Option<bool>> {
    let is_filled = |field: &Option<String>| {
        let text = field.as_deref().unwrap_or_default();
        !text.trim().is_empty()
    };
    match sent.compiles.as_deref() {
        Some("yes") => Ok(Some(true)),
        Some("no") => Ok(Some(false)),
        None | Some("") => match (is_filled(&sent.text), is_filled(&sent.line)) {
            (true, true) => Err(AppError::field(
                "",
                "You entered both an output and an error line. Choose whether the program compiles.",
            )),
            (true, false) => Ok(Some(true)),
            (false, true) => Ok(Some(false)),
            (false, false) => Ok(None),
        },
        Some(_) => Err(foreign()),
    }
}

fn line(sent: &AnswerForm) -> AppResult<Option<u32>> {
    match sent.line.as_deref().unwrap_or_default().trim() {
        "" => Ok(None),
        line => (line.parse().map(Some))
            .map_err(|_| AppError::field("", "Enter the line as a number, counted from 1.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracing() -> FrozenKind {
        FrozenKind::Tracing {
            program_html: String::new(),
            prints: None,
            fails_at_line: None,
        }
    }

    fn filled(compiles: &str, text: &str, line: &str) -> AppResult<Option<Answer>> {
        let sent = AnswerForm {
            compiles: Some(compiles.to_owned()),
            text: Some(text.to_owned()),
            line: Some(line.to_owned()),
            ..AnswerForm::default()
        };
        read(&tracing(), &sent)
    }

    #[test]
    fn no_place_and_no_match_is_given_twice() {
        let id = Uuid::from_u128;
        let items = |ids: [u128; 2]| ids.map(|n| (id(n), String::new())).to_vec();
        let sent = |value: &dyn Fn(u128) -> String| -> HashMap<String, String> {
            [1, 2]
                .map(|n| (format!("i{}", id(n)), value(n)))
                .into_iter()
                .collect()
        };
        let ordering = FrozenKind::Ordering {
            items: items([1, 2]),
            shown: vec![id(1), id(2)],
        };
        let order = |value: &dyn Fn(u128) -> String| {
            let form = AnswerForm {
                order: sent(value),
                ..AnswerForm::default()
            };
            read(&ordering, &form)
        };
        assert!(order(&|n| n.to_string()).is_ok());
        let refused = order(&|_| "2".to_owned()).unwrap_err().to_string();
        assert_eq!(
            refused,
            "Two items have place 2. Each place can be given only once."
        );
        let matching = FrozenKind::Matching {
            left: items([1, 2]),
            right: items([11, 12]),
            pairs: HashMap::new(),
        };
        let matched = |value: &dyn Fn(u128) -> String| {
            let form = AnswerForm {
                matches: sent(value),
                ..AnswerForm::default()
            };
            read(&matching, &form)
        };
        assert!(matched(&|n| id(n + 10).to_string()).is_ok());
        let refused = matched(&|_| id(12).to_string()).unwrap_err().to_string();
        assert_eq!(
            refused,
            "Two items have letter B. Each letter can be given only once."
        );
    }

    #[test]
    fn what_is_filled_in_says_whether_a_program_compiles() {
        let prints = |text: &str| Ok(Some(Answer::Prints(text.to_owned())));
        assert_eq!(filled("", "42", ""), prints("42"));
        assert_eq!(filled("", " ", "7"), Ok(Some(Answer::FailsAtLine(Some(7)))));
        assert_eq!(filled("", "\n", ""), Ok(None));
        assert!(filled("", "42", "7").is_err());
        // An explicit choice takes precedence over the filled-in fields.
        assert_eq!(filled("yes", "42", "7"), prints("42"));
        assert_eq!(filled("no", "42", ""), Ok(Some(Answer::FailsAtLine(None))));
        assert!(filled("perhaps", "", "").is_err());
    }
}
