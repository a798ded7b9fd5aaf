//! Page that uploads a list of members, and shows what each line will do before it does.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::cohort::teach::api::{ConfirmMemberList, load_member_list};
use crate::cohort::teach::{
    LIST_BYTES, LIST_LINES, LIST_UPLOAD, ListCounts, ListGroup, MemberList, MemberListPage,
    cohort_path, member_list_path,
};
use crate::platform::figures;
use crate::platform::ids::CohortId;
use crate::platform::ui::{
    Button, ButtonKind, Column, Erase, Form, FormState, Notice, Page, Table, Tone, loaded,
    page_resource, path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/teach/COURSE/cohorts/ID/list`.
pub fn member_list_page() -> AnyView {
    let (course, cohort, list) = (
        path_part("course"),
        path_part("cohort"),
        query_value("list"),
    );
    let page = page_resource(
        move || (course.get(), cohort.get(), list.get()),
        |(course, cohort, list)| {
            let cohort = CohortId(cohort.parse().unwrap_or_default());
            load_member_list(course, cohort, list)
        },
    );
    let form = FormState::of(ConfirmMemberList::PATH);
    let show = move |page: MemberListPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = TeachHeading::task("Upload members").below(
            page.cohort_title.clone(),
            cohort_path(&course, page.cohort_id),
        );
        let inside = roster(page, &course, form);
        frame_below(&course, &title, Area::Cohorts, heading, inside)
    };
    view! { <Page title="Upload a list">{loaded(page, show)}</Page> }.erase()
}

fn roster(page: MemberListPage, course: &str, form: FormState) -> AnyView {
    let problem = page.problem.map(|problem| {
        view! {
            <Notice tone=Tone::Danger title="Nothing was changed">
                {problem}
            </Notice>
        }
    });
    let list = match page.list {
        Some(list) if list.is_confirmed => confirmed(list, course, page.cohort_id),
        Some(list) => preview(list, course, page.cohort_id, form),
        None => upload(course, page.cohort_id),
    };
    view! {
        {problem}
        {list}
    }
    .erase()
}

fn upload(course: &str, cohort: CohortId) -> AnyView {
    let hint = format!(
        "A CSV file from any spreadsheet, at most {} lines and {}.",
        figures::number(LIST_LINES),
        figures::megabytes(LIST_BYTES)
    );
    view! {
        <form class="stack" method="post" action=LIST_UPLOAD enctype="multipart/form-data">
            <p class="soft">
                "The columns are “email”, “name” and “batch”; name and batch may be empty or missing. You see what each line will do before anything changes."
            </p>
            <input type="hidden" name="course" value=course.to_owned() />
            <input type="hidden" name="cohort" value=cohort.to_string() />
            <div class="control">
                <label class="control-label" for="ly-file">
                    "File"
                </label>
                <input class="input" id="ly-file" type="file" name="file" accept=".csv,.tsv,.txt,text/csv" aria-describedby="ly-file-hint" required />
                <p class="hint" id="ly-file-hint">
                    {hint}
                </p>
            </div>
            <div class="form-foot">
                <Button>"Preview"</Button>
                <a href=cohort_path(course, cohort)>"Back to the members"</a>
            </div>
        </form>
    }
    .erase()
}

fn said(counts: ListCounts) -> String {
    format!(
        "{} added, {} moved here, {} already there, {} left out",
        counts.added, counts.moved, counts.already_there, counts.malformed
    )
}

fn confirmed(list: MemberList, course: &str, cohort: CohortId) -> AnyView {
    view! {
        <Notice tone=Tone::Ok title=list.file>
            {format!("{}.", said(list.counts))}
        </Notice>
        <div class="row">
            <Button href=cohort_path(course, cohort)>"View members"</Button>
            <Button kind=ButtonKind::Quiet href=member_list_path(course, cohort, None)>
                "Upload another list"
            </Button>
        </div>
    }
    .erase()
}

fn preview(list: MemberList, course: &str, cohort: CohortId, form: FormState) -> AnyView {
    let counts = list.counts;
    let groups = list.groups.into_iter().map(group).collect_view();
    let back = member_list_path(course, cohort, None);
    let course = course.to_owned();
    let confirm = match counts.added + counts.moved + counts.already_there {
        0 => "No line of this file can be used.".erase(),
        _ => view! {
            <Form form=form class="row">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="cohort" value=cohort.to_string() />
                <input type="hidden" name="list" value=list.list_id.to_string() />
                <Button busy=form.busy()>"Confirm"</Button>
            </Form>
        }
        .erase(),
    };
    view! {
        <section class="stack" aria-labelledby="ly-preview">
            <h2 id="ly-preview">{format!("Preview of {}", list.file)}</h2>
            <p role="status">{format!("Nothing has changed yet. After confirming: {}.", said(counts))}</p>
            <div class="row">
                {confirm}
                <Button kind=ButtonKind::Quiet href=back>
                    "Choose another file"
                </Button>
            </div>
            {groups}
        </section>
    }
    .erase()
}

fn group(group: ListGroup) -> AnyView {
    let columns = vec![
        Column::new("Line").figures(),
        Column::new("Email"),
        Column::new("Name"),
        Column::new("Batch").figures(),
        Column::new("Note"),
    ];
    let rows = group
        .lines
        .into_iter()
        .map(|line| {
            view! {
                <tr>
                    <td class="r">{line.line}</td>
                    <td>{line.email}</td>
                    <td>{line.name}</td>
                    <td class="r">{line.batch}</td>
                    <td>{line.note}</td>
                </tr>
            }
        })
        .collect_view();
    let title = group.outcome.title();
    let more = (group.more > 0).then(|| {
        view! { <p class="soft">{format!("and {} more", group.more)}</p> }
    });
    view! {
        <h3>{title}</h3>
        <Table label=title columns=columns>
            {rows}
        </Table>
        {more}
    }
    .erase()
}
