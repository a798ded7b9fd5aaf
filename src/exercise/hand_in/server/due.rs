//! Due dates of a course's exercises, for the lists of dates of its learners.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, ExerciseId, UserId};

/// An exercise whose work is handed in until a time.
#[derive(Debug, QueryableByName)]
pub struct DueExercise {
    #[diesel(sql_type = Uuid)]
    pub exercise_id: ExerciseId,
    #[diesel(sql_type = Text)]
    pub title: String,
    /// Address of its page.
    #[diesel(sql_type = Text)]
    pub path: String,
    #[diesel(sql_type = Int4)]
    pub module_no: i32,
    #[diesel(sql_type = Int4)]
    pub topic_number: i32,
    #[diesel(sql_type = Timestamptz)]
    pub due_at: DateTime<Utc>,
    /// Time until which late work is taken.
    #[diesel(sql_type = Timestamptz)]
    pub closes_at: DateTime<Utc>,
    /// True if the learner has handed in work.
    #[diesel(sql_type = Bool)]
    pub is_handed_in: bool,
}

/// Returns the exercises of a course with a due date, in the order of these. `learner` is the
/// person whose work counts.
pub async fn exercises(
    conn: &mut Conn,
    course: CourseId,
    learner: Option<UserId>,
) -> QueryResult<Vec<DueExercise>> {
    statement(
        "select a.exercise_id, e.title, t.module_no, t.topic_number, a.due_at,
                a.due_at + make_interval(days => a.late_days) as closes_at,
                '/learn/' || c.slug || '/' || t.slug || '/exercise/' || e.exercise_key as path,
                exists (select from simulation_work w join submissions s on s.work_id = w.work_id
                        where w.exercise_id = e.exercise_id and w.user_id = $2) as is_handed_in
         from assignments a
         join simulation_exercises e on e.exercise_id = a.exercise_id and e.retired_at is null
         join topics t on t.topic_id = e.topic_id and t.retired_at is null
         join courses c on c.course_id = e.course_id
         where e.course_id = $1 and a.is_active and a.due_at is not null
         order by a.due_at, a.exercise_id",
    )
    .bind::<Uuid, _>(course)
    .bind::<Nullable<Uuid>, _>(learner)
    .load(conn)
    .await
}
