//! Page on which tutors write project briefs, and comment on work.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{CommentWork, SaveProject, load_project};
use super::{
    BatchWork, COMMENT_CHARACTERS, HEADING_CHARACTERS, ProjectFields, ProjectPage,
    TAGLINE_CHARACTERS, TEXT_CHARACTERS, project_path,
};
use crate::cohort::pages::comment;
use crate::cohort::teach::cohort_path;
use crate::cohort::teach::pages::counted;
use crate::platform::ids::CohortId;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Page, TextArea, loaded, page_resource,
    path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub use super::announcements::announcements_page;

pub(super) fn id_of(text: &str) -> CohortId {
    CohortId(text.parse().unwrap_or_default())
}

/// Page `/teach/COURSE/cohorts/ID/projects`.
pub fn project_page() -> AnyView {
    let (course, cohort, batch) = (
        path_part("course"),
        path_part("cohort"),
        query_value("batch"),
    );
    let page = page_resource(
        move || (course.get(), cohort.get(), batch.get()),
        |(course, cohort, batch)| load_project(course, id_of(&cohort), batch.parse().unwrap_or(1)),
    );
    let forms = (
        FormState::of(SaveProject::PATH),
        FormState::of(CommentWork::PATH),
    );
    let show = move |page: ProjectPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = TeachHeading::task("Projects").below(
            page.cohort_title.clone(),
            cohort_path(&course, page.cohort_id),
        );
        let inside = project(page, &course, forms);
        frame_below(&course, &title, Area::Cohorts, heading, inside)
    };
    view! { <Page title="Project">{loaded(page, show)}</Page> }.erase()
}

fn project(page: ProjectPage, course: &str, (save, comment): (FormState, FormState)) -> AnyView {
    let (cohort, batch) = (page.cohort_id, page.batch_no);
    let next = page.batches.last().map_or(1, |last| last + 1);
    let chips = page.batches.iter().map(|&other| {
        view! {
            <a class="chip" href=project_path(course, cohort, other) aria-current=(other == batch).then_some("true")>
                {format!("Batch {other}")}
            </a>
        }
    });
    let chips = chips.collect_view();
    let handed_in = i64::try_from(page.works.len()).unwrap_or_default();
    let said = format!(
        "{handed_in} of {} handed in",
        counted(page.members, "member", "members")
    );
    let works = page
        .works
        .into_iter()
        .map(|it| work(it, course, cohort, comment))
        .collect_view();
    view! {
        <div class="chips" role="group" aria-label="Batches">
            {chips}
            <a class="chip" href=project_path(course, cohort, next)>
                {format!("Batch {next} (new)")}
            </a>
        </div>
        {brief(&page.fields, course, cohort, batch, save)}
        <section aria-labelledby="ly-works">
            <h2 id="ly-works">"Work that was handed in"</h2>
            <p class="soft">{said}</p>
            {works}
        </section>
    }
    .erase()
}

const NOTES_HINT: &str =
    "Shown below the description, for example dates and contacts. You can use Markdown.";

fn brief(
    fields: &ProjectFields,
    course: &str,
    cohort: CohortId,
    batch: i32,
    form: FormState,
) -> AnyView {
    let area = |name: &'static str, label: &'static str, hint: &'static str, stored: &str| {
        view! {
            <TextArea
                id=format!("ly-{name}")
                name=format!("project[{name}]")
                label=label
                hint=hint
                value=form.value(&format!("project[{name}]"), stored)
                error=form.error(name)
                max_length=TEXT_CHARACTERS
            />
        }
        .erase()
    };
    let field = |name: &'static str, label: &'static str, most: u32, stored: &str| {
        view! {
            <Field
                id=format!("ly-{name}")
                name=format!("project[{name}]")
                label=label
                value=form.value(&format!("project[{name}]"), stored)
                error=form.error(name)
                max_length=most
                required=name == "title"
                autocomplete="off"
            />
        }
        .erase()
    };
    let inputs = [
        field("title", "Title", HEADING_CHARACTERS, &fields.title),
        field("tagline", "Tagline", TAGLINE_CHARACTERS, &fields.tagline),
        area(
            "description",
            "Description",
            "You can use Markdown.",
            &fields.description,
        ),
        area("notes", "Notes", NOTES_HINT, &fields.notes),
    ];
    let course = course.to_owned();
    view! {
        <Form form=form class="cohort-brief">
            <h2>{format!("Brief of batch {batch}")}</h2>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="cohort" value=cohort.to_string() />
            <input type="hidden" name="batch" value=batch.to_string() />
            {form.said("Saved.")}
            {inputs.into_iter().collect_view()}
            <div class="row">
                <Button busy=form.busy()>"Save"</Button>
            </div>
        </Form>
    }
    .erase()
}

fn work(it: BatchWork, course: &str, cohort: CohortId, form: FormState) -> AnyView {
    let (words, exactly) = it.work.at;
    let link = (!it.work.link.is_empty()).then(|| {
        view! {
            <p>
                <a href=it.work.link.clone() rel="nofollow noopener external">
                    {it.work.link.clone()}
                </a>
            </p>
        }
    });
    let body = (!it.work.body.is_empty())
        .then(|| view! { <p class="cohort-text">{it.work.body.clone()}</p> });
    let id = it.work_id.to_string();
    let is_sent = form.value("work", "") == id;
    let typed = if is_sent {
        form.value("text", "")
    } else {
        String::new()
    };
    let course = course.to_owned();
    view! {
        <article class="cohort-handed-in">
            <h4>{it.name}</h4>
            <p class="soft">"Handed in " <time datetime=exactly>{words}</time></p>
            {link}
            {body}
            {it.work.comments.into_iter().map(comment).collect_view()}
            <details class="cohort-add" open=is_sent>
                <summary>"Comment"</summary>
                <Form form=form>
                    <input type="hidden" name="course" value=course />
                    <input type="hidden" name="cohort" value=cohort.to_string() />
                    <input type="hidden" name="work" value=id.clone() />
                    <TextArea
                        id=format!("ly-comment-{id}")
                        name="text"
                        label="Comment"
                        hint="The member sees it with your name."
                        value=typed
                        error=form.error("text")
                        max_length=COMMENT_CHARACTERS
                        required=true
                    />
                    <div class="row">
                        <Button kind=ButtonKind::Secondary busy=form.busy()>
                            "Send"
                        </Button>
                    </div>
                </Form>
            </details>
        </article>
    }
    .erase()
}
