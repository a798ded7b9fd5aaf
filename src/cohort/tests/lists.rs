//! Tests of uploading lists of members: the preview, the confirmation, and files that are none.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{CohortBuilder, CourseBuilder, hidden, tutor, upload_members};

async fn site() -> TestSite {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M").topic("t");
    course.import(&site).await;
    site
}

async fn confirm(tutor: &mut Browser<'_>, cohort: &str, list: &str) -> TestAnswer {
    let fields = [("course", "small"), ("cohort", cohort), ("list", list)];
    tutor.post("teach/api/confirm_member_list", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_what_each_line_will_do_and_then_does_it() {
    let site = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let other = CohortBuilder::new("small", "Spring").member("moved@example.org");
    other.make(&site).await;
    let cohort = CohortBuilder::new("small", "Autumn").member("there@example.org");
    let cohort = cohort.make(&site).await;
    let text = "email;name;batch\nnew@example.org;=1+1;2\nmoved@example.org;;\nthere@example.org;;3\nwrong;;\n";
    let sent = upload_members(&mut meera, "small", &cohort, text.as_bytes()).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let path = sent.header("location").to_owned();
    let page = meera.get(&path).await;
    page.assert_ok();
    let said = "1 added, 1 moved here, 1 already there, 1 left out";
    for shown in [
        said,
        "Leaves “Spring”.",
        "Gets this batch.",
        "This is not an email address.",
        "=1+1",
    ] {
        assert!(page.body.contains(shown), "{shown}");
    }
    let all = "select string_agg(email || ' ' || title || ' ' || batch_no, ', ' order by email)
               from cohort_members join cohorts using (cohort_id)";
    let before = "moved@example.org Spring 1, there@example.org Autumn 1";
    assert_eq!(
        site.test.text(all).await,
        before,
        "a preview changes nothing"
    );

    let list = hidden(&page.body, "list");
    confirm(&mut meera, &cohort, &list).await.assert_ok();
    let after = "moved@example.org Autumn 1, new@example.org Autumn 2, there@example.org Autumn 3";
    assert_eq!(site.test.text(all).await, after);
    let page = meera.get(&path).await.body;
    assert!(page.contains(said) && !page.contains("Confirm"));
    confirm(&mut meera, &cohort, &list).await.assert_ok();
    let logged = "select count(*) from audit_logs where action = 'cohort.list_confirmed'";
    assert_eq!(site.test.count(logged).await, 1, "twice is as good as once");
    assert_eq!(
        site.test.text("select lines from cohort_lists").await,
        "[]",
        "the lines are forgotten"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_taken_at_once() {
    let site = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    crate::testing::many_accounts(&site, 500).await;
    let cohort = CohortBuilder::new("small", "Autumn").make(&site).await;
    let lines = (1..=5_000).map(|n| format!("many{n}@example.org\n"));
    let text = format!("email\n{}", lines.collect::<String>());
    let sent = upload_members(&mut meera, "small", &cohort, text.as_bytes()).await;
    let page = meera.get(sent.header("location")).await;
    assert!(page.body.contains("5000 added") && page.body.contains("and 4800 more"));
    let list = hidden(&page.body, "list");
    let before = site.state.db.statements();
    confirm(&mut meera, &cohort, &list).await.assert_ok();
    let statements = site.state.db.statements() - before;
    assert!(statements < 30, "{statements}");
    let counts =
        "select (select count(*) from cohort_members) || ' ' || (select count(*) from enrollments)";
    assert_eq!(site.test.text(counts).await, "5000 500");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_list_is_refused_with_a_sentence() {
    let site = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let cohort = CohortBuilder::new("small", "Autumn").make(&site).await;
    let bomb = vec![b'x'; 2 << 20];
    let page = format!("/teach/small/cohorts/{cohort}/list");
    for (content, why) in [
        (bomb.as_slice(), "A list may have 1 MB at most."),
        (b"a,b\n1,2\n", "no column of email addresses"),
        (b"", "Choose a file that has something in it."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\0\0\0", "is not a text file"),
    ] {
        let sent = upload_members(&mut meera, "small", &cohort, content).await;
        assert_eq!(sent.header("location"), page, "{why}");
        let shown = meera.get(&page).await.body;
        assert!(shown.contains(why), "{why}");
    }
    assert_eq!(
        site.test.count("select count(*) from cohort_lists").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_tutors_of_the_course_upload_to_its_cohorts() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").make(&site).await;
    let list = b"email\nx@example.org\n";
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let refused = upload_members(&mut asha, "small", &cohort, list).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let mut visitor = site.visitor();
    let refused = upload_members(&mut visitor, "small", &cohort, list).await;
    assert!(refused.header("location").starts_with("/sign-in"));
    // A tutor of another course has no way through their own course.
    CourseBuilder::new("other")
        .module("M")
        .topic("o")
        .import(&site)
        .await;
    let mut cem = site.signed_in("cem@example.org", UserRole::Tutor).await;
    crate::testing::tutor_of(&site, "cem@example.org", "other").await;
    let refused = upload_members(&mut cem, "other", &cohort, list).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(
        site.test.count("select count(*) from cohort_lists").await,
        0
    );
}
