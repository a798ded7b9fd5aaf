//! Tests of reviews by other learners, over HTTP.

use axum::http::StatusCode;

use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{hidden, learner, pelican_course, tutor};

const HERE: &str = "/learn/small/begin/exercise/salary-talk";

/// A site whose exercise is handed in and reviewed by other learners.
async fn site() -> (TestSite, String) {
    let site = TestSite::new().await;
    let course = pelican_course().at("begin");
    let course = course.exercise("salary-talk", "The salary talk", &["Asks which average."]);
    course.import(&site).await;
    let exercise = "select exercise_id from simulation_exercises";
    let exercise = site.test.text(exercise).await;
    (site, exercise)
}

async fn assign(
    tutor: &mut Browser<'_>,
    exercise: &str,
    reviews: &str,
    extra: &[(&str, &str)],
) -> TestAnswer {
    let fields = [
        ("course", "small"),
        ("exercise", exercise),
        ("is_handed_in", "true"),
        ("late_days", "0"),
        ("late_percent", "0"),
        ("criteria", "Average: Missing 0 | Partly 1-3 | Full 4"),
    ];
    let saved = tutor.post("marking/api/save_assignment", &fields).await;
    saved.assert_ok();
    let mut fields = vec![
        ("course", "small"),
        ("exercise", exercise),
        ("reviews", reviews),
        ("days", "5"),
    ];
    fields.extend(extra);
    tutor.post("peer_review/api/save_peer_rules", &fields).await
}

async fn hand_in(learner: &mut Browser<'_>, text: &str) -> TestAnswer {
    let page = learner.get(HERE).await.body;
    let (exercise, writer) = (hidden(&page, "exercise"), hidden(&page, "writer"));
    let revision = hidden(&page, "revision");
    let fields = [
        ("exercise", exercise.as_str()),
        ("writer", &writer),
        ("revision", &revision),
        ("change", "1"),
        ("text", text),
        ("done", HERE),
    ];
    learner.post("exercise/api/save_work", &fields).await
}

/// Ids of the reviews that the exercise's page lists for the learner.
async fn given(learner: &mut Browser<'_>) -> Vec<String> {
    let page = learner.get(HERE).await.body;
    let parts = page.split("href=\"/peer-review/").skip(1);
    let id = |part: &str| part.split('"').next().unwrap_or_default().to_owned();
    parts.map(id).collect()
}

async fn review(learner: &mut Browser<'_>, id: &str, points: &str, act: &str) -> TestAnswer {
    let fields = [
        ("review", id),
        ("points[c0]", points),
        (
            "feedback",
            "Clear, **but** short. <script>alert(1)</script>",
        ),
        ("act", act),
    ];
    learner
        .post("peer_review/api/save_peer_review", &fields)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn three_learners_review_each_other_and_get_the_median() {
    let (site, exercise) = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let much = assign(&mut meera, &exercise, "6", &[]).await;
    assert_eq!(much.status, StatusCode::UNPROCESSABLE_ENTITY);
    assign(&mut meera, &exercise, "2", &[]).await.assert_ok();
    let mut asha = learner(&site, "asha@example.org").await;
    let mut bo = learner(&site, "bo@example.org").await;
    let mut chen = learner(&site, "chen@example.org").await;
    hand_in(&mut asha, "The median, please.").await.assert_ok();
    assert!(given(&mut asha).await.is_empty());
    hand_in(&mut bo, "The mean of all.").await.assert_ok();
    hand_in(&mut chen, "It depends.").await.assert_ok();
    // No tutor waits for it.
    assert!(!meera.get("/teach").await.body.contains("waiting)"));
    assert_eq!(given(&mut asha).await.len(), 2);
    assert_eq!(given(&mut bo).await.len(), 2);
    // Names stay hidden once works were given to reviewers without them.
    let named = [
        ("course", "small"),
        ("exercise", exercise.as_str()),
        ("reviews", "2"),
        ("days", "5"),
        ("are_named", "true"),
    ];
    let named = meera.post("peer_review/api/save_peer_rules", &named).await;
    assert_eq!(named.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = "select count(distinct user_id) from notifications where subject like '%/reviews'";
    assert_eq!(site.test.count(told).await, 3);

    // A review shows the work without the name, and only to its reviewer.
    let of_chen = given(&mut chen).await;
    let page = format!("/peer-review/{}", of_chen[0]);
    let shown = chen.get(&page).await;
    shown.assert_ok();
    assert!(shown.body.contains("Work of another learner"));
    assert!(!shown.body.contains("asha") && !shown.body.contains("bo@"));
    assert_eq!(asha.get(&page).await.status, StatusCode::NOT_FOUND);
    let other = review(&mut asha, &of_chen[0], "4", "send").await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let early = review(&mut chen, &of_chen[0], "", "send").await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    review(&mut chen, &of_chen[0], "", "").await.assert_ok();
    let outside = review(&mut chen, &of_chen[0], "9", "send").await;
    assert_eq!(outside.status, StatusCode::UNPROCESSABLE_ENTITY);

    for id in &of_chen {
        review(&mut chen, id, "4", "send").await.assert_ok();
    }
    let again = review(&mut chen, &of_chen[0], "0", "send").await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    // Asha gave none, and sees her mark as soon as Bo has reviewed her work.
    let waiting = asha.get(HERE).await.body;
    assert!(
        waiting.contains("1 of 2 reviews of your work are in"),
        "{waiting}"
    );
    assert!(!waiting.contains("Clear, "));
    for id in given(&mut bo).await {
        review(&mut bo, &id, "2", "send").await.assert_ok();
    }
    let marked = asha.get(HERE).await.body;
    assert!(marked.contains("75%") && marked.contains("Clear, <strong>but</strong>"));
    assert!(!marked.contains("<script>alert") && !marked.contains("Chen"));
    let score = "select s.score from submissions s join simulation_work w using (work_id)
         join users u using (user_id) where u.email = 'asha@example.org' and s.is_peer_marked";
    assert_eq!(site.test.count(score).await, 75);
    let is_done =
        "select count(*) from notifications where subject like '%/reviews' and read_at is not null";
    assert_eq!(site.test.count(is_done).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfair_review_is_reported_and_left_out_and_a_tutor_has_the_last_word() {
    let (site, exercise) = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let named = [("are_named", "true")];
    assign(&mut meera, &exercise, "1", &named).await.assert_ok();
    let mut asha = learner(&site, "asha@example.org").await;
    let mut bo = learner(&site, "bo@example.org").await;
    hand_in(&mut asha, "The median, please.").await.assert_ok();
    hand_in(&mut bo, "The mean of all.").await.assert_ok();
    let id = given(&mut bo).await.remove(0);
    review(&mut bo, &id, "0", "send").await.assert_ok();
    let page = asha.get(HERE).await.body;
    assert!(page.contains("0%") && page.contains("Report as unfair"));
    let report = [("review", id.as_str()), ("reason", "He did not read it.")];
    let other = bo.post("peer_review/api/report_peer_review", &report).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let empty = [("review", id.as_str()), ("reason", " ")];
    let empty = asha
        .post("peer_review/api/report_peer_review", &empty)
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    asha.post("peer_review/api/report_peer_review", &report)
        .await
        .assert_ok();
    let path = "select path from notifications join users using (user_id)
         where email = 'meera@example.org' and kind = 'question'";
    let path = site.test.text(path).await;
    let shown = meera.get(&path).await.body;
    assert!(shown.contains("He did not read it."), "{shown}");
    assert!(
        meera
            .get("/marking")
            .await
            .body
            .contains("Reported reviews")
    );
    let decide = [("review", id.as_str()), ("act", "leave-out")];
    let denied = asha
        .post("peer_review/api/settle_peer_review", &decide)
        .await;
    assert_eq!(denied.status, StatusCode::NOT_FOUND);
    meera
        .post("peer_review/api/settle_peer_review", &decide)
        .await
        .assert_ok();
    assert!(
        !meera
            .get("/marking")
            .await
            .body
            .contains("Reported reviews")
    );
    // Without a review that counts, the work waits for the tutor.
    let released = "select count(*) from submissions where released_at is not null";
    assert_eq!(site.test.count(released).await, 0);
    let next = meera.post("marking/api/mark_next", &[]).await;
    assert_eq!(next.header("x-redirect"), path);
    let page = meera.get(&path).await.body;
    let (writer, revision) = (hidden(&page, "writer"), hidden(&page, "revision"));
    let submission = path.rsplit('/').next().unwrap_or_default();
    let fields = [
        ("submission", submission),
        ("writer", &writer),
        ("revision", &revision),
        ("change", "1"),
        ("points[c0]", "4"),
        ("act", "release"),
    ];
    meera
        .post("marking/api/save_marks", &fields)
        .await
        .assert_ok();
    assert!(asha.get(HERE).await.body.contains("100%"));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_some_days_the_work_waits_for_a_tutor_and_leavers_are_replaced() {
    let (site, exercise) = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assign(&mut meera, &exercise, "1", &[]).await.assert_ok();
    let mut asha = learner(&site, "asha@example.org").await;
    let mut bo = learner(&site, "bo@example.org").await;
    let mut chen = learner(&site, "chen@example.org").await;
    for person in [&mut asha, &mut bo, &mut chen] {
        hand_in(person, "An average.").await.assert_ok();
    }
    let reviews = "select count(*) from peer_reviews";
    assert_eq!(site.test.count(reviews).await, 3);
    let leave = "update enrollments set status = 'withdrawn' where user_id =
         (select user_id from users where email = 'chen@example.org')";
    site.test.sql(leave).await;
    let job = "insert into background_jobs (organization_id, kind, payload)
         select organization_id, 'top_up_reviews', '{}' from organizations limit 1";
    site.test.sql(job).await;
    site.mails().await;
    assert_eq!(given(&mut asha).await.len(), 1);
    assert_eq!(given(&mut bo).await.len(), 1);
    assert!(!meera.get("/teach").await.body.contains("waiting)"));
    let late = "update submissions set peers_until = now() - interval '1 minute'";
    site.test.sql(late).await;
    let queue = meera.get("/marking").await.body;
    assert!(queue.contains("3 works wait for marks."), "{queue}");
    // A review that was sent late still marks it, as long as no tutor has begun.
    let id = given(&mut bo).await.remove(0);
    review(&mut bo, &id, "4", "send").await.assert_ok();
    let released =
        "select count(*) from submissions where is_peer_marked and released_at is not null";
    assert_eq!(site.test.count(released).await, 1);
    // A new version keeps nothing of the old one, and nobody reviews the same work twice.
    let again = [("exercise", exercise.as_str()), ("back", HERE)];
    let marked = "select u.email from submissions s join simulation_work w using (work_id)
         join users u using (user_id) where s.is_peer_marked";
    let author = site.test.text(marked).await;
    let author = if author.starts_with("asha") {
        &mut asha
    } else {
        &mut chen
    };
    author
        .post("exercise/api/reopen_work", &again)
        .await
        .assert_ok();
    hand_in(author, "A better average.").await.assert_ok();
    let of_new = "select count(*) from peer_reviews join submissions using (submission_id)
         where is_latest and reviewer_id = (select user_id from users where email = 'bo@example.org')
           and number = 2";
    assert_eq!(site.test.count(of_new).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_who_is_done_may_take_another_work() {
    let (site, exercise) = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assign(&mut meera, &exercise, "1", &[]).await.assert_ok();
    let mut asha = learner(&site, "asha@example.org").await;
    let mut bo = learner(&site, "bo@example.org").await;
    let mut chen = learner(&site, "chen@example.org").await;
    hand_in(&mut asha, "The median.").await.assert_ok();
    hand_in(&mut bo, "The mean.").await.assert_ok();
    for person in [&mut asha, &mut bo] {
        let id = given(person).await.remove(0);
        review(person, &id, "4", "send").await.assert_ok();
    }
    let take = [("exercise", exercise.as_str())];
    let none = asha.post("peer_review/api/take_peer_review", &take).await;
    assert_eq!(none.status, StatusCode::CONFLICT);
    hand_in(&mut chen, "The mode.").await.assert_ok();
    assert!(asha.get(HERE).await.body.contains("Review another work"));
    let taken = asha.post("peer_review/api/take_peer_review", &take).await;
    taken.assert_ok();
    let id = taken
        .header("x-redirect")
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    review(&mut asha, &id, "3", "send").await.assert_ok();
    assert!(chen.get(HERE).await.body.contains("75%"));
}
