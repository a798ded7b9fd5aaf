//! Answers that a language model writes from the passages of a course. They are written in the
//! background, and each sentence is checked before it is shown. Without a model, or when it can't
//! be used, the tutor quotes the course as it does by itself.

pub mod check;
pub mod chosen;
pub mod prompt;
pub mod reader;
pub mod redact;
pub mod store;
pub mod summary;
pub mod support;
pub mod write;

use chrono::Utc;

use self::chosen::chosen;
use self::write::WriteAnswer;
use super::ladder::{AnswerKind, AnswerNote, ChatAnswerDraft};
use crate::platform::ai::usage;
use crate::platform::config::AiConfig;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{ChatMessageId, ChatSessionId, CourseId, UserId};
use crate::platform::jobs;
use crate::tutor_chat::desk::server::live;

/// A question that gets an answer now.
pub struct AnswerFor {
    pub user: UserId,
    pub course: CourseId,
    pub module_no: i32,
    pub talk: ChatSessionId,
    pub question: ChatMessageId,
    /// True if the answer costs a typed question, unless it is free by its kind.
    pub costs_question: bool,
}

/// Whether a model writes an answer.
enum ModelPath {
    Writes,
    /// The tutor quotes the course, with the reason if a model is set up.
    Quotes(Option<AnswerNote>),
}

async fn path(
    conn: &mut Conn,
    ai: Option<&AiConfig>,
    (user, course): (UserId, CourseId),
    kind: AnswerKind,
) -> AppResult<ModelPath> {
    // Questions that the course asks itself never leave this machine: their hints are places.
    let is_written = matches!(
        kind,
        AnswerKind::Hint | AnswerKind::KeySentence | AnswerKind::Quotations
    );
    let Some(ai) = ai.filter(|_| is_written) else {
        return Ok(ModelPath::Quotes(None));
    };
    let model = chosen(conn, ai, course).await?;
    let Some(model) = model.filter(|_| ai.server().is_some()) else {
        return Ok(ModelPath::Quotes(None));
    };
    if !model.has_tokens_left || !usage::has_tokens_left(conn, ai, user).await? {
        return Ok(ModelPath::Quotes(Some(AnswerNote::Limit)));
    }
    Ok(match ai.is_reachable() {
        true => ModelPath::Writes,
        false => ModelPath::Quotes(Some(AnswerNote::Unavailable)),
    })
}

/// Stores the answer, or queues its writing by a model. Questions are counted when their answer is
/// there.
pub async fn give(
    conn: &mut Conn,
    ai: Option<&AiConfig>,
    to: &AnswerFor,
    mut draft: ChatAnswerDraft,
) -> AppResult<()> {
    let costs = to.costs_question && draft.kind.is_counted();
    match path(conn, ai, (to.user, to.course), draft.kind).await? {
        ModelPath::Writes => {
            let step = (draft.kind, costs);
            if let Some(answer) = store::add_pending(conn, to.talk, to.question, step).await? {
                queue(conn, answer).await?;
            }
        }
        ModelPath::Quotes(note) => {
            draft.note = note;
            if costs {
                super::store::spend(conn, to.user, to.course, to.module_no).await?;
            }
            super::store::add_answer(conn, to.talk, to.question, &draft).await?;
        }
    }
    Ok(())
}

/// Queues the job that writes the answer, unless it waits or runs.
async fn queue(conn: &mut Conn, answer: ChatMessageId) -> AppResult<()> {
    let name = answer.to_string();
    jobs::enqueue_once(conn, &WriteAnswer { answer }, &name, Utc::now()).await
}

/// Stops an answer of the learner. Sentences that are shown stay, and cost a question.
pub async fn stop(
    conn: &mut Conn,
    user: UserId,
    (answer, talk, course): (ChatMessageId, ChatSessionId, CourseId),
) -> AppResult<()> {
    if let Some(stopped) = store::stop(conn, answer).await? {
        if stopped.is_spent {
            super::store::spend(conn, user, course, stopped.module_no).await?;
        }
        live::announce(conn, talk).await?;
    }
    Ok(())
}

/// Has an answer written again that was stopped or failed, or that was never written.
pub async fn write_again(
    conn: &mut Conn,
    (answer, talk): (ChatMessageId, ChatSessionId),
) -> AppResult<()> {
    if store::begin_again(conn, answer).await? {
        // Not by its name: the job that was stopped may still run, and takes no notice of this.
        jobs::enqueue(conn, &WriteAnswer { answer }).await?;
        live::announce(conn, talk).await?;
    }
    Ok(())
}
