//! Sample files of each format that can be imported, for download.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::question_bank::server::exchange;

const GIFT: &str = include_str!("../../../../samples/questions.gift");
const MOODLE: &str = include_str!("../../../../samples/questions-moodle.xml");
const QTI: &str = include_str!("../../../../samples/question-qti.xml");
const MDBOOK: &str = include_str!("../../../../samples/questions-mdbook.toml");

/// Returns the sample of this name.
fn content(name: &str) -> Option<Vec<u8>> {
    let text = match name {
        "questions.gift" => GIFT,
        "questions-moodle.xml" => MOODLE,
        "question-qti.xml" => QTI,
        "questions-mdbook.toml" => MDBOOK,
        "questions-qti.zip" => return package(),
        _ => return None,
    };
    Some(text.as_bytes().to_vec())
}

/// Returns a package with the questions of the GIFT sample, as an export writes it.
fn package() -> Option<Vec<u8>> {
    let read = exchange::read("questions.gift", GIFT.as_bytes()).ok()?;
    let written = exchange::write_qti(&read.questions).ok()?;
    Some(written.content)
}

/// Answers a download. Everybody may read the samples.
pub async fn sample(Path(name): Path<String>) -> Response {
    let Some(content) = content(&name) else {
        return (StatusCode::NOT_FOUND, "There is no such sample.").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question_bank::authoring::SAMPLES;

    #[test]
    fn each_sample_is_imported_as_a_whole() {
        for (name, format) in SAMPLES {
            let content = content(name).unwrap_or_else(|| panic!("no sample {name}"));
            let read = exchange::read(name, &content).unwrap();
            assert!(!read.questions.is_empty(), "{name}");
            assert_eq!(read.left_out, [], "{name}");
            assert!(format.starts_with(read.format.label()), "{name}: {format}");
        }
        assert!(content("../Cargo.toml").is_none());
    }
}
