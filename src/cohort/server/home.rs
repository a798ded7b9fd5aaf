//! Builds the home of a cohort.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::access::no_member;
use super::announcements;
use super::calendar;
use super::messages;
use super::sessions;
use super::standing::CohortStanding;
use super::store::{self, Cohort, Membership};
use super::work;
use crate::cohort::{BatchProject, CohortHome, DueModule, HomeBatch, HomePerson, HomeStanding};
use crate::course::server::shared;
use crate::course::server::store as courses;
use crate::enrollment::server::access::outline_of;
use crate::enrollment::server::progress;
use crate::enrollment::server::store::topic_records;
use crate::enrollment::{OutlineModule, TopicState, first_open, steps};
use crate::platform::db::schema::cohort_batch_projects;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, CourseId, UserId};
use crate::platform::time::Clock;
use crate::platform::ui::Html;

/// People of one batch that the home shows.
const SHOWN_PEOPLE: usize = 60;
/// Unfinished modules that the home lists.
const SHOWN_MODULES: usize = 4;

/// Returns the home as the member sees it. The course is given by id and slug.
pub async fn of_member(
    conn: &mut Conn,
    user: UserId,
    (course, slug): (CourseId, String),
    member: Membership,
    clock: &Clock,
) -> AppResult<CohortHome> {
    let due = match member.standing {
        CohortStanding::Before(_) => announced(conn, course, &member, clock).await?,
        CohortStanding::Open | CohortStanding::Ended => {
            due(conn, user, course, &slug, clock).await?
        }
    };
    let project = project(conn, member.cohort_id, member.batch_no).await?;
    let project = match project {
        Some((id, mut project)) => {
            project.work = work::of_member(conn, id, member.member_id, clock).await?;
            Some(project)
        }
        None => None,
    };
    Ok(CohortHome {
        course_title: courses::title(conn, course).await?,
        course_slug: slug,
        title: member.title,
        days: store::days(member.start_date, member.end_date),
        time_zone: member.time_zone,
        standing: standing(member.standing, store::day(member.start_date)),
        batch_no: member.batch_no,
        is_preview: false,
        due,
        calendar: Some(calendar::path(conn, member.member_id).await?),
        project,
        sessions: sessions::coming(conn, member.cohort_id, clock).await?,
        messages: messages::to_member(conn, member.member_id, clock).await?,
        announcements: announcements::shown(conn, member.cohort_id, Some(member.member_id), clock)
            .await?,
        batches: batches(conn, member.cohort_id, member.batch_no, Some(user)).await?,
    })
}

/// Returns the home as a member of batch 1 without work sees it, for tutors.
pub async fn preview(
    conn: &mut Conn,
    (course, slug): (CourseId, String),
    cohort: CohortId,
    clock: &Clock,
) -> AppResult<CohortHome> {
    let cohort: Cohort = store::cohort(conn, course, cohort)
        .await?
        .ok_or_else(no_member)?;
    let id = cohort.cohort_id;
    Ok(CohortHome {
        course_title: courses::title(conn, course).await?,
        course_slug: slug,
        days: cohort.days(),
        standing: standing(cohort.standing(clock.now), store::day(cohort.start_date)),
        title: cohort.title,
        time_zone: cohort.time_zone,
        batch_no: 1,
        is_preview: true,
        due: Vec::new(),
        calendar: None,
        project: project(conn, id, 1).await?.map(|(_, project)| project),
        sessions: sessions::coming(conn, id, clock).await?,
        messages: Vec::new(),
        announcements: announcements::shown(conn, id, None, clock).await?,
        batches: batches(conn, id, 1, None).await?,
    })
}

fn standing(standing: CohortStanding, first_day: String) -> HomeStanding {
    match standing {
        CohortStanding::Before(_) => HomeStanding::Before(first_day),
        CohortStanding::Open => HomeStanding::Open,
        CohortStanding::Ended => HomeStanding::Ended,
    }
}

/// Returns the next modules that have a day on which they open, for a member before the start.
async fn announced(
    conn: &mut Conn,
    course: CourseId,
    member: &Membership,
    clock: &Clock,
) -> AppResult<Vec<DueModule>> {
    let Some(cohort) = store::cohort(conn, course, member.cohort_id).await? else {
        return Ok(Vec::new());
    };
    let (batch, id) = (Some(member.batch_no), Some(member.member_id));
    let openings = store::openings(conn, &cohort, batch, id).await?;
    let shared = shared::course(conn, course, None).await?;
    let modules = shared.modules.iter().filter_map(|module| {
        let at = openings.get(&module.number)?;
        Some(DueModule {
            title: module.title.clone(),
            said: String::new(),
            lock: Some(format!("from {}", clock.day(*at))),
            href: None,
        })
    });
    Ok(modules.take(SHOWN_MODULES).collect())
}

/// Returns the next modules that the member has not finished.
async fn due(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    slug: &str,
    clock: &Clock,
) -> AppResult<Vec<DueModule>> {
    let progress = progress::load(conn, user, course, clock.now).await?;
    let records = topic_records(conn, user, &progress.shared.topic_ids()).await?;
    let outline = outline_of(&progress, &records, clock);
    let is_open = |module: &&OutlineModule| {
        let is_passed = |state: TopicState| state == TopicState::Done;
        module.done() < module.topics.len()
            || !module.quizzes.iter().all(|quiz| is_passed(quiz.state))
    };
    let modules = outline.iter().filter(is_open).take(SHOWN_MODULES);
    Ok(modules.map(|module| due_module(module, slug)).collect())
}

fn due_module(module: &OutlineModule, slug: &str) -> DueModule {
    let next = first_open(steps(std::slice::from_ref(module), slug));
    let (done, all) = (module.done(), module.topics.len());
    let lock = <[_]>::first(&module.topics).and_then(|topic| topic.lock.clone());
    DueModule {
        title: module.title.clone(),
        said: format!("{done} of {all} topics done"),
        href: next.filter(|_| lock.is_none()).map(|step| step.link.href),
        lock,
    }
}

/// Returns the project of a batch, with its id.
async fn project(
    conn: &mut Conn,
    cohort: CohortId,
    batch_no: i32,
) -> QueryResult<Option<(uuid::Uuid, BatchProject)>> {
    let found: Option<(uuid::Uuid, String, String, String, String)> = cohort_batch_projects::table
        .filter(cohort_batch_projects::cohort_id.eq(cohort))
        .filter(cohort_batch_projects::batch_no.eq(batch_no))
        .select((
            cohort_batch_projects::project_id,
            cohort_batch_projects::title,
            cohort_batch_projects::tagline,
            cohort_batch_projects::description_html,
            cohort_batch_projects::notes_html,
        ))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(id, title, tagline, description, notes)| {
        let project = BatchProject {
            title,
            tagline,
            description: Html(description),
            notes: Html(notes),
            work: None,
        };
        (id, project)
    }))
}

#[derive(QueryableByName)]
struct PersonRow {
    #[diesel(sql_type = Int4)]
    batch_no: i32,
    /// None for a member without an account and a name. Others never see the address.
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    picture: Option<String>,
    #[diesel(sql_type = Bool)]
    is_me: bool,
}

/// Returns the active members by batch, the given batch first.
async fn batches(
    conn: &mut Conn,
    cohort: CohortId,
    first: i32,
    user: Option<UserId>,
) -> QueryResult<Vec<HomeBatch>> {
    let rows: Vec<PersonRow> = statement(
        "select m.batch_no, coalesce(u.display_name, m.name) as name, u.profile_picture_url as picture,
                coalesce(m.user_id = $3, false) as is_me
         from cohort_members m
         left join users u on u.user_id = m.user_id
         where m.cohort_id = $1 and m.status = 'active'
         order by m.batch_no <> $2, m.batch_no, coalesce(m.user_id = $3, false) desc,
                  lower(coalesce(u.display_name, m.name)) nulls last, m.member_id",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Int4, _>(first)
    .bind::<Nullable<Uuid>, _>(user)
    .load(conn)
    .await?;
    let mut batches: Vec<HomeBatch> = Vec::new();
    for row in rows {
        if batches
            .last()
            .is_none_or(|batch| batch.batch_no != row.batch_no)
        {
            batches.push(HomeBatch {
                batch_no: row.batch_no,
                people: Vec::new(),
                more: 0,
            });
        }
        let Some(batch) = batches.last_mut() else {
            continue;
        };
        match row.name {
            Some(name) if batch.people.len() < SHOWN_PEOPLE => batch.people.push(HomePerson {
                name,
                picture: row.picture,
                is_me: row.is_me,
            }),
            _ => batch.more += 1,
        }
    }
    Ok(batches)
}
