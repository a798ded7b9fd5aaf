//! The mail of the morning: the lines of the page Today.

use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::{store, view};
use crate::platform::auth::store as accounts;
use crate::platform::db::Conn;
use crate::platform::db::schema::users;
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::jobs::{self, Job, JobContext, retries};
use crate::platform::mail::{Mail, Unsubscribe};
use crate::platform::names;
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::digest as mornings;
use crate::platform::notifications::server::mails::MailBatch;
use crate::platform::notifications::server::store as notifications;
use crate::platform::time::Clock;
use crate::today::{TODAY, TodayLine, TodayPage, TodayQuery};

/// Queues the next mail of each tutor. Runs once an hour.
#[derive(Debug, Serialize, Deserialize)]
pub struct PlanTodayDigests {}

impl Job for PlanTodayDigests {
    const KIND: &'static str = "plan_today_digests";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| {
            // Queued first, so that a failure ends nothing.
            jobs::enqueue_next_hour(conn, &self).await
        })
        .await?;
        cx.within(async |conn| plan(conn).await).await
    }
}

/// A mail that is queued already has the same name.
async fn plan(conn: &mut Conn) -> AppResult<()> {
    let tutors = store::tutors(conn).await?;
    let mornings = mornings::next(conn, &tutors, NotificationKind::Today, Utc::now()).await?;
    let mails = mornings.into_iter().map(|(user, at)| {
        let name = format!("today {user} {}", at.timestamp());
        (TodayDigest { user }, name, at)
    });
    jobs::enqueue_all_once(conn, mails.collect()).await
}

/// Mails the lines to a tutor, unless there are none.
#[derive(Debug, Serialize, Deserialize)]
pub struct TodayDigest {
    pub user: UserId,
}

impl Job for TodayDigest {
    const KIND: &'static str = "today_digest";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let user = self.user;
        let site = cx.organization.name.clone();
        let of_site = Clock::of_organization(&cx.organization);
        let context = cx.clone();
        let link = |path: &str| cx.link(path);
        cx.within(async move |conn| {
            let Some(account) = accounts::by_id(conn, user).await? else {
                return Ok(());
            };
            let batch = MailBatch::Kind(NotificationKind::Today);
            let choices = notifications::choices(conn, user).await?;
            let is_wanted = !batch.kinds(&choices).is_empty();
            let may_read = account.may_sign_in() && account.email_confirmed_at.is_some();
            // Somebody who teaches no course any more gets no mail.
            let teaches = store::teaches(conn, user).await?;
            if !is_wanted || !may_read || !teaches {
                return Ok(());
            }
            let clock = clock(conn, user, of_site).await?;
            let tutor = store::TodayTutor::new(user, account.role);
            let page = view::today(conn, tutor, &TodayQuery::default(), &clock).await?;
            if page.lines.is_empty() {
                return Ok(());
            }
            let key = notifications::unsubscribe_key(conn, user).await?;
            let stop = format!("/stop-mails/{key}/{}", batch.name());
            let text = text(&account.display_name, &page, link);
            let foot = format!(
                "{site}\n\nChoose which mails you get: {}\nStop mails like this one: {}",
                link("/settings/notifications"),
                link(&stop),
            );
            context
                .send_in(
                    conn,
                    Mail {
                        to: Mail::address(&account.display_name, &account.email)?,
                        subject: format!("Today on {site}: {}", counted(page.all)),
                        text: format!("{text}\n\n{foot}\n"),
                        unsubscribe: Some(Unsubscribe(link(&stop))),
                    },
                )
                .await
        })
        .await
    }
}

/// The clock of the person's time zone, or of the organization's if they have not chosen one.
async fn clock(conn: &mut Conn, user: UserId, of_site: Clock) -> QueryResult<Clock> {
    let zone: Option<String> = users::table
        .find(user)
        .select(users::time_zone)
        .first(conn)
        .await?;
    let own = zone.and_then(|zone| zone.parse().ok());
    Ok(Clock {
        zone: own.unwrap_or(of_site.zone),
        ..of_site
    })
}

fn counted(lines: i64) -> String {
    match lines {
        1 => "1 line".to_owned(),
        lines => format!("{lines} lines"),
    }
}

fn text(name: &str, page: &TodayPage, link: impl Fn(&str) -> String) -> String {
    let kinds = page.kinds.iter().filter(|(_, lines)| *lines > 0);
    let kinds: Vec<String> = kinds
        .map(|(kind, lines)| format!("{}: {lines}", kind.label()))
        .collect();
    let mut text = format!("Hello {name},\n\n{}.", kinds.join(", "));
    for line in &page.lines {
        text.push_str(&format!("\n\n{}", paragraph(line)));
        text.push_str(&format!("\n{}", link(&line.act.1)));
    }
    let more = page.all - i64::try_from(page.lines.len()).unwrap_or(page.all);
    let rest = match more {
        0 => "All lines".to_owned(),
        1 => "1 more line".to_owned(),
        more => format!("{more} more lines"),
    };
    text.push_str(&format!("\n\n{rest}: {}", link(TODAY)));
    text
}

/// Names of people and works carry no link into the mail.
fn paragraph(line: &TodayLine) -> String {
    let parts = [line.person.as_str(), line.about.as_str(), &line.course.text];
    let parts: Vec<&str> = parts
        .into_iter()
        .filter(|part| !part.is_empty() && !names::has_link(part))
        .collect();
    format!("{}\n{}", parts.join(" · "), line.reason)
}
