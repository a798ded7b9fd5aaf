//! Moderation across the courses that a person teaches.

use leptos::{prelude::*, server_fn};
use server_fn::ServerFn;

use super::answers::{changed_notice, person_line};
use super::message::{TutorForms, tutor_message};
use crate::coldcall::teach::api::{MarkModerationSeen, UndoModeration, load_moderation};
use crate::coldcall::teach::{
    ActLine, CohortPeople, ModerationItem, ModerationPage, UnansweredPrompt,
};
use crate::platform::ui::{
    Badge, Breadcrumbs, Button, ButtonKind, EmptyState, Erase, Form, FormState, Page, Tone, loaded,
    page_resource,
};

pub fn moderation_page() -> AnyView {
    let page = page_resource(|| (), |()| load_moderation());
    let forms = TutorForms::new(Callback::new(move |()| page.refetch()));
    let undo = FormState::of(UndoModeration::PATH);
    let seen = FormState::of(MarkModerationSeen::PATH);
    let show = move |page: ModerationPage| moderation(page, forms, undo, seen);
    view! {
        <Page title="Moderation">
            <div class="wide teach moderation">
                <Breadcrumbs trail=vec![("Teaching".to_owned(), "/teach".to_owned())] />
                <h1>"Moderation"</h1>
                {loaded(page, show)}
            </div>
        </Page>
    }
    .erase()
}

fn moderation(
    page: ModerationPage,
    forms: TutorForms,
    undo: FormState,
    seen: FormState,
) -> AnyView {
    let forms = forms.with_key(page.key);
    let changed = changed_notice(page.live.clone(), forms.again);
    let is_quiet = page.waiting.is_empty() && page.recent.is_empty() && page.acts.is_empty();
    let has_people = !page.silent.is_empty() || !page.held.is_empty();
    if is_quiet && page.unanswered.is_empty() && !has_people {
        return view! {
            {changed}
            <EmptyState title="Nothing to moderate" text="Messages, reports and silent members of your cohorts appear here." />
        }
        .erase();
    }
    view! {
        {changed}
        {waiting(page.waiting, forms)}
        {recent(page.recent, page.has_more, seen, forms)}
        {unanswered(page.unanswered)}
        {people("Silent members", "They have answered no prompt of the last 14 days.", page.silent, forms)}
        {people("Members whose posts wait for approval", "Only you and other tutors read a post of theirs until it is approved.", page.held, forms)}
        {acts(page.acts, undo, forms.again)}
    }
    .erase()
}

fn waiting(waiting: Vec<ModerationItem>, forms: TutorForms) -> AnyView {
    let inside = match waiting.is_empty() {
        true => view! { <p class="soft">"Nothing is reported or held."</p> }.erase(),
        false => items(waiting, forms),
    };
    view! {
        <section class="answer-group">
            <h2>"Waiting for you"</h2>
            {inside}
        </section>
    }
    .erase()
}

/// Shows the messages that the tutor has not seen, with a button that marks them as seen.
fn recent(
    recent: Vec<ModerationItem>,
    has_more: bool,
    seen: FormState,
    forms: TutorForms,
) -> AnyView {
    let Some(newest) = recent.first().map(|item| item.message.message_id) else {
        return view! {
            <section class="answer-group">
                <h2>"New"</h2>
                <p class="soft">"Nothing new."</p>
            </section>
        }
        .erase();
    };
    let more =
        has_more.then(|| view! { <p class="soft">"There are more. The newest are shown."</p> });
    view! {
        <section class="answer-group">
            <h2>"New"</h2>
            <Form form=seen class="row" on_done=forms.again>
                <input type="hidden" name="message" value=newest.to_string() />
                <Button kind=ButtonKind::Secondary busy=seen.busy()>
                    "Mark all as seen"
                </Button>
            </Form>
            {more}
            {items(recent, forms)}
        </section>
    }
    .erase()
}

fn items(items: Vec<ModerationItem>, forms: TutorForms) -> AnyView {
    let items = items
        .into_iter()
        .map(|item| {
            view! {
                <li>
                    <p class="row soft moderation-place">
                        <span>{item.place}</span>
                        <a href=item.href>{item.prompt}</a>
                    </p>
                    {tutor_message(&item.course, item.message, forms)}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="thread">{items}</ol> }.erase()
}

fn unanswered(prompts: Vec<UnansweredPrompt>) -> AnyView {
    if prompts.is_empty() {
        return ().erase();
    }
    let prompts = prompts
        .into_iter()
        .map(|of| {
            view! {
                <li>
                    <a href=of.href>{of.prompt}</a>
                    <span class="soft">{of.place}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="answer-group">
            <h2>"Unanswered prompts"</h2>
            <ul class="moderation-lines">{prompts}</ul>
        </section>
    }
    .erase()
}

/// Shows members by cohort; nothing if there are none.
fn people(
    title: &'static str,
    why: &'static str,
    cohorts: Vec<CohortPeople>,
    forms: TutorForms,
) -> AnyView {
    if cohorts.is_empty() {
        return ().erase();
    }
    let cohorts = cohorts
        .into_iter()
        .map(|cohort| {
            let people = cohort
                .members
                .into_iter()
                .map(|person| view! { <li>{person_line(&cohort.course, person, forms)}</li> })
                .collect_view();
            view! {
                <h3>{cohort.place}</h3>
                <ul class="silent-people">{people}</ul>
            }
        })
        .collect_view();
    view! {
        <section class="answer-group">
            <h2>{title}</h2>
            <p class="soft">{why}</p>
            {cohorts}
        </section>
    }
    .erase()
}

/// Shows the record of acts, with a button to undo each.
fn acts(acts: Vec<ActLine>, undo: FormState, again: Callback<()>) -> AnyView {
    if acts.is_empty() {
        return ().erase();
    }
    let acts = acts
        .into_iter()
        .map(|act| {
            let (when, exactly) = act.at;
            let reason = act
                .reason
                .map(|reason| view! { <q class="soft" dir="auto">{reason}</q> });
            let form = undo.of_item("action", &act.action_id.to_string());
            let label = format!("Undo · {}", act.text);
            let undo = match act.is_undone {
                true => view! { <Badge tone=Tone::Neutral text="Undone" /> }.erase(),
                false => view! {
                    <Form form=form class="message-acts" on_done=again>
                        <input type="hidden" name="course" value=act.course />
                        <input type="hidden" name="action" value=act.action_id.to_string() />
                        <button class="message-tool" aria-label=label.clone()>
                            "Undo"
                        </button>
                    </Form>
                }
                .erase(),
            };
            view! {
                <li>
                    <span>{act.text}</span>
                    {reason}
                    <time class="soft" datetime=exactly>
                        {when}
                    </time>
                    {undo}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="answer-group">
            <h2>"Record"</h2>
            <ul class="moderation-lines">{acts}</ul>
        </section>
    }
    .erase()
}
