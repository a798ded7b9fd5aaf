//! A conversation as a Markdown file.

use std::fmt::Write;

use axum::Router;
use axum::extract::{Extension, Path};
use axum::response::Response;
use axum::routing::get;

use super::answer::Quotation;
use super::ladder::{AnswerKind, intro, place_words};
use super::links::place_href;
use super::store::{self, TalkRow};
use crate::enrollment::server::access::open_topic;
use crate::paths::tutor_path;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::downloads::{self, Download};
use crate::platform::http::{AppState, Cx};
use crate::platform::time::Clock;

pub fn routes() -> Router<AppState> {
    Router::new().route("/tutor/{course}/{topic}/conversation.md", get(send))
}

async fn send(
    Extension(cx): Extension<Cx>,
    Path((course, topic)): Path<(String, String)>,
) -> Response {
    let page = tutor_path(&course, &topic);
    let file = file(cx, course, topic).await;
    let named = |content: String| Download {
        name: "conversation.md".to_owned(),
        media_type: "text/markdown; charset=utf-8",
        content: content.into_bytes(),
    };
    downloads::send(file.map(named), &page)
}

/// Returns the file of the signed-in learner's own conversation.
async fn file(cx: Cx, course: String, topic: String) -> AppResult<String> {
    let user = cx.viewer.as_ref().ok_or(AppError::SignInRequired)?.user_id;
    let clock = Clock::of(&cx);
    let site = cx.app.config.public_url.to_string();
    cx.within(async move |conn| {
        let open = open_topic(conn, user, &course, &topic, &clock).await?;
        let ids = (open.studying.course_id, open.topic().topic_id);
        let rows = store::talk(conn, user, ids.0, ids.1).await?;
        let mut out = format!("# {} · {}\n", open.topic().title, open.studying.title);
        for row in &rows {
            let when = clock.date_time(row.created_at);
            let text = match row.kind() {
                Some(AnswerKind::Prepared) | None => row.content.clone(),
                Some(_) if !row.is_complete() => row.content.clone(),
                Some(_) if !row.sentences().is_empty() => {
                    let site = (site.clone(), course.clone());
                    written(row, &site)
                }
                Some(kind) => answer(kind, &row.citations(), &(site.clone(), course.clone())),
            };
            let _ = write!(
                out,
                "\n## {}, {when}\n\n{}\n",
                speaker(row),
                text.trim_end()
            );
        }
        Ok(out)
    })
    .await
}

fn speaker(row: &TalkRow) -> String {
    match row.name.clone() {
        Some(name) => name,
        None if row.is_question() => "You".to_owned(),
        None if row.is_person() => "A former member".to_owned(),
        None => "Tutor".to_owned(),
    }
}

/// Sentences of a model with their sources.
fn written(row: &TalkRow, site: &(String, String)) -> String {
    let sentences = row.sentences();
    let code = sentences.iter().filter(|one| !one.code.is_empty());
    let blocks: Vec<String> = code.map(|one| format!("{}\n\n", one.code)).collect();
    format!(
        "{}\n\n{}{}",
        row.content,
        blocks.concat(),
        sources(&row.citations(), site)
    )
}

fn answer(kind: AnswerKind, citations: &[Quotation], site: &(String, String)) -> String {
    format!("{}\n\n{}", intro(kind), sources(citations, site))
}

fn sources(citations: &[Quotation], (site, course): &(String, String)) -> String {
    let mut out = String::new();
    for citation in citations {
        if !citation.text.is_empty() {
            let _ = writeln!(out, "> {}\n", citation.text.replace('\n', "\n> "));
        }
        let href = place_href(course, &citation.source);
        let place = place_words(&citation.source).replace(['[', ']'], "");
        let _ = writeln!(out, "- [{place}]({}{href})", site.trim_end_matches('/'));
        out.push('\n');
    }
    out
}
