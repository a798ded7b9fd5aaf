//! Tests of a learner's own record: it has the figures that tutors see, and nobody else's.

use axum::http::StatusCode;

use super::{event, receipt};
use crate::platform::auth::UserRole;
use crate::platform::http::testing::TestSite;
use crate::testing::{learner, pelican_course, take, topic_id, tutor};

const MINE: &str = "/learn/small/activity/mine";

#[tokio::test(flavor = "multi_thread")]
async fn learners_see_what_their_tutors_see() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut ravi = learner(&site, "ravi@example.org").await;
    let topic = topic_id(&site, "begin").await;
    let study = [
        event(1, "opened", &topic, 0, 90),
        event(2, "active", &topic, 100, 80),
        event(3, "active", &topic, 90, 70),
        event(4, "video", &topic, 75, 60),
    ];
    receipt(&mut asha, &study).await;
    take(&site, &mut asha, "1", true).await.assert_ok();
    let own = asha.get(MINE).await;
    own.assert_ok();
    let reason = "Read, watched videos and took quizzes in the last three days.";
    assert!(own.body.contains(reason), "{}", own.body);
    let tutors = meera.get("/teach/small/activity").await.body;
    assert!(tutors.contains(reason));
    assert!(own.body.contains("This week: 3 min."));
    assert!(own.body.contains("class=\"chart\"") && own.body.contains(": 3 min\""));
    assert!(own.body.contains("Watched a video up to 1:15"));
    assert!(own.body.contains("Passed quiz 1.1 with 100%"));
    assert!(own.body.contains("Streak: 1 day."), "{}", own.body);
    assert!(own.body.contains("Go on with the course"));
    // Another learner's record has nothing of it.
    let other = ravi.get(MINE).await.body;
    assert!(other.contains("This week: 0 min.") && !other.contains("Watched a video"));
    // Topics in whose questions a learner was wrong are worth another look.
    assert!(!own.body.contains("Worth another look"));
    site.test
        .sql("update quiz_questions set topic_id = (select topic_id from topics where slug = 'begin')")
        .await;
    let mut zoe = learner(&site, "zoe@example.org").await;
    take(&site, &mut zoe, "1", false).await.assert_ok();
    let wrong = zoe.get(MINE).await.body;
    for words in [
        "Worth another look",
        "href=\"/learn/small/begin\"",
        "0 of 1 right at first",
    ] {
        assert!(wrong.contains(words), "{words}: {wrong}");
    }
    let outline = asha.get("/learn/small/begin").await.body;
    assert!(outline.contains(&format!("href=\"{MINE}\"")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_is_for_learners_of_the_course() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut zoe = site.signed_in("zoe@example.org", UserRole::Learner).await;
    assert_eq!(zoe.get(MINE).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.visitor().get(MINE).await.status, StatusCode::FOUND);
    let nowhere = zoe.get("/learn/nowhere/activity/mine").await;
    assert_eq!(nowhere.status, StatusCode::FORBIDDEN);
}
