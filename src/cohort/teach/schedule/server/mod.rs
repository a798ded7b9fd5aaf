//! Reads and writes the rules by which modules open.

mod own_times;

use std::collections::HashMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Int4, Nullable, Uuid};
use diesel_async::RunQueryDsl;

use super::{MOST_DAYS, OwnTimesFields, RuleFields, RuleKind, SchedulePage, ScheduledModule};
use crate::cohort::MemberStatus;
use crate::cohort::server::store::{self as cohorts, Cohort};
use crate::cohort::teach::server::check;
use crate::cohort::teach::server::view::no_cohort;
use crate::course::server::shared;
use crate::course::server::store as courses;
use crate::platform::db::schema::{cohort_members, cohort_module_rules};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{CohortId, CourseId, MemberId};
use crate::platform::time::Clock;

/// Members whose addresses the page offers.
const OFFERED_MEMBERS: i64 = 500;

/// The people that rules are for.
struct Scope {
    batch_no: Option<i32>,
    member: Option<MemberId>,
    /// Batch whose rules apply where the scope has none.
    of_batch: Option<i32>,
    said: String,
}

async fn scope(conn: &mut Conn, cohort: CohortId, whom: &str) -> AppResult<Scope> {
    if whom.is_empty() {
        return Ok(Scope {
            batch_no: None,
            member: None,
            of_batch: None,
            said: "the whole cohort".to_owned(),
        });
    }
    if let Some(batch) = whom.strip_prefix("batch-") {
        let batch = check::batch(batch).ok().flatten();
        let batch =
            batch.ok_or_else(|| AppError::NotFound("There is no such batch.".to_owned()))?;
        return Ok(Scope {
            batch_no: Some(batch),
            member: None,
            of_batch: Some(batch),
            said: format!("batch {batch}"),
        });
    }
    let found: Option<(MemberId, i32)> = cohort_members::table
        .filter(cohort_members::cohort_id.eq(cohort))
        .filter(cohort_members::email.eq(whom.trim().to_lowercase()))
        .select((cohort_members::member_id, cohort_members::batch_no))
        .first(conn)
        .await
        .optional()?;
    let (member, batch) = found.ok_or_else(|| {
        AppError::NotFound("No member of this cohort has this email address.".to_owned())
    })?;
    Ok(Scope {
        batch_no: None,
        member: Some(member),
        of_batch: Some(batch),
        said: whom.trim().to_lowercase(),
    })
}

async fn require(conn: &mut Conn, course: CourseId, cohort: CohortId) -> AppResult<Cohort> {
    cohorts::cohort(conn, course, cohort)
        .await?
        .ok_or_else(no_cohort)
}

/// Returns the page of the rules for somebody; see `schedule_path`.
pub async fn page(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
    whom: &str,
) -> AppResult<SchedulePage> {
    let cohort = require(conn, course, cohort).await?;
    let id = cohort.cohort_id;
    let scope = scope(conn, id, whom).await?;
    let own: Vec<(i32, Option<NaiveDate>, Option<i32>)> = cohort_module_rules::table
        .filter(cohort_module_rules::cohort_id.eq(id))
        .filter(cohort_module_rules::batch_no.is_not_distinct_from(scope.batch_no))
        .filter(cohort_module_rules::member_id.is_not_distinct_from(scope.member))
        .select((
            cohort_module_rules::module_no,
            cohort_module_rules::opens_on,
            cohort_module_rules::days_after_start,
        ))
        .load(conn)
        .await?;
    let mut own: HashMap<i32, RuleFields> = own
        .into_iter()
        .map(|(module_no, date, days)| (module_no, fields(module_no, date, days)))
        .collect();
    let openings = cohorts::openings(conn, &cohort, scope.of_batch, scope.member).await?;
    // Days of a cohort are told in its own time zone.
    let clock = Clock {
        zone: cohort.time_zone.parse().unwrap_or(Tz::UTC),
        now: cohort.starts_at,
    };
    let is_whole = whom.is_empty();
    let shared = shared::course(conn, course, None).await?;
    let modules = shared.modules.iter().map(|module| {
        let fallback = RuleFields {
            module_no: module.number,
            kind: match is_whole {
                true => RuleKind::AfterGate,
                false => RuleKind::Inherited,
            },
            ..RuleFields::default()
        };
        ScheduledModule {
            title: module.title.clone(),
            rule: own.remove(&module.number).unwrap_or(fallback),
            opens: openings.get(&module.number).map(|at| clock.date(*at)),
        }
    });
    let modules = modules.collect();
    let batches = cohort_members::table
        .filter(cohort_members::cohort_id.eq(id))
        .select(cohort_members::batch_no)
        .distinct()
        .order(cohort_members::batch_no)
        .load(conn)
        .await?;
    let [exams, cold_calls, exercises] = match is_whole {
        true => Default::default(),
        false => own_times::lists(conn, &cohort, &scope).await?,
    };
    let members = cohort_members::table
        .filter(cohort_members::cohort_id.eq(id))
        .filter(cohort_members::status.ne(MemberStatus::Removed))
        .select(cohort_members::email)
        .order(cohort_members::email)
        .limit(OFFERED_MEMBERS)
        .load(conn)
        .await?;
    Ok(SchedulePage {
        course_title: courses::title(conn, course).await?,
        cohort_id: id,
        days: format!("{} ({})", cohort.days(), cohort.time_zone),
        cohort_title: cohort.title,
        whom: whom.to_owned(),
        said: scope.said,
        batches,
        members,
        modules,
        exams,
        cold_calls,
        exercises,
    })
}

fn fields(module_no: i32, date: Option<NaiveDate>, days: Option<i32>) -> RuleFields {
    RuleFields {
        module_no,
        kind: match (date, days) {
            (Some(_), _) => RuleKind::OnDate,
            (None, Some(_)) => RuleKind::AfterStart,
            (None, None) => RuleKind::AfterGate,
        },
        date: date.map(|date| date.to_string()).unwrap_or_default(),
        days: days.map(|days| days.to_string()).unwrap_or_default(),
    }
}

/// A rule to store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredRule {
    module_no: i32,
    opens_on: Option<NaiveDate>,
    days_after_start: Option<i32>,
}

/// Reads the rules, leaving out those that are inherited.
pub fn read(rules: &[RuleFields]) -> AppResult<Vec<StoredRule>> {
    let mut stored = Vec::new();
    let mut problems = Vec::new();
    for rule in rules {
        let mut problem = |why: String| {
            let sentence = format!("Module {}: {why}", rule.module_no);
            problems.push((String::new(), sentence));
        };
        let (mut opens_on, mut days_after_start) = (None, None);
        match rule.kind {
            RuleKind::Inherited => continue,
            RuleKind::AfterGate => {}
            RuleKind::OnDate => match check::date(&rule.date) {
                Some(date) => opens_on = Some(date),
                None => problem("enter the date.".to_owned()),
            },
            RuleKind::AfterStart => match rule.days.trim().parse() {
                Ok(days @ 0..=MOST_DAYS) => days_after_start = Some(days),
                _ => problem(format!(
                    "enter a number of days from 0 to {}.",
                    figures::number(MOST_DAYS as usize)
                )),
            },
        }
        stored.push(StoredRule {
            module_no: rule.module_no,
            opens_on,
            days_after_start,
        });
    }
    match problems.is_empty() {
        true => Ok(stored),
        false => Err(AppError::Invalid(problems)),
    }
}

/// Replaces the rules for somebody, and the times of these exams, cold calls and exercises. Those
/// that the course does not have are left out, also its modules. Returns how many own times there
/// are then.
pub async fn save(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
    whom: &str,
    (rules, times): (&[StoredRule], [&[OwnTimesFields]; 3]),
) -> AppResult<usize> {
    let place = require(conn, course, cohort).await?;
    cohorts::hold(conn, course).await?;
    let scope = scope(conn, cohort, whom).await?;
    let own = match whom.is_empty() {
        true => 0,
        false => own_times::save(conn, &place, &scope, times).await?,
    };
    diesel::delete(cohort_module_rules::table)
        .filter(cohort_module_rules::cohort_id.eq(cohort))
        .filter(cohort_module_rules::batch_no.is_not_distinct_from(scope.batch_no))
        .filter(cohort_module_rules::member_id.is_not_distinct_from(scope.member))
        .execute(conn)
        .await?;
    let modules: Vec<i32> = rules.iter().map(|rule| rule.module_no).collect();
    let dates: Vec<Option<NaiveDate>> = rules.iter().map(|rule| rule.opens_on).collect();
    let days: Vec<Option<i32>> = rules.iter().map(|rule| rule.days_after_start).collect();
    statement(
        "insert into cohort_module_rules (cohort_id, batch_no, member_id, module_no, opens_on, days_after_start)
         select distinct on (x.module_no) $1, $2, $3, x.module_no, x.opens_on, x.days
         from unnest($4, $5, $6) as x (module_no, opens_on, days)
         where exists (select from topics t where t.course_id = $7 and t.module_no = x.module_no)",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Nullable<Int4>, _>(scope.batch_no)
    .bind::<Nullable<Uuid>, _>(scope.member)
    .bind::<Array<Int4>, _>(modules)
    .bind::<Array<Nullable<Date>>, _>(dates)
    .bind::<Array<Nullable<Int4>>, _>(days)
    .bind::<Uuid, _>(course)
    .execute(conn)
    .await?;
    Ok(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_needs_its_date_or_its_days() {
        let rule = |kind, date: &str, days: &str| RuleFields {
            module_no: 2,
            kind,
            date: date.to_owned(),
            days: days.to_owned(),
        };
        let kept = read(&[
            rule(RuleKind::Inherited, "x", "x"),
            rule(RuleKind::AfterGate, "x", "x"),
            rule(RuleKind::OnDate, "2026-03-01", "x"),
            rule(RuleKind::AfterStart, "x", "7"),
        ])
        .unwrap();
        let days: Vec<Option<i32>> = kept.iter().map(|rule| rule.days_after_start).collect();
        assert_eq!(days, [None, None, Some(7)]);
        assert_eq!(kept[1].opens_on.unwrap().to_string(), "2026-03-01");
        for wrong in [
            rule(RuleKind::OnDate, "", "7"),
            rule(RuleKind::OnDate, "9999-03-01", ""),
            rule(RuleKind::AfterStart, "2026-03-01", ""),
            rule(RuleKind::AfterStart, "", "-1"),
            rule(RuleKind::AfterStart, "", "99999999999"),
        ] {
            let said = read(&[wrong]).unwrap_err().to_string();
            assert!(said.starts_with("Module 2: enter"), "{said}");
        }
    }
}
