//! Outline of the course beside a topic, with the search within the course.

use leptos::prelude::*;

use super::shortcuts::Shortcut;
use crate::course::{SEARCH_CHARACTERS, duration};
use crate::enrollment::{OutlineEntry, OutlineModule, OutlineQuiz, OutlineTopic, TopicState};
use crate::paths::{exams_path, quiz_path, topic_path};
use crate::platform::ui::{Erase, Glyph, Icon, Kbd, Language};
use crate::player::{Hit, SearchResults, TopicPage};

pub fn outline(page: &TopicPage) -> AnyView {
    let query = page
        .found
        .as_ref()
        .map(|found| found.query.clone())
        .unwrap_or_default();
    let (course, here) = (page.course_slug.clone(), page.topic.slug.clone());
    let module_here = page.topic.module_no;
    let action = topic_path(&course, &here);
    let found = page.found.clone();
    let language = &page.course_title.language;
    let modules = page.outline.clone();
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
            {modules
                .into_iter()
                .filter(|module| !module.topics.is_empty())
                .map(|module| {
                    let open = module.number == module_here;
                    section(module, open, (&course, language), &here)
                })
                .collect_view()}
            {exams}
        </nav>
    }
    .erase()
}

fn section(
    module: OutlineModule,
    open: bool,
    (course, language): (&str, &Language),
    here: &str,
) -> AnyView {
    let done = format!("{} of {}", module.done(), module.topics.len());
    let lines = module
        .entries()
        .into_iter()
        .map(|entry| match entry {
            OutlineEntry::Topic(topic) => line(topic.clone(), (course, language), here),
            OutlineEntry::Quiz(quiz) => quiz_line(quiz.clone(), course),
        })
        .collect_view();
    view! {
        <details class="mod" open=open>
            <summary>
                <span>{format!("{} · ", module.number)} {language.inline(module.title)}</span>
                <span class="num">{done}</span>
            </summary>
            <ol>{lines}</ol>
        </details>
    }
    .erase()
}

fn line(topic: OutlineTopic, (course, language): (&str, &Language), here: &str) -> AnyView {
    let title = language.inline(topic.title);
    if let Some(lock) = topic.lock {
        return locked("lock", title, lock);
    }
    let current = topic.slug == here;
    let state = if current && topic.state == TopicState::New {
        TopicState::Begun
    } else {
        topic.state
    };
    view! {
        <li class=state.class()>
            <a href=topic_path(course, &topic.slug) aria-current=current.then_some("page")>
                <span class="g"></span>
                <span>{title} <span class="vh">{state.words()}</span></span>
                <small class="num">{duration(topic.minutes)}</small>
            </a>
        </li>
    }
    .erase()
}

fn quiz_line(quiz: OutlineQuiz, course: &str) -> AnyView {
    let title = format!("Quiz {}", quiz.number);
    if let Some(lock) = quiz.lock {
        return locked("quiz lock", title.erase(), lock);
    }
    let (class, words) = match quiz.state {
        TopicState::Done => ("quiz done", ", passed"),
        TopicState::Begun => ("quiz half", ", started"),
        TopicState::New => ("quiz", ""),
    };
    view! {
        <li class=class>
            <a href=quiz_path(course, quiz.number)>
                <span class="g"></span>
                <span>{title} <span class="vh">{words}</span></span>
            </a>
        </li>
    }
    .erase()
}

/// Shows a locked entry with the reason for the lock.
fn locked(class: &'static str, title: AnyView, lock: String) -> AnyView {
    view! {
        <li class=class>
            <span class="outline-locked">
                <span class="g"></span>
                <span>{title} <span class="vh">", locked"</span></span>
                <small>{lock}</small>
            </span>
        </li>
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
