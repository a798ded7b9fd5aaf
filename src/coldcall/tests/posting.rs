//! Answers, replies, stars, changes and reports, with their limits.

use axum::body::Body;
use axum::http::StatusCode;

use super::{HERE, site_with_cohort};
use crate::testing::site::{Browser, TestAnswer};
use crate::testing::{Group, hidden, message_id, prompt_id, prompt_is, tutor};

async fn edit(browser: &mut Browser<'_>, message: &str, text: &str) -> TestAnswer {
    let fields = [("message", message), ("text", text)];
    browser.post("coldcall/api/edit_message", &fields).await
}

async fn delete(browser: &mut Browser<'_>, message: &str) -> TestAnswer {
    let fields = [("message", message)];
    browser.post("coldcall/api/delete_message", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_has_replies_stars_and_marks_of_changes() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let again = asha.answer(&prompt, "More fish").await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let (fish, fun) = (
        message_id(&site, "Fish").await,
        message_id(&site, "Fun").await,
    );
    ravi.reply(&fish, "Which fish?").await.assert_ok();
    let which = message_id(&site, "Which fish?").await;
    asha.reply(&which, "Sardines").await.assert_ok();
    let deep = "select count(*) from cold_call_messages
                where body = 'Sardines' and parent_id <> root_id and root_id is not null";
    assert_eq!(site.test.count(deep).await, 1);
    let page = ravi.get(HERE).await.body;
    assert!(
        page.contains("Sardines") && page.contains("to <!>You"),
        "{page}"
    );

    // A star is given once, never to oneself, and its owner does not learn of it yet.
    ravi.star(&fish).await.assert_ok();
    ravi.star(&fish).await.assert_ok();
    assert_eq!(
        site.test
            .count("select count(*) from cold_call_stars")
            .await,
        1
    );
    assert_eq!(asha.star(&fish).await.status, StatusCode::FORBIDDEN);
    assert!(!asha.get(HERE).await.body.contains("★"));
    assert!(ravi.get(HERE).await.body.contains("★"));
    prompt_is(&site, "closes_at = now() - interval '1 minute'").await;
    assert!(asha.get(HERE).await.body.contains("★ 1"));
    assert_eq!(asha.reply(&fun, "Late").await.status, StatusCode::FORBIDDEN);
    assert_eq!(ravi.star(&which).await.status, StatusCode::FORBIDDEN);
    prompt_is(&site, "closes_at = null").await;

    // Changes are marked, and end after a quarter of an hour.
    edit(&mut asha, &fish, "Fishes").await.assert_ok();
    assert!(ravi.get(HERE).await.body.contains("edited"));
    assert_eq!(
        edit(&mut ravi, &fish, "Mine").await.status,
        StatusCode::NOT_FOUND
    );
    site.test
        .sql("update cold_call_messages set created_at = now() - interval '16 minutes'")
        .await;
    assert_eq!(
        edit(&mut asha, &fish, "Late").await.status,
        StatusCode::FORBIDDEN
    );

    // A deleted answer leaves a stub where there are replies, and nothing of its text.
    assert_eq!(delete(&mut ravi, &fish).await.status, StatusCode::NOT_FOUND);
    delete(&mut asha, &fish).await.assert_ok();
    let page = ravi.get(HERE).await.body;
    assert!(page.contains("This message was deleted.") && !page.contains("Fishes"));
    assert!(page.contains("Which fish?"));
    let left = "select count(*) from cold_call_messages where body like 'Fish%'";
    assert_eq!(site.test.count(left).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_messages_are_refused_with_a_sentence() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    for (text, sentence) in [
        ("x".repeat(5_001), "Use at most 5,000 characters."),
        ("\u{200b}\u{2060} ".to_owned(), "Write something first."),
        ("<!-- nothing -->".to_owned(), "Write something first."),
        (
            "![p](https://e.vil/p.png)".to_owned(),
            "Pictures can't be shown here.",
        ),
    ] {
        let refused = asha.answer(&prompt, &text).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains(sentence), "{}", refused.body);
    }
    for huge in [1_000_000, 3_000_000] {
        let refused = asha.answer(&prompt, &"x".repeat(huge)).await;
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
        let sentence = "This is more than the form can take. Nothing was changed.";
        assert!(refused.body.contains(sentence), "{}", refused.body);
    }
    let stored = "select count(*) from cold_call_messages";
    assert_eq!(site.test.count(stored).await, 0);
    // Without JavaScript the text returns to the form with the sentence.
    let long = "y".repeat(5_001);
    let fields = [("prompt", prompt.as_str()), ("text", long.as_str())];
    let back = asha
        .submit(HERE, "coldcall/api/answer_cold_call", &fields)
        .await;
    assert_eq!(back.header("location"), HERE);
    let page = asha.get(HERE).await.body;
    assert!(page.contains("Use at most 5,000 characters.") && page.contains(&long));
    let script = "Hi <script>alert(1)</script><img src=x onerror=alert(1)>there";
    let refused = asha.answer(&prompt, script).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let posted = asha
        .answer(&prompt, "Hi <script>alert(1)</script>there")
        .await;
    posted.assert_ok();
    assert!(!asha.get(HERE).await.body.contains("<script>alert"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_posts_in_a_minute_the_first_ones_count() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let fish = message_id(&site, "Fish").await;
    site.test.sql("delete from rate_limits").await;
    let mut refused = 0;
    for n in 0..100 {
        let reply = asha.reply(&fish, &format!("Reply {n}")).await;
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(reply.body.contains("TooMany"), "{}", reply.body);
            refused += 1;
        }
    }
    // Ten at once, and one more every six seconds.
    assert!((80..=90).contains(&refused), "{refused} refused");
    let stored = "select count(*) from cold_call_messages where body like 'Reply %'";
    assert_eq!(site.test.count(stored).await, 100 - refused);
    // Without JavaScript the text returns to the form with the sentence.
    let page = format!("{HERE}?reply={fish}");
    let fields = [("message", fish.as_str()), ("text", "Once more")];
    asha.submit(&page, "coldcall/api/reply_to_message", &fields)
        .await;
    let page = asha.get(&page).await.body;
    assert!(page.contains("Too many requests. Please wait"), "{page}");
    assert!(page.contains("Once more"));
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_other_cohorts_and_locked_prompts_take_no_posts() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let fish = message_id(&site, "Fish").await;
    let other = Group::new(&site, "Autumn").await;
    let mut ravi = other.member(&site, "ravi@example.org").await;
    ravi.answer(&prompt, "Fun").await.assert_ok();
    assert_eq!(
        ravi.reply(&fish, "Hello").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(ravi.star(&fish).await.status, StatusCode::NOT_FOUND);
    prompt_is(&site, "is_locked = true").await;
    let locked = asha.reply(&fish, "More").await;
    assert_eq!(locked.status, StatusCode::FORBIDDEN);
    assert!(locked.body.contains("locked"), "{}", locked.body);
    assert!(
        asha.get(HERE)
            .await
            .body
            .contains("A tutor has locked this cold call.")
    );
    prompt_is(
        &site,
        "is_locked = false, opens_at = now() + interval '1 day'",
    )
    .await;
    assert_eq!(asha.get(HERE).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        asha.reply(&fish, "More").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_without_javascript() {
    let (site, group) = site_with_cohort().await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let topic = "/learn/small/begin";
    let prompt = hidden(&asha.get(topic).await.body, "prompt");
    let fields = [("prompt", prompt.as_str()), ("text", "Fish")];
    let answered = asha
        .submit(topic, "coldcall/api/answer_cold_call", &fields)
        .await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER);
    let thread = answered.header("location").to_owned();
    assert!(thread.starts_with(HERE), "{thread}");
    let fish = message_id(&site, "Fish").await;
    for (tool, function, extra) in [
        ("reply", "reply_to_message", ("text", "Yes")),
        ("edit", "edit_message", ("text", "Fishes")),
        ("delete", "delete_message", ("text", "")),
    ] {
        let page = format!("{HERE}?{tool}={fish}");
        let shown = asha.get(&page).await.body;
        assert!(
            shown.contains(&format!("/coldcall/api/{function}\"")),
            "{tool}: {shown}"
        );
        let fields = [("message", fish.as_str()), extra];
        let sent = asha
            .submit(&page, &format!("coldcall/api/{function}"), &fields)
            .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{tool}");
    }
    let stub = "select count(*) from cold_call_messages where deleted_at is not null";
    assert_eq!(site.test.count(stub).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_reaches_the_tutors_once() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let fish = message_id(&site, "Fish").await;
    let report = [("message", fish.as_str()), ("reason", "Rude")];
    let blind = ravi.post("coldcall/api/report_message", &report).await;
    assert_eq!(blind.status, StatusCode::NOT_FOUND);
    ravi.answer(&prompt, "Fun").await.assert_ok();
    for _ in 0..2 {
        ravi.post("coldcall/api/report_message", &report)
            .await
            .assert_ok();
    }
    let own = asha.post("coldcall/api/report_message", &report).await;
    assert_eq!(own.status, StatusCode::NOT_FOUND);
    assert_eq!(
        site.test
            .count("select count(*) from cold_call_reports")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_cohort_is_read_before_the_next_one_starts_and_while_it_runs() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut bo = group.member(&site, "bo@example.org").await;
    asha.answer(&prompt, "Flamingoesque").await.assert_ok();
    bo.answer(&prompt, "Heronlike").await.assert_ok();
    let of_bo = message_id(&site, "Heronlike").await;
    site.test
        .sql("update cohorts set start_date = current_date - 20, end_date = current_date - 2")
        .await;
    let next = Group::of(&site, "Winter", "current_date + 2", "null").await;
    next.add(&site, "asha@example.org").await;
    let page = asha.get(HERE).await;
    page.assert_ok();
    assert!(page.body.contains("Heronlike") && !page.body.contains("Winter"));
    let topic = asha.get("/learn/small/begin").await.body;
    assert!(topic.contains(HERE));
    let early = format!("{HERE}?cohort={}", next.id);
    assert_eq!(asha.get(&early).await.status, StatusCode::NOT_FOUND);

    site.test
        .sql("update cohorts set start_date = current_date - 1 where title = 'Winter'")
        .await;
    let page = asha.get(HERE).await.body;
    let earlier = format!("{HERE}?cohort={}", group.id);
    assert!(!page.contains("Heronlike") && page.contains(&earlier));
    let page = asha.get(&earlier).await.body;
    assert!(page.contains("Heronlike") && page.contains("Flamingoesque"));
    // It is read, and nothing is posted to it.
    assert!(!page.contains("reply_to_message"));
    let reply = asha.reply(&of_bo, "Late").await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    let report = [("message", of_bo.as_str()), ("reason", "It is rude.")];
    let reported = asha.post("coldcall/api/report_message", &report).await;
    reported.assert_ok();
    // Bo is not in the cohort that runs, and nobody else is in theirs.
    let other = format!("{HERE}?cohort={}", next.id);
    assert_eq!(bo.get(&other).await.status, StatusCode::NOT_FOUND);
    let mut cem = next.member(&site, "cem@example.org").await;
    assert_eq!(cem.get(&earlier).await.status, StatusCode::NOT_FOUND);
    group.set(&site, "asha@example.org", "paused").await;
    assert_eq!(asha.get(&earlier).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_after_a_deleted_one_is_marked_for_members_and_tutors() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let mark = "answered again after seeing the thread";
    let answers = format!("/teach/small/cold-calls/{prompt}/answers");
    let fish = message_id(&site, "Fish").await;
    let form = asha.get(&format!("{HERE}?delete={fish}")).await.body;
    assert!(form.contains("A new answer is marked."), "{form}");
    for page in [HERE, &answers] {
        let reader = if page == HERE { &mut ravi } else { &mut meera };
        assert!(!reader.get(page).await.body.contains(mark), "{page}");
    }
    delete(&mut asha, &fish).await.assert_ok();
    asha.answer(&prompt, "Fun too").await.assert_ok();
    for page in [HERE, &answers] {
        let reader = if page == HERE { &mut ravi } else { &mut meera };
        let shown = reader.get(page).await.body;
        assert!(shown.contains(mark) && shown.contains("Fun too"), "{page}");
    }
    // Replies are deleted and written again without a mark.
    site.test
        .sql("delete from cold_call_messages where body = 'Fun too' or deleted_at is not null")
        .await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let fun = message_id(&site, "Fun").await;
    ravi.reply(&fun, "Sorry").await.assert_ok();
    let sorry = message_id(&site, "Sorry").await;
    delete(&mut ravi, &sorry).await.assert_ok();
    ravi.reply(&fun, "Again").await.assert_ok();
    assert!(!asha.get(HERE).await.body.contains(mark));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_long_thread_the_newest_messages_are_shown_with_their_answers() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let replies = "insert into cold_call_messages (organization_id, message_id, prompt_id, cohort_id, user_id,
                                                   parent_id, root_id, body, body_html)
         select m.organization_id, ('ffffffff-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, m.prompt_id,
                m.cohort_id, m.user_id, m.message_id, m.message_id, n::text, '<p>Reply ' || n || '.</p>'
         from cold_call_messages m cross join generate_series(1, 2001) n where m.body = 'Fun'";
    site.test.sql(replies).await;
    let load = "/api/lyceum/coldcall/api/load_cold_call?course=small&topic=begin&n=1";
    let mut read = async || {
        let request = asha.request("GET", load).body(Body::empty());
        let thread = asha.send(request.unwrap()).await;
        thread.assert_ok();
        thread.body
    };
    let thread = read().await;
    for shown in [
        "Fish",
        "Fun",
        "Reply 2.",
        "Reply 2001.",
        "Of the 2,003 messages, 2,002 are shown",
    ] {
        assert!(thread.contains(shown), "{shown}");
    }
    assert!(!thread.contains("Reply 1."));
    let first = "delete from cold_call_messages where body = '1'";
    site.test.sql(first).await;
    assert!(!read().await.contains("are shown"));
}

#[tokio::test(flavor = "multi_thread")]
async fn members_who_join_after_the_close_answer_within_a_week_and_read_then() {
    let (site, _) = site_with_cohort().await;
    let group = Group::of(&site, "Winter", "current_date - 30", "null").await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut early = group.member(&site, "early@example.org").await;
    let mut slow = group.member(&site, "slow@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    ravi.answer(&prompt, "Flamingoesque").await.assert_ok();
    site.test
        .sql(
            "update cohort_members set joined_at = now() - interval '29 days'
             where email like 'ravi%' or email like 'early%';
             update cohort_members set joined_at = now() - interval '8 days' where email like 'slow%'",
        )
        .await;
    prompt_is(&site, "closes_at = now() - interval '20 days'").await;
    for member in [&mut early, &mut slow, &mut ravi] {
        let page = member.get(HERE).await.body;
        assert!(page.contains("This cold call closed on"), "{page}");
    }
    for member in [&mut early, &mut slow] {
        let refused = member.answer(&prompt, "Fun").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    // Asha joined today.
    let page = asha.get(HERE).await.body;
    assert!(page.contains("Closes on") && !page.contains("Flamingoesque"));
    asha.answer(&prompt, "Fish").await.assert_ok();
    let page = asha.get(HERE).await.body;
    assert!(page.contains("Flamingoesque") && page.contains("This cold call closed on"));
    let fish = message_id(&site, "Fish").await;
    for late in [
        asha.reply(&fish, "More").await,
        delete(&mut asha, &fish).await,
    ] {
        assert_eq!(late.status, StatusCode::FORBIDDEN, "{}", late.body);
    }
    // A prompt that closed before the cohort started was open to none of it.
    site.test
        .sql("delete from cold_call_messages where body = 'Fish'")
        .await;
    prompt_is(&site, "closes_at = now() - interval '40 days'").await;
    let refused = asha.answer(&prompt, "Fish").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
