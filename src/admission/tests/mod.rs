//! Tests of applying, of seats and of decisions, over HTTP.

mod access;
mod apply;
mod card_disputes;
mod card_payments;
mod card_refunds;
mod changed_offerings;
mod cohorts;
mod course_page;
mod decisions;
mod discounts;
mod fake_stripe;
mod offerings;
mod orders;
mod payment_terms;
mod seats;
mod undo;

use crate::testing::CourseBuilder;
use crate::testing::site::{Browser, TestSite};

/// Site with a priced course, which people enter through its offerings only.
async fn site_with_course() -> TestSite {
    let site = TestSite::new().await;
    add_course(&site).await;
    site
}

async fn add_course(site: &TestSite) {
    let course = CourseBuilder::new("small").title("A small course");
    let course = course.price(48, "EUR").module("M").topic("t");
    course.import(site).await;
}

/// Returns the status of the application with this address, as it is stored.
async fn status_of(site: &TestSite, email: &str) -> String {
    let query = format!("select status from registrations where email = '{email}'");
    site.test.text(&query).await
}

async fn registration_of(site: &TestSite, email: &str) -> String {
    let query = format!("select registration_id from registrations where email = '{email}'");
    site.test.text(&query).await
}

/// Decides about the applications with these addresses as one act.
async fn decide(
    site: &TestSite,
    admin: &mut Browser<'_>,
    offering: &str,
    decision: &str,
    emails: &[&str],
) -> crate::testing::site::TestAnswer {
    let mut ids = Vec::new();
    for email in emails {
        ids.push(registration_of(site, email).await);
    }
    let mut fields = vec![
        ("course", "small"),
        ("offering", offering),
        ("decision", decision),
    ];
    fields.extend(ids.iter().map(|id| ("registrations[]", id.as_str())));
    admin.post("review/api/decide", &fields).await
}

/// Lets the ten minutes of all payments and refunds pass. Returns all mails so far.
async fn payments_are_told(site: &TestSite) -> Vec<String> {
    crate::testing::jobs_are_due(site, "settle_money").await;
    site.mails().await
}

/// Lets the ten minutes of all decisions pass. Returns all mails so far.
async fn decisions_are_told(site: &TestSite) -> Vec<String> {
    crate::testing::jobs_are_due(site, "settle_decision").await;
    site.mails().await
}
