//! People apply to teach, and admins decide.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};

/// Applies without an account, or as the person who is signed in.
async fn apply(browser: &mut Browser<'_>, email: &str) -> TestAnswer {
    let fields = [
        ("application[name]", "Noor Haddad"),
        ("application[email]", email),
        ("application[subjects]", "Statistics"),
        ("application[experience]", "Ten years at a school."),
        ("application[motivation]", "I like good questions."),
        ("application[link]", "https://noor.example/talks"),
    ];
    browser
        .post("applications/api/apply_to_teach", &fields)
        .await
}

async fn id_of(site: &TestSite, email: &str) -> String {
    let query = format!(
        "select application_id from tutor_applications where email = '{email}' order by created_at desc limit 1"
    );
    site.test.text(&query).await
}

async fn approve(admin: &mut Browser<'_>, id: &str) -> TestAnswer {
    let fields = [("application", id)];
    admin.post("applications/api/approve_tutor", &fields).await
}

async fn role_of(site: &TestSite, email: &str) -> String {
    let query = format!("select role from users where email = '{email}'");
    site.test.text(&query).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_says_all_that_is_wrong_and_confirms_by_mail() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut noor = site.visitor();
    let page = noor.get("/teach-with-us").await;
    page.assert_ok();
    assert!(page.body.contains("href=\"/teach-with-us\""), "the footer");
    let wrong = [
        ("application[name]", " "),
        ("application[email]", "noor"),
        ("application[subjects]", "Statistics"),
        ("application[experience]", ""),
        ("application[motivation]", "I like good questions."),
        ("application[link]", "javascript:alert(1)"),
    ];
    let path = "/teach-with-us";
    let back = noor
        .submit(path, "applications/api/apply_to_teach", &wrong)
        .await;
    assert_eq!(back.header("location"), path);
    let page = noor.get(path).await.body;
    for text in [
        "Enter your name",
        "Enter a valid email address",
        "Enter a sentence or two.",
        "begins with https://",
        "value=\"Statistics\"",
        "I like good questions.",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }

    apply(&mut noor, "Noor@Example.org").await.assert_ok();
    let page = noor.get("/teach-with-us?sent=yes").await.body;
    assert!(page.contains("Your application has arrived"), "{page}");
    let mails = site.mails().await;
    let mail = mails.last().unwrap();
    assert!(
        mail.contains("noor@example.org") && mail.contains("has arrived"),
        "{mail}"
    );
    // A second one of the same address changes nothing, and the answer is the same.
    apply(&mut noor, "noor@example.org").await.assert_ok();
    assert_eq!(site.mails().await.len(), mails.len());
    let count = "select count(*) from tutor_applications";
    assert_eq!(site.test.count(count).await, 1);

    let page = root.get("/notifications").await.body;
    assert!(page.contains("Noor Haddad wants to teach"), "{page}");
    let page = root.get("/admin/tutor-applications").await.body;
    assert!(page.contains("Noor Haddad") && page.contains("Statistics"));
    let id = id_of(&site, "noor@example.org").await;
    let page = root.get(&format!("/admin/tutor-applications/{id}")).await;
    for text in ["Ten years at a school.", "https://noor.example/talks"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_account_becomes_a_tutors_and_an_admin_stays_one() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut noor = site.signed_in("noor@example.org", UserRole::Learner).await;
    apply(&mut noor, "noor@example.org").await.assert_ok();
    let id = id_of(&site, "noor@example.org").await;
    approve(&mut root, &id).await.assert_ok();
    assert_eq!(role_of(&site, "noor@example.org").await, "tutor");
    let mails = site.mails().await;
    let mail = mails.last().unwrap();
    assert!(
        mail.contains("noor@example.org") && mail.contains("you are a tutor"),
        "{mail}"
    );
    assert!(
        noor.get("/notifications")
            .await
            .body
            .contains("You are a tutor now")
    );
    // Twice is refused, and so is a rejection afterwards.
    assert_eq!(approve(&mut root, &id).await.status, StatusCode::CONFLICT);
    let reject = [
        ("application", id.as_str()),
        ("subject", "No"),
        ("text", "No."),
    ];
    let late = root.post("applications/api/reject_tutor", &reject).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert_eq!(site.mails().await.len(), mails.len());
    let actions = "select string_agg(action, ' ' order by audit_id) from audit_logs
         where action like 'tutor_application.%' or action = 'user.role_changed'";
    assert_eq!(
        site.test.text(actions).await,
        "user.role_changed tutor_application.approved"
    );

    site.signed_in("boss@example.org", UserRole::Admin).await;
    apply(&mut site.visitor(), "boss@example.org")
        .await
        .assert_ok();
    let id = id_of(&site, "boss@example.org").await;
    approve(&mut root, &id).await.assert_ok();
    assert_eq!(role_of(&site, "boss@example.org").await, "admin");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_person_without_an_account_is_invited() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    apply(&mut site.visitor(), "noor@example.org")
        .await
        .assert_ok();
    let before = site.mails().await.len();
    let id = id_of(&site, "noor@example.org").await;
    let page = format!("/admin/tutor-applications/{id}");
    assert!(
        root.get(&page)
            .await
            .body
            .contains("invites them as a tutor")
    );
    approve(&mut root, &id).await.assert_ok();
    let mails = site.mails().await;
    assert_eq!(mails.len(), before + 1, "one mail: the invitation");
    assert!(mails.last().unwrap().contains("as a tutor"));
    let invited = "select role || ' ' || email from invitations";
    assert_eq!(site.test.text(invited).await, "tutor noor@example.org");
    assert!(root.get(&page).await.body.contains("Approved by root on"));
    // An open invitation is in the way of another application.
    apply(&mut site.visitor(), "noor@example.org")
        .await
        .assert_ok();
    let id = id_of(&site, "noor@example.org").await;
    let refused = approve(&mut root, &id).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("open invitation"), "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_is_mailed_in_the_admins_words_and_tutors_decide_nothing() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    apply(&mut site.visitor(), "noor@example.org")
        .await
        .assert_ok();
    let id = id_of(&site, "noor@example.org").await;
    let page = format!("/admin/tutor-applications/{id}");
    assert_eq!(tutor.get(&page).await.status, StatusCode::FORBIDDEN);
    assert_eq!(approve(&mut tutor, &id).await.status, StatusCode::FORBIDDEN);
    let mut fields = [
        ("application", id.as_str()),
        ("subject", ""),
        ("text", "Dear Noor, not this year."),
    ];
    let reject = "applications/api/reject_tutor";
    assert_eq!(
        tutor.post(reject, &fields).await.status,
        StatusCode::FORBIDDEN
    );
    let refused = root.post(reject, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    fields[1].1 = "Not this year";
    root.post(reject, &fields).await.assert_ok();
    let mails = site.mails().await;
    let mail = mails.last().unwrap();
    assert!(mail.contains("Dear Noor, not this year."), "{mail}");
    let list = root.get("/admin/tutor-applications?show=rejected").await;
    assert!(list.body.contains("Noor Haddad"));
    // The person may apply again later.
    apply(&mut site.visitor(), "noor@example.org")
        .await
        .assert_ok();
    let open = "select count(*) from tutor_applications where status = 'new'";
    assert_eq!(site.test.count(open).await, 1);
    for path in ["/admin/people", "/admin/tutor-applications"] {
        let page = root.get(path).await.body;
        assert!(page.contains("Tutor applications (1)"), "{path}: {page}");
    }
    // The story of somebody who was rejected is deleted after a year.
    site.test
        .sql(
            "update tutor_applications set decided_at = now() - interval '366 days' where status = 'rejected';
             insert into background_jobs (organization_id, kind, payload)
             select organization_id, 'housekeeping', '{}' from organizations limit 1",
        )
        .await;
    site.mails().await;
    let all = "select string_agg(status, ' ') from tutor_applications";
    assert_eq!(site.test.text(all).await, "new");
}
