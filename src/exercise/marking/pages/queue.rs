//! The queue of work that waits for marks.

use leptos::{prelude::*, server_fn};
use server_fn::ServerFn;

use crate::exercise::marking::api::{MarkNext, ReleaseMarks, load_marking_queue};
use crate::exercise::marking::{MARKING, MarkingQueue, QueuedWork, marking_path};
use crate::platform::address::with_query;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Column, Crumb, EmptyState, Erase, Form, FormState, Page,
    Pagination, Table, loaded, page_resource, query_now, query_value,
};

pub fn marking_queue_page() -> AnyView {
    let after = query_value("after");
    let page = page_resource(move || after.get(), load_marking_queue);
    let next = FormState::of(MarkNext::PATH);
    let release = FormState::of(ReleaseMarks::PATH);
    view! {
        <Page title="Marking">
            <div class="wide teach">
                <Breadcrumbs trail=vec![Crumb::new("Teaching", "/teach"), Crumb::new("Marking", "")] />
                <h1>"Marking"</h1>
                {loaded(page, move |page| queue(page, next, release))}
            </div>
        </Page>
    }
    .erase()
}

fn queue(page: MarkingQueue, next: FormState, release: FormState) -> AnyView {
    let is_first = query_now("after").is_empty();
    let reported = page.reported.0;
    let reported = (!reported.is_empty())
        .then(|| view! { <section class="stack" aria-label="Reported reviews" inner_html=reported></section> });
    if page.works.is_empty() && is_first {
        return view! {
            {reported}
            <EmptyState title="Nothing to mark" text="Work that learners of your courses hand in appears here, oldest first." />
        }
        .erase();
    }
    let said = match page.waiting {
        0 => "No work waits for marks.".to_owned(),
        1 => "1 work waits for marks.".to_owned(),
        waiting => format!("{waiting} works wait for marks."),
    };
    let start = (page.waiting > 0).then(|| {
        view! {
            <Form form=next class="row">
                <Button busy=next.busy()>"Mark the next work"</Button>
            </Form>
        }
    });
    let label = format!("Release all that you marked ({})", page.marked);
    let release = (page.marked > 0).then(|| {
        view! {
            <Form form=release class="row">
                <Button kind=ButtonKind::Secondary busy=release.busy()>
                    {label}
                </Button>
            </Form>
        }
    });
    let columns = vec![
        Column::new("Work"),
        Column::new("Course"),
        Column::new("Learner"),
        Column::new("Handed in"),
        Column::new("Status"),
    ];
    let next = match page.next.as_str() {
        "" => String::new(),
        place => with_query(MARKING, &[("after", place)]),
    };
    let rows = page.works.into_iter().map(row).collect_view();
    let back = (!is_first).then(|| view! { <p><a href=MARKING>"Back to the first works"</a></p> });
    view! {
        {reported}
        <p class="soft" role="status">
            {said}
        </p>
        <div class="row">{start} {release}</div>
        <Table label="Work without released marks" columns=columns stacks=true>
            {rows}
        </Table>
        {back}
        <Pagination next=next />
    }
    .erase()
}

fn row(work: QueuedWork) -> AnyView {
    let exercise = work.course.language.inline(work.exercise);
    let course = work.course.language.inline(work.course.text);
    let late = (!work.late.is_empty()).then(|| view! { <span class="soft">{work.late}</span> });
    view! {
        <tr>
            <th scope="row">
                <a href=marking_path(work.submission_id)>{exercise}</a>
            </th>
            <td data-label="Course">{course}</td>
            <td data-label="Learner">
                <bdi>{work.learner}</bdi>
            </td>
            <td data-label="Handed in">
                <time datetime=work.when.1>{work.when.0}</time>
                " "
                {late}
            </td>
            <td data-label="Status">{work.state}</td>
        </tr>
    }
    .erase()
}
