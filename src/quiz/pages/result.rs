//! The result of an attempt: each question with its answer, the right answer and the explanation.

use leptos::prelude::*;

use super::outcome;
use crate::platform::ui::{Button, Erase, Language, Notice, Tone};
use crate::question_bank::pages::graded::{answers, score};
use crate::quiz::{AttemptStatus, QuizPage, QuizResult, RegradeNote};

pub fn result(page: &QuizPage, mut graded: QuizResult, path: &str) -> AnyView {
    let is_passed = page
        .history
        .iter()
        .any(|attempt| attempt.counts && attempt.status == AttemptStatus::Passed);
    let on = match graded.next.take() {
        Some(next) => {
            let title = page.course_title.language.inline(next.title);
            view! { <Button href=next.href>"Continue: " {title}</Button> }.erase()
        }
        None => ().erase(),
    };
    let later = graded
        .later
        .take()
        .map(|later| view! { <p class="quiz-later">{later}</p> });
    let again = (!is_passed).then(|| view! { <Button href=path.to_owned()>"Try again"</Button> });
    let way = view! { <div class="row">{on} {again} {later}</div> }.erase();
    result_mark(graded, &page.course_title.language, "Your answer", way)
}

/// Shows an attempt's result and its questions. `label` is the heading of each answer, and `way`
/// holds the links that lead on.
pub fn result_mark(
    graded: QuizResult,
    language: &Language,
    label: &'static str,
    way: AnyView,
) -> AnyView {
    let score = score(
        graded.score,
        graded.passing_score_percent,
        outcome(graded.status),
    );
    let regrades = graded.regrades.into_iter().map(regrade).collect_view();
    view! {
        <section class="quiz-result">
            {score}
            {way}
        </section>
        {regrades}
        {answers(graded.questions, language, label)}
    }
    .erase()
}

fn regrade(note: RegradeNote) -> AnyView {
    let said = format!(
        "Score changed from {}% to {}%. Reason: {}",
        note.old_score, note.new_score, note.reason
    );
    view! {
        <Notice tone=Tone::Info title=format!("Regraded on {}", note.when)>
            {said}
        </Notice>
    }
    .erase()
}
