//! Page `/teach/COURSE/topics/TOPIC/questions`: the questions that the AI tutor suggests in a
//! topic, with their prepared answers.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::paths::proposals_path;
use crate::platform::ui::{
    Badge, Button, ButtonKind, EmptyState, Erase, Field, Form, FormState, Glyph, Html, Language,
    Notice, Page, Select, TextArea, Tone, loaded, page_resource, path_part, query_now, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};
use crate::tutor_chat::desk::api::{ChangeSuggestion, SaveSuggestion, load_suggestions};
use crate::tutor_chat::desk::{
    PREPARED_ANSWER_CHARACTERS, SUGGESTION_CHARACTERS, SuggestionLine, SuggestionsPage,
};

pub fn suggestions_page() -> AnyView {
    let (course, topic) = (path_part("course"), path_part("topic"));
    let from = query_value("from");
    let page = page_resource(
        move || (course.get(), topic.get(), from.get()),
        |(course, topic, from)| load_suggestions(course, topic, from),
    );
    let save = FormState::of(SaveSuggestion::PATH);
    let change = FormState::of(ChangeSuggestion::PATH);
    let show = move |page: SuggestionsPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let text = format!("Suggested questions in “{}”", page.topic_title);
        let heading = TeachHeading::task(text);
        let context = SuggestionContext {
            course: course.clone(),
            slug: topic.get_untracked(),
            topic: page.topic_id.to_string(),
            language: page.course_title.language.clone(),
            save,
            change,
        };
        frame_below(
            &course,
            &title,
            Area::Outline,
            heading,
            suggestions(page, &context),
        )
    };
    view! { <Page title="Suggested questions">{loaded(page, show)}</Page> }.erase()
}

/// The topic and the forms of the page.
struct SuggestionContext {
    course: String,
    /// Name of the topic in addresses.
    slug: String,
    topic: String,
    language: Language,
    save: FormState,
    change: FormState,
}

fn suggestions(page: SuggestionsPage, context: &SuggestionContext) -> AnyView {
    let done = match query_now("done").as_str() {
        "saved" => "The question was saved.",
        "changed" => "The question was changed.",
        "deleted" => "The question was deleted.",
        _ => "",
    };
    let done = (!done.is_empty()).then(|| {
        view! {
            <Notice tone=Tone::Ok focused=true>
                {done}
            </Notice>
        }
    });
    let parents = page
        .suggestions
        .iter()
        .map(|line| (line.suggestion_id.to_string(), line.prompt.clone()))
        .collect();
    let list = match page.suggestions.is_empty() {
        true => view! {
            <EmptyState
                glyph=Glyph::Info
                title="No suggested questions yet"
                text="Learners can pick a suggested question instead of typing one."
            />
        }
        .erase(),
        false => list(page.suggestions, context),
    };
    let (question, answer) = page.draft;
    let form = context.save.of_item("id", "");
    view! {
        {done}
        <p class="soft">
            "Learners see these questions beside the topic. One that they pick is answered with the text that you write here, and the questions that follow it are offered next. "
            <a href=proposals_path(&context.course, &context.slug)>
                "Proposals from the topic’s text"
            </a>
        </p>
        {list}
        <section class="stack" aria-labelledby="ly-new-question">
            <h2 id="ly-new-question">"New question"</h2>
            {fields(context, "", (question, answer), Some(parents), form)}
        </section>
    }
    .erase()
}

fn list(lines: Vec<SuggestionLine>, context: &SuggestionContext) -> AnyView {
    let last = lines.len().saturating_sub(1);
    let items = lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| suggestion(line, (at == 0, at == last), context))
        .collect_view();
    view! { <ol class="asked">{items}</ol> }.erase()
}

/// Shows a question with the buttons that change it. `ends` says whether it is the first or the
/// last of its list.
fn suggestion(line: SuggestionLine, ends: (bool, bool), context: &SuggestionContext) -> AnyView {
    let id = line.suggestion_id.to_string();
    let state = match (line.is_active, line.answer.is_empty()) {
        (true, _) => None,
        (false, true) => Some("No answer yet"),
        (false, false) => Some("Off"),
    };
    let state = state.map(|text| view! { <Badge tone=Tone::Neutral text=text /> });
    let buttons = buttons(&id, &line, ends, context);
    let form = context.save.of_item("id", &id);
    let was_sent = !form.value("id", "").is_empty();
    let texts = (line.prompt.clone(), line.answer);
    let edit = fields(context, &id, texts, None, form);
    let delete = delete_form(&id, &line.prompt, context);
    let follow_ups = (!line.follow_ups.is_empty()).then(|| list(line.follow_ups, context));
    let Html(answer) = line.html;
    let language = &context.language;
    let (tag, direction) = (language.tag(), language.dir());
    view! {
        <li>
            <article class="asked-question">
                <header class="row">
                    <b>{language.inline(line.prompt)}</b>
                    {state}
                </header>
                <div class="prose asked-reply" lang=tag dir=direction inner_html=answer></div>
                {buttons}
                <details class="asked-more" open=was_sent>
                    <summary>"Edit"</summary>
                    {edit}
                </details>
                {delete}
            </article>
            {follow_ups}
        </li>
    }
    .erase()
}

fn buttons(
    id: &str,
    line: &SuggestionLine,
    (is_first, is_last): (bool, bool),
    context: &SuggestionContext,
) -> AnyView {
    let (act, label) = match line.is_active {
        true => ("off", "Switch off"),
        false => ("on", "Switch on"),
    };
    let form = context.change.of_item("id", id);
    let all = [
        ("up", "Move up", is_first),
        ("down", "Move down", is_last),
        (act, label, false),
    ];
    let buttons = all
        .map(|(act, label, is_end)| {
            let said = format!("{label}: {}", line.prompt);
            view! {
                <Button
                    kind=ButtonKind::Quiet
                    name="which"
                    value=format!("{act}-{id}")
                    label=said
                    disabled=is_end
                    busy=form.busy()
                >
                    {label}
                </Button>
            }
        })
        .into_iter()
        .collect_view();
    let (course, id) = (context.course.clone(), id.to_owned());
    view! {
        <Form form=form class="row">
            <input type="hidden" name="course" value=course />
            // Tells the forms of the page apart when one comes back with a problem.
            <input type="hidden" name="id" value=id />
            {buttons}
        </Form>
    }
    .erase()
}

fn delete_form(id: &str, prompt: &str, context: &SuggestionContext) -> AnyView {
    let form = context.change.of_item("which", &format!("delete-{id}"));
    let which = format!("delete-{id}");
    let course = context.course.clone();
    let said = format!("Delete: {prompt}");
    view! {
        <details class="asked-more">
            <summary aria-label=said>"Delete"</summary>
            <Form form=form class="row">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="which" value=which />
                <span>"The questions that follow it are deleted too."</span>
                <Button kind=ButtonKind::Danger busy=form.busy()>
                    "Delete question"
                </Button>
            </Form>
        </details>
    }
    .erase()
}

/// The form of a question. A new one has an empty id and, as `parents`, the questions that it can
/// follow.
fn fields(
    context: &SuggestionContext,
    id: &str,
    (question, answer): (String, String),
    parents: Option<Vec<(String, String)>>,
    form: FormState,
) -> AnyView {
    let (named, button) = match id.is_empty() {
        true => ("new", "Add question"),
        false => (id, "Save question"),
    };
    let parent = parents.filter(|all| !all.is_empty()).map(|all| {
        let none = (String::new(), "None: it is offered first".to_owned());
        view! {
            <Select
                id="ly-parent"
                name="form[parent]"
                label="Follows"
                hint="The question after which this one is offered."
                options=std::iter::once(none).chain(all).collect()
                value=form.value("form[parent]", "")
                error=form.error("parent")
                required=false
                unmarked=true
            />
        }
    });
    let (course, topic) = (context.course.clone(), context.topic.clone());
    let named = named.to_owned();
    let id = (!id.is_empty()).then(|| {
        let id = id.to_owned();
        view! { <input type="hidden" name="id" value=id /> }
    });
    view! {
        <Form form=form guards=true>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="topic" value=topic />
            {id}
            <Field
                id=format!("ly-question-{named}")
                name="form[prompt]"
                label="Question"
                hint=format!("As a learner would ask it, at most {SUGGESTION_CHARACTERS} characters.")
                value=form.value("form[prompt]", &question)
                error=form.error("prompt")
                max_length=SUGGESTION_CHARACTERS
                required=true
                autocomplete="off"
            />
            <TextArea
                id=format!("ly-answer-{named}")
                name="form[answer]"
                label="Answer"
                hint="Markdown. A link such as [the mean](topic:the-mean) leads to a topic of this course."
                value=form.value("form[answer]", &answer)
                error=form.error("answer")
                max_length=PREPARED_ANSWER_CHARACTERS
                required=true
            />
            {parent}
            <div class="row">
                <Button busy=form.busy()>{button}</Button>
            </div>
        </Form>
    }
    .erase()
}
