//! Pays money back through the provider of payments by card.
//!
//! A refund is kept before the provider is asked, and recorded once it has answered. If the server
//! stops in between, a job asks again with the same key, so that nothing is paid back twice.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::by_card::SAME_REQUEST;
use super::card_store::{
    self, ASKED, CardPaymentRow, CardRefundRow, DONE, FAILED, NewRefund, PAID,
};
use super::events::reference;
use super::provider::{self, MoneyBack, ProviderProblem};
use super::settle::{self, LockedOrder};
use super::store::Receipt;
use crate::admission::orders::PaymentMethod;
use crate::course::money;
use crate::platform::audit::AuditEntry;
use crate::platform::config::Config;
use crate::platform::db::{Conn, Db};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CardPaymentId, CardRefundId, OrderId, OrganizationId, UserId};
use crate::platform::jobs::{self, Job, JobContext};

/// Wait before the job looks whether the refund was recorded.
const LOOK_AFTER: Duration = Duration::seconds(60);

/// A refund that an admin wants.
#[derive(Debug, Clone, Copy)]
pub struct WantedRefund {
    pub cents: i64,
    pub frees_seats: bool,
    pub by: UserId,
}

/// Money of a payment by card that can still be paid back through the provider.
pub fn refundable(card: &CardPaymentRow, refunds: &[CardRefundRow]) -> i64 {
    if card.status != PAID {
        return 0;
    }
    let live = refunds.iter().filter(|refund| refund.status != FAILED);
    let sum: i64 = live.map(|refund| refund.amount_cents).sum();
    (card.amount_cents - sum.max(card.refunded_cents)).max(0)
}

/// Returns the payment of the order from which most can be paid back, with this amount, and the
/// refund that is not confirmed yet.
pub async fn standing(
    conn: &mut Conn,
    order: OrderId,
) -> AppResult<(Option<(CardPaymentRow, i64)>, Option<CardRefundRow>)> {
    let (mut best, mut asked): (Option<(CardPaymentRow, i64)>, _) = (None, None);
    for card in card_store::of_order(conn, order).await? {
        let refunds = card_store::refunds(conn, card.card_payment_id).await?;
        let left = refundable(&card, &refunds);
        if left > best.as_ref().map_or(0, |(_, most)| *most) {
            best = Some((card, left));
        }
        let mut refunds = refunds.into_iter();
        asked = asked.or(refunds.find(|refund| refund.status == ASKED));
    }
    Ok((best, asked))
}

pub const NOT_CONFIRMED: &str = "A refund by card is not confirmed yet. It is tried again, and this page shows it once it is confirmed. Do not pay the money back in another way.";

/// Keeps a refund for which the provider is to be asked.
pub async fn prepare(
    conn: &mut Conn,
    order: &LockedOrder,
    wanted: WantedRefund,
    now: DateTime<Utc>,
) -> AppResult<CardRefundId> {
    let (best, asked) = standing(conn, order.row.order_id).await?;
    if asked.is_some() {
        return Err(AppError::Conflict(NOT_CONFIRMED.to_owned()));
    }
    let most = best.as_ref().map_or(0, |(_, most)| *most);
    let most = most.min(order.balance.kept());
    let card = match best {
        Some((card, _)) if wanted.cents <= most => card,
        _ => {
            let most = money(most, &order.row.currency);
            return Err(AppError::field(
                "amount",
                format!("At most {most} can be paid back to the card at once."),
            ));
        }
    };
    if super::stripe::units(wanted.cents, &card.currency).is_none() {
        let problem = format!(
            "Enter a whole amount: {} has no smaller unit.",
            card.currency
        );
        return Err(AppError::field("amount", problem));
    }
    let new = NewRefund {
        card: card.card_payment_id,
        cents: wanted.cents,
        frees_seats: wanted.frees_seats,
        status: ASKED,
        by: Some(wanted.by),
    };
    let refund = card_store::add_refund(conn, &new).await?;
    let job = FinishRefund { refund };
    jobs::enqueue_once(conn, &job, &format!("refund {refund}"), now + LOOK_AFTER).await?;
    Ok(refund)
}

/// Asks the provider for a refund that is kept, and records the answer.
///
/// # Errors
///
/// Says whether anything was paid back. `Conflict` with [`NOT_CONFIRMED`] if nobody knows.
pub async fn carry_out(
    db: &Db,
    config: &Config,
    organization: OrganizationId,
    refund: CardRefundId,
) -> AppResult<()> {
    let Some(back) = money_back(db, organization, refund).await? else {
        return Ok(());
    };
    let problem = match provider::of(config).pay_back(&back).await {
        Ok(()) => return finish(db, organization, refund, DONE).await,
        Err(problem) => problem,
    };
    match problem {
        ProviderProblem::Refused(why) => {
            finish(db, organization, refund, FAILED).await?;
            let sentence = format!("Nothing was paid back. Stripe refused the refund: {why}");
            Err(AppError::field("", sentence))
        }
        ProviderProblem::Unavailable => {
            finish(db, organization, refund, FAILED).await?;
            Err(AppError::field(
                "",
                "Refunds by card are not available at the moment. Nothing was paid back.",
            ))
        }
        ProviderProblem::Unclear => Err(AppError::Conflict(NOT_CONFIRMED.to_owned())),
    }
}

/// Returns the refund as the provider gets it. None if it was recorded already.
async fn money_back(
    db: &Db,
    organization: OrganizationId,
    refund: CardRefundId,
) -> AppResult<Option<MoneyBack>> {
    db.within(organization, async move |conn| {
        let row = card_store::refund(conn, refund).await?;
        let Some(row) = row.filter(|row| row.status == ASKED) else {
            return Ok(None);
        };
        let card = card_store::by_id(conn, row.card_payment_id).await?;
        Ok(card.and_then(|card| {
            Some(MoneyBack {
                refund,
                intent: card.intent?,
                cents: row.amount_cents,
                currency: card.currency,
            })
        }))
    })
    .await
}

/// Ends a refund with `status`, and records the money if it is done.
async fn finish(
    db: &Db,
    organization: OrganizationId,
    refund: CardRefundId,
    status: &'static str,
) -> AppResult<()> {
    db.within(organization, async move |conn| {
        end(conn, refund, status, Utc::now()).await
    })
    .await
}

async fn end(
    conn: &mut Conn,
    refund: CardRefundId,
    status: &str,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let Some(row) = card_store::refund(conn, refund).await? else {
        return Ok(());
    };
    let Some(card) = card_store::by_id(conn, row.card_payment_id).await? else {
        return Ok(());
    };
    let order = settle::lock(conn, card.order_id).await?;
    if !card_store::end_refund(conn, refund, status).await? {
        return Ok(());
    }
    let ended = NewRefund {
        card: card.card_payment_id,
        cents: row.amount_cents,
        frees_seats: row.frees_seats,
        status: DONE,
        by: row.requested_by,
    };
    match status == DONE {
        true => record(conn, &order, &card, &ended, now).await?,
        false => audit(conn, &card, &ended, "order.card_refund_failed").await?,
    }
    // Refunds in the provider's dashboard that were told meanwhile.
    reconcile(conn, card.card_payment_id, now).await
}

/// Records money that was paid back to the card, but never more than the order holds.
async fn record(
    conn: &mut Conn,
    order: &LockedOrder,
    card: &CardPaymentRow,
    refund: &NewRefund,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let (cents, kept) = (refund.cents, order.balance.kept());
    if cents > kept {
        tracing::warn!(order = %card.order_id, cents, kept, "more was paid back to a card than its order still holds: was a refund recorded twice?");
    }
    audit(conn, card, refund, "order.refunded").await?;
    let receipt = Receipt {
        cents: cents.min(kept),
        method: PaymentMethod::Card,
        reference: card.intent.as_deref().map_or_else(String::new, reference),
        by: refund.by,
        undo_until: None,
    };
    match receipt.cents {
        0 => Ok(()),
        _ => settle::refund(conn, order, &receipt, refund.frees_seats, now).await,
    }
}

async fn audit(
    conn: &mut Conn,
    card: &CardPaymentRow,
    refund: &NewRefund,
    action: &str,
) -> AppResult<()> {
    let what = json!({ "cents": refund.cents, "method": "card", "frees": refund.frees_seats });
    let entry = AuditEntry::done(action)
        .of("order", card.order_id)
        .change(None, Some(what));
    let entry = match refund.by {
        Some(by) => entry.by_user(by),
        None => entry,
    };
    Ok(entry.write(conn).await?)
}

/// Records what the provider's events say was paid back beyond the refunds that are known: first a
/// refund that it was asked for, then refunds in its dashboard. Does nothing until the payment
/// itself is recorded. The order must be locked.
pub async fn reconcile(conn: &mut Conn, card: CardPaymentId, now: DateTime<Utc>) -> AppResult<()> {
    let card = card_store::lock(conn, card).await?;
    if card.status != PAID {
        return Ok(());
    }
    loop {
        let refunds = card_store::refunds(conn, card.card_payment_id).await?;
        let done = refunds.iter().filter(|refund| refund.status == DONE);
        let more = card.refunded_cents - done.map(|refund| refund.amount_cents).sum::<i64>();
        let asked = refunds.into_iter().find(|refund| refund.status == ASKED);
        let new = match asked {
            Some(asked) if asked.amount_cents <= more => {
                card_store::end_refund(conn, asked.card_refund_id, DONE).await?;
                NewRefund {
                    card: card.card_payment_id,
                    cents: asked.amount_cents,
                    frees_seats: asked.frees_seats,
                    status: DONE,
                    by: asked.requested_by,
                }
            }
            None if more > 0 => {
                let new = NewRefund {
                    card: card.card_payment_id,
                    cents: more,
                    frees_seats: false,
                    status: DONE,
                    by: None,
                };
                card_store::add_refund(conn, &new).await?;
                new
            }
            _ => return Ok(()),
        };
        let order = settle::lock(conn, card.order_id).await?;
        record(conn, &order, &card, &new, now).await?;
    }
}

/// Asks again for a refund whose answer never came.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct FinishRefund {
    pub refund: CardRefundId,
}

impl Job for FinishRefund {
    const KIND: &'static str = "finish_refund";
    /// Tries for about 21 hours.
    const MAX_ATTEMPTS: i32 = 31;

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let (db, refund) = (&cx.db, self.refund);
        let organization = cx.organization.organization_id;
        let Some(back) = money_back(db, organization, refund).await? else {
            return Ok(());
        };
        // The provider may no longer know that this is the same refund.
        let is_old = cx
            .within(async move |conn| {
                let row = card_store::refund(conn, refund).await?;
                Ok(row.is_none_or(|row| Utc::now() - row.created_at > SAME_REQUEST))
            })
            .await?;
        if is_old {
            return finish(db, organization, refund, FAILED).await;
        }
        match provider::of(&cx.config).pay_back(&back).await {
            Ok(()) => finish(db, organization, refund, DONE).await,
            Err(ProviderProblem::Refused(_)) => finish(db, organization, refund, FAILED).await,
            Err(problem) => Err(AppError::internal(&format!("{problem:?}"))),
        }
    }
}
