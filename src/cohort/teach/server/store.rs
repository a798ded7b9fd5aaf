//! Queries of cohorts for their tutors.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::check::CohortDraft;
use super::list::ListedPerson;
use crate::cohort::MemberStatus;
use crate::cohort::teach::{ListCounts, MEMBERS_ON_PAGE, MemberQuery};
use crate::platform::db::schema::{cohort_lists, cohort_members, cohorts};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CohortId, CourseId, ListId, MemberId, UserId};

/// Numbers of a cohort's members: all, and those without a linked account.
#[derive(QueryableByName)]
pub struct MemberCount {
    #[diesel(sql_type = Uuid)]
    pub cohort_id: CohortId,
    #[diesel(sql_type = BigInt)]
    pub members: i64,
    #[diesel(sql_type = BigInt)]
    pub unlinked: i64,
}

/// Returns the numbers of members of the course's cohorts that have any.
pub async fn counts(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<MemberCount>> {
    statement(
        "select m.cohort_id, count(*) as members, count(*) filter (where m.user_id is null) as unlinked
         from cohort_members m join cohorts c on c.cohort_id = m.cohort_id
         where c.course_id = $1 and m.status <> 'removed'
         group by m.cohort_id",
    )
    .bind::<Uuid, _>(course)
    .load(conn)
    .await
}

/// Returns the cohort of the course that has this title.
pub async fn titled(
    conn: &mut Conn,
    course: CourseId,
    title: &str,
) -> QueryResult<Option<CohortId>> {
    cohorts::table
        .filter(cohorts::course_id.eq(course))
        .filter(cohorts::title.eq(title))
        .select(cohorts::cohort_id)
        .first(conn)
        .await
        .optional()
}

/// Id and start of a cohort that was stored.
#[derive(QueryableByName)]
pub struct StoredCohort {
    #[diesel(sql_type = Uuid)]
    pub cohort_id: CohortId,
    #[diesel(sql_type = Timestamptz)]
    pub starts_at: DateTime<Utc>,
}

pub async fn create(
    conn: &mut Conn,
    course: CourseId,
    draft: &CohortDraft,
) -> QueryResult<StoredCohort> {
    // A trigger computes `starts_at` and `ends_at`.
    statement(
        "insert into cohorts (course_id, title, start_date, end_date, time_zone, is_active)
         values ($1, $2, $3, $4, $5, $6)
         returning cohort_id, starts_at",
    )
    .bind::<Uuid, _>(course)
    .bind::<Text, _>(&draft.title)
    .bind::<Date, _>(draft.start_date)
    .bind::<Nullable<Date>, _>(draft.end_date)
    .bind::<Text, _>(draft.time_zone.name())
    .bind::<Bool, _>(draft.is_active)
    .get_result(conn)
    .await
}

pub async fn change(
    conn: &mut Conn,
    cohort: CohortId,
    draft: &CohortDraft,
) -> QueryResult<StoredCohort> {
    statement(
        "update cohorts set title = $2, start_date = $3, end_date = $4, time_zone = $5, is_active = $6
         where cohort_id = $1
         returning cohort_id, starts_at",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Text, _>(&draft.title)
    .bind::<Date, _>(draft.start_date)
    .bind::<Nullable<Date>, _>(draft.end_date)
    .bind::<Text, _>(draft.time_zone.name())
    .bind::<Bool, _>(draft.is_active)
    .get_result(conn)
    .await
}

#[derive(QueryableByName)]
pub struct MemberRow {
    #[diesel(sql_type = Uuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub username: Option<String>,
    #[diesel(sql_type = crate::platform::db::schema::sql_types::MemberStatus)]
    pub status: MemberStatus,
    #[diesel(sql_type = Int4)]
    pub batch_no: i32,
    /// Share of the course's topics that are done, in percent.
    #[diesel(sql_type = Nullable<Int4>)]
    pub done: Option<i32>,
    /// Number of members in the whole list.
    #[diesel(sql_type = BigInt)]
    pub total: i64,
}

/// Returns one page of the cohort's members, by batch and name.
pub async fn members(
    conn: &mut Conn,
    cohort: CohortId,
    query: &MemberQuery,
) -> QueryResult<Vec<MemberRow>> {
    statement(
        "with listed as (
             select m.member_id, m.user_id, coalesce(u.display_name, m.name, '') as name, m.email, u.username,
                    m.status, m.batch_no, c.course_id, count(*) over () as total
             from cohort_members m
             join cohorts c on c.cohort_id = m.cohort_id
             left join users u on u.user_id = m.user_id
             where m.cohort_id = $1
               and case when $2 is null then m.status <> 'removed' else m.status = $2 end
               and ($3 = '' or position($3 in m.email) > 0
                    or position($3 in lower(coalesce(u.display_name, m.name, ''))) > 0)
               and ($6 is null or m.batch_no = $6)
             order by m.batch_no, lower(coalesce(u.display_name, m.name, m.email)), m.member_id
             limit $4 offset $5
         )
         select l.member_id, l.name, l.email, l.username, l.status, l.batch_no, l.total,
                case when l.user_id is not null then
                    (100 * count(p.topic_id) filter (where p.is_completed) / greatest(count(t.topic_id), 1))::int4
                end as done
         from listed l
         left join topics t on t.course_id = l.course_id and t.retired_at is null
         left join topic_progress p on p.topic_id = t.topic_id and p.user_id = l.user_id
         group by l.member_id, l.user_id, l.name, l.email, l.username, l.status, l.batch_no, l.total
         order by l.batch_no, lower(coalesce(nullif(l.name, ''), l.email)), l.member_id",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Nullable<crate::platform::db::schema::sql_types::MemberStatus>, _>(query.status)
    .bind::<Text, _>(query.q.to_lowercase())
    .bind::<BigInt, _>(MEMBERS_ON_PAGE)
    .bind::<BigInt, _>(i64::from(query.page) * MEMBERS_ON_PAGE)
    .bind::<Nullable<Int4>, _>(query.batch)
    .load(conn)
    .await
}

/// Returns the batches that have members.
pub async fn batches(conn: &mut Conn, cohort: CohortId) -> QueryResult<Vec<i32>> {
    cohort_members::table
        .filter(cohort_members::cohort_id.eq(cohort))
        .filter(cohort_members::status.ne(MemberStatus::Removed))
        .select(cohort_members::batch_no)
        .distinct()
        .order(cohort_members::batch_no)
        .load(conn)
        .await
}

#[derive(QueryableByName)]
struct MovedRow {
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Bool)]
    has_left: bool,
    #[diesel(sql_type = Bool)]
    is_new: bool,
}

/// The outcome of moving members.
pub struct MovedMembers {
    /// Number of members that left their cohort.
    pub left: usize,
    /// Addresses of the people who are new in the other cohort.
    pub newcomers: Vec<String>,
}

/// Moves members of one cohort to another one of the same course, into its first batch. Somebody
/// who is there already, even as removed, stays there as active.
pub async fn move_to(
    conn: &mut Conn,
    (from, to): (CohortId, CohortId),
    members: &[MemberId],
) -> QueryResult<MovedMembers> {
    const THERE: &str = "b.cohort_id = $2 and (b.email = a.email or b.user_id = a.user_id)";
    const SELECTED: &str = "a.cohort_id = $1 and a.member_id = any($3)";
    let ids: Vec<uuid::Uuid> = members.iter().map(|member| member.0).collect();
    let mut moved = MovedMembers {
        left: 0,
        newcomers: Vec::new(),
    };
    for change in [
        format!(
            "update cohort_members b set status = 'active' from cohort_members a
             where {SELECTED} and {THERE} and b.status = 'removed'
             returning b.email, false as has_left, true as is_new"
        ),
        format!(
            "update cohort_members a set status = 'removed'
             where {SELECTED} and exists (select from cohort_members b where {THERE})
             returning a.email, true as has_left, false as is_new"
        ),
        format!(
            "update cohort_members a set cohort_id = $2, batch_no = 1, joined_at = now(),
                    status = case when status = 'paused' then 'paused' else 'active' end::member_status
             where {SELECTED} and not exists (select from cohort_members b where {THERE})
             returning a.email, true as has_left, true as is_new"
        ),
    ] {
        let changed: Vec<MovedRow> = statement(change)
            .bind::<Uuid, _>(from)
            .bind::<Uuid, _>(to)
            .bind::<Array<Uuid>, _>(ids.clone())
            .load(conn)
            .await?;
        moved.left += changed.iter().filter(|row| row.has_left).count();
        let newcomers = changed.into_iter().filter(|row| row.is_new);
        moved.newcomers.extend(newcomers.map(|row| row.email));
    }
    Ok(moved)
}

/// Sets the status of members in one of the statuses `from`. Returns the number of changes.
pub async fn set_status(
    conn: &mut Conn,
    cohort: CohortId,
    members: &[MemberId],
    from: &[MemberStatus],
    to: MemberStatus,
) -> QueryResult<usize> {
    diesel::update(cohort_members::table)
        .filter(cohort_members::cohort_id.eq(cohort))
        .filter(cohort_members::member_id.eq_any(members))
        .filter(cohort_members::status.eq_any(from))
        .set(cohort_members::status.eq(to))
        .execute(conn)
        .await
}

pub async fn set_batch(
    conn: &mut Conn,
    cohort: CohortId,
    members: &[MemberId],
    batch_no: i32,
) -> QueryResult<usize> {
    diesel::update(cohort_members::table)
        .filter(cohort_members::cohort_id.eq(cohort))
        .filter(cohort_members::member_id.eq_any(members))
        .filter(cohort_members::batch_no.ne(batch_no))
        .set(cohort_members::batch_no.eq(batch_no))
        .execute(conn)
        .await
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = cohort_lists)]
struct ListRow {
    file_name: String,
    lines: Value,
    outcome: Option<Value>,
}

/// An uploaded list.
pub struct StoredList {
    pub file: String,
    /// Empty once confirmed.
    pub people: Vec<ListedPerson>,
    /// Numbers of lines by outcome, once confirmed.
    pub outcome: Option<ListCounts>,
}

pub async fn keep_list(
    conn: &mut Conn,
    cohort: CohortId,
    by: UserId,
    file: &str,
    people: &[ListedPerson],
) -> AppResult<ListId> {
    let lines = serde_json::to_value(people).map_err(|error| AppError::internal(&error))?;
    Ok(diesel::insert_into(cohort_lists::table)
        .values((
            cohort_lists::cohort_id.eq(cohort),
            cohort_lists::uploaded_by.eq(by),
            cohort_lists::file_name.eq(file.chars().take(200).collect::<String>()),
            cohort_lists::lines.eq(lines),
        ))
        .returning(cohort_lists::list_id)
        .get_result(conn)
        .await?)
}

/// Returns a list of the cohort, locked until the transaction ends if it is to be changed.
pub async fn list(
    conn: &mut Conn,
    cohort: CohortId,
    list: ListId,
    to_change: bool,
) -> AppResult<Option<StoredList>> {
    let query = cohort_lists::table
        .filter(cohort_lists::cohort_id.eq(cohort))
        .filter(cohort_lists::list_id.eq(list))
        .select(ListRow::as_select());
    let row = match to_change {
        true => query.for_update().first(conn).await,
        false => query.first(conn).await,
    };
    let Some(row) = row.optional()? else {
        return Ok(None);
    };
    let unreadable = |error: serde_json::Error| AppError::internal(&error);
    Ok(Some(StoredList {
        file: row.file_name,
        people: serde_json::from_value(row.lines).map_err(unreadable)?,
        outcome: row
            .outcome
            .map(serde_json::from_value)
            .transpose()
            .map_err(unreadable)?,
    }))
}

/// Marks a list as confirmed and forgets its lines.
pub async fn close_list(conn: &mut Conn, list: ListId, outcome: ListCounts) -> AppResult<()> {
    let outcome = serde_json::to_value(outcome).map_err(|error| AppError::internal(&error))?;
    diesel::update(cohort_lists::table.filter(cohort_lists::list_id.eq(list)))
        .set((
            cohort_lists::lines.eq(serde_json::json!([])),
            cohort_lists::outcome.eq(outcome),
            cohort_lists::confirmed_at.eq(Utc::now()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
