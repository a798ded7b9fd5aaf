//! Pages of documents and nuggets, for tutors and admins.

mod document;
mod nugget;
mod nuggets;
#[cfg(feature = "hydrate")]
mod speech;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{
    AddDocumentAddress, AddDocumentText, CancelIngestion, ChangeDocumentSource, RetryIngestion,
    WatchFolder, load_documents,
};
use super::{
    DOCUMENT_UPLOAD, DOCUMENTS, DocumentLine, DocumentsPage, IngestionLine, IngestionStatus,
    NUGGETS, PASTED_CHARACTERS, TITLE_CHARACTERS, URL_CHARACTERS, WatchedSource, document_path,
};
use crate::platform::address;
#[cfg(feature = "hydrate")]
use crate::platform::ui::PageResource;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Checkbox, EmptyState, Erase, Field, Form, FormState, Meter, Notice,
    Page, Pagination, Select, TextArea, Tone, loaded, page_resource, query_value,
};

pub use self::document::document_page;
pub use self::nugget::nugget_page;
pub use self::nuggets::nuggets_page;

/// Reloads the page in browsers without JavaScript while a source is read.
const RELOAD: &str = r#"<noscript><meta http-equiv="refresh" content="3"></noscript>"#;

#[derive(Clone, Copy)]
struct DocumentForms {
    text: FormState,
    address: FormState,
    folder: FormState,
    change: FormState,
    cancel: FormState,
    retry: FormState,
}

/// Page `/documents`.
pub fn documents_page() -> AnyView {
    let number = query_value("page");
    let page = page_resource(
        move || number.with(|number| number.parse().unwrap_or(0_u32)),
        load_documents,
    );
    let forms = DocumentForms {
        text: FormState::of(AddDocumentText::PATH),
        address: FormState::of(AddDocumentAddress::PATH),
        folder: FormState::of(WatchFolder::PATH),
        change: FormState::of(ChangeDocumentSource::PATH),
        cancel: FormState::of(CancelIngestion::PATH),
        retry: FormState::of(RetryIngestion::PATH),
    };
    // Sentences about an upload come once. They stay when the page is loaded again by itself.
    let kept = StoredValue::new((Vec::<String>::new(), Vec::<String>::new()));
    let show = move |mut found: DocumentsPage| {
        match found.said.is_empty() && found.problems.is_empty() {
            true => (found.said, found.problems) = kept.get_value(),
            false => kept.set_value((found.said.clone(), found.problems.clone())),
        }
        let is_reading = found.jobs.iter().any(|job| job.status.is_running());
        #[cfg(feature = "hydrate")]
        if is_reading {
            look_again(page);
        }
        let at = number.with_untracked(|number| number.parse().unwrap_or(0_u32));
        let reload = if is_reading { RELOAD } else { "" };
        view! {
            <div inner_html=reload></div>
            {home(found, at, forms)}
        }
        .erase()
    };
    view! {
        <Page title="Documents">
            <div class="wide stack documents">
                <h1>"Documents"</h1>
                {loaded(page, show)}
            </div>
        </Page>
    }
    .erase()
}

/// Refetches the page every two seconds while a source is read.
#[cfg(feature = "hydrate")]
fn look_again(page: PageResource<DocumentsPage>) {
    let soon = std::time::Duration::from_secs(2);
    if let Ok(handle) = set_timeout_with_handle(move || page.refetch(), soon) {
        on_cleanup(move || handle.clear());
    }
}

fn home(page: DocumentsPage, at: u32, forms: DocumentForms) -> AnyView {
    let said = page
        .said
        .into_iter()
        .map(|said| view! { <span class="block">{said}</span> });
    let said = said.collect_view();
    let said = (!said.is_empty()).then(|| view! { <Notice tone=Tone::Ok>{said}</Notice> });
    let problems = page
        .problems
        .into_iter()
        .map(|said| view! { <span class="block">{said}</span> });
    let problems = problems.collect_view();
    let problems = (!problems.is_empty()).then(|| {
        view! {
            <Notice tone=Tone::Danger title="Not added" focused=true>
                {problems}
            </Notice>
        }
    });
    let is_first = at == 0;
    let beside = |page: Option<u32>| {
        page.map(|page| address::with_query(DOCUMENTS, &[("page", &page.to_string())]))
            .unwrap_or_default()
    };
    let (previous, next) = (
        beside(at.checked_sub(1)),
        beside(page.has_more.then_some(at + 1)),
    );
    let list = match page.documents.is_empty() {
        true => view! {
            <EmptyState
                title="No documents yet"
                text="Add a file, a text or a web page. It is cut into nuggets, and a course can be made of it."
            />
        }
        .erase(),
        false => documents(page.documents),
    };
    view! {
        {said}
        {problems}
        <p>
            <a href=NUGGETS>"Search all nuggets"</a>
        </p>
        {is_first.then(|| add(forms, page.is_admin, page.roots))}
        {jobs(page.jobs, forms)}
        <section class="stack" aria-labelledby="ly-documents">
            <h2 class="section-title" id="ly-documents">
                "All documents"
            </h2>
            {list}
            <Pagination previous=previous next=next />
        </section>
        {sources(page.sources, forms)}
    }
    .erase()
}

/// The forms that add a source. A browser takes files that are dropped onto the field for files.
fn add(forms: DocumentForms, is_admin: bool, roots: Vec<String>) -> AnyView {
    let folder = (is_admin && !roots.is_empty()).then(|| folder_form(forms.folder, &roots));
    view! {
        <section class="stack" aria-label="Add documents">
            <form class="stack" method="post" action=DOCUMENT_UPLOAD enctype="multipart/form-data">
                <div class="control">
                    <label class="control-label" for="ly-files">
                        "Files"
                    </label>
                    <input
                        class="input documents-drop"
                        id="ly-files"
                        type="file"
                        name="file"
                        multiple
                        required
                        aria-describedby="ly-files-hint"
                        accept=".pdf,.docx,.pptx,.xlsx,.epub,.html,.htm,.md,.txt,.vtt,.srt,.zip"
                    />
                    <p class="hint" id="ly-files-hint">
                        "Choose files or drop them here: PDF, DOCX, PPTX, XLSX, EPUB, HTML, Markdown, text, VTT, SRT, or a zip of these, at most 50 MB each."
                    </p>
                </div>
                <div>
                    <Button>"Add files"</Button>
                </div>
            </form>
            <details class="panel" open=came_back(forms.address, "url")>
                <summary>"Add a web page"</summary>
                {address_form(forms.address)}
            </details>
            <details class="panel" open=came_back(forms.text, "text")>
                <summary>"Paste a text"</summary>
                {text_form(forms.text)}
            </details>
            {folder}
        </section>
    }
    .erase()
}

/// True if the form came back with what was typed, so that its part of the page is open.
pub(super) fn came_back(form: FormState, field: &str) -> bool {
    !form.values(field).is_empty()
}

fn address_form(form: FormState) -> AnyView {
    let options = [
        ("0", "Only now"),
        ("60", "Every hour"),
        ("1440", "Every day"),
        ("10080", "Every week"),
    ];
    let options = options.map(|(value, label)| (value.to_owned(), label.to_owned()));
    view! {
        <Form form=form>
            <Field
                name="url"
                label="Address"
                r#type="url"
                value=form.value("url", "")
                error=form.error("url")
                max_length=URL_CHARACTERS
                placeholder="https://example.org/page"
                required=true
            />
            <Select
                name="every"
                label="Check for changes"
                options=options.to_vec()
                value=form.value("every", "0")
                error=form.error("every")
            />
            <div>
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Add page"
                </Button>
            </div>
        </Form>
    }
    .erase()
}

fn text_form(form: FormState) -> AnyView {
    view! {
        <Form form=form guards=true>
            <Field
                name="title"
                label="Title"
                value=form.value("title", "")
                error=form.error("title")
                max_length=TITLE_CHARACTERS
                required=true
            />
            <TextArea
                name="text"
                label="Text"
                hint="Plain text or Markdown."
                value=form.value("text", "")
                error=form.error("text")
                max_length=PASTED_CHARACTERS
                required=true
            />
            <div>
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Add text"
                </Button>
            </div>
        </Form>
    }
    .erase()
}

fn folder_form(form: FormState, roots: &[String]) -> AnyView {
    let hint = format!("A folder on the server, below {}.", roots.join(" or "));
    view! {
        <details class="panel" open=came_back(form, "path")>
            <summary>"Watch a folder"</summary>
            <Form form=form>
                <Field
                    name="path"
                    label="Folder"
                    hint=hint
                    value=form.value("path", "")
                    error=form.error("path")
                    required=true
                />
                <Field
                    name="types"
                    label="Types of files"
                    hint="Endings with commas between, such as pdf, docx. Leave empty for all."
                    value=form.value("types", "")
                    error=form.error("types")
                />
                <Checkbox name="recursive" label="Also folders within" checked=true />
                <div>
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Watch folder"
                    </Button>
                </div>
            </Form>
        </details>
    }
    .erase()
}

/// The jobs that run, and the last ones that ended.
fn jobs(jobs: Vec<IngestionLine>, forms: DocumentForms) -> Option<AnyView> {
    (!jobs.is_empty()).then(|| {
        let lines = jobs.into_iter().map(|job| {
            view! { <li class="documents-line">{job_line(job, forms.cancel, forms.retry)}</li> }
        });
        let lines = lines.collect_view();
        view! {
            <section class="stack" aria-labelledby="ly-jobs" id="jobs">
                <h2 class="section-title" id="ly-jobs">
                    "Reading"
                </h2>
                <ul class="documents-list">{lines}</ul>
            </section>
        }
        .erase()
    })
}

pub(super) fn job_line(job: IngestionLine, cancel: FormState, retry: FormState) -> AnyView {
    let id = job.id.to_string();
    let tone = match job.status {
        IngestionStatus::Completed => Tone::Ok,
        IngestionStatus::Failed => Tone::Danger,
        IngestionStatus::Cancelled => Tone::Warn,
        IngestionStatus::Pending | IngestionStatus::Processing => Tone::Info,
    };
    let progress = (job.status == IngestionStatus::Processing).then(|| {
        let said = match job.total {
            Some(total) => format!("{} of {total} pages", job.done),
            None => "Begins".to_owned(),
        };
        let percent = job.total.map_or(0, |total| job.done * 100 / total.max(1));
        let percent = u8::try_from(percent).unwrap_or(100);
        view! {
            <span class="row">
                <Meter percent=percent label=format!("Pages of {} that are read", job.source) />
                <span class="soft num">{said}</span>
            </span>
        }
    });
    let name = match job.document {
        Some(document) => {
            view! { <a href=document_path(document)><bdi>{job.source.clone()}</bdi></a> }.erase()
        }
        None => view! { <bdi>{job.source.clone()}</bdi> }.erase(),
    };
    let button = match job.status {
        IngestionStatus::Pending | IngestionStatus::Processing => Some((cancel, "Cancel")),
        IngestionStatus::Failed | IngestionStatus::Cancelled => Some((retry, "Try again")),
        IngestionStatus::Completed => None,
    };
    let button = button.map(|(form, label)| {
        let form = form.of_item("job", &id);
        let named = format!("{label}: {}", job.source);
        view! {
            <Form form=form class="inline">
                <input type="hidden" name="job" value=id />
                <Button kind=ButtonKind::Quiet busy=form.busy() label=named>
                    {label}
                </Button>
            </Form>
        }
    });
    view! {
        <span class="documents-what">
            {name} " " <Badge tone=tone text=job.status.label() /> " "
            <span class="soft">{job.at}</span>
            <span class="block">{job.said}</span>
            {progress}
        </span>
        {button}
    }
    .erase()
}

fn documents(documents: Vec<DocumentLine>) -> AnyView {
    let lines = documents.into_iter().map(|line| {
        let about = format!(
            "{} · {} · {} nugget{} · read {}",
            line.format,
            line.pages,
            line.nuggets,
            if line.nuggets == 1 { "" } else { "s" },
            line.read
        );
        let source = (line.source != line.title)
            .then(|| view! { <span class="soft block"><bdi>{line.source.clone()}</bdi></span> });
        let notes = (line.notes > 0).then(|| {
            view! { <Badge tone=Tone::Warn text="Not all could be read" /> }
        });
        view! {
            <li class="documents-line">
                <span class="documents-what">
                    <a class="documents-name" href=document_path(line.id)>
                        <bdi>{line.title}</bdi>
                    </a>
                    " "
                    {notes}
                    {source}
                    <span class="soft block">{about}</span>
                </span>
            </li>
        }
    });
    let lines = lines.collect_view();
    view! { <ul class="documents-list">{lines}</ul> }.erase()
}

/// Watched folders and monitored addresses.
fn sources(sources: Vec<WatchedSource>, forms: DocumentForms) -> Option<AnyView> {
    (!sources.is_empty()).then(|| {
        let lines = sources
            .into_iter()
            .map(|source| source_line(source, forms.change));
        let lines = lines.collect_view();
        view! {
            <section class="stack" aria-labelledby="ly-sources">
                <h2 class="section-title" id="ly-sources">
                    "Watched for changes"
                </h2>
                <ul class="documents-list">{lines}</ul>
            </section>
        }
        .erase()
    })
}

fn source_line(source: WatchedSource, form: FormState) -> AnyView {
    let form = form.of_item("source", &source.id);
    let kind = if source.is_folder {
        "Folder"
    } else {
        "Web page"
    };
    let (action, label) = match source.is_enabled {
        true => ("pause", "Pause"),
        false => ("resume", "Resume"),
    };
    let checked = match source.checked.is_empty() {
        true => String::new(),
        false => format!(" · checked {}", source.checked),
    };
    let about = format!("{kind} · {}{checked}", source.how);
    let problem = (!source.problem.is_empty())
        .then(|| view! { <span class="documents-problem block">{source.problem}</span> });
    let paused = (!source.is_enabled).then(|| view! { <Badge tone=Tone::Warn text="Paused" /> });
    let button = move |action: &'static str, label: &'static str, place: &str| {
        let named = format!("{label}: {place}");
        view! {
            <Button kind=ButtonKind::Quiet name="action" value=action label=named busy=form.busy()>
                {label}
            </Button>
        }
        .erase()
    };
    view! {
        <li class="documents-line">
            <span class="documents-what">
                <bdi>{source.place.clone()}</bdi>
                " "
                {paused}
                <span class="soft block">{about}</span>
                {problem}
            </span>
            <Form form=form class="inline row">
                <input type="hidden" name="source" value=source.id.clone() />
                <input type="hidden" name="folder" value=source.is_folder.to_string() />
                {button("check", "Check now", &source.place)}
                {button(action, label, &source.place)}
                {button("remove", "Remove", &source.place)}
            </Form>
        </li>
    }
    .erase()
}
