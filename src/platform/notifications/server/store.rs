//! Queries of notifications. Each takes the person's id and finds rows of that person only.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Int2, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::mails::{MailBatch, NotificationMail};
use super::timing::{QuietHours, leaves_at};
use crate::db::schema::{notification_choices, notification_settings, notifications};
use crate::db::{Conn, statement};
use crate::error::{AppError, AppResult};
use crate::ids::{CourseId, UserId};
use crate::jobs;
use crate::notifications::{MailFrequency, NotificationChoices, NotificationKind};

/// Notifications on one page of the list.
pub const PAGE: usize = 30;

/// Something that happened, for [`notify`].
pub struct NewNotification {
    pub kind: NotificationKind,
    /// The name of its subject, such as the id of a thread. Unread notifications of one kind about
    /// one subject become one.
    pub subject: String,
    pub course: Option<CourseId>,
    /// One line, such as "Sofia replied to your answer". Longer texts are cut.
    pub title: String,
    pub body: String,
    /// Path of the page that it leads to.
    pub path: String,
}

/// Notifies people, in the caller's transaction. Mails follow as each of them has chosen. The
/// caller leaves out the person who did it.
pub async fn notify(conn: &mut Conn, people: &[UserId], new: &NewNotification) -> AppResult<()> {
    store_and_mail(conn, people, new, MailFrequency::AtOnce).await
}

/// Notifies people of something that is worth no mail of its own: those who want mails at once get
/// it with the mail of the next morning.
pub async fn notify_in_digest(
    conn: &mut Conn,
    people: &[UserId],
    new: &NewNotification,
) -> AppResult<()> {
    store_and_mail(conn, people, new, MailFrequency::Daily).await
}

/// Notifies people, but sends no further mail about the subject to those who have not read the last
/// notification of it. Only its count grows.
pub async fn notify_until_read(
    conn: &mut Conn,
    people: &[UserId],
    new: &NewNotification,
) -> AppResult<()> {
    let ids: Vec<uuid::Uuid> = people.iter().map(|user| user.0).collect();
    let told: Vec<UserId> = diesel::update(
        notifications::table
            .filter(notifications::user_id.eq_any(ids))
            .filter(notifications::kind.eq(new.kind.name()))
            .filter(notifications::subject.eq(&new.subject))
            .filter(notifications::read_at.is_null()),
    )
    .set(notifications::events.eq(notifications::events + 1))
    .returning(notifications::user_id)
    .get_results(conn)
    .await?;
    let others: Vec<UserId> = people
        .iter()
        .copied()
        .filter(|person| !told.contains(person))
        .collect();
    notify(conn, &others, new).await
}

/// Stores a notification for each person and plans its mails, which leave no sooner than mails of
/// the frequency `soonest`.
async fn store_and_mail(
    conn: &mut Conn,
    people: &[UserId],
    new: &NewNotification,
    soonest: MailFrequency,
) -> AppResult<()> {
    if people.is_empty() {
        return Ok(());
    }
    let ids: Vec<uuid::Uuid> = people.iter().map(|user| user.0).collect();
    insert(conn, &ids, new, false).await?;
    let readers = readers(conn, &ids, new.kind).await?;
    let now = Utc::now();
    let mails = readers
        .iter()
        .filter_map(|reader| reader.mail(new.kind, soonest, now));
    jobs::enqueue_all_once(conn, mails.collect()).await
}

/// Notifies a person in the app only, because another mail has told them the same. Does nothing if
/// they have a notification of this kind about this subject, read or not.
pub async fn note(conn: &mut Conn, user: UserId, new: &NewNotification) -> QueryResult<()> {
    let known = notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::kind.eq(new.kind.name()))
        .filter(notifications::subject.eq(&new.subject));
    let is_known: bool = diesel::select(diesel::dsl::exists(known))
        .get_result(conn)
        .await?;
    match is_known {
        true => Ok(()),
        false => insert(conn, &[user.0], new, true).await,
    }
}

/// Notifies people in the app alone, because a mail of its own tells them the same.
pub async fn notify_without_mail(
    conn: &mut Conn,
    people: &[UserId],
    new: &NewNotification,
) -> AppResult<()> {
    let ids: Vec<uuid::Uuid> = people.iter().map(|user| user.0).collect();
    Ok(insert(conn, &ids, new, true).await?)
}

/// Stores the notification of each person. If it `is_mailed`, no mail will hold it.
async fn insert(
    conn: &mut Conn,
    people: &[uuid::Uuid],
    new: &NewNotification,
    is_mailed: bool,
) -> QueryResult<()> {
    // The mail holds a message as a whole.
    let most = match new.kind {
        NotificationKind::Message => 4_000,
        _ => 1_000,
    };
    statement(
        "insert into notifications (user_id, kind, subject, course_id, title, body, path, mailed_at)
         select u.user_id, $2, $3, $4, $5, $6, $7, case when $8 then now() end
         from users u where u.user_id = any($1) and u.is_active and u.deleted_at is null
         on conflict (user_id, kind, subject) where read_at is null do update
         set events = notifications.events + 1, happened_at = now(), title = excluded.title, body = excluded.body,
             path = excluded.path, mailed_at = coalesce(excluded.mailed_at, notifications.mailed_at)",
    )
    .bind::<Array<Uuid>, _>(people)
    .bind::<Text, _>(new.kind.name())
    .bind::<Text, _>(&new.subject)
    .bind::<Nullable<Uuid>, _>(new.course)
    .bind::<Text, _>(cut(&new.title, 200))
    .bind::<Text, _>(cut(&new.body, most))
    .bind::<Text, _>(&new.path)
    .bind::<Bool, _>(is_mailed)
    .execute(conn)
    .await
    .map(drop)
}

/// Deletes the unread notifications about a subject, because what they tell was undone. Mails that
/// still wait leave without them.
pub async fn withdraw(conn: &mut Conn, kind: NotificationKind, subject: &str) -> QueryResult<()> {
    diesel::delete(
        notifications::table
            .filter(notifications::kind.eq(kind.name()))
            .filter(notifications::subject.eq(subject))
            .filter(notifications::read_at.is_null()),
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Takes events of the time `at` back from people's unread notifications about a subject, as many
/// as stand beside each person. The notification stays, with the title `others`, if it tells of
/// more than these, and they are the newest.
pub async fn take_back(
    conn: &mut Conn,
    told: &BTreeMap<UserId, i32>,
    (kind, subject): (NotificationKind, &str),
    at: DateTime<Utc>,
    others: &str,
) -> QueryResult<()> {
    let people: Vec<uuid::Uuid> = told.keys().map(|user| user.0).collect();
    let counts: Vec<i32> = told.values().copied().collect();
    statement(
        "with told as (select * from unnest($1::uuid[], $6::int4[]) as t (user_id, events)),
         alone as (
             delete from notifications n using told
             where n.user_id = told.user_id and n.kind = $2 and n.subject = $3 and n.read_at is null
               and n.happened_at = $4 and n.events <= told.events
         )
         update notifications n set events = n.events - told.events, title = $5
         from told
         where n.user_id = told.user_id and n.kind = $2 and n.subject = $3 and n.read_at is null
           and n.happened_at = $4 and n.events > told.events",
    )
    .bind::<Array<Uuid>, _>(&people)
    .bind::<Text, _>(kind.name())
    .bind::<Text, _>(subject)
    .bind::<Timestamptz, _>(at)
    .bind::<Text, _>(others)
    .bind::<Array<Int4>, _>(&counts)
    .execute(conn)
    .await
    .map(drop)
}

/// Shortens a text to this many characters.
fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => text.to_owned(),
        Some(_) => text.chars().take(characters - 1).chain(['…']).collect(),
    }
}

/// A person who may want mails about a kind.
#[derive(QueryableByName)]
pub(super) struct Reader {
    #[diesel(sql_type = Uuid)]
    pub(super) user_id: UserId,
    #[diesel(sql_type = Text)]
    zone: String,
    #[diesel(sql_type = Nullable<Text>)]
    mails: Option<String>,
    #[diesel(sql_type = Nullable<Int2>)]
    quiet_from: Option<i16>,
    #[diesel(sql_type = Nullable<Int2>)]
    quiet_until: Option<i16>,
}

pub(super) async fn readers(
    conn: &mut Conn,
    people: &[uuid::Uuid],
    kind: NotificationKind,
) -> QueryResult<Vec<Reader>> {
    statement(
        "select u.user_id, coalesce(u.time_zone, o.time_zone) as zone, c.mails, s.quiet_from, s.quiet_until
         from users u
         join organizations o on o.organization_id = u.organization_id
         left join notification_choices c on c.user_id = u.user_id and c.kind = $2
         left join notification_settings s on s.user_id = u.user_id
         where u.user_id = any($1) and u.email_confirmed_at is not null and u.is_active and u.deleted_at is null",
    )
    .bind::<Array<Uuid>, _>(people)
    .bind::<Text, _>(kind.name())
    .load(conn)
    .await
}

impl Reader {
    /// Returns the mail that will hold a notification of this kind, with its name and time. None if
    /// no mail is wanted. Other notifications that are due at the same time come in the same mail.
    /// Mails at once leave no sooner than those of the frequency `soonest`.
    fn mail(
        &self,
        kind: NotificationKind,
        soonest: MailFrequency,
        now: DateTime<Utc>,
    ) -> Option<(NotificationMail, String, DateTime<Utc>)> {
        let frequency = chosen(kind, self.mails.as_deref());
        let at = self.time(frequency, soonest, now)?;
        let batch = MailBatch::of(kind, frequency)?;
        let name = format!(
            "notification {} {} {}",
            self.user_id,
            batch.name(),
            at.timestamp()
        );
        let mail = NotificationMail {
            user: self.user_id,
            batch,
        };
        Some((mail, name, at))
    }

    /// Returns the next morning on which the person wants a mail of the kind.
    pub(super) fn morning(
        &self,
        kind: NotificationKind,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let frequency = chosen(kind, self.mails.as_deref());
        self.time(frequency, MailFrequency::Daily, now)
    }

    /// Returns the time at which a mail of the frequency leaves, no sooner than one of `soonest`.
    fn time(
        &self,
        frequency: MailFrequency,
        soonest: MailFrequency,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let hour = |hour: i16| u32::try_from(hour).unwrap_or_default();
        let quiet = self
            .quiet_from
            .zip(self.quiet_until)
            .map(|(from, until)| QuietHours {
                from: hour(from),
                until: hour(until),
            });
        let zone = self.zone.parse().unwrap_or(Tz::UTC);
        let leaves = match frequency {
            MailFrequency::AtOnce => soonest,
            later => later,
        };
        leaves_at(leaves, quiet, zone, now)
    }
}

fn chosen(kind: NotificationKind, stored: Option<&str>) -> MailFrequency {
    stored
        .and_then(MailFrequency::parse)
        .unwrap_or(kind.default_mails())
}

#[derive(Debug, QueryableByName)]
pub struct NotificationRow {
    #[diesel(sql_type = Uuid)]
    pub notification_id: uuid::Uuid,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub body: String,
    #[diesel(sql_type = Text)]
    pub path: String,
    #[diesel(sql_type = Int4)]
    pub events: i32,
    #[diesel(sql_type = Timestamptz)]
    pub happened_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub read_at: Option<DateTime<Utc>>,
}

/// Returns the notifications of a page and one more if there is a next page.
pub async fn newest(conn: &mut Conn, user: UserId, page: u32) -> QueryResult<Vec<NotificationRow>> {
    statement(
        "select notification_id, title, body, path, events, happened_at, read_at
         from notifications where user_id = $1
         order by happened_at desc, notification_id desc limit $2 offset $3",
    )
    .bind::<Uuid, _>(user)
    .bind::<BigInt, _>(PAGE as i64 + 1)
    .bind::<BigInt, _>(i64::from(page) * PAGE as i64)
    .load(conn)
    .await
}

/// Marks a notification as read. Returns the path that it leads to.
pub async fn open(
    conn: &mut Conn,
    user: UserId,
    notification: uuid::Uuid,
) -> QueryResult<Option<String>> {
    diesel::update(
        notifications::table
            .filter(notifications::notification_id.eq(notification))
            .filter(notifications::user_id.eq(user)),
    )
    .set(notifications::read_at.eq(
        diesel::dsl::sql::<diesel::sql_types::Nullable<Timestamptz>>("coalesce(read_at, now())"),
    ))
    .returning(notifications::path)
    .get_result(conn)
    .await
    .optional()
}

/// Marks as read the notifications about a subject, because the person has seen it.
pub async fn seen(
    conn: &mut Conn,
    user: UserId,
    kind: NotificationKind,
    subject: &str,
) -> QueryResult<usize> {
    statement(
        "update notifications set read_at = now()
         where user_id = $1 and kind = $2 and subject = $3 and read_at is null",
    )
    .bind::<Uuid, _>(user)
    .bind::<Text, _>(kind.name())
    .bind::<Text, _>(subject)
    .execute(conn)
    .await
}

/// Marks as read the notifications about a subject and about all whose names begin with it and a
/// slash, such as those about the parts of a cohort.
pub async fn seen_within(conn: &mut Conn, user: UserId, subject: &str) -> QueryResult<()> {
    statement(
        "update notifications set read_at = now()
         where user_id = $1 and read_at is null and (subject = $2 or starts_with(subject, $2 || '/'))",
    )
    .bind::<Uuid, _>(user)
    .bind::<Text, _>(subject)
    .execute(conn)
    .await
    .map(drop)
}

pub async fn read_all(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    diesel::update(
        notifications::table
            .filter(notifications::user_id.eq(user))
            .filter(notifications::read_at.is_null()),
    )
    .set(notifications::read_at.eq(Utc::now()))
    .execute(conn)
    .await
    .map(drop)
}

/// Returns how mails come for each kind, and the hours without mails.
pub async fn choices(conn: &mut Conn, user: UserId) -> QueryResult<NotificationChoices> {
    let stored: HashMap<String, String> = notification_choices::table
        .filter(notification_choices::user_id.eq(user))
        .select((notification_choices::kind, notification_choices::mails))
        .load(conn)
        .await?
        .into_iter()
        .collect();
    let quiet: Option<(Option<i16>, Option<i16>)> = notification_settings::table
        .find(user)
        .select((
            notification_settings::quiet_from,
            notification_settings::quiet_until,
        ))
        .first(conn)
        .await
        .optional()?;
    let of = |kind: NotificationKind| {
        let stored = stored.get(kind.name()).map(String::as_str);
        (kind, chosen(kind, stored))
    };
    Ok(NotificationChoices {
        mails: NotificationKind::ALL.map(of).to_vec(),
        quiet: quiet.and_then(|(from, until)| from.zip(until)),
    })
}

/// Stores choices. Notifications that are not read yet and were in no mail come as chosen now.
pub async fn choose(
    conn: &mut Conn,
    user: UserId,
    chosen: &[(NotificationKind, MailFrequency)],
    quiet: Option<(i16, i16)>,
) -> AppResult<()> {
    diesel::insert_into(notification_settings::table)
        .values((
            notification_settings::user_id.eq(user),
            notification_settings::quiet_from.eq(quiet.map(|(from, _)| from)),
            notification_settings::quiet_until.eq(quiet.map(|(_, until)| until)),
        ))
        .on_conflict(notification_settings::user_id)
        .do_update()
        .set((
            notification_settings::quiet_from.eq(quiet.map(|(from, _)| from)),
            notification_settings::quiet_until.eq(quiet.map(|(_, until)| until)),
        ))
        .execute(conn)
        .await?;
    let now = Utc::now();
    for (kind, frequency) in chosen {
        set_mails(conn, user, *kind, *frequency).await?;
        let is_waiting: bool = diesel::select(diesel::dsl::exists(
            notifications::table
                .filter(notifications::user_id.eq(user))
                .filter(notifications::kind.eq(kind.name()))
                .filter(notifications::read_at.is_null())
                .filter(notifications::mailed_at.is_null()),
        ))
        .get_result(conn)
        .await?;
        if is_waiting {
            let readers = readers(conn, &[user.0], *kind).await?;
            let mails = readers
                .iter()
                .filter_map(|reader| reader.mail(*kind, MailFrequency::AtOnce, now));
            jobs::enqueue_all_once(conn, mails.collect()).await?;
        }
    }
    Ok(())
}

async fn set_mails(
    conn: &mut Conn,
    user: UserId,
    kind: NotificationKind,
    frequency: MailFrequency,
) -> QueryResult<()> {
    diesel::insert_into(notification_choices::table)
        .values((
            notification_choices::user_id.eq(user),
            notification_choices::kind.eq(kind.name()),
            notification_choices::mails.eq(frequency.name()),
        ))
        .on_conflict((notification_choices::user_id, notification_choices::kind))
        .do_update()
        .set(notification_choices::mails.eq(frequency.name()))
        .execute(conn)
        .await
        .map(drop)
}

/// Returns the key of the person's links that stop mails.
pub async fn unsubscribe_key(conn: &mut Conn, user: UserId) -> QueryResult<uuid::Uuid> {
    diesel::insert_into(notification_settings::table)
        .values(notification_settings::user_id.eq(user))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    notification_settings::table
        .find(user)
        .select(notification_settings::unsubscribe_key)
        .first(conn)
        .await
}

/// Stops the mails of a batch for the person with this key.
///
/// # Errors
///
/// `NotFound` for an unknown key or batch.
pub async fn stop_mails(conn: &mut Conn, key: uuid::Uuid, which: &str) -> AppResult<()> {
    let unknown = || {
        AppError::NotFound(
            "This link is not complete. You can choose your mails in your settings.".to_owned(),
        )
    };
    let batch = MailBatch::parse(which).ok_or_else(unknown)?;
    let user: UserId = notification_settings::table
        .filter(notification_settings::unsubscribe_key.eq(key))
        .select(notification_settings::user_id)
        .first(conn)
        .await
        .optional()?
        .ok_or_else(unknown)?;
    for kind in batch.kinds(&choices(conn, user).await?) {
        set_mails(conn, user, kind, MailFrequency::Off).await?;
    }
    Ok(())
}

/// Marks the unread notifications of these kinds as mailed, and returns those that no mail has
/// held yet, oldest first.
pub async fn take_unmailed(
    conn: &mut Conn,
    user: UserId,
    kinds: &[NotificationKind],
) -> QueryResult<Vec<NotificationRow>> {
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let mut rows: Vec<NotificationRow> = statement(
        "update notifications set mailed_at = now()
         where user_id = $1 and kind = any($2) and read_at is null and (mailed_at is null or mailed_at < happened_at)
         returning notification_id, title, body, path, events, happened_at, read_at",
    )
    .bind::<Uuid, _>(user)
    .bind::<Array<Text>, _>(kinds)
    .load(conn)
    .await?;
    rows.sort_by_key(|row| row.happened_at);
    Ok(rows)
}
