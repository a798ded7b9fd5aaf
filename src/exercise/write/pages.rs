//! Page `/teach/COURSE/topics/TOPIC/exercises`: the exercises of a topic, as tutors write them.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::exercise::marking::assignment_path;
use crate::exercise::write::api::{ChangeExercise, SaveExercise, load_topic_exercises};
use crate::exercise::write::{
    EXERCISE_TITLE_CHARACTERS, EXPECTATIONS_CHARACTERS, ExerciseForm, TASK_CHARACTERS,
    TopicExercises, WrittenExercise,
};
use crate::paths::edit_path;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Checkbox, EmptyState, Erase, Field, Form, FormState, Glyph, Html,
    Language, Notice, Page, Select, TextArea, Tone, loaded, page_resource, path_part, query_now,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub fn topic_exercises_page() -> AnyView {
    let (course, topic) = (path_part("course"), path_part("topic"));
    let page = page_resource(
        move || (course.get(), topic.get()),
        |(course, topic)| load_topic_exercises(course, topic),
    );
    let save = FormState::of(SaveExercise::PATH);
    let change = FormState::of(ChangeExercise::PATH);
    let show = move |page: TopicExercises| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let text = format!("Exercises in “{}”", page.topic_title);
        let editor = edit_path(&course, &topic.get_untracked());
        let heading = TeachHeading::task(text).below(page.topic_title.clone(), editor);
        let context = ExerciseContext {
            course: course.clone(),
            topic: page.topic_id.to_string(),
            zone: page.zone.clone(),
            language: page.course_title.language.clone(),
            save,
            change,
        };
        let inside = exercises(page, &context);
        frame_below(&course, &title, Area::Exercises, heading, inside)
    };
    view! { <Page title="Exercises of a topic">{loaded(page, show)}</Page> }.erase()
}

/// The topic and the forms of the page.
struct ExerciseContext {
    course: String,
    topic: String,
    zone: String,
    language: Language,
    save: FormState,
    change: FormState,
}

fn exercises(page: TopicExercises, context: &ExerciseContext) -> AnyView {
    let done = match query_now("done").as_str() {
        "added" => "The exercise was added. Learners see it at the end of the topic.",
        "saved" => "The exercise was saved.",
        "moved" => "The exercise was moved.",
        "retired" => "The exercise was retired. Work of learners is kept.",
        "restored" => "The exercise was restored, with the work of learners.",
        _ => "",
    };
    let done = (!done.is_empty()).then(|| {
        view! {
            <Notice tone=Tone::Ok focused=true>
                {done}
            </Notice>
        }
    });
    let list = match page.exercises.is_empty() {
        true => view! {
            <EmptyState
                glyph=Glyph::Info
                title="No exercises yet"
                text="An exercise is a task on which learners write, and which they check themselves or hand in."
            />
        }
        .erase(),
        false => list(page.exercises, false, context),
    };
    let retired = (!page.retired.is_empty()).then(|| {
        let list = self::list(page.retired, true, context);
        view! {
            <section class="stack" aria-labelledby="ly-retired">
                <h2 id="ly-retired">"Retired"</h2>
                {list}
            </section>
        }
    });
    let form = context.save.of_item("id", "");
    let new = ExerciseForm::default();
    view! {
        {done}
        {list}
        <section class="stack" aria-labelledby="ly-new-exercise">
            <h2 id="ly-new-exercise">"New exercise"</h2>
            {fields(context, "", new, form)}
        </section>
        {retired}
    }
    .erase()
}

fn list(lines: Vec<WrittenExercise>, is_retired: bool, context: &ExerciseContext) -> AnyView {
    let last = lines.len().saturating_sub(1);
    let items = lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| exercise(line, (at == 0, at == last), is_retired, context))
        .collect_view();
    view! { <ol class="asked">{items}</ol> }.erase()
}

/// Shows an exercise with the buttons that change it. `ends` says whether it is the first or the
/// last of its list.
fn exercise(
    line: WrittenExercise,
    ends: (bool, bool),
    is_retired: bool,
    context: &ExerciseContext,
) -> AnyView {
    let id = line.exercise_id.to_string();
    let buttons = buttons(&id, &line.form.title, ends, is_retired, context);
    let form = context.save.of_item("id", &id);
    let was_sent = !form.value("id", "").is_empty();
    let begun = match line.begun {
        0 => "Nobody has begun.".to_owned(),
        1 => "1 learner has begun.".to_owned(),
        begun => format!("{begun} learners have begun."),
    };
    let retired = is_retired.then(|| view! { <Badge tone=Tone::Neutral text="Retired" /> });
    let settings = assignment_path(&context.course, line.exercise_id);
    let said = format!("Handing in and marking: {}", line.form.title);
    let settings = (!is_retired).then(|| {
        view! {
            <a href=settings aria-label=said>
                "Handing in and marking"
            </a>
        }
    });
    let language = &context.language;
    let title = language.inline(line.form.title.clone());
    let expects = line.form.expectations.lines();
    let expects = expects
        .map(|text| {
            let text = language.inline(text.to_owned());
            view! { <li>{text}</li> }
        })
        .collect_view();
    let edit = format!("Edit: {}", line.form.title);
    let fields = fields(context, &id, line.form, form);
    let Html(task) = line.task;
    let (tag, direction) = (language.tag(), language.dir());
    view! {
        <li>
            <article class="asked-question">
                <header class="row">
                    <b>{title}</b>
                    {retired}
                </header>
                <div class="prose asked-reply" lang=tag dir=direction inner_html=task></div>
                <ul>{expects}</ul>
                <p class="soft">{line.handing_in} " " {begun} " " {settings}</p>
                {buttons}
                <details class="asked-more" open=was_sent>
                    <summary aria-label=edit>"Edit"</summary>
                    {fields}
                </details>
            </article>
        </li>
    }
    .erase()
}

fn buttons(
    id: &str,
    title: &str,
    (is_first, is_last): (bool, bool),
    is_retired: bool,
    context: &ExerciseContext,
) -> AnyView {
    let form = context.change.of_item("id", id);
    let all = match is_retired {
        true => vec![("restore", "Restore", false)],
        false => vec![
            ("up", "Move up", is_first),
            ("down", "Move down", is_last),
            ("retire", "Retire", false),
        ],
    };
    let buttons = all
        .into_iter()
        .map(|(act, label, is_end)| {
            let said = format!("{label}: {title}");
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

/// The form of an exercise. A new one has an empty id.
fn fields(context: &ExerciseContext, id: &str, set: ExerciseForm, form: FormState) -> AnyView {
    let is_new = id.is_empty();
    let (named, button) = match is_new {
        true => ("new".to_owned(), "Add exercise"),
        false => (id.to_owned(), "Save exercise"),
    };
    let levels = [
        ("beginner", "For beginners"),
        ("intermediate", "Intermediate"),
        ("advanced", "Advanced"),
    ];
    let levels = levels.map(|(value, text)| (value.to_owned(), text.to_owned()));
    let handing_in = is_new.then(|| {
        let is_handed_in = !form.value("form[handed_in]", "").is_empty();
        view! {
            <Checkbox
                name="form[handed_in]"
                label="Learners hand in their work"
                hint="Tutors mark it. Otherwise learners check their own work."
                checked=is_handed_in
            />
            <Field
                id="ly-exercise-due"
                name="form[due_at]"
                label="Due date"
                r#type="datetime-local"
                value=form.value("form[due_at]", "")
                hint=format!("In the time zone {}. Late work and marks are set after adding it.", context.zone)
                error=form.error("due_at")
            />
        }
    });
    let (course, topic) = (context.course.clone(), context.topic.clone());
    let id = (!is_new).then(|| {
        let id = id.to_owned();
        view! { <input type="hidden" name="id" value=id /> }
    });
    view! {
        <Form form=form guards=true>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="topic" value=topic />
            {id}
            <Field
                id=format!("ly-title-{named}")
                name="form[title]"
                label="Title"
                value=form.value("form[title]", &set.title)
                error=form.error("title")
                max_length=EXERCISE_TITLE_CHARACTERS
                required=true
                autocomplete="off"
            />
            <TextArea
                id=format!("ly-task-{named}")
                name="form[task]"
                label="Task"
                hint="Markdown: the situation, and what learners should do in it."
                value=form.value("form[task]", &set.task)
                error=form.error("task")
                max_length=TASK_CHARACTERS
                required=true
            />
            <TextArea
                id=format!("ly-expectations-{named}")
                name="form[expectations]"
                label="Expectations"
                hint="What good work has, one on each line, such as “Names the source”. Learners check their work against these lines. If it is handed in, each gives up to two points until you write a rubric."
                value=form.value("form[expectations]", &set.expectations)
                error=form.error("expectations")
                max_length=EXPECTATIONS_CHARACTERS
                required=true
            />
            <Select
                id=format!("ly-level-{named}")
                name="form[difficulty]"
                label="Level"
                options=levels.to_vec()
                value=form.value("form[difficulty]", &set.difficulty)
                error=form.error("difficulty")
            />
            {handing_in}
            <div class="row">
                <Button busy=form.busy()>{button}</Button>
            </div>
        </Form>
    }
    .erase()
}
