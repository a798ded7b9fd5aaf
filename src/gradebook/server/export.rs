//! Exports the gradebook as a CSV file for spreadsheets.

use axum::Router;
use axum::extract::{Extension, Path, Query};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::view::{self, GradeList, GradedLine};
use crate::gradebook::{GradebookQuery, LearnerFilter, LearnerSort};
use crate::platform::auth::guard::tutor_of_slug;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::http::downloads::{self, Download};
use crate::platform::http::{AppState, Cx};
use crate::platform::spreadsheet::{csv_file, inert};
use crate::platform::time::Clock;

/// Maximum number of learners in one file, because the file is built in memory.
const LIMIT: i64 = 20_000;

pub fn routes() -> Router<AppState> {
    Router::new().route("/teach/{course}/gradebook.csv", get(send))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CsvQuery {
    q: String,
    filter: String,
    sort: String,
    down: String,
}

impl CsvQuery {
    fn query(self) -> GradebookQuery {
        GradebookQuery {
            filter: LearnerFilter::parse(&self.filter),
            sort: LearnerSort::parse(&self.sort),
            down: !self.down.is_empty(),
            q: self.q,
            page: 0,
            said: 0,
        }
    }
}

async fn send(
    Extension(cx): Extension<Cx>,
    Path(course): Path<String>,
    Query(asked): Query<CsvQuery>,
) -> Response {
    let file = file(cx, &course, asked.query()).await;
    let named = |content| Download::csv(format!("gradebook-{course}.csv"), content);
    downloads::send(file.map(named), &format!("/teach/{course}"))
}

/// Returns all learners of the filtered list as a file. For tutors of the course and admins.
async fn file(cx: Cx, course: &str, query: GradebookQuery) -> AppResult<Vec<u8>> {
    let tutor = tutor_of_slug(cx.clone(), course).await?;
    let clock = Clock::of(&cx);
    let course = tutor.course;
    let list = cx
        .within(async move |conn| view::lines(conn, course, &query, (LIMIT, 0), &clock).await)
        .await?;
    let first = list.lines.first();
    if first.is_some_and(|graded| graded.line.total > LIMIT) {
        return Err(AppError::TooLarge(format!(
            "A file holds at most {} learners. Search or filter first.",
            figures::number(LIMIT as usize)
        )));
    }
    csv_file(|writer| write(&list, writer))
}

/// Writes a line for each learner. Times are ISO 8601.
fn write(list: &GradeList, writer: &mut csv::Writer<Vec<u8>>) -> csv::Result<()> {
    let mut head: Vec<String> = [
        "Name",
        "Username",
        "Email",
        "Enrolled",
        "Last active",
        "Completed",
        "Topics completed (%)",
        "Average (%)",
    ]
    .map(str::to_owned)
    .to_vec();
    if list.has_grade {
        head.push("Grade (%)".to_owned());
    }
    for column in &list.columns {
        head.push(inert(&format!("{} (%)", column.label)));
        head.push(inert(&column.title));
    }
    writer.write_record(&head)?;
    for GradedLine { line, cells, grade } in &list.lines {
        let number = |number: Option<i32>| number.map(|n| n.to_string()).unwrap_or_default();
        let mut record = vec![
            inert(&line.display_name),
            inert(&line.username),
            inert(&line.email),
            line.enrolled_at.to_rfc3339(),
            line.last_active
                .map(|at| at.to_rfc3339())
                .unwrap_or_default(),
            if line.is_completed { "yes" } else { "no" }.to_owned(),
            line.done_percent.to_string(),
            number(line.score),
        ];
        if list.has_grade {
            record.push(number(*grade));
        }
        for cell in cells {
            record.push(number(cell.score));
            record.push(cell.state.label().to_owned());
        }
        writer.write_record(&record)?;
    }
    Ok(())
}
