//! Receivers of messages to learners, and the page from which they are sent.

use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid};
use diesel_async::RunQueryDsl;

use super::{CourseMessagePage, CourseReceivers, MOST_RECEIVERS};
use crate::activity::LearnerStatus;
use crate::activity::server::roster;
use crate::cohort::server::course_news;
use crate::cohort::teach::messages::server::{MessageDraft, SentIn, keep, sent};
use crate::course::server::store as courses;
use crate::enrollment::EnrollmentStatus;
use crate::gradebook::LearnerFilter;
use crate::gradebook::server::store;
use crate::platform::auth::Viewer;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{CohortMessageId, CourseId, UserId};
use crate::platform::time::Clock;

/// Names of receivers that the page shows.
const SHOWN_RECEIVERS: usize = 50;

/// Learners to whom a message goes, with their names.
struct Addressed {
    people: Vec<(UserId, String)>,
    /// Number of all of them.
    count: i64,
}

/// Returns the learners whom the filters select now, but not the sender.
async fn addressed(
    conn: &mut Conn,
    course: CourseId,
    to: &CourseReceivers,
    sender: UserId,
    clock: &Clock,
) -> AppResult<Addressed> {
    if !to.learner.is_empty() {
        let learner = store::learner_named(conn, course, &to.learner).await?;
        let studies = [EnrollmentStatus::Active, EnrollmentStatus::Completed];
        let learner = learner.filter(|it| studies.contains(&it.status) && it.user_id != sender);
        let learner = learner.ok_or_else(|| {
            AppError::NotFound("There is no such learner to write to in this course.".to_owned())
        })?;
        return Ok(Addressed {
            people: vec![(learner.user_id, learner.display_name)],
            count: 1,
        });
    }
    if to.status.is_some() {
        let (learners, _) = roster::judged(conn, course, &to.roster(), clock).await?;
        let learners = learners.into_iter().map(|learner| learner.row);
        let people: Vec<_> = learners
            .filter(|row| row.user_id != sender)
            .map(|row| (row.user_id, row.display_name))
            .collect();
        let count = i64::try_from(people.len()).unwrap_or(i64::MAX);
        return Ok(Addressed { people, count });
    }
    // The sender may be among them.
    let most = i64::try_from(MOST_RECEIVERS + 2).unwrap_or(i64::MAX);
    let lines = store::learners(conn, course, &to.query(), (most, 0), clock.now).await?;
    let mut count = <[_]>::first(&lines).map_or(0, |line| line.total);
    let is_sender = |user: UserId| user == sender;
    count -= i64::from(lines.iter().any(|line| is_sender(line.user_id)));
    let people = lines
        .into_iter()
        .filter(|line| !is_sender(line.user_id))
        .map(|line| (line.user_id, line.display_name));
    Ok(Addressed {
        people: people.collect(),
        count,
    })
}

/// Sends a message to each learner as a notification. Returns their number, or None if it was sent
/// before.
///
/// # Errors
///
/// `Invalid` if there are no receivers, too many, or not as many as the tutor confirmed.
pub async fn send(
    conn: &mut Conn,
    course: CourseId,
    message: &MessageDraft,
    to: &CourseReceivers,
    (sender, clock): (&Viewer, &Clock),
) -> AppResult<Option<i64>> {
    if !keep(conn, message, SentIn::Course(course), sender).await? {
        return Ok(None);
    }
    let Addressed { people, count } = addressed(conn, course, to, sender.user_id, clock).await?;
    if count == 0 {
        let why = "No learner is selected. Change the filters of the list.";
        return Err(AppError::field("", why));
    }
    if people.len() > MOST_RECEIVERS {
        return Err(AppError::field("", too_many()));
    }
    // One person is confirmed by their name on the page.
    if to.learner.is_empty() {
        message.confirm(count, "learners")?;
    }
    let people: Vec<UserId> = people.into_iter().map(|(user, _)| user).collect();
    receive(conn, message.key, &people).await?;
    let title = format!("{}: {}", sender.display_name, message.title);
    let texts = (title.as_str(), message.text.as_str());
    course_news::of_message(conn, course, message.key, texts, &people).await?;
    Ok(Some(count))
}

fn too_many() -> String {
    let most = figures::number(MOST_RECEIVERS);
    format!(
        "A message goes to at most {most} learners. Announce it to the course, or filter the list."
    )
}

async fn receive(conn: &mut Conn, message: CohortMessageId, people: &[UserId]) -> QueryResult<()> {
    statement(
        "insert into course_message_receivers (message_id, user_id)
         select $1, x.user_id from unnest($2) as x (user_id)",
    )
    .bind::<Uuid, _>(message)
    .bind::<Array<Uuid>, _>(people)
    .execute(conn)
    .await
    .map(drop)
}

/// Returns the page on which the tutor writes to these learners, with a draft for the status.
pub async fn page(
    conn: &mut Conn,
    (course, tutor): (CourseId, UserId),
    to: &CourseReceivers,
    status: Option<LearnerStatus>,
    clock: &Clock,
) -> AppResult<CourseMessagePage> {
    let found = addressed(conn, course, to, tutor, clock).await?;
    let said = match (to.learner.is_empty(), <[_]>::first(&found.people)) {
        (false, Some((_, name))) => name.clone(),
        _ => said(to),
    };
    let course_title = courses::title(conn, course).await?;
    let greeted = (!to.learner.is_empty()).then_some(said.as_str());
    let draft = status.map(|status| draft(status, greeted, &course_title.text));
    let names = found.people.into_iter().map(|(_, name)| name);
    Ok(CourseMessagePage {
        course_title,
        draft: draft.unwrap_or_default(),
        key: CohortMessageId(uuid::Uuid::now_v7()),
        said,
        receivers: found.count,
        names: names.take(SHOWN_RECEIVERS).collect(),
        sent: sent(conn, SentIn::Course(course), clock).await?,
    })
}

/// Returns subject and text of a draft for a learner of this status, or for several without a name.
/// The tutor changes and sends it.
fn draft(status: LearnerStatus, name: Option<&str>, course: &str) -> (String, String) {
    let (subject, text) = match status {
        LearnerStatus::Gone | LearnerStatus::Drift => (
            "How is it going?",
            format!(
                "I have not seen you in “{course}” for some days. Does something hold you up? If you need more time, another explanation or a short talk, write to me with “Ask a person” on any topic. Everything is where you left it."
            ),
        ),
        LearnerStatus::Friction => (
            "Can I help with the part you are at?",
            format!(
                "You have worked hard on “{course}” this week, and one part does not seem to give way. That happens to many at this place. Tell me with “Ask a person” on the topic what you have tried, and we look at it together."
            ),
        ),
        LearnerStatus::Behind => (
            "Keeping up with the plan",
            format!(
                "The plan of “{course}” is a little ahead of you. What would help: more time, or an idea of what to do first? Write to me with “Ask a person” on any topic."
            ),
        ),
        LearnerStatus::Active | LearnerStatus::Engaged | LearnerStatus::Completed => (
            "Well done",
            format!(
                "I have looked at your work in “{course}”, and wanted to tell you: you are doing well. Keep going."
            ),
        ),
    };
    let hello = name.map_or("Hello,".to_owned(), |name| format!("Hello {name},"));
    (subject.to_owned(), format!("{hello}\n\n{text}"))
}

/// Says whom the filters select, such as "stuck learners whose name or email has “an”".
fn said(to: &CourseReceivers) -> String {
    let mut said = match (to.status, to.filter) {
        (Some(LearnerStatus::Gone), _) => "learners who have been away for long",
        (Some(LearnerStatus::Drift), _) => "learners who are drifting away",
        (Some(LearnerStatus::Friction), _) => "learners who struggle",
        (Some(LearnerStatus::Behind), _) => "learners who are behind the plan",
        (Some(LearnerStatus::Active), _) => "learners who are active",
        (Some(LearnerStatus::Engaged), _) => "learners who are engaged",
        (Some(LearnerStatus::Completed), _) | (None, LearnerFilter::Completed) => {
            "learners who have completed the course"
        }
        (None, LearnerFilter::All) => "all learners of the course",
        (None, LearnerFilter::NotBegun) => "learners who have not started",
        (None, LearnerFilter::Stuck) => "learners who are stuck",
    }
    .to_owned();
    if !to.q.is_empty() {
        said.push_str(&format!(", by name or email “{}”", to.q));
    }
    said
}
