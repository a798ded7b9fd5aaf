//! The panel above the text of a topic with all that belongs to the topic, and the list of
//! questions that can be placed in the text.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::keeper::Keeper;
use crate::authoring::TopicStatus;
use crate::authoring::editor::api::SplitTopic;
use crate::authoring::editor::{BesideLine, TopicText};
use crate::authoring::view_as::pages::as_any_learner;
use crate::paths::edit_path;
use crate::platform::ui::{Button, ButtonKind, Erase, Form, FormState, Language, Select};
use crate::teaching::Area;

pub fn beside(course: &str, topic: &str, page: &TopicText) -> AnyView {
    let seen = (page.status == TopicStatus::Published)
        .then(|| as_any_learner(course, topic, edit_path(course, topic)));
    let lines = page.beside.iter().cloned();
    let lines = lines
        .map(|line| {
            let BesideLine {
                label,
                said,
                href,
                add,
                note,
            } = line;
            let new = format!("Add to {}", label.to_lowercase());
            let add = (!add.is_empty()).then(|| {
                view! {
                    <a href=add aria-label=new>
                        "Add"
                    </a>
                }
            });
            let said = (!said.is_empty()).then(|| view! { <span class="soft">{said}</span> });
            let note = (!note.is_empty()).then(|| view! { <span class="soft">{note}</span> });
            view! {
                <li>
                    <a href=href>{label}</a>
                    {said}
                    {add}
                    {note}
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="topic-beside" aria-label="This topic">
            <ul>{lines}</ul>
            {seen}
        </nav>
    }
    .erase()
}

/// The questions of the topic, each with the line that places it in the text.
pub fn placeable(
    course: &str,
    topic: &str,
    page: &TopicText,
    keeper: Keeper,
    language: &Language,
) -> AnyView {
    let lines = page.questions.iter().cloned();
    let lines = lines
        .map(|question| {
            let (key, said) = (question.key.clone(), question.prompt.clone());
            let directive = format!("{{{{question {}}}}}", question.key);
            let placed = question
                .is_placed
                .then(|| view! { <span class="soft">"In the text"</span> });
            view! {
                <li>
                    <span>{language.inline(question.prompt)}</span>
                    <code>{directive}</code>
                    {placed}
                    <button
                        class="btn quiet topic-choice"
                        type="button"
                        aria-label=format!("Insert: {said}")
                        on:click=move |_| keeper.place_question(&key)
                    >
                        "Insert"
                    </button>
                </li>
            }
        })
        .collect_view();
    let empty = page.questions.is_empty().then(|| {
        view! { <p class="soft">"This topic has no questions for practice or quizzes yet."</p> }
    });
    let write = format!("{}/new?place=topic:{topic}", Area::Questions.path(course));
    let can_write = page.status == TopicStatus::Published;
    let write = can_write.then(|| view! { <a href=write>"Write a question"</a> });
    view! {
        <details class="topic-picture">
            <summary>"Place a question in the text"</summary>
            <p class="soft">"Learners answer it where its line stands. It can be part of the quiz too."</p>
            {empty}
            <ul class="topic-placeable">{lines}</ul>
            {write}
        </details>
    }
    .erase()
}

/// The form that splits the topic at a heading. Nothing for a topic without one.
pub fn split_form(course: &str, page: &TopicText) -> Option<AnyView> {
    let form = FormState::of(SplitTopic::PATH);
    let is_open = !form.value("topic", "").is_empty();
    let (course, topic) = (course.to_owned(), page.topic_id.to_string());
    let places = page.places.clone();
    (!places.is_empty() && page.variants.is_empty()).then(|| {
        view! {
            <details class="topic-picture" open=is_open>
                <summary>"Split this topic"</summary>
                <Form form=form reloads=true>
                    <input type="hidden" name="course" value=course />
                    <input type="hidden" name="topic" value=topic />
                    <p class="soft">
                        "The new topic takes the text from a heading on, with the questions in it. Learners’ progress stays here."
                    </p>
                    <Select
                        id="ly-split-place"
                        name="place"
                        label="Split at"
                        options=places
                        value=form.value("place", "")
                        error=form.error("place")
                    />
                    <div class="row">
                        <Button kind=ButtonKind::Secondary busy=form.busy()>
                            "Split topic"
                        </Button>
                    </div>
                </Form>
            </details>
        }
        .erase()
    })
}
