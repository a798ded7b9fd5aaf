//! The form that uploads a question file, the preview of the changes, and the report of the import.

mod lists;
mod preview;

use leptos::prelude::*;

use self::lists::{left_out, list};
use self::preview::PreviewForms;
use crate::course::QuestionPurpose;
use crate::platform::figures;
use crate::platform::ui::{
    Button, Erase, FormState, Meter, Notice, Page, PageResource, Select, TextArea, Tone, loaded,
    page_resource, path_part, query_value,
};
use crate::question_bank::authoring::api::load_import;
use crate::question_bank::authoring::{
    AS_IN_FILE, Import, ImportPage, ImportReport, ImportState, SAMPLES,
};
use crate::question_bank::limits::{MAX_BYTES, MAX_FILE_BYTES, MAX_QUESTIONS};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Address of uploads.
const UPLOAD: &str = "/uploads/questions";

pub fn question_import_page() -> AnyView {
    let (course, named) = (path_part("course"), query_value("import"));
    let (preview, same_name) = (query_value("preview"), query_value("same_name"));
    let page = page_resource(
        move || (course.get(), named.get(), preview.get(), same_name.get()),
        |(course, named, preview, same_name)| load_import(course, named, preview, same_name),
    );
    let upload = FormState::of(UPLOAD);
    let forms = PreviewForms::of();
    let show = move |found: ImportPage| {
        let course = course.get_untracked();
        let title = found.course_title.clone();
        let is_running = |import: &&Import| matches!(import.state, ImportState::Running);
        let heading = TeachHeading::task(match found.preview {
            Some(_) => "Preview import",
            None => "Import questions",
        });
        let inside = match found.import.as_ref().filter(is_running) {
            Some(import) => {
                look_again(page);
                running(&course, import)
            }
            None => match found.preview {
                Some(found) => preview::preview(&course, found, forms),
                None => import(&course, found, upload),
            },
        };
        frame_below(&course, &title, Area::Questions, heading, inside)
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

fn import(course: &str, page: ImportPage, upload: FormState) -> AnyView {
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
    let problems = (!page.problems.is_empty()).then(|| {
        let problems = page.problems.into_iter();
        let problems =
            problems.map(|problem| view! { <span class="bank-problem">{problem}</span> });
        view! {
            <Notice tone=Tone::Danger title=problem_title focused=true>
                {problems.collect_view()}
            </Notice>
        }
    });
    let finished = page
        .import
        .filter(|import| import.state == ImportState::Finished);
    view! {
        {problems}
        {finished.map(|done| report(course, done.report))}
        <form class="stack bank-import" method="post" action=UPLOAD enctype="multipart/form-data">
            <p class="soft">
                "Import GIFT, Moodle XML, QTI 2.0 to 3.0 (an item or a package), or a quiz of an mdBook. You see what the file changes before anything is imported."
            </p>
            {samples()}
            <input type="hidden" name="course" value=course.to_owned() />
            <div class="bank-fields">
                <Select
                    name="place"
                    label="Topic"
                    value=upload.value("place", "")
                    options=page.places
                    error=upload.error("place")
                />
                <Select
                    name="purpose"
                    label="Use in"
                    value=upload.value("purpose", AS_IN_FILE)
                    options=purposes
                    error=upload.error("purpose")
                />
            </div>
            {file(upload)}
            <details class="bank-paste" open=!upload.value("pasted", "").is_empty()>
                <summary>"Or paste questions"</summary>
                <div class="bank-program">
                    <TextArea
                        name="pasted"
                        label="Questions"
                        hint="In one of the formats above, without pictures."
                        value=upload.value("pasted", "")
                    />
                </div>
            </details>
            <div class="form-foot">
                <Button>"Preview import"</Button>
                <a href=Area::Questions.path(course)>"Back to questions"</a>
            </div>
        </form>
    }
    .erase()
}

fn samples() -> AnyView {
    let links = SAMPLES.map(|(name, format)| {
        view! {
            <li>
                <a href=format!("/samples/{name}") download rel="external">
                    {format}
                </a>
            </li>
        }
    });
    view! {
        <div class="bank-samples">
            <span class="soft" id="ly-samples">
                "Samples to download:"
            </span>
            <ul aria-labelledby="ly-samples">{links.into_iter().collect_view()}</ul>
        </div>
    }
    .erase()
}

/// The field for the file. Browsers take files that are dropped on it; scripts only show that.
fn file(upload: FormState) -> AnyView {
    let error = upload.error("file");
    let is_over = RwSignal::new(false);
    let described = move || match error.with(Option::is_some) {
        true => "ly-file-error ly-file-hint",
        false => "ly-file-hint",
    };
    view! {
        <div class="control" class:invalid=move || error.with(Option::is_some)>
            <label class="control-label" for="ly-file">
                "File"
            </label>
            <div
                class="bank-drop"
                class:over=move || is_over.get()
                on:dragenter=move |_| is_over.set(true)
                on:dragleave=move |_| is_over.set(false)
                on:drop=move |_| is_over.set(false)
            >
                <span aria-hidden="true">"Drop a file here, or choose one."</span>
                <input
                    id="ly-file"
                    type="file"
                    name="file"
                    accept=".gift,.txt,.xml,.zip,.toml"
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=described
                />
            </div>
            <p class="error" id="ly-file-error" hidden=move || error.with(Option::is_none)>
                {move || error.get()}
            </p>
            <p class="hint" id="ly-file-hint">
                {format!(
                    "At most {} questions, and {} with pictures ({} without).",
                    figures::number(MAX_QUESTIONS),
                    figures::megabytes(MAX_FILE_BYTES),
                    figures::megabytes(MAX_BYTES),
                )}
            </p>
        </div>
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
    view! {
        <section class="stack">
            <Notice tone=Tone::Ok title=report.file>
                {said}
            </Notice>
            {lists}
            {left_out(report.left_out)}
            <p>
                <a href=Area::Questions.path(course)>"View questions"</a>
            </p>
        </section>
    }
    .erase()
}
