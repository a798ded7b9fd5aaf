//! The two ways in which the money of an order arrives: admins record it, or a provider of payments
//! by card collects it and tells about it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::stripe::Stripe;
use crate::platform::config::Config;
use crate::platform::error::AppError;
use crate::platform::ids::{CardPaymentId, CardRefundId, OrderId, OrganizationId};

/// Money that a buyer is asked for.
pub struct CardAsk {
    pub payment: CardPaymentId,
    pub organization: OrganizationId,
    pub order: OrderId,
    /// Shown on the page where the buyer pays.
    pub title: String,
    pub email: String,
    /// Minor units.
    pub cents: i64,
    pub currency: String,
    /// Addresses to which the buyer comes back, after the payment and without one.
    pub paid: String,
    pub left: String,
}

/// A page of the provider on which a buyer pays.
pub struct CheckoutPage {
    pub session: String,
    pub address: url::Url,
    pub expires_at: DateTime<Utc>,
}

/// Money that is paid back for a payment.
pub struct MoneyBack {
    pub refund: CardRefundId,
    /// The provider's name of the payment.
    pub intent: String,
    /// Minor units.
    pub cents: i64,
    pub currency: String,
}

/// State of a page after it was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosedPage {
    /// Nobody can pay on it any more.
    Unpaid,
    /// The buyer has paid already. The provider's event says so, too.
    Paid,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderProblem {
    /// The provider refused it with this sentence, and did nothing.
    Refused(String),
    /// The provider can't be asked. It did nothing.
    Unavailable,
    /// No clear answer: the provider may have done it.
    Unclear,
}

impl ProviderProblem {
    /// Error of a request for a page to pay on. The buyer has not paid in any case.
    pub fn of_ask(&self) -> AppError {
        AppError::Conflict(NOT_AVAILABLE.to_owned())
    }
}

pub const NOT_AVAILABLE: &str =
    "Payments by card are not available at the moment. Nothing was charged.";

#[async_trait]
pub trait PaymentProvider: Send + Sync {
    /// Returns a page on which the buyer pays. None if admins record payments. Asking again for the
    /// same payment returns the same page.
    async fn ask(&self, ask: &CardAsk) -> Result<Option<CheckoutPage>, ProviderProblem>;

    /// Closes a page, so that nobody can pay on it.
    async fn close(&self, session: &str) -> Result<ClosedPage, ProviderProblem>;

    /// Returns what the provider knows of a page, in its own form. None if admins record payments.
    async fn look(&self, session: &str) -> Result<Option<serde_json::Value>, ProviderProblem>;

    /// Pays money back. Asking again for the same refund pays nothing more.
    async fn pay_back(&self, refund: &MoneyBack) -> Result<(), ProviderProblem>;
}

/// Returns the provider of payments by card, or that of recorded payments if none is set up.
pub fn of(config: &Config) -> Box<dyn PaymentProvider> {
    match config.stripe.keys() {
        Ok(Some(keys)) => Box::new(Stripe::new(&config.stripe.api, keys.secret_key)),
        Ok(None) | Err(_) => Box::new(Recorded),
    }
}

/// Invoices and bank transfers: an admin records what has arrived and what was paid back.
pub struct Recorded;

#[async_trait]
impl PaymentProvider for Recorded {
    async fn ask(&self, _: &CardAsk) -> Result<Option<CheckoutPage>, ProviderProblem> {
        Ok(None)
    }

    async fn close(&self, _: &str) -> Result<ClosedPage, ProviderProblem> {
        Err(ProviderProblem::Unavailable)
    }

    async fn look(&self, _: &str) -> Result<Option<serde_json::Value>, ProviderProblem> {
        Ok(None)
    }

    async fn pay_back(&self, _: &MoneyBack) -> Result<(), ProviderProblem> {
        Err(ProviderProblem::Unavailable)
    }
}
