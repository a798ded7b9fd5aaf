//! Tests of live sessions: what members see and when, joining, attendance, series and reminders.

use axum::http::{StatusCode, header};

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite};
use crate::testing::{CohortBuilder, CourseBuilder, tutor};

const HOME: &str = "/learn/small/cohort";
const LINK: &str = "https://meet.example/room-42";
const KEY: &str = "11111111-1111-4111-8111-111111111111";

async fn site() -> TestSite {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").title("A small course");
    course.module("M").topic("t").import(&site).await;
    for name in ["asha", "bo"] {
        let email = format!("{name}@example.org");
        site.account(&email, UserRole::Learner).await;
    }
    site
}

/// Makes sessions that start on 1 May 2099 at 18:00, through the tutor's form. Returns the status.
async fn make(meera: &mut Browser<'_>, cohort: &str, weeks: &str) -> u16 {
    let fields = [
        ("course", "small"),
        ("cohort", cohort),
        ("key", KEY),
        ("session[title]", "Office hour"),
        ("session[starts_at]", "2099-05-01T18:00"),
        ("session[minutes]", "60"),
        ("session[weeks]", weeks),
        ("session[link]", LINK),
        ("session[place]", "Room 2"),
        ("session[notes]", "Bring *questions*"),
    ];
    let made = meera.post("sessions/api/make_sessions", &fields).await;
    made.status.as_u16()
}

/// Lets the first session start in so many minutes.
async fn start_in(site: &TestSite, minutes: i64) {
    let sql = format!(
        "update live_sessions set starts_at = now() + interval '{minutes} minutes' where series_no = 1"
    );
    site.test.sql(&sql).await;
}

async fn first(site: &TestSite) -> String {
    let id = "select session_id from live_sessions where series_no = 1";
    site.test.text(id).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_is_in_no_page_and_leads_members_around_the_time_only() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort.member("meera@example.org").make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assert_eq!(make(&mut meera, &cohort, "1").await, 200);
    assert_eq!(make(&mut meera, &cohort, "1").await, 200, "two clicks");
    let all = "select count(*) from live_sessions";
    assert_eq!(site.test.count(all).await, 1);
    let session = first(&site).await;
    let join = format!("/sessions/{session}/join");
    let mut asha = site.sign_in("asha@example.org").await;
    let page = asha.get(HOME).await;
    page.assert_ok();
    for shown in [
        "Office hour",
        "Friday, 1 May 2099, 18:00–19:00",
        "Room 2",
        "<em>questions</em>",
        "15 minutes before the start",
    ] {
        assert!(page.body.contains(shown), "{shown}");
    }
    for (minutes, opens) in [
        (60, false),
        (16, false),
        (14, true),
        (-59, true),
        // An hour longer than planned.
        (-119, true),
        (-121, false),
    ] {
        start_in(&site, minutes).await;
        let page = asha.get(HOME).await.body;
        assert_eq!(page.contains(&join), opens, "{minutes}");
        assert!(!page.contains("meet.example"), "{minutes}");
        let led = asha.get(&join).await;
        let target = if opens {
            LINK
        } else {
            "/learn/small/cohort?done=not-open"
        };
        assert_eq!(led.header(header::LOCATION), target, "{minutes}");
    }
    start_in(&site, 5).await;
    site.test
        .sql("update live_sessions set canceled_at = now()")
        .await;
    let led = asha.get(&join).await;
    assert!(led.header(header::LOCATION).starts_with(HOME));
    assert!(asha.get(HOME).await.body.contains("Canceled"));
    site.test
        .sql("update live_sessions set canceled_at = null")
        .await;
    // A first visit after the planned end is no attendance.
    start_in(&site, -61).await;
    assert_eq!(meera.get(&join).await.header(header::LOCATION), LINK);
    start_in(&site, 5).await;

    // Nobody else gets there.
    let mut bo = site.sign_in("bo@example.org").await;
    assert_eq!(bo.get(&join).await.status, StatusCode::NOT_FOUND);
    let led = site.visitor().get(&join).await;
    assert!(led.header(header::LOCATION).starts_with("/sign-in"));
    site.test
        .sql("update cohort_members set status = 'paused' where email like 'asha%'")
        .await;
    assert_eq!(asha.get(&join).await.status, StatusCode::NOT_FOUND);
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    assert_eq!(root.get(&join).await.header(header::LOCATION), LINK);
    let joined = "select count(*) from session_attendance";
    assert_eq!(site.test.count(joined).await, 1, "of Asha, once");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_members_of_the_cohort_and_those_who_teach_it_join_a_session() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort.make(&site).await;
    let other = CohortBuilder::new("small", "Spring").member("bo@example.org");
    other.make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assert_eq!(make(&mut meera, &cohort, "1").await, 200);
    start_in(&site, 5).await;
    let join = format!("/sessions/{}/join", first(&site).await);
    let mut asha = site.sign_in("asha@example.org").await;
    let mut bo = site.sign_in("bo@example.org").await;
    // The session's own time decides, not the days of the cohort.
    for days in [
        "start_date = current_date + 3, end_date = null",
        "start_date = current_date - 9, end_date = current_date - 2",
        "start_date = current_date - 9, end_date = null",
    ] {
        let change = format!("update cohorts set {days} where title = 'Autumn'");
        site.test.sql(&change).await;
        let led = asha.get(&join).await;
        assert_eq!(led.header(header::LOCATION), LINK, "{days}");
        assert_eq!(bo.get(&join).await.status, StatusCode::NOT_FOUND, "{days}");
    }
    let led = meera.get(&join).await;
    assert_eq!(led.header(header::LOCATION), LINK);
    site.test
        .sql("update course_tutors set is_active = false")
        .await;
    assert_eq!(meera.get(&join).await.status, StatusCode::NOT_FOUND);
    site.test
        .sql("update cohorts set is_active = false where title = 'Autumn'")
        .await;
    assert_eq!(asha.get(&join).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn attendance_is_prefilled_and_an_old_tab_undoes_nothing() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort.member("bo@example.org").make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    make(&mut meera, &cohort, "1").await;
    let session = first(&site).await;
    let path = format!("/teach/small/cohorts/{cohort}/sessions/{session}");
    start_in(&site, -20).await;
    let mut asha = site.sign_in("asha@example.org").await;
    asha.get(&format!("/sessions/{session}/join")).await;
    let page = meera.get(&path).await;
    page.assert_ok();
    assert_eq!(page.body.matches("value=\"late\" selected").count(), 1);
    let member = async |email: &str| {
        let id = format!("select member_id from cohort_members where email = '{email}'");
        site.test.text(&id).await
    };
    let (a, b) = (
        member("asha@example.org").await,
        member("bo@example.org").await,
    );
    let save = async |marks: &[(&str, &str, &str)]| {
        let mut fields = vec![
            ("course".to_owned(), "small".to_owned()),
            ("cohort".to_owned(), cohort.clone()),
            ("id".to_owned(), session.clone()),
        ];
        for (member, was, mark) in marks {
            fields.push((format!("was[m-{member}]"), (*was).to_owned()));
            fields.push((format!("marks[m-{member}]"), (*mark).to_owned()));
        }
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let function = "sessions/api/record_attendance";
        meera.tab().post(function, &fields).await.status.as_u16()
    };
    let stored = async || {
        site.test
            .text(
                "select string_agg(left(email, 1) || ' ' || coalesce(a.status, '-'), ', ' order by email)
                 from session_attendance a join cohort_members using (member_id)",
            )
            .await
    };
    assert_eq!(stored().await, "a -");
    assert_eq!(save(&[(&a, "", "late"), (&b, "", "absent")]).await, 200);
    assert_eq!(stored().await, "a late, b absent");
    // A tab that was loaded before changes Asha alone.
    assert_eq!(save(&[(&a, "", "present"), (&b, "", "")]).await, 200);
    assert_eq!(stored().await, "a present, b absent");
    assert_eq!(save(&[(&b, "absent", "asleep")]).await, 422);
    let other = CohortBuilder::new("small", "Spring").member("x@example.org");
    other.make(&site).await;
    let stranger = member("x@example.org").await;
    assert_eq!(save(&[(&stranger, "", "late")]).await, 200);
    assert_eq!(stored().await, "a present, b absent", "of this cohort only");
    let list = format!("/teach/small/cohorts/{cohort}/sessions");
    meera.get(&list).await.assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_is_moved_and_canceled_and_members_are_told() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort.make(&site).await;
    site.test
        .sql("update cohorts set time_zone = 'Europe/Berlin'")
        .await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assert_eq!(make(&mut meera, &cohort, "53").await, 422);
    assert_eq!(make(&mut meera, &cohort, "3").await, 200);
    let times = "select string_agg(to_char(starts_at at time zone 'Europe/Berlin', 'MM-DD HH24:MI'), ', ' order by starts_at)
                 from live_sessions where canceled_at is null";
    let made = "05-01 18:00, 05-08 18:00, 05-15 18:00";
    assert_eq!(site.test.text(times).await, made);
    let jobs = "select count(*) from background_jobs where kind = 'remind_of_session'";
    assert_eq!(site.test.count(jobs).await, 3);
    let told = "select coalesce(string_agg(title || ': ' || body, '; '), '') from notifications where read_at is null";
    assert_eq!(site.test.text(told).await, "");

    let second = "select session_id from live_sessions where series_no = 2";
    let second = site.test.text(second).await;
    let own = [
        ("course", "small"),
        ("cohort", cohort.as_str()),
        ("id", second.as_str()),
    ];
    let change = [
        ("session[title]", "Questions"),
        ("session[starts_at]", "2099-05-09T17:30"),
        ("session[minutes]", "30"),
    ];
    let fields = [&own[..], &change[..], &[("later", "true")]].concat();
    let function = "sessions/api/change_session";
    meera.post(function, &fields).await.assert_ok();
    let moved = "05-01 18:00, 05-09 17:30, 05-16 17:30";
    assert_eq!(site.test.text(times).await, moved);
    let text = site.test.text(told).await;
    let said = "“Questions” is moved: New time: Saturday, 9 May 2099, 17:30–18:00 (Europe/Berlin). Later sessions";
    assert!(text.starts_with(said), "{text}");
    let fields = [&own[..], &change[..]].concat();
    meera.post(function, &fields).await.assert_ok();
    assert_eq!(site.test.text(told).await, text, "nothing was moved");
    let wrong = [&own[..], &[("session[link]", "http://x.example")]].concat();
    let refused = meera.post(function, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);

    let cancel = async |canceled: &str| {
        let fields = [&own[..], &[("canceled", canceled)]].concat();
        let mut meera = meera.tab();
        let function = "sessions/api/cancel_session";
        meera.post(function, &fields).await.assert_ok();
        site.test.text(told).await
    };
    for _ in 0..2 {
        assert!(cancel("true").await.starts_with("“Questions” is canceled"));
    }
    let left = "05-01 18:00, 05-16 17:30";
    assert_eq!(site.test.text(times).await, left);
    let mut asha = site.sign_in("asha@example.org").await;
    let home = asha.get(HOME).await.body;
    let (_, rest) = home.split_once("href=\"/calendars/").unwrap();
    let feed = format!("/calendars/{}", rest.split('"').next().unwrap());
    let feed = site.visitor().get(&feed).await.body;
    assert_eq!(feed.matches("STATUS:CANCELLED").count(), 1);
    assert_eq!(feed.matches("UID:session-").count(), 3);
    assert!(feed.contains("DTSTART:20990501T160000Z") && !feed.contains("meet.example"));
    let after = cancel("false").await;
    assert!(
        after.starts_with("“Questions” takes place after all"),
        "{after}"
    );
    assert_eq!(site.test.text(times).await, moved);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_reminded_once_of_the_time_that_still_holds() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort.make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    make(&mut meera, &cohort, "2").await;
    let due = "update background_jobs set run_at = now() where kind = 'remind_of_session'";
    let told = "select count(*) from notifications where kind = 'deadline' and events = 1";
    // One session was moved meanwhile, and the other one is canceled.
    site.test
        .sql(
            "update live_sessions set starts_at = starts_at + interval '1 day' where series_no = 1;
              update live_sessions set canceled_at = now() where series_no = 2",
        )
        .await;
    site.test.sql(due).await;
    site.mails().await;
    assert_eq!(site.test.count(told).await, 0);
    let again = "insert into background_jobs (kind, payload, max_attempts)
         select 'remind_of_session', jsonb_build_object('session', session_id, 'starts_at', starts_at), 3
         from live_sessions";
    for _ in 0..2 {
        site.test.sql(again).await;
        site.mails().await;
        assert_eq!(site.test.count(told).await, 1);
    }
    let title = site.test.text("select title from notifications").await;
    assert_eq!(title, "“Office hour” starts soon");
    let mut asha = site.sign_in("asha@example.org").await;
    asha.get(HOME).await.assert_ok();
    let unread = "select count(*) from notifications where read_at is null";
    assert_eq!(site.test.count(unread).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_managed_through_its_own_cohort_only() {
    let site = site().await;
    let cohort = CohortBuilder::new("small", "Autumn").make(&site).await;
    let other = CohortBuilder::new("small", "Spring").make(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    make(&mut meera, &cohort, "1").await;
    let session = first(&site).await;
    let path = format!("/teach/small/cohorts/{other}/sessions/{session}");
    assert_eq!(meera.get(&path).await.status, StatusCode::NOT_FOUND);
    for (function, fields) in [
        ("cancel_session", &[("canceled", "true")][..]),
        ("record_attendance", &[]),
        (
            "change_session",
            &[
                ("session[title]", "Mine"),
                ("session[starts_at]", "2099-05-01T18:00"),
                ("session[minutes]", "60"),
            ],
        ),
    ] {
        let own = [
            ("course", "small"),
            ("cohort", other.as_str()),
            ("id", session.as_str()),
        ];
        let fields = [&own[..], fields].concat();
        let answer = meera
            .post(&format!("sessions/api/{function}"), &fields)
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{function}");
    }
}
