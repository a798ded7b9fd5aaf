//! Exercises of a course, and the form of how the work of one is handed in and marked.

use leptos::{prelude::*, server_fn};
use server_fn::ServerFn;

use crate::exercise::marking::api::{SaveAssignment, load_assignment, load_assignments};
use crate::exercise::marking::{
    AssignmentForm, AssignmentLine, AssignmentList, MARKING, RUBRIC_CHARACTERS, assignment_path,
};
use crate::exercise::peer_review::api::SavePeerRules;
use crate::exercise::peer_review::pages::peer_rules;
use crate::exercise::write::topic_exercises_path;
use crate::platform::ui::{
    Badge, Button, Checkbox, Column, EmptyState, Erase, Field, Form, FormState, Page, Table,
    TextArea, Tone, loaded, page_resource, path_part,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame, frame_below};

pub fn assignments_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_assignments);
    view! { <Page title="Exercises">{loaded(page, list)}</Page> }.erase()
}

fn list(page: AssignmentList) -> AnyView {
    let columns = vec![
        Column::new("Exercise"),
        Column::new("Topic"),
        Column::new("Work"),
        Column::new("Due"),
        Column::new("Handed in").figures(),
        Column::new("Waiting").figures(),
    ];
    let course = page.course_slug.clone();
    let table = if page.exercises.is_empty() {
        let empty = view! { <EmptyState title="No exercises" text="An exercise is a task on which learners write, and which they check themselves or hand in." /> }.erase();
        view! { <Table label="Exercises" columns=columns empty=empty /> }.erase()
    } else {
        let language = page.course_title.language.clone();
        let rows = page.exercises.into_iter();
        let rows = rows.map(|line| {
            let AssignmentLine {
                exercise_id,
                title,
                topic,
                topic_slug,
                is_handed_in,
                due,
                handed_in,
                waiting,
            } = line;
            let (tone, work) = match is_handed_in {
                true => (Tone::Info, "Handed in"),
                false => (Tone::Neutral, "Self-check"),
            };
            view! {
                <tr>
                    <th scope="row">
                        <a href=assignment_path(&course, exercise_id)>{language.inline(title)}</a>
                    </th>
                    <td data-label="Topic">
                        <a href=topic_exercises_path(&course, &topic_slug)>{language.inline(topic)}</a>
                    </td>
                    <td data-label="Work">
                        <Badge tone=tone text=work />
                    </td>
                    <td data-label="Due">{due}</td>
                    <td class="r" data-label="Handed in">
                        {handed_in}
                    </td>
                    <td class="r" data-label="Waiting">
                        {waiting}
                    </td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! {
            <Table label="Exercises" columns=columns stacks=true>
                {rows}
            </Table>
        }
        .erase()
    };
    let course = page.course_slug.clone();
    let language = page.course_title.language.clone();
    let topics = page.topics.into_iter();
    let topics = topics
        .map(|(slug, title)| {
            let href = format!("{}#ly-new-exercise", topic_exercises_path(&course, &slug));
            view! {
                <li>
                    <a href=href>{language.inline(title)}</a>
                </li>
            }
        })
        .collect_view();
    let inside = view! {
        <p class="soft">
            "Work that learners hand in waits in the " <a href=MARKING>"marking queue"</a> "."
        </p>
        <details class="asked-more">
            <summary>"New exercise"</summary>
            <p>"Choose its topic:"</p>
            <ul>{topics}</ul>
        </details>
        {table}
    };
    frame(
        &page.course_slug,
        &page.course_title,
        Area::Exercises,
        inside.erase(),
    )
}

pub fn assignment_page() -> AnyView {
    let (course, exercise) = (path_part("course"), path_part("exercise"));
    let page = page_resource(
        move || (course.get(), exercise.get()),
        |(course, exercise)| load_assignment(course, exercise),
    );
    let forms = (
        FormState::of(SaveAssignment::PATH),
        FormState::of(SavePeerRules::PATH),
    );
    view! { <Page title="Exercise">{loaded(page, move |page| assignment(page, forms))}</Page> }
        .erase()
}

fn assignment(page: AssignmentForm, (form, peers): (FormState, FormState)) -> AnyView {
    let heading = TeachHeading::name(page.title.clone()).in_language(&page.course_title.language);
    let (course, title) = (page.course_slug.clone(), page.course_title.clone());
    let reviews = page.is_handed_in.then(|| peer_rules(&page, peers));
    let inside = view! {
        {settings(page, form)}
        {reviews}
    }
    .erase();
    frame_below(&course, &title, Area::Exercises, heading, inside)
}

fn settings(page: AssignmentForm, form: FormState) -> AnyView {
    // A form that came back without the box was sent without a tick.
    let came_back = !form.value("exercise", "").is_empty();
    let is_handed_in = match came_back {
        true => !form.value("is_handed_in", "").is_empty(),
        false => page.is_handed_in,
    };
    view! {
        <Form form=form class="stack exam-form" guards=true>
            <input type="hidden" name="course" value=page.course_slug />
            <input type="hidden" name="exercise" value=page.exercise_id.to_string() />
            <Checkbox
                name="is_handed_in"
                label="Learners hand in their work"
                hint="Tutors mark it. Otherwise learners check their own work."
                checked=is_handed_in
            />
            <Field
                name="due_at"
                label="Due date"
                r#type="datetime-local"
                value=form.value("due_at", &page.due_at)
                hint=format!("In the time zone {}. Leave empty for no due date.", page.zone)
                error=form.error("due_at")
            />
            <Field
                name="late_days"
                label="Days late that are accepted"
                r#type="number"
                value=form.value("late_days", &page.late_days.to_string())
                error=form.error("late_days")
                required=true
            />
            <Field
                name="late_percent"
                label="Percent off for each day late"
                r#type="number"
                value=form.value("late_percent", &page.late_percent.to_string())
                error=form.error("late_percent")
                required=true
            />
            <TextArea
                name="criteria"
                label="Criteria"
                value=form.value("criteria", &page.criteria)
                hint="One on each line: its name, a colon, and its levels with their points, such as “Names the source: Missing 0 | Partly 1-2 | Fully 3”."
                error=form.error("criteria")
                required=true
                max_length=RUBRIC_CHARACTERS
            />
            <TextArea
                name="checks"
                label="Checklist"
                value=form.value("checks", &page.checks)
                hint="One on each line: its name, a colon, and the feedback that the learner reads if you tick it."
                error=form.error("checks")
                max_length=RUBRIC_CHARACTERS
            />
            <div class="form-foot">
                <Button busy=form.busy()>"Save"</Button>
            </div>
        </Form>
    }
    .erase()
}
