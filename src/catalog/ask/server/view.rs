//! Renders a conversation about the catalog as HTML.

use std::fmt::Write;

use super::{CatalogAnswerKind, CatalogLine, CatalogTurn};
use crate::catalog::ask::CatalogTalkPage;
use crate::platform::encode;
use crate::platform::markdown::escape;
use crate::platform::ui::Html;

/// Id of a question on the page. The first one has the number 1.
pub fn anchor(number: usize) -> String {
    format!("turn-{number}")
}

pub fn page(turns: &[CatalogTurn], all: usize) -> CatalogTalkPage {
    CatalogTalkPage {
        left: all.saturating_sub(turns.len()),
        all,
        turns: Html(html(turns)),
    }
}

fn html(turns: &[CatalogTurn]) -> String {
    if turns.is_empty() {
        return String::new();
    }
    let mut out = String::from("<ol class=\"tutor-messages\" aria-label=\"Conversation\">");
    for (number, turn) in (1..).zip(turns) {
        let _ = write!(
            out,
            "<li class=\"tutor-question\" id=\"{}\" tabindex=\"-1\"><p class=\"tutor-asked\" dir=\"auto\"><span class=\"vh\">You asked: </span>{}</p></li>",
            anchor(number),
            escape(&turn.question)
        );
        answer(&mut out, turn);
    }
    out.push_str("</ol>");
    out
}

fn answer(out: &mut String, turn: &CatalogTurn) {
    let said = match (turn.kind, turn.lines.is_empty()) {
        (CatalogAnswerKind::Quoted, _) => "The pages of the courses say:",
        (CatalogAnswerKind::Newest, false) => "The newest courses are:",
        (CatalogAnswerKind::Unknown, false) => {
            "The pages of the courses do not say this. These courses may be near:"
        }
        (_, true) => "There is no published course that says this.",
    };
    let _ = write!(
        out,
        "<li class=\"tutor-answer\"><span class=\"vh\">Answer: </span><p>{said}</p>"
    );
    for line in &turn.lines {
        self::line(out, line);
    }
    if turn.kind == CatalogAnswerKind::Unknown {
        out.push_str("<p><a href=\"/courses\">Look through all courses</a></p>");
    }
    out.push_str("</li>");
}

fn line(out: &mut String, line: &CatalogLine) {
    let link = format!(
        "<a href=\"/courses/{}\"><bdi>{}</bdi></a>",
        encode(&line.slug),
        escape(&line.title)
    );
    let _ = match line.text.is_empty() {
        true => write!(out, "<p>{link}</p>"),
        false => write!(
            out,
            "<p class=\"tutor-quote\"><q dir=\"auto\">{}</q> {link}</p>",
            escape(&line.text)
        ),
    };
}
