//! Page `/teach/COURSE/topics/TOPIC/edit`: the text of a topic beside its preview.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::beside::{beside, placeable, split_form};
use super::conflict::{here, two_sides};
use super::keeper::{BASE, CHANGE, FORM, Keeper, TEXT, TITLE};
use super::pictures::picture_form;
use super::toolbar::toolbar;
use super::variants::previewed;
use crate::authoring::check::topic_check_path;
use crate::authoring::editor::api::{SaveTopic, UseTextForAll, load_topic_text};
use crate::authoring::editor::{TEXT_CHARACTERS, TopicText};
use crate::authoring::review::pages::review_part;
use crate::authoring::sources::DECIDED;
use crate::authoring::{TITLE_CHARACTERS, TopicStatus};
use crate::platform::ui::{
    Badge, Button, ButtonKind, Erase, Field, Form, FormState, Language, Notice, Page, TextArea,
    Tone, loaded, page_resource, path_part, query_now,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub fn topic_editor_page() -> AnyView {
    let (course, topic) = (path_part("course"), path_part("topic"));
    let page = page_resource(
        move || (course.get(), topic.get()),
        |(course, topic)| load_topic_text(course, topic),
    );
    let state = FormState::of(SaveTopic::PATH);
    let for_all = FormState::of(UseTextForAll::PATH);
    let show = move |page: TopicText| {
        let (course, topic) = (course.get_untracked(), topic.get_untracked());
        let title = page.course_title.clone();
        let (tone, status) = match page.status {
            TopicStatus::Published => (Tone::Ok, "Published"),
            TopicStatus::Draft => (Tone::Warn, "Draft"),
            TopicStatus::Retired => (Tone::Neutral, "Retired"),
        };
        let heading = TeachHeading::name(page.topic_title.clone())
            .in_language(&title.language)
            .beside(view! { <Badge tone=tone text=status /> }.erase());
        let inside = editor(&course, &topic, page, (state, for_all));
        frame_below(&course, &title, Area::Outline, heading, inside)
    };
    view! { <Page title="Topic">{loaded(page, show)}</Page> }.erase()
}

fn editor(
    course: &str,
    topic: &str,
    page: TopicText,
    (state, for_all): (FormState, FormState),
) -> AnyView {
    let done = match query_now("done").as_str() {
        "published" => Some(page.published.clone()),
        "split" => Some(
            "This is the new topic. The text before it stays in the topic above, with the progress of learners."
                .to_owned(),
        ),
        "all" => Some("All learners have the same text now.".to_owned()),
        "merged" => Some(DECIDED.to_owned()),
        _ => None,
    };
    let done = done.map(|words| view! { <Notice tone=Tone::Ok>{words}</Notice> });
    let beside = beside(course, topic, &page);
    if page.is_laid_out {
        return view! {
            {beside}
            <Notice>
                "This topic is laid out in blocks, for example with variants for personas. Change it in the files of the course and import them again."
            </Notice>
        }
        .erase();
    }
    let language = page.course_title.language.clone();
    let keeper = Keeper::of(course, &page);
    let words = page.audience.clone();
    let variants = (!page.variants.is_empty()).then(|| variants_form(course, &page, for_all));
    let preview = preview(keeper, &language);
    let review = review_part(&page);
    let topic_id = page.topic_id.to_string();
    let split = split_form(course, &page);
    let questions = placeable(course, &topic_id, &page, keeper, &language);
    let pictures = picture_form(course, &topic_id, page.picture.clone(), keeper);
    view! {
        {done}
        {beside}
        <p class="soft">{words}</p>
        {here(keeper)}
        <div class="topic-editor">
            <div class="stack topic-writing">
                {form(course, topic, page, state, keeper)} {two_sides(keeper, &language)} {pictures} {questions} {split} {variants}
            </div>
            <div class="stack">{preview} {review}</div>
        </div>
    }
    .erase()
}

/// The form that removes the texts for personas.
fn variants_form(course: &str, page: &TopicText, form: FormState) -> AnyView {
    let (course, topic) = (course.to_owned(), page.topic_id.to_string());
    let words = format!(
        "This removes the texts for {}. They stay in the history. Later imports leave this topic as it is.",
        page.variants
    );
    view! {
        <Form form=form class="stack">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="topic" value=topic />
            <p class="soft">{words}</p>
            <Button kind=ButtonKind::Secondary busy=form.busy()>
                "Use the published text for all"
            </Button>
        </Form>
    }
    .erase()
}

fn form(course: &str, topic: &str, page: TopicText, form: FormState, keeper: Keeper) -> AnyView {
    let check = topic_check_path(course, topic);
    let course = course.to_owned();
    let status = keeper.status;
    let seen = page
        .conflict
        .map_or(0, |conflict| conflict.revision)
        .to_string();
    view! {
        <Form form=form id=FORM class="stack topic-form">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="topic" value=page.topic_id.to_string() />
            <input type="hidden" name="page[base]" id=BASE value=page.revision.to_string() />
            <input type="hidden" name="page[writer]" value=page.writer />
            <input type="hidden" name="page[change]" id=CHANGE value="0" />
            <input type="hidden" name="page[seen]" value=seen />
            <div
                class="stack"
                on:input=move |_| keeper.changed()
                on:keydown=move |event| keeper.key(&event)
                on:paste=move |event| keeper.receive(&event, "clipboardData")
                on:dragover=move |event| event.prevent_default()
                on:drop=move |event| keeper.receive(&event, "dataTransfer")
            >
                <Field
                    id=TITLE
                    name="title"
                    label="Title"
                    value=page.title
                    error=form.error("title")
                    max_length=TITLE_CHARACTERS
                    required=true
                    autocomplete="off"
                />
                {toolbar(keeper)}
                <TextArea
                    id=TEXT
                    name="text"
                    label="Text"
                    hint="Markdown. The buttons work on the selected text. A line {{question KEY}} shows a question of this topic."
                    value=page.text
                    error=form.error("text")
                    max_length=TEXT_CHARACTERS
                    // A browser that restores an old text would undo what others have saved since.
                    autocomplete="off"
                    unmarked=true
                />
            </div>
            <div class="row topic-foot">
                <button class="btn second" name="go" value="save" on:click=move |event| keeper.press(&event, "save")>
                    "Save draft"
                </button>
                <button class="btn" name="go" value="publish" on:click=move |event| keeper.press(&event, "publish")>
                    "Publish"
                </button>
                <button class="btn quiet topic-plain" name="go" value="preview">
                    "Preview"
                </button>
                <Button kind=ButtonKind::Quiet href=check>
                    "Check topic"
                </Button>
                <p class="soft topic-status" role="status">
                    {move || status.get()}
                </p>
            </div>
        </Form>
    }
    .erase()
}

fn preview(keeper: Keeper, language: &Language) -> AnyView {
    view! {
        <section class="topic-preview" aria-labelledby="ly-topic-preview">
            <h2 id="ly-topic-preview" class="label">
                "As learners see it"
            </h2>
            {previewed(keeper.preview, keeper.is_behind, language)}
        </section>
    }
    .erase()
}
