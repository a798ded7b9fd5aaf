//! The result of an attempt: the score, the way on, and each question with its marked answer.

use leptos::prelude::*;

use super::outcome;
use crate::enrollment::TopicLink;
use crate::platform::ui::{Button, ButtonKind, Erase, Language, Notice, Tone};
use crate::question_bank::pages::graded::{answers, score};
use crate::quiz::{AttemptStatus, QuizPage, QuizResult, RegradeNote};

pub fn result(page: &QuizPage, mut graded: QuizResult, path: &str) -> AnyView {
    let language = &page.course_title.language;
    let is_passed = page
        .history
        .iter()
        .any(|attempt| attempt.counts && attempt.status == AttemptStatus::Passed);
    let on = graded.next.take().map(|next| {
        let title = language.inline(next.title);
        view! { <Button href=next.href>"Continue: " {title}</Button> }
    });
    let later = graded
        .later
        .take()
        .map(|later| view! { <p class="quiz-later">{later}</p> });
    let again = (!is_passed).then(|| {
        let review = to_review(&graded, &page.topics)
            .into_iter()
            .zip([ButtonKind::Primary, ButtonKind::Secondary])
            .map(|(topic, kind)| {
                let title = language.inline(topic.title);
                view! { <Button kind=kind href=topic.href><span>"Review topic: " {title}</span></Button> }
            })
            .collect_view();
        view! {
            {review}
            <Button kind=ButtonKind::Secondary href=path.to_owned()>
                "Try again"
            </Button>
        }
    });
    let way = view! { <div class="row">{on} {again} {later}</div> }.erase();
    result_mark(graded, language, way)
}

/// The topics of questions that lost points, or all topics of the section.
fn to_review(graded: &QuizResult, section: &[TopicLink]) -> Vec<TopicLink> {
    let mut topics: Vec<TopicLink> = Vec::new();
    for question in &graded.questions {
        if let Some(topic) = question.topic.as_ref().filter(|_| question.points < 100)
            && topics.iter().all(|other| other.href != topic.href)
        {
            topics.push(topic.clone());
        }
    }
    match topics.is_empty() {
        true => section.to_vec(),
        false => topics,
    }
}

/// Shows an attempt's result and its questions. `way` holds the links that lead on.
pub fn result_mark(graded: QuizResult, language: &Language, way: AnyView) -> AnyView {
    let score = score(
        graded.score,
        graded.passing_score_percent,
        outcome(graded.status),
        &graded.questions,
    );
    let regrades = graded.regrades.into_iter().map(regrade).collect_view();
    view! {
        <section class="quiz-result" aria-label="Result" tabindex="-1" autofocus=true>
            {score}
            {way}
        </section>
        {regrades}
        {answers(graded.questions, language)}
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
