//! Tests of handing in and marking, over HTTP.

use axum::body::Body;
use axum::http::{StatusCode, header};

use crate::exercise::hand_in::WORK_UPLOAD;
use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite};
use crate::testing::{
    Group, hidden, jobs_are_due, learner, many_accounts, pelican_course, tutor, work_waits,
};

const HERE: &str = "/learn/small/begin/exercise/salary-talk";
const CRITERIA: &str = "Average: Missing 0 | Partly 1-2 | Full 3\nCount: No 0 | Yes 1";

/// A site whose exercise is handed in until the due date, if there is one.
async fn site() -> (TestSite, String) {
    let site = TestSite::new().await;
    let course = pelican_course().at("begin");
    let course = course.exercise("salary-talk", "The salary talk", &["Asks which average."]);
    course.import(&site).await;
    let exercise = site
        .test
        .text("select exercise_id from simulation_exercises")
        .await;
    (site, exercise)
}

async fn assign(tutor: &mut Browser<'_>, exercise: &str, due_at: &str) -> TestAnswer {
    let fields = [
        ("course", "small"),
        ("exercise", exercise),
        ("is_handed_in", "true"),
        ("due_at", due_at),
        ("late_days", "0"),
        ("late_percent", "0"),
        ("criteria", CRITERIA),
        ("checks", "No source: Name the source."),
    ];
    tutor.post("marking/api/save_assignment", &fields).await
}

async fn hand_in(learner: &mut Browser<'_>, text: &str) -> TestAnswer {
    let page = learner.get(HERE).await.body;
    let (exercise, writer, revision) = (
        hidden(&page, "exercise"),
        hidden(&page, "writer"),
        hidden(&page, "revision"),
    );
    let fields = [
        ("exercise", exercise.as_str()),
        ("writer", &writer),
        ("revision", &revision),
        ("change", "1"),
        ("text", text),
        ("links", ""),
        ("done", HERE),
    ];
    learner.post("exercise/api/save_work", &fields).await
}

async fn upload(
    learner: &mut Browser<'_>,
    exercise: &str,
    name: &str,
    content: &[u8],
) -> TestAnswer {
    let head = format!(
        "--frontier\r\nContent-Disposition: form-data; name=\"exercise\"\r\n\r\n{exercise}\r\n\
         --frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--frontier--\r\n"].concat();
    let request = learner
        .request("POST", WORK_UPLOAD)
        .header(header::ACCEPT, "text/html")
        .header(header::REFERER, format!("http://{}{HERE}", learner.host))
        .header(
            header::CONTENT_TYPE,
            "multipart/form-data; boundary=frontier",
        )
        .body(Body::from(body))
        .unwrap();
    learner.send(request).await
}

/// Claims the next work. Returns its page and its id.
async fn next(tutor: &mut Browser<'_>) -> (String, String) {
    let answer = tutor.post("marking/api/mark_next", &[]).await;
    answer.assert_ok();
    let path = answer.header("x-redirect").to_owned();
    let id = path.rsplit('/').next().unwrap_or_default().to_owned();
    (path, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_handed_in_marked_and_released() {
    let (site, exercise) = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assign(&mut meera, &exercise, "").await.assert_ok();
    let mut asha = learner(&site, "asha@example.org").await;
    let empty = hand_in(&mut asha, " ").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    hand_in(&mut asha, "Which one? <script>alert(1)</script>")
        .await
        .assert_ok();
    assert!(asha.get(HERE).await.body.contains("Waiting for marks"));
    assert!(
        meera
            .get("/teach")
            .await
            .body
            .contains("Marking (1 waiting)")
    );

    let (path, id) = next(&mut meera).await;
    let page = meera.get(&path).await;
    page.assert_ok();
    assert!(page.body.contains("Which one?") && !page.body.contains("<script>alert"));
    // Nobody else gets it while it is claimed.
    let mut ravi = tutor(&site, "ravi@example.org").await;
    assert_eq!(next(&mut ravi).await.0, "/marking");
    let taken = [("submission", id.as_str())];
    let taken = ravi.post("marking/api/claim_work", &taken).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);

    let (writer, revision) = (hidden(&page.body, "writer"), hidden(&page.body, "revision"));
    let mut fields = vec![
        ("submission", id.as_str()),
        ("writer", &writer),
        ("revision", &revision),
        ("change", "1"),
        ("points[c0]", "3"),
        ("feedback", "Well asked."),
        ("act", "release-next"),
    ];
    let early = meera.post("marking/api/save_marks", &fields).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    fields.push(("points[c1]", "0"));
    fields.push(("ticked[]", "No source"));
    let released = meera.post("marking/api/save_marks", &fields).await;
    released.assert_ok();
    assert_eq!(released.header("x-redirect"), "/marking");
    let shown = asha.get(HERE).await.body;
    assert!(shown.contains("75%") && shown.contains("Well asked."));
    assert!(shown.contains("Name the source."));
    let all = asha.get("/learn/small/comments/all").await.body;
    assert!(all.contains("Well asked."));
    let told = "select count(*) from notifications where kind = 'message'";
    assert_eq!(site.test.count(told).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_of_others_is_out_of_reach_and_late_work_is_refused() {
    let (site, exercise) = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assign(&mut meera, &exercise, "2020-01-01T12:00")
        .await
        .assert_ok();
    let mut asha = learner(&site, "asha@example.org").await;
    let late = hand_in(&mut asha, "Late.").await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assign(&mut meera, &exercise, "").await.assert_ok();

    let hidden_page = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR<script>alert(1)</script>";
    upload(&mut asha, &exercise, "chart.png", hidden_page).await;
    let files = "select count(*) from work_files";
    assert_eq!(site.test.count(files).await, 0);
    upload(&mut asha, &exercise, "plan.md", b"# Plan").await;
    assert_eq!(site.test.count(files).await, 1);
    let id = site.test.text("select work_file_id from work_files").await;
    let file = format!("/work-files/{id}/plan.md");
    assert_eq!(asha.get(&file).await.status, StatusCode::OK);
    assert_eq!(meera.get(&file).await.status, StatusCode::NOT_FOUND);
    let mut tomas = learner(&site, "tomas@example.org").await;
    assert_eq!(tomas.get(&file).await.status, StatusCode::NOT_FOUND);
    let removed = [("file", id.as_str())];
    let removed = tomas.post("hand_in/api/remove_work_file", &removed).await;
    assert_eq!(removed.status, StatusCode::NOT_FOUND);

    hand_in(&mut asha, "In time.").await.assert_ok();
    let (path, submission) = next(&mut meera).await;
    assert!(meera.get(&path).await.body.contains("plan.md"));
    assert_eq!(tomas.get(&path).await.status, StatusCode::NOT_FOUND);
    let claim = [("submission", submission.as_str())];
    let claim = tomas.post("marking/api/claim_work", &claim).await;
    assert_eq!(claim.status, StatusCode::NOT_FOUND);
    // The learner waits while the work is being marked.
    let again = [("exercise", exercise.as_str()), ("back", HERE)];
    let again = asha.post("exercise/api/reopen_work", &again).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_shown_within_the_page_and_runs_nothing() {
    let (site, exercise) = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assign(&mut meera, &exercise, "").await.assert_ok();
    let mut asha = learner(&site, "asha@example.org").await;
    upload(&mut asha, &exercise, "Plan.pdf", b"%PDF-1.7 a plan").await;
    upload(&mut asha, &exercise, "code.py", b"print('<b>')").await;
    hand_in(&mut asha, "See the plan.").await.assert_ok();
    let (path, _) = next(&mut meera).await;
    let page = meera.get(&path).await;
    let id =
        "select work_file_id from work_files where name like '%.pdf' and submission_id is not null";
    let file = format!("/work-files/{}/Plan.pdf", site.test.text(id).await);
    assert!(
        page.body.contains(&format!("<iframe src=\"{file}#")),
        "{}",
        page.body
    );
    assert!(page.body.contains("download=\"Plan.pdf\""));
    assert!(page.body.contains("&lt;b&gt;"), "a program is text");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-src 'self'"), "{policy}");
    let sent = meera.get(&file).await;
    sent.assert_ok();
    assert_eq!(sent.header("content-type"), "application/pdf");
    assert_eq!(sent.header("x-frame-options"), "SAMEORIGIN");
    assert_eq!(sent.header("x-content-type-options"), "nosniff");
    let policy = sent.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'self'"));
    assert!(!policy.contains("script-src") && !policy.contains("sandbox"));
    // Other files are not framed, and stay in their sandbox.
    let code =
        "select work_file_id from work_files where name like '%.py' and submission_id is not null";
    let code = format!("/work-files/{}/code.py", site.test.text(code).await);
    let sent = meera.get(&code).await;
    assert!(sent.header("content-security-policy").contains("sandbox"));
    assert_eq!(sent.header("x-frame-options"), "DENY");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_has_the_words_of_the_admins() {
    let (site, exercise) = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assign(&mut meera, &exercise, "2099-05-01T10:00")
        .await
        .assert_ok();
    learner(&site, "asha@example.org").await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let words = |text: &'static str| {
        [
            ("mail", "work_due"),
            ("subject", "Tomorrow: {exercise}"),
            ("text", text),
            ("act", "save"),
        ]
    };
    let act = "mail_texts/api/save_mail_text";
    let refused = root.post(act, &words("See {link}")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = "We wait for your work until {until}. Your {school}";
    root.post(act, &words(text)).await.assert_ok();
    let page = root.get("/admin/site/mails?mail=work_due").await.body;
    assert!(page.contains("Tomorrow: The empty chairs"), "{page}");
    let due = "update assignments set due_at = now() + interval '5 hours';
         insert into background_jobs (organization_id, kind, payload)
         select organization_id, 'remind_of_exercises', '{}' from organizations limit 1";
    site.test.sql(due).await;
    site.mails().await;
    jobs_are_due(&site, "notification_mail").await;
    let mails = site.mails().await.join("\n");
    assert!(mails.contains("Tomorrow: The salary talk\n"), "{mails}");
    assert!(mails.contains("We wait for your work until"), "{mails}");
}

#[tokio::test(flavor = "multi_thread")]
async fn learners_are_reminded_once_of_work_that_is_due_and_not_handed_in() {
    let (site, exercise) = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assign(&mut meera, &exercise, "2099-05-01T10:00")
        .await
        .assert_ok();
    let mut asha = learner(&site, "asha@example.org").await;
    let mut bo = learner(&site, "bo@example.org").await;
    hand_in(&mut asha, "An average.").await.assert_ok();
    let told = "select coalesce(string_agg(split_part(email, '@', 1) || ' ' || title, ', ' order by email), '')
         from notifications join users using (user_id) where kind = 'deadline' and read_at is null";
    let remind = async || {
        let job = "insert into background_jobs (organization_id, kind, payload)
             select organization_id, 'remind_of_exercises', '{}' from organizations limit 1";
        site.test.sql(job).await;
        site.mails().await;
        site.test.text(told).await
    };
    assert_eq!(remind().await, "", "due in decades");
    site.test
        .sql("update assignments set due_at = now() + interval '5 hours'")
        .await;
    for _ in 0..2 {
        assert_eq!(
            remind().await,
            "bo The exercise “The salary talk” is due soon"
        );
    }
    let events = "select events from notifications where kind = 'deadline'";
    assert_eq!(site.test.count(events).await, 1);
    hand_in(&mut bo, "Another one.").await.assert_ok();
    assert_eq!(site.test.text(told).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_with_an_own_due_date_has_more_time_and_is_reminded_of_that() {
    let (site, exercise) = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assign(&mut meera, &exercise, "").await.assert_ok();
    let group = Group::new(&site, "Spring").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut bo = group.member(&site, "bo@example.org").await;
    let own = "delete from notifications;
         update assignments set due_at = now() - interval '1 day';
         insert into cohort_date_overrides (cohort_id, member_id, exercise_id, closes_at)
         select cohort_id, member_id, exercise_id, now() + interval '5 hours'
         from cohort_members, simulation_exercises where email like 'asha%'";
    site.test.sql(own).await;
    let late = hand_in(&mut bo, "Late.").await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        late.body.contains("time for handing in is over"),
        "{}",
        late.body
    );
    let job = "insert into background_jobs (organization_id, kind, payload)
         select organization_id, 'remind_of_exercises', '{}' from organizations limit 1";
    site.test.sql(job).await;
    site.mails().await;
    let told = "select string_agg(split_part(email, '@', 1), ' ')
         from notifications join users using (user_id) where kind = 'deadline'";
    assert_eq!(site.test.text(told).await, "asha");
    hand_in(&mut asha, "In time.").await.assert_ok();
    let percent = "select max(late_percent + late_days) from submissions";
    assert_eq!(site.test.count(percent).await, 0);
    let page = format!("/teach/small/cohorts/{}/schedule", group.id);
    let of_member = meera
        .get(&format!("{page}?for=asha@example.org"))
        .await
        .body;
    assert!(of_member.contains("Exercises (1 with other times)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_shows_waiting_works_first_and_goes_on_over_pages() {
    let (site, exercise) = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assign(&mut meera, &exercise, "").await.assert_ok();
    many_accounts(&site, 102).await;
    // The works that were handed in first are marked, but not released.
    let hand_in = "insert into simulation_work (user_id, exercise_id, work, submitted_at)
         select user_id, exercise_id, 'x', now() from users, simulation_exercises where role = 'learner';
         insert into submissions (work_id, number, work, links, handed_in_at)
         select work_id, 1, 'x', '', now() - row_number() over (order by work_id) * interval '1 minute' from simulation_work;
         update submissions set score = 50 where submission_id in (
             select submission_id from submissions order by handed_in_at limit 101)";
    site.test.sql(hand_in).await;
    let works = |page: &str| -> Vec<String> {
        let parts = page.split("href=\"/marking/").skip(1);
        let id = |part: &str| part.split('"').next().unwrap_or_default().to_owned();
        parts.map(id).collect()
    };
    let first = meera.get("/marking").await.body;
    assert!(first.contains("1 work waits for marks."), "{first}");
    let waiting = "select submission_id from submissions where score is null";
    let mut all = works(&first);
    assert_eq!(all.first(), Some(&site.test.text(waiting).await));
    assert_eq!(all.len(), 100);
    let next = first
        .split("href=\"/marking?after=")
        .nth(1)
        .expect("a link");
    let next = next.split('"').next().unwrap_or_default();
    let last = meera.get(&format!("/marking?after={next}")).await.body;
    assert!(!last.contains("rel=\"next\"") && last.contains("Back to the first works"));
    all.extend(works(&last));
    let total = "select count(*) from submissions";
    assert_eq!(all.len() as i64, site.test.count(total).await);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 102);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_has_the_marks_that_were_released_and_taken_back() {
    let (site, exercise) = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assign(&mut meera, &exercise, "").await.assert_ok();
    learner(&site, "asha@example.org").await;
    work_waits(&site, "asha@example.org", 1).await;
    let (_, id) = next(&mut meera).await;
    site.test.sql("update submissions set score = 60").await;
    meera
        .post("marking/api/release_marks", &[])
        .await
        .assert_ok();
    let claim = [("submission", id.as_str())];
    meera
        .post("marking/api/claim_work", &claim)
        .await
        .assert_ok();
    let logged = format!(
        "select string_agg(concat_ws(' ', action, old_values ->> 'released', old_values ->> 'score',
                                     new_values ->> 'released', new_values #>> '{{scores,{id}}}'), '; ' order by occurred_at, audit_id)
         from audit_logs where action like 'marks.%'"
    );
    assert_eq!(
        site.test.text(&logged).await,
        "marks.released false true 60; marks.taken_back true 60 false"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_works_are_marked_with_two_requests_each() {
    let (site, exercise) = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    assign(&mut meera, &exercise, "").await.assert_ok();
    many_accounts(&site, 60).await;
    let hand_in = "insert into simulation_work (user_id, exercise_id, work, submitted_at)
         select user_id, exercise_id, 'An average.', now() from users, simulation_exercises where role = 'learner';
         insert into submissions (work_id, number, work, links, handed_in_at)
         select work_id, 1, 'An average.', '', now() from simulation_work";
    site.test.sql(hand_in).await;
    let works = site.test.count("select count(*) from submissions").await;
    assert!(works >= 60);
    let (mut path, _) = next(&mut meera).await;
    let mut requests = 1;
    while path != "/marking" {
        let page = meera.get(&path).await.body;
        let (writer, revision) = (hidden(&page, "writer"), hidden(&page, "revision"));
        let submission = path.rsplit('/').next().unwrap_or_default().to_owned();
        let fields = [
            ("submission", submission.as_str()),
            ("writer", &writer),
            ("revision", &revision),
            ("change", "1"),
            ("points[c0]", "3"),
            ("points[c1]", "1"),
            ("act", "release-next"),
        ];
        let released = meera.post("marking/api/save_marks", &fields).await;
        released.assert_ok();
        path = released.header("x-redirect").to_owned();
        requests += 2;
    }
    assert_eq!(requests, 1 + 2 * works);
    let released = "select count(*) from submissions where released_at is not null and score = 100";
    assert_eq!(site.test.count(released).await, works);
}
