//! Tests of the triggers that keep enrollments in step with memberships.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite};
use crate::testing::{CohortBuilder, CourseBuilder, enroll, user_id};

/// A site with the free course `small` and a learner.
async fn site() -> TestSite {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M").topic("t");
    course.import(&site).await;
    site.account("asha@example.org", UserRole::Learner).await;
    site
}

/// The status of Asha's enrollment, or "none".
async fn enrollment(site: &TestSite) -> String {
    site.test
        .text(
            "select coalesce((select e.status::text || case when e.cohort_id is null then ' by herself' else '' end
                              from enrollments e join users u using (user_id)
                              where u.email = 'asha@example.org'), 'none')",
        )
        .await
}

async fn set_member(site: &TestSite, set: &str) {
    let sql = format!("update cohort_members set {set} where email = 'asha@example.org'");
    site.test.sql(&sql).await;
}

/// A running cohort with Asha.
fn member() -> CohortBuilder {
    CohortBuilder::new("small", "Autumn").member("asha@example.org")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_has_access_from_the_start_on() {
    let site = site().await;
    member().starts_in(3).make(&site).await;
    assert_eq!(enrollment(&site).await, "none");
    let opened = "select open_started_cohorts()";
    assert_eq!(site.test.count(opened).await, 0);
    site.test
        .sql("update cohorts set start_date = current_date - 1")
        .await;
    assert_eq!(enrollment(&site).await, "active");
    assert_eq!(site.test.count(opened).await, 1);
    assert_eq!(site.test.count(opened).await, 0);
    assert_eq!(enrollment(&site).await, "active");
    // A start that is moved into the future closes the cohort again.
    site.test
        .sql("update cohorts set start_date = current_date + 2")
        .await;
    assert_eq!(enrollment(&site).await, "expired");
    let closed = "select count(*) from cohorts where opened_at is null";
    assert_eq!(site.test.count(closed).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_job_lets_members_in_when_the_time_has_come() {
    let site = site().await;
    member().starts_in(3).make(&site).await;
    // Time passes without any change of the row.
    let passes = "alter table cohorts disable trigger user;
                  update cohorts set starts_at = now() - interval '1 minute';
                  alter table cohorts enable trigger user";
    site.test.sql(passes).await;
    assert_eq!(enrollment(&site).await, "none");
    site.test.sql("select open_started_cohorts()").await;
    assert_eq!(enrollment(&site).await, "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn pausing_and_removing_take_the_access_and_give_it_back() {
    let site = site().await;
    member().make(&site).await;
    assert_eq!(enrollment(&site).await, "active");
    for status in ["paused", "removed"] {
        set_member(&site, &format!("status = '{status}'")).await;
        assert_eq!(enrollment(&site).await, "expired", "{status}");
        set_member(&site, "status = 'active'").await;
        assert_eq!(enrollment(&site).await, "active", "{status}");
    }
    site.test.sql("delete from cohort_members").await;
    assert_eq!(enrollment(&site).await, "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inactive_cohort_gives_no_access_and_an_ended_one_does() {
    let site = site().await;
    let cohort = member().starts_in(-9).ends_in(-2).inactive();
    cohort.make(&site).await;
    assert_eq!(enrollment(&site).await, "none");
    site.test.sql("update cohorts set is_active = true").await;
    assert_eq!(enrollment(&site).await, "active");
    site.test.sql("update cohorts set is_active = false").await;
    assert_eq!(enrollment(&site).await, "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_cohort_takes_its_access_and_a_deleted_course_everything() {
    let site = site().await;
    member().make(&site).await;
    site.test.sql("delete from cohorts").await;
    assert_eq!(enrollment(&site).await, "expired by herself");
    for title in ["One", "Two"] {
        let cohort = CohortBuilder::new("small", title);
        cohort.starts_in(-2).make(&site).await;
    }
    site.test
        .sql("insert into cohort_members (cohort_id, email) select cohort_id, 'asha@example.org' from cohorts")
        .await;
    assert_eq!(enrollment(&site).await, "active");
    site.test.sql("delete from courses").await;
    assert_eq!(enrollment(&site).await, "none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_moves_keeps_the_access_of_the_other_cohort() {
    let site = site().await;
    member().make(&site).await;
    let spring = CohortBuilder::new("small", "Spring");
    let spring = spring.starts_in(-1).make(&site).await;
    let giver = "select title from cohorts join enrollments using (cohort_id)";
    assert_eq!(site.test.text(giver).await, "Autumn");
    set_member(&site, &format!("cohort_id = '{spring}'")).await;
    assert_eq!(site.test.text(giver).await, "Spring");
    assert_eq!(enrollment(&site).await, "active");
    let later = CohortBuilder::new("small", "Later");
    let later = later.starts_in(9).make(&site).await;
    set_member(&site, &format!("cohort_id = '{later}'")).await;
    assert_eq!(enrollment(&site).await, "expired");
    // A cohort of another course takes the access to this one.
    set_member(&site, &format!("cohort_id = '{spring}'")).await;
    CourseBuilder::new("other")
        .module("M")
        .topic("o")
        .import(&site)
        .await;
    let elsewhere = CohortBuilder::new("other", "Elsewhere").make(&site).await;
    set_member(&site, &format!("cohort_id = '{elsewhere}'")).await;
    let both = "select string_agg(slug || ' ' || status, ', ' order by slug) from enrollments join courses using (course_id)";
    assert_eq!(site.test.text(both).await, "other active, small expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_linked_once_its_address_is_confirmed() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn");
    cohort.member("Bo@Example.ORG").make(&site).await;
    let linked = "select count(*) from cohort_members where user_id is not null";
    assert_eq!(site.test.count(linked).await, 0);
    site.test
        .sql("insert into users (email, display_name, username) values ('bo@example.org', 'Bo', 'bo')")
        .await;
    assert_eq!(site.test.count(linked).await, 0, "not confirmed yet");
    let confirm = "update users set email_confirmed_at = now() where username = 'bo'";
    site.test.sql(confirm).await;
    assert_eq!(site.test.count(linked).await, 1);
    let enrolled = "select count(*) from enrollments where status = 'active'";
    assert_eq!(site.test.count(enrolled).await, 1);

    // A changed address links its account, too.
    site.test
        .sql("insert into cohort_members (cohort_id, email) select cohort_id, 'typo@example.org' from cohorts")
        .await;
    let mend =
        "update cohort_members set email = 'asha@example.org' where email = 'typo@example.org'";
    site.test.sql(mend).await;
    assert_eq!(enrollment(&site).await, "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_two_changes_at_once_have_missed_is_made_later() {
    let site = site().await;
    let missed = "alter table cohort_members disable trigger user";
    member().starts_in(-1).inactive().make(&site).await;
    site.test
        .sql(&format!(
            "{missed}; update cohort_members set user_id = null; alter table cohort_members enable trigger user;
             update cohorts set is_active = true"
        ))
        .await;
    assert_eq!(enrollment(&site).await, "none");
    let link = "select link_confirmed_members()";
    assert_eq!(site.test.count(link).await, 1);
    assert_eq!(site.test.count(link).await, 0);
    assert_eq!(enrollment(&site).await, "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_leaves_the_row_without_a_person() {
    let site = site().await;
    member().make(&site).await;
    site.test
        .sql("delete from users where email = 'asha@example.org'")
        .await;
    let row = "select email || ' ' || status || coalesce(user_id::text, '') from cohort_members";
    assert_eq!(site.test.text(row).await, "asha@example.org active");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrollment_that_somebody_made_by_themselves_stays() {
    let site = site().await;
    let mut asha = site.sign_in("asha@example.org").await;
    enroll(&mut asha, "small").await;
    member().make(&site).await;
    assert_eq!(enrollment(&site).await, "active by herself");
    for change in ["status = 'removed'", "status = 'active'"] {
        set_member(&site, change).await;
        assert_eq!(enrollment(&site).await, "active by herself");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_that_a_member_left_stays_left_until_another_cohort_takes_them_in() {
    let site = site().await;
    let mut asha = site.sign_in("asha@example.org").await;
    member().make(&site).await;
    let leave = [("course", "small")];
    asha.post("enrollment/api/withdraw", &leave)
        .await
        .assert_ok();
    site.test
        .sql("update cohorts set start_date = start_date - 1")
        .await;
    assert_eq!(enrollment(&site).await, "withdrawn");
    set_member(&site, "status = 'paused'").await;
    set_member(&site, "status = 'active'").await;
    assert_eq!(
        enrollment(&site).await,
        "active",
        "a tutor lets them in again"
    );

    asha.post("enrollment/api/withdraw", &leave)
        .await
        .assert_ok();
    let next = CohortBuilder::new("small", "Next").starts_in(-1);
    next.make(&site).await;
    site.test
        .sql("insert into cohort_members (cohort_id, email) select cohort_id, 'asha@example.org' from cohorts where title = 'Next'")
        .await;
    assert_eq!(enrollment(&site).await, "active");
    // A learner who comes back by themselves no longer depends on a cohort.
    set_member(&site, "status = 'removed'").await;
    assert_eq!(enrollment(&site).await, "expired");
    enroll(&mut asha, "small").await;
    assert_eq!(enrollment(&site).await, "active by herself");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completed_course_stays_completed() {
    let site = site().await;
    member().make(&site).await;
    site.test
        .sql("update enrollments set status = 'completed', completed_at = now()")
        .await;
    let spring = CohortBuilder::new("small", "Spring").starts_in(-1);
    let spring = spring.make(&site).await;
    set_member(&site, &format!("cohort_id = '{spring}'")).await;
    assert_eq!(enrollment(&site).await, "completed");
    set_member(&site, "status = 'paused'").await;
    assert_eq!(enrollment(&site).await, "expired");
    set_member(&site, "status = 'active'").await;
    assert_eq!(enrollment(&site).await, "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn days_begin_and_end_in_the_cohorts_time_zone() {
    let site = site().await;
    site.test
        .sql(
            "insert into cohorts (course_id, title, start_date, end_date, time_zone)
              select course_id, 'Kolkata', '2026-03-01', '2026-03-31', 'Asia/Kolkata' from courses",
        )
        .await;
    let times = "select to_char(starts_at at time zone 'UTC', 'MM-DD HH24:MI ') || to_char(ends_at at time zone 'UTC', 'MM-DD HH24:MI') from cohorts";
    assert_eq!(site.test.text(times).await, "02-28 18:30 03-31 18:30");
    for wrong in [
        "update cohorts set end_date = '2026-02-28'",
        "update cohorts set time_zone = 'Moon/Base'",
        "update cohorts set title = ' '",
        "insert into cohort_members (cohort_id, email) select cohort_id, 'Asha@example.org' from cohorts",
        "insert into cohorts (course_id, title, start_date) select course_id, 'Kolkata', '2026-03-01' from courses",
    ] {
        assert!(site.test.refuses(wrong).await, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_the_course_lets_a_member_in_and_leads_to_the_home_before_the_start() {
    let site = site().await;
    site.test.sql("update courses set cohort_only = true").await;
    member().starts_in(3).make(&site).await;
    let mut asha = site.sign_in("asha@example.org").await;
    assert_eq!(resumed(&mut asha).await, "\"/learn/small/cohort\"");
    assert_eq!(
        asha.get("/learn/small/t").await.status,
        StatusCode::FORBIDDEN
    );
    let passes = "alter table cohorts disable trigger user;
                  update cohorts set starts_at = now() - interval '1 minute';
                  alter table cohorts enable trigger user";
    site.test.sql(passes).await;
    assert_eq!(resumed(&mut asha).await, "\"/learn/small/t\"");
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    let own = user_id(&site, "asha@example.org").await;
    let let_in = format!("select count(*) from enrollments where user_id = '{own}'");
    assert_eq!(site.test.count(&let_in).await, 1);
}

/// The address at which the learner continues the course, as JSON.
async fn resumed(browser: &mut Browser<'_>) -> String {
    let path = "/api/lyceum/player/api/resume_course?course=small";
    browser.get(path).await.body
}
