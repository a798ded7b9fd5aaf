//! Moves and removes modules. The results of learners are stored under a module's number.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Uuid};
use diesel_async::RunQueryDsl;

use super::outline::{no_part, stored_modules};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::CourseId;

/// Tables with the number of a module, and the condition that finds the rows of a course.
const NUMBERED: [(&str, &str); 7] = [
    ("course_modules", "course_id = $1"),
    ("topics", "course_id = $1"),
    ("quiz_questions", "course_id = $1"),
    ("module_progress", "course_id = $1"),
    ("quiz_excuses", "course_id = $1"),
    (
        "exam_sections",
        "exam_id in (select exam_id from exams where course_id = $1)",
    ),
    (
        "cohort_module_rules",
        "cohort_id in (select cohort_id from cohorts where course_id = $1)",
    ),
];

#[derive(QueryableByName)]
struct QuizzesTaken {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

/// Swaps a module with its neighbor, with all that depends on their numbers.
pub async fn shift_module(
    conn: &mut Conn,
    course: CourseId,
    number: i32,
    up: bool,
) -> AppResult<()> {
    let modules = stored_modules(conn, course).await?;
    let at = modules.iter().position(|(other, _)| *other == number);
    let at = at.ok_or_else(no_part)?;
    let neighbor = if up { at.checked_sub(1) } else { Some(at + 1) };
    let Some((other, _)) = neighbor.and_then(|at| modules.get(at)) else {
        return Ok(());
    };
    let taken: QuizzesTaken = statement(
        "select exists (select from quiz_attempts where course_id = $1 and module_no in ($2, $3))
             or exists (select from quiz_resets where course_id = $1 and module_no in ($2, $3)) as taken",
    )
    .bind::<Uuid, _>(course)
    .bind::<Int4, _>(number)
    .bind::<Int4, _>(*other)
    .get_result(conn)
    .await?;
    if taken.taken {
        return Err(AppError::field(
            "",
            "Learners have taken quizzes of these modules, and their results belong to the modules’ numbers. Move the topics instead.",
        ));
    }
    // Some numbers are unique at every moment, so both leave their place before they take the
    // other's.
    for (table, rows) in NUMBERED {
        statement(format!(
            "update {table} set module_no = module_no + 1000000 where {rows} and module_no in ($2, $3)"
        ))
        .bind::<Uuid, _>(course)
        .bind::<Int4, _>(number)
        .bind::<Int4, _>(*other)
        .execute(conn)
        .await?;
        statement(format!(
            "update {table} set module_no = $2::int + $3::int + 1000000 - module_no
             where {rows} and module_no in ($2::int + 1000000, $3::int + 1000000)"
        ))
        .bind::<Uuid, _>(course)
        .bind::<Int4, _>(number)
        .bind::<Int4, _>(*other)
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// Removes the last module if it has no topics, also no retired ones.
pub async fn remove_module(conn: &mut Conn, course: CourseId, number: i32) -> AppResult<()> {
    let removed = statement(
        "delete from course_modules m
         where m.course_id = $1 and m.module_no = $2
           and not exists (select from topics t where t.course_id = $1 and t.module_no = $2)
           and not exists (select from course_modules o where o.course_id = $1 and o.module_no > $2)",
    )
    .bind::<Uuid, _>(course)
    .bind::<Int4, _>(number)
    .execute(conn)
    .await?;
    match removed {
        0 => Err(AppError::field(
            "",
            "Only the last module can be removed, and only without topics. Move its topics first.",
        )),
        _ => Ok(()),
    }
}
