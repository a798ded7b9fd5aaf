//! The page on which anyone checks a code or a credential.

use leptos::prelude::*;

use crate::certificate::api::verify;
use crate::certificate::{CertificateFacts, VERIFIED_BYTES, Verdict};
use crate::paths::certificate_path;
use crate::platform::ui::{
    Button, Erase, Notice, Page, TextArea, Tone, loaded, page_resource, query_value,
};

pub fn verify_page() -> AnyView {
    let text = query_value("text");
    let verdict = page_resource(move || text.get(), verify);
    view! {
        <Page title="Check a certificate">
            {loaded(verdict, move |verdict| checked(verdict, text.get_untracked()))}
        </Page>
    }
    .erase()
}

fn checked(verdict: Option<Verdict>, typed: String) -> AnyView {
    view! {
        <div class="narrow stack">
            <h1>"Check a certificate"</h1>
            {verdict.map(said)}
            <form class="stack" method="get" action="/verify">
                <TextArea
                    name="text"
                    label="Code, address or credential"
                    hint="Such as k7qm-2r9x-0t1b, or the whole content of the file credential.jwt."
                    value=typed
                    max_length=VERIFIED_BYTES
                    required=true
                />
                <div class="form-foot">
                    <Button>"Check"</Button>
                </div>
            </form>
        </div>
    }
    .erase()
}

fn said(verdict: Verdict) -> AnyView {
    let (tone, title, facts) = match verdict {
        Verdict::Genuine(facts) => (Tone::Ok, "This certificate is genuine", facts),
        Verdict::Revoked(facts) => (Tone::Danger, "This certificate was revoked", facts),
        Verdict::Refused(why) => {
            return view! {
                <Notice tone=Tone::Danger title="This is not one of our certificates">
                    {why}
                </Notice>
            }
            .erase();
        }
    };
    let path = certificate_path(&facts.code);
    let CertificateFacts {
        learner_name,
        course_title,
        course_language,
        organization_name,
        completed_on,
        revoked_on,
        ..
    } = facts;
    let revoked = revoked_on.map(|on| format!(" It was revoked on {on} and is no longer valid."));
    view! {
        <Notice tone=tone title=title>
            <bdi>{learner_name}</bdi>
            " completed “"
            {course_language.inline(course_title)}
            "” at "
            <bdi>{organization_name}</bdi>
            {format!(" on {}.", completed_on.0)}
            {revoked}
        </Notice>
        <p>
            <a href=path>"View the certificate"</a>
        </p>
    }
    .erase()
}
