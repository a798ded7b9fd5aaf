//! Page of the audit log, and its entries as other pages show them.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::api::{SaveAuditRetention, load_audit_log};
use super::{AuditLine, AuditPage, AuditQuery, ChangedValue, RETENTIONS};
use crate::people::pages::frame;
use crate::people::{AdminArea, person_path};
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, EmptyState, Erase, Field, Form, FormState, Glyph, Icon,
    Notice, Page, Pagination, Select, Table, Tone, loaded, page_resource,
};

/// Page `/admin/audit`.
pub fn audit_log_page() -> AnyView {
    let query = Memo::new(|_| asked());
    let page = page_resource(move || query.get(), load_audit_log);
    let keep = FormState::of(SaveAuditRetention::PATH);
    let show = move |page: AuditPage| log(page, query.get_untracked(), keep);
    view! { <Page title="Audit log">{loaded(page, show)}</Page> }.erase()
}

/// Reads the query from the page's address.
fn asked() -> AuditQuery {
    use_query_map().with(|query| {
        let value = |name: &str| query.get(name).unwrap_or_default();
        AuditQuery {
            by: value("by"),
            action: value("action"),
            kind: value("kind"),
            subject: value("subject"),
            day: value("day"),
            after: value("after"),
        }
    })
}

fn log(page: AuditPage, query: AuditQuery, keep: FormState) -> AnyView {
    let kept = retention(page.kept_months, keep);
    let next = page.next.clone().map_or(String::new(), |after| {
        AuditQuery {
            after,
            ..query.clone()
        }
        .path()
    });
    let first = match query.after.is_empty() {
        true => None,
        false => Some(view! {
            <p>
                <a href=query.from_start().path()>"Back to the newest entries"</a>
            </p>
        }),
    };
    let problem = page
        .problem
        .clone()
        .map(|problem| view! { <Notice tone=Tone::Warn>{problem}</Notice> });
    let file = query.file_path();
    let tools = filters(&page, &query);
    let body = match page.lines.is_empty() {
        true => view! {
            <EmptyState
                glyph=Glyph::Check
                title="No entries"
                text="Entries appear here when somebody changes something that matters, or is refused."
            />
        }
        .erase(),
        false => entries(page.lines, "Entries of the audit log"),
    };
    let inside = view! {
        {tools}
        {problem}
        <div class="row">
            <p class="soft grow">"Newest first. Nobody can change or delete an entry."</p>
            // Not a page of the app, so the browser itself has to fetch the file.
            <a class="btn second" href=file rel="external" download>
                <Icon glyph=Glyph::Download />
                "CSV"
            </a>
        </div>
        {body}
        {first}
        <Pagination next=next />
        {kept}
    };
    frame(AdminArea::AuditLog, inside.erase())
}

/// The form of the time for which entries are kept.
fn retention(months: u32, form: FormState) -> AnyView {
    let options: Vec<(String, String)> = RETENTIONS
        .iter()
        .map(|(months, words)| (months.to_string(), (*words).to_owned()))
        .collect();
    view! {
        <details class="soft" open=form.error("months").get_untracked().is_some()>
            <summary>"How long entries are kept"</summary>
            <Form form=form class="row">
                <Select
                    name="months"
                    label="Keep entries"
                    options=options
                    value=form.value("months", &months.to_string())
                    error=form.error("months")
                />
                <Button kind=ButtonKind::Secondary busy=form.busy()>"Save"</Button>
            </Form>
            <p>"Older entries are deleted once an hour. Download them as CSV before, if you need them."</p>
        </details>
    }
    .erase()
}

/// Options of a filter. A value that the log no longer holds stays chosen.
fn options(all: &str, names: &[String], chosen: &str) -> Vec<(String, String)> {
    let missing = (!chosen.is_empty() && !names.iter().any(|name| name == chosen))
        .then(|| (chosen.to_owned(), chosen.to_owned()));
    let names = names.iter().map(|name| (name.clone(), name.clone()));
    std::iter::once((String::new(), all.to_owned()))
        .chain(names)
        .chain(missing)
        .collect()
}

fn filters(page: &AuditPage, query: &AuditQuery) -> AnyView {
    let clear = query
        .is_filtered()
        .then(|| view! { <a href=super::AUDIT_LOG>"Clear filters"</a> });
    view! {
        <form class="admin-filters" role="search" method="get" action=super::AUDIT_LOG>
            <Field
                name="by"
                label="Done by"
                unmarked=true
                r#type="text"
                placeholder="name@example.org"
                autocomplete="off"
                value=query.by.clone()
            />
            <Select name="action" label="Action" required=false unmarked=true options=options("All", &page.actions, &query.action) value=query.action.clone() />
            <Select name="kind" label="About" required=false unmarked=true options=options("Everything", &page.kinds, &query.kind) value=query.kind.clone() />
            <Field
                name="subject"
                label="Subject"
                unmarked=true
                placeholder="Email address or id"
                autocomplete="off"
                value=query.subject.clone()
            />
            <Field name="day" label="Day" unmarked=true r#type="date" value=query.day.clone() />
            <div class="row">
                <Button kind=ButtonKind::Secondary>"Filter"</Button>
                {clear}
            </div>
        </form>
    }
    .erase()
}

/// A table of entries.
pub fn entries(lines: Vec<AuditLine>, label: &str) -> AnyView {
    let columns = vec![
        Column::new("Time"),
        Column::new("By"),
        Column::new("Action"),
        Column::new("Subject"),
        Column::new("Changes"),
    ];
    let rows = lines.into_iter().map(entry).collect_view();
    view! {
        <Table label=label.to_owned() columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

fn entry(line: AuditLine) -> AnyView {
    let (at, exactly) = line.at;
    let by = match line.by {
        Some((name, person)) => view! {
            <a href=person_path(person)>
                <bdi>{name}</bdi>
            </a>
        }
        .erase(),
        None => view! { <span class="soft">"System or visitor"</span> }.erase(),
    };
    let outcome = match line.outcome.as_str() {
        "done" => None,
        "denied" => Some((Tone::Warn, "Denied")),
        _ => Some((Tone::Danger, "Failed")),
    };
    let outcome = outcome.map(|(tone, text)| view! { <Badge tone=tone text=text /> });
    let subject = match (line.person, line.subject) {
        (Some((name, person)), _) => view! {
            <a href=person_path(person)>
                <bdi>{name}</bdi>
            </a>
        }
        .erase(),
        (None, Some((kind, id))) => {
            view! { <span>{kind} " " <span class="soft admin-id">{id}</span></span> }.erase()
        }
        (None, None) => ().erase(),
    };
    let changes = line.changes.into_iter().map(change).collect_view();
    view! {
        <tr>
            <td>
                <time datetime=exactly>{at}</time>
                <span class="soft admin-under">{line.address}</span>
            </td>
            <td data-label="By">{by}</td>
            <td>
                <code>{line.action}</code>
                {outcome}
            </td>
            <td>{subject}</td>
            <td>
                <ul class="admin-changes">{changes}</ul>
            </td>
        </tr>
    }
    .erase()
}

fn change(change: ChangedValue) -> AnyView {
    let name = (!change.name.is_empty()).then(|| format!("{}: ", change.name));
    let values = match (change.old, change.new) {
        (Some(old), Some(new)) => view! { <del>{old}</del> " → " <ins>{new}</ins> }.erase(),
        (Some(old), None) => view! { <del>{old}</del> }.erase(),
        (None, Some(new)) => new.erase(),
        (None, None) => ().erase(),
    };
    view! {
        <li>
            <span class="soft">{name}</span>
            {values}
        </li>
    }
    .erase()
}
