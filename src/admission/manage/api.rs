//! Server functions of offerings: tutors of the course see them, admins manage them. Every change
//! is written to the audit log.

use leptos::prelude::*;

use super::{AssessmentFields, AssessmentPage, OfferingFields, OfferingForm, OfferingList};
use crate::platform::error::AppResult;
use crate::platform::ids::{AssessmentQuestionId, OfferingId};

#[cfg(feature = "ssr")]
use {
    super::{offering_path, questions_path},
    crate::admission::review::{QueueFilter, act_path},
    crate::admission::server::offerings::{self, OfferingRow, no_offering},
    crate::admission::server::{desk, fields, seats, terms},
    crate::platform::audit::AuditEntry,
    crate::platform::auth::UserRole,
    crate::platform::auth::guard::{TutorOf, require_admin, require_tutor_of_slug},
    crate::platform::error::AppError,
    crate::platform::http::server_fns::redirect,
    crate::platform::ids::DecisionAct,
    crate::platform::time::Clock,
    serde_json::{Value, json},
};

/// Requires an administrator, and finds the course.
#[cfg(feature = "ssr")]
pub(in crate::admission) async fn require_admin_of(course: &str) -> AppResult<TutorOf> {
    require_admin().await?;
    require_tutor_of_slug(course).await
}

/// Returns the offerings of the course.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_offerings(course: String) -> AppResult<OfferingList> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    let may_manage = tutor.signed_in.viewer.role == UserRole::Admin;
    cx.within(async move |conn| desk::list(conn, tutor.course, may_manage, &clock).await)
        .await
}

/// Returns the form of an offering, or the form of a new one if `offering` is empty.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_offering_form(course: String, offering: String) -> AppResult<OfferingForm> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let clock = Clock::of_organization(&cx.organization);
    let offering = match offering.as_str() {
        "" => None,
        id => Some(OfferingId(
            uuid::Uuid::parse_str(id).map_err(|_| no_offering())?,
        )),
    };
    cx.within(async move |conn| desk::form(conn, admin.course, offering, &clock).await)
        .await
}

/// Creates or changes an offering. Seats that are added go to the waitlist, if there is one. People
/// who have been let in pay nothing more, and those who have nothing to pay any more are let in.
#[server]
pub async fn save_offering(
    course: String,
    /// None for a new one.
    id: Option<OfferingId>,
    #[server(default)] offering: OfferingFields,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let by = cx.clone();
    let clock = Clock::of_organization(&cx.organization);
    let act = (admin.signed_in.user_id(), DecisionAct(uuid::Uuid::new_v4()));
    let (saved, offered) = cx
        .within(async move |conn| {
            let old = match id {
                Some(id) => {
                    let found = offerings::of_course(conn, admin.course, id).await?;
                    let id = found.ok_or_else(no_offering)?.offering_id;
                    Some(seats::lock(conn, id).await?)
                }
                None => None,
            };
            let (base, taken) = match &old {
                Some(old) => (old.clone(), seats::taken(conn, old.offering_id).await?),
                None => (desk::blank(admin.course), 0),
            };
            let new = fields::read_offering(conn, base, &offering, taken, &clock).await?;
            let mut offered = 0;
            let action = match &old {
                Some(old) => {
                    offerings::change(conn, &new).await?;
                    terms::follow_price(conn, old, &new, clock.now).await?;
                    let added = match (old.capacity, new.capacity) {
                        (Some(old), Some(new)) => i64::from((new - old).max(0)),
                        (Some(_), None) => i64::MAX,
                        (None, _) => 0,
                    };
                    offered = seats::choose_next(conn, &new, added, act, clock.now).await?;
                    "offering.changed"
                }
                None => {
                    offerings::create(conn, &new).await?;
                    "offering.created"
                }
            };
            AuditEntry::done(action)
                .of("offering", new.offering_id)
                .change(old.as_ref().map(told), Some(told(&new)))
                .by(&by)
                .write(conn)
                .await?;
            Ok((new.offering_id, offered))
        })
        .await?;
    redirect(match offered {
        0 => offering_path(&course, saved),
        // There the offers can be undone.
        _ => act_path(&course, saved, QueueFilter::Accepted, act.1),
    });
    Ok(())
}

/// Returns what the audit log keeps of an offering.
#[cfg(feature = "ssr")]
fn told(offering: &OfferingRow) -> Value {
    json!({
        "title": offering.title, "price_cents": offering.price_cents, "currency": offering.currency,
        "starts_on": offering.starts_on, "ends_on": offering.ends_on, "capacity": offering.capacity,
        "needs_review": offering.needs_review, "is_open": offering.is_open,
        "payment_days": offering.payment_days,
    })
}

/// Closes an offering for applications, or opens it again.
#[server]
pub async fn set_offering_open(course: String, offering: OfferingId, open: bool) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let by = cx.clone();
    cx.within(async move |conn| {
        let row = offerings::of_course(conn, admin.course, offering)
            .await?
            .ok_or_else(no_offering)?;
        offerings::set_open(conn, row.offering_id, open).await?;
        let action = match open {
            true => "offering.opened",
            false => "offering.closed",
        };
        Ok(AuditEntry::done(action)
            .of("offering", offering)
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(offering_path(&course, offering));
    Ok(())
}

/// Returns the questions that applications for the course's offerings answer.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_assessment(course: String) -> AppResult<AssessmentPage> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    cx.within(async move |conn| desk::assessment(conn, admin.course).await)
        .await
}

/// Adds a question.
#[server]
pub async fn add_assessment_question(
    course: String,
    #[server(default)] question: AssessmentFields,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let by = cx.clone();
    cx.within(async move |conn| {
        let row = fields::read_question(conn, admin.course, &question).await?;
        offerings::add_question(conn, &row).await?;
        Ok(AuditEntry::done("assessment_question.added")
            .of("assessment_question", row.question_id)
            .change(None, Some(json!({ "prompt": row.prompt })))
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(questions_path(&course));
    Ok(())
}

/// Removes a question. Applications that answered it keep it.
#[server]
pub async fn remove_assessment_question(
    course: String,
    question: AssessmentQuestionId,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let by = cx.clone();
    cx.within(async move |conn| {
        let all = offerings::all_questions(conn, admin.course).await?;
        if !all.iter().any(|row| row.question_id == question) {
            return Err(AppError::NotFound("There is no such question.".to_owned()));
        }
        offerings::remove_question(conn, question).await?;
        Ok(AuditEntry::done("assessment_question.removed")
            .of("assessment_question", question)
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(questions_path(&course));
    Ok(())
}
