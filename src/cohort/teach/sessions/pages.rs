//! Page on which tutors make live sessions, and the form of a session.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{MakeSessions, load_sessions};
use super::{
    MOST_WEEKS, NOTES_CHARACTERS, SESSION_CHARACTERS, SessionFields, TaughtSession, TaughtSessions,
    session_path,
};
use crate::cohort::LINK_CHARACTERS;
use crate::cohort::teach::cohort_path;
use crate::platform::ids::CohortId;
use crate::platform::ui::{
    Badge, Button, Column, EmptyState, Erase, Field, Form, FormState, Glyph, Notice, Page, Table,
    TextArea, Tone, loaded, page_resource, path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub use super::sheet::session_page;

/// Page `/teach/COURSE/cohorts/ID/sessions`.
pub fn sessions_page() -> AnyView {
    let (course, cohort) = (path_part("course"), path_part("cohort"));
    let page = page_resource(
        move || (course.get(), cohort.get()),
        |(course, cohort)| load_sessions(course, CohortId(cohort.parse().unwrap_or_default())),
    );
    let form = FormState::of(MakeSessions::PATH);
    let done = query_value("done");
    let show = move |page: TaughtSessions| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let above = cohort_path(&course, page.cohort_id);
        let heading = TeachHeading::task("Live sessions").below(page.cohort_title.clone(), above);
        let inside = view! {
            {move || (done.get() == "made").then(|| view! { <Notice tone=Tone::Ok>"The sessions are in the members’ calendar."</Notice> })}
            {sessions(page, &course, form)}
        };
        frame_below(&course, &title, Area::Cohorts, heading, inside.erase())
    };
    view! { <Page title="Live sessions">{loaded(page, show)}</Page> }.erase()
}

fn sessions(page: TaughtSessions, course: &str, form: FormState) -> AnyView {
    let cohort = page.cohort_id;
    let is_empty = page.coming.is_empty() && page.past.is_empty();
    let lists = match is_empty {
        true => view! {
            <EmptyState
                glyph=Glyph::Clock
                title="No live sessions yet"
                text="Members see the next sessions on the cohort’s home and in its calendar, and are reminded an hour before."
            />
        }
        .erase(),
        false => view! {
            {table("Coming sessions", page.coming, (course, cohort), false)}
            {table("Past sessions", page.past, (course, cohort), true)}
        }
        .erase(),
    };
    let was_sent = !form.value("course", "").is_empty();
    let key = form.value("key", &page.key.0.to_string());
    let course = course.to_owned();
    let fields = fields(&SessionFields::default(), &page.time_zone, true, form);
    view! {
        <details class="cohort-add" open=was_sent || is_empty>
            <summary>"New session"</summary>
            <Form form=form class="stack cohort-brief">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="cohort" value=cohort.to_string() />
                <input type="hidden" name="key" value=key />
                {fields}
                <div class="row">
                    <Button busy=form.busy()>"Create"</Button>
                </div>
            </Form>
        </details>
        {lists}
    }
    .erase()
}

/// Inputs of a session. `is_new` offers to make a weekly series.
pub fn fields(stored: &SessionFields, time_zone: &str, is_new: bool, form: FormState) -> AnyView {
    let value = |name: &str, stored: &str| form.value(&format!("session[{name}]"), stored);
    let minutes = if is_new {
        "60"
    } else {
        stored.minutes.as_str()
    };
    let weeks = is_new.then(|| {
        view! {
            <Field
                name="session[weeks]"
                label="Weekly sessions"
                r#type="number"
                hint=format!("1 for a single session, up to {MOST_WEEKS} for a series at the same hour each week.")
                value=value("weeks", "1")
                error=form.error("weeks")
                autocomplete="off"
            />
        }
    });
    view! {
        <Field
            name="session[title]"
            label="Title"
            value=value("title", &stored.title)
            error=form.error("title")
            max_length=SESSION_CHARACTERS
            required=true
            autocomplete="off"
        />
        <div class="exam-cols">
            <Field
                name="session[starts_at]"
                label="Start"
                r#type="datetime-local"
                hint=format!("In the time zone {time_zone}.")
                value=value("starts_at", &stored.starts_at)
                error=form.error("starts_at")
                required=true
            />
            <Field
                name="session[minutes]"
                label="Length in minutes"
                r#type="number"
                value=value("minutes", minutes)
                error=form.error("minutes")
                required=true
                autocomplete="off"
            />
            {weeks}
        </div>
        <Field
            name="session[link]"
            label="Link to join"
            r#type="url"
            hint="Members are led there from 15 minutes before the start until an hour after the end, and never see the link before."
            value=value("link", &stored.link)
            error=form.error("link")
            max_length=LINK_CHARACTERS
            placeholder="https://"
            autocomplete="off"
        />
        <Field
            name="session[place]"
            label="Place"
            value=value("place", &stored.place)
            error=form.error("place")
            max_length=SESSION_CHARACTERS
            autocomplete="off"
        />
        <TextArea
            name="session[notes]"
            label="Notes"
            hint="Members see them at once. You can use Markdown."
            value=value("notes", &stored.notes)
            error=form.error("notes")
            max_length=NOTES_CHARACTERS
        />
    }
    .erase()
}

/// Lists sessions. Those to come show no attendance.
fn table(
    label: &'static str,
    sessions: Vec<TaughtSession>,
    (course, cohort): (&str, CohortId),
    has_attendance: bool,
) -> AnyView {
    if sessions.is_empty() {
        return ().erase();
    }
    let mut columns = vec![Column::new("Session"), Column::new("Time")];
    columns.extend(has_attendance.then(|| Column::new("Attended").figures()));
    let rows = sessions.into_iter().map(|it| {
        let (words, exactly) = it.when;
        let canceled = it
            .is_canceled
            .then(|| view! { <Badge tone=Tone::Warn text="Canceled" /> });
        let attended = has_attendance.then(|| view! { <td class="r">{it.attended}</td> });
        view! {
            <tr>
                <th scope="row">
                    <a href=session_path(course, cohort, it.session_id)>{it.title}</a>
                    " "
                    {canceled}
                </th>
                <td>
                    <time datetime=exactly>{words}</time>
                </td>
                {attended}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="stack">
            <h2>{label}</h2>
            <Table label=label columns=columns>
                {rows}
            </Table>
        </section>
    }
    .erase()
}
