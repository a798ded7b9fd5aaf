//! The mail of the morning: the lines of the page Today.

use serde::{Deserialize, Serialize};

use super::{store, view};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::jobs::{self, Job, JobContext, retries};
use crate::platform::names;
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::digest as mornings;
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

async fn plan(conn: &mut Conn) -> AppResult<()> {
    let tutors = store::tutors(conn).await?;
    let kind = NotificationKind::Today;
    mornings::queue(conn, &tutors, kind, |user| TodayDigest { user }).await
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
        let context = cx.clone();
        cx.within(async move |conn| {
            let of_site = Clock::of_organization(&context.organization);
            let reader = mornings::reader(conn, user, NotificationKind::Today, of_site).await?;
            let Some(reader) = reader else {
                return Ok(());
            };
            // Somebody who teaches no course any more gets no mail.
            if !store::teaches(conn, user).await? {
                return Ok(());
            }
            let tutor = store::TodayTutor::new(user, reader.account.role);
            let page = view::today(conn, tutor, &TodayQuery::default(), &reader.clock).await?;
            if page.lines.is_empty() {
                return Ok(());
            }
            let name = &reader.account.display_name;
            let text = text(name, &page, |path: &str| context.link(path));
            let site = &context.organization.name;
            let subject = format!("Today on {site}: {}", counted(page.all));
            mornings::send(&context, conn, &reader, (subject, text)).await
        })
        .await
    }
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
