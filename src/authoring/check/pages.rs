//! Page `/teach/COURSE/check`: what to correct before publishing, and how long reading takes.

use leptos::prelude::*;

use super::api::load_course_check;
use super::{CourseCheck, Finding, FindingKind, ReadModule};
use crate::course::duration;
use crate::platform::ui::{
    Badge, Column, Erase, Language, Notice, Page, Table, Tone, loaded, page_resource, path_part,
    query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub fn course_check_page() -> AnyView {
    let course = path_part("course");
    let topic = query_value("topic");
    let page = page_resource(
        move || (course.get(), topic.get()),
        |(course, topic)| load_course_check(course, topic),
    );
    let show = move |page: CourseCheck| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = TeachHeading::task("Check course");
        frame_below(&course, &title, Area::Outline, heading, check(page))
    };
    view! { <Page title="Check course">{loaded(page, show)}</Page> }.erase()
}

fn check(page: CourseCheck) -> AnyView {
    let language = page.course_title.language.clone();
    let said = match page.findings.len() {
        0 => "Nothing to correct was found.".to_owned(),
        1 => "1 thing to look at.".to_owned(),
        count => format!("{count} things to look at."),
    };
    let tone = if page.findings.is_empty() {
        Tone::Ok
    } else {
        Tone::Warn
    };
    let groups = FindingKind::ALL.map(|kind| {
        let of_kind = page.findings.iter().filter(|finding| finding.kind == kind);
        group(kind, of_kind.collect(), &language)
    });
    let groups = groups.into_iter().collect_view();
    view! {
        <section class="stack">
            <Notice tone=tone title=said>
                "Drafts are checked too, as they are saved. The check changes nothing."
            </Notice>
            {groups}
            {times(&page.modules, page.minutes, &language)}
        </section>
    }
    .erase()
}

fn group(kind: FindingKind, findings: Vec<&Finding>, language: &Language) -> Option<AnyView> {
    if findings.is_empty() {
        return None;
    }
    let rows = findings
        .into_iter()
        .map(|finding| {
            let place = language.inline(finding.place.clone());
            view! {
                <tr>
                    <td>
                        <a href=finding.path.clone()>{place}</a>
                    </td>
                    <td class="import-note">{finding.said.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![Column::new("Place"), Column::new("Problem")];
    Some(
        view! {
            <h2>{kind.label()}</h2>
            <Table label=kind.label() columns=columns>
                {rows}
            </Table>
        }
        .erase(),
    )
}

fn times(modules: &[ReadModule], minutes: i32, language: &Language) -> AnyView {
    let columns = vec![
        Column::new("Topic"),
        Column::new("Module"),
        Column::new("Reading time").figures(),
    ];
    let rows = modules
        .iter()
        .flat_map(|module| module.topics.iter().map(move |topic| (module, topic)))
        .map(|(module, topic)| {
            let draft = topic
                .is_draft
                .then(|| view! { <Badge tone=Tone::Warn text="Draft" /> });
            let (title, of) = (
                language.inline(topic.title.clone()),
                language.inline(module.title.clone()),
            );
            view! {
                <tr>
                    <td>
                        <a href=topic.path.clone()>{title}</a>
                        {draft}
                    </td>
                    <td>{of}</td>
                    <td class="r">{duration(topic.minutes)}</td>
                </tr>
            }
        })
        .collect_view();
    let topics: usize = modules.iter().map(|module| module.topics.len()).sum();
    let all = (topics > 1).then(|| {
        view! { <p class="soft">{format!("{} for all published topics.", duration(minutes))}</p> }
    });
    view! {
        <h2>"Reading time"</h2>
        {all}
        <Table label="Reading time" columns=columns>
            {rows}
        </Table>
    }
    .erase()
}
