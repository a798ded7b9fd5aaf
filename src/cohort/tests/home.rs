//! Tests of a cohort's home: who sees it when, what tutors write, work, the schedule and the
//! calendar.

use axum::http::{StatusCode, header};

use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
use crate::testing::{CohortBuilder, CourseBuilder, furnish_cohorts, statements, tutor};

const HOME: &str = "/learn/small/cohort";

async fn site() -> TestSite {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").title("A small course");
    let course = course.module("First").topic("begin").module("Second");
    course.topic("end").import(&site).await;
    for name in ["asha", "bo", "cy"] {
        let email = format!("{name}@example.org");
        site.account(&email, UserRole::Learner).await;
    }
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn members_see_who_is_here_without_addresses() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort
        .member_of("bo@example.org", 2)
        .member("secret@example.org")
        .member("gone@example.org");
    cohort.make(&site).await;
    furnish_cohorts(&site).await;
    site.test
        .sql(
            "update cohort_members set status = 'removed', name = 'Gone' where email like 'gone%';
              update cohort_members set name = 'Dee' where email like 'secret%'",
        )
        .await;
    let mut asha = site.sign_in("asha@example.org").await;
    let page = asha.get(HOME).await;
    page.assert_ok();
    for shown in [
        "Batch 1 (yours)",
        "Batch 2",
        "(you)",
        "Dee",
        "Welcome",
        "Count the trees",
        "Forty-two.",
        "Well done.",
        "0 of 1 topics done",
        "In progress",
    ] {
        assert!(page.body.contains(shown), "{shown}");
    }
    for hidden in ["secret@example.org", "bo@example.org", "Gone"] {
        assert!(!page.body.contains(hidden), "{hidden}");
    }
    // Bo's batch has no project.
    let mut bo = site.sign_in("bo@example.org").await;
    let page = bo.get(HOME).await.body;
    assert!(!page.contains("Count the trees") && !page.contains("Forty-two."));
    let work = [("course", "small"), ("text", "Mine")];
    let refused = bo.post("cohort/api/hand_in", &work).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}

/// Statuses of the home, of handing in, and of a topic.
async fn statuses(site: &TestSite, email: &str) -> [u16; 3] {
    let mut member = site.sign_in(email).await;
    let work = [("course", "small"), ("link", "https://example.org/")];
    [
        member.get(HOME).await.status.as_u16(),
        member
            .post("cohort/api/hand_in", &work)
            .await
            .status
            .as_u16(),
        member.get("/learn/small/begin").await.status.as_u16(),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_may_do_follows_the_cohorts_days_and_the_status() {
    let site = site().await;
    site.test.sql("update courses set cohort_only = true").await;
    let asha = "asha@example.org";
    let cohort = CohortBuilder::new("small", "Autumn").member(asha);
    cohort.starts_in(3).ends_in(9).make(&site).await;
    furnish_cohorts(&site).await;
    site.test.sql("delete from project_works").await;
    assert_eq!(statuses(&site, asha).await, [200, 403, 403], "before");
    let mut member = site.sign_in(asha).await;
    let page = member.get(HOME).await.body;
    assert!(page.contains("Your cohort starts on") && !page.contains("Hand in your work"));
    let set = |set: &str| format!("update cohorts set {set}");
    site.test.sql(&set("start_date = current_date - 3")).await;
    assert_eq!(statuses(&site, asha).await, [200, 200, 200], "open");
    site.test.sql(&set("end_date = current_date - 2")).await;
    assert_eq!(statuses(&site, asha).await, [200, 403, 200], "ended");
    let page = member.get(HOME).await.body;
    assert!(page.contains("This cohort has ended.") && page.contains("https://example.org/"));
    site.test
        .sql("update cohort_members set status = 'paused'")
        .await;
    assert_eq!(statuses(&site, asha).await, [403, 403, 403], "paused");
    site.test
        .sql("update cohort_members set status = 'active'")
        .await;
    site.test.sql(&set("is_active = false")).await;
    assert_eq!(statuses(&site, asha).await, [403, 403, 403], "inactive");
    // A member of a cohort of another course.
    CourseBuilder::new("other")
        .module("M")
        .topic("o")
        .import(&site)
        .await;
    let other = CohortBuilder::new("other", "Other").member("bo@example.org");
    other.make(&site).await;
    assert_eq!(
        statuses(&site, "bo@example.org").await,
        [403, 403, 403],
        "another course"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_two_cohorts_of_a_course_see_only_their_own() {
    let site = site().await;
    for (title, email) in [("Autumn", "asha@example.org"), ("Spring", "bo@example.org")] {
        let cohort = CohortBuilder::new("small", title).member(email);
        cohort.make(&site).await;
    }
    site.test
        .sql(
            "insert into cohort_announcements (cohort_id, title, body, body_html)
              select cohort_id, 'News of ' || title, '', '' from cohorts",
        )
        .await;
    let mut asha = site.sign_in("asha@example.org").await;
    let page = asha.get(HOME).await.body;
    assert!(page.contains("News of Autumn") && !page.contains("Spring"));
    let spring = site
        .test
        .text("select cohort_id from cohorts where title = 'Spring'")
        .await;
    let other = asha.get(&format!("{HOME}?cohort={spring}")).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn tutors_announce_write_briefs_and_comment_on_work() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort.make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let own = [("course", "small"), ("cohort", cohort.as_str())];
    let with = |fields: &[(&'static str, &'static str)]| {
        let mut all: Vec<(&str, &str)> = own.to_vec();
        all.extend_from_slice(fields);
        all
    };
    let announced = with(&[("title", "Hello"), ("body", "*Read* <script>x</script>")]);
    meera
        .post("home/api/save_announcement", &announced)
        .await
        .assert_ok();
    let brief = with(&[
        ("batch", "1"),
        ("project[title]", "Count"),
        ("project[tagline]", "Trees"),
        ("project[description]", "**All**"),
        ("project[notes]", "- one"),
    ]);
    meera
        .post("home/api/save_project", &brief)
        .await
        .assert_ok();
    let mut asha = site.sign_in("asha@example.org").await;
    let page = asha.get(HOME).await.body;
    for shown in ["<em>Read</em>", "Count", "<strong>All</strong>", "Notes"] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("<script>x"));
    let refused = asha
        .submit(
            HOME,
            "cohort/api/hand_in",
            &[("course", "small"), ("link", "nowhere")],
        )
        .await;
    assert_eq!(refused.header(header::LOCATION), HOME);
    let page = asha.get(HOME).await.body;
    assert!(page.contains("begins with https://") && page.contains("nowhere"));
    let work = [("course", "small"), ("text", "Forty-two")];
    let sent = asha.submit(HOME, "cohort/api/hand_in", &work).await;
    assert_eq!(
        sent.header(header::LOCATION),
        format!("{HOME}?done=handed-in")
    );

    let projects = format!("/teach/small/cohorts/{cohort}/projects");
    let page = meera.get(&format!("{projects}?batch=1")).await.body;
    assert!(page.contains("Forty-two") && page.contains("1 of 1 member handed in"));
    let work = site.test.text("select work_id from project_works").await;
    let mut comment = with(&[("text", "Which trees?")]);
    comment.push(("work", &work));
    meera
        .post("home/api/comment_work", &comment)
        .await
        .assert_ok();
    let page = asha.get(HOME).await.body;
    assert!(page.contains("Which trees?") && page.contains("meera"));

    let id = site
        .test
        .text("select announcement_id from cohort_announcements")
        .await;
    let mut change = with(&[("title", "Changed"), ("body", "")]);
    change.push(("id", &id));
    meera
        .post("home/api/save_announcement", &change)
        .await
        .assert_ok();
    assert!(asha.get(HOME).await.body.contains("Changed"));
    let mut delete = with(&[]);
    delete.push(("id", &id));
    meera
        .post("home/api/delete_announcement", &delete)
        .await
        .assert_ok();
    assert!(!asha.get(HOME).await.body.contains("Changed"));

    // Work and announcements of another cohort are not reached through this one.
    let other = CohortBuilder::new("small", "Spring").make(&site).await;
    let fields = [
        ("course", "small"),
        ("cohort", other.as_str()),
        ("work", work.as_str()),
        ("text", "x"),
    ];
    let refused = meera.post("home/api/comment_work", &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let preview = meera.get(&format!("{HOME}?cohort={cohort}")).await;
    preview.assert_ok();
    assert!(preview.body.contains("This is how members of batch 1 see"));
}

#[tokio::test(flavor = "multi_thread")]
async fn modules_open_by_rule_and_the_narrower_rule_counts() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort
        .member_of("bo@example.org", 2)
        .member_of("cy@example.org", 2);
    let cohort = cohort.make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let save = async |whom: &str, kind: &str, days: &str| {
        let mut meera = meera.tab();
        let fields = [
            ("course", "small"),
            ("cohort", cohort.as_str()),
            ("whom", whom),
            ("rules[0][module_no]", "2"),
            ("rules[0][kind]", kind),
            ("rules[0][days]", days),
        ];
        let saved = meera.post("schedule/api/save_schedule", &fields).await;
        saved.status.as_u16()
    };
    let opened = async |email: &str| {
        let mut member = site.sign_in(email).await;
        let begin = member.get("/learn/small/begin").await;
        begin.assert_ok();
        let is_linked = begin.body.contains("href=\"/learn/small/end\"");
        let end = member.get("/learn/small/end").await.status;
        assert_eq!(end == StatusCode::OK, is_linked, "the outline says so");
        is_linked
    };
    assert!(opened("asha@example.org").await);
    // The cohort started seven days ago.
    assert_eq!(save("", "after_start", "9").await, 200);
    assert!(!opened("asha@example.org").await && !opened("bo@example.org").await);
    assert_eq!(save("batch-2", "after_start", "6").await, 200);
    assert!(!opened("asha@example.org").await && opened("bo@example.org").await);
    assert_eq!(save("cy@example.org", "after_start", "30").await, 200);
    assert!(opened("bo@example.org").await && !opened("cy@example.org").await);
    assert_eq!(save("cy@example.org", "after_gate", "").await, 200);
    assert!(opened("cy@example.org").await);
    assert_eq!(save("batch-2", "inherited", "").await, 200);
    assert!(!opened("bo@example.org").await && opened("cy@example.org").await);
    assert_eq!(save("", "after_start", "-1").await, 422);
    assert_eq!(save("nobody@example.org", "after_gate", "").await, 404);
    for whom in ["", "?for=batch-2", "?for=cy@example.org"] {
        let path = format!("/teach/small/cohorts/{cohort}/schedule{whom}");
        let page = meera.get(&path).await;
        page.assert_ok();
        assert!(page.body.contains("Module 2: Second"), "{whom}");
    }
    // A tutor's exception for one learner comes before every rule.
    let asha = crate::testing::user_id(&site, "asha@example.org").await;
    site.test
        .sql(&format!(
            "insert into module_progress (user_id, course_id, module_no, unlocked_at)
             select '{asha}', course_id, 2, now() from courses"
        ))
        .await;
    assert!(opened("asha@example.org").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_is_read_with_its_key_alone_and_ends_with_the_membership() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn; really").member("asha@example.org");
    cohort.starts_in(3).ends_in(40).make(&site).await;
    site.test
        .sql(
            "insert into cohort_module_rules (cohort_id, module_no, days_after_start)
              select cohort_id, 2, 7 from cohorts",
        )
        .await;
    let mut asha = site.sign_in("asha@example.org").await;
    let home = asha.get(HOME).await.body;
    assert!(home.contains("opens from "));
    let (_, rest) = home.split_once("href=\"/calendars/").unwrap();
    let key = rest.split('/').next().unwrap();
    let path = format!("/calendars/{key}/cohort.ics");
    let feed = site.visitor().get(&path).await;
    feed.assert_ok();
    assert_eq!(
        feed.header(header::CONTENT_TYPE),
        "text/calendar; charset=utf-8"
    );
    let text = feed.body.replace("\r\n ", "");
    for said in [
        "SUMMARY:Autumn\\; really · A small course starts",
        "SUMMARY:Last day of Autumn\\; really",
        "SUMMARY:“Second” opens",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 3);
    for wrong in ["x".repeat(64), "0".repeat(64), String::from("0")] {
        let path = format!("/calendars/{wrong}/cohort.ics");
        assert_eq!(
            site.visitor().get(&path).await.status,
            StatusCode::NOT_FOUND
        );
    }
    site.test
        .sql("update cohort_members set status = 'paused'")
        .await;
    assert_eq!(
        site.visitor().get(&path).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_cohort_stays_the_members_home_until_the_next_one_starts() {
    let site = site().await;
    let asha = "asha@example.org";
    let first = CohortBuilder::new("small", "Autumn").member(asha);
    let first = first.starts_in(-30).ends_in(-9).make(&site).await;
    let next = CohortBuilder::new("small", "Spring").member(asha);
    let next = next.starts_in(9).make(&site).await;
    furnish_cohorts(&site).await;
    site.test.sql("delete from project_works").await;
    let mut member = site.sign_in(asha).await;
    let page = member.get(HOME).await.body;
    assert!(page.contains("This cohort has ended."), "{page}");
    assert!(page.contains("Your next cohort “Spring” starts on"));
    let (of_first, of_next) = (
        format!("{HOME}?cohort={first}"),
        format!("{HOME}?cohort={next}"),
    );
    assert!(page.contains(&of_next));
    let page = member.get(&of_next).await.body;
    assert!(page.contains("Your cohort starts on") && !page.contains("This cohort has ended."));
    assert!(page.contains("Your earlier cohort “Autumn”, which has ended"));
    assert!(!page.contains("Hand in your work"));

    // Once the next one runs, its home comes first, and the earlier one is still read.
    site.test
        .sql("update cohorts set start_date = current_date - 1 where title = 'Spring'")
        .await;
    let page = member.get(HOME).await.body;
    assert!(page.contains("Hand in your work") && page.contains(&of_first));
    let page = member.get(&of_first).await.body;
    assert!(page.contains("This cohort has ended.") && !page.contains("Hand in your work"));
    assert!(page.contains("Your cohort “Spring” is in progress"));
    // A paused member reads neither.
    site.test
        .sql(&format!(
            "update cohort_members set status = 'paused' where cohort_id = '{first}'"
        ))
        .await;
    let paused = member.get(&of_first).await;
    assert_eq!(paused.status, StatusCode::FORBIDDEN);
    assert!(!member.get(HOME).await.body.contains(&of_first));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_player_shows_the_project_of_the_members_batch() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    cohort.member_of("bo@example.org", 2).make(&site).await;
    let topic = "/learn/small/begin";
    let mut asha = site.sign_in("asha@example.org").await;
    let before = statements(&site, &mut asha, topic).await;
    furnish_cohorts(&site).await;
    let page = asha.get(topic).await.body;
    for shown in [
        "/learn/small/cohort#ly-project",
        "Count the trees",
        "Of one street",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    let mut bo = site.sign_in("bo@example.org").await;
    assert!(!bo.get(topic).await.body.contains("Count the trees"));
    // The message to Asha is read, so that only the project makes a difference.
    site.test.sql("delete from notifications").await;
    assert!(statements(&site, &mut asha, topic).await <= before);
}
