//! Changes of an offering in which people have seats.

use axum::http::StatusCode;

use super::orders::{order, order_status, with_cart};
use super::{registration_of, site_with_course, status_of};
use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer};
use crate::testing::{CohortBuilder, OfferingBuilder, apply_for};

/// Saves the offering with these fields beside its title.
async fn change(admin: &mut Browser<'_>, offering: &str, fields: &[(&str, &str)]) -> TestAnswer {
    let mut all = vec![
        ("course", "small"),
        ("id", offering),
        ("offering[title]", "Spring"),
        ("offering[currency]", "EUR"),
        ("offering[offer_hours]", "48"),
    ];
    all.extend(fields);
    admin.post("manage/api/save_offering", &all).await
}

/// The fields of an offering with this cohort.
fn cohort(id: &str) -> [(&str, &str); 2] {
    [("offering[program]", "cohort"), ("offering[cohort]", id)]
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_were_let_in_do_not_pay_a_price_that_comes_later() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").create(&site).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    apply_for(&mut asha, &offering, "", "Asha").await;
    let mut admin = site.sign_in("office@example.org").await;
    let priced = [
        ("offering[program]", "self_paced"),
        ("offering[price]", "48"),
    ];
    change(&mut admin, &offering, &priced).await.assert_ok();

    let page = asha.get("/courses/small").await.body;
    assert!(!page.contains("Pay for your seat"), "{page}");
    let page = asha.get(&format!("/apply/{offering}")).await.body;
    assert!(!page.contains("Pay for your seat"), "{page}");
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    let add = [("offering", offering.as_str())];
    let refused = asha.post("orders/api/add_to_cart", &add).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let id = registration_of(&site, "asha@example.org").await;
    let page = format!("/teach/small/admissions/{offering}/{id}?show=accepted");
    let page = admin.get(&page).await.body;
    assert!(!page.contains("Record as paid"), "{page}");
    let record = [("course", "small"), ("registration", id.as_str())];
    let recorded = admin.post("review/api/record_payment", &record).await;
    recorded.assert_ok();
    assert_eq!(site.test.count("select count(*) from orders").await, 0);
    let term = "select count(*) from registrations where pay_until is not null";
    assert_eq!(site.test.count(term).await, 0);
    // The price is for newcomers.
    let mut bo = site.signed_in("bo@example.org", UserRole::Learner).await;
    apply_for(&mut bo, &offering, "", "Bo").await;
    let page = bo.get("/courses/small").await.body;
    assert!(page.contains("Pay for your seat"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unpaid_people_are_let_in_when_the_price_falls_away() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48");
    let offering = offering.create(&site).await;
    let mut asha = with_cart(&site, &offering, "asha").await;
    order(&mut asha).await;
    assert_eq!(
        asha.get("/learn/small/t").await.status,
        StatusCode::FORBIDDEN
    );
    let mut admin = site.sign_in("office@example.org").await;
    let free = [
        ("offering[program]", "self_paced"),
        ("offering[price]", "0"),
    ];
    change(&mut admin, &offering, &free).await.assert_ok();
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    assert_eq!(order_status(&site).await, "canceled");
    let mails = site.mails().await;
    let told = mails
        .iter()
        .filter(|mail| mail.starts_with("To: asha@") && mail.contains("free of charge now"));
    assert_eq!(told.count(), 1, "{mails:#?}");
    // Nobody is told twice.
    change(&mut admin, &offering, &free).await.assert_ok();
    assert_eq!(site.mails().await.len(), mails.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offering_with_seats_keeps_its_program_and_its_cohort() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").cohort("2020-01-06");
    let offering = offering.create(&site).await;
    let other = CohortBuilder::new("small", "Other").make(&site).await;
    let own = "select cohort_id from course_offerings";
    let own = site.test.text(own).await;
    let mut admin = site.sign_in("office@example.org").await;
    // Nobody has a seat yet.
    for id in [&other, &own] {
        change(&mut admin, &offering, &cohort(id)).await.assert_ok();
    }
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    apply_for(&mut asha, &offering, "", "Asha").await;
    assert_eq!(status_of(&site, "asha@example.org").await, "accepted");
    let workshop = [
        ("offering[program]", "workshop"),
        ("offering[cohort]", own.as_str()),
    ];
    for fields in [workshop, cohort(&other), cohort("new")] {
        let refused = change(&mut admin, &offering, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let sentence = "Create another offering instead.";
        assert!(refused.body.contains(sentence), "{}", refused.body);
    }
    change(&mut admin, &offering, &cohort(&own))
        .await
        .assert_ok();
    let members = "select count(*) from cohort_members m join course_offerings o using (cohort_id)";
    assert_eq!(site.test.count(members).await, 1);
}
