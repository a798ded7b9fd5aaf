//! Page on which a prompt is written, with a preview.

use leptos::{prelude::*, server_fn};
use server_fn::ServerFn;

use crate::coldcall::pages::prompt;
use crate::coldcall::teach::api::{RetirePrompt, SavePrompt, load_prompt};
use crate::coldcall::teach::{HELPER_CHARACTERS, PROMPT_CHARACTERS, PromptForm, PromptFormPage};
use crate::coldcall::{ColdCallCard, Visibility};
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Language, Notice, Page, Select, TextArea,
    Tone, loaded, page_resource, path_part, query_now, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub fn prompt_page() -> AnyView {
    let (course, id) = (path_part("course"), path_part("prompt"));
    let topic = query_value("topic");
    let page = page_resource(
        move || (course.get(), id.get(), topic.get()),
        |(course, prompt, topic)| load_prompt(course, prompt, topic),
    );
    let save = FormState::of(SavePrompt::PATH);
    let retire = FormState::of(RetirePrompt::PATH);
    let show = move |page: PromptFormPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = TeachHeading::task(match page.prompt_id {
            None => "New prompt",
            Some(_) => "Edit prompt",
        });
        let inside = edit(&course, page, save, retire);
        frame_below(&course, &title, Area::ColdCalls, heading, inside)
    };
    view! { <Page title="Prompt">{loaded(page, show)}</Page> }.erase()
}

fn edit(course: &str, page: PromptFormPage, save: FormState, retire: FormState) -> AnyView {
    let id = page.prompt_id.map(|id| id.to_string()).unwrap_or_default();
    let is_saved = !query_now("saved").is_empty();
    let saved = is_saved.then(|| view! { <Notice tone=Tone::Ok>"Prompt saved."</Notice> });
    let language = page.course_title.language;
    let preview = page.preview.map(|card| preview(&card, &language));
    let retire = (!id.is_empty()).then(|| retire_form(course, &id, page.is_retired, retire));
    view! {
        {saved}
        <div class="prompt-edit">
            {fields(course, id, page.topics, page.form, save)}
            {preview}
            {retire}
        </div>
    }
    .erase()
}

fn fields(
    course: &str,
    id: String,
    topics: Vec<(String, String)>,
    set: PromptForm,
    form: FormState,
) -> AnyView {
    let visibilities = Visibility::ALL
        .map(|of| (of.name().to_owned(), of.label().to_owned()))
        .to_vec();
    let (time, number) = ("datetime-local", "number");
    let times = [
        (
            "opens_at",
            "Opens",
            set.opens_at,
            "Leave blank to open immediately.",
            time,
        ),
        (
            "closes_at",
            "Closes",
            set.closes_at,
            "Leave blank to keep it open.",
            time,
        ),
        (
            "opens_after",
            "Opens so many days after a cohort’s start",
            set.opens_after,
            "Instead of a time. 0 is the cohort’s first day.",
            number,
        ),
        (
            "closes_after",
            "Closes so many days after a cohort’s start",
            set.closes_after,
            "Instead of a time. It closes at the end of this day.",
            number,
        ),
    ]
    .map(|(name, label, value, hint, kind)| {
        let sent = format!("form[{name}]");
        let value = form.value(&sent, &value);
        view! {
            <Field
                id=format!("ly-{name}")
                name=sent
                label=label
                r#type=kind
                value=value
                hint=hint
                error=form.error(name)
            />
        }
    })
    .into_iter()
    .collect_view();
    let course = course.to_owned();
    view! {
        <Form form=form class="stack">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="back" value=query_now("back") />
            <Select
                id="ly-topic"
                name="form[topic]"
                label="Topic"
                options=topics
                value=form.value("form[topic]", &set.topic)
                error=form.error("topic")
            />
            <TextArea
                id="ly-prompt"
                name="form[prompt]"
                label="Prompt"
                value=form.value("form[prompt]", &set.prompt)
                error=form.error("prompt")
                max_length=PROMPT_CHARACTERS
                unmarked=true
            />
            <TextArea
                id="ly-helper"
                name="form[helper_text]"
                label="Hint"
                value=form.value("form[helper_text]", &set.helper_text)
                error=form.error("helper_text")
                max_length=HELPER_CHARACTERS
            />
            <Select
                id="ly-visibility"
                name="form[visibility]"
                label="Answers are read by"
                hint="Members see this before they answer. Tutors always see names."
                options=visibilities
                value=form.value("form[visibility]", &set.visibility)
                error=form.error("visibility")
            />
            <div class="prompt-times">{times}</div>
            <div class="form-foot">
                <Button busy=form.busy()>"Save"</Button>
            </div>
        </Form>
    }
    .erase()
}

/// Shows the prompt as a member sees it before answering.
fn preview(card: &ColdCallCard, language: &Language) -> AnyView {
    view! {
        <section aria-labelledby="ly-preview">
            <h2 id="ly-preview">"Preview"</h2>
            <div class="coldcall">
                {prompt(card, language)} <p class="coldcall-promise">{card.visibility.promise()}</p>
                <TextArea id="ly-preview-answer" name="preview" label="Your answer" disabled=true unmarked=true />
            </div>
        </section>
    }
    .erase()
}

fn retire_form(course: &str, id: &str, is_retired: bool, form: FormState) -> AnyView {
    let (label, words) = match is_retired {
        true => (
            "Restore",
            "This prompt is retired. Members see neither it nor its threads.",
        ),
        false => (
            "Retire",
            "A retired prompt disappears with its threads until it is restored.",
        ),
    };
    let (course, id) = (course.to_owned(), id.to_owned());
    view! {
        <Form form=form class="row prompt-retire">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="retired" value=(!is_retired).to_string() />
            <span class="grow">{words}</span>
            <Button kind=ButtonKind::Secondary busy=form.busy()>
                {label}
            </Button>
        </Form>
    }
    .erase()
}
