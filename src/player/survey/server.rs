//! Stores the kind of learner that somebody is in a course.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{QUESTIONS, SurveyPage, classify};
use crate::course::{CourseTitle, LearnerPersona};
use crate::enrollment::server::access::not_enrolled;
use crate::enrollment::server::store as studying;
use crate::platform::db::Conn;
use crate::platform::db::schema::learner_persona_profiles as profiles;
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::ids::{CourseId, UserId};

pub async fn page(conn: &mut Conn, user: UserId, course: String) -> AppResult<SurveyPage> {
    let studying = studying::studying(conn, user, &course)
        .await?
        .ok_or_else(not_enrolled)?;
    let reasons: Option<String> = profiles::table
        .filter(profiles::user_id.eq(user))
        .filter(profiles::course_id.eq(studying.course_id))
        .select(profiles::analysis_summary)
        .first(conn)
        .await
        .optional()?;
    Ok(SurveyPage {
        course_slug: course,
        course_title: CourseTitle::new(studying.title, studying.language),
        persona: studying.learner_persona,
        reasons: reasons.unwrap_or_default(),
    })
}

/// Stores the kind that the answers lead to. Returns false if they lead to none.
pub async fn take(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    answers: &[String],
) -> AppResult<bool> {
    let course = enrolled(conn, user, course).await?;
    let mut problems = FieldProblems::default();
    let mut chosen = Vec::new();
    for (question, answer) in QUESTIONS.iter().zip(answers) {
        let number = answer.parse::<usize>().ok();
        match number.filter(|at| *at < question.options.len()) {
            Some(at) => chosen.push(at),
            None => problems.add(question.field, "Choose one of the answers."),
        }
    }
    problems.check()?;
    match classify(&chosen) {
        Some((kind, reasons)) => {
            let reasons = format!("You said that {}.", reasons.join(", and that "));
            store(conn, user, course, kind, &reasons).await?;
            Ok(true)
        }
        None => {
            remove(conn, user, course).await?;
            Ok(false)
        }
    }
}

/// Stores the kind of this name, or none.
pub async fn choose(conn: &mut Conn, user: UserId, course: &str, kind: &str) -> AppResult<()> {
    let course = enrolled(conn, user, course).await?;
    if kind.is_empty() {
        return Ok(remove(conn, user, course).await?);
    }
    let kind = LearnerPersona::ALL.into_iter().find(|of| of.name() == kind);
    let kind = kind.ok_or_else(|| AppError::field("kind", "Choose one of the answers."))?;
    Ok(store(conn, user, course, kind, "").await?)
}

async fn enrolled(conn: &mut Conn, user: UserId, course: &str) -> AppResult<CourseId> {
    let studying = studying::studying(conn, user, course).await?;
    Ok(studying.ok_or_else(not_enrolled)?.course_id)
}

async fn store(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    kind: LearnerPersona,
    reasons: &str,
) -> QueryResult<()> {
    let values = (
        profiles::persona_key.eq(kind),
        profiles::analysis_summary.eq(reasons),
    );
    diesel::insert_into(profiles::table)
        .values((
            profiles::user_id.eq(user),
            profiles::course_id.eq(course),
            values.clone(),
        ))
        .on_conflict((profiles::user_id, profiles::course_id))
        .do_update()
        .set(values)
        .execute(conn)
        .await
        .map(drop)
}

async fn remove(conn: &mut Conn, user: UserId, course: CourseId) -> QueryResult<()> {
    diesel::delete(profiles::table)
        .filter(profiles::user_id.eq(user))
        .filter(profiles::course_id.eq(course))
        .execute(conn)
        .await
        .map(drop)
}
