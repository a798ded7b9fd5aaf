//! The audit log as a CSV file for spreadsheets.

use axum::Router;
use axum::extract::{Extension, Query};
use axum::response::Response;
use axum::routing::get;

use super::store::{self, AuditFilter, AuditRow};
use crate::people::audit_log::{AUDIT_FILE, AUDIT_LOG, AuditQuery, ENTRIES_IN_FILE};
use crate::platform::auth::guard::admin_of;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::http::downloads::{self, Download};
use crate::platform::http::{AppState, Cx};
use crate::platform::spreadsheet::{csv_file, inert};
use crate::platform::time::Clock;

pub fn routes() -> Router<AppState> {
    Router::new().route(AUDIT_FILE, get(send))
}

async fn send(Extension(cx): Extension<Cx>, Query(query): Query<AuditQuery>) -> Response {
    let file = file(cx, query).await;
    let named = |content| Download::csv("audit-log.csv", content);
    downloads::send(file.map(named), AUDIT_LOG)
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
    csv_file(|writer| write(&rows, writer))
}

/// Writes a line for each entry. Times are ISO 8601, and values are JSON.
fn write(rows: &[AuditRow], writer: &mut csv::Writer<Vec<u8>>) -> csv::Result<()> {
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
    Ok(())
}
