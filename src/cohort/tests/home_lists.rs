//! Tests of the lists on a cohort's home: cold calls, what is due, dates, sessions and the feed.

use axum::body::Body;
use axum::http::StatusCode;

use crate::enrollment::server::opening::CohortStart;
use crate::testing::site::{Browser, TestSite};
use crate::testing::{
    CourseBuilder, ExamBuilder, Group, Question, cold_call_course, prompt_id, prompt_is,
    running_sitting, start_exam, statements, tutor,
};

const HOME: &str = "/learn/small/cohort";

/// The part of the home below the heading with this id. Empty if there is none.
fn section(body: &str, id: &str) -> String {
    let part = body.split_once(&format!("id=\"{id}\""));
    let part = part.and_then(|(_, rest)| rest.split_once("</section>"));
    part.map(|(section, _)| section.to_owned())
        .unwrap_or_default()
}

/// The part of the member's home below a heading.
async fn of_home(member: &mut Browser<'_>, id: &str) -> String {
    let page = member.get(HOME).await;
    page.assert_ok();
    section(&page.body, id)
}

/// Lets all members have joined before their cohorts started.
async fn members_from_the_start(site: &TestSite) {
    let long_ago = "update cohort_members set joined_at = now() - interval '60 days'";
    site.test.sql(long_ago).await;
}

/// All data of the member's home.
async fn data(member: &mut Browser<'_>) -> String {
    let path = "/api/lyceum/cohort/api/load_cohort_home?course=small";
    let request = member.request("GET", path).body(Body::empty()).unwrap();
    let answer = member.send(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_says_nothing_of_answers_before_the_member_has_answered() {
    let site = TestSite::new().await;
    cold_call_course().import(&site).await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut bo = group.member(&site, "bo@example.org").await;
    // The words for the times stay the same during the test.
    members_from_the_start(&site).await;
    let first = of_home(&mut asha, "ly-cold-calls").await;
    for shown in [
        "Why do pelicans swim?",
        "Which bird would you count?",
        "Beginning",
        "href=\"/learn/small/begin/cold-call/1\"",
    ] {
        assert!(first.contains(shown), "{shown}: {first}");
    }
    assert_eq!(
        first.matches("Answer the cold call of Beginning").count(),
        2
    );
    assert!(!first.contains("Answered"));
    let before = data(&mut asha).await;
    let prompt = prompt_id(&site, "Why do").await;
    bo.answer(&prompt, "Flamingoesque").await.assert_ok();
    assert_eq!(data(&mut asha).await, before, "not even a number differs");

    let own = of_home(&mut bo, "ly-cold-calls").await;
    assert!(own.contains("Answered") && !own.contains("Flamingoesque"));
    assert_eq!(own.matches("Answer the cold call of Beginning").count(), 1);
    // An answer in another cohort counts for nothing here.
    let other = Group::new(&site, "Autumn").await;
    let mut cy = other.member(&site, "cy@example.org").await;
    cy.answer(&prompt, "Heronlike").await.assert_ok();
    assert_eq!(data(&mut asha).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_lists_the_cold_calls_that_a_member_can_answer_now() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("First");
    let course = course.topic("begin").topic_title("Beginning");
    let course = course.cold_call("Why early?").module("Second");
    let course = course.topic("end").topic_title("Ending");
    course.cold_call("Why late?").import(&site).await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    members_from_the_start(&site).await;
    let mut listed = async || {
        let calls = of_home(&mut asha, "ly-cold-calls").await;
        ["Why early?", "Why late?"].map(|prompt| calls.contains(prompt))
    };
    assert_eq!(listed().await, [true, true]);
    let rule = "insert into cohort_module_rules (cohort_id, module_no, days_after_start)
                select cohort_id, 2, 30 from cohorts";
    site.test.sql(rule).await;
    assert_eq!(listed().await, [true, false], "the module is closed");
    site.test.sql("delete from cohort_module_rules").await;
    for (change, back) in [
        ("closes_at = now() - interval '1 hour'", "closes_at = null"),
        ("opens_at = now() + interval '1 hour'", "opens_at = null"),
        ("is_locked = true", "is_locked = false"),
        ("retired_at = now()", "retired_at = null"),
    ] {
        prompt_is(&site, change).await;
        assert_eq!(listed().await, [false, false], "{change}");
        prompt_is(&site, back).await;
        assert_eq!(listed().await, [true, true], "{back}");
    }
    // One cohort may have it differently.
    for (closed, set, expected) in [
        ("closes_at = null", "now() - interval '1 hour', null", false),
        ("closes_at = null", "null, true", false),
        (
            "closes_at = now() - interval '1 hour'",
            "'infinity', null",
            true,
        ),
        ("is_locked = true", "null, false", true),
    ] {
        prompt_is(&site, closed).await;
        let overrides = format!(
            "insert into cold_call_overrides (organization_id, prompt_id, cohort_id, closes_at, is_locked)
             select p.organization_id, p.prompt_id, c.cohort_id, {set} from cold_call_prompts p, cohorts c"
        );
        site.test.sql(&overrides).await;
        assert_eq!(listed().await, [expected, expected], "{closed}: {set}");
        site.test.sql("delete from cold_call_overrides").await;
        prompt_is(&site, "closes_at = null, is_locked = false").await;
    }
    site.test
        .sql("update cohorts set end_date = current_date - 2")
        .await;
    assert_eq!(
        listed().await,
        [false, false],
        "nothing is posted after the end"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_five_newest_cold_calls_are_listed_and_those_that_close_soon_are_due() {
    let site = TestSite::new().await;
    let mut course = CourseBuilder::new("small").module("First").topic("begin");
    course = course.topic_title("Beginning");
    for number in 1..=7 {
        course = course.cold_call(&format!("Why {number}?"));
    }
    course.import(&site).await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    site.test
        .sql(
            "update cold_call_prompts set opens_at = now() - make_interval(hours => display_order)",
        )
        .await;
    let calls = of_home(&mut asha, "ly-cold-calls").await;
    let places: Vec<Option<usize>> = (1..=7)
        .map(|number| calls.find(&format!("Why {number}?")))
        .collect();
    assert!(places[..5].is_sorted() && places[..5].iter().all(Option::is_some));
    assert_eq!(places[5..], [None, None]);
    let due = async |asha: &mut Browser<'_>| {
        let due = of_home(asha, "ly-due").await;
        due.matches("Cold call of “Beginning”").count()
    };
    assert_eq!(due(&mut asha).await, 0);
    site.test
        .sql(
            "update cold_call_prompts set closes_at = now() + interval '6 days' where display_order in (1, 7);
             update cold_call_prompts set closes_at = now() + interval '8 days' where display_order = 2",
        )
        .await;
    assert_eq!(due(&mut asha).await, 2, "also one that is not listed");
    let prompt = prompt_id(&site, "Why 7").await;
    asha.answer(&prompt, "So.").await.assert_ok();
    assert_eq!(due(&mut asha).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exam_is_due_while_it_can_be_sat() {
    let site = TestSite::new().await;
    let asked = Question::short_answer("asked", "Q", &["x"]).purpose("both");
    let course = CourseBuilder::new("small").module("M").topic("t");
    course.question(asked).import(&site).await;
    tutor(&site, "tutor@example.org").await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let exam = ExamBuilder::new().of_one_question("small");
    let exam = exam.publish(&site).await;
    let mut due = async |set: &str| {
        site.test.sql(&format!("update exams set {set}")).await;
        let due = of_home(&mut asha, "ly-due").await;
        let (_, line) = due.split_once("Exam “Final exam”")?;
        let (line, _) = line.split_once("</li>")?;
        assert!(due.contains(&format!("/learn/small/exam/{exam}")));
        Some((line.contains("opens on"), line.contains("closes on")))
    };
    let window = |opens: &str, closes: &str| {
        let time = |time: &str| match time {
            "" => "null".to_owned(),
            days => format!("now() + interval '{days} days'"),
        };
        format!("opens_at = {}, closes_at = {}", time(opens), time(closes))
    };
    for (opens, closes, expected) in [
        ("", "", Some((false, false))),
        ("-1", "3", Some((false, true))),
        ("13", "15", Some((true, true))),
        ("15", "16", None),
        ("-3", "-1", None),
        ("-1", "", Some((false, false))),
    ] {
        let set = window(opens, closes);
        assert_eq!(due(&set).await, expected, "{set}");
    }
    // Days after the cohort's start, which was a week ago.
    for (opens, closes, expected) in [
        ("0", "9", Some((false, true))),
        ("9", "12", Some((true, true))),
        ("7", "null", Some((false, false))),
        ("40", "null", None),
        ("0", "3", None),
    ] {
        let set = format!(
            "opens_at = null, closes_at = null, opens_after_days = {opens}, closes_after_days = {closes}"
        );
        assert_eq!(due(&set).await, expected, "{set}");
    }
    due("opens_after_days = null, closes_after_days = null").await;
    assert_eq!(due("is_published = false").await, None);
    assert_eq!(
        due("is_published = true").await,
        Some((false, false)),
        "published again"
    );
    let mut asha = site.sign_in("asha@example.org").await;
    start_exam(&mut asha, "small", &exam).await.assert_ok();
    assert!(of_home(&mut asha, "ly-due").await.contains("Final exam"));
    let sitting = running_sitting(&site).await;
    let fields = [("sitting", sitting.as_str())];
    let submitted = asha.post("exam/api/submit_exam", &fields).await;
    submitted.assert_ok();
    assert!(!of_home(&mut asha, "ly-due").await.contains("Final exam"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exercise_is_due_until_it_is_handed_in() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M").topic("t");
    let course = course.exercise("e", "Count trees", &["All of them."]);
    course.import(&site).await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let assign = "insert into assignments (exercise_id, rubric, due_at, late_days)
         select exercise_id, '{\"version\": 1, \"criteria\": [], \"checks\": []}', now() + interval '3 days', 2
         from simulation_exercises";
    site.test.sql(assign).await;
    let mut due = async |set: &str| {
        site.test
            .sql(&format!("update assignments set {set}"))
            .await;
        let due = of_home(&mut asha, "ly-due").await;
        let (_, line) = due.split_once("Exercise “Count trees”")?;
        assert!(due.contains("/learn/small/t/exercise/e"));
        Some(line.contains("was due on"))
    };
    for (set, expected) in [
        ("due_at = now() + interval '3 days'", Some(false)),
        ("due_at = now() + interval '20 days'", None),
        ("due_at = now() - interval '1 day'", Some(true)),
        ("due_at = now() - interval '3 days'", None),
        ("is_active = false, due_at = now() + interval '1 day'", None),
        ("is_active = true", Some(false)),
    ] {
        assert_eq!(due(set).await, expected, "{set}");
    }
    let dates = of_home(&mut asha, "ly-dates").await;
    assert!(dates.contains("The exercise “Count trees” is due"));
    let work = "with work as (insert into simulation_work (user_id, exercise_id, work)
             select user_id, exercise_id, 'All.' from users, simulation_exercises where email = 'asha@example.org'
             returning work_id)
         insert into submissions (work_id, number, work, links, handed_in_at) select work_id, 1, 'All.', '', now() from work";
    site.test.sql(work).await;
    assert!(!of_home(&mut asha, "ly-due").await.contains("Count trees"));
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_and_the_server_agree_on_the_days_after_a_start() {
    let site = TestSite::new().await;
    cold_call_course().import(&site).await;
    let id = Group::new(&site, "Spring").await.id;
    // Clocks in Beirut skip midnight, and in Havana they have it twice.
    for (zone, day) in [
        (chrono_tz::Asia::Kolkata, "2026-03-02"),
        (chrono_tz::Asia::Beirut, "2026-03-20"),
        (chrono_tz::America::Havana, "2026-10-25"),
        (chrono_tz::UTC, "2024-02-22"),
    ] {
        let set = format!("start_date = '{day}', time_zone = '{}'", zone.name());
        site.test.sql(&format!("update cohorts set {set}")).await;
        let day = day.parse().unwrap();
        for days in [0, 7, 9] {
            let start = CohortStart { day, zone };
            let query = format!("select extract(epoch from cohort_day('{id}', {days}))::bigint");
            let expected = start.day_after(days).unwrap().timestamp();
            assert_eq!(site.test.count(&query).await, expected, "{set} {days}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cold_call_opens_and_closes_by_the_cohorts_start() {
    let site = TestSite::new().await;
    cold_call_course().import(&site).await;
    let group = Group::new(&site, "Spring").await;
    let later = Group::of(&site, "Later", "current_date - 1", "null").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut bo = later.member(&site, "bo@example.org").await;
    members_from_the_start(&site).await;
    let prompt = prompt_id(&site, "Why do").await;
    let words = "Why do pelicans swim?";
    for (days, first, second) in [
        (
            "opens_after_days = 5, closes_after_days = null",
            true,
            false,
        ),
        (
            "opens_after_days = 40, closes_after_days = 50",
            false,
            false,
        ),
        // A close at the end of today, and one in the past.
        ("opens_after_days = 0, closes_after_days = 7", true, true),
        ("opens_after_days = 0, closes_after_days = 6", false, true),
    ] {
        prompt_is(&site, days).await;
        for (member, is_open) in [(&mut asha, first), (&mut bo, second)] {
            let list = of_home(member, "ly-cold-calls").await;
            assert_eq!(list.contains(words), is_open, "{days}: {list}");
        }
    }
    // Reopening in one cohort comes before the days.
    let refused = asha.answer(&prompt, "Fish").await;
    assert!(
        refused.body.contains("This cold call closed on"),
        "{}",
        refused.body
    );
    let reopened = format!(
        "insert into cold_call_overrides (prompt_id, cohort_id, closes_at) values ('{prompt}', '{}', 'infinity')",
        group.id
    );
    site.test.sql(&reopened).await;
    asha.answer(&prompt, "Fish").await.assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn cold_calls_are_in_the_dates_and_the_calendar_without_their_text() {
    let site = TestSite::new().await;
    cold_call_course().import(&site).await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let key = "select calendar_key from cohort_members where email = 'asha@example.org'";
    let feed = format!("/calendars/{}/cohort.ics", site.test.text(key).await);
    let times = "opens_at = now() + interval '2 days', closes_at = now() + interval '5 days'";
    prompt_is(&site, times).await;
    let said = [
        "Cold call 1 of “Beginning” opens",
        "Cold call 2 of “Beginning” opens",
        "Cold call 1 of “Beginning” closes",
        "Cold call 2 of “Beginning” closes",
    ];
    let mut read = async || {
        let dates = of_home(&mut asha, "ly-dates").await;
        let calendar = site.visitor().get(&feed).await;
        calendar.assert_ok();
        [dates, calendar.body.replace("\r\n ", "")]
    };
    let shown = read().await;
    for text in &shown {
        for said in said {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("Why do") && !text.contains("Which bird"));
    }
    assert!(
        shown[0].find("opens") < shown[0].find("closes"),
        "{shown:?}"
    );
    assert!(shown[1].contains("SUMMARY:Cold call 1 of “Beginning” closes · Spring"));
    // Locked prompts and those without times have no dates.
    for change in [
        "is_locked = true",
        "is_locked = false, opens_at = null, closes_at = null",
    ] {
        prompt_is(&site, change).await;
        for text in read().await {
            assert!(!text.contains("Cold call 1"), "{change}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dates_of_four_weeks_are_in_order_and_in_the_members_zone() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("First").topic("begin");
    let course = course.module("Second").topic("mid").module("Third");
    course.topic("end").import(&site).await;
    let group = Group::of(&site, "Spring", "current_date - 7", "current_date + 20").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    site.test
        .sql(
            "insert into cohort_module_rules (cohort_id, module_no, days_after_start)
             select cohort_id, 2, 9 from cohorts union all select cohort_id, 3, 60 from cohorts;
             insert into live_sessions (cohort_id, title, starts_at, minutes)
             select cohort_id, x.named, x.at, 60 from cohorts cross join (values
                 ('Clinic', (current_date + 4)::timestamp at time zone 'UTC' + interval '22 hours'),
                 ('Later', now() + interval '40 days'), ('Past', now() - interval '2 days')) as x (named, at)",
        )
        .await;
    let dates = of_home(&mut asha, "ly-dates").await;
    let places =
        ["“Second” opens", "Clinic", "Last day of the cohort"].map(|said| dates.find(said));
    assert!(
        places.is_sorted() && places.iter().all(Option::is_some),
        "{dates}"
    );
    for left_out in ["Third", "Later", "Past", "The cohort starts"] {
        assert!(!dates.contains(left_out), "{left_out}");
    }
    assert!(dates.contains("22:00–23:00"));
    site.test
        .sql("update users set time_zone = 'Asia/Kolkata'")
        .await;
    let dates = of_home(&mut asha, "ly-dates").await;
    assert!(dates.contains("03:30–04:30"), "{dates}");
    let calendar = of_home(&mut asha, "ly-calendar").await;
    for shown in [
        "webcal://",
        "Calendar of your cohort",
        "readonly",
        "/cohort.ics\"",
    ] {
        assert!(calendar.contains(shown), "{shown}: {calendar}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn later_sessions_and_older_announcements_are_folded() {
    let site = TestSite::new().await;
    CourseBuilder::new("small")
        .module("M")
        .topic("t")
        .import(&site)
        .await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    site.test
        .sql(
            "insert into live_sessions (cohort_id, title, starts_at, minutes, canceled_at)
             select cohort_id, 'Session ' || n, now() + make_interval(days => n), 60, case when n = 1 then now() end
             from cohorts cross join generate_series(1, 4) n;
             insert into cohort_announcements (cohort_id, title, body, body_html, publish_at, published_at)
             select cohort_id, 'News ' || n, '', '', now() - make_interval(days => n), now() - make_interval(days => n)
             from cohorts cross join generate_series(1, 5) n",
        )
        .await;
    let sessions = of_home(&mut asha, "ly-sessions").await;
    let (shown, folded) = sessions.split_once("2 more sessions").unwrap();
    assert!(shown.contains("Session 1") && shown.contains("Session 2"));
    assert!(folded.contains("Session 3") && folded.contains("Session 4"));
    let news = of_home(&mut asha, "ly-announcements").await;
    let (shown, folded) = news.split_once("2 older announcements").unwrap();
    assert!(shown.contains("News 3") && !shown.contains("News 4"));
    assert!(folded.contains("News 5"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_tells_what_happened_lately_and_nothing_of_answers_or_works() {
    let site = TestSite::new().await;
    cold_call_course().import(&site).await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut bo = group.member(&site, "bo@example.org").await;
    group.add(&site, "nameless@example.org").await;
    group.add(&site, "gone@example.org").await;
    group.set(&site, "gone@example.org", "removed").await;
    site.test
        .sql(
            "update cohort_members set joined_at = now() - interval '3 days';
             insert into cohort_batch_projects (cohort_id, batch_no, title) select cohort_id, 1, 'Trees' from cohorts;
             insert into cohort_announcements (cohort_id, title, body, body_html, publish_at, published_at)
             select cohort_id, 'Hello', '', '', now() - interval '1 day', now() - interval '1 day' from cohorts;
             insert into cohort_announcements (cohort_id, title, body, body_html, publish_at, published_at)
             select cohort_id, 'Old', '', '', now() - interval '20 days', now() - interval '20 days' from cohorts;
             insert into cohort_module_rules (cohort_id, module_no, days_after_start) select cohort_id, 1, 5 from cohorts",
        )
        .await;
    let work = [("course", "small"), ("text", "Forty-two")];
    bo.post("cohort/api/hand_in", &work).await.assert_ok();
    let prompt = prompt_id(&site, "Why do").await;
    bo.answer(&prompt, "Flamingoesque").await.assert_ok();
    let lately = of_home(&mut asha, "ly-lately").await;
    let told = [
        "bo handed in work",
        "Announcement: “Hello”",
        "“First” opened",
        "asha, bo and 1 other joined",
    ];
    let places = told.map(|said| lately.find(said));
    assert!(
        places.is_sorted() && places.iter().all(Option::is_some),
        "{lately}"
    );
    assert_eq!(lately.matches("<li").count(), told.len());
    for hidden in ["nameless", "gone", "Forty-two", "Old", "Flamingoesque"] {
        assert!(!lately.contains(hidden), "{hidden}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_of_everything_costs_the_home_no_more_statements() {
    let site = TestSite::new().await;
    cold_call_course().import(&site).await;
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let grow = async |from: i32, to: i32| {
        site.test
            .sql(&format!(
                "insert into cohort_members (cohort_id, email, name)
                 select cohort_id, 'm' || n || '@example.org', 'M' || n from cohorts cross join generate_series({from}, {to}) n;
                 insert into cohort_announcements (cohort_id, title, body, body_html, publish_at, published_at)
                 select cohort_id, 'News ' || n, '', '', now(), now() from cohorts cross join generate_series({from}, {to}) n;
                 insert into live_sessions (cohort_id, title, starts_at, minutes)
                 select cohort_id, 'S' || n, now() + make_interval(days => n), 60
                 from cohorts cross join generate_series({from}, {to}) n"
            ))
            .await;
    };
    grow(1, 1).await;
    let few = statements(&site, &mut asha, HOME).await;
    grow(2, 30).await;
    assert_eq!(statements(&site, &mut asha, HOME).await, few);
    assert!(few <= 31, "{few} statements");
}
