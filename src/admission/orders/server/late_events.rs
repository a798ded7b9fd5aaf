//! Asks the provider about a page when no event has told how it ended: an event may get lost.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::card_store::{self, OPEN, PROCESSING};
use super::events::{self, CardEvent};
use super::provider::{self, ProviderProblem};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::CardPaymentId;
use crate::platform::jobs::{self, Job, JobContext};

/// Waits before the provider is asked: after the page was made, after it has ended, and between
/// questions about a payment that takes days.
const FIRST: Duration = Duration::hours(1);
const AFTER_END: Duration = Duration::minutes(10);
const EACH_DAY: Duration = Duration::days(1);
/// Age at which a payment is no longer asked about.
const GIVE_UP: Duration = Duration::days(30);

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct LookAtPayment {
    pub payment: CardPaymentId,
}

/// Plans the first question about a page that was made now.
pub async fn plan(conn: &mut Conn, payment: CardPaymentId, now: DateTime<Utc>) -> AppResult<()> {
    plan_at(conn, payment, now + FIRST).await
}

async fn plan_at(conn: &mut Conn, payment: CardPaymentId, at: DateTime<Utc>) -> AppResult<()> {
    let name = format!("card payment {payment} {}", at.timestamp());
    jobs::enqueue_once(conn, &LookAtPayment { payment }, &name, at).await
}

impl Job for LookAtPayment {
    const KIND: &'static str = "look_at_payment";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let payment = self.payment;
        let found = cx
            .within(async move |conn| Ok(card_store::by_id(conn, payment).await?))
            .await?;
        let Some(card) = found.filter(|card| [OPEN, PROCESSING].contains(&card.status.as_str()))
        else {
            return Ok(());
        };
        let Some(session) = card.session else {
            return Ok(());
        };
        let object = match provider::of(&cx.config).look(&session).await {
            Ok(Some(object)) => object,
            Ok(None) | Err(ProviderProblem::Refused(_)) => return Ok(()),
            Err(problem) => return Err(AppError::internal(&format!("{problem:?}"))),
        };
        let now = Utc::now();
        let (kind, again) = match object["status"].as_str() {
            Some("complete") => {
                let is_unpaid = object["payment_status"] == "unpaid";
                let is_young = now - card.created_at < GIVE_UP;
                let again = (is_unpaid && is_young).then_some(now + EACH_DAY);
                ("checkout.session.completed", again)
            }
            Some("expired") => ("checkout.session.expired", None),
            _ => {
                let end = card.expires_at.unwrap_or(now).max(now);
                ("", Some(end + AFTER_END))
            }
        };
        let id = format!("look {payment} {}", now.timestamp());
        let event = json!({ "id": id, "type": kind, "data": { "object": object } });
        if let Some(event) = CardEvent::read(&event) {
            events::handle(&cx.db, cx.organization.organization_id, event).await?;
        }
        match again {
            Some(at) => {
                cx.within(async move |conn| plan_at(conn, payment, at).await)
                    .await
            }
            None => Ok(()),
        }
    }
}
