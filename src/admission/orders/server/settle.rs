//! Receives money for orders, gives the seats that were paid for, and cancels and refunds orders.
//!
//! Money is never refused. If a seat was lost before its price arrived, the order no longer holds
//! it, and the amount becomes an amount to be paid back.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::close_page;
use super::codes;
use super::mails::{OrderMail, OrderNews};
use super::store::{self, OrderLineRow, OrderRow, Receipt, no_order};
use super::undo;
use crate::admission::RegistrationStatus;
use crate::admission::orders::{OrderBalance, OrderStatus};
use crate::admission::server::mails::{RegistrationMail, RegistrationNews};
use crate::admission::server::offerings::OfferingRow;
use crate::admission::server::registrations::{self, RegistrationRow};
use crate::admission::server::{decisions, members, seats};
use crate::platform::db::Conn;
use crate::platform::db::schema::orders;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{OrderId, RegistrationId, UserId};
use crate::platform::jobs::{self, Job, JobContext};

/// A seat with its offering and its application.
pub struct LockedSeat {
    pub line: OrderLineRow,
    pub offering: OfferingRow,
    pub registration: Option<RegistrationRow>,
}

/// An order whose offerings, applications and own row are locked, in this order.
pub struct LockedOrder {
    pub row: OrderRow,
    pub seats: Vec<LockedSeat>,
    pub balance: OrderBalance,
    /// Grows with each payment and refund, and with each that is undone.
    pub records: i64,
}

/// Locks an order until the transaction ends.
pub async fn lock(conn: &mut Conn, order: OrderId) -> AppResult<LockedOrder> {
    let mut locked = Vec::new();
    for line in store::lines(conn, order).await? {
        let offering = seats::lock(conn, line.offering_id).await?;
        let registration = match line.registration_id {
            Some(id) => registrations::lock(conn, id).await?,
            None => None,
        };
        locked.push((offering, registration));
    }
    let row = orders::table
        .find(order)
        .select(OrderRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?
        .ok_or_else(no_order)?;
    // Read again: the seats may have been lost while this waited.
    let lines = store::lines(conn, order).await?;
    let payments = store::payments(conn, order).await?;
    let balance = store::balance(&lines, &payments);
    let seats = lines
        .into_iter()
        .zip(locked)
        .map(|(line, (offering, registration))| LockedSeat {
            line,
            offering,
            registration,
        })
        .collect();
    Ok(LockedOrder {
        row,
        seats,
        balance,
        records: store::records(conn, order).await?,
    })
}

impl LockedOrder {
    /// Refuses a form that was sent twice, or from a page that is out of date.
    pub fn check_seen(&self, records: i64) -> AppResult<()> {
        match self.records == records {
            true => Ok(()),
            false => Err(AppError::Conflict(
                "Nothing was recorded: another payment or refund of this order was recorded since you opened the page. Reload it to see the order."
                    .to_owned(),
            )),
        }
    }
}

/// Records money for the order, whatever its status, and settles it. The buyer is told at once of
/// money that a provider has confirmed, and otherwise once it can no longer be undone.
pub async fn receive(
    conn: &mut Conn,
    order: OrderId,
    receipt: &Receipt,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let payment = store::record(conn, order, receipt, false).await?;
    if !give_seats(conn, order, receipt.by, now).await? {
        return Ok(());
    }
    match receipt.undo_until {
        Some(until) => undo::tell_later(conn, payment, false, until).await,
        None => tell_paid(conn, order).await,
    }
}

/// Gives the seats of an open order whose price has arrived, and tells the buyer. Does nothing
/// otherwise.
pub async fn settle(
    conn: &mut Conn,
    order: OrderId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> AppResult<()> {
    match give_seats(conn, order, by, now).await? {
        true => tell_paid(conn, order).await,
        false => Ok(()),
    }
}

/// Gives the seats of an open order whose price has arrived. Returns false if nothing was given.
async fn give_seats(
    conn: &mut Conn,
    order: OrderId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> AppResult<bool> {
    let order = lock(conn, order).await?;
    if order.row.status != OrderStatus::Open || !order.balance.is_covered() {
        return Ok(false);
    }
    for seat in order.seats.iter().filter(|seat| seat.line.is_live) {
        if !give(conn, seat, by, now).await? {
            store::let_go(conn, seat.line.line_id).await?;
        }
    }
    store::set_status(conn, order.row.order_id, OrderStatus::Paid, now).await?;
    Ok(true)
}

/// Queues the mail that the payment of an order has arrived. People without an account have no page
/// of their order: the mail is about their application.
pub async fn tell_paid(conn: &mut Conn, order: OrderId) -> AppResult<()> {
    let row = store::by_id(conn, order).await?.ok_or_else(no_order)?;
    if row.user_id.is_some() {
        return jobs::enqueue(conn, &OrderMail::new(order, OrderNews::Paid)).await;
    }
    let lines = store::lines(conn, order).await?.into_iter();
    for id in lines
        .filter(|line| line.is_live)
        .filter_map(|line| line.registration_id)
    {
        let mail = RegistrationMail::new(id, RegistrationNews::PaymentRecorded);
        jobs::enqueue(conn, &mail).await?;
    }
    Ok(())
}

/// Lets the person of a paid seat in. Returns false if they have no seat any more.
async fn give(
    conn: &mut Conn,
    seat: &LockedSeat,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> AppResult<bool> {
    // The seat may be being freed, which can still be undone.
    let is_seated = |row: &RegistrationRow| {
        row.status == RegistrationStatus::Accepted
            || row.previous_status == Some(RegistrationStatus::Accepted)
    };
    let accepted = seat
        .registration
        .as_ref()
        .filter(|row| is_seated(row) && row.paid_at.is_none());
    let Some(row) = accepted else {
        return Ok(false);
    };
    registrations::set_paid(conn, row.registration_id, by, now).await?;
    let paid = RegistrationRow {
        paid_at: Some(now),
        ..row.clone()
    };
    // A decision that can still be undone is carried out later.
    if paid.previous_status.is_none() {
        members::admit(conn, &seat.offering, &paid, now).await?;
    }
    Ok(true)
}

/// Marks that the seat of this application was lost, and is not paid any more. An order that holds
/// it is canceled if it holds no other seat. Money received for the seat is to be paid back. The
/// application must be locked.
pub async fn lose_seat(
    conn: &mut Conn,
    registration: RegistrationId,
    now: DateTime<Utc>,
) -> AppResult<()> {
    registrations::set_unpaid(conn, registration).await?;
    let Some(order) = store::holding(conn, registration).await? else {
        return Ok(());
    };
    let lines = store::lines(conn, order.order_id).await?;
    let of_seat = |line: &&OrderLineRow| line.registration_id == Some(registration);
    for line in lines.iter().filter(of_seat) {
        store::let_go(conn, line.line_id).await?;
    }
    let holds_more = lines.iter().any(|line| line.is_live && !of_seat(&line));
    match (order.status, holds_more) {
        (OrderStatus::Open, false) => {
            store::set_status(conn, order.order_id, OrderStatus::Canceled, now).await?;
            close_page::of_order(conn, order.order_id).await?;
            give_code_back(conn, &order).await?;
        }
        // The money received may cover the rest. The other offerings are not locked here.
        (OrderStatus::Open, true) => {
            let job = SettleOrder {
                order: order.order_id,
            };
            jobs::enqueue(conn, &job).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Cancels an open order. The seats stay with their people, who can order again.
pub async fn cancel(conn: &mut Conn, order: &LockedOrder, now: DateTime<Utc>) -> AppResult<()> {
    if order.row.status != OrderStatus::Open {
        return Err(AppError::Conflict(
            "Only an order that awaits its payment can be canceled. Reload the page to see it."
                .to_owned(),
        ));
    }
    for seat in order.seats.iter().filter(|seat| seat.line.is_live) {
        store::let_go(conn, seat.line.line_id).await?;
    }
    store::set_status(conn, order.row.order_id, OrderStatus::Canceled, now).await?;
    close_page::of_order(conn, order.row.order_id).await?;
    give_code_back(conn, &order.row).await?;
    if order.row.user_id.is_some() {
        let mail = OrderMail::new(order.row.order_id, OrderNews::Canceled);
        jobs::enqueue(conn, &mail).await?;
    }
    Ok(())
}

/// Lets others use the code of a canceled order.
async fn give_code_back(conn: &mut Conn, order: &OrderRow) -> QueryResult<()> {
    match order.code_id {
        Some(code) => codes::give_back(conn, code).await,
        None => Ok(()),
    }
}

/// Records money that was paid back. With `frees_seats`, the people lose the seats of the order.
/// The seats are freed and the buyer is told at once if a provider has paid the money back, and
/// otherwise once the refund can no longer be undone.
pub async fn refund(
    conn: &mut Conn,
    order: &LockedOrder,
    receipt: &Receipt,
    frees_seats: bool,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let kept = order.balance.kept();
    if receipt.cents > kept {
        let most = crate::course::money(kept, &order.row.currency);
        return Err(AppError::field(
            "amount",
            format!("At most {most} can be paid back: this is what was received."),
        ));
    }
    let id = order.row.order_id;
    let payment = store::record(conn, id, receipt, true).await?;
    if receipt.cents == kept && order.row.status != OrderStatus::Open {
        store::set_status(conn, id, OrderStatus::Refunded, now).await?;
    }
    match receipt.undo_until {
        Some(until) => undo::tell_later(conn, payment, frees_seats, until).await,
        None => finish_refund(conn, order, receipt.cents, frees_seats, now).await,
    }
}

/// Frees the seats of a refund, if it does so, and queues its mail.
pub async fn finish_refund(
    conn: &mut Conn,
    order: &LockedOrder,
    cents: i64,
    frees_seats: bool,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let live = order.seats.iter().filter(|seat| seat.line.is_live);
    for seat in live.filter(|_| frees_seats) {
        free(conn, seat, now).await?;
    }
    let mail = OrderMail::new(order.row.order_id, OrderNews::Refunded { cents });
    jobs::enqueue(conn, &mail).await
}

/// Takes a seat back, and offers it to the waitlist. A seat that is being freed already is freed
/// now, because undoing that would give back a seat whose price was paid back.
async fn free(conn: &mut Conn, seat: &LockedSeat, now: DateTime<Utc>) -> AppResult<()> {
    store::let_go(conn, seat.line.line_id).await?;
    let Some(row) = &seat.registration else {
        return Ok(());
    };
    if row.told_status().has_seat() && !row.status.has_seat() {
        decisions::settle(conn, &seat.offering, row, now).await?;
    } else if row.status.has_seat() {
        let id = row.registration_id;
        registrations::set_status(conn, id, RegistrationStatus::Withdrawn).await?;
        registrations::set_unpaid(conn, id).await?;
        members::dismiss(conn, &seat.offering, row).await?;
        seats::offer_next(conn, &seat.offering, 1, now).await?;
    }
    Ok(())
}

/// Settles an order that lost one of its seats, if what was received covers the others.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct SettleOrder {
    pub order: OrderId,
}

impl Job for SettleOrder {
    const KIND: &'static str = "settle_order";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        cx.within(async move |conn| settle(conn, self.order, None, Utc::now()).await)
            .await
    }
}
