//! Dates that depend on the start of a learner's cohort: those of modules, exams and cold calls.
//! Gates, pages, mails and calendars all ask [`effective_date`], queries its twin `cohort_day`.

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{Date, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, UserId};

/// A rule for one module, in the order of precedence: of a member, of a batch, of the cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpeningRule {
    /// Opens at the beginning of this day.
    On(NaiveDate),
    /// Opens at the beginning of the day so many days after the cohort's first one.
    AfterStart(u32),
    /// Opens by its gate alone.
    AfterGate,
}

impl OpeningRule {
    /// Reads the columns of a row; see the migration module_rules.
    pub fn of(opens_on: Option<NaiveDate>, days_after_start: Option<i32>) -> Self {
        match (opens_on, days_after_start) {
            (Some(day), _) => Self::On(day),
            (None, Some(days)) => Self::AfterStart(u32::try_from(days).unwrap_or(0)),
            (None, None) => Self::AfterGate,
        }
    }
}

/// The earliest time at which a module opens by the rule, in a cohort with this first day. None if
/// its gate alone decides. The gate holds the module back for longer if it opens later.
pub fn effective_date(rule: OpeningRule, start_date: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let day = match rule {
        OpeningRule::On(day) => day,
        OpeningRule::AfterStart(days) => start_date.checked_add_days(Days::new(u64::from(days)))?,
        OpeningRule::AfterGate => return None,
    };
    beginning(day, zone)
}

/// First day of a cohort, and its time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CohortStart {
    pub day: NaiveDate,
    pub zone: Tz,
}

#[derive(QueryableByName)]
struct StartRow {
    #[diesel(sql_type = Date)]
    start_date: NaiveDate,
    #[diesel(sql_type = Text)]
    time_zone: String,
}

impl CohortStart {
    /// Returns the start of the cohort that counts for the learner in the course. None for learners
    /// outside cohorts.
    pub async fn of_learner(
        conn: &mut Conn,
        user: UserId,
        course: CourseId,
    ) -> QueryResult<Option<Self>> {
        let row: Option<StartRow> = statement(
            "select c.start_date, c.time_zone
             from current_membership($1, $2) m join cohorts c on c.cohort_id = m.cohort_id",
        )
        .bind::<Uuid, _>(user)
        .bind::<Uuid, _>(course)
        .get_result(conn)
        .await
        .optional()?;
        Ok(row.map(|row| Self {
            day: row.start_date,
            zone: row.time_zone.parse().unwrap_or(Tz::UTC),
        }))
    }

    /// The beginning of the day so many days after the start.
    pub fn day_after(self, days: i32) -> Option<DateTime<Utc>> {
        let rule = OpeningRule::AfterStart(u32::try_from(days).ok()?);
        effective_date(rule, self.day, self.zone)
    }

    /// The end of the day so many days after the start.
    pub fn end_of_day_after(self, days: i32) -> Option<DateTime<Utc>> {
        self.day_after(days.checked_add(1)?)
    }
}

/// The first instant of a day. It is later than midnight on a day whose midnight clocks skip.
pub fn beginning(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    (0..24).find_map(|hour| {
        let time = day.and_hms_opt(hour, 0, 0)?;
        let time = zone.from_local_datetime(&time).earliest()?;
        Some(time.with_timezone(&Utc))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_rule_gives_a_day_in_the_cohorts_zone() {
        let (start, zone) = (day("2026-03-02"), chrono_tz::Asia::Kolkata);
        let date = |rule| effective_date(rule, start, zone).map(|at| at.to_rfc3339());
        let expected = |text: &str| Some(text.to_owned());
        assert_eq!(
            date(OpeningRule::On(day("2026-04-01"))),
            expected("2026-03-31T18:30:00+00:00")
        );
        assert_eq!(
            date(OpeningRule::AfterStart(0)),
            expected("2026-03-01T18:30:00+00:00")
        );
        assert_eq!(
            date(OpeningRule::AfterStart(7)),
            expected("2026-03-08T18:30:00+00:00")
        );
        assert_eq!(date(OpeningRule::AfterGate), None);
        // Clocks in Beirut skip midnight when summer time begins.
        let beirut = effective_date(
            OpeningRule::On(day("2026-03-29")),
            start,
            chrono_tz::Asia::Beirut,
        );
        assert_eq!(
            beirut.map(|at| at.to_rfc3339()),
            expected("2026-03-28T22:00:00+00:00")
        );
    }

    proptest! {
        #[test]
        fn more_days_are_never_earlier(days in 0u32..4_000, more in 0u32..400) {
            let date = |days| effective_date(OpeningRule::AfterStart(days), day("2026-03-02"), chrono_tz::America::Sao_Paulo);
            prop_assert!(date(days) <= date(days + more));
            prop_assert!(date(days).is_some());
        }
    }
}
