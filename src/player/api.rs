//! Server functions of studying. Each acts for the signed-in learner only, in courses in which
//! they are enrolled.

use leptos::prelude::*;

use super::{MyCourse, TopicPage};
use crate::course::StudyPersona;
use crate::platform::error::AppResult;
use crate::platform::ids::TopicId;

#[cfg(feature = "ssr")]
use {
    crate::activity::ActivityKind,
    crate::activity::server::record::ActivityEvent,
    crate::certificate::server::completion,
    crate::certificate::server::store as certificates,
    crate::course::server::search,
    crate::enrollment::server::access::{not_enrolled, open_place},
    crate::enrollment::server::store as studying,
    crate::enrollment::server::viewed::PageReader,
    crate::paths::{CERTIFICATES, certificate_path},
    crate::platform::address,
    crate::platform::auth::guard::require_user,
    crate::platform::error::AppError,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
    crate::player::server::{store, view},
};

/// Returns the learner's courses, last opened first.
#[server(input = server_fn::codec::GetUrl)]
pub async fn my_courses() -> AppResult<Vec<MyCourse>> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| view::my_courses(conn, user, &clock).await)
        .await
}

/// Returns the address at which the learner continues the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn resume_course(course: String) -> AppResult<String> {
    let me = require_user()?;
    let reader = PageReader::of(&me, &course).await?;
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| {
            let user = reader.begin(conn).await?;
            let next = view::resume(conn, user, &course, &clock).await?;
            reader.end(conn).await?;
            Ok(next)
        })
        .await
}

/// Returns a topic, with the results of searching the course for `q`. `again` is the key of a
/// practice question to answer again. Records that the learner opened the topic. A tutor who looks
/// at the course as somebody else gets that person's page, and nothing is recorded.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_topic(
    course: String,
    topic: String,
    q: String,
    #[server(default)] again: String,
) -> AppResult<TopicPage> {
    let me = require_user()?;
    let reader = PageReader::of(&me, &course).await?;
    search::check_length(&q)?;
    let organization = me.cx.organization.organization_id;
    let clock = Clock::of(&me.cx);
    let flash = me.cx.flash.clone();
    me.cx
        .within(async move |conn| {
            let user = reader.begin(conn).await?;
            let practice = (again.as_str(), flash.as_ref());
            let mut page = view::topic(conn, user, course, &topic, practice, &clock).await?;
            if !q.is_empty() {
                page.found =
                    view::search(conn, organization, user, &page.course_slug, q, &clock).await?;
            }
            page.is_view = reader.is_view();
            reader.end(conn).await?;
            Ok(page)
        })
        .await
}

/// Marks a topic as done or not done, then redirects to `next` if it is given. The list of
/// certificates as `next` stands for the certificate of the course.
#[server]
pub async fn mark_done(topic: TopicId, done: bool, next: Option<String>) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let next = next.as_deref().and_then(address::local);
    let wants_certificate = next.as_deref() == Some(CERTIFICATES);
    let certificate = me
        .cx
        .within(async move |conn| {
            let (course, ..) = open_place(conn, user, topic, &clock).await?;
            let is_changed = studying::set_done(conn, user, topic, done).await?;
            if done && is_changed {
                ActivityEvent::fact(course, ActivityKind::TopicDone, clock.now)
                    .in_topic(topic)
                    .record(conn, user)
                    .await?;
            }
            completion::check(conn, user, course, clock.now).await?;
            Ok(match wants_certificate {
                true => certificates::code_of(conn, user, course).await?,
                false => None,
            })
        })
        .await?;
    let next = certificate.as_deref().map(certificate_path).or(next);
    let is_known = |next: &String| {
        ["/learn/", "/courses/", CERTIFICATES]
            .iter()
            .any(|start| next.starts_with(start))
    };
    if let Some(next) = next.filter(is_known) {
        redirect(next);
    }
    Ok(())
}

/// Saves the learner's place in a topic. Absent values are left unchanged. A position near the end
/// of the video marks it as watched.
#[server]
pub async fn save_place(
    topic: TopicId,
    anchor: Option<String>,
    read_percent: Option<i16>,
    position_s: Option<f64>,
    duration_s: Option<f64>,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let is_no_time =
        |seconds: Option<f64>| seconds.is_some_and(|seconds| !(0.0..=360_000.0).contains(&seconds));
    if anchor
        .as_deref()
        .is_some_and(|anchor| anchor.chars().count() > 200)
        || read_percent.is_some_and(|percent| !(0..=100).contains(&percent))
        || is_no_time(position_s)
        || is_no_time(duration_s)
    {
        return Err(AppError::field(
            "",
            "This place in the topic does not exist.",
        ));
    }
    me.cx
        .within(async move |conn| {
            let (course, module_no, _) = studying::place_of(conn, user, topic)
                .await?
                .ok_or_else(not_enrolled)?;
            let place = studying::SavedPlace {
                anchor: anchor.as_deref(),
                read_percent,
                position_s,
            };
            studying::save_place(conn, user, topic, place).await?;
            if super::is_watched(position_s, duration_s) {
                open_place(conn, user, topic, &clock).await?;
                studying::complete_video(conn, user, topic, course, module_no, clock.now).await?;
            }
            Ok(())
        })
        .await
}

/// Chooses the study persona in which the course's topics are told.
#[server]
pub async fn choose_persona(course: String, persona: StudyPersona) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let now = Clock::of(&me.cx).now;
    me.cx
        .within(async move |conn| {
            let studying = studying::studying(conn, user, &course)
                .await?
                .ok_or_else(not_enrolled)?;
            let course = studying.course_id;
            if studying.persona == Some(persona) {
                return Ok(());
            }
            store::set_persona(conn, user, course, persona).await?;
            ActivityEvent::fact(course, ActivityKind::PersonaChanged, now)
                .about(persona.label())
                .record(conn, user)
                .await?;
            Ok(())
        })
        .await
}
