//! Models and limits of courses, the manner of answers, and summaries of long conversations.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::model::{GOOD, MEDIAN, SPAN, run_jobs, sentences, site_asking, state};
use super::{PAGE, ask, kinds, used};
use crate::platform::ai::testing::{ModelServer, Scripted};
use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestAnswer};
use crate::testing::learner;

const USAGE: &str = "/admin/operations/model";

async fn choose(
    admin: &mut Browser<'_>,
    course: &str,
    (source, model, tokens): (&str, &str, &str),
) -> TestAnswer {
    let fields = [
        ("course", course),
        ("source", source),
        ("model", model),
        ("tokens", tokens),
    ];
    admin.post("operations/api/choose_model", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_choose_the_model_and_the_limit_of_a_course() {
    let server = ModelServer::start([sentences(&[(GOOD, SPAN)])]).await;
    let site = site_asking(&server).await;
    let mut admin = site.signed_in("ada@example.org", UserRole::Admin).await;
    let mut asha = learner(&site, "asha@example.org").await;
    for (course, choice) in [
        ("none", ("quotations", "", "")),
        ("small", ("named", " \u{200b}", "")),
        ("small", ("named", &"m".repeat(201), "")),
        ("small", ("inherited", "", "-5")),
    ] {
        let refused = choose(&mut admin, course, choice).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    choose(&mut admin, "", ("named", "wide", ""))
        .await
        .assert_ok();
    choose(&mut admin, "small", ("quotations", "", ""))
        .await
        .assert_ok();
    ask(&mut asha, MEDIAN).await.assert_ok();
    assert_eq!(state(&site).await, "complete -");
    assert!(server.asked().is_empty(), "the course quotes");
    assert!(asha.get(PAGE).await.body.contains(SPAN));

    choose(&mut admin, "small", ("inherited", "", ""))
        .await
        .assert_ok();
    ask(&mut asha, &format!("{MEDIAN}?")).await.assert_ok();
    run_jobs(&site).await;
    assert_eq!(server.asked()[0]["model"], "wide");
    choose(&mut admin, "small", ("named", "special", "1,000,000"))
        .await
        .assert_ok();
    ask(&mut asha, &format!("{MEDIAN}??")).await.assert_ok();
    run_jobs(&site).await;
    assert_eq!(server.asked()[1]["model"], "special");
    let page = admin.get(USAGE).await.body;
    for said in [
        "special; 2,000 of 1,000,000 tokens",
        "answer-2 (answer)",
        "wide",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }

    choose(&mut admin, "small", ("named", "special", "2000"))
        .await
        .assert_ok();
    ask(&mut asha, &format!("{MEDIAN}???")).await.assert_ok();
    assert_eq!(state(&site).await, "complete limit");
    assert_eq!((server.asked().len(), used(&site).await), (2, 4));
    let logged = "select count(*) from audit_logs where action = 'ai.model_chosen'";
    assert_eq!(site.test.count(logged).await, 5);
    let mut other = learner(&site, "ravi@example.org").await;
    let refused = choose(&mut other, "", ("quotations", "", "")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tone_of_the_course_and_the_kind_of_learner_shape_the_request() {
    let server = ModelServer::start([sentences(&[(GOOD, SPAN)])]).await;
    let site = site_asking(&server).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let manner = "update course_tutor_settings set tone = 'encouraging';
                  insert into learner_persona_profiles (user_id, course_id, persona_key)
                  select u.user_id, c.course_id, 'english_hesitant' from users u, courses c
                  where u.email = 'asha@example.org'";
    site.test.sql(manner).await;
    ask(&mut asha, MEDIAN).await.assert_ok();
    run_jobs(&site).await;
    let rules = server.asked()[0]["messages"][0]["content"].to_string();
    for said in [
        "warm and encouraging",
        "at most 15 words",
        "3 to 6 sentences",
    ] {
        assert!(rules.contains(said), "{said}: {rules}");
    }
    assert!(!rules.contains("last minute") && !rules.contains("little time"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_conversation_is_summarized_for_later_answers() {
    let summary = "The learner asked thirty times about means.";
    let server = ModelServer::start([
        sentences(&[(GOOD, SPAN)]),
        sentences(&[(GOOD, SPAN)]),
        Scripted::Text(format!("  {summary}\n")),
        sentences(&[(GOOD, SPAN)]),
    ])
    .await;
    let site = site_asking(&server).await;
    let mut asha = learner(&site, "asha@example.org").await;
    ask(&mut asha, MEDIAN).await.assert_ok();
    run_jobs(&site).await;
    assert_eq!(server.asked().len(), 1, "it is short");
    let before = "insert into cp_rag_chat_messages (message_id, session_id, role, content)
                  select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, s.session_id,
                         case n % 2 when 0 then 'assistant' else 'user' end,
                         'Message ' || n || ' of asha, asha@example.org'
                  from cp_rag_chat_sessions s, generate_series(1, 30) n";
    site.test.sql(before).await;
    ask(&mut asha, &format!("{MEDIAN}?")).await.assert_ok();
    run_jobs(&site).await;
    let asked = server.asked();
    assert_eq!(asked.len(), 3, "an answer and a summary");
    let material = asked[2]["messages"][1]["content"].to_string();
    assert!(material.contains("Message 24 of") && !material.contains("Message 25 of"));
    assert!(!material.contains("asha"), "{material}");
    let stored = "select summary || ' ' || summary_message_count from cp_rag_chat_sessions";
    assert_eq!(site.test.text(stored).await, format!("{summary} 24"));
    let recorded =
        "select count(*) from ai_usage where purpose = 'summary' and prompt_version = 'summary-1'";
    assert_eq!(site.test.count(recorded).await, 1);

    ask(&mut asha, &format!("{MEDIAN}??")).await.assert_ok();
    run_jobs(&site).await;
    let asked = server.asked();
    assert_eq!(asked.len(), 4, "the summary is new enough");
    assert!(
        asked[3]["messages"][1]["content"]
            .to_string()
            .contains(summary)
    );
    assert!(!asha.get(PAGE).await.body.contains(summary));
    assert_eq!(kinds(&site).await, "quotations quotations quotations");
}

#[tokio::test(flavor = "multi_thread")]
async fn code_of_the_course_is_shown_in_color_and_other_code_is_dropped() {
    const RATE: &str = "A rate needs a denominator, such as hours of work.";
    let sentence = |text: &str, code: &str| {
        let cites: Vec<Value> = (1..=4)
            .map(|at| json!({ "id": format!("p{at}"), "quote": RATE }))
            .collect();
        json!({ "text": text, "cites": cites, "code": code, "code_language": "rust" })
    };
    let own = "fn rate(count: f64, hours: f64) -> f64 {\n    count / hours\n}";
    let all = [
        sentence(RATE, own),
        sentence("A rate needs a denominator.", "fn drop_all() {}"),
    ];
    let reply = json!({ "sentences": all }).to_string();
    let server = ModelServer::start([Scripted::Text(reply)]).await;
    let site = site_asking(&server).await;
    let mut asha = learner(&site, "asha@example.org").await;
    ask(&mut asha, "Which denominator does a rate need?")
        .await
        .assert_ok();
    run_jobs(&site).await;
    assert_eq!(state(&site).await, "complete -");
    let page = asha.get(PAGE).await.body;
    assert!(page.contains("<span class=\"k\">fn</span>"), "{page}");
    assert!(page.contains("A rate needs a denominator.") && !page.contains("drop_all"));
    let file = asha.get("/tutor/small/averages/conversation.md").await.body;
    assert!(file.contains("```rust\nfn rate(count"), "{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_calls_tools_leads_to_quotations() {
    let server = ModelServer::start([Scripted::CallsTool]).await;
    let site = site_asking(&server).await;
    let mut asha = learner(&site, "asha@example.org").await;
    ask(&mut asha, MEDIAN).await.assert_ok();
    run_jobs(&site).await;
    assert_eq!(state(&site).await, "complete unsupported");
    assert!(asha.get(PAGE).await.body.contains(SPAN));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_leads_to_the_others_of_the_course() {
    let server = ModelServer::start([sentences(&[(GOOD, SPAN)])]).await;
    let site = site_asking(&server).await;
    let mut asha = learner(&site, "asha@example.org").await;
    ask(&mut asha, MEDIAN).await.assert_ok();
    let rates = "/learn/small/rates/tutor";
    let page = asha.get(rates).await.body;
    assert!(page.contains("Your other conversations"), "{page}");
    assert!(page.contains(&format!("href=\"{PAGE}\"")));
    let mut ravi = learner(&site, "ravi@example.org").await;
    let page = ravi.get(rates).await.body;
    assert!(!page.contains("Your other conversations"));
}
