//! Parts of an exercise's page for work that is handed in, and the page with all comments of
//! tutors.

use leptos::{prelude::*, server_fn};
use leptos_meta::Title;
use server_fn::ServerFn;

use super::api::{CommentOnWork, RemoveWorkFile, load_tutor_comments};
use super::{
    COMMENT_CHARACTERS, FILE_BYTES, HandingIn, ReleasedMarks, ThreadComment, TutorComment,
    TutorComments, WORK_UPLOAD, WorkFile, WorkVersion, comments_path,
};
use crate::platform::ids::{ExerciseId, ExerciseWorkId};
use crate::platform::ui::{
    Badge, Breadcrumbs, Button, ButtonKind, Crumb, EmptyState, Erase, Form, FormState, Html,
    Notice, Page, TextArea, Tone, check_file_size, loaded, page_resource, path_part,
};

/// Forms of work that is handed in, besides that of the text.
#[derive(Clone, Copy)]
pub struct HandInForms {
    upload: FormState,
    remove: FormState,
    comment: FormState,
}

impl HandInForms {
    pub fn of_page() -> Self {
        Self {
            upload: FormState::of(WORK_UPLOAD),
            remove: FormState::of(RemoveWorkFile::PATH),
            comment: FormState::of(CommentOnWork::PATH),
        }
    }
}

/// Shows when the work is due.
pub fn due(page: &HandingIn) -> AnyView {
    let due = page.due.clone();
    let due = (!due.is_empty()).then(|| view! { <p class="soft">{due}</p> });
    let over = page.is_over.then(|| {
        view! { <Notice tone=Tone::Warn>"The time for handing in is over. You can still read and save your draft."</Notice> }
    });
    view! {
        {due}
        {over}
    }
    .erase()
}

/// Shows the files of the draft, and the form that adds one.
pub fn draft_files(exercise: ExerciseId, files: Vec<WorkFile>, forms: HandInForms) -> AnyView {
    let form = forms.upload;
    let remove = forms.remove;
    let rows = files.into_iter().map(|file| {
        let one = remove.of_item("file", &file.id.to_string());
        let id = file.id.to_string();
        let label = format!("Remove {}", file.name);
        view! {
            <li>
                {file_link(file)} <Form form=one class="row">
                    <input type="hidden" name="file" value=id />
                    <Button kind=ButtonKind::Quiet label=label busy=one.busy()>
                        "Remove"
                    </Button>
                </Form>
            </li>
        }
    });
    let rows = rows.collect_view();
    let problem = form.problem().get_untracked();
    let problem = problem.map(|problem| {
        view! {
            <Notice tone=Tone::Warn focused=true>
                {problem}
            </Notice>
        }
    });
    view! {
        <section class="stack" id="files" aria-labelledby="ly-files">
            <h2 class="label" id="ly-files">
                "Files"
            </h2>
            {problem}
            <ul class="work-files">{rows}</ul>
            <form class="stack" method="post" action=WORK_UPLOAD enctype="multipart/form-data">
                <input type="hidden" name="exercise" value=exercise.to_string() />
                <div class="control">
                    <label class="control-label" for="ly-work-file">
                        "Add a file"
                    </label>
                    <input
                        class="input"
                        id="ly-work-file"
                        type="file"
                        name="file"
                        required
                        aria-describedby="ly-work-file-hint"
                        on:change=|event| check_file_size(&event, FILE_BYTES)
                    />
                    <p class="hint" id="ly-work-file-hint">
                        "PNG, JPEG, WebP, GIF, PDF, or a text or program, at most 20 MB and 10 files. Save your text before you add a file."
                    </p>
                </div>
                <div>
                    <Button kind=ButtonKind::Secondary>"Add file"</Button>
                </div>
            </form>
        </section>
    }
    .erase()
}

pub fn file_link(file: WorkFile) -> AnyView {
    view! {
        <span>
            <a href=file.href rel="external">
                <bdi>{file.name}</bdi>
            </a>
            <span class="soft">{format!(" {}", file.size)}</span>
        </span>
    }
    .erase()
}

/// Shows the versions that were handed in, newest first, with their marks.
pub fn versions(versions: Vec<WorkVersion>) -> AnyView {
    versions.into_iter().map(version).collect_view().erase()
}

fn version(version: WorkVersion) -> AnyView {
    let name = format!("Version {}", version.number);
    let id = format!("ly-version-{}", version.number);
    let heading = id.clone();
    let badge = match &version.marks {
        Some(marks) => view! { <Badge tone=Tone::Ok text=format!("{}%", marks.score) /> }.erase(),
        None => view! { <Badge tone=Tone::Info text="Waiting for marks" /> }.erase(),
    };
    let late = (!version.late.is_empty()).then(|| view! { <span>{version.late}</span> });
    view! {
        <section class="work-version stack" aria-labelledby=id>
            <div class="row">
                <h2 class="label" id=heading>
                    {name}
                </h2>
                {badge}
                <span class="soft">"Handed in on " <time datetime=version.when.1>{version.when.0}</time></span>
                {late}
            </div>
            {text(version.text)}
            {links(version.links)}
            {files(version.files)}
            {version.marks.map(marks)}
        </section>
    }
    .erase()
}

/// Shows the text of work, if it has one.
pub fn text(text: Html) -> Option<AnyView> {
    (!text.0.is_empty())
        .then(|| view! { <div class="prose work-text" dir="auto" inner_html=text.0></div> }.erase())
}

pub fn links(links: Vec<String>) -> Option<AnyView> {
    let has_links = !links.is_empty();
    let links = links.into_iter().map(|link| {
        let href = link.clone();
        view! {
            <li>
                <a href=href rel="external noopener nofollow">
                    {link}
                </a>
            </li>
        }
    });
    has_links.then(|| view! { <ul class="work-files">{links.collect_view()}</ul> }.erase())
}

fn files(files: Vec<WorkFile>) -> Option<AnyView> {
    let has_files = !files.is_empty();
    let files = files
        .into_iter()
        .map(|file| view! { <li>{file_link(file)}</li> });
    has_files.then(|| view! { <ul class="work-files">{files.collect_view()}</ul> }.erase())
}

/// Shows released marks: points of each criterion, and the feedback.
pub fn marks(marks: ReleasedMarks) -> AnyView {
    let lines = marks.lines.into_iter().map(|line| {
        view! {
            <li>
                <span>{line.name}</span>
                <span class="soft">{format!("{}, {} of {} points", line.level, line.points, line.most)}</span>
            </li>
        }
    });
    let lines = lines.collect_view();
    let has_checks = !marks.checks.is_empty();
    let checks = marks
        .checks
        .into_iter()
        .map(|check| view! { <li>{check}</li> });
    let checks = checks.collect_view();
    let checks = has_checks.then(|| view! { <ul class="work-checks">{checks}</ul> });
    view! {
        <div class="work-marks stack">
            <p>
                <strong>{format!("{}%", marks.score)}</strong>
                <span class="soft">{format!(" by {}", marks.by)}</span>
            </p>
            <ul class="work-criteria">{lines}</ul>
            {checks}
            {text(marks.feedback)}
        </div>
    }
    .erase()
}

/// Shows the comments on a work, and the form that adds one.
pub fn thread(work: ExerciseWorkId, comments: Vec<ThreadComment>, form: FormState) -> AnyView {
    let comments = comments.into_iter().map(comment).collect_view();
    view! {
        <section class="stack" aria-labelledby="ly-thread">
            <h2 class="label" id="ly-thread">
                "Comments"
            </h2>
            <ol class="work-thread">{comments}</ol>
            <Form form=form>
                <input type="hidden" name="work" value=work.to_string() />
                <TextArea
                    id="ly-comment"
                    name="text"
                    label="Your comment"
                    value=form.value("text", "")
                    error=form.error("text")
                    unmarked=true
                    max_length=COMMENT_CHARACTERS
                />
                <div>
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Comment"
                    </Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}

fn comment(comment: ThreadComment) -> AnyView {
    let tutor = comment
        .is_tutor
        .then(|| view! { <Badge tone=Tone::Info text="Tutor" /> });
    view! {
        <li>
            <p class="row">
                <strong>
                    <bdi>{comment.author}</bdi>
                </strong>
                {tutor}
                <time class="soft" datetime=comment.when.1>
                    {comment.when.0}
                </time>
            </p>
            <div class="prose" dir="auto" inner_html=comment.body.0></div>
        </li>
    }
    .erase()
}

/// Shows what was handed in, and the comments on it.
pub fn handed_in(course: &str, page: HandingIn, forms: HandInForms) -> Option<AnyView> {
    let work = page.work.filter(|_| !page.versions.is_empty())?;
    let all = comments_path(course);
    Some(
        view! {
            {versions(page.versions)}
            {thread(work, page.thread, forms.comment)}
            <p>
                <a href=all>"All comments from your tutors"</a>
            </p>
        }
        .erase(),
    )
}

/// Page with all that tutors have written to the learner in a course.
pub fn tutor_comments_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_tutor_comments);
    view! { <Page title="Comments from your tutors">{loaded(page, all_comments)}</Page> }.erase()
}

fn all_comments(page: TutorComments) -> AnyView {
    let is_empty = page.comments.is_empty();
    let comments = page.comments.into_iter().map(tutor_comment).collect_view();
    let empty = is_empty.then(|| {
        view! { <EmptyState title="No comments yet" text="What your tutors write about the work that you hand in appears here." /> }
    });
    view! {
        <Title text=format!("Comments from your tutors · {}", page.course_title) />
        <div class="narrow exercise">
            <Breadcrumbs trail=vec![
                page.course_title.crumb(format!("/learn/{}", page.course_slug)),
                Crumb::new("Comments from your tutors", ""),
            ] />
            <h1>"Comments from your tutors"</h1>
            {empty}
            <ol class="work-thread">{comments}</ol>
        </div>
    }
    .erase()
}

fn tutor_comment(comment: TutorComment) -> AnyView {
    let score = comment
        .score
        .map(|score| view! { <Badge tone=Tone::Ok text=format!("{score}%") /> });
    view! {
        <li>
            <p class="row">
                <a href=comment.exercise.href>{comment.exercise.title}</a>
                {score}
                <span class="soft">
                    <bdi>{comment.author}</bdi>
                    ", "
                    <time datetime=comment.when.1>{comment.when.0}</time>
                </span>
            </p>
            {text(comment.body)}
        </li>
    }
    .erase()
}
