//! Columns of the gradebook for work that is handed in, and those that tutors fill in.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Int4, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::store::ColumnKey;
use crate::exercise::hand_in::server::store::MISSING_WORK;
use crate::gradebook::{Cell, CellState, GradeColumn};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, ExerciseId, GradeColumnId, UserId};

#[derive(QueryableByName)]
struct OtherColumnRow {
    #[diesel(sql_type = Bool)]
    is_work: bool,
    #[diesel(sql_type = Uuid)]
    id: uuid::Uuid,
    #[diesel(sql_type = Text)]
    title: String,
    /// Number among those of its kind, from 1.
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Returns the columns of work that is handed in, and those that tutors fill in.
pub async fn columns(
    conn: &mut Conn,
    course: CourseId,
) -> QueryResult<Vec<(ColumnKey, GradeColumn)>> {
    let rows: Vec<OtherColumnRow> = statement(
        "select true as is_work, e.exercise_id as id, e.title,
                row_number() over (order by t.module_no, t.topic_number, e.position, e.exercise_id) as number
         from assignments a
         join simulation_exercises e on e.exercise_id = a.exercise_id
         join topics t on t.topic_id = e.topic_id
         where e.course_id = $1 and e.retired_at is null
         union all
         select false, c.column_id, c.title, row_number() over (order by c.created_at, c.column_id)
         from grade_columns c where c.course_id = $1
         order by is_work desc, number",
    )
    .bind::<Uuid, _>(course)
    .load(conn)
    .await?;
    let columns = rows.into_iter().map(|row| {
        let (key, label) = match row.is_work {
            true => (
                ColumnKey::Work(ExerciseId(row.id)),
                format!("Work {}", row.number),
            ),
            false => (ColumnKey::Manual(GradeColumnId(row.id)), row.title.clone()),
        };
        let title = match row.is_work {
            true => format!("{label}: {}", row.title),
            false => row.title,
        };
        let column = GradeColumn {
            label,
            title,
            is_retired: false,
        };
        (key, column)
    });
    Ok(columns.collect())
}

#[derive(QueryableByName)]
struct OtherGradeRow {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Bool)]
    is_work: bool,
    #[diesel(sql_type = Uuid)]
    id: uuid::Uuid,
    /// None for work that waits for marks.
    #[diesel(sql_type = Nullable<Int4>)]
    percent: Option<i32>,
    #[diesel(sql_type = Bool)]
    is_missing: bool,
}

/// Returns the cells of work that is handed in or missing, and of the tutors' own columns. Missing
/// work counts as 0.
pub async fn results(
    conn: &mut Conn,
    course: CourseId,
    learners: &[UserId],
) -> QueryResult<Vec<((UserId, ColumnKey), Cell)>> {
    let rows: Vec<OtherGradeRow> = statement(format!(
        "select w.user_id, true as is_work, w.exercise_id as id,
                case when s.released_at is not null then s.score end as percent, false as is_missing
         from submissions s
         join simulation_work w on w.work_id = s.work_id
         join simulation_exercises e on e.exercise_id = w.exercise_id
         where e.course_id = $1 and w.user_id = any($2) and s.is_latest
         union all
         select x.user_id, true, x.exercise_id, 0, true from ({MISSING_WORK}) x
         union all
         select g.user_id, false, g.column_id, round(100 * g.points / c.max_points)::integer, false
         from grade_entries g join grade_columns c on c.column_id = g.column_id
         where c.course_id = $1 and g.user_id = any($2)"
    ))
    .bind::<Uuid, _>(course)
    .bind::<Array<Uuid>, _>(learners)
    .load(conn)
    .await?;
    let cells = rows.into_iter().map(|row| {
        let key = match row.is_work {
            true => ColumnKey::Work(ExerciseId(row.id)),
            false => ColumnKey::Manual(GradeColumnId(row.id)),
        };
        let state = match row.percent {
            Some(_) if row.is_missing => CellState::Missing,
            Some(_) => CellState::Marked,
            None => CellState::Waiting,
        };
        let cell = Cell {
            state,
            score: row.percent,
        };
        ((row.user_id, key), cell)
    });
    Ok(cells.collect())
}
