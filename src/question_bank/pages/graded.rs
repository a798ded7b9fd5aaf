use crate::platform::ui::{Badge, Erase, Html, Language, Tone};
use crate::question_bank::GradedQuestion;
use leptos::prelude::*;

/// Shows a score, its outcome as a badge and the passing score.
pub fn score(percent: i32, passing_percent: i32, (tone, text): (Tone, &'static str)) -> AnyView {
    view! {
        <p class="quiz-score num">{format!("{percent}%")}</p>
        <div>
            <Badge tone=tone text=text />
            <p class="soft">{format!("Passing score: {passing_percent}%")}</p>
        </div>
    }
    .erase()
}

/// Lists graded questions, each with the given answer and the right answer.
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

/// Shows one graded question: its points, the given answer and the explanation. The right answer
/// follows if points were lost. A withheld result shows only the reason. `label` is the heading of
/// the given answer.
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
