//! A learner's own activity in a course, and what is recorded about it.

use leptos::prelude::*;
use leptos_meta::Title;

use super::standing;
use crate::activity::api::load_my_activity;
use crate::activity::{
    ActivityWeek, EVENT_MONTHS, HardTopic, IDLE_SECONDS, MyActivityPage, RecentEvent, minutes_text,
};
use crate::paths::KNOWLEDGE;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Column, Crumb, Erase, Language, Meter, Page, Table, loaded,
    page_resource, path_part,
};

/// Page `/learn/COURSE/activity/mine`.
pub fn my_activity_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_my_activity);
    view! { <Page title="Your activity">{loaded(page, mine)}</Page> }.erase()
}

fn mine(page: MyActivityPage) -> AnyView {
    let language = page.course_title.language.clone();
    let this = page.weeks.first().map_or(0, |week| week.minutes);
    view! {
        <Title text=format!("Your activity · {}", page.course_title) />
        <div class="narrow stack activity-mine">
            <Breadcrumbs trail=vec![
                page.course_title.crumb(format!("/learn/{}", page.course_slug)),
                Crumb::new("Your activity", ""),
            ] />
            <h1>"Your activity"</h1>
            <p class="soft">"Your tutors see these figures too, and when you took quizzes and exams, handed in work, asked a question or answered a cold call."</p>
            {standing(page.status, page.reason)}
            <div class="row">
                <div class="grow">
                    <Meter percent=page.done label="Topics completed" />
                </div>
                <span class="num">{format!("{}% of the topics", page.done)}</span>
            </div>
            {next(&page.course_slug)}
            {hard(page.hard, &language)}
            <section class="stack">
                <h2>"Time per week"</h2>
                <p>{format!("This week: {}. Streak: {}", minutes_text(this), page.streak)}</p>
                <div inner_html=page.chart.0></div>
                {weeks(page.weeks)}
            </section>
            {recent(page.recent, &language)}
            {recorded()}
        </div>
    }
    .erase()
}

/// Links to the course and to the map of concepts.
fn next(course: &str) -> AnyView {
    view! {
        <section class="stack">
            <h2>"What comes next"</h2>
            <div class="row">
                <Button href=format!("/learn/{course}")>"Go on with the course"</Button>
                <Button kind=ButtonKind::Secondary href=KNOWLEDGE>
                    "What you know"
                </Button>
            </div>
        </section>
    }
    .erase()
}

/// The topics in whose questions the learner was wrong at first.
fn hard(topics: Vec<HardTopic>, language: &Language) -> Option<AnyView> {
    if topics.is_empty() {
        return None;
    }
    let lines = topics
        .into_iter()
        .map(|topic| {
            view! {
                <li>
                    <a href=topic.href>{language.inline(topic.title)}</a>
                    " "
                    <span class="soft">{topic.said}</span>
                </li>
            }
        })
        .collect_view();
    let section = view! {
        <section class="stack">
            <h2>"Worth another look"</h2>
            <p class="soft">"You were wrong at first in quiz questions about these topics."</p>
            <ul>{lines}</ul>
        </section>
    };
    Some(section.erase())
}

fn weeks(weeks: Vec<ActivityWeek>) -> AnyView {
    let columns = vec![
        Column::new("Week from"),
        Column::new("Active").figures(),
        Column::new("Topics").figures(),
        Column::new("Done").figures(),
        Column::new("Quizzes passed").figures(),
        Column::new("Quizzes failed").figures(),
        Column::new("Questions").figures(),
        Column::new("Cold calls").figures(),
    ];
    let rows = weeks
        .into_iter()
        .map(|week| {
            view! {
                <tr>
                    <th scope="row">{week.begins}</th>
                    <td class="r" data-label="Active">
                        {minutes_text(week.minutes)}
                    </td>
                    <td class="r" data-label="Topics">
                        {week.topics}
                    </td>
                    <td class="r" data-label="Done">
                        {week.done}
                    </td>
                    <td class="r" data-label="Quizzes passed">
                        {week.passed}
                    </td>
                    <td class="r" data-label="Quizzes failed">
                        {week.failed}
                    </td>
                    <td class="r" data-label="Questions">
                        {week.asked}
                    </td>
                    <td class="r" data-label="Cold calls">
                        {week.answered}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table label="Your weeks" columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

fn recent(events: Vec<RecentEvent>, language: &Language) -> AnyView {
    if events.is_empty() {
        return ().erase();
    }
    let lines = events
        .into_iter()
        .map(|event| {
            let topic = (!event.topic.is_empty()).then(|| {
                view! { <span class="activity-about">{language.inline(event.topic)}</span> }
            });
            let (words, exact) = event.when;
            view! {
                <li>
                    <span>{event.said} " " {topic}</span>
                    <time class="soft" datetime=exact>
                        {words}
                    </time>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="activity-day">
            <h2>"Recorded last"</h2>
            <ol>{lines}</ol>
        </section>
    }
    .erase()
}

fn recorded() -> AnyView {
    let active = format!(
        "Time counts only while the page is visible and you did something in the last {IDLE_SECONDS} seconds."
    );
    let kept = format!(
        "Single events are kept for {EVENT_MONTHS} months, and their sums by day as long as your account."
    );
    view! {
        <section class="stack">
            <h2>"What is recorded"</h2>
            <ul>
                <li>"The topics that you open, how far you read, and where you are in a video."</li>
                <li>{active}</li>
                <li>
                    "Topics that you mark as done, quizzes and exams that you take, and that you asked the tutor or answered a cold call."
                </li>
                <li>
                    "What you ask the AI tutor is not part of it: your tutors see that you asked and about which topic."
                </li>
            </ul>
            <p>
                {kept} " " <a href="/settings/data">"Get a copy of your data"</a> "."
            </p>
        </section>
    }
    .erase()
}
