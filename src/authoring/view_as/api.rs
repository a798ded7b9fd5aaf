//! Server functions that begin and end a view. Looking at a course as a learner is written to the
//! audit log.

use leptos::prelude::*;

use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::server,
    crate::paths::topic_path,
    crate::platform::auth::guard::{require_tutor_of_slug, require_user},
    crate::platform::auth::viewing::{self, ViewedAs},
    crate::platform::http::server_fns::redirect,
};

/// Begins to look at a course as somebody else. `who` is "visitor", "study:" or "kind:" with the
/// name of a persona, or "learner", whom `learner` names. `topic` is the topic that is shown first,
/// `back` the page to which the end of the view leads. Requires a tutor of the course.
#[server]
pub async fn start_view(
    course: String,
    #[server(default)] who: String,
    #[server(default)] learner: String,
    #[server(default)] topic: String,
    #[server(default)] back: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let (slug, session) = (course.clone(), cx.session.clone());
    let view = cx
        .within(async move |conn| server::begin(conn, &tutor, slug, (&who, &learner), &back).await)
        .await?;
    viewing::begin(&session, &view).await?;
    redirect(match (&view.who, topic.as_str()) {
        (ViewedAs::Visitor, _) => format!("/courses/{course}"),
        (_, "") => format!("/learn/{course}"),
        (_, topic) => topic_path(&course, topic),
    });
    Ok(())
}

/// Ends the view of the session, if there is one.
#[server]
pub async fn end_view() -> AppResult<()> {
    let me = require_user()?;
    let view = me.cx.viewing.clone();
    viewing::end(&me.cx.session).await?;
    let Some(view) = view else {
        redirect("/teach");
        return Ok(());
    };
    let back = view.back.clone();
    let cx = me.cx.clone();
    cx.within(async move |conn| server::end(conn, &me, &view).await)
        .await?;
    redirect(back);
    Ok(())
}
