//! Pages on which admins invite people.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{
    ConfirmInvitationList, InvitePerson, ResendInvitation, RevokeInvitation, load_invitation_list,
    load_invitations,
};
use super::{
    INVITATION_UPLOAD, INVITATIONS, InvitationLine, InvitationListPage, InvitationsPage,
    InviteCounts, InviteGroup,
};
use crate::cohort::teach::{LIST_BYTES, LIST_LINES};
use crate::course::CourseTitle;
use crate::people::pages::{frame, frame_below};
use crate::people::{AdminArea, ROLES, counted, role_label, role_name};
use crate::platform::address;
use crate::platform::auth::{NAME_MAX, lifetimes};
use crate::platform::figures;
use crate::platform::ids::InvitationListId;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, EmptyState, Erase, Field, Form, FormState, Glyph, Notice,
    Page, Pagination, Select, Table, Tone, check_file_size, loaded, page_resource, path_part,
    query_value,
};

#[derive(Clone, Copy)]
struct InvitationForms {
    invite: FormState,
    resend: FormState,
    revoke: FormState,
}

/// Page `/admin/invitations`.
pub fn invitations_page() -> AnyView {
    let after = query_value("after");
    let page = page_resource(move || after.get(), load_invitations);
    let forms = InvitationForms {
        invite: FormState::of(InvitePerson::PATH),
        resend: FormState::of(ResendInvitation::PATH),
        revoke: FormState::of(RevokeInvitation::PATH),
    };
    let show = move |page: InvitationsPage| frame(AdminArea::Invitations, invitations(page, forms));
    view! { <Page title="Invitations">{loaded(page, show)}</Page> }.erase()
}

fn role_options() -> Vec<(String, String)> {
    ROLES
        .map(|role| (role_name(role).to_owned(), role_label(role).to_owned()))
        .to_vec()
}

fn course_options(courses: &[(String, CourseTitle)]) -> Vec<(String, String)> {
    let none = (String::new(), "No course".to_owned());
    let courses = courses
        .iter()
        .map(|(slug, title)| (slug.clone(), title.text.clone()));
    std::iter::once(none).chain(courses).collect()
}

fn invitations(page: InvitationsPage, forms: InvitationForms) -> AnyView {
    let problem = page.problem.clone().map(|problem| {
        view! {
            <Notice tone=Tone::Danger title="Nobody was invited">
                {problem}
            </Notice>
        }
    });
    let said = counted(page.total, "open invitation", "open invitations");
    let next = page.next.clone().map_or(String::new(), |after| {
        address::with_query(INVITATIONS, &[("after", &after)])
    });
    let form = one(&page.courses, forms.invite);
    let list = upload(&page.courses);
    let table = match page.invitations.is_empty() {
        true => view! {
            <EmptyState
                glyph=Glyph::User
                title="No open invitations"
                text="Invitations are listed here until they are accepted or revoked."
            />
        }
        .erase(),
        false => table(page.invitations, forms),
    };
    view! {
        {problem}
        <section class="stack" aria-labelledby="ly-invite">
            <h2 id="ly-invite">"Invite a person"</h2>
            {form}
        </section>
        {list}
        <section class="stack">
            <h2>"Open invitations"</h2>
            <p class="soft" role="status">
                {said}
            </p>
            {table}
            <Pagination next=next />
        </section>
    }
    .erase()
}

fn one(courses: &[(String, CourseTitle)], form: FormState) -> AnyView {
    let hint = format!(
        "They get a mail with a link that works for {}.",
        lifetimes::INVITATION
    );
    let courses = course_options(courses);
    view! {
        <Form form=form class="stack exam-form">
            <div class="exam-cols">
                <Field
                    name="invitation[email]"
                    id="ly-invite-email"
                    label="Email"
                    r#type="email"
                    autocomplete="off"
                    required=true
                    hint=hint
                    value=form.value("invitation[email]", "")
                    error=form.error("email")
                />
                <Field
                    name="invitation[name]"
                    id="ly-invite-name"
                    label="Name"
                    autocomplete="off"
                    max_length=NAME_MAX
                    hint="They can change it."
                    value=form.value("invitation[name]", "")
                    error=form.error("name")
                />
            </div>
            <div class="exam-cols">
                <Select
                    name="invitation[role]"
                    id="ly-invite-role"
                    label="Role"
                    options=role_options()
                    value=form.value("invitation[role]", "learner")
                    error=form.error("role")
                />
                <Select
                    name="invitation[course]"
                    id="ly-invite-course"
                    label="Course"
                    required=false
                    options=courses
                    hint="A learner is enrolled in it, a tutor teaches it."
                    value=form.value("invitation[course]", "")
                    error=form.error("course")
                />
            </div>
            <div>
                <Button busy=form.busy()>"Send invitation"</Button>
            </div>
        </Form>
    }
    .erase()
}

fn upload(courses: &[(String, CourseTitle)]) -> AnyView {
    let hint = format!(
        "A CSV file from any spreadsheet, at most {} lines and {}.",
        figures::number(LIST_LINES),
        figures::megabytes(LIST_BYTES)
    );
    view! {
        <details class="cohort-add">
            <summary>"Invite people with a list"</summary>
            <form class="stack exam-form" method="post" action=INVITATION_UPLOAD enctype="multipart/form-data">
                <p class="soft">
                    "The columns are “email”, “name” and “role”; name and role may be empty or missing. You see what each line will do before anybody is invited."
                </p>
                <div class="control">
                    <label class="control-label" for="ly-file">
                        "File"
                    </label>
                    <input class="input" id="ly-file" type="file" name="file" accept=".csv,.tsv,.txt,text/csv" aria-describedby="ly-file-hint" required on:change=|event| check_file_size(&event, LIST_BYTES) />
                    <p class="hint" id="ly-file-hint">
                        {hint}
                    </p>
                </div>
                <div class="exam-cols">
                    <Select
                        name="role"
                        id="ly-list-role"
                        label="Role of lines without one"
                        options=role_options()
                        value="learner"
                    />
                    <Select
                        name="course"
                        id="ly-list-course"
                        label="Course"
                        required=false
                        options=course_options(courses)
                    />
                </div>
                <div>
                    <Button kind=ButtonKind::Secondary>"Preview"</Button>
                </div>
            </form>
        </details>
    }
    .erase()
}

fn table(lines: Vec<InvitationLine>, forms: InvitationForms) -> AnyView {
    let columns = vec![
        Column::new("Address"),
        Column::new("Role"),
        Column::new("Course"),
        Column::new("Invited"),
        Column::new("Works until"),
        Column::new("Actions").silent(),
    ];
    let rows = lines
        .into_iter()
        .map(|line| invitation(line, forms))
        .collect_view();
    view! {
        <Table label="Open invitations" columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

fn invitation(line: InvitationLine, forms: InvitationForms) -> AnyView {
    let id = line.invitation.to_string();
    let button = |form: FormState, label: &'static str| {
        let form = form.of_item("invitation", &id);
        let spoken = format!("{label}: {}", line.email);
        let id = id.clone();
        view! {
            <Form form=form class="row">
                <input type="hidden" name="invitation" value=id />
                <Button kind=ButtonKind::Secondary busy=form.busy() label=spoken>
                    {label}
                </Button>
            </Form>
        }
        .erase()
    };
    let (resend, revoke) = (
        button(forms.resend, "Send again"),
        button(forms.revoke, "Revoke"),
    );
    let expired = line
        .is_expired
        .then(|| view! { <Badge tone=Tone::Warn text="Expired" /> });
    let course = line
        .course
        .map(|course| course.language.inline(course.text));
    view! {
        <tr>
            <th scope="row">
                {line.email}
                <span class="soft admin-under">
                    <bdi>{line.name}</bdi>
                </span>
            </th>
            <td>{role_label(line.role)}</td>
            <td>{course}</td>
            <td data-label="Invited">{line.since}</td>
            <td data-label="Works until">{line.until} " " {expired}</td>
            <td>
                <div class="row">{resend} {revoke}</div>
            </td>
        </tr>
    }
    .erase()
}

/// Page `/admin/invitations/LIST`.
pub fn invitation_list_page() -> AnyView {
    let list = path_part("list");
    let page = page_resource(
        move || list.get(),
        |list| load_invitation_list(InvitationListId(list.parse().unwrap_or_default())),
    );
    let form = FormState::of(ConfirmInvitationList::PATH);
    let show = move |page: InvitationListPage| {
        let inside = match page.is_confirmed {
            true => confirmed(page),
            false => preview(page, form),
        };
        frame_below(
            AdminArea::Invitations,
            "Invite with a list".to_owned(),
            inside,
        )
    };
    view! { <Page title="Invite with a list">{loaded(page, show)}</Page> }.erase()
}

fn said(counts: InviteCounts) -> String {
    format!(
        "{} invited, {} with nothing to do, {} left out",
        counts.invited, counts.nothing, counts.left_out
    )
}

fn confirmed(page: InvitationListPage) -> AnyView {
    view! {
        <Notice tone=Tone::Ok title=page.file>
            {format!("{}.", said(page.counts))}
        </Notice>
        <div>
            <Button href=INVITATIONS>"View open invitations"</Button>
        </div>
    }
    .erase()
}

fn preview(page: InvitationListPage, form: FormState) -> AnyView {
    let groups = page.groups.into_iter().map(group).collect_view();
    let course = page.course.map(|course| {
        let title = course.language.inline(course.text);
        view! { <p>"Course: " {title}</p> }
    });
    let list = page.list.to_string();
    let confirm = match page.counts.invited {
        0 => view! { <p>"No line of this file invites anybody."</p> }.erase(),
        _ => view! {
            <Form form=form class="row">
                <input type="hidden" name="list" value=list />
                <Button busy=form.busy()>"Send invitations"</Button>
            </Form>
        }
        .erase(),
    };
    view! {
        <section class="stack" aria-labelledby="ly-preview">
            <h2 id="ly-preview">
                "Preview of " <bdi>{page.file}</bdi>
            </h2>
            {course}
            <p role="status">
                {format!("Nobody is invited yet. After confirming: {}.", said(page.counts))}
            </p>
            <div class="row">
                {confirm}
                <Button kind=ButtonKind::Quiet href=INVITATIONS>
                    "Choose another file"
                </Button>
            </div>
            {groups}
        </section>
    }
    .erase()
}

fn group(group: InviteGroup) -> AnyView {
    let columns = vec![
        Column::new("Line").figures(),
        Column::new("Email"),
        Column::new("Name"),
        Column::new("Role"),
        Column::new("Note"),
    ];
    let rows = group
        .lines
        .into_iter()
        .map(|line| {
            view! {
                <tr>
                    <td class="r">{line.line}</td>
                    <td>{line.email}</td>
                    <td>{line.name}</td>
                    <td>{line.role}</td>
                    <td>{line.note}</td>
                </tr>
            }
        })
        .collect_view();
    let title = group.outcome.title();
    let more = (group.more > 0)
        .then(|| view! { <p class="soft">{format!("and {} more", group.more)}</p> });
    view! {
        <h3>{title}</h3>
        <Table label=title columns=columns>
            {rows}
        </Table>
        {more}
    }
    .erase()
}
