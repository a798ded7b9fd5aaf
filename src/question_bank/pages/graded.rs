//! Results: the score, and each question with the marked answer.

use crate::platform::ui::{Badge, Erase, Html, Language, Tone};
use crate::question_bank::{AnswerState, GradedQuestion};
use leptos::prelude::*;

/// Shows a score, the number of right answers, the outcome as a badge and the passing score.
pub fn score(
    percent: i32,
    passing_percent: i32,
    (tone, text): (Tone, &'static str),
    questions: &[GradedQuestion],
) -> AnyView {
    view! {
        <p class="quiz-score num">{format!("{percent}%")}</p>
        <div>
            {count_words(questions).map(|count| view! { <p class="quiz-count">{count}</p> })}
            <Badge tone=tone text=text />
            <p class="soft">{format!("Passing score: {passing_percent}%")}</p>
        </div>
    }
    .erase()
}

/// Says how many questions are right. None if questions are not shown, or the points of one are
/// withheld.
fn count_words(questions: &[GradedQuestion]) -> Option<String> {
    if questions.is_empty() || questions.iter().any(|one| one.withheld.is_some()) {
        return None;
    }
    let right = questions.iter().filter(|one| one.points == 100).count();
    Some(format!("{right} of {} correct", questions.len()))
}

/// Lists graded questions with their numbers.
pub fn answers(questions: Vec<GradedQuestion>, language: &Language) -> AnyView {
    if questions.is_empty() {
        return ().erase();
    }
    let lines = questions
        .into_iter()
        .zip(1..)
        .map(|(question, number)| view! { <li>{answer(question, language, Some(number))}</li> });
    view! {
        <h2 class="section-title">"Questions"</h2>
        <ol class="quiz-answers">{lines.collect_view()}</ol>
    }
    .erase()
}

/// Shows one graded question: its outcome, the answer with its marks and the explanation. A
/// withheld result shows the answer without marks, and the reason. A question with a number also
/// shows its points.
pub fn answer(mut question: GradedQuestion, language: &Language, number: Option<usize>) -> AnyView {
    let (tone, text) = outcome(&question);
    let heading = number.map(|number| view! { <h3>{format!("Question {number}")}</h3> });
    let points = number
        .filter(|_| question.withheld.is_none())
        .map(|_| view! { <span class="soft num">{points_words(question.points)}</span> });
    let asked = prose("prose", std::mem::take(&mut question.prompt), language);
    view! {
        <div class="row quiz-outcome">{heading} <Badge tone=tone text=text /> {points}</div>
        {asked}
        {given(question, language)}
    }
    .erase()
}

/// Shows the result of a question whose prompt is shown elsewhere.
pub fn result(question: GradedQuestion, language: &Language) -> AnyView {
    let (tone, text) = outcome(&question);
    view! {
        <div class="row quiz-outcome">
            <Badge tone=tone text=text />
        </div>
        {given(question, language)}
    }
    .erase()
}

fn prose(class: &'static str, html: Html, language: &Language) -> AnyView {
    view! { <div class=class lang=language.tag() dir=language.dir() inner_html=html.0></div> }
        .erase()
}

fn given(question: GradedQuestion, language: &Language) -> AnyView {
    let all = question.points == 100;
    let why = question.explanation.map(|html| {
        view! {
            <div class="quiz-why">
                <p class="label">"Explanation"</p>
                {prose("prose", html, language)}
            </div>
        }
    });
    let topic = question.topic.filter(|_| !all).map(|topic| {
        view! {
            <p>
                <a href=topic.href>"Review topic: " {language.inline(topic.title)}</a>
            </p>
        }
    });
    view! {
        {prose("prose quiz-given", question.marked, language)}
        {question.withheld.map(|why| view! { <p class="soft">{why}</p> })}
        {why}
        {topic}
    }
    .erase()
}

fn outcome(question: &GradedQuestion) -> (Tone, String) {
    let (tone, text) = match (question.points, question.state) {
        _ if question.withheld.is_some() => (Tone::Neutral, "Not shown yet"),
        (100, _) => (Tone::Ok, "Correct"),
        (_, AnswerState::Missing) => (Tone::Danger, "Not answered"),
        (_, AnswerState::Incomplete) => (Tone::Warn, "Incomplete"),
        (0, _) => (Tone::Danger, "Incorrect"),
        (part, _) => return (Tone::Warn, format!("Partly correct, {part}%")),
    };
    (tone, text.to_owned())
}

/// Formats the share of a question's one point, such as "0.5 of 1 point".
fn points_words(percent: i32) -> String {
    let points = match (percent, percent % 10) {
        (0, _) => "0".to_owned(),
        (100, _) => "1".to_owned(),
        (_, 0) => format!("0.{}", percent / 10),
        _ => format!("0.{percent:02}"),
    };
    format!("{points} of 1 point")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graded(points: i32, state: AnswerState) -> GradedQuestion {
        GradedQuestion {
            prompt: Html::default(),
            points,
            state,
            marked: Html::default(),
            unmarked: Html::default(),
            explanation: None,
            withheld: None,
            topic: None,
        }
    }

    #[test]
    fn an_unfinished_order_is_incomplete_and_not_incorrect() {
        let text = |points, state| outcome(&graded(points, state)).1;
        assert_eq!(text(0, AnswerState::Missing), "Not answered");
        assert_eq!(text(0, AnswerState::Incomplete), "Incomplete");
        assert_eq!(text(17, AnswerState::Incomplete), "Incomplete");
        assert_eq!(text(0, AnswerState::Complete), "Incorrect");
        assert_eq!(text(50, AnswerState::Complete), "Partly correct, 50%");
        // Everyone got the point.
        assert_eq!(text(100, AnswerState::Missing), "Correct");
    }

    #[test]
    fn points_are_a_share_of_one() {
        let words = [0, 5, 33, 50, 100].map(points_words);
        let shares = ["0", "0.05", "0.33", "0.5", "1"];
        assert_eq!(words, shares.map(|share| format!("{share} of 1 point")));
    }

    #[test]
    fn right_answers_are_counted_unless_some_are_withheld() {
        let mut questions = vec![
            graded(100, AnswerState::Complete),
            graded(50, AnswerState::Complete),
        ];
        assert_eq!(count_words(&questions).as_deref(), Some("1 of 2 correct"));
        questions[1].withheld = Some("Later.".to_owned());
        assert_eq!(count_words(&questions), None);
        assert_eq!(count_words(&[]), None);
    }
}
