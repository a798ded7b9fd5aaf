//! Page on which tutors say when modules open, and give a batch or a member other times of exams,
//! cold calls and exercises.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{SaveSchedule, load_schedule};
use super::{RuleKind, SchedulePage, ScheduledItem, ScheduledModule, schedule_path};
use crate::cohort::teach::cohort_path;
use crate::platform::ids::CohortId;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Notice, Page, Select, Tone, loaded,
    page_resource, path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/teach/COURSE/cohorts/ID/schedule`.
pub fn schedule_page() -> AnyView {
    let (course, cohort, whom) = (path_part("course"), path_part("cohort"), query_value("for"));
    let page = page_resource(
        move || (course.get(), cohort.get(), whom.get()),
        |(course, cohort, whom)| {
            let cohort = CohortId(cohort.parse().unwrap_or_default());
            load_schedule(course, cohort, whom)
        },
    );
    let form = FormState::of(SaveSchedule::PATH);
    let done = query_value("done");
    let show = move |page: SchedulePage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let above = cohort_path(&course, page.cohort_id);
        let heading = TeachHeading::task("Schedule").below(page.cohort_title.clone(), above);
        let inside = view! {
            {move || (done.get() == "saved").then(|| view! { <Notice tone=Tone::Ok>"The schedule is saved."</Notice> })}
            {schedule(page, &course, form)}
        };
        frame_below(&course, &title, Area::Cohorts, heading, inside.erase())
    };
    view! { <Page title="Schedule">{loaded(page, show)}</Page> }.erase()
}

fn schedule(page: SchedulePage, course: &str, form: FormState) -> AnyView {
    let cohort = page.cohort_id;
    let is_whole = page.whom.is_empty();
    let scopes = std::iter::once((String::new(), "Whole cohort".to_owned())).chain(
        page.batches
            .iter()
            .map(|batch| (format!("batch-{batch}"), format!("Batch {batch}"))),
    );
    let chips = scopes
        .map(|(whom, label)| {
            let here = whom == page.whom;
            view! {
                <a class="chip" href=schedule_path(course, cohort, &whom) aria-current=here.then_some("true")>
                    {label}
                </a>
            }
        })
        .collect_view();
    let lookup = schedule_path(course, cohort, "");
    let email = page.whom.contains('@').then(|| page.whom.clone());
    let members = page.members.into_iter();
    let members = members
        .map(|email| view! { <option value=email></option> })
        .collect_view();
    let modules = page.modules.into_iter().enumerate();
    let modules = modules
        .map(|(row, it)| module(it, row, is_whole, form))
        .collect_view();
    let own_times = [
        own_times("exams", "Exams", page.exams, form),
        own_times("cold_calls", "Cold calls", page.cold_calls, form),
        own_times("exercises", "Exercises", page.exercises, form),
    ];
    let course_field = course.to_owned();
    view! {
        <p class="soft">
            {page.days}
            ". A module opens once its gate is passed, and not before the day that is set here. Rules for a member come before those for a batch, and these before those for the cohort."
        </p>
        <div class="chips" role="group" aria-label="Rules for">
            {chips}
        </div>
        <form class="row" method="get" action=lookup>
            <Field
                id="ly-for"
                name="for"
                label="One member"
                r#type="email"
                placeholder="Email of a member"
                value=email.unwrap_or_default()
                required=true
                autocomplete="off"
                list="ly-members"
            />
            <datalist id="ly-members">{members}</datalist>
            <Button kind=ButtonKind::Secondary>"Show"</Button>
        </form>
        <Form form=form class="stack cohort-schedule">
            <h2>{format!("For {}", page.said)}</h2>
            <input type="hidden" name="course" value=course_field />
            <input type="hidden" name="cohort" value=cohort.to_string() />
            <input type="hidden" name="whom" value=page.whom />
            {modules}
            {own_times}
            <div class="row">
                <Button busy=form.busy()>"Save"</Button>
            </div>
        </Form>
    }
    .erase()
}

fn module(it: ScheduledModule, row: usize, is_whole: bool, form: FormState) -> AnyView {
    let kinds = RuleKind::ALL
        .into_iter()
        .filter(|kind| !is_whole || *kind != RuleKind::Inherited);
    let kinds = kinds.map(|kind| (kind.name().to_owned(), kind.label().to_owned()));
    let name = |field: &str| format!("rules[{row}][{field}]");
    let value = |field: &str, stored: &str| form.value(&name(field), stored);
    let number = it.rule.module_no;
    let opens = match it.opens {
        Some(day) => format!("Opens on {day} at the earliest."),
        None => "Opens by its gate alone.".to_owned(),
    };
    view! {
        <fieldset class="cohort-rule">
            <legend class="label">{format!("Module {number}: {}", it.title)}</legend>
            <input type="hidden" name=name("module_no") value=number.to_string() />
            <div class="exam-cols">
                <Select
                    id=format!("ly-kind-{row}")
                    name=name("kind")
                    label="Opens"
                    value=value("kind", it.rule.kind.name())
                    options=kinds.collect()
                />
                <Field
                    id=format!("ly-date-{row}")
                    name=name("date")
                    label="Date"
                    r#type="date"
                    value=value("date", &it.rule.date)
                />
                <Field
                    id=format!("ly-days-{row}")
                    name=name("days")
                    label="Days after the start"
                    r#type="number"
                    value=value("days", &it.rule.days)
                    autocomplete="off"
                />
            </div>
            <p class="soft">{opens}</p>
        </fieldset>
    }
    .erase()
}

/// Fields of the exams, cold calls or exercises that a batch or a member may have at other times.
/// `list` is their name in the form.
fn own_times(
    list: &'static str,
    title: &'static str,
    items: Vec<ScheduledItem>,
    form: FormState,
) -> AnyView {
    if items.is_empty() {
        return ().erase();
    }
    let has_own =
        |item: &ScheduledItem| !item.times.opens_at.is_empty() || !item.times.closes_at.is_empty();
    let own = items.iter().filter(|item| has_own(item)).count();
    let is_open = own > 0;
    let hint = match list {
        "exams" => {
            "Leave a time empty to keep that of the others. Results that wait until an exam closes wait for the latest of these times."
        }
        _ => "Leave a time empty to keep that of the others.",
    };
    let summary = match own {
        0 => title.to_owned(),
        own => format!("{title} ({own} with other times)"),
    };
    let items = items.into_iter().enumerate();
    let items = items
        .map(|(row, item)| own_time(list, row, item, form))
        .collect_view();
    view! {
        <details class="cohort-add" open=is_open>
            <summary>{summary}</summary>
            <p class="soft">
                {hint}
            </p>
            {items}
        </details>
    }
    .erase()
}

fn own_time(list: &'static str, row: usize, item: ScheduledItem, form: FormState) -> AnyView {
    let name = |field: &str| format!("{list}[{row}][{field}]");
    let field = |field: &'static str, label: &'static str, stored: &str| {
        view! {
            <Field
                id=format!("ly-{list}-{field}-{row}")
                name=name(field)
                label=label
                r#type="datetime-local"
                value=form.value(&name(field), stored)
            />
        }
    };
    let times = match list {
        "exercises" => field("closes_at", "Due", &item.times.closes_at).erase(),
        _ => view! {
            {field("opens_at", "Opens", &item.times.opens_at)}
            {field("closes_at", "Closes", &item.times.closes_at)}
        }
        .erase(),
    };
    view! {
        <fieldset class="cohort-rule">
            <legend class="label">{format!("{}. {}", row + 1, item.title)}</legend>
            <input type="hidden" name=name("id") value=item.times.id.clone() />
            <div class="exam-cols">{times}</div>
            <p class="soft">{item.said}</p>
        </fieldset>
    }
    .erase()
}
