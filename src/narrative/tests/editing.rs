//! Tests of tutors who make and edit paths.

use axum::http::StatusCode;

use super::site_with_path;
use crate::testing::{make_path, nugget};

#[tokio::test(flavor = "multi_thread")]
async fn nuggets_of_topics_keep_their_ids_also_when_their_text_changes() {
    let (site, path) = site_with_path().await;
    let mut meera = site.sign_in("meera@example.org").await;
    let ids = "select string_agg(nugget_id::text, ',' order by nugget_id) from nuggets where retired_at is null";
    let before = site.test.text(ids).await;
    make_path(&site, &mut meera).await;
    assert_eq!(site.test.text(ids).await, before);
    site.test
        .sql("update topic_blocks set html = html || '<p>More of it.</p>' where topic_id = (select topic_id from topics where slug = 'a')")
        .await;
    make_path(&site, &mut meera).await;
    assert_eq!(site.test.text(ids).await, before);
    let of_path = format!(
        "select count(*) from narrative_nodes d join nuggets n on n.nugget_id = d.nugget_id
         where d.path_id = '{path}' and n.content like '%More of it.%' and n.retired_at is null"
    );
    assert_eq!(site.test.count(&of_path).await, 1);
    // A nugget that a person has edited keeps its words, and is retired with the part's old text.
    site.test
        .sql("update nuggets set is_edited = true where content like '%More of it.%';
              update topic_blocks set html = html || '<p>And more.</p>' where topic_id = (select topic_id from topics where slug = 'a')")
        .await;
    make_path(&site, &mut meera).await;
    let retired = "select count(*) from nuggets where retired_at is not null and content not like '%And more.%'";
    assert_eq!(site.test.count(retired).await, 1);
    let concepts = "select string_agg(name, ', ' order by name) from concepts";
    assert_eq!(site.test.text(concepts).await, "Mean, Median, Mode");
    let edges = "select count(*) from concept_edges";
    assert!(site.test.count(edges).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_path_is_not_published() {
    let (site, path) = site_with_path().await;
    let mut meera = site.sign_in("meera@example.org").await;
    let status = "select status from narrative_paths";
    let draft = [("path", path.as_str()), ("published", "false")];
    let made = meera.post("narrative/api/set_path_published", &draft);
    made.await.assert_ok();
    let first = "select node_id from narrative_nodes order by position limit 1";
    let first = site.test.text(first).await;
    let last = "select node_id from narrative_nodes order by position desc limit 1";
    let last = site.test.text(last).await;
    let remove = [("path", path.as_str()), ("node", &last), ("act", "remove")];
    let removed = meera.post("narrative/api/change_path_node", &remove);
    removed.await.assert_ok();
    let publish = [("path", path.as_str()), ("published", "true")];
    let refused = meera
        .post("narrative/api/set_path_published", &publish)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("is gone"), "{}", refused.body);
    assert_eq!(site.test.text(status).await, "draft");
    let page = meera.get(&format!("/paths/{path}/edit")).await;
    page.assert_ok();
    assert!(
        page.body.contains("These problems keep the path"),
        "{}",
        page.body
    );
    let form = meera.get(&format!("/paths/{path}/edit?node={first}")).await;
    form.assert_ok();
    assert!(form.body.contains("Leads to"), "{}", form.body);
    // One choice is too few, and a target of another path is none.
    let bad = [
        ("path", path.as_str()),
        ("node", &first),
        ("choices[0][text]", "On"),
        ("choices[0][target]", &last),
    ];
    let refused = meera.post("narrative/api/save_choices", &bad).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("Write 2 to 4 choices."),
        "{}",
        refused.body
    );
    let nodes = "select string_agg(node_id::text, ' ' order by position) from narrative_nodes";
    for node in site.test.text(nodes).await.split(' ') {
        let good = [
            ("path", path.as_str()),
            ("node", node),
            ("choices[0][text]", "Once more"),
            ("choices[0][target]", first.as_str()),
            ("choices[0][reveals]", "mean"),
            ("choices[1][text]", "Enough"),
            ("choices[1][target]", "end"),
        ];
        let saved = meera.post("narrative/api/save_choices", &good).await;
        saved.assert_ok();
    }
    let of_one = site
        .test
        .count("select count(*) from narrative_nodes")
        .await
        == 1;
    let answer = meera
        .post("narrative/api/set_path_published", &publish)
        .await;
    match of_one {
        true => answer.assert_ok(),
        // The others cannot be reached any more.
        false => assert!(answer.body.contains("can't be reached"), "{}", answer.body),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_added_and_moved() {
    let (site, path) = site_with_path().await;
    let mut meera = site.sign_in("meera@example.org").await;
    nugget(
        &site,
        "Range",
        "<p>The <strong>range</strong> is the distance between the ends.</p>",
        "Range",
        "Mean",
    )
    .await;
    let id = site
        .test
        .text("select nugget_id from nuggets where title = 'Range'")
        .await;
    let add = [("path", path.as_str()), ("nugget", id.as_str())];
    meera
        .post("narrative/api/add_path_node", &add)
        .await
        .assert_ok();
    // It is part of the path now.
    let again = meera.post("narrative/api/add_path_node", &add).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let node = format!("select node_id from narrative_nodes where nugget_id = '{id}'");
    let node = site.test.text(&node).await;
    let first = "select node_id from narrative_nodes order by position limit 1";
    for _ in 0..10 {
        let up = [("path", path.as_str()), ("node", &node), ("act", "up")];
        meera
            .post("narrative/api/change_path_node", &up)
            .await
            .assert_ok();
    }
    assert_eq!(site.test.text(first).await, node);
    let rename = [
        ("path", path.as_str()),
        ("title", "Averages"),
        ("description", "All"),
    ];
    meera
        .post("narrative/api/save_path", &rename)
        .await
        .assert_ok();
    assert!(meera.get("/paths").await.body.contains("Averages"));
    // A learner edits nothing.
    let mut asha = site.sign_in("asha@example.org").await;
    let refused = asha.post("narrative/api/save_path", &rename).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(
        asha.get(&format!("/paths/{path}/edit")).await.status,
        StatusCode::FORBIDDEN
    );
}
