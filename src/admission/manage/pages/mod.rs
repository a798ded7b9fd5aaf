//! Pages of offerings and of the questions of applications.

mod assessment;
mod edit;

pub use assessment::assessment_page;
pub use edit::offering_form_page;

use leptos::prelude::*;

use super::api::load_offerings;
use super::{OfferingLine, OfferingList, offering_path, questions_path};
use crate::admission::orders::desk::payment_settings_path;
use crate::admission::program_label;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, EmptyState, Erase, Glyph, Page, Table, Tone, loaded,
    page_resource, path_part,
};
use crate::teaching::{Area, pages::frame};

/// Page `/teach/COURSE/admissions`.
pub fn offerings_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_offerings);
    let show = move |page: OfferingList| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        frame(&course, &title, Area::Admissions, list(page, &course))
    };
    view! { <Page title="Admissions">{loaded(page, show)}</Page> }.erase()
}

fn list(page: OfferingList, course: &str) -> AnyView {
    let new = format!("{}/new", Area::Admissions.path(course));
    if page.offerings.is_empty() {
        let text = "An offering is a dated way to take the course: with a cohort, on demand, or as a workshop. People apply for it, and it may have a price and a number of seats.";
        let create = page
            .may_manage
            .then(|| view! { <Button href=new>"Create offering"</Button> });
        return view! {
            <EmptyState glyph=Glyph::User title="No offerings yet" text=text>
                {create}
            </EmptyState>
        }
        .erase();
    }
    let columns = vec![
        Column::new("Offering"),
        Column::new("Seats taken").figures(),
        Column::new("To decide").figures(),
        Column::new("Waitlist").figures(),
    ];
    let rows = page
        .offerings
        .into_iter()
        .map(|line| row(line, course))
        .collect_view();
    let tools = page.may_manage.then(|| {
        view! {
            <div class="row">
                <Button href=new>"Create offering"</Button>
                <Button kind=ButtonKind::Quiet href=questions_path(course)>
                    "Application questions"
                </Button>
                <Button kind=ButtonKind::Quiet href=payment_settings_path(course)>
                    "Payments"
                </Button>
            </div>
        }
    });
    view! {
        {tools}
        <Table label="Offerings of this course" columns=columns>
            {rows}
        </Table>
    }
    .erase()
}

fn row(line: OfferingLine, course: &str) -> AnyView {
    let facts = [
        Some(program_label(line.facts.program).to_owned()),
        line.facts.dates,
        Some(line.facts.price),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    let seats = match line.capacity {
        Some(capacity) => format!("{} of {capacity}", line.taken),
        None => line.taken.to_string(),
    };
    let (tone, state) = match line.is_open {
        true => (Tone::Ok, "Open"),
        false => (Tone::Neutral, "Closed"),
    };
    view! {
        <tr>
            <td>
                <div class="row">
                    <a href=offering_path(course, line.facts.offering_id)>{line.facts.title}</a>
                    <Badge tone=tone text=state />
                </div>
                <p class="soft">{facts.join(" · ")}</p>
            </td>
            <td class="r">{seats}</td>
            <td class="r">{line.waiting}</td>
            <td class="r">{line.waitlisted}</td>
        </tr>
    }
    .erase()
}
