//! Renders answers that a language model writes or has written as HTML.

use chrono::Duration;
use leptos::prelude::*;

use super::answer::Quotation;
use super::ladder::{AnswerKind, place_words};
use super::links::{passage_href, place_href};
use super::model::check::AnswerSentence;
use super::store::TalkRow;
use super::talk_html::{TalkForms, message_anchor};
use super::view::TalkView;
use crate::paths::tutor_path;
use crate::platform::markdown;
use crate::platform::ui::{Button, ButtonKind, Erase, Form};

/// Shows an answer that is being written, was stopped or has failed.
pub fn unfinished(
    view: &TalkView,
    row: &TalkRow,
    sentences: &[AnswerSentence],
    forms: TalkForms,
) -> AnyView {
    let id = row.message_id.to_string();
    let kind = row.kind().unwrap_or(AnswerKind::Quotations);
    let body = (!sentences.is_empty()).then(|| written(view, kind, sentences, &row.citations()));
    let (state, tools) = match row.is_unwritten() {
        true => {
            let here = format!(
                "{}#{}",
                tutor_path(&view.at.0, &view.at.1),
                message_anchor(row.message_id)
            );
            let form = forms.stop.of_item("answer", &id);
            let state = view! {
                <p class="tutor-writing">
                    "The answer is being written. " <a rel="external" href=here>
                        "Load it again"
                    </a>
                </p>
            };
            let stop = view! {
                <Form form=form class="inline">
                    <input type="hidden" name="answer" value=id />
                    <Button kind=ButtonKind::Secondary>"Stop"</Button>
                </Form>
            };
            let late = (view.now - row.begun_at > LATE).then(|| again(row, forms));
            (state.erase(), view! { {stop} {late} }.erase())
        }
        false => {
            let text = match sentences.is_empty() {
                true => row.content.clone(),
                false => "You stopped this answer.".to_owned(),
            };
            let again = view.refusal.is_none().then(|| again(row, forms));
            (view! { <p class="soft">{text}</p> }.erase(), again.erase())
        }
    };
    view! {
        <li class="tutor-answer" id=message_anchor(row.message_id) tabindex="-1">
            <span class="vh">"The tutor: "</span>
            {body}
            {state}
            <div class="tutor-tools">{tools}</div>
        </li>
    }
    .erase()
}

/// Time after which an answer that is not written can be asked for once more.
const LATE: Duration = Duration::minutes(3);

fn again(row: &TalkRow, forms: TalkForms) -> AnyView {
    let id = row.message_id.to_string();
    let form = forms.again.of_item("answer", &id);
    view! {
        <Form form=form class="inline">
            <input type="hidden" name="answer" value=id />
            <Button kind=ButtonKind::Secondary>"Write it again"</Button>
        </Form>
    }
    .erase()
}

/// Shows sentences of a model with the numbers of their sources. Those of hints lead to the place,
/// and not to the words.
pub fn written(
    view: &TalkView,
    kind: AnswerKind,
    sentences: &[AnswerSentence],
    citations: &[Quotation],
) -> AnyView {
    let language = &view.course_title.language;
    let href = |citation: &Quotation| match citation.text.is_empty() {
        true => place_href(&view.at.0, &citation.source),
        false => passage_href(&view.at.0, citation),
    };
    let sentences = sentences.iter().map(|sentence| {
        let cites = sentence
            .cites
            .iter()
            .filter_map(|at| Some((at + 1, citations.get(*at)?)));
        let marks = cites.map(|(number, citation)| {
            let label = format!("Source {number}: {}", place_words(&citation.source));
            view! {
                " "
                <a class="tutor-cite" rel="external" href=href(citation) aria-label=label>
                    {number}
                </a>
            }
        });
        let marks = marks.collect_view();
        view! {
            <p class="tutor-sentence" lang=language.tag() dir=language.dir()>
                {code_parts(&sentence.text)}
                {marks}
            </p>
            {code_block(&sentence.code)}
        }
    });
    let places = citations.iter().map(|citation| {
        view! {
            <li>
                <a rel="external" href=href(citation)>
                    {language.inline(place_words(&citation.source))}
                </a>
            </li>
        }
    });
    let label = match kind {
        AnswerKind::Quotations => "Sources",
        _ => "Read here",
    };
    view! {
        {sentences.collect_view()}
        <div class="tutor-sources">
            <b>{label}</b>
            <ol class="tutor-numbered">{places.collect_view()}</ol>
        </div>
    }
    .erase()
}

/// Shows the text between backticks as code.
fn code_parts(text: &str) -> AnyView {
    let parts = text.split('`').enumerate().map(|(at, part)| {
        let part = part.to_owned();
        match at % 2 {
            1 => view! { <code>{part}</code> }.erase(),
            _ => part.erase(),
        }
    });
    parts.collect_view().erase()
}

/// Shows a block of code that stands in the course, with its colors.
fn code_block(block: &str) -> AnyView {
    if block.is_empty() {
        return ().erase();
    }
    let html = markdown::render(block, &|_, _| None).html;
    view! { <div class="prose tutor-code" inner_html=html></div> }.erase()
}
