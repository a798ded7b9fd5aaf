//! Tests of lines that a tutor has handled or snoozed.

use axum::http::StatusCode;

use super::{button, reasons, site_with_exercise};
use crate::testing::{hidden, learner, tutor, work_waits};

const WAITS: [&str; 1] = ["Handed in 3 days ago, not marked"];

#[tokio::test(flavor = "multi_thread")]
async fn a_handled_line_stays_away_until_something_new_happens() {
    let site = site_with_exercise().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut ravi = tutor(&site, "ravi@example.org").await;
    learner(&site, "asha@example.org").await;
    work_waits(&site, "asha@example.org", 3).await;
    let handled = button(&mut meera, "handled").await;
    let fields = [("act", handled.as_str())];
    // As a form without JavaScript.
    let back = meera
        .submit("/today", "today/api/dismiss_line", &fields)
        .await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    let page = meera.get("/today").await.body;
    assert!(page.contains("Nobody needs you") && page.contains("Unmarked: handled."));
    assert!(reasons(&mut meera, "/today").await.is_empty());
    // Lists of other tutors stay as they are.
    assert_eq!(reasons(&mut ravi, "/today").await, WAITS);

    let line = hidden(&page, "line");
    let undo = [("line", line.as_str())];
    ravi.post("today/api/undo_dismissal", &undo)
        .await
        .assert_ok();
    assert!(reasons(&mut meera, "/today").await.is_empty());
    meera
        .post("today/api/undo_dismissal", &undo)
        .await
        .assert_ok();
    assert_eq!(reasons(&mut meera, "/today").await, WAITS);

    meera
        .post("today/api/dismiss_line", &fields)
        .await
        .assert_ok();
    site.test
        .sql(
            "update submissions set is_latest = false;
             insert into submissions (work_id, number, work, links, handed_in_at)
             select work_id, 2, 'y', '', now() from submissions",
        )
        .await;
    assert_eq!(
        reasons(&mut meera, "/today").await,
        ["Handed in just now, not marked"]
    );
    // The button of a page that is out of date.
    let late = meera.post("today/api/dismiss_line", &fields).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    // The offer to undo ends.
    let old = "update today_dismissals set created_at = now() - interval '11 minutes'";
    site.test.sql(old).await;
    assert!(!meera.get("/today").await.body.contains("Undo"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snoozed_line_comes_back() {
    let site = site_with_exercise().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    work_waits(&site, "asha@example.org", 3).await;
    for (dismissal, days) in [("day", 1), ("week", 7)] {
        let act = button(&mut meera, dismissal).await;
        let fields = [("act", act.as_str())];
        let refused = asha.post("today/api/dismiss_line", &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        meera
            .post("today/api/dismiss_line", &fields)
            .await
            .assert_ok();
        let page = meera.get("/today").await.body;
        assert!(page.contains("Unmarked: snoozed until"), "{page}");
        assert!(!meera.get("/teach").await.body.contains("Today ("));
        let until = format!(
            "select count(*) from today_dismissals
             where until between now() + interval '{days} days' - interval '1 minute' and now() + interval '{days} days'"
        );
        assert_eq!(site.test.count(&until).await, 1);
        let later = "update today_dismissals set until = now() - interval '1 minute'";
        site.test.sql(later).await;
        assert_eq!(reasons(&mut meera, "/today").await, WAITS);
    }
    for wrong in ["", "day", "day unmarked work/1 1", "later unmarked x y"] {
        let answer = meera
            .post("today/api/dismiss_line", &[("act", wrong)])
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}
