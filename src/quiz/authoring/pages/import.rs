//! Questions from a file: the form that sends it, and what became of the last one, item by item.

use leptos::prelude::*;

use crate::platform::ui::{
    Button, Column, Erase, Notice, Page, Select, Table, Tone, loaded, page_resource, path_part,
};
use crate::quiz::QuestionPurpose;
use crate::quiz::authoring::api::load_import;
use crate::quiz::authoring::{AS_IN_FILE, ImportPage, ImportReport};
use crate::teaching::{Area, pages::frame};

pub fn question_import_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_import);
    let show = move |page: ImportPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        frame(&course, &title, Area::Questions, import(&course, page))
    };
    view! { <Page title="Import questions">{loaded(page, show)}</Page> }.erase()
}

fn import(course: &str, page: ImportPage) -> AnyView {
    let named = |purpose: QuestionPurpose| (purpose.name().to_owned(), purpose.label().to_owned());
    let as_in_file = (
        AS_IN_FILE.to_owned(),
        "As the file says, else quiz".to_owned(),
    );
    let purposes: Vec<(String, String)> = std::iter::once(as_in_file)
        .chain(QuestionPurpose::ALL.map(named))
        .collect();
    let problem = page.problem.map(|problem| {
        view! {
            <Notice tone=Tone::Danger title="Nothing was imported">
                {problem}
            </Notice>
        }
    });
    view! {
        {problem}
        {page.report.map(|done| report(course, done))}
        <form class="stack bank-import" method="post" action="/uploads/questions" enctype="multipart/form-data">
            <h2>"Import questions"</h2>
            <p class="soft">
                "GIFT, Moodle XML, QTI 2.2 or 3.0 as an item or a package, or the quiz of an mdBook. What can't be taken over is listed, and the rest is imported. The same file for the same topic updates its questions, and questions that were exported here are known again wherever they are; those that were edited here stay as they are."
            </p>
            <input type="hidden" name="course" value=course.to_owned() />
            <Select name="place" label="What they are about" value=page.place options=page.places />
            <Select name="purpose" label="What they are for" value=page.purpose options=purposes />
            <div class="control">
                <label class="control-label" for="ly-file">
                    "File"
                </label>
                <input class="input" id="ly-file" type="file" name="file" accept=".gift,.txt,.xml,.zip,.toml" aria-describedby="ly-file-hint" required />
                <p class="hint" id="ly-file-hint">
                    "20 MB at most with its pictures, 5 MB without them."
                </p>
            </div>
            <div class="form-foot">
                <Button>"Import"</Button>
                <a href=Area::Questions.path(course)>"Back to the questions"</a>
            </div>
        </form>
    }
    .erase()
}

fn report(course: &str, report: ImportReport) -> AnyView {
    let said = format!(
        "{} added, {} updated, {} unchanged, {} kept as edited here, {} left out.",
        report.added,
        report.updated,
        report.unchanged,
        report.kept.len(),
        report.left_out.len()
    );
    let lists = [
        ("Updated, as they were before", report.overwritten),
        ("Kept as edited here", report.kept),
        (
            "Not in the file any more, and still in use here",
            report.missing,
        ),
    ]
    .into_iter()
    .map(|(title, prompts)| list(title, prompts))
    .collect_view();
    let left_out = (!report.left_out.is_empty()).then(|| {
        let rows = report
            .left_out
            .into_iter()
            .map(|(item, why)| {
                view! {
                    <tr>
                        <td>{item}</td>
                        <td>{why}</td>
                    </tr>
                }
            })
            .collect_view();
        let columns = vec![Column::new("Left out"), Column::new("Why")];
        view! { <Table label="What was left out" columns=columns>{rows}</Table> }
    });
    view! {
        <section class="stack">
            <Notice tone=Tone::Ok title=report.file>
                {said}
            </Notice>
            {lists}
            {left_out}
            <p>
                <a href=Area::Questions.path(course)>"See the questions"</a>
            </p>
        </section>
    }
    .erase()
}

fn list(title: &'static str, prompts: Vec<String>) -> Option<AnyView> {
    if prompts.is_empty() {
        return None;
    }
    let lines = prompts
        .into_iter()
        .map(|prompt| view! { <li>{prompt}</li> })
        .collect_view();
    Some(
        view! {
            <h3>{title}</h3>
            <ul>{lines}</ul>
        }
        .erase(),
    )
}
