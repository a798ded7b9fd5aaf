//! Page of one work: what was handed in, and the form that marks it.

use leptos::{prelude::*, server_fn};
use leptos_meta::Title;
use server_fn::ServerFn;

use crate::exercise::hand_in::api::CommentOnWork;
use crate::exercise::hand_in::pages::{file_link, links, marks, text, thread};
use crate::exercise::marking::api::{ClaimWork, SaveMarks, load_marking};
use crate::exercise::marking::{
    FEEDBACK_CHARACTERS, MARKING, MarkingForm, MarkingPage, MarkingStanding, ShownFile,
    marking_path,
};
use crate::exercise::peer_review::pages::{PeerForms, reviews};
use crate::exercise::rubric::{RubricCriterion, RubricLevel};
use crate::platform::ids::{MarkingCommentId, SubmissionId};
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Checkbox, Crumb, Erase, Form, FormState, Kbd, Notice, Page,
    TextArea, loaded, page_resource, path_part,
};

#[derive(Clone, Copy)]
struct WorkForms {
    save: FormState,
    claim: FormState,
    comment: FormState,
    reviews: PeerForms,
}

pub fn marking_page() -> AnyView {
    let submission = path_part("submission");
    let page = page_resource(move || submission.get(), load_marking);
    let forms = WorkForms {
        save: FormState::of(SaveMarks::PATH),
        claim: FormState::of(ClaimWork::PATH),
        comment: FormState::of(CommentOnWork::PATH),
        reviews: PeerForms::of_page(),
    };
    #[cfg(feature = "hydrate")]
    super::keys::listen();
    view! { <Page title="Marking">{loaded(page, move |page| work(page, forms))}</Page> }.erase()
}

fn work(page: MarkingPage, forms: WorkForms) -> AnyView {
    let language = page.course_title.language.clone();
    let (lang, dir) = (language.tag(), language.dir());
    let heading = language.inline(page.exercise.clone());
    let waiting = match page.waiting {
        0 => "No other work waits.".to_owned(),
        1 => "1 other work waits.".to_owned(),
        waiting => format!("{waiting} other works wait."),
    };
    let late = (!page.late.is_empty()).then(|| view! { <strong>{page.late}</strong> });
    let files = page.files.into_iter().map(shown_file).collect_view();
    let waits = page.waits_for_peers.then(|| {
        view! { <Notice>"Other learners are reviewing this work. If you mark it, your mark counts instead of theirs."</Notice> }
    });
    view! {
        <Title text=format!("{} · Marking · {}", page.exercise, page.course_title) />
        <div class="wide teach">
            <Breadcrumbs trail=vec![
                Crumb::new("Teaching", "/teach"),
                Crumb::new("Marking", MARKING),
                Crumb::new(page.exercise.clone(), "").in_language(&language),
            ] />
            <header class="stack">
                <h1>{heading}</h1>
                <p class="row soft">
                    <bdi>{page.learner}</bdi>
                    <span>{format!("Version {}", page.number)}</span>
                    <time datetime=page.when.1>{page.when.0}</time>
                    {late}
                    <span>{waiting}</span>
                </p>
            </header>
            <div class="marking">
                <section class="marking-work stack" aria-label="Work">
                    <details>
                        <summary>"Task"</summary>
                        <div class="prose" lang=lang dir=dir inner_html=page.brief.0></div>
                    </details>
                    {text(page.text)}
                    {links(page.links)}
                    {files}
                </section>
                <section class="marking-marks stack" aria-label="Marks">
                    {waits}
                    {standing(page.submission_id, page.standing, forms)}
                    {reviews(page.reviews, forms.reviews)}
                </section>
            </div>
            {thread(page.work_id, page.thread, forms.comment)}
        </div>
    }
    .erase()
}

/// Shows a file within the page: a picture, a text or a program by itself, a PDF in the browser's
/// viewer. Each has a link, too.
pub fn shown_file(shown: ShownFile) -> AnyView {
    let ShownFile { file, .. } = &shown;
    let picture = file
        .is_picture
        .then(|| view! { <img src=file.href.clone() alt=file.name.clone() loading="lazy" /> });
    let content = (!shown.content.0.is_empty())
        .then(|| view! { <div class="prose" inner_html=shown.content.0></div> });
    view! {
        <figure class="marking-file">
            <figcaption>{file_link(shown.file)}</figcaption>
            {picture}
            {content}
        </figure>
    }
    .erase()
}

fn standing(submission: SubmissionId, standing: MarkingStanding, forms: WorkForms) -> AnyView {
    match standing {
        MarkingStanding::Mine(form) => marking_form(submission, *form, forms.save),
        MarkingStanding::Free => claim(submission, "Mark this work", forms.claim),
        MarkingStanding::Taken(name, until) => view! {
            <Notice>{format!("{name} is marking this work. It is reserved until {until}.")}</Notice>
        }
        .erase(),
        MarkingStanding::Replaced(newer) => view! {
            <Notice>
                "The learner has handed in again. " <a href=marking_path(newer)>"View the newest version"</a>
            </Notice>
        }
        .erase(),
        MarkingStanding::Released(released) => view! {
            {marks(*released)}
            {claim(submission, "Take back and change", forms.claim)}
            <p>
                <a href=MARKING>"Back to the queue"</a>
            </p>
        }
        .erase(),
    }
}

fn claim(submission: SubmissionId, label: &'static str, form: FormState) -> AnyView {
    view! {
        <Form form=form>
            <input type="hidden" name="submission" value=submission.to_string() />
            <div>
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    {label}
                </Button>
            </div>
        </Form>
    }
    .erase()
}

fn marking_form(submission: SubmissionId, marking: MarkingForm, form: FormState) -> AnyView {
    let points = marking.points;
    let criteria = marking.criteria.into_iter().enumerate();
    let criteria = criteria
        .map(|(at, each)| criterion(at, each, points.get(at).copied().flatten(), form))
        .collect_view();
    let checks = checklist(marking.checks);
    let score = marking
        .score
        .map(|score| view! { <p class="soft">{format!("Saved score: {score}%")}</p> });
    let page = marking.page;
    let feedback = marking.feedback;
    let bank = bank(marking.bank);
    view! {
        <Form form=form class="marking-form" keeps=true>
            <input type="hidden" name="submission" value=submission.to_string() />
            <input type="hidden" name="writer" value=page.writer.to_string() autocomplete="off" />
            <input type="hidden" name="revision" value=page.revision.to_string() autocomplete="off" />
            <input type="hidden" name="change" value="0" autocomplete="off" />
            {criteria}
            {checks}
            <TextArea
                name="feedback"
                label="Feedback"
                value=form.value("feedback", &feedback)
                error=form.error("feedback")
                unmarked=true
                max_length=FEEDBACK_CHARACTERS
            />
            // The enter key presses the first button.
            <div class="row">
                <Button kind=ButtonKind::Quiet busy=form.busy()>"Save"</Button>
                <Button name="act" value="release-next" busy=form.busy()>
                    "Release and next"
                </Button>
                <Button kind=ButtonKind::Secondary name="act" value="release" busy=form.busy()>
                    "Release"
                </Button>
                <Button kind=ButtonKind::Secondary name="act" value="next" busy=form.busy()>
                    "Save and next"
                </Button>
            </div>
            {form.status()}
            {score}
            <p class="soft marking-keys">
                "Keys: " <Kbd key="1" /> " to " <Kbd key="9" /> " choose a level, " <Kbd key="a" />
                " the best levels, " <Kbd key="n" /> " releases and goes on, " <Kbd key="s" /> " saves and goes on, "
                <Kbd key="Shift" /> " with a number ticks a check, " <Kbd key="i" /> " opens the comments."
            </p>
            {bank}
        </Form>
    }
    .erase()
}

/// Shows the points of a criterion, grouped by level. A number key chooses the most of a level.
pub fn criterion(
    at: usize,
    criterion: RubricCriterion,
    points: Option<i32>,
    form: FormState,
) -> AnyView {
    let name = format!("points[c{at}]");
    let stored = points.map(|points| points.to_string()).unwrap_or_default();
    let chosen = form.value(&name, &stored);
    let count = criterion.levels.len();
    let levels = criterion.levels.into_iter().enumerate();
    let levels = levels
        .map(|(at, each)| level(&name, (at + 1, count), each, &chosen))
        .collect_view();
    view! {
        <fieldset class="marking-criterion">
            <legend>{criterion.name}</legend>
            {levels}
        </fieldset>
    }
    .erase()
}

fn level(name: &str, (number, count): (usize, usize), level: RubricLevel, chosen: &str) -> AnyView {
    let choices = (level.from..=level.to).map(|points| {
        let value = points.to_string();
        let is_most = points == level.to;
        let label = format!("{}, {points}", level.name);
        view! {
            <label class="marking-choice">
                <input
                    type="radio"
                    name=name.to_owned()
                    value=value.clone()
                    checked=value == chosen
                    aria-label=label
                    data-level=is_most.then(|| number.to_string())
                    data-top=(is_most && number == count).then_some("")
                />
                {value}
            </label>
        }
    });
    let choices = choices.collect_view();
    view! {
        <div class="marking-level">
            <span class="soft">{format!("{number}. {}", level.name)}</span>
            {choices}
        </div>
    }
    .erase()
}

/// Shows the checks. The learner reads the feedback of those that are ticked.
fn checklist(checks: Vec<(String, bool)>) -> Option<AnyView> {
    let has_checks = !checks.is_empty();
    let checks = checks.into_iter().map(|(name, is_ticked)| {
        view! { <Checkbox name="ticked[]" value=name.clone() label=name checked=is_ticked /> }
    });
    let checks = checks.collect_view();
    has_checks.then(|| {
        view! {
            <fieldset class="marking-checks stack">
                <legend>"Checklist"</legend>
                {checks}
            </fieldset>
        }
        .erase()
    })
}

/// Shows the comments to use again.
fn bank(comments: Vec<(MarkingCommentId, String)>) -> AnyView {
    let rows = comments.into_iter().enumerate().map(|(at, (id, body))| {
        let number = at + 1;
        view! {
            <li>
                <p dir="auto">{body}</p>
                <div class="row">
                    <Button
                        kind=ButtonKind::Quiet
                        name="act"
                        value=format!("insert:{id}")
                        label=format!("Insert comment {number}")
                    >
                        "Insert"
                    </Button>
                    <Button
                        kind=ButtonKind::Quiet
                        name="act"
                        value=format!("forget:{id}")
                        label=format!("Delete comment {number}")
                    >
                        "Delete"
                    </Button>
                </div>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <details class="marking-bank">
            <summary>"Comments to use again"</summary>
            <div class="stack">
                <ul>{rows}</ul>
                <div>
                    <Button kind=ButtonKind::Secondary name="act" value="keep">
                        "Keep the feedback as a comment"
                    </Button>
                </div>
            </div>
        </details>
    }
    .erase()
}
