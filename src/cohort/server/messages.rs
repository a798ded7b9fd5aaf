//! Messages of tutors as members get them: on the cohort's home, and by mail for those without an
//! account.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::work;
use crate::cohort::HomeMessage;
use crate::platform::auth::sign_up_path;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortMessageId, MemberId, UserId};
use crate::platform::jobs::{Job, JobContext, retries};
use crate::platform::mail::Mail;
use crate::platform::markdown::{self, TargetKind};
use crate::platform::names;
use crate::platform::notifications::NotificationKind;
use crate::platform::time::Clock;
use crate::platform::ui::Html;

/// Messages that the home shows.
const SHOWN_MESSAGES: i64 = 10;
/// Time for which the home shows a message that was seen.
const RECENT: TimeDelta = TimeDelta::days(14);

/// Renders Markdown whose links lead where they are written to lead.
pub fn rendered(source: &str) -> String {
    markdown::render(source, &|_: &str, _: TargetKind| None).html
}

#[derive(QueryableByName)]
struct HomeMessageRow {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Text)]
    sender: String,
    #[diesel(sql_type = Timestamptz)]
    sent_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    is_read: bool,
}

/// Returns the newest messages to a member: those of the last days, and older ones that the person
/// has not seen. Records that they are read.
pub async fn to_member(
    conn: &mut Conn,
    user: UserId,
    member: MemberId,
    clock: &Clock,
) -> QueryResult<Vec<HomeMessage>> {
    let rows: Vec<HomeMessageRow> = statement(
        "select s.title, s.body, s.sent_at, coalesce(u.display_name, 'A former tutor') as sender,
                r.read_at is not null as is_read
         from cohort_message_receivers r
         join cohort_messages s on s.message_id = r.message_id
         left join users u on u.user_id = s.sender_user_id
         where r.member_id = $1
           and (s.sent_at > $3
                or exists (select from notifications n
                           where n.user_id = $4 and n.kind = $5 and n.read_at is null
                             and n.subject = 'cohort/' || s.cohort_id || '/message/' || s.message_id))
         order by s.sent_at desc, s.message_id limit $2",
    )
    .bind::<Uuid, _>(member)
    .bind::<BigInt, _>(SHOWN_MESSAGES)
    .bind::<Timestamptz, _>(clock.now - RECENT)
    .bind::<Uuid, _>(user)
    .bind::<Text, _>(NotificationKind::Message.name())
    .load(conn)
    .await?;
    if rows.iter().any(|row| !row.is_read) {
        statement(
            "update cohort_message_receivers set read_at = now() where member_id = $1 and read_at is null",
        )
        .bind::<Uuid, _>(member)
        .execute(conn)
        .await?;
    }
    let messages = rows.into_iter().map(|row| HomeMessage {
        title: row.title,
        body: Html(rendered(&row.body)),
        author: row.sender,
        at: work::when(row.sent_at, clock),
    });
    Ok(messages.collect())
}

/// Mails a message to a member without an account. Members with one get a notification, whose mail
/// comes as they have chosen.
#[derive(Debug, Serialize, Deserialize)]
pub struct CohortMessageMail {
    pub message: CohortMessageId,
    pub member: MemberId,
}

#[derive(QueryableByName)]
struct MailedRow {
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Text)]
    sender: String,
    #[diesel(sql_type = Text)]
    cohort: String,
    #[diesel(sql_type = Text)]
    course: String,
}

impl Job for CohortMessageMail {
    const KIND: &'static str = "cohort_message_mail";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let row: Option<MailedRow> = cx
            .within(async move |conn| {
                Ok(statement(
                    "select m.email, m.name, s.title, s.body, coalesce(u.display_name, 'A tutor') as sender,
                            c.title as cohort, k.title as course
                     from cohort_messages s
                     join cohort_members m on m.member_id = $2 and m.status <> 'removed'
                     join cohorts c on c.cohort_id = s.cohort_id
                     join courses k on k.course_id = c.course_id
                     left join users u on u.user_id = s.sender_user_id
                     where s.message_id = $1",
                )
                .bind::<Uuid, _>(self.message)
                .bind::<Uuid, _>(self.member)
                .get_result(conn)
                .await
                .optional()?)
            })
            .await?;
        let Some(row) = row else { return Ok(()) };
        // A list may hold any name. Mails carry no link of a stranger.
        let name = row.name.as_deref().filter(|name| !names::has_link(name));
        let hello = name.map_or("Hello,".to_owned(), |name| format!("Hello {name},"));
        let text = format!(
            "{hello}\n\n{} writes to you as a member of the cohort “{}” of the course “{}”:\n\n{}\n\n{}\n\nSign up with this address to see your cohort: {}\n",
            row.sender,
            row.cohort,
            row.course,
            row.body,
            cx.organization.name,
            cx.link(&sign_up_path("/learn")),
        );
        let to = match name {
            Some(name) => Mail::address(name, &row.email)?,
            None => Mail::bare_address(&row.email)?,
        };
        cx.send(Mail {
            to,
            subject: format!("{}: {}", row.sender, row.title),
            text,
            unsubscribe: None,
        })
        .await
    }
}
