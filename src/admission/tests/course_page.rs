//! The page of a course shows its offerings to everybody, with one main button.

use axum::http::StatusCode;

use super::{decide, decisions_are_told, registration_of, status_of};
use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
use crate::testing::{CohortBuilder, CourseBuilder, OfferingBuilder, apply_for, learner};

/// Site with a course that everybody can study.
async fn site_with_open_course() -> TestSite {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").title("A small course");
    course.module("M").topic("t").import(&site).await;
    site
}

/// The number of main buttons of a course's page.
fn main_buttons(page: &str) -> usize {
    let (_, panel) = page.split_once("class=\"enroll panel\"").expect("a panel");
    let (panel, _) = panel.split_once("</aside>").expect("its end");
    panel.matches("class=\"btn big\"").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_studies_the_course_can_apply_for_what_gives_more() {
    let site = site_with_open_course().await;
    let titled = |title: &str| OfferingBuilder::new("small").field("title", title);
    let alone = titled("Alone").create(&site).await;
    let day = titled("One day").field("program", "workshop");
    let day = day.seats(1).create(&site).await;
    let evenings = titled("Evenings").reviewed().cohort("2090-01-05");
    let evenings = evenings.create(&site).await;
    let mut bo = site.signed_in("bo@example.org", UserRole::Learner).await;
    apply_for(&mut bo, &day, "", "Bo").await;

    let mut asha = learner(&site, "asha@example.org").await;
    let page = asha.get("/courses/small").await.body;
    assert!(page.contains("You are enrolled."), "{page}");
    assert!(page.contains("Apply: Evenings"), "{page}");
    assert!(page.contains("Full (join the waitlist): One day"), "{page}");
    assert!(!page.contains("Alone"), "it gives nothing more");
    assert_eq!(main_buttons(&page), 1, "{page}");
    let page = asha.get(&format!("/apply/{alone}")).await.body;
    assert!(
        page.contains("You have all that this offering gives."),
        "{page}"
    );
    let page = asha.get(&format!("/apply/{day}")).await.body;
    assert!(page.contains("Apply for the waitlist"), "{page}");
    let page = asha.get(&format!("/apply/{evenings}")).await.body;
    assert!(page.contains("Start your application"), "{page}");

    // Nobody applies for what they have already.
    let who = [("offering", alone.as_str())];
    let again = asha.post("apply/api/start_application", &who).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(
        again.body.contains("You have this course already"),
        "{}",
        again.body
    );

    // An offered seat comes before all others.
    apply_for(&mut asha, &day, "", "Asha").await;
    let page = asha.get("/courses/small").await.body;
    assert!(page.contains("On the waitlist: One day"), "{page}");
    let offer = "update registrations set status = 'withdrawn' where email = 'bo@example.org';
         update registrations set status = 'offered', offer_expires_at = now() + interval '1 day'
         where email = 'asha@example.org'";
    site.test.sql(offer).await;
    let page = asha.get("/courses/small").await.body;
    assert!(page.contains(">Accept your seat<"), "{page}");
    assert_eq!(main_buttons(&page), 1, "{page}");
    // Nobody accepts a seat that is being freed, which its applicant is not told yet.
    let own = registration_of(&site, "asha@example.org").await;
    let release = [("course", "small"), ("registration", own.as_str())];
    let mut admin = site.sign_in("office@example.org").await;
    for (function, is_offered) in [("release_seat", false), ("undo_decision", true)] {
        let function = format!("review/api/{function}");
        admin.post(&function, &release).await.assert_ok();
        for path in ["/courses/small".to_owned(), format!("/apply/{day}")] {
            let page = asha.get(&path).await.body;
            assert_eq!(page.contains("Accept"), is_offered, "{path}: {page}");
        }
    }
    let accept = [("offering", day.as_str()), ("accept", "true")];
    asha.post("apply/api/answer_offer", &accept)
        .await
        .assert_ok();
    assert_eq!(status_of(&site, "asha@example.org").await, "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_studies_the_course_pays_for_a_seat() {
    let site = site_with_open_course().await;
    let day = OfferingBuilder::new("small").field("program", "workshop");
    let day = day.price("48").create(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    apply_for(&mut asha, &day, "", "Asha").await;
    let page = asha.get("/courses/small").await.body;
    assert!(page.contains(">Pay for your seat<"), "{page}");
    assert_eq!(main_buttons(&page), 1, "{page}");
    let page = asha.get(&format!("/apply/{day}")).await.body;
    assert!(page.contains("Put into the cart"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_whom_an_admin_added_sees_the_first_day() {
    let site = site_with_open_course().await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let evenings = CohortBuilder::new("small", "Evenings").starts_in(20);
    let cohort = evenings.member("asha@example.org").make(&site).await;
    let offering = OfferingBuilder::new("small").reviewed();
    let offering = offering
        .field("program", "cohort")
        .field("cohort", &cohort)
        .create(&site)
        .await;
    let first = "select to_char(start_date, 'FMDD FMMonth YYYY') from cohorts";
    let first = format!("Starts on {}", site.test.text(first).await);
    let page = asha.get("/courses/small").await.body;
    assert!(page.contains(&first), "{first}: {page}");
    assert!(page.contains("href=\"/learn/small/cohort\""), "{page}");
    assert!(!page.contains(">Enroll<") && !page.contains(">Apply<"));
    assert_eq!(main_buttons(&page), 1, "{page}");
    let page = asha.get(&format!("/apply/{offering}")).await.body;
    assert!(page.contains(&first) && !page.contains("Start your application"));
    let home = asha.get("/learn/small/cohort").await.status;
    assert_eq!(home, StatusCode::OK);
    // Another cohort stays open to them.
    let later = OfferingBuilder::new("small").field("title", "Later");
    let later = later.reviewed().cohort("2090-01-05").create(&site).await;
    let page = asha.get("/courses/small").await.body;
    assert!(
        page.contains("Apply: Later") && page.contains(&first),
        "{page}"
    );
    let page = asha.get(&format!("/apply/{later}")).await.body;
    assert!(page.contains("Start your application"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_sees_one_main_button_and_all_open_offerings() {
    let site = site_with_open_course().await;
    for title in ["Evenings", "Mornings"] {
        let offering = OfferingBuilder::new("small").field("title", title);
        offering.reviewed().create(&site).await;
    }
    let closed = "update course_offerings set is_open = false where title = 'Mornings'";
    let page = site.visitor().get("/courses/small").await.body;
    assert!(page.contains("Sign in to enroll") && page.contains("Apply: Evenings"));
    assert!(page.contains("Apply: Mornings"), "{page}");
    assert_eq!(main_buttons(&page), 1, "{page}");
    site.test.sql(closed).await;
    let page = site.visitor().get("/courses/small").await.body;
    assert!(!page.contains("Mornings"), "{page}");
    // A course that one cannot enter alone begins with its offering.
    let cohort_only = "update courses set cohort_only = true";
    site.test.sql(cohort_only).await;
    let page = site.visitor().get("/courses/small").await.body;
    assert!(page.contains(">Apply<") && !page.contains("Sign in to enroll"));
    assert_eq!(main_buttons(&page), 1, "{page}");
    // Their own application is the main matter of whoever applied.
    let mut bo = site.signed_in("bo@example.org", UserRole::Learner).await;
    let id = "select offering_id from course_offerings where title = 'Evenings'";
    let id = site.test.text(id).await;
    apply_for(&mut bo, &id, "", "Bo").await;
    let page = bo.get("/courses/small").await.body;
    assert!(page.contains(">Application under review<"), "{page}");
    let mut admin = site.sign_in("office@example.org").await;
    decide(&site, &mut admin, &id, "accept", &["bo@example.org"])
        .await
        .assert_ok();
    decisions_are_told(&site).await;
    let page = bo.get("/courses/small").await.body;
    assert!(page.contains(">Start learning<"), "{page}");
    assert_eq!(main_buttons(&page), 1, "{page}");
}
