//! Server functions of cohorts for tutors of the course and admins. Every change is written to the
//! audit log.

use leptos::prelude::*;

use super::{CohortFields, CohortForm, CohortPage, MemberListPage, MemberQuery, TaughtCohorts};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, ListId, MemberId};

#[cfg(feature = "ssr")]
use {
    super::server::{check, store, view},
    super::{LIST_UPLOAD, MemberChange, cohort_path, member_list_path},
    crate::cohort::MemberStatus,
    crate::cohort::server::jobs::open_at_start,
    crate::cohort::server::notices,
    crate::cohort::server::store::{self as cohorts, Cohort, Joined, PlannedMember},
    crate::course::SEARCH_CHARACTERS,
    crate::platform::address,
    crate::platform::audit::AuditEntry,
    crate::platform::auth::guard::{TutorOf, require_tutor_of_slug},
    crate::platform::db::Conn,
    crate::platform::error::AppError,
    crate::platform::http::server_fns::redirect,
    crate::platform::ids::CourseId,
    crate::platform::time::Clock,
    serde_json::{Value, json},
};

/// Returns the cohorts of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_cohorts(course: String) -> AppResult<TaughtCohorts> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    cx.within(async move |conn| view::list(conn, tutor.course, &clock).await)
        .await
}

/// Returns the form of a cohort, or the form of a new one if `cohort` is empty.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_cohort_form(course: String, cohort: String) -> AppResult<CohortForm> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    let cohort = match cohort.as_str() {
        "" => None,
        id => Some(CohortId(id.parse().map_err(|_| view::no_cohort())?)),
    };
    cx.within(async move |conn| view::form(conn, tutor.course, cohort, &clock).await)
        .await
}

/// Creates or changes a cohort. Access of its members follows its days at once.
#[server]
pub async fn save_cohort(
    course: String,
    /// None for a new cohort.
    id: Option<CohortId>,
    #[server(default)] cohort: CohortFields,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let draft = check::cohort(&cohort)?;
    let id = cx
        .within(async move |conn| {
            let old = match id {
                Some(id) => Some(
                    cohorts::cohort(conn, tutor.course, id)
                        .await?
                        .ok_or_else(view::no_cohort)?,
                ),
                None => None,
            };
            let titled = store::titled(conn, tutor.course, &draft.title).await?;
            if titled.is_some_and(|titled| Some(titled) != id) {
                let taken = "Another cohort of this course has this title.";
                return Err(AppError::field("title", taken));
            }
            let stored = match id {
                Some(id) => store::change(conn, id, &draft).await?,
                None => store::create(conn, tutor.course, &draft).await?,
            };
            open_at_start(conn, stored.cohort_id, stored.starts_at).await?;
            let told = |cohort: cohorts::Cohort| {
                json!({
                    "title": cohort.title, "start_date": cohort.start_date, "end_date": cohort.end_date,
                    "time_zone": cohort.time_zone, "is_active": cohort.is_active,
                })
            };
            let new = cohorts::cohort(conn, tutor.course, stored.cohort_id).await?;
            let action = match id {
                Some(_) => "cohort.changed",
                None => "cohort.created",
            };
            AuditEntry::done(action)
                .of("cohort", stored.cohort_id)
                .change(old.map(told), new.map(told))
                .by(&by)
                .write(conn)
                .await?;
            Ok(stored.cohort_id)
        })
        .await?;
    redirect(address::with_query(
        &cohort_path(&course, id),
        &[("done", "saved")],
    ));
    Ok(())
}

/// Returns a cohort with one page of its members.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_cohort_members(
    course: String,
    cohort: CohortId,
    #[server(default)] query: MemberQuery,
) -> AppResult<CohortPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    if query.q.chars().count() > SEARCH_CHARACTERS as usize {
        return Err(AppError::field("", "Search for fewer words."));
    }
    cx.within(async move |conn| view::members(conn, tutor.course, cohort, &query, &clock).await)
        .await
}

/// Adds one person to a cohort, or moves them from another cohort that has not ended.
#[server]
pub async fn add_cohort_member(
    course: String,
    cohort: CohortId,
    #[server(default)] email: String,
    #[server(default)] name: String,
    #[server(default)] batch: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let name = check::name(&name).map_err(|why| AppError::field("name", why))?;
    let batch = check::batch(&batch).map_err(|why| AppError::field("batch", why))?;
    let joined = cx
        .within(async move |conn| {
            let into = require_cohort(conn, tutor.course, cohort).await?;
            let joined = cohorts::add_member(conn, cohort, &email, name.as_deref(), batch).await?;
            let email = email.trim().to_lowercase();
            if !matches!(joined, Joined::AlreadyThere { .. }) {
                let me = tutor.signed_in.user_id();
                notices::joined(conn, &into, std::slice::from_ref(&email), me).await?;
            }
            let new = json!({ "email": email, "batch_no": batch });
            record(conn, &by, "cohort.member_added", cohort, new).await?;
            Ok(joined)
        })
        .await?;
    let done = match joined {
        Joined::Added => "added",
        Joined::Moved(_) => "moved-here",
        Joined::AlreadyThere { .. } => "already-there",
    };
    redirect(address::with_query(
        &cohort_path(&course, cohort),
        &[("done", done)],
    ));
    Ok(())
}

/// Changes the selected members of a cohort. Members of other cohorts are left alone.
#[server]
pub async fn change_members(
    course: String,
    cohort: CohortId,
    #[server(default)] members: Vec<MemberId>,
    /// Ids of all members of the page, separated by commas, if the box for all is checked.
    #[server(default)]
    all: String,
    #[server(default)] change: String,
    #[server(default)] batch: String,
    #[server(default)] to: String,
) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    let change = MemberChange::parse(&change)
        .ok_or_else(|| AppError::field("change", "Choose what to do with them."))?;
    let members = selected(members, &all);
    if members.is_empty() {
        return Err(AppError::field("", "Select members first."));
    }
    let changed = cx
        .within(async move |conn| {
            require_cohort(conn, tutor.course, cohort).await?;
            cohorts::hold(conn, tutor.course).await?;
            let (changed, detail) = match change {
                MemberChange::Batch => {
                    let batch = check::batch(&batch)
                        .and_then(|batch| batch.ok_or_else(|| "Enter the batch.".to_owned()))
                        .map_err(|why| AppError::field("batch", why))?;
                    let changed = store::set_batch(conn, cohort, &members, batch).await?;
                    (changed, json!({ "batch_no": batch }))
                }
                MemberChange::Move => {
                    let to = to.parse().map(CohortId);
                    let to = to.map_err(|_| AppError::field("to", "Choose the other cohort."))?;
                    let changed = move_members(conn, &tutor, (cohort, to), &members).await?;
                    (changed, json!({ "to": to }))
                }
                MemberChange::Pause | MemberChange::Resume | MemberChange::Remove => {
                    use MemberStatus::{Active, Paused, Removed};
                    let (from, to): (&[MemberStatus], _) = match change {
                        MemberChange::Pause => (&[Active], Paused),
                        MemberChange::Remove => (&[Active, Paused], Removed),
                        _ => (&[Paused, Removed], Active),
                    };
                    let changed = store::set_status(conn, cohort, &members, from, to).await?;
                    (changed, json!({ "status": to }))
                }
            };
            let new = json!({ "change": change.name(), "members": members, "changed": changed, "detail": detail });
            record(conn, &by, "cohort.members_changed", cohort, new).await?;
            Ok(changed)
        })
        .await?;
    redirect(address::with_query(
        &cohort_path(&course, cohort),
        &[("done", change.name()), ("n", &changed.to_string())],
    ));
    Ok(())
}

/// Returns the page on which a list of members is uploaded, with the list that `list` names.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_member_list(
    course: String,
    cohort: CohortId,
    #[server(default)] list: String,
) -> AppResult<MemberListPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let flash = cx.flash.clone().filter(|flash| flash.form == LIST_UPLOAD);
    let list = list.parse().ok().map(ListId);
    let mut page = cx
        .within(async move |conn| view::member_list(conn, tutor.course, cohort, list).await)
        .await?;
    if let Some(error) = flash.and_then(|flash| flash.error) {
        page.problem = Some(error.to_string());
    }
    Ok(page)
}

/// Adds and moves the people of an uploaded list. Confirming a list twice is as good as once.
#[server]
pub async fn confirm_member_list(course: String, cohort: CohortId, list: ListId) -> AppResult<()> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let by = cx.clone();
    cx.within(async move |conn| {
        let into = require_cohort(conn, tutor.course, cohort).await?;
        cohorts::hold(conn, tutor.course).await?;
        let stored = store::list(conn, cohort, list, true)
            .await?
            .ok_or_else(|| {
                AppError::NotFound("This list is no longer here. Upload it again.".to_owned())
            })?;
        if stored.outcome.is_some() {
            return Ok(());
        }
        let (planned, left_out) = view::plan(conn, tutor.course, cohort, stored.people).await?;
        let counts = view::counts(&planned, left_out.len());
        let planned: Vec<_> = planned.into_iter().map(|(_, member)| member).collect();
        cohorts::apply_members(conn, cohort, &planned).await?;
        let newcomers = planned.iter().filter_map(PlannedMember::newcomer);
        let newcomers: Vec<String> = newcomers.map(str::to_owned).collect();
        notices::joined(conn, &into, &newcomers, tutor.signed_in.user_id()).await?;
        store::close_list(conn, list, counts).await?;
        record(conn, &by, "cohort.list_confirmed", cohort, json!(counts)).await
    })
    .await?;
    redirect(member_list_path(&course, cohort, Some(list)));
    Ok(())
}

#[cfg(feature = "ssr")]
async fn require_cohort(conn: &mut Conn, course: CourseId, cohort: CohortId) -> AppResult<Cohort> {
    cohorts::cohort(conn, course, cohort)
        .await?
        .ok_or_else(view::no_cohort)
}

/// Returns the members that were selected singly or together, each once.
#[cfg(feature = "ssr")]
fn selected(mut members: Vec<MemberId>, all: &str) -> Vec<MemberId> {
    members.extend(
        all.split(',')
            .filter_map(|id| id.parse().ok().map(MemberId)),
    );
    members.sort_unstable();
    members.dedup();
    members
}

/// Moves members between two cohorts of the tutor's course and tells them. Returns the number of
/// those who moved.
#[cfg(feature = "ssr")]
async fn move_members(
    conn: &mut Conn,
    tutor: &TutorOf,
    (from, to): (CohortId, CohortId),
    members: &[MemberId],
) -> AppResult<usize> {
    let missing = || AppError::field("to", "Choose the other cohort.");
    if from == to {
        return Err(missing());
    }
    let into = cohorts::cohort(conn, tutor.course, to).await?;
    let into = into.ok_or_else(missing)?;
    let moved = store::move_to(conn, (from, to), members).await?;
    let me = tutor.signed_in.user_id();
    notices::joined(conn, &into, &moved.newcomers, me).await?;
    Ok(moved.left)
}

#[cfg(feature = "ssr")]
async fn record(
    conn: &mut Conn,
    by: &crate::platform::http::Cx,
    action: &str,
    cohort: CohortId,
    new: Value,
) -> AppResult<()> {
    Ok(AuditEntry::done(action)
        .of("cohort", cohort)
        .change(None, Some(new))
        .by(by)
        .write(conn)
        .await?)
}
