//! Page `/teach/COURSE/cohorts`.

use leptos::prelude::*;

use super::{counted, state};
use crate::cohort::teach::api::load_cohorts;
use crate::cohort::teach::{TaughtCohorts, cohort_path};
use crate::platform::ui::{
    Button, Column, EmptyState, Erase, Glyph, Page, Table, loaded, page_resource, path_part,
};
use crate::teaching::{Area, pages::frame};

pub fn taught_cohorts_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_cohorts);
    let show = move |page: TaughtCohorts| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        frame(&course, &title, Area::Cohorts, list(page, &course))
    };
    view! { <Page title="Cohorts">{loaded(page, show)}</Page> }.erase()
}

fn list(page: TaughtCohorts, course: &str) -> AnyView {
    let new = format!("{}/new", Area::Cohorts.path(course));
    if page.cohorts.is_empty() {
        return view! {
            <EmptyState
                glyph=Glyph::User
                title="No cohorts yet"
                text="A cohort studies this course together, from a first to a last day. Its members have access while they belong to it."
            >
                <Button href=new>"New cohort"</Button>
            </EmptyState>
        }
        .erase();
    }
    let columns = vec![
        Column::new("Cohort"),
        Column::new("Days"),
        Column::new("State"),
        Column::new("Members").figures(),
    ];
    let rows = page
        .cohorts
        .into_iter()
        .map(|cohort| {
            let unlinked = (cohort.unlinked > 0)
                .then(|| view! { <span class="soft">{format!(" ({} without an account)", cohort.unlinked)}</span> });
            view! {
                <tr>
                    <th scope="row">
                        <a href=cohort_path(course, cohort.cohort_id)>{cohort.title}</a>
                    </th>
                    <td>{cohort.days}</td>
                    <td>{state(cohort.state)}</td>
                    <td class="r">{cohort.members} {unlinked}</td>
                </tr>
            }
        })
        .collect_view();
    let count = i64::try_from(rows.len()).unwrap_or_default();
    view! {
        <div class="row">
            <p class="soft grow">{counted(count, "cohort", "cohorts")}</p>
            <Button href=new>"New cohort"</Button>
        </div>
        <Table label="Cohorts" columns=columns>
            {rows}
        </Table>
    }
    .erase()
}
