//! Disputes of payments by card. The school answers them at the provider; here admins learn of
//! them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::card_store::CardPaymentRow;
use super::settle::LockedOrder;
use super::stripe;
use crate::admission::orders::desk::DisputeLine;
use crate::admission::server::notices;
use crate::course::money;
use crate::platform::audit::AuditEntry;
use crate::platform::db::Conn;
use crate::platform::db::schema::{card_disputes, card_payments};
use crate::platform::error::AppResult;
use crate::platform::ids::OrderId;
use crate::platform::time::Clock;

/// Longest reason that is stored, in characters.
const REASON_CHARACTERS: usize = 100;

const WON: &str = "won";
const LOST: &str = "lost";
const WITHDRAWN: &str = "withdrawn";

/// A dispute as an event of the provider tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldDispute {
    dispute: String,
    units: Option<i64>,
    currency: String,
    reason: String,
    due_at: Option<DateTime<Utc>>,
    outcome: Option<&'static str>,
}

impl ToldDispute {
    /// Reads the object of an event. None if it is no dispute.
    /// Source: <https://docs.stripe.com/api/disputes/object>.
    pub fn read(object: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let due = object["evidence_details"]["due_by"].as_i64();
        let reason = text(&object["reason"]).replace('_', " ");
        Some(Self {
            dispute: object["id"].as_str()?.to_owned(),
            units: object["amount"].as_i64(),
            currency: text(&object["currency"]).to_uppercase(),
            reason: reason.chars().take(REASON_CHARACTERS).collect(),
            due_at: due.and_then(|due| DateTime::from_timestamp(due, 0)),
            outcome: match object["status"].as_str()? {
                "won" => Some(WON),
                "lost" => Some(LOST),
                "warning_closed" | "prevented" => Some(WITHDRAWN),
                _ => None,
            },
        })
    }
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = card_disputes)]
struct CardDisputeRow {
    amount_cents: i64,
    reason: String,
    due_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
}

/// Keeps a dispute, and tells the admins. Events may arrive in any order: an outcome stays.
pub async fn keep(
    conn: &mut Conn,
    order: &LockedOrder,
    card: &CardPaymentRow,
    told: &ToldDispute,
) -> AppResult<()> {
    let is_known = told.currency == card.currency;
    let cents = told.units.filter(|_| is_known);
    let cents = cents.and_then(|units| stripe::cents(units, &card.currency));
    // Another currency than that of the payment: the payment is disputed as a whole.
    let cents = cents
        .filter(|cents| *cents > 0)
        .unwrap_or(card.amount_cents);
    let added = diesel::insert_into(card_disputes::table)
        .values((
            card_disputes::card_payment_id.eq(card.card_payment_id),
            card_disputes::dispute.eq(&told.dispute),
            card_disputes::amount_cents.eq(cents),
            card_disputes::reason.eq(&told.reason),
            card_disputes::due_at.eq(told.due_at),
            card_disputes::outcome.eq(told.outcome),
        ))
        .on_conflict((card_disputes::organization_id, card_disputes::dispute))
        .do_nothing()
        .execute(conn)
        .await?;
    if added == 0 {
        let open = card_disputes::table
            .filter(card_disputes::dispute.eq(&told.dispute))
            .filter(card_disputes::outcome.is_null());
        let Some(outcome) = told.outcome else {
            return Ok(());
        };
        let closed = diesel::update(open)
            .set(card_disputes::outcome.eq(outcome))
            .execute(conn)
            .await?;
        if closed == 0 {
            return Ok(());
        }
    }
    let what = json!({ "cents": cents, "reason": told.reason, "outcome": told.outcome });
    AuditEntry::done("order.disputed")
        .of("order", card.order_id)
        .change(None, Some(what))
        .write(conn)
        .await?;
    match <[_]>::first(&order.seats) {
        Some(seat) => {
            let row = &order.row;
            notices::tell_of_dispute(conn, &seat.offering, (row.order_id, row.number)).await
        }
        None => Ok(()),
    }
}

/// Returns the disputes of an order in words, newest first.
pub async fn of_order(
    conn: &mut Conn,
    order: OrderId,
    currency: &str,
    clock: &Clock,
) -> QueryResult<Vec<DisputeLine>> {
    let rows: Vec<CardDisputeRow> = card_disputes::table
        .inner_join(card_payments::table)
        .filter(card_payments::order_id.eq(order))
        .order((
            card_disputes::created_at.desc(),
            card_disputes::card_dispute_id,
        ))
        .select(CardDisputeRow::as_select())
        .load(conn)
        .await?;
    let lines = rows.into_iter().map(|row| line(row, currency, clock));
    Ok(lines.collect())
}

fn line(row: CardDisputeRow, currency: &str, clock: &Clock) -> DisputeLine {
    let amount = money(row.amount_cents, currency);
    let reason = match row.reason.as_str() {
        "" => String::new(),
        reason => format!(" (reason: {reason})"),
    };
    let said = match row.outcome.as_deref() {
        None => {
            let due = row
                .due_at
                .map(|due| format!(" by {}", clock.date_time(due)));
            let due = due.unwrap_or_default();
            format!(
                "The buyer’s bank disputes {amount} of this order{reason}. Answer it in Stripe{due}."
            )
        }
        Some(WON) => format!("A dispute about {amount} was won{reason}. The money stays here."),
        Some(LOST) => format!(
            "A dispute about {amount} was lost{reason}: the buyer’s bank has taken the money back. Record it here as a refund, and free the seat if the buyer is not to keep it."
        ),
        Some(_) => format!("A dispute about {amount} was closed without a decision{reason}."),
    };
    DisputeLine {
        said,
        is_urgent: matches!(row.outcome.as_deref(), None | Some(LOST)),
    }
}
