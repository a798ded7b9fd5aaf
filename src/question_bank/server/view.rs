//! Builds the views of a question: while it is asked, and after it is graded. `marked_answer` marks
//! the answer.

use crate::enrollment::TopicLink;
use crate::platform::markdown;
use crate::platform::ui::Html;
use crate::question_bank::server::grade::{Answer, Frozen, FrozenKind, SavedAnswer, answer_state};
use crate::question_bank::server::marked_answer::{Solution, marked_answer};
use crate::question_bank::{GradedQuestion, Mark, QuestionView, QuestionViewKind};
use std::collections::HashMap;
use uuid::Uuid;

/// Returns the question and the answer given so far, without the right answer.
pub fn shown(question: &Frozen, given: Option<&SavedAnswer>) -> QuestionView {
    let answer = given.and_then(|given| given.answer.as_ref());
    let kind = match &question.kind {
        FrozenKind::Choice { several, options } => QuestionViewKind::Choice {
            several: *several,
            options: options
                .iter()
                .map(|option| {
                    let chosen =
                        matches!(answer, Some(Answer::Choice(ids)) if ids.contains(&option.id));
                    (option.id, Html(option.html.clone()), chosen)
                })
                .collect(),
        },
        FrozenKind::ShortAnswer { .. } => QuestionViewKind::ShortAnswer {
            text: match answer {
                Some(Answer::Text(text)) => text.clone(),
                _ => String::new(),
            },
        },
        FrozenKind::Tracing { program_html, .. } => {
            let (compiles, prints, line) = match answer {
                Some(Answer::Prints(text)) => (Some(true), text.clone(), None),
                Some(Answer::FailsAtLine(line)) => (Some(false), String::new(), *line),
                _ => (None, String::new(), None),
            };
            QuestionViewKind::Tracing {
                program: Html(numbered(program_html)),
                compiles,
                prints,
                line,
            }
        }
        FrozenKind::Ordering { items, shown } => {
            let place = |id: &Uuid| match answer {
                Some(Answer::Places(places)) => places.get(id).copied(),
                _ => None,
            };
            let mut items: Vec<_> = shown
                .iter()
                .filter_map(|id| items.iter().find(|(item, _)| item == id))
                .map(|(id, html)| (*id, Html(html.clone()), place(id)))
                .collect();
            items.sort_by_key(|(_, _, place)| place.unwrap_or(usize::MAX));
            QuestionViewKind::Ordering { items }
        }
        FrozenKind::Matching { left, right, .. } => {
            let matched = |id: &Uuid| match answer {
                Some(Answer::Matches(matches)) => matches.get(id).copied(),
                _ => None,
            };
            QuestionViewKind::Matching {
                left: left
                    .iter()
                    .map(|(id, html)| (*id, Html(html.clone()), matched(id)))
                    .collect(),
                right: right
                    .iter()
                    .map(|(id, html)| (*id, Html(html.clone())))
                    .collect(),
            }
        }
    };
    QuestionView {
        prompt: Html(question.prompt_html.clone()),
        kind,
        flagged: given.is_some_and(|given| given.flagged),
    }
}

/// Returns how much of a question is answered, and whether it is flagged.
pub fn mark(question: &Frozen, given: Option<&SavedAnswer>) -> Mark {
    let answer = given.and_then(|given| given.answer.as_ref());
    Mark {
        answer: answer_state(&question.kind, answer),
        flagged: given.is_some_and(|given| given.flagged),
    }
}

/// Puts a column of line numbers beside a program. The column is hidden from screen readers and is
/// not copied with the code.
pub(crate) fn numbered(program_html: &str) -> String {
    let parts = program_html.split_once("<pre").and_then(|(before, rest)| {
        let (pre, after) = rest.split_once("</pre>")?;
        Some((before, pre, after))
    });
    let Some((before, pre, after)) = parts else {
        return program_html.to_owned();
    };
    let code = pre.strip_suffix("</code>").unwrap_or(pre);
    let lines = "<i></i>".repeat(code.trim_end().matches('\n').count() + 1);
    format!(
        "{before}<div class=\"numbered\"><div class=\"lines\" aria-hidden=\"true\">{lines}</div><pre{pre}</pre></div>{after}"
    )
}

/// A graded question with all that its result shows.
pub struct GradedAnswer<'a> {
    pub question: &'a Frozen,
    pub answer: Option<&'a Answer>,
    /// Points, from 0 to 1.
    pub points: f64,
    pub solution: Solution<'a>,
    /// The interface's words for the answer, such as "Your answer".
    pub whose: &'a str,
}

impl<'a> GradedAnswer<'a> {
    /// The learner's own answer to the question as it was drawn.
    pub fn own(question: &'a Frozen, answer: Option<&'a Answer>, points: f64) -> Self {
        Self {
            question,
            answer,
            points,
            solution: Solution::Key(&question.kind),
            whose: YOURS,
        }
    }

    /// Builds the result of the question: its points and the answer with its marks.
    pub fn view(self, topic: Option<TopicLink>) -> GradedQuestion {
        let Frozen {
            prompt_html, kind, ..
        } = self.question;
        let prompt = match kind {
            FrozenKind::Tracing { program_html, .. } => {
                format!("{prompt_html}{}", numbered(program_html))
            }
            _ => prompt_html.clone(),
        };
        let marked = |solution| Html(marked_answer(kind, self.answer, solution, self.whose));
        GradedQuestion {
            prompt: Html(prompt),
            points: (self.points * 100.0).round() as i32,
            state: answer_state(kind, self.answer),
            marked: marked(self.solution),
            unmarked: marked(Solution::Withheld),
            explanation: self.question.explanation_html.clone().map(Html),
            withheld: None,
            topic,
        }
    }
}

/// Words for the answer on a learner's own pages.
pub const YOURS: &str = "Your answer";
/// Words for the answer on tutors' pages.
pub const LEARNERS: &str = "Learner’s answer";

pub(crate) fn list<'a>(tag: &str, items: impl Iterator<Item = &'a str>) -> String {
    let items: String = items.map(|item| format!("<li>{item}</li>")).collect();
    match items.is_empty() {
        true => String::new(),
        false => format!("<{tag}>{items}</{tag}>"),
    }
}

pub(crate) fn pre(text: &str) -> String {
    format!("<pre>{}</pre>", markdown::escape(text))
}

pub(crate) fn line_words(line: Option<u32>) -> String {
    match line {
        Some(line) => format!(
            r#"<p lang="en" dir="ltr">It does not compile: the error is on line {line}.</p>"#
        ),
        None => r#"<p lang="en" dir="ltr">It does not compile.</p>"#.to_owned(),
    }
}

/// Returns the right answer as HTML.
pub fn right(kind: &FrozenKind) -> String {
    match kind {
        FrozenKind::Choice { options, .. } => list(
            "ul",
            options
                .iter()
                .filter(|option| option.is_correct)
                .map(|option| option.html.as_str()),
        ),
        FrozenKind::ShortAnswer { accepted, .. } => accepted
            .first()
            .map(|text| format!("<p>{}</p>", markdown::escape(text)))
            .unwrap_or_default(),
        FrozenKind::Tracing {
            prints: Some(text), ..
        } => pre(text),
        FrozenKind::Tracing { fails_at_line, .. } => line_words(*fails_at_line),
        FrozenKind::Ordering { items, .. } => {
            list("ol", items.iter().map(|(_, html)| html.as_str()))
        }
        FrozenKind::Matching { left, right, pairs } => matched(left, right, pairs),
    }
}

/// Returns the matched items as an HTML list.
pub(crate) fn matched(
    left: &[(Uuid, String)],
    right: &[(Uuid, String)],
    matches: &HashMap<Uuid, Uuid>,
) -> String {
    let lines: Vec<String> = left
        .iter()
        .filter_map(|(id, html)| {
            let to = matches.get(id)?;
            let (_, other) = right.iter().find(|(id, _)| id == to)?;
            Some(format!("{html} → {other}"))
        })
        .collect();
    list("ul", lines.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_program_has_a_number_beside_it() {
        let program = markdown::render_code("rust", "fn main() {\n\n    f::<u8>();\n}\n");
        let html = numbered(&program);
        assert_eq!(html.matches("<i></i>").count(), 4, "{html}");
        let (lines, code) = html.split_once("<pre").unwrap();
        assert!(lines.contains("aria-hidden=\"true\"") && !code.contains("<i>"));
        assert_eq!(html.matches("<div").count(), html.matches("</div>").count());
    }
}
