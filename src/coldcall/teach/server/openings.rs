//! The prompts of running cohorts, with the days on which they opened to each cohort.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::cohort::server::cold_calls::{cohort_state, opening, overrides};
use crate::enrollment::server::opening::{OpeningRule, effective_date};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CohortId, PromptId};

/// Days for which a prompt is recent.
const RECENT_DAYS: i64 = 14;

/// A prompt in a cohort that runs now.
#[derive(Debug, Clone, QueryableByName)]
pub struct CohortPrompt {
    #[diesel(sql_type = SqlUuid)]
    pub prompt_id: PromptId,
    #[diesel(sql_type = SqlUuid)]
    pub cohort_id: CohortId,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    opens_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closes_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    is_locked: bool,
    /// True if anybody in the cohort has written below it.
    #[diesel(sql_type = Bool)]
    pub is_answered: bool,
    /// First day and time zone of the cohort.
    #[diesel(sql_type = Date)]
    start_date: NaiveDate,
    #[diesel(sql_type = Text)]
    time_zone: String,
    /// The cohort's rule for the module.
    #[diesel(sql_type = Nullable<Date>)]
    opens_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Int4>)]
    days_after_start: Option<i32>,
}

impl CohortPrompt {
    /// Time at which it opened or opens to the cohort. None if no day is set for it.
    fn opening(&self) -> Option<DateTime<Utc>> {
        let zone = self.time_zone.parse().unwrap_or(Tz::UTC);
        let rule = OpeningRule::of(self.opens_on, self.days_after_start);
        self.opens_at
            .max(effective_date(rule, self.start_date, zone))
    }

    fn has_opened(&self, now: DateTime<Utc>) -> bool {
        self.opening().is_none_or(|at| at <= now)
    }

    /// True if members can answer it now.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.has_opened(now) && !self.is_locked && self.closes_at.is_none_or(|at| at > now)
    }

    /// True if it opened within the last days. A prompt without a day of opening is recent while it
    /// is open.
    pub fn is_recent(&self, now: DateTime<Utc>) -> bool {
        match self.opening() {
            Some(at) => at <= now && now - at < TimeDelta::days(RECENT_DAYS),
            None => self.is_open(now),
        }
    }
}

/// Returns the prompts of each running cohort of the courses, newest cohort first, in the order of
/// the course.
pub async fn of_running_cohorts(
    conn: &mut Conn,
    courses: &[Uuid],
) -> QueryResult<Vec<CohortPrompt>> {
    let (opening, state) = (opening("c.cohort_id"), cohort_state("c.cohort_id"));
    let overrides = overrides("c.cohort_id", "null", "null");
    statement(format!(
        "select p.prompt_id, c.cohort_id, {opening} as opens_at, {state}, c.start_date, c.time_zone, r.opens_on,
                r.days_after_start,
                exists (select from cold_call_messages m
                        where m.prompt_id = p.prompt_id and m.cohort_id = c.cohort_id
                          and m.deleted_at is null) as is_answered
         from cold_call_prompts p
         join cohorts c on c.course_id = p.course_id
         join topics t on t.topic_id = p.topic_id
         {overrides}
         left join prevailing_module_rules(c.cohort_id, null, null) r on r.module_no = t.module_no
         where p.course_id = any($1) and p.retired_at is null and t.retired_at is null
           and ({opening} is null or {opening} <= now())
           and c.is_active and c.starts_at <= now() and (c.ends_at is null or c.ends_at > now())
         order by c.starts_at desc, c.cohort_id, t.module_no, t.topic_number, p.display_order limit 5000"
    ))
    .bind::<Array<SqlUuid>, _>(courses)
    .load(conn)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt() -> CohortPrompt {
        CohortPrompt {
            prompt_id: PromptId(Uuid::nil()),
            cohort_id: CohortId(Uuid::nil()),
            opens_at: None,
            closes_at: None,
            is_locked: false,
            is_answered: false,
            start_date: "2026-03-02".parse().unwrap(),
            time_zone: "Asia/Kolkata".to_owned(),
            opens_on: None,
            days_after_start: None,
        }
    }

    #[test]
    fn a_prompt_is_recent_for_a_fortnight_after_its_module_opened() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let later = CohortPrompt {
            days_after_start: Some(7),
            ..prompt()
        };
        // The day begins in India.
        assert!(!later.is_open(at("2026-03-08T18:29:59Z")));
        assert!(later.is_open(at("2026-03-08T18:30:00Z")));
        assert!(later.is_recent(at("2026-03-22T18:00:00Z")));
        assert!(!later.is_recent(at("2026-03-22T18:30:00Z")));
        assert!(later.is_open(at("2026-04-22T00:00:00Z")));
        let own = CohortPrompt {
            opens_at: Some(at("2026-03-20T00:00:00Z")),
            ..later
        };
        assert!(
            !own.is_open(at("2026-03-19T00:00:00Z")) && own.is_recent(at("2026-04-02T00:00:00Z"))
        );
    }

    #[test]
    fn a_prompt_without_a_day_is_recent_while_it_is_open() {
        let now = "2026-09-01T00:00:00Z".parse().unwrap();
        assert!(prompt().is_recent(now));
        let locked = CohortPrompt {
            is_locked: true,
            ..prompt()
        };
        assert!(!locked.is_recent(now) && !locked.is_open(now));
        let closed = CohortPrompt {
            closes_at: Some(now),
            ..prompt()
        };
        assert!(!closed.is_recent(now));
    }
}
