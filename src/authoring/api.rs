//! Server functions of courses and their outlines. Every change is written to the audit log.

use leptos::prelude::*;

use super::{AuthoredOutline, NewCourseForm, NewCoursePage};
use crate::platform::error::AppResult;
use crate::platform::ids::TopicId;

#[cfg(feature = "ssr")]
use {
    super::server::{create, drops, outline, schedule, status},
    super::{OutlineChange, OutlinePart},
    crate::platform::auth::guard::{require_admin, require_tutor_of_slug},
    crate::platform::http::server_fns::redirect,
    crate::platform::ui::ItemDrop,
    crate::teaching::Area,
};

/// Loads the page that makes a course. Requires an admin.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_new_course() -> AppResult<NewCoursePage> {
    let cx = require_admin().await?.0.cx;
    Ok(NewCoursePage {
        language: cx.organization.site.settings.language.clone(),
    })
}

/// Makes a course whose topics are drafts. The course itself is a draft too. Requires an admin.
#[server]
pub async fn create_course(#[server(default)] form: NewCourseForm) -> AppResult<()> {
    let admin = require_admin().await?;
    let cx = admin.0.cx.clone();
    let slug = cx
        .within(async move |conn| create::course(conn, &admin, &form).await)
        .await?;
    redirect(Area::Outline.path(&slug));
    Ok(())
}

/// Loads all modules and topics of a course, also hidden ones. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_outline(course: String) -> AppResult<AuthoredOutline> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| outline::page(conn, &tutor, &course).await)
        .await
}

/// Moves, publishes, hides or restores a part of an outline. `which` is a change and a part, such
/// as "up-m3", or where a part was dropped, as [`ItemDrop`] writes it. Requires a tutor of the
/// course.
#[server]
pub async fn change_outline(course: String, which: String) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    if let Some(dropped) = ItemDrop::parse(&which) {
        let read = |name| OutlinePart::parse(name).ok_or_else(outline::no_part);
        let place = drops::PartDrop {
            part: read(dropped.item)?,
            target: read(dropped.target)?,
            is_after: dropped.is_after,
        };
        return cx
            .within(async move |conn| drops::put_down(conn, &tutor, &course, place).await)
            .await;
    }
    let (change, part) = which.split_once('-').ok_or_else(outline::no_part)?;
    let change = OutlineChange::parse(change).ok_or_else(outline::no_part)?;
    let part = OutlinePart::parse(part).ok_or_else(outline::no_part)?;
    cx.within(async move |conn| outline::change(conn, &tutor, &course, change, part).await)
        .await
}

/// Adds a topic to the end of a module, or a module if `module` is 0. Requires a tutor of the
/// course.
#[server]
pub async fn add_part(
    course: String,
    module: i32,
    #[server(default)] title: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| outline::add(conn, &tutor, &course, module, &title).await)
        .await
}

/// Renames a module or a topic. Requires a tutor of the course.
#[server]
pub async fn rename_part(
    course: String,
    part: String,
    #[server(default)] title: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let part = OutlinePart::parse(&part).ok_or_else(outline::no_part)?;
    let cx = tutor.signed_in.cx.clone();
    let slug = course.clone();
    cx.within(async move |conn| outline::rename(conn, &tutor, &slug, part, &title).await)
        .await?;
    redirect(Area::Outline.path(&course));
    Ok(())
}

/// Sets the time at which a draft is published, in the tutor's time zone. Requires a tutor of the
/// course.
#[server]
pub async fn schedule_topic(
    course: String,
    topic: TopicId,
    #[server(default)] at: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let slug = course.clone();
    cx.within(async move |conn| schedule::set(conn, &tutor, &slug, topic, &at).await)
        .await?;
    redirect(Area::Outline.path(&course));
    Ok(())
}

/// Puts a course into the catalog, or takes it out. Requires an admin.
#[server]
pub async fn publish_course(course: String, published: bool) -> AppResult<()> {
    require_admin().await?;
    let admin = require_tutor_of_slug(&course).await?;
    let cx = admin.signed_in.cx.clone();
    cx.within(async move |conn| status::publish_course(conn, &admin, &course, published).await)
        .await
}
