//! The settings of a course's AI tutor.

use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::db::schema::course_tutor_settings;
use crate::platform::error::AppResult;
use crate::platform::ids::CourseId;
use crate::teaching::server::fields;
use crate::tutor_chat::desk::{MOST_TYPED_QUESTIONS, TutorSettings, TutorSettingsForm, TutorTone};

/// Returns the settings of the course: the defaults if nobody has changed them.
pub async fn settings(conn: &mut Conn, course: CourseId) -> QueryResult<TutorSettings> {
    let stored: Option<(bool, i32, bool, bool, String)> = course_tutor_settings::table
        .find(course)
        .select((
            course_tutor_settings::is_on,
            course_tutor_settings::questions_per_module,
            course_tutor_settings::hints_first,
            course_tutor_settings::tutors_may_read,
            course_tutor_settings::tone,
        ))
        .first(conn)
        .await
        .optional()?;
    let read = |(is_on, questions_per_module, hints_first, tutors_may_read, tone): (
        bool,
        i32,
        bool,
        bool,
        String,
    )| TutorSettings {
        is_on,
        questions_per_module,
        hints_first,
        tutors_may_read,
        tone: TutorTone::parse(&tone),
    };
    Ok(stored.map(read).unwrap_or_default())
}

/// Saves the settings that a tutor has sent.
pub async fn save(conn: &mut Conn, tutor: &TutorOf, form: &TutorSettingsForm) -> AppResult<()> {
    let wanted = TutorSettings {
        is_on: form.is_on.is_some(),
        questions_per_module: fields::number(
            "questions_per_module",
            &form.questions_per_module,
            MOST_TYPED_QUESTIONS,
        )?,
        hints_first: form.hints_first.is_some(),
        tutors_may_read: form.tutors_may_read.is_some(),
        tone: TutorTone::parse(&form.tone),
    };
    let before = settings(conn, tutor.course).await?;
    if wanted == before {
        return Ok(());
    }
    let values = (
        course_tutor_settings::is_on.eq(wanted.is_on),
        course_tutor_settings::questions_per_module.eq(wanted.questions_per_module),
        course_tutor_settings::hints_first.eq(wanted.hints_first),
        course_tutor_settings::tutors_may_read.eq(wanted.tutors_may_read),
        course_tutor_settings::tone.eq(wanted.tone.name()),
    );
    let since = wanted.tutors_may_read.then(Utc::now);
    diesel::insert_into(course_tutor_settings::table)
        .values((course_tutor_settings::course_id.eq(tutor.course), values))
        .on_conflict(course_tutor_settings::course_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    if wanted.tutors_may_read != before.tutors_may_read {
        diesel::update(course_tutor_settings::table.find(tutor.course))
            .set(course_tutor_settings::may_read_since.eq(since))
            .execute(conn)
            .await?;
    }
    AuditEntry::done("tutor_chat.settings_saved")
        .of("course", tutor.course)
        .change(Some(json!(before)), Some(json!(wanted)))
        .by(&tutor.signed_in.cx)
        .write(conn)
        .await?;
    Ok(())
}
