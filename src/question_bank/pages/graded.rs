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
    view! {
        <h2 class="vh">"Questions and answers"</h2>
        <ol class="quiz-answers">{lines.collect_view()}</ol>
    }
    .erase()
}

/// Shows one graded question: its points, the given answer and the explanation. The right answer
/// follows if points were lost. A withheld result shows only the reason. `label` is the heading of
/// the given answer.
pub fn answer(mut question: GradedQuestion, language: &Language, label: &'static str) -> AnyView {
    let asked = prose("prose", std::mem::take(&mut question.prompt), language);
    view! {
        {badge(&question)}
        {asked}
        {given(question, language, label)}
    }
    .erase()
}

/// Shows the result of a question whose prompt is shown elsewhere.
pub fn result(question: GradedQuestion, language: &Language) -> AnyView {
    view! {
        {badge(&question)}
        {given(question, language, "Your answer")}
    }
    .erase()
}

fn prose(class: &'static str, html: Html, language: &Language) -> AnyView {
    view! { <div class=class lang=language.tag() dir=language.dir() inner_html=html.0></div> }
        .erase()
}

fn badge(question: &GradedQuestion) -> AnyView {
    let (tone, text) = match question.points {
        _ if question.withheld.is_some() => (Tone::Neutral, "Not shown yet".to_owned()),
        100 => (Tone::Ok, "Correct".to_owned()),
        0 => (Tone::Danger, "Incorrect".to_owned()),
        part => (Tone::Warn, format!("{part}%")),
    };
    view! { <Badge tone=tone text=text /> }.erase()
}

fn given(question: GradedQuestion, language: &Language, label: &'static str) -> AnyView {
    let answered = prose("prose quiz-given", question.answered, language);
    if let Some(why) = question.withheld {
        return view! {
            <h3 class="label">{label}</h3>
            {answered}
            <p class="soft">{why}</p>
        }
        .erase();
    }
    let all = question.points == 100;
    let right = (!all).then(|| {
        view! {
            <h3 class="label">"Correct answer"</h3>
            {prose("prose", question.right, language)}
        }
    });
    let explanation = question
        .explanation
        .map(|html| prose("prose quiz-why", html, language));
    let topic = question.topic.filter(|_| !all).map(|topic| {
        view! {
            <p>
                <a href=topic.href>"Review topic: " {language.inline(topic.title)}</a>
            </p>
        }
    });
    view! {
        <h3 class="label">{label}</h3>
        {answered}
        {right}
        {explanation}
        {topic}
    }
    .erase()
}
