//! Changes of several questions at once, and taking them back.

use super::*;

const CHANGE: &str = "authoring/api/change_questions";
const UNDO: &str = "authoring/api/undo_question_change";

/// Returns place, purpose and use of all questions, in the order of their prompts.
async fn bank(site: &TestSite) -> String {
    let all = "select string_agg(concat_ws(' ', prompt, coalesce(t.slug, 'none'), topic_pair_index, purpose,
            case when q.retired_at is not null then 'retired' end), ', ' order by prompt)
        from quiz_questions q left join topics t using (topic_id)";
    site.test.text(all).await
}

const BEFORE: &str = "Three? late 2 quiz, Two and two? begin 1 quiz, What swims? begin 1 quiz";

#[tokio::test(flavor = "multi_thread")]
async fn several_questions_change_at_once_and_back() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let late = topic(&site, "late").await;
    let (swims, two) = (
        by_prompt(&site, "What swims?").await,
        by_prompt(&site, "Two and two?").await,
    );
    assert_eq!(bank(&site).await, BEFORE);
    let both = format!("{swims},{two}");
    let three = "Three? late 2 quiz, ";
    for (action, value, after, said) in [
        (
            "retire",
            ("", ""),
            "Two and two? begin 1 quiz retired, What swims? begin 1 quiz retired",
            "2 questions are retired",
        ),
        (
            "move",
            ("place", late.as_str()),
            "Two and two? late 2 quiz, What swims? late 2 quiz",
            "2 questions are now in 1.3 late.",
        ),
        (
            "purpose",
            ("purpose", "exam"),
            "Two and two? begin exam, What swims? begin exam",
            "2 questions are now used in: Exam.",
        ),
    ] {
        // The same question by itself and as one of its topic.
        let fields = [
            ("course", "small"),
            ("action", action),
            ("ids[]", &swims),
            ("groups[]", &both),
            ("query[module]", "1"),
            value,
        ];
        let changed = tutor.post(CHANGE, &fields).await;
        changed.assert_ok();
        assert_eq!(bank(&site).await, format!("{three}{after}"), "{action}");
        let next = changed.header("x-redirect");
        assert_eq!(next, format!("{LIST}?module=1&changed=true"));
        let page = tutor.get(next).await.body;
        assert!(
            page.contains(said) && page.contains(">Undo</button>"),
            "{said}: {page}"
        );
        let fields = [("course", "small"), ("query[module]", "1")];
        let undone = tutor.post(UNDO, &fields).await;
        assert_eq!(bank(&site).await, BEFORE, "{action}");
        let page = tutor.get(undone.header("x-redirect")).await.body;
        assert!(page.contains("2 questions are as before.") && !page.contains(">Undo<"));
    }
    // Each question has its entries in the audit log, and imports leave edited questions alone.
    let entries = "select count(*) from audit_logs where action like 'question.%'";
    assert_eq!(site.test.count(entries).await, 12);
    let edited = "select count(*) from quiz_questions where edited_at is not null";
    assert_eq!(site.test.count(edited).await, 2);
    let counted = "select count(*) from courses where slug = 'small' and question_count = 3";
    assert_eq!(site.test.count(counted).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_does_not_fit_one_question_changes_none() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let swims = by_prompt(&site, "What swims?").await;
    let three = by_prompt(&site, "Three?").await;
    let fields = |action, value| {
        vec![
            ("course", "small"),
            ("action", action),
            ("ids[]", swims.as_str()),
            ("groups[]", three.as_str()),
            value,
        ]
    };
    let nobody = "99999999-9999-9999-9999-999999999999";
    for (fields, status) in [
        (fields("move", ("place", "module:1")), 422),
        (fields("move", ("place", "topic:none")), 422),
        (fields("move", ("place", "")), 422),
        (fields("purpose", ("purpose", "fun")), 422),
        (fields("explode", ("purpose", "quiz")), 422),
        (
            with(fields("retire", ("", "")), &[("groups[]", nobody)]),
            404,
        ),
        (
            with(fields("retire", ("", "")), &[("groups[]", "x,y")]),
            404,
        ),
        (vec![("course", "small"), ("action", "retire")], 422),
    ] {
        let answer = tutor.post(CHANGE, &fields).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{fields:?}: {}",
            answer.body
        );
        assert_eq!(bank(&site).await, BEFORE);
    }
    // Without JavaScript, the selection and the sentence come back.
    let list = format!("{LIST}?module=1");
    let wrong = fields("move", ("place", "module:1"));
    tutor.submit(&list, CHANGE, &wrong).await;
    let page = tutor.get(&list).await.body;
    assert!(page.contains("A quiz question needs a topic."), "{page}");
    let (_, chosen) = page.split_once(&format!("value=\"{swims}\"")).unwrap();
    assert!(chosen.split_once('>').unwrap().0.contains("checked"));
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_leaves_what_was_changed_since() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let swims = by_prompt(&site, "What swims?").await;
    let two = by_prompt(&site, "Two and two?").await;
    let fields = [
        ("course", "small"),
        ("action", "purpose"),
        ("purpose", "both"),
        ("ids[]", &swims),
        ("ids[]", &two),
    ];
    tutor.post(CHANGE, &fields).await.assert_ok();
    let restore = "update quiz_questions set purpose = 'exam', topic_pair_index = null where prompt = 'What swims?'";
    site.test.sql(restore).await;
    let undone = tutor.post(UNDO, &[("course", "small")]).await;
    let page = tutor.get(undone.header("x-redirect")).await.body;
    assert!(
        page.contains("1 question is as before. 1 question has been changed since"),
        "{page}"
    );
    let after = bank(&site).await;
    assert!(
        after.contains("Two and two? begin 1 quiz") && after.contains("What swims? begin exam")
    );
    // The list that is opened anew forgets the change.
    tutor.post(CHANGE, &fields).await.assert_ok();
    tutor.get(LIST).await.assert_ok();
    let late = tutor.post(UNDO, &[("course", "small")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
}
