//! Server functions of reviewing. Applications are for admins only; tutors see an offering without
//! them. Every change is written to the audit log.

use leptos::prelude::*;

use super::{OfferingPage, QueueFilter, ReviewDecision, ReviewPage};
use crate::platform::error::AppResult;
use crate::platform::ids::{DecisionAct, OfferingId, RegistrationId};

#[cfg(feature = "ssr")]
use {
    super::{
        DecisionMail, MAIL_CHARACTERS, SUBJECT_CHARACTERS, act_path, application_path, queue_path,
    },
    crate::admission::RegistrationStatus,
    crate::admission::manage::api::require_admin_of,
    crate::admission::orders::OrderStatus,
    crate::admission::orders::server::{checkout, store},
    crate::admission::server::decisions::{self, Deciding},
    crate::admission::server::desk::{self, QueuePart},
    crate::admission::server::notices::{self, DeskQueue},
    crate::admission::server::offerings::{self, OfferingRow, no_offering},
    crate::admission::server::registrations::{self, RegistrationRow, no_registration},
    crate::admission::server::seats,
    crate::platform::audit::AuditEntry,
    crate::platform::auth::UserRole,
    crate::platform::auth::guard::{TutorOf, require_tutor_of_slug},
    crate::platform::db::Conn,
    crate::platform::error::AppError,
    crate::platform::figures,
    crate::platform::http::server_fns::redirect,
    crate::platform::ids::CourseId,
    crate::platform::names,
    crate::platform::time::Clock,
    chrono::Utc,
    serde_json::json,
};

/// Returns an offering; to admins with one page of its applications. Pages count from 0. `act` is
/// the decision that led here.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_offering(
    course: String,
    offering: OfferingId,
    filter: QueueFilter,
    page: i64,
    #[server(default)] act: String,
) -> AppResult<OfferingPage> {
    let tutor = require_tutor_of_slug(&course).await?;
    let cx = tutor.signed_in.cx.clone();
    let join = cx.link("/join/");
    let clock = Clock::of(&cx);
    let is_admin = tutor.signed_in.viewer.role == UserRole::Admin;
    let act = uuid::Uuid::parse_str(&act).ok().map(DecisionAct);
    let part = is_admin.then_some(QueuePart { filter, page, act });
    let (user, may_write) = (tutor.signed_in.user_id(), cx.may_write());
    cx.within(async move |conn| {
        if may_write {
            notices::desk_seen(conn, user, offering, DeskQueue::Applications).await?;
        }
        desk::offering(conn, tutor.course, offering, part, &join, &clock).await
    })
    .await
}

/// Returns one application with its answers.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_review(
    course: String,
    registration: RegistrationId,
    filter: QueueFilter,
) -> AppResult<ReviewPage> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let clock = Clock::of(&cx);
    let school = cx.organization.name.clone();
    cx.within(async move |conn| {
        let course = (admin.course, course.as_str());
        desk::application(conn, course, &school, registration, filter, &clock).await
    })
    .await
}

/// Decides about applications. The decision is told and carried out in ten minutes. `one` is the
/// application whose page sent the decision and is shown again. Without it, the queue is shown,
/// where the whole act can be undone. With `all`, it is about the applications that were `shown`.
#[server]
pub async fn decide(
    course: String,
    offering: OfferingId,
    decision: ReviewDecision,
    #[server(default)] registrations: Vec<RegistrationId>,
    #[server(default)] shown: Vec<RegistrationId>,
    #[server(default)] all: Option<String>,
    #[server(default)] show: String,
    #[server(default)] one: Option<RegistrationId>,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let (by, user) = (cx.clone(), admin.signed_in.user_id());
    let filter = QueueFilter::parse(&show);
    let mut ids = match all {
        Some(_) => shown,
        None => registrations,
    };
    ids.extend(one);
    let act = DecisionAct(uuid::Uuid::new_v4());
    if ids.is_empty() {
        return Err(AppError::field("", "Choose at least one application."));
    }
    cx.within(async move |conn| {
        let offering = of_course(conn, admin.course, offering).await?;
        let deciding = Deciding {
            decision,
            act: one.is_none().then_some(act),
            by: user,
            now: Utc::now(),
        };
        let decided = decisions::decide(conn, &offering, &ids, deciding).await?;
        if decided.is_empty() {
            return Err(AppError::Conflict(
                "Nothing was changed: these applications have been decided already, or withdrawn."
                    .to_owned(),
            ));
        }
        for id in decided {
            AuditEntry::done("registration.decided")
                .of("registration", id)
                .change(None, Some(json!({ "decision": decision.name() })))
                .by(&by)
                .write(conn)
                .await?;
        }
        Ok(())
    })
    .await?;
    redirect(match one {
        Some(id) => application_path(&course, offering, id, filter),
        None => act_path(&course, offering, filter, act),
    });
    Ok(())
}

/// Undoes a decision about several applications whose mails have not left.
#[server]
pub async fn undo_decisions(
    course: String,
    offering: OfferingId,
    act: DecisionAct,
    #[server(default)] show: String,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    cx.within(async move |conn| {
        let offering = of_course(conn, admin.course, offering).await?;
        let undone = decisions::undo_act(conn, &offering, act, Utc::now()).await?;
        if undone.is_empty() {
            return Err(acts_too_late());
        }
        for id in undone {
            record(conn, &admin, "registration.decision_undone", id).await?;
        }
        Ok(())
    })
    .await?;
    redirect(queue_path(&course, offering, QueueFilter::parse(&show), 0));
    Ok(())
}

/// Changes the mails of a decision about several applications that have not left.
#[server]
pub async fn save_act_mail(
    course: String,
    offering: OfferingId,
    act: DecisionAct,
    subject: String,
    text: String,
    #[server(default)] show: String,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let mail = check_mail(&subject, &text)?;
    cx.within(async move |conn| {
        let row = of_course(conn, admin.course, offering).await?;
        let changed = decisions::set_mails(conn, row.offering_id, act, &mail).await?;
        if changed.is_empty() {
            return Err(acts_too_late());
        }
        for id in changed {
            record(conn, &admin, "registration.mail_changed", id).await?;
        }
        Ok(())
    })
    .await?;
    let filter = QueueFilter::parse(&show);
    redirect(act_path(&course, offering, filter, act));
    Ok(())
}

/// Locks the offering of the course and returns it.
#[cfg(feature = "ssr")]
async fn of_course(
    conn: &mut Conn,
    course: CourseId,
    offering: OfferingId,
) -> AppResult<OfferingRow> {
    let row = offerings::of_course(conn, course, offering)
        .await?
        .ok_or_else(no_offering)?;
    seats::lock(conn, row.offering_id).await
}

/// Locks an application for an offering of the course, and its offering.
#[cfg(feature = "ssr")]
async fn locked(
    conn: &mut Conn,
    course: CourseId,
    registration: RegistrationId,
) -> AppResult<(OfferingRow, RegistrationRow)> {
    let row = registrations::of_course(conn, course, registration)
        .await?
        .ok_or_else(no_registration)?;
    let offering = seats::lock(conn, row.offering_id).await?;
    let row = registrations::lock(conn, registration)
        .await?
        .ok_or_else(no_registration)?;
    Ok((offering, row))
}

#[cfg(feature = "ssr")]
async fn record(
    conn: &mut Conn,
    admin: &TutorOf,
    action: &str,
    registration: RegistrationId,
) -> AppResult<()> {
    Ok(AuditEntry::done(action)
        .of("registration", registration)
        .by(&admin.signed_in.cx)
        .write(conn)
        .await?)
}

#[cfg(feature = "ssr")]
fn acts_too_late() -> AppError {
    AppError::Conflict(
        "These decisions have been told already, or were undone. Reload the page to see them."
            .to_owned(),
    )
}

#[cfg(feature = "ssr")]
fn too_late() -> AppError {
    AppError::Conflict(
        "This decision has been told already, or was undone. Reload the page to see it.".to_owned(),
    )
}

/// Undoes a decision whose mail has not left.
#[server]
pub async fn undo_decision(
    course: String,
    registration: RegistrationId,
    #[server(default)] show: String,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let offering = cx
        .within(async move |conn| {
            let (offering, row) = locked(conn, admin.course, registration).await?;
            if !decisions::undo(conn, &offering, &row, Utc::now()).await? {
                return Err(too_late());
            }
            record(conn, &admin, "registration.decision_undone", registration).await?;
            Ok(offering.offering_id)
        })
        .await?;
    let filter = QueueFilter::parse(&show);
    redirect(application_path(&course, offering, registration, filter));
    Ok(())
}

/// Changes the mail of a decision that has not left. With `now`, the decision is told and carried
/// out at once.
#[server]
pub async fn save_decision_mail(
    course: String,
    registration: RegistrationId,
    subject: String,
    text: String,
    #[server(default)] now: Option<String>,
    #[server(default)] show: String,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let mail = check_mail(&subject, &text)?;
    let offering = cx
        .within(async move |conn| {
            let (offering, _) = locked(conn, admin.course, registration).await?;
            if decisions::set_mail(conn, registration, &mail).await? == 0 {
                return Err(too_late());
            }
            if now.is_some() {
                let row = registrations::lock(conn, registration).await?;
                let row = row.ok_or_else(no_registration)?;
                decisions::settle(conn, &offering, &row, Utc::now()).await?;
            }
            record(conn, &admin, "registration.mail_changed", registration).await?;
            Ok(offering.offering_id)
        })
        .await?;
    let filter = QueueFilter::parse(&show);
    redirect(application_path(&course, offering, registration, filter));
    Ok(())
}

/// Returns the mail as it is stored.
///
/// # Errors
///
/// Names every field that is wrong.
#[cfg(feature = "ssr")]
fn check_mail(subject: &str, text: &str) -> AppResult<DecisionMail> {
    let subject = names::tidy(subject);
    let text = text.trim().replace("\r\n", "\n");
    let check = |text: &str, most: u32| match text.chars().count() {
        0 => Some("Enter a text.".to_owned()),
        length if length > most as usize => Some(figures::use_at_most(most)),
        _ => None,
    };
    let problems: Vec<_> = [
        ("subject", check(&subject, SUBJECT_CHARACTERS)),
        ("text", check(&text, MAIL_CHARACTERS)),
    ]
    .into_iter()
    .filter_map(|(field, problem)| Some((field.to_owned(), problem?)))
    .collect();
    match problems.is_empty() {
        true => Ok(DecisionMail { subject, text }),
        false => Err(AppError::Invalid(problems)),
    }
}

/// Changes the words of an offering's mails about a decision.
#[server]
pub async fn save_mail_template(
    course: String,
    offering: OfferingId,
    decision: ReviewDecision,
    subject: String,
    text: String,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let by = cx.clone();
    let mail = check_mail(&subject, &text)?;
    cx.within(async move |conn| {
        let row = of_course(conn, admin.course, offering).await?;
        let mut mails = row.mails;
        if let Some(mails) = mails.as_object_mut() {
            mails.insert(decision.name().to_owned(), json!(mail));
        }
        offerings::set_mails(conn, offering, mails).await?;
        Ok(AuditEntry::done("offering.mail_changed")
            .of("offering", offering)
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(queue_path(&course, offering, QueueFilter::ToDecide, 0));
    Ok(())
}

/// Records that the whole price was paid, and lets the person in. An order is placed for it if
/// there is none. The person is told in ten minutes. Until then the payment can be undone.
#[server]
pub async fn record_payment(
    course: String,
    registration: RegistrationId,
    #[server(default)] show: String,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let user = admin.signed_in.user_id();
    let offering = cx
        .within(async move |conn| {
            let row = registrations::of_course(conn, admin.course, registration)
                .await?
                .ok_or_else(no_registration)?;
            // An order may have other seats, which are locked before it.
            if let Some(order) = store::holding(conn, row.registration_id).await?
                && order.status == OrderStatus::Open
            {
                checkout::receive_rest(conn, order.order_id, user, Utc::now()).await?;
                record(conn, &admin, "registration.paid", registration).await?;
                return Ok(row.offering_id);
            }
            let names = offerings::names(conn, admin.course).await?;
            let (offering, row) = locked(conn, admin.course, registration).await?;
            if !row.is_unpaid(&offering) {
                return Ok(offering.offering_id);
            }
            if row.status != RegistrationStatus::Accepted {
                return Err(AppError::Conflict(
                    "Only an accepted person pays. Accept the application first.".to_owned(),
                ));
            }
            let now = Utc::now();
            let title = format!("{} – {}", names.title, offering.title);
            checkout::pay_registration(conn, &offering, &row, title, user, now).await?;
            record(conn, &admin, "registration.paid", registration).await?;
            Ok(offering.offering_id)
        })
        .await?;
    let filter = QueueFilter::parse(&show);
    redirect(application_path(&course, offering, registration, filter));
    Ok(())
}

/// Frees the seat of a person who does not come. In ten minutes the person is told, and the seat is
/// offered to the waitlist.
#[server]
pub async fn release_seat(
    course: String,
    registration: RegistrationId,
    #[server(default)] show: String,
) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let user = admin.signed_in.user_id();
    let offering = cx
        .within(async move |conn| {
            let (offering, _) = locked(conn, admin.course, registration).await?;
            let deciding = Deciding {
                decision: ReviewDecision::Release,
                act: None,
                by: user,
                now: Utc::now(),
            };
            let freed = decisions::decide(conn, &offering, &[registration], deciding).await?;
            if freed.is_empty() {
                return Err(AppError::Conflict(
                    "This person has no seat that could be freed.".to_owned(),
                ));
            }
            record(conn, &admin, "registration.released", registration).await?;
            Ok(offering.offering_id)
        })
        .await?;
    let filter = QueueFilter::parse(&show);
    redirect(application_path(&course, offering, registration, filter));
    Ok(())
}

/// Offers all free seats to the waitlist. People are told in ten minutes. Until then it can be
/// undone.
#[server]
pub async fn offer_seats(course: String, offering: OfferingId) -> AppResult<()> {
    let admin = require_admin_of(&course).await?;
    let cx = admin.signed_in.cx.clone();
    let by = cx.clone();
    let (user, act) = (admin.signed_in.user_id(), DecisionAct(uuid::Uuid::new_v4()));
    cx.within(async move |conn| {
        let row = of_course(conn, admin.course, offering).await?;
        let offered = seats::choose_next(conn, &row, i64::MAX, (user, act), Utc::now()).await?;
        Ok(AuditEntry::done("offering.seats_offered")
            .of("offering", offering)
            .change(None, Some(json!({ "offers": offered })))
            .by(&by)
            .write(conn)
            .await?)
    })
    .await?;
    redirect(act_path(&course, offering, QueueFilter::Accepted, act));
    Ok(())
}
