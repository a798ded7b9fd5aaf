//! Tests of the list of learners and its CSV file.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite};
use crate::testing::{act, gated_course, learner, many_accounts, statements, take, tutor, user_id};

/// Returns the user names in the list, in order.
async fn names(tutor: &mut Browser<'_>, path: &str) -> Vec<String> {
    let page = tutor.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}");
    page.body
        .split("/teach/small/learners/")
        .skip(1)
        .map(|rest| rest.split(['"', '?']).next().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_searched_filtered_and_sorted() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let mut ravi = learner(&site, "ravi@example.org").await;
    learner(&site, "zoe@example.org").await;
    take(&site, &mut asha, "1", true).await;
    for _ in 0..3 {
        take(&site, &mut ravi, "1", false).await;
    }
    let change = "update enrollments set status = 'completed' where user_id = (select user_id from users where email = 'asha@example.org')";
    site.test.sql(change).await;

    let page = meera.get("/teach/small").await.body;
    assert!(page.contains("3 learners") && page.contains("Quiz 1.1: First"));
    assert!(page.contains("100%") && page.contains("not passed") && page.contains("not attempted"));
    assert_eq!(
        names(&mut meera, "/teach/small").await,
        ["asha", "ravi", "zoe"]
    );
    for (query, expected) in [
        ("down=yes", vec!["zoe", "ravi", "asha"]),
        ("sort=score&down=yes", vec!["asha", "ravi", "zoe"]),
        ("sort=active&down=yes", vec!["ravi", "asha", "zoe"]),
        ("sort=completion", vec!["asha", "ravi", "zoe"]),
        ("filter=not-begun", vec!["zoe"]),
        ("filter=stuck", vec!["ravi"]),
        ("filter=completed", vec!["asha"]),
        ("q=RAV", vec!["ravi"]),
        ("q=r%C3%A1v", vec!["ravi"]),
        ("q=zoe%40example", vec!["zoe"]),
        ("q=%25", vec![]),
        ("page=2", vec!["asha", "ravi", "zoe"]),
        ("page=4294967295", vec!["asha", "ravi", "zoe"]),
    ] {
        let path = format!("/teach/small?{query}");
        assert_eq!(names(&mut meera, &path).await, expected, "{query}");
    }
    // A learner is also stuck a week after the first attempt at a quiz. An excuse ends it.
    let change = "alter table quiz_attempts disable trigger graded;
        delete from quiz_attempts where attempt_id in (select attempt_id from quiz_attempts where status = 'failed' limit 2);
        update quiz_attempts set completed_at = now() - interval '8 days' where status = 'failed';
        alter table quiz_attempts enable trigger graded";
    site.test.sql(change).await;
    assert_eq!(
        names(&mut meera, "/teach/small?filter=stuck").await,
        ["ravi"]
    );
    let id = user_id(&site, "ravi@example.org").await;
    let quiz = [("module_no", "1"), ("pair", "1")];
    act(&mut meera, "excuse_quiz", &id, &quiz).await.assert_ok();
    assert!(
        names(&mut meera, "/teach/small?filter=stuck")
            .await
            .is_empty()
    );
    assert!(meera.get("/teach/small").await.body.contains("excused"));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_as_often_for_many_as_for_few() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", true).await;
    let mut counts = Vec::new();
    for round in 0..2 {
        if round == 1 {
            many_accounts(&site, 120).await;
            let change = "insert into enrollments (user_id, course_id) select user_id, course_id from users, courses where username like 'many-%' and slug = 'small';
                insert into quiz_attempts (user_id, course_id, module_no, topic_pair_index, passing_score_percent, partial_credit, question_set, status, score, points, completed_at)
                select user_id, course_id, 1, pair, 70, false, '{\"version\": 1, \"questions\": []}', 'failed', 10, '[]', now()
                from users, courses, generate_series(1, 2) pair where username like 'many-%' and slug = 'small'";
            site.test.sql(change).await;
        }
        counts.push(statements(&site, &mut meera, "/teach/small").await);
    }
    assert_eq!(counts[0], counts[1]);
    assert_eq!(names(&mut meera, "/teach/small").await.len(), 50);
    assert_eq!(names(&mut meera, "/teach/small?page=3").await.len(), 21);
    assert_eq!(names(&mut meera, "/teach/small?page=9").await.len(), 21);
    let last = meera.get("/teach/small?page=9").await.body;
    assert!(last.contains("121 learners") && last.contains("href=\"/teach/small?page=2\""));
    let file = meera.get("/teach/small/gradebook.csv").await.body;
    assert_eq!(
        file.trim_end().lines().count(),
        122,
        "all pages and the head"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_holds_what_the_list_holds_and_no_formulas() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", true).await;
    let change = "update users set display_name = '=HYPERLINK(\"http://evil.example\",\"Ö\")' where email = 'asha@example.org'";
    site.test.sql(change).await;
    let file = meera.get("/teach/small/gradebook.csv").await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"gradebook-small.csv\""
    );
    assert!(
        file.body
            .starts_with("\u{feff}\"Name\",\"Username\",\"Email\",")
    );
    assert!(
        file.body
            .contains(r#""1.1 (%)","Quiz 1.1: First","1.2 (%)","Quiz 1.2: First""#)
    );
    assert!(
        file.body.contains(
            "\n\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"Ö\"\")\",\"asha\",\"asha@example.org\","
        ),
        "{}",
        file.body
    );
    assert!(file.body.contains(r#","100","passed","","not attempted""#));
    let none = meera.get("/teach/small/gradebook.csv?q=nobody").await.body;
    assert_eq!(none.lines().count(), 1);

    let mut other = site.signed_in("other@example.org", UserRole::Tutor).await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let mut visitor = site.visitor();
    for (browser, page, file) in [
        (&mut other, StatusCode::FORBIDDEN, StatusCode::FORBIDDEN),
        (&mut asha, StatusCode::FORBIDDEN, StatusCode::FORBIDDEN),
        (&mut admin, StatusCode::OK, StatusCode::OK),
        (&mut visitor, StatusCode::FOUND, StatusCode::SEE_OTHER),
    ] {
        assert_eq!(browser.get("/teach/small").await.status, page);
        let answer = browser.get("/teach/small/gradebook.csv").await;
        assert_eq!(answer.status, file);
    }
    let missing = admin.get("/teach/none/gradebook.csv").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn tutors_read_what_learners_say_and_not_who_said_it() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let silent = meera.get("/teach/small").await.body;
    assert!(!silent.contains("What learners say"));
    many_accounts(&site, 13).await;
    let change = "insert into course_certificates (user_id, course_id, program_type, code, learner_name, course_title, organization_name, completed_at, rating, feedback, updated_at)
        select user_id, course_id, 'self_paced', '0000-0000-00' || lpad(n::text, 2, '0'), 'Somebody', 'S', 'L', now(),
        case when n = 1 then 2 else 5 end, case when n < 13 then 'Comment number ' || n || '.' end, now() - make_interval(days => n)
        from generate_series(1, 13) n join users on username = 'many-' || n join courses on slug = 'small'";
    site.test.sql(change).await;
    let first = meera.get("/teach/small").await.body;
    assert!(first.contains("4.8 of 5 stars, 13 ratings."), "{first}");
    assert!(first.contains("Comment number 1.") && first.contains("Comment number 10."));
    assert!(!first.contains("Comment number 11.") && !first.contains("Somebody"));
    assert!(first.contains("href=\"/teach/small?said=2\""));
    for path in ["/teach/small?said=2", "/teach/small?said=9"] {
        let rest = meera.get(path).await.body;
        assert!(rest.contains("Comment number 12.") && !rest.contains("Comment number 10."));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn results_of_a_retired_quiz_stay() {
    let site = TestSite::new().await;
    gated_course().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    take(&site, &mut asha, "1", true).await;
    let id = user_id(&site, "asha@example.org").await;
    let quiz = [("module_no", "1"), ("pair", "2")];
    act(&mut meera, "excuse_quiz", &id, &quiz).await.assert_ok();
    site.test
        .sql("update quiz_questions set retired_at = now()")
        .await;
    let list = meera.get("/teach/small").await.body;
    assert!(
        list.contains("Quiz 1.1 (retired): First") && list.contains("Quiz 1.2 (retired): First")
    );
    assert!(list.contains("100%") && list.contains("excused"));
    let file = meera.get("/teach/small/gradebook.csv").await.body;
    assert!(
        file.contains(r#""1.1 (retired) (%)","Quiz 1.1 (retired): First""#),
        "{file}"
    );
    assert!(file.contains(r#","100","passed","","excused""#), "{file}");
    let page = meera.get("/teach/small/learners/asha").await.body;
    assert!(page.contains("Quiz 1.1 (retired)") && page.contains("Quiz 1.2 (retired)"));
    assert!(
        page.contains("?attempt=") && page.contains("do=end-excuse") && !page.contains("do=excuse")
    );
}
