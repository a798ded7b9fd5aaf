//! Events of the payment provider: each is handled once, in one transaction with its effect. They
//! may arrive in any order, so each says only what cannot be undone by an older one.

use chrono::Utc;
use serde_json::{Value, json};

use super::card_store::{self, CardPaymentRow, DIFFERS, ENDED, OPEN, PAID, PROCESSING, STARTING};
use super::disputes::{self, ToldDispute};
use super::refunds;
use super::settle;
use super::store::Receipt;
use super::stripe::{self, ORGANIZATION, PAYMENT};
use crate::admission::orders::PaymentMethod;
use crate::platform::audit::AuditEntry;
use crate::platform::db::{Conn, Db};
use crate::platform::error::AppResult;
use crate::platform::ids::{CardPaymentId, OrganizationId};

/// An event that says something about a payment.
#[derive(Debug, Clone)]
pub struct CardEvent {
    pub id: String,
    pub kind: String,
    organization: Option<OrganizationId>,
    payment: Option<CardPaymentId>,
    session: Option<String>,
    intent: Option<String>,
    news: CardNews,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum CardNews {
    Paid {
        units: Option<i64>,
        currency: String,
    },
    /// The buyer has paid in a way that takes days, such as a debit.
    Processing,
    Failed,
    Expired,
    /// Sum of all refunds so far.
    Refunded {
        units: i64,
        currency: String,
        /// True if nothing of the payment is left.
        is_whole: bool,
    },
    Disputed(ToldDispute),
}

impl CardEvent {
    /// Reads an event. None if it says nothing that matters here.
    pub fn read(event: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (id, kind) = (text(&event["id"])?, text(&event["type"])?);
        let object = &event["data"]["object"];
        let is_charge = kind.starts_with("charge.");
        let currency = text(&object["currency"]).unwrap_or_default().to_uppercase();
        let paid = CardNews::Paid {
            units: object["amount_total"].as_i64(),
            currency: currency.clone(),
        };
        let news = match kind.as_str() {
            "checkout.session.completed" => match object["payment_status"].as_str() {
                Some("paid") => paid,
                Some("unpaid") => CardNews::Processing,
                _ => return None,
            },
            "checkout.session.async_payment_succeeded" => paid,
            "checkout.session.async_payment_failed" => CardNews::Failed,
            "checkout.session.expired" => CardNews::Expired,
            "charge.refunded" => CardNews::Refunded {
                units: object["amount_refunded"].as_i64()?,
                currency,
                is_whole: object["refunded"] == true,
            },
            "charge.dispute.created" | "charge.dispute.closed" => {
                CardNews::Disputed(ToldDispute::read(object)?)
            }
            _ => return None,
        };
        let id_of =
            |name: &str| -> Option<uuid::Uuid> { object["metadata"][name].as_str()?.parse().ok() };
        Some(Self {
            organization: id_of(ORGANIZATION).map(OrganizationId),
            payment: id_of(PAYMENT).map(CardPaymentId),
            session: text(&object["id"]).filter(|_| !is_charge),
            intent: text(&object["payment_intent"]),
            id,
            kind,
            news,
        })
    }
}

/// Handles an event that arrived at an address of the organization `host`. Does nothing if it was
/// handled before, or if it is about a payment of another site.
///
/// Organizations may share one account at the provider. Events that name no organization, such as
/// those of disputes, belong to the one that has the payment.
pub async fn handle(db: &Db, host: OrganizationId, event: CardEvent) -> AppResult<()> {
    let organization = match (event.organization, &event.intent) {
        (Some(organization), _) => organization,
        (None, Some(intent)) => card_store::organization(db, intent).await?.unwrap_or(host),
        (None, None) => host,
    };
    db.within(organization, async move |conn| apply(conn, event).await)
        .await
}

async fn apply(conn: &mut Conn, event: CardEvent) -> AppResult<()> {
    let found = match (event.payment, &event.intent) {
        (Some(id), _) => card_store::by_id(conn, id).await?,
        (None, Some(intent)) => card_store::by_intent(conn, intent).await?,
        (None, None) => None,
    };
    let Some(card) = found else {
        tracing::info!(
            event = event.id,
            kind = event.kind,
            "an event of Stripe is about no payment of this site"
        );
        return Ok(());
    };
    let id = card.card_payment_id;
    if !card_store::keep_event(conn, &event.id, &event.kind, id).await? {
        return Ok(());
    }
    let order = settle::lock(conn, card.order_id).await?;
    let card = card_store::lock(conn, id).await?;
    if let (Some(known), Some(named)) = (&card.session, &event.session)
        && known != named
    {
        tracing::error!(event = event.id, payment = %id, "an event of Stripe names another page than the payment has");
        return Ok(());
    }
    let (session, intent) = (event.session.as_deref(), event.intent.as_deref());
    let card = card_store::name(conn, &card, session, intent).await?;
    match event.news {
        CardNews::Paid { units, currency } => paid(conn, &card, units, &currency).await,
        CardNews::Processing => end(conn, &card, &[STARTING, OPEN], PROCESSING).await,
        CardNews::Failed => end(conn, &card, &[STARTING, OPEN, PROCESSING], ENDED).await,
        CardNews::Expired => end(conn, &card, &[STARTING, OPEN], ENDED).await,
        // The money that nobody had asked for is back with the buyer.
        CardNews::Refunded { is_whole, .. } if is_whole && card.status == DIFFERS => {
            end(conn, &card, &[DIFFERS], ENDED).await
        }
        CardNews::Refunded {
            units, currency, ..
        } => refunded(conn, &card, units, &currency).await,
        CardNews::Disputed(told) => disputes::keep(conn, &order, &card, &told).await,
    }
}

/// Changes the status if the payment has one of these.
async fn end(conn: &mut Conn, card: &CardPaymentRow, from: &[&str], status: &str) -> AppResult<()> {
    if from.contains(&card.status.as_str()) {
        card_store::set_status(conn, card.card_payment_id, status).await?;
    }
    Ok(())
}

/// Records the money, once for each payment. If it is not the money that was asked for, an admin
/// has to look at it.
async fn paid(
    conn: &mut Conn,
    card: &CardPaymentRow,
    units: Option<i64>,
    currency: &str,
) -> AppResult<()> {
    if [PAID, DIFFERS].contains(&card.status.as_str()) {
        return Ok(());
    }
    let id = card.card_payment_id;
    let asked = stripe::units(card.amount_cents, &card.currency);
    let intent = card.intent.as_ref();
    let (Some(intent), true) = (intent, asked == units && currency == card.currency) else {
        tracing::error!(payment = %id, ?units, currency, "other money arrived at Stripe than was asked for");
        card_store::set_status(conn, id, DIFFERS).await?;
        let arrived = json!({ "units": units, "currency": currency, "intent": card.intent });
        return audit(conn, card, "order.card_payment_differs", arrived).await;
    };
    card_store::set_status(conn, id, PAID).await?;
    let receipt = Receipt {
        cents: card.amount_cents,
        method: PaymentMethod::Card,
        reference: reference(intent),
        by: None,
        undo_until: None,
    };
    let now = Utc::now();
    settle::receive(conn, card.order_id, &receipt, now).await?;
    let what = json!({ "cents": receipt.cents, "intent": intent });
    audit(conn, card, "order.paid_by_card", what).await?;
    // Refunds that were told before the payment.
    refunds::reconcile(conn, id, now).await
}

/// Reference of money that went through the provider, at most 200 characters.
pub fn reference(intent: &str) -> String {
    format!("Stripe {intent}").chars().take(200).collect()
}

async fn refunded(
    conn: &mut Conn,
    card: &CardPaymentRow,
    units: i64,
    currency: &str,
) -> AppResult<()> {
    let cents = stripe::cents(units, currency).filter(|_| currency == card.currency);
    let Some(cents) = cents.filter(|cents| *cents >= 0) else {
        tracing::error!(payment = %card.card_payment_id, units, currency, "a refund at Stripe does not fit its payment");
        return Ok(());
    };
    card_store::set_refunded(conn, card, cents).await?;
    refunds::reconcile(conn, card.card_payment_id, Utc::now()).await
}

async fn audit(conn: &mut Conn, card: &CardPaymentRow, action: &str, what: Value) -> AppResult<()> {
    Ok(AuditEntry::done(action)
        .of("order", card.order_id)
        .change(None, Some(what))
        .write(conn)
        .await?)
}
