//! The learners of a course with their status. The rule of the status is applied to all of them,
//! because the list is filtered and sorted by it.

use std::cmp::Ordering;

use super::live;
use super::status::status;
use super::store::{self, FiguresRow, Sought};
use crate::activity::{
    LearnerStatus, ROSTER_PAGE, RosterLine, RosterPage, RosterQuery, RosterSort,
};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::CourseId;
use crate::platform::live::LiveTopic;
use crate::platform::time::Clock;

/// A learner with their status and its reason.
#[derive(Debug)]
pub struct JudgedLearner {
    pub row: FiguresRow,
    pub status: LearnerStatus,
    pub reason: String,
}

impl JudgedLearner {
    pub fn of(row: FiguresRow, clock: &Clock) -> Self {
        let (status, reason) = status(&row.figures(), &row.rules(), clock.now);
        Self {
            row,
            status,
            reason,
        }
    }

    pub fn minutes(&self) -> i64 {
        self.row.seconds / 60
    }
}

pub async fn page(
    conn: &mut Conn,
    (course, course_slug): (CourseId, String),
    query: &RosterQuery,
    clock: &Clock,
) -> AppResult<RosterPage> {
    let live = LiveTopic::from_now(live::topic(course));
    let course_title = crate::course::server::store::title(conn, course).await?;
    let (learners, counts) = judged(conn, course, query, clock).await?;
    let rules = store::rules(conn, course).await?;
    let total = learners.len();
    let last = total.saturating_sub(1) / ROSTER_PAGE;
    let page = usize::try_from(query.page).unwrap_or(last).min(last);
    let lines = learners
        .into_iter()
        .skip(page * ROSTER_PAGE)
        .take(ROSTER_PAGE)
        .map(|learner| line(learner, clock))
        .collect();
    Ok(RosterPage {
        course_slug,
        course_title,
        lines,
        counts,
        rules,
        live,
        page: u32::try_from(page).unwrap_or_default(),
        total,
        views: Vec::new(),
    })
}

/// Returns the learners of the filtered and sorted list, and the number of each status without the
/// filter.
pub async fn judged(
    conn: &mut Conn,
    course: CourseId,
    query: &RosterQuery,
    clock: &Clock,
) -> AppResult<(Vec<JudgedLearner>, Vec<(LearnerStatus, usize)>)> {
    let sought = Sought::Containing(&query.q);
    let rows = store::figures(conn, course, sought, clock.now).await?;
    let mut learners: Vec<JudgedLearner> = rows
        .into_iter()
        .map(|row| JudgedLearner::of(row, clock))
        .collect();
    let counts = LearnerStatus::ALL
        .map(|status| {
            let count = learners.iter().filter(|learner| learner.status == status);
            (status, count.count())
        })
        .to_vec();
    if let Some(status) = query.status {
        learners.retain(|learner| learner.status == status);
    }
    // The query returns them by name, and the sort is stable.
    learners.sort_by(|one, other| match query.down {
        false => compare(query.sort, one, other),
        true => compare(query.sort, other, one),
    });
    Ok((learners, counts))
}

fn compare(sort: RosterSort, one: &JudgedLearner, other: &JudgedLearner) -> Ordering {
    let name = |learner: &JudgedLearner| learner.row.display_name.to_lowercase();
    match sort {
        RosterSort::Status => (one.status.cmp(&other.status))
            // Of those who are gone, the latest can be reached most easily.
            .then(other.row.seen_at.cmp(&one.row.seen_at)),
        RosterSort::Name => name(one).cmp(&name(other)),
        RosterSort::Progress => one.row.done_percent.cmp(&other.row.done_percent),
        RosterSort::Seen => one.row.seen_at.cmp(&other.row.seen_at),
        RosterSort::Minutes => one.row.seconds.cmp(&other.row.seconds),
    }
}

fn line(learner: JudgedLearner, clock: &Clock) -> RosterLine {
    let minutes = learner.minutes();
    let JudgedLearner {
        row,
        status,
        reason,
    } = learner;
    RosterLine {
        done: u8::try_from(row.done_percent).unwrap_or_default(),
        seen: row.seen_at.map(|at| (clock.ago(at), at.to_rfc3339())),
        minutes,
        passed: row.passed,
        failed: row.failed,
        asked: row.asked,
        answered: row.answered,
        username: row.username,
        name: row.display_name,
        email: row.email,
        status,
        reason,
    }
}
