//! Changes several questions at once, and takes the last such change back.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tower_sessions::Session;
use uuid::Uuid;

use super::editing::{no_question, note};
use super::store;
use crate::course::QuestionPurpose;
use crate::course::server::store::recount;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::db::schema::quiz_questions;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{CourseId, QuestionId, TopicId};
use crate::question_bank::authoring::BulkNotice;
use crate::question_bank::server::bank;
use crate::question_bank::server::bank::QuestionPlace;

/// Most questions of one change. A page of the list has fewer.
const MOST: usize = 200;
/// Name of the session's value that holds the last change.
const IN_SESSION: &str = "changed_questions";

/// A change of several questions.
#[derive(Debug)]
pub enum BulkChange {
    Retire(bool),
    /// The form value of a place.
    Move(String),
    Purpose(QuestionPurpose),
}

impl BulkChange {
    /// Reads the change from the form's fields.
    pub fn parse(action: &str, place: &str, purpose: &str) -> AppResult<Self> {
        match action {
            "retire" => Ok(Self::Retire(true)),
            "restore" => Ok(Self::Retire(false)),
            "move" if place.is_empty() => Err(AppError::field("ids", "Choose a topic.")),
            "move" => Ok(Self::Move(place.to_owned())),
            "purpose" => QuestionPurpose::parse(purpose)
                .map(Self::Purpose)
                .ok_or_else(|| AppError::field("ids", "Choose where the questions are used.")),
            _ => Err(AppError::field("ids", "Choose what to change.")),
        }
    }
}

/// Reads the ids of the chosen questions. A value can have several, separated by commas.
pub fn chosen(values: &[String]) -> AppResult<Vec<QuestionId>> {
    let mut known = HashSet::new();
    let ids = values.iter().flat_map(|value| value.split(','));
    let ids = ids.map(|id| Uuid::parse_str(id).map(QuestionId));
    let mut ids = ids
        .collect::<Result<Vec<QuestionId>, _>>()
        .map_err(|_| no_question())?;
    ids.retain(|id| known.insert(*id));
    match ids.len() {
        0 => Err(AppError::field("ids", "Select at least one question.")),
        1..=MOST => Ok(ids),
        _ => {
            let sentence = format!("Select at most {} questions.", figures::number(MOST));
            Err(AppError::field("ids", sentence))
        }
    }
}

/// The parts of a question that a change of several questions sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct BulkState {
    topic: Option<TopicId>,
    module_no: i32,
    section: Option<i32>,
    order: i32,
    purpose: QuestionPurpose,
    is_retired: bool,
}

impl BulkState {
    fn place(&self, course: CourseId) -> QuestionPlace {
        QuestionPlace {
            course,
            topic: self.topic,
            module_no: self.module_no,
            section: self.section,
            order: Some(self.order),
        }
    }

    /// True if nothing but the order differs. Other changes renumber it.
    fn is_still(&self, other: &Self) -> bool {
        let order = self.order;
        *self
            == Self {
                order,
                ..other.clone()
            }
    }
}

/// The last change of several questions. The session keeps it until the list is opened anew.
#[derive(Debug, Serialize, Deserialize)]
pub struct BulkDone {
    pub course: CourseId,
    said: String,
    /// The state of each question before and after. Empty if there is nothing to take back.
    changes: Vec<(QuestionId, BulkState, BulkState)>,
}

impl BulkDone {
    pub fn notice(&self) -> BulkNotice {
        BulkNotice {
            said: self.said.clone(),
            can_undo: !self.changes.is_empty(),
        }
    }
}

/// Keeps the change in the session.
pub async fn remember(session: &Session, done: &BulkDone) -> AppResult<()> {
    Ok(session.insert(IN_SESSION, done).await?)
}

/// Returns the last change of the course's questions. Forgets it if the page does not ask for it.
pub async fn last(
    session: &Session,
    course: CourseId,
    is_asked: bool,
) -> AppResult<Option<BulkDone>> {
    let Some(value) = session.get_value(IN_SESSION).await? else {
        return Ok(None);
    };
    if !is_asked {
        session.remove_value(IN_SESSION).await?;
        return Ok(None);
    }
    // A change that an older version of the site kept cannot be taken back.
    let done: Option<BulkDone> = serde_json::from_value(value).ok();
    Ok(done.filter(|done| done.course == course))
}

type BulkRow = (
    QuestionId,
    Option<TopicId>,
    i32,
    Option<i32>,
    i32,
    QuestionPurpose,
    Option<DateTime<Utc>>,
);

/// Returns the state of the questions, in the order of the list.
async fn states(
    conn: &mut Conn,
    course: CourseId,
    ids: &[QuestionId],
) -> AppResult<Vec<(QuestionId, BulkState)>> {
    let rows: Vec<BulkRow> = quiz_questions::table
        .filter(quiz_questions::course_id.eq(course))
        .filter(quiz_questions::question_id.eq_any(ids))
        .order((
            quiz_questions::module_no,
            quiz_questions::topic_pair_index.asc().nulls_last(),
            quiz_questions::order_index,
            quiz_questions::question_id,
        ))
        .select((
            quiz_questions::question_id,
            quiz_questions::topic_id,
            quiz_questions::module_no,
            quiz_questions::topic_pair_index,
            quiz_questions::order_index,
            quiz_questions::purpose,
            quiz_questions::retired_at,
        ))
        .load(conn)
        .await?;
    let states = rows.into_iter().map(
        |(id, topic, module_no, section, order, purpose, retired_at)| {
            let state = BulkState {
                topic,
                module_no,
                section,
                order,
                purpose,
                is_retired: retired_at.is_some(),
            };
            (id, state)
        },
    );
    Ok(states.collect())
}

/// Changes the questions, all or none.
///
/// # Errors
/// A sentence at the field `ids` if the change does not fit one of the questions.
pub async fn change(
    conn: &mut Conn,
    tutor: &TutorOf,
    ids: Vec<QuestionId>,
    change: BulkChange,
) -> AppResult<BulkDone> {
    let course = tutor.course;
    bank::lock(conn, course).await?;
    let before = states(conn, course, &ids).await?;
    if before.len() < ids.len() {
        return Err(no_question());
    }
    let mut places = MoveTargets::of(course);
    let mut changes = Vec::new();
    for (id, before) in before {
        let after = match &change {
            BulkChange::Retire(is_retired) => BulkState {
                is_retired: *is_retired,
                ..before.clone()
            },
            BulkChange::Move(place) => places.put(conn, &before, place, before.purpose).await?,
            BulkChange::Purpose(purpose) => {
                let place = store::place_value(&before.place(course));
                places.put(conn, &before, &place, *purpose).await?
            }
        };
        if !before.is_still(&after) {
            changes.push((id, before, after));
        }
    }
    let steps: Vec<(QuestionId, &BulkState, &BulkState)> = (changes.iter())
        .map(|(id, before, after)| (*id, before, after))
        .collect();
    store_states(conn, tutor, &steps).await?;
    let said = sentence(conn, course, &change, changes.len()).await?;
    Ok(BulkDone {
        course,
        said,
        changes,
    })
}

/// Takes the change back. Questions that were changed again in the meantime stay as they are.
pub async fn undo(conn: &mut Conn, tutor: &TutorOf, done: BulkDone) -> AppResult<BulkDone> {
    bank::lock(conn, tutor.course).await?;
    let ids: Vec<QuestionId> = done.changes.iter().map(|(id, ..)| *id).collect();
    let now: HashMap<QuestionId, BulkState> = (states(conn, tutor.course, &ids).await?)
        .into_iter()
        .collect();
    let steps: Vec<(QuestionId, &BulkState, &BulkState)> = (done.changes.iter())
        .filter(|(id, _, after)| now.get(id).is_some_and(|now| now.is_still(after)))
        .map(|(id, before, after)| (*id, after, before))
        .collect();
    store_states(conn, tutor, &steps).await?;
    let said = match ids.len() - steps.len() {
        0 => format!("{} as before.", counted(steps.len())),
        others => format!(
            "{} as before. {} been changed since and left alone.",
            counted(steps.len()),
            match others {
                1 => "1 question has".to_owned(),
                others => format!("{others} questions have"),
            }
        ),
    };
    Ok(BulkDone {
        course: tutor.course,
        said,
        changes: Vec::new(),
    })
}

/// Returns the number of questions with its verb.
fn counted(count: usize) -> String {
    match count {
        1 => "1 question is".to_owned(),
        count => format!("{} questions are", figures::number(count)),
    }
}

async fn sentence(
    conn: &mut Conn,
    course: CourseId,
    change: &BulkChange,
    count: usize,
) -> AppResult<String> {
    if count == 0 {
        return Ok("The selected questions were like that already.".to_owned());
    }
    let count = counted(count);
    Ok(match change {
        BulkChange::Retire(true) => {
            format!("{count} retired and no longer appear in new attempts.")
        }
        BulkChange::Retire(false) => format!("{count} in use again."),
        BulkChange::Move(place) => {
            let places = store::places(conn, course).await?;
            let label = places.into_iter().find(|(value, _)| value == place);
            let label = label.map(|(_, label)| label).unwrap_or_default();
            format!("{count} now in {label}.")
        }
        BulkChange::Purpose(purpose) => format!("{count} now used in: {}.", purpose.label()),
    })
}

async fn store_states(
    conn: &mut Conn,
    tutor: &TutorOf,
    steps: &[(QuestionId, &BulkState, &BulkState)],
) -> AppResult<()> {
    if steps.is_empty() {
        return Ok(());
    }
    for retired in [true, false] {
        let ids: Vec<QuestionId> = (steps.iter())
            .filter(|(_, from, to)| from.is_retired != to.is_retired && to.is_retired == retired)
            .map(|(id, ..)| *id)
            .collect();
        store::retire(conn, &ids, retired).await?;
    }
    for (id, from, to) in steps {
        let is_put =
            from.place(tutor.course) != to.place(tutor.course) || from.purpose != to.purpose;
        if is_put {
            store::put(conn, *id, &to.place(tutor.course), to.purpose).await?;
        }
        let action = match (from.is_retired, to.is_retired) {
            (false, true) => "question.retired",
            (true, false) => "question.brought_back",
            _ => "question.edited",
        };
        let values = |state: &BulkState| {
            is_put.then(|| {
                let place = store::place_value(&state.place(tutor.course));
                json!({ "place": place, "purpose": state.purpose.name() })
            })
        };
        let entry = note(tutor, action, *id).change(values(from), values(to));
        entry.write(conn).await?;
    }
    let ids: Vec<QuestionId> = steps.iter().map(|(id, ..)| *id).collect();
    store::note_edit(conn, &ids).await?;
    Ok(recount(conn, tutor.course).await?)
}

/// The places that questions are moved to, and the next free position in each.
struct MoveTargets {
    course: CourseId,
    found: HashMap<(String, &'static str), QuestionPlace>,
    orders: HashMap<(i32, Option<i32>), i32>,
}

impl MoveTargets {
    fn of(course: CourseId) -> Self {
        Self {
            course,
            found: HashMap::new(),
            orders: HashMap::new(),
        }
    }

    /// Returns the state of a question at the place with the purpose. In another quiz, the question
    /// comes last.
    async fn put(
        &mut self,
        conn: &mut Conn,
        before: &BulkState,
        place: &str,
        purpose: QuestionPurpose,
    ) -> AppResult<BulkState> {
        if purpose != QuestionPurpose::Exam && place.starts_with("module:") {
            return Err(AppError::field(
                "ids",
                "A quiz question needs a topic. Move only exam questions to “exams only”, and give questions a topic before a quiz uses them.",
            ));
        }
        let key = (place.to_owned(), purpose.name());
        let to = match self.found.get(&key) {
            Some(place) => *place,
            None => {
                let found = store::place(conn, self.course, place, purpose).await;
                found.map_err(|error| match error {
                    AppError::Invalid(_) => {
                        AppError::field("ids", "One of the topics is not in use any more.")
                    }
                    error => error,
                })?
            }
        };
        self.found.insert(key, to);
        let order = match (to.module_no, to.section) == (before.module_no, before.section) {
            true => before.order,
            false => {
                let key = (to.module_no, to.section);
                let order = match self.orders.get(&key) {
                    Some(order) => *order,
                    None => store::last_order(conn, &to).await?,
                };
                self.orders.insert(key, order.saturating_add(1));
                order
            }
        };
        Ok(BulkState {
            topic: to.topic,
            module_no: to.module_no,
            section: to.section,
            order,
            purpose,
            is_retired: before.is_retired,
        })
    }
}
