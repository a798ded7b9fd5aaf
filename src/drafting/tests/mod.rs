//! Tests of proposals, over HTTP.

use axum::http::StatusCode;

use crate::platform::http::testing::{Browser, TestAnswer, TestSite};
use crate::testing::{CourseBuilder, learner, tutor};

const PAGE: &str = "/teach/small/topics/means/proposals";

async fn site_with_text() -> TestSite {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("One").topic("means");
    let course = course.topic_title("Means").text(
        "## Kinds\n\nThe **mean** is the sum of all values divided by their count.\n\n\
         The **median** is the value in the middle of a sorted list.\n\n\
         The **range** is the distance between the largest and the smallest value.\n\n\
         The **mode** is the value that occurs most often in a list.\n\n\
         ## Tea\n\n1. Boil water\n2. Add leaves\n3. Wait for a while",
    );
    course.import(&site).await;
    // The job that writes the notes, which have the concepts.
    site.mails().await;
    site
}

async fn decide(tutor: &mut Browser<'_>, which: &str) -> TestAnswer {
    let fields = [("course", "small"), ("topic", "means"), ("which", which)];
    tutor.post("drafting/api/decide_proposal", &fields).await
}

/// Keys of all proposals of a page, in their order.
fn keys(page: &str) -> Vec<String> {
    let parts = page.split("value=\"use-").skip(1);
    parts
        .filter_map(|part| Some(part.split_once('"')?.0.to_owned()))
        .collect()
}

async fn questions(site: &TestSite) -> i64 {
    let count = "select count(*) from quiz_questions where retired_at is null";
    site.test.count(count).await
}

#[tokio::test(flavor = "multi_thread")]
async fn proposals_rest_on_passages_and_are_used_by_tutors_only() {
    let site = site_with_text().await;
    let before = questions(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let page = meera.get(PAGE).await;
    page.assert_ok();
    assert!(
        page.body.contains("The topic says in “Means”"),
        "{}",
        page.body
    );
    assert!(page.body.contains("divided by their count"));
    let all = keys(&page.body);
    let quiz: Vec<&String> = all.iter().filter(|key| key.starts_with("quiz-")).collect();
    let suggested: Vec<&String> = all
        .iter()
        .filter(|key| key.starts_with("suggestion-"))
        .collect();
    assert!(quiz.len() >= 3 && !suggested.is_empty(), "{all:?}");
    assert_eq!(questions(&site).await, before, "nothing is stored yet");

    // A form that is sent twice adds one question.
    for _ in 0..2 {
        decide(&mut meera, &format!("use-{}", quiz[0]))
            .await
            .assert_ok();
    }
    assert_eq!(questions(&site).await, before + 1);
    let explained =
        "select count(*) from quiz_questions where explanation like 'The topic says in%'";
    assert_eq!(site.test.count(explained).await, 1);
    decide(&mut meera, &format!("use-{}", suggested[0]))
        .await
        .assert_ok();
    let stored = "select prompt_text from topic_prompt_suggestions where is_active";
    assert!(site.test.text(stored).await.starts_with("What does “"));
    decide(&mut meera, &format!("dismiss-{}", quiz[1]))
        .await
        .assert_ok();
    let page = meera.get(PAGE).await.body;
    let left = keys(&page);
    for gone in [quiz[0], quiz[1], suggested[0]] {
        assert!(!left.contains(gone), "{gone}");
    }
    assert!(page.contains("Show the dismissed one again"));
    decide(&mut meera, "again").await.assert_ok();
    assert!(keys(&meera.get(PAGE).await.body).contains(quiz[1]));
    let logged = "select count(*) from audit_logs where action like 'drafting.%'";
    assert_eq!(site.test.count(logged).await, 3);
    let suggestions = meera.get("/teach/small/topics/means/questions").await.body;
    assert!(suggestions.contains(PAGE), "{suggestions}");
}

#[tokio::test(flavor = "multi_thread")]
async fn others_have_no_proposals_and_strange_keys_do_nothing() {
    let site = site_with_text().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let key = keys(&meera.get(PAGE).await.body).swap_remove(0);
    let mut asha = learner(&site, "asha@example.org").await;
    let page = asha.get(PAGE).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let refused = decide(&mut asha, &format!("use-{key}")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for strange in ["", "use", &format!("eat-{key}")] {
        let refused = decide(&mut meera, strange).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{strange}");
    }
    let gone = decide(&mut meera, "use-quiz-0000").await;
    gone.assert_ok();
    assert!(gone.header("x-redirect").ends_with("done=gone"));
    // A text that has changed has other proposals.
    let shown = asha.get("/learn/small/means").await.body;
    assert!(!shown.contains("Which term belongs in the gap?"));
}
