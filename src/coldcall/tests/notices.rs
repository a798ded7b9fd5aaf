//! Notifications of replies, mentions and decisions.

use super::{HERE, site_with_cohort};
use crate::platform::http::testing::{Browser, TestSite};
use crate::testing::{
    Group, begin_view, end_view, message_id, prompt_id, prompt_is, tutor, tutor_of, user_id,
};

/// Returns the titles of a person's notifications, oldest first.
async fn notices(site: &TestSite, email: &str) -> String {
    let query = format!(
        "select coalesce(string_agg(title || ' ×' || events, ', ' order by happened_at, title), '')
         from notifications join users using (user_id) where email = '{email}'"
    );
    site.test.text(&query).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_notifies_the_author_above_and_nobody_else() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    let _silent = group.member(&site, "zara@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    ravi.answer(&prompt, "Fun, @asha and @zara")
        .await
        .assert_ok();
    assert_eq!(
        notices(&site, "asha@example.org").await,
        "ravi mentioned you ×1"
    );
    // People who have not answered do not learn that somebody has.
    assert_eq!(notices(&site, "zara@example.org").await, "");
    let fish = message_id(&site, "Fish").await;
    ravi.reply(&fish, "Which ones?").await.assert_ok();
    asha.reply(&fish, "Herring").await.assert_ok();
    assert_eq!(
        notices(&site, "asha@example.org").await,
        "ravi replied to you ×2"
    );
    assert_eq!(notices(&site, "ravi@example.org").await, "");
    let texts = "select count(*) from notifications where concat(title, body) ~ 'Which ones|Fun,'";
    assert_eq!(site.test.count(texts).await, 0);
    // The thread shows the reply, so the notification is read.
    asha.get(HERE).await.assert_ok();
    let unread = "select count(*) from notifications where read_at is null";
    assert_eq!(site.test.count(unread).await, 0);
    group.set(&site, "asha@example.org", "removed").await;
    ravi.reply(&fish, "Asha?").await.assert_ok();
    assert_eq!(site.test.count(unread).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_while_a_member_looks_at_the_course_as_somebody_else() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    tutor_of(&site, "asha@example.org", "small").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let fish = message_id(&site, "Fish").await;
    ravi.reply(&fish, "Which ones?").await.assert_ok();
    let unread = "select count(*) from notifications n join users u using (user_id)
                  where u.email = 'asha@example.org' and n.read_at is null and n.title like 'ravi replied%'";
    begin_view(&mut asha, "study:normal", "").await.assert_ok();
    asha.get(HERE).await.assert_ok();
    assert_eq!(site.test.count(unread).await, 1);
    end_view(&mut asha).await;
    asha.get(HERE).await.assert_ok();
    assert_eq!(site.test.count(unread).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_deleted_their_answer_learns_of_no_reply() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let (fish, fun) = (
        message_id(&site, "Fish").await,
        message_id(&site, "Fun").await,
    );
    asha.reply(&fun, "Indeed").await.assert_ok();
    let indeed = message_id(&site, "Indeed").await;
    let fields = [("message", fish.as_str())];
    let deleted = asha.post("coldcall/api/delete_message", &fields).await;
    deleted.assert_ok();
    ravi.reply(&indeed, "Is it?").await.assert_ok();
    let told = notices(&site, "asha@example.org").await;
    assert_eq!(told, "New answers to a cold call that you answered ×1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_names_nobody_where_the_cohort_sees_no_names() {
    let (site, group) = site_with_cohort().await;
    prompt_is(&site, "visibility = 'anonymous_to_peers'").await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let fish = message_id(&site, "Fish").await;
    ravi.reply(&fish, "Which ones?").await.assert_ok();
    let said = notices(&site, "asha@example.org").await;
    assert_eq!(
        said,
        "New answers to a cold call that you answered ×1, Somebody in your cohort replied to you ×1"
    );
}

/// Runs the job that tells members of new prompts.
async fn tell(site: &TestSite) -> Vec<String> {
    site.test
        .sql("insert into background_jobs (organization_id, kind, payload) select organization_id, 'tell_of_prompts', '{}' from organizations limit 1")
        .await;
    site.mails().await
}

#[tokio::test(flavor = "multi_thread")]
async fn members_learn_of_new_prompts_once_when_the_module_is_open_to_them() {
    let (site, group) = site_with_cohort().await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let _ravi = group.member(&site, "ravi@example.org").await;
    let _paused = group.member(&site, "paused@example.org").await;
    group.set(&site, "paused@example.org", "paused").await;
    let later = Group::of(&site, "Later", "current_date + 2", "null").await;
    let _early = later.member(&site, "early@example.org").await;
    // A module that opens in three weeks.
    let rule = |days: i32| {
        let id = &group.id;
        format!(
            "delete from cohort_module_rules;
             insert into cohort_module_rules (cohort_id, module_no, days_after_start) values ('{id}', 1, {days})"
        )
    };
    site.test.sql(&rule(28)).await;
    tell(&site).await;
    let all = "select count(*) from notifications";
    assert_eq!(site.test.count(all).await, 0);
    // The module opened yesterday, and one of the members has answered one of its two prompts.
    site.test.sql(&rule(6)).await;
    let prompt = prompt_id(&site, "Why do").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    for _ in 0..2 {
        tell(&site).await;
        assert_eq!(
            notices(&site, "asha@example.org").await,
            "New cold call in “Beginning” ×1"
        );
        assert_eq!(
            notices(&site, "ravi@example.org").await,
            "2 new cold calls in “Beginning” ×1"
        );
        assert_eq!(site.test.count(all).await, 2);
    }
    // The page of a cold call marks it as read.
    asha.get(HERE).await.assert_ok();
    let unread = "select count(*) from notifications where read_at is null";
    assert_eq!(site.test.count(unread).await, 1);
    // Prompts that opened long ago are no news.
    prompt_is(&site, "created_at = now() - interval '9 days'").await;
    site.test.sql(&rule(1)).await;
    site.test.sql("delete from notifications").await;
    tell(&site).await;
    assert_eq!(site.test.count(all).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_answered_learn_of_others_answers_in_a_digest() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let _silent = group.member(&site, "zara@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let at_once = [
        ("mails[cold_call]", "at_once"),
        ("quiet_from", ""),
        ("quiet_until", ""),
    ];
    asha.post("notifications/api/save_notification_choices", &at_once)
        .await
        .assert_ok();
    for (name, text) in [("ravi", "Fun"), ("lena", "Water")] {
        let mut member = group.member(&site, &format!("{name}@example.org")).await;
        member.answer(&prompt, text).await.assert_ok();
    }
    assert_eq!(
        notices(&site, "asha@example.org").await,
        "New answers to a cold call that you answered ×2"
    );
    assert_eq!(notices(&site, "zara@example.org").await, "");
    // Even those who want mails at once get it with the mail of a morning.
    let soon = "select count(*) from background_jobs
                where kind = 'notification_mail' and run_at < now() + interval '5 minutes'
                  and extract(minute from run_at) <> 0";
    assert_eq!(site.test.count(soon).await, 0);
    asha.get(HERE).await.assert_ok();
    let unread = "select count(*) from notifications join users using (user_id)
                  where read_at is null and email = 'asha@example.org'";
    assert_eq!(site.test.count(unread).await, 0);
    // Answers for tutors alone are nobody else's business.
    site.test.sql("delete from notifications").await;
    prompt_is(&site, "visibility = 'tutors_only'").await;
    let mut kwame = group.member(&site, "kwame@example.org").await;
    kwame.answer(&prompt, "Thirst, @asha").await.assert_ok();
    assert_eq!(notices(&site, "asha@example.org").await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn tutors_learn_once_that_messages_wait_for_them() {
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
    let member = user_id(&site, "asha@example.org").await;
    let hold = [
        ("course", "small"),
        ("cohort", group.id.as_str()),
        ("member", member.as_str()),
        ("held", "true"),
    ];
    meera.post("teach/api/hold_member", &hold).await.assert_ok();
    let report = [("message", fish.as_str()), ("reason", "Rude")];
    ravi.post("coldcall/api/report_message", &report)
        .await
        .assert_ok();
    asha.reply(&fun, "Waiting one").await.assert_ok();
    asha.reply(&fun, "Waiting two").await.assert_ok();
    let said = "Messages wait for you in moderation ×3";
    assert_eq!(notices(&site, "meera@example.org").await, said);
    let mails = "select count(*) from background_jobs b join users u on b.payload->>'user' = u.user_id::text
                 where b.kind = 'notification_mail' and u.email = 'meera@example.org'";
    assert_eq!(site.test.count(mails).await, 1);
    // Nothing is left to be read once all is decided.
    let approved = [
        message_id(&site, "Waiting one").await,
        message_id(&site, "Waiting two").await,
    ];
    for (message, act) in [
        (&fish, "settle"),
        (&approved[0], "approve"),
        (&approved[1], "approve"),
    ] {
        assert_eq!(notices(&site, "meera@example.org").await, said);
        let fields = [
            ("course", "small"),
            ("messages[]", message.as_str()),
            ("act", act),
            ("reason", ""),
        ];
        meera
            .post("teach/api/moderate_messages", &fields)
            .await
            .assert_ok();
    }
    assert_eq!(notices(&site, "meera@example.org").await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn authors_learn_of_decisions_unless_they_are_undone() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let fish = message_id(&site, "Fish").await;
    for (act, said) in [
        ("endorse", "A tutor endorsed your answer ×1"),
        ("hide", "A tutor hid your message ×1"),
    ] {
        let fields = [
            ("course", "small"),
            ("messages[]", fish.as_str()),
            ("act", act),
            ("reason", "Because"),
        ];
        meera
            .post("teach/api/moderate_messages", &fields)
            .await
            .assert_ok();
        assert_eq!(notices(&site, "asha@example.org").await, said);
        let last = "select action_id from moderation_actions where undone_at is null order by action_id desc limit 1";
        let action = site.test.text(last).await;
        let fields = [("course", "small"), ("action", action.as_str())];
        meera
            .post("teach/api/undo_moderation", &fields)
            .await
            .assert_ok();
        assert_eq!(notices(&site, "asha@example.org").await, "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_who_have_not_answered_are_reminded_once_before_the_close() {
    let (site, group) = site_with_cohort().await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut bo = group.member(&site, "bo@example.org").await;
    let _paused = group.member(&site, "paused@example.org").await;
    group.set(&site, "paused@example.org", "paused").await;
    let prompt = prompt_id(&site, "Why do").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let remind = async || {
        let job = "insert into background_jobs (organization_id, kind, payload)
             select organization_id, 'remind_of_cold_calls', '{}' from organizations limit 1";
        site.test.sql(job).await;
        site.mails().await;
        let told = "select coalesce(string_agg(split_part(email, '@', 1) || ' ' || title || ' ×' || events, ', ' order by email), '')
             from notifications join users using (user_id) where kind = 'deadline' and read_at is null";
        site.test.text(told).await
    };
    assert_eq!(remind().await, "");
    let closes = format!(
        "update cold_call_prompts set closes_at = now() + interval '5 hours' where prompt_id = '{prompt}'"
    );
    site.test.sql(&closes).await;
    for _ in 0..2 {
        let told = "bo A cold call of “Beginning” closes soon ×1";
        assert_eq!(remind().await, told);
    }
    // A locked prompt takes no answers.
    site.test
        .sql("delete from notifications; update cold_call_prompts set is_locked = true")
        .await;
    assert_eq!(remind().await, "");
    site.test
        .sql("update cold_call_prompts set is_locked = false")
        .await;
    assert!(remind().await.starts_with("bo"));
    bo.answer(&prompt, "Fun").await.assert_ok();
    let unread = "select count(*) from notifications where kind = 'deadline' and read_at is null";
    assert_eq!(site.test.count(unread).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_a_tutors_reply_takes_back_what_was_told_of_it() {
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
    ravi.reply(&fish, "Which?").await.assert_ok();
    let told = async || {
        let replies = "select coalesce(string_agg(split_part(email, '@', 1) || ': ' || title || ' ×' || events, ', '
                                                  order by email), '')
             from notifications join users using (user_id) where kind = 'reply'";
        site.test.text(replies).await
    };
    let reply = async |meera: &mut Browser<'_>, text: &str, key: &str| {
        let fields = [
            ("course", "small"),
            ("messages[]", fish.as_str()),
            ("messages[]", fun.as_str()),
            ("text", text),
            ("key", key),
        ];
        let replied = meera.post("teach/api/reply_as_tutor", &fields).await;
        replied.assert_ok();
    };
    let undo = async |meera: &mut Browser<'_>| {
        let last = "select action_id from moderation_actions where undone_at is null order by action_id desc limit 1";
        let action = site.test.text(last).await;
        let fields = [("course", "small"), ("action", action.as_str())];
        let undone = meera.post("teach/api/undo_moderation", &fields).await;
        undone.assert_ok();
    };
    reply(&mut meera, "Both are rihgt", "one").await;
    assert_eq!(
        told().await,
        "asha: meera, a tutor, replied to you ×2, ravi: meera, a tutor, replied to you ×1"
    );
    undo(&mut meera).await;
    assert_eq!(
        told().await,
        "asha: Somebody replied to you or mentioned you ×1"
    );
    // One of the replies is gone already.
    reply(&mut meera, "Both are right", "two").await;
    site.test
        .sql(&format!(
            "update cold_call_messages set deleted_at = now(), body = '', body_html = ''
             where is_tutor and root_id = '{fish}'"
        ))
        .await;
    undo(&mut meera).await;
    let left = "select count(*) from cold_call_messages where is_tutor and deleted_at is null";
    assert_eq!(site.test.count(left).await, 0);
    assert!(!told().await.contains("ravi:"));
    // A member whom each of the replies mentions was told of each.
    let mut bo = group.member(&site, "bo@example.org").await;
    bo.answer(&prompt, "Nets").await.assert_ok();
    reply(&mut meera, "As @bo says", "three").await;
    assert!(
        told()
            .await
            .contains("bo: meera, a tutor, mentioned you ×2")
    );
    undo(&mut meera).await;
    assert!(!told().await.contains("bo:"));
}
