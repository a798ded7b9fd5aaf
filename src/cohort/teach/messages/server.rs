//! Checks, queries and pages of messages for tutors.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::{MESSAGE_CHARACTERS, MESSAGE_TITLE_CHARACTERS, MessagePage, Receivers, SentMessage};
use crate::cohort::MemberStatus;
use crate::cohort::server::messages::{CohortMessageMail, rendered};
use crate::cohort::server::notices;
use crate::cohort::server::store::Cohort;
use crate::cohort::server::work;
use crate::course::server::store as courses;
use crate::platform::auth::Viewer;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CohortId, CohortMessageId, CourseId, MemberId, UserId};
use crate::platform::jobs;
use crate::platform::time::Clock;
use crate::platform::ui::Html;
use crate::platform::{figures, names};

/// Sent messages that the page lists, and names that it shows of the readers of each and of those
/// who have not read it.
const SHOWN_MESSAGES: i64 = 30;
const SHOWN_NAMES: i64 = 50;

/// A message as the form describes it.
pub struct MessageDraft {
    pub key: CohortMessageId,
    pub title: String,
    pub text: String,
    /// The number of receivers that the tutor typed.
    confirmed: Option<i64>,
}

impl MessageDraft {
    /// Checks that the tutor typed the number of receivers, called `people`.
    pub fn confirm(&self, count: i64, people: &str) -> AppResult<()> {
        if self.confirmed == Some(count) {
            return Ok(());
        }
        let why = format!("This message goes to {count} {people}. Type {count} to confirm.");
        Err(AppError::field("confirmed", why))
    }
}

/// Reads the fields, or names all that are wrong.
pub fn read(
    key: CohortMessageId,
    title: &str,
    text: &str,
    confirmed: &str,
) -> AppResult<MessageDraft> {
    let mut problems = Vec::new();
    let mut problem = |field: &str, why: String| problems.push((field.to_owned(), why));
    let title = names::tidy(title);
    let text = text.replace("\r\n", "\n").trim().to_owned();
    for (field, typed, most, empty) in [
        (
            "title",
            &title,
            MESSAGE_TITLE_CHARACTERS,
            "Enter a subject.",
        ),
        ("text", &text, MESSAGE_CHARACTERS, "Enter a message."),
    ] {
        match typed.chars().count() {
            _ if names::visible(typed).is_none() => problem(field, empty.to_owned()),
            length if length > most as usize => problem(field, figures::use_at_most(most)),
            _ => {}
        }
    }
    match problems.is_empty() {
        true => Ok(MessageDraft {
            key,
            title,
            text,
            confirmed: confirmed.trim().parse().ok(),
        }),
        false => Err(AppError::Invalid(problems)),
    }
}

#[derive(QueryableByName)]
struct ReceiverRow {
    #[diesel(sql_type = Uuid)]
    member_id: MemberId,
    #[diesel(sql_type = Nullable<Uuid>)]
    user_id: Option<UserId>,
    #[diesel(sql_type = Bool)]
    is_active: bool,
    #[diesel(sql_type = Text)]
    name: String,
}

/// Returns the members to whom a message goes: not those who were removed, and not the sender.
async fn receivers(
    conn: &mut Conn,
    cohort: CohortId,
    to: &Receivers,
    sender: UserId,
) -> AppResult<Vec<ReceiverRow>> {
    let one = match to.member.as_str() {
        "" => None,
        id => Some(MemberId(id.parse().map_err(|_| no_member())?)),
    };
    let rows: Vec<ReceiverRow> = statement(
        "select m.member_id, m.user_id, m.status = 'active' as is_active,
                coalesce(u.display_name, m.name, m.email) as name
         from cohort_members m left join users u on u.user_id = m.user_id
         where m.cohort_id = $1 and m.status <> 'removed' and m.user_id is distinct from $2
           and ($3 is null or m.member_id = $3) and ($4 is null or m.status = $4) and ($5 is null or m.batch_no = $5)
           and ($6 = '' or position($6 in m.email) > 0
                or position($6 in lower(coalesce(u.display_name, m.name, ''))) > 0)
         order by lower(coalesce(u.display_name, m.name, m.email)), m.member_id",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Uuid, _>(sender)
    .bind::<Nullable<Uuid>, _>(one)
    .bind::<Nullable<crate::platform::db::schema::sql_types::MemberStatus>, _>(to.filter.status)
    .bind::<Nullable<Int4>, _>(to.filter.batch)
    .bind::<Text, _>(to.filter.q.to_lowercase())
    .load(conn)
    .await?;
    match (one, rows.is_empty()) {
        (Some(_), true) => Err(no_member()),
        _ => Ok(rows),
    }
}

fn no_member() -> AppError {
    AppError::NotFound("There is no such member to write to in this cohort.".to_owned())
}

/// Place whose members or learners get messages.
#[derive(Debug, Clone, Copy)]
pub enum SentIn {
    Cohort(CohortId),
    Course(CourseId),
}

impl SentIn {
    /// Returns the values of the columns `cohort_id` and `course_id`.
    fn columns(self) -> (Option<CohortId>, Option<CourseId>) {
        match self {
            Self::Cohort(cohort) => (Some(cohort), None),
            Self::Course(course) => (None, Some(course)),
        }
    }
}

/// Stores a message without its receivers. Returns false if it was stored before.
pub async fn keep(
    conn: &mut Conn,
    message: &MessageDraft,
    place: SentIn,
    sender: &Viewer,
) -> AppResult<bool> {
    let (cohort, course) = place.columns();
    let is_new = statement(
        "insert into cohort_messages (message_id, cohort_id, course_id, sender_user_id, title, body)
         values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
    )
    .bind::<Uuid, _>(message.key)
    .bind::<Nullable<Uuid>, _>(cohort)
    .bind::<Nullable<Uuid>, _>(course)
    .bind::<Uuid, _>(sender.user_id)
    .bind::<Text, _>(&message.title)
    .bind::<Text, _>(&message.text)
    .execute(conn)
    .await?;
    Ok(is_new > 0)
}

/// Sends a message to each receiver: as a notification, and by mail to those without an account.
/// Returns false if it was sent before.
///
/// # Errors
///
/// `Invalid` if there are no receivers, or not as many as the tutor confirmed.
pub async fn send(
    conn: &mut Conn,
    cohort: &Cohort,
    message: &MessageDraft,
    to: &Receivers,
    sender: &Viewer,
) -> AppResult<bool> {
    let receivers = receivers(conn, cohort.cohort_id, to, sender.user_id).await?;
    let count = i64::try_from(receivers.len()).unwrap_or(i64::MAX);
    if !keep(conn, message, SentIn::Cohort(cohort.cohort_id), sender).await? {
        return Ok(false);
    }
    if count == 0 {
        return Err(AppError::field(
            "",
            "No member is selected. Change the filters of the list.",
        ));
    }
    // One person is confirmed by their name on the page.
    if to.member.is_empty() {
        message.confirm(count, "members")?;
    }
    let ids: Vec<uuid::Uuid> = receivers.iter().map(|row| row.member_id.0).collect();
    statement(
        "insert into cohort_message_receivers (message_id, member_id) select $1, x.member_id from unnest($2) as x (member_id)",
    )
    .bind::<Uuid, _>(message.key)
    .bind::<Array<Uuid>, _>(ids)
    .execute(conn)
    .await?;
    let title = format!("{}: {}", sender.display_name, message.title);
    for is_active in [true, false] {
        let people = receivers.iter().filter(|row| row.is_active == is_active);
        let people: Vec<UserId> = people.filter_map(|row| row.user_id).collect();
        let texts = (title.as_str(), message.text.as_str());
        notices::of_message(conn, cohort, message.key, texts, (&people, is_active)).await?;
    }
    let strangers = receivers.iter().filter(|row| row.user_id.is_none());
    let mails = strangers.map(|row| {
        let name = format!("message-{}-{}", message.key, row.member_id);
        let mail = CohortMessageMail {
            message: message.key,
            member: row.member_id,
        };
        (mail, name, Utc::now())
    });
    jobs::enqueue_all_once(conn, mails.collect()).await?;
    Ok(true)
}

/// Returns the page on which the tutor writes to these members.
pub async fn page(
    conn: &mut Conn,
    cohort: Cohort,
    to: &Receivers,
    tutor: UserId,
    clock: &Clock,
) -> AppResult<MessagePage> {
    let receivers = receivers(conn, cohort.cohort_id, to, tutor).await?;
    let without_account = receivers.iter().filter(|row| row.user_id.is_none());
    let without_account = without_account.count();
    let said = match (to.member.is_empty(), <[_]>::first(&receivers)) {
        (false, Some(one)) => one.name.clone(),
        _ => said(to),
    };
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Ok(MessagePage {
        course_title: courses::title(conn, cohort.course_id).await?,
        cohort_id: cohort.cohort_id,
        cohort_title: cohort.title,
        key: CohortMessageId(uuid::Uuid::now_v7()),
        said,
        receivers: count(receivers.len()),
        without_account: count(without_account),
        sent: sent(conn, SentIn::Cohort(cohort.cohort_id), clock).await?,
    })
}

/// Says whom the filters select, such as "active members of batch 2 whose name or email has “an”".
fn said(to: &Receivers) -> String {
    let filter = &to.filter;
    let mut said = match filter.status {
        None => "all members".to_owned(),
        Some(MemberStatus::Active) => "active members".to_owned(),
        Some(MemberStatus::Paused) => "paused members".to_owned(),
        Some(MemberStatus::Removed) => "removed members, who get no messages".to_owned(),
    };
    if let Some(batch) = filter.batch {
        said.push_str(&format!(" of batch {batch}"));
    }
    if !filter.q.is_empty() {
        said.push_str(&format!(" whose name or email has “{}”", filter.q));
    }
    said
}

#[derive(QueryableByName)]
struct SentRow {
    #[diesel(sql_type = Uuid)]
    message_id: CohortMessageId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Text)]
    sender: String,
    #[diesel(sql_type = Timestamptz)]
    sent_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    receivers: i64,
    #[diesel(sql_type = BigInt)]
    readers: i64,
    #[diesel(sql_type = Array<Text>)]
    read: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    unread: Vec<String>,
}

/// Returns the messages that were sent in a cohort or to learners of a course, newest first, with
/// the receivers who have read them.
pub async fn sent(conn: &mut Conn, place: SentIn, clock: &Clock) -> QueryResult<Vec<SentMessage>> {
    let (cohort, course) = place.columns();
    let rows: Vec<SentRow> = statement(
        "select s.message_id, s.title, s.body, s.sent_at, coalesce(u.display_name, 'A former tutor') as sender,
                p.receivers, p.readers, coalesce(p.read, '{}') as read, coalesce(p.unread, '{}') as unread
         from (
             select * from cohort_messages
             where cohort_id = $1 or course_id = $2
             order by sent_at desc, message_id limit $3
         ) s
         left join users u on u.user_id = s.sender_user_id
         cross join lateral (
             select count(*) as receivers, count(*) filter (where x.is_read) as readers,
                    array_agg(x.name order by x.nth) filter (where x.is_read and x.nth <= $4) as read,
                    array_agg(x.name order by x.nth) filter (where not x.is_read and x.nth <= $4) as unread
             from (
                 select r.name, r.is_read, row_number() over (partition by r.is_read order by lower(r.name)) as nth
                 from (
                     select coalesce(mu.display_name, m.name, m.email) as name, cr.read_at is not null as is_read
                     from cohort_message_receivers cr
                     join cohort_members m on m.member_id = cr.member_id
                     left join users mu on mu.user_id = m.user_id
                     where cr.message_id = s.message_id
                     union all
                     select lu.display_name, lr.read_at is not null
                     from course_message_receivers lr join users lu on lu.user_id = lr.user_id
                     where lr.message_id = s.message_id
                 ) r
             ) x
         ) p
         order by s.sent_at desc, s.message_id",
    )
    .bind::<Nullable<Uuid>, _>(cohort)
    .bind::<Nullable<Uuid>, _>(course)
    .bind::<BigInt, _>(SHOWN_MESSAGES)
    .bind::<BigInt, _>(SHOWN_NAMES)
    .load(conn)
    .await?;
    let sent = rows.into_iter().map(|row| SentMessage {
        message_id: row.message_id,
        title: row.title,
        body: Html(rendered(&row.body)),
        sender: row.sender,
        at: work::when(row.sent_at, clock),
        receivers: row.receivers,
        readers: row.readers,
        read: row.read,
        unread: row.unread,
    });
    Ok(sent.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_nobody_can_see_is_refused() {
        let read = |title, text| read(CohortMessageId(uuid::Uuid::nil()), title, text, "");
        for (title, text, field) in [
            ("\u{200b}", "Words", "title"),
            ("Words", "\u{200b}\u{2060} ", "text"),
        ] {
            let Err(error) = read(title, text) else {
                panic!("{field} was taken")
            };
            assert!(error.of_field(field).is_some(), "{field}");
        }
        assert!(read("Words", "Words").is_ok());
    }
}
