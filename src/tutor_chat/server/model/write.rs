//! The job that has a model write an answer. It may run more than once: the answer is completed
//! once, and costs one question.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::check::{CheckedAnswer, Material};
use super::chosen::{ChosenModel, chosen};
use super::prompt::{self, ModelQuestion, PROMPT_VERSION, Turn};
use super::reader::SentenceReader;
use super::store::{self, AnswerEnding, PendingAnswer};
use super::summary::summarize_if_long;
use crate::course::server::index::Passage;
use crate::enrollment::server::access::open_place;
use crate::platform::ai::usage::{self, UsageEntry};
use crate::platform::ai::{Chat, ChatAsk, ChatProblem, ChatReply};
use crate::platform::config::AiConfig;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::ChatMessageId;
use crate::platform::jobs::{Job, JobContext};
use crate::platform::time::Clock;
use crate::tutor_chat::desk::TutorTone;
use crate::tutor_chat::desk::server::live;
use crate::tutor_chat::server::answer::TutorAnswer;
use crate::tutor_chat::server::ask::{hold, refusal};
use crate::tutor_chat::server::consider::{AskPlace, consider};
use crate::tutor_chat::server::ladder::{self, AnswerKind, AnswerNote, ChatAnswerDraft};
use crate::tutor_chat::server::store as talks;

/// Pieces of a reply that may wait to be read.
const WAITING_PIECES: usize = 64;
/// Interval of looking whether the learner has stopped the answer.
const LOOK: Duration = Duration::from_secs(1);

/// Has a model write the answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct WriteAnswer {
    pub answer: ChatMessageId,
}

impl Job for WriteAnswer {
    const KIND: &'static str = "write_answer";
    const MAX_ATTEMPTS: i32 = 4;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let answer = self.answer;
        let (clock, config) = (Clock::of_organization(&cx.organization), cx.config.clone());
        let prepared = cx
            .within(async move |conn| prepare(conn, &config.ai, answer, &clock).await)
            .await;
        match prepared {
            Ok(Some(task)) => write(cx, Arc::new(task)).await,
            Ok(None) => Ok(()),
            Err(error) if error.status() < 500 => give_up(cx, answer, &error).await,
            Err(error) => Err(error),
        }
    }
}

/// Everything that writing an answer needs.
struct Task {
    answer: ChatMessageId,
    pending: PendingAnswer,
    module_no: i32,
    passages: Vec<Passage>,
    /// The text that is answered.
    asked: String,
    /// Stems of the words that a hint must not have.
    telling: BTreeSet<String>,
    turns: Vec<Turn>,
    /// The answer without the model.
    quoted: ChatAnswerDraft,
    /// True if the course answers the question, and does not ask it itself.
    is_for_model: bool,
    tone: TutorTone,
    /// None if answers of the course are quotations.
    model: Option<ChosenModel>,
}

impl Task {
    fn kind(&self) -> AnswerKind {
        self.pending.kind()
    }

    /// Name of the model. Empty without one.
    fn model(&self) -> &str {
        self.model.as_ref().map_or("", |model| &model.name)
    }

    fn request(&self) -> ChatAsk {
        prompt::request(&ModelQuestion {
            kind: self.kind(),
            language: &self.pending.language,
            passages: &self.passages,
            turns: &self.turns,
            question: &self.pending.question,
            learner: &self.pending.learner,
            summary: &self.pending.summary,
            tone: self.tone,
            persona: self.pending.persona(),
            model: self.model(),
        })
    }
}

/// Loads the question with its passages, with the rights that the learner has now. None if the
/// answer is no longer wanted.
async fn prepare(
    conn: &mut Conn,
    ai: &AiConfig,
    answer: ChatMessageId,
    clock: &Clock,
) -> AppResult<Option<Task>> {
    let Some(pending) = store::pending(conn, answer).await? else {
        return Ok(None);
    };
    let user = pending.user_id;
    let (course, module_no, progress) = open_place(conn, user, pending.topic_id, clock).await?;
    let terms = talks::terms(conn, user, course, module_no).await?;
    if let Some(why) = refusal(conn, user, course, &terms, clock).await? {
        return Err(AppError::Denied(why.to_owned()));
    }
    let place = AskPlace::new(course, pending.topic_id, module_no, &progress);
    let (talk, question) = (pending.session_id, pending.question_id);
    let before = talks::question_before(conn, talk, Some(question)).await?;
    let found = consider(conn, &place, &pending.question, before.as_deref()).await?;
    let quoted = ladder::draft(&found, Some(pending.kind()), terms.settings.hints_first);
    let telling = match (&found.answer, pending.kind()) {
        (_, AnswerKind::Quotations) => BTreeSet::new(),
        (TutorAnswer::Quotations(quotations), _) => (quotations.first())
            .map(|best| ladder::telling(&best.text, &found.asked))
            .unwrap_or_default(),
        _ => BTreeSet::new(),
    };
    Ok(Some(Task {
        answer,
        module_no,
        telling,
        turns: store::turns(conn, talk, question).await?,
        quoted,
        is_for_model: matches!(found.answer, TutorAnswer::Quotations(_)),
        passages: found.passages,
        asked: found.asked,
        tone: terms.settings.tone,
        model: chosen(conn, ai, course).await?,
        pending,
    }))
}

/// Ends the answer to a question that the learner may no longer ask.
async fn give_up(cx: &JobContext, answer: ChatMessageId, error: &AppError) -> AppResult<()> {
    let why: String = error.to_string().chars().take(500).collect();
    cx.within(async move |conn| {
        let pending = store::pending(conn, answer).await?;
        store::fail(conn, answer, &why).await?;
        if let Some(pending) = pending {
            live::announce(conn, pending.session_id).await?;
        }
        Ok(())
    })
    .await
}

async fn write(cx: &JobContext, task: Arc<Task>) -> AppResult<()> {
    let is_for_model = task.is_for_model && task.model.is_some();
    let chat = cx.config.ai.server().filter(|_| is_for_model);
    let Some(chat) = chat else {
        return end(cx, task, CheckedAnswer::default(), Err(None)).await;
    };
    let (config, user) = (cx.config.clone(), task.pending.user_id);
    let has_left = cx
        .within(async move |conn| Ok(usage::has_tokens_left(conn, &config.ai, user).await?))
        .await?;
    if !has_left
        || task
            .model
            .as_ref()
            .is_some_and(|model| !model.has_tokens_left)
    {
        let why = Err(Some(AnswerNote::Limit));
        return end(cx, task, CheckedAnswer::default(), why).await;
    }
    // The worker is often another process than the one that took the question.
    if !cx.config.ai.may_ask() {
        let why = Err(Some(AnswerNote::Unavailable));
        return end(cx, task, CheckedAnswer::default(), why).await;
    }
    let begun = Instant::now();
    let (checked, reply) = converse(cx, &task, chat.as_ref()).await?;
    cx.config.ai.report(reply.outcome);
    let milliseconds = i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
    end(cx, task, checked, Ok((reply, milliseconds))).await
}

/// Lets the model reply, and shows each sentence that passes the checks.
async fn converse(
    cx: &JobContext,
    task: &Arc<Task>,
    chat: &dyn Chat,
) -> AppResult<(CheckedAnswer, ChatReply)> {
    let material = Material {
        question: &task.asked,
        passages: &task.passages,
        telling: &task.telling,
    };
    let request = task.request();
    let (sender, mut pieces) = mpsc::channel::<String>(WAITING_PIECES);
    let mut replying = std::pin::pin!(chat.reply(&request, sender));
    let (mut reader, mut checked) = (SentenceReader::default(), CheckedAnswer::default());
    let mut looking = tokio::time::interval(LOOK);
    let (mut reply, mut has_all) = (None, false);
    loop {
        if let Some(reply) = reply.take_if(|_| has_all) {
            return Ok((checked, reply));
        }
        let is_wanted = tokio::select! {
            done = &mut replying, if reply.is_none() => {
                reply = Some(done);
                true
            }
            piece = pieces.recv(), if !has_all => match piece {
                Some(piece) => {
                    let found = reader.push(&piece);
                    let added = found.iter().filter(|draft| checked.add(draft, &material)).count();
                    added == 0 || show(cx, task, &checked).await?
                }
                None => {
                    has_all = true;
                    true
                }
            },
            _ = looking.tick() => {
                let answer = task.answer;
                cx.within(async move |conn| Ok(store::is_wanted(conn, answer).await?)).await?
            }
        };
        if !is_wanted {
            break;
        }
    }
    // The model has read the request, and has written about what was shown.
    let tokens = request.tokens_with(checked.text().chars().count());
    let outcome = Err(ChatProblem::Stopped);
    Ok((checked, ChatReply { outcome, tokens }))
}

async fn show(cx: &JobContext, task: &Arc<Task>, checked: &CheckedAnswer) -> AppResult<bool> {
    let (task, checked) = (task.clone(), checked.clone());
    cx.within(async move |conn| {
        let is_wanted = store::show(conn, task.answer, task.kind(), &checked).await?;
        live::announce(conn, task.pending.session_id).await?;
        Ok(is_wanted)
    })
    .await
}

/// Completes the answer: with the sentences that passed, or with quotations if there are none.
/// `reply` is the reply and its time in milliseconds, or the reason why the model was not asked.
async fn end(
    cx: &JobContext,
    task: Arc<Task>,
    checked: CheckedAnswer,
    reply: Result<(ChatReply, i32), Option<AnswerNote>>,
) -> AppResult<()> {
    let config = cx.config.clone();
    cx.within(async move |conn| {
        let ai = &config.ai;
        let model = task.model();
        let (user, course) = (task.pending.user_id, task.pending.course_id);
        hold(conn, user, course).await?;
        if let Ok((reply, milliseconds)) = &reply {
            let entry = UsageEntry {
                user,
                course,
                purpose: "answer",
                model,
                prompt_version: PROMPT_VERSION,
                reply,
                milliseconds: *milliseconds,
            };
            usage::record(conn, ai, &entry).await?;
        }
        let has_sentences = !checked.sentences.is_empty();
        let note = match &reply {
            Ok((reply, _)) => note_of(reply, has_sentences),
            Err(why) => *why,
        };
        let (kind, ending) = match has_sentences {
            true => {
                let kind = task.kind();
                (kind, AnswerEnding::Model(kind, &checked, model))
            }
            false => (task.quoted.kind, AnswerEnding::Quoted(&task.quoted)),
        };
        if store::complete(conn, task.answer, &ending, note).await? {
            if task.pending.costs_question && kind.is_counted() {
                talks::spend(conn, user, course, task.module_no).await?;
            }
            live::announce(conn, task.pending.session_id).await?;
            if task.model.is_some() {
                summarize_if_long(conn, task.pending.session_id).await?;
            }
        }
        Ok(())
    })
    .await
}

/// Returns the reason why the answer is not the whole reply of the model.
fn note_of(reply: &ChatReply, has_sentences: bool) -> Option<AnswerNote> {
    match (reply.outcome.is_err(), has_sentences) {
        (true, true) => Some(AnswerNote::Broken),
        (true, false) => Some(AnswerNote::Unavailable),
        (false, true) => None,
        (false, false) => Some(AnswerNote::Unsupported),
    }
}
