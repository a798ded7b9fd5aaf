//! Renders the questions about a course and their answers.

use leptos::prelude::*;

use super::copilot::{FigureSentence, InsightAnswer, ReadyQuestion, SentencePiece, answer};
use super::course::CourseFigures;
use crate::insights::QUESTION_CHARACTERS;
use crate::paths::insights_path;
use crate::platform::address;
use crate::platform::ui::{Button, ButtonKind, Erase};

/// The form, the ready questions, and the answer to `question` unless that is empty.
pub fn questions(figures: &CourseFigures, question: &str) -> AnyView {
    let path = insights_path(&figures.slug);
    let cohort = figures.cohort.map(|cohort| cohort.to_string());
    let ready = ReadyQuestion::ALL.map(|ready| {
        let label = ready.label();
        let scope = cohort.as_deref().unwrap_or_default();
        let href = address::with_query(&path, &[("cohort", scope), ("ask", label)]);
        let is_here = label == question;
        view! {
            <a class="chip" href=href aria-current=is_here.then_some("true")>
                {label}
            </a>
        }
    });
    let cohort = cohort.map(|id| view! { <input type="hidden" name="cohort" value=id /> });
    let shown = (!question.is_empty()).then(|| show(figures, answer(figures, question)));
    view! {
        <section class="stack" aria-labelledby="ly-ask-title">
            <h2 id="ly-ask-title">"Ask about this course"</h2>
            <form class="tools" method="get" action=path>
                {cohort}
                <label class="field">
                    <input
                        type="search"
                        name="ask"
                        value=question.to_owned()
                        maxlength=QUESTION_CHARACTERS.to_string()
                        placeholder="A question, a learner or a topic"
                        aria-label="Question about this course"
                    />
                </label>
                <Button kind=ButtonKind::Secondary>"Ask"</Button>
            </form>
            <div class="chips" role="group" aria-label="Ready questions">
                {ready.collect_view()}
            </div>
            {shown}
        </section>
    }
    .erase()
}

fn show(figures: &CourseFigures, answer: InsightAnswer) -> AnyView {
    let said = answer.said.into_iter();
    let said = said
        .map(|sentence| view! { <p>{pieces(figures, sentence)}</p> })
        .collect_view();
    let lines = answer.lines.into_iter();
    let lines: Vec<_> = lines
        .map(|line| view! { <li>{pieces(figures, line)}</li> })
        .collect();
    let lines = (!lines.is_empty()).then(|| view! { <ul class="insight-remarks">{lines}</ul> });
    let title = match answer.question.is_empty() {
        true => "Answer".to_owned(),
        false => answer.question,
    };
    view! {
        <div class="card stack insight-answer">
            <h3 dir="auto">{title}</h3>
            {said}
            {lines}
            <p class="soft">
                "From the figures on this page. A draft is sent only when you send it."
            </p>
        </div>
    }
    .erase()
}

fn pieces(figures: &CourseFigures, sentence: FigureSentence) -> AnyView {
    let pieces = sentence.into_iter().map(|piece| match piece {
        SentencePiece::Text(text) => text.erase(),
        SentencePiece::Link(words, href) => view! { <a href=href><bdi>{words}</bdi></a> }.erase(),
        SentencePiece::Topic(title, href) => {
            view! { <a href=href>{figures.title.language.inline(title)}</a> }.erase()
        }
    });
    pieces.collect_view().erase()
}
