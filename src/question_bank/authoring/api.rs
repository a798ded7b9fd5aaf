//! Server functions of authoring, for the tutors of a course and for admins.

use leptos::prelude::*;

use super::{BankPage, BankQuery, ImportPage, QuestionForm, QuestionPage};
use crate::platform::error::AppResult;
use crate::platform::ids::QuestionId;

#[cfg(feature = "ssr")]
use {
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::encode,
    crate::platform::error::AppError,
    crate::platform::http::server_fns::redirect,
    crate::question_bank::authoring::server::editing::{QuestionAddress, Saving, TypedQuestion},
    crate::question_bank::authoring::server::{editing, list, store, tally, transfer},
    crate::teaching::Area,
    leptos::server_fn::ServerFn,
};

/// Loads one page of the course's questions. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_bank(course: String, #[server(default)] query: BankQuery) -> AppResult<BankPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let (course, cx) = (tutor.course, tutor.signed_in.cx);
    // A transaction of its own: the list must be shown even if counting fails.
    if let Err(error) = cx
        .within(async move |conn| tally::bring_up_to_date(conn, course).await)
        .await
    {
        tracing::warn!(%error, "first answers could not be counted");
    }
    cx.within(async move |conn| {
        let course_title = crate::course::server::store::title(conn, course).await?;
        let modules = store::modules(conn, course).await?.into_iter();
        let topics = store::topics(conn, course).await?.into_iter();
        Ok(BankPage {
            course_title,
            modules: modules
                .map(|(number, title)| (number.to_string(), format!("{number} {title}")))
                .collect(),
            topics: topics.map(|topic| (topic.slug, topic.label)).collect(),
            ..list::page(conn, course, &query).await?
        })
    })
    .await
}

/// Loads a question to edit, or an empty form if `question` is `new`. After a rejected save, the
/// form keeps the typed text. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_question(
    course: String,
    question: String,
    kind: String,
    place: String,
    preview: bool,
) -> AppResult<QuestionPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let (course, cx) = (tutor.course, tutor.signed_in.cx);
    let question = match question.as_str() {
        "new" => None,
        id => Some(parse(id)?),
    };
    let typed = cx
        .flash
        .as_ref()
        .filter(|flash| flash.form == SaveQuestion::PATH && flash.error.is_some())
        .and_then(|flash| TypedQuestion::left(flash, question));
    let asked = QuestionAddress {
        question,
        kind,
        place,
        preview,
    };
    cx.within(async move |conn| editing::page(conn, course, asked, typed).await)
        .await
}

/// Saves the question. If `go` names a step such as `preview`, only shows the form again with the
/// typed text. Requires a tutor of the course.
#[server]
pub async fn save_question(
    course: String,
    /// Empty for a new question.
    id: String,
    mark: String,
    #[server(default)] question: QuestionForm,
    go: String,
    overwrite: Option<String>,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    if ["preview", "try", "more", "kind"].contains(&go.as_str()) {
        return Err(step(&question, &go));
    }
    let saving = Saving {
        question: match id.as_str() {
            "" => None,
            id => Some(parse(id)?),
        },
        mark,
        overwrite: overwrite.is_some(),
        form: question.clone(),
    };
    let cx = tutor.signed_in.cx.clone();
    let saved = cx
        .within(async move |conn| editing::save(conn, &tutor, saving).await)
        .await?;
    let questions = Area::Questions.path(&course);
    redirect(&match go.as_str() {
        "another" => format!(
            "{questions}/new?kind={}&place={}&saved={saved}",
            encode(&question.kind),
            encode(&question.place)
        ),
        _ => format!("{questions}?saved={saved}"),
    });
    Ok(())
}

/// Returns the error that shows the form again without saving. The problems that prevent a preview
/// are included.
#[cfg(feature = "ssr")]
fn step(question: &QuestionForm, go: &str) -> AppError {
    let wrong = match go {
        "preview" | "try" => {
            crate::question_bank::authoring::server::check::draft(question, String::new()).err()
        }
        _ => None,
    };
    wrong.unwrap_or(AppError::Invalid(Vec::new()))
}

/// Retires a question or brings it back. Requires a tutor of the course.
#[server]
pub async fn retire_question(course: String, id: QuestionId, retired: bool) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| editing::retire(conn, &tutor, id, retired).await)
        .await?;
    let done = if retired { "retired" } else { "saved" };
    redirect(format!("{}?{done}={id}", Area::Questions.path(&course)));
    Ok(())
}

/// Moves a question by one place within its quiz and returns to the list that `query` names.
/// `which` is `up-` or `down-` and the question's id. Requires a tutor of the course.
#[server]
pub async fn move_question(
    course: String,
    which: String,
    #[server(default)] query: BankQuery,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let (direction, id) = which.split_once('-').ok_or_else(editing::no_question)?;
    let (up, id) = (direction == "up", parse(id)?);
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| editing::shift(conn, &tutor, id, up).await)
        .await?;
    let ending = query.ending();
    let join = if ending.is_empty() { "?" } else { "&" };
    let list = Area::Questions.path(&course);
    redirect(format!("{list}{ending}{join}moved={}", encode(&which)));
    Ok(())
}

/// Loads the places to which questions of a file can go, and the progress or the report of an
/// import. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_import(
    course: String,
    #[server(default)] import: String,
) -> AppResult<ImportPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let flash = cx.flash.clone();
    cx.within(async move |conn| transfer::page(conn, &tutor, &import, flash).await)
        .await
}

#[cfg(feature = "ssr")]
fn parse(id: &str) -> AppResult<QuestionId> {
    let id = uuid::Uuid::parse_str(id).map_err(|_| editing::no_question())?;
    Ok(QuestionId(id))
}
