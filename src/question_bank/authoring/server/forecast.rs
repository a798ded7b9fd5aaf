//! Tells what an import would do to the bank, question by question.

use super::intake::{BankCandidate, IntakeFile, IntakePlan, by_ids};
use super::report::beginning;
use crate::course::QuestionPurpose;
use crate::course::server::draft::QuestionDraft;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::QuestionId;
use crate::question_bank::server::bank::QuestionPlace;
use crate::question_bank::server::exchange::is_same;

/// The effect of a file's question on the question of the bank that it is a version of.
pub enum IntakeVerdict {
    Unchanged,
    /// The question was edited here and stays.
    Kept,
    Update {
        /// False if the question moves between its quiz and the exams.
        stays: bool,
    },
}

/// Judges a question of a file, and returns it as it would be stored. `place` is the file's.
pub fn judged(
    place: &QuestionPlace,
    before: &BankCandidate,
    question: QuestionDraft,
) -> (IntakeVerdict, QuestionDraft) {
    let is_here = before.place.topic == place.topic
        && (place.topic.is_some() || before.place.module_no == place.module_no);
    let is_for_exams = question.purpose == QuestionPurpose::Exam;
    let question = QuestionDraft {
        key: before.question.key.clone(),
        // A question that was moved to another topic keeps its purpose if the new one would move it
        // between the quiz and the exams.
        purpose: match is_here || is_for_exams == before.place.section.is_none() {
            true => question.purpose,
            false => before.question.purpose,
        },
        ..question
    };
    let section = place.section.filter(|_| !is_for_exams);
    let stays = !is_here || before.place.section == section;
    let verdict = match stays && is_same(&before.question, &question) {
        true => IntakeVerdict::Unchanged,
        false if before.is_edited => IntakeVerdict::Kept,
        false => IntakeVerdict::Update { stays },
    };
    (verdict, question)
}

/// The effect of an import on the bank, before anything is stored.
#[derive(Default)]
pub struct IntakeForecast {
    pub added: Vec<String>,
    /// Questions before and after.
    pub changed: Vec<(QuestionDraft, QuestionDraft)>,
    pub unchanged: Vec<String>,
    pub kept: Vec<String>,
    /// New questions that another question of the file kept from updating one.
    pub seconds: Vec<String>,
    /// A line for each question. Equal lines mean an equal effect.
    pub trace: Vec<String>,
}

/// Tells what `take` would do with all questions of the file.
pub async fn forecast(
    conn: &mut Conn,
    file: &IntakeFile<'_>,
    plan: &IntakePlan,
) -> AppResult<IntakeForecast> {
    let ids: Vec<QuestionId> = (plan.targets.iter())
        .filter_map(|target| target.as_ref().ok().copied())
        .collect();
    let mut known = by_ids(conn, file.course, &ids).await?;
    let mut found = IntakeForecast::default();
    for (question, target) in file.questions.iter().zip(&plan.targets) {
        let question = QuestionDraft {
            purpose: file.purpose.unwrap_or(question.purpose),
            ..question.clone()
        };
        let id = match target {
            Err(new) => {
                found.trace.push("new".to_owned());
                found.added.push(beginning(&question));
                if new.is_second {
                    found.seconds.push(beginning(&question));
                }
                continue;
            }
            Ok(id) => id,
        };
        let Some(before) = known.remove(id) else {
            continue;
        };
        let (verdict, after) = judged(&file.place, &before, question);
        let name = beginning(&before.question);
        match verdict {
            IntakeVerdict::Unchanged => {
                found.trace.push(format!("same {id}"));
                found.unchanged.push(name);
            }
            IntakeVerdict::Kept => {
                found.trace.push(format!("kept {id}"));
                found.kept.push(name);
            }
            IntakeVerdict::Update { .. } => {
                let text = serde_json::to_string(&before.question).unwrap_or_default();
                found.trace.push(format!("update {id} {text}"));
                found.changed.push((before.question, after));
            }
        }
    }
    Ok(found)
}
