//! Page `/study/progress`: figures of the learner's reviews, as pictures and as tables.

use leptos::prelude::*;

use crate::paths::STUDY;
use crate::platform::ui::{
    Breadcrumbs, Button, Column, Crumb, EmptyState, Erase, Page, Table, loaded, page_resource,
};
use crate::study::api::load_progress;
use crate::study::{CalibrationLine, StudyProgress, cards};

pub fn study_progress_page() -> AnyView {
    let page = page_resource(|| (), |()| load_progress());
    view! {
        <Page title="Study progress">
            <div class="narrow stack study">
                <Breadcrumbs trail=vec![Crumb::new("Study", STUDY), Crumb::new("Progress", "")] />
                <h1>"Progress"</h1>
                {loaded(page, progress)}
            </div>
        </Page>
    }
    .erase()
}

fn progress(page: StudyProgress) -> AnyView {
    if page.new + page.learning + page.review == 0 {
        return view! {
            <EmptyState title="No cards yet" text="Figures of your reviews appear here once you have cards.">
                <Button href=STUDY>"To your library"</Button>
            </EmptyState>
        }
        .erase();
    }
    let share = |share: Option<i64>| share.map_or("–".to_owned(), |share| format!("{share}%"));
    let streak = match (page.streak, page.forgiven) {
        (0, _) => "No streak at present.".to_owned(),
        (1, _) => "1 day with reviews.".to_owned(),
        (days, 0) => format!("{days} days with reviews in a row."),
        (days, 1) => format!("{days} days with reviews, and 1 missed day forgiven."),
        (days, missed) => format!("{days} days with reviews, and {missed} missed days forgiven."),
    };
    let facts = [
        ("Accuracy, last 30 days", share(page.accuracy)),
        ("Retention, last 30 days", share(page.retention)),
        (
            "Retention that you want",
            format!("{}%", page.desired_retention),
        ),
        ("Streak", streak),
        (
            "Cards",
            format!(
                "{} new, {} in learning, {} in review",
                page.new, page.learning, page.review
            ),
        ),
    ];
    let facts = facts
        .into_iter()
        .map(|(name, value)| {
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect_view();
    let reviews: Vec<(String, i64)> = page
        .days
        .iter()
        .map(|day| (day.day.clone(), day.reviews))
        .collect();
    let days = page
        .days
        .into_iter()
        .map(|day| {
            view! {
                <tr>
                    <th scope="row">{day.day}</th>
                    <td class="r">{day.reviews}</td>
                    <td class="r">{day.correct}</td>
                </tr>
            }
        })
        .collect_view();
    let ahead = page
        .forecast
        .iter()
        .map(|(day, count)| {
            view! {
                <tr>
                    <th scope="row">{day.clone()}</th>
                    <td class="r">{*count}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <dl class="study-facts">{facts}</dl>
        <h2 class="section-title">"Reviews by day"</h2>
        {bars(&reviews, "Reviews on each of the last 30 days")}
        <details>
            <summary>"Reviews as a table"</summary>
            <Table
                label="Reviews by day"
                columns=vec![
                    Column::new("Day"),
                    Column::new("Reviews").figures(),
                    Column::new("Remembered").figures(),
                ]
            >
                {days}
            </Table>
        </details>
        <h2 class="section-title">"The next 30 days"</h2>
        {bars(&page.forecast, "Cards due on each of the next 30 days")}
        <details>
            <summary>"Due cards as a table"</summary>
            <Table
                label="Due cards by day"
                columns=vec![Column::new("Day"), Column::new("Due").figures()]
            >
                {ahead}
            </Table>
        </details>
        {calibration(page.calibration)}
    }
    .erase()
}

/// Height of the pictures, and width of a bar with its gap.
const HEIGHT: i64 = 80;
const STEP: i64 = 10;

/// A picture of bars. The table below it has the same figures.
fn bars(figures: &[(String, i64)], label: &str) -> AnyView {
    let most = figures.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let total: i64 = figures.iter().map(|(_, count)| *count).sum();
    let bars = figures
        .iter()
        .zip(0..)
        .filter(|((_, count), _)| *count > 0)
        .map(|((_, count), at)| {
            let height = (count * HEIGHT / most.max(1)).max(1);
            view! { <rect x=at * STEP y=HEIGHT - height width=STEP - 2 height=height /> }
        })
        .collect_view();
    let width = i64::try_from(figures.len()).unwrap_or(0) * STEP;
    let ends = figures.first().zip(figures.last());
    let ends = ends.map(|((first, _), (last, _))| {
        view! {
            <p class="study-ends soft">
                <span>{first.clone()}</span>
                <span>{format!("{} in all, at most {most} on a day", cards(total))}</span>
                <span>{last.clone()}</span>
            </p>
        }
    });
    view! {
        <svg class="study-bars" role="img" aria-label=label.to_owned() viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none">
            {bars}
        </svg>
        {ends}
    }
    .erase()
}

fn calibration(lines: Vec<CalibrationLine>) -> Option<AnyView> {
    let answers: i64 = lines.iter().map(|line| line.answers).sum();
    (answers > 0).then(|| {
        let rows = lines
            .into_iter()
            .map(|line| {
                let right = match line.answers {
                    0 => "–".to_owned(),
                    answers => format!("{}%", line.correct * 100 / answers),
                };
                view! {
                    <tr>
                        <th scope="row">{line.confidence.label()}</th>
                        <td class="r">{line.answers}</td>
                        <td class="r">{right}</td>
                        <td class="r">{format!("about {}%", line.confidence.percent())}</td>
                    </tr>
                }
            })
            .collect_view();
        view! {
            <h2 class="section-title">"How sure, and how often right"</h2>
            <p class="soft">"Answers of the last 90 days for which you said how sure you were."</p>
            <Table
                label="Confidence and right answers"
                columns=vec![
                    Column::new("You said"),
                    Column::new("Answers").figures(),
                    Column::new("Right").figures(),
                    Column::new("Well calibrated").figures(),
                ]
            >
                {rows}
            </Table>
        }
        .erase()
    })
}
