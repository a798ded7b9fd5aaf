//! Page `/teach/COURSE/topics/TOPIC/history`: published versions, what each changed, and the button
//! that restores one.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::authoring::editor::api::{RestoreVersion, load_topic_history};
use crate::authoring::editor::{
    ChangeKind, ChangedLine, PublishedVersion, TopicHistory, VersionChanges, edit_path,
    history_path,
};
use crate::platform::ui::{
    Button, ButtonKind, Column, EmptyState, Erase, Form, FormState, Language, Notice, Page, Table,
    Tone, VisuallyHidden, loaded, page_resource, path_part, query_now, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub fn topic_history_page() -> AnyView {
    let (course, topic) = (path_part("course"), path_part("topic"));
    let version = query_value("version");
    let page = page_resource(
        move || (course.get(), topic.get(), version.get()),
        |(course, topic, version)| load_topic_history(course, topic, version),
    );
    let state = FormState::of(RestoreVersion::PATH);
    let show = move |page: TopicHistory| {
        let (course, topic) = (course.get_untracked(), topic.get_untracked());
        let title = page.course_title.clone();
        let heading = TeachHeading::task("History")
            .below(page.topic_title.clone(), edit_path(&course, &topic));
        let inside = history(&course, &topic, page, state);
        frame_below(&course, &title, Area::Outline, heading, inside)
    };
    view! { <Page title="History">{loaded(page, show)}</Page> }.erase()
}

fn history(course: &str, topic: &str, page: TopicHistory, form: FormState) -> AnyView {
    let done = (query_now("done") == "restored").then(
        || view! { <Notice tone=Tone::Ok>"Restored. It is the newest version now."</Notice> },
    );
    if page.versions.is_empty() {
        let edit = edit_path(course, topic);
        return view! {
            <EmptyState
                title="No versions yet"
                text="Each text that is published in the editor is kept here. A text that came with an import is kept when it is first replaced."
            >
                <Button href=edit>"Edit topic"</Button>
            </EmptyState>
        }
        .erase();
    }
    let newest = page.newest;
    let rows = page
        .versions
        .iter()
        .map(|version| row(course, topic, version, newest))
        .collect_view();
    let columns = vec![
        Column::new("Version"),
        Column::new("Title"),
        Column::new("Published by"),
        Column::new("When"),
    ];
    let language = &page.course_title.language;
    let topic_id = page.topic_id.to_string();
    let changes = page.shown.as_ref().map(|shown| {
        let restore = (Some(shown.number) != newest)
            .then(|| restore_form(course, &topic_id, shown.number, form));
        version_changes(shown, restore, language)
    });
    view! {
        {done}
        <Table label="Versions" columns=columns stacks=true>
            {rows}
        </Table>
        {changes}
    }
    .erase()
}

fn row(course: &str, topic: &str, version: &PublishedVersion, newest: Option<i32>) -> AnyView {
    let number = version.number;
    let by = match version.by.as_str() {
        "" => "Import".to_owned(),
        name => name.to_owned(),
    };
    let name = match newest == Some(number) {
        true => format!("Version {number} (newest)"),
        false => format!("Version {number}"),
    };
    view! {
        <tr>
            <th scope="row">
                <a href=history_path(course, topic, Some(number))>{name}</a>
            </th>
            <td dir="auto">{version.title.clone()}</td>
            <td dir="auto">{by}</td>
            <td>{version.at.clone()}</td>
        </tr>
    }
    .erase()
}

fn restore_form(course: &str, topic: &str, number: i32, form: FormState) -> AnyView {
    let (course, topic) = (course.to_owned(), topic.to_owned());
    view! {
        <Form form=form class="row">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="topic" value=topic />
            <input type="hidden" name="version" value=number.to_string() />
            <Button kind=ButtonKind::Secondary busy=form.busy()>
                {format!("Restore version {number}")}
            </Button>
            <p class="soft">"The text becomes the newest version. No version is lost."</p>
        </Form>
    }
    .erase()
}

/// Shows the lines that a version changed, and the form that restores it.
pub fn version_changes(
    shown: &VersionChanges,
    restore: Option<AnyView>,
    language: &Language,
) -> AnyView {
    let title = shown.title_before.clone().map(|before| {
        view! { <p>"Title: " <del>{before}</del> " → " <ins>{shown.title.clone()}</ins></p> }
    });
    let lines = changed_lines(&shown.lines, language);
    view! {
        <section class="stack" aria-labelledby="ly-changes">
            <h2 id="ly-changes">{format!("Changes in version {}", shown.number)}</h2>
            {title}
            {lines}
            {restore}
        </section>
    }
    .erase()
}

/// Shows the difference of two texts.
pub fn changed_lines(lines: &[ChangedLine], language: &Language) -> AnyView {
    if lines.iter().all(|line| line.kind == ChangeKind::Gap) {
        return view! { <p class="soft">"The text is the same as before."</p> }.erase();
    }
    let lines = lines.iter().map(changed_line).collect_view();
    view! {
        <ol class="text-changes" lang=language.tag() dir=language.dir()>
            {lines}
        </ol>
    }
    .erase()
}

fn changed_line(line: &ChangedLine) -> AnyView {
    let (class, sign, said) = match line.kind {
        ChangeKind::Same => ("", " ", ""),
        ChangeKind::Added => ("added", "+", "Added: "),
        ChangeKind::Removed => ("removed", "−", "Removed: "),
        ChangeKind::Gap => ("gap", "…", ""),
    };
    view! {
        <li class=class>
            <span aria-hidden="true">{sign}</span>
            <span>
                {(!said.is_empty()).then(|| view! { <VisuallyHidden>{said}</VisuallyHidden> })} {line.text.clone()}
            </span>
        </li>
    }
    .erase()
}
