//! Page of one live session for tutors: its form, and the sheet of attendance.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{CancelSession, ChangeSession, RecordAttendance, load_session};
use super::pages::fields;
use super::{Attendance, SessionPage, SheetLine, sessions_path};
use crate::cohort::teach::cohort_path;
use crate::platform::ids::{CohortId, LiveSessionId};
use crate::platform::ui::{
    Badge, Button, ButtonKind, Checkbox, Column, EmptyState, Erase, Form, FormState, Glyph, Icon,
    Notice, Page, Table, Tone, loaded, page_resource, path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

#[derive(Clone, Copy)]
struct SessionForms {
    change: FormState,
    cancel: FormState,
    sheet: FormState,
}

/// Page `/teach/COURSE/cohorts/ID/sessions/ID`.
pub fn session_page() -> AnyView {
    let (course, cohort) = (path_part("course"), path_part("cohort"));
    let session = path_part("session");
    let page = page_resource(
        move || (course.get(), cohort.get(), session.get()),
        |(course, cohort, session)| {
            let cohort = CohortId(cohort.parse().unwrap_or_default());
            let session = LiveSessionId(session.parse().unwrap_or_default());
            load_session(course, cohort, session)
        },
    );
    let forms = SessionForms {
        change: FormState::of(ChangeSession::PATH),
        cancel: FormState::of(CancelSession::PATH),
        sheet: FormState::of(RecordAttendance::PATH),
    };
    let done = query_value("done");
    let show = move |page: SessionPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let mut heading = TeachHeading::name(page.title.clone())
            .below(
                page.cohort_title.clone(),
                cohort_path(&course, page.cohort_id),
            )
            .below("Live sessions", sessions_path(&course, page.cohort_id));
        if page.is_canceled {
            heading = heading.beside(view! { <Badge tone=Tone::Warn text="Canceled" /> }.erase());
        }
        let inside = view! {
            {move || notice(&done.get())}
            {session_view(page, &course, forms)}
        };
        frame_below(&course, &title, Area::Cohorts, heading, inside.erase())
    };
    view! { <Page title="Live session">{loaded(page, show)}</Page> }.erase()
}

/// Confirms the change that was just made.
fn notice(done: &str) -> Option<AnyView> {
    let said = match done {
        "saved" => "The session is saved.",
        "canceled" => "The session is canceled. Members are told if it was still to come.",
        "restored" => "The session takes place.",
        "recorded" => "The attendance is saved.",
        _ => return None,
    };
    Some(view! { <Notice tone=Tone::Ok>{said}</Notice> }.erase())
}

fn session_view(page: SessionPage, course: &str, forms: SessionForms) -> AnyView {
    let (cohort, session) = (page.cohort_id, page.session_id);
    let when = format!("{} ({})", page.when, page.time_zone);
    let hidden = hidden(course, cohort, session);
    let (cancel, next) = match page.is_canceled {
        true => ("Let it take place", "false"),
        false => ("Cancel this session", "true"),
    };
    let kind = match page.is_canceled {
        true => ButtonKind::Secondary,
        false => ButtonKind::Danger,
    };
    let later = (page.later > 0).then(|| {
        let label = format!("Also the later sessions of this series ({})", page.later);
        let is_checked = !forms.change.value("later", "").is_empty();
        view! {
            <Checkbox
                name="later"
                label=label
                hint="They get these texts, this length and this link, and are moved by as much."
                checked=is_checked
            />
        }
    });
    let was_sent = !forms.change.value("course", "").is_empty();
    let named = || hidden.clone().into_iter().map(input).collect_view();
    let (of_change, of_cancel) = (named(), named());
    let inputs = fields(&page.fields, &page.time_zone, false, forms.change);
    view! {
        <p class="soft">{when}</p>
        <details class="cohort-add" open=was_sent>
            <summary>"Change, move or cancel"</summary>
            <Form form=forms.change class="stack cohort-brief">
                {of_change}
                {inputs}
                {later}
                <div class="row">
                    <Button busy=forms.change.busy()>"Save"</Button>
                </div>
            </Form>
            <Form form=forms.cancel class="row">
                {of_cancel}
                <input type="hidden" name="canceled" value=next />
                <Button kind=kind busy=forms.cancel.busy()>
                    {cancel}
                </Button>
            </Form>
        </details>
        {sheet(page.lines, hidden, forms.sheet)}
    }
    .erase()
}

/// Names and values of the hidden inputs that name the session.
fn hidden(course: &str, cohort: CohortId, session: LiveSessionId) -> [(&'static str, String); 3] {
    [
        ("course", course.to_owned()),
        ("cohort", cohort.to_string()),
        ("id", session.to_string()),
    ]
}

fn input((name, value): (&'static str, String)) -> AnyView {
    view! { <input type="hidden" name=name value=value /> }.erase()
}

fn sheet(lines: Vec<SheetLine>, hidden: [(&'static str, String); 3], form: FormState) -> AnyView {
    let inside = match lines.is_empty() {
        true => view! { <EmptyState glyph=Glyph::User title="No members yet" text="The sheet lists the active members of the cohort." /> }
            .erase(),
        false => {
            let columns = vec![
                Column::new("Member"),
                Column::new("Batch").figures(),
                Column::new("Joined"),
                Column::new("Attendance"),
            ];
            let rows = lines.into_iter().map(|it| line(it, form)).collect_view();
            let of_sheet = hidden.into_iter().map(input).collect_view();
            view! {
                <Form form=form class="stack cohort-members">
                    {of_sheet}
                    <Table label="Attendance" columns=columns>
                        {rows}
                    </Table>
                    <div class="row">
                        <Button busy=form.busy()>"Save the attendance"</Button>
                    </div>
                </Form>
            }
            .erase()
        }
    };
    view! {
        <section class="stack">
            <h2>"Attendance"</h2>
            <p class="soft">
                "Members who join by the link are marked as present, or as late after ten minutes. Save to keep the marks."
            </p>
            {inside}
        </section>
    }
    .erase()
}

fn line(it: SheetLine, form: FormState) -> AnyView {
    let id = it.key();
    let name = format!("marks[{id}]");
    let shown = form.value(&name, it.shown.map_or("", Attendance::name));
    let stored = it.stored.map_or("", Attendance::name);
    let marks = std::iter::once(("", "Not recorded"))
        .chain(Attendance::ALL.map(|mark| (mark.name(), mark.label())));
    let options = marks.map(|(value, label)| {
        let selected = value == shown;
        view! {
            <option value=value selected=selected>
                {label}
            </option>
        }
    });
    let options = options.collect_view();
    view! {
        <tr>
            <td>{it.name.clone()}</td>
            <td class="r">{it.batch_no}</td>
            <td>{it.joined.unwrap_or_else(|| "–".to_owned())}</td>
            <td>
                <input type="hidden" name=format!("was[{id}]") value=stored />
                <div class="select">
                    <select class="input" name=name aria-label=format!("Attendance of {}", it.name)>
                        {options}
                    </select>
                    <Icon glyph=Glyph::ChevronDown />
                </div>
            </td>
        </tr>
    }
    .erase()
}
