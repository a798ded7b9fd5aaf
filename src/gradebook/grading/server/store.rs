//! Queries of grades.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Double, Int4, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::gradebook::grading::{GradeRule, ManualColumn, ManualEntry, points_words};
use crate::platform::db::schema::{course_grading, grade_columns, grade_entries};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, GradeColumnId, UserId};

/// Returns the rule of the course. None if the course has no grade.
pub async fn rule(conn: &mut Conn, course: CourseId) -> QueryResult<Option<GradeRule>> {
    let found: Option<(i32, i32, i32, i32, i32)> = course_grading::table
        .find(course)
        .select((
            course_grading::quiz_weight,
            course_grading::exam_weight,
            course_grading::work_weight,
            course_grading::column_weight,
            course_grading::drop_lowest,
        ))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(quiz, exam, work, column, dropped)| GradeRule {
        weights: [quiz, exam, work, column],
        drop_lowest: usize::try_from(dropped).unwrap_or_default(),
    }))
}

pub async fn save_rule(
    conn: &mut Conn,
    course: CourseId,
    rule: Option<&GradeRule>,
) -> QueryResult<()> {
    let Some(rule) = rule else {
        return diesel::delete(course_grading::table.find(course))
            .execute(conn)
            .await
            .map(drop);
    };
    let [quiz, exam, work, column] = rule.weights;
    let values = (
        course_grading::quiz_weight.eq(quiz),
        course_grading::exam_weight.eq(exam),
        course_grading::work_weight.eq(work),
        course_grading::column_weight.eq(column),
        course_grading::drop_lowest.eq(i32::try_from(rule.drop_lowest).unwrap_or_default()),
    );
    diesel::insert_into(course_grading::table)
        .values((course_grading::course_id.eq(course), values))
        .on_conflict(course_grading::course_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await
        .map(drop)
}

#[derive(QueryableByName)]
struct ManualColumnRow {
    #[diesel(sql_type = Uuid)]
    column_id: GradeColumnId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Int4)]
    max_points: i32,
    #[diesel(sql_type = BigInt)]
    filled: i64,
}

/// Returns the columns of the course, oldest first.
pub async fn columns(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<ManualColumn>> {
    let rows: Vec<ManualColumnRow> = statement(
        "select c.column_id, c.title, c.max_points,
                (select count(*) from grade_entries g where g.column_id = c.column_id) as filled
         from grade_columns c where c.course_id = $1 order by c.created_at, c.column_id",
    )
    .bind::<Uuid, _>(course)
    .load(conn)
    .await?;
    let columns = rows.into_iter().map(|row| ManualColumn {
        column_id: row.column_id,
        title: row.title,
        max_points: row.max_points,
        filled: row.filled,
    });
    Ok(columns.collect())
}

pub async fn add_column(
    conn: &mut Conn,
    course: CourseId,
    title: &str,
    max_points: i32,
) -> QueryResult<GradeColumnId> {
    diesel::insert_into(grade_columns::table)
        .values((
            grade_columns::course_id.eq(course),
            grade_columns::title.eq(title),
            grade_columns::max_points.eq(max_points),
        ))
        .returning(grade_columns::column_id)
        .get_result(conn)
        .await
}

pub async fn delete_column(
    conn: &mut Conn,
    course: CourseId,
    column: GradeColumnId,
) -> QueryResult<()> {
    let of_course = grade_columns::table
        .filter(grade_columns::course_id.eq(course))
        .filter(grade_columns::column_id.eq(column));
    diesel::delete(of_course).execute(conn).await.map(drop)
}

/// Returns all points of a column.
pub async fn all_entries(
    conn: &mut Conn,
    column: GradeColumnId,
) -> QueryResult<Vec<(UserId, f64)>> {
    grade_entries::table
        .filter(grade_entries::column_id.eq(column))
        .select((grade_entries::user_id, grade_entries::points))
        .load(conn)
        .await
}

/// Returns the points of these people in a column. People without points are left out.
pub async fn entries_of(
    conn: &mut Conn,
    column: GradeColumnId,
    users: Vec<UserId>,
) -> QueryResult<HashMap<UserId, f64>> {
    let rows: Vec<(UserId, f64)> = grade_entries::table
        .filter(grade_entries::column_id.eq(column))
        .filter(grade_entries::user_id.eq_any(users))
        .select((grade_entries::user_id, grade_entries::points))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

#[derive(QueryableByName)]
struct ManualEntryRow {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Nullable<Double>)]
    points: Option<f64>,
}

/// Returns learners of the course by name, with their points.
pub async fn entries(
    conn: &mut Conn,
    course: CourseId,
    column: GradeColumnId,
    (limit, offset): (i64, i64),
) -> QueryResult<Vec<ManualEntry>> {
    let rows: Vec<ManualEntryRow> = statement(
        "select u.user_id, u.display_name as name, u.email, g.points
         from enrollments e
         join users u on u.user_id = e.user_id
         left join grade_entries g on g.column_id = $2 and g.user_id = e.user_id
         where e.course_id = $1 and e.status in ('active', 'completed') and u.deleted_at is null
         order by lower(u.display_name), u.user_id
         limit $3 offset $4",
    )
    .bind::<Uuid, _>(course)
    .bind::<Uuid, _>(column)
    .bind::<BigInt, _>(limit)
    .bind::<BigInt, _>(offset)
    .load(conn)
    .await?;
    let entries = rows.into_iter().map(|row| ManualEntry {
        user_id: row.user_id,
        name: row.name,
        email: row.email,
        points: row.points.map(points_words).unwrap_or_default(),
    });
    Ok(entries.collect())
}

/// Stores the points of learners of the course. None takes them away. Returns the number of
/// changes.
pub async fn save_entries(
    conn: &mut Conn,
    course: CourseId,
    column: GradeColumnId,
    points: &[(UserId, Option<f64>)],
    by: UserId,
) -> QueryResult<usize> {
    let empty: Vec<UserId> = points
        .iter()
        .filter(|(_, points)| points.is_none())
        .map(|(user, _)| *user)
        .collect();
    let removed = diesel::delete(grade_entries::table)
        .filter(grade_entries::column_id.eq(column))
        .filter(grade_entries::user_id.eq_any(empty))
        .execute(conn)
        .await?;
    let (users, given): (Vec<UserId>, Vec<f64>) = points
        .iter()
        .filter_map(|(user, points)| Some((*user, (*points)?)))
        .unzip();
    let noted = statement(
        "insert into grade_entries (column_id, user_id, points, noted_by)
         select $2, e.user_id, x.points, $5
         from unnest($3, $4) as x (user_id, points)
         join enrollments e on e.user_id = x.user_id and e.course_id = $1
         on conflict (column_id, user_id) do update set points = excluded.points, noted_by = excluded.noted_by
         where grade_entries.points <> excluded.points",
    )
    .bind::<Uuid, _>(course)
    .bind::<Uuid, _>(column)
    .bind::<Array<Uuid>, _>(users)
    .bind::<Array<Double>, _>(given)
    .bind::<Uuid, _>(by)
    .execute(conn)
    .await?;
    Ok(removed + noted)
}
