//! Figures as CSV files for spreadsheets.

use axum::Router;
use axum::extract::{Extension, Path, Query};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::course;
use super::months::{self, first_of_month};
use super::school::asked;
use super::store::TopicFigures;
use crate::activity::server::store::day_of;
use crate::paths::{SCHOOL_INSIGHTS, insights_path};
use crate::platform::auth::guard::{admin_of, tutor_of_slug};
use crate::platform::error::AppResult;
use crate::platform::http::downloads::{self, Download};
use crate::platform::http::{AppState, Cx};
use crate::platform::spreadsheet::{csv_file, inert};
use crate::platform::time::Clock;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/teach/{course}/insights.csv", get(send_topics))
        .route("/admin/insights.csv", get(send_courses))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct InsightsAsked {
    cohort: String,
    month: String,
}

/// Sends the topics of a course with their figures. For tutors of the course and admins.
async fn send_topics(
    Extension(cx): Extension<Cx>,
    Path(slug): Path<String>,
    Query(asked): Query<InsightsAsked>,
) -> Response {
    let file = topics(cx, slug.clone(), asked.cohort).await;
    let named = |content| Download::csv(format!("topics-{slug}.csv"), content);
    downloads::send(file.map(named), &insights_path(&slug))
}

async fn topics(cx: Cx, slug: String, cohort: String) -> AppResult<Vec<u8>> {
    let tutor = tutor_of_slug(cx.clone(), &slug).await?;
    let clock = Clock::of(&cx);
    let id = tutor.course;
    let figures = cx
        .within(async move |conn| course::figures(conn, (id, slug), &cohort, &clock).await)
        .await?;
    csv_file(|writer| write_topics(&figures.topics, writer))
}

fn write_topics(topics: &[TopicFigures], writer: &mut csv::Writer<Vec<u8>>) -> csv::Result<()> {
    writer.write_record([
        "Module",
        "Topic",
        "Opened",
        "Done",
        "Stopped here",
        "First answers",
        "Right first answers",
        "Questions, 90 days",
        "Returns in video, 90 days",
    ])?;
    for topic in topics {
        writer.write_record([
            topic.module_no.to_string(),
            inert(&topic.title),
            topic.opened.to_string(),
            topic.done.to_string(),
            topic.stopped.to_string(),
            topic.answers.to_string(),
            topic.right.to_string(),
            topic.asked.to_string(),
            topic.rewatched.to_string(),
        ])?;
    }
    Ok(())
}

/// Sends the courses of a month. For admins.
async fn send_courses(
    Extension(cx): Extension<Cx>,
    Query(asked): Query<InsightsAsked>,
) -> Response {
    let file = courses(cx, asked.month).await;
    let named = |(month, content)| Download::csv(format!("courses-{month}.csv"), content);
    downloads::send(file.map(named), SCHOOL_INSIGHTS)
}

async fn courses(cx: Cx, month: String) -> AppResult<(String, Vec<u8>)> {
    admin_of(cx.clone()).await?;
    let now = Clock::of_organization(&cx.organization).now;
    let (month, courses) = cx
        .within(async move |conn| {
            let this = first_of_month(day_of(conn, now).await?);
            let month = asked(&month).unwrap_or(this);
            Ok((month, months::courses_of(conn, month).await?))
        })
        .await?;
    let content = csv_file(|writer| {
        writer.write_record([
            "Course",
            "Address",
            "Enrolled",
            "Completed",
            "Active learners",
            "Active minutes",
            "Quiz attempts passed",
            "Quiz attempts failed",
            "Questions",
            "Handed to tutors",
            "Done by tutors",
            "Median reply, seconds",
            "Requests to the model",
            "Cost of the model, millionths",
        ])?;
        for row in &courses {
            let optional = |value: Option<i64>| value.map(|value| value.to_string());
            writer.write_record([
                inert(&row.title),
                inert(&row.slug),
                row.enrolled.to_string(),
                row.completed.to_string(),
                row.active.to_string(),
                (row.seconds_active / 60).to_string(),
                row.quizzes_passed.to_string(),
                row.quizzes_failed.to_string(),
                row.asked.to_string(),
                row.handed.to_string(),
                row.handled.to_string(),
                optional(row.median_reply_seconds).unwrap_or_default(),
                row.model_requests.to_string(),
                optional(row.cost_micro).unwrap_or_default(),
            ])?;
        }
        Ok(())
    })?;
    Ok((month.format("%Y-%m").to_string(), content))
}
