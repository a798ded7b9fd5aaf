//! All settings of a course in one list, each with its present value and its page.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Int4, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::SettingLine;
use crate::platform::auth::UserRole;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::teaching::Area;

#[derive(QueryableByName)]
struct Present {
    #[diesel(sql_type = Bool)]
    is_published: bool,
    #[diesel(sql_type = Bool)]
    is_gated: bool,
    #[diesel(sql_type = Int4)]
    cooldown_days: i32,
    #[diesel(sql_type = Int4)]
    passing_score_percent: i32,
    #[diesel(sql_type = BigInt)]
    offerings: i64,
    #[diesel(sql_type = BigInt)]
    cohorts: i64,
    #[diesel(sql_type = BigInt)]
    exams: i64,
    #[diesel(sql_type = BigInt)]
    exercises: i64,
    #[diesel(sql_type = Nullable<Array<Int4>>)]
    weights: Option<Vec<i32>>,
    #[diesel(sql_type = Array<Text>)]
    tutors: Vec<String>,
}

pub async fn lines(conn: &mut Conn, tutor: &TutorOf, course: &str) -> AppResult<Vec<SettingLine>> {
    let now: Present = statement(
        "select c.is_published, c.is_gated, c.cooldown_days, c.passing_score_percent,
                (select count(*) from course_offerings o where o.course_id = c.course_id) as offerings,
                (select count(*) from cohorts k where k.course_id = c.course_id) as cohorts,
                (select count(*) from exams x where x.course_id = c.course_id) as exams,
                (select count(*) from simulation_exercises e where e.course_id = c.course_id and e.retired_at is null) as exercises,
                (select array[g.quiz_weight, g.exam_weight, g.work_weight, g.column_weight]
                 from course_grading g where g.course_id = c.course_id) as weights,
                array(select u.display_name from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                      join users u on u.user_id = t.user_id
                      where ct.course_id = c.course_id and ct.is_active order by u.sort_name, u.user_id) as tutors
         from courses c where c.course_id = $1",
    )
    .bind::<Uuid, _>(tutor.course)
    .get_result(conn)
    .await?;
    let is_admin = tutor.signed_in.viewer.role == UserRole::Admin;
    let of = |area: Area| area.path(course);
    let line = |label: &str, value: String, href: String| SettingLine {
        label: label.to_owned(),
        value,
        href,
    };
    let catalog = match now.is_published {
        true => "in the catalog",
        false => "a draft, which learners do not see",
    };
    let tutors = match now.tutors.is_empty() {
        true => "nobody yet".to_owned(),
        false => now.tutors.join(", "),
    };
    // Only admins add and end tutors.
    let tutors_page = if is_admin {
        of(Area::Tutors)
    } else {
        String::new()
    };
    Ok(vec![
        line("Publishing", catalog.to_owned(), of(Area::Outline)),
        line("Pace and gates", pace(&now), of(Area::Settings)),
        line(
            "Grading",
            weights(now.weights),
            format!("/teach/{course}/grading"),
        ),
        line("Exams", count(now.exams), of(Area::Exams)),
        line("Exercises", count(now.exercises), of(Area::Exercises)),
        line("Offerings", count(now.offerings), of(Area::Admissions)),
        line("Cohorts and dates", count(now.cohorts), of(Area::Cohorts)),
        line("Who teaches", tutors, tutors_page),
        line(
            "Certificate",
            "issued when the course is completed".to_owned(),
            String::new(),
        ),
    ])
}

fn count(count: i64) -> String {
    match count {
        0 => "none".to_owned(),
        count => count.to_string(),
    }
}

fn pace(now: &Present) -> String {
    let pass = format!("quizzes are passed with {} %", now.passing_score_percent);
    match (now.is_gated, now.cooldown_days) {
        (false, _) => format!("all topics are open, {pass}"),
        (true, 0) => format!("quizzes open what follows, {pass}"),
        (true, 1) => format!("quizzes open what follows after a day, {pass}"),
        (true, days) => format!("quizzes open what follows after {days} days, {pass}"),
    }
}

fn weights(weights: Option<Vec<i32>>) -> String {
    let Some(weights) = weights else {
        return "no grade".to_owned();
    };
    let names = ["quizzes", "exams", "work", "columns"];
    let parts = names.iter().zip(weights).filter(|(_, weight)| *weight > 0);
    let parts: Vec<String> = parts
        .map(|(name, weight)| format!("{name} {weight}"))
        .collect();
    parts.join(", ")
}
