//! Undoes payments and refunds that an admin recorded by mistake. Buyers are told of them once
//! they can no longer be undone. The people of a paid order are let in at once; the seats of a
//! refund are freed with its mail.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::settle::{self, LockedOrder, LockedSeat};
use super::store::{self, OrderPaymentRow, OrderRow};
use crate::admission::orders::{OrderStatus, UndoableMoney};
use crate::admission::server::members;
use crate::admission::server::registrations::{self, RegistrationRow};
use crate::course::money;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{OrderPaymentId, UserId};
use crate::platform::jobs::{self, Job, JobContext};
use crate::platform::time::Clock;

const REFUND: &str = "refund";

/// Tells the buyer of a payment or refund, unless it was undone. Seats that were paid again after
/// the refund stay.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct SettleMoney {
    pub payment: OrderPaymentId,
    /// True for a refund that frees the seats of its order.
    pub frees_seats: bool,
}

impl Job for SettleMoney {
    const KIND: &'static str = "settle_money";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| {
            let Some(row) = store::payment(conn, self.payment).await? else {
                return Ok(());
            };
            let order = settle::lock(conn, row.order_id).await?;
            // It may have been undone while this waited.
            let payments = store::payments(conn, row.order_id).await?.into_iter();
            let mut since = payments.skip_while(|other| other.payment_id != self.payment);
            let Some(row) = since.next() else {
                return Ok(());
            };
            match row.kind.as_str() {
                REFUND => {
                    let frees = self.frees_seats && since.all(|later| later.kind == REFUND);
                    settle::finish_refund(conn, &order, row.amount_cents, frees, Utc::now()).await
                }
                _ => settle::tell_paid(conn, row.order_id).await,
            }
        })
        .await
    }
}

/// Tells the buyer at this time.
pub async fn tell_later(
    conn: &mut Conn,
    payment: OrderPaymentId,
    frees_seats: bool,
    at: DateTime<Utc>,
) -> AppResult<()> {
    let job = SettleMoney {
        payment,
        frees_seats,
    };
    jobs::enqueue_once(conn, &job, &format!("money {payment}"), at).await
}

/// Returns the newest payment or refund of an order, if it can still be undone. An older one can't:
/// what followed depends on it.
async fn newest(
    conn: &mut Conn,
    order: &OrderRow,
    now: DateTime<Utc>,
) -> AppResult<Option<OrderPaymentRow>> {
    let newest = store::payments(conn, order.order_id).await?.pop();
    Ok(newest.filter(|row| row.undo_until.is_some_and(|until| until > now)))
}

/// Returns what can be undone of an order, in words.
pub async fn undoable(
    conn: &mut Conn,
    order: &OrderRow,
    clock: &Clock,
) -> AppResult<Option<UndoableMoney>> {
    let newest = newest(conn, order, clock.now).await?;
    Ok(newest.and_then(|row| {
        let amount = money(row.amount_cents, &order.currency);
        let until = clock.time(row.undo_until?);
        let said = match row.kind.as_str() {
            REFUND => format!(
                "A refund of {amount} was recorded. You can undo this until {until}. Before, no mail leaves and no seat is freed."
            ),
            _ => format!(
                "A payment of {amount} was recorded. You can undo this until {until}. Before, no mail leaves."
            ),
        };
        Some(UndoableMoney {
            order: order.order_id,
            payment: row.payment_id,
            said,
        })
    }))
}

/// Undoes the newest payment or refund of an order. Seats that are not paid any more stay with
/// their people, who are not let in until they pay.
///
/// # Errors
///
/// `Conflict` if it is not the newest, or the buyer has been told.
pub async fn undo(
    conn: &mut Conn,
    order: &LockedOrder,
    payment: OrderPaymentId,
    by: UserId,
    now: DateTime<Utc>,
) -> AppResult<OrderPaymentRow> {
    let newest = newest(conn, &order.row, now).await?;
    let row = newest
        .filter(|row| row.payment_id == payment)
        .ok_or_else(|| {
            AppError::Conflict(
                "This can't be undone any more: the mail has left, or something else was recorded since. Reload the page to see the order."
                    .to_owned(),
            )
        })?;
    store::undo(conn, payment, by, now).await?;
    let id = order.row.order_id;
    match (row.kind.as_str(), order.row.status) {
        (REFUND, OrderStatus::Refunded) => store::restore(conn, id).await?,
        (REFUND, _) => {}
        (_, OrderStatus::Paid) => take_back_seats(conn, order, now).await?,
        _ => {}
    }
    Ok(row)
}

/// Opens a paid order again whose price is missing now.
async fn take_back_seats(
    conn: &mut Conn,
    order: &LockedOrder,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let id = order.row.order_id;
    let payments = store::payments(conn, id).await?;
    let lines = store::lines(conn, id).await?;
    if store::balance(&lines, &payments).is_covered() {
        return Ok(());
    }
    for seat in order.seats.iter().filter(|seat| seat.line.is_live) {
        take_back(conn, seat, now).await?;
    }
    Ok(store::reopen(conn, id).await?)
}

async fn take_back(conn: &mut Conn, seat: &LockedSeat, now: DateTime<Utc>) -> AppResult<()> {
    let Some(row) = &seat.registration else {
        return Ok(());
    };
    registrations::set_unpaid(conn, row.registration_id).await?;
    members::put_back(conn, &seat.offering, row).await?;
    let unpaid = RegistrationRow {
        paid_at: None,
        admitted_at: None,
        ..row.clone()
    };
    // The term of the payment goes on, unless a decision about the seat can still be undone. Then
    // that begins it. A seat that has become free of charge is given again.
    if unpaid.previous_status.is_none() {
        members::admit(conn, &seat.offering, &unpaid, now).await?;
    }
    Ok(())
}
