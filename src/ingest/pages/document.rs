//! Page `/documents/DOCUMENT`: a document with its nuggets, and the text of one page beside them.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::super::api::{
    CancelIngestion, DeleteDocument, MakeDocumentCourse, RetryIngestion, load_document,
};
use super::super::{DOCUMENTS, DocumentPage, NuggetLine, ShownPage, document_page_path};
use super::nuggets::nugget_line;
use super::{came_back, job_line};
use crate::authoring::{SLUG_CHARACTERS, TITLE_CHARACTERS};
use crate::platform::ids::DocumentId;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Crumb, Erase, Field, Form, FormState, Notice, Page,
    Pagination, Tone, loaded, page_resource, path_part, query_now, query_value,
};
use crate::teaching::Area;

#[derive(Clone, Copy)]
struct OneDocumentForms {
    delete: FormState,
    course: FormState,
    cancel: FormState,
    retry: FormState,
}

pub fn document_page() -> AnyView {
    let id = path_part("document");
    let number = query_value("page");
    let page = page_resource(
        move || (id.get(), number.with(|number| number.parse().unwrap_or(1))),
        |(id, number): (String, i32)| load_document(id, number),
    );
    let forms = OneDocumentForms {
        delete: FormState::of(DeleteDocument::PATH),
        course: FormState::of(MakeDocumentCourse::PATH),
        cancel: FormState::of(CancelIngestion::PATH),
        retry: FormState::of(RetryIngestion::PATH),
    };
    view! { <Page title="Document">{loaded(page, move |page| document(page, forms))}</Page> }
        .erase()
}

fn document(page: DocumentPage, forms: OneDocumentForms) -> AnyView {
    let trail = vec![
        Crumb::new("Documents", DOCUMENTS),
        Crumb::new(page.title.clone(), ""),
    ];
    let same = (query_now("done") == "same").then(|| {
        view! { <Notice>"This document has the same content already, so nothing new was made."</Notice> }
    });
    let plural = if page.pages == 1 { "" } else { "s" };
    let about = format!(
        "{} · {} {}{plural} · read {}",
        page.format, page.pages, page.page_kind, page.read
    );
    let source = match page.source_url.clone() {
        Some(url) => {
            view! { <a href=url rel="external noopener"><bdi>{page.source.clone()}</bdi></a> }
                .erase()
        }
        None => view! { <bdi>{page.source.clone()}</bdi> }.erase(),
    };
    let notes = (!page.notes.is_empty()).then(|| {
        let notes = page.notes.clone().into_iter();
        let notes = notes
            .map(|note| view! { <span class="block">{note}</span> })
            .collect_view();
        view! {
            <Notice tone=Tone::Warn title="Not everything could be read">
                {notes}
            </Notice>
        }
    });
    let running = page.job.clone().filter(|job| job.status.is_running());
    let running = running.map(|job| {
        view! { <div class="documents-line">{job_line(job, forms.cancel, forms.retry)}</div> }
    });
    let course = page.is_admin.then(|| course(page.clone(), forms.course));
    let (id, kind, pages) = (page.id, page.page_kind.clone(), page.pages);
    let beside = page.shown.map(|shown| beside(shown, &kind, pages, id));
    let delete = forms.delete;
    view! {
        <Title text=page.title.clone() />
        <div class="wide stack documents">
            <Breadcrumbs trail=trail />
            <h1>
                <bdi>{page.title.clone()}</bdi>
            </h1>
            {same}
            <p class="soft">{about} " · " {source}</p>
            {running}
            {notes}
            {course}
            <div class="documents-beside">
                <section class="stack" aria-labelledby="ly-nuggets">
                    <h2 class="section-title" id="ly-nuggets">
                        {format!("Nuggets ({})", page.nuggets.len())}
                    </h2>
                    {nuggets(page.nuggets, id)}
                </section>
                {beside}
            </div>
            <details class="panel">
                <summary>"Delete this document"</summary>
                <Form form=delete>
                    <p>"Its nuggets are deleted too. Courses that were made of it stay."</p>
                    <input type="hidden" name="document" value=id.to_string() />
                    <div>
                        <Button kind=ButtonKind::Danger busy=delete.busy()>
                            "Delete document"
                        </Button>
                    </div>
                </Form>
            </details>
        </div>
    }
    .erase()
}

fn nuggets(nuggets: Vec<NuggetLine>, document: DocumentId) -> AnyView {
    if nuggets.is_empty() {
        return view! { <p class="soft">"No nuggets are in use."</p> }.erase();
    }
    let lines = nuggets.into_iter().map(|line| {
        let place = line
            .page_from
            .map(|page| document_page_path(document, page));
        nugget_line(line, place)
    });
    let lines = lines.collect_view();
    view! { <ul class="documents-list">{lines}</ul> }.erase()
}

/// The text of a page beside the nuggets.
fn beside(shown: ShownPage, kind: &str, pages: i32, document: DocumentId) -> AnyView {
    let number = shown.number;
    let label = match shown.label.is_empty() {
        true => format!("Text of {kind} {number} of {pages}"),
        false => format!("Text of {kind} {number} of {pages}: {}", shown.label),
    };
    let link = |to: i32| match (1..=pages).contains(&to) {
        true => document_page_path(document, to),
        false => String::new(),
    };
    view! {
        <section class="stack documents-page" id="page" aria-labelledby="ly-page">
            <h2 class="section-title" id="ly-page">
                {label}
            </h2>
            <div class="prose" inner_html=shown.html.0></div>
            <Pagination previous=link(number - 1) next=link(number + 1) />
        </section>
    }
    .erase()
}

/// The form that makes a course, or the link to the course that was made.
fn course(page: DocumentPage, form: FormState) -> AnyView {
    let id = page.id.to_string();
    let made = page.course.clone().map(|slug| {
        let href = Area::Outline.path(&slug);
        view! {
            <p>
                "A course was made of this document: " <a href=href>"open its outline"</a> "."
            </p>
        }
    });
    let form = form.of_item("document", &id);
    let title: String = page.title.chars().take(TITLE_CHARACTERS as usize).collect();
    view! {
        <details class="panel" id="course" open=came_back(form, "title")>
            <summary>"Make a course of this document"</summary>
            {made}
            <Form form=form>
                <p>
                    "Headings become modules and topics, and questions are drafted, each with the passage that it rests on. The course is a draft: you review it, change it and publish it."
                </p>
                <input type="hidden" name="document" value=id />
                <Field
                    name="title"
                    label="Title"
                    value=form.value("title", &title)
                    error=form.error("title")
                    max_length=TITLE_CHARACTERS
                    required=true
                />
                <Field
                    name="slug"
                    label="Name in addresses"
                    value=form.value("slug", &page.slug)
                    error=form.error("slug")
                    max_length=SLUG_CHARACTERS
                    autocomplete="off"
                    required=true
                />
                <div>
                    <Button busy=form.busy()>"Make course"</Button>
                </div>
            </Form>
        </details>
    }
    .erase()
}
