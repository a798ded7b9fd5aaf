//! Tests of payments by card, against a local server that behaves as Stripe documents.

use axum::http::StatusCode;
use chrono::Utc;
use serde_json::json;

use super::fake_stripe::{FakeStripe, Mood, SIGNING, deliver, site_with_stripe};
use super::orders::{order, with_cart};
use super::{decisions_are_told, registration_of, site_with_course};
use crate::admission::orders::server::webhook::rules::sign;
use crate::testing::OfferingBuilder;
use crate::testing::site::{Browser, TestAnswer, TestSite};

pub const COMPLETED: &str = "checkout.session.completed";
const SUCCEEDED: &str = "checkout.session.async_payment_succeeded";
pub const REFUNDED: &str = "charge.refunded";
pub const RECORDS: &str = "select count(*) from order_payments";
pub const KEPT: &str = "select sum(case kind when 'payment' then amount_cents else -amount_cents end) from order_payments";
pub const STATUS: &str = "select status from orders order by number desc limit 1";

/// A site with an order of one seat, at this price. Returns offering and order.
pub async fn ordered<'a>(site: &'a TestSite, price: &str) -> (String, Browser<'a>, String) {
    let offering = OfferingBuilder::new("small").price(price);
    let offering = offering.create(site).await;
    let mut asha = with_cart(site, &offering, "asha").await;
    let id = order(&mut asha).await;
    (offering, asha, id)
}

pub async fn pay(person: &mut Browser<'_>, order: &str) -> TestAnswer {
    let fields = [("order", order)];
    person.post("orders/api/pay_by_card", &fields).await
}

/// Goes to the page of the payment and pays there. Stripe tells about it at once.
pub async fn paid(site: &TestSite, fake: &FakeStripe, person: &mut Browser<'_>, order: &str) {
    pay(person, order).await.assert_ok();
    let session = fake.complete(1, true);
    fake.tell(site, COMPLETED, &session).await.assert_ok();
}

pub async fn refund(
    site: &TestSite,
    (offering, order): (&str, &str),
    (records, amount): (&str, &str),
    frees: bool,
) -> TestAnswer {
    let mut fields = vec![
        ("course", "small"),
        ("offering", offering),
        ("order", order),
        ("money[records]", records),
        ("money[amount]", amount),
    ];
    fields.extend(frees.then_some(("money[frees]", "true")));
    let mut admin = site.sign_in("office@example.org").await;
    admin.post("desk/api/refund_to_card", &fields).await
}

pub async fn desk(site: &TestSite, offering: &str, order: &str) -> String {
    let mut admin = site.sign_in("office@example.org").await;
    let path = format!("/teach/small/admissions/{offering}/orders/{order}");
    admin.get(&path).await.body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_pays_an_order_once_though_its_event_comes_twice() {
    let (site, fake) = site_with_stripe().await;
    let (_, mut asha, id) = ordered(&site, "48.50").await;
    let path = format!("/orders/{id}");
    let page = asha.get(&path).await;
    assert!(page.body.contains("Pay by card"), "{}", page.body);
    let policy = page.header("content-security-policy").to_owned();
    assert!(
        policy.contains("form-action 'self' https://checkout.stripe.com;"),
        "{policy}"
    );
    let sent = pay(&mut asha, &id).await;
    sent.assert_ok();
    let address = "https://checkout.stripe.com/c/pay/cs_test_1";
    assert_eq!(sent.header("x-redirect"), address);
    let fields = fake.last("sessions");
    for (name, value) in [
        ("line_items[0][price_data][unit_amount]", "4850"),
        ("line_items[0][price_data][currency]", "eur"),
        ("client_reference_id", &id),
        ("payment_intent_data[metadata][lyceum_order]", &id),
        ("customer_email", "asha@example.org"),
        ("cancel_url", &format!("http://127.0.0.1:3000{path}")),
    ] {
        assert_eq!(fields.get(name).map(String::as_str), Some(value), "{name}");
    }
    // A second click, and one without JavaScript, lead to the same page.
    let fields = [("order", id.as_str())];
    let plain = asha.submit(&path, "orders/api/pay_by_card", &fields).await;
    assert_eq!(plain.status, StatusCode::SEE_OTHER);
    assert_eq!(plain.header("location"), address);
    assert_eq!(fake.count("sessions"), 1);

    let session = fake.complete(1, true);
    let page = asha.get(&format!("{path}?card=paid")).await.body;
    assert!(page.contains("Your payment is being confirmed. This page shows it within a minute."));
    let event = fake.event(COMPLETED, &session);
    let signature = sign(SIGNING, Utc::now().timestamp(), &event);
    let (first, second) = tokio::join!(
        deliver(&site, &event, &signature),
        deliver(&site, &event, &signature)
    );
    first.assert_ok();
    second.assert_ok();
    // The same news in another event changes nothing either.
    fake.tell(&site, SUCCEEDED, &session).await.assert_ok();
    assert_eq!(site.test.count(RECORDS).await, 1);
    assert_eq!(site.test.count(KEPT).await, 4_850);
    assert_eq!(site.test.text(STATUS).await, "paid");
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    let page = asha.get(&path).await.body;
    assert!(page.contains("This page is your receipt") && page.contains("Stripe pi_1"));
    assert!(!page.contains("Pay by card"));
    let again = pay(&mut asha, &id).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(site.mails().await.last().unwrap().contains("has arrived"));
    let recorded = "select count(*) from audit_logs where action = 'order.paid_by_card'";
    assert_eq!(site.test.count(recorded).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_and_old_events_are_refused_and_strange_ones_are_absorbed() {
    let (site, fake) = site_with_stripe().await;
    let (_, mut asha, id) = ordered(&site, "48").await;
    pay(&mut asha, &id).await.assert_ok();
    let session = fake.complete(1, true);
    let event = fake.event(COMPLETED, &session);
    let now = Utc::now().timestamp();
    for (signature, sentence) in [
        (String::new(), "The signature of this event is not right."),
        (sign("whsec_other", now, &event), "is not right"),
        (sign(SIGNING, now, &format!("{event} ")), "is not right"),
        (
            sign(SIGNING, now - 3_600, &event),
            "more than five minutes ago",
        ),
    ] {
        let refused = deliver(&site, &event, &signature).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{signature}");
        assert!(refused.body.contains(sentence), "{}", refused.body);
        assert!(refused.body.contains("Nothing was changed."));
    }
    let long = format!("{event}{}", " ".repeat(300_000));
    let refused = deliver(&site, &long, &sign(SIGNING, now, &long)).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    let garbage = deliver(&site, "{", &sign(SIGNING, now, "{")).await;
    assert_eq!(garbage.status, StatusCode::BAD_REQUEST);
    // Events about other things, and payments of another site of the same account.
    fake.tell(&site, "customer.created", &json!({ "id": "cus_1" }))
        .await
        .assert_ok();
    let mut strange = session.clone();
    strange["metadata"] = json!({});
    fake.tell(&site, COMPLETED, &strange).await.assert_ok();
    let nobody = "99999999-9999-9999-9999-999999999999";
    strange["metadata"] = json!({ "lyceum_organization": nobody, "lyceum_payment": nobody });
    fake.tell(&site, COMPLETED, &strange).await.assert_ok();
    // Another page than that of the payment.
    let mut other = session.clone();
    other["id"] = "cs_test_other".into();
    fake.tell(&site, COMPLETED, &other).await.assert_ok();
    assert_eq!(site.test.count(RECORDS).await, 0);
    assert_eq!(site.test.text(STATUS).await, "open");
    deliver(&site, &event, &sign(SIGNING, now, &event))
        .await
        .assert_ok();
    assert_eq!(site.test.text(STATUS).await, "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_out_of_order_lose_nothing() {
    let (site, fake) = site_with_stripe().await;
    let (offering, mut asha, id) = ordered(&site, "48").await;
    pay(&mut asha, &id).await.assert_ok();
    let session = fake.complete(1, true);
    let charge = fake.refund(1, 800);
    fake.tell(&site, REFUNDED, &charge).await.assert_ok();
    fake.tell(&site, "checkout.session.expired", &session)
        .await
        .assert_ok();
    assert_eq!(site.test.count(RECORDS).await, 0);
    fake.tell(&site, COMPLETED, &session).await.assert_ok();
    assert_eq!(site.test.count(RECORDS).await, 2);
    assert_eq!(site.test.count(KEPT).await, 4_000);
    // A refund of a later time arrives before one of an earlier time.
    let more = fake.refund(1, 1_000);
    fake.tell(&site, REFUNDED, &more).await.assert_ok();
    fake.tell(&site, REFUNDED, &charge).await.assert_ok();
    fake.tell(&site, "checkout.session.expired", &session)
        .await
        .assert_ok();
    assert_eq!(site.test.count(KEPT).await, 3_000);
    assert_eq!(site.test.count(RECORDS).await, 3);
    let page = desk(&site, &offering, &id).await;
    assert!(
        page.contains("€8") && page.contains("Refund (card)"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_takes_days_is_confirmed_later_or_fails() {
    let (site, fake) = site_with_stripe().await;
    let (_, mut asha, id) = ordered(&site, "48").await;
    let path = format!("/orders/{id}");
    pay(&mut asha, &id).await.assert_ok();
    let session = fake.complete(1, false);
    fake.tell(&site, COMPLETED, &session).await.assert_ok();
    let page = asha.get(&path).await.body;
    assert!(
        page.contains("Your bank is still confirming your payment"),
        "{page}"
    );
    assert!(!page.contains("Pay by card") && !page.contains("Cancel this order"));
    let fields = [("order", id.as_str())];
    for function in ["pay_by_card", "cancel_own_order"] {
        let function = format!("orders/api/{function}");
        let refused = asha.post(&function, &fields).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{function}");
    }
    let failed = "checkout.session.async_payment_failed";
    fake.tell(&site, failed, &session).await.assert_ok();
    assert_eq!(site.test.count(RECORDS).await, 0);
    let again = pay(&mut asha, &id).await;
    assert!(
        again.header("x-redirect").ends_with("cs_test_2"),
        "{}",
        again.body
    );
    let unpaid = fake.complete(2, false);
    let session = fake.complete(2, true);
    fake.tell(&site, SUCCEEDED, &session).await.assert_ok();
    // These come too late.
    fake.tell(&site, COMPLETED, &unpaid).await.assert_ok();
    fake.tell(&site, failed, &unpaid).await.assert_ok();
    assert_eq!(site.test.text(STATUS).await, "paid");
    assert_eq!(site.test.count(KEPT).await, 4_800);
    let last = "select status from card_payments order by created_at desc limit 1";
    assert_eq!(site.test.text(last).await, "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_money_than_was_asked_for_gives_no_seat_and_is_shown_to_admins() {
    for (name, value) in [("amount_total", json!(1)), ("currency", json!("usd"))] {
        let (site, fake) = site_with_stripe().await;
        let (offering, mut asha, id) = ordered(&site, "48").await;
        pay(&mut asha, &id).await.assert_ok();
        let mut session = fake.complete(1, true);
        session[name] = value;
        fake.tell(&site, COMPLETED, &session).await.assert_ok();
        assert_eq!(site.test.text(STATUS).await, "open");
        assert_eq!(site.test.count(RECORDS).await, 0);
        let page = desk(&site, &offering, &id).await;
        assert!(page.contains("is not the amount of this order, so it was not recorded"));
        let page = asha.get(&format!("/orders/{id}")).await.body;
        assert!(page.contains("is not the amount of this order"), "{page}");
        let refused = pay(&mut asha, &id).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        // An admin pays it back in the dashboard, and the buyer pays again.
        let charge = fake.refund(1, 4_800);
        fake.tell(&site, REFUNDED, &charge).await.assert_ok();
        pay(&mut asha, &id).await.assert_ok();
        assert_eq!(site.test.count(RECORDS).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_amount_closes_the_old_page_and_late_money_is_to_be_paid_back() {
    let (site, fake) = site_with_stripe().await;
    let (offering, mut asha, id) = ordered(&site, "48").await;
    pay(&mut asha, &id).await.assert_ok();
    let mut admin = site.sign_in("office@example.org").await;
    let part = [
        ("course", "small"),
        ("offering", offering.as_str()),
        ("order", id.as_str()),
        ("money[records]", "0"),
        ("money[amount]", "8"),
        ("money[method]", "cash"),
    ];
    let recorded = admin.post("desk/api/record_order_payment", &part).await;
    recorded.assert_ok();
    let second = pay(&mut asha, &id).await;
    assert!(
        second.header("x-redirect").ends_with("cs_test_2"),
        "{}",
        second.body
    );
    assert_eq!(fake.session(1)["status"], "expired");
    assert_eq!(fake.session(2)["amount_total"], 4_000);
    // The page of a payment that ends within minutes is not given out again.
    site.test
        .sql("update card_payments set expires_at = now() where status = 'open'")
        .await;
    let third = pay(&mut asha, &id).await;
    assert!(
        third.header("x-redirect").ends_with("cs_test_3"),
        "{}",
        third.body
    );
    // The seat is taken back while the buyer pays.
    let registration = registration_of(&site, "asha@example.org").await;
    let release = [("course", "small"), ("registration", registration.as_str())];
    admin
        .post("review/api/release_seat", &release)
        .await
        .assert_ok();
    decisions_are_told(&site).await;
    let session = fake.complete(3, true);
    fake.tell(&site, COMPLETED, &session).await.assert_ok();
    assert_eq!(site.test.text(STATUS).await, "canceled");
    assert_eq!(site.test.count(KEPT).await, 4_800);
    assert!(
        desk(&site, &offering, &id)
            .await
            .contains("Refund due: €48")
    );
    let locked = asha.get("/learn/small/t").await.status;
    assert_eq!(locked, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canceled_order_closes_its_page() {
    let (site, fake) = site_with_stripe().await;
    let (_, mut asha, id) = ordered(&site, "48").await;
    pay(&mut asha, &id).await.assert_ok();
    let fields = [("order", id.as_str())];
    let cancel = "orders/api/cancel_own_order";
    asha.post(cancel, &fields).await.assert_ok();
    site.mails().await;
    assert_eq!(fake.session(1)["status"], "expired");
    let last = "select status from card_payments order by created_at desc limit 1";
    assert_eq!(site.test.text(last).await, "ended");
    // A buyer who pays at the same moment keeps the right to the money.
    let bo = OfferingBuilder::new("small").field("title", "Autumn");
    let offering = bo.price("48").create(&site).await;
    let mut bo = with_cart(&site, &offering, "bo").await;
    let id = order(&mut bo).await;
    pay(&mut bo, &id).await.assert_ok();
    bo.post(cancel, &[("order", id.as_str())]).await.assert_ok();
    let session = fake.complete(2, true);
    site.mails().await;
    assert_eq!(site.test.text(last).await, "processing");
    fake.tell(&site, COMPLETED, &session).await.assert_ok();
    assert_eq!(site.test.text(STATUS).await, "canceled");
    assert_eq!(site.test.count(KEPT).await, 4_800);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_paid_meanwhile_is_not_replaced() {
    let (site, fake) = site_with_stripe().await;
    let (_, mut asha, id) = ordered(&site, "48").await;
    pay(&mut asha, &id).await.assert_ok();
    fake.complete(1, true);
    site.test
        .sql("update card_payments set expires_at = now()")
        .await;
    let refused = pay(&mut asha, &id).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.body.contains("Your payment is being confirmed."),
        "{}",
        refused.body
    );
    assert_eq!(fake.count("sessions"), 1);
    // Its event was lost: the site asks for the payment itself.
    crate::testing::jobs_are_due(&site, "look_at_payment").await;
    site.mails().await;
    assert_eq!(site.test.text(STATUS).await, "paid");
    assert_eq!(site.test.count(KEPT).await, 4_800);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_charged_while_the_provider_is_down() {
    let (site, fake) = site_with_stripe().await;
    let (_, mut asha, id) = ordered(&site, "48").await;
    let sentence = "Payments by card are not available at the moment. Nothing was charged.";
    for mood in [Mood::Busy, Mood::Broken, Mood::Confused] {
        fake.is(mood);
        let refused = pay(&mut asha, &id).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{mood:?}");
        assert!(refused.body.contains(sentence), "{}", refused.body);
    }
    fake.is(Mood::Well);
    pay(&mut asha, &id).await.assert_ok();
    let open = "select count(*) from card_payments where status = 'open'";
    assert_eq!(site.test.count(open).await, 1);

    // Without the settings, the site works as before.
    let plain = site_with_course().await;
    let (_, mut asha, id) = ordered(&plain, "48").await;
    let page = asha.get(&format!("/orders/{id}")).await;
    assert!(!page.body.contains("Pay by card"));
    assert!(!page.header("content-security-policy").contains("stripe"));
    let refused = pay(&mut asha, &id).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains(sentence), "{}", refused.body);
    let hook = deliver(&plain, "{}", "").await;
    assert_eq!(hook.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn currencies_without_cents_are_charged_in_whole_units() {
    let (site, fake) = site_with_stripe().await;
    let offering = OfferingBuilder::new("small").price("4800");
    let offering = offering.field("currency", "JPY").create(&site).await;
    let mut asha = with_cart(&site, &offering, "asha").await;
    let id = order(&mut asha).await;
    paid(&site, &fake, &mut asha, &id).await;
    assert_eq!(fake.session(1)["amount_total"], 4_800);
    assert_eq!(fake.session(1)["currency"], "jpy");
    assert_eq!(site.test.count(KEPT).await, 480_000);
    let part = refund(&site, (&offering, &id), ("1", "8.50"), false).await;
    assert_eq!(part.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        part.body.contains("JPY has no smaller unit"),
        "{}",
        part.body
    );
    let charge = fake.refund(1, 800);
    fake.tell(&site, REFUNDED, &charge).await.assert_ok();
    assert_eq!(site.test.count(KEPT).await, 400_000);
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secrets_of_the_provider_are_not_logged() {
    let (site, fake) = site_with_stripe().await;
    let (_, mut asha, id) = ordered(&site, "48").await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let logging = tracing::subscriber::set_default(subscriber);
    tracing::info!(stripe = ?site.state.config.stripe, "the settings");
    fake.is(Mood::Broken);
    assert_eq!(pay(&mut asha, &id).await.status, StatusCode::CONFLICT);
    fake.is(Mood::Well);
    pay(&mut asha, &id).await.assert_ok();
    let session = fake.complete(1, true);
    deliver(&site, "{}", "t=1,v1=00").await;
    fake.tell(&site, COMPLETED, &session).await.assert_ok();
    drop(logging);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("Stripe refused a request"), "{log}");
    for secret in [super::fake_stripe::KEY, SIGNING] {
        assert!(!log.contains(secret), "{log}");
    }
}
