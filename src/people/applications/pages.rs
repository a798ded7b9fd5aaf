//! Pages on which admins read applications to teach, and decide.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{ApproveTutor, RejectTutor, load_tutor_application, load_tutor_applications};
use super::{
    ApprovalEffect, TutorApplicationLine, TutorApplicationList, TutorApplicationPage,
    TutorApplicationStatus, tutor_application_path, tutor_applications_path,
};
use crate::admission::review::{MAIL_CHARACTERS, SUBJECT_CHARACTERS};
use crate::people::pages::{frame_below, frame_waiting};
use crate::people::{AdminArea, person_path, role_label};
use crate::platform::ids::TutorApplicationId;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, EmptyState, Erase, Field, Form, FormState, Glyph, Page,
    Pagination, Table, TextArea, Tone, loaded, page_resource, path_part, query_value,
};

/// Page `/admin/tutor-applications`.
pub fn tutor_applications_page() -> AnyView {
    let (status, number) = (query_value("show"), query_value("page"));
    let page = page_resource(
        move || (status.get(), number.get()),
        |(status, number)| {
            let number = number.parse().map_or(0, |number: i64| number - 1);
            load_tutor_applications(TutorApplicationStatus::parse(&status), number)
        },
    );
    let show = move |page: TutorApplicationList| {
        let status = TutorApplicationStatus::parse(&status.get_untracked());
        let mut counts = page.counts.iter();
        let new = counts.find(|(shown, _)| *shown == TutorApplicationStatus::New);
        let waiting = new.map_or(0, |(_, count)| *count);
        frame_waiting(AdminArea::TutorApplications, waiting, list(page, status))
    };
    view! { <Page title="Tutor applications">{loaded(page, show)}</Page> }.erase()
}

fn list(page: TutorApplicationList, status: TutorApplicationStatus) -> AnyView {
    let chips = page
        .counts
        .iter()
        .map(|&(shown, count)| {
            let href = tutor_applications_path(shown, 0);
            view! {
                <a class="chip" href=href aria-current=(shown == status).then_some("true")>
                    {shown.label()} " " <span class="num">{count}</span>
                </a>
            }
        })
        .collect_view();
    let body = match page.lines.is_empty() {
        true => view! {
            <EmptyState
                glyph=Glyph::User
                title="No applications here"
                text="People apply on the page “Teach with us”."
            />
        }
        .erase(),
        false => table(page.lines),
    };
    let previous = match page.page {
        0 => String::new(),
        page => tutor_applications_path(status, page - 1),
    };
    let next = match page.has_more {
        true => tutor_applications_path(status, page.page + 1),
        false => String::new(),
    };
    view! {
        <nav class="chips" aria-label="Filter applications">
            {chips}
        </nav>
        {body}
        <Pagination previous=previous next=next />
    }
    .erase()
}

fn table(lines: Vec<TutorApplicationLine>) -> AnyView {
    let columns = vec![
        Column::new("Person"),
        Column::new("Courses or subjects"),
        Column::new("Arrived"),
    ];
    let rows = lines
        .into_iter()
        .map(|line| {
            let href = tutor_application_path(line.application);
            let (arrived, exactly) = line.arrived;
            view! {
                <tr>
                    <th scope="row">
                        <a href=href>
                            <bdi>{line.name}</bdi>
                        </a>
                        <span class="soft admin-under">{line.email}</span>
                    </th>
                    <td data-label="Courses or subjects" dir="auto">
                        {line.subjects}
                    </td>
                    <td data-label="Arrived">
                        <time datetime=exactly>{arrived}</time>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table label="Tutor applications" columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

/// Page `/admin/tutor-applications/APPLICATION`.
pub fn tutor_application_page() -> AnyView {
    let id = path_part("application");
    let page = page_resource(
        move || id.get(),
        |id| load_tutor_application(TutorApplicationId(id.parse().unwrap_or_default())),
    );
    let approve = FormState::of(ApproveTutor::PATH);
    let reject = FormState::of(RejectTutor::PATH);
    let show = move |page: TutorApplicationPage| {
        let heading = page.line.name.clone();
        let inside = application(page, approve, reject);
        frame_below(AdminArea::TutorApplications, heading, inside)
    };
    view! { <Page title="Tutor application">{loaded(page, show)}</Page> }.erase()
}

fn application(page: TutorApplicationPage, approve: FormState, reject: FormState) -> AnyView {
    let line = page.line.clone();
    let tone = match line.status {
        TutorApplicationStatus::New => Tone::Info,
        TutorApplicationStatus::Approved => Tone::Ok,
        TutorApplicationStatus::Rejected => Tone::Danger,
    };
    let link = page.link.clone().map(|link| {
        let href = link.clone();
        view! {
            <dt>"Link"</dt>
            <dd>
                <a href=href rel="nofollow noopener noreferrer">
                    {link}
                </a>
            </dd>
        }
    });
    let decide = page
        .approval
        .clone()
        .map(|effect| decide(&page, effect, approve, reject));
    let decided = page
        .decided
        .clone()
        .map(|decided| view! { <p role="status">{decided}</p> });
    let (arrived, exactly) = line.arrived;
    view! {
        <div class="row">
            <Badge tone=tone text=line.status.label() />
            <time class="soft" datetime=exactly>
                {arrived}
            </time>
        </div>
        {decided}
        <dl class="apply-given">
            <dt>"Email"</dt>
            <dd>{line.email}</dd>
            <dt>"Courses or subjects"</dt>
            <dd dir="auto">{line.subjects}</dd>
            <dt>"Experience"</dt>
            <dd dir="auto">{page.experience.clone()}</dd>
            <dt>"Motivation"</dt>
            <dd dir="auto">{page.motivation.clone()}</dd>
            {link}
        </dl>
        {decide}
    }
    .erase()
}

/// Both decisions, each with a confirmation. `<details>` works without JavaScript.
fn decide(
    page: &TutorApplicationPage,
    effect: ApprovalEffect,
    approve: FormState,
    reject: FormState,
) -> AnyView {
    let id = page.line.application.to_string();
    let mail = page.mail.clone();
    let account = |person| {
        view! {
            " "
            <a href=person_path(person)>"Open the account"</a>
        }
    };
    let (can_approve, what) = match effect {
        ApprovalEffect::Promotes(person) => (
            true,
            view! { "The account with this address becomes a tutor’s, and a mail tells the person." {account(person)} }.erase(),
        ),
        ApprovalEffect::Keeps(person, role) => {
            let role = role_label(role);
            (
                true,
                view! {
                    {format!("The account with this address has the role “{role}”, which stays. A mail tells the person.")}
                    {account(person)}
                }
                .erase(),
            )
        }
        ApprovalEffect::Invites => (
            true,
            "There is no account with this address. The person gets a mail that invites them as a tutor.".to_owned().erase(),
        ),
        ApprovalEffect::Impossible(why) => (false, why.erase()),
    };
    let approved = id.clone();
    let button = can_approve.then(|| {
        view! {
            <Form form=approve>
                <input type="hidden" name="application" value=approved />
                <div>
                    <Button busy=approve.busy()>"Approve this application"</Button>
                </div>
            </Form>
        }
    });
    let is_approving = approve.problem().get_untracked().is_some();
    let is_rejecting = reject.problem().get_untracked().is_some();
    view! {
        <section class="stack" aria-labelledby="ly-decide">
            <h2 id="ly-decide">"Decide"</h2>
            <details class="mail-template" open=is_approving>
                <summary>"Approve"</summary>
                <p>{what}</p>
                {button}
            </details>
            <details class="mail-template" open=is_rejecting>
                <summary>"Reject"</summary>
                <Form form=reject>
                    <input type="hidden" name="application" value=id />
                    <Field
                        name="subject"
                        label="Subject"
                        required=true
                        max_length=SUBJECT_CHARACTERS
                        value=reject.value("subject", &mail.subject)
                        error=reject.error("subject")
                    />
                    <TextArea
                        name="text"
                        label="Text"
                        required=true
                        max_length=MAIL_CHARACTERS
                        value=reject.value("text", &mail.text)
                        error=reject.error("text")
                    />
                    <div>
                        <Button kind=ButtonKind::Danger busy=reject.busy()>
                            "Reject and send the mail"
                        </Button>
                    </div>
                </Form>
            </details>
        </section>
    }
    .erase()
}
