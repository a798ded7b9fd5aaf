//! The timeline of a learner in a course, for tutors.

use leptos::prelude::*;

use super::standing;
use crate::activity::api::load_timeline;
use crate::activity::{TimelineEntry, TimelinePage};
use crate::paths::{learner_path, timeline_path};
use crate::platform::ui::{
    Button, ButtonKind, EmptyState, Erase, Glyph, Language, Page, loaded, page_resource, path_part,
    query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/teach/COURSE/learners/NAME/timeline`.
pub fn timeline_page() -> AnyView {
    let (course, learner, before) = (
        path_part("course"),
        path_part("learner"),
        query_value("before"),
    );
    let page = page_resource(
        move || (course.get(), learner.get(), before.get()),
        |(course, learner, before)| load_timeline(course, learner, before),
    );
    view! { <Page title="Timeline">{loaded(page, timeline)}</Page> }.erase()
}

fn timeline(page: TimelinePage) -> AnyView {
    let older = page.older_path();
    let (slug, title) = (page.course_slug, page.course_title);
    let learner = learner_path(&slug, &page.username);
    let newest = (!page.is_newest).then(|| {
        let href = timeline_path(&slug, &page.username);
        view! {
            <p>
                <a href=href>"Newest entries"</a>
            </p>
        }
    });
    let older = older.map(|href| {
        view! {
            <Button kind=ButtonKind::Secondary href=href rel="next">
                "Show older"
            </Button>
        }
    });
    let list = match page.entries.is_empty() {
        true => view! {
            <EmptyState
                glyph=Glyph::Clock
                title="Nothing here"
                text="What the learner does in the course appears here."
            />
        }
        .erase(),
        false => days(page.entries, &title.language),
    };
    let inside = view! {
        {standing(page.status, page.reason)}
        {newest}
        {list}
        {older}
    };
    let heading = TeachHeading::task("Timeline").below(page.name, learner);
    frame_below(&slug, &title, Area::Activity, heading, inside.erase())
}

/// Shows the entries under the days on which they happened.
fn days(entries: Vec<TimelineEntry>, language: &Language) -> AnyView {
    let mut days: Vec<(String, Vec<TimelineEntry>)> = Vec::new();
    for entry in entries {
        match days.last_mut() {
            Some((day, of_day)) if *day == entry.day => of_day.push(entry),
            _ => days.push((entry.day.clone(), vec![entry])),
        }
    }
    days.into_iter()
        .map(|(day, entries)| {
            let lines = entries
                .into_iter()
                .map(|entry| line(entry, language))
                .collect_view();
            view! {
                <section class="activity-day">
                    <h2>{day}</h2>
                    <ol>{lines}</ol>
                </section>
            }
        })
        .collect_view()
        .erase()
}

fn line(entry: TimelineEntry, language: &Language) -> AnyView {
    let said = match entry.href.is_empty() {
        true => entry.said.erase(),
        false => view! { <a href=entry.href>{entry.said}</a> }.erase(),
    };
    let about = (!entry.about.is_empty())
        .then(|| view! { <span class="activity-about">{language.inline(entry.about)}</span> });
    let (words, exact) = entry.when;
    view! {
        <li>
            <span class="label">{entry.kind.label()}</span>
            <span>{said} {about}</span>
            <time class="soft" datetime=exact>
                {words}
            </time>
        </li>
    }
    .erase()
}
