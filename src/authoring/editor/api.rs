//! Server functions of the editor, for the tutors of a course and for admins.

use leptos::prelude::*;

use super::{
    EditorToken, SavedText, TextConflict, TextPreview, TopicHistory, TopicText, TopicVariant,
    WritersHere,
};
use crate::platform::error::AppResult;
use crate::platform::ids::TopicId;

#[cfg(feature = "ssr")]
use {
    super::server::save::SentText,
    super::server::{draft, history, presence, publish, save, source, split, variants, view},
    super::{edit_path, history_path, variants_path},
    crate::platform::address,
    crate::platform::auth::guard::require_tutor_of_slug,
    crate::platform::error::AppError,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Loads a topic to edit. After a refused save, the fields keep the typed text. Requires a tutor of
/// the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_topic_text(course: String, topic: String) -> AppResult<TopicText> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| view::page(conn, (&tutor, &course), &topic).await)
        .await
}

/// Saves the draft, merged with what other pages have saved since the revision `page.base`, and
/// publishes it if `go` is `publish`. If `go` is `preview`, only shows the form again with the
/// typed text. Requires a tutor of the course.
///
/// # Errors
///
/// `Conflict` if other pages have changed the same paragraphs, unless `page.keep` says which side
/// to keep. Then nothing is changed.
#[server]
pub async fn save_topic(
    course: String,
    topic: TopicId,
    #[server(default)] page: EditorToken,
    #[server(default)] title: String,
    #[server(default)] text: String,
    #[server(default)] go: String,
) -> AppResult<SavedText> {
    let tutor = require_tutor_of_slug(&course).await?;
    if go == "preview" {
        return Err(AppError::Invalid(Vec::new()));
    }
    let cx = tutor.signed_in.cx.clone();
    let sent = SentText {
        page,
        title,
        text: single_breaks(&text),
    };
    let publishes = go == "publish";
    let slug = course.clone();
    let (saved, name) = cx
        .within(async move |conn| {
            let stored = draft::topic(conn, tutor.course, topic).await?;
            let saved = save::save(conn, &tutor, &stored, sent).await?;
            if publishes {
                publish::draft(conn, &tutor, &slug, topic).await?;
            }
            Ok((saved, stored.slug))
        })
        .await?;
    if publishes {
        let page = edit_path(&course, &name);
        redirect(address::with_query(&page, &[("done", "published")]));
    }
    Ok(saved)
}

/// Browsers send line breaks of a form as CRLF.
#[cfg(feature = "ssr")]
fn single_breaks(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Returns what a text and the saved draft have both changed. None if they can be merged. Nothing
/// is saved. Requires a tutor of the course.
#[server]
pub async fn compare_topic(
    course: String,
    topic: TopicId,
    #[server(default)] page: EditorToken,
    #[server(default)] title: String,
    #[server(default)] text: String,
) -> AppResult<Option<TextConflict>> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let sent = SentText {
        page,
        title,
        text: single_breaks(&text),
    };
    cx.within(async move |conn| {
        let stored = draft::topic_of(conn, tutor.course, topic).await?;
        save::conflict(conn, &tutor, &stored, &sent).await
    })
    .await
}

/// Notes that the page `writer` has the editor of the topic open, or that it is closed if `leaving`
/// is given. Returns who else is there. Requires a tutor of the course.
#[server]
pub async fn write_here(
    course: String,
    topic: TopicId,
    writer: uuid::Uuid,
    #[server(default)] leaving: bool,
) -> AppResult<WritersHere> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| {
        let stored = draft::topic_of(conn, tutor.course, topic).await?;
        presence::note(conn, &tutor, &stored, (writer, leaving)).await
    })
    .await
}

/// Splits a topic at a heading of its text: `place` is a value of the form. Requires a tutor of the
/// course.
#[server]
pub async fn split_topic(
    course: String,
    topic: TopicId,
    #[server(default)] place: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let slug = course.clone();
    let name = cx
        .within(async move |conn| split::split(conn, &tutor, &slug, topic, &place).await)
        .await?;
    redirect(address::with_query(
        &edit_path(&course, &name),
        &[("done", "split")],
    ));
    Ok(())
}

/// Renders a text as learners would see it in this topic. Nothing is saved. Requires a tutor of the
/// course.
#[server]
pub async fn preview_topic(
    course: String,
    topic: TopicId,
    #[server(default)] text: String,
) -> AppResult<TextPreview> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| {
        view::preview(conn, tutor.course, topic, &source::stored(&text)).await
    })
    .await
}

/// Loads the published versions of a topic, and the changes of the version that is named. Requires
/// a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_topic_history(
    course: String,
    topic: String,
    #[server(default)] version: String,
) -> AppResult<TopicHistory> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    let version = version.parse().ok();
    cx.within(async move |conn| history::page(conn, tutor.course, &topic, version, &clock).await)
        .await
}

/// Makes an earlier version the text of the topic again, as a new version. A draft with changes
/// stays as it is. Requires a tutor of the course.
#[server]
pub async fn restore_version(course: String, topic: TopicId, version: i32) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let slug = course.clone();
    let name = cx
        .within(async move |conn| publish::restore(conn, &tutor, &slug, topic, version).await)
        .await?;
    let page = history_path(&course, &name, None);
    redirect(address::with_query(&page, &[("done", "restored")]));
    Ok(())
}

/// Removes the texts of a topic for personas, so that all learners see its published text. They
/// stay in the history. Requires a tutor of the course.
#[server]
pub async fn use_text_for_all(course: String, topic: TopicId) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let slug = course.clone();
    let name = cx
        .within(async move |conn| publish::use_for_all(conn, &tutor, &slug, topic).await)
        .await?;
    let page = edit_path(&course, &name);
    redirect(address::with_query(&page, &[("done", "all")]));
    Ok(())
}

/// Loads the text of a topic for learners who chose a persona. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_topic_variant(
    course: String,
    topic: String,
    #[server(default)] persona: String,
) -> AppResult<TopicVariant> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| variants::page(conn, tutor.course, &topic, &persona).await)
        .await
}

/// Publishes the text of a topic for learners who chose a persona, or removes it if `go` is
/// `remove`. `seen` is the fingerprint of the text that the page began with. Requires a tutor of
/// the course.
///
/// # Errors
///
/// `Conflict` if the text was changed since. Then nothing is changed.
#[server]
pub async fn save_topic_variant(
    course: String,
    topic: TopicId,
    persona: String,
    #[server(default)] seen: String,
    #[server(default)] text: String,
    #[server(default)] go: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let removes = go == "remove";
    let text = (!removes).then(|| source::stored(&single_breaks(&text)));
    let (slug, name) = (course.clone(), persona.clone());
    let named = cx
        .within(async move |conn| {
            let of = (&tutor, slug.as_str());
            variants::save(conn, of, topic, (&name, &seen), text).await
        })
        .await?;
    let done = if removes { "removed" } else { "published" };
    let page = variants_path(&course, &named, "");
    let shown = [("persona", persona.as_str()), ("done", done)];
    redirect(address::with_query(&page, &shown));
    Ok(())
}
