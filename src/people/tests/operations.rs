//! Background jobs and mails.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::platform::error::AppResult;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite};
use crate::testing::user_id;

async fn job(site: &TestSite, values: &str) -> String {
    let insert = format!(
        "insert into background_jobs (kind, status, attempts, last_error, unique_key, payload, finished_at, run_at) values ({values})"
    );
    site.test.sql(&insert).await;
    let newest = "select job_id from background_jobs order by created_at desc limit 1";
    site.test.text(newest).await
}

async fn post(root: &mut Browser<'_>, function: &str, job: &str) -> TestAnswer {
    let name = match function {
        "resend_mail" => "mail",
        _ => "job",
    };
    root.post(&format!("operations/api/{function}"), &[(name, job)])
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_shows_its_reason_and_runs_again_or_is_discarded() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let failed = job(
        &site,
        "'test', 'FAILED', 8, 'The disk is full.', 'one', '{}', now(), now()",
    )
    .await;
    let page = root.get("/admin/operations").await;
    page.assert_ok();
    assert!(page.body.contains("The disk is full."), "{}", page.body);
    assert!(page.body.contains(env!("CARGO_PKG_VERSION")) && page.body.contains(" MB"));
    for _ in 0..2 {
        post(&mut root, "run_job_again", &failed).await.assert_ok();
    }
    let state = "select status::text || attempts from background_jobs where kind = 'test'";
    assert_eq!(site.test.text(state).await, "PENDING0");
    // The same work failed earlier too. It would run twice.
    let earlier = job(
        &site,
        "'test', 'FAILED', 8, 'Full.', 'one', '{}', now(), now()",
    )
    .await;
    let refused = post(&mut root, "run_job_again", &earlier).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("discard"), "{}", refused.body);
    post(&mut root, "discard_job", &earlier).await.assert_ok();
    let gone = post(&mut root, "discard_job", &earlier).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let waiting = job(
        &site,
        "'end_exam', 'PENDING', 0, null, 'x', '{}', null, now() + interval '1 day'",
    )
    .await;
    let refused = post(&mut root, "discard_job", &waiting).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let page = root.get("/admin/operations?show=waiting").await;
    assert!(page.body.contains("end_exam") && !page.body.contains("Discard: end_exam"));
    let entries = "select string_agg(action, ' ' order by occurred_at) from audit_logs where action like 'job.%'";
    assert_eq!(
        site.test.text(entries).await,
        "job.run_again job.run_again job.discarded"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_mails_are_listed_and_sent_again() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let id = user_id(&site, "root@example.org").await;
    let fields = [("person", id.as_str()), ("action", "reset_password")];
    root.post("people/api/change_account", &fields)
        .await
        .assert_ok();
    let mails = site.mails().await.len();
    let page = root.get("/admin/operations?show=mails").await;
    assert!(page.body.contains("Choose a new password"), "{}", page.body);
    let mail = site.test.text("select mail_id from mail_log").await;
    for _ in 0..2 {
        post(&mut root, "resend_mail", &mail).await.assert_ok();
    }
    assert_eq!(site.mails().await.len(), mails + 1);
    assert_eq!(site.test.count("select count(*) from mail_log").await, 2);
    let jobless = "update mail_log set job_id = gen_random_uuid()";
    site.test.sql(jobless).await;
    let refused = post(&mut root, "resend_mail", &mail).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_fails_is_listed_with_the_reason() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let id = user_id(&site, "root@example.org").await;
    // A file where the folder of mails would be.
    let folder = crate::platform::mail::folder(&site.state.config);
    std::fs::write(&folder, "x").unwrap();
    let fields = [("person", id.as_str()), ("action", "reset_password")];
    root.post("people/api/change_account", &fields)
        .await
        .assert_ok();
    site.mails().await;
    let page = root.get("/admin/operations?show=failed-mails").await;
    assert!(page.body.contains("Choose a new password"), "{}", page.body);
    let reason = site.test.text("select problem from mail_log").await;
    assert!(reason.contains("os error"), "{reason}");
    let reason = "select last_error from background_jobs where kind = 'account_mail'";
    let reason = site.test.text(reason).await;
    assert!(reason.contains("os error"), "{reason}");
    std::fs::remove_file(folder).unwrap();
    let mail = site.test.text("select mail_id from mail_log").await;
    post(&mut root, "resend_mail", &mail).await.assert_ok();
    assert_eq!(site.mails().await.len(), 1);
    let state = "select problem is null and tries = 2 from mail_log";
    assert_eq!(site.test.text(state).await, "true");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_nothing_refers_to_are_shown_and_removed() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let (files, organization) = (site.state.files.clone(), site.test.organization);
    let stored: AppResult<()> = (site.test.db)
        .within(organization, async move |conn| {
            for text in ["lost", "logo", "new"] {
                let content = text.as_bytes().to_vec();
                files.put(conn, organization, "text/plain", content).await?;
            }
            Ok(())
        })
        .await;
    stored.expect("stored files");
    let old = "update stored_files set created_at = now() - interval '2 days'
         where sha256 <> sha256('new'::bytea);
         insert into system_settings (name, value)
         select 'logo', to_jsonb(file_id::text) from stored_files where sha256 = sha256('logo'::bytea)";
    site.test.sql(old).await;
    let page = root.get("/admin/operations/storage").await;
    page.assert_ok();
    assert!(page.body.contains("1 file with 4 B."), "{}", page.body);
    assert!(page.body.contains("Accounts, orders and others"));
    root.post("operations/api/remove_unused", &[])
        .await
        .assert_ok();
    site.mails().await;
    let left = "select count(*) from stored_files";
    assert_eq!(site.test.count(left).await, 2);
    let page = root.get("/admin/operations/storage").await.body;
    assert!(page.contains("Every file is in use."));
    let logged = "select count(*) from audit_logs where action = 'files.removal_ordered'";
    assert_eq!(site.test.count(logged).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_that_are_signed_in_are_listed_and_signed_out() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let page = root.get("/admin/operations").await.body;
    assert!(
        page.contains("2 devices, 2 people in the last 20 minutes"),
        "{page}"
    );
    assert!(page.contains("PostgreSQL 1") && page.contains("pgvector"));
    let page = root.get("/admin/operations?show=sessions").await.body;
    assert!(page.contains("Sign out: asha") && page.contains("This device"));
    let of = |email: &str| {
        format!(
            "select web_session_id from web_sessions join users using (user_id) where email = '{email}'"
        )
    };
    let own = site.test.text(&of("root@example.org")).await;
    let end = "operations/api/end_session";
    let refused = root.post(end, &[("session", own.as_str())]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let hers = site.test.text(&of("asha@example.org")).await;
    let fields = [("session", hers.as_str()), ("list", "sessions")];
    let ended = root.post(end, &fields).await;
    ended.assert_ok();
    assert_eq!(
        ended.header("x-redirect"),
        "/admin/operations?show=sessions"
    );
    let gone = root.post(end, &fields).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let own_devices = asha.post("auth/api/end_other_devices", &[]).await;
    assert_eq!(own_devices.status, StatusCode::UNAUTHORIZED);
    let logged =
        "select old_values ->> 'device' from audit_logs where action = 'user.session_ended'";
    assert!(!site.test.text(logged).await.is_empty());
    // The list goes on over pages, the one that was used last first.
    let many = "insert into web_sessions (session_hash, user_id, data, expires_at, last_seen_at)
         select sha256(n::text::bytea), user_id, '{}', now() + interval '1 day', now() - n * interval '1 minute'
         from generate_series(1, 60) as x (n), users where email = 'asha@example.org'";
    site.test.sql(many).await;
    let first = root.get("/admin/operations?show=sessions").await.body;
    let next = first.split("after=").nth(1).expect("a link");
    let next = next.split('"').next().unwrap_or_default();
    let second = format!("/admin/operations?show=sessions&after={next}");
    let second = root.get(&second).await.body;
    let shown = [&first, &second].map(|page| page.matches("Sign out: asha").count());
    assert_eq!(shown, [49, 11]);
}
