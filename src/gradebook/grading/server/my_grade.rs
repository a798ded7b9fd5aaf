//! A learner's own grade, with the results that they may see.

use std::collections::HashMap;

use super::store;
use crate::course::CourseTitle;
use crate::enrollment::server::access::not_enrolled;
use crate::enrollment::server::store::studying;
use crate::exam::ExamStanding;
use crate::exam::server::view as exams;
use crate::gradebook::grading::{GradePart, MyGradePage, MyResult};
use crate::gradebook::server::store::{self as gradebook, ColumnKey};
use crate::gradebook::{Cell, CellState, GradeColumn};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::time::Clock;

pub async fn page(
    conn: &mut Conn,
    user: UserId,
    slug: String,
    supposed: HashMap<String, String>,
    clock: &Clock,
) -> AppResult<MyGradePage> {
    let studied = studying(conn, user, &slug)
        .await?
        .ok_or_else(not_enrolled)?;
    let course = studied.course_id;
    let rule = store::rule(conn, course).await?;
    let columns = gradebook::columns(conn, course).await?;
    let cells = gradebook::cells(conn, course, &[user]).await?;
    let mut results: Vec<MyResult> = columns
        .into_iter()
        .filter_map(|(key, column)| {
            let cell = cells.get(&(user, key)).copied().unwrap_or_default();
            result(key, column, cell)
        })
        .collect();
    // The page of exams knows which results may be shown already.
    for line in exams::list(conn, user, slug.clone(), clock).await?.exams {
        let (state, percent) = match line.standing {
            ExamStanding::Scored {
                score,
                passed: true,
            } => ("passed", Some(score)),
            ExamStanding::Scored { score, .. } => ("not passed", Some(score)),
            ExamStanding::Excused => continue,
            ExamStanding::Taken => ("result is not shown yet", None),
            ExamStanding::Running => ("in progress", None),
            ExamStanding::Open | ExamStanding::NotYet | ExamStanding::Closed => {
                ("not attempted", None)
            }
        };
        results.push(MyResult {
            key: format!("exam-{}", line.exam_id),
            part: GradePart::Exams,
            title: line.title,
            is_content: true,
            shown: percent.map_or(state.to_owned(), |percent| format!("{percent}%")),
            percent,
            supposed: String::new(),
        });
    }
    results.sort_by_key(|result| result.part);
    let real: Vec<(GradePart, i32)> = counted(&results);
    let mut has_supposed = false;
    for result in &mut results {
        if let Some(percent) = supposed.get(&result.key).and_then(|typed| percent(typed)) {
            result.supposed = percent.to_string();
            has_supposed = true;
        }
    }
    let with_supposed = counted(&results);
    let grade = |results: &[(GradePart, i32)]| rule.as_ref()?.grade(results);
    Ok(MyGradePage {
        course_slug: slug,
        course_title: CourseTitle::new(studied.title, studied.language),
        grade: grade(&real),
        supposed: has_supposed.then(|| grade(&with_supposed)).flatten(),
        results,
        rule,
    })
}

fn result(key: ColumnKey, column: GradeColumn, cell: Cell) -> Option<MyResult> {
    if cell.state == CellState::Excused || (column.is_retired && cell.score.is_none()) {
        return None;
    }
    let (part, key) = match key {
        ColumnKey::Quiz(number) => (GradePart::Quizzes, format!("quiz-{number}")),
        ColumnKey::Work(exercise) => (GradePart::Work, format!("work-{exercise}")),
        ColumnKey::Manual(column) => (GradePart::Columns, format!("column-{column}")),
        ColumnKey::Exam(_) => return None,
    };
    let state = cell.state.label();
    Some(MyResult {
        key,
        part,
        title: column.title,
        is_content: false,
        shown: match (cell.score, cell.state) {
            (Some(percent), CellState::Missing) => format!("{percent}%, {state}"),
            (Some(percent), _) => format!("{percent}%"),
            (None, _) => state.to_owned(),
        },
        percent: cell.score,
        supposed: String::new(),
    })
}

/// Returns the results that count: supposed ones, else real ones.
fn counted(results: &[MyResult]) -> Vec<(GradePart, i32)> {
    let count = |result: &MyResult| {
        let percent = percent(&result.supposed).or(result.percent)?;
        Some((result.part, percent))
    };
    results.iter().filter_map(count).collect()
}

/// Reads a supposed result in percent.
fn percent(typed: &str) -> Option<i32> {
    let found = typed.trim().trim_end_matches('%').trim().parse().ok();
    found.filter(|percent| (0..=100).contains(percent))
}
