//! The audit log.

use axum::http::{StatusCode, header};

use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;

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

#[tokio::test(flavor = "multi_thread")]
async fn old_entries_are_deleted_only_where_a_time_is_set() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let old = "insert into audit_logs (audit_id, occurred_at, action, outcome)
         select gen_random_uuid(), now() - n * interval '7 months', 'old.entry', 'done' from generate_series(1, 3) n";
    site.test.sql(old).await;
    let count = "select count(*) from audit_logs where action = 'old.entry'";
    let run = async || {
        let job = "insert into background_jobs (organization_id, kind, payload)
             select organization_id, 'retire_audit_log', '{}' from organizations limit 1";
        site.test.sql(job).await;
        site.mails().await;
        site.test.count(count).await
    };
    assert_eq!(run().await, 3);
    let wrong = [("months", "1")];
    let wrong = root
        .post("audit_log/api/save_audit_retention", &wrong)
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let year = [("months", "12")];
    root.post("audit_log/api/save_audit_retention", &year)
        .await
        .assert_ok();
    assert_eq!(run().await, 1);
    let logged = "select string_agg(action, ' ' order by action) from audit_logs
         where action in ('audit_log.retired', 'site.settings_changed')";
    assert_eq!(
        site.test.text(logged).await,
        "audit_log.retired site.settings_changed"
    );
}
