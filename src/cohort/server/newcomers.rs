//! Tells people who are added to a cohort before they have an account: by mail at once, and in the
//! app when their account is linked. People with an account get a notification, see `notices.rs`.

use chrono::{NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::{notices, store};
use crate::platform::auth::{limits, sign_up_path};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, CourseId, MemberId, UserId};
use crate::platform::jobs::{self, Job, JobContext, retries};
use crate::platform::mail::Mail;
use crate::platform::names;

/// Mails of this kind to one address within a day, so that adding and removing a stranger again and
/// again does not fill their mailbox.
const MAILS_A_DAY: i64 = 5;

/// Mails an active member without an account that they belong to the cohort.
#[derive(Debug, Serialize, Deserialize)]
pub struct JoinedMail {
    pub member: MemberId,
}

/// Queues the mails of members without an account. The name of a job keeps a double click from
/// sending two.
///
/// # Errors
///
/// `TooMany` if the tutor `by` has added too many of them lately.
pub async fn mail(conn: &mut Conn, members: &[MemberId], by: UserId) -> AppResult<()> {
    if members.is_empty() {
        return Ok(());
    }
    limits::NEWCOMER_MAILS
        .take_many(conn, &by.to_string(), members.len())
        .await?;
    let now = Utc::now();
    let mails = members
        .iter()
        .map(|&member| (JoinedMail { member }, member.to_string(), now));
    jobs::enqueue_all_once(conn, mails.collect()).await
}

#[derive(QueryableByName)]
struct NewcomerRow {
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Text)]
    cohort: String,
    #[diesel(sql_type = Text)]
    course: String,
    #[diesel(sql_type = Date)]
    start_date: NaiveDate,
    #[diesel(sql_type = Bool)]
    has_started: bool,
}

/// Returns an active member who could sign up, unless the cohort has ended. None for an address
/// whose account is closed, and for one that got such mails enough.
async fn newcomer(conn: &mut Conn, member: MemberId) -> QueryResult<Option<NewcomerRow>> {
    statement(
        "select m.email, m.name, c.title as cohort, k.title as course, c.start_date, c.starts_at <= now() as has_started
         from cohort_members m
         join cohorts c on c.cohort_id = m.cohort_id
         join courses k on k.course_id = c.course_id
         where m.member_id = $1 and m.user_id is null and m.status = 'active' and c.is_active
           and (c.ends_at is null or c.ends_at > now())
           and not exists (select from users u
                           where u.email = m.email and (not u.is_active or u.deleted_at is not null))
           and (select count(*) from mail_log l
                where l.email = m.email and l.kind = $2 and l.problem is null
                  and l.happened_at > now() - interval '1 day') < $3",
    )
    .bind::<Uuid, _>(member)
    .bind::<Text, _>(JoinedMail::KIND)
    .bind::<BigInt, _>(MAILS_A_DAY)
    .get_result(conn)
    .await
    .optional()
}

impl Job for JoinedMail {
    const KIND: &'static str = "joined_mail";
    const MAX_ATTEMPTS: i32 = retries::MAIL_ATTEMPTS;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let row = cx
            .within(async move |conn| Ok(newcomer(conn, self.member).await?))
            .await?;
        let Some(row) = row else { return Ok(()) };
        // A list may hold any name. Mails carry no link of a stranger.
        let name = row.name.as_deref().filter(|name| !names::has_link(name));
        let hello = name.map_or("Hello,".to_owned(), |name| format!("Hello {name},"));
        let day = store::day(row.start_date);
        let starts = match row.has_started {
            true => format!("The cohort started on {day}."),
            false => format!("The cohort starts on {day}."),
        };
        let text = format!(
            "{hello}\n\nyou were added to the cohort “{}” of the course “{}”. {starts}\n\n\
             Sign up with the address {} to take part:\n\n{}\n\n\
             If you did not expect this, you can ignore this email.\n\n{}\n",
            row.cohort,
            row.course,
            row.email,
            cx.link(&sign_up_path("/learn")),
            cx.organization.name,
        );
        cx.send(Mail {
            to: match name {
                Some(name) => Mail::address(name, &row.email)?,
                None => Mail::bare_address(&row.email)?,
            },
            subject: format!("You are a member of the cohort “{}”", row.cohort),
            text,
            unsubscribe: None,
        })
        .await
    }
}

/// Tells a person in the app of a membership that their account was just linked to. A trigger of
/// the migration linked_members queues it.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellLinkedMember {
    pub member: MemberId,
}

#[derive(QueryableByName)]
struct LinkedRow {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Uuid)]
    cohort_id: CohortId,
    #[diesel(sql_type = Uuid)]
    course_id: CourseId,
}

impl Job for TellLinkedMember {
    const KIND: &'static str = "tell_linked_member";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| tell(conn, self.member).await)
            .await
    }
}

async fn tell(conn: &mut Conn, member: MemberId) -> AppResult<()> {
    let row: Option<LinkedRow> = statement(
        "select m.user_id, m.cohort_id, c.course_id
         from cohort_members m join cohorts c on c.cohort_id = m.cohort_id
         where m.member_id = $1 and m.user_id is not null and m.status = 'active' and c.is_active",
    )
    .bind::<Uuid, _>(member)
    .get_result(conn)
    .await
    .optional()?;
    let Some(row) = row else { return Ok(()) };
    match store::cohort(conn, row.course_id, row.cohort_id).await? {
        Some(cohort) => notices::linked(conn, &cohort, row.user_id).await,
        None => Ok(()),
    }
}
