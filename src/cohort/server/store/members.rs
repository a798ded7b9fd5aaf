//! Adding members. A list of any length is planned with one query and applied with five, so a
//! preview and its confirmation follow the same rule.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use crate::cohort::MemberStatus;
use crate::platform::auth::normalize_email;
use crate::platform::db::schema::cohorts;
use crate::platform::db::{Conn, lock, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CohortId, CourseId, MemberId, UserId};

/// A person to add. The address is normalized.
#[derive(Debug, Clone)]
pub struct NewMember {
    pub email: String,
    pub name: Option<String>,
    /// None keeps the batch of a member, and puts a new one into batch 1.
    pub batch_no: Option<i32>,
}

/// The outcome of adding a person to a cohort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    Added,
    /// Was a member of another cohort of the course that has not ended. Holds its title.
    Moved(String),
    /// Is a member already, and was given another batch, if `rebatched`. A paused member stays
    /// paused.
    AlreadyThere {
        is_paused: bool,
        rebatched: bool,
    },
}

/// A membership that ended because its person was moved to another cohort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftMembership {
    pub cohort_id: CohortId,
    pub batch_no: i32,
    pub status: MemberStatus,
    pub joined_at: DateTime<Utc>,
}

/// The memberships in other cohorts of the course that end when a person is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// All in cohorts that have not ended.
    Unended,
    /// Those as well, but a cohort that runs is kept until a later one has started.
    NotRunning,
}

/// A person to add, with what adding would do.
#[derive(Debug, Clone)]
pub struct PlannedMember {
    pub joined: Joined,
    new: NewMember,
    /// The row in this cohort, whatever its status.
    here: Option<MemberId>,
    /// The row in another cohort that has not ended.
    elsewhere: Option<MemberId>,
    /// Its membership, if the person is moved.
    left: Option<LeftMembership>,
}

impl PlannedMember {
    /// Returns the address of a person who will be a new member.
    pub fn newcomer(&self) -> Option<&str> {
        match self.joined {
            Joined::Added | Joined::Moved(_) => Some(&self.new.email),
            Joined::AlreadyThere { .. } => None,
        }
    }
}

/// Adds a person to the cohort, or moves them from another cohort of the course that has not ended.
/// An account that has confirmed the address is linked, and gets access once the cohort has
/// started. Adding twice is as good as once.
///
/// # Errors
///
/// `Invalid` for a malformed address, `NotFound` if there is no such cohort.
pub async fn add_member(
    conn: &mut Conn,
    cohort: CohortId,
    email: &str,
    name: Option<&str>,
    batch_no: Option<i32>,
) -> AppResult<Joined> {
    let new = NewMember {
        email: email.to_owned(),
        name: name.map(str::to_owned),
        batch_no,
    };
    let planned = add(conn, cohort, new, Leaving::Unended).await?;
    Ok(planned.joined)
}

/// Adds a person who got a seat in the cohort, like [`add_member`]. Before the cohort has started,
/// the person stays a member of the one that runs now. Returns the membership that the person has
/// left for it, too.
///
/// # Errors
///
/// As for [`add_member`].
pub async fn admit_member(
    conn: &mut Conn,
    cohort: CohortId,
    email: &str,
    name: Option<&str>,
) -> AppResult<(Joined, Option<LeftMembership>)> {
    let new = NewMember {
        email: email.to_owned(),
        name: name.map(str::to_owned),
        batch_no: None,
    };
    let planned = add(conn, cohort, new, Leaving::NotRunning).await?;
    Ok((planned.joined, planned.left))
}

/// Moves a member of the cohort back to the one that they left for it, as they were there. Returns
/// false, and changes nothing, if they are no member any more or that cohort has ended.
pub async fn move_back(
    conn: &mut Conn,
    cohort: CohortId,
    (user, email): (Option<UserId>, &str),
    left: &LeftMembership,
) -> AppResult<bool> {
    let course = course_of(conn, cohort).await?;
    hold(conn, course).await?;
    let moved = statement(
        "with account as (
             select coalesce($2, (select u.user_id from users u
                                  where u.email = $3 and u.email_confirmed_at is not null and u.deleted_at is null)) as user_id
         ), here as (
             select m.member_id, m.email, m.user_id from cohort_members m, account a
             where m.cohort_id = $1 and m.status <> 'removed'
               and (m.user_id = a.user_id or m.email = $3 and (m.user_id is null or a.user_id is null))
               and exists (select from cohorts c where c.cohort_id = $4 and c.course_id = $8 and c.is_active
                                                   and (c.ends_at is null or c.ends_at > now()))
             limit 1
         ), kept as (
             -- The person was removed from the cohort before; then the old row stayed in the other.
             select m.member_id from cohort_members m, here h
             where m.cohort_id = $4 and (m.user_id = h.user_id or m.email = h.email)
             limit 1
         )
         update cohort_members m
         set cohort_id = case when k.member_id is null then $4 else m.cohort_id end,
             status = case when k.member_id = m.member_id or k.member_id is null then $6 else 'removed' end,
             batch_no = case when k.member_id = m.member_id or k.member_id is null then $5 else m.batch_no end,
             joined_at = case when k.member_id = m.member_id or k.member_id is null then $7 else m.joined_at end
         from here h left join kept k on true
         where m.member_id = h.member_id or m.member_id = k.member_id",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Nullable<Uuid>, _>(user)
    .bind::<Text, _>(email)
    .bind::<Uuid, _>(left.cohort_id)
    .bind::<Int4, _>(left.batch_no)
    .bind::<crate::platform::db::schema::sql_types::MemberStatus, _>(left.status)
    .bind::<Timestamptz, _>(left.joined_at)
    .bind::<Uuid, _>(course)
    .execute(conn)
    .await?;
    Ok(moved > 0)
}

async fn add(
    conn: &mut Conn,
    cohort: CohortId,
    new: NewMember,
    leaving: Leaving,
) -> AppResult<PlannedMember> {
    let email = normalize_email(&new.email).map_err(|why| AppError::field("email", why))?;
    let new = NewMember { email, ..new };
    let course = course_of(conn, cohort).await?;
    hold(conn, course).await?;
    let planned = plan_members(conn, course, cohort, vec![new], leaving).await?;
    apply_members(conn, cohort, &planned).await?;
    planned
        .into_iter()
        .next()
        .ok_or_else(|| AppError::internal("a member was not planned"))
}

async fn course_of(conn: &mut Conn, cohort: CohortId) -> AppResult<CourseId> {
    cohorts::table
        .find(cohort)
        .select(cohorts::course_id)
        .first(conn)
        .await
        .optional()?
        .ok_or_else(|| AppError::NotFound("There is no such cohort.".to_owned()))
}

/// Makes changes of the members of a course's cohorts take turns until the transaction ends.
pub async fn hold(conn: &mut Conn, course: CourseId) -> QueryResult<()> {
    lock(conn, &format!("cohort-members:{course}")).await
}

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Uuid)]
    member_id: MemberId,
    #[diesel(sql_type = crate::platform::db::schema::sql_types::MemberStatus)]
    status: MemberStatus,
    #[diesel(sql_type = Int4)]
    batch_no: i32,
    #[diesel(sql_type = Timestamptz)]
    joined_at: DateTime<Utc>,
    #[diesel(sql_type = Uuid)]
    cohort_id: CohortId,
    #[diesel(sql_type = Text)]
    cohort_title: String,
    #[diesel(sql_type = Bool)]
    is_here: bool,
}

/// Returns what adding each person would do. A person is recognized by the address, and by the
/// account that has confirmed it. Each address must occur only once.
pub async fn plan_members(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
    people: Vec<NewMember>,
    leaving: Leaving,
) -> QueryResult<Vec<PlannedMember>> {
    let emails: Vec<&str> = people.iter().map(|new| new.email.as_str()).collect();
    let rows: Vec<KnownRow> = statement(
        "with wanted as (
             select w.email, u.user_id from unnest($3) as w (email)
             left join users u on u.email = w.email and u.email_confirmed_at is not null and u.deleted_at is null
         ), found as (
             select w.email, m.member_id from wanted w join cohort_members m on m.email = w.email
             union
             select w.email, m.member_id from wanted w join cohort_members m on m.user_id = w.user_id
         )
         select f.email, m.member_id, m.status, m.batch_no, m.joined_at, m.cohort_id, c.title as cohort_title,
                m.cohort_id = $2 as is_here
         from found f
         join cohort_members m on m.member_id = f.member_id
         join cohorts c on c.cohort_id = m.cohort_id
         where c.course_id = $1
           and (m.cohort_id = $2
                or m.status <> 'removed' and c.is_active and (c.ends_at is null or c.ends_at > now())
                   and not ($4 and c.starts_at <= now()
                            and exists (select from cohorts l where l.cohort_id = $2 and l.starts_at > now())))
         order by m.email = f.email desc,
                  (c.starts_at > now()) = exists (select from cohorts l where l.cohort_id = $2 and l.starts_at > now()) desc,
                  c.starts_at desc, m.member_id",
    )
    .bind::<Uuid, _>(course)
    .bind::<Uuid, _>(cohort)
    .bind::<Array<Text>, _>(emails)
    .bind::<Bool, _>(leaving == Leaving::NotRunning)
    .load(conn)
    .await?;
    let mut known: HashMap<String, (Option<KnownRow>, Option<KnownRow>)> = HashMap::new();
    for row in rows {
        let (here, elsewhere) = known.entry(row.email.clone()).or_default();
        let slot = if row.is_here { here } else { elsewhere };
        slot.get_or_insert(row);
    }
    let planned = people.into_iter().map(|new| {
        let (here, elsewhere) = known.remove(&new.email).unwrap_or_default();
        plan(new, here, elsewhere)
    });
    Ok(planned.collect())
}

fn plan(new: NewMember, here: Option<KnownRow>, elsewhere: Option<KnownRow>) -> PlannedMember {
    let joined = match (&here, &elsewhere) {
        (Some(row), _) if row.status != MemberStatus::Removed => Joined::AlreadyThere {
            is_paused: row.status == MemberStatus::Paused,
            rebatched: new.batch_no.is_some_and(|batch| batch != row.batch_no),
        },
        (_, Some(row)) => Joined::Moved(row.cohort_title.clone()),
        (_, None) => Joined::Added,
    };
    let left = elsewhere.as_ref().map(|row| LeftMembership {
        cohort_id: row.cohort_id,
        batch_no: row.batch_no,
        status: row.status,
        joined_at: row.joined_at,
    });
    let left = left.filter(|_| matches!(joined, Joined::Moved(_)));
    PlannedMember {
        joined,
        new,
        left,
        here: here.map(|row| row.member_id),
        elsewhere: elsewhere.map(|row| row.member_id),
    }
}

/// Adds and moves people as planned. The caller must hold the members of the course since the plan
/// was made.
pub async fn apply_members(
    conn: &mut Conn,
    cohort: CohortId,
    planned: &[PlannedMember],
) -> QueryResult<()> {
    let of = |which: fn(&PlannedMember) -> Option<MemberId>| -> Vec<(MemberId, &NewMember)> {
        let found = planned.iter();
        found
            .filter_map(|planned| Some((which(planned)?, &planned.new)))
            .collect()
    };
    // Somebody who was removed from here and is elsewhere comes back here. The other row ends.
    let ended = of(|it| match it.joined {
        Joined::Moved(_) if it.here.is_some() => it.elsewhere,
        _ => None,
    });
    let ids: Vec<uuid::Uuid> = ended.iter().map(|(id, _)| id.0).collect();
    if !ids.is_empty() {
        statement("update cohort_members set status = 'removed' where member_id = any($1)")
            .bind::<Array<Uuid>, _>(ids)
            .execute(conn)
            .await?;
    }
    let moved = of(|it| match it.joined {
        Joined::Moved(_) if it.here.is_none() => it.elsewhere,
        _ => None,
    });
    change(
        conn,
        cohort,
        "cohort_id = $1, status = 'active', joined_at = now(), batch_no = coalesce(x.batch_no, 1)",
        &moved,
    )
    .await?;
    let returned = of(|it| match it.joined {
        Joined::Moved(_) | Joined::Added => it.here,
        Joined::AlreadyThere { .. } => None,
    });
    change(
        conn,
        cohort,
        "cohort_id = $1, status = 'active', joined_at = now(), batch_no = coalesce(x.batch_no, m.batch_no)",
        &returned,
    )
    .await?;
    let rebatched = of(|it| match it.joined {
        Joined::AlreadyThere {
            rebatched: true, ..
        } => it.here,
        _ => None,
    });
    change(
        conn,
        cohort,
        "cohort_id = $1, batch_no = coalesce(x.batch_no, m.batch_no)",
        &rebatched,
    )
    .await?;
    let added: Vec<&NewMember> = planned
        .iter()
        .filter(|it| it.joined == Joined::Added && it.here.is_none())
        .map(|it| &it.new)
        .collect();
    insert(conn, cohort, &added).await
}

/// Changes the rows as `set` says, and keeps a name that is given.
async fn change(
    conn: &mut Conn,
    cohort: CohortId,
    set: &'static str,
    rows: &[(MemberId, &NewMember)],
) -> QueryResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<uuid::Uuid> = rows.iter().map(|(id, _)| id.0).collect();
    let names: Vec<Option<&str>> = rows.iter().map(|(_, new)| new.name.as_deref()).collect();
    let batches: Vec<Option<i32>> = rows.iter().map(|(_, new)| new.batch_no).collect();
    statement(format!(
        "update cohort_members m set {set}, name = coalesce(x.name, m.name)
         from unnest($2, $3, $4) as x (member_id, name, batch_no)
         where m.member_id = x.member_id"
    ))
    .bind::<Uuid, _>(cohort)
    .bind::<Array<Uuid>, _>(ids)
    .bind::<Array<Nullable<Text>>, _>(names)
    .bind::<Array<Nullable<Int4>>, _>(batches)
    .execute(conn)
    .await
    .map(drop)
}

async fn insert(conn: &mut Conn, cohort: CohortId, people: &[&NewMember]) -> QueryResult<()> {
    if people.is_empty() {
        return Ok(());
    }
    let emails: Vec<&str> = people.iter().map(|new| new.email.as_str()).collect();
    let names: Vec<Option<&str>> = people.iter().map(|new| new.name.as_deref()).collect();
    let batches: Vec<i32> = people.iter().map(|new| new.batch_no.unwrap_or(1)).collect();
    statement(
        "insert into cohort_members (cohort_id, email, name, batch_no)
         select $1, email, name, batch_no from unnest($2, $3, $4) as x (email, name, batch_no)",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Array<Text>, _>(emails)
    .bind::<Array<Nullable<Text>>, _>(names)
    .bind::<Array<Int4>, _>(batches)
    .execute(conn)
    .await
    .map(drop)
}
