//! Loads, checks and saves the settings of a course's quizzes.

use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{MAX_QUESTIONS, QuizSettings, SettingsPage};
use crate::course::CourseTitle;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::db::schema::{course_quiz_settings, courses};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::CourseId;

type QuizSettingsRow = (
    (String, String),
    i32,
    i32,
    Option<i32>,
    i32,
    bool,
    Option<(Option<i32>, i32, bool)>,
);

pub async fn page(conn: &mut Conn, course: CourseId) -> AppResult<SettingsPage> {
    let ((title, language), questions, pass, seconds, cooldown, gated, special): QuizSettingsRow =
        courses::table
            .left_join(course_quiz_settings::table)
            .filter(courses::course_id.eq(course))
            .select((
                (courses::title, courses::language),
                courses::questions_per_attempt,
                courses::passing_score_percent,
                courses::seconds_per_question,
                courses::cooldown_days,
                courses::is_gated,
                (
                    course_quiz_settings::attempts_allowed,
                    course_quiz_settings::retry_wait_minutes,
                    course_quiz_settings::partial_credit,
                )
                    .nullable(),
            ))
            .first(conn)
            .await?;
    let (allowed, wait, partial_credit) = special.unwrap_or((None, 0, false));
    let number = |number: Option<i32>| number.map(|n| n.to_string()).unwrap_or_default();
    let ticked = |is_on: bool| is_on.then(|| "true".to_owned());
    Ok(SettingsPage {
        course_title: CourseTitle::new(title, language),
        settings: QuizSettings {
            questions_per_attempt: number(Some(questions)),
            passing_score_percent: number(Some(pass)),
            seconds_per_question: number(seconds),
            attempts_allowed: number(allowed),
            retry_wait_minutes: number(Some(wait)),
            cooldown_days: number(Some(cooldown)),
            partial_credit: ticked(partial_credit),
            is_gated: ticked(gated),
        },
    })
}

/// The settings as the database stores them.
struct Checked {
    questions_per_attempt: i32,
    passing_score_percent: i32,
    seconds_per_question: Option<i32>,
    attempts_allowed: Option<i32>,
    retry_wait_minutes: i32,
    cooldown_days: i32,
}

fn check(sent: &QuizSettings) -> AppResult<Checked> {
    let mut problems = Vec::new();
    let mut number = |field: &str, text: &str, least: i32, most: i32| {
        let found = text.trim().parse::<i32>().ok();
        let found = found.filter(|number| (least..=most).contains(number));
        if found.is_none() {
            problems.push((
                field.to_owned(),
                format!("Enter a whole number from {least} to {most}."),
            ));
        }
        found.unwrap_or(least)
    };
    let questions_per_attempt = number(
        "questions_per_attempt",
        &sent.questions_per_attempt,
        1,
        MAX_QUESTIONS,
    );
    let passing_score_percent =
        number("passing_score_percent", &sent.passing_score_percent, 1, 100);
    let retry_wait_minutes = number("retry_wait_minutes", &sent.retry_wait_minutes, 0, 43_200);
    let cooldown_days = number("cooldown_days", &sent.cooldown_days, 0, 365);
    let mut unless_empty = |field: &str, text: &str, least: i32, most: i32| {
        (!text.trim().is_empty()).then(|| number(field, text, least, most))
    };
    let seconds_per_question =
        unless_empty("seconds_per_question", &sent.seconds_per_question, 5, 3600);
    let attempts_allowed = unless_empty("attempts_allowed", &sent.attempts_allowed, 1, 100);
    match problems.is_empty() {
        true => Ok(Checked {
            questions_per_attempt,
            passing_score_percent,
            seconds_per_question,
            attempts_allowed,
            retry_wait_minutes,
            cooldown_days,
        }),
        false => Err(AppError::Invalid(problems)),
    }
}

/// Saves the settings. Running attempts keep the settings with which they began.
pub async fn save(conn: &mut Conn, tutor: &TutorOf, sent: QuizSettings) -> AppResult<()> {
    let checked = check(&sent)?;
    let before = page(conn, tutor.course).await?.settings;
    diesel::update(courses::table.find(tutor.course))
        .set((
            courses::questions_per_attempt.eq(checked.questions_per_attempt),
            courses::passing_score_percent.eq(checked.passing_score_percent),
            courses::seconds_per_question.eq(checked.seconds_per_question),
            courses::cooldown_days.eq(checked.cooldown_days),
            courses::is_gated.eq(sent.is_gated.is_some()),
        ))
        .execute(conn)
        .await?;
    let special = (
        course_quiz_settings::attempts_allowed.eq(checked.attempts_allowed),
        course_quiz_settings::retry_wait_minutes.eq(checked.retry_wait_minutes),
        course_quiz_settings::partial_credit.eq(sent.partial_credit.is_some()),
        course_quiz_settings::edited_at.eq(Utc::now()),
    );
    diesel::insert_into(course_quiz_settings::table)
        .values((course_quiz_settings::course_id.eq(tutor.course), special))
        .on_conflict(course_quiz_settings::course_id)
        .do_update()
        .set(special)
        .execute(conn)
        .await?;
    AuditEntry::done("course.quiz_settings")
        .of("course", tutor.course)
        .by(&tutor.signed_in.cx)
        .change(Some(json!(before)), Some(json!(sent)))
        .write(conn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_be_are_refused_at_their_fields() {
        let usual = QuizSettings {
            questions_per_attempt: "5".into(),
            passing_score_percent: "70".into(),
            retry_wait_minutes: "0".into(),
            cooldown_days: "7".into(),
            ..QuizSettings::default()
        };
        let checked = check(&usual).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            (checked.seconds_per_question, checked.attempts_allowed),
            (None, None)
        );
        let wrong = QuizSettings {
            questions_per_attempt: "21".into(),
            passing_score_percent: "0".into(),
            seconds_per_question: "soon".into(),
            attempts_allowed: "-1".into(),
            ..usual
        };
        let Err(AppError::Invalid(problems)) = check(&wrong) else {
            panic!("refused")
        };
        let fields: Vec<&str> = problems.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "questions_per_attempt",
                "passing_score_percent",
                "seconds_per_question",
                "attempts_allowed"
            ]
        );
    }
}
