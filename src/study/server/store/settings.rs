//! Settings of a learner's library.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::platform::db::Conn;
use crate::platform::db::schema::study_settings;
use crate::platform::ids::UserId;

/// Settings that decide which cards are shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudyLimits {
    /// The probability of recall at which a card comes back.
    pub desired_retention: f32,
    pub new_per_day: i32,
    pub reviews_per_day: i32,
    /// True if wrong answers become cards.
    pub from_answers: bool,
}

impl Default for StudyLimits {
    fn default() -> Self {
        Self {
            desired_retention: 0.9,
            new_per_day: 20,
            reviews_per_day: 200,
            from_answers: true,
        }
    }
}

/// Returns the learner's settings, or the defaults.
pub async fn limits(conn: &mut Conn, user: UserId) -> QueryResult<StudyLimits> {
    let row: Option<(f32, i32, i32, bool)> = study_settings::table
        .find(user)
        .select((
            study_settings::desired_retention,
            study_settings::new_per_day,
            study_settings::reviews_per_day,
            study_settings::from_answers,
        ))
        .first(conn)
        .await
        .optional()?;
    Ok(row.map_or_else(StudyLimits::default, |row| StudyLimits {
        desired_retention: row.0,
        new_per_day: row.1,
        reviews_per_day: row.2,
        from_answers: row.3,
    }))
}

pub async fn save(conn: &mut Conn, user: UserId, limits: StudyLimits) -> QueryResult<()> {
    let values = (
        study_settings::desired_retention.eq(limits.desired_retention),
        study_settings::new_per_day.eq(limits.new_per_day),
        study_settings::reviews_per_day.eq(limits.reviews_per_day),
        study_settings::from_answers.eq(limits.from_answers),
    );
    diesel::insert_into(study_settings::table)
        .values((study_settings::user_id.eq(user), values))
        .on_conflict(study_settings::user_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await
        .map(drop)
}
