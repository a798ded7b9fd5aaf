//! Takes the questions of a file into the bank. New questions are added and known ones are updated
//! in place. Questions that were edited here stay unchanged.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::forecast::{IntakeVerdict, judged};
use super::origin::{self, Former, QuestionTarget, SameName};
use super::report::{LINES, beginning, note};
use super::store;
use crate::course::QuestionPurpose;
use crate::course::server::draft::{FROM_FILE, QuestionDraft};
use crate::course::server::render::Links;
use crate::course::server::store::Addresses;
use crate::platform::db::Conn;
use crate::platform::db::schema::quiz_questions;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, QuestionId, TopicId};
use crate::question_bank::authoring::ImportReport;
use crate::question_bank::server::bank;
use crate::question_bank::server::bank::QuestionPlace;

/// A question of the bank that may equal one of the file.
pub struct BankCandidate {
    pub id: QuestionId,
    /// Empty for a question that was written here.
    pub key: String,
    pub is_edited: bool,
    pub is_retired: bool,
    /// True if the question came with the course, whose import brings it again.
    pub is_of_course: bool,
    pub place: QuestionPlace,
    pub question: QuestionDraft,
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

/// Returns the course's questions that came from files of this name, and those with the given ids.
async fn of_file(
    conn: &mut Conn,
    course: CourseId,
    stem: &str,
    ids: &HashSet<QuestionId>,
) -> AppResult<Vec<BankCandidate>> {
    let rows: Vec<(bank::QuestionRecord, Standing)> = quiz_questions::table
        .filter(quiz_questions::course_id.eq(course))
        .filter(
            quiz_questions::external_key
                .like(like(stem))
                .or(quiz_questions::question_id.eq_any(ids)),
        )
        .order(quiz_questions::question_id)
        .select((bank::QuestionRecord::as_select(), Standing::as_select()))
        .load(conn)
        .await?;
    known(conn, course, rows).await
}

/// Returns the given questions in their present state.
pub async fn by_ids(
    conn: &mut Conn,
    course: CourseId,
    ids: &[QuestionId],
) -> AppResult<HashMap<QuestionId, BankCandidate>> {
    let rows: Vec<(bank::QuestionRecord, Standing)> = quiz_questions::table
        .filter(quiz_questions::course_id.eq(course))
        .filter(quiz_questions::question_id.eq_any(ids))
        .select((bank::QuestionRecord::as_select(), Standing::as_select()))
        .load(conn)
        .await?;
    let known = known(conn, course, rows).await?.into_iter();
    Ok(known.map(|known| (known.id, known)).collect())
}

async fn known(
    conn: &mut Conn,
    course: CourseId,
    rows: Vec<(bank::QuestionRecord, Standing)>,
) -> AppResult<Vec<BankCandidate>> {
    let (rows, standing): (Vec<bank::QuestionRecord>, Vec<Standing>) = rows.into_iter().unzip();
    let questions = bank::drafts(conn, rows).await?;
    let known = questions.into_iter().zip(standing).map(|(question, row)| {
        let key = row.external_key.unwrap_or_default();
        BankCandidate {
            id: row.question_id,
            is_edited: row.edited_at.is_some(),
            is_retired: row.retired_at.is_some(),
            is_of_course: !key.is_empty() && !key.starts_with(FROM_FILE),
            place: QuestionPlace {
                course,
                topic: row.topic_id,
                module_no: row.module_no,
                section: row.topic_pair_index,
                order: None,
            },
            key,
            question,
        }
    });
    Ok(known.collect())
}

/// One purpose for all questions, or None to keep the purpose that the file gives to each.
pub type Purpose = Option<QuestionPurpose>;

/// A file that is being imported.
pub struct IntakeFile<'f> {
    pub course: CourseId,
    pub place: QuestionPlace,
    pub purpose: Purpose,
    /// See `origin::stem`.
    pub stem: &'f str,
    /// See `origin::find`.
    pub origin: &'f str,
    pub same_name: SameName,
    pub questions: &'f [QuestionDraft],
}

/// Finds the earlier file that this one is a version of.
///
/// # Errors
/// Asks the tutor if the questions do not tell.
pub async fn origin(
    conn: &mut Conn,
    course: CourseId,
    stem: &str,
    questions: &[QuestionDraft],
    same_name: SameName,
) -> AppResult<String> {
    let known = of_file(conn, course, stem, &HashSet::new()).await?;
    origin::find(stem, &former(&known), questions, same_name)
}

/// True if questions of the bank came from files of this name.
pub async fn has_namesake(conn: &mut Conn, course: CourseId, stem: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        quiz_questions::table
            .filter(quiz_questions::course_id.eq(course))
            .filter(quiz_questions::external_key.like(like(stem))),
    ))
    .get_result(conn)
    .await
}

/// Returns the pattern of the keys of files with this name.
fn like(stem: &str) -> String {
    format!("{}%", stem.replace('_', "\\_"))
}

fn former(known: &[BankCandidate]) -> Vec<Former<'_>> {
    let former = known.iter().map(|known| Former {
        key: &known.key,
        question: &known.question,
        is_edited: known.is_edited,
    });
    former.collect()
}

/// The target of each question of a file.
pub struct IntakePlan {
    /// The id of the existing question, or a new one.
    pub targets: Vec<Result<QuestionId, NewQuestion>>,
    /// Beginnings of the questions that came from this file before and are no longer in it.
    pub missing: Vec<String>,
}

/// A question that is added.
pub struct NewQuestion {
    key: String,
    /// True if another question of the file updates the question that this one would update.
    pub is_second: bool,
}

pub const SECOND: &str = "Another question of the file updates the same question, so this one was added as a new question";

/// Plans the import of a file. A plan made again in the middle of an import gives the same targets.
pub async fn plan(conn: &mut Conn, file: &IntakeFile<'_>) -> AppResult<IntakePlan> {
    let ids = file.questions.iter().filter_map(id_of).collect();
    let known = of_file(conn, file.course, file.stem, &ids).await?;
    let by_id: HashMap<QuestionId, usize> = (known.iter().enumerate())
        .filter(|(_, known)| ids.contains(&known.id))
        .map(|(at, known)| (known.id, at))
        .collect();
    // The former question that each question names, and the one that it alone gets.
    let called: Vec<Option<usize>> = (file.questions.iter())
        .map(|question| by_id.get(&id_of(question)?).copied())
        .collect();
    let mut taken: HashSet<usize> = HashSet::new();
    let claimed: Vec<Option<usize>> = (called.iter())
        .map(|at| at.filter(|at| taken.insert(*at)))
        .collect();
    let targets = |claimed: &[Option<usize>]| {
        origin::targets(
            file.stem,
            file.origin,
            &former(&known),
            file.questions,
            file.same_name,
            claimed,
        )
    };
    let alone = targets(&[]);
    let targets = match taken.is_empty() {
        true => alone.clone(),
        false => targets(&claimed),
    };
    let found: HashSet<usize> = targets
        .iter()
        .filter_map(|target| match target {
            QuestionTarget::Former(at) => Some(*at),
            QuestionTarget::Add(_) => None,
        })
        .collect();
    let missing = known.iter().enumerate().filter(|(at, known)| {
        !found.contains(at) && !known.is_retired && known.key.starts_with(file.origin)
    });
    let mut missing: Vec<String> = missing
        .map(|(_, known)| beginning(&known.question))
        .collect();
    missing.sort();
    missing.truncate(LINES);
    let wished = called.into_iter().zip(alone);
    let targets = targets.into_iter().zip(wished);
    let targets = targets.map(|(target, (called, alone))| match target {
        QuestionTarget::Former(at) => Ok(known[at].id),
        QuestionTarget::Add(key) => Err(NewQuestion {
            key,
            is_second: called.is_some()
                || matches!(alone, QuestionTarget::Former(at) if taken.contains(&at)),
        }),
    });
    Ok(IntakePlan {
        targets: targets.collect(),
        missing,
    })
}

/// Returns the id of an exported question, whose key is that id.
fn id_of(question: &QuestionDraft) -> Option<QuestionId> {
    Uuid::parse_str(&question.key).ok().map(QuestionId)
}

/// Imports the questions in `range` and adds the results to the report. The caller must hold the
/// lock of the bank.
pub async fn take(
    conn: &mut Conn,
    file: &IntakeFile<'_>,
    plan: &IntakePlan,
    range: std::ops::Range<usize>,
    report: &mut ImportReport,
) -> AppResult<()> {
    let targets = &plan.targets[range.clone()];
    let ids: Vec<QuestionId> = targets
        .iter()
        .filter_map(|target| target.as_ref().ok().copied())
        .collect();
    // The questions may have been edited since the plan was made.
    let mut known = by_ids(conn, file.course, &ids).await?;
    let addresses = Addresses::of(conn, file.course).await?;
    let mut intake = Intake {
        links: addresses.links(),
        place: file.place,
        orders: HashMap::new(),
        report,
    };
    for (question, target) in file.questions[range].iter().zip(targets) {
        let question = QuestionDraft {
            purpose: file.purpose.unwrap_or(question.purpose),
            ..question.clone()
        };
        match target {
            Err(new) => {
                intake.add(conn, &new.key, &question).await?;
                if new.is_second {
                    note(intake.report, SECOND, beginning(&question));
                }
            }
            Ok(id) => {
                if let Some(before) = known.remove(id) {
                    intake.compare(conn, before, question).await?;
                }
            }
        }
    }
    Ok(())
}

struct Intake<'a, 'r> {
    links: Links<'a>,
    /// Place of new questions.
    place: QuestionPlace,
    /// Next position in each quiz. The key None is for questions that only exams ask.
    orders: HashMap<Option<i32>, i32>,
    report: &'r mut ImportReport,
}

impl Intake<'_, '_> {
    async fn add(&mut self, conn: &mut Conn, key: &str, question: &QuestionDraft) -> AppResult<()> {
        let place = self.last(conn, question.purpose).await?;
        bank::add(conn, &place, Some(key), question, &self.links).await?;
        self.report.added += 1;
        Ok(())
    }

    /// Returns the position after all other questions of the same quiz, or of those that only exams
    /// ask.
    async fn last(
        &mut self,
        conn: &mut Conn,
        purpose: QuestionPurpose,
    ) -> AppResult<QuestionPlace> {
        let place = QuestionPlace {
            section: self
                .place
                .section
                .filter(|_| purpose != QuestionPurpose::Exam),
            ..self.place
        };
        let order = match self.orders.get(&place.section) {
            Some(order) => *order,
            None => store::last_order(conn, &place).await?,
        };
        self.orders.insert(place.section, order.saturating_add(1));
        Ok(QuestionPlace {
            order: Some(order),
            ..place
        })
    }

    async fn compare(
        &mut self,
        conn: &mut Conn,
        before: BankCandidate,
        question: QuestionDraft,
    ) -> AppResult<()> {
        let (verdict, question) = judged(&self.place, &before, question);
        let stays = match verdict {
            IntakeVerdict::Unchanged => {
                self.report.unchanged += 1;
                return Ok(());
            }
            IntakeVerdict::Kept => {
                self.report.kept.push(beginning(&before.question));
                return Ok(());
            }
            IntakeVerdict::Update { stays } => stays,
        };
        let to = match stays {
            true => before.place,
            false => self.last(conn, question.purpose).await?,
        };
        bank::change(conn, before.id, &to, &question, &self.links).await?;
        if before.is_of_course {
            store::note_edit(conn, &[before.id]).await?;
        }
        self.report.updated += 1;
        self.report.overwritten.push(beginning(&before.question));
        Ok(())
    }
}
