//! Sends a buyer to the page on which they pay by card. An order has one such page at a time.

use chrono::{DateTime, Duration, Utc};

use super::card_store::{self, CardPaymentRow, DIFFERS, OPEN, PROCESSING, STARTING};
use super::close_page;
use super::late_events;
use super::provider::{self, CardAsk, ClosedPage, NOT_AVAILABLE, ProviderProblem};
use super::settle;
use super::store::{self, OrderRow, no_order};
use super::stripe::units;
use crate::admission::orders::{OrderStatus, order_path};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::Cx;
use crate::platform::ids::{CardPaymentId, OrderId, OrganizationId, UserId};

/// A page that ends sooner is not given out.
const TOO_SHORT: Duration = Duration::minutes(2);
/// Time for which the provider knows that a request is the same as one before.
pub const SAME_REQUEST: Duration = Duration::hours(20);

pub const BEING_CONFIRMED: &str =
    "Your payment is being confirmed. Nothing more is to be paid now.";

const OTHER_MONEY: &str = "A payment by card arrived that is not the amount of this order. Ask your school before you pay again.";

/// The step that follows when a buyer wants to pay.
enum PayingStep {
    /// The page of this payment is open.
    Go(url::Url),
    /// The provider is asked for a page.
    Ask(CardAsk),
    /// The open page is for another amount or ends soon: it is closed first.
    Close(CardPaymentId, String),
}

/// Returns the address of the page on which the person pays their order.
pub async fn page(cx: &Cx, user: UserId, order: OrderId) -> AppResult<url::Url> {
    let provider = provider::of(&cx.app.config);
    // After a page was closed, the provider is asked for another one.
    for _ in 0..3 {
        let to = WayBack::of(cx, order);
        let step = cx
            .within(async move |conn| next(conn, user, order, to, Utc::now()).await)
            .await?;
        match step {
            PayingStep::Go(address) => return Ok(address),
            PayingStep::Ask(ask) => {
                let asked = provider.ask(&ask).await;
                return answer(cx, ask.payment, asked).await;
            }
            PayingStep::Close(payment, session) => {
                let status = match provider.close(&session).await {
                    Ok(ClosedPage::Unpaid) => card_store::ENDED,
                    Ok(ClosedPage::Paid) => PROCESSING,
                    Err(problem) => return Err(problem.of_ask()),
                };
                cx.within(async move |conn| close(conn, order, payment, status).await)
                    .await?;
            }
        }
    }
    Err(AppError::Conflict(NOT_AVAILABLE.to_owned()))
}

/// WayBack to which the buyer comes back.
struct WayBack {
    organization: OrganizationId,
    paid: String,
    left: String,
}

impl WayBack {
    fn of(cx: &Cx, order: OrderId) -> Self {
        let left = cx.link(&order_path(order));
        Self {
            organization: cx.organization.organization_id,
            paid: format!("{left}?card=paid"),
            left,
        }
    }
}

async fn next(
    conn: &mut Conn,
    user: UserId,
    order: OrderId,
    to: WayBack,
    now: DateTime<Utc>,
) -> AppResult<PayingStep> {
    let own = store::of_user(conn, user, order)
        .await?
        .ok_or_else(no_order)?;
    let locked = settle::lock(conn, own.order_id).await?;
    let (row, due) = (locked.row, locked.balance.due());
    if row.status != OrderStatus::Open || due == 0 {
        return Err(AppError::Conflict(
            "This order does not await a payment. Reload the page to see it.".to_owned(),
        ));
    }
    if units(due, &row.currency).is_none() {
        return Err(AppError::Conflict(format!(
            "This amount can't be paid by card in {}. Nothing was charged.",
            row.currency
        )));
    }
    let cards = card_store::of_order(conn, order).await?;
    if cards.iter().any(|card| card.status == PROCESSING) {
        return Err(AppError::Conflict(BEING_CONFIRMED.to_owned()));
    }
    if cards.iter().any(|card| card.status == DIFFERS) {
        return Err(AppError::Conflict(OTHER_MONEY.to_owned()));
    }
    let current = cards
        .into_iter()
        .find(|card| [STARTING, OPEN].contains(&card.status.as_str()));
    let card = match current {
        Some(card) if card.status == OPEN => match open_page(&card, due, now) {
            Some(address) => return Ok(PayingStep::Go(address)),
            None => {
                let session = card.session.unwrap_or_default();
                return Ok(PayingStep::Close(card.card_payment_id, session));
            }
        },
        Some(card) if card.amount_cents == due && now - card.created_at < SAME_REQUEST => card,
        current => {
            if let Some(old) = current {
                card_store::give_up(conn, old.card_payment_id).await?;
            }
            card_store::add(conn, order, due, &row.currency).await?
        }
    };
    let titles: Vec<String> = locked
        .seats
        .iter()
        .filter(|seat| seat.line.is_live)
        .map(|seat| seat.line.title.clone())
        .collect();
    Ok(PayingStep::Ask(ask(card, row, &titles.join(", "), to)))
}

/// Returns true if the buyer has paid, and the bank has not confirmed it or sent another amount.
pub async fn is_processing(conn: &mut Conn, order: OrderId) -> AppResult<bool> {
    let cards = card_store::of_order(conn, order).await?;
    let mut cards = cards.iter();
    Ok(cards.any(|card| [PROCESSING, DIFFERS].contains(&card.status.as_str())))
}

/// Returns the page of an open payment if it fits the amount and does not end soon.
fn open_page(card: &CardPaymentRow, due: i64, now: DateTime<Utc>) -> Option<url::Url> {
    let lasts = card.expires_at.is_some_and(|end| end > now + TOO_SHORT);
    let page = card.page.as_deref()?.parse().ok()?;
    (lasts && card.amount_cents == due).then_some(page)
}

/// Longest title of a payment, in characters.
const TITLE_CHARACTERS: usize = 250;

fn ask(card: CardPaymentRow, order: OrderRow, what: &str, to: WayBack) -> CardAsk {
    let title = format!("Order {}: {what}", order.number);
    CardAsk {
        payment: card.card_payment_id,
        organization: to.organization,
        order: order.order_id,
        title: title.chars().take(TITLE_CHARACTERS).collect(),
        email: order.buyer_email,
        cents: card.amount_cents,
        currency: card.currency,
        paid: to.paid,
        left: to.left,
    }
}

/// Keeps the page that the provider has made.
async fn answer(
    cx: &Cx,
    payment: CardPaymentId,
    asked: Result<Option<provider::CheckoutPage>, ProviderProblem>,
) -> AppResult<url::Url> {
    let page = match asked {
        Ok(Some(page)) => page,
        // Nobody knows the address of a page that was perhaps made, so nobody pays on it.
        Ok(None) | Err(_) => {
            cx.within(async move |conn| Ok(card_store::give_up(conn, payment).await?))
                .await?;
            return Err(AppError::Conflict(NOT_AVAILABLE.to_owned()));
        }
    };
    cx.within(async move |conn| {
        let asked = card_store::by_id(conn, payment).await?;
        let order = asked.map(|card| card.order_id).ok_or_else(no_order)?;
        // Locked first, so that an order that is canceled meanwhile is seen here.
        let locked = settle::lock(conn, order).await?;
        card_store::open(conn, payment, &page).await?;
        if locked.row.status != OrderStatus::Open {
            close_page::of_payment(conn, payment).await?;
            return Ok(None);
        }
        let kept = card_store::by_id(conn, payment).await?;
        let is_kept = kept.is_some_and(|card| card.session == Some(page.session));
        match is_kept {
            true => {
                late_events::plan(conn, payment, Utc::now()).await?;
                Ok(Some(page.address))
            }
            false => Ok(None),
        }
    })
    .await?
    .ok_or_else(|| AppError::Conflict(NOT_AVAILABLE.to_owned()))
}

/// Ends a payment whose page was closed, unless an event has said more meanwhile.
pub async fn close(
    conn: &mut Conn,
    order: OrderId,
    payment: CardPaymentId,
    status: &str,
) -> AppResult<()> {
    settle::lock(conn, order).await?;
    let card = card_store::lock(conn, payment).await?;
    if card.status == OPEN {
        card_store::set_status(conn, payment, status).await?;
    }
    Ok(())
}
