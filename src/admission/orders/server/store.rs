//! Queries of orders, their seats and their money.

use chrono::{DateTime, Utc};
use diesel::dsl::{count, count_star};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use crate::admission::orders::{OrderBalance, OrderStatus, PaymentMethod};
use crate::platform::db::schema::{order_lines, order_payments, orders, payment_settings};
use crate::platform::db::{Conn, schema::sql_types, statement};
use crate::platform::error::AppError;
use crate::platform::ids::{
    CourseId, DiscountId, OfferingId, OrderId, OrderPaymentId, RegistrationId, UserId,
};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = orders)]
pub struct OrderRow {
    pub order_id: OrderId,
    pub number: i32,
    pub user_id: Option<UserId>,
    pub buyer_name: String,
    pub buyer_email: String,
    pub billing_address: String,
    pub currency: String,
    pub status: OrderStatus,
    pub created_at: DateTime<Utc>,
    pub code_id: Option<DiscountId>,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = order_lines)]
pub struct OrderLineRow {
    pub line_id: uuid::Uuid,
    pub order_id: OrderId,
    pub offering_id: OfferingId,
    pub registration_id: Option<RegistrationId>,
    pub title: String,
    pub price_cents: i32,
    pub discount_cents: i32,
    pub is_live: bool,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = order_payments)]
pub struct OrderPaymentRow {
    pub payment_id: OrderPaymentId,
    pub order_id: OrderId,
    pub kind: String,
    pub amount_cents: i64,
    pub method: String,
    pub reference: String,
    pub recorded_at: DateTime<Utc>,
    /// Time until which it can be undone. None for money that a provider has confirmed.
    pub undo_until: Option<DateTime<Utc>>,
}

pub fn no_order() -> AppError {
    AppError::NotFound("There is no order at this address.".to_owned())
}

/// The buyer of a new order.
pub struct NewBuyer<'a> {
    pub user: Option<UserId>,
    pub name: &'a str,
    pub email: &'a str,
    pub address: &'a str,
    /// The discount code that the order uses.
    pub code: Option<DiscountId>,
}

/// Creates an open order without seats. It gets the organization's next number.
pub async fn create(conn: &mut Conn, buyer: NewBuyer<'_>, currency: &str) -> QueryResult<OrderId> {
    diesel::insert_into(orders::table)
        .values((
            orders::user_id.eq(buyer.user),
            orders::buyer_name.eq(buyer.name),
            orders::buyer_email.eq(buyer.email),
            orders::billing_address.eq(buyer.address),
            orders::currency.eq(currency),
            orders::code_id.eq(buyer.code),
        ))
        .returning(orders::order_id)
        .get_result(conn)
        .await
}

/// A seat that is ordered.
pub struct NewSeat {
    pub offering: OfferingId,
    pub registration: RegistrationId,
    pub title: String,
    pub price_cents: i32,
    pub discount_cents: i32,
}

pub async fn add_seat(conn: &mut Conn, order: OrderId, seat: &NewSeat) -> QueryResult<()> {
    diesel::insert_into(order_lines::table)
        .values((
            order_lines::order_id.eq(order),
            order_lines::offering_id.eq(seat.offering),
            order_lines::registration_id.eq(seat.registration),
            order_lines::title.eq(&seat.title),
            order_lines::price_cents.eq(seat.price_cents),
            order_lines::discount_cents.eq(seat.discount_cents),
        ))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn by_id(conn: &mut Conn, order: OrderId) -> QueryResult<Option<OrderRow>> {
    orders::table
        .find(order)
        .select(OrderRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Returns an order of this person.
pub async fn of_user(
    conn: &mut Conn,
    user: UserId,
    order: OrderId,
) -> QueryResult<Option<OrderRow>> {
    orders::table
        .find(order)
        .filter(orders::user_id.eq(user))
        .select(OrderRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Returns an order with a seat of this offering of the course.
pub async fn of_offering(
    conn: &mut Conn,
    course: CourseId,
    offering: OfferingId,
    order: OrderId,
) -> QueryResult<Option<OrderRow>> {
    use crate::platform::db::schema::course_offerings;
    let seats = order_lines::table
        .inner_join(
            course_offerings::table.on(course_offerings::offering_id.eq(order_lines::offering_id)),
        )
        .filter(course_offerings::course_id.eq(course))
        .filter(order_lines::offering_id.eq(offering))
        .select(order_lines::order_id);
    orders::table
        .find(order)
        .filter(orders::order_id.eq_any(seats))
        .select(OrderRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Returns the order that holds the seat of this application.
pub async fn holding(
    conn: &mut Conn,
    registration: RegistrationId,
) -> QueryResult<Option<OrderRow>> {
    order_lines::table
        .inner_join(orders::table)
        .filter(order_lines::registration_id.eq(registration))
        .filter(order_lines::is_live)
        .select(OrderRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Returns the newest order that the person placed after `since`.
pub async fn newest_of(
    conn: &mut Conn,
    user: UserId,
    since: DateTime<Utc>,
) -> QueryResult<Option<OrderId>> {
    orders::table
        .filter(orders::user_id.eq(user))
        .filter(orders::created_at.gt(since))
        .order(orders::number.desc())
        .select(orders::order_id)
        .first(conn)
        .await
        .optional()
}

/// Returns the seats of an order. Offerings are locked in this order.
pub async fn lines(conn: &mut Conn, order: OrderId) -> QueryResult<Vec<OrderLineRow>> {
    order_lines::table
        .filter(order_lines::order_id.eq(order))
        .order((order_lines::offering_id, order_lines::line_id))
        .select(OrderLineRow::as_select())
        .load(conn)
        .await
}

/// Returns the payments and refunds of an order, without those that were undone, oldest first.
pub async fn payments(conn: &mut Conn, order: OrderId) -> QueryResult<Vec<OrderPaymentRow>> {
    order_payments::table
        .filter(order_payments::order_id.eq(order))
        .filter(order_payments::undone_at.is_null())
        .order((order_payments::recorded_at, order_payments::payment_id))
        .select(OrderPaymentRow::as_select())
        .load(conn)
        .await
}

/// Returns a number that grows with each payment and refund of an order, and with each that is
/// undone.
pub async fn records(conn: &mut Conn, order: OrderId) -> QueryResult<i64> {
    let (recorded, undone): (i64, i64) = order_payments::table
        .filter(order_payments::order_id.eq(order))
        .select((count_star(), count(order_payments::undone_at)))
        .first(conn)
        .await?;
    Ok(recorded + undone)
}

/// Returns a payment or refund, unless it was undone.
pub async fn payment(
    conn: &mut Conn,
    payment: OrderPaymentId,
) -> QueryResult<Option<OrderPaymentRow>> {
    order_payments::table
        .find(payment)
        .filter(order_payments::undone_at.is_null())
        .select(OrderPaymentRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Marks a payment or refund as recorded by mistake. It no longer counts.
pub async fn undo(
    conn: &mut Conn,
    payment: OrderPaymentId,
    by: UserId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(order_payments::table.find(payment))
        .set((
            order_payments::undone_at.eq(now),
            order_payments::undone_by.eq(by),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Returns the sums of an order with these seats and this money.
pub fn balance(lines: &[OrderLineRow], payments: &[OrderPaymentRow]) -> OrderBalance {
    let sum = |kind: &str| {
        let of_kind = payments.iter().filter(|payment| payment.kind == kind);
        of_kind.map(|payment| payment.amount_cents).sum()
    };
    let live = lines.iter().filter(|line| line.is_live);
    OrderBalance {
        owed: live.map(net).sum(),
        received: sum("payment"),
        refunded: sum("refund"),
    }
}

/// Returns the price of a seat after its discount.
pub fn net(line: &OrderLineRow) -> i64 {
    i64::from(line.price_cents) - i64::from(line.discount_cents)
}

/// Money that is recorded.
#[derive(Debug, Clone)]
pub struct Receipt {
    pub cents: i64,
    pub method: PaymentMethod,
    pub reference: String,
    pub by: Option<UserId>,
    /// Time until which it can be undone, if a person recorded it by hand.
    pub undo_until: Option<DateTime<Utc>>,
}

/// Records money that was received, or paid back if `is_refund`.
pub async fn record(
    conn: &mut Conn,
    order: OrderId,
    receipt: &Receipt,
    is_refund: bool,
) -> QueryResult<OrderPaymentId> {
    let kind = match is_refund {
        true => "refund",
        false => "payment",
    };
    diesel::insert_into(order_payments::table)
        .values((
            order_payments::order_id.eq(order),
            order_payments::kind.eq(kind),
            order_payments::amount_cents.eq(receipt.cents),
            order_payments::method.eq(receipt.method.name()),
            order_payments::reference.eq(&receipt.reference),
            order_payments::recorded_by.eq(receipt.by),
            order_payments::undo_until.eq(receipt.undo_until),
        ))
        .returning(order_payments::payment_id)
        .get_result(conn)
        .await
}

pub async fn set_status(
    conn: &mut Conn,
    order: OrderId,
    status: OrderStatus,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let target = diesel::update(orders::table.find(order));
    match status {
        OrderStatus::Paid => {
            let set = (orders::status.eq(status), orders::paid_at.eq(now));
            target.set(set).execute(conn).await
        }
        OrderStatus::Canceled => {
            let set = (orders::status.eq(status), orders::canceled_at.eq(now));
            target.set(set).execute(conn).await
        }
        _ => target.set(orders::status.eq(status)).execute(conn).await,
    }
    .map(drop)
}

/// Opens an order again, whose payment was undone.
pub async fn reopen(conn: &mut Conn, order: OrderId) -> QueryResult<()> {
    diesel::update(orders::table.find(order))
        .set((
            orders::status.eq(OrderStatus::Open),
            orders::paid_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Gives an order the status that it had before it was paid back. Its dates stay.
pub async fn restore(conn: &mut Conn, order: OrderId) -> QueryResult<()> {
    let is_canceled: bool = orders::table
        .find(order)
        .select(orders::canceled_at.is_not_null())
        .first(conn)
        .await?;
    let before = match is_canceled {
        true => OrderStatus::Canceled,
        false => OrderStatus::Paid,
    };
    diesel::update(orders::table.find(order))
        .set(orders::status.eq(before))
        .execute(conn)
        .await
        .map(drop)
}

/// Marks that the order no longer holds this seat.
pub async fn let_go(conn: &mut Conn, line: uuid::Uuid) -> QueryResult<()> {
    diesel::update(order_lines::table.find(line))
        .set(order_lines::is_live.eq(false))
        .execute(conn)
        .await
        .map(drop)
}

/// An order with its sums, as lists show it.
#[derive(Debug, Clone, QueryableByName)]
pub struct OrderSums {
    #[diesel(sql_type = Uuid)]
    pub order_id: uuid::Uuid,
    #[diesel(sql_type = Integer)]
    pub number: i32,
    #[diesel(sql_type = sql_types::OrderStatus)]
    pub status: OrderStatus,
    #[diesel(sql_type = Text)]
    pub buyer_name: String,
    #[diesel(sql_type = Text)]
    pub currency: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub titles: String,
    /// Price of all seats, also of those that the order no longer holds.
    #[diesel(sql_type = BigInt)]
    pub total: i64,
    #[diesel(sql_type = BigInt)]
    pub owed: i64,
    #[diesel(sql_type = BigInt)]
    pub received: i64,
    #[diesel(sql_type = BigInt)]
    pub refunded: i64,
}

const SUMS: &str = "
    select o.order_id, o.number, o.status, o.buyer_name, o.currency, o.created_at,
           s.titles, s.total, s.owed, p.received, p.refunded
    from orders o
    cross join lateral (
        select coalesce(string_agg(l.title, ', ' order by l.title), '') as titles,
               coalesce(sum(l.price_cents - l.discount_cents), 0)::bigint as total,
               coalesce(sum(l.price_cents - l.discount_cents) filter (where l.is_live), 0)::bigint as owed
        from order_lines l where l.order_id = o.order_id) s
    cross join lateral (
        select coalesce(sum(m.amount_cents) filter (where m.kind = 'payment'), 0)::bigint as received,
               coalesce(sum(m.amount_cents) filter (where m.kind = 'refund'), 0)::bigint as refunded
        from order_payments m where m.order_id = o.order_id and m.undone_at is null) p";

/// Returns the person's own orders, newest first.
pub async fn sums_of_user(conn: &mut Conn, user: UserId) -> QueryResult<Vec<OrderSums>> {
    let query = format!("{SUMS} where o.user_id = $1 order by o.number desc limit 200");
    statement(query).bind::<Uuid, _>(user).load(conn).await
}

/// Condition of each filter of an offering's orders, by its name.
fn condition(filter: &str) -> &'static str {
    match filter {
        "open" => "o.status = 'open'",
        "paid" => "o.status = 'paid'",
        "refund" => "p.received - p.refunded > s.owed",
        "ended" => "o.status in ('canceled', 'refunded')",
        _ => "true",
    }
}

/// Returns orders with a seat of the offering, newest first.
pub async fn sums_of_offering(
    conn: &mut Conn,
    offering: OfferingId,
    filter: &str,
    skip: i64,
    most: i64,
) -> QueryResult<Vec<OrderSums>> {
    let condition = condition(filter);
    let query = format!(
        "{SUMS} where exists (select from order_lines l where l.order_id = o.order_id and l.offering_id = $1)
         and {condition} order by o.number desc offset $2 limit $3"
    );
    statement(query)
        .bind::<Uuid, _>(offering)
        .bind::<BigInt, _>(skip)
        .bind::<BigInt, _>(most)
        .load(conn)
        .await
}

/// Returns how people pay by bank transfer, in the organization's words.
pub async fn instructions(conn: &mut Conn) -> QueryResult<String> {
    let stored = payment_settings::table
        .select(payment_settings::instructions)
        .first(conn)
        .await
        .optional()?;
    Ok(stored.unwrap_or_default())
}

pub async fn set_instructions(conn: &mut Conn, instructions: &str) -> QueryResult<()> {
    diesel::insert_into(payment_settings::table)
        .values(payment_settings::instructions.eq(instructions))
        .on_conflict(payment_settings::organization_id)
        .do_update()
        .set(payment_settings::instructions.eq(instructions))
        .execute(conn)
        .await
        .map(drop)
}
