//! Page `/admin/operations`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{
    DiscardJob, EndSession, ResendMail, RunJobAgain, load_model_usage, load_operations,
};
use super::{
    HealthLine, JobLine, MODEL_USAGE, MailLine, ModelUsageLine, ModelUsagePage, OperationsList,
    OperationsPage, STORAGE, SessionLine, operations_path,
};
use crate::people::pages::{frame, frame_below};
use crate::people::{AdminArea, person_path};
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, EmptyState, Erase, Form, FormState, Glyph, Page, Pagination,
    Table, Tone, loaded, page_resource, query_value,
};

pub fn operations_page() -> AnyView {
    let (list, after) = (query_value("show"), query_value("after"));
    let page = page_resource(
        move || (list.get(), after.get()),
        |(list, after)| load_operations(OperationsList::parse(&list), after),
    );
    let forms = OperationsForms {
        run: FormState::of(RunJobAgain::PATH),
        discard: FormState::of(DiscardJob::PATH),
        resend: FormState::of(ResendMail::PATH),
        end: FormState::of(EndSession::PATH),
    };
    let show = move |page: OperationsPage| {
        let list = OperationsList::parse(&list.get_untracked());
        frame(AdminArea::Operations, operations(page, list, forms))
    };
    view! { <Page title="Operations">{loaded(page, show)}</Page> }.erase()
}

/// Page `/admin/operations/model`.
pub fn model_usage_page() -> AnyView {
    let page = page_resource(|| (), |()| load_model_usage());
    let show = |page: ModelUsagePage| {
        let heading = "Language model".to_owned();
        frame_below(AdminArea::Operations, heading, model_usage(page))
    };
    view! { <Page title="Language model">{loaded(page, show)}</Page> }.erase()
}

fn model_usage(page: ModelUsagePage) -> AnyView {
    let model = page.model.unwrap_or_else(|| {
        "None is set up. The tutor answers with quotations from the course.".to_owned()
    });
    let body = match page.lines.is_empty() {
        true => view! {
            <EmptyState
                glyph=Glyph::Check
                title="No requests yet"
                text="Answers that the model writes are listed here by day and course."
            />
        }
        .erase(),
        false => usage_table(page.lines),
    };
    view! {
        <dl class="admin-facts">
            <div>
                <dt>"Model"</dt>
                <dd>{model}</dd>
            </div>
            <div>
                <dt>"Last 24 hours"</dt>
                <dd>{page.last_day}</dd>
            </div>
        </dl>
        {body}
        <div class="stack" inner_html=page.choices.0></div>
    }
    .erase()
}

fn usage_table(lines: Vec<ModelUsageLine>) -> AnyView {
    let columns = vec![
        Column::new("Day"),
        Column::new("Course"),
        Column::new("Model"),
        Column::new("Requests").figures(),
        Column::new("Failed").figures(),
        Column::new("Tokens read + written").figures(),
        Column::new("Cost").figures(),
    ];
    let rows = lines
        .into_iter()
        .map(|line| {
            view! {
                <tr>
                    <th scope="row">{line.day}</th>
                    <td data-label="Course">
                        <bdi>{line.course}</bdi>
                    </td>
                    <td class="admin-reason">{line.model}</td>
                    <td class="r" data-label="Requests">
                        {line.requests}
                    </td>
                    <td class="r" data-label="Failed">
                        {line.failed}
                    </td>
                    <td class="r" data-label="Tokens">
                        {line.tokens}
                    </td>
                    <td class="r" data-label="Cost">
                        {line.cost.unwrap_or_else(|| "no price".to_owned())}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table label="Usage of the language model" columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

#[derive(Clone, Copy)]
struct OperationsForms {
    run: FormState,
    discard: FormState,
    resend: FormState,
    end: FormState,
}

fn operations(page: OperationsPage, list: OperationsList, forms: OperationsForms) -> AnyView {
    let health = page.health.into_iter().map(health_line).collect_view();
    let chips = OperationsList::ALL
        .map(|shown| {
            let href = operations_path(shown, "");
            view! {
                <a class="chip" href=href aria-current=(shown == list).then_some("true")>
                    {shown.label()}
                </a>
            }
        })
        .collect_view();
    let body = match list {
        _ if !page.jobs.is_empty() => job_table(page.jobs, list, forms),
        _ if !page.mails.is_empty() => mails(page.mails, "Mails", Some((list, forms.resend))),
        OperationsList::Sessions => session_table(page.sessions, forms.end),
        _ => view! { <EmptyState glyph=Glyph::Check title="Nothing here" text="This list is empty." /> }.erase(),
    };
    let next = page
        .next
        .map_or(String::new(), |after| operations_path(list, &after));
    view! {
        <section class="stack" aria-labelledby="ly-health">
            <h2 id="ly-health">"Health"</h2>
            <dl class="admin-facts">{health}</dl>
            <p>
                <a href=STORAGE>"Storage"</a>
                " · "
                <a href=MODEL_USAGE>"Usage of the language model"</a>
            </p>
        </section>
        <nav class="chips" aria-label="Jobs, mails and devices">
            {chips}
        </nav>
        {body}
        <Pagination next=next />
    }
    .erase()
}

fn health_line(line: HealthLine) -> AnyView {
    let warning =
        (!line.is_well).then(|| view! { <Badge tone=Tone::Warn text="Needs attention" /> });
    view! {
        <div>
            <dt>{line.label}</dt>
            <dd>
                {line.value} " " {warning}
            </dd>
        </div>
    }
    .erase()
}

fn job_table(jobs: Vec<JobLine>, list: OperationsList, forms: OperationsForms) -> AnyView {
    let time = match list {
        OperationsList::WaitingJobs => "Runs at",
        OperationsList::RunningJobs => "Since",
        _ => "Failed at",
    };
    let columns = vec![
        Column::new("Job"),
        Column::new(time),
        Column::new("Attempts").figures(),
        Column::new("Reason"),
        Column::new("Actions").silent(),
    ];
    let rows = jobs
        .into_iter()
        .map(|job| {
            let id = job.job.to_string();
            let (at, exactly) = job.at;
            let run = job
                .may_run
                .then(|| one_button(forms.run, ("job", &id), list, "Run now", &job.kind));
            let discard = job
                .may_discard
                .then(|| one_button(forms.discard, ("job", &id), list, "Discard", &job.kind));
            view! {
                <tr>
                    <th scope="row">
                        <code>{job.kind}</code>
                    </th>
                    <td data-label=time>
                        <time datetime=exactly>{at}</time>
                    </td>
                    <td class="r" data-label="Attempts">
                        {job.attempts}
                    </td>
                    <td class="admin-reason">{job.problem}</td>
                    <td>
                        <div class="row">{run} {discard}</div>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table label=list.label() columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

/// A table of devices that are signed in, each with a button that signs it out.
fn session_table(sessions: Vec<SessionLine>, form: FormState) -> AnyView {
    let columns = vec![
        Column::new("Person"),
        Column::new("Role"),
        Column::new("Device"),
        Column::new("Since"),
        Column::new("Last used"),
        Column::new("Actions").silent(),
    ];
    let rows = sessions.into_iter().map(|session| {
        let (name, person) = session.person;
        let (seen, exactly) = session.seen;
        let id = session.session.to_string();
        let end = match session.is_own {
            true => view! { <span class="soft">"This device"</span> }.erase(),
            false => one_button(
                form,
                ("session", &id),
                OperationsList::Sessions,
                "Sign out",
                &name,
            ),
        };
        view! {
            <tr>
                <th scope="row">
                    <a href=person_path(person)>
                        <bdi>{name}</bdi>
                    </a>
                </th>
                <td data-label="Role">{session.role}</td>
                <td data-label="Device">
                    {session.device} <span class="soft admin-under">{session.address}</span>
                </td>
                <td data-label="Since">{session.since}</td>
                <td data-label="Last used">
                    <time datetime=exactly>{seen}</time>
                </td>
                <td>{end}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Table label="Signed-in devices" columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

/// A form of one button about a job, a mail or a device. Its problem is shown beside it.
fn one_button(
    form: FormState,
    (name, id): (&'static str, &str),
    list: OperationsList,
    label: &'static str,
    what: &str,
) -> AnyView {
    let form = form.of_item(name, id);
    let spoken = format!("{label}: {what}");
    let list = serde_name(list);
    let id = id.to_owned();
    view! {
        <Form form=form class="row">
            <input type="hidden" name=name value=id />
            <input type="hidden" name="list" value=list />
            <Button kind=ButtonKind::Secondary busy=form.busy() label=spoken>
                {label}
            </Button>
        </Form>
    }
    .erase()
}

/// The name of a list in a form.
fn serde_name(list: OperationsList) -> &'static str {
    match list {
        OperationsList::FailedJobs => "failed_jobs",
        OperationsList::RunningJobs => "running_jobs",
        OperationsList::WaitingJobs => "waiting_jobs",
        OperationsList::FailedMails => "failed_mails",
        OperationsList::Mails => "mails",
        OperationsList::Sessions => "sessions",
    }
}

/// A table of mails without actions.
pub fn mail_table(lines: Vec<MailLine>, label: &'static str) -> AnyView {
    mails(lines, label, None)
}

fn mails(
    lines: Vec<MailLine>,
    label: &'static str,
    resend: Option<(OperationsList, FormState)>,
) -> AnyView {
    let mut columns = vec![
        Column::new("Mail"),
        Column::new("To"),
        Column::new("Time"),
        Column::new("Outcome"),
    ];
    if resend.is_some() {
        columns.push(Column::new("Actions").silent());
    }
    let rows = lines
        .into_iter()
        .map(|mail| {
            let (at, exactly) = mail.at;
            let again = resend.map(|(list, form)| {
                let id = mail.mail.to_string();
                let button = mail
                    .may_resend
                    .then(|| one_button(form, ("mail", &id), list, "Send again", &mail.subject));
                view! { <td>{button}</td> }
            });
            let outcome = match mail.problem {
                None => view! { <Badge tone=Tone::Ok text="Sent" /> }.erase(),
                Some(problem) => view! {
                    <Badge tone=Tone::Danger text="Failed" />
                    <span class="soft admin-under">{problem}</span>
                }
                .erase(),
            };
            view! {
                <tr>
                    <th scope="row">
                        <bdi>{mail.subject}</bdi>
                    </th>
                    <td class="admin-reason">{mail.to}</td>
                    <td>
                        <time datetime=exactly>{at}</time>
                    </td>
                    <td class="admin-reason">{outcome}</td>
                    {again}
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table label=label columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}
