//! Due dates of a course's exercises, for the lists of dates of a cohort.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CohortId, CourseId, ExerciseId, MemberId};

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
    /// True if the member has handed in work.
    #[diesel(sql_type = Bool)]
    pub is_handed_in: bool,
}

/// Returns the exercises of a course that have a due date for a member of a batch of the cohort, in
/// the order of these. Without a member it is that of the batch.
pub async fn exercises(
    conn: &mut Conn,
    course: CourseId,
    (cohort, batch_no, member): (CohortId, i32, Option<MemberId>),
) -> QueryResult<Vec<DueExercise>> {
    statement(
        "select a.exercise_id, e.title, t.module_no, t.topic_number, due.at as due_at,
                due.at + make_interval(days => a.late_days) as closes_at,
                '/learn/' || c.slug || '/' || t.slug || '/exercise/' || e.exercise_key as path,
                exists (select from cohort_members m
                        join simulation_work w on w.user_id = m.user_id
                        join submissions s on s.work_id = w.work_id
                        where m.member_id = $4 and w.exercise_id = e.exercise_id) as is_handed_in
         from assignments a
         join simulation_exercises e on e.exercise_id = a.exercise_id and e.retired_at is null
         join topics t on t.topic_id = e.topic_id and t.retired_at is null
         join courses c on c.course_id = e.course_id
         left join dates_of_member($2, $3, $4) d on d.exercise_id = a.exercise_id
         cross join lateral (select coalesce(d.closes_at, a.due_at) as at) due
         where e.course_id = $1 and a.is_active and due.at is not null
         order by due.at, a.exercise_id",
    )
    .bind::<Uuid, _>(course)
    .bind::<Uuid, _>(cohort)
    .bind::<Int4, _>(batch_no)
    .bind::<Nullable<Uuid>, _>(member)
    .load(conn)
    .await
}
