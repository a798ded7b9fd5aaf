//! Server functions of applicants. No account is needed: the token of a mailed link stands for the
//! person, and so does being signed in. Each finds the application of this person only.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::ApplyPage;
use crate::platform::error::AppResult;
use crate::platform::ids::OfferingId;

#[cfg(feature = "ssr")]
use {
    super::{ApplicationStage, apply_path},
    crate::admission::orders::server::settle,
    crate::admission::server::answers::{self, ApplicationAnswers},
    crate::admission::server::mails::{RegistrationMail, RegistrationNews},
    crate::admission::server::notices::{self, DeskQueue},
    crate::admission::server::offerings::{self, OfferingRow, no_offering},
    crate::admission::server::registrations::{
        self, Applicant, ApplicantDetails, RegistrationRow, no_registration,
    },
    crate::admission::server::{members, seats, view},
    crate::admission::{ApplicationWindow, RegistrationStatus},
    crate::platform::address,
    crate::platform::auth::{limits, normalize_email},
    crate::platform::db::Conn,
    crate::platform::error::AppError,
    crate::platform::http::{Cx, server_fns::redirect},
    crate::platform::jobs,
    crate::platform::time::Clock,
    chrono::Utc,
};

#[cfg(feature = "ssr")]
fn applicant(cx: &Cx, token: String) -> Applicant {
    Applicant {
        user: cx.viewer.as_ref().map(|viewer| viewer.user_id),
        token,
        is_reader: cx.may_write(),
    }
}

/// Takes one token from the bucket of this applicant.
#[cfg(feature = "ssr")]
async fn limit(cx: &Cx, who: &Applicant) -> AppResult<()> {
    // Not the network: a whole class may apply from one.
    let whose = match (who.user, who.token.as_str()) {
        (Some(user), _) => user.to_string(),
        (None, "") => cx.client.address.to_string(),
        (None, token) => token.to_owned(),
    };
    limits::APPLY_SAVE.take(cx, &whose).await
}

/// Returns the application of this person, or the page on which one begins.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_application(offering: OfferingId, token: String) -> AppResult<ApplyPage> {
    let cx = Cx::current()?;
    let who = applicant(&cx, token);
    let (clock, school) = (Clock::of(&cx), cx.organization.name.clone());
    cx.within(async move |conn| view::apply(conn, offering, &who, &school, &clock).await)
        .await
}

/// Returns the page of the offering with this enrollment code.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_join(code: String) -> AppResult<ApplyPage> {
    let cx = Cx::current()?;
    let who = applicant(&cx, String::new());
    let (clock, school) = (Clock::of(&cx), cx.organization.name.clone());
    cx.within(async move |conn| {
        let offering = offerings::by_code(conn, &code).await?.ok_or_else(|| {
            AppError::NotFound(
                "There is no offering with this code. Check it for typing errors, or ask the person who gave it to you.".to_owned(),
            )
        })?;
        view::apply(conn, offering, &who, &school, &clock).await
    })
    .await
}

/// Begins or continues an application. People who are signed in, or have come by a mailed link, go
/// on at once. Others get a link by mail, whether or not the address has applied before.
#[server]
pub async fn start_application(
    offering: OfferingId,
    #[server(default)] token: String,
    #[server(default)] email: String,
) -> AppResult<()> {
    let cx = Cx::current()?;
    let who = applicant(&cx, token.clone());
    if who.user.is_some() || !token.is_empty() {
        limit(&cx, &who).await?;
        let (viewer, clock) = (cx.viewer.clone(), Clock::of(&cx));
        cx.within(async move |conn| {
            let offering = open_offering(conn, offering).await?;
            let found = registrations::of_applicant(conn, offering.offering_id, &who).await?;
            // An application that was handed in already is only looked at.
            let is_begun = |row: &RegistrationRow| {
                matches!(
                    row.told_status(),
                    RegistrationStatus::Draft
                        | RegistrationStatus::Withdrawn
                        | RegistrationStatus::Rejected
                )
            };
            if found.as_ref().is_none_or(is_begun) {
                let person = found.as_ref().and_then(|row| row.user_id).or(who.user);
                view::refuse_if_held(conn, person, &offering, &clock).await?;
            }
            let id = match (found, viewer) {
                (Some(row), _) => row.registration_id,
                (None, Some(viewer)) if who.token.is_empty() => {
                    let row =
                        registrations::start(conn, offering.offering_id, &viewer.email).await?;
                    let (id, name) = (row.registration_id, &viewer.display_name);
                    registrations::take_up(conn, id, viewer.user_id, name).await?;
                    id
                }
                (None, _) => return Err(no_registration()),
            };
            Ok(registrations::reopen(conn, id).await?)
        })
        .await?;
        redirect(ApplicationStage::Details.path(offering, &token));
        return Ok(());
    }
    let email = normalize_email(&email).map_err(|sentence| AppError::field("email", sentence))?;
    limits::APPLY_ADDRESS
        .take(&cx, &cx.client.address.to_string())
        .await?;
    let is_mailed = limits::MAIL_ACCOUNT.take(&cx, &email).await.is_ok();
    cx.within(async move |conn| {
        let offering = open_offering(conn, offering).await?;
        if is_mailed {
            let row = registrations::start(conn, offering.offering_id, &email).await?;
            let mail = RegistrationMail::new(row.registration_id, RegistrationNews::Continue);
            jobs::enqueue(conn, &mail).await?;
        }
        Ok(())
    })
    .await?;
    redirect(address::with_query(
        &apply_path(offering),
        &[("sent", "yes")],
    ));
    Ok(())
}

/// Returns the offering if people can apply for it now.
#[cfg(feature = "ssr")]
async fn open_offering(conn: &mut Conn, offering: OfferingId) -> AppResult<OfferingRow> {
    let (offering, _) = offerings::published(conn, offering)
        .await?
        .ok_or_else(no_offering)?;
    check_window(&offering)?;
    Ok(offering)
}

#[cfg(feature = "ssr")]
fn check_window(offering: &OfferingRow) -> AppResult<()> {
    match offering.window(Utc::now()) {
        ApplicationWindow::Open => Ok(()),
        ApplicationWindow::NotYet => Err(AppError::Conflict(
            "Applications are not open yet. Please come back later.".to_owned(),
        )),
        ApplicationWindow::Over => Err(AppError::Conflict(
            "Applications for this offering are closed.".to_owned(),
        )),
    }
}

/// Returns this person's draft for the offering.
#[cfg(feature = "ssr")]
async fn draft(
    conn: &mut Conn,
    offering: &OfferingRow,
    who: &Applicant,
) -> AppResult<RegistrationRow> {
    let row = registrations::of_applicant(conn, offering.offering_id, who)
        .await?
        .ok_or_else(no_registration)?;
    match row.status {
        RegistrationStatus::Draft => Ok(row),
        _ => Err(AppError::Conflict(
            "This application was already submitted. Reload the page to see where it stands."
                .to_owned(),
        )),
    }
}

/// Saves the second stage.
#[server]
pub async fn save_details(
    offering: OfferingId,
    #[server(default)] token: String,
    name: String,
    #[server(default)] phone: String,
    #[server(default)] about: String,
) -> AppResult<()> {
    let cx = Cx::current()?;
    let who = applicant(&cx, token.clone());
    limit(&cx, &who).await?;
    let checked = answers::check_details(&name, &phone, &about);
    cx.within(async move |conn| {
        let offering = open_offering(conn, offering).await?;
        let row = draft(conn, &offering, &who).await?;
        let (name, phone) = checked?;
        let details = ApplicantDetails {
            name: &name,
            phone: phone.as_deref(),
            about: about.trim(),
        };
        let reached = ApplicationStage::parse(&row.stage);
        let stage = reached.map_or(ApplicationStage::Questions, |stage| {
            stage.max(ApplicationStage::Questions)
        });
        let id = row.registration_id;
        Ok(registrations::save_details(conn, id, details, stage.name()).await?)
    })
    .await?;
    redirect(ApplicationStage::Questions.path(offering, &token));
    Ok(())
}

/// Saves the third stage. Answers are kept even if some are missing or wrong.
///
/// # Errors
///
/// Names every question that needs another answer.
#[server]
pub async fn save_answers(
    offering: OfferingId,
    #[server(default)] token: String,
    #[server(default)] answers: BTreeMap<String, String>,
) -> AppResult<()> {
    let cx = Cx::current()?;
    let who = applicant(&cx, token.clone());
    limit(&cx, &who).await?;
    let problems = cx
        .within(async move |conn| {
            let offering = open_offering(conn, offering).await?;
            let row = draft(conn, &offering, &who).await?;
            let asked =
                offerings::questions(conn, offering.offering_id, offering.program_type).await?;
            let answers = answers::typed(asked, &answers);
            let problems: Vec<_> = answers
                .iter()
                .filter_map(|asked| Some((asked.question_id.to_string(), asked.problem()?)))
                .collect();
            let stage = match problems.is_empty() {
                true => ApplicationStage::Review,
                false => ApplicationStage::Questions,
            };
            let sheet = ApplicationAnswers {
                version: 1,
                answers,
            };
            let id = row.registration_id;
            registrations::save_answers(conn, id, sheet.to_json(), stage.name()).await?;
            Ok(problems)
        })
        .await?;
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    redirect(ApplicationStage::Review.path(offering, &token));
    Ok(())
}

/// Submits the application. An offering without review gives a free seat at once. If none is free,
/// the person is put on the waitlist.
#[server]
pub async fn submit_application(
    offering: OfferingId,
    #[server(default)] token: String,
) -> AppResult<()> {
    let cx = Cx::current()?;
    let who = applicant(&cx, token.clone());
    limit(&cx, &who).await?;
    let clock = Clock::of(&cx);
    cx.within(async move |conn| {
        let open = open_offering(conn, offering).await?;
        let offering = seats::lock(conn, open.offering_id).await?;
        check_window(&offering)?;
        let row = draft(conn, &offering, &who).await?;
        view::refuse_if_held(conn, row.user_id.or(who.user), &offering, &clock).await?;
        // Locked after the offering, like everywhere, and read again: a second click waits here.
        let locked = registrations::lock(conn, row.registration_id).await?;
        let row = locked
            .filter(|row| row.status == RegistrationStatus::Draft)
            .ok_or_else(|| {
                AppError::Conflict("This application was already submitted.".to_owned())
            })?;
        let asked = offerings::questions(conn, offering.offering_id, offering.program_type).await?;
        let answers = ApplicationAnswers::of(&row.answers_json).asked_now(asked);
        let problems = view::problems(row.name.as_deref(), &answers);
        if !problems.is_empty() {
            let sentences: Vec<String> = problems.into_iter().map(|(_, line)| line).collect();
            return Err(AppError::field("", sentences.join(" ")));
        }
        let sheet = ApplicationAnswers {
            version: 1,
            answers,
        };
        submit(conn, &offering, &row, sheet).await
    })
    .await?;
    redirect(ApplicationStage::Program.path(offering, &token));
    Ok(())
}

#[cfg(feature = "ssr")]
async fn submit(
    conn: &mut Conn,
    offering: &OfferingRow,
    row: &RegistrationRow,
    sheet: ApplicationAnswers,
) -> AppResult<()> {
    let (id, now) = (row.registration_id, Utc::now());
    let status = match offering.needs_review {
        true => RegistrationStatus::Submitted,
        // Nobody overtakes those who wait already.
        false
            if seats::free(conn, offering).await? == 0
                || seats::has_waitlist(conn, offering.offering_id).await? =>
        {
            RegistrationStatus::Waitlisted
        }
        false => RegistrationStatus::Accepted,
    };
    registrations::submit(conn, id, sheet.to_json(), status, now).await?;
    if let Some(row) = registrations::by_id(conn, id).await? {
        members::admit(conn, offering, &row, now).await?;
    }
    let mail = RegistrationMail::new(id, RegistrationNews::Submitted);
    jobs::enqueue(conn, &mail).await?;
    if offering.needs_review {
        notices::tell_desk(conn, offering, DeskQueue::Applications, row.user_id).await?;
    } else {
        seats::offer_next(conn, offering, i64::MAX, now).await?;
    }
    Ok(())
}

/// Accepts or declines the seat that is offered to this person.
#[server]
pub async fn answer_offer(
    offering: OfferingId,
    #[server(default)] token: String,
    accept: bool,
) -> AppResult<()> {
    let cx = Cx::current()?;
    let who = applicant(&cx, token.clone());
    limit(&cx, &who).await?;
    cx.within(async move |conn| {
        let (offering, row) = locked(conn, offering, &who).await?;
        let now = Utc::now();
        let is_open = row.offer_expires_at.is_some_and(|until| until > now);
        // Nobody accepts an offer that they were not told of, because it can still be undone.
        if row.told_status() != RegistrationStatus::Offered
            || row.status != RegistrationStatus::Offered
            || !is_open
        {
            return Err(AppError::Conflict(
                "This offer has ended. Reload the page to see where your application stands."
                    .to_owned(),
            ));
        }
        let id = row.registration_id;
        if accept {
            registrations::set_status(conn, id, RegistrationStatus::Accepted).await?;
            let row = RegistrationRow {
                status: RegistrationStatus::Accepted,
                ..row
            };
            members::admit(conn, &offering, &row, now).await?;
            let mail = RegistrationMail::new(id, RegistrationNews::Submitted);
            jobs::enqueue(conn, &mail).await?;
        } else {
            registrations::set_status(conn, id, RegistrationStatus::Withdrawn).await?;
            seats::offer_next(conn, &offering, 1, now).await?;
        }
        Ok(())
    })
    .await?;
    redirect(ApplicationStage::Program.path(offering, &token));
    Ok(())
}

/// Withdraws the application. A seat goes to the next on the waitlist.
#[server]
pub async fn withdraw_application(
    offering: OfferingId,
    #[server(default)] token: String,
) -> AppResult<()> {
    let cx = Cx::current()?;
    let who = applicant(&cx, token.clone());
    limit(&cx, &who).await?;
    cx.within(async move |conn| {
        let (offering, row) = locked(conn, offering, &who).await?;
        if row.admitted_at.is_some() {
            return Err(AppError::Conflict(
                "You have already been let in. Ask your school to free your seat.".to_owned(),
            ));
        }
        if matches!(
            row.told_status(),
            RegistrationStatus::Draft
                | RegistrationStatus::Withdrawn
                | RegistrationStatus::Rejected
        ) {
            return Ok(());
        }
        registrations::set_status(conn, row.registration_id, RegistrationStatus::Withdrawn).await?;
        settle::lose_seat(conn, row.registration_id, Utc::now()).await?;
        if row.holds_seat() {
            seats::offer_next(conn, &offering, 1, Utc::now()).await?;
        }
        Ok(())
    })
    .await?;
    redirect(ApplicationStage::Program.path(offering, &token));
    Ok(())
}

/// Locks the offering and this person's application for it, in this order.
#[cfg(feature = "ssr")]
async fn locked(
    conn: &mut Conn,
    offering: OfferingId,
    who: &Applicant,
) -> AppResult<(OfferingRow, RegistrationRow)> {
    let found = registrations::of_applicant(conn, offering, who)
        .await?
        .ok_or_else(no_registration)?;
    let offering = seats::lock(conn, offering).await?;
    let row = registrations::lock(conn, found.registration_id)
        .await?
        .ok_or_else(no_registration)?;
    Ok((offering, row))
}
