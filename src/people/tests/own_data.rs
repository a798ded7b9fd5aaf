//! Copies of people's data, and the deletion of accounts.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::access_tests::fill;
use crate::people::own_data::server::holdings::{Erasure, HOLDINGS, OF_MEMBERS};
use crate::people::own_data::server::upkeep::KeepOwnData;
use crate::platform::auth::UserRole;
use crate::platform::db::schema::stored_files;
use crate::platform::error::AppResult;
use crate::platform::files::StoredFile;
use crate::platform::files::delete::REFERENCES;
use crate::platform::jobs;
use crate::testing::site::{PASSWORD, TestSite};
use crate::testing::{own_copy, user_id};

const ZIPS: &str = "select count(*) from stored_files where media_type = 'application/zip'";

/// A site on which `learner` has something in most tables.
async fn filled() -> TestSite {
    let site = TestSite::new().await;
    for (name, role) in [
        ("learner", UserRole::Learner),
        ("other", UserRole::Learner),
        ("tutor", UserRole::Tutor),
        ("elsewhere", UserRole::Tutor),
        ("admin", UserRole::Admin),
    ] {
        site.account(&format!("{name}@example.org"), role).await;
    }
    fill(&site).await;
    site
}

async fn upkeep(site: &TestSite) {
    let queued: AppResult<()> = (site.test.db)
        .within(site.test.organization, async |conn| {
            jobs::enqueue(conn, &KeepOwnData {}).await
        })
        .await;
    queued.expect("a queued job");
    site.mails().await;
}

/// Columns that refer to a table, such as `enrollments.user_id`.
async fn references(site: &TestSite, table: &str) -> BTreeSet<String> {
    let all = format!(
        "select string_agg(k.conrelid::regclass::text || '.' || a.attname, ' ')
         from pg_constraint k
         join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
         where k.contype = 'f' and k.confrelid = '{table}'::regclass and k.conparentid = 0
           and a.attname <> 'organization_id'"
    );
    let found = site.test.text(&all).await;
    found.split(' ').map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_that_refers_to_a_person_is_listed() {
    let site = TestSite::new().await;
    let found = references(&site, "users").await;
    let listed = HOLDINGS
        .iter()
        .map(|holding| format!("{}.{}", holding.table, holding.column));
    assert_eq!(found, listed.collect());
    let found = references(&site, "cohort_members").await;
    let listed = OF_MEMBERS.iter().map(|table| format!("{table}.member_id"));
    assert_eq!(found, listed.collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_that_refers_to_a_file_is_listed() {
    let site = TestSite::new().await;
    let found = references(&site, "stored_files").await;
    let listed = REFERENCES.iter();
    let listed = listed.map(|(table, column)| format!("{table}.{column}"));
    assert_eq!(found, listed.collect());
}

/// Stores the text as a file, and adds it to the work of these people on the exercise.
async fn work_with_file(site: &TestSite, text: &str, people: &[&str]) -> StoredFile {
    let (files, organization) = (site.state.files.clone(), site.test.organization);
    let content = text.as_bytes().to_vec();
    let stored: AppResult<StoredFile> = (site.test.db)
        .within(organization, async move |conn| {
            let file = files.put(conn, organization, "text/plain", content).await?;
            Ok(stored_files::table
                .find(file)
                .select(StoredFile::as_select())
                .first(conn)
                .await?)
        })
        .await;
    let stored = stored.expect("a stored file");
    for person in people {
        let add = format!(
            "insert into simulation_work (user_id, exercise_id)
             select user_id, exercise_id from users, simulation_exercises where email = '{person}'
             on conflict do nothing;
             insert into work_files (work_id, file_id, name)
             select work_id, '{}', 'a.txt' from simulation_work join users using (user_id) where email = '{person}'",
            stored.file_id
        );
        site.test.sql(&add).await;
    }
    stored
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_keeps_files_that_others_refer_to() {
    let site = filled().await;
    let own = work_with_file(&site, "own", &["learner@example.org"]).await;
    let both = ["learner@example.org", "other@example.org"];
    let shared = work_with_file(&site, "shared", &both).await;
    let logo = work_with_file(&site, "logo", &both[..1]).await;
    let in_course = work_with_file(&site, "in the course", &both[..1]).await;
    let refer = format!(
        "insert into system_settings (name, value) values ('logo', '\"{}\"');
         insert into course_files (course_id, name, file_id) select course_id, 'a.txt', '{}' from courses where slug = 'open';
         update users set erase_at = now() - interval '1 minute' where email = 'learner@example.org'",
        logo.file_id, in_course.file_id
    );
    site.test.sql(&refer).await;
    // Other rows of the deletion fail, and everything is rolled back.
    site.test
        .sql("alter table audit_logs add constraint refused check (action <> 'user.deleted')")
        .await;
    upkeep(&site).await;
    for file in [&own, &shared, &logo, &in_course] {
        site.state.files.read(file).await.expect("its content");
    }
    site.test
        .sql("alter table audit_logs drop constraint refused")
        .await;
    upkeep(&site).await;
    let deleted = "select count(*) from audit_logs where action = 'user.deleted'";
    assert_eq!(site.test.count(deleted).await, 1);
    for file in [&shared, &logo, &in_course] {
        let row = format!(
            "select count(*) from stored_files where file_id = '{}'",
            file.file_id
        );
        assert_eq!(site.test.count(&row).await, 1);
        site.state.files.read(file).await.expect("its content");
    }
    assert!(site.state.files.read(&own).await.is_err());
    let left = format!(
        "select count(*) from stored_files where file_id = '{}'",
        own.file_id
    );
    assert_eq!(site.test.count(&left).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_downloads_all_that_is_held_about_them() {
    let site = filled().await;
    let mut learner = site.sign_in("learner@example.org").await;
    let copy = "own_data/api/request_own_copy";
    learner.post(copy, &[]).await.assert_ok();
    let again = learner.post(copy, &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let page = learner.get("/settings/data").await;
    assert!(page.body.contains("A copy is being made."), "{}", page.body);
    let mails = site.mails().await;
    let mail = mails.iter().find(|mail| mail.contains("/settings/data"));
    assert!(mail.expect("a mail").starts_with("To: learner@example.org"));

    let files = own_copy(&site).await;
    let names: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "README.txt",
        "account.json",
        "activity_events.json",
        "cold_call_messages.json",
        "course_certificates.json",
        "enrollments.json",
        "exam_sittings.json",
        "mail_log.json",
        "orders.json",
        "order_lines.json",
        "quiz_attempts.json",
    ] {
        assert!(names.contains(name), "{name}: {names:?}");
    }
    let all: String = files.iter().map(|(_, text)| text.as_str()).collect();
    assert!(all.contains("learner@example.org") && all.contains("Because"));
    for secret in ["password_hash", "session_hash", "question_set", "\"paper\""] {
        assert!(!all.contains(secret), "{secret}");
    }

    let export = site.test.text("select export_id from data_exports").await;
    let path = format!("/downloads/own-data/{export}");
    let page = learner.get("/settings/data").await;
    assert!(page.body.contains(&path), "{}", page.body);
    let file = learner.get(&path).await;
    file.assert_ok();
    assert_eq!(file.header("cache-control"), "no-store");
    let mut other = site.sign_in("other@example.org").await;
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
    let visitor = site.visitor().get(&path).await;
    assert!(visitor.header("location").starts_with("/sign-in"));
    let mut admin = site.sign_in("admin@example.org").await;
    admin.get(&path).await.assert_ok();
    let entries = "select count(*) from audit_logs where action = 'user.data_downloaded'";
    assert_eq!(site.test.count(entries).await, 1);

    // A second copy takes the place of the first one.
    learner.post(copy, &[]).await.assert_ok();
    site.mails().await;
    assert_eq!(learner.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.test.count(ZIPS).await, 1);
    site.test
        .sql("update data_exports set expires_at = now() - interval '1 minute'")
        .await;
    upkeep(&site).await;
    assert_eq!(site.test.count(ZIPS).await, 0);
    let left = "select count(*) from data_exports";
    assert_eq!(site.test.count(left).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_needs_the_password_and_is_canceled_after_signing_in() {
    let site = TestSite::new().await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let mut elsewhere = site.sign_in("asha@example.org").await;
    let delete = "own_data/api/delete_own_account";
    let refused = asha.post(delete, &[("password", "wrong")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    asha.post(delete, &[("password", PASSWORD)])
        .await
        .assert_ok();
    let page = asha.get("/settings/data?done=delete").await;
    assert!(page.body.contains("Keep my account"), "{}", page.body);
    let ended = elsewhere.post("own_data/api/keep_own_account", &[]).await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    let mails = site.mails().await;
    assert!(mails.iter().any(|mail| mail.contains("will be deleted on")));

    let fields = [("email", "asha@example.org"), ("password", PASSWORD)];
    let answer = elsewhere.post("auth/api/sign_in", &fields).await;
    assert_eq!(answer.header("x-redirect"), "/settings/data");
    let keep = "own_data/api/keep_own_account";
    for _ in 0..2 {
        elsewhere.post(keep, &[]).await.assert_ok();
    }
    upkeep(&site).await;
    site.sign_in("asha@example.org").await;
    let entries = "select string_agg(action, ' ' order by occurred_at) from audit_logs where action like 'user.deletion%'";
    assert_eq!(
        site.test.text(entries).await,
        "user.deletion_planned user.deletion_canceled"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_leaves_only_what_others_need() {
    let site = filled().await;
    let mut learner = site.sign_in("learner@example.org").await;
    let id = user_id(&site, "learner@example.org").await;
    assert_eq!(
        site.test.count("select count(*) from project_works").await,
        1
    );
    learner
        .post("own_data/api/request_own_copy", &[])
        .await
        .assert_ok();
    let fields = [("password", PASSWORD)];
    let planned = learner
        .post("own_data/api/delete_own_account", &fields)
        .await;
    planned.assert_ok();
    // The days of grace are not over.
    upkeep(&site).await;
    site.sign_in("learner@example.org").await;
    site.test
        .sql("update users set erase_at = now() - interval '1 minute' where erase_at is not null")
        .await;
    upkeep(&site).await;

    let account = format!(
        "select display_name || ' ' || is_active || ' ' || email from users where user_id = '{id}'"
    );
    let account = site.test.text(&account).await;
    assert_eq!(
        account,
        format!("Former member false former-{id}@former.invalid")
    );
    for holding in HOLDINGS {
        let (table, column) = (holding.table, holding.column);
        if matches!(holding.erased, Erasure::Deleted) {
            let left = format!("select count(*) from {table} where {column} = '{id}'");
            assert_eq!(site.test.count(&left).await, 0, "{table}.{column}");
        }
    }
    let events = format!("select count(*) from learner_activity_events where user_id = '{id}'");
    assert_eq!(site.test.count(&events).await, 0);
    for (kept, count) in [
        ("project_works", 0),
        (
            "cohort_members where user_id is null and name = 'Former member' and status = 'removed'
                 and email = member_id || '@deleted.invalid'",
            1,
        ),
        (
            "cold_call_messages where body = 'Because' and user_id is null",
            1,
        ),
        ("course_certificates", 1),
        ("orders", 1),
        ("exam_sittings", 1),
        ("mail_log where email = 'learner@example.org'", 0),
        ("audit_logs where action = 'user.deleted'", 1),
    ] {
        let query = format!("select count(*) from {kept}");
        assert_eq!(site.test.count(&query).await, count, "{kept}");
    }
    assert_eq!(site.test.count(ZIPS).await, 0);
    let fields = [("email", "learner@example.org"), ("password", PASSWORD)];
    let refused = site.visitor().post("auth/api/sign_in", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The address is free again.
    site.account("learner@example.org", UserRole::Learner).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_copy_and_delete_on_request_but_the_last_admin_stays() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    site.account("asha@example.org", UserRole::Learner).await;
    let id = user_id(&site, "asha@example.org").await;
    let act = "people/api/change_account";
    for action in ["copy_data", "delete"] {
        let fields = [("person", id.as_str()), ("action", action)];
        root.post(act, &fields).await.assert_ok();
    }
    site.mails().await;
    let page = root.get(&format!("/admin/people/{id}")).await;
    for text in [
        "This account will be deleted on",
        "Keep this account",
        "Download the copy",
        "user.data_requested",
        "user.deletion_planned",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let fields = [("person", id.as_str()), ("action", "keep")];
    root.post(act, &fields).await.assert_ok();
    let planned = "select count(*) from users where erase_at is not null";
    assert_eq!(site.test.count(planned).await, 0);

    let own = user_id(&site, "root@example.org").await;
    let fields = [("person", own.as_str()), ("action", "delete")];
    assert_eq!(root.post(act, &fields).await.status, StatusCode::CONFLICT);
    let fields = [("password", PASSWORD)];
    let last = root.post("own_data/api/delete_own_account", &fields).await;
    assert_eq!(last.status, StatusCode::CONFLICT);
    assert!(last.body.contains("last active admin"), "{}", last.body);
}
