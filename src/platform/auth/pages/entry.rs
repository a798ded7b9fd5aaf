//! The pages for signing in and signing up.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::{email_field, gate, password_hint, zone_field};
use crate::auth::api::{SignIn, SignUp};
use crate::auth::{NAME_MAX, sign_in_path, sign_up_path};
use crate::ui::{Button, Erase, Field, Form, FormState, query_now, site_frame};

pub fn sign_in_page() -> AnyView {
    let form = FormState::of(SignIn::PATH);
    let next = query_now("next");
    let sign_up = sign_up_path(&next);
    gate(
        "Sign in",
        "Welcome back. Your place in every course is saved.",
        view! {
            <Form form=form>
                <input type="hidden" name="next" value=next />
                {zone_field()}
                {email_field(form)}
                <Field
                    name="password"
                    label="Password"
                    r#type="password"
                    autocomplete="current-password"
                    required=true
                    error=form.error("password")
                />
                <Button busy=form.busy()>"Sign in"</Button>
            </Form>
            <p class="gate-foot">
                <a href="/forgot-password">"Forgot your password?"</a>
                " · New here? "
                <a href=sign_up>"Create an account"</a>
            </p>
        }
        .erase(),
    )
}

/// The box to accept the terms, on a site that has some.
fn terms_box() -> Option<AnyView> {
    let terms = site_frame().terms?;
    let href = format!("/pages/{}", terms.slug);
    Some(
        view! {
            <label class="check">
                <input type="checkbox" name="accepts" value=terms.version.to_string() required=true />
                <span>
                    "I accept the terms: " <a href=href target="_blank">
                        {terms.title}
                    </a>
                </span>
            </label>
        }
        .erase(),
    )
}

pub fn sign_up_page() -> AnyView {
    let form = FormState::of(SignUp::PATH);
    let next = query_now("next");
    let sign_in = sign_in_path(&next);
    gate(
        "Create an account",
        "It takes a minute. We will email you a link to confirm your address.",
        view! {
            <Form form=form>
                <input type="hidden" name="next" value=next />
                {zone_field()}
                <Field
                    name="name"
                    label="Your name"
                    hint="Shown to your tutors and cohort."
                    autocomplete="name"
                    required=true
                    max_length=NAME_MAX
                    value=form.value("name", "")
                    error=form.error("name")
                />
                {email_field(form)}
                <Field
                    name="password"
                    label="Password"
                    r#type="password"
                    hint=password_hint()
                    autocomplete="new-password"
                    required=true
                    error=form.error("password")
                />
                {terms_box()}
                <Button busy=form.busy()>"Create an account"</Button>
            </Form>
            <p class="gate-foot">"Already have an account? " <a href=sign_in>"Sign in"</a></p>
        }
        .erase(),
    )
}
