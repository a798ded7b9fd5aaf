//! Writes, edits, previews, retires and moves questions, and loads the page with their form.

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::check;
use super::form;
use super::rows::{self, RowStep};
use super::store::{self, StoredQuestion};
use super::tally;
use crate::course::QuestionPurpose;
use crate::course::server::draft::QuestionDraft;
use crate::course::server::render::Links;
use crate::course::server::store::{Addresses, recount};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::flash::Flash;
use crate::platform::ids::{CourseId, QuestionId};
use crate::question_bank::AnswerForm;
use crate::question_bank::authoring::{MOST_ROWS, Preview, QuestionForm, QuestionPage};
use crate::question_bank::server::answering::read_form::read;
use crate::question_bank::server::bank;
use crate::question_bank::server::bank::QuestionPlace;
use crate::question_bank::server::freeze::freeze_by;
use crate::question_bank::server::grade;
use crate::question_bank::server::grade::SavedAnswer;
use crate::question_bank::server::view::{GradedAnswer, shown};

pub fn no_question() -> AppError {
    AppError::NotFound("This course has no such question.".to_owned())
}

/// The fields of a question form, initial or typed, and the problems found in them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypedQuestion {
    id: String,
    mark: String,
    question: QuestionForm,
    given: AnswerForm,
    go: String,
    #[serde(skip)]
    problems: Vec<(String, String)>,
}

impl TypedQuestion {
    /// Returns the fields that a rejected form left for the page of `question`. None if there are
    /// none.
    pub fn left(flash: &Flash, question: Option<QuestionId>) -> Option<Self> {
        let sent = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&flash.values)
            .finish();
        let typed: Self = serde_qs::Config::new(5, false)
            .deserialize_str(&sent)
            .ok()?;
        let problems = match &flash.error {
            Some(AppError::Invalid(problems)) => problems.clone(),
            _ => Vec::new(),
        };
        let is_this = typed.id == question.map(|id| id.to_string()).unwrap_or_default();
        is_this.then_some(Self { problems, ..typed })
    }
}

/// Parameters of the page's address.
pub struct QuestionAddress {
    /// None for a new question.
    pub question: Option<QuestionId>,
    pub kind: String,
    pub place: String,
}

pub async fn page(
    conn: &mut Conn,
    course: CourseId,
    asked: QuestionAddress,
    typed: Option<TypedQuestion>,
) -> AppResult<QuestionPage> {
    let (slug_and_files, course_title) = (
        Addresses::of(conn, course).await?,
        crate::course::server::store::title(conn, course).await?,
    );
    let found = match asked.question {
        Some(id) => Some(
            store::question(conn, course, id)
                .await?
                .ok_or_else(no_question)?,
        ),
        None => None,
    };
    let now = found.as_ref().map(mark).unwrap_or_default();
    let (typed, is_typed) = match typed {
        Some(typed) => (typed, true),
        None => (first(found.as_ref(), &asked, &now), false),
    };
    let TypedQuestion {
        question: mut form,
        mark,
        given,
        go,
        problems,
        ..
    } = typed;
    let RowStep { rows, focus } = rows::apply(&go, &mut form);
    let sent = (&given, go == "try");
    let preview = preview(conn, course, &form, sent, &slug_and_files.links()).await?;
    let facts = match asked.question {
        Some(id) => tally::facts(conn, id).await?,
        None => None,
    };
    let mut places = store::places(conn, course).await?;
    if !places.iter().any(|(value, _)| *value == form.place) {
        // Without this entry a browser would preselect the first place.
        places.insert(0, (form.place.clone(), "Choose…".to_owned()));
    }
    Ok(QuestionPage {
        course_title,
        question: asked.question,
        is_behind: mark != now,
        mark,
        places,
        rows: match is_typed {
            true => rows,
            // Two empty rows, for browsers without JavaScript.
            false => (form.texts.len() + 2).clamp(rows::ROWS, MOST_ROWS),
        },
        focus: match problems.is_empty() {
            true => focus,
            false => "ly-problems".to_owned(),
        },
        form,
        preview,
        problems,
        is_retired: found.as_ref().is_some_and(|found| found.is_retired),
        is_imported: found.as_ref().is_some_and(|found| found.is_imported),
        is_rekeyed: found.as_ref().is_some_and(|found| found.is_rekeyed),
        facts,
    })
}

/// Returns the form before anything is typed.
fn first(found: Option<&StoredQuestion>, asked: &QuestionAddress, mark: &str) -> TypedQuestion {
    let question = match found {
        Some(found) => filled(found),
        None => QuestionForm {
            kind: match asked.kind.is_empty() {
                true => "single_choice".to_owned(),
                false => asked.kind.clone(),
            },
            place: asked.place.clone(),
            purpose: match asked.place.starts_with("module:") {
                true => QuestionPurpose::Exam,
                false => QuestionPurpose::Quiz,
            }
            .name()
            .to_owned(),
            shuffle: Some("on".to_owned()),
            outcome: "prints".to_owned(),
            ..QuestionForm::default()
        },
    };
    TypedQuestion {
        question,
        mark: mark.to_owned(),
        ..TypedQuestion::default()
    }
}

fn filled(found: &StoredQuestion) -> QuestionForm {
    QuestionForm {
        place: found.place_value(),
        ..form::of(&found.question)
    }
}

/// Hashes the question's form with SHA-256. A different hash means that the question was changed.
fn mark(found: &StoredQuestion) -> String {
    let state = serde_json::to_vec(&filled(found)).unwrap_or_default();
    hex(&Sha256::digest(state))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Renders the typed question for its preview, with the trial answer.
pub async fn preview_of(
    conn: &mut Conn,
    course: CourseId,
    form: &QuestionForm,
    sent: (&AnswerForm, bool),
) -> AppResult<Preview> {
    let addresses = Addresses::of(conn, course).await?;
    preview(conn, course, form, sent, &addresses.links()).await
}

/// Returns the question as learners would see it, as far as it is typed. `sent` has the trial
/// answer, and tells whether to grade it. The fixed seed keeps order and ids equal between
/// requests.
async fn preview(
    conn: &mut Conn,
    course: CourseId,
    form: &QuestionForm,
    (sent, is_tried): (&AnswerForm, bool),
    links: &Links<'_>,
) -> AppResult<Preview> {
    let (question, problems) = check::sketch(form, String::new());
    let frozen = freeze_by(
        bank::as_drawn(&question, links),
        &mut StdRng::seed_from_u64(1),
    );
    // The options of the answer may have changed since it was given.
    let answer = read(&frozen.kind, sent).ok().flatten();
    let given = SavedAnswer {
        answer,
        ..SavedAnswer::default()
    };
    let mut problems: Vec<String> = problems.into_iter().map(|(_, sentence)| sentence).collect();
    problems.retain(|_| is_tried);
    let graded = match is_tried && problems.is_empty() {
        true => {
            let partial_credit = store::partial_credit(conn, course).await?;
            let answer = given.answer.as_ref();
            let points = grade::points(&frozen.kind, answer, partial_credit);
            Some(GradedAnswer::own(&frozen, answer, points).view(None))
        }
        false => None,
    };
    Ok(Preview {
        shown: shown(&frozen, Some(&given)),
        graded,
        problems,
    })
}

/// A question form to be saved.
pub struct Saving {
    /// None for a new question.
    pub question: Option<QuestionId>,
    pub mark: String,
    pub form: QuestionForm,
    /// True to save even if somebody else has changed the question since.
    pub overwrite: bool,
}

pub async fn save(conn: &mut Conn, tutor: &TutorOf, saving: Saving) -> AppResult<QuestionId> {
    let purpose = QuestionPurpose::parse(&saving.form.purpose).unwrap_or(QuestionPurpose::Quiz);
    let place = store::place(conn, tutor.course, &saving.form.place, purpose).await;
    let (place, draft) = check::both(place, check::draft(&saving.form, String::new()))?;
    let addresses = Addresses::of(conn, tutor.course).await?;
    let links = addresses.links();
    bank::lock(conn, tutor.course).await?;
    let Some(id) = saving.question else {
        return add(conn, tutor, place, &draft, &links).await;
    };
    let found = store::question(conn, tutor.course, id)
        .await?
        .ok_or_else(no_question)?;
    if mark(&found) != saving.mark && !saving.overwrite {
        return Err(AppError::Conflict(
            "Someone else has changed this question since you opened it. Nothing was saved, and your changes are still in the form.".to_owned(),
        ));
    }
    let before = filled(&found);
    let after = QuestionForm {
        place: saving.form.place,
        ..form::of(&draft)
    };
    if before == after {
        return Ok(id);
    }
    let place =
        match (place.module_no, place.section) == (found.place.module_no, found.place.section) {
            true => place,
            false => last(conn, place).await?,
        };
    bank::change(conn, id, &place, &draft, &links).await?;
    store::note_edit(conn, &[id]).await?;
    note(tutor, "question.edited", id)
        .change(
            Some(json!({ "prompt": beginning(&before.prompt) })),
            Some(json!({ "prompt": beginning(&draft.prompt) })),
        )
        .write(conn)
        .await?;
    Ok(id)
}

async fn add(
    conn: &mut Conn,
    tutor: &TutorOf,
    place: QuestionPlace,
    draft: &QuestionDraft,
    links: &Links<'_>,
) -> AppResult<QuestionId> {
    let place = last(conn, place).await?;
    let id = bank::add(conn, &place, None, draft, links).await?;
    recount(conn, tutor.course).await?;
    note(tutor, "question.written", id)
        .change(None, Some(json!({ "prompt": beginning(&draft.prompt) })))
        .write(conn)
        .await?;
    Ok(id)
}

/// Returns the position after all other questions of the place.
pub async fn last(conn: &mut Conn, place: QuestionPlace) -> AppResult<QuestionPlace> {
    let order = store::last_order(conn, &place).await?;
    Ok(QuestionPlace {
        order: Some(order),
        ..place
    })
}

/// Returns the beginning of the prompt, enough to recognize a question in the audit log.
fn beginning(prompt: &str) -> String {
    prompt.chars().take(200).collect()
}

pub fn note(tutor: &TutorOf, action: &str, question: QuestionId) -> AuditEntry {
    AuditEntry::done(action)
        .of("question", question)
        .by(&tutor.signed_in.cx)
}

/// Retires the question or brings it back. Attempts keep the question either way.
pub async fn retire(
    conn: &mut Conn,
    tutor: &TutorOf,
    id: QuestionId,
    retired: bool,
) -> AppResult<()> {
    bank::lock(conn, tutor.course).await?;
    let found = store::question(conn, tutor.course, id)
        .await?
        .ok_or_else(no_question)?;
    if found.is_retired == retired {
        return Ok(());
    }
    store::retire(conn, &[id], retired).await?;
    store::note_edit(conn, &[id]).await?;
    recount(conn, tutor.course).await?;
    let action = match retired {
        true => "question.retired",
        false => "question.brought_back",
    };
    note(tutor, action, id).write(conn).await?;
    Ok(())
}

/// Moves the question before or after its neighbor of the same topic within its quiz. At either end
/// it stays.
pub async fn shift(conn: &mut Conn, tutor: &TutorOf, id: QuestionId, up: bool) -> AppResult<()> {
    bank::lock(conn, tutor.course).await?;
    let found = store::question(conn, tutor.course, id)
        .await?
        .ok_or_else(no_question)?;
    let order = store::order(conn, &found.place).await?;
    let Some(at) = order.iter().position(|(other, _)| *other == id) else {
        return Ok(());
    };
    let is_near = |other: &usize| order[*other].1 == found.place.topic;
    let to = match up {
        true => (0..at).rev().find(is_near),
        false => (at + 1..order.len()).find(is_near),
    };
    let Some(to) = to else {
        return Ok(());
    };
    let mut order: Vec<QuestionId> = order.into_iter().map(|(id, _)| id).collect();
    order.swap(at, to);
    store::put_in_order(conn, &order).await?;
    note(tutor, "question.moved", id)
        .change(Some(json!({ "place": at })), Some(json!({ "place": to })))
        .write(conn)
        .await?;
    Ok(())
}
