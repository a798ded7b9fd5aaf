//! Applications for a later cohort by people who study in one that runs.

use axum::http::StatusCode;

use super::{decide, decisions_are_told, registration_of, site_with_course};
use crate::platform::auth::UserRole;
use crate::testing::{CohortBuilder, OfferingBuilder, apply_for};

const MEMBERS: &str = "select string_agg(c.title || ' ' || m.status, ', ' order by c.title)
    from cohort_members m join cohorts c using (cohort_id)";
const COUNTS: &str =
    "select c.title from users u, courses o, current_membership(u.user_id, o.course_id) m
    join cohorts c using (cohort_id) where u.email = 'asha@example.org'";

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_in_a_later_cohort_leaves_the_running_one_as_it_is() {
    let site = site_with_course().await;
    let autumn = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    autumn.make(&site).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    let spring = OfferingBuilder::new("small")
        .reviewed()
        .cohort("2090-01-05");
    let spring = spring.create(&site).await;
    apply_for(&mut asha, &spring, "", "Asha").await;
    let mut admin = site.sign_in("office@example.org").await;
    let emails = ["asha@example.org"];
    decide(&site, &mut admin, &spring, "accept", &emails)
        .await
        .assert_ok();
    decisions_are_told(&site).await;
    let both = "Autumn active, Spring active";
    assert_eq!(site.test.text(MEMBERS).await, both);
    assert_eq!(site.test.text(COUNTS).await, "Autumn");
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    let status = "select status from enrollments";
    assert_eq!(site.test.text(status).await, "active");

    // A freed seat ends only the membership that it gave.
    let id = registration_of(&site, emails[0]).await;
    let fields = [("course", "small"), ("registration", id.as_str())];
    admin
        .post("review/api/release_seat", &fields)
        .await
        .assert_ok();
    decisions_are_told(&site).await;
    let one = "Autumn active, Spring removed";
    assert_eq!(site.test.text(MEMBERS).await, one);
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_in_a_cohort_that_has_started_moves_its_person() {
    let site = site_with_course().await;
    let autumn = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    autumn.make(&site).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let spring = OfferingBuilder::new("small").cohort("2020-01-06");
    let spring = spring.create(&site).await;
    apply_for(&mut asha, &spring, "", "Asha").await;
    assert_eq!(site.test.text(MEMBERS).await, "Spring active");
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
}
