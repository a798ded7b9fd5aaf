//! Tests of messages to learners of a course: to whom they go, once, and who has read them.

use axum::http::StatusCode;

use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{gated_course, learner, take, tutor};

const PAGE: &str = "/teach/small/messages";
const TOLD: &str = "select coalesce(string_agg(split_part(email, '@', 1), ' ' order by email), '')
    from notifications join users using (user_id) where kind = 'message'";

async fn send(meera: &mut Browser<'_>, key: u32, fields: &[(&str, &str)]) -> TestAnswer {
    let key = format!("11111111-1111-4111-8111-{key:012}");
    let own = [
        ("course", "small"),
        ("key", key.as_str()),
        ("title", "Your start"),
        ("text", "Come & *see* me.\r\n\r\nToday."),
    ];
    let path = "messages/api/send_course_message";
    meera.post(path, &[&own[..], fields].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_to_each_learner_of_the_filtered_list_once() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut ravi = learner(&site, "ravi@example.org").await;
    learner(&site, "zoe@example.org").await;
    take(&site, &mut asha, "1", true).await;

    let list = meera.get("/teach/small?filter=not-begun").await.body;
    assert!(list.contains("Write to these 2 learners"));
    assert!(list.contains("/teach/small/messages?filter=not-begun\""));
    let path = format!("{PAGE}?filter=not-begun");
    let page = meera.get(&path).await;
    page.assert_ok();
    for shown in [
        "To 2 learners: learners who have not started.",
        "Type 2 to confirm",
        "ravi, zoe",
    ] {
        assert!(page.body.contains(shown), "{shown}");
    }
    let filter = ("to[filter]", "not-begun");
    for wrong in ["", "3", "all"] {
        let refused = send(&mut meera, 1, &[filter, ("confirmed", wrong)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("goes to 2 learners"));
    }
    let kept = "select count(*) from cohort_messages";
    assert_eq!(site.test.count(kept).await, 0);
    for _ in 0..2 {
        let sent = send(&mut meera, 1, &[filter, ("confirmed", "2")]).await;
        sent.assert_ok();
    }
    assert_eq!(site.test.text(TOLD).await, "ravi zoe");
    assert_eq!(site.test.count(kept).await, 1);

    let home = ravi.get("/learn").await.body;
    assert!(home.contains("News (1 unread)") && home.contains("/learn/small/news/all"));
    let news = ravi.get("/learn/small/news/all").await.body;
    assert!(news.contains("Come &amp; <em>see</em> me.") && news.contains("Your start"));
    assert!(!news.contains("zoe"), "nobody sees other receivers");
    assert!(!ravi.get("/learn").await.body.contains("unread)"));
    let news = asha.get("/learn/small/news/all").await.body;
    assert!(!news.contains("Your start"));
    let page = meera.get(PAGE).await.body;
    for shown in ["Read by 1 of 2 learners", "<dd>ravi</dd>", "<dd>zoe</dd>"] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_to_one_learner_who_studies_the_course() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    learner(&site, "asha@example.org").await;
    learner(&site, "ravi@example.org").await;
    let page = meera.get("/teach/small/learners/asha").await.body;
    assert!(page.contains("/teach/small/messages?learner=asha\""));
    let page = meera.get(&format!("{PAGE}?learner=asha")).await.body;
    assert!(page.contains("To asha.") && !page.contains("to confirm"));
    let one = [("to[learner]", "asha")];
    send(&mut meera, 1, &one).await.assert_ok();
    assert_eq!(site.test.text(TOLD).await, "asha");

    let change = "update enrollments set status = 'withdrawn' where user_id = (select user_id from users where username = 'asha')";
    site.test.sql(change).await;
    for (key, name) in [(2, "asha"), (3, "meera"), (4, "nobody")] {
        let refused = send(&mut meera, key, &[("to[learner]", name)]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{name}");
    }
    let nobody = [("to[q]", "nobody"), ("confirmed", "0")];
    let refused = send(&mut meera, 5, &nobody).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.test.text(TOLD).await, "asha");

    let change = "update course_tutors set is_active = false";
    site.test.sql(change).await;
    let refused = send(&mut meera, 6, &[("to[learner]", "ravi")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(meera.get(PAGE).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_does_not_go_to_more_learners_than_allowed() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    crate::testing::many_accounts(&site, 5_001).await;
    let change =
        "insert into enrollments (user_id, course_id) select user_id, course_id from users, courses
        where username like 'many-%' and slug = 'small'";
    site.test.sql(change).await;
    let page = meera.get(PAGE).await.body;
    assert!(page.contains("at most 5,000 learners") && !page.contains("to confirm"));
    let refused = send(&mut meera, 1, &[("confirmed", "5001")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("at most 5,000 learners"));
    assert_eq!(site.test.text(TOLD).await, "");
}
