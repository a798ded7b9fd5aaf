//! Threads of the demo's cohort: answers, replies, stars, what the tutor did with them, and what
//! the demo's people have not read yet. Only an empty cohort gets them.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Int4, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::{NoContext, Timestamp, Uuid};

use super::talk::{EARLIER, Post, TALKS};
use crate::coldcall::server::rules;
use crate::enrollment::server::store as studying;
use crate::paths::cold_call_path;
use crate::platform::auth::store as accounts;
use crate::platform::db::schema::{
    cohort_members, cohorts, cold_call_messages, cold_call_prompts, cold_call_reports,
    cold_call_stars, topics,
};
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, CourseId, MessageId, PromptId, UserId};
use crate::platform::notifications::NotificationKind;

const COURSE: &str = "how-to-trust-a-number";

/// People of the demo who study in the cohort.
const MEMBERS: [&str; 6] = ["learner", "nikhil", "sofia", "tomas", "kwame", "lena"];
const TUTOR: &str = "tutor";

pub async fn fill(conn: &mut Conn) -> AppResult<()> {
    let Some(course) = studying::course_id(conn, COURSE).await? else {
        return Ok(());
    };
    let cohort = find_or_make(conn, course, "Spring cohort", 16).await?;
    let has_messages: bool = diesel::select(diesel::dsl::exists(
        cold_call_messages::table.filter(cold_call_messages::cohort_id.eq(cohort)),
    ))
    .get_result(conn)
    .await?;
    if has_messages {
        return Ok(());
    }
    let started: DateTime<Utc> = cohorts::table
        .find(cohort)
        .select(cohorts::starts_at)
        .first(conn)
        .await?;
    // The prompts are as old as the cohort, so that nobody is told of all of them at once.
    diesel::update(cold_call_prompts::table.filter(cold_call_prompts::course_id.eq(course)))
        .set(cold_call_prompts::created_at.eq(started))
        .execute(conn)
        .await?;
    for talk in TALKS {
        let Some(prompt) = prompt(conn, course, talk.topic, talk.number).await? else {
            continue;
        };
        let began = started + TimeDelta::days(talk.day);
        for post in talk.answers {
            write(conn, (prompt, cohort), None, post, began).await?;
        }
    }
    earlier(conn, course, started).await?;
    for news in NEWS {
        tell(conn, course, news).await?;
    }
    Ok(())
}

/// A notification that fits the threads.
struct News {
    to: &'static str,
    kind: NotificationKind,
    /// Place of the prompt that it is about. None for moderation.
    about: Option<(&'static str, i32)>,
    title: &'static str,
    hours_ago: i32,
}

const NEWS: [News; 3] = [
    News {
        to: "learner",
        kind: NotificationKind::Reply,
        about: Some(("what-was-counted", 1)),
        title: "Meera Iyer, a tutor, replied to you",
        hours_ago: 3,
    },
    News {
        to: "learner",
        kind: NotificationKind::ColdCall,
        about: Some(("who-is-missing", 1)),
        title: "New answers to a cold call that you answered",
        hours_ago: 9,
    },
    News {
        to: TUTOR,
        kind: NotificationKind::Moderation,
        about: None,
        title: "Messages wait for you in moderation",
        hours_ago: 2,
    },
];

/// Stores an unread notification. It causes no mail.
async fn tell(conn: &mut Conn, course: CourseId, news: News) -> AppResult<()> {
    let Some(user) = person(conn, news.to).await? else {
        return Ok(());
    };
    let (subject, path, of) = match news.about {
        None => (
            format!("moderation/{course}"),
            "/moderation".to_owned(),
            None,
        ),
        Some((topic, number)) => {
            let Some(prompt) = prompt(conn, course, topic, number).await? else {
                return Ok(());
            };
            let subject = match news.kind {
                NotificationKind::ColdCall => format!("prompt/{prompt}/answers"),
                _ => format!("prompt/{prompt}"),
            };
            (subject, cold_call_path(COURSE, topic, number), Some(prompt))
        }
    };
    statement(
        "insert into notifications (user_id, kind, subject, course_id, title, body, path, happened_at)
         select $1, $2, $3, c.course_id, $4,
                coalesce((select p.prompt from cold_call_prompts p where p.prompt_id = $5),
                         'Reported messages and held posts of the course “' || c.title || '”.'),
                $6, now() - make_interval(hours => $7)
         from courses c where c.course_id = $8
         on conflict do nothing",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Text, _>(news.kind.name())
    .bind::<Text, _>(subject)
    .bind::<Text, _>(news.title)
    .bind::<Nullable<SqlUuid>, _>(of)
    .bind::<Text, _>(path)
    .bind::<Int4, _>(news.hours_ago)
    .bind::<SqlUuid, _>(course)
    .execute(conn)
    .await?;
    Ok(())
}

/// Answers of a cohort that has ended, which its tutor endorsed.
async fn earlier(conn: &mut Conn, course: CourseId, started: DateTime<Utc>) -> AppResult<()> {
    let past: Option<CohortId> = cohorts::table
        .filter(cohorts::course_id.eq(course))
        .filter(cohorts::title.eq("Autumn cohort"))
        .select(cohorts::cohort_id)
        .first(conn)
        .await
        .optional()?;
    let past = match past {
        Some(past) => past,
        None => {
            let day = |ago| (started - TimeDelta::days(ago)).date_naive();
            diesel::insert_into(cohorts::table)
                .values((
                    cohorts::course_id.eq(course),
                    cohorts::title.eq("Autumn cohort"),
                    cohorts::start_date.eq(day(150)),
                    cohorts::end_date.eq(day(100)),
                ))
                .returning(cohorts::cohort_id)
                .get_result(conn)
                .await?
        }
    };
    for talk in EARLIER {
        if let Some(prompt) = prompt(conn, course, talk.topic, talk.number).await? {
            for post in talk.answers {
                let began = started - TimeDelta::days(140);
                write(conn, (prompt, past), None, post, began).await?;
            }
        }
    }
    Ok(())
}

/// Returns the course's newest cohort that has started, with the demo's people. Makes one that
/// started some days ago if there is none.
async fn find_or_make(
    conn: &mut Conn,
    course: CourseId,
    title: &str,
    days_ago: i64,
) -> AppResult<CohortId> {
    let known: Option<CohortId> = cohorts::table
        .filter(cohorts::course_id.eq(course))
        .filter(cohorts::is_active)
        .filter(cohorts::starts_at.le(Utc::now()))
        .filter(
            cohorts::ends_at
                .is_null()
                .or(cohorts::ends_at.gt(Utc::now())),
        )
        .order(cohorts::starts_at.desc())
        .select(cohorts::cohort_id)
        .first(conn)
        .await
        .optional()?;
    let cohort = match known {
        Some(cohort) => cohort,
        None => {
            let start = (Utc::now() - TimeDelta::days(days_ago)).date_naive();
            diesel::insert_into(cohorts::table)
                .values((
                    cohorts::course_id.eq(course),
                    cohorts::title.eq(title),
                    cohorts::start_date.eq(start),
                    cohorts::end_date.eq(start + TimeDelta::days(42)),
                ))
                .returning(cohorts::cohort_id)
                .get_result(conn)
                .await?
        }
    };
    for name in MEMBERS {
        diesel::insert_into(cohort_members::table)
            .values((
                cohort_members::cohort_id.eq(cohort),
                cohort_members::email.eq(address(name)),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
    }
    Ok(cohort)
}

fn address(name: &str) -> String {
    format!("{name}@demo.example")
}

async fn prompt(
    conn: &mut Conn,
    course: CourseId,
    topic: &str,
    number: i32,
) -> QueryResult<Option<PromptId>> {
    cold_call_prompts::table
        .inner_join(topics::table.on(topics::topic_id.eq(cold_call_prompts::topic_id)))
        .filter(cold_call_prompts::course_id.eq(course))
        .filter(topics::slug.eq(topic))
        .filter(cold_call_prompts::display_order.eq(number))
        .select(cold_call_prompts::prompt_id)
        .first(conn)
        .await
        .optional()
}

async fn person(conn: &mut Conn, name: &str) -> QueryResult<Option<UserId>> {
    let account = accounts::by_email(conn, &address(name)).await?;
    Ok(account.map(|account| account.user_id))
}

/// Stores a post and those below it. People who are not in the demo write nothing.
async fn write(
    conn: &mut Conn,
    (prompt, cohort): (PromptId, CohortId),
    below: Option<(MessageId, MessageId)>,
    post: &Post,
    began: DateTime<Utc>,
) -> AppResult<()> {
    let Some(user) = person(conn, post.by).await? else {
        return Ok(());
    };
    // A thread of the last hours stays in the past.
    let at = (began + TimeDelta::minutes(post.minutes)).min(Utc::now() - TimeDelta::minutes(2));
    let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
    let stamp = Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos());
    let id = MessageId(Uuid::new_v7(stamp));
    let (body, rendered) = rules::message(post.text)?;
    let (parent, root) = below.unzip();
    let is_marked = |mark: &str| post.marks.contains(&mark).then_some(at);
    diesel::insert_into(cold_call_messages::table)
        .values((
            cold_call_messages::message_id.eq(id),
            cold_call_messages::prompt_id.eq(prompt),
            cold_call_messages::cohort_id.eq(cohort),
            cold_call_messages::user_id.eq(user),
            cold_call_messages::is_tutor.eq(post.by == TUTOR),
            cold_call_messages::parent_id.eq(parent),
            cold_call_messages::root_id.eq(root.unwrap_or(id)),
            cold_call_messages::body.eq(body),
            cold_call_messages::body_html.eq(rendered.html),
            cold_call_messages::created_at.eq(at),
            cold_call_messages::pinned_at.eq(is_marked("pinned")),
            cold_call_messages::endorsed_at.eq(is_marked("endorsed")),
            cold_call_messages::credited_at.eq(is_marked("credited")),
        ))
        .execute(conn)
        .await?;
    for name in post.stars {
        if let Some(fan) = person(conn, name).await? {
            diesel::insert_into(cold_call_stars::table)
                .values((
                    cold_call_stars::message_id.eq(id),
                    cold_call_stars::user_id.eq(fan),
                ))
                .on_conflict_do_nothing()
                .execute(conn)
                .await?;
        }
    }
    if let Some((name, reason)) = post.reported
        && let Some(reporter) = person(conn, name).await?
    {
        diesel::insert_into(cold_call_reports::table)
            .values((
                cold_call_reports::message_id.eq(id),
                cold_call_reports::user_id.eq(reporter),
                cold_call_reports::reason.eq(reason),
            ))
            .execute(conn)
            .await?;
    }
    if !post.marks.is_empty() {
        record(conn, id, post.marks).await?;
    }
    for reply in post.replies {
        let below = Some((id, root.unwrap_or(id)));
        Box::pin(write(conn, (prompt, cohort), below, reply, at)).await?;
    }
    Ok(())
}

/// Records the tutor's acts, as moderation does.
async fn record(conn: &mut Conn, message: MessageId, marks: &[&str]) -> AppResult<()> {
    for mark in marks {
        let action = match *mark {
            "pinned" => "pin",
            "endorsed" => "endorse",
            _ => "credit",
        };
        statement(
            "insert into moderation_actions (action_id, course_id, actor_user_id, action, message_id, prompt_id, cohort_id, before, created_at)
             select $1, p.course_id, u.user_id, $2, m.message_id, m.prompt_id, m.cohort_id,
                    '{\"pinned_at\": null, \"endorsed_at\": null, \"credited_at\": null}', m.created_at
             from cold_call_messages m join cold_call_prompts p on p.prompt_id = m.prompt_id, users u
             where m.message_id = $3 and u.email = $4",
        )
        .bind::<diesel::sql_types::Uuid, _>(Uuid::now_v7())
        .bind::<Text, _>(action)
        .bind::<diesel::sql_types::Uuid, _>(message)
        .bind::<Text, _>(address(TUTOR))
        .execute(conn)
        .await?;
    }
    Ok(())
}
