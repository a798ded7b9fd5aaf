//! The questions of a file on their way into the bank: new ones are added, known ones updated in their place, and what was edited
//! on the site stays.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;

use super::{ImportReport, pictures, store};
use crate::course::draft::QuestionDraft;
use crate::course::render::Links;
use crate::platform::audit::Entry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::db::schema::quiz_questions;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, QuestionId, TopicId};
use crate::quiz::QuestionPurpose;
use crate::quiz::bank::{self, FROM_FILE, Place};
use crate::quiz::exchange::{Imported, LeftOut, hash, is_same};

/// Lines of a report: it waits in the session.
const LINES: usize = 500;

/// Begins the keys of a file's questions at a place: the same for a file that was downloaded twice, another for one that
/// only has the same name and is about something else.
fn prefix(file: &str, place: &Place) -> String {
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
        .collect();
    let plain = match plain.chars().nth(STEM) {
        // What is cut still tells one file from another.
        Some(_) => {
            let beginning: String = plain.chars().take(STEM - 17).collect();
            format!("{beginning}-{}", hash(&[&plain]))
        }
        None => plain,
    };
    let about = match place.topic {
        Some(topic) => hash(&[topic.to_string()]),
        None => format!("m{}", place.module_no),
    };
    format!("{FROM_FILE}{plain}@{about}:")
}

/// As much of a file's name as keys have, in characters.
const STEM: usize = 40;

/// A question that may be the same as one of the file.
struct Known {
    id: QuestionId,
    is_edited: bool,
    is_retired: bool,
    /// It came with the course, which brings it again.
    is_of_course: bool,
    place: Place,
    question: QuestionDraft,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = quiz_questions)]
struct Standing {
    question_id: QuestionId,
    topic_id: Option<TopicId>,
    module_no: i32,
    topic_pair_index: Option<i32>,
    edited_at: Option<DateTime<Utc>>,
    retired_at: Option<DateTime<Utc>>,
    external_key: Option<String>,
}

/// The questions of the course that came from the file, by their keys, and those that the file calls by their ids, by these.
async fn known(
    conn: &mut Conn,
    course: CourseId,
    prefix: &str,
    ids: HashSet<QuestionId>,
) -> AppResult<HashMap<String, Known>> {
    let from_file = format!("{}%", prefix.replace('_', "\\_"));
    let rows: Vec<(bank::Row, Standing)> = quiz_questions::table
        .filter(quiz_questions::course_id.eq(course))
        .filter(
            quiz_questions::external_key
                .like(from_file)
                .or(quiz_questions::question_id.eq_any(&ids)),
        )
        .select((bank::Row::as_select(), Standing::as_select()))
        .load(conn)
        .await?;
    let (rows, standing): (Vec<bank::Row>, Vec<Standing>) = rows.into_iter().unzip();
    let questions = bank::drafts(conn, rows).await?;
    let known = questions.into_iter().zip(standing).map(|(question, row)| {
        let key = row.external_key.unwrap_or_default();
        let known = Known {
            id: row.question_id,
            is_edited: row.edited_at.is_some(),
            is_retired: row.retired_at.is_some(),
            is_of_course: !key.is_empty() && !key.starts_with(FROM_FILE),
            place: Place {
                course,
                topic: row.topic_id,
                module_no: row.module_no,
                pair: row.topic_pair_index,
                order: None,
            },
            question,
        };
        let name = match ids.contains(&row.question_id) {
            true => row.question_id.to_string(),
            false => key,
        };
        (name, known)
    });
    Ok(known.collect())
}

/// What the questions are for: all for the same, or each for what the file says.
pub type Purpose = Option<QuestionPurpose>;

pub async fn import(
    conn: &mut Conn,
    tutor: &TutorOf,
    file: &str,
    place: Place,
    purpose: Purpose,
    imported: Imported,
) -> AppResult<ImportReport> {
    let prefix = prefix(file, &place);
    let ids = imported.questions.iter();
    let ids = ids.filter_map(|question| Uuid::parse_str(&question.key).ok().map(QuestionId));
    let mut known = known(conn, tutor.course, &prefix, ids.collect()).await?;
    pictures::keep(conn, &tutor.signed_in.cx, tutor.course, &imported.pictures).await?;
    let addresses = store::addresses(conn, tutor.course).await?;
    let mut intake = Intake {
        links: store::links(&addresses),
        place,
        orders: HashMap::new(),
        report: ImportReport {
            file: file.chars().take(200).collect(),
            left_out: told(imported.left_out),
            ..ImportReport::default()
        },
    };
    for question in imported.questions {
        let question = QuestionDraft {
            purpose: purpose.unwrap_or(question.purpose),
            ..question
        };
        let key = format!("{prefix}{}", question.key);
        let before = known.remove(&question.key).or_else(|| known.remove(&key));
        match before {
            None => intake.add(conn, &key, &question).await?,
            Some(before) => intake.compare(conn, before, question).await?,
        }
    }
    let mut report = intake.report;
    let missing = known
        .iter()
        .filter(|(key, left)| key.starts_with(&prefix) && !left.is_retired);
    report.missing = missing.map(|(_, left)| beginning(&left.question)).collect();
    report.missing.sort();
    for lines in [
        &mut report.kept,
        &mut report.overwritten,
        &mut report.missing,
    ] {
        lines.truncate(LINES);
    }
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

struct Intake<'a> {
    links: Links<'a>,
    /// Where new ones go.
    place: Place,
    /// The number that the next question of a quiz gets, or of those that only exams ask.
    orders: HashMap<Option<i32>, i32>,
    report: ImportReport,
}

impl Intake<'_> {
    async fn add(&mut self, conn: &mut Conn, key: &str, question: &QuestionDraft) -> AppResult<()> {
        let place = self.last(conn, question.purpose).await?;
        bank::add(conn, &place, Some(key), question, &self.links).await?;
        self.report.added += 1;
        Ok(())
    }

    /// The place after all others that are for the same.
    async fn last(&mut self, conn: &mut Conn, purpose: QuestionPurpose) -> AppResult<Place> {
        let place = Place {
            pair: self.place.pair.filter(|_| purpose != QuestionPurpose::Exam),
            ..self.place
        };
        let order = match self.orders.get(&place.pair) {
            Some(order) => *order,
            None => store::last_order(conn, &place).await?,
        };
        self.orders.insert(place.pair, order.saturating_add(1));
        Ok(Place {
            order: Some(order),
            ..place
        })
    }

    async fn compare(
        &mut self,
        conn: &mut Conn,
        before: Known,
        question: QuestionDraft,
    ) -> AppResult<()> {
        let is_here = before.place.topic == self.place.topic
            && (self.place.topic.is_some() || before.place.module_no == self.place.module_no);
        let is_for_exams = question.purpose == QuestionPurpose::Exam;
        let question = QuestionDraft {
            key: before.question.key.clone(),
            // Elsewhere a question stays among those with which it is asked.
            purpose: match is_here || is_for_exams == before.place.pair.is_none() {
                true => question.purpose,
                false => before.question.purpose,
            },
            ..question
        };
        let pair = self.place.pair.filter(|_| !is_for_exams);
        let stays = !is_here || before.place.pair == pair;
        if stays && is_same(&before.question, &question) {
            self.report.unchanged += 1;
            return Ok(());
        }
        if before.is_edited {
            self.report.kept.push(beginning(&before.question));
            return Ok(());
        }
        let to = match stays {
            true => before.place,
            false => self.last(conn, question.purpose).await?,
        };
        bank::change(conn, before.id, &to, &question, &self.links).await?;
        if before.is_of_course {
            store::note_edit(conn, before.id).await?;
        }
        self.report.updated += 1;
        self.report.overwritten.push(beginning(&before.question));
        Ok(())
    }
}

/// Enough to know a question by.
fn beginning(question: &QuestionDraft) -> String {
    question.prompt.chars().take(80).collect()
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
        let at = |module_no| Place {
            course: CourseId(Uuid::nil()),
            topic: None,
            module_no,
            pair: None,
            order: None,
        };
        let of = |file: &str| prefix(file, &at(1));
        assert_eq!(of("Week 1 (2).gift"), of("week 1.gift"));
        assert_eq!(of("../../etc/pass wd.xml"), "file:etcpasswd@m1:");
        assert_ne!(of("week 1.gift"), of("week 2.gift"));
        assert_ne!(of("week 1.gift"), prefix("week 1.gift", &at(2)));
        let long = "questions-of-the-whole-course-from-the-year-";
        assert_ne!(
            of(&format!("{long}2025.gift")),
            of(&format!("{long}2026.gift"))
        );
        assert!(of(&"x".repeat(300)).len() < 80);
    }
}
