//! Builds the tutors' pages of cohorts from their queries.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::list::ListedPerson;
use super::store;
use crate::cohort::server::standing::CohortStanding;
use crate::cohort::server::store::{
    self as cohorts, Cohort, Joined, Leaving, NewMember, PlannedMember,
};
use crate::cohort::teach::{
    CohortFields, CohortForm, CohortPage, CohortState, LineOutcome, ListCounts, ListGroup,
    MemberLine, MemberList, MemberListPage, MemberQuery, PreviewLine, TaughtCohort, TaughtCohorts,
};
use crate::course::server::store as courses;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CohortId, CourseId, ListId};
use crate::platform::time::{Clock, zones};

/// Lines of one outcome that a preview shows.
const SHOWN_LINES: usize = 200;

pub fn no_cohort() -> AppError {
    AppError::NotFound("There is no such cohort in this course.".to_owned())
}

fn state(cohort: &Cohort, now: DateTime<Utc>) -> CohortState {
    match cohort.standing(now) {
        _ if !cohort.is_active => CohortState::Inactive,
        CohortStanding::Before(_) => CohortState::Before,
        CohortStanding::Open => CohortState::Open,
        CohortStanding::Ended => CohortState::Ended,
    }
}

pub async fn list(conn: &mut Conn, course: CourseId, clock: &Clock) -> AppResult<TaughtCohorts> {
    let mut counts: HashMap<CohortId, (i64, i64)> = store::counts(conn, course)
        .await?
        .into_iter()
        .map(|row| (row.cohort_id, (row.members, row.unlinked)))
        .collect();
    let cohorts = cohorts::cohorts(conn, course).await?.into_iter();
    let cohorts = cohorts.map(|cohort| {
        let (members, unlinked) = counts.remove(&cohort.cohort_id).unwrap_or_default();
        TaughtCohort {
            cohort_id: cohort.cohort_id,
            days: cohort.days(),
            state: state(&cohort, clock.now),
            title: cohort.title,
            members,
            unlinked,
        }
    });
    Ok(TaughtCohorts {
        cohorts: cohorts.collect(),
        course_title: courses::title(conn, course).await?,
    })
}

pub async fn form(
    conn: &mut Conn,
    course: CourseId,
    cohort: Option<CohortId>,
    clock: &Clock,
) -> AppResult<CohortForm> {
    let course_title = courses::title(conn, course).await?;
    let date = |date: chrono::NaiveDate| date.format("%Y-%m-%d").to_string();
    let (cohort, fields) = match cohort {
        Some(id) => {
            let cohort = cohorts::cohort(conn, course, id)
                .await?
                .ok_or_else(no_cohort)?;
            let fields = CohortFields {
                title: cohort.title.clone(),
                start_date: date(cohort.start_date),
                end_date: cohort.end_date.map(date).unwrap_or_default(),
                time_zone: cohort.time_zone,
                is_active: cohort.is_active.then(|| "true".to_owned()),
            };
            (Some((id, cohort.title)), fields)
        }
        None => {
            let fields = CohortFields {
                time_zone: clock.zone.name().to_owned(),
                is_active: Some("true".to_owned()),
                ..CohortFields::default()
            };
            (None, fields)
        }
    };
    let mut zones = zones();
    if !zones.contains(&fields.time_zone) {
        zones.insert(0, fields.time_zone.clone());
    }
    Ok(CohortForm {
        course_title,
        cohort,
        fields,
        zones,
    })
}

pub async fn members(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
    query: &MemberQuery,
    clock: &Clock,
) -> AppResult<CohortPage> {
    let all = cohorts::cohorts(conn, course).await?;
    let cohort = all
        .iter()
        .find(|it| it.cohort_id == cohort)
        .ok_or_else(no_cohort)?;
    let rows = store::members(conn, cohort.cohort_id, query).await?;
    let batches = store::batches(conn, cohort.cohort_id).await?;
    let others = all
        .iter()
        .filter(|other| other.cohort_id != cohort.cohort_id)
        .map(|other| (other.cohort_id.to_string(), other.title.clone()))
        .collect();
    Ok(CohortPage {
        course_title: courses::title(conn, course).await?,
        cohort_id: cohort.cohort_id,
        title: cohort.title.clone(),
        days: cohort.days(),
        time_zone: cohort.time_zone.clone(),
        state: state(cohort, clock.now),
        page: query.page,
        total: rows.first().map_or(0, |row| row.total),
        members: rows
            .into_iter()
            .map(|row| MemberLine {
                member_id: row.member_id,
                name: row.name,
                email: row.email,
                username: row.username,
                status: row.status,
                batch_no: row.batch_no,
                done: row.done,
            })
            .collect(),
        batches,
        others,
    })
}

/// Returns the page of a list, with what each line would do now.
pub async fn member_list(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
    list: Option<ListId>,
) -> AppResult<MemberListPage> {
    let cohort = cohorts::cohort(conn, course, cohort)
        .await?
        .ok_or_else(no_cohort)?;
    let stored = match list {
        Some(list) => store::list(conn, cohort.cohort_id, list, false).await?,
        None => None,
    };
    let problem = match (&stored, list) {
        (None, Some(_)) => Some("This list is no longer here. Upload it again.".to_owned()),
        _ => None,
    };
    let list = match stored.zip(list) {
        Some((stored, list_id)) => Some(match stored.outcome {
            Some(counts) => MemberList {
                list_id,
                file: stored.file,
                counts,
                is_confirmed: true,
                groups: Vec::new(),
            },
            None => {
                let (planned, left_out) =
                    plan(conn, course, cohort.cohort_id, stored.people).await?;
                MemberList {
                    list_id,
                    file: stored.file,
                    counts: counts(&planned, left_out.len()),
                    is_confirmed: false,
                    groups: groups(planned, left_out),
                }
            }
        }),
        None => None,
    };
    Ok(MemberListPage {
        course_title: courses::title(conn, course).await?,
        cohort_id: cohort.cohort_id,
        cohort_title: cohort.title,
        problem,
        list,
    })
}

type PlannedLine = (ListedPerson, PlannedMember);

/// Plans the well-formed lines of a list. Returns the others beside them.
pub async fn plan(
    conn: &mut Conn,
    course: CourseId,
    cohort: CohortId,
    people: Vec<ListedPerson>,
) -> AppResult<(Vec<PlannedLine>, Vec<ListedPerson>)> {
    let (left_out, people): (Vec<ListedPerson>, Vec<ListedPerson>) = people
        .into_iter()
        .partition(|person| person.problem.is_some());
    let new = people.iter().map(|person| NewMember {
        email: person.email.clone(),
        name: person.name.clone(),
        batch_no: person.batch_no,
    });
    let planned =
        cohorts::plan_members(conn, course, cohort, new.collect(), Leaving::Unended).await?;
    Ok((people.into_iter().zip(planned).collect(), left_out))
}

fn outcome(joined: &Joined) -> LineOutcome {
    match joined {
        Joined::Added => LineOutcome::Added,
        Joined::Moved(_) => LineOutcome::Moved,
        Joined::AlreadyThere { .. } => LineOutcome::AlreadyThere,
    }
}

pub fn counts(planned: &[PlannedLine], malformed: usize) -> ListCounts {
    let of = |wanted: LineOutcome| {
        let lines = planned.iter();
        lines
            .filter(|(_, member)| outcome(&member.joined) == wanted)
            .count()
    };
    ListCounts {
        added: of(LineOutcome::Added),
        moved: of(LineOutcome::Moved),
        already_there: of(LineOutcome::AlreadyThere),
        malformed,
    }
}

fn groups(planned: Vec<PlannedLine>, left_out: Vec<ListedPerson>) -> Vec<ListGroup> {
    let mut lines: Vec<(LineOutcome, PreviewLine)> = planned
        .into_iter()
        .map(|(person, member)| {
            let note = match &member.joined {
                Joined::Added => String::new(),
                Joined::Moved(from) => format!("Leaves “{from}”."),
                Joined::AlreadyThere {
                    is_paused,
                    rebatched,
                } => match (is_paused, rebatched) {
                    (true, true) => "Gets this batch, and stays paused.".to_owned(),
                    (true, false) => "Stays paused.".to_owned(),
                    (false, true) => "Gets this batch.".to_owned(),
                    (false, false) => String::new(),
                },
            };
            (outcome(&member.joined), preview(person, note))
        })
        .collect();
    lines.extend(left_out.into_iter().map(|person| {
        let why = person.problem.clone().unwrap_or_default();
        (LineOutcome::Malformed, preview(person, why))
    }));
    let groups = LineOutcome::ALL.map(|wanted| {
        let mut of: Vec<PreviewLine> = lines
            .iter()
            .filter(|(outcome, _)| *outcome == wanted)
            .map(|(_, line)| line.clone())
            .collect();
        let more = of.len().saturating_sub(SHOWN_LINES);
        of.truncate(SHOWN_LINES);
        ListGroup {
            outcome: wanted,
            lines: of,
            more,
        }
    });
    groups
        .into_iter()
        .filter(|group| !group.lines.is_empty())
        .collect()
}

fn preview(person: ListedPerson, note: String) -> PreviewLine {
    PreviewLine {
        line: person.line,
        email: person.email,
        name: person.name.unwrap_or_default(),
        batch: person
            .batch_no
            .map(|batch| batch.to_string())
            .unwrap_or_default(),
        note,
    }
}
