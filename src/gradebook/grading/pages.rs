//! Pages of grades: the rule and the columns of a course, one column, and a learner's own grade.

use std::collections::HashMap;

use leptos::{prelude::*, server_fn};
use leptos_router::hooks::use_query_map;
use server_fn::ServerFn;

use super::api::{
    AddGradeColumn, DeleteGradeColumn, SaveGradeEntries, SaveGrading, load_grade_column,
    load_grading, load_my_grade,
};
use super::{
    COLUMN_POINTS, COLUMN_TITLE, GradeColumnPage, GradePart, GradingPage, ManualColumn,
    ManualEntry, MyGradePage, MyResult, grade_column_path, grading_path, points_field,
};
use crate::paths::my_grade_path;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Column, Crumb, EmptyState, Erase, Field, Form, FormState,
    Language, Notice, Page, Pagination, Table, loaded, page_resource, path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub fn grading_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_grading);
    let (rule, add) = (
        FormState::of(SaveGrading::PATH),
        FormState::of(AddGradeColumn::PATH),
    );
    view! { <Page title="Grading">{loaded(page, move |page| grading(page, rule, add))}</Page> }
        .erase()
}

fn grading(page: GradingPage, rule: FormState, add: FormState) -> AnyView {
    let inside = view! {
        {rule_form(&page, rule)}
        {columns(&page)}
        {column_form(&page, add)}
    };
    frame_below(
        &page.course_slug,
        &page.course_title,
        Area::Learners,
        TeachHeading::task("Grading"),
        inside.erase(),
    )
}

fn rule_form(page: &GradingPage, form: FormState) -> AnyView {
    let rule = page.rule.as_ref();
    let weights = GradePart::ALL.map(|part| {
        let stored = rule.map_or(0, |rule| rule.weight(part)).to_string();
        view! {
            <Field
                name=part.field()
                label=part.label()
                value=form.value(part.field(), &stored)
                error=form.error(part.field())
                required=true
                autocomplete="off"
            />
        }
    });
    let dropped = rule.map_or(0, |rule| rule.drop_lowest).to_string();
    let weights = weights.collect_view();
    let course = page.course_slug.clone();
    view! {
        <Form form=form class="stack bank-settings">
            <input type="hidden" name="course" value=course />
            <h2>"Weights"</h2>
            <p class="soft">
                "A grade is the weighted mean of the results so far. Only the ratios of the weights matter, and a part without results does not count yet. Work that was not handed in in time counts as 0. With all weights at 0 the course has no grade."
            </p>
            {form.said("Saved.")}
            <div class="bank-fields">
                {weights}
                <Field
                    name="drop_lowest"
                    label="Lowest quiz results to leave out"
                    value=form.value("drop_lowest", &dropped)
                    error=form.error("drop_lowest")
                    hint="At least one quiz result always counts."
                    required=true
                    autocomplete="off"
                />
            </div>
            <div class="form-foot">
                <Button busy=form.busy()>"Save weights"</Button>
            </div>
        </Form>
    }
    .erase()
}

fn columns(page: &GradingPage) -> AnyView {
    let heads = vec![
        Column::new("Column"),
        Column::new("Points").figures(),
        Column::new("Learners with points").figures(),
    ];
    let rows = page.columns.iter().map(|column| {
        let ManualColumn {
            column_id,
            title,
            max_points,
            filled,
        } = column.clone();
        view! {
            <tr>
                <th scope="row">
                    <a href=grade_column_path(&page.course_slug, column_id, 0)>{title}</a>
                </th>
                <td class="r" data-label="Points">
                    {max_points}
                </td>
                <td class="r" data-label="Learners with points">
                    {filled}
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let table = match page.columns.is_empty() {
        true => view! {
            <EmptyState
                title="No columns of your own"
                text="Add one for what happens outside the site, such as a talk or taking part."
            />
        }
        .erase(),
        false => view! {
            <Table label="Columns of your own" columns=heads stacks=true>
                {rows}
            </Table>
        }
        .erase(),
    };
    view! {
        <h2>"Columns of your own"</h2>
        {table}
    }
    .erase()
}

fn column_form(page: &GradingPage, form: FormState) -> AnyView {
    let course = page.course_slug.clone();
    view! {
        <Form form=form class="stack bank-settings">
            <input type="hidden" name="course" value=course />
            <div class="bank-fields">
                <Field
                    name="title"
                    label="Title"
                    value=form.value("title", "")
                    error=form.error("title")
                    max_length=COLUMN_TITLE
                    required=true
                    autocomplete="off"
                />
                <Field
                    name="max_points"
                    label="Most points"
                    value=form.value("max_points", "100")
                    error=form.error("max_points")
                    hint=format!("1 to {COLUMN_POINTS}")
                    required=true
                    autocomplete="off"
                />
            </div>
            <div class="form-foot">
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Add column"
                </Button>
            </div>
        </Form>
    }
    .erase()
}

pub fn grade_column_page() -> AnyView {
    let (course, column, number) = (
        path_part("course"),
        path_part("column"),
        query_value("page"),
    );
    let page = page_resource(
        move || (course.get(), column.get(), number.get()),
        |(course, column, number)| async move {
            let number: u32 = number.parse().unwrap_or(1);
            load_grade_column(course, column, number.saturating_sub(1)).await
        },
    );
    let save = FormState::of(SaveGradeEntries::PATH);
    let delete = FormState::of(DeleteGradeColumn::PATH);
    view! { <Page title="Grading">{loaded(page, move |page| grade_column(page, save, delete))}</Page> }
        .erase()
}

fn grade_column(page: GradeColumnPage, save: FormState, delete: FormState) -> AnyView {
    let GradeColumnPage {
        course_slug: course,
        course_title,
        column,
        entries,
        page: number,
        has_more,
    } = page;
    let id = column.column_id;
    let previous = match number {
        0 => String::new(),
        number => grade_column_path(&course, id, number - 1),
    };
    let next = match has_more {
        true => grade_column_path(&course, id, number + 1),
        false => String::new(),
    };
    let heading = TeachHeading::name(column.title.clone()).below("Grading", grading_path(&course));
    let form = match entries.is_empty() {
        true => view! { <EmptyState title="No learners yet" text="Learners appear here once they enroll." /> }.erase(),
        false => entries_form(&course, &column, entries, save),
    };
    let of_course = course.clone();
    let inside = view! {
        {form}
        <Pagination previous=previous next=next />
        <details>
            <summary>"Delete this column"</summary>
            <Form form=delete class="stack">
                <p>"Its points are deleted, too. The audit log keeps them."</p>
                <input type="hidden" name="course" value=of_course />
                <input type="hidden" name="column" value=id.to_string() />
                <div>
                    <Button kind=ButtonKind::Danger busy=delete.busy()>
                        "Delete column"
                    </Button>
                </div>
            </Form>
        </details>
    };
    frame_below(
        &course,
        &course_title,
        Area::Learners,
        heading,
        inside.erase(),
    )
}

fn entries_form(
    course: &str,
    column: &ManualColumn,
    entries: Vec<ManualEntry>,
    form: FormState,
) -> AnyView {
    let heads = vec![
        Column::new("Learner"),
        Column::new(format!("Points of {}", column.max_points)),
    ];
    let rows = entries.into_iter().map(|entry| {
        let name = points_field(entry.user_id);
        let (error, value) = (form.error(&name), form.value(&name, &entry.points));
        let label = format!("Points of {}", entry.name);
        view! {
            <tr>
                <th scope="row">
                    <bdi>{entry.name}</bdi>
                    " "
                    <span class="soft">{entry.email}</span>
                </th>
                <td class="grade-points">
                    <Field id=format!("ly-{name}") name=name label=label value=value error=error unmarked=true autocomplete="off" />
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let (course, column) = (course.to_owned(), column.column_id.to_string());
    view! {
        <Form form=form class="stack grade-entries" guards=true>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="column" value=column />
            {form.said("Saved.")}
            <Table label="Points" columns=heads>
                {rows}
            </Table>
            <div class="form-foot">
                <Button busy=form.busy()>"Save points"</Button>
            </div>
        </Form>
    }
    .erase()
}

pub fn my_grade_page() -> AnyView {
    let course = path_part("course");
    let asked = Memo::new(|_| supposed());
    let page = page_resource(
        move || (course.get(), asked.get()),
        |(course, supposed)| load_my_grade(course, supposed.into_iter().collect()),
    );
    view! { <Page title="Grade">{loaded(page, my_grade)}</Page> }.erase()
}

/// Reads the supposed results from the page's address.
fn supposed() -> Vec<(String, String)> {
    let filled = |(_, value): &(String, String)| !value.is_empty();
    let pairs: HashMap<String, String> = use_query_map()
        .get()
        .into_iter()
        .map(|(name, value)| (name.into_owned(), value))
        .filter(filled)
        .collect();
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort();
    pairs
}

fn my_grade(page: MyGradePage) -> AnyView {
    let language = page.course_title.language.clone();
    let percent = |grade: Option<i32>| grade.map_or("–".to_owned(), |grade| format!("{grade}%"));
    let head = match (&page.rule, page.grade) {
        (None, _) => "Your tutors have set no rule for a grade. These are your results.".to_owned(),
        (_, None) => "There are no results that count yet.".to_owned(),
        (_, Some(grade)) => format!("Your grade so far: {grade}%"),
    };
    let dropped = page.rule.as_ref().map_or(0, |rule| rule.drop_lowest);
    let dropped = match dropped {
        0 => None,
        1 => Some("Your lowest quiz result does not count.".to_owned()),
        count => Some(format!("Your {count} lowest quiz results do not count.")),
    };
    let supposed = page.supposed.is_some().then(|| {
        let said = format!(
            "With the results that you suppose: {}",
            percent(page.supposed)
        );
        view! { <Notice>{said}</Notice> }
    });
    let parts = GradePart::ALL.map(|part| {
        let results: Vec<MyResult> = (page.results.iter())
            .filter(|result| result.part == part)
            .cloned()
            .collect();
        let weight = page.rule.as_ref().map(|rule| {
            let all: i32 = rule.weights.iter().sum();
            100 * rule.weight(part) / all.max(1)
        });
        (!results.is_empty()).then(|| my_part(part, weight, results, &language))
    });
    let foot = page.rule.is_some().then(|| {
        view! {
            <p class="soft">
                "Type the results that you expect, or hope for, and see which grade they would give. Nothing is stored."
            </p>
            <div class="row">
                <Button kind=ButtonKind::Secondary>"What would my grade be?"</Button>
            </div>
        }
    });
    let slug = page.course_slug.clone();
    view! {
        <div class="narrow stack">
            <Breadcrumbs trail=vec![
                page.course_title.crumb(format!("/learn/{slug}")),
                Crumb::new("Grade", ""),
            ] />
            <h1>"Grade"</h1>
            <p role="status">
                <strong>{head}</strong>
            </p>
            {dropped.map(|said| view! { <p class="soft">{said}</p> })}
            {supposed}
            <form class="stack" method="get" action=my_grade_path(&slug)>
                {parts.into_iter().flatten().collect_view()}
                {foot}
            </form>
        </div>
    }
    .erase()
}

fn my_part(
    part: GradePart,
    weight: Option<i32>,
    results: Vec<MyResult>,
    language: &Language,
) -> AnyView {
    let title = match part {
        GradePart::Columns => "Other results",
        part => part.label(),
    };
    let can_suppose = weight.is_some_and(|weight| weight > 0);
    let heads = vec![
        Column::new("Result of"),
        Column::new("Result").figures(),
        Column::new(if can_suppose { "Suppose (%)" } else { "" }),
    ];
    let rows = results.into_iter().map(|result| {
        let label = format!("Suppose a result of {} in percent", result.title);
        let name = match result.is_content {
            true => language.inline(result.title).erase(),
            false => result.title.into_view().erase(),
        };
        let field = can_suppose.then(|| {
            view! {
                <input
                    class="input"
                    type="number"
                    min="0"
                    max="100"
                    name=result.key
                    value=result.supposed
                    aria-label=label
                    autocomplete="off"
                />
            }
        });
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="r">{result.shown}</td>
                <td>{field}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let weight = weight
        .map(|weight| view! { <span class="soft">{format!("{weight}% of the grade")}</span> });
    view! {
        <section class="stack">
            <h2 class="row">{title} {weight}</h2>
            <Table label=title columns=heads>
                {rows}
            </Table>
        </section>
    }
    .erase()
}
