//! The page of a person, and what admins do to an account.

use axum::http::StatusCode;
use tokio::join;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{CohortBuilder, learner, pelican_course, tutor_of, user_id};

async fn act(root: &mut Browser<'_>, person: &str, action: &str) -> TestAnswer {
    let fields = [("person", person), ("action", action)];
    root.post("people/api/change_account", &fields).await
}

async fn role(root: &mut Browser<'_>, person: &str, was: &str, role: &str) -> TestAnswer {
    let fields = [("person", person), ("was", was), ("role", role)];
    root.post("people/api/change_role", &fields).await
}

async fn log(site: &TestSite, action: &str) -> String {
    let all = format!(
        "select coalesce(string_agg(coalesce(old_values::text, '-') || ' ' || coalesce(new_values::text, '-'), ';' order by occurred_at), '')
         from audit_logs where action = '{action}' and actor_user_id is not null"
    );
    site.test.text(&all).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_all_that_belongs_to_a_person() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let _asha = learner(&site, "asha@example.org").await;
    tutor_of(&site, "asha@example.org", "small").await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    cohort.make(&site).await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let id = user_id(&site, "asha@example.org").await;
    act(&mut root, &id, "reset_password").await.assert_ok();
    site.mails().await;
    let page = root.get(&format!("/admin/people/{id}")).await;
    page.assert_ok();
    for text in [
        "asha@example.org",
        "A small course",
        "Autumn",
        "Unknown browser",
        "Choose a new password",
        "user.reset_mail_sent",
        "/teach/small/tutors",
        "/teach/small/learners/asha",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    for missing in ["00000000-0000-0000-0000-000000000000", "nonsense"] {
        let answer = root.get(&format!("/admin/people/{missing}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivated_person_is_signed_out_and_comes_back_when_reactivated() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let id = user_id(&site, "asha@example.org").await;
    for _ in 0..2 {
        let answer = act(&mut root, &id, "deactivate").await;
        answer.assert_ok();
        let to = format!("/admin/people/{id}?done=deactivate");
        assert_eq!(answer.header("x-redirect"), to);
    }
    let own = asha.post("auth/api/end_other_devices", &[]).await;
    assert_eq!(own.status, StatusCode::UNAUTHORIZED);
    let password = crate::testing::site::PASSWORD;
    let fields = [("email", "asha@example.org"), ("password", password)];
    let refused = site.visitor().post("auth/api/sign_in", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let refused = act(&mut root, &id, "reset_password").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("Reactivate it"));
    for _ in 0..2 {
        act(&mut root, &id, "reactivate").await.assert_ok();
    }
    site.sign_in("asha@example.org").await;
    let once = "{\"state\": \"active\"} {\"state\": \"deactivated\"}";
    assert_eq!(log(&site, "user.deactivated").await, once);
    let once = "{\"state\": \"deactivated\"} {\"state\": \"active\"}";
    assert_eq!(log(&site, "user.reactivated").await, once);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_ends_all_sessions_but_the_admins_own() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let id = user_id(&site, "asha@example.org").await;
    act(&mut root, &id, "sign_out").await.assert_ok();
    let devices = "auth/api/end_other_devices";
    let answer = asha.post(devices, &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let mut second = site.sign_in("root@example.org").await;
    let own = user_id(&site, "root@example.org").await;
    act(&mut root, &own, "sign_out").await.assert_ok();
    root.post(devices, &[]).await.assert_ok();
    let answer = second.post(devices, &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_confirmed_by_hand_once() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    site.account("asha@example.org", UserRole::Learner).await;
    let unconfirmed = "update users set email_confirmed_at = null where email = 'asha@example.org'";
    site.test.sql(unconfirmed).await;
    let id = user_id(&site, "asha@example.org").await;
    let page = root.get(&format!("/admin/people/{id}")).await;
    assert!(page.body.contains("Confirm email"));
    for _ in 0..2 {
        act(&mut root, &id, "confirm").await.assert_ok();
    }
    site.sign_in("asha@example.org").await;
    let entries = "select count(*) from audit_logs where action = 'user.email_confirmed'";
    assert_eq!(site.test.count(entries).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_changed_with_the_old_and_the_new_value_on_record() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    site.account("asha@example.org", UserRole::Learner).await;
    let id = user_id(&site, "asha@example.org").await;
    role(&mut root, &id, "learner", "tutor").await.assert_ok();
    // The same form sent twice.
    role(&mut root, &id, "learner", "tutor").await.assert_ok();
    let stale = role(&mut root, &id, "learner", "admin").await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let wrong = role(&mut root, &id, "tutor", "emperor").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        log(&site, "user.role_changed").await,
        "{\"role\": \"learner\"} {\"role\": \"tutor\"}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_away_their_own_rights() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    site.account("other@example.org", UserRole::Admin).await;
    let own = user_id(&site, "root@example.org").await;
    for answer in [
        role(&mut root, &own, "admin", "learner").await,
        act(&mut root, &own, "deactivate").await,
    ] {
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.body.contains("your own"), "{}", answer.body);
    }
    let page = root.get(&format!("/admin/people/{own}")).await;
    assert!(page.body.contains("This is your own account."));
    assert!(!page.body.contains("Deactivate this account"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_admins_who_demote_each_other_leave_one_admin() {
    for action in ["role", "deactivate"] {
        let site = TestSite::new().await;
        let mut one = site.signed_in("one@example.org", UserRole::Admin).await;
        let mut two = site.signed_in("two@example.org", UserRole::Admin).await;
        let (first, second) = (
            user_id(&site, "one@example.org").await,
            user_id(&site, "two@example.org").await,
        );
        let (a, b) = match action {
            "role" => join!(
                role(&mut one, &second, "admin", "tutor"),
                role(&mut two, &first, "admin", "tutor"),
            ),
            action => join!(
                act(&mut one, &second, action),
                act(&mut two, &first, action)
            ),
        };
        let statuses = [a.status, b.status];
        assert!(statuses.contains(&StatusCode::OK), "{statuses:?}");
        let admins = "select count(*) from users where role = 'admin' and is_active";
        assert_eq!(site.test.count(admins).await, 1, "{action}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_javascript_shows_the_refusal_on_the_page() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let own = user_id(&site, "root@example.org").await;
    let path = format!("/admin/people/{own}");
    let fields = [("person", own.as_str()), ("action", "deactivate")];
    let back = root
        .submit(&path, "people/api/change_account", &fields)
        .await;
    assert_eq!(back.header("location"), path);
    let page = root.get(&path).await;
    assert!(
        page.body.contains("You can’t deactivate your own"),
        "{}",
        page.body
    );
}
