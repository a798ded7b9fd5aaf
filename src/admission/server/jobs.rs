//! Jobs of admission: decisions are carried out after a while, and offers of seats expire.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::mails::{RegistrationMail, RegistrationNews};
use super::notices::{self, ApplicantNotice};
use super::{decisions, registrations, seats};
use crate::admission::RegistrationStatus;
use crate::platform::error::AppResult;
use crate::platform::ids::RegistrationId;
use crate::platform::jobs::{self, Job, JobContext};

/// Carries out the decision of this time, unless it was undone or replaced by another one.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct SettleDecision {
    pub registration: RegistrationId,
    pub decided_at: DateTime<Utc>,
}

impl SettleDecision {
    /// Returns the name that no other waiting job has.
    pub fn name(&self) -> String {
        let at = self.decided_at.timestamp_micros();
        format!("decision {} {at}", self.registration)
    }
}

impl Job for SettleDecision {
    const KIND: &'static str = "settle_decision";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let (id, decided_at) = (self.registration, self.decided_at);
        cx.within(async move |conn| {
            let Some(row) = registrations::by_id(conn, id).await? else {
                return Ok(());
            };
            let offering = seats::lock(conn, row.offering_id).await?;
            let row = registrations::lock(conn, id).await?;
            let micros = |time: DateTime<Utc>| time.timestamp_micros();
            let row =
                row.filter(|row| row.decided_at.map(micros) == Some(decided_at.timestamp_micros()));
            if let Some(row) = row {
                decisions::settle(conn, &offering, &row, Utc::now()).await?;
            }
            Ok(())
        })
        .await
    }
}

/// Ends the offer of a seat that was not accepted in time, and offers the seat to the next.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ExpireOffer {
    pub registration: RegistrationId,
}

impl Job for ExpireOffer {
    const KIND: &'static str = "expire_offer";

    async fn run(self, cx: &JobContext) -> AppResult<()> {
        let id = self.registration;
        cx.within(async move |conn| {
            let now = Utc::now();
            let Some(row) = registrations::by_id(conn, id).await? else {
                return Ok(());
            };
            let offering = seats::lock(conn, row.offering_id).await?;
            let row = registrations::lock(conn, id).await?;
            let is_over = row.as_ref().is_some_and(|row| {
                row.status == RegistrationStatus::Offered
                    && row.offer_expires_at.is_some_and(|until| until <= now)
            });
            if let Some(row) = row.filter(|_| is_over) {
                registrations::set_status(conn, id, RegistrationStatus::Withdrawn).await?;
                notices::tell(conn, &offering, &row, ApplicantNotice::OfferExpired).await?;
                let mail = RegistrationMail::new(id, RegistrationNews::OfferExpired);
                jobs::enqueue(conn, &mail).await?;
                seats::offer_next(conn, &offering, 1, now).await?;
            }
            Ok(())
        })
        .await
    }
}
