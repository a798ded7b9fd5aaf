//! Page of one learner: progress, attempts and sittings, and the tutor's actions.

use leptos::prelude::*;

use super::actions::{self, ActionForms, ActionKind};
use super::results::results;
use crate::authoring::view_as::pages::as_this_learner;
use crate::enrollment::EnrollmentStatus;
use crate::exercise::marking::marking_path;
use crate::gradebook::api::load_learner;
use crate::gradebook::messages::CourseReceivers;
use crate::gradebook::{LearnerPage, OpenedAttempt, PastAction, learner_path};
use crate::paths::{learner_knowledge_path, timeline_path};
#[cfg(feature = "hydrate")]
use crate::platform::ui::focus_field;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Erase, Meter, Notice, Page, Tone, loaded, page_resource, path_part,
    query_value,
};
use crate::quiz::pages::result_mark;
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub fn learner_page() -> AnyView {
    let (course, learner, attempt) = (
        path_part("course"),
        path_part("learner"),
        query_value("attempt"),
    );
    let query = (
        query_value("do"),
        query_value("module"),
        query_value("pair"),
        query_value("exam"),
    );
    let done = query_value("done");
    let page = page_resource(
        move || (course.get(), learner.get(), attempt.get()),
        |(course, learner, attempt)| load_learner(course, learner, attempt),
    );
    let forms = ActionForms::new();
    let show = move |page: LearnerPage| {
        let shown = page.clone();
        let inside = view! {
            {head(&page)}
            {move || notice(&done.get())}
            {move || {
                let (name, module, section, exam) = query;
                let action = ActionKind::parse(&name.get(), &module.get(), &section.get(), &exam.get());
                action.map(|action| actions::form(action, &shown, forms))
            }}
            {page.opened.clone().map(|opened| attempt_view(&page, opened))}
            {allowances(&page)}
            {results(&page)}
            {works(&page)}
            {record(page.record.clone())}
        };
        let heading = TeachHeading::name(page.name.clone()).beside(standing(page.status));
        let (course, title) = (&page.course_slug, &page.course_title);
        frame_below(course, title, Area::Learners, heading, inside.erase())
    };
    focus_action(query.0);
    view! { <Page title="Learner">{loaded(page, show)}</Page> }.erase()
}

/// Moves the focus to the form of an action once it is chosen from a menu.
fn focus_action(chosen: Memo<String>) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |was: Option<String>| {
        let now = chosen.get();
        // A page that was opened with an action keeps the focus that it has.
        if was.is_some_and(|was| was != now) && !now.is_empty() {
            request_animation_frame(|| focus_field("#ly-action"));
        }
        now
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = chosen;
}

/// Confirms the action that was just carried out.
fn notice(done: &str) -> Option<AnyView> {
    let text = match done {
        "reset" => "The quiz is reset.",
        "excuse" => "The learner is excused.",
        "end-excuse" => "The learner is no longer excused.",
        "unlock" => "Unlocked for the learner.",
        "allow" => "The time and attempts are changed.",
        "reset-exam" => "The exam is reset.",
        "excuse-exam" => "The learner is excused from the exam.",
        "end-exam-excuse" => "The learner is no longer excused from the exam.",
        _ => return None,
    };
    let said = format!("{text} The learner will receive an email.");
    Some(view! { <Notice tone=Tone::Ok>{said}</Notice> }.erase())
}

fn standing(status: EnrollmentStatus) -> AnyView {
    let (tone, text) = match status {
        EnrollmentStatus::Active => (Tone::Info, "Active"),
        EnrollmentStatus::Completed => (Tone::Ok, "Completed"),
        EnrollmentStatus::Withdrawn => (Tone::Neutral, "Withdrawn"),
        EnrollmentStatus::Expired => (Tone::Neutral, "Expired"),
    };
    view! { <Badge tone=tone text=text /> }.erase()
}

fn head(page: &LearnerPage) -> AnyView {
    let (done, all) = page.done;
    let percent = u8::try_from(100 * done / all.max(1)).unwrap_or_default();
    let active = page.last_active.clone();
    let studies = [EnrollmentStatus::Active, EnrollmentStatus::Completed].contains(&page.status);
    let write = studies.then(|| {
        let href = CourseReceivers::one(&page.username).path(&page.course_slug);
        view! {
            <Button kind=ButtonKind::Secondary href=href>
                "Write to this learner"
            </Button>
        }
    });
    let seen = studies.then(|| {
        let back = learner_path(&page.course_slug, &page.username);
        as_this_learner(&page.course_slug, &page.username, back)
    });
    let timeline = studies.then(|| {
        let href = timeline_path(&page.course_slug, &page.username);
        view! {
            <Button kind=ButtonKind::Secondary href=href>
                "Timeline"
            </Button>
            <Button kind=ButtonKind::Secondary href=learner_knowledge_path(&page.course_slug, &page.username)>
                "Knowledge"
            </Button>
        }
    });
    view! {
        <section class="learner-head" aria-label="Progress">
            <p class="soft">
                <a href=format!("mailto:{}", page.email)>{page.email.clone()}</a>
                {format!(
                    " · enrolled on {}, {}",
                    page.enrolled,
                    active.map_or("not started".to_owned(), |when| format!("last active {when}")),
                )}
            </p>
            <div class="row">
                <div class="grow">
                    <Meter percent=percent label="Topics completed" />
                </div>
                <span class="num">{format!("{done} of {all} topics")}</span>
                {timeline}
                {seen}
                {write}
            </div>
        </section>
    }
    .erase()
}

fn attempt_view(page: &LearnerPage, opened: OpenedAttempt) -> AnyView {
    let back = learner_path(&page.course_slug, &page.username);
    let way = view! {
        <Button kind=ButtonKind::Secondary href=back>
            "Close"
        </Button>
    };
    view! {
        <section class="learner-attempt" aria-labelledby="ly-attempt">
            <h2 id="ly-attempt">{format!("{}, {}", opened.quiz, opened.when)}</h2>
            {result_mark(opened.graded, &page.course_title.language, way.erase())}
        </section>
    }
    .erase()
}

fn allowances(page: &LearnerPage) -> AnyView {
    let time = match page.extra_time_percent {
        0 => "Standard time".to_owned(),
        percent => format!("{percent}% extra time"),
    };
    let attempts = match page.extra_attempts {
        0 => "the standard number of attempts".to_owned(),
        1 => "1 extra attempt".to_owned(),
        count => format!("{count} extra attempts"),
    };
    let any_closed = page.modules.iter().any(|module| !module.is_open);
    view! {
        <div class="row learner-actions">
            <p class="grow">{format!("{time} and {attempts} per quiz.")}</p>
            {link(page, ActionKind::Allow, "Extra time or attempts")}
            {any_closed.then(|| link(page, ActionKind::Unlock(None), "Unlock all modules"))}
        </div>
    }
    .erase()
}

fn link(page: &LearnerPage, action: ActionKind, text: &'static str) -> AnyView {
    let href = action.path(&page.course_slug, &page.username);
    view! {
        <Button kind=ButtonKind::Secondary href=href>
            {text}
        </Button>
    }
    .erase()
}

/// Shows the work on exercises that the learner has handed in.
fn works(page: &LearnerPage) -> AnyView {
    if page.works.is_empty() && page.missing.is_empty() {
        return ().erase();
    }
    let lines = page.works.iter().cloned().map(|work| {
        let state = match work.score {
            Some(score) => format!("{score}%"),
            None => "No released marks".to_owned(),
        };
        view! {
            <li>
                <p>
                    <a href=marking_path(work.submission_id)>
                        {page.course_title.language.inline(work.exercise)}
                    </a>
                </p>
                <p class="soft">
                    {state} ", handed in " <time datetime=work.when.1>{work.when.0}</time>
                </p>
            </li>
        }
    });
    let missing = page.missing.iter().cloned().map(|exercise| {
        view! {
            <li>
                <p>{page.course_title.language.inline(exercise)}</p>
                <p class="soft">"0%, missing"</p>
            </li>
        }
    });
    view! {
        <section class="gradebook-list">
            <h2>"Handed-in work"</h2>
            <ul>{lines.collect_view()} {missing.collect_view()}</ul>
        </section>
    }
    .erase()
}

fn record(record: Vec<PastAction>) -> AnyView {
    if record.is_empty() {
        return ().erase();
    }
    let lines = record.into_iter().map(|action| {
        view! {
            <li>
                <p>
                    <b>{action.said}</b>
                </p>
                <p>{action.reason}</p>
                <p class="soft">{action.by}</p>
            </li>
        }
    });
    view! {
        <section class="gradebook-list">
            <h2>"Tutor actions"</h2>
            <ul>{lines.collect_view()}</ul>
        </section>
    }
    .erase()
}
