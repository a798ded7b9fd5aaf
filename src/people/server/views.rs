//! Views of the list of people: filters with a name, of one admin or of all.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::people::{AccountState, PeopleQuery, parse_role, role_name};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{PeopleViewId, UserId};
use crate::platform::ui::{SavedView, check_view_count, view_name};

#[derive(QueryableByName)]
struct PeopleViewRow {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    /// None if there are no views.
    #[diesel(sql_type = Nullable<Uuid>)]
    view_id: Option<PeopleViewId>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    search: String,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Bool)]
    is_own: bool,
    #[diesel(sql_type = Bool)]
    is_shared: bool,
}

/// Returns all that stands beside the list: the views of an admin and those that others share, by
/// name, and the number of tutor applications that wait.
pub async fn beside(conn: &mut Conn, own: UserId) -> QueryResult<(Vec<SavedView>, i64)> {
    let rows: Vec<PeopleViewRow> = statement(
        "select w.waiting, v.view_id, coalesce(v.name, '') as name, coalesce(v.search, '') as search,
                coalesce(v.role, '') as role, coalesce(v.state, '') as state,
                coalesce(v.owner_id = $1, false) as is_own, coalesce(v.is_shared, false) as is_shared
         from (select count(*) as waiting from tutor_applications where status = 'new') w
         left join people_views v on v.owner_id = $1 or v.is_shared
         order by v.owner_id = $1 desc, lower(v.name), v.name, v.view_id
         limit 100",
    )
    .bind::<Uuid, _>(own)
    .load(conn)
    .await?;
    let waiting = rows.as_slice().first().map_or(0, |row| row.waiting);
    let view = |row: PeopleViewRow| {
        Some(SavedView {
            view_id: row.view_id?.to_string(),
            path: PeopleQuery {
                q: row.search,
                role: parse_role(&row.role),
                state: AccountState::parse(&row.state),
                ..PeopleQuery::default()
            }
            .path(),
            name: row.name,
            is_own: row.is_own,
            is_shared: row.is_shared,
        })
    };
    Ok((rows.into_iter().filter_map(view).collect(), waiting))
}

#[derive(QueryableByName)]
struct ViewCountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Saves the filters of the list under a name. A view of the same name gets the new filters.
///
/// # Errors
///
/// `Invalid` without a name, with too long a one, and if the admin has too many views.
pub async fn save(
    conn: &mut Conn,
    own: UserId,
    (name, is_shared): (&str, bool),
    query: &PeopleQuery,
) -> AppResult<()> {
    let name = view_name(name)?;
    let others: ViewCountRow =
        statement("select count(*) as count from people_views where owner_id = $1 and name <> $2")
            .bind::<Uuid, _>(own)
            .bind::<Text, _>(&name)
            .get_result(conn)
            .await?;
    check_view_count(others.count)?;
    statement(
        "insert into people_views (owner_id, name, search, role, state, is_shared)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (owner_id, name) do update
         set search = excluded.search, role = excluded.role, state = excluded.state, is_shared = excluded.is_shared",
    )
    .bind::<Uuid, _>(own)
    .bind::<Text, _>(&name)
    .bind::<Text, _>(query.q.trim())
    .bind::<Text, _>(query.role.map(role_name).unwrap_or_default())
    .bind::<Text, _>(query.state.map(AccountState::name).unwrap_or_default())
    .bind::<Bool, _>(is_shared)
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes a view of the admin.
pub async fn delete(conn: &mut Conn, own: UserId, view: PeopleViewId) -> QueryResult<()> {
    statement("delete from people_views where view_id = $1 and owner_id = $2")
        .bind::<Uuid, _>(view)
        .bind::<Uuid, _>(own)
        .execute(conn)
        .await
        .map(drop)
}
