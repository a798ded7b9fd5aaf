//! The result of an attempt: each question with its answer, the right answer and the explanation.

use leptos::prelude::*;

use super::outcome;
use crate::platform::ui::{Badge, Button, Erase, Html, Language, Notice, Tone};
use crate::quiz::{AttemptStatus, Graded, GradedQuestion, QuizPage, RegradeNote};

pub fn result(page: &QuizPage, mut graded: Graded, path: &str) -> AnyView {
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
    came_of(graded, &page.course_title.language, "Your answer", way)
}

/// An attempt's result and its questions. `label` stands over what was answered; `way` is where to go on.
pub fn came_of(graded: Graded, language: &Language, label: &'static str, way: AnyView) -> AnyView {
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

/// Each question with what was answered and what is right.
pub fn answers(
    questions: Vec<GradedQuestion>,
    language: &Language,
    label: &'static str,
) -> AnyView {
    let lines = questions
        .into_iter()
        .map(|question| view! { <li>{answer(question, language, label)}</li> });
    view! { <ol class="quiz-answers">{lines.collect_view()}</ol> }.erase()
}

/// What came of one question.
pub fn answer(question: GradedQuestion, language: &Language, label: &'static str) -> AnyView {
    let prose = |class: &'static str, html: Html| {
        view! { <div class=class lang=language.tag() dir=language.dir() inner_html=html.0></div> }
            .erase()
    };
    if let Some(why) = question.withheld {
        return view! {
            <Badge tone=Tone::Neutral text="Not shown yet" />
            {prose("prose", question.prompt)}
            <h3 class="label">{label}</h3>
            {prose("prose quiz-given", question.answered)}
            <p class="soft">{why}</p>
        }
        .erase();
    }
    let (tone, text) = match question.points {
        100 => (Tone::Ok, "Correct".to_owned()),
        0 => (Tone::Danger, "Incorrect".to_owned()),
        part => (Tone::Warn, format!("{part}%")),
    };
    let all = question.points == 100;
    view! {
            <Badge tone=tone text=text />
            {prose("prose", question.prompt)}
            <h3 class="label">{label}</h3>
            {prose("prose quiz-given", question.answered)}
            {(!all)
                .then(|| {
                    view! {
                        <h3 class="label">"Correct answer"</h3>
                        {prose("prose", question.right)}
                    }
                })}
            {question.explanation.map(|html| prose("prose quiz-why", html))}
            {question
                .topic
                .filter(|_| !all)
                .map(|topic| {
                    view! {
                        <p>
                            <a href=topic.href>"Review topic: " {language.inline(topic.title)}</a>
                        </p>
                    }
                })}
    }
    .erase()
}
