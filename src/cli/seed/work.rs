//! Has learners of the demo hand in work on an exercise: some of it waits for marks, one is marked.
//! Gives the course a rule for grades, and a column with points.

use diesel::sql_types::{Jsonb, Text};
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::class::COURSE;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;

const EXERCISE: &str = "the-empty-chairs";

/// Learners, their work, and the hours since it was handed in. The last one is marked.
const WORKS: [(&str, &str, i32); 3] = [
    (
        "nikhil@demo.example",
        "**Three lists**: 1,200 enrolled, 480 could rate, 300 did.\n\nI’d phone forty of those who left, drawn by lot.",
        30,
    ),
    (
        "kwame@demo.example",
        "Only one in four is in the figure. If those who left would give 2.5, the average is near 3.",
        20,
    ),
    (
        "tomas@demo.example",
        "Today I would tell the head: 300 people who finished were happy. More we don’t know.",
        50,
    ),
];

const FEEDBACK: &str = "A true sentence for the head. Next time, say how many you would phone.";

/// Fills in the works, unless the exercise's work is handed in already.
pub async fn hand_in(conn: &mut Conn) -> AppResult<()> {
    let level = |name: &str, points: i32| json!({ "name": name, "from": points, "to": points });
    let criterion = |name: &str| {
        let levels = [
            level("Missing", 0),
            level("Partly", 1),
            level("Convincing", 2),
        ];
        json!({ "name": name, "levels": levels })
    };
    let rubric = json!({
        "version": 1,
        "criteria": [criterion("Writes down the three lists"), criterion("Works one scenario through"), criterion("Gives the head something true")],
        "checks": [{ "name": "No assumption", "feedback": "State the assumption of your calculation in words." }],
    });
    let made = statement(
        "insert into assignments (exercise_id, rubric)
         select e.exercise_id, $3 from simulation_exercises e join courses c on c.course_id = e.course_id
         where c.slug = $1 and e.exercise_key = $2
         on conflict do nothing",
    )
    .bind::<Text, _>(COURSE)
    .bind::<Text, _>(EXERCISE)
    .bind::<Jsonb, _>(&rubric)
    .execute(conn)
    .await?;
    if made == 0 {
        return Ok(());
    }
    for (email, text, hours) in WORKS {
        statement(
            "with work as (
                 insert into simulation_work (user_id, exercise_id, work, submitted_at)
                 select u.user_id, e.exercise_id, $4, now() - make_interval(hours => $5)
                 from users u, simulation_exercises e join courses c on c.course_id = e.course_id
                 where u.email = $3 and c.slug = $1 and e.exercise_key = $2
                 on conflict do nothing
                 returning work_id, submitted_at
             )
             insert into submissions (work_id, number, work, links, handed_in_at)
             select work_id, 1, $4, '', submitted_at from work",
        )
        .bind::<Text, _>(COURSE)
        .bind::<Text, _>(EXERCISE)
        .bind::<Text, _>(email)
        .bind::<Text, _>(text)
        .bind::<diesel::sql_types::Int4, _>(hours)
        .execute(conn)
        .await?;
    }
    let (email, _, _) = WORKS[WORKS.len() - 1];
    statement(
        "update submissions s
         set marker_id = (select user_id from users where email = 'tutor@demo.example'), rubric = $1,
             points = '{\"version\": 1, \"points\": [1, 1, 2]}', feedback = $2, feedback_html = '<p>' || $2 || '</p>',
             score = 67, revision = 1, released_at = now() - interval '1 day'
         from simulation_work w join users u on u.user_id = w.user_id
         where w.work_id = s.work_id and u.email = $3",
    )
    .bind::<Jsonb, _>(&rubric)
    .bind::<Text, _>(FEEDBACK)
    .bind::<Text, _>(email)
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives the course grades, unless it has a rule already.
pub async fn grade(conn: &mut Conn) -> AppResult<()> {
    statement(
        "with course as (select course_id from courses where slug = $1), ruled as (
             insert into course_grading (course_id, quiz_weight, exam_weight, work_weight, column_weight, drop_lowest)
             select course_id, 40, 30, 20, 10, 1 from course
             on conflict do nothing
             returning course_id
         ), talk as (
             insert into grade_columns (course_id, title, max_points)
             select course_id, 'Talk', 20 from ruled
             returning column_id
         )
         insert into grade_entries (column_id, user_id, points)
         select t.column_id, u.user_id, p.points
         from talk t, (values ('nikhil@demo.example', 17.5), ('kwame@demo.example', 15), ('tomas@demo.example', 19)) p (email, points)
         join users u on u.email = p.email",
    )
    .bind::<Text, _>(COURSE)
    .execute(conn)
    .await?;
    Ok(())
}
