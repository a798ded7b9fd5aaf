//! The development server's mailbox: unsent mails, newest first. Only mounted with `--dev`.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::AppState;
use crate::mail;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/_mail", get(list))
        .route("/_mail/{id}", get(show))
}

async fn list(State(state): State<AppState>) -> Response {
    let mut mails = Vec::new();
    if let Ok(mut folder) = tokio::fs::read_dir(mail::folder(&state.config)).await {
        while let Ok(Some(entry)) = folder.next_entry().await {
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(id) = name
                .strip_suffix(".eml")
                .filter(|id| id.parse::<uuid::Uuid>().is_ok())
            {
                mails.push(id.to_owned());
            }
        }
    }
    // The names are UUIDv7, so sorting by name sorts by time.
    mails.sort_unstable_by(|a, b| b.cmp(a));
    let mut items = String::new();
    for id in mails.iter().take(50) {
        if let Some(message) = read(&state, id).await {
            items.push_str(&format!(
                "<li><a href=\"/_mail/{id}\">{}</a> to {}</li>",
                escape(&message.subject),
                escape(&message.to)
            ));
        }
    }
    page(
        "Mail",
        &format!(
            "<ul>{items}</ul><p>{} in all. They would have been sent if SMTP_URL were set.</p>",
            mails.len()
        ),
    )
}

async fn show(State(state): State<AppState>, Path(id): Path<uuid::Uuid>) -> Response {
    let Some(message) = read(&state, &id.to_string()).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let body: String = message
        .body
        .lines()
        .map(|line| {
            let line = escape(line);
            if line.starts_with("http") {
                format!("<a href=\"{line}\">{line}</a>\n")
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    page(
        &message.subject,
        &format!("<p>To {}</p><pre>{body}</pre>", escape(&message.to)),
    )
}

struct Message {
    to: String,
    subject: String,
    body: String,
}

async fn read(state: &AppState, id: &str) -> Option<Message> {
    let raw = tokio::fs::read(mail::folder(&state.config).join(format!("{id}.eml")))
        .await
        .ok()?;
    let parsed = mail_parser::MessageParser::default().parse(&raw)?;
    Some(Message {
        to: parsed.to()?.first()?.address()?.to_owned(),
        subject: parsed.subject().unwrap_or_default().to_owned(),
        body: parsed.body_text(0).unwrap_or_default().into_owned(),
    })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn page(title: &str, body: &str) -> Response {
    let title = escape(title);
    let html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{body}"
    );
    Html(html).into_response()
}
