//! Server functions of studying. Each acts for the signed-in learner alone, in courses in which they are enrolled.

use leptos::prelude::*;

use super::{Found, MyCourse, TopicPage};
use crate::course::StudyPersona;
use crate::platform::error::AppResult;
use crate::platform::ids::TopicId;

#[cfg(feature = "ssr")]
use {
    super::store,
    super::{Continue, Place, TopicHead, Upcoming, compose, neighbours, topic_path},
    crate::catalog::{may_enrol, store as catalog},
    crate::course::search,
    crate::platform::auth::guard::require_user,
    crate::platform::error::AppError,
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
    crate::platform::ui::Html,
};

#[cfg(feature = "ssr")]
fn not_enrolled() -> AppError {
    AppError::Denied("You are not enrolled in this course. Its page says what it is about and how to join.".to_owned())
}

/// Learners: enrols in a free, published course that is open to everybody, and goes to where it begins.
#[server]
pub async fn enrol(course: String) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let slug = course.clone();
    me.cx
        .within(async move |conn| {
            let row = catalog::course(conn, &course)
                .await?
                .filter(|row| row.is_published && row.retired_at.is_none())
                .ok_or_else(|| AppError::NotFound("There is no course at this address.".to_owned()))?;
            may_enrol(row.price_cents, row.cohort_only).map_err(|why| AppError::Denied(why.to_owned()))?;
            Ok(store::enrol(conn, user, row.course_id).await?)
        })
        .await?;
    redirect(&format!("/learn/{slug}"));
    Ok(())
}

/// Learners: leaves a course. Progress is kept for coming back.
#[server]
pub async fn withdraw(course: String) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let slug = course.clone();
    me.cx
        .within(async move |conn| {
            if let Some(course) = store::course_id(conn, &course).await? {
                store::withdraw(conn, user, course).await?;
            }
            Ok(())
        })
        .await?;
    redirect(&format!("/courses/{slug}"));
    Ok(())
}

/// Learners: their courses, the one opened last first.
#[server(input = server_fn::codec::GetUrl)]
pub async fn my_courses() -> AppResult<Vec<MyCourse>> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| {
            let rows = store::my_courses(conn, user).await?;
            let mut courses = Vec::with_capacity(rows.len());
            for (at, row) in rows.into_iter().enumerate() {
                // Only the course at the top of the page says what comes next in it.
                let upcoming = match at {
                    0 => store::upcoming(conn, user, row.course_id, row.at_topic_id, 4).await?,
                    _ => Vec::new(),
                };
                courses.push(my_course(row, upcoming, &clock));
            }
            Ok(courses)
        })
        .await
}

#[cfg(feature = "ssr")]
fn my_course(row: store::MineRow, upcoming: Vec<(String, String, i32)>, clock: &Clock) -> MyCourse {
    let anchor = row.anchor();
    let continue_at = row.at_slug.as_deref().map(|slug| Continue {
        href: match &anchor {
            Some((id, _)) => format!("{}#{id}", topic_path(&row.slug, slug)),
            None => topic_path(&row.slug, slug),
        },
        title: row.at_title.clone().unwrap_or_default(),
        module: row.at_module.clone().unwrap_or_default(),
        stopped_at: anchor.clone().map(|(_, text)| text),
        minutes: row.at_minutes.unwrap_or_default(),
    });
    MyCourse {
        upcoming: upcoming
            .into_iter()
            .map(|(topic, title, minutes)| Upcoming { href: topic_path(&row.slug, &topic), title, minutes })
            .collect(),
        thumbnail: row.thumbnail_file_id.map(|file| format!("/files/{file}/picture")),
        topics: u32::try_from(row.topics).unwrap_or_default(),
        done: u32::try_from(row.done).unwrap_or_default(),
        is_completed: row.status == super::EnrollmentStatus::Completed,
        last_opened: row.last_opened_at.map(|time| (clock.ago(time), time.to_rfc3339())),
        slug: row.slug,
        title: row.title,
        continue_at,
    }
}

/// Learners: the address at which they continue a course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn resume_course(course: String) -> AppResult<String> {
    let me = require_user()?;
    let user = me.user_id();
    me.cx
        .within(async move |conn| {
            let studying = store::studying(conn, user, &course).await?.ok_or_else(not_enrolled)?;
            store::resume(conn, user, &studying, &course)
                .await?
                .ok_or_else(|| AppError::NotFound("This course has no topics yet.".to_owned()))
        })
        .await
}

/// Learners: a topic of a course in which they are enrolled. Opening it is remembered.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_topic(course: String, topic: String) -> AppResult<TopicPage> {
    let me = require_user()?;
    let user = me.user_id();
    me.cx
        .within(async move |conn| {
            let studying = store::studying(conn, user, &course).await?.ok_or_else(not_enrolled)?;
            let row = store::topic(conn, user, studying.course_id, &topic).await?.ok_or_else(|| {
                AppError::NotFound("There is no topic at this address. It may have been moved or retired.".to_owned())
            })?;
            let wanted = studying.persona.unwrap_or_default();
            let (personas, blocks) = store::blocks(conn, row.topic_id, wanted).await?;
            let assets = match blocks.iter().any(|block| block.content_key.is_some()) {
                true => store::assets(conn, row.topic_id).await?,
                false => Vec::new(),
            };
            store::open(conn, user, studying.course_id, row.topic_id).await?;
            let outline = store::outline(conn, user, studying.course_id).await?;
            let (previous, next) = neighbours(&outline, &course, &row.slug);
            Ok(TopicPage {
                content: Html(compose(&blocks, &assets, studying.learner_persona)),
                place: Place {
                    is_completed: row.is_completed.unwrap_or(false),
                    anchor: row.anchor(),
                    position_s: row.last_position_s.unwrap_or_default() as u32,
                },
                topic: TopicHead {
                    topic_id: row.topic_id,
                    slug: row.slug,
                    title: row.title,
                    module_no: row.module_no,
                    topic_number: row.topic_number,
                    minutes: row.reading_minutes,
                },
                persona: if personas.contains(&wanted) { wanted } else { StudyPersona::Normal },
                course_slug: course,
                course_title: studying.title,
                outline,
                personas,
                previous,
                next,
            })
        })
        .await
}

/// Learners: marks a topic as done or not done; goes on to `next` where the form names it.
#[server]
pub async fn mark_done(topic: TopicId, done: bool, next: Option<String>) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    me.cx
        .within(async move |conn| {
            let course = store::course_of(conn, user, topic).await?.ok_or_else(not_enrolled)?;
            store::set_done(conn, user, topic, done).await?;
            // A gated course is complete when its quizzes say so too.
            let gated = crate::course::store::is_gated(conn, course).await?;
            let (done, total) = store::count_done(conn, user, course).await?;
            Ok(store::set_completed(conn, user, course, total > 0 && done == total && !gated).await?)
        })
        .await?;
    if let Some(next) = next.as_deref().filter(|next| next.starts_with("/learn/")) {
        redirect(next);
    }
    Ok(())
}

/// Learners: remembers where they are in a topic. What is absent stays as it is.
#[server]
pub async fn save_place(
    topic: TopicId,
    anchor: Option<String>,
    read_percent: Option<i16>,
    position_s: Option<f64>,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    if anchor.as_deref().is_some_and(|anchor| anchor.chars().count() > 200)
        || read_percent.is_some_and(|percent| !(0..=100).contains(&percent))
        || position_s.is_some_and(|seconds| !(0.0..=360_000.0).contains(&seconds))
    {
        return Err(AppError::field("", "That is no place in a topic."));
    }
    me.cx
        .within(async move |conn| {
            store::course_of(conn, user, topic).await?.ok_or_else(not_enrolled)?;
            let place = store::SavedPlace { anchor: anchor.as_deref(), read_percent, position_s };
            Ok(store::save_place(conn, user, topic, place).await?)
        })
        .await
}

/// Learners: chooses the narration of a course's topics.
#[server]
pub async fn choose_persona(course: String, persona: StudyPersona) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    me.cx
        .within(async move |conn| {
            let studying = store::studying(conn, user, &course).await?.ok_or_else(not_enrolled)?;
            Ok(store::set_persona(conn, user, studying.course_id, persona).await?)
        })
        .await
}

/// Learners: searches the topics of a course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn search_course(course: String, q: String) -> AppResult<Found> {
    let me = require_user()?;
    let user = me.user_id();
    if q.chars().count() > 200 {
        return Err(AppError::field("q", "Search for at most 200 characters."));
    }
    let organization = me.cx.organization.organization_id;
    me.cx
        .within(async move |conn| {
            let studying = store::studying(conn, user, &course).await?.ok_or_else(not_enrolled)?;
            let Some(query) = search::read(conn, organization, Some(studying.course_id), &q).await? else {
                return Ok(Found::default());
            };
            let hits = store::search(conn, organization, studying.course_id, &course, &query).await?;
            Ok(Found { hits, corrected: query.corrected })
        })
        .await
}
