//! The public page of a certificate, with the actions of its owner and of admins.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::{Meta, Title};

use crate::certificate::api::{
    IssueCertificateAnew, RateCourse, RevokeCertificate, load_certificate,
};
use crate::certificate::{CertificateFacts, CertificatePage, FEEDBACK_CHARACTERS, OwnCertificate};
use crate::paths::certificate_path;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Form, FormState, Glyph, Icon, Notice, Page, TextArea, Tone,
    in_summary, loaded, page_resource, path_part,
};
use crate::teaching::REASON_CHARACTERS;

pub fn certificate_page() -> AnyView {
    let code = path_part("code");
    let page = page_resource(move || code.get(), load_certificate);
    let rate = FormState::of(RateCourse::PATH);
    let ruling = ShownRuling {
        revoke: FormState::of(RevokeCertificate::PATH),
        issue_anew: FormState::of(IssueCertificateAnew::PATH),
    };
    view! {
        <Page title="Certificate">
            {loaded(page, move |page| certificate(page, rate, ruling))}
        </Page>
    }
    .erase()
}

/// Forms of an admin's decisions about a certificate.
#[derive(Clone, Copy)]
struct ShownRuling {
    revoke: FormState,
    issue_anew: FormState,
}

fn certificate(page: CertificatePage, rate: FormState, ruling: ShownRuling) -> AnyView {
    let code = page.facts.code.clone();
    let title = format!(
        "Certificate of {} · {}",
        page.facts.learner_name, page.facts.course_title
    );
    let organization = page.facts.organization_name.clone();
    let reason = page
        .own
        .as_ref()
        .and_then(|own| own.revocation_reason.clone());
    let state = match page.facts.revoked_on.clone() {
        None => view! {
            <Notice tone=Tone::Ok title="This certificate is genuine">
                {format!("It is on record at {organization}.")}
            </Notice>
        }
        .erase(),
        Some(on) => view! {
            <Notice tone=Tone::Danger title="This certificate was revoked">
                {format!("Revoked on {on}.")} {reason.map(|reason| format!(" Reason: {reason}"))}
            </Notice>
        }
        .erase(),
    };
    let counts = page.facts.revoked_on.is_none();
    let own = page.own.map(|own| {
        view! {
            {counts.then(|| files(&code))}
            {rating(code.clone(), own, rate)}
        }
    });
    let revoke = page
        .may_revoke
        .then(|| revocation(code.clone(), ruling.revoke));
    let issue_anew = page.may_issue_anew.then(|| anew(code, ruling.issue_anew));
    view! {
        <Title text=title />
        <Meta name="robots" content="noindex" />
        <div class="narrow certificate-page">
            {state}
            {sheet(page.facts)}
            {own}
            {revoke}
            {issue_anew}
            <p class="soft">
                <a href="/verify">"Check another certificate"</a>
            </p>
        </div>
    }
    .erase()
}

/// Renders the part of the page that is printed.
fn sheet(facts: CertificateFacts) -> AnyView {
    let (words, exactly) = facts.completed_on;
    view! {
        <article class="certificate" aria-labelledby="ly-certificate">
            <p class="certificate-by" dir="auto">{facts.organization_name.clone()}</p>
            <h1 id="ly-certificate">"Certificate of completion"</h1>
            <p class="soft">"This certifies that"</p>
            <p class="certificate-name" dir="auto">{facts.learner_name}</p>
            <p class="soft">"has completed the course"</p>
            <p class="certificate-course" lang=facts.course_language.tag() dir="auto">
                {facts.course_title}
            </p>
            <p class="soft">
                {facts.program.label()} " · completed on " <time datetime=exactly>{words}</time>
            </p>
            <footer class="soft">
                <p>{format!("Issued on {} by ", facts.issued_on)} <bdi>{facts.organization_name}</bdi></p>
                <p>"Anybody can check it at " <a href=certificate_path(&facts.code)>{facts.address}</a></p>
            </footer>
        </article>
    }
    .erase()
}

fn files(code: &str) -> AnyView {
    let path = certificate_path(code);
    let pdf = format!("{path}/certificate.pdf");
    let print = Callback::new(|_| {
        let _ = window().print();
    });
    view! {
        <section class="stack certificate-tools" aria-label="Keep and share">
            <div class="row">
                <Button href=pdf rel="external">
                    <Icon glyph=Glyph::Download />
                    "PDF"
                </Button>
                <Button kind=ButtonKind::Secondary href=format!("{path}/credential.jwt") rel="external">
                    <Icon glyph=Glyph::Download />
                    "Credential"
                </Button>
                <Button kind=ButtonKind::Secondary r#type="button" on_click=print>
                    "Print"
                </Button>
            </div>
            <p class="soft">
                "Share the address of this page. The credential is an Open Badge 3.0 for wallets; anybody can "
                <a href="/verify">"check it here"</a> "."
            </p>
        </section>
    }
    .erase()
}

/// HTML id of the first star, to which the summary of errors leads.
const FIRST_STAR: &str = "ly-rating";

fn rating(code: String, own: OwnCertificate, form: FormState) -> AnyView {
    let given = own.rating.map(|rating| rating.to_string());
    let chosen = form.value("rating", &given.unwrap_or_default());
    let stars = (1..=5)
        .map(|count| {
            let value = count.to_string();
            let checked = value == chosen;
            view! {
                <label>
                    <input id=(count == 1).then_some(FIRST_STAR) type="radio" name="rating" value=value required checked=checked />
                    <span aria-hidden="true">{"★".repeat(count)}</span>
                    <span class="vh">{format!("{count} of 5")}</span>
                </label>
            }
        })
        .collect_view();
    let (wrong, done) = (form.error("rating"), form.done());
    view! {
        <Form form=form class="stack certificate-rating">
            <input type="hidden" name="code" value=code />
            <fieldset>
                <legend>"How was this course?"</legend>
                {in_summary(FIRST_STAR, "Rating", wrong)}
                <div class="stars">{stars}</div>
                <p class="error" hidden=move || wrong.get().is_none()>
                    {move || wrong.get()}
                </p>
            </fieldset>
            <TextArea
                name="feedback"
                label="Comment"
                hint="For the tutors and authors of the course. They read it without your name."
                value=form.value("feedback", &own.feedback)
                error=form.error("feedback")
                max_length=FEEDBACK_CHARACTERS
            />
            <div class="form-foot">
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Send"
                </Button>
                <span class="soft" role="status">
                    {move || done.get().then_some("Thank you. Your rating is saved.")}
                </span>
            </div>
        </Form>
    }
    .erase()
}

fn revocation(code: String, form: FormState) -> AnyView {
    let open = form.error("reason").get_untracked().is_some();
    view! {
        <details class="certificate-revoke" open=open>
            <summary>"Revoke this certificate"</summary>
            <Form form=form>
                <input type="hidden" name="code" value=code />
                <TextArea
                    name="reason"
                    label="Reason"
                    hint="The owner can read it. A revoked certificate stays revoked, but you can issue a new one."
                    value=form.value("reason", "")
                    error=form.error("reason")
                    max_length=REASON_CHARACTERS
                    required=true
                />
                <Button kind=ButtonKind::Danger busy=form.busy()>
                    "Revoke"
                </Button>
            </Form>
        </details>
    }
    .erase()
}

fn anew(code: String, form: FormState) -> AnyView {
    let open = form.error("reason").get_untracked().is_some();
    view! {
        <details class="certificate-revoke" open=open>
            <summary>"Reissue"</summary>
            <Form form=form>
                <input type="hidden" name="code" value=code />
                <TextArea
                    name="reason"
                    label="Reason"
                    hint="Kept on record. The new certificate uses the current names and title. This one stays revoked."
                    value=form.value("reason", "")
                    error=form.error("reason")
                    max_length=REASON_CHARACTERS
                    required=true
                />
                <Button busy=form.busy()>"Reissue"</Button>
            </Form>
        </details>
    }
    .erase()
}
