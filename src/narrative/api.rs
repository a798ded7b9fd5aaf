//! Server functions of paths: for learners who walk them, and for tutors who make and edit them.

use leptos::prelude::*;

use super::{ChoiceForm, NarrativePage, PathListPage};
use crate::platform::error::AppResult;
use crate::platform::ids::NodeId;

#[cfg(feature = "ssr")]
use {
    super::server::edit::{self, NodeAct},
    super::server::rights::{OnPath, require_editor, require_walker},
    super::server::{canvas_html, editor_html, list_html, make, walk},
    super::{SessionMode, path_editor_path, path_path},
    crate::platform::auth::UserRole,
    crate::platform::auth::guard::{require_teacher, require_tutor_of, require_user},
    crate::platform::error::AppError,
    crate::platform::http::server_fns::{redirect, redirect_to_part},
    crate::platform::ids::CourseId,
    crate::platform::time::Clock,
};

/// Returns the paths that the person may walk or edit.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_paths() -> AppResult<PathListPage> {
    let me = require_user()?;
    let cx = me.cx.clone();
    cx.within(async move |conn| list_html::page(conn, &me).await)
        .await
}

/// Makes a draft of a path by rules: of a course that the person teaches, or of a document.
#[server]
pub async fn make_path(#[server(default)] source: String) -> AppResult<()> {
    let me = require_teacher().await?;
    let user = me.user_id();
    let unknown = || AppError::field("source", "Choose a course or a document.");
    let (kind, id) = source.split_once(':').ok_or_else(unknown)?;
    let id: uuid::Uuid = id.parse().map_err(|_| unknown())?;
    let path = match kind {
        "course" => {
            let tutor = require_tutor_of(CourseId(id)).await?;
            me.cx
                .within(async move |conn| make::of_course(conn, user, tutor.course).await)
                .await?
        }
        "document" => {
            if me.viewer.role == UserRole::Learner {
                return Err(AppError::Denied(
                    "Only tutors may make paths of documents.".to_owned(),
                ));
            }
            me.cx
                .within(async move |conn| make::of_document(conn, user, id).await)
                .await?
        }
        _ => return Err(unknown()),
    };
    redirect(path_editor_path(path, None));
    Ok(())
}

/// Returns a path as a learner walks it.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_path(path: String) -> AppResult<NarrativePage> {
    let on = require_walker(&path).await?;
    let clock = Clock::of(&on.me.cx);
    let cx = on.me.cx.clone();
    cx.within(async move |conn| canvas_html::page(conn, &on, &clock).await)
        .await
}

/// Goes to the part of the path where the session is.
#[cfg(feature = "ssr")]
fn show(on: &OnPath) {
    redirect_to_part(&path_path(on.path.path_id), "now");
}

/// Begins a path, or takes up the session that is open.
#[server]
pub async fn begin_path(path: String, #[server(default)] mode: String) -> AppResult<()> {
    let on = require_walker(&path).await?;
    let clock = Clock::of(&on.me.cx);
    let cx = on.me.cx.clone();
    let mode = SessionMode::parse(&mode);
    let walker = on.clone();
    cx.within(async move |conn| walk::begin(conn, &walker, mode, &clock).await)
        .await?;
    show(&on);
    Ok(())
}

/// Answers the check question with this id. It counts once.
#[server]
pub async fn answer_check(
    path: String,
    #[server(default)] question: String,
    #[server(default)] given: String,
) -> AppResult<()> {
    let on = require_walker(&path).await?;
    let clock = Clock::of(&on.me.cx);
    let cx = on.me.cx.clone();
    let walker = on.clone();
    cx.within(async move |conn| walk::answer(conn, &walker, &question, &given, &clock).await)
        .await?;
    show(&on);
    Ok(())
}

/// Goes on from the node `from` after `steps` steps; see `walk::go_on` for the places `to`.
#[server]
pub async fn go_on_path(
    path: String,
    #[server(default)] from: String,
    #[server(default)] steps: usize,
    #[server(default)] to: String,
) -> AppResult<()> {
    let on = require_walker(&path).await?;
    let clock = Clock::of(&on.me.cx);
    let cx = on.me.cx.clone();
    let walker = on.clone();
    cx.within(async move |conn| walk::go_on(conn, &walker, (&from, steps), &to, &clock).await)
        .await?;
    show(&on);
    Ok(())
}

/// Searches the path for what the learner wants to know about.
#[server]
pub async fn search_path(path: String, #[server(default)] q: String) -> AppResult<()> {
    let on = require_walker(&path).await?;
    let clock = Clock::of(&on.me.cx);
    let cx = on.me.cx.clone();
    let walker = on.clone();
    cx.within(async move |conn| walk::search(conn, &walker, &q, &clock).await)
        .await?;
    redirect_to_part(&path_path(on.path.path_id), "found");
    Ok(())
}

/// Returns a path as its editors see it, with the form of the node with this id.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_path_editor(
    path: String,
    #[server(default)] node: String,
) -> AppResult<NarrativePage> {
    let on = require_editor(&path).await?;
    let cx = on.me.cx.clone();
    cx.within(async move |conn| editor_html::page(conn, &on, &node).await)
        .await
}

/// Saves the title and the description of a path.
#[server]
pub async fn save_path(
    path: String,
    #[server(default)] title: String,
    #[server(default)] description: String,
) -> AppResult<()> {
    let on = require_editor(&path).await?;
    let (cx, id) = (on.me.cx.clone(), on.path.path_id);
    cx.within(async move |conn| edit::save(conn, &on, &title, &description).await)
        .await?;
    redirect(path_editor_path(id, None));
    Ok(())
}

/// Publishes a path, or makes it a draft again. A path with problems is refused with all of them.
#[server]
pub async fn set_path_published(path: String, published: bool) -> AppResult<()> {
    let on = require_editor(&path).await?;
    let (cx, id) = (on.me.cx.clone(), on.path.path_id);
    cx.within(async move |conn| edit::set_status(conn, &on, published).await)
        .await?;
    redirect(path_editor_path(id, None));
    Ok(())
}

/// Adds a nugget at the end of a path.
#[server]
pub async fn add_path_node(path: String, #[server(default)] nugget: String) -> AppResult<()> {
    let on = require_editor(&path).await?;
    let (cx, id) = (on.me.cx.clone(), on.path.path_id);
    cx.within(async move |conn| edit::add_node(conn, &on, &nugget).await)
        .await?;
    redirect(path_editor_path(id, None));
    Ok(())
}

/// Moves a node by one place or removes it: `act` is "up", "down" or "remove".
#[server]
pub async fn change_path_node(
    path: String,
    node: NodeId,
    #[server(default)] act: String,
) -> AppResult<()> {
    let on = require_editor(&path).await?;
    let act = NodeAct::parse(&act).ok_or_else(|| AppError::field("", "Choose what to do."))?;
    let (cx, id) = (on.me.cx.clone(), on.path.path_id);
    cx.within(async move |conn| edit::change_node(conn, &on, node, act).await)
        .await?;
    redirect(path_editor_path(id, None));
    Ok(())
}

/// Saves the choices of a node.
#[server]
pub async fn save_choices(
    path: String,
    node: NodeId,
    #[server(default)] choices: Vec<ChoiceForm>,
) -> AppResult<()> {
    let on = require_editor(&path).await?;
    let (cx, id) = (on.me.cx.clone(), on.path.path_id);
    cx.within(async move |conn| edit::save_choices(conn, &on, node, &choices).await)
        .await?;
    redirect(path_editor_path(id, Some(node)));
    Ok(())
}
