//! Exports the listed questions as a file.

use std::io::{Cursor, Write};

use axum::extract::{Extension, Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use zip::ZipWriter;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;

use super::list;
use crate::platform::auth::guard::tutor_of_slug;
use crate::platform::auth::sign_in_path;
use crate::platform::encode;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;
use crate::platform::http::uploads::refusal;
use crate::question_bank::authoring::BankQuery;
use crate::question_bank::server::exchange;
use crate::question_bank::server::exchange::LeftOut;
use crate::teaching::Area;

#[derive(Deserialize)]
pub struct Export {
    format: String,
    #[serde(flatten)]
    query: BankQuery,
}

/// Answers a download request of the course's tutors.
pub async fn export(
    Extension(cx): Extension<Cx>,
    Path(course): Path<String>,
    Query(asked): Query<Export>,
) -> Response {
    match exported(&cx, &course, asked).await {
        Ok(file) => file,
        Err(AppError::SignInRequired) => {
            Redirect::to(&sign_in_path(&Area::Questions.path(&encode(&course)))).into_response()
        }
        Err(error) => refusal(&error),
    }
}

async fn exported(cx: &Cx, slug: &str, asked: Export) -> AppResult<Response> {
    let tutor = tutor_of_slug(cx.clone(), slug).await?;
    let (course, query) = (tutor.course, asked.query);
    let questions = cx
        .within(async move |conn| list::drafts(conn, course, &query).await)
        .await?;
    let (media_type, ending, content) = match asked.format.as_str() {
        "gift" => {
            let written = exchange::write_gift(&questions);
            let text = format!("{}{}", comments(&written.left_out), written.content);
            ("text/plain; charset=utf-8", "gift", text.into_bytes())
        }
        "qti" => {
            let written = exchange::write_qti(&questions)
                .map_err(|sentence| AppError::field("", sentence))?;
            let content = match comments(&written.left_out) {
                none if none.is_empty() => written.content,
                lacks => with_note(written.content, &lacks)
                    .map_err(|error| AppError::internal(&error))?,
            };
            ("application/zip", "qti.zip", content)
        }
        _ => {
            return Err(AppError::field(
                "",
                "Choose GIFT or QTI as the format of the export.",
            ));
        }
    };
    let name = format!("attachment; filename=\"{slug}.{ending}\"");
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, content).into_response())
}

/// Returns comments for the top of the file that list everything left out.
fn comments(left_out: &[LeftOut]) -> String {
    let line = |text: &str| text.replace(['\n', '\r'], " ");
    left_out
        .iter()
        .map(|left_out| {
            format!(
                "// Left out: {}. {}\n",
                line(&left_out.item),
                line(&left_out.why)
            )
        })
        .collect()
}

/// Adds a text that lists everything left out to the package. The manifest does not name it, so
/// that no importer reads it.
fn with_note(package: Vec<u8>, note: &str) -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new_append(Cursor::new(package))?;
    zip.start_file("left-out.txt", SimpleFileOptions::default())?;
    zip.write_all(note.as_bytes())?;
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::QuestionPurpose;
    use crate::course::server::draft::QuestionDraft;

    #[test]
    fn a_package_says_what_it_lacks_and_is_read_all_the_same() {
        let question = QuestionDraft {
            key: "swims".into(),
            prompt: "What swims?".into(),
            explanation: None,
            answer: crate::course::server::draft::AnswerDraft::ShortAnswer {
                accepted: vec!["Pelicans".into()],
                tolerance: None,
            },
            purpose: QuestionPurpose::Quiz,
            difficulty: None,
        };
        let package = exchange::write_qti(&[question]).unwrap().content;
        let noted = with_note(package, "// Left out: one.\n").unwrap();
        let read = exchange::read("small.qti.zip", &noted).unwrap();
        assert_eq!((read.questions.len(), read.left_out.len()), (1, 0));
    }
}
