//! Server functions of a cohort's home, and of the news of a course. Each acts for the signed-in
//! member only.

use leptos::prelude::*;

use super::{CohortHome, NewsPage};
use crate::platform::error::AppResult;

#[cfg(feature = "ssr")]
use {
    super::server::{access, course_news, home, notices, work},
    crate::course::CourseTitle,
    crate::enrollment::server::access::not_enrolled,
    crate::enrollment::server::store::studying,
    crate::paths::cohort_home_path,
    crate::platform::address,
    crate::platform::auth::guard::{require_tutor_of_slug, require_user},
    crate::platform::http::server_fns::redirect,
    crate::platform::ids::CohortId,
    crate::platform::time::Clock,
};

/// Returns the home of the member's cohort. Members name a cohort to see another one of theirs,
/// tutors to look at its home.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_cohort_home(
    course: String,
    #[server(default)] cohort: String,
) -> AppResult<CohortHome> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let has_unread = me.viewer.unread > 0 && me.cx.may_write();
    let site = me.cx.link("");
    let wanted = match cohort.as_str() {
        "" => None,
        id => Some(CohortId(id.parse().map_err(|_| access::no_member())?)),
    };
    let slug = course.clone();
    let home = me
        .cx
        .within(async move |conn| {
            let Some((course_id, place)) = access::place(conn, user, &slug, wanted).await? else {
                return Ok(None);
            };
            let cohort = place.membership.cohort_id;
            let with = (&clock, site.as_str());
            let page = home::of_member(conn, user, (course_id, slug), place, with).await?;
            // Marked last: the home shows old messages while they are unread.
            if has_unread {
                notices::seen(conn, user, cohort).await?;
            }
            Ok(Some(page))
        })
        .await?;
    match (home, wanted) {
        (Some(home), _) => Ok(home),
        (None, None) => Err(access::no_member()),
        (None, Some(cohort)) => {
            let tutor = require_tutor_of_slug(&course).await?;
            let clock = Clock::of(&me.cx);
            me.cx
                .within(async move |conn| {
                    home::preview(conn, (tutor.course, course), cohort, &clock).await
                })
                .await
        }
    }
}

/// Returns the announcements to the learners of a course and the messages to this one, and marks
/// them as read.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_news(course: String) -> AppResult<NewsPage> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let may_write = me.cx.may_write();
    me.cx
        .within(async move |conn| {
            let studied = studying(conn, user, &course)
                .await?
                .ok_or_else(not_enrolled)?;
            let id = studied.course_id;
            let announcements = course_news::announcements(conn, id, user, &clock).await?;
            let messages = course_news::messages(conn, id, user, &clock).await?;
            if may_write {
                course_news::seen(conn, user, id).await?;
            }
            Ok(NewsPage {
                course_slug: course,
                course_title: CourseTitle::new(studied.title, studied.language),
                announcements,
                messages,
            })
        })
        .await
}

/// Hands in the member's work on the project of their batch, or changes it.
#[server]
pub async fn hand_in(
    course: String,
    #[server(default)] link: String,
    #[server(default)] text: String,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let (link, text) = work::read(&link, &text)?;
    let home = address::with_query(&cohort_home_path(&course), &[("done", "handed-in")]);
    me.cx
        .within(async move |conn| {
            let (_, membership) = access::posting_member(conn, user, &course).await?;
            work::hand_in(conn, &membership, &link, &text).await
        })
        .await?;
    redirect(home);
    Ok(())
}
