//! The table of a course's learners.

use crate::gradebook::grading::{self, GradePart};
use crate::gradebook::server::ratings;
use crate::gradebook::server::store::{self, ColumnKey, LearnerLine};
use crate::gradebook::{
    Cell, CellState, GradeColumn, GradebookPage, GradebookQuery, LearnerRow, PAGE,
};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, UserId};
use crate::platform::time::Clock;

pub async fn gradebook(
    conn: &mut Conn,
    course: CourseId,
    course_slug: String,
    query: GradebookQuery,
    clock: &Clock,
) -> AppResult<GradebookPage> {
    let course_title = crate::course::server::store::title(conn, course).await?;
    let page = page_that_exists(conn, course, &query, clock).await?;
    let place = (PAGE, i64::from(page) * PAGE);
    let list = lines(conn, course, &query, place, clock).await?;
    Ok(GradebookPage {
        course_slug,
        course_title,
        has_grade: list.has_grade,
        columns: list.columns,
        page,
        opinions: ratings::of_course(conn, course, query.said, clock).await?,
        total: list.lines.first().map_or(0, |graded| graded.line.total),
        learners: (list.lines.into_iter())
            .map(|graded| row(graded, clock))
            .collect(),
    })
}

/// Returns the requested page, or the last one if there are fewer.
async fn page_that_exists(
    conn: &mut Conn,
    course: CourseId,
    query: &GradebookQuery,
    clock: &Clock,
) -> AppResult<u32> {
    if query.page == 0 {
        return Ok(0);
    }
    let first = store::learners(conn, course, query, (1, 0), clock.now).await?;
    let last = first.first().map_or(0, |line| (line.total - 1) / PAGE);
    Ok(u32::try_from(last).unwrap_or(u32::MAX).min(query.page))
}

/// A part of the list.
pub struct GradeList {
    pub columns: Vec<GradeColumn>,
    /// True if the course has a rule for grades.
    pub has_grade: bool,
    pub lines: Vec<GradedLine>,
}

/// A learner with a cell for each column.
pub struct GradedLine {
    pub line: LearnerLine,
    pub cells: Vec<Cell>,
    pub grade: Option<i32>,
}

/// Returns the columns and one part of the list, each learner with a cell for each column.
pub async fn lines(
    conn: &mut Conn,
    course: CourseId,
    query: &GradebookQuery,
    place: (i64, i64),
    clock: &Clock,
) -> AppResult<GradeList> {
    let (keys, columns): (Vec<ColumnKey>, Vec<GradeColumn>) =
        store::columns(conn, course).await?.into_iter().unzip();
    let rule = grading::server::rule(conn, course).await?;
    let learners = store::learners(conn, course, query, place, clock.now).await?;
    let ids: Vec<UserId> = learners.iter().map(|line| line.user_id).collect();
    let cells = store::cells(conn, course, &ids).await?;
    let lines = learners.into_iter().map(|line| {
        let cell = |key: &ColumnKey| cells.get(&(line.user_id, *key)).copied();
        let cells: Vec<Cell> = keys
            .iter()
            .map(|key| cell(key).unwrap_or_default())
            .collect();
        let results: Vec<_> = keys.iter().zip(&cells).filter_map(result).collect();
        GradedLine {
            grade: rule.as_ref().and_then(|rule| rule.grade(&results)),
            line,
            cells,
        }
    });
    Ok(GradeList {
        lines: lines.collect(),
        has_grade: rule.is_some(),
        columns,
    })
}

/// Returns the result of a cell, if it counts.
fn result((key, cell): (&ColumnKey, &Cell)) -> Option<(GradePart, i32)> {
    let part = match key {
        ColumnKey::Quiz(_) => GradePart::Quizzes,
        ColumnKey::Exam(_) => GradePart::Exams,
        ColumnKey::Work(_) => GradePart::Work,
        ColumnKey::Manual(_) => GradePart::Columns,
    };
    (cell.state != CellState::Excused)
        .then_some(cell.score)
        .flatten()
        .map(|score| (part, score))
}

fn row(graded: GradedLine, clock: &Clock) -> LearnerRow {
    let GradedLine { line, cells, grade } = graded;
    LearnerRow {
        username: line.username,
        name: line.display_name,
        email: line.email,
        done: u8::try_from(line.done_percent).unwrap_or_default(),
        is_completed: line.is_completed,
        is_stuck: line.is_stuck,
        last_active: line.last_active.map(|at| (clock.ago(at), at.to_rfc3339())),
        score: line.score,
        grade,
        cells,
    }
}
