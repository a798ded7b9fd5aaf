//! The job that has a model summarize a long conversation, so that later answers know of its
//! beginning. The summary is material of requests only: nobody reads it, and what a model makes of
//! it is checked against the course like everything else.

use std::time::Instant;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Int4, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::mpsc;

use super::chosen::chosen;
use super::prompt::{TURN_CHARACTERS, TURNS};
use super::redact::redact;
use crate::platform::ai::usage::{self, UsageEntry};
use crate::platform::ai::{ChatAsk, ChatAuthor};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{ChatSessionId, CourseId, UserId};
use crate::platform::jobs::{self, Job, JobContext};

/// Messages after which the summary is made, and made again.
pub const EACH: i64 = 16;
/// Version of the text for the model.
pub const SUMMARY_VERSION: &str = "summary-1";
const SUMMARY: &str = include_str!("../../prompts/summary-1.md");
/// Most characters of a summary, and most tokens of a reply.
const CHARACTERS: usize = 1_500;
const MOST_TOKENS: u32 = 400;

/// Has a model summarize the conversation.
#[derive(Debug, Serialize, Deserialize)]
pub struct SummarizeTalk {
    pub talk: ChatSessionId,
}

#[derive(Debug, QueryableByName)]
struct LongTalkRow {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    learner: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Text)]
    summary: String,
    #[diesel(sql_type = Int4)]
    summarized: i32,
    /// Messages before the last turns, which are not in the summary.
    #[diesel(sql_type = Array<Text>)]
    roles: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    texts: Vec<String>,
}

/// Queues a summary if so many messages are not in the last one.
pub async fn summarize_if_long(conn: &mut Conn, talk: ChatSessionId) -> AppResult<()> {
    let is_long: bool = {
        let counted: i64 = counted(conn, talk).await?;
        counted >= EACH + TURNS
    };
    if is_long {
        jobs::enqueue(conn, &SummarizeTalk { talk }).await?;
    }
    Ok(())
}

/// Counts the messages that are not in the summary.
async fn counted(conn: &mut Conn, talk: ChatSessionId) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct NewMessagesRow {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let row: NewMessagesRow = statement(
        "select count(m.message_id) - max(s.summary_message_count) as count
         from cp_rag_chat_sessions s
         join cp_rag_chat_messages m on m.session_id = s.session_id and m.status = 'complete'
              and m.role in ('user', 'assistant')
         where s.session_id = $1 having count(*) > 0",
    )
    .bind::<SqlUuid, _>(talk)
    .get_result(conn)
    .await
    .optional()?
    .unwrap_or(NewMessagesRow { count: 0 });
    Ok(row.count)
}

async fn load(conn: &mut Conn, talk: ChatSessionId) -> QueryResult<Option<LongTalkRow>> {
    statement(
        "select s.user_id, s.course_id, u.display_name as learner, c.language,
                coalesce(s.summary, '') as summary, s.summary_message_count as summarized,
                coalesce(x.roles, '{}') as roles, coalesce(x.texts, '{}') as texts
         from cp_rag_chat_sessions s
         join users u on u.user_id = s.user_id
         join courses c on c.course_id = s.course_id
         cross join lateral (
            select array_agg(n.role order by n.message_id) as roles,
                   array_agg(n.content order by n.message_id) as texts
            from (select m.message_id, m.role, m.content,
                         row_number() over (order by m.message_id) as number, count(*) over () as all_messages
                  from cp_rag_chat_messages m
                  where m.session_id = s.session_id and m.status = 'complete'
                    and m.role in ('user', 'assistant')) n
            where n.number > s.summary_message_count and n.number <= n.all_messages - $2) x
         where s.session_id = $1",
    )
    .bind::<SqlUuid, _>(talk)
    .bind::<BigInt, _>(TURNS)
    .get_result(conn)
    .await
    .optional()
}

impl LongTalkRow {
    fn request(&self, model: &str) -> ChatAsk {
        let said = self.roles.iter().zip(&self.texts).map(|(role, text)| {
            let text: String = text.chars().take(TURN_CHARACTERS).collect();
            let from = if role == "user" { "learner" } else { "tutor" };
            json!({ "from": from, "text": redact(&text, &self.learner) })
        });
        let material = json!({
            "summary": self.summary,
            "conversation": said.collect::<Vec<_>>(),
        });
        ChatAsk {
            messages: vec![
                (
                    ChatAuthor::Rules,
                    SUMMARY.replace("{language}", &self.language),
                ),
                (ChatAuthor::Material, material.to_string()),
            ],
            is_json: false,
            most_tokens: MOST_TOKENS,
            model: Some(model.to_owned()),
        }
    }
}

impl Job for SummarizeTalk {
    const KIND: &'static str = "summarize_talk";
    const MAX_ATTEMPTS: i32 = 2;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let (talk, config) = (self.talk, cx.config.clone());
        let loaded = cx
            .within(async move |conn| {
                let Some(row) = load(conn, talk).await? else {
                    return Ok(None);
                };
                let is_long = i64::try_from(row.texts.len()).unwrap_or_default() >= EACH;
                let model = chosen(conn, &config.ai, row.course_id).await?;
                let model = model.filter(|model| is_long && model.has_tokens_left);
                let has_left = usage::has_tokens_left(conn, &config.ai, row.user_id).await?;
                Ok(model.filter(|_| has_left).map(|model| (row, model.name)))
            })
            .await?;
        let Some((row, model)) = loaded else {
            return Ok(());
        };
        // A conversation without a summary is none the worse, so a failure is not tried again soon.
        let Some(chat) = cx.config.ai.server().filter(|_| cx.config.ai.may_ask()) else {
            return Ok(());
        };
        let begun = Instant::now();
        let (sender, mut pieces) = mpsc::channel::<String>(64);
        let request = row.request(&model);
        let read = async {
            let mut text = String::new();
            while let Some(piece) = pieces.recv().await {
                text.push_str(&piece);
            }
            text
        };
        let (reply, text) = tokio::join!(chat.reply(&request, sender), read);
        cx.config.ai.report(reply.outcome);
        let milliseconds = i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
        let config = cx.config.clone();
        cx.within(async move |conn| {
            let entry = UsageEntry {
                user: row.user_id,
                course: row.course_id,
                purpose: "summary",
                model: &model,
                prompt_version: SUMMARY_VERSION,
                reply: &reply,
                milliseconds,
            };
            usage::record(conn, &config.ai, &entry).await?;
            let text: String = text.trim().chars().take(CHARACTERS).collect();
            if reply.outcome.is_ok() && !text.is_empty() {
                keep(conn, talk, &row, &text).await?;
            }
            Ok(())
        })
        .await
    }
}

/// Stores the summary, unless another one was faster.
async fn keep(
    conn: &mut Conn,
    talk: ChatSessionId,
    row: &LongTalkRow,
    text: &str,
) -> QueryResult<()> {
    let new = i32::try_from(row.texts.len()).unwrap_or_default();
    statement(
        "update cp_rag_chat_sessions
         set summary = $2, summary_message_count = $3 + $4, summary_updated_at = now()
         where session_id = $1 and summary_message_count = $3",
    )
    .bind::<SqlUuid, _>(talk)
    .bind::<Text, _>(text)
    .bind::<Int4, _>(row.summarized)
    .bind::<Int4, _>(new)
    .execute(conn)
    .await
    .map(drop)
}
