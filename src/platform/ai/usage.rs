//! The record of requests to models: tokens, cost and outcome of each, and the limits of a day.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Int4, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{ChatReply, TokenCount};
use crate::config::AiConfig;
use crate::db::{Conn, statement};
use crate::ids::{CourseId, UserId};

/// A request to a model.
pub struct UsageEntry<'a> {
    pub user: UserId,
    pub course: CourseId,
    pub purpose: &'a str,
    pub model: &'a str,
    pub prompt_version: &'a str,
    pub reply: &'a ChatReply,
    pub milliseconds: i32,
}

/// Records a request with its cost at the prices of now.
pub async fn record(conn: &mut Conn, ai: &AiConfig, entry: &UsageEntry<'_>) -> QueryResult<()> {
    let TokenCount { read, written } = entry.reply.tokens;
    let outcome = match entry.reply.outcome {
        Ok(()) => "ok",
        Err(problem) => problem.name(),
    };
    statement(
        "insert into ai_usage (usage_id, user_id, course_id, purpose, model, prompt_version,
                               tokens_in, tokens_out, cost_micro, outcome, milliseconds)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<SqlUuid, _>(entry.user)
    .bind::<SqlUuid, _>(entry.course)
    .bind::<Text, _>(entry.purpose)
    .bind::<Text, _>(entry.model)
    .bind::<Text, _>(entry.prompt_version)
    .bind::<Int4, _>(i32::try_from(read).unwrap_or(i32::MAX))
    .bind::<Int4, _>(i32::try_from(written).unwrap_or(i32::MAX))
    .bind::<Nullable<BigInt>, _>(ai.cost(entry.reply.tokens))
    .bind::<Text, _>(outcome)
    .bind::<Int4, _>(entry.milliseconds)
    .execute(conn)
    .await
    .map(drop)
}

/// Tokens that requests of the last 24 hours used.
#[derive(QueryableByName)]
pub struct SpentTokens {
    /// Those of one learner.
    #[diesel(sql_type = BigInt)]
    pub learner: i64,
    #[diesel(sql_type = BigInt)]
    pub organization: i64,
}

/// Returns the tokens that the organization used in the last 24 hours, and those of the learner, if
/// there is one.
pub async fn spent(conn: &mut Conn, learner: Option<UserId>) -> QueryResult<SpentTokens> {
    statement(
        "select coalesce(sum(tokens_in::bigint + tokens_out) filter (where user_id = $1), 0)::bigint as learner,
                coalesce(sum(tokens_in::bigint + tokens_out), 0)::bigint as organization
         from ai_usage where created_at > now() - interval '24 hours'",
    )
    .bind::<Nullable<SqlUuid>, _>(learner)
    .get_result(conn)
    .await
}

/// Returns true if the learner and the organization have tokens left for these 24 hours.
pub async fn has_tokens_left(conn: &mut Conn, ai: &AiConfig, user: UserId) -> QueryResult<bool> {
    let spent = spent(conn, Some(user)).await?;
    Ok(spent.learner < ai.learner_tokens.into()
        && spent.organization < ai.organization_tokens.into())
}
