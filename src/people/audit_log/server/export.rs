//! The audit log as a CSV file for spreadsheets.

use axum::Router;
use axum::extract::{Extension, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::store::{self, AuditFilter, AuditRow};
use crate::people::audit_log::{AUDIT_FILE, AUDIT_LOG, AuditQuery, ENTRIES_IN_FILE};
use crate::platform::auth::guard::admin_of;
use crate::platform::auth::sign_in_path;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::http::{AppState, Cx};
use crate::platform::spreadsheet::inert;
use crate::platform::time::Clock;

pub fn routes() -> Router<AppState> {
    Router::new().route(AUDIT_FILE, get(send))
}

async fn send(Extension(cx): Extension<Cx>, Query(query): Query<AuditQuery>) -> Response {
    match file(cx, query).await {
        Ok(file) => (
            [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"audit-log.csv\"",
                ),
                (header::CACHE_CONTROL, "no-store"),
            ],
            file,
        )
            .into_response(),
        Err(AppError::SignInRequired) => Redirect::to(&sign_in_path(AUDIT_LOG)).into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.status());
            let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
            (status, text, error.to_string()).into_response()
        }
    }
}

/// Returns all entries that the filters leave. For admins.
async fn file(cx: Cx, query: AuditQuery) -> AppResult<Vec<u8>> {
    let cx = admin_of(cx).await?.0.cx;
    let clock = Clock::of(&cx);
    let rows = cx
        .within(async move |conn| {
            let filter = AuditFilter::read(conn, &query.from_start(), &clock)
                .await?
                .map_err(|problem| AppError::field("", problem))?;
            Ok(store::entries(conn, &filter, ENTRIES_IN_FILE + 1).await?)
        })
        .await?;
    if rows.len() as i64 > ENTRIES_IN_FILE {
        return Err(AppError::TooLarge(format!(
            "A file holds at most {} entries. Choose a day, a person or a kind of action first.",
            figures::number(ENTRIES_IN_FILE as usize)
        )));
    }
    write(&rows).map_err(|error| AppError::internal(&error))
}

/// Writes the CSV with a byte order mark, by which spreadsheets recognize UTF-8. Times are ISO
/// 8601, values are JSON, and every value is quoted.
fn write(rows: &[AuditRow]) -> csv::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record([
        "Time",
        "By",
        "Email",
        "Action",
        "Outcome",
        "Kind",
        "Subject",
        "Old values",
        "New values",
        "Address",
    ])?;
    for row in rows {
        let text = |text: &Option<String>| inert(text.as_deref().unwrap_or_default());
        let json = |value: &Option<serde_json::Value>| {
            let written = value.as_ref().map(ToString::to_string);
            inert(&written.unwrap_or_default())
        };
        writer.write_record([
            row.occurred_at.to_rfc3339(),
            text(&row.actor_name),
            text(&row.actor_email),
            inert(&row.action),
            row.outcome.clone(),
            text(&row.subject_type),
            text(&row.subject_id),
            json(&row.old_values),
            json(&row.new_values),
            text(&row.address),
        ])?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}
