//! The store of nuggets.

use axum::http::StatusCode;

use super::{AVERAGES, upload};
use crate::platform::auth::UserRole;
use crate::testing::hidden;
use crate::testing::site::TestSite;

#[tokio::test(flavor = "multi_thread")]
async fn nuggets_are_found_edited_and_retired() {
    let site = TestSite::new().await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    upload(&mut tutor, &[("averages.md", AVERAGES.as_bytes())])
        .await
        .assert_ok();
    site.mails().await;
    let found = tutor.get("/nuggets?q=incomes").await.body;
    assert!(
        found.contains("The median") && !found.contains("The range"),
        "{found}"
    );
    let found = tutor.get("/nuggets?concept=range").await.body;
    assert!(
        found.contains("The range") && !found.contains("The median"),
        "{found}"
    );
    let id = site
        .test
        .text("select nugget_id from nuggets where title = 'The median'")
        .await;
    let path = format!("/nuggets/{id}");
    let page = tutor.get(&path).await;
    page.assert_ok();
    for said in [
        "Explains",
        "Needs",
        "Slides",
        "Similar nuggets",
        "Averages, part 1",
    ] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    let seen = hidden(&page.body, "seen");
    let fields = [
        ("nugget", id.as_str()),
        ("title", "Median"),
        ("content", "The **median** is in the middle."),
        ("concepts", "Median, median, Middle"),
        ("prerequisites", ""),
        ("difficulty", "2"),
        ("seen", &seen),
    ];
    tutor
        .post("ingest/api/save_nugget", &fields)
        .await
        .assert_ok();
    let stale = tutor.post("ingest/api/save_nugget", &fields).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let page = tutor.get(&path).await.body;
    for said in ["Texts before", "<strong>median</strong> is in the middle"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let concepts = "select metadata ->> 'concepts' from nuggets where title = 'Median'";
    assert_eq!(site.test.text(concepts).await, "[\"Median\", \"Middle\"]");
    // The edit stays when the document is read again with a change elsewhere.
    let changed = AVERAGES.replace("shared a bill", "split a bill");
    upload(&mut tutor, &[("averages.md", changed.as_bytes())])
        .await
        .assert_ok();
    site.mails().await;
    let kept =
        "select count(*) from nuggets where title = 'Median' and is_edited and retired_at is null";
    assert_eq!(site.test.count(kept).await, 1);
    let retire = [("nugget", id.as_str()), ("retired", "true")];
    tutor
        .post("ingest/api/retire_nugget", &retire)
        .await
        .assert_ok();
    assert!(!tutor.get("/nuggets?q=middle").await.body.contains(&path));
    assert!(
        tutor
            .get("/nuggets?q=middle&show=retired")
            .await
            .body
            .contains(&path)
    );
    tutor
        .post("ingest/api/remake_nugget_slides", &[("nugget", &id)])
        .await
        .assert_ok();
    let bad = [
        ("nugget", id.as_str()),
        ("title", ""),
        ("content", ""),
        ("difficulty", "11"),
    ];
    let bad = tutor.post("ingest/api/save_nugget", &bad).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in ["Enter a title.", "Enter a text.", "from 1 to 10"] {
        assert!(bad.body.contains(said), "{said}: {}", bad.body);
    }
}
