//! Settings of the AI tutor, and the questions that tutors may read.

use axum::http::StatusCode;

use super::{QUESTIONS, Talk, site_with_course};
use crate::platform::error::AppResult;
use crate::platform::http::testing::TestSite;
use crate::platform::ids::CourseId;
use crate::testing::{learner, tutor};
use crate::tutor_chat::desk::server::settings::settings;
use crate::tutor_chat::desk::{TutorSettings, TutorTone};

async fn stored(site: &TestSite) -> TutorSettings {
    let course = site.test.text("select course_id::text from courses").await;
    let course = CourseId(course.parse().unwrap());
    let read = site
        .test
        .db
        .within(site.test.organization, async move |conn| {
            AppResult::Ok(settings(conn, course).await?)
        })
        .await;
    read.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tutor_changes_the_settings_and_the_audit_log_has_both_values() {
    let site = site_with_course().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assert_eq!(stored(&site).await, TutorSettings::default());
    let save = "desk/api/save_tutor_settings";
    for wrong in ["", "-1", "1001", "x"] {
        let fields = [("course", "small"), ("form[questions_per_module]", wrong)];
        let refused = meera.post(save, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    assert_eq!(stored(&site).await, TutorSettings::default());
    let fields = [
        ("course", "small"),
        ("form[questions_per_module]", "0"),
        ("form[tone]", "encouraging"),
        ("form[tutors_may_read]", "true"),
    ];
    for _ in 0..2 {
        meera.post(save, &fields).await.assert_ok();
    }
    let wanted = TutorSettings {
        is_on: false,
        questions_per_module: 0,
        hints_first: false,
        tutors_may_read: true,
        tone: TutorTone::Encouraging,
    };
    assert_eq!(stored(&site).await, wanted);
    let logged = "select (old_values ->> 'questions_per_module') || ' ' || (new_values ->> 'questions_per_module')
                  from audit_logs where action = 'tutor_chat.settings_saved'";
    assert_eq!(site.test.text(logged).await, "5 0");
    let count = "select count(*) from audit_logs where action = 'tutor_chat.settings_saved'";
    assert_eq!(site.test.count(count).await, 1, "an unchanged form");
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_without_an_answer_are_grouped_where_tutors_may_read_them() {
    let site = site_with_course().await;
    let _asha = learner(&site, "asha@example.org").await;
    let _ravi = learner(&site, "ravi@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    for (email, questions) in [
        (
            "asha@example.org",
            [
                "How do pelicans swim upstream?",
                "Where is the harbor office?",
            ],
        ),
        (
            "ravi@example.org",
            [
                "Do pelicans swim upstream in winter?",
                "Is the median larger?",
            ],
        ),
    ] {
        let talk = Talk::of(&site, email, "a").await;
        for question in questions {
            let asked = talk.says("user", question, "").await;
            talk.says("assistant", "The course does not say.", "unknown")
                .await;
            if question.contains("harbor") {
                talk.hands(asked).await;
            }
        }
    }
    let heading = "Questions that the course does not answer";
    // The data of the page follows it.
    let unknown = |page: &str| {
        let (_, rest) = page.split_once(heading)?;
        rest.split("</main>").next().map(str::to_owned)
    };
    let page = meera.get(QUESTIONS).await.body;
    let listed = unknown(&page).expect("the question that was handed over");
    assert!(listed.contains("harbor office") && !listed.contains("pelicans"));

    let fields = [
        ("course", "small"),
        ("form[is_on]", "true"),
        ("form[questions_per_module]", "5"),
        ("form[tutors_may_read]", "true"),
    ];
    meera
        .post("desk/api/save_tutor_settings", &fields)
        .await
        .assert_ok();
    let page = meera.get(QUESTIONS).await.body;
    let listed = unknown(&page).unwrap();
    let place = |text: &str| {
        listed
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {listed}"))
    };
    assert!(listed.contains("2 questions"));
    assert!(place("pelicans swim upstream in winter") < place("harbor office"));
    let (listed, _) = listed.split_once("Settings of the AI tutor").unwrap();
    assert!(
        !listed.contains("asha") && !listed.contains("ravi"),
        "no names"
    );
    // Later pages and other filters leave them out.
    let done = meera.get(&format!("{QUESTIONS}?show=done")).await.body;
    assert!(unknown(&done).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn answered_questions_are_grouped_from_the_moment_at_which_learners_are_told() {
    let site = site_with_course().await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let talk = Talk::of(&site, "asha@example.org", "a").await;
    talk.says("user", "Is the mean a product?", "").await;
    talk.says("assistant", "The mean is a sum.", "quotations")
        .await;
    let heading = "Other questions to the AI tutor";
    assert!(!meera.get(QUESTIONS).await.body.contains(heading));
    let mut fields = vec![
        ("course", "small"),
        ("form[is_on]", "true"),
        ("form[questions_per_module]", "5"),
    ];
    let off = fields.clone();
    fields.push(("form[tutors_may_read]", "true"));
    let save = "desk/api/save_tutor_settings";
    meera.post(save, &fields).await.assert_ok();
    let told = asha.get("/learn/small/a/tutor").await.body;
    assert!(told.contains("see the questions that are asked here, without names"));
    assert!(
        !meera.get(QUESTIONS).await.body.contains(heading),
        "asked before"
    );
    for question in ["Why is the mean a sum?", "Why is the mean no sum?"] {
        talk.says("user", question, "").await;
        talk.says("assistant", "The mean is a sum.", "quotations")
            .await;
    }
    let page = meera.get(QUESTIONS).await.body;
    let (_, listed) = page.split_once(heading).expect("the questions");
    let (listed, _) = listed.split_once("Settings of the AI tutor").unwrap();
    assert!(listed.contains("Why is the mean no sum?") && !listed.contains("product"));
    assert!(!listed.contains("asha"), "no names");
    // Switching it off hides them for good.
    meera.post(save, &off).await.assert_ok();
    meera.post(save, &fields).await.assert_ok();
    assert!(!meera.get(QUESTIONS).await.body.contains(heading));
}
