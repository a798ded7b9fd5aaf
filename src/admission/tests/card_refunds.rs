//! Tests of refunds to the card, and of servers that stop in the middle of one.

use axum::http::StatusCode;

use super::card_payments::{KEPT, RECORDS, REFUNDED, STATUS, desk, ordered, paid, refund};
use super::fake_stripe::{Mood, site_with_stripe};
use super::status_of;
use crate::platform::auth::UserRole;
use crate::testing::{OfferingBuilder, apply_for, jobs_are_due};

const ASKED: &str = "select count(*) from card_refunds where status = 'asked'";

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_paid_back_to_its_card_once() {
    let (site, fake) = site_with_stripe().await;
    let (offering, mut asha, id) = ordered(&site, "48").await;
    let whole = (offering.as_str(), id.as_str());
    let early = refund(&site, whole, ("0", "48"), false).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    paid(&site, &fake, &mut asha, &id).await;
    let page = desk(&site, &offering, &id).await;
    assert!(
        page.contains("Up to €48 can be paid back to the card"),
        "{page}"
    );
    let much = refund(&site, whole, ("1", "49"), false).await;
    assert_eq!(much.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        much.body.contains("At most €48 can be paid back"),
        "{}",
        much.body
    );
    let wrong = refund(&site, whole, ("1", "some"), false).await;
    assert!(wrong.body.contains("Enter an amount"), "{}", wrong.body);
    refund(&site, whole, ("1", "8"), false).await.assert_ok();
    let again = refund(&site, whole, ("1", "8"), false).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(fake.count("refunds"), 1);
    let fields = fake.last("refunds");
    assert_eq!(
        (&*fields["payment_intent"], &*fields["amount"]),
        ("pi_1", "800")
    );
    assert_eq!(site.test.count(KEPT).await, 4_000);
    // The event of this refund, and the job, change nothing.
    let charge = fake.charge(1);
    fake.tell(&site, REFUNDED, &charge).await.assert_ok();
    jobs_are_due(&site, "finish_refund").await;
    site.mails().await;
    assert_eq!(site.test.count(RECORDS).await, 2);
    // The rest is paid back in the dashboard.
    let charge = fake.refund(1, 4_000);
    fake.tell(&site, REFUNDED, &charge).await.assert_ok();
    fake.tell(&site, REFUNDED, &charge).await.assert_ok();
    assert_eq!(site.test.count(RECORDS).await, 3);
    assert_eq!(site.test.count(KEPT).await, 0);
    assert_eq!(site.test.text(STATUS).await, "refunded");
    assert!(
        site.mails()
            .await
            .last()
            .unwrap()
            .contains("has paid back €40")
    );
    let page = desk(&site, &offering, &id).await;
    assert!(!page.contains("Refund to the card"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_to_the_card_frees_the_seats() {
    let (site, fake) = site_with_stripe().await;
    let offering = OfferingBuilder::new("small").price("48").seats(1);
    let offering = offering.create(&site).await;
    let mut asha = super::orders::with_cart(&site, &offering, "asha").await;
    let mut bo = site.signed_in("bo@example.org", UserRole::Learner).await;
    apply_for(&mut bo, &offering, "", "Bo").await;
    let id = super::orders::order(&mut asha).await;
    paid(&site, &fake, &mut asha, &id).await;
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    refund(&site, (&offering, &id), ("1", "48"), true)
        .await
        .assert_ok();
    let locked = asha.get("/learn/small/t").await.status;
    assert_eq!(locked, StatusCode::FORBIDDEN);
    assert_eq!(status_of(&site, "bo@example.org").await, "offered");
    let recorded = "select count(*) from audit_logs where action = 'order.refunded' and actor_user_id is not null";
    assert_eq!(site.test.count(recorded).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_fails_changes_nothing_and_says_so() {
    let (site, fake) = site_with_stripe().await;
    let (offering, mut asha, id) = ordered(&site, "48").await;
    let whole = (offering.as_str(), id.as_str());
    paid(&site, &fake, &mut asha, &id).await;
    fake.is(Mood::Busy);
    let down = refund(&site, whole, ("1", "48"), true).await;
    assert_eq!(down.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        down.body
            .contains("not available at the moment. Nothing was paid back.")
    );
    fake.is(Mood::Well);
    // Stripe knows of a refund whose event has not arrived.
    fake.refund(1, 1_000);
    let refused = refund(&site, whole, ("1", "48"), true).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .body
            .contains("Nothing was paid back. Stripe refused the refund: Refund amount is greater"),
        "{}",
        refused.body
    );
    assert_eq!(site.test.count(RECORDS).await, 1);
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    refund(&site, whole, ("1", "38"), false).await.assert_ok();
    assert_eq!(site.test.count(KEPT).await, 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_without_a_clear_answer_is_tried_again_and_recorded_once() {
    let (site, fake) = site_with_stripe().await;
    let (offering, mut asha, id) = ordered(&site, "48").await;
    let whole = (offering.as_str(), id.as_str());
    paid(&site, &fake, &mut asha, &id).await;
    // Stripe pays the money back, and its answer is lost.
    fake.is(Mood::Confused);
    let unclear = refund(&site, whole, ("1", "8"), false).await;
    assert_eq!(unclear.status, StatusCode::CONFLICT);
    assert!(
        unclear.body.contains("is not confirmed yet"),
        "{}",
        unclear.body
    );
    assert_eq!(site.test.count(RECORDS).await, 1);
    let page = desk(&site, &offering, &id).await;
    assert!(
        page.contains("A refund of €8 to the card is not confirmed yet."),
        "{page}"
    );
    let second = refund(&site, whole, ("1", "40"), false).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    fake.is(Mood::Well);
    jobs_are_due(&site, "finish_refund").await;
    site.mails().await;
    assert_eq!(site.test.count(KEPT).await, 4_000);
    assert_eq!(fake.count("refunds"), 1);
    let charge = fake.charge(1);
    fake.tell(&site, REFUNDED, &charge).await.assert_ok();
    assert_eq!(site.test.count(RECORDS).await, 2);

    // This time the event arrives before the job runs.
    fake.is(Mood::Confused);
    let unclear = refund(&site, whole, ("2", "40"), true).await;
    assert_eq!(unclear.status, StatusCode::CONFLICT);
    let charge = fake.charge(1);
    fake.tell(&site, REFUNDED, &charge).await.assert_ok();
    assert_eq!(site.test.count(ASKED).await, 0);
    assert_eq!(site.test.count(KEPT).await, 0);
    assert_eq!(site.test.text(STATUS).await, "refunded");
    let locked = asha.get("/learn/small/t").await.status;
    assert_eq!(locked, StatusCode::FORBIDDEN);
    fake.is(Mood::Well);
    jobs_are_due(&site, "finish_refund").await;
    site.mails().await;
    assert_eq!(site.test.count(RECORDS).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_is_never_confirmed_is_given_up() {
    let (site, fake) = site_with_stripe().await;
    let (offering, mut asha, id) = ordered(&site, "48").await;
    paid(&site, &fake, &mut asha, &id).await;
    fake.is(Mood::Broken);
    let unclear = refund(&site, (&offering, &id), ("1", "48"), true).await;
    assert_eq!(unclear.status, StatusCode::CONFLICT);
    fake.is(Mood::Well);
    site.test
        .sql("update card_refunds set created_at = now() - interval '1 day'")
        .await;
    jobs_are_due(&site, "finish_refund").await;
    site.mails().await;
    assert_eq!(site.test.count(ASKED).await, 0);
    assert_eq!(fake.count("refunds"), 0);
    assert_eq!(site.test.count(KEPT).await, 4_800);
    refund(&site, (&offering, &id), ("1", "48"), true)
        .await
        .assert_ok();
    assert_eq!(site.test.count(KEPT).await, 0);
}
