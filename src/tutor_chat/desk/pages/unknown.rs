//! Questions of learners in groups, parts of the page of questions.

use leptos::prelude::*;

use crate::paths::suggestions_path;
use crate::platform::ui::{Erase, Language};
use crate::tutor_chat::desk::{UnknownGroup, UnknownQuestion, UnknownQuestions};

/// Id, heading and introduction of a list of questions.
pub struct GroupedTexts(&'static str, &'static str, &'static str);

pub const UNKNOWN: GroupedTexts = GroupedTexts(
    "ly-unknown",
    "Questions that the course does not answer",
    "Asked in the last 90 days, similar ones together, most frequent first. A suggested question with an answer helps the next learner.",
);
pub const ANSWERED: GroupedTexts = GroupedTexts(
    "ly-answered",
    "Other questions to the AI tutor",
    "Answered from the course in the last 90 days, similar ones together, most frequent first. Frequent ones show where the text is hard.",
);

pub fn grouped(
    course: &str,
    found: UnknownQuestions,
    language: &Language,
    &GroupedTexts(id, heading, introduction): &GroupedTexts,
) -> AnyView {
    let groups = (found.groups)
        .into_iter()
        .map(|it| group(course, it, language))
        .collect_view();
    let others = (!found.others.is_empty()).then(|| {
        let list = list(course, found.others, language);
        view! {
            <h3>"Unlike the others"</h3>
            {list}
        }
    });
    view! {
        <section class="stack" aria-labelledby=id>
            <h2 id=id>{heading}</h2>
            <p class="soft">{introduction}</p>
            {groups}
            {others}
        </section>
    }
    .erase()
}

fn group(course: &str, group: UnknownGroup, language: &Language) -> AnyView {
    let title = match group.words.is_empty() {
        true => "Similar questions".to_owned(),
        false => group.words.join(", "),
    };
    let count = format!("{} questions", group.questions.len());
    let list = list(course, group.questions, language);
    view! {
        <details class="asked-more">
            <summary>
                {language.inline(title)} " " <span class="soft">{count}</span>
            </summary>
            {list}
        </details>
    }
    .erase()
}

fn list(course: &str, questions: Vec<UnknownQuestion>, language: &Language) -> AnyView {
    let lines = questions
        .into_iter()
        .map(|question| {
            let href = suggestions_path(course, &question.topic.slug);
            view! {
                <li>
                    <p class="asked-text" dir="auto">
                        {question.text}
                    </p>
                    <p class="soft">
                        <a href=href>{language.inline(question.topic.label)}</a>
                    </p>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="asked-turns">{lines}</ul> }.erase()
}
