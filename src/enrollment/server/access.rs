//! Which topics a learner may open, and the outline with its locks.

use crate::course::server::shared::{SharedModule, SharedTopic};
use crate::enrollment::server::gate::Lock;
use crate::enrollment::server::progress;
use crate::enrollment::server::progress::Progress;
use crate::enrollment::server::store;
use crate::enrollment::server::store::{Studying, TopicRecords};
use crate::enrollment::{OutlineModule, OutlineQuiz, OutlineTopic, TopicState};
use crate::paths::quiz_path;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, TopicId, UserId};
use crate::platform::time::Clock;
use diesel::QueryResult;

pub use crate::course::server::not_enrolled;

/// Topic that is unlocked for a learner.
pub struct OpenTopic {
    pub studying: Studying,
    pub progress: Progress,
    /// Index of the topic's module, and of the topic in it.
    place: (usize, usize),
}

impl OpenTopic {
    pub fn module(&self) -> &SharedModule {
        &self.progress.shared.modules[self.place.0]
    }

    pub fn topic(&self) -> &SharedTopic {
        &self.module().topics[self.place.1]
    }
}

/// Returns the topic at this address.
///
/// # Errors
///
/// `Closed` if the topic is locked for the learner.
pub async fn open_topic(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    topic: &str,
    clock: &Clock,
) -> AppResult<OpenTopic> {
    let studying = store::studying(conn, user, course)
        .await?
        .ok_or_else(not_enrolled)?;
    let progress = progress::refresh(conn, user, studying.course_id, clock.now).await?;
    let modules = progress.shared.modules.iter().enumerate();
    let place = modules.into_iter().find_map(|(at, module)| {
        let of = |of: &SharedTopic| of.slug == topic;
        Some((at, module.topics.iter().position(of)?))
    });
    let place = place.ok_or_else(|| {
        AppError::NotFound(
            "There is no topic at this address. It may have been moved or retired.".to_owned(),
        )
    })?;
    let open = OpenTopic {
        studying,
        progress,
        place,
    };
    let (module, topic) = (open.module(), open.topic());
    match open.progress.lock_of_topic(module.number, topic.number) {
        Some(lock) => Err(closed(lock, course, clock)),
        None => Ok(open),
    }
}

/// Returns a topic's course, its module and the learner's progress.
///
/// # Errors
///
/// `Denied` if the topic is locked for the learner.
pub async fn open_place(
    conn: &mut Conn,
    user: UserId,
    topic: TopicId,
    clock: &Clock,
) -> AppResult<(CourseId, i32, Progress)> {
    let (course, module_no, topic_number) = store::place_of(conn, user, topic)
        .await?
        .ok_or_else(not_enrolled)?;
    let progress = progress::refresh(conn, user, course, clock.now).await?;
    match progress.lock_of_topic(module_no, topic_number) {
        Some(lock) => Err(AppError::Denied(progress::sentence(lock, clock))),
        None => Ok((course, module_no, progress)),
    }
}

/// Explains why a topic is locked and links to the quiz that unlocks it.
pub(crate) fn closed(lock: Lock, course: &str, clock: &Clock) -> AppError {
    let (href, label) = match lock {
        Lock::AfterQuiz { quiz, .. } => (quiz_path(course, quiz), format!("Go to quiz {quiz}")),
        Lock::From(_) => (format!("/learn/{course}"), "Back to the course".to_owned()),
    };
    AppError::Closed {
        why: progress::sentence(lock, clock),
        href,
        label,
    }
}

/// Returns the course's topics and quizzes, with progress and locks.
pub async fn outline(
    conn: &mut Conn,
    user: UserId,
    progress: &Progress,
    clock: &Clock,
) -> QueryResult<Vec<OutlineModule>> {
    let records = store::topic_records(conn, user, &progress.shared.topic_ids()).await?;
    Ok(outline_of(progress, &records, clock))
}

/// Builds the outline from what was read.
pub fn outline_of(
    progress: &Progress,
    records: &TopicRecords,
    clock: &Clock,
) -> Vec<OutlineModule> {
    let module_of = |module: &SharedModule| {
        let topics: Vec<OutlineTopic> = module
            .topics
            .iter()
            .map(|topic| OutlineTopic {
                slug: topic.slug.clone(),
                title: topic.title.clone(),
                number: topic.number,
                minutes: topic.minutes,
                state: TopicState::of(records.get(&topic.topic_id).map(|row| row.is_completed)),
                lock: progress
                    .lock_of_topic(module.number, topic.number)
                    .map(|lock| progress::words(lock, clock)),
            })
            .collect();
        let numbers: Vec<i32> = topics.iter().map(|topic| topic.number).collect();
        OutlineModule {
            number: module.number,
            title: module.title.clone(),
            topics,
            quizzes: progress
                .quizzes
                .iter()
                .filter(|quiz| quiz.number.module_no == module.number)
                .map(|quiz| OutlineQuiz {
                    number: quiz.number,
                    after: progress::stands_after(&numbers, quiz.number.section),
                    state: match (quiz.is_passed, quiz.attempts_used) {
                        (true, _) => TopicState::Done,
                        (false, 0) => TopicState::New,
                        (false, _) => TopicState::Begun,
                    },
                    lock: quiz.lock.map(|lock| progress::words(lock, clock)),
                })
                .collect(),
        }
    };
    progress.shared.modules.iter().map(module_of).collect()
}
