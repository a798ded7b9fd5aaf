//! A local server that behaves as Stripe documents: sessions, refunds, idempotency and signed
//! events.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::Utc;
use serde_json::{Value, json};

use crate::admission::orders::server::webhook::rules::sign;
use crate::platform::config::{Secret, StripeConfig};
use crate::platform::db::testing::TestDb;
use crate::testing::site::{TestAnswer, TestSite};

pub const KEY: &str = "sk_test_4711";
pub const SIGNING: &str = "whsec_0815";

/// How the server answers requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Well,
    /// Refuses each request as too many.
    Busy,
    /// Does the work, and answers with an error.
    Confused,
    /// Does nothing, and answers with an error.
    Broken,
}

#[derive(Default)]
pub struct Kept {
    pub mood: Mood,
    /// Fields of each request that was carried out.
    pub requests: Vec<(String, HashMap<String, String>)>,
    sessions: HashMap<String, Value>,
    /// Amount and refunded amount of each payment, and its metadata.
    intents: HashMap<String, (i64, i64, Value)>,
    answers: HashMap<String, (HashMap<String, String>, u16, Value)>,
    events: usize,
}

#[derive(Clone, Default)]
pub struct FakeStripe(Arc<Mutex<Kept>>);

/// Starts the server, and a site that takes payments through it.
pub async fn site_with_stripe() -> (TestSite, FakeStripe) {
    let fake = FakeStripe::default();
    let routes = Router::new()
        .route("/v1/checkout/sessions", post(create_session))
        .route("/v1/checkout/sessions/{id}", get(read_session))
        .route("/v1/checkout/sessions/{id}/expire", post(expire_session))
        .route("/v1/refunds", post(create_refund))
        .with_state(fake.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let mut test = TestDb::new().await;
    test.config.stripe = StripeConfig {
        secret_key: Some(Secret::from(KEY.to_owned())),
        webhook_secret: Some(Secret::from(SIGNING.to_owned())),
        api: api.parse().unwrap(),
    };
    let site = TestSite::on(test).await;
    super::add_course(&site).await;
    (site, fake)
}

type Asked = (HeaderMap, String);

/// Answers a request with a key: the same request gets the same answer, another one is refused.
fn once(
    fake: &FakeStripe,
    (headers, body): Asked,
    path: &str,
    work: impl FnOnce(&mut Kept, &HashMap<String, String>) -> (u16, Value),
) -> Response {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let mut kept = fake.kept();
    if header("authorization") != format!("Bearer {KEY}") {
        return refused(
            401,
            "invalid_request_error",
            "Invalid API Key provided: sk_test_****",
        );
    }
    if kept.mood == Mood::Busy {
        return refused(429, "rate_limit_error", "Too many requests.");
    }
    if kept.mood == Mood::Broken {
        return refused(500, "api_error", "Something is broken.");
    }
    if header("content-type") != "application/x-www-form-urlencoded" && !body.is_empty() {
        return refused(400, "invalid_request_error", "The body is no form.");
    }
    let key = header("idempotency-key");
    assert!((1..=255).contains(&key.len()), "a key: {key}");
    let fields: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    let (status, answer) = match kept.answers.get(&key) {
        Some((before, status, answer)) if *before == fields => (*status, answer.clone()),
        Some(_) => {
            return refused(
                400,
                "idempotency_error",
                "Keys are for the same parameters only.",
            );
        }
        None => {
            kept.requests.push((path.to_owned(), fields.clone()));
            let (status, answer) = work(&mut kept, &fields);
            kept.answers.insert(key, (fields, status, answer.clone()));
            (status, answer)
        }
    };
    if kept.mood == Mood::Confused {
        return refused(500, "api_error", "Something is broken.");
    }
    (StatusCode::from_u16(status).unwrap(), Json(answer)).into_response()
}

fn error(kind: &str, message: &str) -> Value {
    json!({ "error": { "type": kind, "message": message } })
}

fn refused(status: u16, kind: &str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, Json(error(kind, message))).into_response()
}

async fn create_session(
    State(fake): State<FakeStripe>,
    headers: HeaderMap,
    body: String,
) -> Response {
    once(&fake, (headers, body), "sessions", |kept, fields| {
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let amount: i64 = field("line_items[0][price_data][unit_amount]")
            .parse()
            .unwrap_or_default();
        for (name, wanted) in [("mode", "payment"), ("line_items[0][quantity]", "1")] {
            if field(name) != wanted {
                return (400, error("invalid_request_error", name));
            }
        }
        if amount < 50 || !field("success_url").starts_with("http") {
            return (400, error("invalid_request_error", "Invalid parameter"));
        }
        let metadata = |start: &str| -> Value {
            let named = fields.iter().filter_map(|(name, value)| {
                let name = name.strip_prefix(start)?.strip_suffix(']')?;
                Some((name.to_owned(), Value::from(value.clone())))
            });
            Value::Object(named.collect())
        };
        let id = format!("cs_test_{}", kept.sessions.len() + 1);
        let session = json!({
            "id": id,
            "object": "checkout.session",
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": null,
            "amount_total": amount,
            "currency": field("line_items[0][price_data][currency]"),
            "client_reference_id": field("client_reference_id"),
            "metadata": metadata("metadata["),
            "intent_metadata": metadata("payment_intent_data[metadata]["),
            "url": format!("https://checkout.stripe.com/c/pay/{id}"),
            "expires_at": Utc::now().timestamp() + 86_400,
        });
        kept.sessions.insert(id, session.clone());
        (200, session)
    })
}

async fn read_session(State(fake): State<FakeStripe>, Path(id): Path<String>) -> Response {
    match fake.kept().sessions.get(&id) {
        Some(session) => Json(session.clone()).into_response(),
        None => refused(404, "invalid_request_error", "No such checkout.session"),
    }
}

async fn expire_session(
    State(fake): State<FakeStripe>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    once(&fake, (headers, body), "expire", |kept, _| {
        match kept.sessions.get_mut(&id) {
            Some(session) if session["status"] == "open" => {
                session["status"] = "expired".into();
                (200, session.clone())
            }
            _ => (
                400,
                error(
                    "invalid_request_error",
                    "Only open sessions can be expired.",
                ),
            ),
        }
    })
}

async fn create_refund(
    State(fake): State<FakeStripe>,
    headers: HeaderMap,
    body: String,
) -> Response {
    once(&fake, (headers, body), "refunds", |kept, fields| {
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let amount: i64 = field("amount").parse().unwrap_or_default();
        match kept.intents.get_mut(&field("payment_intent")) {
            Some((of, refunded, _)) if amount > 0 && *refunded + amount <= *of => {
                *refunded += amount;
                let refund = json!({ "id": "re_1", "object": "refund", "status": "succeeded" });
                (200, refund)
            }
            Some(_) => (
                400,
                error(
                    "invalid_request_error",
                    "Refund amount is greater than unrefunded amount on charge.",
                ),
            ),
            None => (
                404,
                error("invalid_request_error", "No such payment_intent"),
            ),
        }
    })
}

impl FakeStripe {
    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap()
    }

    pub fn is(&self, mood: Mood) {
        self.kept().mood = mood;
    }

    /// Number of requests that were carried out.
    pub fn count(&self, path: &str) -> usize {
        let kept = self.kept();
        kept.requests.iter().filter(|(of, _)| of == path).count()
    }

    /// Fields of the last request that was carried out.
    pub fn last(&self, path: &str) -> HashMap<String, String> {
        let kept = self.kept();
        let mut requests = kept.requests.iter().rev();
        let found = requests.find(|(of, _)| of == path);
        found.expect("a request").1.clone()
    }

    /// Lets the buyer complete the page. The bank confirms the money at once, or later.
    pub fn complete(&self, number: usize, at_once: bool) -> Value {
        let mut kept = self.kept();
        let (id, intent) = (format!("cs_test_{number}"), format!("pi_{number}"));
        let session = kept.sessions.get_mut(&id).expect("a session");
        session["status"] = "complete".into();
        session["payment_intent"] = intent.clone().into();
        session["payment_status"] = if at_once { "paid" } else { "unpaid" }.into();
        let session = session.clone();
        let amount = session["amount_total"].as_i64().unwrap();
        let metadata = session["intent_metadata"].clone();
        kept.intents.insert(intent, (amount, 0, metadata));
        session
    }

    pub fn session(&self, number: usize) -> Value {
        self.kept().sessions[&format!("cs_test_{number}")].clone()
    }

    /// Refunds a part of a payment in the dashboard. Returns the charge.
    pub fn refund(&self, number: usize, amount: i64) -> Value {
        let intent = format!("pi_{number}");
        if let Some((_, refunded, _)) = self.kept().intents.get_mut(&intent) {
            *refunded += amount;
        }
        self.charge(number)
    }

    /// The charge of a payment, as events have it.
    pub fn charge(&self, number: usize) -> Value {
        let intent = format!("pi_{number}");
        let (amount, refunded, metadata) = self.kept().intents[&intent].clone();
        let currency = self.session(number)["currency"].clone();
        json!({
            "id": format!("ch_{number}"),
            "object": "charge",
            "amount": amount,
            "amount_refunded": refunded,
            "refunded": refunded == amount,
            "currency": currency,
            "payment_intent": intent,
            "metadata": metadata,
        })
    }

    /// Returns a new event about this object.
    pub fn event(&self, kind: &str, object: &Value) -> String {
        let mut kept = self.kept();
        kept.events += 1;
        let id = format!("evt_{}", kept.events);
        json!({ "id": id, "object": "event", "type": kind, "data": { "object": object } })
            .to_string()
    }

    /// Sends an event about this object, signed now.
    pub async fn tell(&self, site: &TestSite, kind: &str, object: &Value) -> TestAnswer {
        let event = self.event(kind, object);
        deliver(site, &event, &sign(SIGNING, Utc::now().timestamp(), &event)).await
    }
}

/// Sends an event with this signature, without the origin of a page.
pub async fn deliver(site: &TestSite, event: &str, signature: &str) -> TestAnswer {
    deliver_to(site, "127.0.0.1:3000", event, signature).await
}

/// Sends an event to this host, which is that of an organization.
pub async fn deliver_to(site: &TestSite, host: &str, event: &str, signature: &str) -> TestAnswer {
    let request = Request::post("/webhooks/stripe")
        .header("host", host)
        .header("content-type", "application/json")
        .header("stripe-signature", signature)
        .body(Body::from(event.to_owned()))
        .unwrap();
    site.ask(request).await
}
