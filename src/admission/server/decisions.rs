//! Decisions about applications. A decision takes its seat at once. It is told and carried out ten
//! minutes later; until then it can be undone, and its mail can be edited. A seat that a decision
//! frees stays taken until then, so that undoing gives it back. Afterwards the waitlist gets it.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::jobs::SettleDecision;
use super::mails::{self, RegistrationMail, RegistrationNews};
use super::members;
use super::notices::{self, ApplicantNotice};
use super::offerings::OfferingRow;
use super::registrations::{self, RegistrationRow};
use super::seats;
use crate::admission::orders::server::settle as orders;
use crate::admission::review::{DecisionMail, ReviewDecision};
use crate::admission::{RegistrationStatus, UNDO_MINUTES};
use crate::platform::db::Conn;
use crate::platform::db::schema::registrations as table;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{DecisionAct, OfferingId, RegistrationId, UserId};
use crate::platform::jobs;

/// A decision with the person who makes it.
#[derive(Clone, Copy)]
pub struct Deciding {
    pub decision: ReviewDecision,
    /// Id by which a decision about several applications is undone as a whole.
    pub act: Option<DecisionAct>,
    pub by: UserId,
    pub now: DateTime<Utc>,
}

/// Decides about applications of the offering, which must be locked. Applications that the decision
/// does not fit are left as they are. Returns those that were decided.
///
/// # Errors
///
/// Accepting fails as a whole if there are not enough seats.
pub async fn decide(
    conn: &mut Conn,
    offering: &OfferingRow,
    ids: &[RegistrationId],
    deciding: Deciding,
) -> AppResult<Vec<RegistrationId>> {
    let mut rows = Vec::new();
    for id in ids {
        let row = registrations::lock(conn, *id).await?;
        rows.extend(row.filter(|row| {
            row.offering_id == offering.offering_id && may_decide(row, deciding.decision)
        }));
    }
    if deciding.decision == ReviewDecision::Accept {
        check_seats(conn, offering, &rows).await?;
    }
    for row in &rows {
        store(conn, offering, row, deciding).await?;
    }
    Ok(rows.iter().map(|row| row.registration_id).collect())
}

/// Whether the decision fits the application: it was handed in, and nobody was told another one
/// that it can't take back.
fn may_decide(row: &RegistrationRow, decision: ReviewDecision) -> bool {
    let told = row.told_status();
    let is_open = matches!(
        told,
        RegistrationStatus::Submitted
            | RegistrationStatus::InReview
            | RegistrationStatus::Waitlisted
            | RegistrationStatus::Rejected
    );
    let changes = row.status != decision.status();
    match decision {
        ReviewDecision::Review => row.status == RegistrationStatus::Submitted,
        ReviewDecision::Release => row.status.has_seat() && row.previous_status.is_none(),
        _ => is_open && changes,
    }
}

async fn check_seats(
    conn: &mut Conn,
    offering: &OfferingRow,
    rows: &[RegistrationRow],
) -> AppResult<()> {
    let needed = rows.iter().filter(|row| !row.status.has_seat()).count() as i64;
    let free = seats::free(conn, offering).await?;
    if needed <= free {
        return Ok(());
    }
    let seats = offering.capacity.unwrap_or_default();
    Err(AppError::field(
        "",
        match free {
            0 => format!(
                "All {seats} seats are taken. Waitlist the application, or raise the number of seats."
            ),
            1 => format!("Only 1 of {seats} seats is free, and you chose {needed} applications."),
            free => {
                format!(
                    "Only {free} of {seats} seats are free, and you chose {needed} applications."
                )
            }
        },
    ))
}

async fn store(
    conn: &mut Conn,
    offering: &OfferingRow,
    row: &RegistrationRow,
    deciding: Deciding,
) -> AppResult<()> {
    let Deciding {
        decision, by, now, ..
    } = deciding;
    let status = decision.status();
    let until = now + Duration::minutes(UNDO_MINUTES.into());
    let mail = (decision != ReviewDecision::Review).then(|| mails::template(offering, decision));
    let (subject, text) = mail.map(|mail| (mail.subject, mail.text)).unzip();
    // Nobody is told of a review, so a decision that follows within ten minutes does not undo it.
    let previous = match row.status {
        RegistrationStatus::InReview => row.status,
        _ => row.told_status(),
    };
    diesel::update(table::table.find(row.registration_id))
        .set((
            table::status.eq(status),
            table::decided_by.eq(by),
            table::decided_at.eq(now),
            table::previous_status.eq(previous),
            table::undo_until.eq(until),
            table::decision_act.eq(deciding.act),
            table::mail_subject.eq(subject),
            table::mail_text.eq(text),
        ))
        .execute(conn)
        .await?;
    if decision == ReviewDecision::Waitlist {
        // Waiting begins with the application, and a place is kept when a decision is undone.
        diesel::update(table::table.find(row.registration_id))
            .filter(table::waitlisted_at.is_null())
            .set(table::waitlisted_at.eq(row.submitted_at.unwrap_or(now)))
            .execute(conn)
            .await?;
    }
    let job = SettleDecision {
        registration: row.registration_id,
        decided_at: now,
    };
    jobs::enqueue_once(conn, &job, &job.name(), until).await
}

/// Undoes a decision that was not told yet. Returns false if it was told, or undone already.
pub async fn undo(
    conn: &mut Conn,
    offering: &OfferingRow,
    row: &RegistrationRow,
    now: DateTime<Utc>,
) -> AppResult<bool> {
    let Some(previous) = row.previous_status else {
        return Ok(false);
    };
    let id = row.registration_id;
    registrations::set_status(conn, id, previous).await?;
    if row.status == RegistrationStatus::Offered {
        registrations::forget_offer(conn, id).await?;
    }
    let row = RegistrationRow {
        status: previous,
        previous_status: None,
        ..row.clone()
    };
    match (previous, row.offer_expires_at) {
        // The offer may have run out in the meantime, when it was not open.
        (RegistrationStatus::Offered, Some(until)) => {
            seats::expires(conn, id, until.max(now)).await?;
        }
        // A payment that arrived in the meantime lets the person in.
        (RegistrationStatus::Accepted, _) if row.admitted_at.is_none() => {
            members::admit(conn, offering, &row, now).await?;
        }
        _ => {}
    }
    Ok(true)
}

/// Undoes a decision about several applications, as far as it was not told yet. Returns those that
/// are as they were.
pub async fn undo_act(
    conn: &mut Conn,
    offering: &OfferingRow,
    act: DecisionAct,
    now: DateTime<Utc>,
) -> AppResult<Vec<RegistrationId>> {
    let rows = registrations::of_act(conn, offering.offering_id, act).await?;
    let mut undone = Vec::new();
    for row in &rows {
        if undo(conn, offering, row, now).await? {
            undone.push(row.registration_id);
        }
    }
    Ok(undone)
}

/// Carries a decision out, tells the applicant and queues its mail. Nobody is told of a review.
/// Does nothing if the decision was carried out or undone.
pub async fn settle(
    conn: &mut Conn,
    offering: &OfferingRow,
    row: &RegistrationRow,
    now: DateTime<Utc>,
) -> AppResult<bool> {
    let Some(previous) = row.previous_status else {
        return Ok(false);
    };
    registrations::set_status(conn, row.registration_id, row.status).await?;
    if row.status == ReviewDecision::Review.status() {
        return Ok(true);
    }
    if row.status == RegistrationStatus::Offered {
        seats::offer(conn, offering, row, now).await?;
        return Ok(true);
    }
    match previous.has_seat() {
        true => free(conn, offering, row, now).await?,
        false => drop(members::admit(conn, offering, row, now).await?),
    }
    notices::tell(conn, offering, row, ApplicantNotice::Decided).await?;
    let mail = RegistrationMail::new(row.registration_id, RegistrationNews::Decided);
    jobs::enqueue(conn, &mail).await?;
    Ok(true)
}

/// Takes the seat away, and offers it to the next on the waitlist.
async fn free(
    conn: &mut Conn,
    offering: &OfferingRow,
    row: &RegistrationRow,
    now: DateTime<Utc>,
) -> AppResult<()> {
    orders::lose_seat(conn, row.registration_id, now).await?;
    members::dismiss(conn, offering, row).await?;
    seats::offer_next(conn, offering, 1, now).await?;
    Ok(())
}

/// Changes the mails of a decision about several applications, as far as it was not told yet.
/// Returns the applications.
pub async fn set_mails(
    conn: &mut Conn,
    offering: OfferingId,
    act: DecisionAct,
    mail: &DecisionMail,
) -> QueryResult<Vec<RegistrationId>> {
    diesel::update(table::table)
        .filter(table::offering_id.eq(offering))
        .filter(table::decision_act.eq(act))
        .filter(table::undo_until.is_not_null())
        .filter(table::mail_subject.is_not_null())
        .set((
            table::mail_subject.eq(&mail.subject),
            table::mail_text.eq(&mail.text),
        ))
        .returning(table::registration_id)
        .get_results(conn)
        .await
}

/// Changes the mail of a decision that was not told yet.
pub async fn set_mail(
    conn: &mut Conn,
    registration: RegistrationId,
    mail: &DecisionMail,
) -> QueryResult<usize> {
    diesel::update(table::table.find(registration))
        .filter(table::undo_until.is_not_null())
        .filter(table::mail_subject.is_not_null())
        .set((
            table::mail_subject.eq(&mail.subject),
            table::mail_text.eq(&mail.text),
        ))
        .execute(conn)
        .await
}
