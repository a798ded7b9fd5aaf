//! Page `/teach/COURSE/topics/TOPIC/personas`: the text of a topic for learners who chose a
//! persona, beside the text of all others.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::authoring::editor::api::{PreviewTopic, SaveTopicVariant, load_topic_variant};
use crate::authoring::editor::writing::{TEXT, TextWriter};
use crate::authoring::editor::{
    TEXT_CHARACTERS, TextPreview, TopicVariant, edit_path, variants_path,
};
use crate::platform::ui::{
    Button, ButtonKind, Erase, Form, FormState, Language, Notice, Page, TextArea, Tone, loaded,
    page_resource, path_part, query_now, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub fn topic_variants_page() -> AnyView {
    let (course, topic) = (path_part("course"), path_part("topic"));
    let persona = query_value("persona");
    let page = page_resource(
        move || (course.get(), topic.get(), persona.get()),
        |(course, topic, persona)| load_topic_variant(course, topic, persona),
    );
    let state = FormState::of(SaveTopicVariant::PATH);
    let show = move |page: TopicVariant| {
        let (course, topic) = (course.get_untracked(), topic.get_untracked());
        let title = page.course_title.clone();
        let heading = TeachHeading::task("Texts for personas")
            .below(page.topic_title.clone(), edit_path(&course, &topic));
        let inside = variant(&course, &topic, page, state);
        frame_below(&course, &title, Area::Outline, heading, inside)
    };
    view! { <Page title="Texts for personas">{loaded(page, show)}</Page> }.erase()
}

fn variant(course: &str, topic: &str, page: TopicVariant, form: FormState) -> AnyView {
    if page.is_laid_out {
        return view! {
            <Notice>
                "This topic is laid out in blocks, which have their variants themselves. Change them in the files of the course and import them again."
            </Notice>
        }
        .erase();
    }
    let done = match query_now("done").as_str() {
        "published" => Some(format!(
            "Published. Learners who chose {} see this text now.",
            page.label
        )),
        "removed" => Some(format!(
            "Removed. Learners who chose {} see the normal text now. The other text stays in the history.",
            page.label
        )),
        _ => None,
    };
    let done = done.map(|words| view! { <Notice tone=Tone::Ok>{words}</Notice> });
    let chips = page
        .personas
        .iter()
        .map(|(name, label, has_text)| {
            let is_shown = *name == page.persona;
            let said = if *has_text { "own text" } else { "normal text" };
            view! {
                <a class="chip" href=variants_path(course, topic, name) aria-current=is_shown.then_some("true")>
                    {label.clone()} " · " {said}
                </a>
            }
        })
        .collect_view();
    let language = page.course_title.language.clone();
    let fields = vec![
        ("course", course.to_owned()),
        ("topic", page.topic_id.to_string()),
    ];
    let writer = TextWriter::of(PreviewTopic::PATH, fields, page.preview.clone());
    let preview = preview(writer, &page.label, &language);
    let normal = page.normal.0.clone();
    let fields = text(course, page, form, writer);
    view! {
        {done}
        <nav class="chips" aria-label="Personas">
            {chips}
        </nav>
        <div class="topic-editor">
            <div class="stack topic-writing">{fields}</div>
            <div class="stack">
                {preview}
                <details class="topic-preview">
                    <summary>"All others see"</summary>
                    <div lang=language.tag() dir=language.dir() inner_html=normal></div>
                </details>
            </div>
        </div>
    }
    .erase()
}

fn text(
    course: &str,
    page: TopicVariant,
    form: FormState,
    writer: TextWriter<TextPreview>,
) -> AnyView {
    let said = match page.has_text {
        true => "This text stands for the whole topic. Changes of the normal text don’t change it.",
        false => {
            "These learners see the normal text. Change it below to give them a text of their own."
        }
    };
    let course = course.to_owned();
    let remove = page.has_text.then(|| {
        view! {
            <Button kind=ButtonKind::Secondary busy=form.busy() name="go" value="remove">
                "Remove this text"
            </Button>
        }
    });
    let text = form.value("text", &page.text);
    let seen = form.value("seen", &page.seen);
    view! {
        <p class="soft">{said}</p>
        <Form form=form class="stack topic-form" guards=true>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="topic" value=page.topic_id.to_string() />
            <input type="hidden" name="persona" value=page.persona />
            <input type="hidden" name="seen" value=seen />
            <div
                class="stack"
                on:input=move |_| writer.changed()
                on:keydown=move |event| writer.key(&event)
            >
                {writer.tools()}
                <TextArea
                    id=TEXT
                    name="text"
                    label=format!("Text for learners who chose {}", page.label)
                    hint="In Markdown, like the normal text. A line {{question KEY}} shows a question of this topic."
                    value=text
                    error=form.error("text")
                    max_length=TEXT_CHARACTERS
                    unmarked=true
                />
            </div>
            <div class="row">
                <Button busy=form.busy() name="go" value="publish">
                    "Publish for these learners"
                </Button>
                {remove}
            </div>
        </Form>
    }
    .erase()
}

fn preview(writer: TextWriter<TextPreview>, label: &str, language: &Language) -> AnyView {
    let words = format!("Learners who chose {label} see");
    view! {
        <section class="topic-preview" aria-labelledby="ly-variant">
            <h2 id="ly-variant" class="label">
                {words}
            </h2>
            {previewed(writer.preview, writer.is_behind, language)}
        </section>
    }
    .erase()
}

/// Shows a preview, and problems of its text.
pub fn previewed(
    preview: RwSignal<(u32, TextPreview)>,
    is_behind: RwSignal<bool>,
    language: &Language,
) -> AnyView {
    let language = language.clone();
    let shown = move |(_, preview): (u32, TextPreview)| {
        let problems = preview.problems.into_iter();
        let problems = problems
            .map(|problem| view! { <li>{problem}</li> })
            .collect_view();
        view! {
            <ul class="topic-problems">{problems}</ul>
            <div lang=language.tag() dir=language.dir() inner_html=preview.html.0></div>
            <p class="soft">{format!("{} min to read", preview.minutes)}</p>
        }
        .erase()
    };
    view! {
        <p class="soft" hidden=move || !is_behind.get()>
            "The preview is not up to date, because the server can’t be reached."
        </p>
        <For each=move || [preview.get()] key=|preview| preview.0 children=shown />
    }
    .erase()
}
