//! Seats of an offering and its waitlist. All changes of seats first lock the offering's row, so
//! two of them never count the same seat. A trigger guards the number as well.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::jobs::{ExpireOffer, SettleDecision};
use super::mails::{RegistrationMail, RegistrationNews};
use super::notices::{self, ApplicantNotice};
use super::offerings::{OfferingRow, no_offering};
use super::registrations::RegistrationRow;
use crate::admission::{RegistrationStatus, UNDO_MINUTES};
use crate::platform::db::Conn;
use crate::platform::db::schema::{course_offerings, registrations};
use crate::platform::error::AppResult;
use crate::platform::ids::{DecisionAct, OfferingId, RegistrationId, UserId};
use crate::platform::jobs;

/// Locks the offering until the transaction ends, and returns it.
pub async fn lock(conn: &mut Conn, offering: OfferingId) -> AppResult<OfferingRow> {
    course_offerings::table
        .find(offering)
        .select(OfferingRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?
        .ok_or_else(no_offering)
}

/// Returns the number of people who have a seat, or for whom one is kept. A seat that is being
/// freed counts until that is carried out, so that it can be undone.
pub async fn taken(conn: &mut Conn, offering: OfferingId) -> QueryResult<i64> {
    let seated = [RegistrationStatus::Accepted, RegistrationStatus::Offered];
    registrations::table
        .filter(registrations::offering_id.eq(offering))
        .filter(
            registrations::status
                .eq_any(seated)
                .or(registrations::previous_status.eq_any(seated)),
        )
        .count()
        .get_result(conn)
        .await
}

/// Returns the number of free seats. Without a limit it is very large.
pub async fn free(conn: &mut Conn, offering: &OfferingRow) -> QueryResult<i64> {
    let Some(capacity) = offering.capacity else {
        return Ok(i64::from(i32::MAX));
    };
    Ok((i64::from(capacity) - taken(conn, offering.offering_id).await?).max(0))
}

/// Returns true if somebody waits for a seat.
pub async fn has_waitlist(conn: &mut Conn, offering: OfferingId) -> QueryResult<bool> {
    Ok(next_waiting(conn, offering).await?.is_some())
}

/// Returns the first of the waitlist. A person who was waitlisted by a decision that can still be
/// undone does not wait yet.
async fn next_waiting(
    conn: &mut Conn,
    offering: OfferingId,
) -> QueryResult<Option<RegistrationRow>> {
    registrations::table
        .filter(registrations::offering_id.eq(offering))
        .filter(registrations::status.eq(RegistrationStatus::Waitlisted))
        .filter(registrations::undo_until.is_null())
        .order((registrations::waitlisted_at, registrations::registration_id))
        .select(RegistrationRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

/// Offers up to `most` free seats to the waitlist, in its order. Returns the number of offers. The
/// offering must be locked.
pub async fn offer_next(
    conn: &mut Conn,
    offering: &OfferingRow,
    most: i64,
    now: DateTime<Utc>,
) -> AppResult<i64> {
    let seats = free(conn, offering).await?.min(most);
    let mut offered = 0;
    while offered < seats {
        let Some(next) = next_waiting(conn, offering.offering_id).await? else {
            break;
        };
        offer(conn, offering, &next, now).await?;
        offered += 1;
    }
    Ok(offered)
}

/// Chooses the next people of the waitlist for up to `most` free seats, as an admin asks. They are
/// told ten minutes later, like decisions, and until then the act can be undone. Returns the number
/// of seats. The offering must be locked.
pub async fn choose_next(
    conn: &mut Conn,
    offering: &OfferingRow,
    most: i64,
    (by, act): (UserId, DecisionAct),
    now: DateTime<Utc>,
) -> AppResult<i64> {
    let seats = free(conn, offering).await?.min(most);
    let until = now + Duration::minutes(UNDO_MINUTES.into());
    let mut chosen = 0;
    while chosen < seats {
        let Some(next) = next_waiting(conn, offering.offering_id).await? else {
            break;
        };
        diesel::update(registrations::table.find(next.registration_id))
            .set((
                registrations::status.eq(RegistrationStatus::Offered),
                registrations::offer_expires_at.eq(offered_until(offering, until)),
                registrations::decided_by.eq(by),
                registrations::decided_at.eq(now),
                registrations::previous_status.eq(next.status),
                registrations::undo_until.eq(until),
                registrations::decision_act.eq(act),
                registrations::mail_subject.eq(None::<String>),
                registrations::mail_text.eq(None::<String>),
            ))
            .execute(conn)
            .await?;
        let job = SettleDecision {
            registration: next.registration_id,
            decided_at: now,
        };
        jobs::enqueue_once(conn, &job, &job.name(), until).await?;
        chosen += 1;
    }
    Ok(chosen)
}

fn offered_until(offering: &OfferingRow, from: DateTime<Utc>) -> DateTime<Utc> {
    from + Duration::hours(offering.offer_hours.into())
}

/// Offers a seat to this person, and tells them. The offering must be locked.
pub async fn offer(
    conn: &mut Conn,
    offering: &OfferingRow,
    next: &RegistrationRow,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let registration = next.registration_id;
    let until = offered_until(offering, now);
    diesel::update(registrations::table.find(registration))
        .set((
            registrations::status.eq(RegistrationStatus::Offered),
            registrations::offer_expires_at.eq(until),
        ))
        .execute(conn)
        .await?;
    expires(conn, registration, until).await?;
    notices::tell(conn, offering, next, ApplicantNotice::SeatOffered).await?;
    let mail = RegistrationMail::new(registration, RegistrationNews::SeatOffered);
    jobs::enqueue(conn, &mail).await
}

/// Ends the offer of a seat at this time.
pub async fn expires(
    conn: &mut Conn,
    registration: RegistrationId,
    until: DateTime<Utc>,
) -> AppResult<()> {
    let expiry = ExpireOffer { registration };
    let name = format!("offer {registration} {}", until.timestamp());
    jobs::enqueue_once(conn, &expiry, &name, until).await
}
