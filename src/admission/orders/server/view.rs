//! Builds the pages of carts and orders.

use chrono::{DateTime, Utc};

use super::card_store;
use super::cart;
use super::checkout;
use super::codes;
use super::fields::typed;
use super::refunds;
use super::store::{self, OrderRow, OrderSums};
use super::stripe;
use crate::admission::orders::desk::{DiscountLine, PaymentSettings};
use crate::admission::orders::{
    CardStanding, CartLine, CartPage, DiscountKind, OrderBalance, OrderPage, OrderPayment,
    OrderStatus, OrderSummary, OrderedSeat, PaymentMethod, PaymentStep, order_path,
};
use crate::admission::server::offerings;
use crate::admission::server::registrations::RegistrationRow;
use crate::admission::server::view::price;
use crate::course::server::store::title;
use crate::course::{CourseTitle, money};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, OfferingId, OrderId, UserId};
use crate::platform::time::Clock;

/// Returns the page of the person's cart.
pub async fn cart(
    conn: &mut Conn,
    user: UserId,
    name: String,
    school: String,
    now: DateTime<Utc>,
) -> AppResult<CartPage> {
    let seats = cart::seats(conn, user).await?;
    let code = codes::in_cart(conn, user).await?;
    let problem = code.as_ref().and_then(|code| code.problem(&seats, now));
    let discounts = match (&code, problem) {
        (Some(code), None) => code.of(&seats),
        _ => vec![0; seats.len()],
    };
    let total = codes::total(&seats, &discounts);
    let lines = seats
        .iter()
        .zip(&discounts)
        .map(|(seat, discount)| CartLine {
            discount: (*discount > 0).then(|| money((*discount).into(), &seat.offering.currency)),
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
        seen: checkout::prices(&seats, &discounts),
        voucher: code.map(|code| (code.code, problem.map(str::to_owned))),
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

/// Returns how an order is paid by card. `by_card` is true if the site takes such payments.
async fn card(
    conn: &mut Conn,
    row: &OrderRow,
    balance: OrderBalance,
    by_card: bool,
) -> AppResult<CardStanding> {
    let cards = card_store::of_order(conn, row.order_id).await?;
    let has = |status: &str| cards.iter().any(|card| card.status == status);
    let (back, refunding) = match cards.is_empty() {
        true => (None, None),
        false => refunds::standing(conn, row.order_id).await?,
    };
    let most = back.map_or(0, |(_, most)| most).min(balance.kept());
    let refundable = (by_card && most > 0 && refunding.is_none()).then(|| {
        let proposed = match balance.refund_due() {
            0 => most,
            due => due.min(most),
        };
        (money(most, &row.currency), typed(proposed))
    });
    let is_due = row.status == OrderStatus::Open && balance.due() > 0;
    let is_processing = has(card_store::PROCESSING);
    let differs = has(card_store::DIFFERS);
    let is_possible = stripe::units(balance.due(), &row.currency).is_some();
    Ok(CardStanding {
        may_pay: by_card && is_due && is_possible && !is_processing && !differs,
        is_begun: is_processing || has(card_store::OPEN),
        is_processing,
        differs,
        refundable,
        refunding: refunding.map(|refund| money(refund.amount_cents, &row.currency)),
    })
}

/// Returns the page of an order. `by_card` is true if the site takes payments by card.
pub async fn order(
    conn: &mut Conn,
    row: OrderRow,
    school: String,
    by_card: bool,
    clock: &Clock,
) -> AppResult<OrderPage> {
    let lines = store::lines(conn, row.order_id).await?;
    let payments = store::payments(conn, row.order_id).await?;
    let balance = store::balance(&lines, &payments);
    let card = card(conn, &row, balance, by_card).await?;
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
        may_cancel: is_open && balance.kept() == 0 && !card.is_processing,
        card,
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

/// Returns how people pay, with the discount codes for the course's offerings.
pub async fn settings(
    conn: &mut Conn,
    course: CourseId,
    clock: &Clock,
) -> AppResult<PaymentSettings> {
    let offerings = offerings::all_of_course(conn, course).await?;
    let ids: Vec<OfferingId> = offerings.iter().map(|row| row.offering_id).collect();
    let codes = codes::all(conn, &ids).await?;
    let every = "Every offering of every course".to_owned();
    let codes = codes.into_iter().map(|code| DiscountLine {
        saves: match (code.kind(), code.currency.as_deref()) {
            (DiscountKind::FreeSeat, _) => "One seat is free".to_owned(),
            (DiscountKind::Amount, Some(currency)) => {
                format!("{} off", money(code.value.into(), currency))
            }
            _ => format!("{} % off", code.value),
        },
        scope: code.offering_id.map_or_else(
            || every.clone(),
            |id| {
                let mut offerings = offerings.iter();
                let found = offerings.find(|row| row.offering_id == id);
                found.map_or_else(String::new, |row| row.title.clone())
            },
        ),
        uses: match code.max_uses {
            Some(most) => format!("{} of {most}", code.uses),
            None => code.uses.to_string(),
        },
        // It ends at midnight after its last day.
        until: code
            .valid_until
            .map(|until| clock.date(until - chrono::Duration::minutes(1))),
        code_id: code.code_id,
        code: code.code,
        is_active: code.is_active,
    });
    let own = offerings
        .iter()
        .map(|row| (row.offering_id.to_string(), row.title.clone()));
    let all = (String::new(), every.clone());
    Ok(PaymentSettings {
        course_title: title(conn, course).await?,
        instructions: store::instructions(conn).await?,
        codes: codes.collect(),
        scopes: [all].into_iter().chain(own).collect(),
    })
}
