//! The audit log.

use axum::http::{StatusCode, header};

use crate::platform::auth::UserRole;
use crate::platform::http::testing::TestSite;

async fn fill(site: &TestSite) {
    let entries = "insert into audit_logs (audit_id, occurred_at, actor_user_id, action, outcome, subject_type, subject_id, old_values, new_values)
        select gen_random_uuid(), now() - make_interval(mins => n), u.user_id, 'course.n' || n % 3, 'done', 'course', 'c' || n,
               '{\"title\": \"Old title\"}', jsonb_build_object('title', 'Title ' || n)
        from generate_series(1, 120) as x (n), users u where u.email = 'root@example.org'";
    site.test.sql(entries).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_paged_newest_first_and_filtered() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    site.account("asha@example.org", UserRole::Learner).await;
    fill(&site).await;
    let first = root.get("/admin/audit?kind=course").await;
    first.assert_ok();
    assert!(first.body.contains("Title 1<") && first.body.contains("Old title"));
    assert!(first.body.contains("Title 50<") && !first.body.contains("Title 51<"));
    let next = first.body.split("rel=\"next\"").next().unwrap();
    let next = next.rsplit("href=\"").next().unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&");
    let second = root.get(&next).await;
    assert!(second.body.contains("Title 51<") && !second.body.contains("Title 50<"));
    for (query, there, not_there) in [
        ("action=course.n1", "Title 1<", "Title 2<"),
        ("subject=c7", "Title 7<", "Title 8<"),
        ("by=root@example.org&subject=c9", "Title 9<", "Title 8<"),
        ("by=asha@example.org", "No entries", "Title 1<"),
        ("by=nobody@example.org", "Nobody has this email", "Title 1<"),
        ("day=2001-01-01", "No entries", "Title 1<"),
        ("day=soon", "Enter a day", "Title 1<"),
        ("after=nonsense", "Title 1<", "Title 51<"),
        ("subject=asha@example.org", "No entries", "Title 1<"),
    ] {
        let page = root.get(&format!("/admin/audit?{query}")).await;
        page.assert_ok();
        assert!(page.body.contains(there), "{query}: {}", page.body);
        assert!(!page.body.contains(not_there), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_has_the_filtered_entries_and_no_formula() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    fill(&site).await;
    let evil = "update users set display_name = '=cmd()' where email = 'root@example.org'";
    site.test.sql(evil).await;
    let file = root.get("/admin/audit.csv?subject=c7").await;
    file.assert_ok();
    assert!(file.header(header::CONTENT_TYPE).starts_with("text/csv"));
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 2, "{}", file.body);
    assert!(lines[1].contains("\"'=cmd()\"") && lines[1].contains("Title 7"));
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    let refused = tutor.get("/admin/audit.csv").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let visitor = site.visitor().get("/admin/audit.csv").await;
    assert_eq!(visitor.header("location"), "/sign-in?next=/admin/audit");
}
