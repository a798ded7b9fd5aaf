//! The figures of a course: who is active, how far its learners are, where they stop and fail, and
//! what stands out.

use std::collections::HashSet;

use super::course_html;
use super::plan::CohortWork;
use super::store::{self, InsightCohort, TopicFigures, WaitingFigures, WeekRow};
use crate::activity::server::roster::{self, JudgedLearner};
use crate::activity::{LearnerStatus, RosterQuery};
use crate::course::CourseTitle;
use crate::insights::CourseInsights;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CohortId, CourseId};
use crate::platform::time::Clock;

/// Weeks of the charts.
pub const WEEKS: i32 = 12;

/// Learners who stopped at a topic, from which on that stands out.
const STOPPED: i64 = 3;
/// Number of first answers to a topic's questions from which on the share of right ones counts, and
/// the share in percent below which it stands out.
const ANSWERS: i64 = 5;
const RIGHT_PERCENT: i64 = 60;

/// All that the page shows.
pub struct CourseFigures {
    pub slug: String,
    pub title: CourseTitle,
    pub cohorts: Vec<InsightCohort>,
    pub cohort: Option<CohortId>,
    pub learners: Vec<JudgedLearner>,
    pub weeks: Vec<WeekRow>,
    pub topics: Vec<TopicFigures>,
    pub waiting: WaitingFigures,
    /// The work of the cohort, if one is chosen that has started.
    pub work: Option<CohortWork>,
}

pub async fn page(
    conn: &mut Conn,
    (course, slug): (CourseId, String),
    (cohort, question): (&str, &str),
    clock: &Clock,
) -> AppResult<CourseInsights> {
    let figures = figures(conn, (course, slug), cohort, clock).await?;
    Ok(CourseInsights {
        has_leaderboard: figures.waiting.has_leaderboard,
        body: course_html::body(&figures, question.trim(), clock),
        course_slug: figures.slug,
        course_title: figures.title,
    })
}

/// Returns the figures of the course, or of one of its cohorts.
///
/// # Errors
///
/// `NotFound` if the course has no such cohort.
pub async fn figures(
    conn: &mut Conn,
    (course, slug): (CourseId, String),
    cohort: &str,
    clock: &Clock,
) -> AppResult<CourseFigures> {
    let title = crate::course::server::store::title(conn, course).await?;
    let cohorts = store::cohorts_of(conn, course).await?;
    let cohort = match cohort {
        "" => None,
        id => {
            let found = cohorts.iter().find(|row| row.cohort_id.to_string() == id);
            let no_cohort = || AppError::NotFound("This course has no such cohort.".to_owned());
            Some(found.ok_or_else(no_cohort)?.cohort_id)
        }
    };
    let (mut learners, _) = roster::judged(conn, course, &RosterQuery::default(), clock).await?;
    let mut work = None;
    if let Some(cohort) = cohort {
        let members: HashSet<_> = store::members(conn, cohort).await?.into_iter().collect();
        learners.retain(|learner| members.contains(&learner.row.user_id));
        work = store::work(conn, course, cohort, clock.now).await?;
    }
    Ok(CourseFigures {
        weeks: store::weeks(conn, course, cohort, WEEKS, clock.now).await?,
        topics: store::topics(conn, course, cohort, clock.now).await?,
        waiting: store::waiting(conn, course).await?,
        slug,
        title,
        cohorts,
        cohort,
        learners,
        work,
    })
}

/// Something that a tutor may want to look at, with the address of what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub said: String,
    /// Title of the topic that it is about, or empty.
    pub topic: String,
    /// Words and address of the link.
    pub act: (&'static str, String),
}

impl CourseFigures {
    pub fn count(&self, status: LearnerStatus) -> usize {
        let learners = self.learners.iter();
        learners.filter(|learner| learner.status == status).count()
    }

    /// The share of the topics that half of the learners have done at least, in percent.
    pub fn median_progress(&self) -> Option<i32> {
        let mut shares: Vec<i32> = self.progress().collect();
        shares.sort_unstable();
        shares.get(shares.len() / 2).copied()
    }

    /// The share of the topics that each learner has done, in percent.
    pub fn progress(&self) -> impl Iterator<Item = i32> {
        self.learners.iter().map(|learner| learner.row.done_percent)
    }

    /// All that stands out, the most urgent first.
    pub fn remarks(&self) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let mut add = |said: String, topic: &str, act: (&'static str, String)| {
            let topic = topic.to_owned();
            remarks.push(Remark { said, topic, act });
        };
        if self.waiting.questions > 0 {
            let said = match self.waiting.questions {
                1 => "One question of a learner waits for a reply.".to_owned(),
                many => format!("{many} questions of learners wait for a reply."),
            };
            let path = crate::paths::learner_questions_path(&self.slug);
            add(said, "", ("Answer", path));
        }
        if self.waiting.works > 0 {
            let said = match self.waiting.works {
                1 => "One work waits for marks.".to_owned(),
                many => format!("{many} works wait for marks."),
            };
            add(said, "", ("Mark", "/marking".to_owned()));
        }
        for (status, one, many) in [
            (
                LearnerStatus::Gone,
                "has been away for long",
                "have been away for long",
            ),
            (
                LearnerStatus::Drift,
                "is drifting away",
                "are drifting away",
            ),
            (
                LearnerStatus::Friction,
                "works but struggles",
                "work but struggle",
            ),
            (
                LearnerStatus::Behind,
                "is behind the plan",
                "are behind the plan",
            ),
        ] {
            let (count, all) = (self.count(status), self.learners.len());
            if count > 0 {
                let said = match count {
                    1 => format!("1 of {all} learners {one}."),
                    count => format!("{count} of {all} learners {many}."),
                };
                let query = RosterQuery::default().of_status(Some(status));
                add(said, "", ("See who and why", query.path(&self.slug)));
            }
        }
        let edit_path = |topic: &TopicFigures| crate::paths::edit_path(&self.slug, &topic.slug);
        let most = self.topics.iter().max_by_key(|topic| topic.stopped);
        if let Some(topic) = most.filter(|topic| topic.stopped >= STOPPED) {
            let said = format!(
                "{} learners stopped here, more than anywhere else:",
                topic.stopped
            );
            add(said, &topic.title, ("Open the topic", edit_path(topic)));
        }
        let hard = self.topics.iter().filter(|topic| topic.answers >= ANSWERS);
        let hardest = hard.min_by_key(|topic| 100 * topic.right / topic.answers);
        let is_low = |topic: &&TopicFigures| 100 * topic.right / topic.answers < RIGHT_PERCENT;
        if let Some(topic) = hardest.filter(is_low) {
            let share = 100 * topic.right / topic.answers;
            let said = format!("Only {share}% of first answers are right in the quiz about:");
            let path = format!("/teach/{}/questions", self.slug);
            add(said, &topic.title, ("See the questions", path));
        }
        remarks
    }
}
