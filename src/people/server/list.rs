//! The list of people. A page is one statement that reads the index of names once, up to the
//! number to which lists count.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use crate::people::{AccountState, COUNTED, PEOPLE_ON_PAGE, PeopleList, PeopleQuery, PersonLine};
use crate::platform::auth::UserRole;
use crate::platform::db::schema::sql_types::UserRole as UserRoleSql;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::UserId;
use crate::platform::time::Clock;

#[derive(QueryableByName)]
struct ListedRow {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = UserRoleSql)]
    role: UserRole,
    #[diesel(sql_type = Bool)]
    is_active: bool,
    #[diesel(sql_type = Bool)]
    is_confirmed: bool,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_login_at: Option<DateTime<Utc>>,
    /// Number of people from the place on, up to one more than [`COUNTED`].
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// Conditions of the search and the filters. The index `users_by_name` has all these columns. The
/// subquery folds the search once, instead of once for each person.
const WANTED: &str = "u.deleted_at is null
    and ($1 = '' or strpos(u.sort_name, (select folded($1))) > 0 or strpos(u.email, (select lower($1))) > 0)
    and ($2 is null or u.role = $2)
    and case $3 when 'active' then u.is_active and u.email_confirmed_at is not null
                when 'deactivated' then not u.is_active
                when 'unconfirmed' then u.is_active and u.email_confirmed_at is null
                else true end";

/// Returns the statement of a page after the person `$4`, or before.
fn text(is_after: bool) -> String {
    // Without a person, the place is before all names, or after all of them.
    let (order, sign, end) = match is_after {
        true => ("asc", ">", "''"),
        false => ("desc", "<", "U&'\\+10FFFF'"),
    };
    // Each value of the comparison is a subquery, because row-level security keeps other
    // expressions out of the index condition.
    format!(
        "with matching as materialized (
             select u.user_id, u.sort_name from users u
             where {WANTED}
               and (u.sort_name, u.user_id) {sign}
                   ((select coalesce((select p.sort_name from users p where p.user_id = $4), {end})),
                    (select coalesce($4, '00000000-0000-0000-0000-000000000000')))
             order by u.sort_name {order}, u.user_id {order}
             limit $6
         ), found as (
             select * from matching order by sort_name {order}, user_id {order} limit $5
         )
         select u.user_id, u.display_name, u.email, u.role, u.is_active,
                u.email_confirmed_at is not null as is_confirmed, u.created_at, u.last_login_at,
                (select count(*) from matching) as total
         from found f join users u on u.user_id = f.user_id
         order by f.sort_name {order}, f.user_id {order}"
    )
}

/// Returns a page of the list.
pub async fn page(conn: &mut Conn, query: &PeopleQuery, clock: &Clock) -> QueryResult<PeopleList> {
    let is_after = query.after.is_some() || query.before.is_none();
    let mut rows: Vec<ListedRow> = statement(text(is_after))
        .bind::<Text, _>(query.q.trim())
        .bind::<Nullable<UserRoleSql>, _>(query.role)
        .bind::<Text, _>(query.state.map(AccountState::name).unwrap_or_default())
        .bind::<Nullable<Uuid>, _>(query.after.or(query.before))
        .bind::<BigInt, _>(PEOPLE_ON_PAGE + 1)
        .bind::<BigInt, _>(COUNTED + 1)
        .load(conn)
        .await?;
    let has_more = rows.len() as i64 > PEOPLE_ON_PAGE;
    rows.truncate(PEOPLE_ON_PAGE as usize);
    if !is_after {
        rows.reverse();
    }
    let ends = (
        rows.as_slice().first().map(|row| row.user_id),
        rows.as_slice().last().map(|row| row.user_id),
    );
    let is_start = query.after.is_none() && query.before.is_none();
    let (has_previous, has_next) = match is_after {
        true => (query.after.is_some(), has_more),
        false => (has_more, true),
    };
    Ok(PeopleList {
        total: is_start.then(|| rows.as_slice().first().map_or(0, |row| row.total)),
        previous: ends.0.filter(|_| has_previous),
        next: ends.1.filter(|_| has_next),
        people: rows.into_iter().map(|row| line(row, clock)).collect(),
        waiting: 0,
        views: Vec::new(),
    })
}

fn line(row: ListedRow, clock: &Clock) -> PersonLine {
    PersonLine {
        person: row.user_id,
        name: row.display_name,
        email: row.email,
        role: row.role,
        state: AccountState::of(row.is_active, row.is_confirmed),
        since: clock.date(row.created_at),
        last_sign_in: row.last_login_at.map(|at| clock.ago(at)),
    }
}
