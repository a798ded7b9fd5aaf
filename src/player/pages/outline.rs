//! Outline of the course beside a topic, with the search within the course.

use leptos::prelude::*;

use super::shortcuts::Shortcut;
use crate::course::SEARCH_CHARACTERS;
use crate::paths::{
    cohort_home_path, course_news_path, exams_path, my_activity_path, my_grade_path, topic_path,
};
use crate::platform::ui::{Erase, Glyph, Html, Icon, Kbd, Language};
use crate::player::{Hit, SearchResults, TopicPage};

pub fn outline(page: &TopicPage) -> AnyView {
    let query = page
        .found
        .as_ref()
        .map(|found| found.query.clone())
        .unwrap_or_default();
    let action = topic_path(&page.course_slug, &page.topic.slug);
    let found = page.found.clone();
    let language = &page.course_title.language;
    let Html(modules) = page.outline.clone();
    let cohort = page.has_cohort.then(|| {
        view! {
            <p class="outline-exams">
                <a href=cohort_home_path(&page.course_slug)>"Cohort"</a>
            </p>
        }
    });
    let news = page.has_news.then(|| {
        view! {
            <p class="outline-exams">
                <a href=course_news_path(&page.course_slug)>"News"</a>
            </p>
        }
    });
    let exams = page.has_exams.then(|| {
        view! {
            <p class="outline-exams">
                <a href=exams_path(&page.course_slug)>"Exams"</a>
            </p>
        }
    });
    view! {
        <nav class="outline" id="ly-outline" popover="auto" aria-label="Course outline">
            <header class="sheet-head only-m">
                <h2>"Outline"</h2>
                <button class="btn quiet" type="button" popovertarget="ly-outline" popovertargetaction="hide" aria-label="Close">
                    <Icon glyph=Glyph::Close />
                </button>
            </header>
            <form class="outline-find" role="search" method="get" action=action>
                <label class="field">
                    <Icon glyph=Glyph::Search />
                    <input name="q" type="search" value=query maxlength=SEARCH_CHARACTERS.to_string() placeholder="Search this course" aria-label="Search this course" />
                    <Kbd key=Shortcut::Search.key() />
                </label>
            </form>
            {found.map(|found| hits(found, language))}
            <div inner_html=modules></div>
            {cohort}
            {news}
            {exams}
            <p class="outline-exams">
                <a href=my_grade_path(&page.course_slug)>"Grade"</a>
            </p>
            <p class="outline-exams">
                <a href=my_activity_path(&page.course_slug)>"Your activity"</a>
            </p>
        </nav>
    }
    .erase()
}

/// Shows the search results above the outline.
fn hits(found: SearchResults, language: &Language) -> AnyView {
    let asked = found.query;
    let said = match (found.hits.is_empty(), found.corrected) {
        (true, _) => format!("No results for “{asked}”."),
        (false, Some(corrected)) => format!("Showing results for “{corrected}”."),
        (false, None) => format!("Results for “{asked}”:"),
    };
    view! {
        <p class="soft hits-said" role="status">
            {said}
        </p>
        <ol class="hits">{found.hits.into_iter().map(|found| hit(found, language)).collect_view()}</ol>
    }
    .erase()
}

fn hit(hit: Hit, language: &Language) -> AnyView {
    let (lang, dir) = (language.tag(), language.dir());
    let pieces = hit
        .snippet
        .split('\u{2}')
        .enumerate()
        .map(|(at, piece)| match (at, piece.split_once('\u{3}')) {
            (1.., Some((marked, rest))) => {
                view! { <mark>{marked.to_owned()}</mark> {rest.to_owned()} }.erase()
            }
            _ => piece.to_owned().erase(),
        })
        .collect_view();
    view! {
        <li>
            <a href=hit.href lang=lang dir=dir>
                <b>{hit.title}</b>
                <span class="soft">{hit.module}</span>
                <span class="soft">{pieces}</span>
            </a>
        </li>
    }
    .erase()
}
