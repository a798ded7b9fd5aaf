//! Gives the demo course a cohort in its third week: twelve members in two batches, their projects,
//! announcements, live sessions, and a schedule.

use chrono::{Days, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Int4, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::class::COURSE;
use crate::cohort::server::store as cohorts;
use crate::cohort::teach::home::ProjectFields;
use crate::cohort::teach::home::server as home;
use crate::cohort::teach::server::check::CohortDraft;
use crate::cohort::teach::server::store;
use crate::cohort::teach::sessions::SessionFields;
use crate::cohort::teach::sessions::server::{check, store as sessions};
use crate::enrollment::server::store as studying;
use crate::platform::auth::UserRole;
use crate::platform::auth::store::{self as accounts, NewAccount};
use crate::platform::db::schema::topics;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, CourseId, SeriesId, TopicId, UserId};

/// Address, name, batch, and number of topics done. Those without topics have no account yet.
const MEMBERS: [(&str, &str, i32, Option<i64>); 12] = [
    ("learner@demo.example", "Asha Kulkarni", 1, Some(0)),
    ("nikhil@demo.example", "Nikhil Rao", 1, Some(0)),
    ("sofia@demo.example", "Sofia Lindqvist", 1, Some(0)),
    ("imani@demo.example", "Imani Okafor", 1, Some(4)),
    ("lucas@demo.example", "Lucas Moreau", 1, Some(3)),
    ("mei@demo.example", "Mei Tanaka", 1, None),
    ("farid@demo.example", "Farid Haddad", 2, Some(5)),
    ("elena@demo.example", "Elena Petrova", 2, Some(4)),
    ("joao@demo.example", "João Almeida", 2, Some(2)),
    ("grace@demo.example", "Grace Wanjiru", 2, Some(3)),
    ("oskar@demo.example", "Oskar Nowak", 2, Some(1)),
    ("ines@demo.example", "Inés Duarte", 2, None),
];

struct Brief {
    title: &'static str,
    tagline: &'static str,
    description: &'static str,
    notes: &'static str,
}

const BRIEFS: [Brief; 2] = [
    Brief {
        title: "A number in your town",
        tagline: "Find one figure that your town decides by, and follow it to its source",
        description: "Pick a number that somebody in your town has used to decide something: a count of cars, a share of empty shops, a test score.\n\n1. Who counted, and how? Write to them if you must.\n2. What would change the number without changing the town?\n3. Say in **one page** how far you trust it, and why.\n\nThe best pages name something that the number cannot see.",
        notes: "- Hand in a link to your page, or paste it.\n- You read each other's pages in the last week.\n",
    },
    Brief {
        title: "Before and after",
        tagline: "Something got better after somebody did something. Did it get better because of it?",
        description: "Choose a report that says *after we did this, that improved*.\n\n1. Draw what is measured, as far back as you can get it.\n2. List three other reasons for the change. Is one of them regression to the mean?\n3. Describe the comparison that would settle it, and what it would cost.\n\nA page and one drawing are enough.",
        notes: "- A photo of a drawing by hand is fine.\n- Ask in the group before you write to an office: two of you may want the same data.\n",
    },
];

/// Title, text, and age in days; the oldest first.
const ANNOUNCEMENTS: [(&str, &str, i64); 3] = [
    (
        "Welcome, all of you",
        "We start with **Where numbers come from**. Read the first two topics by Thursday, and answer the quiz before you look anything up: it tells you what to read twice.\n\nI am here on weekdays and read everything.",
        16,
    ),
    (
        "The projects are out",
        "Each batch has its own. You find the brief below, and it stays the same until the end. Start by *choosing a number*, not by collecting data.",
        9,
    ),
    (
        "Third week: what chance does",
        "The second module is open. Many of you will find that the quiz contradicts what feels right. That is what it is for.\n\nHand in a first version of your project this week, even half a page. I comment on each one.",
        2,
    ),
];

/// Title and text of an announcement that is not published yet.
const PLANNED: (&str, &str) = (
    "The third module opens",
    "**What causes what** is open from today. Its first topic is short on purpose: argue with it.",
);

const WORK: &str = "My number is the share of empty shops in Station Road: 14 of 62. It comes from a walk of one person on one Tuesday in January.\n\nIt cannot see shops that are open but have no customers, and it counted a library as a shop.";
const MESSAGE: &str = "Hello Asha,\n\nthe count of cyclists that you told us about at the clinic would make a fine project. Ask the office for the hours in which nobody counted. I am curious what they say.";
const COMMENT: &str = "The library is a lovely find. How would the number look if somebody had walked there on a Saturday? Say that, and you have your last paragraph.";

/// Creates the cohort, unless the course has one.
pub async fn make(conn: &mut Conn, hash: &str) -> AppResult<()> {
    let Some(course) = studying::course_id(conn, COURSE).await? else {
        return Ok(());
    };
    if !cohorts::cohorts(conn, course).await?.is_empty() {
        return Ok(());
    }
    let today = Utc::now().date_naive();
    let draft = draft(today);
    let cohort = store::create(conn, course, &draft).await?.cohort_id;
    for (email, name, batch_no, topics) in MEMBERS {
        if let Some(topics) = topics {
            join(conn, course, (email, name), topics, hash).await?;
        }
        cohorts::add_member(conn, cohort, email, Some(name), Some(batch_no)).await?;
    }
    statement(
        "update cohort_members set joined_at = now() - interval '18 days' where cohort_id = $1",
    )
    .bind::<Uuid, _>(cohort)
    .execute(conn)
    .await?;
    let tutor = accounts::by_email(conn, "tutor@demo.example").await?;
    if let Some(tutor) = tutor {
        announce(conn, course, cohort, tutor.user_id).await?;
        projects(conn, cohort, tutor.user_id).await?;
        sessions(conn, course, cohort, tutor.user_id).await?;
        write(conn, cohort, tutor.user_id).await?;
    }
    statement(
        "with turned as (insert into course_leaderboards (course_id) values ($2))
         insert into leaderboard_members (member_id)
         select member_id from cohort_members
         where cohort_id = $1 and user_id is not null and email <> 'lena@demo.example'",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Uuid, _>(course)
    .execute(conn)
    .await?;
    // The first module opens with the cohort, the third one in its fifth week.
    statement(
        "insert into cohort_module_rules (cohort_id, module_no, days_after_start)
         values ($1, 1, 0), ($1, 2, 14), ($1, 3, 28)",
    )
    .bind::<Uuid, _>(cohort)
    .execute(conn)
    .await?;
    Ok(())
}

/// A cohort of ten weeks that is in its third one.
fn draft(today: NaiveDate) -> CohortDraft {
    let start_date = today - Days::new(16);
    CohortDraft {
        title: start_date.format("%B %Y").to_string(),
        start_date,
        end_date: Some(start_date + Days::new(69)),
        time_zone: chrono_tz::Tz::UTC,
        is_active: true,
    }
}

/// Creates the account of a member, unless it exists, with so many topics done.
async fn join(
    conn: &mut Conn,
    course: CourseId,
    (email, display_name): (&str, &str),
    done: i64,
    hash: &str,
) -> AppResult<()> {
    let new = NewAccount {
        email,
        display_name,
        password_hash: hash,
        role: UserRole::Learner,
        confirmed: true,
    };
    let Some(user) = accounts::create(conn, new).await? else {
        return Ok(());
    };
    let read: Vec<TopicId> = topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::retired_at.is_null())
        .order((topics::module_no, topics::topic_number))
        .limit(done)
        .select(topics::topic_id)
        .load(conn)
        .await?;
    for topic in read {
        studying::set_done(conn, user, topic, true).await?;
    }
    Ok(())
}

/// Writes the announcements with their readers, and plans one for the end of the cohort.
async fn announce(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
    tutor: UserId,
) -> AppResult<()> {
    for (title, body, days) in ANNOUNCEMENTS {
        let draft = home::read_announcement(title, body)?;
        statement(
            "with written as (
                 insert into cohort_announcements (cohort_id, author_user_id, title, body, body_html, created_at,
                                                   publish_at, published_at)
                 values ($1, $2, $3, $4, $5, $6, $6, $6)
                 returning announcement_id, cohort_id
             )
             insert into announcement_reads (announcement_id, member_id, read_at)
             select announcement_id, member_id, $6::timestamptz + interval '5 hours'
             from written join cohort_members using (cohort_id)
             where user_id is not null and (ascii(email) + length($3)) % 4 <> 0",
        )
        .bind::<Uuid, _>(cohort)
        .bind::<Uuid, _>(tutor)
        .bind::<Text, _>(&draft.title)
        .bind::<Text, _>(&draft.body)
        .bind::<Text, _>(&draft.html)
        .bind::<Timestamptz, _>(Utc::now() - TimeDelta::days(days))
        .execute(conn)
        .await?;
    }
    let Some(cohort) = cohorts::cohort(conn, course, cohort).await? else {
        return Ok(());
    };
    let (title, body) = PLANNED;
    let draft = home::read_announcement(title, body)?;
    let at = format!("{}T09:00", Utc::now().date_naive() + Days::new(12));
    let key = uuid::Uuid::now_v7();
    let to = home::AnnouncedTo::Cohort(cohort);
    home::make_announcement(conn, to, key, tutor, &draft, (&at, false)).await?;
    let draft = home::read_announcement(TO_ALL.0, TO_ALL.1)?;
    let to = home::announced_to(conn, course, None, chrono_tz::UTC).await?;
    let key = uuid::Uuid::now_v7();
    home::make_announcement(conn, to, key, tutor, &draft, ("", false)).await
}

/// An announcement to all learners of the course, also those outside cohorts.
const TO_ALL: (&str, &str) = (
    "New practice questions",
    "Each module has three more practice questions. They count for nothing, so try them *before* the quiz.",
);

/// Writes the briefs, and hands in one work with a comment.
async fn projects(conn: &mut Conn, cohort: CohortId, tutor: UserId) -> AppResult<()> {
    for (brief, batch_no) in BRIEFS.iter().zip(1..) {
        let fields = ProjectFields {
            title: brief.title.to_owned(),
            tagline: brief.tagline.to_owned(),
            description: brief.description.to_owned(),
            notes: brief.notes.to_owned(),
        };
        let draft = home::read_project(batch_no, fields)?;
        home::save_project(conn, cohort, batch_no, &draft).await?;
    }
    statement(
        "with work as (
             insert into project_works (project_id, member_id, body, handed_in_at)
             select p.project_id, m.member_id, $4, now() - interval '1 day'
             from cohort_members m
             join cohort_batch_projects p on p.cohort_id = m.cohort_id and p.batch_no = m.batch_no
             where m.cohort_id = $1 and m.email = 'nikhil@demo.example' and m.batch_no = $3
             returning work_id
         )
         insert into work_comments (work_id, author_user_id, body) select work_id, $2, $5 from work",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Uuid, _>(tutor)
    .bind::<Int4, _>(1)
    .bind::<Text, _>(WORK)
    .bind::<Text, _>(COMMENT)
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes a weekly session from the first week on, with the attendance of the past ones.
async fn sessions(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
    tutor: UserId,
) -> AppResult<()> {
    let Some(cohort) = cohorts::cohort(conn, course, cohort).await? else {
        return Ok(());
    };
    let first = cohort.start_date + Days::new(3);
    let fields = SessionFields {
        title: "Number clinic".to_owned(),
        starts_at: format!("{first}T17:00"),
        minutes: "45".to_owned(),
        weeks: "8".to_owned(),
        link: "https://meet.demo.example/number-clinic".to_owned(),
        place: "Online, or room 2 of the library".to_owned(),
        notes: "Bring one number that you do not trust. We take it apart **together**.".to_owned(),
    };
    let draft = check::session(&fields, cohort.clock().zone)?;
    let key = SeriesId(uuid::Uuid::now_v7());
    sessions::make(conn, &cohort, key, tutor, &draft).await?;
    statement(
        "insert into session_attendance (session_id, member_id, joined_at, status)
         select s.session_id, m.member_id,
                case when x.n % 5 <> 4 then s.starts_at + make_interval(mins => (x.n % 3 * 6)::integer) end,
                (array['present', 'present', 'late', 'present', 'excused'])[x.n % 5 + 1]
         from live_sessions s
         join cohort_members m on m.cohort_id = s.cohort_id and m.user_id is not null
         cross join lateral (select s.series_no + ascii(m.email) as n) x
         where s.cohort_id = $1 and s.starts_at < now()",
    )
    .bind::<Uuid, _>(cohort.cohort_id)
    .execute(conn)
    .await?;
    Ok(())
}

/// Sends a message to the demo's learner.
async fn write(conn: &mut Conn, cohort: CohortId, tutor: UserId) -> AppResult<()> {
    statement(
        "with message as (
             insert into cohort_messages (message_id, cohort_id, sender_user_id, title, body, sent_at)
             values ($1, $2, $3, 'Your number', $4, now() - interval '20 hours')
             returning message_id, cohort_id
         )
         insert into cohort_message_receivers (message_id, member_id)
         select message_id, member_id from message join cohort_members using (cohort_id)
         where email = 'learner@demo.example'",
    )
    .bind::<Uuid, _>(uuid::Uuid::now_v7())
    .bind::<Uuid, _>(cohort)
    .bind::<Uuid, _>(tutor)
    .bind::<Text, _>(MESSAGE)
    .execute(conn)
    .await?;
    Ok(())
}
