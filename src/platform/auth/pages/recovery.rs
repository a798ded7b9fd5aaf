//! Pages of steps that need a mail: confirming an address, and choosing a new password.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::{email_field, gate, password_hint};
use crate::auth::api::{ConfirmEmail, ForgotPassword, ResetPassword};
use crate::auth::lifetimes;
use crate::ui::{Button, Erase, Field, Form, FormState, query_now};

pub fn check_mail_page() -> AnyView {
    let (lead, again) = match query_now("for").as_str() {
        "password" => (
            format!(
                "If there is an account with this address, we have sent it a link to choose a new password. The link works for {}.",
                lifetimes::RESET
            ),
            "/forgot-password",
        ),
        _ => (
            format!(
                "We have sent you a link. Open it to confirm your address and start learning. The link works for {}.",
                lifetimes::CONFIRMATION
            ),
            "/sign-up",
        ),
    };
    gate(
        "Check your email",
        &lead,
        view! {
            <p class="soft">
                "Nothing there? Look in your spam folder, or "
                <a href=again>"check the address and try again"</a> "."
            </p>
            <p class="gate-foot">
                <a href="/sign-in">"Back to sign in"</a>
            </p>
        }
        .erase(),
    )
}

/// Page with a button instead of a link that acts when opened. Mail scanners open links, which
/// would use the token up.
pub fn confirm_page() -> AnyView {
    let form = FormState::of(ConfirmEmail::PATH);
    let token = query_now("token");
    let next = query_now("next");
    gate(
        "Confirm your address",
        "One more step, and you are signed in.",
        view! {
            <Form form=form>
                <input type="hidden" name="token" value=token />
                <input type="hidden" name="next" value=next />
                <Button busy=form.busy()>"Confirm and start learning"</Button>
            </Form>
            <p class="gate-foot">
                "Confirmed already? " <a href="/sign-in">"Sign in"</a> " · Link expired? "
                <a href="/sign-up">"Sign up again"</a>
            </p>
        }
        .erase(),
    )
}

pub fn forgot_password_page() -> AnyView {
    let form = FormState::of(ForgotPassword::PATH);
    gate(
        "Forgot your password?",
        "Enter your email address and we will send you a link.",
        view! {
            <Form form=form>
                {email_field(form)}
                <Button busy=form.busy()>"Send the link"</Button>
            </Form>
            <p class="gate-foot">
                <a href="/sign-in">"Back to sign in"</a>
            </p>
        }
        .erase(),
    )
}

pub fn reset_password_page() -> AnyView {
    let form = FormState::of(ResetPassword::PATH);
    let token = query_now("token");
    gate(
        "Choose a new password",
        "You will be signed in here and signed out everywhere else.",
        view! {
            <Form form=form>
                <input type="hidden" name="token" value=token />
                <Field
                    name="password"
                    label="New password"
                    r#type="password"
                    hint=password_hint()
                    autocomplete="new-password"
                    required=true
                    error=form.error("password")
                />
                <Button busy=form.busy()>"Save and sign in"</Button>
            </Form>
            <p class="gate-foot">
                <a href="/forgot-password">"Request a new link"</a>
            </p>
        }
        .erase(),
    )
}
