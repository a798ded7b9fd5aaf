//! Pages of notes: the concepts of a course, and the notes of a topic for tutors.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::api::{ResetNotes, SaveNotes, load_concepts, load_notes};
use super::{CONCEPTS_CHARACTERS, ConceptList, EditedNotes, SUMMARY_CHARACTERS};
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Crumb, EmptyState, Erase, Form, FormState, Glyph, Notice,
    Page, TextArea, Tone, loaded, page_resource, path_part, query_now,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/learn/COURSE/concepts/all`.
pub fn concepts_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_concepts);
    view! { <Page title="Concepts">{loaded(page, concepts)}</Page> }.erase()
}

fn concepts(page: ConceptList) -> AnyView {
    let list = match page.entries.0.is_empty() {
        true => view! {
            <EmptyState
                glyph=Glyph::Book
                title="No concepts yet"
                text="Concepts appear here with the topics that explain them, as they open to you."
            />
        }
        .erase(),
        false => view! { <div inner_html=page.entries.0></div> }.erase(),
    };
    view! {
        <Title text=format!("Concepts · {}", page.course_title) />
        <div class="narrow stack">
            <Breadcrumbs trail=vec![
                page.course_title.crumb(format!("/learn/{}", page.course_slug)),
                Crumb::new("Concepts", ""),
            ] />
            <h1>"Concepts"</h1>
            <p class="soft">
                "Each concept with the sentence that defines it, from the topics that are open to you."
            </p>
            {list}
        </div>
    }
    .erase()
}

/// Page `/teach/COURSE/topics/TOPIC/notes`.
pub fn topic_notes_page() -> AnyView {
    let (course, topic) = (path_part("course"), path_part("topic"));
    let page = page_resource(
        move || (course.get(), topic.get()),
        |(course, topic)| load_notes(course, topic),
    );
    let forms = (
        FormState::of(SaveNotes::PATH),
        FormState::of(ResetNotes::PATH),
    );
    let show = move |page: EditedNotes| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = TeachHeading::task(format!("Notes on “{}”", page.topic_title));
        let inside = editor(&course, page, forms);
        frame_below(&course, &title, Area::Outline, heading, inside)
    };
    view! { <Page title="Notes">{loaded(page, show)}</Page> }.erase()
}

fn editor(course: &str, page: EditedNotes, (save, reset): (FormState, FormState)) -> AnyView {
    let done = match query_now("done").as_str() {
        "saved" => "Saved. Learners see these notes now.",
        "reset" => "The notes are those found in the text again.",
        _ => "",
    };
    let done = (!done.is_empty()).then(|| view! { <Notice tone=Tone::Ok>{done}</Notice> });
    let state = match page.is_edited {
        true => "Written by a tutor: they stay when the topic changes.",
        false => {
            "Found in the text of the topic, and found again when it changes. Once you save, they stay as you wrote them."
        }
    };
    let course_slug = course.to_owned();
    let id = page.topic.to_string();
    let back = page.is_edited.then(|| {
        let (course, id) = (course_slug.clone(), id.clone());
        view! {
            <Form form=reset class="inline">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="topic" value=id />
                <Button kind=ButtonKind::Quiet busy=reset.busy()>
                    "Find them in the text again"
                </Button>
            </Form>
        }
    });
    view! {
        {done}
        <p class="soft">{state}</p>
        <Form form=save class="stack" guards=true>
            <input type="hidden" name="course" value=course_slug />
            <input type="hidden" name="topic" value=id />
            <TextArea
                name="summary"
                label="Summary"
                hint="One sentence a line. Learners see it below the topic."
                value=save.value("summary", &page.summary)
                error=save.error("summary")
                max_length=SUMMARY_CHARACTERS
                unmarked=true
            />
            <TextArea
                name="concepts"
                label="Concepts"
                hint="One a line: the concept, a colon, and its definition."
                value=save.value("concepts", &page.concepts)
                error=save.error("concepts")
                max_length=CONCEPTS_CHARACTERS
                unmarked=true
            />
            <div class="row">
                <Button busy=save.busy()>"Save notes"</Button>
            </div>
        </Form>
        {back}
    }
    .erase()
}
