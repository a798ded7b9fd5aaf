//! The questions of a file on their way into the bank: new ones are added, known ones updated in their place, and what was edited
//! on the site stays.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{ImportReport, editing, store};
use crate::course::draft::QuestionDraft;
use crate::platform::audit::Entry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::db::schema::quiz_questions;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, QuestionId, TopicId};
use crate::quiz::QuestionPurpose;
use crate::quiz::bank::{self, FROM_FILE, Place};
use crate::quiz::exchange::{Imported, LeftOut};

/// Lines of a report: it waits in the session.
const LINES: usize = 500;

/// Begins the keys of a file's questions: the same for a file that was downloaded twice.
fn prefix(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let copy = |text: &str| text.ends_with(')') && text[..text.len() - 1].parse::<u32>().is_ok();
    let stem = match stem.rsplit_once(" (") {
        Some((stem, rest)) if copy(rest) => stem,
        _ => stem,
    };
    let plain: String = stem
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || "-_".contains(*c))
        .take(40)
        .collect();
    format!("{FROM_FILE}{plain}:")
}

/// A question that came from the file before.
struct Known {
    id: QuestionId,
    is_edited: bool,
    place: (Option<TopicId>, i32, Option<i32>),
    question: QuestionDraft,
}

async fn known(
    conn: &mut Conn,
    course: CourseId,
    prefix: &str,
) -> AppResult<HashMap<String, Known>> {
    let rows: Vec<(bank::Row, Option<DateTime<Utc>>, _)> = quiz_questions::table
        .filter(quiz_questions::course_id.eq(course))
        .filter(quiz_questions::external_key.like(format!("{}%", prefix.replace('_', "\\_"))))
        .select((
            bank::Row::as_select(),
            quiz_questions::edited_at,
            (
                quiz_questions::topic_id,
                quiz_questions::module_no,
                quiz_questions::topic_pair_index,
            ),
        ))
        .load(conn)
        .await?;
    let (rows, rest): (Vec<bank::Row>, Vec<_>) = rows
        .into_iter()
        .map(|(row, edited_at, place)| {
            let rest = (row.question_id, edited_at.is_some(), place);
            (row, rest)
        })
        .unzip();
    let questions = bank::drafts(conn, rows).await?;
    Ok(questions
        .into_iter()
        .zip(rest)
        .map(|(question, (id, is_edited, place))| {
            let known = Known {
                id,
                is_edited,
                place,
                question,
            };
            (known.question.key.clone(), known)
        })
        .collect())
}

pub async fn import(
    conn: &mut Conn,
    tutor: &TutorOf,
    file: &str,
    place: Place,
    purpose: QuestionPurpose,
    imported: Imported,
) -> AppResult<ImportReport> {
    let prefix = prefix(file);
    let known = known(conn, tutor.course, &prefix).await?;
    let addresses = store::addresses(conn, tutor.course).await?;
    let links = store::links(&addresses);
    let mut last = editing::last(conn, place).await?;
    let mut report = ImportReport {
        file: file.chars().take(200).collect(),
        left_out: told(imported.left_out),
        ..ImportReport::default()
    };
    for question in imported.questions {
        let question = QuestionDraft {
            key: format!("{prefix}{}", question.key),
            purpose,
            ..question
        };
        let Some(before) = known.get(&question.key) else {
            bank::add(conn, &last, Some(&question.key), &question, &links).await?;
            last.order = last.order.map(|order| order + 1);
            report.added += 1;
            continue;
        };
        let stays = before.place == (place.topic, place.module_no, place.pair);
        if before.is_edited {
            let prompt = question.prompt.chars().take(80).collect();
            report.kept.push(prompt);
        } else if stays && before.question == question {
            report.unchanged += 1;
        } else {
            let to = if stays { place } else { last };
            bank::change(conn, before.id, &to, &question, &links).await?;
            last.order = last.order.map(|order| order + i32::from(!stays));
            report.updated += 1;
        }
    }
    report.kept.truncate(LINES);
    crate::course::store::recount(conn, tutor.course).await?;
    let numbers = json!({
        "file": report.file, "added": report.added, "updated": report.updated, "left_out": report.left_out.len(),
    });
    Entry::done("questions.imported")
        .of("course", tutor.course)
        .by(&tutor.signed_in.cx)
        .change(None, Some(numbers))
        .write(conn)
        .await?;
    Ok(report)
}

fn told(left_out: Vec<LeftOut>) -> Vec<(String, String)> {
    let more = left_out.len().saturating_sub(LINES);
    let mut told: Vec<(String, String)> = left_out
        .into_iter()
        .take(LINES)
        .map(|left_out| (left_out.item, left_out.why))
        .collect();
    if more > 0 {
        told.push((format!("{more} more"), "Not listed here.".to_owned()));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_downloaded_twice_is_the_same_file() {
        assert_eq!(prefix("Week 1 (2).gift"), prefix("week 1.gift"));
        assert_eq!(prefix("../../etc/pass wd.xml"), "file:etcpasswd:");
        assert_ne!(prefix("week 1.gift"), prefix("week 2.gift"));
    }
}
