//! Offers of seats, payments and refunds are undone before anybody is told.

use axum::http::StatusCode;

use super::orders::{PAY, REFUND, money, order, order_status, with_cart};
use super::{
    decide, decisions_are_told, payments_are_told, registration_of, site_with_course, status_of,
};
use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestSite};
use crate::testing::{CohortBuilder, OfferingBuilder, apply_for};

/// Undoes the newest payment or refund of the order.
async fn undo_money(
    site: &TestSite,
    admin: &mut Browser<'_>,
    offering: &str,
    order: &str,
) -> StatusCode {
    let newest = "select payment_id from order_payments order by recorded_at desc limit 1";
    let payment = site.test.text(newest).await;
    let fields = [
        ("course", "small"),
        ("offering", offering),
        ("order", order),
        ("payment", payment.as_str()),
    ];
    let undone = admin.post("desk/api/undo_order_money", &fields).await;
    undone.status
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_to_the_waitlist_is_undone_before_its_mail_leaves() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").reviewed().seats(1);
    let offering = offering.create(&site).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    apply_for(&mut asha, &offering, "", "Asha").await;
    let mut admin = site.sign_in("office@example.org").await;
    let email = "asha@example.org";
    decide(&site, &mut admin, &offering, "waitlist", &[email])
        .await
        .assert_ok();
    let before = decisions_are_told(&site).await.len();
    let offer = [("course", "small"), ("offering", offering.as_str())];
    let offered = admin.post("review/api/offer_seats", &offer).await;
    offered.assert_ok();
    assert_eq!(status_of(&site, email).await, "offered");
    let path = offered.header("x-redirect").to_owned();
    let page = admin.get(&path).await.body;
    let said = "1 seat offered. The mail leaves in ten minutes.";
    assert!(page.contains(said), "{page}");
    // Nobody knows of it yet.
    let page = asha.get("/courses/small").await.body;
    assert!(page.contains("On the waitlist"), "{page}");
    let accept = [("offering", offering.as_str()), ("accept", "true")];
    let early = asha.post("apply/api/answer_offer", &accept).await;
    assert_eq!(early.status, StatusCode::CONFLICT);

    let (_, act) = path.split_once("act=").expect("an act");
    let undo = [offer[0], offer[1], ("act", act)];
    admin
        .post("review/api/undo_decisions", &undo)
        .await
        .assert_ok();
    assert_eq!(status_of(&site, email).await, "waitlisted");
    let open = "select count(*) from registrations where offer_expires_at is not null";
    assert_eq!(site.test.count(open).await, 0);
    assert_eq!(decisions_are_told(&site).await.len(), before);

    admin
        .post("review/api/offer_seats", &offer)
        .await
        .assert_ok();
    let id = registration_of(&site, email).await;
    let page = format!("/teach/small/admissions/{offering}/{id}?show=accepted");
    let page = admin.get(&page).await.body;
    assert!(page.contains("Seat offered. The mail leaves at"), "{page}");
    let mails = decisions_are_told(&site).await;
    assert_eq!(mails.len(), before + 1);
    assert!(mails.last().unwrap().contains("kept for you until"));
    asha.post("apply/api/answer_offer", &accept)
        .await
        .assert_ok();
    assert_eq!(status_of(&site, email).await, "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_payment_is_undone_before_its_mail_leaves() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48");
    let offering = offering.create(&site).await;
    let mut asha = with_cart(&site, &offering, "asha").await;
    let id = order(&mut asha).await;
    let mut admin = site.sign_in("office@example.org").await;
    let before = site.mails().await.len();
    let paid = money(&mut admin, PAY, &offering, &id, ("0", "48"), false).await;
    assert_eq!(paid, StatusCode::OK);
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    let page = format!("/teach/small/admissions/{offering}/orders/{id}");
    let shown = admin.get(&page).await.body;
    assert!(shown.contains("A payment of €48 was recorded."), "{shown}");
    assert_eq!(site.mails().await.len(), before);

    let undone = undo_money(&site, &mut admin, &offering, &id).await;
    assert_eq!(undone, StatusCode::OK);
    assert_eq!(order_status(&site).await, "open");
    assert_eq!(
        asha.get("/learn/small/t").await.status,
        StatusCode::FORBIDDEN
    );
    let page = asha.get("/courses/small").await.body;
    assert!(page.contains("Pay for your seat"), "{page}");
    assert_eq!(payments_are_told(&site).await.len(), before);
    let again = undo_money(&site, &mut admin, &offering, &id).await;
    assert_eq!(again, StatusCode::CONFLICT);

    // The right amount is recorded, and told once.
    let stale = money(&mut admin, PAY, &offering, &id, ("0", "48"), false).await;
    assert_eq!(stale, StatusCode::CONFLICT);
    for (records, amount) in [("2", "40"), ("3", "8")] {
        let paid = money(&mut admin, PAY, &offering, &id, (records, amount), false).await;
        assert_eq!(paid, StatusCode::OK);
    }
    assert_eq!(order_status(&site).await, "paid");
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    let mails = payments_are_told(&site).await;
    let told = mails.iter().filter(|mail| mail.contains("has arrived"));
    assert_eq!(told.count(), 1);
    // The entry that was undone stays in the books.
    let undone = "select count(*) from order_payments where undone_at is not null";
    assert_eq!(site.test.count(undone).await, 1);
    let back =
        "update order_payments set undone_at = null, undone_by = null where undone_at is not null";
    assert!(site.test.refuses(back).await);
}

/// Pays for a seat in a cohort that runs, for a member of another one, and undoes the payment.
/// `before` is run in the database first. Returns the memberships before and after, each with its
/// days of membership.
async fn moved_and_back(before: &str) -> (String, String, String) {
    let site = site_with_course().await;
    let autumn = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    autumn.make(&site).await;
    let offering = OfferingBuilder::new("small")
        .price("48")
        .cohort("2020-01-06");
    let offering = offering.create(&site).await;
    site.test.sql(before).await;
    let members = "select string_agg(
             concat_ws(' ', c.title, m.status, m.batch_no, (now()::date - m.joined_at::date) || ' days'),
             ', ' order by c.title, m.status)
         from cohort_members m join cohorts c using (cohort_id)";
    let was = site.test.text(members).await;
    let mut asha = with_cart(&site, &offering, "asha").await;
    let id = order(&mut asha).await;
    let mut admin = site.sign_in("office@example.org").await;
    let paid = money(&mut admin, PAY, &offering, &id, ("0", "48"), false).await;
    assert_eq!(paid, StatusCode::OK);
    let moved = site.test.text(members).await;
    let undone = undo_money(&site, &mut admin, &offering, &id).await;
    assert_eq!(undone, StatusCode::OK);
    assert_eq!(order_status(&site).await, "open");
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    let back = site.test.text(members).await;
    (was, moved, back)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_payment_that_moved_a_member_moves_them_back() {
    let (was, moved, back) = moved_and_back(
        "update cohort_members set batch_no = 3, joined_at = now() - interval '20 days'",
    )
    .await;
    assert_eq!(was, "Autumn active 3 20 days");
    assert_eq!(moved, "Spring active 1 0 days");
    assert_eq!(back, was);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_payment_for_a_cohort_that_was_left_before_is_undone() {
    let (was, moved, back) = moved_and_back(
        "update cohort_members set batch_no = 3, joined_at = now() - interval '20 days';
         insert into cohort_members (organization_id, cohort_id, user_id, email, status, joined_at)
         select m.organization_id, c.cohort_id, m.user_id, m.email, 'removed', now() - interval '40 days'
         from cohort_members m, cohorts c where c.title = 'Spring'",
    )
    .await;
    assert_eq!(was, "Autumn active 3 20 days, Spring removed 1 40 days");
    assert_eq!(moved, "Autumn removed 3 20 days, Spring active 1 0 days");
    assert_eq!(back, "Autumn active 3 20 days, Spring removed 1 0 days");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_recorded_beside_an_application_is_undone_there() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48");
    let offering = offering.create(&site).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    apply_for(&mut asha, &offering, "", "Asha").await;
    let mut admin = site.sign_in("office@example.org").await;
    let id = registration_of(&site, "asha@example.org").await;
    let record = [("course", "small"), ("registration", id.as_str())];
    admin
        .post("review/api/record_payment", &record)
        .await
        .assert_ok();
    let path = format!("/teach/small/admissions/{offering}/{id}?show=accepted");
    let page = admin.get(&path).await.body;
    assert!(page.contains("A payment of €48 was recorded."), "{page}");
    let order = site.test.text("select order_id from orders").await;
    let payment = "select payment_id from order_payments";
    let payment = site.test.text(payment).await;
    let fields = [
        ("course", "small"),
        ("offering", offering.as_str()),
        ("order", order.as_str()),
        ("payment", payment.as_str()),
        ("registration", id.as_str()),
        ("show", "accepted"),
    ];
    let undone = admin.post("desk/api/undo_order_money", &fields).await;
    undone.assert_ok();
    assert_eq!(undone.header("x-redirect"), path);
    let page = admin.get(&path).await.body;
    assert!(page.contains("Record as paid"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_by_hand_frees_no_seat_before_its_mail_leaves() {
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
    let before = payments_are_told(&site).await.len();
    let back = money(&mut admin, REFUND, &offering, &id, ("1", "48"), true).await;
    assert_eq!(back, StatusCode::OK);
    assert_eq!(order_status(&site).await, "refunded");
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    assert_eq!(status_of(&site, "bo@example.org").await, "waitlisted");
    let undone = undo_money(&site, &mut admin, &offering, &id).await;
    assert_eq!(undone, StatusCode::OK);
    assert_eq!(order_status(&site).await, "paid");
    assert_eq!(payments_are_told(&site).await.len(), before);
    assert_eq!(status_of(&site, "asha@example.org").await, "accepted");
    assert_eq!(status_of(&site, "bo@example.org").await, "waitlisted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_is_paid_after_a_refund_stays() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48");
    let offering = offering.create(&site).await;
    let mut asha = with_cart(&site, &offering, "asha").await;
    let id = order(&mut asha).await;
    let mut admin = site.sign_in("office@example.org").await;
    for (way, records, amount) in [(PAY, "0", "20"), (REFUND, "1", "20"), (PAY, "2", "48")] {
        let frees = way == REFUND;
        let recorded = money(&mut admin, way, &offering, &id, (records, amount), frees).await;
        assert_eq!(recorded, StatusCode::OK);
    }
    payments_are_told(&site).await;
    assert_eq!(order_status(&site).await, "paid");
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
}
