//! Builds the page of an exercise and saves the learner's work.

use super::store;
use crate::course::CourseTitle;
use crate::enrollment::server::access::{open_place, open_topic};
use crate::enrollment::{TopicLink, TopicState};
use crate::exercise::hand_in::LINKS_CHARACTERS;
use crate::exercise::hand_in::server::{reminder, store as hand_ins, versions, view as handing};
use crate::exercise::peer_review::server::top_up;
use crate::exercise::{
    ExerciseLine, ExercisePage, SaveDecision, SaveToken, WORK_LIMIT, decide_save,
};
use crate::paths::topic_path;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{ExerciseId, TopicId, UserId};
use crate::platform::time::Clock;
use crate::platform::ui::Html;

pub fn no_exercise() -> AppError {
    AppError::NotFound("There is no exercise at this address. It may have been retired.".to_owned())
}

pub async fn lines(
    conn: &mut Conn,
    user: UserId,
    topic: TopicId,
    course_slug: &str,
    topic_slug: &str,
) -> AppResult<Vec<ExerciseLine>> {
    let rows = store::of_topic(conn, user, topic).await?;
    let path = topic_path(course_slug, topic_slug);
    Ok(rows
        .into_iter()
        .map(|(key, title, difficulty, is_done)| ExerciseLine {
            link: TopicLink {
                href: format!("{path}/exercise/{key}"),
                title,
            },
            difficulty,
            state: TopicState::of(is_done),
        })
        .collect())
}

pub async fn page(
    conn: &mut Conn,
    user: UserId,
    course: String,
    topic: &str,
    key: &str,
    clock: &Clock,
) -> AppResult<ExercisePage> {
    let open = open_topic(conn, user, &course, topic, clock).await?;
    let exercise = store::by_key(conn, open.topic().topic_id, key)
        .await?
        .ok_or_else(no_exercise)?;
    let work = store::work(conn, user, exercise.exercise_id).await?;
    let ticked = match &work {
        Some(work) => work.ticked()?.lines,
        None => Vec::new(),
    };
    let rubric = exercise.rubric()?.lines;
    let handing_in = match hand_ins::active_for(conn, user, exercise.exercise_id).await? {
        Some(assignment) => {
            let place = (user, exercise.exercise_id);
            Some(handing::handing_in(conn, place, work.as_ref(), &assignment, clock).await?)
        }
        None => None,
    };
    let done = work.as_ref().and_then(|work| work.submitted_at);
    Ok(ExercisePage {
        exercise_id: exercise.exercise_id,
        topic: TopicLink {
            href: topic_path(&course, topic),
            title: open.topic().title.clone(),
        },
        course_slug: course,
        course_title: CourseTitle::new(open.studying.title, open.studying.language),
        title: exercise.title,
        difficulty: exercise.difficulty,
        brief: Html(exercise.brief_html),
        rubric: rubric
            .into_iter()
            .map(|line| {
                let is_ticked = ticked.contains(&line);
                (line, is_ticked)
            })
            .collect(),
        handing_in,
        done: done.map(|at| (clock.date_time(at), at.to_rfc3339())),
        page: SaveToken {
            writer: uuid::Uuid::new_v4(),
            revision: work.as_ref().map_or(0, |work| work.revision),
            change: 0,
        },
        work: work.map(|work| work.work).unwrap_or_default(),
    })
}

/// Text, links and ticked lines that a page sends.
pub struct SentWork {
    pub page: SaveToken,
    pub text: String,
    pub links: String,
    pub ticked: Vec<String>,
    /// True if the learner marks the exercise as done.
    pub is_done: bool,
}

/// Saves the work. If it is done and the exercise's work is handed in, also hands it in.
///
/// # Errors
///
/// `Conflict` if another page has saved since, or if the exercise is already done.
pub async fn save(
    conn: &mut Conn,
    user: UserId,
    exercise: ExerciseId,
    sent: SentWork,
    clock: &Clock,
) -> AppResult<()> {
    // PostgreSQL cannot store the character NUL in text.
    let text = sent.text.replace("\r\n", "\n").replace('\0', "");
    if text.chars().count() > WORK_LIMIT as usize {
        return Err(AppError::field(
            "text",
            format!("{} Nothing was saved.", figures::use_at_most(WORK_LIMIT)),
        ));
    }
    let links = sent.links.replace("\r\n", "\n").replace('\0', "");
    if links.chars().count() > LINKS_CHARACTERS as usize {
        return Err(AppError::field(
            "links",
            format!(
                "{} Nothing was saved.",
                figures::use_at_most(LINKS_CHARACTERS)
            ),
        ));
    }
    let exercise = store::by_id(conn, exercise)
        .await?
        .ok_or_else(no_exercise)?;
    open_place(conn, user, exercise.topic_id, clock).await?;
    let stored = store::work_for_update(conn, user, exercise.exercise_id).await?;
    let kept = match decide_save(stored.writing(), sent.page) {
        SaveDecision::Late => return Ok(()),
        SaveDecision::Stale => {
            return Err(AppError::Conflict(
                "This exercise was changed in another tab or on another device. Copy your text, then reload the page."
                    .to_owned(),
            ));
        }
        SaveDecision::Keep(revision) => SaveToken {
            revision,
            ..sent.page
        },
    };
    let ticked: Vec<String> = exercise
        .rubric()?
        .lines
        .into_iter()
        .filter(|line| sent.ticked.contains(line))
        .collect();
    let is_same = stored.work == text && stored.links == links && stored.ticked()?.lines == ticked;
    match stored.submitted_at {
        // The request repeats the finished work: a retry, or a save that arrived late.
        Some(_) if is_same => return Ok(()),
        Some(_) => {
            return Err(AppError::Conflict(
                "This exercise is marked as done. Reload the page to reopen it.".to_owned(),
            ));
        }
        None => {}
    }
    if sent.is_done {
        match hand_ins::active_for(conn, user, exercise.exercise_id).await? {
            Some(assignment) => {
                let sent = (text.as_str(), links.as_str());
                versions::hand_in(conn, stored.work_id, sent, &assignment, clock).await?;
                reminder::seen(conn, user, exercise.exercise_id).await?;
                let work = stored.work_id;
                top_up::handed_in(conn, exercise.exercise_id, work, &assignment).await?;
            }
            None if text.trim().is_empty() => {
                return Err(AppError::field("text", "Write something first."));
            }
            None => {}
        }
    }
    let done_at = sent.is_done.then_some(clock.now);
    store::save(
        conn,
        user,
        exercise.exercise_id,
        (&text, &links),
        ticked,
        kept,
        done_at,
    )
    .await
}

/// Reopens finished work.
///
/// # Errors
///
/// `Conflict` while a tutor is marking it.
pub async fn reopen(
    conn: &mut Conn,
    user: UserId,
    exercise: ExerciseId,
    clock: &Clock,
) -> AppResult<()> {
    let exercise = store::by_id(conn, exercise)
        .await?
        .ok_or_else(no_exercise)?;
    open_place(conn, user, exercise.topic_id, clock).await?;
    if let Some(work) = store::work(conn, user, exercise.exercise_id).await?
        && hand_ins::active(conn, exercise.exercise_id)
            .await?
            .is_some()
    {
        versions::may_go_on(conn, work.work_id).await?;
    }
    Ok(store::reopen(conn, user, exercise.exercise_id).await?)
}
