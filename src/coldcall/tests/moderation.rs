//! Moderation: every act is recorded, seen by those whom it concerns, and can be undone.

use axum::http::StatusCode;

use super::{HERE, site_with_cohort};
use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite};
use crate::testing::{Group, message_id, prompt_id, tutor, tutor_of, user_id};

async fn moderate(tutor: &mut Browser<'_>, message: &str, act: &str, reason: &str) -> TestAnswer {
    let fields = [
        ("course", "small"),
        ("messages[]", message),
        ("act", act),
        ("reason", reason),
    ];
    tutor.post("teach/api/moderate_messages", &fields).await
}

async fn undo_last(site: &TestSite, tutor: &mut Browser<'_>) -> TestAnswer {
    let last = "select action_id from moderation_actions where undone_at is null order by action_id desc limit 1";
    let action = site.test.text(last).await;
    let fields = [("course", "small"), ("action", action.as_str())];
    tutor.post("teach/api/undo_moderation", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_message_is_seen_by_its_author_with_the_reason() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    asha.answer(&prompt, "Buy my boat").await.assert_ok();
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let boat = message_id(&site, "Buy my boat").await;
    let report = [("message", boat.as_str()), ("reason", "An advertisement")];
    ravi.post("coldcall/api/report_message", &report)
        .await
        .assert_ok();
    let page = meera.get("/moderation").await.body;
    assert!(
        page.contains("Buy my boat") && page.contains("An advertisement"),
        "{page}"
    );
    let refused = moderate(&mut meera, &boat, "hide", " ").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    moderate(&mut meera, &boat, "hide", "No advertisements.")
        .await
        .assert_ok();
    assert!(!ravi.get(HERE).await.body.contains("Buy my boat"));
    let own = asha.get(HERE).await.body;
    assert!(own.contains("Buy my boat") && own.contains("No advertisements."));
    let page = meera.get("/moderation").await.body;
    assert!(page.contains("meera hid a message of asha"), "{page}");
    let open = "select count(*) from cold_call_reports where settled_at is null";
    assert_eq!(site.test.count(open).await, 0);
    undo_last(&site, &mut meera).await.assert_ok();
    assert!(ravi.get(HERE).await.body.contains("Buy my boat"));
    let all = "select count(*) from moderation_actions where undone_at is not null";
    assert_eq!(site.test.count(all).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_act_can_be_undone() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let fish = message_id(&site, "Fish").await;
    let state = "select concat_ws(' ', hidden_at is null, held_at is null, pinned_at is null, endorsed_at is null,
                                  credited_at is null) from cold_call_messages";
    let before = site.test.text(state).await;
    for act in ["hide", "pin", "endorse", "credit"] {
        moderate(&mut meera, &fish, act, "Because")
            .await
            .assert_ok();
        assert_ne!(site.test.text(state).await, before, "{act}");
        undo_last(&site, &mut meera).await.assert_ok();
        assert_eq!(site.test.text(state).await, before, "{act}");
    }
    let prompts = "select concat_ws(' ', is_locked, closes_at) from cold_call_prompts where display_order = 1";
    let before = site.test.text(prompts).await;
    for act in ["lock", "close"] {
        let fields = [
            ("course", "small"),
            ("prompt", prompt.as_str()),
            ("act", act),
        ];
        meera
            .post("teach/api/moderate_prompt", &fields)
            .await
            .assert_ok();
        assert_ne!(site.test.text(prompts).await, before, "{act}");
        let refused = asha.reply(&fish, "More").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{act}");
        undo_last(&site, &mut meera).await.assert_ok();
        assert_eq!(site.test.text(prompts).await, before, "{act}");
    }
    let undone = "select action_id from moderation_actions limit 1";
    let action = site.test.text(undone).await;
    let fields = [("course", "small"), ("action", action.as_str())];
    let again = meera.post("teach/api/undo_moderation", &fields).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_of_a_held_member_wait_for_approval() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let member = user_id(&site, "asha@example.org").await;
    let fields = [
        ("course", "small"),
        ("cohort", group.id.as_str()),
        ("member", member.as_str()),
        ("held", "true"),
    ];
    meera
        .post("teach/api/hold_member", &fields)
        .await
        .assert_ok();
    asha.answer(&prompt, "Buy my boat").await.assert_ok();
    let own = asha.get(HERE).await.body;
    assert!(own.contains("Waiting for approval") && own.contains("Fun"));
    assert!(!ravi.get(HERE).await.body.contains("Buy my boat"));
    let boat = message_id(&site, "Buy my boat").await;
    moderate(&mut meera, &boat, "approve", "").await.assert_ok();
    assert!(ravi.get(HERE).await.body.contains("Buy my boat"));
    // Undoing the hold lets later posts through.
    undo_last(&site, &mut meera).await.assert_ok();
    undo_last(&site, &mut meera).await.assert_ok();
    asha.reply(&boat, "Really").await.assert_ok();
    let held =
        "select count(*) from cold_call_messages where body = 'Really' and held_at is not null";
    assert_eq!(site.test.count(held).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn similar_answers_are_replied_to_and_credited_at_once() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut first = None;
    for (name, text) in [
        ("asha", "Webbed feet push the water backwards"),
        ("ravi", "Their webbed feet push against water"),
        ("lena", "Water is pushed backwards by webbed feet"),
        ("kwame", "Boredom"),
    ] {
        let mut member = group.member(&site, &format!("{name}@example.org")).await;
        member.answer(&prompt, text).await.assert_ok();
        first = first.or(Some(member));
    }
    group.member(&site, "silent@example.org").await;
    let page = meera
        .get(&format!("/teach/small/cold-calls/{prompt}/answers"))
        .await;
    page.assert_ok();
    assert!(page.body.contains("3 answers:") && page.body.contains("Unlike the others"));
    assert!(page.body.contains("No answer from 1") && page.body.contains("silent"));
    let ids =
        "select string_agg(message_id::text, ' ') from cold_call_messages where body like '%feet%'";
    let ids = site.test.text(ids).await;
    let mut fields = vec![("course", "small"), ("act", "credit"), ("reason", "")];
    fields.extend(ids.split(' ').map(|id| ("messages[]", id)));
    meera
        .post("teach/api/moderate_messages", &fields)
        .await
        .assert_ok();
    fields[1] = ("text", "What about *ducks*?");
    meera
        .post("teach/api/reply_as_tutor", &fields)
        .await
        .assert_ok();
    let credited = "select count(*) from cold_call_messages where credited_at is not null";
    assert_eq!(site.test.count(credited).await, 3);
    let replies =
        "select count(*) from cold_call_messages where is_tutor and parent_id is not null";
    assert_eq!(site.test.count(replies).await, 3);
    let page = first.unwrap().get(HERE).await.body;
    assert!(page.contains("Credited by a tutor") && page.contains("<em>ducks</em>"));
    assert_eq!(
        page.matches("Credited by a tutor").count(),
        1,
        "only one's own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_tutors_of_the_course_moderate() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let fish = message_id(&site, "Fish").await;
    let mut former = site.signed_in("former@example.org", UserRole::Tutor).await;
    tutor_of(&site, "former@example.org", "small").await;
    site.test
        .sql("update course_tutors set is_active = false")
        .await;
    for person in [&mut asha, &mut former] {
        let refused = moderate(person, &fish, "pin", "").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let page = person.get("/moderation").await;
        page.assert_ok();
        assert!(page.body.contains("Nothing to moderate"), "{}", page.body);
        let answers = person
            .get(&format!("/teach/small/cold-calls/{prompt}/answers"))
            .await;
        assert_eq!(answers.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn endorsed_answers_welcome_the_next_cohort() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let past = Group::of(&site, "Last year", "current_date - 400", "null").await;
    let mut old = past.member(&site, "old@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    old.answer(&prompt, "Because of herring").await.assert_ok();
    let herring = message_id(&site, "Because of herring").await;
    moderate(&mut meera, &herring, "endorse", "")
        .await
        .assert_ok();
    let mut asha = group.member(&site, "asha@example.org").await;
    assert!(!asha.get(HERE).await.body.contains("herring"));
    asha.answer(&prompt, "Fish").await.assert_ok();
    let page = asha.get(HERE).await.body;
    assert!(page.contains("Because of herring") && page.contains("A member of Last year"));
    assert!(!page.contains(">old<"), "without the name");
}
