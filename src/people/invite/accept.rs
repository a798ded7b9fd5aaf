//! Page `/invitation`, which the link of an invitation opens. It changes nothing by itself, because
//! mail scanners open links.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{AcceptInvitation, JoinByInvitation, load_invitation};
use super::{INVITATION, InvitationState, InvitedGuest, OpenInvitation};
use crate::people::role_label;
use crate::platform::address;
use crate::platform::auth::{NAME_MAX, PASSWORD_MIN, UserRole, lifetimes, sign_in_path};
use crate::platform::ui::{
    Button, Erase, Field, Form, FormState, Notice, Page, Tone, loaded, page_resource, query_value,
    viewer,
};

pub fn invitation_page() -> AnyView {
    let token = query_value("token");
    let page = page_resource(move || token.get(), load_invitation);
    let forms = (
        FormState::of(AcceptInvitation::PATH),
        FormState::of(JoinByInvitation::PATH),
        FormState::of(<crate::platform::auth::api::SignOut as ServerFn>::PATH),
    );
    let show = move |state: InvitationState| {
        let inside = match state {
            InvitationState::Open(open) => invited(open, token.get_untracked(), forms),
            closed => ended(&closed),
        };
        view! {
            <div class="gate">
                <div class="panel gate-panel">
                    <h1>"Your invitation"</h1>
                    {inside}
                </div>
            </div>
        }
        .erase()
    };
    view! { <Page title="Your invitation">{loaded(page, show)}</Page> }.erase()
}

/// Says why a link opens nothing.
fn ended(state: &InvitationState) -> AnyView {
    let why = match state {
        InvitationState::Accepted => {
            "This invitation was accepted already. Its links work once. If it was you, sign in."
                .to_owned()
        }
        InvitationState::Revoked => {
            "This invitation was revoked. Ask the people who invited you.".to_owned()
        }
        InvitationState::Expired => format!(
            "This invitation is more than {} old. Ask the people who invited you for a new one.",
            lifetimes::INVITATION
        ),
        _ => "This link is not valid. Open the link of your invitation’s mail.".to_owned(),
    };
    view! {
        <Notice tone=Tone::Warn>{why}</Notice>
        <p class="gate-foot">
            <a href="/sign-in">"Sign in"</a>
        </p>
    }
    .erase()
}

fn invited(
    open: OpenInvitation,
    token: String,
    (accept, join, sign_out): (FormState, FormState, FormState),
) -> AnyView {
    let course = open.course.clone().map(|course| {
        let title = course.language.inline(course.text);
        let lead = match open.role {
            UserRole::Learner => "You will take the course ",
            _ => "You will teach the course ",
        };
        view! { <p>{lead} {title} "."</p> }
    });
    let role = (open.role != UserRole::Learner)
        .then(|| view! { <p>{format!("Role: {}.", role_label(open.role))}</p> });
    let lead = format!(
        "You are invited to {}, with the address {}.",
        open.school, open.email
    );
    let here = address::with_query(INVITATION, &[("token", &token)]);
    let action = match open.guest {
        InvitedGuest::New => new_account(&open.name, token, join),
        InvitedGuest::SignedOut => {
            let sign_in = sign_in_path(&here);
            view! {
                <p>"This address has an account. Sign in with it to accept."</p>
                <Button href=sign_in>"Sign in"</Button>
            }
            .erase()
        }
        InvitedGuest::Invited => view! {
            <Form form=accept>
                <input type="hidden" name="token" value=token />
                <Button busy=accept.busy()>"Accept the invitation"</Button>
            </Form>
        }
        .erase(),
        InvitedGuest::Other => {
            let own = viewer().map(|viewer| viewer.email).unwrap_or_default();
            let why = format!(
                "This invitation is for {}, and you are signed in as {own}. Sign out and open the link again.",
                open.email
            );
            view! {
                <Notice tone=Tone::Warn>{why}</Notice>
                <Form form=sign_out>
                    <Button busy=sign_out.busy()>"Sign out"</Button>
                </Form>
            }
            .erase()
        }
    };
    view! {
        <p class="lead">{lead}</p>
        {course}
        {role}
        {action}
    }
    .erase()
}

fn new_account(name: &str, token: String, form: FormState) -> AnyView {
    let name = form.value("name", name);
    let hint =
        format!("At least {PASSWORD_MIN} characters. A few unrelated words make a good one.");
    view! {
        <Form form=form>
            <input type="hidden" name="token" value=token />
            <Field
                name="name"
                label="Your name"
                hint="Shown to your tutors and cohort."
                autocomplete="name"
                required=true
                max_length=NAME_MAX
                value=name
                error=form.error("name")
            />
            <Field
                name="password"
                label="Password"
                r#type="password"
                hint=hint
                autocomplete="new-password"
                required=true
                error=form.error("password")
            />
            <Button busy=form.busy()>"Create an account and accept"</Button>
        </Form>
    }
    .erase()
}
