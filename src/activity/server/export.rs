//! Exports the roster as a CSV file for spreadsheets.

use axum::Router;
use axum::extract::{Extension, Path, Query};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::roster::{self, JudgedLearner};
use crate::activity::{LearnerStatus, RosterQuery, RosterSort};
use crate::course::server::search;
use crate::paths::activity_roster_path;
use crate::platform::auth::guard::tutor_of_slug;
use crate::platform::error::AppResult;
use crate::platform::http::downloads::{self, Download};
use crate::platform::http::{AppState, Cx};
use crate::platform::spreadsheet::{csv_file, inert};
use crate::platform::time::Clock;

pub fn routes() -> Router<AppState> {
    Router::new().route("/teach/{course}/activity.csv", get(send))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RosterFile {
    q: String,
    status: String,
    sort: String,
    down: String,
}

impl RosterFile {
    fn query(self) -> RosterQuery {
        RosterQuery {
            status: LearnerStatus::parse(&self.status),
            sort: RosterSort::parse(&self.sort),
            down: !self.down.is_empty(),
            q: self.q.trim().to_owned(),
            page: 0,
        }
    }
}

async fn send(
    Extension(cx): Extension<Cx>,
    Path(course): Path<String>,
    Query(asked): Query<RosterFile>,
) -> Response {
    let file = file(cx, &course, asked.query()).await;
    let named = |content| Download::csv(format!("activity-{course}.csv"), content);
    downloads::send(file.map(named), &activity_roster_path(&course))
}

/// Returns all learners of the filtered list as a file. For tutors of the course and admins.
async fn file(cx: Cx, course: &str, query: RosterQuery) -> AppResult<Vec<u8>> {
    let tutor = tutor_of_slug(cx.clone(), course).await?;
    search::check_length(&query.q)?;
    let clock = Clock::of(&cx);
    let id = tutor.course;
    let (learners, _) = cx
        .within(async move |conn| roster::judged(conn, id, &query, &clock).await)
        .await?;
    csv_file(|writer| write(&learners, writer))
}

/// Writes a line for each learner. Times are ISO 8601.
fn write(learners: &[JudgedLearner], writer: &mut csv::Writer<Vec<u8>>) -> csv::Result<()> {
    writer.write_record([
        "Name",
        "Username",
        "Email",
        "Status",
        "Reason",
        "Enrolled",
        "Last seen",
        "Topics completed (%)",
        "Active minutes, 7 days",
        "Quizzes passed, 7 days",
        "Quizzes failed, 7 days",
        "Questions asked, 7 days",
        "Cold calls answered, 7 days",
    ])?;
    for learner in learners {
        let row = &learner.row;
        let seen = row.seen_at.map(|at| at.to_rfc3339()).unwrap_or_default();
        writer.write_record([
            inert(&row.display_name),
            inert(&row.username),
            inert(&row.email),
            learner.status.label().to_owned(),
            learner.reason.clone(),
            row.enrolled_at.to_rfc3339(),
            seen,
            row.done_percent.to_string(),
            learner.minutes().to_string(),
            row.passed.to_string(),
            row.failed.to_string(),
            row.asked.to_string(),
            row.answered.to_string(),
        ])?;
    }
    Ok(())
}
