//! Tests of learners who walk a path.

use axum::http::StatusCode;

use super::{answer, begin, go, here, of_state, site_with_path};
use crate::platform::auth::UserRole;
use crate::testing::{hidden, learner, nugget};

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_walks_a_path_to_its_end() {
    let (site, path) = site_with_path().await;
    let mut asha = site.sign_in("asha@example.org").await;
    let list = asha.get("/paths").await;
    list.assert_ok();
    assert!(
        list.body.contains("A small course: a path"),
        "{}",
        list.body
    );
    let address = format!("/paths/{path}");
    assert!(asha.get(&address).await.body.contains("Begin"));
    begin(&mut asha, &path).await;
    let key = of_state(&site, "{question,question,key}").await;
    let question = of_state(&site, "{question,id}").await;
    let page = asha.get(&address).await;
    page.assert_ok();
    assert!(page.body.contains(&question), "{}", page.body);
    // The options are there, and nothing says which one is right.
    assert!(!page.body.contains("The text says"), "{}", page.body);
    assert!(
        page.body.contains(&format!("value=\"{key}\"")),
        "{}",
        page.body
    );
    let mut steps = 0;
    while !here(&site).await.is_empty() {
        answer(&site, &mut asha, &path, true).await;
        go(&site, &mut asha, &path, "next").await;
        steps += 1;
        assert!(steps < 20, "it goes on for ever");
    }
    let ended = asha.get(&address).await;
    assert!(
        ended.body.contains("You have walked this path."),
        "{}",
        ended.body
    );
    assert!(ended.body.contains("Walk it again"));
    let done = "select count(*) from narrative_sessions where completed_at is not null";
    assert_eq!(site.test.count(done).await, 1);
    let mastered =
        "select count(*) from progress where source_type = 'narrative' and mastery_level >= 70";
    assert!(site.test.count(mastered).await >= 3);
    for tool in [
        "get_learner_progress",
        "identify_gaps",
        "adapt_narrative",
        "deliver_nugget",
        "show_media",
        "ask_question",
        "update_mastery",
    ] {
        let calls = format!(
            "select count(*) from narrative_messages where tool_calls @> '[{{\"tool\": \"{tool}\"}}]'"
        );
        assert!(site.test.count(&calls).await > 0, "{tool}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_and_a_session_resumes_elsewhere() {
    let (site, path) = site_with_path().await;
    let mut asha = site.sign_in("asha@example.org").await;
    begin(&mut asha, &path).await;
    let (node, question) = (here(&site).await, of_state(&site, "{question,id}").await);
    let mut phone = site.sign_in("asha@example.org").await;
    begin(&mut phone, &path).await;
    assert_eq!(here(&site).await, node);
    assert_eq!(of_state(&site, "{question,id}").await, question);
    let nothing = [
        ("path", path.as_str()),
        ("question", &question),
        ("given", " "),
    ];
    let refused = asha.post("narrative/api/answer_check", &nothing).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer(&site, &mut phone, &path, false).await;
    let rows = "select count(*) from progress";
    assert_eq!(site.test.count(rows).await, 1);
    // The other tab sends its answer too.
    answer(&site, &mut asha, &path, true).await;
    assert_eq!(site.test.count(rows).await, 1);
    assert_eq!(
        of_state(&site, "{question,outcome,is_right}").await,
        "false"
    );
    let page = phone.get(&format!("/paths/{path}")).await;
    assert!(page.body.contains("Not quite."), "{}", page.body);
    assert!(page.body.contains("The text says"));
    // A form of a part that was left changes nothing.
    go(&site, &mut asha, &path, "next").await;
    let next = here(&site).await;
    let other = "00000000-0000-0000-0000-000000000000";
    let stale = [("path", path.as_str()), ("from", other), ("to", "finish")];
    phone
        .post("narrative/api/go_on_path", &stale)
        .await
        .assert_ok();
    assert_eq!(here(&site).await, next);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_twice_takes_one_step() {
    let (site, path) = site_with_path().await;
    let mut asha = site.sign_in("asha@example.org").await;
    begin(&mut asha, &path).await;
    let node = here(&site).await;
    // The same part again, so that the node alone does not tell the two forms apart.
    let again = format!("node-{node}");
    let fields = [
        ("path", path.as_str()),
        ("from", &node),
        ("steps", "1"),
        ("to", &again),
    ];
    for _ in 0..2 {
        let sent = asha.post("narrative/api/go_on_path", &fields).await;
        sent.assert_ok();
        assert_eq!(here(&site).await, node);
        assert_eq!(of_state(&site, "{steps}").await, "2");
    }
    let page = asha.get(&format!("/paths/{path}")).await;
    assert_eq!(hidden(&page.body, "steps"), "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_searches_and_asks_for_what_they_are_not_ready_for() {
    let (site, path) = site_with_path().await;
    let mut asha = site.sign_in("asha@example.org").await;
    begin(&mut asha, &path).await;
    let first = here(&site).await;
    let fields = [("path", path.as_str()), ("q", "median")];
    asha.post("narrative/api/search_path", &fields)
        .await
        .assert_ok();
    let found = of_state(&site, "{found,0}").await;
    assert_ne!(found, first);
    let page = asha.get(&format!("/paths/{path}")).await;
    assert!(page.body.contains("About “median”"), "{}", page.body);
    // The median builds on the mean, which is not known yet: choosing is refused, asking is not.
    go(&site, &mut asha, &path, &format!("node-{found}")).await;
    assert_eq!(here(&site).await, found);
    let (from, steps) = (here(&site).await, of_state(&site, "{steps}").await);
    let fields = [
        ("path", path.as_str()),
        ("from", &from),
        ("steps", &steps),
        ("to", "elsewhere"),
    ];
    let refused = asha.post("narrative/api/go_on_path", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn others_see_nothing_of_a_path_and_locked_topics_stay_locked() {
    let (site, path) = site_with_path().await;
    let address = format!("/paths/{path}");
    for (name, role) in [("other", UserRole::Learner), ("elsewhere", UserRole::Tutor)] {
        let mut other = site.signed_in(&format!("{name}@example.org"), role).await;
        assert_eq!(other.get(&address).await.status, StatusCode::NOT_FOUND);
        assert!(!other.get("/paths").await.body.contains("A small course"));
        let fields = [("path", path.as_str())];
        let begun = other.post("narrative/api/begin_path", &fields);
        assert_eq!(begun.await.status, StatusCode::NOT_FOUND);
    }
    // A draft is for its editors alone.
    site.test
        .sql("update narrative_paths set status = 'draft'")
        .await;
    let mut asha = site.sign_in("asha@example.org").await;
    assert_eq!(asha.get(&address).await.status, StatusCode::NOT_FOUND);
    let mut meera = site.sign_in("meera@example.org").await;
    meera.get(&address).await.assert_ok();
    site.test
        .sql("update narrative_paths set status = 'published'")
        .await;
    site.test
        .sql("update topics set retired_at = now() where slug = 'b'")
        .await;
    let page = asha.get(&address).await;
    assert!(
        page.body.contains("are not open to you yet"),
        "{}",
        page.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_of_nuggets_without_questions_can_be_walked() {
    let (site, path) = site_with_path().await;
    nugget(&site, "Plain", "<p>Read.</p>", "", "").await;
    site.test
        .sql("delete from narrative_nodes;
              insert into narrative_nodes (path_id, nugget_id, position, choices)
              select path_id, nugget_id, 1, '[{\"id\": \"a\", \"text\": \"End\", \"next_node_id\": null}]'
              from narrative_paths, nuggets where nuggets.title = 'Plain'")
        .await;
    let mut asha = learner(&site, "ravi@example.org").await;
    begin(&mut asha, &path).await;
    assert_eq!(of_state(&site, "{question,id}").await, "");
    go(&site, &mut asha, &path, "next").await;
    let page = asha.get(&format!("/paths/{path}")).await;
    assert!(
        page.body.contains("You have walked this path."),
        "{}",
        page.body
    );
}
