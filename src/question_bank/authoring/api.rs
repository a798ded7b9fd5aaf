//! Server functions of authoring, for the tutors of a course and for admins.

use leptos::prelude::*;

use super::{BankPage, BankQuery, ImportPage, Preview, QuestionForm, QuestionPage};
use crate::platform::error::AppResult;
use crate::platform::ids::{ImportId, QuestionId};
use crate::question_bank::AnswerForm;

#[cfg(feature = "ssr")]
use {
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::encode,
    crate::platform::error::AppError,
    crate::platform::http::server_fns::redirect,
    crate::question_bank::authoring::server::bulk::BulkChange,
    crate::question_bank::authoring::server::editing::{QuestionAddress, Saving, TypedQuestion},
    crate::question_bank::authoring::server::previews::{self, Confirmation},
    crate::question_bank::authoring::server::transfer::{self, PreviewAddress},
    crate::question_bank::authoring::server::{bulk, editing, list, rows, store, tally},
    crate::teaching::Area,
    leptos::server_fn::ServerFn,
};

/// Loads one page of the course's questions. Includes the last change of several questions if the
/// address says that one was `changed`. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_bank(
    course: String,
    #[server(default)] query: BankQuery,
    #[server(default)] changed: bool,
) -> AppResult<BankPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let (course, cx) = (tutor.course, tutor.signed_in.cx);
    let done = bulk::last(&cx.session, course, changed).await?;
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
            places: store::places(conn, course).await?,
            done: done.map(|done| done.notice()),
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
    };
    cx.within(async move |conn| editing::page(conn, course, asked, typed).await)
        .await
}

/// Renders the typed question as learners would see it, and grades the trial answer if `go` is
/// `try`. Nothing is saved. Requires a tutor of the course.
#[server]
pub async fn preview_question(
    course: String,
    #[server(default)] question: QuestionForm,
    #[server(default)] given: AnswerForm,
    go: String,
) -> AppResult<Preview> {
    let tutor = require_tutor_of_slug(&course).await?;
    let (course, cx) = (tutor.course, tutor.signed_in.cx);
    let is_tried = go == "try";
    cx.within(async move |conn| {
        editing::preview_of(conn, course, &question, (&given, is_tried)).await
    })
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
    /// Name of the topic from whose editor the tutor came.
    #[server(default)]
    back: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    if rows::is_step(&go) {
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
    let back = match back.as_str() {
        "" => String::new(),
        topic => format!("&back={}", encode(topic)),
    };
    redirect(&match go.as_str() {
        "another" => format!(
            "{questions}/new?kind={}&place={}&saved={saved}{back}",
            encode(&question.kind),
            encode(&question.place)
        ),
        _ => format!("{questions}?saved={saved}{back}"),
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
    back_to_list(&course, &query, &format!("moved={}", encode(&which)));
    Ok(())
}

/// Changes the questions `ids` and those of `groups`, whose values are ids separated by commas.
/// `action` is `retire`, `restore`, `move` to `place`, or `purpose`. Returns to the list that
/// `query` names. Requires a tutor of the course.
#[server]
pub async fn change_questions(
    course: String,
    action: String,
    #[server(default)] ids: Vec<String>,
    #[server(default)] groups: Vec<String>,
    #[server(default)] place: String,
    #[server(default)] purpose: String,
    #[server(default)] query: BankQuery,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let ids = bulk::chosen(&[ids, groups].concat())?;
    let change = BulkChange::parse(&action, &place, &purpose)?;
    let cx = tutor.signed_in.cx.clone();
    let done = cx
        .within(async move |conn| bulk::change(conn, &tutor, ids, change).await)
        .await?;
    bulk::remember(&cx.session, &done).await?;
    back_to_list(&course, &query, "changed=true");
    Ok(())
}

/// Takes the last change of several questions back. Requires a tutor of the course.
#[server]
pub async fn undo_question_change(
    course: String,
    #[server(default)] query: BankQuery,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let done = bulk::last(&cx.session, tutor.course, true).await?;
    let done =
        done.ok_or_else(|| AppError::Conflict("This change can’t be undone any more.".to_owned()))?;
    let undone = cx
        .within(async move |conn| bulk::undo(conn, &tutor, done).await)
        .await?;
    bulk::remember(&cx.session, &undone).await?;
    back_to_list(&course, &query, "changed=true");
    Ok(())
}

/// Returns to the list with a note in its address.
#[cfg(feature = "ssr")]
fn back_to_list(course: &str, query: &BankQuery, note: &str) {
    let ending = query.ending();
    let join = if ending.is_empty() { "?" } else { "&" };
    let list = Area::Questions.path(course);
    redirect(format!("{list}{ending}{join}{note}"));
}

/// Loads the places to which questions of a file can go, the preview of an uploaded file, and the
/// progress or the report of an import. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_import(
    course: String,
    #[server(default)] import: String,
    #[server(default)] preview: String,
    #[server(default)] same_name: String,
) -> AppResult<ImportPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let flash = cx.flash.clone();
    let shown = PreviewAddress { preview, same_name };
    let upload = transfer::uploaded(&cx, &tutor, &shown.preview).await?;
    cx.within(async move |conn| transfer::page(conn, &tutor, &import, (shown, upload), flash).await)
        .await
}

/// Imports an uploaded file, if its effect is still the one that was `seen`. Requires the tutor who
/// uploaded it.
#[server]
pub async fn confirm_import(
    course: String,
    preview: String,
    #[server(default)] same_name: String,
    seen: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let page = format!(
        "{}/import?import={}",
        Area::Questions.path(&course),
        encode(&preview)
    );
    if let Some((uploaded, imported)) = transfer::waiting(&cx, &tutor, &preview).await? {
        let confirmation = Confirmation {
            uploaded,
            imported,
            same_name,
            seen,
        };
        cx.within(async move |conn| previews::confirm(conn, &tutor, confirmation).await)
            .await?;
    }
    redirect(page);
    Ok(())
}

/// Forgets an uploaded file that was not imported. Requires the tutor who uploaded it.
#[server]
pub async fn discard_import(course: String, preview: ImportId) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| previews::drop_upload(conn, &tutor, preview).await)
        .await?;
    redirect(format!(
        "{}/import?import=new",
        Area::Questions.path(&course)
    ));
    Ok(())
}

#[cfg(feature = "ssr")]
fn parse(id: &str) -> AppResult<QuestionId> {
    let id = uuid::Uuid::parse_str(id).map_err(|_| editing::no_question())?;
    Ok(QuestionId(id))
}
