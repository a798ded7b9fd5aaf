//! Figures of all courses by month, for admins.

use chrono::NaiveDate;
use leptos::prelude::*;

use super::course_html::figures_table;
use super::months::{self, CourseMonthRow, SchoolMonthRow, first_of_month, month_before};
use crate::activity::minutes_text;
use crate::activity::server::store::day_of;
use crate::course::CourseTitle;
use crate::insights::SchoolInsights;
use crate::paths::{SCHOOL_INSIGHTS, insights_path};
use crate::people::operations::server::model_usage::cost;
use crate::platform::address;
use crate::platform::charts::{self, Bar};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::time::Clock;
use crate::platform::ui::{Column, EmptyState, Erase, Glyph, Table, rendered};

/// Returns the page of a month such as "2026-11". Anything else, and a month to come, is the
/// present one.
pub async fn page(conn: &mut Conn, month: &str, clock: &Clock) -> AppResult<SchoolInsights> {
    let this = first_of_month(day_of(conn, clock.now).await?);
    let month = asked(month).filter(|month| *month <= this).unwrap_or(this);
    let courses = months::courses_of(conn, month).await?;
    let year = months::months_until(conn, this).await?;
    Ok(SchoolInsights {
        month: name(month),
        body: rendered(|| whole(month, this, courses, &year, clock)),
    })
}

/// Reads a month such as "2026-11".
pub fn asked(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()
}

fn name(month: NaiveDate) -> String {
    month.format("%B %Y").to_string()
}

fn path(month: NaiveDate) -> String {
    let month = month.format("%Y-%m").to_string();
    address::with_query(SCHOOL_INSIGHTS, &[("month", &month)])
}

fn whole(
    month: NaiveDate,
    this: NaiveDate,
    courses: Vec<CourseMonthRow>,
    year: &[SchoolMonthRow],
    clock: &Clock,
) -> AnyView {
    let before = path(month_before(month, 1));
    let after = month.checked_add_months(chrono::Months::new(1));
    let after = after.filter(|after| *after <= this).map(|after| {
        view! { <a class="btn second" href=path(after)>"Next month"</a> }
    });
    let file = address::with_query(
        &format!("{SCHOOL_INSIGHTS}.csv"),
        &[("month", &month.format("%Y-%m").to_string())],
    );
    let as_of = courses.iter().map(|row| row.summed_at).max();
    let as_of = as_of.map(|at| format!("Summed {}.", clock.ago(at)));
    let table = match courses.is_empty() {
        true => view! {
            <EmptyState
                glyph=Glyph::Book
                title="Nothing happened in this month"
                text="Enrollments, activity and questions of each course are summed here once an hour."
            />
        }
        .erase(),
        false => table(courses),
    };
    view! {
        <div class="row">
            <h2 class="grow">{name(month)}</h2>
            <a class="btn second" href=before>
                "Month before"
            </a>
            {after}
            // Not a page of the app, so the browser itself has to fetch the file.
            <a class="btn second" href=file rel="external" download>
                "CSV"
            </a>
        </div>
        {table}
        <p class="soft">{as_of}</p>
        <section class="stack">
            <h2>"Active learners by month"</h2>
            <p class="soft">"A learner of several courses is counted in each."</p>
            {chart(year)}
        </section>
    }
    .erase()
}

/// Formats the time within which half of the questions were done.
pub fn reply_time(seconds: Option<i64>) -> String {
    match seconds {
        None => "–".to_owned(),
        Some(seconds) if seconds < 48 * 3_600 => minutes_text(seconds / 60),
        Some(seconds) => format!("{} days", seconds / 86_400),
    }
}

fn table(courses: Vec<CourseMonthRow>) -> AnyView {
    let columns = vec![
        Column::new("Course"),
        Column::new("Enrolled").figures(),
        Column::new("Completed").figures(),
        Column::new("Active learners").figures(),
        Column::new("Active time").figures(),
        Column::new("Quizzes passed").figures(),
        Column::new("Questions").figures(),
        Column::new("To tutors").figures(),
        Column::new("Half answered in").figures(),
        Column::new("Cost of the model").figures(),
    ];
    let rows = courses.into_iter().map(row).collect_view();
    view! {
        <Table label="Courses" columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

fn row(row: CourseMonthRow) -> AnyView {
    let title = CourseTitle::new(row.title, row.language);
    let quizzes = match row.quizzes_passed + row.quizzes_failed {
        0 => "–".to_owned(),
        all => format!("{} of {all}", row.quizzes_passed),
    };
    let handed = match row.handed {
        0 => "–".to_owned(),
        all => format!("{} of {all} done", row.handled),
    };
    let model = row.cost_micro.map_or("–".to_owned(), cost);
    view! {
        <tr>
            <th scope="row">
                <a href=insights_path(&row.slug)>{title.language.inline(title.text)}</a>
            </th>
            <td class="r" data-label="Enrolled">
                {row.enrolled}
            </td>
            <td class="r" data-label="Completed">
                {row.completed}
            </td>
            <td class="r" data-label="Active learners">
                {row.active}
            </td>
            <td class="r" data-label="Active time">
                {minutes_text(row.seconds_active / 60)}
            </td>
            <td class="r" data-label="Quizzes passed">
                {quizzes}
            </td>
            <td class="r" data-label="Questions">
                {row.asked}
            </td>
            <td class="r" data-label="To tutors">
                {handed}
            </td>
            <td class="r" data-label="Half answered in">
                {reply_time(row.median_reply_seconds)}
            </td>
            <td class="r" data-label="Cost of the model">
                {model}
            </td>
        </tr>
    }
    .erase()
}

fn chart(year: &[SchoolMonthRow]) -> AnyView {
    let bars: Vec<Bar> = year
        .iter()
        .map(|row| Bar {
            short: row.month.format("%b").to_string(),
            said: format!("{}: {} active learners", name(row.month), row.active),
            value: row.active,
            is_marked: false,
        })
        .collect();
    let chart = charts::bars("Active learners by month", &bars);
    let rows = year
        .iter()
        .rev()
        .map(|row| {
            vec![
                name(row.month),
                row.enrolled.to_string(),
                row.completed.to_string(),
                row.active.to_string(),
                minutes_text(row.seconds_active / 60),
            ]
        })
        .collect();
    let heads = [
        "Month",
        "Enrolled",
        "Completed",
        "Active learners",
        "Active time",
    ];
    view! {
        <div inner_html=chart.0></div>
        {figures_table("Months", &heads, rows)}
    }
    .erase()
}
