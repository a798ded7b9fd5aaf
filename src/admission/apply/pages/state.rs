//! The state of an application that was submitted, and the actions that it leaves to the applicant.

use leptos::prelude::*;

use super::{identity, stages};
use crate::admission::apply::{Application, ApplyPage, apply_path};
use crate::admission::orders::PaymentStep;
use crate::admission::{OfferingStanding, RegistrationStatus, offering_facts};
use crate::platform::auth::{sign_in_path, sign_up_path};
use crate::platform::ui::{Button, ButtonKind, Erase, Form, FormState, viewer};

pub fn state(
    page: &ApplyPage,
    token: &str,
    offer: FormState,
    withdraw: FormState,
    start: FormState,
    cart: FormState,
) -> AnyView {
    let Some(application) = page.application.clone() else {
        return ().erase();
    };
    let withdrawn = application.status == RegistrationStatus::Withdrawn;
    let heading = match withdrawn {
        true => "This application has ended".to_owned(),
        false => page.label.clone(),
    };
    let (label, identity) = (
        page.label.clone(),
        identity(page.offering.offering_id, token),
    );
    let action = match page.standing {
        OfferingStanding::AcceptSeat => answer(page, token, offer),
        OfferingStanding::AwaitingPayment => pay(page, cart),
        OfferingStanding::Apply | OfferingStanding::JoinWaitlist => view! {
            <Form form=start>
                {identity}
                <div class="row">
                    <Button busy=start.busy()>"Apply again"</Button>
                </div>
            </Form>
        }
        .erase(),
        _ => page
            .onward
            .clone()
            .map(|href| stages::onward(href, label))
            .erase(),
    };
    let account = needs_account(page, &application).then(|| account(page));
    let leave = application
        .may_withdraw
        .then(|| leave(page, token, withdraw));
    view! {
        <section class="panel apply-state" role="status">
            <h2>{heading}</h2>
            <p>{page.note.clone()}</p>
            {action}
            {account}
        </section>
        {offering_facts(&page.offering)}
        {stages::summary(&application, None)}
        {leave}
    }
    .erase()
}

fn needs_account(page: &ApplyPage, application: &Application) -> bool {
    !application.has_account
        && matches!(
            page.standing,
            OfferingStanding::Accepted
                | OfferingStanding::StartsOn
                | OfferingStanding::AwaitingPayment
        )
}

/// Tells a person without an account how to get one.
fn account(page: &ApplyPage) -> AnyView {
    let next = format!("/courses/{}", page.course_slug);
    let text = match viewer() {
        Some(_) => "To study, sign in with the email address of this application.",
        None => "To study you need an account with the email address of this application.",
    };
    view! {
        <p>{text}</p>
        <div class="row">
            <Button href=sign_up_path(&next)>"Create an account"</Button>
            <Button kind=ButtonKind::Quiet href=sign_in_path(&next)>
                "Sign in"
            </Button>
        </div>
    }
    .erase()
}

/// Leads to the cart, or to the order that holds the seat. Only a signed-in person sees them.
fn pay(page: &ApplyPage, form: FormState) -> AnyView {
    let offering = page.offering.offering_id;
    let has_account = page
        .application
        .as_ref()
        .is_some_and(|application| application.has_account);
    match page.payment.clone() {
        Some(PaymentStep::Cart) => view! {
            <Form form=form>
                <input type="hidden" name="offering" value=offering.to_string() />
                <div class="row">
                    <Button big=true busy=form.busy()>
                        "Put into the cart"
                    </Button>
                </div>
            </Form>
        }
        .erase(),
        Some(PaymentStep::Order { title, path }) => view! {
            <p>"Your seat is in an order that awaits its payment."</p>
            <div class="row">
                <Button big=true href=path>
                    {title}
                </Button>
            </div>
        }
        .erase(),
        None if viewer().is_none() && has_account => view! {
            <p>"Sign in to pay for your seat."</p>
            <div class="row">
                <Button href=sign_in_path(&apply_path(offering))>"Sign in"</Button>
            </div>
        }
        .erase(),
        None => ().erase(),
    }
}

fn answer(page: &ApplyPage, token: &str, form: FormState) -> AnyView {
    let identity = identity(page.offering.offering_id, token);
    view! {
        <Form form=form>
            {identity}
            <div class="row">
                <Button big=true name="accept" value="true" busy=form.busy()>
                    "Accept your seat"
                </Button>
                <Button big=true kind=ButtonKind::Secondary name="accept" value="false" busy=form.busy()>
                    "Decline"
                </Button>
            </div>
        </Form>
    }
    .erase()
}

/// Asks before withdrawing. `<details>` works without JavaScript.
fn leave(page: &ApplyPage, token: &str, form: FormState) -> AnyView {
    let open = form.problem().get_untracked().is_some();
    let identity = identity(page.offering.offering_id, token);
    view! {
        <details class="leave soft" open=open>
            <summary>"Withdraw application"</summary>
            <Form form=form>
                <p>"A seat that is kept for you goes to the next person. You can apply again while applications are open."</p>
                {identity}
                <div class="row">
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Withdraw this application"
                    </Button>
                </div>
            </Form>
        </details>
    }
    .erase()
}
