//! Dates that depend on a learner's cohort: those of modules, exams and cold calls. Gates, pages,
//! mails and calendars all ask [`effective_date`], queries its twin `cohort_day`. The times that a
//! member or a batch has for itself come before, from `dates_of_member`.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{Date, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CohortId, CourseId, ExamId, MemberId, UserId};

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

impl CohortStart {
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

/// Times of one exam that a learner or a batch has for itself. None leaves the time of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OwnTimes {
    pub opens_at: Option<DateTime<Utc>>,
    pub closes_at: Option<DateTime<Utc>>,
}

/// The start of a learner's cohort, and the own times of its exams. Empty outside cohorts.
#[derive(Debug, Clone, Default)]
pub struct LearnerDates {
    pub start: Option<CohortStart>,
    exams: HashMap<ExamId, OwnTimes>,
}

#[derive(QueryableByName)]
struct LearnerDateRow {
    #[diesel(sql_type = Date)]
    start_date: NaiveDate,
    #[diesel(sql_type = Text)]
    time_zone: String,
    #[diesel(sql_type = Nullable<Uuid>)]
    exam_id: Option<ExamId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    opens_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closes_at: Option<DateTime<Utc>>,
}

impl LearnerDates {
    /// Returns the dates by the membership that counts for the learner in the course.
    pub async fn of_learner(conn: &mut Conn, user: UserId, course: CourseId) -> QueryResult<Self> {
        let rows: Vec<LearnerDateRow> = statement(
            "select c.start_date, c.time_zone, d.exam_id, d.opens_at, d.closes_at
             from current_membership($1, $2) m
             join cohorts c on c.cohort_id = m.cohort_id
             left join lateral dates_of_member(m.cohort_id, m.batch_no, m.member_id) d on d.exam_id is not null",
        )
        .bind::<Uuid, _>(user)
        .bind::<Uuid, _>(course)
        .load(conn)
        .await?;
        Ok(Self::of(rows))
    }

    /// Returns the dates of a member of a batch. Without a member those of the batch, without a
    /// batch those of the whole cohort.
    pub async fn of_member(
        conn: &mut Conn,
        cohort: CohortId,
        batch_no: Option<i32>,
        member: Option<MemberId>,
    ) -> QueryResult<Self> {
        let rows: Vec<LearnerDateRow> = statement(
            "select c.start_date, c.time_zone, d.exam_id, d.opens_at, d.closes_at
             from cohorts c
             left join lateral dates_of_member(c.cohort_id, $2, $3) d on d.exam_id is not null
             where c.cohort_id = $1",
        )
        .bind::<Uuid, _>(cohort)
        .bind::<Nullable<Int4>, _>(batch_no)
        .bind::<Nullable<Uuid>, _>(member)
        .load(conn)
        .await?;
        Ok(Self::of(rows))
    }

    fn of(rows: Vec<LearnerDateRow>) -> Self {
        let start = <[_]>::first(&rows).map(|row| CohortStart {
            day: row.start_date,
            zone: row.time_zone.parse().unwrap_or(Tz::UTC),
        });
        let exams = rows.into_iter().filter_map(|row| {
            let own = OwnTimes {
                opens_at: row.opens_at,
                closes_at: row.closes_at,
            };
            Some((row.exam_id?, own))
        });
        Self {
            start,
            exams: exams.collect(),
        }
    }

    /// The times of an exam that the learner or the batch has for itself.
    pub fn of_exam(&self, exam: ExamId) -> OwnTimes {
        self.exams.get(&exam).copied().unwrap_or_default()
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
