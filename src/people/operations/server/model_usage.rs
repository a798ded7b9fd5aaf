//! Requests to the language model by day and course.

use diesel::sql_types::{BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;

use super::model_choices;
use crate::people::operations::{ModelUsageLine, ModelUsagePage, USAGE_DAYS};
use crate::platform::ai::usage;
use crate::platform::config::AiConfig;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::figures;
use crate::platform::http::flash::Flash;
use crate::platform::time::Clock;

/// Most lines of the page.
const LINES: i64 = 500;

#[derive(diesel::QueryableByName)]
struct UsageRow {
    #[diesel(sql_type = Text)]
    day: String,
    #[diesel(sql_type = Nullable<Text>)]
    course: Option<String>,
    #[diesel(sql_type = Text)]
    model: String,
    #[diesel(sql_type = BigInt)]
    requests: i64,
    #[diesel(sql_type = BigInt)]
    failed: i64,
    #[diesel(sql_type = BigInt)]
    tokens_in: i64,
    #[diesel(sql_type = BigInt)]
    tokens_out: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    cost_micro: Option<i64>,
}

/// Returns the usage of the last days, newest first.
pub async fn page(
    conn: &mut Conn,
    ai: &AiConfig,
    flash: Option<&Flash>,
    clock: &Clock,
) -> AppResult<ModelUsagePage> {
    let rows: Vec<UsageRow> = statement(
        "select to_char(u.created_at at time zone $1, 'YYYY-MM-DD') as day, c.title as course, u.model,
                count(*) as requests, count(*) filter (where u.outcome <> 'ok') as failed,
                sum(u.tokens_in)::bigint as tokens_in, sum(u.tokens_out)::bigint as tokens_out,
                sum(u.cost_micro)::bigint as cost_micro
         from ai_usage u
         left join courses c on c.course_id = u.course_id
         where u.created_at > now() - make_interval(days => $2::int)
         group by 1, u.course_id, c.title, u.model
         order by 1 desc, c.title, u.model
         limit $3",
    )
    .bind::<Text, _>(clock.zone.name())
    .bind::<BigInt, _>(USAGE_DAYS)
    .bind::<BigInt, _>(LINES)
    .load(conn)
    .await?;
    let spent = usage::spent(conn, None).await?;
    Ok(ModelUsagePage {
        model: ai.model().map(str::to_owned),
        last_day: format!(
            "{} of {} tokens",
            figure(spent.organization),
            figure(ai.organization_tokens.into())
        ),
        lines: rows.into_iter().map(line).collect(),
        choices: model_choices::html(conn, flash, clock).await?,
    })
}

fn line(row: UsageRow) -> ModelUsageLine {
    ModelUsageLine {
        day: row.day,
        course: row.course.unwrap_or_else(|| "A former course".to_owned()),
        model: row.model,
        requests: figure(row.requests),
        failed: figure(row.failed),
        tokens: format!("{} + {}", figure(row.tokens_in), figure(row.tokens_out)),
        cost: row.cost_micro.map(cost),
    }
}

fn figure(number: i64) -> String {
    figures::number(usize::try_from(number).unwrap_or_default())
}

/// Writes millionths as a number with four decimals, rounded up.
pub fn cost(micro: i64) -> String {
    let parts = micro.max(0).saturating_add(99) / 100;
    format!("{}.{:04}", figure(parts / 10_000), parts % 10_000)
}

#[cfg(test)]
mod tests {
    use super::cost;

    #[test]
    fn a_small_cost_is_not_shown_as_nothing() {
        assert_eq!(cost(0), "0.0000");
        assert_eq!(cost(1), "0.0001");
        assert_eq!(cost(1_234_500_000), "1,234.5000");
    }
}
