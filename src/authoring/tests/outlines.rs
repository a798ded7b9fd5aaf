//! New courses and their outlines: what authors change, and what learners and imports make of it.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{CourseBuilder, Question, enroll, learner, mark_done, topic_id, tutor};

const NEW: [(&str, &str); 5] = [
    ("form[title]", "Zählen für Anfänger"),
    ("form[slug]", ""),
    ("form[summary]", "How to count."),
    ("form[language]", "de"),
    ("form[outline]", "Anfang\n- Eins\n- Zwei\nEnde\n- Eins"),
];

async fn create(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> TestAnswer {
    let mut all: Vec<(&str, &str)> = NEW.to_vec();
    for (name, value) in fields {
        all.retain(|(other, _)| other != name);
        all.push((name, value));
    }
    browser.post("authoring/api/create_course", &all).await
}

async fn change(browser: &mut Browser<'_>, change: &str, part: &str) -> TestAnswer {
    let which = format!("{change}-{part}");
    let fields = [("course", "small"), ("which", which.as_str())];
    browser.post("authoring/api/change_outline", &fields).await
}

/// Changes the topic with this slug. Fails unless that succeeds.
async fn topic(site: &TestSite, browser: &mut Browser<'_>, word: &str, slug: &str) {
    let part = format!("t{}", topic_id(site, slug).await);
    change(browser, word, &part).await.assert_ok();
}

/// The topics of all modules: those that learners see with their number, others in brackets.
async fn outline(site: &TestSite) -> String {
    site.test
        .text(
            "select string_agg(topics, ' | ' order by module_no) from (
                 select m.module_no, m.title || ': ' || coalesce(string_agg(
                     case when t.retired_at is null then t.topic_number || t.slug else '[' || t.slug || ']' end, ' '
                     order by t.outline_order), '') as topics
                 from course_modules m left join topics t on t.course_id = m.course_id and t.module_no = m.module_no
                 group by m.module_no, m.title) listed",
        )
        .await
}

async fn sections(site: &TestSite) -> String {
    site.test
        .text(
            "select coalesce(string_agg(external_key || ' ' || module_no || '.' || topic_pair_index, ', ' order by external_key), '')
             from quiz_questions where retired_at is null",
        )
        .await
}

/// Two modules with four topics, and a question about each of the first three.
fn small() -> CourseBuilder {
    let asked = |key: &str| Question::short_answer(key, "Q", &["x"]);
    let course = CourseBuilder::new("small").module("One");
    let course = course.topic("a").question(asked("qa"));
    let course = course.topic("b").question(asked("qb"));
    let course = course.topic("c").question(asked("qc"));
    course.module("Two").topic("d")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_makes_a_course_from_a_list() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let list = admin.get("/teach").await.body;
    assert!(list.contains("href=\"/teach/courses/new\""), "{list}");
    admin.get("/teach/courses/new").await.assert_ok();
    let made = create(&mut admin, &[]).await;
    made.assert_ok();
    let page = "/teach/zahlen-fur-anfanger/outline";
    assert_eq!(made.header("x-redirect"), page);
    assert_eq!(
        outline(&site).await,
        "Anfang: [eins] [zwei] | Ende: [eins-2]"
    );
    let shown = admin.get(page).await;
    shown.assert_ok();
    for text in [
        "This course is a draft",
        "Anfang",
        "Publish Eins",
        "Move module 2 up",
    ] {
        assert!(shown.body.contains(text), "{text}: {}", shown.body);
    }
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let missing = asha.get("/courses/zahlen-fur-anfanger").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let again = create(&mut admin, &[]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("Another course has this name"));
    let refused = asha.post("authoring/api/create_course", &NEW).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let courses = "select count(*)::text from courses";
    assert_eq!(site.test.text(courses).await, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_problems_of_a_new_course_come_back_with_what_was_typed() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let wrong = [
        ("form[title]", " "),
        ("form[slug]", "Not A Slug"),
        ("form[summary]", ""),
        ("form[language]", "x"),
        ("form[outline]", "Kept words\n- B\n     - C"),
    ];
    let function = "authoring/api/create_course";
    let sent = admin.submit("/teach/courses/new", function, &wrong).await;
    assert_eq!(sent.header("location"), "/teach/courses/new");
    let page = admin.get("/teach/courses/new").await.body;
    for text in [
        "Enter a title.",
        "Use lowercase letters",
        "Enter one or two sentences",
        "Choose a language.",
        "Line 3: this line is indented more than a topic",
        "Kept words",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let reserved = create(&mut admin, &[("form[slug]", "courses")]).await;
    assert!(reserved.body.contains("reserved"));
    let courses = "select count(*)::text from courses";
    assert_eq!(site.test.text(courses).await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_move_with_their_questions_and_progress() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let c = topic_id(&site, "c").await;
    mark_done(&mut asha, &c, true).await;
    assert_eq!(sections(&site).await, "qa 1.1, qb 1.1, qc 1.2");
    topic(&site, &mut meera, "up", "c").await;
    assert_eq!(outline(&site).await, "One: 1a 2c 3b | Two: 1d");
    assert_eq!(sections(&site).await, "qa 1.1, qb 1.2, qc 1.1");
    topic(&site, &mut meera, "down", "c").await;
    topic(&site, &mut meera, "down", "c").await;
    assert_eq!(outline(&site).await, "One: 1a 2b | Two: 1c 2d");
    assert_eq!(sections(&site).await, "qa 1.1, qb 1.1, qc 2.1");
    topic(&site, &mut meera, "up", "c").await;
    assert_eq!(outline(&site).await, "One: 1a 2b 3c | Two: 1d");
    topic(&site, &mut meera, "up", "a").await;
    assert_eq!(
        outline(&site).await,
        "One: 1a 2b 3c | Two: 1d",
        "it is the first"
    );
    let page = asha.get("/learn/small/c").await;
    page.assert_ok();
    assert!(page.body.contains("Mark as not done"), "{}", page.body);

    // Modules take along what depends on their number.
    change(&mut meera, "down", "m1").await.assert_ok();
    assert_eq!(outline(&site).await, "Two: 1d | One: 1a 2b 3c");
    assert_eq!(sections(&site).await, "qa 2.1, qb 2.1, qc 2.2");
    let quiz = [("course", "small"), ("module_no", "2"), ("pair", "1")];
    asha.post("quiz/api/start_quiz", &quiz).await.assert_ok();
    let refused = change(&mut meera, "up", "m2").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Learners have taken quizzes"));
    assert_eq!(outline(&site).await, "Two: 1d | One: 1a 2b 3c");
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_topics_are_invisible_on_every_path() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    topic(&site, &mut meera, "unpublish", "a").await;
    topic(&site, &mut meera, "unpublish", "a").await;
    topic(&site, &mut meera, "retire", "c").await;
    assert_eq!(outline(&site).await, "One: [a] 1b [c] | Two: 1d");
    assert_eq!(sections(&site).await, "qb 1.1");
    for hidden in ["a", "c"] {
        let page = asha.get(&format!("/learn/small/{hidden}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{hidden}");
        let id = topic_id(&site, hidden).await;
        let fields = [("topic", id.as_str()), ("done", "true")];
        let done = asha.post("player/api/mark_done", &fields).await;
        assert!(!done.status.is_success(), "{hidden}: {}", done.body);
    }
    for path in ["/learn/small/b", "/courses/small", "/learn/small/b?q=a"] {
        let page = asha.get(path).await;
        page.assert_ok();
        for hidden in ["/learn/small/a\"", "/learn/small/c\"", "quiz/1/2"] {
            assert!(!page.body.contains(hidden), "{path} shows {hidden}");
        }
    }
    let count = "select topic_count || ' ' || question_count from courses";
    assert_eq!(site.test.text(count).await, "2 1");
    topic(&site, &mut meera, "restore", "c").await;
    topic(&site, &mut meera, "publish", "a").await;
    assert_eq!(outline(&site).await, "One: 1a 2b 3c | Two: 1d");
    assert_eq!(sections(&site).await, "qa 1.1, qb 1.1, qc 1.2");
    let audit = "select string_agg(action, ' ' order by occurred_at, audit_id) from audit_logs where action like 'outline.%'";
    let audit = site.test.text(audit).await;
    assert!(audit.starts_with("outline.unpublish"), "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_added_renamed_and_removed() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let add = async |meera: &mut Browser<'_>, module: &str, title: &str| {
        let fields = [("course", "small"), ("module", module), ("title", title)];
        meera.post("authoring/api/add_part", &fields).await
    };
    add(&mut meera, "1", "A").await.assert_ok();
    add(&mut meera, "0", "Three").await.assert_ok();
    assert_eq!(
        outline(&site).await,
        "One: 1a 2b 3c [a-2] | Two: 1d | Three: "
    );
    let empty = add(&mut meera, "1", " ").await;
    assert!(empty.body.contains("Enter a title."));
    let gone = add(&mut meera, "9", "X").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let part = format!("t{}", topic_id(&site, "a-2").await);
    let blank = change(&mut meera, "publish", &part).await;
    assert!(blank.body.contains("has no text yet"), "{}", blank.body);
    for (part, title) in [(part.as_str(), "Another"), ("m2", "Second")] {
        let fields = [("course", "small"), ("part", part), ("title", title)];
        meera
            .post("authoring/api/rename_part", &fields)
            .await
            .assert_ok();
    }
    let kept = change(&mut meera, "remove", "m1").await;
    assert!(kept.body.contains("Only the last module"));
    change(&mut meera, "remove", "m3").await.assert_ok();
    assert_eq!(outline(&site).await, "One: 1a 2b 3c [a-2] | Second: 1d");
    let page = meera.get("/teach/small/outline?rename=m2").await;
    page.assert_ok();
    assert!(page.body.contains("Another") && page.body.contains("value=\"Second\""));
    // A topic of another course is not there.
    CourseBuilder::new("other")
        .module("M")
        .topic("x")
        .import(&site)
        .await;
    let part = format!("t{}", topic_id(&site, "x").await);
    let foreign = change(&mut meera, "retire", &part).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_import_keeps_what_was_made_on_the_site() {
    let site = TestSite::new().await;
    let folder = small();
    folder.import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let fields = [("course", "small"), ("module", "1"), ("title", "Own")];
    meera
        .post("authoring/api/add_part", &fields)
        .await
        .assert_ok();
    topic(&site, &mut meera, "up", "own").await;
    topic(&site, &mut meera, "retire", "b").await;
    let part = format!("t{}", topic_id(&site, "c").await);
    let fields = [
        ("course", "small"),
        ("part", part.as_str()),
        ("title", "Renamed"),
    ];
    meera
        .post("authoring/api/rename_part", &fields)
        .await
        .assert_ok();
    let before = outline(&site).await;
    assert_eq!(before, "One: 1a [b] [own] 2c | Two: 1d");
    let report = folder.import(&site).await;
    assert_eq!(outline(&site).await, before);
    assert_eq!(report.topics.kept, ["Renamed"]);
    assert_eq!(report.topics.retired, Vec::<String>::new());
    assert_eq!(sections(&site).await, "qa 1.1, qc 1.1");
    // A published topic that the folder does not have stays, too.
    let own = topic_id(&site, "own").await;
    let fields = [
        ("course", "small"),
        ("topic", own.as_str()),
        ("page[base]", "0"),
        ("page[writer]", "11111111-1111-1111-1111-111111111111"),
        ("page[change]", "1"),
        ("title", "Own"),
        ("text", "Own words"),
        ("go", "save"),
    ];
    meera
        .post("editor/api/save_topic", &fields)
        .await
        .assert_ok();
    topic(&site, &mut meera, "publish", "own").await;
    assert_eq!(outline(&site).await, "One: 1a [b] 2own 3c | Two: 1d");
    assert_eq!(sections(&site).await, "qa 1.1, qc 1.2");
    folder.import(&site).await;
    assert_eq!(outline(&site).await, "One: 1a [b] 2own 3c | Two: 1d");
    assert_eq!(sections(&site).await, "qa 1.1, qc 1.2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_is_published_once_it_has_a_topic_to_read() {
    let site = TestSite::new().await;
    small().unpublished().import(&site).await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    for slug in ["a", "b", "c", "d"] {
        topic(&site, &mut meera, "unpublish", slug).await;
    }
    let publish = [("course", "small"), ("published", "true")];
    let function = "authoring/api/publish_course";
    let refused = meera.post(function, &publish).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let empty = admin.post(function, &publish).await;
    assert!(empty.body.contains("Publish at least one topic first"));
    topic(&site, &mut meera, "publish", "a").await;
    for _ in 0..2 {
        admin.post(function, &publish).await.assert_ok();
    }
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    enroll(&mut asha, "small").await;
    asha.get("/learn/small/a").await.assert_ok();
    let fields = [("course", "small"), ("published", "false")];
    admin.post(function, &fields).await.assert_ok();
    let mut kofi = site.signed_in("kofi@example.org", UserRole::Learner).await;
    assert_eq!(
        kofi.get("/courses/small").await.status,
        StatusCode::NOT_FOUND
    );
    asha.get("/learn/small/a").await.assert_ok();
    let audit = "select string_agg(action, ' ' order by occurred_at, audit_id) from audit_logs where action like 'course.%'";
    assert_eq!(
        site.test.text(audit).await,
        "course.published course.unpublished"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_put_where_they_are_dropped() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let id = async |slug: &str| format!("t{}", topic_id(&site, slug).await);
    let (a, b, c, d) = (id("a").await, id("b").await, id("c").await, id("d").await);
    let drops = [
        ("after", &a, &b, "One: 1b 2a 3c | Two: 1d"),
        ("before", &c, &b, "One: 1c 2b 3a | Two: 1d"),
        ("after", &b, &d, "One: 1c 2a | Two: 1d 2b"),
        ("after", &a, &"m2".to_owned(), "One: 1c | Two: 1a 2d 3b"),
        ("before", &a, &a, "One: 1c | Two: 1a 2d 3b"),
        (
            "before",
            &"m2".to_owned(),
            &"m1".to_owned(),
            "Two: 1a 2d 3b | One: 1c",
        ),
        (
            "after",
            &"m1".to_owned(),
            &"m2".to_owned(),
            "One: 1c | Two: 1a 2d 3b",
        ),
    ];
    for (place, part, target, expected) in drops {
        let which = format!("{place}:{part}:{target}");
        let fields = [("course", "small"), ("which", which.as_str())];
        let sent = meera.post("authoring/api/change_outline", &fields).await;
        sent.assert_ok();
        assert_eq!(outline(&site).await, expected, "{which}");
    }
    assert_eq!(sections(&site).await, "qa 2.1, qb 2.2, qc 1.1");
    let nowhere = format!("t{}", uuid::Uuid::from_u128(7));
    for (part, target) in [
        (&a, &nowhere),
        (&nowhere, &a),
        (&a, &"m9".to_owned()),
        (&"m1".to_owned(), &"m9".to_owned()),
        (&"m1".to_owned(), &a),
        (&a, &"x".to_owned()),
    ] {
        let which = format!("after:{part}:{target}");
        let fields = [("course", "small"), ("which", which.as_str())];
        let refused = meera.post("authoring/api/change_outline", &fields).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{which}");
    }
    let kept = outline(&site).await;
    assert_eq!(kept, "One: 1c | Two: 1a 2d 3b");
}

async fn schedule(site: &TestSite, browser: &mut Browser<'_>, at: &str) -> TestAnswer {
    let topic = topic_id(site, "t").await;
    let fields = [("course", "small"), ("topic", topic.as_str()), ("at", at)];
    browser.post("authoring/api/schedule_topic", &fields).await
}

/// Moves the only schedule and its job into the past, and runs the job.
async fn time_comes(site: &TestSite) {
    site.test
        .sql("update topic_schedules set publish_at = now() - interval '1 minute'")
        .await;
    site.test
        .sql("update background_jobs set run_at = now() where kind = 'publish_topic' and status = 'PENDING'")
        .await;
    site.mails().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_draft_is_published_when_its_time_comes() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M");
    course.topic("t").topic("u").import(&site).await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let refused = schedule(&site, &mut tutor, "2099-01-01T10:00").await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "a published topic");
    topic(&site, &mut tutor, "unpublish", "t").await;
    for wrong in ["", "soon", "2020-01-01T10:00"] {
        let refused = schedule(&site, &mut tutor, wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let planned = schedule(&site, &mut tutor, "2099-01-01T10:00").await;
    planned.assert_ok();
    let page = tutor.get("/teach/small/outline").await;
    for text in ["Will be published on", "Change time", "Cancel schedule"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }

    // A schedule that was canceled publishes nothing.
    topic(&site, &mut tutor, "unschedule", "t").await;
    time_comes(&site).await;
    let hidden = "select count(*) from topics where hidden_as = 'draft'";
    assert_eq!(site.test.count(hidden).await, 1);

    let again = schedule(&site, &mut tutor, "2099-02-01T10:00").await;
    again.assert_ok();
    time_comes(&site).await;
    assert_eq!(site.test.count(hidden).await, 0);
    let left = "select count(*) from topic_schedules";
    assert_eq!(site.test.count(left).await, 0);
    let by = "select count(*) from audit_logs a join users u on u.user_id = a.actor_user_id
              where a.action = 'topic.published' and u.email = 'tutor@example.org'";
    assert_eq!(site.test.count(by).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_topic_without_text_stays_a_draft_and_says_why() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M");
    course.topic("t").import(&site).await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    topic(&site, &mut tutor, "unpublish", "t").await;
    site.test
        .sql("update topics set text_content = ''; delete from topic_drafts")
        .await;
    let planned = schedule(&site, &mut tutor, "2099-01-01T10:00").await;
    planned.assert_ok();
    time_comes(&site).await;
    let page = tutor.get("/teach/small/outline").await;
    assert!(page.body.contains("Was not published on"), "{}", page.body);
    assert!(page.body.contains("has no text yet"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_has_places_and_titles_before_and_after() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    topic(&site, &mut meera, "down", "a").await;
    topic(&site, &mut meera, "unpublish", "b").await;
    topic(&site, &mut meera, "publish", "b").await;
    let part = format!("t{}", topic_id(&site, "c").await);
    let fields = [
        ("course", "small"),
        ("part", part.as_str()),
        ("title", "Renamed"),
    ];
    meera
        .post("authoring/api/rename_part", &fields)
        .await
        .assert_ok();
    change(&mut meera, "down", "m1").await.assert_ok();
    let logged = "select string_agg(concat_ws(' ', action, coalesce(old_values ->> 'place', old_values ->> 'is_shown', old_values ->> 'modules'), 'to',
                                              coalesce(new_values ->> 'place', new_values ->> 'is_shown', new_values ->> 'modules')),
                                    ', ' order by occurred_at, audit_id)
         from audit_logs where action like 'outline.%' or action = 'topic.published'";
    assert_eq!(
        site.test.text(logged).await,
        "outline.down 1 to 2, outline.unpublish 1 to 1, topic.published false to true, outline.renamed 3 to 3, \
         outline.down [\"One\", \"Two\"] to [\"Two\", \"One\"]"
    );
    let titles = "select old_values ->> 'title' || ' ' || (new_values ->> 'title') from audit_logs where action = 'outline.renamed'";
    assert_eq!(site.test.text(titles).await, "c Renamed");
}
