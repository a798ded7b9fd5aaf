//! Queries of payments by card, of refunds through the provider, and of its events.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::provider::CheckoutPage;
use crate::platform::db::schema::{card_events, card_payments, card_refunds};
use crate::platform::db::{Conn, Db, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::{CardPaymentId, CardRefundId, OrderId, OrganizationId, UserId};

/// States of a payment by card. The migration card_payments explains them.
pub const STARTING: &str = "starting";
pub const OPEN: &str = "open";
pub const PROCESSING: &str = "processing";
pub const PAID: &str = "paid";
pub const DIFFERS: &str = "differs";
pub const ENDED: &str = "ended";

/// States of a refund through the provider.
pub const ASKED: &str = "asked";
pub const DONE: &str = "done";
pub const FAILED: &str = "failed";

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = card_payments)]
pub struct CardPaymentRow {
    pub card_payment_id: CardPaymentId,
    pub order_id: OrderId,
    pub amount_cents: i64,
    pub currency: String,
    pub status: String,
    pub session: Option<String>,
    pub page: Option<String>,
    pub expires_at: Option<DateTime<Utc>>,
    pub intent: Option<String>,
    /// Money that the provider has paid back, as its events say.
    pub refunded_cents: i64,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = card_refunds)]
pub struct CardRefundRow {
    pub card_refund_id: CardRefundId,
    pub card_payment_id: CardPaymentId,
    pub amount_cents: i64,
    pub frees_seats: bool,
    pub status: String,
    pub requested_by: Option<UserId>,
    pub created_at: DateTime<Utc>,
}

/// Returns the payments by card of an order, oldest first.
pub async fn of_order(conn: &mut Conn, order: OrderId) -> QueryResult<Vec<CardPaymentRow>> {
    card_payments::table
        .filter(card_payments::order_id.eq(order))
        .order((card_payments::created_at, card_payments::card_payment_id))
        .select(CardPaymentRow::as_select())
        .load(conn)
        .await
}

pub async fn by_id(conn: &mut Conn, id: CardPaymentId) -> QueryResult<Option<CardPaymentRow>> {
    card_payments::table
        .find(id)
        .select(CardPaymentRow::as_select())
        .first(conn)
        .await
        .optional()
}

pub async fn by_intent(conn: &mut Conn, intent: &str) -> QueryResult<Option<CardPaymentRow>> {
    card_payments::table
        .filter(card_payments::intent.eq(intent))
        .select(CardPaymentRow::as_select())
        .first(conn)
        .await
        .optional()
}

#[derive(QueryableByName)]
struct PaymentPlaceRow {
    #[diesel(sql_type = Nullable<Uuid>)]
    organization_id: Option<OrganizationId>,
}

/// Returns the organization that has the payment with this name of the provider.
pub async fn organization(db: &Db, intent: &str) -> AppResult<Option<OrganizationId>> {
    let mut conn = db.unbound().await?;
    let row: PaymentPlaceRow = statement("select organization_of_payment($1) as organization_id")
        .bind::<Text, _>(intent)
        .get_result(&mut conn)
        .await?;
    Ok(row.organization_id)
}

/// Locks a payment until the transaction ends. Its order is locked before it.
pub async fn lock(conn: &mut Conn, id: CardPaymentId) -> QueryResult<CardPaymentRow> {
    card_payments::table
        .find(id)
        .select(CardPaymentRow::as_select())
        .for_update()
        .first(conn)
        .await
}

/// Adds a payment for which the provider is to be asked.
pub async fn add(
    conn: &mut Conn,
    order: OrderId,
    cents: i64,
    currency: &str,
) -> QueryResult<CardPaymentRow> {
    diesel::insert_into(card_payments::table)
        .values((
            card_payments::order_id.eq(order),
            card_payments::amount_cents.eq(cents),
            card_payments::currency.eq(currency),
        ))
        .returning(CardPaymentRow::as_returning())
        .get_result(conn)
        .await
}

/// Keeps the page of a payment that is being started.
pub async fn open(conn: &mut Conn, id: CardPaymentId, page: &CheckoutPage) -> QueryResult<()> {
    let starting = card_payments::table
        .find(id)
        .filter(card_payments::status.eq(STARTING));
    diesel::update(starting)
        .set((
            card_payments::status.eq(OPEN),
            card_payments::session.eq(&page.session),
            card_payments::page.eq(page.address.as_str()),
            card_payments::expires_at.eq(page.expires_at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn set_status(conn: &mut Conn, id: CardPaymentId, status: &str) -> QueryResult<()> {
    diesel::update(card_payments::table.find(id))
        .set(card_payments::status.eq(status))
        .execute(conn)
        .await
        .map(drop)
}

/// Ends a payment for which no page could be made.
pub async fn give_up(conn: &mut Conn, id: CardPaymentId) -> QueryResult<()> {
    let starting = card_payments::table
        .find(id)
        .filter(card_payments::status.eq(STARTING));
    diesel::update(starting)
        .set(card_payments::status.eq(ENDED))
        .execute(conn)
        .await
        .map(drop)
}

/// Keeps the provider's names of a page and of its payment, unless they are known. Returns the
/// payment with them.
pub async fn name(
    conn: &mut Conn,
    card: &CardPaymentRow,
    session: Option<&str>,
    intent: Option<&str>,
) -> QueryResult<CardPaymentRow> {
    diesel::update(card_payments::table.find(card.card_payment_id))
        .set((
            card_payments::session.eq(card.session.as_deref().or(session)),
            card_payments::intent.eq(card.intent.as_deref().or(intent)),
        ))
        .returning(CardPaymentRow::as_returning())
        .get_result(conn)
        .await
}

/// Keeps how much the provider has paid back in all. Events may arrive in any order.
pub async fn set_refunded(
    conn: &mut Conn,
    card: &CardPaymentRow,
    refunded_cents: i64,
) -> QueryResult<()> {
    let most = refunded_cents.max(card.refunded_cents);
    diesel::update(card_payments::table.find(card.card_payment_id))
        .set(card_payments::refunded_cents.eq(most))
        .execute(conn)
        .await
        .map(drop)
}

/// Returns the refunds of a payment, oldest first.
pub async fn refunds(conn: &mut Conn, card: CardPaymentId) -> QueryResult<Vec<CardRefundRow>> {
    card_refunds::table
        .filter(card_refunds::card_payment_id.eq(card))
        .order((card_refunds::created_at, card_refunds::card_refund_id))
        .select(CardRefundRow::as_select())
        .load(conn)
        .await
}

pub async fn refund(conn: &mut Conn, id: CardRefundId) -> QueryResult<Option<CardRefundRow>> {
    card_refunds::table
        .find(id)
        .select(CardRefundRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// A refund that is added.
pub struct NewRefund {
    pub card: CardPaymentId,
    pub cents: i64,
    pub frees_seats: bool,
    pub status: &'static str,
    pub by: Option<UserId>,
}

pub async fn add_refund(conn: &mut Conn, new: &NewRefund) -> QueryResult<CardRefundId> {
    diesel::insert_into(card_refunds::table)
        .values((
            card_refunds::card_payment_id.eq(new.card),
            card_refunds::amount_cents.eq(new.cents),
            card_refunds::frees_seats.eq(new.frees_seats),
            card_refunds::status.eq(new.status),
            card_refunds::requested_by.eq(new.by),
        ))
        .returning(card_refunds::card_refund_id)
        .get_result(conn)
        .await
}

/// Ends a refund that the provider was asked for. Returns false if it had ended already.
pub async fn end_refund(conn: &mut Conn, id: CardRefundId, status: &str) -> QueryResult<bool> {
    let asked = card_refunds::table
        .find(id)
        .filter(card_refunds::status.eq(ASKED));
    let ended = diesel::update(asked)
        .set(card_refunds::status.eq(status))
        .execute(conn)
        .await?;
    Ok(ended == 1)
}

/// Keeps that an event is handled. Returns false if it was handled before.
pub async fn keep_event(
    conn: &mut Conn,
    event: &str,
    kind: &str,
    card: CardPaymentId,
) -> QueryResult<bool> {
    let added = diesel::insert_into(card_events::table)
        .values((
            card_events::event.eq(event),
            card_events::kind.eq(kind),
            card_events::card_payment_id.eq(card),
        ))
        .on_conflict((card_events::organization_id, card_events::event))
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(added == 1)
}
