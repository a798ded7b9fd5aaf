//! Builds the pages of carts and orders.

use super::cart;
use super::checkout;
use super::fields::typed;
use super::store::{self, OrderRow, OrderSums};
use crate::admission::orders::{
    CartLine, CartPage, OrderBalance, OrderPage, OrderPayment, OrderStatus, OrderSummary,
    OrderedSeat, PaymentMethod, PaymentStep, order_path,
};
use crate::admission::server::registrations::RegistrationRow;
use crate::admission::server::view::price;
use crate::course::{CourseTitle, money};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{OrderId, UserId};
use crate::platform::time::Clock;

/// Returns the page of the person's cart.
pub async fn cart(
    conn: &mut Conn,
    user: UserId,
    name: String,
    school: String,
) -> AppResult<CartPage> {
    let seats = cart::seats(conn, user).await?;
    let total = checkout::total(&seats);
    let lines = seats
        .iter()
        .map(|seat| CartLine {
            offering_id: seat.offering.offering_id,
            course_slug: seat.course.slug.clone(),
            course_title: CourseTitle::new(seat.course.title.clone(), seat.course.language.clone()),
            offering_title: seat.offering.title.clone(),
            price: price(&seat.offering).label(),
            problem: seat.problem().map(str::to_owned),
        })
        .collect();
    Ok(CartPage {
        lines,
        is_free: matches!(total, Some((0, _))),
        total: total.map_or_else(
            || "in several currencies".to_owned(),
            |(cents, currency)| money(cents, &currency),
        ),
        seen: checkout::prices(&seats),
        name,
        school,
        instructions: store::instructions(conn).await?,
    })
}

/// Returns what a person does next about the price of their seat.
pub async fn step(conn: &mut Conn, row: &RegistrationRow) -> AppResult<PaymentStep> {
    let order = store::holding(conn, row.registration_id).await?;
    Ok(order.map_or(PaymentStep::Cart, |order| PaymentStep::Order {
        title: format!("Order {}", order.number),
        path: order_path(order.order_id),
    }))
}

pub fn summary(row: OrderSums, clock: &Clock) -> OrderSummary {
    let balance = OrderBalance {
        owed: row.owed,
        received: row.received,
        refunded: row.refunded,
    };
    OrderSummary {
        order_id: OrderId(row.order_id),
        number: row.number,
        status: row.status,
        buyer: row.buyer_name,
        what: row.titles,
        total: money(row.total, &row.currency),
        placed: (clock.date(row.created_at), row.created_at.to_rfc3339()),
        refund_due: (balance.refund_due() > 0).then(|| money(balance.refund_due(), &row.currency)),
    }
}

/// Returns the page of an order.
pub async fn order(
    conn: &mut Conn,
    row: OrderRow,
    school: String,
    clock: &Clock,
) -> AppResult<OrderPage> {
    let lines = store::lines(conn, row.order_id).await?;
    let payments = store::payments(conn, row.order_id).await?;
    let balance = store::balance(&lines, &payments);
    let amount = |cents: i64| money(cents, &row.currency);
    let is_open = row.status == OrderStatus::Open;
    let total = lines.iter().map(store::net).sum();
    let seats = lines
        .iter()
        .map(|line| OrderedSeat {
            title: line.title.clone(),
            price: amount(line.price_cents.into()),
            discount: (line.discount_cents > 0).then(|| amount(line.discount_cents.into())),
            is_live: line.is_live,
        })
        .collect();
    let payments = payments.into_iter().map(|payment| {
        let what = match payment.kind.as_str() {
            "refund" => "Refund",
            _ => "Payment",
        };
        let method = PaymentMethod::parse(&payment.method).unwrap_or(PaymentMethod::Other);
        OrderPayment {
            label: format!("{what} ({})", method.label().to_lowercase()),
            reference: payment.reference,
            amount: amount(payment.amount_cents),
            recorded: (
                clock.date(payment.recorded_at),
                payment.recorded_at.to_rfc3339(),
            ),
        }
    });
    let titles: Vec<String> = lines.iter().map(|line| line.title.clone()).collect();
    Ok(OrderPage {
        payments: payments.collect(),
        seats,
        due: (is_open && balance.due() > 0).then(|| amount(balance.due())),
        due_field: typed(balance.due()),
        refund_field: typed(match balance.refund_due() {
            0 => balance.kept(),
            due => due,
        }),
        has_money: balance.kept() > 0,
        instructions: match is_open {
            true => store::instructions(conn).await?,
            false => String::new(),
        },
        may_cancel: is_open && balance.kept() == 0,
        school,
        buyer_email: row.buyer_email,
        billing_address: row.billing_address,
        summary: OrderSummary {
            order_id: row.order_id,
            number: row.number,
            status: row.status,
            buyer: row.buyer_name,
            what: titles.join(", "),
            total: money(total, &row.currency),
            placed: (clock.date(row.created_at), row.created_at.to_rfc3339()),
            refund_due: (balance.refund_due() > 0)
                .then(|| money(balance.refund_due(), &row.currency)),
        },
    })
}
