//! Page `/admin/people/ID`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::{frame_below, state_badge};
use crate::people::api::{ChangeAccount, ChangeRole, load_person};
use crate::people::audit_log::about_path;
use crate::people::audit_log::pages::entries;
use crate::people::merge::merge_path;
use crate::people::operations::pages::mail_table;
use crate::people::own_data::DataCopy;
use crate::people::own_data::pages::copy_state;
use crate::people::{
    AccountAction, AccountState, AdminArea, CohortOfPerson, MERGED, PersonDevice, PersonPage,
    ROLE_DONE, ROLES, StudiedCourse, role_label, role_name,
};
use crate::platform::ids::UserId;
use crate::platform::ui::{
    Button, ButtonKind, Column, Erase, Form, FormState, Notice, Page, Select, Table, Tone, loaded,
    page_resource, path_part, query_value,
};

pub fn person_page() -> AnyView {
    let (person, done) = (path_part("person"), query_value("done"));
    let page = page_resource(
        move || person.get(),
        |person| load_person(UserId(person.parse().unwrap_or_default())),
    );
    let forms = (
        FormState::of(ChangeRole::PATH),
        FormState::of(ChangeAccount::PATH),
    );
    let show = move |page: PersonPage| {
        let said = said(&done.get_untracked());
        frame_below(
            AdminArea::People,
            page.line.name.clone(),
            sheet(page, said, forms),
        )
    };
    view! { <Page title="Person">{loaded(page, show)}</Page> }.erase()
}

fn said(done: &str) -> Option<&'static str> {
    match done {
        ROLE_DONE => Some("The role is changed."),
        MERGED => Some("The accounts are merged. The other one is deactivated."),
        other => AccountAction::parse(other).map(AccountAction::said),
    }
}

fn sheet(
    page: PersonPage,
    said: Option<&'static str>,
    (role, action): (FormState, FormState),
) -> AnyView {
    let said = said.map(|text| view! { <Notice tone=Tone::Ok>{text}</Notice> });
    let person = page.line.person;
    let confirmed = match page.is_confirmed {
        true => "confirmed",
        false => "not confirmed",
    };
    let facts = view! {
        <dl class="admin-facts">
            <div>
                <dt>"Email"</dt>
                <dd>
                    {page.line.email.clone()} <span class="soft">" " {confirmed}</span>
                </dd>
            </div>
            <div>
                <dt>"Username"</dt>
                <dd>{page.username.clone()}</dd>
            </div>
            <div>
                <dt>"Role"</dt>
                <dd>{role_label(page.line.role)}</dd>
            </div>
            <div>
                <dt>"State"</dt>
                <dd>{state_badge(page.line.state)}</dd>
            </div>
            <div>
                <dt>"Since"</dt>
                <dd>{page.line.since.clone()}</dd>
            </div>
            <div>
                <dt>"Last sign-in"</dt>
                <dd>{page.line.last_sign_in.clone().unwrap_or_else(|| "Never".to_owned())}</dd>
            </div>
        </dl>
    };
    let actions = actions(&page, role, action);
    view! {
        {said}
        {facts}
        {actions}
        {studies(page.studies, &page.username)}
        {teaching(page.teaches)}
        {memberships(page.memberships)}
        {devices(page.devices)}
        <section class="stack">
            <h2>"Mails"</h2>
            {match page.mails.is_empty() {
                true => view! { <p class="soft">"No mail was sent to this address in the last 90 days."</p> }.erase(),
                false => mail_table(page.mails, "Mails to this person"),
            }}
        </section>
        <section class="stack">
            <h2>"Audit log"</h2>
            {match page.entries.is_empty() {
                true => view! { <p class="soft">"No entries about this person."</p> }.erase(),
                false => entries(page.entries, "Entries about this person"),
            }}
            <p>
                <a href=about_path(person)>"All entries about this person"</a>
            </p>
        </section>
    }
    .erase()
}

fn actions(page: &PersonPage, role: FormState, action: FormState) -> AnyView {
    let is_active = page.line.state != AccountState::Deactivated;
    let role = match page.is_self {
        true => view! { <p class="soft">"This is your own account. Another admin can change its role or deactivate it."</p> }.erase(),
        false => role_form(page, role),
    };
    let person = page.line.person;
    let deactivate = (is_active && !page.is_self).then(|| Closing::DEACTIVATE.of(action));
    let is_planned = page.own_data.deletion.is_some();
    let delete = (!is_planned && !page.is_self).then(|| Closing::DELETE.of(action));
    let failed = [&deactivate, &delete]
        .into_iter()
        .flatten()
        .any(|form| form.1);
    // The outcome belongs to one of the forms.
    let action = match failed {
        true => action.of_item("action", ""),
        false => action,
    };
    let button = |act: AccountAction, label: &'static str| {
        view! {
            <Button kind=ButtonKind::Secondary name="action" value=act.name() busy=action.busy()>
                {label}
            </Button>
        }
    };
    let confirm = (!page.is_confirmed).then(|| button(AccountAction::Confirm, "Confirm email"));
    let reset = is_active.then(|| button(AccountAction::ResetPassword, "Send password reset mail"));
    let sign_out =
        (!page.devices.is_empty()).then(|| button(AccountAction::SignOut, "Sign out everywhere"));
    let back = (!is_active).then(|| button(AccountAction::Reactivate, "Reactivate"));
    let is_waiting = page.own_data.copy == Some(DataCopy::Waiting);
    let copy = (!is_waiting).then(|| button(AccountAction::CopyData, "Copy this person’s data"));
    let keep = is_planned.then(|| button(AccountAction::Keep, "Keep this account"));
    let planned = page.own_data.deletion.clone().map(|date| {
        view! { <p>{format!("This account will be deleted on {date}.")}</p> }
    });
    let state = page.own_data.copy.clone().map(copy_state);
    let closing = [(deactivate, Closing::DEACTIVATE), (delete, Closing::DELETE)]
        .into_iter()
        .filter_map(|(form, closing)| Some(closing.view(form?, person)))
        .collect_view();
    let merge = is_active.then(|| {
        view! {
            <p>
                <a href=merge_path(person)>"Merge another account into this one"</a>
            </p>
        }
    });
    view! {
        <section class="stack">
            <h2>"Account"</h2>
            {role}
            <Form form=action class="row">
                <input type="hidden" name="person" value=person.to_string() />
                {reset}
                {confirm}
                {sign_out}
                {back}
                {copy}
                {keep}
            </Form>
            {planned}
            {state}
            {merge}
            {closing}
        </section>
    }
    .erase()
}

/// A form that closes an account, behind a summary.
struct Closing {
    action: AccountAction,
    summary: &'static str,
    explanation: &'static str,
    button: &'static str,
}

impl Closing {
    const DEACTIVATE: Self = Self {
        action: AccountAction::Deactivate,
        summary: "Deactivate",
        explanation: "The person is signed out everywhere and can’t sign in. Nothing of theirs is deleted, and the account can be reactivated.",
        button: "Deactivate this account",
    };
    const DELETE: Self = Self {
        action: AccountAction::Delete,
        summary: "Delete",
        explanation: "The account and the person’s work are deleted after a time of grace, in which the person can sign in and keep it. Certificates, results of exams and orders stay.",
        button: "Delete this account",
    };

    /// The state of this form, and whether it was refused.
    fn of(&self, form: FormState) -> (FormState, bool) {
        let form = form.of_item("action", self.action.name());
        (form, form.problem().get_untracked().is_some())
    }

    fn view(self, (form, failed): (FormState, bool), person: UserId) -> AnyView {
        view! {
            <details class="leave soft" open=failed>
                <summary>{self.summary}</summary>
                <Form form=form>
                    <p>{self.explanation}</p>
                    <input type="hidden" name="person" value=person.to_string() />
                    <input type="hidden" name="action" value=self.action.name() />
                    <div>
                        <Button kind=ButtonKind::Danger busy=form.busy()>
                            {self.button}
                        </Button>
                    </div>
                </Form>
            </details>
        }
        .erase()
    }
}

fn role_form(page: &PersonPage, form: FormState) -> AnyView {
    let options = ROLES
        .map(|role| (role_name(role).to_owned(), role_label(role).to_owned()))
        .to_vec();
    let was = role_name(page.line.role);
    let person = page.line.person.to_string();
    view! {
        <Form form=form class="row admin-role">
            <input type="hidden" name="person" value=person />
            <input type="hidden" name="was" value=was />
            <Select
                name="role"
                label="Role"
                options=options
                value=form.value("role", was)
                error=form.error("role")
            />
            <Button kind=ButtonKind::Secondary busy=form.busy()>
                "Change role"
            </Button>
        </Form>
    }
    .erase()
}

fn studies(courses: Vec<StudiedCourse>, username: &str) -> AnyView {
    if courses.is_empty() {
        return view! {
            <section class="stack">
                <h2>"Courses"</h2>
                <p class="soft">"Studies no course."</p>
            </section>
        }
        .erase();
    }
    let columns = vec![
        Column::new("Course"),
        Column::new("Status"),
        Column::new("Since"),
        Column::new("Topics").figures(),
        Column::new("Quizzes passed").figures(),
        Column::new("Exams passed").figures(),
        Column::new("Certificate"),
    ];
    let rows = courses
        .into_iter()
        .map(|course| {
            let title = course.title.language.inline(course.title.text);
            let href = format!("/teach/{}/learners/{username}", course.slug);
            view! {
                <tr>
                    <th scope="row">
                        <a href=href>{title}</a>
                    </th>
                    <td>{course.status}</td>
                    <td data-label="Since">{course.since}</td>
                    <td class="r" data-label="Topics">
                        {format!("{}%", course.done)}
                    </td>
                    <td class="r" data-label="Quizzes passed">
                        {course.quizzes_passed}
                    </td>
                    <td class="r" data-label="Exams passed">
                        {course.exams_passed}
                    </td>
                    <td data-label="Certificate">{if course.has_certificate { "Yes" } else { "No" }}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>"Courses"</h2>
            <Table label="Courses and results" columns=columns stacks=true>
                {rows}
            </Table>
        </section>
    }
    .erase()
}

fn teaching(courses: Vec<(String, crate::course::CourseTitle)>) -> AnyView {
    if courses.is_empty() {
        return ().erase();
    }
    let lines = courses
        .into_iter()
        .map(|(slug, title)| {
            let text = title.language.inline(title.text);
            view! {
                <li>
                    <a href=format!("/teach/{slug}/tutors")>{text}</a>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>"Teaches"</h2>
            <ul>{lines}</ul>
        </section>
    }
    .erase()
}

fn memberships(memberships: Vec<CohortOfPerson>) -> AnyView {
    if memberships.is_empty() {
        return ().erase();
    }
    let lines = memberships
        .into_iter()
        .map(|member| {
            let href = format!("/teach/{}/cohorts/{}", member.course, member.cohort);
            view! {
                <li>
                    <a href=href>
                        <bdi>{member.title}</bdi>
                    </a>
                    <span class="soft">{format!(" {}", member.status)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>"Cohorts"</h2>
            <ul>{lines}</ul>
        </section>
    }
    .erase()
}

fn devices(devices: Vec<PersonDevice>) -> AnyView {
    let body = match devices.is_empty() {
        true => view! { <p class="soft">"Not signed in anywhere."</p> }.erase(),
        false => {
            let columns = vec![
                Column::new("Device"),
                Column::new("Address"),
                Column::new("Last seen"),
            ];
            let rows = devices
                .into_iter()
                .map(|device| {
                    let (seen, exactly) = device.last_seen;
                    view! {
                        <tr>
                            <td>{device.name}</td>
                            <td data-label="Address">{device.address}</td>
                            <td data-label="Last seen">
                                <time datetime=exactly>{seen}</time>
                            </td>
                        </tr>
                    }
                })
                .collect_view();
            view! {
                <Table label="Devices" columns=columns stacks=true>
                    {rows}
                </Table>
            }
            .erase()
        }
    };
    view! {
        <section class="stack">
            <h2>"Devices"</h2>
            {body}
        </section>
    }
    .erase()
}
