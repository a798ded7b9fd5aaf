//! Unpaid seats: the reminder, the end of the term, and what keeps a seat.

use axum::http::StatusCode;

use super::orders::{PAY, money, order, order_status, with_cart};
use super::{decide, decisions_are_told, site_with_course, status_of};
use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
use crate::testing::{OfferingBuilder, apply_for, jobs_are_due};

/// Lets the terms of all unpaid seats end. Returns all mails so far.
async fn terms_end(site: &TestSite) -> Vec<String> {
    let change = "update registrations set pay_until = now() - interval '1 minute' where pay_until is not null";
    site.test.sql(change).await;
    jobs_are_due(site, "expire_payment").await;
    site.mails().await
}

fn told(mails: &[String], to: &str, words: &str) -> usize {
    let to = format!("To: {to}@");
    let mails = mails.iter().filter(|mail| mail.starts_with(&to));
    mails.filter(|mail| mail.contains(words)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpaid_seat_is_reminded_of_once_and_then_goes_to_the_waitlist() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small")
        .price("48")
        .seats(1)
        .field("pay_days", "10");
    let offering = offering.create(&site).await;
    let mut asha = with_cart(&site, &offering, "asha").await;
    let mut bo = site.signed_in("bo@example.org", UserRole::Learner).await;
    apply_for(&mut bo, &offering, "", "Bo").await;
    order(&mut asha).await;
    let term = "select count(*) from registrations where email = 'asha@example.org'
        and pay_until between now() + interval '9 days' and now() + interval '10 days'";
    assert_eq!(site.test.count(term).await, 1);
    for path in ["/courses/small".to_owned(), format!("/apply/{offering}")] {
        let page = asha.get(&path).await.body;
        assert!(page.contains("Pay by "), "{page}");
    }
    let mails = site.mails().await;
    assert_eq!(told(&mails, "asha", "Please pay €48 for it until"), 1);

    let soon = "update registrations set pay_until = now() + interval '2 days' where pay_until is not null";
    site.test.sql(soon).await;
    jobs_are_due(&site, "remind_payment").await;
    let mails = site.mails().await;
    assert_eq!(told(&mails, "asha", "is not paid yet"), 1, "{mails:#?}");
    let page = asha.get("/notifications").await.body;
    assert!(page.contains("Please pay for your seat"), "{page}");
    assert_eq!(status_of(&site, "asha@example.org").await, "accepted");

    let mails = terms_end(&site).await;
    assert_eq!(status_of(&site, "asha@example.org").await, "withdrawn");
    assert_eq!(order_status(&site).await, "canceled");
    assert_eq!(status_of(&site, "bo@example.org").await, "offered");
    assert_eq!(told(&mails, "asha", "was not paid in time"), 1);
    assert_eq!(told(&mails, "bo", "kept for you until"), 1);
    let page = asha.get("/notifications").await.body;
    assert!(page.contains("was given up"), "{page}");
    // A new application has a term of its own.
    apply_for(&mut asha, &offering, "", "Asha").await;
    assert_eq!(status_of(&site, "asha@example.org").await, "waitlisted");
    let terms = "select count(*) from registrations where pay_until is not null";
    assert_eq!(site.test.count(terms).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_is_kept_while_money_for_it_is_there() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48").seats(1);
    let offering = offering.create(&site).await;
    let mut asha = with_cart(&site, &offering, "asha").await;
    let id = order(&mut asha).await;
    let mut admin = site.sign_in("office@example.org").await;
    let part = money(&mut admin, PAY, &offering, &id, ("0", "8"), false).await;
    assert_eq!(part, StatusCode::OK);
    terms_end(&site).await;
    assert_eq!(status_of(&site, "asha@example.org").await, "accepted");
    let waits =
        "select count(*) from background_jobs where kind = 'expire_payment' and status = 'PENDING'";
    assert_eq!(site.test.count(waits).await, 1, "it is looked at again");
    let rest = money(&mut admin, PAY, &offering, &id, ("1", "40"), false).await;
    assert_eq!(rest, StatusCode::OK);
    terms_end(&site).await;
    assert_eq!(status_of(&site, "asha@example.org").await, "accepted");
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    assert_eq!(site.test.count(waits).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_term_begins_when_an_accepted_person_is_told() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48").reviewed();
    let offering = offering.create(&site).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    apply_for(&mut asha, &offering, "", "Asha").await;
    let mut admin = site.sign_in("office@example.org").await;
    let emails = ["asha@example.org"];
    decide(&site, &mut admin, &offering, "accept", &emails)
        .await
        .assert_ok();
    let terms = "select count(*) from registrations where pay_until > now() + interval '13 days'";
    assert_eq!(site.test.count(terms).await, 0);
    let mails = decisions_are_told(&site).await;
    assert_eq!(site.test.count(terms).await, 1);
    assert_eq!(told(&mails, "asha", "The seat is kept for you until"), 1);
    // Without a price there is no term.
    let free = OfferingBuilder::new("small").field("title", "Free");
    let free = free.create(&site).await;
    let mut bo = site.signed_in("bo@example.org", UserRole::Learner).await;
    apply_for(&mut bo, &free, "", "Bo").await;
    assert_eq!(site.test.count(terms).await, 1);
}
