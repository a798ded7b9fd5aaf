//! Views of the roster of a course: search, filter and order with a name, of one tutor or of all
//! tutors of the course.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::activity::{LearnerStatus, RosterQuery, RosterSort};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, RosterViewId, UserId};
use crate::platform::ui::{SavedView, check_view_count, view_name};

#[derive(QueryableByName)]
struct RosterViewRow {
    #[diesel(sql_type = Uuid)]
    view_id: RosterViewId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    search: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Text)]
    sort: String,
    #[diesel(sql_type = Bool)]
    is_down: bool,
    #[diesel(sql_type = Bool)]
    is_own: bool,
    #[diesel(sql_type = Bool)]
    is_shared: bool,
}

/// Returns the views of a tutor and those that others of the course share, the tutor's own first,
/// then by name.
pub async fn all(
    conn: &mut Conn,
    (course, slug): (CourseId, &str),
    own: UserId,
) -> QueryResult<Vec<SavedView>> {
    let rows: Vec<RosterViewRow> = statement(
        "select view_id, name, search, status, sort, is_down, owner_id = $2 as is_own, is_shared
         from roster_views
         where course_id = $1 and (owner_id = $2 or is_shared)
         order by owner_id = $2 desc, lower(name), name, view_id
         limit 100",
    )
    .bind::<Uuid, _>(course)
    .bind::<Uuid, _>(own)
    .load(conn)
    .await?;
    let view = |row: RosterViewRow| {
        let query = RosterQuery {
            q: row.search,
            status: LearnerStatus::parse(&row.status),
            sort: RosterSort::parse(&row.sort),
            down: row.is_down,
            page: 0,
        };
        SavedView {
            view_id: row.view_id.to_string(),
            name: row.name,
            path: query.path(slug),
            is_own: row.is_own,
            is_shared: row.is_shared,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}

#[derive(QueryableByName)]
struct RosterViewCount {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Saves the query under a name. A view of the same name gets the new one.
///
/// # Errors
///
/// `Invalid` without a name, with too long a one, and if the tutor has too many views.
pub async fn save(
    conn: &mut Conn,
    (course, own): (CourseId, UserId),
    (name, is_shared): (&str, bool),
    query: &RosterQuery,
) -> AppResult<()> {
    let name = view_name(name)?;
    let others: RosterViewCount = statement(
        "select count(*) as count from roster_views
         where owner_id = $1 and course_id = $2 and name <> $3",
    )
    .bind::<Uuid, _>(own)
    .bind::<Uuid, _>(course)
    .bind::<Text, _>(&name)
    .get_result(conn)
    .await?;
    check_view_count(others.count)?;
    statement(
        "insert into roster_views (owner_id, course_id, name, search, status, sort, is_down, is_shared)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (owner_id, course_id, name) do update
         set search = excluded.search, status = excluded.status, sort = excluded.sort,
             is_down = excluded.is_down, is_shared = excluded.is_shared",
    )
    .bind::<Uuid, _>(own)
    .bind::<Uuid, _>(course)
    .bind::<Text, _>(&name)
    .bind::<Text, _>(query.q.trim())
    .bind::<Text, _>(query.status.map(LearnerStatus::name).unwrap_or_default())
    .bind::<Text, _>(query.sort.name())
    .bind::<Bool, _>(query.down)
    .bind::<Bool, _>(is_shared)
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes a view of the tutor.
pub async fn delete(
    conn: &mut Conn,
    (course, own): (CourseId, UserId),
    view: RosterViewId,
) -> QueryResult<()> {
    statement("delete from roster_views where view_id = $1 and owner_id = $2 and course_id = $3")
        .bind::<Uuid, _>(view)
        .bind::<Uuid, _>(own)
        .bind::<Uuid, _>(course)
        .execute(conn)
        .await
        .map(drop)
}
