//! Tests of announcements: planned ones, those to all cohorts, and their readers.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite};
use crate::testing::{CohortBuilder, CourseBuilder, learner, tutor};

const HOME: &str = "/learn/small/cohort";
const KEY: &str = "11111111-1111-4111-8111-111111111111";
const SAVE: &str = "home/api/save_announcement";

async fn site() -> TestSite {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").title("A small course");
    course.module("M").topic("t").import(&site).await;
    for name in ["asha", "bo", "cy"] {
        let email = format!("{name}@example.org");
        site.account(&email, UserRole::Learner).await;
    }
    site
}

/// Sends the form for an announcement to a cohort. Returns the status.
async fn save(meera: &mut Browser<'_>, cohort: &str, fields: &[(&str, &str)]) -> u16 {
    let own = [("course", "small"), ("cohort", cohort)];
    let fields = [&own[..], fields].concat();
    meera.post(SAVE, &fields).await.status.as_u16()
}

/// Runs the jobs, also those that are planned.
async fn run_jobs(site: &TestSite) {
    site.test
        .sql(
            "update background_jobs set run_at = now()
             where kind = 'publish_announcement' and finished_at is null",
        )
        .await;
    site.mails().await;
}

const TOLD: &str = "select count(*) from notifications";

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_announcement_is_seen_and_told_from_its_time_on() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort.make(&site).await;
    site.test
        .sql("update cohorts set time_zone = 'Asia/Kolkata'")
        .await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = site.sign_in("asha@example.org").await;
    let planned = |at: &'static str| {
        [
            ("key", KEY),
            ("title", "Soon"),
            ("body", "*Then*"),
            ("publish[at]", at),
        ]
    };
    for wrong in ["2001-01-01T10:00", "soon"] {
        assert_eq!(save(&mut meera, &cohort, &planned(wrong)).await, 422);
    }
    for _ in 0..2 {
        let planned = planned("2099-05-01T10:00");
        assert_eq!(save(&mut meera, &cohort, &planned).await, 200);
    }
    let stored = "select string_agg(publish_at at time zone 'UTC' || ' ' || coalesce(published_at::text, '-'), ', ')
                  from cohort_announcements";
    assert_eq!(site.test.text(stored).await, "2099-05-01 04:30:00 -");
    assert!(!asha.get(HOME).await.body.contains("Soon"));
    let path = format!("/teach/small/cohorts/{cohort}/announcements");
    let page = meera.get(&path).await.body;
    assert!(page.contains("Scheduled") && page.contains("1 May 2099, 10:00"));
    let preview = meera.get(&format!("{HOME}?cohort={cohort}")).await.body;
    assert!(!preview.contains("Soon"));

    // The job of a time that no longer holds publishes nothing.
    let id = "select announcement_id from cohort_announcements";
    let id = site.test.text(id).await;
    let moved = [
        ("id", id.as_str()),
        ("title", "Soon"),
        ("body", "*Then*"),
        ("publish[at]", "2099-06-01T10:00"),
    ];
    assert_eq!(save(&mut meera, &cohort, &moved).await, 200);
    site.test
        .sql("delete from background_jobs where payload->>'at' like '2099-06%'")
        .await;
    run_jobs(&site).await;
    assert_eq!(site.test.count(TOLD).await, 0);
    assert_eq!(save(&mut meera, &cohort, &moved).await, 200);
    for _ in 0..2 {
        run_jobs(&site).await;
        assert_eq!(site.test.count(TOLD).await, 1);
    }
    assert!(asha.get(HOME).await.body.contains("<em>Then</em>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_announcement_can_be_published_at_once_or_deleted() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort.make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    for title in ["First", "Second"] {
        let fields = [("title", title), ("publish[at]", "2099-05-01T10:00")];
        assert_eq!(save(&mut meera, &cohort, &fields).await, 200);
    }
    let id = async |title: &str| {
        let id =
            format!("select announcement_id from cohort_announcements where title = '{title}'");
        site.test.text(&id).await
    };
    let (first, second) = (id("First").await, id("Second").await);
    let fields = [
        ("id", first.as_str()),
        ("title", "Now"),
        ("publish[at]", ""),
    ];
    assert_eq!(save(&mut meera, &cohort, &fields).await, 200);
    assert_eq!(site.test.count(TOLD).await, 1);
    let fields = [
        ("course", "small"),
        ("cohort", cohort.as_str()),
        ("id", second.as_str()),
    ];
    let delete = "home/api/delete_announcement";
    meera.post(delete, &fields).await.assert_ok();
    let again = meera.post(delete, &fields).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    run_jobs(&site).await;
    assert_eq!(site.test.count(TOLD).await, 1);
    let mut asha = site.sign_in("asha@example.org").await;
    let page = asha.get(HOME).await.body;
    assert!(page.contains("Now") && !page.contains("Second"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announcement_to_all_reaches_the_running_cohorts_of_the_course() {
    let site = site().await;
    let autumn = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let autumn = autumn.make(&site).await;
    let spring = CohortBuilder::new("small", "Spring").starts_in(9);
    let spring = spring.member("bo@example.org").make(&site).await;
    let old = CohortBuilder::new("small", "Old")
        .starts_in(-30)
        .ends_in(-2);
    old.member("cy@example.org").make(&site).await;
    CourseBuilder::new("other")
        .module("M")
        .topic("o")
        .import(&site)
        .await;
    CohortBuilder::new("other", "Other").make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let fields = [("key", KEY), ("title", "News"), ("publish[all]", "true")];
    for _ in 0..2 {
        assert_eq!(save(&mut meera, &autumn, &fields).await, 200);
    }
    let all = "select string_agg(c.title || ' ' || a.title, ', ' order by c.title)
               from cohort_announcements a join cohorts c using (cohort_id)";
    assert_eq!(site.test.text(all).await, "Autumn News, Spring News");
    assert_eq!(site.test.count(TOLD).await, 2);
    let id =
        format!("select announcement_id from cohort_announcements where cohort_id = '{spring}'");
    let id = site.test.text(&id).await;
    let one = [("id", id.as_str()), ("title", "Late news")];
    assert_eq!(save(&mut meera, &spring, &one).await, 200);
    assert_eq!(site.test.text(all).await, "Autumn News, Spring Late news");
    let wrong = save(&mut meera, &autumn, &one).await;
    assert_eq!(wrong, 404, "of another cohort");
    let both = [
        ("id", id.as_str()),
        ("title", "Good news"),
        ("publish[all]", "true"),
    ];
    assert_eq!(save(&mut meera, &spring, &both).await, 200);
    assert_eq!(
        site.test.text(all).await,
        "Autumn Good news, Spring Good news"
    );
    let delete = [
        ("course", "small"),
        ("cohort", spring.as_str()),
        ("id", id.as_str()),
        ("all", "true"),
    ];
    let deleted = meera.post("home/api/delete_announcement", &delete).await;
    deleted.assert_ok();
    let left = "select count(*) from cohort_announcements";
    assert_eq!(site.test.count(left).await, 0);
    assert_eq!(site.test.count(TOLD).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn tutors_see_who_has_read_an_announcement() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort.member("bo@example.org").make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assert_eq!(save(&mut meera, &cohort, &[("title", "News")]).await, 200);
    let path = format!("/teach/small/cohorts/{cohort}/announcements");
    meera
        .get(&format!("{HOME}?cohort={cohort}"))
        .await
        .assert_ok();
    let page = meera.get(&path).await.body;
    assert!(page.contains("Read by 0 of 2 members"));
    let mut asha = site.sign_in("asha@example.org").await;
    for _ in 0..2 {
        asha.get(HOME).await.assert_ok();
    }
    let id = "select announcement_id from cohort_announcements";
    let id = site.test.text(id).await;
    let page = meera.get(&format!("{path}?readers={id}")).await.body;
    assert!(page.contains("Read by 1 of 2 members"));
    let (_, rest) = page.split_once("<dd>").unwrap();
    assert!(rest.starts_with("asha"), "{rest:.40}");
    let (_, rest) = rest.split_once("<dd>").unwrap();
    assert!(rest.starts_with("bo"), "{rest:.40}");
    for other in ["x", KEY] {
        let page = meera.get(&format!("{path}?readers={other}")).await;
        page.assert_ok();
        assert!(!page.body.contains("<dd>"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announcement_to_the_course_reaches_all_who_study_it() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    cohort.make(&site).await;
    let mut dana = learner(&site, "dana@example.org").await;
    site.test.sql("delete from notifications").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let fields = [
        ("course", "small"),
        ("key", KEY),
        ("title", "To all"),
        ("body", "*Read this*"),
    ];
    for _ in 0..2 {
        meera.post(SAVE, &fields).await.assert_ok();
    }
    let written = "select count(*) from cohort_announcements";
    assert_eq!(site.test.count(written).await, 1, "sent twice, made once");
    assert_eq!(site.test.count(TOLD).await, 2);
    // Nobody else sees it.
    let news = "/learn/small/news/all";
    let mut cy = site.sign_in("cy@example.org").await;
    assert_eq!(cy.get(news).await.status, StatusCode::FORBIDDEN);
    let page = dana.get(news).await.body;
    assert!(page.contains("<em>Read this</em>"), "{page}");
    assert!(dana.get("/learn/small/t").await.body.contains(news));
    let unread = "select count(*) from notifications where read_at is null";
    assert_eq!(
        site.test.count(unread).await,
        1,
        "those of the other learner"
    );
    let list = "/teach/small/announcements";
    let id = site
        .test
        .text("select announcement_id from cohort_announcements")
        .await;
    let page = meera.get(&format!("{list}?readers={id}")).await.body;
    assert!(page.contains("Read by 1 of 2 learners"), "{page}");
    let gone = [("course", "small"), ("id", id.as_str())];
    meera
        .post("home/api/delete_announcement", &gone)
        .await
        .assert_ok();
    assert_eq!(site.test.count(unread).await, 0, "taken back");
}
