//! Form that creates or changes a cohort.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::cohort::teach::api::{SaveCohort, load_cohort_form};
use crate::cohort::teach::{COHORT_TITLE_CHARACTERS, CohortForm, cohort_path};
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Page, Select, Switch, loaded, page_resource,
    path_part,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Pages `/teach/COURSE/cohorts/new` and `/teach/COURSE/cohorts/ID/edit`.
pub fn cohort_form_page() -> AnyView {
    let (course, cohort) = (path_part("course"), path_part("cohort"));
    let page = page_resource(
        move || (course.get(), cohort.get()),
        |(course, cohort)| load_cohort_form(course, cohort),
    );
    let state = FormState::of(SaveCohort::PATH);
    let show = move |page: CohortForm| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = match &page.cohort {
            Some((id, title)) => {
                TeachHeading::task("Edit cohort").below(title.clone(), cohort_path(&course, *id))
            }
            None => TeachHeading::task("New cohort"),
        };
        let inside = form(page, &course, state);
        frame_below(&course, &title, Area::Cohorts, heading, inside)
    };
    view! { <Page title="Cohort">{loaded(page, show)}</Page> }.erase()
}

fn form(page: CohortForm, course: &str, form: FormState) -> AnyView {
    let (id, back) = match page.cohort {
        Some((id, _)) => (Some(id.to_string()), cohort_path(course, id)),
        None => (None, Area::Cohorts.path(course)),
    };
    let fields = page.fields;
    // A switch that is off sends nothing, so an empty value means off once the form was sent.
    let is_active = match form.value("course", "").is_empty() {
        true => fields.is_active.is_some(),
        false => !form.value("cohort[is_active]", "").is_empty(),
    };
    let zones = page.zones.into_iter().map(|zone| (zone.clone(), zone));
    let course = course.to_owned();
    view! {
        <Form form=form class="stack cohort-form">
            <input type="hidden" name="course" value=course />
            {id.map(|id| view! { <input type="hidden" name="id" value=id /> })}
            <Field
                id="ly-title"
                name="cohort[title]"
                label="Title"
                hint="Members see it, for example “Autumn 2026”."
                value=form.value("cohort[title]", &fields.title)
                error=form.error("title")
                max_length=COHORT_TITLE_CHARACTERS
                required=true
                autocomplete="off"
            />
            <div class="exam-cols">
                <Field
                    id="ly-start"
                    name="cohort[start_date]"
                    label="First day"
                    r#type="date"
                    hint="Members see only the cohort’s home before."
                    value=form.value("cohort[start_date]", &fields.start_date)
                    error=form.error("start_date")
                    required=true
                />
                <Field
                    id="ly-end"
                    name="cohort[end_date]"
                    label="Last day"
                    r#type="date"
                    hint="Afterwards members can read, but not post."
                    value=form.value("cohort[end_date]", &fields.end_date)
                    error=form.error("end_date")
                />
            </div>
            <Select
                id="ly-zone"
                name="cohort[time_zone]"
                label="Time zone of these days"
                value=form.value("cohort[time_zone]", &fields.time_zone)
                options=zones.collect()
                error=form.error("time_zone")
            />
            <Switch
                name="cohort[is_active]"
                label="Active"
                hint="Members of an inactive cohort have no access through it."
                checked=is_active
            />
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
