//! Form that creates or changes an offering.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::admission::manage::api::{SaveOffering, load_offering_form};
use crate::admission::manage::{DESCRIPTION_CHARACTERS, OfferingForm, offering_path};
use crate::admission::{PROGRAMS, program_label, program_name};
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Page, Select, Switch, TextArea, loaded,
    page_resource, path_part,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Pages `/teach/COURSE/admissions/new` and `/teach/COURSE/admissions/ID/edit`.
pub fn offering_form_page() -> AnyView {
    let (course, offering) = (path_part("course"), path_part("offering"));
    let page = page_resource(
        move || (course.get(), offering.get()),
        |(course, offering)| load_offering_form(course, offering),
    );
    let state = FormState::of(SaveOffering::PATH);
    let show = move |page: OfferingForm| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = match &page.offering {
            Some((id, title)) => TeachHeading::task("Edit offering")
                .below(title.clone(), offering_path(&course, *id)),
            None => TeachHeading::task("New offering"),
        };
        let inside = form(page, &course, state);
        frame_below(&course, &title, Area::Admissions, heading, inside)
    };
    view! { <Page title="Offering">{loaded(page, show)}</Page> }.erase()
}

/// One field of the form.
fn field(
    form: FormState,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    stored: &str,
    kind: &'static str,
) -> AnyView {
    let path = format!("offering[{name}]");
    let is_required = matches!(name, "title" | "currency" | "offer_hours");
    view! {
        <Field
            id=format!("ly-{name}")
            name=path.clone()
            label=label
            hint=hint
            r#type=kind
            value=form.value(&path, stored)
            error=form.error(name)
            required=is_required
            autocomplete="off"
        />
    }
    .erase()
}

fn form(page: OfferingForm, course: &str, form: FormState) -> AnyView {
    let was_sent = !form.value("course", "").is_empty();
    let (id, back) = match &page.offering {
        Some((id, _)) => (Some(id.to_string()), offering_path(course, *id)),
        None => (None, Area::Admissions.path(course)),
    };
    let fields = page.fields;
    let programs = PROGRAMS
        .map(|program| {
            (
                program_name(program).to_owned(),
                program_label(program).to_owned(),
            )
        })
        .to_vec();
    let needs_review = match was_sent {
        true => !form.value("offering[needs_review]", "").is_empty(),
        false => fields.needs_review.is_some(),
    };
    let course = course.to_owned();
    view! {
        <Form form=form class="stack exam-form">
            <input type="hidden" name="course" value=course />
            {id.map(|id| view! { <input type="hidden" name="id" value=id /> })}
            {field(form, "title", "Title", "For example “Spring 2027”.", &fields.title, "text")}
            <div class="exam-cols">
                <Select
                    id="ly-program"
                    name="offering[program]"
                    label="Program"
                    options=programs
                    value=form.value("offering[program]", &fields.program)
                    error=form.error("program")
                />
                <Select
                    id="ly-cohort"
                    name="offering[cohort]"
                    label="Cohort"
                    hint="Accepted people become its members. Only for the program “Cohort”."
                    options=page.cohorts
                    value=form.value("offering[cohort]", &fields.cohort)
                    error=form.error("cohort")
                    required=false
                />
            </div>
            <TextArea
                id="ly-description"
                name="offering[description]"
                label="Description"
                hint="Shown to applicants: how it runs, and for whom it is."
                max_length=DESCRIPTION_CHARACTERS
                value=form.value("offering[description]", &fields.description)
                error=form.error("description")
            />
            <div class="exam-cols">
                {field(form, "price", "Price", "0 if it is free.", &fields.price, "text")}
                {field(form, "currency", "Currency", "Three letters, such as EUR.", &fields.currency, "text")}
            </div>
            <div class="exam-cols">
                {field(form, "starts_on", "First day", "", &fields.starts_on, "date")}
                {field(form, "ends_on", "Last day", "", &fields.ends_on, "date")}
            </div>
            <fieldset class="stack">
                <legend class="label">"Applications"</legend>
                <p class="soft">{format!("Times are in the time zone {}.", page.zone)}</p>
                <div class="exam-cols">
                    {field(form, "opens_at", "Open", "Leave blank to open at once.", &fields.opens_at, "datetime-local")}
                    {field(form, "closes_at", "Close", "Leave blank for no deadline.", &fields.closes_at, "datetime-local")}
                </div>
                <Switch
                    name="offering[needs_review]"
                    label="Applications are reviewed"
                    hint="Otherwise everyone gets a seat at once, as long as seats are free."
                    checked=needs_review
                />
            </fieldset>
            <fieldset class="stack">
                <legend class="label">"Seats"</legend>
                <div class="exam-cols">
                    {field(form, "capacity", "Number of seats", "Leave blank for no limit.", &fields.capacity, "number")}
                    {field(
                        form,
                        "offer_hours",
                        "Hours to accept a seat",
                        "A freed seat is kept this long for the next person on the waitlist.",
                        &fields.offer_hours,
                        "number",
                    )}
                    {field(
                        form,
                        "pay_days",
                        "Days to pay",
                        "An accepted seat that is not paid by then is freed.",
                        &fields.pay_days,
                        "number",
                    )}
                </div>
            </fieldset>
            {field(
                form,
                "joins_by",
                "Enrollment code",
                "4 to 24 letters and digits. It is the end of the link by which people join.",
                &fields.joins_by,
                "text",
            )}
            <div class="row">
                <Button busy=form.busy()>"Save"</Button>
                <Button kind=ButtonKind::Quiet href=back>
                    "Cancel"
                </Button>
            </div>
        </Form>
    }
    .erase()
}
