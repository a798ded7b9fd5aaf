//! Notifications about prompts and messages. They hold no text of a message, because their readers
//! may lose the right to read it, and a mail can't be taken back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use crate::coldcall::Visibility;
use crate::paths::cold_call_path;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, CourseId, MessageId, PromptId, TopicId, UserId};
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{
    NewNotification, notify, notify_in_digest, notify_until_read, store as notifications, withdraw,
};

/// The subject of notifications about the thread of a prompt.
fn of_thread(prompt: PromptId) -> String {
    format!("prompt/{prompt}")
}

fn of_message(prompt: PromptId, message: MessageId) -> String {
    format!("prompt/{prompt}/message/{message}")
}

/// The subject of notifications about new answers to a prompt. The thread shows them.
fn of_answers(prompt: PromptId) -> String {
    format!("prompt/{prompt}/answers")
}

/// The subject of reminders of a prompt that closes soon.
pub fn of_closing(prompt: PromptId) -> String {
    format!("prompt/{prompt}/closing")
}

/// Marks the reminder of the close as read, because the member has answered.
pub async fn seen_closing(conn: &mut Conn, user: UserId, prompt: PromptId) -> QueryResult<()> {
    let subject = of_closing(prompt);
    notifications::seen(conn, user, NotificationKind::Deadline, &subject)
        .await
        .map(drop)
}

/// The subject of notifications about new prompts of a topic.
pub fn of_topic(topic: TopicId) -> String {
    format!("topic/{topic}/cold-calls")
}

/// The subject of all notifications that moderation shows.
const MODERATION: &str = "moderation";

fn of_moderation(course: CourseId) -> String {
    format!("{MODERATION}/{course}")
}

/// Marks as read that the topic has new prompts.
pub async fn seen_prompts(conn: &mut Conn, user: UserId, topic: TopicId) -> QueryResult<()> {
    let subject = of_topic(topic);
    notifications::seen(conn, user, NotificationKind::ColdCall, &subject)
        .await
        .map(drop)
}

/// Marks as read what moderation shows to a tutor.
pub async fn seen_moderation(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    notifications::seen_within(conn, user, MODERATION).await
}

/// Marks all that the thread of a prompt shows as read.
pub async fn seen(conn: &mut Conn, user: UserId, prompt: PromptId) -> QueryResult<()> {
    notifications::seen_within(conn, user, &of_thread(prompt)).await
}

/// A message for a notification, and its author.
#[derive(QueryableByName)]
struct NoticedMessage {
    #[diesel(sql_type = SqlUuid)]
    message_id: MessageId,
    #[diesel(sql_type = SqlUuid)]
    prompt_id: PromptId,
    #[diesel(sql_type = SqlUuid)]
    cohort_id: CohortId,
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    course: String,
    #[diesel(sql_type = Text)]
    topic: String,
    #[diesel(sql_type = Int4)]
    display_order: i32,
    #[diesel(sql_type = Text)]
    prompt: String,
    #[diesel(sql_type = crate::platform::db::schema::sql_types::PromptVisibility)]
    visibility: Visibility,
    #[diesel(sql_type = Bool)]
    is_tutor: bool,
    #[diesel(sql_type = Bool)]
    is_answer: bool,
    #[diesel(sql_type = Text)]
    author_name: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    /// The author, if they may still read the thread.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    author: Option<UserId>,
    /// The author of the message above, if it is a reply, and they may still read the thread.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    author_above: Option<UserId>,
}

impl NoticedMessage {
    /// The author as members may know them.
    fn writer(&self) -> String {
        match (self.is_tutor, self.visibility) {
            (true, _) => format!("{}, a tutor,", self.author_name),
            (false, Visibility::Named) => self.author_name.clone(),
            (false, _) => "Somebody in your cohort".to_owned(),
        }
    }

    fn notification(
        &self,
        kind: NotificationKind,
        subject: String,
        title: String,
        body: String,
    ) -> NewNotification {
        NewNotification {
            kind,
            subject,
            course: Some(self.course_id),
            title,
            body,
            path: cold_call_path(&self.course, &self.topic, self.display_order),
        }
    }
}

/// Returns messages that are not deleted.
async fn noticed(conn: &mut Conn, ids: &[MessageId]) -> QueryResult<Vec<NoticedMessage>> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    statement(
        "select m.message_id, m.prompt_id, m.cohort_id, p.course_id, c.slug as course, t.slug as topic,
                p.display_order, p.prompt, p.visibility, m.is_tutor,
                m.parent_id is null and not m.is_tutor as is_answer, coalesce(u.display_name, 'Somebody') as author_name,
                m.body, m.created_at, case when m.is_tutor or own.user_id is not null then m.user_id end as author,
                case when above.is_tutor
                       or other.user_id is not null
                          and exists (select from cold_call_messages o
                                      where o.prompt_id = m.prompt_id and o.cohort_id = m.cohort_id
                                        and o.user_id = above.user_id and o.parent_id is null
                                        and o.deleted_at is null and not o.is_tutor)
                     then above.user_id end as author_above
         from cold_call_messages m
         join cold_call_prompts p on p.prompt_id = m.prompt_id
         join topics t on t.topic_id = p.topic_id
         join courses c on c.course_id = p.course_id
         left join users u on u.user_id = m.user_id and u.deleted_at is null
         left join cold_call_messages above on above.message_id = m.parent_id and above.deleted_at is null
         left join cohort_members own
             on own.cohort_id = m.cohort_id and own.user_id = m.user_id and own.status = 'active'
         left join cohort_members other
             on other.cohort_id = m.cohort_id and other.user_id = above.user_id and other.status = 'active'
         where m.message_id = any($1) and m.deleted_at is null
         order by m.message_id",
    )
    .bind::<Array<SqlUuid>, _>(&ids)
    .load(conn)
    .await
}

/// Notifies the authors of the messages that these new messages reply to, the members whom they
/// mention, and of a new answer those who have answered too. Messages that are held are left out
/// until they are approved.
pub async fn posted(conn: &mut Conn, ids: &[MessageId]) -> AppResult<()> {
    let messages = noticed(conn, ids).await?;
    let mut above: BTreeMap<PromptId, (&NoticedMessage, Vec<UserId>)> = BTreeMap::new();
    for message in &messages {
        if let Some(reader) = message
            .author_above
            .filter(|at| Some(*at) != message.author)
        {
            let entry = above.entry(message.prompt_id);
            entry.or_insert((message, Vec::new())).1.push(reader);
        }
    }
    for (prompt, (message, readers)) in &above {
        let title = format!("{} replied to you", message.writer());
        let body = message.prompt.clone();
        let new = message.notification(NotificationKind::Reply, of_thread(*prompt), title, body);
        notify(conn, readers, &new).await?;
    }
    // Answers that only tutors read are nothing to the other members.
    let is_shared = |message: &&NoticedMessage| message.visibility != Visibility::TutorsOnly;
    for message in messages.iter().filter(is_shared) {
        if !message.is_answer && !message.body.contains('@') {
            continue;
        }
        let people = answered(conn, message).await?;
        let told = above.get(&message.prompt_id);
        let readers: Vec<UserId> = mentioned(&message.body, &people)
            .into_iter()
            .filter(|reader| Some(*reader) != message.author)
            .filter(|reader| !told.is_some_and(|(_, readers)| readers.contains(reader)))
            .collect();
        let title = format!("{} mentioned you", message.writer());
        let (subject, body) = (of_thread(message.prompt_id), message.prompt.clone());
        let new = message.notification(NotificationKind::Reply, subject, title, body);
        notify(conn, &readers, &new).await?;
        if message.is_answer {
            let others = people.iter().map(|person| person.user_id);
            let others: Vec<UserId> = others
                .filter(|reader| Some(*reader) != message.author && !readers.contains(reader))
                .collect();
            tell_of_answer(conn, message, &others).await?;
        }
    }
    Ok(())
}

/// Takes back what people were told of these replies and have not read. To be called before the
/// replies are deleted.
pub async fn replies_undone(conn: &mut Conn, ids: &[MessageId]) -> AppResult<()> {
    // The author of a message above is told once of all these replies, others of each mention.
    let mut above: BTreeSet<(PromptId, UserId)> = BTreeSet::new();
    let mut told: BTreeMap<(PromptId, DateTime<Utc>), BTreeMap<UserId, i32>> = BTreeMap::new();
    let messages = noticed(conn, ids).await?;
    for message in &messages {
        if let Some(reader) = message.author_above {
            above.insert((message.prompt_id, reader));
            let entry = told.entry((message.prompt_id, message.created_at));
            entry.or_default().insert(reader, 1);
        }
    }
    for message in messages.iter().filter(|message| message.body.contains('@')) {
        let people = answered(conn, message).await?;
        let entry = told.entry((message.prompt_id, message.created_at));
        let entry = entry.or_default();
        for reader in mentioned(&message.body, &people) {
            if !above.contains(&(message.prompt_id, reader)) {
                *entry.entry(reader).or_default() += 1;
            }
        }
    }
    for ((prompt, at), readers) in &told {
        let subject = of_thread(*prompt);
        let of = (NotificationKind::Reply, subject.as_str());
        let others = "Somebody replied to you or mentioned you";
        notifications::take_back(conn, readers, of, *at, others).await?;
    }
    Ok(())
}

/// Tells members who have answered of another answer, without naming its author.
async fn tell_of_answer(
    conn: &mut Conn,
    message: &NoticedMessage,
    people: &[UserId],
) -> AppResult<()> {
    let new = message.notification(
        NotificationKind::ColdCall,
        of_answers(message.prompt_id),
        "New answers to a cold call that you answered".to_owned(),
        message.prompt.clone(),
    );
    notify_in_digest(conn, people, &new).await
}

#[derive(QueryableByName)]
struct ToldTutorRow {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    course: String,
}

/// Tells the tutors of the course that a report or a held post of the person `by` waits for them.
/// All that waits in a course is one notification, and one mail until it is read.
pub async fn waits(conn: &mut Conn, course: CourseId, by: UserId) -> AppResult<()> {
    let tutors: Vec<ToldTutorRow> = statement(
        "select t.user_id, c.title as course
         from course_tutors ct
         join tutors t on t.tutor_id = ct.tutor_id
         join courses c on c.course_id = ct.course_id
         where ct.course_id = $1 and ct.is_active and t.user_id <> $2",
    )
    .bind::<SqlUuid, _>(course)
    .bind::<SqlUuid, _>(by)
    .load(conn)
    .await?;
    let Some(title) = tutors.as_slice().first().map(|row| row.course.clone()) else {
        return Ok(());
    };
    let people: Vec<UserId> = tutors.into_iter().map(|row| row.user_id).collect();
    let new = NewNotification {
        kind: NotificationKind::Moderation,
        subject: of_moderation(course),
        course: Some(course),
        title: "Messages wait for you in moderation".to_owned(),
        body: format!("Reported messages and held posts of the course “{title}”."),
        path: "/moderation".to_owned(),
    };
    notify_until_read(conn, &people, &new).await
}

/// Takes back what the tutors of the course have not read, because all of it is done.
pub async fn nothing_waits(conn: &mut Conn, course: CourseId) -> QueryResult<()> {
    withdraw(conn, NotificationKind::Moderation, &of_moderation(course)).await
}

/// How much of a thread is unread to a person: the number of replies to their messages and of
/// mentions since they last saw it.
pub async fn unread(conn: &mut Conn, user: UserId, prompt: PromptId) -> QueryResult<usize> {
    let row: UnreadRow = statement(
        "select coalesce(sum(events), 0)::integer as events from notifications
         where user_id = $1 and kind = $2 and subject = $3 and read_at is null",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Text, _>(NotificationKind::Reply.name())
    .bind::<Text, _>(of_thread(prompt))
    .get_result(conn)
    .await?;
    Ok(usize::try_from(row.events).unwrap_or_default())
}

#[derive(QueryableByName)]
struct UnreadRow {
    #[diesel(sql_type = Int4)]
    events: i32,
}

#[derive(QueryableByName)]
struct Mentionable {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    username: Option<String>,
}

/// Returns the members who have answered the message's prompt. Others must not learn of it.
async fn answered(conn: &mut Conn, message: &NoticedMessage) -> QueryResult<Vec<Mentionable>> {
    statement(
        "select u.user_id, u.display_name, u.username
         from cold_call_messages m
         join cohort_members member
             on member.cohort_id = m.cohort_id and member.user_id = m.user_id and member.status = 'active'
         join users u on u.user_id = m.user_id and u.deleted_at is null
         where m.prompt_id = $1 and m.cohort_id = $2 and m.parent_id is null and m.deleted_at is null
           and not m.is_tutor",
    )
    .bind::<SqlUuid, _>(message.prompt_id)
    .bind::<SqlUuid, _>(message.cohort_id)
    .load(conn)
    .await
}

/// Returns the people whom a text mentions: `@` and their name, their username, or a first name
/// that nobody else has.
fn mentioned(text: &str, people: &[Mentionable]) -> Vec<UserId> {
    let text = text.to_lowercase();
    let mut first_names: HashMap<String, u32> = HashMap::new();
    let first = |name: &str| name.split(' ').next().unwrap_or_default().to_lowercase();
    for person in people {
        *first_names.entry(first(&person.display_name)).or_default() += 1;
    }
    let is_named = |name: &str| {
        let at = format!("@{name}");
        !name.is_empty()
            && text.match_indices(&at).any(|(start, _)| {
                let before = text[..start].chars().next_back();
                let after = text[start + at.len()..].chars().next();
                let is_word = |near: Option<char>| near.is_some_and(char::is_alphanumeric);
                !is_word(before) && !is_word(after)
            })
    };
    let is_mentioned = |person: &&Mentionable| {
        let first = first(&person.display_name);
        is_named(&person.display_name.to_lowercase())
            || (person.username.as_ref()).is_some_and(|name| is_named(&name.to_lowercase()))
            || (first_names[&first] == 1 && is_named(&first))
    };
    people
        .iter()
        .filter(is_mentioned)
        .map(|person| person.user_id)
        .collect()
}

/// A decision of a tutor about a message, of which its author learns.
#[derive(Debug, Clone, Copy)]
pub enum MessageDecision<'a> {
    /// Hidden, for this reason.
    Hidden(&'a str),
    Endorsed,
    Credited,
    Approved,
}

/// Notifies the author of a message of a decision about it.
pub async fn decided(
    conn: &mut Conn,
    message: MessageId,
    decision: MessageDecision<'_>,
) -> AppResult<()> {
    let found = noticed(conn, &[message]).await?;
    let Some(message) = found.into_iter().next() else {
        return Ok(());
    };
    let Some(author) = message.author else {
        return Ok(());
    };
    if message.is_tutor {
        return Ok(());
    }
    let (title, body) = match decision {
        MessageDecision::Hidden(reason) => {
            ("A tutor hid your message", format!("Reason: {reason}"))
        }
        MessageDecision::Endorsed => (
            "A tutor endorsed your answer",
            "The next cohort will see it after answering.".to_owned(),
        ),
        MessageDecision::Credited => ("A tutor credited your answer", message.prompt.clone()),
        MessageDecision::Approved => ("A tutor approved your message", message.prompt.clone()),
    };
    let subject = of_message(message.prompt_id, message.message_id);
    let new = message.notification(
        NotificationKind::Moderation,
        subject,
        title.to_owned(),
        body,
    );
    notify(conn, &[author], &new).await
}

/// Takes back what the author was told of a decision, unless they have read it.
pub async fn undone(conn: &mut Conn, prompt: PromptId, message: MessageId) -> AppResult<()> {
    let subject = of_message(prompt, message);
    Ok(withdraw(conn, NotificationKind::Moderation, &subject).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> Vec<Mentionable> {
        [
            ("Sofia Lindqvist", None),
            ("Sofia Ruiz", Some("ruiz")),
            ("Tomás", None),
        ]
        .into_iter()
        .enumerate()
        .map(|(at, (name, username))| Mentionable {
            user_id: UserId(uuid::Uuid::from_u128(at as u128)),
            display_name: name.to_owned(),
            username: username.map(str::to_owned),
        })
        .collect()
    }

    #[test]
    fn people_are_mentioned_by_name_username_or_a_first_name_of_their_own() {
        let people = people();
        let of = |text: &str| -> Vec<u128> {
            mentioned(text, &people)
                .iter()
                .map(|user| user.0.as_u128())
                .collect()
        };
        assert_eq!(of("I agree, @Sofia Lindqvist."), [0]);
        assert_eq!(of("@RUIZ and @tomás: look"), [1, 2]);
        assert_eq!(of("@Sofia"), [0; 0]);
        assert_eq!(of("mail@tomás"), [0; 0]);
        assert_eq!(of("@Tomásito"), [0; 0]);
    }
}
