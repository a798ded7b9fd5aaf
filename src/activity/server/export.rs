//! Exports the roster as a CSV file for spreadsheets.

use axum::Router;
use axum::extract::{Extension, Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::roster::{self, JudgedLearner};
use crate::activity::{LearnerStatus, RosterQuery, RosterSort};
use crate::course::server::search;
use crate::paths::activity_roster_path;
use crate::platform::auth::guard::tutor_of_slug;
use crate::platform::auth::sign_in_path;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::{AppState, Cx};
use crate::platform::spreadsheet::inert;
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
    match file(cx, &course, asked.query()).await {
        Ok(file) => (
            [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("attachment; filename=\"activity-{course}.csv\""),
                ),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ],
            file,
        )
            .into_response(),
        Err(AppError::SignInRequired) => {
            Redirect::to(&sign_in_path(&activity_roster_path(&course))).into_response()
        }
        Err(error) => {
            let status = StatusCode::from_u16(error.status());
            let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
            (status, text, error.to_string()).into_response()
        }
    }
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
    write(&learners).map_err(|error| AppError::internal(&error))
}

/// Writes the CSV with a byte order mark, by which spreadsheets recognize UTF-8. Every value is
/// quoted, because spreadsheets in many languages separate at semicolons.
fn write(learners: &[JudgedLearner]) -> csv::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .from_writer("\u{feff}".as_bytes().to_vec());
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
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}
