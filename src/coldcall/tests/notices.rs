//! Notifications of replies, mentions and decisions.

use super::{HERE, site_with_cohort};
use crate::platform::http::testing::TestSite;
use crate::testing::{message_id, prompt_id, prompt_is, tutor};

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
    assert_eq!(said, "Somebody in your cohort replied to you ×1");
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
