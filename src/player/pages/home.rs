//! The learner's home page: place to continue, progress, and next topics.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::course::{CourseTitle, duration};
use crate::enrollment::percent_of;
use crate::paths::{cohort_home_path, course_news_path, exams_path};
use crate::platform::ui::{
    Badge, Button, EmptyState, Erase, Language, Meter, Page, Tone, course_picture, loaded,
    page_resource, path_part, viewer,
};
use crate::player::api::{my_courses, resume_course};
use crate::player::{MyCourse, Upcoming};

/// Page `/learn`. `below` stands below the courses.
pub fn learn_page(below: AnyView) -> AnyView {
    let courses = page_resource(|| (), |()| my_courses());
    view! { <Page title="My learning">{loaded(courses, home)} {below}</Page> }.erase()
}

fn home(courses: Vec<MyCourse>) -> AnyView {
    let name = viewer()
        .map(|viewer| viewer.display_name)
        .unwrap_or_default();
    let first_name = name
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned();
    let begun = courses.iter().any(|course| course.last_opened.is_some());
    let greeting = if begun {
        format!("Welcome back, {first_name}")
    } else {
        format!("Welcome, {first_name}")
    };
    let body = match courses.is_empty() {
        true => view! {
            <EmptyState title="Nothing here yet" text="Find a course that interests you and enroll. It will appear here.">
                <Button href="/courses">"Browse the courses"</Button>
            </EmptyState>
        }
        .erase(),
        false => filled(courses),
    };
    view! {
        <div class="wide home">
            <header class="page-head">
                <h1>{greeting}</h1>
            </header>
            {body}
        </div>
    }
    .erase()
}

fn filled(courses: Vec<MyCourse>) -> AnyView {
    let is_current = |course: &&MyCourse| !course.is_completed && course.starts_on.is_none();
    let current = courses.iter().find(is_current).cloned();
    let next = current
        .as_ref()
        .map(|course| course.upcoming.clone())
        .unwrap_or_default();
    let language = current
        .as_ref()
        .map(|course| course.title.language.clone())
        .unwrap_or_default();
    view! {
        {current.map(continue_panel)}
        <div class="home-cols">
            <section>
                {groups(courses)}
                <p>
                    <a href="/courses">"Find another course"</a>
                </p>
            </section>
            {upcoming(next, &language)}
        </div>
    }
    .erase()
}

/// Shows the courses that are in progress, not started, yet to start and completed, each under its
/// own heading.
fn groups(courses: Vec<MyCourse>) -> AnyView {
    let (later, courses): (Vec<_>, Vec<_>) =
        (courses.into_iter()).partition(|course| course.starts_on.is_some());
    let (completed, open): (Vec<_>, Vec<_>) =
        courses.into_iter().partition(|course| course.is_completed);
    let (started, fresh): (Vec<_>, Vec<_>) = open
        .into_iter()
        .partition(|course| course.last_opened.is_some());
    [
        ("In progress", started),
        ("Not started", fresh),
        ("Starting later", later),
        ("Completed", completed),
    ]
    .into_iter()
    .filter(|(_, courses)| !courses.is_empty())
    .map(|(title, courses)| {
        view! {
            <h2 class="section-title">{title}</h2>
            {courses.into_iter().map(row).collect_view()}
        }
    })
    .collect_view()
    .erase()
}

/// Says how far the learner is in one sentence.
fn standing(course: &MyCourse) -> String {
    let topics = |count: u32| match count {
        1 => "1 topic".to_owned(),
        count => format!("{count} topics"),
    };
    let left = course.topics.saturating_sub(course.done);
    if let Some(day) = &course.starts_on {
        return format!("Starts on {day}");
    }
    match (course.is_completed, &course.last_opened) {
        (true, _) if left == 1 => "1 new topic since".to_owned(),
        (true, _) if left > 0 => format!("{left} new topics since"),
        (true, _) | (false, None) => topics(course.topics),
        (false, Some(_)) => format!("{} of {}", course.done, topics(course.topics)),
    }
}

/// Shows the course to continue. Its link loads a whole page, so that the browser scrolls to the
/// heading by itself.
fn continue_panel(course: MyCourse) -> AnyView {
    let Some(at) = course.continue_at else {
        return ().erase();
    };
    let CourseTitle { text, language } = course.title;
    let stopped_at = at
        .stopped_at
        .map(|heading| view! { " · you left off at “" {language.inline(heading)} "”" });
    let (label, button) = match course.last_opened {
        Some(_) => ("Continue", "Continue reading"),
        None => ("Start", "Start reading"),
    };
    let percent = percent_of(course.done as usize, course.topics as usize);
    view! {
        <section class="continue panel" aria-label=label>
            {course_picture(course.slug, course.thumbnail)}
            <div>
                <span class="label">{label}</span>
                <h2>
                    <a href=at.href.clone() rel="external">{language.inline(at.title)}</a>
                </h2>
                <p class="soft">{language.inline(text)} " · " {language.inline(at.module)} {stopped_at}</p>
                <div class="row">
                    <Button big=true href=at.href rel="external">
                        {button}
                    </Button>
                    <span class="soft num">{at.minutes.map(duration)}</span>
                </div>
                <div class="continue-progress">
                    <Meter percent=percent label="Share of the course completed" />
                    <span class="soft num">{format!("{percent}%")}</span>
                </div>
            </div>
        </section>
    }
    .erase()
}

fn row(course: MyCourse) -> AnyView {
    let standing = standing(&course);
    let percent = percent_of(course.done as usize, course.topics as usize);
    let href = match (course.continue_at, &course.starts_on) {
        (Some(at), _) => at.href,
        (None, Some(_)) => cohort_home_path(&course.slug),
        (None, None) => format!("/courses/{}", course.slug),
    };
    let cohort = (course.has_cohort && course.starts_on.is_none()).then(|| {
        let href = cohort_home_path(&course.slug);
        view! {
            <a href=href>"Cohort"</a>
        }
    });
    let exams = course.has_exams.then(|| {
        let href = exams_path(&course.slug);
        view! {
            <a href=href>"Exams"</a>
        }
    });
    let news = (course.unread_news > 0).then(|| {
        let href = course_news_path(&course.slug);
        view! {
            <a href=href>{format!("News ({} unread)", course.unread_news)}</a>
        }
    });
    let opened = course.last_opened.map(|(words, exact)| {
        view! {
            " · opened "
            <time datetime=exact.clone() title=exact>
                {words}
            </time>
        }
    });
    let progress = match course.is_completed {
        _ if course.starts_on.is_some() => ().erase(),
        true => view! { <Badge tone=Tone::Ok text="Completed" /> }.erase(),
        false => view! {
            <Meter percent=percent label=format!("{percent}% completed") />
            <span class="num">{format!("{percent}%")}</span>
        }
        .erase(),
    };
    view! {
        <article class="mine">
            {course_picture(course.slug, course.thumbnail)}
            <div>
                <h3>
                    <a href=href rel="external">{course.title.language.inline(course.title.text)}</a>
                </h3>
                <p class="soft">{standing} {opened}</p>
                <p class="mine-links">
                    {cohort} {news} {exams} {course.certificate.map(|href| view! { <a href=href>"Certificate"</a> })}
                </p>
            </div>
            <div class="mine-progress">
                {progress}
            </div>
        </article>
    }
    .erase()
}

fn upcoming(topics: Vec<Upcoming>, language: &Language) -> AnyView {
    if topics.is_empty() {
        return ().erase();
    }
    let lines = topics.into_iter().map(|topic| {
        view! {
            <li>
                <a href=topic.href>
                    <span class="g"></span>
                    <span>{language.inline(topic.title)}</span>
                    <small class="num">{topic.minutes.map(duration)}</small>
                </a>
            </li>
        }
    });
    view! {
        <section class="next">
            <h2 class="section-title">"Up next"</h2>
            <ol>{lines.collect_view()}</ol>
        </section>
    }
    .erase()
}

/// Page `/learn/COURSE`: redirects to the learner's place in the course.
pub fn resume_page() -> AnyView {
    let course = path_part("course");
    let address = page_resource(move || course.get(), resume_course);
    let go = |path| view! { <Redirect path=path /> }.erase();
    view! { <Page title="Continue">{loaded(address, go)}</Page> }.erase()
}
