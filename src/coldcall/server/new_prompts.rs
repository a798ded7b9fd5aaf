//! Tells members that a prompt has opened to them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{Date, Int4, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::notices;
use super::unanswered::{UNANSWERED_COLUMNS, UnansweredRow, open_to_members, unanswered};
use crate::cohort::server::cold_calls::{cohort_state, opening};
use crate::enrollment::server::opening::{OpeningRule, effective_date};
use crate::paths::{cold_call_path, topic_path};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{PromptId, TopicId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{NewNotification, notify};

/// Days after its opening in which members are told of a prompt. Members whose gate opens later
/// find it in its topic.
const TOLD_DAYS: i64 = 2;

/// Notifies members of prompts that have opened to them. A person gets one notification for each
/// topic.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellOfPrompts {}

impl Job for TellOfPrompts {
    const KIND: &'static str = "tell_of_prompts";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| {
            // Queued first, so that a failure ends nothing.
            jobs::enqueue_next_hour(conn, &self).await
        })
        .await?;
        cx.within(async |conn| tell(conn, Utc::now()).await).await
    }
}

/// A prompt and a member who has not answered it.
#[derive(Debug, QueryableByName)]
struct OpenedRow {
    #[diesel(embed)]
    at: UnansweredRow,
    /// Latest of the prompt's creation, its opening and the cohort's start.
    #[diesel(sql_type = Timestamptz)]
    opened_at: DateTime<Utc>,
    #[diesel(sql_type = Date)]
    start_date: NaiveDate,
    /// The rule by which the module opens to the member.
    #[diesel(sql_type = Nullable<Date>)]
    opens_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Int4>)]
    days_after_start: Option<i32>,
    /// Time at which the member was last told of prompts of the topic.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    told_at: Option<DateTime<Utc>>,
}

impl OpenedRow {
    /// True if it opened lately and the member was not told since.
    fn is_news(&self, now: DateTime<Utc>) -> bool {
        let zone = self.at.time_zone.parse().unwrap_or(Tz::UTC);
        let rule = OpeningRule::of(self.opens_on, self.days_after_start);
        let opening = effective_date(rule, self.start_date, zone)
            .map_or(self.opened_at, |at| at.max(self.opened_at));
        opening <= now
            && now - opening < TimeDelta::days(TOLD_DAYS)
            && self.told_at.is_none_or(|told| told < opening)
    }
}

/// Tells the members of running cohorts, if the module is open to them.
async fn tell(conn: &mut Conn, now: DateTime<Utc>) -> AppResult<()> {
    let rows = opened(conn, now).await?;
    // People who get the same notification.
    let mut told: BTreeMap<(TopicId, Vec<PromptId>), (NewNotification, Vec<UserId>)> =
        BTreeMap::new();
    let news: Vec<OpenedRow> = rows.into_iter().filter(|row| row.is_news(now)).collect();
    let news = open_to_members(conn, news, |row| &row.at, now).await?;
    let place = |row: &OpenedRow| (row.at.user_id, row.at.topic_id);
    for of_topic in news.chunk_by(|one, other| place(one) == place(other)) {
        let [row, ..] = of_topic else { continue };
        let prompts: Vec<PromptId> = of_topic.iter().map(|row| row.at.prompt_id).collect();
        let (_, people) = told
            .entry((row.at.topic_id, prompts))
            .or_insert_with(|| (notification(of_topic), Vec::new()));
        people.push(row.at.user_id);
    }
    for (new, people) in told.values() {
        notify(conn, people, new).await?;
    }
    Ok(())
}

/// The notification about new prompts of one topic, of which there is at least one.
fn notification(prompts: &[OpenedRow]) -> NewNotification {
    let row = &prompts[0].at;
    let (title, body, path) = match prompts {
        [OpenedRow { at: one, .. }] => (
            format!("New cold call in “{}”", one.topic_title),
            one.prompt.clone(),
            cold_call_path(&one.course, &one.topic, one.display_order),
        ),
        several => (
            format!("{} new cold calls in “{}”", several.len(), row.topic_title),
            "You answer before you see the others’ answers.".to_owned(),
            topic_path(&row.course, &row.topic),
        ),
    };
    NewNotification {
        kind: NotificationKind::ColdCall,
        subject: notices::of_topic(row.topic_id),
        course: Some(row.course_id),
        title,
        body,
        path,
    }
}

/// Returns prompts that may have opened lately, with each active member who has not answered, by
/// member and topic.
async fn opened(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<Vec<OpenedRow>> {
    let (opening, state) = (opening("c.cohort_id"), cohort_state("c.cohort_id"));
    let unanswered = unanswered(
        "left join lateral prevailing_module_rules(c.cohort_id, m.batch_no, m.member_id) r
             on r.module_no = t.module_no",
    );
    statement(format!(
        "select x.* from (
             select {UNANSWERED_COLUMNS},
                    greatest(p.created_at, {opening}, c.starts_at) as opened_at, c.start_date,
                    r.opens_on, r.days_after_start, {state},
                    (select max(n.happened_at) from notifications n
                     where n.user_id = m.user_id and n.kind = $2
                       and n.subject = 'topic/' || t.topic_id || '/cold-calls') as told_at
             {unanswered}
               and (greatest(p.created_at, {opening}, c.starts_at) > $1 - make_interval(days => $3)
                    or coalesce(r.opens_on, c.start_date + r.days_after_start)
                       between $1::date - $3 - 2 and $1::date + 1)
         ) x
         where not x.is_locked and (x.closes_at is null or x.closes_at > $1)
         order by x.user_id, x.module_no, x.topic_number, x.topic_id, x.display_order"
    ))
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(NotificationKind::ColdCall.name())
    .bind::<Int4, _>(i32::try_from(TOLD_DAYS).unwrap_or(i32::MAX))
    .load(conn)
    .await
}
