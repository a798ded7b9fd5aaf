//! Page `/teach-with-us`, on which anybody applies to teach.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::ApplyToTeach;
use super::{LINK_CHARACTERS, STORY_CHARACTERS, SUBJECTS_CHARACTERS};
use crate::platform::auth::NAME_MAX;
use crate::platform::ui::{
    Button, Erase, Field, Form, FormState, Notice, Page, TextArea, Tone, query_value, viewer,
};

/// Page `/teach-with-us`.
pub fn teach_with_us_page() -> AnyView {
    let sent = query_value("sent");
    let form = FormState::of(ApplyToTeach::PATH);
    let inside = move || {
        match sent.get() == "yes" {
        true => view! {
            <Notice tone=Tone::Ok title="Your application has arrived">
                "We have sent a confirmation to your address, and write to you once we have read it. If you have applied before and were not answered yet, that application stays as it was."
            </Notice>
        }
        .erase(),
        false => fields(form),
    }
    };
    view! {
        <Page title="Teach with us">
            <div class="apply">
                <header>
                    <h1>"Teach with us"</h1>
                    <p class="lead">
                        "Tutors read what learners write, answer them, and help cohorts along. Tell us who you are, and we write to you."
                    </p>
                </header>
                {inside}
            </div>
        </Page>
    }
    .erase()
}

fn fields(form: FormState) -> AnyView {
    let (name, email) = viewer().map_or_else(Default::default, |viewer| {
        (viewer.display_name, viewer.email)
    });
    view! {
        <Form form=form>
            <Field
                name="application[name]"
                id="ly-teach-name"
                label="Your name"
                autocomplete="name"
                required=true
                max_length=NAME_MAX
                value=form.value("application[name]", &name)
                error=form.error("name")
            />
            <Field
                name="application[email]"
                id="ly-teach-email"
                label="Your email address"
                r#type="email"
                autocomplete="email"
                required=true
                hint="We answer to this address."
                value=form.value("application[email]", &email)
                error=form.error("email")
            />
            <Field
                name="application[subjects]"
                id="ly-teach-subjects"
                label="Which courses or subjects would you like to teach?"
                required=true
                max_length=SUBJECTS_CHARACTERS
                value=form.value("application[subjects]", "")
                error=form.error("subjects")
            />
            <TextArea
                name="application[experience]"
                id="ly-teach-experience"
                label="Your experience"
                hint="Teaching of any kind counts, and so does work in the subject."
                required=true
                max_length=STORY_CHARACTERS
                value=form.value("application[experience]", "")
                error=form.error("experience")
            />
            <TextArea
                name="application[motivation]"
                id="ly-teach-motivation"
                label="Why would you like to teach here?"
                required=true
                max_length=STORY_CHARACTERS
                value=form.value("application[motivation]", "")
                error=form.error("motivation")
            />
            <Field
                name="application[link]"
                id="ly-teach-link"
                label="Link"
                r#type="url"
                hint="For example your own page, a talk, or something that you wrote."
                max_length=LINK_CHARACTERS
                value=form.value("application[link]", "")
                error=form.error("link")
            />
            <div class="row">
                <Button big=true busy=form.busy()>
                    "Send application"
                </Button>
            </div>
        </Form>
    }
    .erase()
}
