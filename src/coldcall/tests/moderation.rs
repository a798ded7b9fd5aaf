//! Moderation: every act is recorded, seen by those whom it concerns, and can be undone.

use axum::http::StatusCode;

use super::{HERE, site_with_cohort};
use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{Group, hidden, message_id, prompt_id, prompt_is, tutor, tutor_of, user_id};

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
    assert_eq!(site.test.count(open).await, 1, "the report waits again");
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

async fn act_on(tutor: &mut Browser<'_>, prompt: &str, act: &str) {
    let fields = [("course", "small"), ("prompt", prompt), ("act", act)];
    let acted = tutor.post("teach/api/moderate_prompt", &fields).await;
    acted.assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_on_a_prompt_is_undone_alone_and_not_over_a_later_one() {
    let (site, _) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    for act in ["lock", "close"] {
        act_on(&mut meera, &prompt, act).await;
    }
    let undo = async |meera: &mut Browser<'_>, act: &str| {
        let action = format!(
            "select action_id from moderation_actions where action = '{act}' order by action_id limit 1"
        );
        let action = site.test.text(&action).await;
        let fields = [("course", "small"), ("action", action.as_str())];
        meera.post("teach/api/undo_moderation", &fields).await
    };
    undo(&mut meera, "lock").await.assert_ok();
    let state = "select concat_ws(' ', is_locked, closes_at is not null) from cold_call_prompts where display_order = 1";
    assert_eq!(site.test.text(state).await, "f t", "it stays closed");
    act_on(&mut meera, &prompt, "reopen").await;
    let refused = undo(&mut meera, "close").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.body.contains("Undo that one first"),
        "{}",
        refused.body
    );
    undo(&mut meera, "reopen").await.assert_ok();
    let later = "update cold_call_prompts set closes_at = closes_at + interval '1 day' where display_order = 1";
    site.test.sql(later).await;
    let refused = undo(&mut meera, "close").await;
    assert!(
        refused.body.contains("Set them in the prompt"),
        "{}",
        refused.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_holds_for_batches_with_times_of_their_own() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    site.test
        .sql("update cohort_members set batch_no = 2")
        .await;
    let own = format!(
        "insert into cohort_date_overrides (organization_id, cohort_id, batch_no, prompt_id, closes_at)
         select organization_id, '{}', 2, prompt_id, '2098-05-01' from cold_call_prompts where prompt_id = '{prompt}'",
        group.id
    );
    site.test.sql(&own).await;
    act_on(&mut meera, &prompt, "close").await;
    let refused = asha.answer(&prompt, "Fish").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    undo_last(&site, &mut meera).await.assert_ok();
    let closes = "select closes_at::date from cohort_date_overrides";
    assert_eq!(site.test.text(closes).await, "2098-05-01");
    act_on(&mut meera, &prompt, "close").await;
    act_on(&mut meera, &prompt, "reopen").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tutors_reply_is_an_act_that_can_be_undone() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let (fish, fun) = (
        message_id(&site, "Fish").await,
        message_id(&site, "Fun").await,
    );
    let fields = [
        ("course", "small"),
        ("messages[]", fish.as_str()),
        ("messages[]", fun.as_str()),
        ("text", "Both are rihgt"),
        ("key", "one"),
    ];
    let replied = meera.post("teach/api/reply_as_tutor", &fields).await;
    replied.assert_ok();
    assert!(asha.get(HERE).await.body.contains("rihgt"));
    let log = meera.get("/moderation").await.body;
    assert!(log.contains("meera replied to 2 messages"), "{log}");
    undo_last(&site, &mut meera).await.assert_ok();
    assert!(!asha.get(HERE).await.body.contains("rihgt"));
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
async fn a_changed_message_of_a_held_member_waits_and_is_no_longer_endorsed() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    ravi.answer(&prompt, "Fun").await.assert_ok();
    asha.answer(&prompt, "Herring").await.assert_ok();
    let herring = message_id(&site, "Herring").await;
    for act in ["pin", "endorse"] {
        moderate(&mut meera, &herring, act, "").await.assert_ok();
    }
    let member = user_id(&site, "asha@example.org").await;
    let fields = [
        ("course", "small"),
        ("cohort", group.id.as_str()),
        ("member", member.as_str()),
        ("held", "true"),
    ];
    let held = meera.post("teach/api/hold_member", &fields).await;
    held.assert_ok();
    // The form says beforehand what a change does.
    let form = asha.get(&format!("{HERE}?edit={herring}")).await.body;
    for said in [
        "A tutor approves the changed text",
        "no longer pinned",
        "no longer endorsed",
    ] {
        assert!(form.contains(said), "{said}: {form}");
    }
    let edit = async |asha: &mut Browser<'_>, text: &str| {
        let fields = [("message", herring.as_str()), ("text", text)];
        asha.post("coldcall/api/edit_message", &fields).await
    };
    edit(&mut asha, "Buy my boat").await.assert_ok();
    let page = ravi.get(HERE).await.body;
    assert!(!page.contains("Buy my boat") && !page.contains("Herring"));
    assert!(asha.get(HERE).await.body.contains("Waiting for approval"));
    let marks = "select count(*) from cold_call_messages where pinned_at is not null or endorsed_at is not null";
    assert_eq!(site.test.count(marks).await, 0);
    moderate(&mut meera, &herring, "approve", "")
        .await
        .assert_ok();
    assert!(ravi.get(HERE).await.body.contains("Buy my boat"));
    // Ravi was told of the answer when it came.
    let told = "select sum(events) from notifications where title like 'New answers%'";
    assert_eq!(site.test.count(told).await, 1);
    // The replies of others stay where they are.
    ravi.reply(&herring, "Which boat?").await.assert_ok();
    let refused = edit(&mut asha, "Another boat").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.body.contains("Write a reply instead"),
        "{}",
        refused.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_on_a_message_is_not_undone_over_a_later_one() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    asha.answer(&prompt, "Herring").await.assert_ok();
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let herring = message_id(&site, "Herring").await;
    for act in ["hide", "restore", "hide", "endorse", "unendorse"] {
        moderate(&mut meera, &herring, act, "Because")
            .await
            .assert_ok();
    }
    let undo = async |meera: &mut Browser<'_>, act: &str, order: &str| {
        let action = format!(
            "select action_id from moderation_actions where action = '{act}' and undone_at is null
             order by action_id {order} limit 1"
        );
        let action = site.test.text(&action).await;
        let fields = [("course", "small"), ("action", action.as_str())];
        meera.post("teach/api/undo_moderation", &fields).await
    };
    for act in ["hide", "restore"] {
        let refused = undo(&mut meera, act, "").await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{act}");
        let said = "Undo that one first";
        assert!(refused.body.contains(said), "{}", refused.body);
        assert!(!ravi.get(HERE).await.body.contains("Herring"));
    }
    undo(&mut meera, "hide", "desc").await.assert_ok();
    assert!(ravi.get(HERE).await.body.contains("Herring"));
    // A text that a tutor has not read is not endorsed.
    let fields = [("message", herring.as_str()), ("text", "Boats")];
    let edited = asha.post("coldcall/api/edit_message", &fields).await;
    edited.assert_ok();
    let refused = undo(&mut meera, "unendorse", "").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let said = "The author changed this message after that";
    assert!(refused.body.contains(said), "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_held_and_let_go_at_their_messages_and_in_moderation() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let answers = format!("/teach/small/cold-calls/{prompt}/answers");
    let member = user_id(&site, "asha@example.org").await;
    for (page, label, held) in [
        (answers.as_str(), "Approve posts first · asha", "true"),
        (answers.as_str(), "End approval · asha", "false"),
        (answers.as_str(), "Approve posts first · asha", "true"),
        ("/moderation", "End approval · asha", "false"),
    ] {
        let shown = meera.get(page).await.body;
        assert!(shown.contains(label), "{page}: {label}: {shown}");
        let fields = [
            ("course", "small"),
            ("cohort", group.id.as_str()),
            ("member", member.as_str()),
            ("held", held),
        ];
        meera.submit(page, "teach/api/hold_member", &fields).await;
        let list = "Members whose posts wait for approval";
        let shown = meera.get("/moderation").await.body;
        assert_eq!(shown.contains(list), held == "true");
    }
}

/// Lets the first module open to the cohort so many days after its start.
async fn opens_after(site: &TestSite, group: &Group, days: i32) {
    let id = &group.id;
    site.test
        .sql(&format!(
            "delete from cohort_module_rules;
             insert into cohort_module_rules (cohort_id, module_no, days_after_start) values ('{id}', 1, {days})"
        ))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_prompts_of_open_modules_are_unanswered() {
    let (site, group) = site_with_cohort().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    group.member(&site, "asha@example.org").await;
    // The cohort started a week ago.
    for (days, is_open) in [(30, false), (5, true)] {
        opens_after(&site, &group, days).await;
        let page = meera.get("/moderation").await.body;
        assert_eq!(page.contains("Unanswered prompts"), is_open, "{days}");
        assert_eq!(page.contains("Why do pelicans swim?"), is_open, "{days}");
        assert_eq!(page.contains("Silent members"), is_open, "{days}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_who_answer_no_recent_prompt_are_silent() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    group.member(&site, "ravi@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let page = meera.get("/moderation").await.body;
    assert!(
        page.contains("Write · ravi") && !page.contains("Write · asha"),
        "{page}"
    );
    let id = "select member_id from cohort_members where email = 'ravi@example.org'";
    let href = format!(
        "/cohorts/{}/message?member={}",
        group.id,
        site.test.text(id).await
    );
    assert!(page.contains(&href), "{page}");
    // A prompt that opened three weeks ago is no longer recent.
    prompt_is(&site, "opens_at = now() - interval '21 days'").await;
    assert!(
        !meera
            .get("/moderation")
            .await
            .body
            .contains("Silent members")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn new_messages_are_listed_until_they_are_seen() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut other = tutor(&site, "other@example.org").await;
    asha.answer(&prompt, "Herring").await.assert_ok();
    ravi.answer(&prompt, "Boredom").await.assert_ok();
    let herring = message_id(&site, "Herring").await;
    // Messages that wait are listed once.
    let report = [("message", herring.as_str()), ("reason", "Rude")];
    ravi.post("coldcall/api/report_message", &report)
        .await
        .assert_ok();
    let page = meera.get("/moderation").await.body;
    let anchor = format!("id=\"m-{herring}\"");
    assert_eq!(page.matches(&anchor).count(), 1);
    assert!(page.contains("Boredom") && page.contains("Mark all as seen"));
    assert!(
        meera
            .get("/teach")
            .await
            .body
            .contains("Moderation (1 waiting)")
    );
    let prompts = meera.get("/teach/small/cold-calls").await.body;
    assert!(prompts.contains("Moderation (1 waiting)"), "{prompts}");
    let seen = hidden(&page, "message");
    assert_eq!(seen, message_id(&site, "Boredom").await);
    let fields = [("message", seen.as_str())];
    meera
        .submit("/moderation", "teach/api/mark_moderation_seen", &fields)
        .await;
    let page = meera.get("/moderation").await.body;
    assert!(
        page.contains("Nothing new.") && !page.contains("Boredom"),
        "{page}"
    );
    assert!(page.contains("Herring"), "a report waits for a decision");
    // Each tutor has a mark of their own.
    assert!(other.get("/moderation").await.body.contains("Boredom"));
    // An earlier mark does not bring messages back.
    let fields = [("message", herring.as_str())];
    meera
        .post("teach/api/mark_moderation_seen", &fields)
        .await
        .assert_ok();
    assert!(!meera.get("/moderation").await.body.contains("Boredom"));
    asha.reply(&herring, "Sardines").await.assert_ok();
    assert!(meera.get("/moderation").await.body.contains("Sardines"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_to_a_group_is_posted_once() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    for (name, text) in [("asha", "Fish"), ("ravi", "Fun")] {
        let mut member = group.member(&site, &format!("{name}@example.org")).await;
        member.answer(&prompt, text).await.assert_ok();
    }
    let (fish, fun) = (
        message_id(&site, "Fish").await,
        message_id(&site, "Fun").await,
    );
    let replies = "select count(*) from cold_call_messages where is_tutor";
    for (key, text, expected) in [
        ("one", "Why?", 2),
        ("one", "Why?", 2),
        // Another text with the same key is not lost.
        ("one", "Why not?", 4),
        ("two", "Why?", 6),
    ] {
        let fields = [
            ("course", "small"),
            ("messages[]", fish.as_str()),
            ("messages[]", fun.as_str()),
            ("text", text),
            ("key", key),
        ];
        meera
            .post("teach/api/reply_as_tutor", &fields)
            .await
            .assert_ok();
        assert_eq!(site.test.count(replies).await, expected, "{key} {text}");
    }
    let told = "select max(events) from notifications where kind = 'reply'";
    assert_eq!(site.test.count(told).await, 3, "nobody is told twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_is_locked_and_closed_for_one_cohort_alone() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let other = Group::new(&site, "Autumn").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut lena = other.member(&site, "lena@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    lena.answer(&prompt, "Fun").await.assert_ok();
    let (fish, fun) = (
        message_id(&site, "Fish").await,
        message_id(&site, "Fun").await,
    );
    let state = "select coalesce(string_agg(concat_ws(' ', cohort_id, closes_at, is_locked), ','), '')
                 || (select string_agg(concat_ws(' ', is_locked, closes_at), ',') from cold_call_prompts)
                 from cold_call_overrides";
    // For each act: the cohort, and whether members of this and of the other one may post.
    for (act, cohort, here, there) in [
        ("lock", group.id.as_str(), 403_u16, 200_u16),
        ("unlock", "", 200, 200),
        ("close", group.id.as_str(), 403, 200),
        ("reopen", "", 200, 200),
        ("close", "", 403, 403),
        ("reopen", group.id.as_str(), 200, 403),
    ] {
        let before = site.test.text(state).await;
        let fields = [
            ("course", "small"),
            ("prompt", prompt.as_str()),
            ("act", act),
            ("cohort", cohort),
        ];
        for undone in [true, false] {
            meera
                .post("teach/api/moderate_prompt", &fields)
                .await
                .assert_ok();
            site.test.sql("delete from rate_limits").await;
            assert_eq!(
                asha.reply(&fish, "More").await.status,
                here,
                "{act} {cohort}"
            );
            assert_eq!(
                lena.reply(&fun, "More").await.status,
                there,
                "{act} {cohort}"
            );
            if undone {
                undo_last(&site, &mut meera).await.assert_ok();
                assert_eq!(site.test.text(state).await, before, "{act} {cohort}");
            }
        }
    }
    let page = meera.get("/moderation").await.body;
    assert!(
        page.contains("for “Spring”") && page.contains("for all cohorts"),
        "{page}"
    );
    assert!(
        !asha
            .get(HERE)
            .await
            .body
            .contains("This cold call closed on")
    );
    assert!(
        lena.get(HERE)
            .await
            .body
            .contains("This cold call closed on")
    );
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
