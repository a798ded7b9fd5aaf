//! The term in which accepted people pay for their seats. It begins when they are told that they
//! are accepted. They are reminded once. Afterwards the seat goes to the waitlist.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::mails::{RegistrationMail, RegistrationNews};
use super::notices::{self, ApplicantNotice};
use super::offerings::OfferingRow;
use super::registrations::{self, RegistrationRow};
use super::{members, seats};
use crate::admission::RegistrationStatus;
use crate::admission::orders::server::{by_card, settle as orders, store};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::RegistrationId;
use crate::platform::jobs::{self, Job, JobContext};

/// Time before the end of the term at which people are reminded.
const REMINDED_BEFORE: Duration = Duration::days(3);
/// Shortest time that is left of a term that goes on, and time between two looks at an order whose
/// money is on its way.
const GRACE: Duration = Duration::days(1);

/// Begins the term of an accepted person, or goes on with it after a payment or a freed seat was
/// undone. The application must be locked.
pub async fn begin(
    conn: &mut Conn,
    offering: &OfferingRow,
    row: &RegistrationRow,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let id = row.registration_id;
    let whole = now + Duration::days(offering.payment_days.into());
    let until = row.pay_until.unwrap_or(whole).max(now + GRACE);
    registrations::set_pay_until(conn, id, until).await?;
    ends(conn, id, until).await?;
    let remind_at = until - REMINDED_BEFORE;
    if remind_at > now {
        let reminder = RemindPayment { registration: id };
        jobs::enqueue_once(conn, &reminder, &job_name(id, until), remind_at).await?;
    }
    Ok(())
}

/// Looks at this time whether the seat is still unpaid.
async fn ends(conn: &mut Conn, registration: RegistrationId, at: DateTime<Utc>) -> AppResult<()> {
    let expiry = ExpirePayment { registration };
    jobs::enqueue_once(conn, &expiry, &job_name(registration, at), at).await
}

fn job_name(registration: RegistrationId, at: DateTime<Utc>) -> String {
    format!("payment {registration} {}", at.timestamp())
}

/// Follows a change of the offering, which must be locked. People who have nothing to pay any more
/// are let in and told, and orders no longer hold their seats. The term of the others begins, if
/// there was none.
pub async fn follow_price(
    conn: &mut Conn,
    old: &OfferingRow,
    new: &OfferingRow,
    now: DateTime<Utc>,
) -> AppResult<()> {
    for row in registrations::not_let_in(conn, new.offering_id).await? {
        let (did_owe, owes) = (row.owes(old), row.owes(new));
        if did_owe && owes {
            continue;
        }
        members::admit(conn, new, &row, now).await?;
        if did_owe {
            orders::lose_seat(conn, row.registration_id, now).await?;
            let news = RegistrationNews::NothingToPay;
            jobs::enqueue(conn, &RegistrationMail::new(row.registration_id, news)).await?;
        }
    }
    Ok(())
}

/// Returns true if money for the seat has arrived, or is on its way by card.
async fn is_being_paid(conn: &mut Conn, registration: RegistrationId) -> AppResult<bool> {
    let Some(order) = store::holding(conn, registration).await? else {
        return Ok(false);
    };
    let payments = store::payments(conn, order.order_id).await?;
    let has_money = store::balance(&[], &payments).kept() > 0;
    Ok(has_money || by_card::is_processing(conn, order.order_id).await?)
}

/// Reminds a person who has not paid for their seat.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct RemindPayment {
    pub registration: RegistrationId,
}

impl Job for RemindPayment {
    const KIND: &'static str = "remind_payment";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let id = self.registration;
        cx.within(async move |conn| {
            let due = Utc::now() + REMINDED_BEFORE;
            let Some((offering, row)) = unpaid_until(conn, id, due).await? else {
                return Ok(());
            };
            if is_being_paid(conn, id).await? {
                return Ok(());
            }
            notices::tell(conn, &offering, &row, ApplicantNotice::PaymentDue).await?;
            jobs::enqueue(
                conn,
                &RegistrationMail::new(id, RegistrationNews::PaymentDue),
            )
            .await
        })
        .await
    }
}

/// Frees a seat that was not paid in time, and offers it to the next. Somebody whose money is on
/// its way keeps the seat, until an administrator decides.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ExpirePayment {
    pub registration: RegistrationId,
}

impl Job for ExpirePayment {
    const KIND: &'static str = "expire_payment";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let id = self.registration;
        cx.within(async move |conn| {
            let now = Utc::now();
            let Some((offering, row)) = unpaid_until(conn, id, now).await? else {
                return Ok(());
            };
            if is_being_paid(conn, id).await? {
                return ends(conn, id, now + GRACE).await;
            }
            registrations::set_status(conn, id, RegistrationStatus::Withdrawn).await?;
            orders::lose_seat(conn, id, now).await?;
            notices::tell(conn, &offering, &row, ApplicantNotice::PaymentExpired).await?;
            let mail = RegistrationMail::new(id, RegistrationNews::PaymentExpired);
            jobs::enqueue(conn, &mail).await?;
            seats::offer_next(conn, &offering, 1, now).await?;
            Ok(())
        })
        .await
    }
}

/// Locks the application and its offering, and returns them if the person has to pay until then at
/// the latest. None while a decision about the seat can be undone.
async fn unpaid_until(
    conn: &mut Conn,
    id: RegistrationId,
    latest: DateTime<Utc>,
) -> AppResult<Option<(OfferingRow, RegistrationRow)>> {
    let Some(row) = registrations::by_id(conn, id).await? else {
        return Ok(None);
    };
    let offering = seats::lock(conn, row.offering_id).await?;
    let row = registrations::lock(conn, id).await?;
    let row = row.filter(|row| {
        row.previous_status.is_none()
            && row.owes(&offering)
            && row.pay_until.is_some_and(|until| until <= latest)
    });
    Ok(row.map(|row| (offering, row)))
}
