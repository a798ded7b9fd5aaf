//! Builds the home of a cohort.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::access::no_member;
use super::cold_calls::{self, OpenColdCalls};
use super::standing::CohortStanding;
use super::store::{self, Cohort, MemberPlace, Membership};
use super::{announcements, calendar, dates, due, lately, messages, sessions, work};
use crate::cohort::{
    BatchProject, CalendarAddress, CohortHome, HomeBatch, HomePerson, HomeStanding, OtherCohort,
};
use crate::course::server::shared;
use crate::course::server::store as courses;
use crate::enrollment::server::progress::{self, Progress};
use crate::paths::{cohort_home_path, named_cohort_home_path};
use crate::platform::db::schema::cohort_batch_projects;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, CourseId, UserId};
use crate::platform::time::Clock;
use crate::platform::ui::Html;

/// People of one batch that the home shows.
const SHOWN_PEOPLE: usize = 60;

/// Returns the home as the member sees it. The course is given by id and slug. `site` begins the
/// site's addresses. Progress and what is due belong to the cohort that counts for the member.
pub async fn of_member(
    conn: &mut Conn,
    user: UserId,
    (course, slug): (CourseId, String),
    place: MemberPlace,
    (clock, site): (&Clock, &str),
) -> AppResult<CohortHome> {
    let others = others(&place, &slug);
    let member = place.membership;
    let id = member.cohort_id;
    let cohort = store::cohort(conn, course, id).await?;
    let cohort = cohort.ok_or_else(no_member)?;
    let progress = match member.standing {
        CohortStanding::Open | CohortStanding::Ended if place.is_current => {
            Some(progress::load(conn, user, course, clock.now).await?)
        }
        CohortStanding::Before(_) | CohortStanding::Open | CohortStanding::Ended => None,
    };
    let shared = match &progress {
        Some(progress) => progress.shared.clone(),
        None => shared::course(conn, course, None).await?,
    };
    let place = (member.batch_no, Some(member.member_id));
    let dates = dates::dates(conn, &cohort, place, &shared, Some(clock.now)).await?;
    let cold_calls = match &progress {
        Some(progress) if member.standing.may_post() => {
            cold_calls::open(conn, user, id, (progress, &slug), clock).await?
        }
        _ => OpenColdCalls::default(),
    };
    let due = match &progress {
        Some(progress) => {
            let known = (progress, cold_calls.due, dates.as_slice());
            due::due(conn, user, (course, &slug), known, clock).await?
        }
        None => due::announced(&dates, clock),
    };
    let open_modules = progress.as_ref().map(open_modules).unwrap_or_default();
    let project = project(conn, id, member.batch_no).await?;
    let project = match project {
        Some((id, mut project)) => {
            project.work = work::of_member(conn, id, member.member_id, clock).await?;
            Some(project)
        }
        None => None,
    };
    let path = calendar::path(conn, member.member_id).await?;
    Ok(CohortHome {
        course_title: courses::title(conn, course).await?,
        course_slug: slug,
        title: member.title,
        days: store::days(member.start_date, member.end_date),
        time_zone: member.time_zone,
        standing: standing(member.standing, store::day(member.start_date)),
        batch_no: member.batch_no,
        is_preview: false,
        others,
        due,
        cold_calls: cold_calls.newest,
        calendar: Some(CalendarAddress {
            address: format!("{site}{path}"),
            path,
        }),
        lately: lately::news(conn, id, (&dates, &open_modules), clock).await?,
        dates: dates::ahead(&dates, clock),
        project,
        sessions: sessions::coming(conn, id, clock).await?,
        messages: messages::to_member(conn, user, member.member_id, clock).await?,
        announcements: announcements::shown(conn, id, Some(member.member_id), clock).await?,
        batches: batches(conn, id, member.batch_no, Some(user)).await?,
    })
}

/// Returns links to the homes of the member's other cohorts in the course. One that runs has a home
/// only if it is the one that counts.
fn others(place: &MemberPlace, slug: &str) -> Vec<OtherCohort> {
    let link = |(at, other): (usize, &Membership)| {
        let title = &other.title;
        let is_current = at == 0 && !place.is_current;
        let said = match other.standing {
            CohortStanding::Before(_) => {
                format!("Your next cohort “{title}” starts on {}", other.first_day())
            }
            CohortStanding::Ended => format!("Your earlier cohort “{title}”, which has ended"),
            CohortStanding::Open if is_current => format!("Your cohort “{title}” is in progress"),
            CohortStanding::Open => return None,
        };
        let path = match is_current {
            true => cohort_home_path(slug),
            false => named_cohort_home_path(slug, other.cohort_id),
        };
        Some(OtherCohort { said, path })
    };
    place.others.iter().enumerate().filter_map(link).collect()
}

/// Returns the numbers of the modules whose gate is open to the member.
fn open_modules(progress: &Progress) -> HashSet<i32> {
    let open = progress.gates.iter().filter(|gate| gate.open.is_ok());
    open.map(|gate| gate.number).collect()
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
    let shared = shared::course(conn, course, None).await?;
    let dates = dates::dates(conn, &cohort, (1, None), &shared, Some(clock.now)).await?;
    let modules = shared.modules.iter().map(|module| module.number).collect();
    Ok(CohortHome {
        course_title: courses::title(conn, course).await?,
        course_slug: slug,
        days: cohort.days(),
        standing: standing(cohort.standing(clock.now), store::day(cohort.start_date)),
        title: cohort.title,
        time_zone: cohort.time_zone,
        batch_no: 1,
        is_preview: true,
        others: Vec::new(),
        due: Vec::new(),
        cold_calls: Vec::new(),
        calendar: None,
        lately: lately::news(conn, id, (&dates, &modules), clock).await?,
        dates: dates::ahead(&dates, clock),
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
