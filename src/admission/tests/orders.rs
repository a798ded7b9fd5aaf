//! Tests of carts, orders, payments and refunds.

use axum::http::StatusCode;

use super::{decisions_are_told, payments_are_told, registration_of, site_with_course, status_of};
use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite};
use crate::testing::{CourseBuilder, OfferingBuilder, apply_for};

/// A person with an unpaid seat in the offering, who has put it into the cart.
pub async fn with_cart<'a>(site: &'a TestSite, offering: &str, name: &str) -> Browser<'a> {
    let email = format!("{name}@example.org");
    let mut person = site.signed_in(&email, UserRole::Learner).await;
    apply_for(&mut person, offering, "", name).await;
    let add = [("offering", offering)];
    let answer = person.post("orders/api/add_to_cart", &add).await;
    answer.assert_ok();
    assert_eq!(answer.header("x-redirect"), "/cart");
    person
}

/// The prices that the cart's page holds.
pub async fn seen(person: &mut Browser<'_>) -> String {
    let page = person.get("/cart").await.body;
    let (_, rest) = page.split_once("name=\"seen\"").expect("a filled cart");
    let (_, rest) = rest.split_once("value=\"").expect("a value");
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// Places an order for the cart, and returns its id.
pub async fn order(person: &mut Browser<'_>) -> String {
    let seen = seen(person).await;
    let fields = [
        ("name", "Asha Kulkarni"),
        ("address", "1 High Street"),
        ("seen", seen.as_str()),
    ];
    let answer = person.post("orders/api/place_order", &fields).await;
    answer.assert_ok();
    let path = answer.header("x-redirect").to_owned();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Records money for an order, or its refund, as the page with `records` entries sends it.
pub async fn money(
    admin: &mut Browser<'_>,
    function: &str,
    offering: &str,
    order: &str,
    (records, amount): (&str, &str),
    frees: bool,
) -> StatusCode {
    let mut fields = vec![
        ("course", "small"),
        ("offering", offering),
        ("order", order),
        ("money[records]", records),
        ("money[amount]", amount),
        ("money[method]", "bank_transfer"),
        ("money[reference]", "RF 18"),
    ];
    fields.extend(frees.then_some(("money[frees]", "true")));
    let function = format!("desk/api/{function}");
    admin.post(&function, &fields).await.status
}

pub const PAY: &str = "record_order_payment";
pub const REFUND: &str = "refund_order";

pub async fn order_status(site: &TestSite) -> String {
    site.test
        .text("select status from orders order by number desc limit 1")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_is_ordered_paid_by_transfer_and_studied() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48.50");
    let offering = offering.create(&site).await;
    let mut admin = site.sign_in("office@example.org").await;
    let words = [("course", "small"), ("instructions", "IBAN DE00 1234")];
    let saved = admin.post("desk/api/save_payment_settings", &words).await;
    saved.assert_ok();

    let mut asha = with_cart(&site, &offering, "asha").await;
    let page = asha.get("/cart").await.body;
    assert!(
        page.contains("A small course") && page.contains("€48.50"),
        "{page}"
    );
    let id = order(&mut asha).await;
    let page = asha.get(&format!("/orders/{id}")).await.body;
    assert!(
        page.contains("To pay: €48.50") && page.contains("IBAN DE00 1234"),
        "{page}"
    );
    assert!(page.contains("1 High Street"));
    let page = asha.get(&format!("/apply/{offering}")).await.body;
    assert!(page.contains(&format!("/orders/{id}")), "{page}");
    let mails = site.mails().await;
    let mail = mails.last().unwrap();
    assert!(
        mail.contains("Please pay €48.50.") && mail.contains("IBAN DE00 1234"),
        "{mail}"
    );
    let locked = asha.get("/learn/small/t").await.status;
    assert_eq!(locked, StatusCode::FORBIDDEN);

    let list = format!("/teach/small/admissions/{offering}/orders");
    let page = admin.get(&list).await.body;
    assert!(
        page.contains("Order 1") && page.contains("Awaiting payment"),
        "{page}"
    );
    // A part of the price does not let anyone in, and a second click records nothing.
    let part = money(&mut admin, PAY, &offering, &id, ("0", "8.50"), false).await;
    assert_eq!(part, StatusCode::OK);
    let again = money(&mut admin, PAY, &offering, &id, ("0", "8.50"), false).await;
    assert_eq!(again, StatusCode::CONFLICT);
    assert_eq!(order_status(&site).await, "open");
    let page = asha.get(&format!("/orders/{id}")).await.body;
    assert!(page.contains("To pay: €40"), "{page}");
    let cancel = [("order", id.as_str())];
    let canceled = asha.post("orders/api/cancel_own_order", &cancel).await;
    assert_eq!(canceled.status, StatusCode::CONFLICT);
    let rest = money(&mut admin, PAY, &offering, &id, ("1", "40"), false).await;
    assert_eq!(rest, StatusCode::OK);
    assert_eq!(order_status(&site).await, "paid");
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    let page = asha.get(&format!("/orders/{id}")).await.body;
    assert!(page.contains("This page is your receipt") && page.contains("RF 18"));
    let mails = payments_are_told(&site).await;
    assert!(mails.last().unwrap().contains("has arrived"));
    let own = asha.get("/orders").await.body;
    assert!(own.contains("Order 1") && own.contains("€48.50"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_price_is_read_again_and_a_second_click_orders_nothing() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48");
    let id = offering.create(&site).await;
    let mut asha = with_cart(&site, &id, "asha").await;
    let old = seen(&mut asha).await;
    site.test
        .sql("update course_offerings set price_cents = 5000")
        .await;
    let mut fields = vec![("name", "Asha"), ("seen", old.as_str())];
    let refused = asha.post("orders/api/place_order", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("price has changed"),
        "{}",
        refused.body
    );
    assert_eq!(site.test.count("select count(*) from orders").await, 0);
    let now = seen(&mut asha).await;
    fields[1].1 = &now;
    let mut tab = asha.tab();
    let (first, second) = tokio::join!(
        asha.post("orders/api/place_order", &fields),
        tab.post("orders/api/place_order", &fields)
    );
    first.assert_ok();
    second.assert_ok();
    assert_eq!(first.header("x-redirect"), second.header("x-redirect"));
    assert_eq!(site.test.count("select count(*) from orders").await, 1);
    let price = "select price_cents from order_lines";
    assert_eq!(site.test.count(price).await, 5_000);
    // The seat is in an order now, so it can't be put into the cart again.
    let add = [("offering", id.as_str())];
    let again = asha.post("orders/api/add_to_cart", &add).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(
        again.body.contains("your order 1 already"),
        "{}",
        again.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_a_lost_seat_is_kept_and_shown_as_to_be_refunded() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48").seats(1);
    let offering = offering.create(&site).await;
    let mut asha = with_cart(&site, &offering, "asha").await;
    let mut bo = site.signed_in("bo@example.org", UserRole::Learner).await;
    apply_for(&mut bo, &offering, "", "Bo").await;
    assert_eq!(status_of(&site, "bo@example.org").await, "waitlisted");
    let id = order(&mut asha).await;
    let mut admin = site.sign_in("office@example.org").await;
    let registration = registration_of(&site, "asha@example.org").await;
    let release = [("course", "small"), ("registration", registration.as_str())];
    let released = admin.post("review/api/release_seat", &release).await;
    released.assert_ok();
    decisions_are_told(&site).await;
    assert_eq!(order_status(&site).await, "canceled");
    assert_eq!(status_of(&site, "bo@example.org").await, "offered");
    // The transfer was on its way.
    let late = money(&mut admin, PAY, &offering, &id, ("0", "48"), false).await;
    assert_eq!(late, StatusCode::OK);
    assert_eq!(order_status(&site).await, "canceled");
    assert_eq!(status_of(&site, "bo@example.org").await, "offered");
    let list = format!("/teach/small/admissions/{offering}/orders?show=refund");
    let page = admin.get(&list).await.body;
    assert!(page.contains("Refund due: €48"), "{page}");
    assert_eq!(
        asha.get("/learn/small/t").await.status,
        StatusCode::FORBIDDEN
    );
    let much = money(&mut admin, REFUND, &offering, &id, ("1", "49"), false).await;
    assert_eq!(much, StatusCode::UNPROCESSABLE_ENTITY);
    let back = money(&mut admin, REFUND, &offering, &id, ("1", "48"), false).await;
    assert_eq!(back, StatusCode::OK);
    assert_eq!(order_status(&site).await, "refunded");
    let mails = payments_are_told(&site).await;
    assert!(mails.last().unwrap().contains("has paid back €48"));
    let kept = "select count(*) from order_payments";
    assert_eq!(site.test.count(kept).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_frees_the_seats_of_a_paid_order() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48").seats(1);
    let offering = offering.create(&site).await;
    let mut asha = with_cart(&site, &offering, "asha").await;
    let mut bo = site.signed_in("bo@example.org", UserRole::Learner).await;
    apply_for(&mut bo, &offering, "", "Bo").await;
    let id = order(&mut asha).await;
    let mut admin = site.sign_in("office@example.org").await;
    let paid = money(&mut admin, PAY, &offering, &id, ("0", "48"), false).await;
    assert_eq!(paid, StatusCode::OK);
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    let back = money(&mut admin, REFUND, &offering, &id, ("1", "48"), true).await;
    assert_eq!(back, StatusCode::OK);
    assert_eq!(order_status(&site).await, "refunded");
    payments_are_told(&site).await;
    assert_eq!(
        asha.get("/learn/small/t").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(status_of(&site, "bo@example.org").await, "offered");
    // Nobody deletes or changes what was recorded.
    let change = "update order_payments set amount_cents = 1";
    assert!(site.test.refuses(change).await);
    let removal = "delete from order_payments";
    assert!(site.test.refuses(removal).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_holds_seats_of_several_courses_and_one_order_pays_them() {
    let site = site_with_course().await;
    let second = CourseBuilder::new("second").title("A second course");
    let second = second.price(20, "EUR").module("M").topic("u");
    second.import(&site).await;
    let small = OfferingBuilder::new("small").price("48");
    let small = small.create(&site).await;
    let other = OfferingBuilder::new("second").price("20");
    let other = other.create(&site).await;
    let mut asha = with_cart(&site, &small, "asha").await;
    apply_for(&mut asha, &other, "", "Asha").await;
    let add = [("offering", other.as_str())];
    asha.post("orders/api/add_to_cart", &add).await.assert_ok();
    let page = asha.get("/cart").await.body;
    assert!(page.contains("€68"), "{page}");
    let id = order(&mut asha).await;
    let mut admin = site.sign_in("office@example.org").await;
    // The desk of each offering shows the whole order.
    let page = format!("/teach/second/admissions/{other}/orders/{id}");
    assert!(admin.get(&page).await.body.contains("€68"));
    // One seat is given up: what was received covers the other.
    let part = money(&mut admin, PAY, &small, &id, ("0", "48"), false).await;
    assert_eq!(part, StatusCode::OK);
    let leave = [("offering", other.as_str())];
    let left = asha.post("apply/api/withdraw_application", &leave).await;
    left.assert_ok();
    site.mails().await;
    assert_eq!(order_status(&site).await, "paid");
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    assert_eq!(
        asha.get("/learn/second/u").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_orders_a_seat_that_is_not_theirs() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48").reviewed();
    let offering = offering.create(&site).await;
    let mut bo = site.signed_in("bo@example.org", UserRole::Learner).await;
    apply_for(&mut bo, &offering, "", "Bo").await;
    // The application is not accepted.
    let add = [("offering", offering.as_str())];
    let refused = bo.post("orders/api/add_to_cart", &add).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let fields = [("name", ""), ("address", "x")];
    let refused = bo.post("orders/api/place_order", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("name", "Bo")];
    let empty = bo.post("orders/api/place_order", &fields).await;
    assert_eq!(empty.status, StatusCode::CONFLICT);
    assert!(empty.body.contains("Your cart is empty."));
    let page = bo.get("/cart").await.body;
    assert!(page.contains("Your cart is empty"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_frees_a_seat_that_is_being_freed_already_and_its_payment_with_it() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48").seats(1);
    let offering = offering.create(&site).await;
    let mut asha = with_cart(&site, &offering, "asha").await;
    let mut bo = site.signed_in("bo@example.org", UserRole::Learner).await;
    apply_for(&mut bo, &offering, "", "Bo").await;
    let id = order(&mut asha).await;
    let mut admin = site.sign_in("office@example.org").await;
    let paid = money(&mut admin, PAY, &offering, &id, ("0", "48"), false).await;
    assert_eq!(paid, StatusCode::OK);
    let registration = registration_of(&site, "asha@example.org").await;
    let one = [("course", "small"), ("registration", registration.as_str())];
    admin
        .post("review/api/release_seat", &one)
        .await
        .assert_ok();
    let back = money(&mut admin, REFUND, &offering, &id, ("1", "48"), true).await;
    assert_eq!(back, StatusCode::OK);
    payments_are_told(&site).await;
    let undo = admin.post("review/api/undo_decision", &one).await;
    assert_eq!(undo.status, StatusCode::CONFLICT);
    let mails = decisions_are_told(&site).await;
    let told = |words: &str| {
        let to_asha = mails.iter().filter(|mail| mail.starts_with("To: asha@"));
        to_asha.filter(|mail| mail.contains(words)).count()
    };
    assert_eq!((told("was given up"), told("has paid back €48")), (1, 1));
    assert_eq!(status_of(&site, "asha@example.org").await, "withdrawn");
    assert_eq!(status_of(&site, "bo@example.org").await, "offered");
    let still_paid = "select count(*) from registrations where paid_at is not null";
    assert_eq!(site.test.count(still_paid).await, 0);

    // Bo declines. A new seat has a price again.
    let decline = [("offering", offering.as_str()), ("accept", "false")];
    bo.post("apply/api/answer_offer", &decline)
        .await
        .assert_ok();
    apply_for(&mut asha, &offering, "", "Asha").await;
    assert_eq!(status_of(&site, "asha@example.org").await, "accepted");
    assert_eq!(
        asha.get("/learn/small/t").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_seat_is_unpaid_although_no_order_holds_it() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48");
    let offering = offering.create(&site).await;
    let mut asha = with_cart(&site, &offering, "asha").await;
    let id = order(&mut asha).await;
    let mut admin = site.sign_in("office@example.org").await;
    let paid = money(&mut admin, PAY, &offering, &id, ("0", "48"), false).await;
    assert_eq!(paid, StatusCode::OK);
    site.test
        .sql("update order_lines set is_live = false")
        .await;
    let registration = registration_of(&site, "asha@example.org").await;
    let one = [("course", "small"), ("registration", registration.as_str())];
    admin
        .post("review/api/release_seat", &one)
        .await
        .assert_ok();
    decisions_are_told(&site).await;
    apply_for(&mut asha, &offering, "", "Asha").await;
    assert_eq!(status_of(&site, "asha@example.org").await, "accepted");
    assert_eq!(
        asha.get("/learn/small/t").await.status,
        StatusCode::FORBIDDEN
    );
}
