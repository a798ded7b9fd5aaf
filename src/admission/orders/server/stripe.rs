//! Payments by card through Stripe Checkout: requests to Stripe's API.
//!
//! Stripe's documentation: <https://docs.stripe.com/api/checkout/sessions/create>,
//! <https://docs.stripe.com/api/refunds/create>, <https://docs.stripe.com/api/idempotent_requests>.

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use chrono::DateTime;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

use super::provider::{
    CardAsk, CheckoutPage, ClosedPage, MoneyBack, PaymentProvider, ProviderProblem,
};
use crate::platform::config::Secret;

/// Names of the metadata by which events are found again.
pub const ORGANIZATION: &str = "lyceum_organization";
pub const PAYMENT: &str = "lyceum_payment";
const ORDER: &str = "lyceum_order";
const REFUND: &str = "lyceum_refund";

const CONNECT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(20);
/// Largest answer that is read, in bytes.
const ANSWER_LIMIT: usize = 1024 * 1024;
/// Wait before a request is repeated that met another one with the same key.
const PAUSE: Duration = Duration::from_millis(400);
const TRIES: u32 = 4;

/// Keeps no connections: requests are rare.
static CLIENT: LazyLock<reqwest::Result<Client>> = LazyLock::new(|| {
    Client::builder()
        .connect_timeout(CONNECT)
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .user_agent("Lyceum")
        .build()
});

pub struct Stripe {
    /// Base address of the API without a slash at its end.
    api: String,
    key: Secret,
}

type StripeFields = Vec<(String, String)>;

impl Stripe {
    pub fn new(api: &url::Url, key: Secret) -> Self {
        let api = api.as_str().trim_end_matches('/').to_owned();
        Self { api, key }
    }

    async fn post(
        &self,
        path: &str,
        key: &str,
        fields: &[(String, String)],
    ) -> Result<Value, ProviderProblem> {
        let request = self
            .request(Method::POST, path)?
            .header("Idempotency-Key", key)
            .form(fields);
        for _ in 1..TRIES {
            let again = request.try_clone().ok_or(ProviderProblem::Unavailable)?;
            match self.send(again, path).await {
                Err(Failure::InProgress) => tokio::time::sleep(PAUSE).await,
                Err(Failure::Other(problem)) => return Err(problem),
                Ok(value) => return Ok(value),
            }
        }
        Ok(self.send(request, path).await?)
    }

    async fn session(&self, session: &str) -> Result<Value, ProviderProblem> {
        let path = format!("/v1/checkout/sessions/{session}");
        let request = self.request(Method::GET, &path)?;
        Ok(self.send(request, &path).await?)
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ProviderProblem> {
        let client = CLIENT.as_ref().map_err(|error| {
            tracing::error!(%error, "the client for requests to Stripe can't be made");
            ProviderProblem::Unavailable
        })?;
        Ok(client
            .request(method, format!("{}{path}", self.api))
            .bearer_auth(self.key.expose()))
    }

    async fn send(&self, request: RequestBuilder, path: &str) -> Result<Value, Failure> {
        let mut response = request.send().await.map_err(|error| {
            tracing::warn!(path, error = %causes(&error), "Stripe can't be reached");
            match error.is_connect() || error.is_builder() {
                true => ProviderProblem::Unavailable,
                false => ProviderProblem::Unclear,
            }
        })?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| {
            tracing::warn!(path, error = %causes(&error), "Stripe's answer ended early");
            ProviderProblem::Unclear
        })? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_LIMIT {
                tracing::warn!(path, "Stripe's answer is too long");
                return Err(ProviderProblem::Unclear.into());
            }
        }
        let value: Value = serde_json::from_slice(&body).unwrap_or_default();
        match status.is_success() && value.is_object() {
            true => Ok(value),
            false => Err(self.failure(path, status, &value)),
        }
    }

    /// Logs an error of Stripe and says what it means.
    fn failure(&self, path: &str, status: StatusCode, value: &Value) -> Failure {
        let text = |name: &str| value["error"][name].as_str().unwrap_or_default();
        let message = text("message").replace(self.key.expose(), "(secret)");
        tracing::warn!(
            path,
            status = status.as_u16(),
            kind = text("type"),
            code = text("code"),
            message,
            "Stripe refused a request"
        );
        match status.as_u16() {
            409 => Failure::InProgress,
            // The key is wrong, or Stripe has no time: nothing was done.
            401 | 403 | 429 => ProviderProblem::Unavailable.into(),
            400..=499 => ProviderProblem::Refused(message).into(),
            _ => ProviderProblem::Unclear.into(),
        }
    }
}

enum Failure {
    /// Another request with the same key is under way.
    InProgress,
    Other(ProviderProblem),
}

impl From<ProviderProblem> for Failure {
    fn from(problem: ProviderProblem) -> Self {
        Self::Other(problem)
    }
}

impl From<Failure> for ProviderProblem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::InProgress => Self::Unclear,
            Failure::Other(problem) => problem,
        }
    }
}

/// Returns the error with its causes.
fn causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[async_trait]
impl PaymentProvider for Stripe {
    async fn ask(&self, ask: &CardAsk) -> Result<Option<CheckoutPage>, ProviderProblem> {
        let fields = ask_fields(ask)?;
        let key = format!("lyceum-payment-{}", ask.payment);
        let session = self.post("/v1/checkout/sessions", &key, &fields).await?;
        let page = checkout_page(&session).ok_or_else(|| {
            tracing::warn!("Stripe's answer has no page to pay on");
            ProviderProblem::Unclear
        })?;
        Ok(Some(page))
    }

    async fn close(&self, session: &str) -> Result<ClosedPage, ProviderProblem> {
        let expire = format!("/v1/checkout/sessions/{session}/expire");
        let key = format!("lyceum-close-{session}");
        match self.post(&expire, &key, &[]).await {
            Ok(_) => Ok(ClosedPage::Unpaid),
            // Only an open page can be closed.
            Err(ProviderProblem::Refused(_)) => {
                match self.session(session).await?["status"].as_str() {
                    Some("complete") => Ok(ClosedPage::Paid),
                    Some("expired") => Ok(ClosedPage::Unpaid),
                    _ => Err(ProviderProblem::Unclear),
                }
            }
            Err(problem) => Err(problem),
        }
    }

    async fn look(&self, session: &str) -> Result<Option<Value>, ProviderProblem> {
        self.session(session).await.map(Some)
    }

    async fn pay_back(&self, refund: &MoneyBack) -> Result<(), ProviderProblem> {
        let amount = units(refund.cents, &refund.currency).ok_or_else(no_units)?;
        let fields = [
            ("payment_intent".to_owned(), refund.intent.clone()),
            ("amount".to_owned(), amount.to_string()),
            (format!("metadata[{REFUND}]"), refund.refund.to_string()),
        ];
        let key = format!("lyceum-refund-{}", refund.refund);
        let made = self.post("/v1/refunds", &key, &fields).await?;
        match made["status"].as_str() {
            Some("failed" | "canceled") => Err(ProviderProblem::Refused(
                "The refund failed at the bank.".to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

fn no_units() -> ProviderProblem {
    ProviderProblem::Refused("This amount can't be paid in this currency.".to_owned())
}

fn ask_fields(ask: &CardAsk) -> Result<StripeFields, ProviderProblem> {
    let amount = units(ask.cents, &ask.currency).ok_or_else(no_units)?;
    let line = "line_items[0]";
    let mut fields: StripeFields = [
        ("mode", "payment".to_owned()),
        ("client_reference_id", ask.order.to_string()),
        ("customer_email", ask.email.clone()),
        ("success_url", ask.paid.clone()),
        ("cancel_url", ask.left.clone()),
        // The buyer is charged the amount and the currency of the order.
        ("adaptive_pricing[enabled]", "false".to_owned()),
        ("payment_intent_data[description]", ask.title.clone()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    fields.extend([
        (format!("{line}[quantity]"), "1".to_owned()),
        (
            format!("{line}[price_data][currency]"),
            ask.currency.to_lowercase(),
        ),
        (
            format!("{line}[price_data][unit_amount]"),
            amount.to_string(),
        ),
        (
            format!("{line}[price_data][product_data][name]"),
            ask.title.clone(),
        ),
    ]);
    // Events of the payment itself, such as refunds, know only the metadata of the payment.
    for (name, value) in [
        (ORGANIZATION, ask.organization.to_string()),
        (ORDER, ask.order.to_string()),
        (PAYMENT, ask.payment.to_string()),
    ] {
        fields.push((format!("metadata[{name}]"), value.clone()));
        fields.push((format!("payment_intent_data[metadata][{name}]"), value));
    }
    Ok(fields)
}

fn checkout_page(session: &Value) -> Option<CheckoutPage> {
    let address: url::Url = session["url"].as_str()?.parse().ok()?;
    if !matches!(address.scheme(), "https" | "http") {
        return None;
    }
    Some(CheckoutPage {
        session: session["id"].as_str()?.to_owned(),
        address,
        expires_at: DateTime::from_timestamp(session["expires_at"].as_i64()?, 0)?,
    })
}

/// Currencies without minor units, of which Stripe counts whole ones.
const WHOLE: [&str; 15] = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
];
/// Currencies with three digits after the point. Stripe wants the last one to be 0.
const THREE_DIGITS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];
/// Its amounts have two digits for Stripe, which are always 00.
const WHOLE_WITH_CENTS: &str = "ISK";
/// Stripe's documentation lists it both with and without two digits, so it is not accepted.
const UNCLEAR: &str = "UGX";

/// Returns an amount as Stripe counts it. Prices of the site have hundredths in each currency. None
/// if Stripe can't charge the amount in this currency.
/// Source: <https://docs.stripe.com/currencies>.
pub fn units(cents: i64, currency: &str) -> Option<i64> {
    let is_whole = cents % 100 == 0;
    match currency {
        UNCLEAR => None,
        WHOLE_WITH_CENTS => is_whole.then_some(cents),
        _ if WHOLE.contains(&currency) => is_whole.then_some(cents / 100),
        _ if THREE_DIGITS.contains(&currency) => cents.checked_mul(10),
        _ => Some(cents),
    }
}

/// Returns an amount of Stripe in hundredths. None if it has no such amount.
pub fn cents(units: i64, currency: &str) -> Option<i64> {
    match currency {
        _ if WHOLE.contains(&currency) => units.checked_mul(100),
        _ if THREE_DIGITS.contains(&currency) => (units % 10 == 0).then_some(units / 10),
        _ => Some(units),
    }
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn amounts_are_counted_as_stripe_counts_them() {
        for (kept, currency, sent) in [
            (4_850, "EUR", Some(4_850)),
            (480_000, "JPY", Some(4_800)),
            (480_050, "JPY", None),
            (500, "ISK", Some(500)),
            (550, "ISK", None),
            (512, "KWD", Some(5_120)),
            (100, "UGX", None),
        ] {
            assert_eq!(units(kept, currency), sent, "{kept} {currency}");
            if let Some(sent) = sent {
                assert_eq!(cents(sent, currency), Some(kept), "{sent} {currency}");
            }
        }
        assert_eq!(cents(5_124, "KWD"), None);
    }
}
