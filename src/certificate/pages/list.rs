//! The page with the learner's own certificates.

use leptos::prelude::*;

use crate::certificate::CertificateFacts;
use crate::certificate::api::my_certificates;
use crate::paths::certificate_path;
use crate::platform::ui::{Badge, EmptyState, Erase, Page, Tone, loaded, page_resource};

pub fn certificates_page() -> AnyView {
    let own = page_resource(|| (), |()| my_certificates());
    view! { <Page title="Your certificates">{loaded(own, list)}</Page> }.erase()
}

fn list(own: Vec<CertificateFacts>) -> AnyView {
    let body = match own.is_empty() {
        true => view! {
            <EmptyState title="No certificates yet" text="When you complete a course, its certificate appears here." />
        }
        .erase(),
        false => view! {
            <ul class="certificates">{own.into_iter().map(row).collect_view()}</ul>
        }
        .erase(),
    };
    view! {
        <div class="narrow stack">
            <h1>"Your certificates"</h1>
            {body}
        </div>
    }
    .erase()
}

fn row(facts: CertificateFacts) -> AnyView {
    let revoked = facts
        .revoked_on
        .is_some()
        .then(|| view! { <Badge tone=Tone::Danger text="Revoked" /> });
    view! {
        <li>
            <a href=certificate_path(&facts.code) lang=facts.course_language.tag() dir="auto">
                {facts.course_title}
            </a>
            {revoked}
            <time class="soft" datetime=facts.completed_on.1>
                {facts.completed_on.0}
            </time>
        </li>
    }
    .erase()
}
