//! Closes the page of the provider on which a canceled order could still be paid.

use serde::{Deserialize, Serialize};

use super::by_card;
use super::card_store::{self, ENDED, OPEN, PROCESSING};
use super::provider::{self, ClosedPage, ProviderProblem};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CardPaymentId, OrderId};
use crate::platform::jobs::{self, Job, JobContext};

/// Closes an open page. If the buyer has paid on it meanwhile, the provider's event records it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ClosePage {
    pub payment: CardPaymentId,
}

/// Queues the closing of the open page of an order.
pub async fn of_order(conn: &mut Conn, order: OrderId) -> AppResult<()> {
    let cards = card_store::of_order(conn, order).await?;
    match cards.iter().find(|card| card.status == OPEN) {
        Some(card) => of_payment(conn, card.card_payment_id).await,
        None => Ok(()),
    }
}

pub async fn of_payment(conn: &mut Conn, payment: CardPaymentId) -> AppResult<()> {
    jobs::enqueue(conn, &ClosePage { payment }).await
}

impl Job for ClosePage {
    const KIND: &'static str = "close_page";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let payment = self.payment;
        let found = cx
            .within(async move |conn| Ok(card_store::by_id(conn, payment).await?))
            .await?;
        let open = found.filter(|card| card.status == OPEN);
        let Some((order, session)) = open.and_then(|card| Some((card.order_id, card.session?)))
        else {
            return Ok(());
        };
        let status = match provider::of(&cx.config).close(&session).await {
            Ok(ClosedPage::Unpaid) => ENDED,
            Ok(ClosedPage::Paid) => PROCESSING,
            // The page ends by itself. Money that arrives until then is to be paid back.
            Err(ProviderProblem::Refused(_) | ProviderProblem::Unavailable) => return Ok(()),
            Err(problem) => return Err(AppError::internal(&format!("{problem:?}"))),
        };
        cx.within(async move |conn| by_card::close(conn, order, payment, status).await)
            .await
    }
}
