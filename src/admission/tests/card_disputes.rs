//! Tests of disputes of payments by card, and of events that arrive at another organization.

use chrono::Utc;
use serde_json::json;

use super::card_payments::{COMPLETED, STATUS, desk, ordered, paid, pay};
use super::fake_stripe::{SIGNING, deliver_to, site_with_stripe};
use crate::admission::orders::server::webhook::rules::sign;

#[tokio::test(flavor = "multi_thread")]
async fn admins_see_a_dispute_and_its_outcome_in_any_order() {
    let (site, fake) = site_with_stripe().await;
    let (offering, mut asha, id) = ordered(&site, "48").await;
    paid(&site, &fake, &mut asha, &id).await;
    let dispute = |name: &str, status: &str| {
        json!({
            "id": name, "object": "dispute", "amount": 4_800, "currency": "eur", "charge": "ch_1",
            "payment_intent": "pi_1", "reason": "product_not_received", "status": status,
            "evidence_details": { "due_by": 1_900_000_000 }, "metadata": {},
        })
    };
    let (created, closed) = ("charge.dispute.created", "charge.dispute.closed");
    let open = dispute("dp_1", "needs_response");
    fake.tell(&site, created, &open).await.assert_ok();
    let mut admin = site.sign_in("office@example.org").await;
    let page = admin.get("/notifications").await.body;
    assert!(page.contains("News of a disputed payment"), "{page}");
    let page = desk(&site, &offering, &id).await;
    assert!(page.contains("disputes €48"), "{page}");
    assert!(page.contains("product not received") && page.contains("17 March 2030"));
    let unread =
        "select count(*) from notifications where read_at is null and subject like '%/dispute'";
    assert_eq!(site.test.count(unread).await, 0);
    // The order itself stays as it is, and its buyer sees nothing of it.
    let page = asha.get(&format!("/orders/{id}")).await.body;
    assert!(page.contains("This page is your receipt") && !page.contains("dispute"));
    let lost = dispute("dp_1", "lost");
    fake.tell(&site, closed, &lost).await.assert_ok();
    fake.tell(&site, created, &open).await.assert_ok();
    let page = desk(&site, &offering, &id).await;
    assert!(page.contains("was lost") && !page.contains("disputes €48"));
    // The end of a dispute may be told before its beginning.
    let won = dispute("dp_2", "won");
    fake.tell(&site, closed, &won).await.assert_ok();
    let again = dispute("dp_2", "needs_response");
    fake.tell(&site, created, &again).await.assert_ok();
    let page = desk(&site, &offering, &id).await;
    assert!(page.contains("was won") && !page.contains("disputes €48"));
    assert_eq!(
        site.test.count("select count(*) from card_disputes").await,
        2
    );
    assert_eq!(site.test.text(STATUS).await, "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_at_the_address_of_another_organization_finds_its_payment() {
    let (site, fake) = site_with_stripe().await;
    let host = "theirs.example";
    site.test.other_organization("theirs", host).await;
    let (offering, mut asha, id) = ordered(&site, "48").await;
    pay(&mut asha, &id).await.assert_ok();
    let session = fake.complete(1, true);
    let tell = async |kind: &str, object: &serde_json::Value| {
        let event = fake.event(kind, object);
        let signature = sign(SIGNING, Utc::now().timestamp(), &event);
        for _ in 0..2 {
            deliver_to(&site, host, &event, &signature)
                .await
                .assert_ok();
        }
    };
    // The payment names its organization in the metadata, a dispute does not.
    tell(COMPLETED, &session).await;
    assert_eq!(site.test.text(STATUS).await, "paid");
    let dispute = json!({
        "id": "dp_1", "object": "dispute", "amount": 4_800, "currency": "eur", "charge": "ch_1",
        "payment_intent": "pi_1", "reason": "fraudulent", "status": "needs_response", "metadata": {},
    });
    tell("charge.dispute.created", &dispute).await;
    let page = desk(&site, &offering, &id).await;
    assert!(page.contains("disputes €48"), "{page}");
    let mut unknown = dispute;
    unknown["payment_intent"] = json!("pi_unknown");
    tell("charge.dispute.created", &unknown).await;
    let kept = "select count(*) from card_events";
    assert_eq!(site.test.count(kept).await, 2);
    assert_eq!(
        site.test.count("select count(*) from card_disputes").await,
        1
    );
}
