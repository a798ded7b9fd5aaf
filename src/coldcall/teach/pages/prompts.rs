//! List of a course's prompts by topic, with the buttons that change their order.

use leptos::{prelude::*, server_fn};
use server_fn::ServerFn;

use crate::coldcall::teach::api::{MovePrompt, load_prompts};
use crate::coldcall::teach::{
    PromptLine, PromptStatus, PromptTopic, PromptsPage, answers_path, prompt_path, waiting_label,
};
use crate::platform::ui::{
    Badge, Button, ButtonKind, Erase, Form, FormState, Language, Page, Tone, grip, loaded,
    page_resource, path_part, wake_drops,
};
use crate::teaching::{Area, pages::frame};

/// Id of the form that moves prompts.
const LIST: &str = "ly-prompts";

pub fn prompts_page() -> AnyView {
    wake_drops(LIST);
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_prompts);
    let shift = FormState::of(MovePrompt::PATH);
    let again = Callback::new(move |()| page.refetch());
    let show = move |page: PromptsPage| {
        let course = course.get_untracked();
        let inside = prompts(&course, &page, shift, again);
        frame(&course, &page.course_title, Area::ColdCalls, inside)
    };
    view! { <Page title="Cold calls">{loaded(page, show)}</Page> }.erase()
}

fn prompts(course: &str, page: &PromptsPage, shift: FormState, again: Callback<()>) -> AnyView {
    let topics = page
        .topics
        .iter()
        .map(|topic| topic_prompts(course, topic, &page.course_title.language))
        .collect_view();
    let (slug, waiting) = (course.to_owned(), waiting_label(page.waiting));
    view! {
        <div class="row">
            <Button href=prompt_path(course, "new")>"Write a prompt"</Button>
            <Button kind=ButtonKind::Secondary href="/moderation">
                {waiting}
            </Button>
        </div>
        <p class="soft">
            "Members of a cohort answer a prompt at the end of its topic before they can read each other’s answers."
        </p>
        <Form form=shift id=LIST class="prompt-topics" on_done=again>
            <input type="hidden" name="course" value=slug />
            {topics}
        </Form>
    }
    .erase()
}

fn topic_prompts(course: &str, topic: &PromptTopic, language: &Language) -> AnyView {
    let live = topic
        .prompts
        .iter()
        .filter(|line| line.status != PromptStatus::Retired)
        .count();
    let lines = topic
        .prompts
        .iter()
        .map(|line| prompt_line(course, topic, line, live, language))
        .collect_view();
    let add = format!("{}?topic={}", prompt_path(course, "new"), topic.topic_id);
    let list = match topic.prompts.is_empty() {
        true => view! { <p class="soft">"No prompts."</p> }.erase(),
        false => view! { <ol class="prompt-lines">{lines}</ol> }.erase(),
    };
    view! {
        <section id=format!("ly-topic-{}", topic.topic_id)>
            <header class="row">
                <h2>{language.inline(topic.label.clone())}</h2>
                <span class="grow"></span>
                <a href=add aria-label=format!("Add a prompt to {}", topic.label)>
                    "Add"
                </a>
            </header>
            {list}
        </section>
    }
    .erase()
}

fn prompt_line(
    course: &str,
    topic: &PromptTopic,
    line: &PromptLine,
    live: usize,
    language: &Language,
) -> AnyView {
    let (tone, status) = match &line.status {
        PromptStatus::Open => (Tone::Ok, "Open".to_owned()),
        PromptStatus::Scheduled(when) => (Tone::Info, format!("Opens {when}")),
        PromptStatus::Closed => (Tone::Neutral, "Closed".to_owned()),
        PromptStatus::Locked => (Tone::Warn, "Locked".to_owned()),
        PromptStatus::Retired => (Tone::Neutral, "Retired".to_owned()),
    };
    let answers = match line.answers {
        1 => "1 answer".to_owned(),
        answers => format!("{answers} answers"),
    };
    let is_retired = line.status == PromptStatus::Retired;
    let number = line.number;
    let button = |direction: &'static str, sign: &'static str, is_end: bool| {
        let value = format!("{direction}-{}", line.prompt_id);
        view! {
            <button
                class="btn quiet prompt-move"
                name="which"
                value=value
                aria-label=format!("Move prompt {number} {direction}")
                disabled=is_end
            >
                {sign}
            </button>
        }
    };
    let order = (!is_retired && live > 1).then(|| {
        view! {
            <span class="prompt-order">
                {button("up", "↑", number == 1)} {button("down", "↓", number as usize == live)}
            </span>
        }
    });
    // Prompts are moved within their topic.
    let kind = (!is_retired).then(|| format!("p{}", topic.topic_id));
    let handle = order.is_some().then(grip);
    view! {
        <li data-item=line.prompt_id.to_string() data-kind=kind.clone() data-takes=kind>
            {handle}
            <div class="prompt-text">
                <a href=prompt_path(course, &line.prompt_id.to_string())>{language.inline(line.prompt.clone())}</a>
                <p class="row soft">
                    <Badge tone=tone text=status />
                    <span>{line.visibility.label()}</span>
                    <a href=answers_path(course, line.prompt_id, "")>{answers}</a>
                </p>
            </div>
            {order}
        </li>
    }
    .erase()
}
