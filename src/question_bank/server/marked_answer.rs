//! The answer to a graded question as HTML: the options, items or pairs as they were asked. Each
//! line has an icon and words that say what was chosen and what is right.

use std::collections::HashMap;

use uuid::Uuid;

use super::grade::{Answer, FrozenKind, FrozenOption, points};
use super::view::{line_words, pre, right};
use crate::platform::markdown::escape;
use crate::platform::ui::Glyph;

/// The right answer with which an answer is compared.
#[derive(Clone, Copy)]
pub enum Solution<'a> {
    Key(&'a FrozenKind),
    /// Any answer gets full points.
    Any,
    /// The right answer is not shown yet.
    Withheld,
}

/// Returns the question's parts with marks. `whose` is "Your answer" or the like.
pub fn marked_answer(
    asked: &FrozenKind,
    answer: Option<&Answer>,
    solution: Solution<'_>,
    whose: &str,
) -> String {
    let key = match solution {
        Solution::Key(key) => Some(key),
        Solution::Any | Solution::Withheld => None,
    };
    let lines = match asked {
        FrozenKind::Choice { options, .. } => choice(options, answer, key, whose),
        FrozenKind::ShortAnswer { .. } | FrozenKind::Tracing { .. } => written(answer, key, whose),
        FrozenKind::Ordering { items, shown } => ordering(items, shown, answer, key),
        FrozenKind::Matching { left, right, .. } => matching(left, right, answer, key),
    };
    let is_moved = matches!(answer, Some(Answer::Places(_) | Answer::Matches(_)));
    let head = is_moved.then(|| format!("<p class=\"label\"{ENGLISH}>{whose}</p>"));
    let lines: String = lines.iter().map(Line::html).collect();
    let list = (!lines.is_empty()).then(|| format!("<ul class=\"marked\">{lines}</ul>"));
    let any = matches!(solution, Solution::Any)
        .then(|| format!("<p{ENGLISH}>Everyone gets full points.</p>"));
    [head, list, any].into_iter().flatten().collect()
}

/// Attributes of the interface's words within text of the course.
const ENGLISH: &str = " lang=\"en\" dir=\"ltr\"";

/// One option, item or pair.
#[derive(Default)]
struct Line {
    /// The part as it was asked, as HTML.
    part: String,
    is_given: bool,
    /// None for a part without a mark, and while marks are withheld.
    is_right: Option<bool>,
    words: String,
    /// HTML that follows the words.
    then: String,
}

impl Line {
    fn html(&self) -> String {
        let (class, glyph) = match self.is_right {
            Some(true) => ("right", Some(Glyph::Check)),
            Some(false) => ("wrong", Some(Glyph::Close)),
            None => ("", None),
        };
        let given = if self.is_given { "given" } else { "" };
        let icon = glyph.map(Glyph::html).unwrap_or_default();
        let mark = match self.words.is_empty() {
            true => String::new(),
            false => format!("<p class=\"mark\"{ENGLISH}>{icon}{}</p>", self.words),
        };
        format!(
            "<li class=\"{}\"><div>{}</div>{mark}{}</li>",
            [class, given].join(" ").trim(),
            self.part,
            self.then
        )
    }
}

fn choice(
    options: &[FrozenOption],
    answer: Option<&Answer>,
    key: Option<&FrozenKind>,
    whose: &str,
) -> Vec<Line> {
    let is_right = |id: Uuid| {
        let Some(FrozenKind::Choice { options, .. }) = key else {
            return None;
        };
        let option = options.iter().find(|option| option.id == id)?;
        Some(option.is_correct)
    };
    let line = |option: &FrozenOption| {
        let is_given = matches!(answer, Some(Answer::Choice(ids)) if ids.contains(&option.id));
        let (is_right, words) = match (is_given, is_right(option.id)) {
            (true, None) => (None, whose.to_owned()),
            (true, Some(true)) => (Some(true), format!("{whose}, correct")),
            (true, Some(false)) => (Some(false), format!("{whose}, incorrect")),
            (false, Some(true)) => (Some(true), "Correct answer".to_owned()),
            (false, _) => (None, String::new()),
        };
        Line {
            part: option.html.clone(),
            is_given,
            is_right,
            words,
            ..Line::default()
        }
    };
    options.iter().map(line).collect()
}

/// Lines for a text, an output or the line of an error: the given one, and the right one if they
/// differ.
fn written(answer: Option<&Answer>, key: Option<&FrozenKind>, whose: &str) -> Vec<Line> {
    let given = match answer {
        Some(Answer::Text(text)) => Some(format!("<p>{}</p>", escape(text))),
        Some(Answer::Prints(text)) if text.trim().is_empty() => {
            Some(format!("<p{ENGLISH}>No output</p>"))
        }
        Some(Answer::Prints(text)) => Some(pre(text)),
        Some(Answer::FailsAtLine(line)) => Some(line_words(*line)),
        _ => None,
    };
    let is_right = key.map(|key| points(key, answer, false) == 1.0);
    let given = given.map(|part| Line {
        part,
        is_given: true,
        is_right,
        words: match is_right {
            None => whose.to_owned(),
            Some(true) => format!("{whose}, correct"),
            Some(false) => format!("{whose}, incorrect"),
        },
        ..Line::default()
    });
    let solution = key.filter(|_| is_right == Some(false)).map(|key| Line {
        part: right(key),
        is_right: Some(true),
        words: "Correct answer".to_owned(),
        ..Line::default()
    });
    given.into_iter().chain(solution).collect()
}

/// Lines for the items in the order that the learner gave to them. Items without a place follow, as
/// they were asked.
fn ordering(
    items: &[(Uuid, String)],
    shown: &[Uuid],
    answer: Option<&Answer>,
    key: Option<&FrozenKind>,
) -> Vec<Line> {
    let place = |id: &Uuid| match answer {
        Some(Answer::Places(places)) => places.get(id).copied(),
        _ => None,
    };
    let right_place = |id: &Uuid| match key {
        Some(FrozenKind::Ordering { items, .. }) => items
            .iter()
            .position(|(item, _)| item == id)
            .map(|at| at + 1),
        _ => None,
    };
    let mut asked: Vec<&(Uuid, String)> = shown
        .iter()
        .filter_map(|id| items.iter().find(|(item, _)| item == id))
        .collect();
    asked.sort_by_key(|(id, _)| place(id).unwrap_or(usize::MAX));
    let line = |(id, html): &(Uuid, String)| {
        let given = place(id);
        let (is_right, words) = match (given, right_place(id)) {
            (_, None) => (None, String::new()),
            (Some(given), Some(right)) if given == right => {
                (Some(true), "Correct place".to_owned())
            }
            (Some(_), Some(right)) => (Some(false), format!("Incorrect. Correct place: {right}")),
            (None, Some(right)) => (
                Some(false),
                format!("No place given. Correct place: {right}"),
            ),
        };
        let number = given.map_or_else(|| "–".to_owned(), |given| given.to_string());
        Line {
            part: format!("<b class=\"num\"{ENGLISH}>{number}</b> {html}"),
            is_given: given.is_some(),
            is_right,
            words,
            ..Line::default()
        }
    };
    asked.into_iter().map(line).collect()
}

fn matching(
    left: &[(Uuid, String)],
    right: &[(Uuid, String)],
    answer: Option<&Answer>,
    key: Option<&FrozenKind>,
) -> Vec<Line> {
    let to = |matches: &HashMap<Uuid, Uuid>, id: &Uuid| {
        let to = matches.get(id)?;
        right.iter().find(|(id, _)| id == to)
    };
    let line = |(id, html): &(Uuid, String)| {
        let given = match answer {
            Some(Answer::Matches(matches)) => to(matches, id),
            _ => None,
        };
        let wanted = match key {
            Some(FrozenKind::Matching { pairs, .. }) => to(pairs, id),
            _ => None,
        };
        let (is_right, words) = match (given, wanted) {
            (_, None) => (None, ""),
            (Some((given, _)), Some((wanted, _))) if given == wanted => {
                (Some(true), "Correct match")
            }
            (Some(_), Some(_)) => (Some(false), "Incorrect. Correct match:"),
            (None, Some(_)) => (Some(false), "No match given. Correct match:"),
        };
        let part = match given {
            Some((_, other)) => format!("{html} → {other}"),
            None => html.clone(),
        };
        Line {
            part,
            is_given: given.is_some(),
            is_right,
            words: words.to_owned(),
            then: match (is_right, wanted) {
                (Some(false), Some((_, other))) => format!("<div>{other}</div>"),
                _ => String::new(),
            },
        }
    };
    left.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    /// The words of each line's mark, and the classes of the lines.
    fn marks(html: &str) -> Vec<(String, String)> {
        let lines = html.split("<li class=\"").skip(1);
        lines
            .map(|line| {
                let class = line.split('"').next().unwrap_or_default().to_owned();
                let mark = line.split("</svg>").nth(1).unwrap_or_default();
                let words = mark.split("</p>").next().unwrap_or_default();
                (class, words.to_owned())
            })
            .collect()
    }

    fn of(asked: &FrozenKind, answer: Option<&Answer>) -> Vec<(String, String)> {
        marks(&marked_answer(
            asked,
            answer,
            Solution::Key(asked),
            "Your answer",
        ))
    }

    fn words(marks: &[(&str, &str)]) -> Vec<(String, String)> {
        let marks = marks.iter();
        marks
            .map(|(class, words)| ((*class).to_owned(), (*words).to_owned()))
            .collect()
    }

    fn choices() -> FrozenKind {
        let option = |n, is_correct| FrozenOption {
            id: id(n),
            html: format!("Option {n}"),
            is_correct,
        };
        FrozenKind::Choice {
            several: true,
            options: vec![option(1, true), option(2, false), option(3, true)],
        }
    }

    #[test]
    fn chosen_and_right_options_are_marked_where_they_stand() {
        let chosen = Answer::Choice(vec![id(1), id(2)]);
        let expected = [
            ("right given", "Your answer, correct"),
            ("wrong given", "Your answer, incorrect"),
            ("right", "Correct answer"),
        ];
        assert_eq!(of(&choices(), Some(&chosen)), words(&expected));
    }

    #[test]
    fn a_withheld_answer_shows_what_was_chosen_and_no_more() {
        let chosen = Answer::Choice(vec![id(2)]);
        let html = marked_answer(&choices(), Some(&chosen), Solution::Withheld, "Your answer");
        assert!(html.contains("<li class=\"given\"><div>Option 2</div>"));
        assert!(!html.contains("orrect") && !html.contains("right") && !html.contains("wrong"));
        let order = FrozenKind::Ordering {
            items: vec![(id(1), "Wash".to_owned()), (id(2), "Rinse".to_owned())],
            shown: vec![id(2), id(1)],
        };
        let html = marked_answer(&order, None, Solution::Withheld, "Your answer");
        assert!(
            !html.contains("orrect") && !html.contains("mark\""),
            "{html}"
        );
    }

    #[test]
    fn an_order_shows_the_right_place_of_each_item() {
        let order = FrozenKind::Ordering {
            items: (1..=4).map(|n| (id(n), format!("Item {n}"))).collect(),
            shown: vec![id(4), id(3), id(2), id(1)],
        };
        let places = Answer::Places([(id(1), 1), (id(3), 2), (id(2), 3)].into());
        let expected = [
            ("right given", "Correct place"),
            ("wrong given", "Incorrect. Correct place: 3"),
            ("wrong given", "Incorrect. Correct place: 2"),
            ("wrong", "No place given. Correct place: 4"),
        ];
        assert_eq!(of(&order, Some(&places)), words(&expected));
    }

    #[test]
    fn a_match_shows_the_right_one_beside_a_wrong_one() {
        let matching = FrozenKind::Matching {
            left: vec![(id(1), "Paris".to_owned()), (id(2), "Rome".to_owned())],
            right: vec![(id(11), "Italy".to_owned()), (id(12), "France".to_owned())],
            pairs: [(id(1), id(12)), (id(2), id(11))].into(),
        };
        let half = Answer::Matches([(id(1), id(11))].into());
        let html = marked_answer(
            &matching,
            Some(&half),
            Solution::Key(&matching),
            "Your answer",
        );
        assert!(html.contains("Paris → Italy"));
        assert!(html.contains("Incorrect. Correct match:</p><div>France</div>"));
        assert!(html.contains("No match given. Correct match:</p><div>Italy</div>"));
    }

    #[test]
    fn a_wrong_text_is_followed_by_the_right_one() {
        let text = FrozenKind::ShortAnswer {
            accepted: vec!["42".to_owned()],
            tolerance: None,
        };
        let expected = [
            ("wrong given", "Your answer, incorrect"),
            ("right", "Correct answer"),
        ];
        let given = |text: &str| Answer::Text(text.to_owned());
        assert_eq!(of(&text, Some(&given("forty"))), words(&expected));
        assert_eq!(of(&text, None), words(&expected[1..]));
        let right = [("right given", "Your answer, correct")];
        assert_eq!(of(&text, Some(&given("42"))), words(&right));
        let any = marked_answer(&text, Some(&given("x")), Solution::Any, "Your answer");
        assert!(any.contains("Everyone gets full points.") && !any.contains("orrect"));
    }
}
