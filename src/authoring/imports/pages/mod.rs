//! Page `/teach/courses/import`, on which an admin imports a course, and the form that copies one.

mod copy;
mod preview;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

pub use self::copy::copy_form;
use self::preview::preview;
use crate::authoring::SLUG_CHARACTERS;
use crate::authoring::imports::api::{
    ConfirmCourseImport, DiscardCourseImport, load_course_import,
};
use crate::authoring::imports::{COURSE_UPLOAD, CourseImportPage, ZIP_BYTES};
use crate::platform::figures;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Erase, Field, FormState, Notice, Page, Tone, loaded,
    page_resource, query_value,
};

pub fn course_import_page() -> AnyView {
    let named = query_value("preview");
    let page = page_resource(move || named.get(), load_course_import);
    let upload = FormState::of(COURSE_UPLOAD);
    let confirm = FormState::of(ConfirmCourseImport::PATH);
    let discard = FormState::of(DiscardCourseImport::PATH);
    let show = move |page: CourseImportPage| {
        let trail = vec![
            ("Teaching".to_owned(), "/teach".to_owned()),
            ("Import a course".to_owned(), String::new()),
        ];
        let problems = (!page.problems.is_empty()).then(|| problems(page.problems));
        let inside = match page.preview {
            Some(found) => preview(found, confirm, discard),
            None => upload_form(upload),
        };
        view! {
            <div class="wide teach">
                <Breadcrumbs trail=trail />
                <h1>"Import a course"</h1>
                {problems}
                {inside}
            </div>
        }
        .erase()
    };
    view! { <Page title="Import a course">{loaded(page, show)}</Page> }.erase()
}

fn problems(problems: Vec<String>) -> AnyView {
    let problems = problems.into_iter();
    let problems = problems.map(|problem| view! { <span class="bank-problem">{problem}</span> });
    view! {
        <Notice tone=Tone::Danger title="Nothing was imported">
            {problems.collect_view()}
        </Notice>
    }
    .erase()
}

fn upload_form(upload: FormState) -> AnyView {
    let hint = format!(
        "A zip of at most {}, with a course.toml or a book.toml.",
        figures::megabytes(ZIP_BYTES)
    );
    view! {
        <form class="stack course-form" method="post" action=COURSE_UPLOAD enctype="multipart/form-data">
            <p class="soft">
                "A course in the native format, such as a downloaded one, or an mdBook. You see everything that changes before anything is stored."
            </p>
            <div class="control">
                <label class="control-label" for="ly-file">
                    "File"
                </label>
                <input
                    class="input"
                    id="ly-file"
                    type="file"
                    name="file"
                    accept=".zip,application/zip"
                    aria-describedby="ly-file-hint"
                    required
                />
                <p class="hint" id="ly-file-hint">
                    {hint}
                </p>
            </div>
            <Field
                id="ly-slug"
                name="slug"
                label="Name in addresses"
                hint="Leave it empty to use the course’s own. If a course has this name already, the import changes that course."
                value=upload.value("slug", "")
                error=upload.error("slug")
                max_length=SLUG_CHARACTERS
                autocomplete="off"
            />
            <div class="row">
                <Button>"Preview import"</Button>
                <Button kind=ButtonKind::Quiet href="/teach">
                    "Cancel"
                </Button>
            </div>
        </form>
    }
    .erase()
}
