//! Renders the figures of a course as HTML, which the browser only shows.

use leptos::prelude::*;

use super::copilot_html::questions;
use super::course::CourseFigures;
use super::store::{TopicFigures, WeekRow};
use crate::activity::{LearnerStatus, RosterQuery, minutes_text};
use crate::paths::{edit_path, insights_path};
use crate::platform::address;
use crate::platform::charts::{self, Bar};
use crate::platform::time::Clock;
use crate::platform::ui::{Column, EmptyState, Erase, Glyph, Html, Table, rendered};

/// The classes of the histogram of progress: words, and the greatest share in percent.
const CLASSES: [(&str, i32); 7] = [
    ("0%", 0),
    ("1–19%", 19),
    ("20–39%", 39),
    ("40–59%", 59),
    ("60–79%", 79),
    ("80–99%", 99),
    ("100%", 100),
];

/// Places on the page with the rows of weeks and of topics.
pub const WEEKS_PLACE: &str = "#ly-weeks";
pub const TOPICS_PLACE: &str = "#ly-topics";

pub fn body(figures: &CourseFigures, question: &str, clock: &Clock) -> Html {
    rendered(|| whole(figures, question, clock))
}

fn whole(figures: &CourseFigures, question: &str, clock: &Clock) -> AnyView {
    if figures.learners.is_empty() {
        return view! {
            {cohorts(figures)}
            <EmptyState
                glyph=Glyph::User
                title="No learners yet"
                text="Figures appear here once learners study the course."
            />
        }
        .erase();
    }
    let as_of = format!("As of {}.", clock.date_time(clock.now));
    view! {
        {cohorts(figures)}
        {questions(figures, question)}
        {facts(figures)}
        {remarks(figures)}
        {plan(figures)}
        <section class="stack" id="ly-weeks">
            <h2>"Active learners by week"</h2>
            {weeks(&figures.weeks)}
        </section>
        <section class="stack">
            <h2>"Progress"</h2>
            <p class="soft">"Learners by the share of topics that they have completed."</p>
            {histogram(figures.progress(), None)}
        </section>
        <section class="stack" id="ly-topics">
            <h2>"Topics"</h2>
            <p class="soft">
                "“Stopped here” are learners whose last topic it was and who did nothing for a week. Questions and returns in videos are those of the last 90 days."
            </p>
            {topics(figures)}
        </section>
        <p class="soft">{as_of}</p>
    }
    .erase()
}

fn cohorts(figures: &CourseFigures) -> Option<AnyView> {
    if figures.cohorts.is_empty() {
        return None;
    }
    let path = insights_path(&figures.slug);
    let all = (None, path.clone(), "All learners".to_owned());
    let each = figures.cohorts.iter().map(|row| {
        let id = row.cohort_id.to_string();
        let href = address::with_query(&path, &[("cohort", &id)]);
        (Some(row.cohort_id), href, row.title.clone())
    });
    let chips = std::iter::once(all)
        .chain(each)
        .map(|(cohort, href, title)| {
            let is_here = cohort == figures.cohort;
            view! {
                <a class="chip" href=href aria-current=is_here.then_some("true")>
                    <bdi>{title}</bdi>
                </a>
            }
        })
        .collect_view();
    Some(
        view! {
            <div class="chips" role="group" aria-label="Cohort">
                {chips}
            </div>
        }
        .erase(),
    )
}

fn facts(figures: &CourseFigures) -> AnyView {
    let this = figures.weeks.last();
    let active = this.map_or(0, |week| week.active);
    let minutes = this.map_or(0, |week| week.minutes);
    let (passed, failed) = figures
        .weeks
        .iter()
        .rev()
        .take(4)
        .fold((0, 0), |sums, week| {
            (sums.0 + week.passed, sums.1 + week.failed)
        });
    let quizzes = match passed + failed {
        0 => "–".to_owned(),
        all => format!("{}% of {all}", 100 * passed / all),
    };
    let roster = |status: Option<LearnerStatus>| {
        RosterQuery::default().of_status(status).path(&figures.slug)
    };
    let completed = figures.count(LearnerStatus::Completed).to_string();
    let median = figures.median_progress().unwrap_or_default();
    let facts = [
        (
            "Learners",
            figures.learners.len().to_string(),
            Some(roster(None)),
        ),
        ("Active this week", active.to_string(), None),
        ("Active time this week", minutes_text(minutes), None),
        ("Median progress", format!("{median}%"), None),
        (
            "Completed",
            completed,
            Some(roster(Some(LearnerStatus::Completed))),
        ),
        ("Quiz attempts passed, 4 weeks", quizzes, None),
    ];
    let facts = facts
        .into_iter()
        .map(|(label, value, href)| {
            let value = match href {
                Some(href) => view! { <a href=href>{value}</a> }.erase(),
                None => value.erase(),
            };
            view! {
                <div>
                    <span class="label">{label}</span>
                    <b class="num">{value}</b>
                </div>
            }
        })
        .collect_view();
    view! { <div class="figs">{facts}</div> }.erase()
}

fn remarks(figures: &CourseFigures) -> AnyView {
    let remarks = figures.remarks();
    let inside = match remarks.is_empty() {
        true => view! { <p>"Nothing stands out: nobody waits for you, and nobody is drifting away."</p> }
            .erase(),
        false => {
            let lines = remarks
                .into_iter()
                .map(|remark| {
                    let topic = (!remark.topic.is_empty()).then(|| {
                        view! { " " <b>{figures.title.language.inline(remark.topic)}</b> }
                    });
                    let (words, href) = remark.act;
                    view! {
                        <li>
                            <span>{remark.said} {topic}</span>
                            " "
                            <a href=href>{words}</a>
                        </li>
                    }
                })
                .collect_view();
            view! { <ul class="insight-remarks">{lines}</ul> }.erase()
        }
    };
    view! {
        <section class="stack">
            <h2>"What stands out"</h2>
            {inside}
        </section>
    }
    .erase()
}

fn plan(figures: &CourseFigures) -> Option<AnyView> {
    let work = figures.work.as_ref()?;
    Some(
        view! {
            <section class="stack">
                <h2>"Progress by week"</h2>
                <p class="soft">
                    "The line is the share of all topics that the members together have completed. The dashed line is the plan."
                </p>
                {plan_chart(&work.places())}
            </section>
        }
        .erase(),
    )
}

/// Draws the progress of a cohort, with a table of the same figures.
pub fn plan_chart(places: &[charts::ChartPlace]) -> AnyView {
    let chart = charts::lines("Progress of the cohort by week", places);
    let percent =
        |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.0}%"));
    let rows = places
        .iter()
        .map(|place| {
            vec![
                format!("Week {}", place.short),
                percent(place.value),
                percent(place.planned),
            ]
        })
        .collect();
    view! {
        <div inner_html=chart.0></div>
        {figures_table("Progress by week", &["Week", "Done", "Planned"], rows)}
    }
    .erase()
}

fn weeks(weeks: &[WeekRow]) -> AnyView {
    let begins = |week: &WeekRow| week.begins.format("%-d %B %Y").to_string();
    let bars: Vec<Bar> = weeks
        .iter()
        .map(|week| Bar {
            short: week.begins.format("%-d %b").to_string(),
            said: match week.active {
                1 => format!("Week of {}: 1 active learner", begins(week)),
                active => format!("Week of {}: {active} active learners", begins(week)),
            },
            value: week.active,
            is_marked: false,
        })
        .collect();
    let chart = charts::bars("Active learners by week", &bars);
    let rows = weeks
        .iter()
        .rev()
        .map(|week| {
            vec![
                begins(week),
                week.active.to_string(),
                minutes_text(week.minutes),
                week.done.to_string(),
                week.passed.to_string(),
                week.failed.to_string(),
                week.asked.to_string(),
            ]
        })
        .collect();
    let heads = [
        "Week from",
        "Active learners",
        "Active time",
        "Topics done",
        "Quizzes passed",
        "Quizzes failed",
        "Questions",
    ];
    view! {
        <div inner_html=chart.0></div>
        {figures_table("Weeks", &heads, rows)}
    }
    .erase()
}

/// Draws how many learners have completed which share of the topics. The class of the reader's own
/// share, `mine`, is marked.
pub fn histogram(shares: impl Iterator<Item = i32>, mine: Option<i32>) -> AnyView {
    let class = |share: i32| {
        let at = CLASSES.iter().position(|(_, most)| share <= *most);
        at.unwrap_or(CLASSES.len() - 1)
    };
    let mut counts = [0_i64; CLASSES.len()];
    for share in shares {
        counts[class(share)] += 1;
    }
    let bars: Vec<Bar> = (CLASSES.iter().zip(counts).enumerate())
        .map(|(at, ((words, _), count))| {
            let is_marked = mine.is_some_and(|share| class(share) == at);
            let learners = match count {
                1 => "1 learner".to_owned(),
                count => format!("{count} learners"),
            };
            let you = if is_marked { ", you among them" } else { "" };
            Bar {
                short: (*words).to_owned(),
                said: format!("{words} of the topics: {learners}{you}"),
                value: count,
                is_marked,
            }
        })
        .collect();
    let chart = charts::bars("Learners by progress", &bars);
    let rows = bars
        .iter()
        .map(|bar| vec![bar.short.clone(), bar.value.to_string()])
        .collect();
    view! {
        <div inner_html=chart.0></div>
        {figures_table("Learners by progress", &["Topics completed", "Learners"], rows)}
    }
    .erase()
}

/// A table of the figures of a chart, folded away.
pub fn figures_table(label: &str, heads: &[&str], rows: Vec<Vec<String>>) -> AnyView {
    let columns: Vec<Column> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| match at {
            0 => Column::new(*head),
            _ => Column::new(*head).figures(),
        })
        .collect();
    let names: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let rows = rows
        .into_iter()
        .map(|cells| {
            let mut cells = cells.into_iter().zip(names.clone());
            let first = cells.next().map(|(cell, _)| cell);
            let rest = cells
                .map(|(cell, name)| view! { <td class="r" data-label=name>{cell}</td> })
                .collect_view();
            view! {
                <tr>
                    <th scope="row">{first}</th>
                    {rest}
                </tr>
            }
        })
        .collect_view();
    view! {
        <details>
            <summary>"The figures as a table"</summary>
            <Table label=label.to_owned() columns=columns stacks=true>
                {rows}
            </Table>
        </details>
    }
    .erase()
}

fn topics(figures: &CourseFigures) -> AnyView {
    let columns = vec![
        Column::new("Topic"),
        Column::new("Opened").figures(),
        Column::new("Done").figures(),
        Column::new("Stopped here").figures(),
        Column::new("Right at first").figures(),
        Column::new("Questions").figures(),
        Column::new("Returns in video").figures(),
    ];
    let rows = figures
        .topics
        .iter()
        .map(|topic| topic_line(figures, topic))
        .collect_view();
    view! {
        <Table label="Topics" columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

fn topic_line(figures: &CourseFigures, topic: &TopicFigures) -> AnyView {
    let number = |count: i64| match count {
        0 => "–".to_owned(),
        count => count.to_string(),
    };
    let right = match topic.answers {
        0 => "–".to_owned(),
        answers => format!("{}% of {answers}", 100 * topic.right / answers),
    };
    view! {
        <tr>
            <th scope="row">
                {format!("{} · ", topic.module_no)}
                <a href=edit_path(
                    &figures.slug,
                    &topic.slug,
                )>{figures.title.language.inline(topic.title.clone())}</a>
            </th>
            <td class="r" data-label="Opened">
                {number(topic.opened)}
            </td>
            <td class="r" data-label="Done">
                {number(topic.done)}
            </td>
            <td class="r" data-label="Stopped here">
                {number(topic.stopped)}
            </td>
            <td class="r" data-label="Right at first">
                {right}
            </td>
            <td class="r" data-label="Questions">
                {number(topic.asked)}
            </td>
            <td class="r" data-label="Returns in video">
                {number(topic.rewatched)}
            </td>
        </tr>
    }
    .erase()
}
