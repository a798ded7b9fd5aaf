//! Moderation across the courses that a person teaches.

use leptos::{prelude::*, server_fn};
use server_fn::ServerFn;

use super::answers::person_line;
use super::message::{TutorForms, tutor_message};
use crate::coldcall::teach::api::{HoldMember, UndoModeration, load_moderation};
use crate::coldcall::teach::{
    ActLine, ModerationItem, ModerationPage, SilentCohort, UnansweredPrompt,
};
use crate::platform::ui::{
    Badge, Breadcrumbs, EmptyState, Erase, Form, FormState, Page, Tone, loaded, page_resource,
};

pub fn moderation_page() -> AnyView {
    let page = page_resource(|| (), |()| load_moderation());
    let forms = TutorForms::new(Callback::new(move |()| page.refetch()));
    let undo = FormState::of(UndoModeration::PATH);
    let hold = FormState::of(HoldMember::PATH);
    let show = move |page: ModerationPage| moderation(page, forms, undo, hold);
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
    hold: FormState,
) -> AnyView {
    let is_quiet = page.waiting.is_empty() && page.recent.is_empty() && page.acts.is_empty();
    if is_quiet && page.unanswered.is_empty() && page.silent.is_empty() {
        return view! {
            <EmptyState title="Nothing to moderate" text="Messages, reports and silent members of your cohorts appear here." />
        }
        .erase();
    }
    view! {
        {items("Waiting for you", "Nothing is reported or held.", page.waiting, forms)}
        {items("New this week", "No messages this week.", page.recent, forms)}
        {unanswered(page.unanswered)}
        {silent(page.silent, hold, forms.again)}
        {acts(page.acts, undo, forms.again)}
    }
    .erase()
}

fn items(
    title: &'static str,
    none: &'static str,
    items: Vec<ModerationItem>,
    forms: TutorForms,
) -> AnyView {
    let inside = match items.is_empty() {
        true => view! { <p class="soft">{none}</p> }.erase(),
        false => {
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
    };
    view! {
        <section class="answer-group">
            <h2>{title}</h2>
            {inside}
        </section>
    }
    .erase()
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

fn silent(cohorts: Vec<SilentCohort>, hold: FormState, again: Callback<()>) -> AnyView {
    if cohorts.is_empty() {
        return ().erase();
    }
    let cohorts = cohorts
        .into_iter()
        .map(|cohort| {
            let people = cohort
                .members
                .into_iter()
                .map(|person| {
                    view! { <li>{person_line(&cohort.course, person, hold, again)}</li> }
                })
                .collect_view();
            view! {
                <h3>{cohort.place}</h3>
                <ul class="silent-people">{people}</ul>
            }
        })
        .collect_view();
    view! {
        <section class="answer-group">
            <h2>"Silent members"</h2>
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
