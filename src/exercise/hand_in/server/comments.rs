//! Comments on work that was handed in, between its author and the tutors.

use super::store;
use crate::exercise::hand_in::COMMENT_CHARACTERS;
use crate::exercise::marking::marking_path;
use crate::platform::auth::{UserRole, Viewer};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::ExerciseWorkId;
use crate::platform::markdown::{self, Rendered};
use crate::platform::names;
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::store::{NewNotification, notify_until_read};

/// Adds a comment and notifies the others. Returns the page of the person who wrote it.
///
/// # Errors
///
/// `NotFound` for everybody but the author and the course's tutors.
pub async fn add(
    conn: &mut Conn,
    viewer: &Viewer,
    work: ExerciseWorkId,
    typed: &str,
) -> AppResult<String> {
    let user = viewer.user_id;
    let found = store::commented(conn, user, work).await?;
    let is_admin = viewer.role == UserRole::Admin;
    let found = found
        .filter(|found| found.user_id == user || found.teaches || is_admin)
        .ok_or_else(|| AppError::NotFound("This work is no longer here.".to_owned()))?;
    let (text, rendered) = read(typed)?;
    let is_tutor = found.user_id != user;
    let learners_page = store::path(conn, found.exercise_id).await?;
    let tutors_page = marking_path(found.latest);
    let is_new = store::add_comment(conn, work, (user, is_tutor), &text, &rendered.html).await?;
    let (others, path) = match is_tutor {
        true => (vec![found.user_id], &learners_page),
        false => (found.tutors, &tutors_page),
    };
    let news = NewNotification {
        kind: NotificationKind::Reply,
        subject: format!("exercise work {work}"),
        course: Some(found.course_id),
        title: format!("{} commented on “{}”", viewer.display_name, found.title),
        body: rendered.text,
        path: path.clone(),
    };
    if is_new {
        notify_until_read(conn, &others, &news).await?;
    }
    Ok(match is_tutor {
        true => tutors_page,
        false => learners_page,
    })
}

/// Checks a typed comment and renders it.
fn read(typed: &str) -> AppResult<(String, Rendered)> {
    let text = typed.replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > COMMENT_CHARACTERS as usize {
        return Err(AppError::field(
            "text",
            figures::use_at_most(COMMENT_CHARACTERS),
        ));
    }
    let rendered = markdown::render(&text, &|_, _| None);
    match names::visible(&rendered.text) {
        Some(_) => Ok((text, rendered)),
        None => Err(AppError::field("text", "Write something first.")),
    }
}
