//! The result of an attempt: each question with its answer, the right answer and the explanation.

use leptos::prelude::*;

use super::outcome;
use crate::platform::ui::{Badge, Button, Erase, Html, Notice, Tone};
use crate::quiz::{AttemptStatus, Graded, GradedQuestion, QuizPage, RegradeNote};

pub fn result(page: &QuizPage, mut graded: Graded, path: &str) -> AnyView {
    let is_passed = page
        .history
        .iter()
        .any(|attempt| attempt.counts && attempt.status == AttemptStatus::Passed);
    let on = match graded.next.take() {
        Some(next) => {
            view! { <Button href=next.href>{format!("Continue: {}", next.title)}</Button> }.erase()
        }
        None => ().erase(),
    };
    let later = graded
        .later
        .take()
        .map(|later| view! { <p class="quiz-later">{later}</p> });
    let again = (!is_passed).then(|| view! { <Button href=path.to_owned()>"Try again"</Button> });
    let way = view! { <div class="row">{on} {again} {later}</div> }.erase();
    came_of(graded, "Your answer", way)
}

/// The result of an attempt and its questions. `label` is the heading above each answer, and `way`
/// holds the links to continue with.
pub fn came_of(graded: Graded, label: &'static str, way: AnyView) -> AnyView {
    let (tone, text) = outcome(graded.status);
    let needed = format!("Passing score: {}%", graded.passing_score_percent);
    let regrades = graded.regrades.into_iter().map(regrade).collect_view();
    view! {
        <section class="quiz-result">
            <p class="quiz-score num">{format!("{}%", graded.score)}</p>
            <div>
                <Badge tone=tone text=text />
                <p class="soft">{needed}</p>
            </div>
            {way}
        </section>
        {regrades}
        {answers(graded.questions, label)}
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

/// The list of questions, each with its answer and the right answer.
pub fn answers(questions: Vec<GradedQuestion>, label: &'static str) -> AnyView {
    let lines = questions
        .into_iter()
        .map(|question| view! { <li>{answer(question, label)}</li> });
    view! { <ol class="quiz-answers">{lines.collect_view()}</ol> }.erase()
}

/// One question with its answer, its mark and the right answer.
pub fn answer(question: GradedQuestion, label: &'static str) -> AnyView {
    if let Some(why) = question.withheld {
        return withheld(question.prompt, label, question.answered, why);
    }
    let (tone, text) = match question.points {
        100 => (Tone::Ok, "Correct".to_owned()),
        0 => (Tone::Danger, "Incorrect".to_owned()),
        part => (Tone::Warn, format!("{part}%")),
    };
    let all = question.points == 100;
    view! {
            <Badge tone=tone text=text />
            <div class="prose" inner_html=question.prompt.0></div>
            <h3 class="label">{label}</h3>
            <div class="prose quiz-given" inner_html=question.answered.0></div>
            {(!all)
                .then(|| {
                    view! {
                        <h3 class="label">"Correct answer"</h3>
                        <div class="prose" inner_html=question.right.0></div>
                    }
                })}
            {question.explanation.map(|html| view! { <div class="prose quiz-why" inner_html=html.0></div> })}
            {question
                .topic
                .filter(|_| !all)
                .map(|topic| {
                    view! {
                        <p>
                            <a href=topic.href>{format!("Review topic: {}", topic.title)}</a>
                        </p>
                    }
                })}
    }
    .erase()
}

/// A question that a running attempt still asks, without the mark and the right answer.
fn withheld(prompt: Html, label: &'static str, answered: Html, why: String) -> AnyView {
    view! {
        <Badge tone=Tone::Neutral text="Not shown yet" />
        <div class="prose" inner_html=prompt.0></div>
        <h3 class="label">{label}</h3>
        <div class="prose quiz-given" inner_html=answered.0></div>
        <p class="soft">{why}</p>
    }
    .erase()
}
