//! Page of one exam: its status, its sittings, and its extra time and attempts.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use super::status as status_badge;
use crate::exam::pages::verdict;
use crate::exam::teach::api::{SetExamStatus, load_exam_overview};
use crate::exam::teach::{
    AllowanceLine, ExamOverview, ExamStatus, SittingLine, SittingState, edit_path, exam_path,
    sitting_path,
};
use crate::paths;
use crate::platform::ids::ExamId;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, EmptyState, Erase, Field, Form, FormState, Notice, Page,
    Pagination, Table, TextArea, Tone, loaded, page_resource, path_part,
};
use crate::teaching::pages::{TeachHeading, frame_below};
use crate::teaching::{Area, REASON_CHARACTERS};

/// Page `/teach/COURSE/exams/ID`.
pub fn taught_exam_page() -> AnyView {
    let (course, exam) = (path_part("course"), path_part("exam"));
    let number = Memo::new(|_| {
        use_query_map().with(|query| query.get("page").and_then(|page| page.parse().ok()))
    });
    let page = page_resource(
        move || (course.get(), exam.get(), number.get().unwrap_or(0)),
        |(course, exam, page)| {
            let exam = Uuid::parse_str(&exam).unwrap_or_default();
            load_exam_overview(course, ExamId(exam), page)
        },
    );
    let (status, allow) = (
        FormState::of(SetExamStatus::PATH),
        FormState::of(paths::ALLOW_EXAM),
    );
    let show = move |page: ExamOverview| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = TeachHeading::name(page.title.clone())
            .in_language(&title.language)
            .beside(status_badge(page.status));
        let inside = overview(page, &course, status, allow);
        frame_below(&course, &title, Area::Exams, heading, inside)
    };
    view! { <Page title="Exam">{loaded(page, show)}</Page> }.erase()
}

fn overview(page: ExamOverview, course: &str, set: FormState, allow: FormState) -> AnyView {
    let exam = page.exam_id;
    let facts = page
        .facts
        .into_iter()
        .map(|fact| view! { <li>{fact}</li> })
        .collect_view();
    view! {
        <ul class="quiz-terms">{facts}</ul>
        {page
            .shortage
            .map(|why| view! { <Notice tone=Tone::Warn title="Not enough questions in the bank">{why}</Notice> })}
        <div class="row">
            <Button kind=ButtonKind::Secondary href=edit_path(course, exam)>
                "Edit"
            </Button>
            {switches(page.status, course, exam, set)}
        </div>
        {sittings(page.sittings, course, exam, page.page, page.has_more)}
        {allowances(page.allowances, course, exam, allow)}
    }
    .erase()
}

/// Shows buttons for the statuses that may follow.
fn switches(status: ExamStatus, course: &str, exam: ExamId, form: FormState) -> AnyView {
    let button = |to: &'static str, words: &'static str, kind: ButtonKind| {
        let course = course.to_owned();
        view! {
            <Form form=form class="row">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="exam" value=exam.to_string() />
                <input type="hidden" name="status" value=to />
                <Button kind=kind busy=form.busy()>
                    {words}
                </Button>
            </Form>
        }
        .erase()
    };
    match status {
        ExamStatus::Draft => view! {
            {button("published", "Publish", ButtonKind::Primary)} {button("retired", "Retire", ButtonKind::Quiet)}
        }
        .erase(),
        ExamStatus::Published => button("draft", "Unpublish", ButtonKind::Secondary),
        ExamStatus::Retired => button("draft", "Restore", ButtonKind::Secondary),
    }
}

fn sittings(
    sittings: Vec<SittingLine>,
    course: &str,
    exam: ExamId,
    page: i64,
    has_more: bool,
) -> AnyView {
    if sittings.is_empty() {
        return view! { <EmptyState title="No sittings yet" text="Learners who take this exam appear here with their results." /> }
            .erase();
    }
    let columns = vec![
        Column::new("Learner"),
        Column::new("Started"),
        Column::new("Result"),
    ];
    let rows = sittings
        .into_iter()
        .map(|sitting| {
            let (started, exactly) = sitting.started;
            view! {
                <tr>
                    <td>
                        <a href=sitting_path(course, exam, sitting.sitting_id)>{sitting.name}</a>
                        <p class="soft">{sitting.email}</p>
                    </td>
                    <td>
                        <time datetime=exactly>{started}</time>
                    </td>
                    <td>{state(sitting.state)}</td>
                </tr>
            }
        })
        .collect_view();
    let to = |page: i64| format!("{}?page={page}", exam_path(course, exam));
    let previous = if page > 0 {
        to(page - 1)
    } else {
        String::new()
    };
    let next = if has_more {
        to(page + 1)
    } else {
        String::new()
    };
    view! {
        <section class="stack">
            <h2>"Sittings"</h2>
            <Table label="Sittings of this exam" columns=columns>
                {rows}
            </Table>
            <Pagination previous=previous next=next />
        </section>
    }
    .erase()
}

pub fn state(state: SittingState) -> AnyView {
    match state {
        SittingState::Running(until) => {
            view! { <Badge tone=Tone::Warn text=format!("In progress until {until}") /> }.erase()
        }
        SittingState::Ended {
            score,
            passed,
            regraded,
            counts,
        } => {
            let (tone, text) = verdict(score, passed);
            view! {
                <Badge tone=tone text=text />
                {regraded.then(|| view! { <span class="soft">" regraded"</span> })}
                {(!counts).then(|| view! { <span class="soft">" before a reset"</span> })}
            }
            .erase()
        }
    }
}

fn allowances(given: Vec<AllowanceLine>, course: &str, exam: ExamId, form: FormState) -> AnyView {
    let lines = given
        .into_iter()
        .map(|line| {
            let words = format!(
                "{} ({}): {}% extra time, extra sittings: {}",
                line.name, line.email, line.extra_time_percent, line.extra_attempts
            );
            view! { <li>{words}</li> }
        })
        .collect_view();
    let course = course.to_owned();
    view! {
        <section class="stack">
            <h2>"Extra time or sittings for a learner"</h2>
            <p class="soft">"Changes apply immediately, also to a sitting in progress. A learner with extra time may continue for that long after the exam closes, but can't start after it closes."</p>
            <ul class="exam-rules">{lines}</ul>
            <Form form=form class="stack exam-form">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="exam" value=exam.to_string() />
                <div class="exam-cols">
                    <Field
                        name="email"
                        label="Learner’s email"
                        r#type="email"
                        required=true
                        value=form.value("email", "")
                        error=form.error("email")
                        autocomplete="off"
                    />
                    <Field
                        name="extra_time_percent"
                        label="Extra time (%)"
                        r#type="number"
                        required=true
                        value=form.value("extra_time_percent", "0")
                        error=form.error("extra_time_percent")
                    />
                    <Field
                        name="extra_attempts"
                        label="Extra sittings"
                        r#type="number"
                        required=true
                        value=form.value("extra_attempts", "0")
                        error=form.error("extra_attempts")
                    />
                </div>
                <TextArea
                    name="reason"
                    label="Reason"
                    hint="Kept on record and sent to the learner."
                    required=true
                    max_length=REASON_CHARACTERS
                    value=form.value("reason", "")
                    error=form.error("reason")
                />
                <div>
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Save"
                    </Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}
