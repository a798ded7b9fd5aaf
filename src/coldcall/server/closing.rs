//! Reminds members of a cold call that closes within a day and that they have not answered.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::notices;
use super::unanswered::{UNANSWERED_COLUMNS, UnansweredRow, open_to_members, unanswered};
use crate::cohort::server::cold_calls::cohort_state;
use crate::paths::cold_call_path;
use crate::platform::db::organizations::Organization;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{PromptId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::mail::reminders::COLD_CALL_CLOSING;
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{NewNotification, notify};
use crate::platform::time::Clock;

/// Time before the close at which members are reminded.
const REMIND_EARLY: TimeDelta = TimeDelta::days(1);

/// Reminds the members to whom the topic is open, once for each close.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemindOfColdCalls {}

impl Job for RemindOfColdCalls {
    const KIND: &'static str = "remind_of_cold_calls";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| {
            // Queued first, so that a failure ends nothing.
            jobs::enqueue_next_hour(conn, &self).await
        })
        .await?;
        let organization = cx.organization.clone();
        cx.within(async move |conn| remind(conn, &organization, Utc::now()).await)
            .await
    }
}

/// A prompt that closes soon, and a member who has not answered it.
#[derive(Debug, QueryableByName)]
struct ClosingPromptRow {
    #[diesel(embed)]
    at: UnansweredRow,
    #[diesel(sql_type = Timestamptz)]
    closes_at: DateTime<Utc>,
}

async fn remind(conn: &mut Conn, organization: &Organization, now: DateTime<Utc>) -> AppResult<()> {
    let rows = closing(conn, now).await?;
    let rows = open_to_members(conn, rows, |row| &row.at, now).await?;
    // People who get the same notification.
    type SameClose = (PromptId, DateTime<Utc>, String);
    let mut told: BTreeMap<SameClose, (NewNotification, Vec<UserId>)> = BTreeMap::new();
    for row in rows {
        let (_, people) = told
            .entry((row.at.prompt_id, row.closes_at, row.at.time_zone.clone()))
            .or_insert_with(|| (notification(&row, organization, now), Vec::new()));
        people.push(row.at.user_id);
    }
    for (new, people) in told.values() {
        notify(conn, people, new).await?;
    }
    Ok(())
}

fn notification(
    row: &ClosingPromptRow,
    organization: &Organization,
    now: DateTime<Utc>,
) -> NewNotification {
    let clock = Clock {
        zone: row.at.time_zone.parse().unwrap_or(Tz::UTC),
        now,
    };
    let until = format!("{} ({})", clock.date_time(row.closes_at), clock.zone);
    let values = [
        ("topic", row.at.topic_title.as_str()),
        ("until", &until),
        ("prompt", &row.at.prompt),
        ("school", &organization.name),
    ];
    let words = COLD_CALL_CLOSING.write(&organization.site.settings.mail_texts, &values);
    NewNotification {
        kind: NotificationKind::Deadline,
        subject: notices::of_closing(row.at.prompt_id),
        course: Some(row.at.course_id),
        title: words.subject,
        body: words.text,
        path: cold_call_path(&row.at.course, &row.at.topic, row.at.display_order),
    }
}

/// Returns prompts that close within a day, with each member who was not reminded of that close.
async fn closing(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<Vec<ClosingPromptRow>> {
    let (state, unanswered) = (cohort_state("c.cohort_id"), unanswered(""));
    statement(format!(
        "select x.* from (
             select {UNANSWERED_COLUMNS}, {state}
             {unanswered}
         ) x
         where not x.is_locked and x.closes_at > $1 and x.closes_at <= $2
           and not exists (select from notifications n
                           where n.user_id = x.user_id and n.kind = $3
                             and n.subject = 'prompt/' || x.prompt_id || '/closing'
                             and n.happened_at > x.closes_at - ($2 - $1))
         order by x.prompt_id, x.user_id"
    ))
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now + REMIND_EARLY)
    .bind::<Text, _>(NotificationKind::Deadline.name())
    .load(conn)
    .await
}
