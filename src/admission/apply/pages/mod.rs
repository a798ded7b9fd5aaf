//! Pages of an application: its stages, and its state after it was submitted.

mod stages;
mod state;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use uuid::Uuid;

use super::api::{
    AnswerOffer, SaveAnswers, SaveDetails, StartApplication, SubmitApplication,
    WithdrawApplication, load_application, load_join,
};
use super::{ApplicationStage, ApplyPage};
use crate::admission::RegistrationStatus;
use crate::admission::orders::api::AddToCart;
use crate::platform::ids::OfferingId;
use crate::platform::ui::{
    Breadcrumbs, Erase, FormState, Page, loaded, page_resource, path_part, query_value,
};

/// Page `/apply/OFFERING`, with a stage or without.
pub fn apply_page() -> AnyView {
    let (offering, stage) = (path_part("offering"), path_part("stage"));
    let token = query_value("token");
    let page = page_resource(
        move || (offering.get(), token.get(), stage.get()),
        |(offering, token, _)| {
            let offering = Uuid::parse_str(&offering).unwrap_or_default();
            load_application(OfferingId(offering), token)
        },
    );
    let forms = ApplyForms::new();
    let show = move |page: ApplyPage| {
        let stage = ApplicationStage::parse(&stage.get_untracked());
        let stage = stage.unwrap_or(ApplicationStage::Program);
        apply(page, stage, &token.get_untracked(), forms)
    };
    view! { <Page title="Apply">{loaded(page, show)}</Page> }.erase()
}

/// Page `/join/CODE`: the offering with this code.
pub fn join_page() -> AnyView {
    let code = path_part("code");
    let page = page_resource(move || code.get(), load_join);
    let forms = ApplyForms::new();
    let show = move |page: ApplyPage| apply(page, ApplicationStage::Program, "", forms);
    view! { <Page title="Apply">{loaded(page, show)}</Page> }.erase()
}

#[derive(Clone, Copy)]
struct ApplyForms {
    start: FormState,
    details: FormState,
    answers: FormState,
    submit: FormState,
    offer: FormState,
    withdraw: FormState,
    cart: FormState,
}

impl ApplyForms {
    fn new() -> Self {
        Self {
            start: FormState::of(StartApplication::PATH),
            details: FormState::of(SaveDetails::PATH),
            answers: FormState::of(SaveAnswers::PATH),
            submit: FormState::of(SubmitApplication::PATH),
            offer: FormState::of(AnswerOffer::PATH),
            withdraw: FormState::of(WithdrawApplication::PATH),
            cart: FormState::of(AddToCart::PATH),
        }
    }
}

fn apply(page: ApplyPage, stage: ApplicationStage, token: &str, forms: ApplyForms) -> AnyView {
    let title = page.course_title.clone();
    let offering = page.offering.offering_id;
    let draft = page
        .application
        .clone()
        .filter(|application| application.status == RegistrationStatus::Draft);
    let is_over = page.application.is_some() && draft.is_none();
    let trail = vec![
        ("Courses".to_owned(), "/courses".to_owned()),
        (title.text.clone(), format!("/courses/{}", page.course_slug)),
        ("Apply".to_owned(), String::new()),
    ];
    let steps = (!is_over).then(|| {
        let reached = draft.as_ref().map(|draft| draft.stage);
        let shown = match draft {
            Some(_) => stage,
            None => ApplicationStage::Program,
        };
        steps(shown, reached, offering, token)
    });
    let inside = match (draft, stage) {
        (None, _) if is_over => {
            let (offer, withdraw) = (forms.offer, forms.withdraw);
            state::state(&page, token, offer, withdraw, forms.start, forms.cart)
        }
        (None, _) => stages::program(&page, None, token, forms.start),
        (Some(draft), ApplicationStage::Program) => {
            stages::program(&page, Some(draft), token, forms.start)
        }
        (Some(draft), ApplicationStage::Details) => {
            stages::details(&draft, offering, token, forms.details)
        }
        (Some(draft), ApplicationStage::Questions) => {
            stages::questions(draft, offering, token, forms.answers)
        }
        (Some(draft), ApplicationStage::Review) => {
            stages::review(&page, draft, token, forms.submit)
        }
    };
    let task = match stage {
        ApplicationStage::Program => "Apply",
        stage => stage.label(),
    };
    view! {
        <Title text=format!("{task} · {title}") />
        <div class="apply">
            <Breadcrumbs trail=trail />
            <header>
                <h1 lang=title.language.tag() dir=title.language.dir()>
                    {title.text.clone()}
                </h1>
                <p class="lead">{page.offering.title.clone()}</p>
            </header>
            {steps}
            {inside}
        </div>
    }
    .erase()
}

/// Lists the stages, with links to those that can be opened.
fn steps(
    here: ApplicationStage,
    reached: Option<ApplicationStage>,
    offering: OfferingId,
    token: &str,
) -> AnyView {
    let steps = ApplicationStage::ALL
        .into_iter()
        .map(|stage| {
            let is_here = (stage == here).then_some("step");
            let is_open = reached.is_some_and(|reached| stage <= reached);
            let is_done = reached.is_some_and(|reached| stage < reached);
            let name = match is_open && stage != here {
                true => view! { <a href=stage.path(offering, token)>{stage.label()}</a> }.erase(),
                false => view! { <span>{stage.label()}</span> }.erase(),
            };
            view! {
                <li class:done=is_done aria-current=is_here>
                    {name}
                </li>
            }
        })
        .collect_view();
    view! {
        <nav aria-label="Stages of the application">
            <ol class="apply-steps">{steps}</ol>
        </nav>
    }
    .erase()
}

/// Hidden fields by which every form names its application.
fn identity(offering: OfferingId, token: &str) -> AnyView {
    view! {
        <input type="hidden" name="offering" value=offering.to_string() />
        <input type="hidden" name="token" value=token.to_owned() />
    }
    .erase()
}
