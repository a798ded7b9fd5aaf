//! Server functions of grades.

use std::collections::HashMap;

use leptos::prelude::*;

use super::{GradeColumnPage, GradingPage, MyGradePage};
use crate::platform::error::AppResult;
use crate::platform::ids::GradeColumnId;

#[cfg(feature = "ssr")]
use {
    super::server::{self, SentRule, my_grade},
    super::{grade_column_path, grading_path},
    crate::platform::auth::guard::{require_tutor_of_slug, require_user},
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
};

/// Returns the rule and the columns of the course. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_grading(course: String) -> AppResult<GradingPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let id = tutor.course;
    (tutor.signed_in.cx)
        .within(async move |conn| server::page(conn, id, course).await)
        .await
}

/// Saves the rule. A course whose weights are all 0 has no grade. Requires a tutor of the course.
#[server]
pub async fn save_grading(
    course: String,
    quiz_weight: String,
    exam_weight: String,
    work_weight: String,
    column_weight: String,
    drop_lowest: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let sent = SentRule {
        weights: [quiz_weight, exam_weight, work_weight, column_weight],
        drop_lowest,
    };
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| server::save(conn, &tutor, sent).await)
        .await
}

/// Adds a column. Requires a tutor of the course.
#[server]
pub async fn add_grade_column(course: String, title: String, max_points: String) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let column = cx
        .within(async move |conn| server::add_column(conn, &tutor, &title, &max_points).await)
        .await?;
    redirect(grade_column_path(&course, column, 0));
    Ok(())
}

/// Deletes a column with its points. Requires a tutor of the course.
#[server]
pub async fn delete_grade_column(course: String, column: GradeColumnId) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| server::delete_column(conn, &tutor, column).await)
        .await?;
    redirect(grading_path(&course));
    Ok(())
}

/// Returns one page of a column. Requires a tutor of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_grade_column(
    course: String,
    column: String,
    page: u32,
) -> AppResult<GradeColumnPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let id = tutor.course;
    let column = column
        .parse()
        .map(GradeColumnId)
        .map_err(|_| server::no_column())?;
    (tutor.signed_in.cx)
        .within(async move |conn| server::column_page(conn, (id, course), column, page).await)
        .await
}

/// Saves the points of some learners in a column. An empty field takes the points away. Requires a
/// tutor of the course.
#[server]
pub async fn save_grade_entries(
    course: String,
    column: GradeColumnId,
    #[server(default)] points: HashMap<String, String>,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    cx.within(async move |conn| server::save_entries(conn, &tutor, column, points).await)
        .await
}

/// Returns the learner's own grade, and the one with the results that they suppose.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_my_grade(
    course: String,
    #[server(default)] supposed: HashMap<String, String>,
) -> AppResult<MyGradePage> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| my_grade::page(conn, user, course, supposed, &clock).await)
        .await
}
