//! The form that imports questions from a file, and the report of the last import.

use leptos::prelude::*;

use crate::course::QuestionPurpose;
use crate::platform::figures;
use crate::platform::ui::{
    Button, Column, Erase, Meter, Notice, Page, PageResource, Select, Table, Tone, loaded,
    page_resource, path_part, query_value,
};
use crate::question_bank::authoring::api::load_import;
use crate::question_bank::authoring::{
    AS_IN_FILE, Import, ImportPage, ImportReport, ImportState, LeftOutGroup,
};
use crate::question_bank::limits::{MAX_BYTES, MAX_FILE_BYTES, MAX_QUESTIONS};
use crate::teaching::{Area, pages::frame};

pub fn question_import_page() -> AnyView {
    let (course, named) = (path_part("course"), query_value("import"));
    let page = page_resource(
        move || (course.get(), named.get()),
        |(course, named)| load_import(course, named),
    );
    let show = move |found: ImportPage| {
        let course = course.get_untracked();
        let title = found.course_title.clone();
        let is_running = |import: &&Import| matches!(import.state, ImportState::Running);
        let inside = match found.import.as_ref().filter(is_running) {
            Some(import) => {
                look_again(page);
                running(&course, import)
            }
            None => import(&course, found),
        };
        frame(&course, &title, Area::Questions, inside)
    };
    view! { <Page title="Import questions">{loaded(page, show)}</Page> }.erase()
}

/// Refetches the page every two seconds while the import runs.
#[cfg(feature = "hydrate")]
fn look_again(page: PageResource<ImportPage>) {
    let soon = std::time::Duration::from_secs(2);
    if let Ok(handle) = set_timeout_with_handle(move || page.refetch(), soon) {
        on_cleanup(move || handle.clear());
    }
}

#[cfg(not(feature = "hydrate"))]
fn look_again(_: PageResource<ImportPage>) {}

/// Reloads the page every two seconds in browsers without JavaScript.
const RELOAD: &str = r#"<noscript><meta http-equiv="refresh" content="2"></noscript>"#;

fn running(course: &str, import: &Import) -> AnyView {
    let percent = import.done * 100 / import.total.max(1);
    let percent = u8::try_from(percent).unwrap_or(100);
    let said = format!("{} of {} questions", import.done, import.total);
    let file = import.report.file.clone();
    view! {
        <section class="stack">
            <h2>"Import questions"</h2>
            <div inner_html=RELOAD></div>
            <p>
                <b>{file}</b>
                " is being imported. You can leave this page; the import continues."
            </p>
            <Meter percent=percent label="Questions processed" />
            <p role="status">{said}</p>
            <p>
                <a href=format!("{}/import?import=new", Area::Questions.path(course))>
                    "Import another file"
                </a>
            </p>
        </section>
    }
    .erase()
}

fn import(course: &str, page: ImportPage) -> AnyView {
    let named = |purpose: QuestionPurpose| (purpose.name().to_owned(), purpose.label().to_owned());
    let as_in_file = (
        AS_IN_FILE.to_owned(),
        "Use the file’s setting (default: quiz)".to_owned(),
    );
    let purposes: Vec<(String, String)> = std::iter::once(as_in_file)
        .chain(QuestionPurpose::ALL.map(named))
        .collect();
    let problem_title = match &page.import {
        Some(_) => "The import has stopped",
        None => "Nothing was imported",
    };
    let problem = page.problem.map(|problem| {
        view! {
            <Notice tone=Tone::Danger title=problem_title>
                {problem}
            </Notice>
        }
    });
    let finished = page
        .import
        .filter(|import| import.state == ImportState::Finished);
    let same_names = [
        ("ask", "Compare the questions, and ask me if unclear"),
        ("update", "Update its questions (this is a new version)"),
        ("add", "Add the questions (this is another file)"),
    ];
    let same_names = same_names.map(|(value, label)| (value.to_owned(), label.to_owned()));
    view! {
        {problem}
        {finished.map(|done| report(course, done.report))}
        <form class="stack bank-import" method="post" action="/uploads/questions" enctype="multipart/form-data">
            <h2>"Import questions"</h2>
            <p class="soft">
                "Import GIFT, Moodle XML, QTI 2.0 to 3.0 (an item or a package), or a quiz of an mdBook. Questions that can’t be imported are listed with the reason, and the rest is imported. A new version of a file for the same topic updates its questions. Questions that were edited here stay as they are."
            </p>
            <input type="hidden" name="course" value=course.to_owned() />
            <input type="hidden" name="token" value=page.token />
            <Select name="place" label="Topic" value=page.place options=page.places />
            <Select name="purpose" label="Use in" value=page.purpose options=purposes />
            <div class="control">
                <label class="control-label" for="ly-file">
                    "File"
                </label>
                <input class="input" id="ly-file" type="file" name="file" accept=".gift,.txt,.xml,.zip,.toml" aria-describedby="ly-file-hint" required />
                <p class="hint" id="ly-file-hint">
                    {format!(
                        "At most {} questions, and {} with pictures ({} without).",
                        figures::number(MAX_QUESTIONS),
                        figures::megabytes(MAX_FILE_BYTES),
                        figures::megabytes(MAX_BYTES),
                    )}
                </p>
            </div>
            <Select
                name="same_name"
                label="If a file with this name was imported before"
                value=page.same_name
                options=same_names.to_vec()
            />
            <div class="form-foot">
                <Button>"Import"</Button>
                <a href=Area::Questions.path(course)>"Back to questions"</a>
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
        report.refused
    );
    let lists = [
        ("Updated (previous version)", report.overwritten),
        ("Kept as edited here", report.kept),
        ("No longer in the file, but still in use", report.missing),
    ]
    .into_iter()
    .map(|(title, prompts)| list(title, prompts))
    .collect_view();
    let (refused, noted): (Vec<LeftOutGroup>, Vec<LeftOutGroup>) =
        (report.left_out.into_iter()).partition(|group| group.is_refused);
    let refused = groups("Questions left out", refused);
    let noted = groups("Parts left out", noted);
    view! {
        <section class="stack">
            <Notice tone=Tone::Ok title=report.file>
                {said}
            </Notice>
            {lists}
            {refused}
            {noted}
            <p>
                <a href=Area::Questions.path(course)>"View questions"</a>
            </p>
        </section>
    }
    .erase()
}

/// A table of notes, one row for each reason.
fn groups(title: &'static str, groups: Vec<LeftOutGroup>) -> Option<AnyView> {
    if groups.is_empty() {
        return None;
    }
    let rows = groups
        .into_iter()
        .map(|group| {
            let more =
                (group.more > 0).then(|| view! { <p>{format!("and {} more", group.more)}</p> });
            let items = group
                .items
                .into_iter()
                .map(|item| view! { <li>{item}</li> });
            view! {
                <tr>
                    <td>
                        <ul>{items.collect_view()}</ul>
                        {more}
                    </td>
                    <td>{group.why}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![Column::new(title), Column::new("Why")];
    Some(view! { <Table label=title columns=columns>{rows}</Table> }.erase())
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
