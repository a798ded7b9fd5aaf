//! Which topics a learner may open, and the outline with its locks.

use crate::enrollment::server::gate::Lock;
use crate::enrollment::server::progress;
use crate::enrollment::server::progress::Progress;
use crate::enrollment::server::store;
use crate::enrollment::server::store::{Studying, TopicRow};
use crate::enrollment::{OutlineModule, OutlineQuiz, TopicState};
use crate::paths::quiz_path;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, TopicId, UserId};
use crate::platform::time::Clock;

pub fn not_enrolled() -> AppError {
    AppError::Denied(
        "You are not enrolled in this course. Its page says what it is about and how to join."
            .to_owned(),
    )
}

/// Topic that is unlocked for a learner.
pub struct OpenTopic {
    pub studying: Studying,
    pub row: TopicRow,
    pub progress: Progress,
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
    let row = store::topic(conn, user, studying.course_id, topic)
        .await?
        .ok_or_else(|| {
            AppError::NotFound(
                "There is no topic at this address. It may have been moved or retired.".to_owned(),
            )
        })?;
    let progress = progress::refresh(conn, user, studying.course_id, clock.now).await?;
    if let Some(lock) = progress.lock_of_topic(row.module_no, row.topic_number) {
        return Err(closed(lock, course, clock));
    }
    Ok(OpenTopic {
        studying,
        row,
        progress,
    })
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
    course: CourseId,
    progress: &Progress,
    clock: &Clock,
) -> AppResult<Vec<OutlineModule>> {
    let mut outline = store::outline(conn, user, course).await?;
    for module in &mut outline {
        for topic in &mut module.topics {
            topic.lock = progress
                .lock_of_topic(module.number, topic.number)
                .map(|lock| progress::words(lock, clock));
        }
        let numbers: Vec<i32> = module.topics.iter().map(|topic| topic.number).collect();
        module.quizzes = progress
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
            .collect();
    }
    Ok(outline)
}
