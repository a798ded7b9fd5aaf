//! Queries of cohorts, and of the membership that a person has in a course.

mod members;

pub use self::members::{
    Joined, Leaving, LeftMembership, NewMember, PlannedMember, add_member, admit_member,
    apply_members, hold, move_back, plan_members,
};

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::standing::CohortStanding;
use crate::enrollment::server::opening::{OpeningRule, effective_date};
use crate::platform::db::schema::cohorts;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CohortId, CourseId, MemberId, UserId};
use crate::platform::time::Clock;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = cohorts)]
pub struct Cohort {
    pub cohort_id: CohortId,
    pub course_id: CourseId,
    pub title: String,
    /// First and last day in the cohort's time zone. The last day belongs to the cohort.
    pub start_date: NaiveDate,
    pub end_date: Option<NaiveDate>,
    pub time_zone: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: Option<DateTime<Utc>>,
    pub is_active: bool,
}

impl Cohort {
    pub fn standing(&self, now: DateTime<Utc>) -> CohortStanding {
        CohortStanding::at(self.starts_at, self.ends_at, now)
    }

    /// Tells times in the cohort's time zone.
    pub fn clock(&self) -> Clock {
        Clock {
            zone: self.time_zone.parse().unwrap_or(Tz::UTC),
            now: Utc::now(),
        }
    }

    /// Formats the days as "12 January 2026 – 8 March 2026".
    pub fn days(&self) -> String {
        days(self.start_date, self.end_date)
    }
}

pub fn days(first: NaiveDate, last: Option<NaiveDate>) -> String {
    match last {
        Some(last) => format!("{} – {}", day(first), day(last)),
        None => format!("from {}", day(first)),
    }
}

/// Formats as "12 January 2026".
pub fn day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// Returns a cohort of the course.
pub async fn cohort(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
) -> QueryResult<Option<Cohort>> {
    cohorts::table
        .filter(cohorts::course_id.eq(course))
        .filter(cohorts::cohort_id.eq(cohort))
        .select(Cohort::as_select())
        .first(conn)
        .await
        .optional()
}

/// Returns the cohorts of the course, newest first.
pub async fn cohorts(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<Cohort>> {
    cohorts::table
        .filter(cohorts::course_id.eq(course))
        .order((cohorts::start_date.desc(), cohorts::title))
        .select(Cohort::as_select())
        .load(conn)
        .await
}

/// The active membership of a person in an active cohort of a course.
#[derive(Debug, Clone)]
pub struct Membership {
    pub member_id: MemberId,
    pub cohort_id: CohortId,
    pub title: String,
    pub batch_no: i32,
    pub start_date: NaiveDate,
    pub end_date: Option<NaiveDate>,
    pub time_zone: String,
    pub standing: CohortStanding,
}

impl Membership {
    fn of(row: MembershipRow) -> Self {
        Self {
            standing: CohortStanding::at(row.starts_at, row.ends_at, row.now),
            member_id: row.member_id,
            cohort_id: row.cohort_id,
            title: row.title,
            batch_no: row.batch_no,
            start_date: row.start_date,
            end_date: row.end_date,
            time_zone: row.time_zone,
        }
    }

    /// Formats the first day as "12 January 2026".
    pub fn first_day(&self) -> String {
        day(self.start_date)
    }
}

#[derive(QueryableByName)]
struct MembershipRow {
    #[diesel(sql_type = Uuid)]
    member_id: MemberId,
    #[diesel(sql_type = Uuid)]
    cohort_id: CohortId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Int4)]
    batch_no: i32,
    #[diesel(sql_type = Date)]
    start_date: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    end_date: Option<NaiveDate>,
    #[diesel(sql_type = Text)]
    time_zone: String,
    #[diesel(sql_type = Timestamptz)]
    starts_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ends_at: Option<DateTime<Utc>>,
    /// The database's time, which the triggers use.
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    is_let_in: bool,
}

/// A membership of a person, with the others that they have in the course.
#[derive(Debug, Clone)]
pub struct MemberPlace {
    pub membership: Membership,
    /// True for the membership that counts for the person. Otherwise that is the first of the
    /// others.
    pub is_current: bool,
    pub others: Vec<Membership>,
}

/// Returns the person's membership in a cohort of the course, or the one that counts if `wanted` is
/// None. Only the one that counts is used while its cohort runs.
pub async fn place(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    wanted: Option<CohortId>,
) -> QueryResult<Option<MemberPlace>> {
    let mut others = memberships(conn, user, course).await?;
    let at = others
        .iter()
        .position(|membership| wanted.is_none_or(|cohort| membership.cohort_id == cohort));
    let Some(at) = at else { return Ok(None) };
    let place = MemberPlace {
        membership: others.remove(at),
        is_current: at == 0,
        others,
    };
    let is_shown = place.is_current || place.membership.standing != CohortStanding::Open;
    Ok(Some(place).filter(|_| is_shown))
}

/// Returns the membership that counts for the person in the course: in the cohort that runs now,
/// otherwise in the one that started last, otherwise in the one that starts next. A paused or
/// removed member, and a member of an inactive cohort, has none.
///
/// Lets the member in if the cohort has started and no job has done so yet, so ask for the
/// membership before the enrollment.
pub async fn membership(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<Option<Membership>> {
    let place = place(conn, user, course, None).await?;
    Ok(place.map(|place| place.membership))
}

/// Returns all active memberships of the person in active cohorts of the course, the one that
/// counts first. Lets the member in like [`membership`].
async fn memberships(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<Vec<Membership>> {
    let rows: Vec<MembershipRow> = statement(
        "select m.member_id, m.cohort_id, c.title, m.batch_no, c.start_date, c.end_date, c.time_zone,
                c.starts_at, c.ends_at, now() as now,
                exists (select from enrollments e where e.user_id = $1 and e.course_id = $2 and e.status <> 'expired') as is_let_in
         from cohort_members m
         join cohorts c on c.cohort_id = m.cohort_id
         where m.user_id = $1 and c.course_id = $2 and m.status = 'active' and c.is_active
         order by m.member_id = (select current.member_id from current_membership($1, $2) current) desc,
                  c.starts_at desc, m.member_id",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(course)
    .load(conn)
    .await?;
    let is_let_in = rows.iter().all(|row| row.is_let_in);
    let memberships: Vec<Membership> = rows.into_iter().map(Membership::of).collect();
    let current = memberships.as_slice().first();
    if !is_let_in && current.is_some_and(|current| current.standing.may_study()) {
        follow(conn, user, course).await?;
    }
    Ok(memberships)
}

/// Gives or takes access to the course, as the person's memberships say now.
async fn follow(conn: &mut Conn, user: UserId, course: CourseId) -> QueryResult<()> {
    statement("select follow_memberships($1, $2)")
        .bind::<Uuid, _>(user)
        .bind::<Uuid, _>(course)
        .execute(conn)
        .await
        .map(drop)
}

#[derive(QueryableByName)]
struct RuleRow {
    #[diesel(sql_type = Int4)]
    module_no: i32,
    #[diesel(sql_type = Nullable<Date>)]
    opens_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Int4>)]
    days_after_start: Option<i32>,
}

/// Returns the effective dates of the modules for a member of a batch, where a rule gives one.
/// Without a member those of the batch, without a batch those of the whole cohort.
pub async fn openings(
    conn: &mut Conn,
    cohort: &Cohort,
    batch_no: Option<i32>,
    member: Option<MemberId>,
) -> QueryResult<BTreeMap<i32, DateTime<Utc>>> {
    let rows: Vec<RuleRow> = statement(
        "select module_no, opens_on, days_after_start from prevailing_module_rules($1, $2, $3)",
    )
    .bind::<Uuid, _>(cohort.cohort_id)
    .bind::<Nullable<Int4>, _>(batch_no)
    .bind::<Nullable<Uuid>, _>(member)
    .load(conn)
    .await?;
    let zone = cohort.time_zone.parse().unwrap_or(Tz::UTC);
    let openings = rows.into_iter().filter_map(|row| {
        let rule = OpeningRule::of(row.opens_on, row.days_after_start);
        Some((
            row.module_no,
            effective_date(rule, cohort.start_date, zone)?,
        ))
    });
    Ok(openings.collect())
}
