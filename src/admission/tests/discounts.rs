//! Tests of discount codes.

use axum::http::StatusCode;
use futures::future::join_all;

use super::orders::{order, seen, with_cart};
use super::site_with_course;
use crate::testing::OfferingBuilder;
use crate::testing::site::{Browser, TestAnswer, TestSite};

/// Adds a code with these fields through an admin.
async fn add_code(site: &TestSite, fields: &[(&str, &str)]) -> TestAnswer {
    let mut admin = site.sign_in("office@example.org").await;
    let named: Vec<(String, &str)> = fields
        .iter()
        .map(|(name, value)| (format!("discount[{name}]"), *value))
        .collect();
    let mut all = vec![("course", "small")];
    all.extend(named.iter().map(|(name, value)| (name.as_str(), *value)));
    admin.post("desk/api/add_discount_code", &all).await
}

async fn enter(person: &mut Browser<'_>, code: &str) -> TestAnswer {
    let fields = [("voucher", code)];
    person.post("orders/api/enter_code", &fields).await
}

const USES: &str = "select uses from discount_codes";

#[tokio::test(flavor = "multi_thread")]
async fn a_percentage_lowers_the_price_and_a_canceled_order_gives_its_use_back() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48");
    let offering = offering.create(&site).await;
    let code = [
        ("voucher", "early-bird"),
        ("kind", "percent"),
        ("value", "25 %"),
        ("most", "1"),
    ];
    add_code(&site, &code).await.assert_ok();
    let again = add_code(&site, &code).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut asha = with_cart(&site, &offering, "asha").await;
    let before = seen(&mut asha).await;
    enter(&mut asha, "Early Bird").await.assert_ok();
    let page = asha.get("/cart").await.body;
    assert!(page.contains("EARLYBIRD") && page.contains("€36"), "{page}");
    // The total has changed since the page without the code was loaded.
    let fields = [("name", "Asha"), ("seen", before.as_str())];
    let stale = asha.post("orders/api/place_order", &fields).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.test.count(USES).await, 0);
    let id = order(&mut asha).await;
    let page = asha.get(&format!("/orders/{id}")).await.body;
    assert!(page.contains("To pay: €36"), "{page}");
    assert_eq!(site.test.count(USES).await, 1);
    let mut bo = with_cart(&site, &offering, "bo").await;
    let used = enter(&mut bo, "EARLYBIRD").await;
    assert!(used.body.contains("as often as it can be"), "{}", used.body);
    let cancel = [("order", id.as_str())];
    let canceled = asha.post("orders/api/cancel_own_order", &cancel).await;
    canceled.assert_ok();
    assert_eq!(site.test.count(USES).await, 0);
    enter(&mut bo, "EARLYBIRD").await.assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_seat_is_let_in_without_a_payment() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48");
    let offering = offering.create(&site).await;
    let code = [
        ("voucher", "GUEST"),
        ("kind", "free_seat"),
        ("scope", offering.as_str()),
    ];
    add_code(&site, &code).await.assert_ok();
    let mut asha = with_cart(&site, &offering, "asha").await;
    enter(&mut asha, "guest").await.assert_ok();
    order(&mut asha).await;
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    let none = "select count(*) from order_payments";
    assert_eq!(site.test.count(none).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_not_used_more_often_than_it_may_be_by_people_at_once() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48");
    let offering = offering.create(&site).await;
    let code = [
        ("voucher", "TWO"),
        ("kind", "amount"),
        ("value", "10"),
        ("currency", "eur"),
        ("most", "2"),
    ];
    add_code(&site, &code).await.assert_ok();
    let mut people = Vec::new();
    for name in ["ana", "ben", "cleo", "dan", "eva", "finn"] {
        let mut person = with_cart(&site, &offering, name).await;
        enter(&mut person, "TWO").await.assert_ok();
        let seen = seen(&mut person).await;
        people.push((person, seen));
    }
    let placed = people.iter_mut().map(async |(person, seen)| {
        let fields = [("name", "X"), ("seen", seen.as_str())];
        person.post("orders/api/place_order", &fields).await.status
    });
    let placed = join_all(placed).await;
    let count = |status| placed.iter().filter(|placed| **placed == status).count();
    assert_eq!(count(StatusCode::OK), 2, "{placed:?}");
    assert_eq!(count(StatusCode::UNPROCESSABLE_ENTITY), 4, "{placed:?}");
    assert_eq!(site.test.count(USES).await, 2);
    let more = "update discount_codes set uses = 3";
    assert!(site.test.refuses(more).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_does_not_fit_is_refused_with_a_sentence() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48");
    let offering = offering.create(&site).await;
    let other = OfferingBuilder::new("small")
        .field("title", "Autumn")
        .price("60");
    let other = other.create(&site).await;
    let wrong = add_code(
        &site,
        &[("voucher", "x"), ("value", "0"), ("until", "soon")],
    )
    .await;
    for sentence in ["Use 3 to 24 letters", "Choose a kind.", "Enter a date."] {
        assert!(wrong.body.contains(sentence), "{}", wrong.body);
    }
    let past = [
        ("voucher", "PAST"),
        ("kind", "free_seat"),
        ("until", "2020-01-01"),
    ];
    add_code(&site, &past).await.assert_ok();
    let elsewhere = [
        ("voucher", "AUTUMN"),
        ("kind", "percent"),
        ("value", "10"),
        ("scope", other.as_str()),
    ];
    add_code(&site, &elsewhere).await.assert_ok();
    let mut asha = with_cart(&site, &offering, "asha").await;
    for (code, sentence) in [
        ("PAST", "no longer valid"),
        ("AUTUMN", "does not fit the seats"),
        ("NOTHING", "There is no such code."),
        ("", "There is no such code."),
    ] {
        let answer = enter(&mut asha, code).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(sentence), "{code}: {}", answer.body);
    }
    // A code that an admin stops can't be used by those who have entered it.
    let open = [("voucher", "OPEN"), ("kind", "percent"), ("value", "10")];
    add_code(&site, &open).await.assert_ok();
    enter(&mut asha, "OPEN").await.assert_ok();
    site.test
        .sql("update discount_codes set is_active = false")
        .await;
    let page = asha.get("/cart").await.body;
    assert!(page.contains("This code is no longer valid."), "{page}");
    let seen = seen(&mut asha).await;
    let fields = [("name", "Asha"), ("seen", seen.as_str())];
    let refused = asha.post("orders/api/place_order", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let drop = asha.post("orders/api/remove_code", &[]).await;
    drop.assert_ok();
    order(&mut asha).await;
}
