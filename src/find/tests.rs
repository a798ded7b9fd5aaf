//! Results by what a person may see, over HTTP.

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite, function_path};
use crate::testing::{CourseBuilder, enroll, tutor_of, user_id};

async fn find(browser: &mut Browser<'_>, q: &str) -> String {
    let path = format!("{}?q={q}", function_path("find/api/find"));
    let answer = browser.get(&path).await;
    answer.assert_ok();
    answer.body
}

#[tokio::test(flavor = "multi_thread")]
async fn people_find_what_they_may_see_and_nothing_else() {
    let site = TestSite::new().await;
    let open = CourseBuilder::new("open").title("Birds of the coast");
    open.module("M").topic("t").import(&site).await;
    let closed = CourseBuilder::new("closed").title("Birds of the hills");
    closed
        .unpublished()
        .module("M")
        .topic("c")
        .import(&site)
        .await;
    site.test
        .sql(
            "insert into page_content (slug, title, body, body_html, is_published)
             values ('seen', 'Birds here', '', '', true), ('hidden', 'Birds there', '', '', false)",
        )
        .await;
    let mut learner = site
        .signed_in("birdie@example.org", UserRole::Learner)
        .await;
    enroll(&mut learner, "open").await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    tutor_of(&site, "tutor@example.org", "closed").await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let person = user_id(&site, "birdie@example.org").await;
    let person = format!("/admin/people/{person}");
    let of_learner = "/teach/open/learners/birdie";

    let visitor = find(&mut site.visitor(), "bird").await;
    for (text, is_found) in [
        ("/courses/open", true),
        ("/pages/seen", true),
        ("/learn/open", false),
        ("closed", false),
        ("/pages/hidden", false),
        ("birdie", false),
    ] {
        assert_eq!(visitor.contains(text), is_found, "{text}: {visitor}");
    }
    let own = find(&mut learner, "BIRD").await;
    assert!(
        own.contains("/learn/open") && !own.contains("birdie"),
        "{own}"
    );
    let taught = find(&mut tutor, "bird").await;
    // Birdie studies no course of this tutor.
    assert!(taught.contains("/teach/closed"), "{taught}");
    assert!(!taught.contains("/teach/open") && !taught.contains("birdie"));
    tutor_of(&site, "tutor@example.org", "open").await;
    let taught = find(&mut tutor, "bird").await;
    assert!(taught.contains(of_learner) && !taught.contains(&person));
    let all = find(&mut admin, "bird").await;
    assert!(
        all.contains(&person) && all.contains("/teach/closed"),
        "{all}"
    );

    for (browser, is_admin) in [(&mut learner, false), (&mut admin, true)] {
        let actions = find(browser, "").await;
        assert!(actions.contains("/settings/data") && !actions.contains("/sign-in"));
        assert_eq!(actions.contains("/admin/audit"), is_admin);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tutors_and_admins_find_their_pages_and_the_areas_of_their_courses() {
    let site = TestSite::new().await;
    for (slug, title) in [
        ("coast", "Birds of the coast"),
        ("hills", "Birds of the hills"),
    ] {
        let course = CourseBuilder::new(slug).title(title);
        course.module("M").topic(slug).import(&site).await;
    }
    let mut learner = site.signed_in("asha@example.org", UserRole::Learner).await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    tutor_of(&site, "tutor@example.org", "coast").await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    for (path, for_tutors) in [
        ("/marking\"", true),
        ("/moderation\"", true),
        ("/admin/site\"", false),
        ("/admin/site/pages\"", false),
        ("/admin/tutor-applications\"", false),
    ] {
        assert!(!find(&mut learner, "").await.contains(path), "{path}");
        let found = find(&mut tutor, "").await;
        assert_eq!(found.contains(path), for_tutors, "{path}");
        assert!(find(&mut admin, "").await.contains(path), "{path}");
    }
    for (q, of_coast, of_hills) in [
        ("outline", true, true),
        ("outl%20hills", false, true),
        ("birds%20questions", true, true),
        ("out", false, false),
    ] {
        let (all, own) = (find(&mut admin, q).await, find(&mut tutor, q).await);
        let area = if q.contains("quest") {
            "questions"
        } else {
            "outline"
        };
        let has = |found: &str, slug: &str| found.contains(&format!("/teach/{slug}/{area}"));
        assert_eq!(
            (has(&all, "coast"), has(&all, "hills")),
            (of_coast, of_hills),
            "{q}: {all}"
        );
        assert_eq!(
            (has(&own, "coast"), has(&own, "hills")),
            (of_coast, false),
            "{q}: {own}"
        );
        let none = find(&mut learner, q).await;
        assert!(!none.contains("/teach/"), "{q}: {none}");
    }
    // A course that is found alone has its areas below it.
    let one = find(&mut tutor, "birds").await;
    assert!(
        one.contains("/teach/coast/outline") && one.contains("Gradebook"),
        "{one}"
    );
    let several = find(&mut admin, "birds").await;
    assert!(!several.contains("/outline"), "{several}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_finds_without_javascript() {
    let site = TestSite::new().await;
    let mut visitor = site.visitor();
    let page = visitor.get("/find?q=certificate").await;
    page.assert_ok();
    assert!(page.body.contains("href=\"/verify\""), "{}", page.body);
    let page = visitor.get("/find?q=nonsense").await;
    assert!(page.body.contains("Nothing found"), "{}", page.body);
}
