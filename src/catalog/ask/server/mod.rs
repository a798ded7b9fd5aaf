//! Answers questions about the catalog. [`facts`] writes what is known of each course as sentences,
//! of which the tutor's own rules choose those that answer.

pub mod facts;
pub mod store;
pub mod view;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MEMBER_TURNS, VISITOR_TURNS};
use crate::course::server::index::Passage;
use crate::platform::auth::Viewer;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::OrganizationId;
use crate::tutor_chat::server::answer::{TutorAnswer, answer};
use crate::tutor_chat::server::follow_up::leans;

/// A question about the catalog with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogTurn {
    pub question: String,
    pub kind: CatalogAnswerKind,
    /// Sentences that answer, or courses without a sentence.
    pub lines: Vec<CatalogLine>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatalogAnswerKind {
    Quoted,
    /// The question asks for courses as such.
    Newest,
    /// The pages do not say; the lines are courses that may help.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogLine {
    pub slug: String,
    pub title: String,
    pub text: String,
}

/// Courses that are named where the pages do not answer.
const NEAREST: usize = 3;

/// Questions that the person has in one conversation.
pub fn turns_of(viewer: Option<&Viewer>) -> usize {
    match viewer {
        Some(_) => MEMBER_TURNS,
        None => VISITOR_TURNS,
    }
}

/// Answers a question and keeps it. Returns the conversation and the question's number in it. The
/// same question right again is not counted again.
///
/// # Errors
///
/// `Denied` if the conversation has all its questions.
pub async fn ask(
    conn: &mut Conn,
    organization: OrganizationId,
    (talk, all): (Option<Uuid>, usize),
    question: String,
) -> AppResult<(Uuid, usize)> {
    store::forget_old(conn).await?;
    let (talk, mut turns) = store::open(conn, talk).await?;
    if turns.last().is_some_and(|last| last.question == question) {
        return Ok((talk, turns.len()));
    }
    if turns.len() >= all {
        return Err(AppError::Denied(format!(
            "This conversation has its {all} questions. Begin a new one, or look through the courses."
        )));
    }
    let before = turns.last().map(|last| last.question.clone());
    let turn = consider(conn, organization, question, before).await?;
    turns.push(turn);
    store::keep(conn, talk, &turns).await?;
    Ok((talk, turns.len()))
}

async fn consider(
    conn: &mut Conn,
    organization: OrganizationId,
    question: String,
    before: Option<String>,
) -> AppResult<CatalogTurn> {
    let before = before.filter(|_| leans(&question) && !facts::asks_for_all(&question));
    if let Some(before) = before {
        let both = format!("{before}\n{question}");
        let found = answered(conn, organization, &both).await?;
        if found.0 == CatalogAnswerKind::Quoted {
            return Ok(turn(question, found));
        }
    }
    let found = answered(conn, organization, &question).await?;
    Ok(turn(question, found))
}

fn turn(question: String, (kind, lines): (CatalogAnswerKind, Vec<CatalogLine>)) -> CatalogTurn {
    CatalogTurn {
        question,
        kind,
        lines,
    }
}

async fn answered(
    conn: &mut Conn,
    organization: OrganizationId,
    question: &str,
) -> AppResult<(CatalogAnswerKind, Vec<CatalogLine>)> {
    let asked = facts::about(question);
    let words: Vec<&str> = asked.split_whitespace().collect();
    if words.is_empty() {
        let newest = store::newest(conn).await?;
        return Ok((CatalogAnswerKind::Newest, newest));
    }
    let courses = store::matching(conn, organization, &words).await?;
    let passages: Vec<Passage> = (0_u8..)
        .zip(&courses)
        .map(|(place, course)| facts::passage(course, place))
        .collect();
    let line = |slug: &str, title: &str, text: &str| CatalogLine {
        slug: slug.to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
    };
    Ok(match answer(&asked, &passages, &[]) {
        TutorAnswer::Quotations(found) => {
            let lines = found
                .iter()
                .map(|one| line(&one.source.topic_slug, &one.source.topic_title, &one.text));
            (CatalogAnswerKind::Quoted, lines.collect())
        }
        TutorAnswer::Unknown(_) | TutorAnswer::Hint(_) => {
            let nearest = courses.iter().take(NEAREST);
            let lines = nearest.map(|course| line(&course.slug, &course.title, ""));
            (CatalogAnswerKind::Unknown, lines.collect())
        }
    })
}
