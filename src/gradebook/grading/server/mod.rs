//! Rule, columns and points of a course.

pub mod my_grade;
mod store;

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{
    COLUMN_POINTS, COLUMN_TITLE, COLUMNS_LIMIT, ENTRIES, GradeColumnPage, GradeRule, GradingPage,
    ManualColumn, points_field, points_words,
};
use crate::course::server::store::title as course_title;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::ids::{CourseId, GradeColumnId, UserId};
use crate::platform::names;

pub use store::rule;

/// A rule as the form sends it.
pub struct SentRule {
    pub weights: [String; 4],
    pub drop_lowest: String,
}

pub async fn page(conn: &mut Conn, course: CourseId, slug: String) -> AppResult<GradingPage> {
    Ok(GradingPage {
        course_title: course_title(conn, course).await?,
        rule: store::rule(conn, course).await?,
        columns: store::columns(conn, course).await?,
        course_slug: slug,
    })
}

fn number(text: &str, (least, most): (i32, i32)) -> AppResult<i32> {
    let found = text.trim().parse().ok();
    found
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| AppError::field("", format!("Enter a whole number from {least} to {most}.")))
}

fn check(sent: &SentRule) -> AppResult<Option<GradeRule>> {
    let mut problems = FieldProblems::default();
    let mut keep = |field: &str, text: &str, range: (i32, i32)| match number(text, range) {
        Ok(number) => number,
        Err(error) => {
            problems.add(field, error.of_field("").unwrap_or_default());
            0
        }
    };
    let mut weights = [0; 4];
    for (at, part) in super::GradePart::ALL.into_iter().enumerate() {
        weights[at] = keep(part.field(), &sent.weights[at], (0, 100));
    }
    let drop_lowest = keep("drop_lowest", &sent.drop_lowest, (0, 20));
    problems.check()?;
    Ok(weights.iter().any(|weight| *weight > 0).then(|| GradeRule {
        weights,
        drop_lowest: usize::try_from(drop_lowest).unwrap_or_default(),
    }))
}

pub async fn save(conn: &mut Conn, tutor: &TutorOf, sent: SentRule) -> AppResult<()> {
    let rule = check(&sent)?;
    let before = store::rule(conn, tutor.course).await?;
    store::save_rule(conn, tutor.course, rule.as_ref()).await?;
    AuditEntry::done("course.grading")
        .of("course", tutor.course)
        .by(&tutor.signed_in.cx)
        .change(Some(json!(before)), Some(json!(rule)))
        .write(conn)
        .await?;
    Ok(())
}

pub async fn add_column(
    conn: &mut Conn,
    tutor: &TutorOf,
    title: &str,
    max_points: &str,
) -> AppResult<GradeColumnId> {
    let mut problems = FieldProblems::default();
    let title = names::tidy(title);
    let title = title.as_str();
    let length = title.chars().count();
    if title.is_empty() || length > COLUMN_TITLE as usize {
        let sentence = format!("Enter a title of at most {COLUMN_TITLE} characters.");
        problems.add("title", sentence);
    }
    let most = match number(max_points, (1, COLUMN_POINTS)) {
        Ok(most) => most,
        Err(error) => {
            problems.add("max_points", error.of_field("").unwrap_or_default());
            0
        }
    };
    problems.check()?;
    let columns = store::columns(conn, tutor.course).await?;
    if columns.iter().any(|column| column.title == title) {
        return Err(AppError::field(
            "title",
            "The course has a column with this title.",
        ));
    }
    if columns.len() >= COLUMNS_LIMIT {
        let sentence = format!("A course has at most {COLUMNS_LIMIT} columns.");
        return Err(AppError::field("title", sentence));
    }
    let column = store::add_column(conn, tutor.course, title, most).await?;
    AuditEntry::done("course.grade_column_added")
        .of("course", tutor.course)
        .by(&tutor.signed_in.cx)
        .change(None, Some(json!({"title": title, "max_points": most})))
        .write(conn)
        .await?;
    Ok(column)
}

async fn column(
    conn: &mut Conn,
    course: CourseId,
    column: GradeColumnId,
) -> AppResult<ManualColumn> {
    let columns = store::columns(conn, course).await?;
    let found = columns.into_iter().find(|other| other.column_id == column);
    found.ok_or_else(no_column)
}

fn no_learner() -> AppError {
    AppError::NotFound("There is no such learner.".to_owned())
}

pub fn no_column() -> AppError {
    AppError::NotFound("There is no such column.".to_owned())
}

pub async fn delete_column(
    conn: &mut Conn,
    tutor: &TutorOf,
    deleted: GradeColumnId,
) -> AppResult<()> {
    let column = column(conn, tutor.course, deleted).await?;
    let entries = store::all_entries(conn, deleted).await?;
    store::delete_column(conn, tutor.course, deleted).await?;
    AuditEntry::done("course.grade_column_deleted")
        .of("course", tutor.course)
        .by(&tutor.signed_in.cx)
        .change(
            Some(
                json!({"title": column.title, "max_points": column.max_points, "points": entries}),
            ),
            None,
        )
        .write(conn)
        .await?;
    Ok(())
}

pub async fn column_page(
    conn: &mut Conn,
    (course, slug): (CourseId, String),
    shown: GradeColumnId,
    page: u32,
) -> AppResult<GradeColumnPage> {
    let column = column(conn, course, shown).await?;
    let place = (ENTRIES + 1, ENTRIES * i64::from(page));
    let mut entries = store::entries(conn, course, shown, place).await?;
    let shown = usize::try_from(ENTRIES).unwrap_or_default();
    let has_more = entries.len() > shown;
    entries.truncate(shown);
    Ok(GradeColumnPage {
        course_title: course_title(conn, course).await?,
        course_slug: slug,
        column,
        entries,
        page,
        has_more,
    })
}

/// Reads points as people type them: "7", "7.5" or "7,5".
fn points(text: &str, most: i32) -> Option<f64> {
    let found: f64 = text.trim().replace(',', ".").parse().ok()?;
    let rounded = (found * 100.0).round() / 100.0;
    (0.0..=f64::from(most))
        .contains(&rounded)
        .then_some(rounded)
}

pub async fn save_entries(
    conn: &mut Conn,
    tutor: &TutorOf,
    into: GradeColumnId,
    sent: HashMap<String, String>,
) -> AppResult<()> {
    let column = column(conn, tutor.course, into).await?;
    let mut problems = FieldProblems::default();
    let mut checked: Vec<(UserId, Option<f64>)> = Vec::new();
    for (key, text) in &sent {
        let user = key.strip_prefix('u').and_then(|id| id.parse().ok());
        let user = UserId(user.ok_or_else(no_learner)?);
        let given = points(text, column.max_points);
        if given.is_none() && !text.trim().is_empty() {
            let most = column.max_points;
            problems.add(
                &points_field(user),
                format!(
                    "Enter points from 0 to {most}, such as {}.",
                    points_words(f64::from(most) / 2.0)
                ),
            );
        }
        checked.push((user, given));
    }
    problems.check()?;
    let by = tutor.signed_in.user_id();
    let users: Vec<UserId> = checked.iter().map(|(user, _)| *user).collect();
    let before = store::entries_of(conn, into, users.clone()).await?;
    let changed = store::save_entries(conn, tutor.course, into, &checked, by).await?;
    if changed > 0 {
        let after = store::entries_of(conn, into, users).await?;
        let differ = |user: &UserId| before.get(user) != after.get(user);
        let values = |points: &HashMap<UserId, f64>| {
            let users = checked.iter().map(|(user, _)| user);
            let values = users.filter(|user| differ(user));
            let values = values.map(|user| (user.to_string(), json!(points.get(user))));
            let values: serde_json::Map<String, Value> = values.collect();
            json!({ "column": column.title, "points": values })
        };
        AuditEntry::done("course.grades_noted")
            .of("course", tutor.course)
            .by(&tutor.signed_in.cx)
            .change(Some(values(&before)), Some(values(&after)))
            .write(conn)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_as_people_type_them() {
        assert_eq!(points(" 7,5 ", 10), Some(7.5));
        assert_eq!(points("10", 10), Some(10.0));
        for wrong in ["11", "-1", "NaN", "inf", "x", ""] {
            assert_eq!(points(wrong, 10), None, "{wrong}");
        }
    }
}
