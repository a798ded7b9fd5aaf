//! Nothing of others' answers reaches a member who has not answered.

use axum::http::{StatusCode, header};
use leptos::server_fn;

use super::{HERE, site_with_cohort};
use crate::testing::site::{Browser, TestSite};
use crate::testing::{Group, message_id, own_copy, prompt_id, prompt_is, topic_id};

/// Words that no page has by itself: texts of messages, and names of their authors.
const TRACES: [&str; 5] = [
    "Flamingoesque",
    "Heronlike",
    "Zephyrina",
    "Quillfeather",
    "Spoonbill",
];

/// Two members answer, reply and give stars.
async fn others_post(site: &TestSite, group: &Group) {
    let mut zephyrina = group.member(site, "zephyrina@example.org").await;
    let mut quill = group.member(site, "quill@example.org").await;
    site.test
        .sql(
            "update users set display_name = 'Zephyrina' where email like 'zephyrina%';
             update users set display_name = 'Quillfeather' where email like 'quill%'",
        )
        .await;
    let prompt = prompt_id(site, "Why do").await;
    zephyrina.answer(&prompt, "Flamingoesque").await.assert_ok();
    quill.answer(&prompt, "Heronlike").await.assert_ok();
    let answer = message_id(site, "Flamingoesque").await;
    quill.reply(&answer, "Spoonbill").await.assert_ok();
    quill.star(&answer).await.assert_ok();
}

/// Everything that the member can ask for, with the answers.
async fn everything(site: &TestSite, member: &mut Browser<'_>) -> Vec<(String, String)> {
    let topic = topic_id(site, "begin").await;
    let prompt = prompt_id(site, "Why do").await;
    let message = (site.test)
        .text("select coalesce((select message_id from cold_call_messages order by 1 limit 1), gen_random_uuid())")
        .await;
    site.test.sql("delete from rate_limits").await;
    let mut read = Vec::new();
    for route in leptos_axum::generate_route_list(crate::app::App) {
        let parts = route.path().split('/').map(|part| match part {
            "{course}" => "small",
            "{topic}" => "begin",
            "{n}" | "{module}" | "{pair}" => "1",
            "{prompt}" => &prompt,
            part if part.starts_with('{') => "x",
            part => part,
        });
        let path = parts.collect::<Vec<_>>().join("/");
        for ending in ["", "?q=Flamingoesque", "?after=x&reply=x&page=1&saved=1"] {
            let path = format!("{path}{ending}");
            let answer = member.get(&path).await;
            read.push((path, answer.body));
        }
    }
    for (path, method) in server_fn::axum::server_fn_paths() {
        // The other functions change something. A test of its own sends them.
        let is_read = method == axum::http::Method::GET;
        if !is_read && (!path.contains("/coldcall/") || path.ends_with("answer_cold_call")) {
            continue;
        }
        let fields = format!(
            "course=small&topic={}&n=1&q=Flamingoesque&message={message}&prompt={prompt}&starred=true&text=x&reason=x&query[q]=Heronlike",
            if is_read { "begin" } else { &topic }
        );
        let request = match is_read {
            true => member
                .request("GET", &format!("{path}?{fields}"))
                .body(axum::body::Body::empty()),
            false => Ok(member_form(member, path, &fields)),
        };
        let answer = member.send(request.unwrap()).await;
        read.push((
            path.to_owned(),
            format!("{} {}", answer.status, answer.body),
        ));
    }
    read
}

fn names_members(path: &str) -> bool {
    path.starts_with("/learn/small/cohort") || path.ends_with("/load_cohort_home")
}

/// Replaces what differs between two renderings of the same page: ids, nonces, and the order in
/// which the data of its parts is sent.
fn normalized(body: &str) -> String {
    let (page, data) = body.split_once("</body>").unwrap_or((body, ""));
    let mut parts: Vec<String> = data
        .split("__RESOLVED_RESOURCES[")
        .skip(1)
        .filter_map(|part| Some(without_ids(part.split_once("] = ")?.1)))
        .map(|part| {
            part.split("</script>")
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        // A page whose data comes late makes its forms twice, each with an empty part.
        .filter(|part| part.len() > 30 || !part.contains("null"))
        .collect();
    parts.sort();
    without_ids(page) + &parts.join("\n")
}

/// Replaces all long words and times in milliseconds: nonces and ids are long.
fn without_ids(text: &str) -> String {
    let mut short = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_alphanumeric() || "-_+/=".contains(c) {
            word.push(c);
            continue;
        }
        let is_time = word.len() == 13 && word.chars().all(|c| c.is_ascii_digit());
        short.push_str(if word.len() > 15 || is_time {
            "LONG"
        } else {
            &word
        });
        short.push(c);
        word.clear();
    }
    short
}

#[tokio::test(flavor = "multi_thread")]
async fn no_response_of_the_site_has_a_trace_of_others() {
    let (site, group) = site_with_cohort().await;
    let mut asha = group.member(&site, "asha@example.org").await;
    // Loads everything once, so that both readings find the same places and caches.
    everything(&site, &mut asha).await;
    let before = everything(&site, &mut asha).await;
    others_post(&site, &group).await;
    let after = everything(&site, &mut asha).await;
    assert!(after.len() > 100, "{} responses", after.len());
    let mut wrong = Vec::new();
    for (path, body) in &after {
        // A search repeats its own words.
        let body = body
            .replace("q=Flamingoesque", "")
            .replace("Flamingoesque\"", "\"");
        for trace in TRACES {
            let repeats = ["Flamingoesque", "Heronlike"].contains(&trace)
                && (path.contains("?q=") || path.contains("/api/"));
            // The cohort's home names its members, and nothing that they wrote.
            let is_name = ["Zephyrina", "Quillfeather"].contains(&trace) && names_members(path);
            if body.contains(trace) && !repeats && !is_name {
                wrong.push(format!("{path} has {trace}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    // Not even counts: each response of cold calls and topics is the same as before.
    let mut compared = 0;
    for ((path, before), (_, after)) in before.iter().zip(&after) {
        let is_compared = path.starts_with("/learn/small") || path.contains("/coldcall/");
        if is_compared && !names_members(path) {
            compared += 1;
            if normalized(before) != normalized(after) {
                wrong.push(format!("{path}:\n{before}\n{after}"));
            }
        }
    }
    assert!(compared > 15, "{compared} compared");
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_mails_nor_files_have_a_trace_of_others() {
    let (site, group) = site_with_cohort().await;
    let mut asha = group.member(&site, "asha@example.org").await;
    others_post(&site, &group).await;
    // A mention of a member who has not answered, too.
    let prompt = prompt_id(&site, "Why do").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    let mention = "Spoonbill, @asha";
    ravi.answer(&prompt, mention).await.assert_ok();
    let sent = site.test.text(
        "select coalesce(string_agg(t, ' '), '') from (
             select concat(n.title, n.body, n.path) as t from notifications n join users u using (user_id)
             where u.email = 'asha@example.org'
             union all
             select payload::text from background_jobs where payload::text like '%asha@example.org%'
             union all
             select m::text from mail_log m where m::text like '%asha@example.org%') x",
    );
    let sent = sent.await;
    let key = "select calendar_key from cohort_members where email = 'asha@example.org'";
    let key = site.test.text(key).await;
    let mut visitor = site.visitor();
    let calendar = visitor.get(&format!("/calendars/{key}/cohort.ics")).await;
    calendar.assert_ok();
    let notices = asha.get("/notifications").await.body;
    for (name, text) in [
        ("mails", sent),
        ("calendar", calendar.body),
        ("notifications", notices),
    ] {
        let found: Vec<_> = TRACES
            .iter()
            .filter(|trace| text.contains(*trace))
            .collect();
        assert!(found.is_empty(), "{name} has {found:?}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_outside_cold_calls_is_answered_with_a_trace_of_others() {
    let (site, group) = site_with_cohort().await;
    let mut asha = group.member(&site, "asha@example.org").await;
    others_post(&site, &group).await;
    let topic = topic_id(&site, "begin").await;
    let prompt = prompt_id(&site, "Why do").await;
    let message = message_id(&site, "Flamingoesque").await;
    let fields = format!(
        "course=small&topic={topic}&cohort={}&prompt={prompt}&message={message}&id={message}&messages[]={message}\
         &act=pin&module_no=1&pair=1&n=1&done=true&title=x&text=x&question=x&reason=x",
        group.id
    );
    let mut called = 0;
    let mut functions: Vec<_> = server_fn::axum::server_fn_paths().collect();
    functions.sort_by_key(|(path, _)| *path);
    for (path, method) in functions {
        // Those of accounts could end the session, and a request to delete one's data too. A
        // member who withdraws from the course does not see the thread any more.
        let left_out = ["/coldcall/", "/auth/", "/own_data/", "/withdraw"];
        let is_left_out = left_out.iter().any(|part| path.contains(part));
        if method == axum::http::Method::GET || is_left_out {
            continue;
        }
        site.test.sql("delete from rate_limits").await;
        let request = member_form(&asha, path, &fields);
        let answer = asha.send(request).await;
        let found: Vec<_> = TRACES
            .iter()
            .filter(|trace| answer.body.contains(*trace))
            .collect();
        assert!(found.is_empty(), "{path} has {found:?}: {}", answer.body);
        called += 1;
    }
    assert!(called > 50, "{called} called");
    // None of them ended the session or opened the thread.
    let page = asha.get(HERE).await;
    page.assert_ok();
    assert!(page.body.contains("Why do pelicans swim?"));
    assert!(!TRACES.iter().any(|trace| page.body.contains(trace)));
}

/// A form that the member sends to a server function.
fn member_form(
    member: &Browser<'_>,
    path: &str,
    fields: &str,
) -> axum::http::Request<axum::body::Body> {
    let form = "application/x-www-form-urlencoded";
    let request = member
        .request("POST", path)
        .header(header::CONTENT_TYPE, form);
    let body = axum::body::Body::from(fields.to_owned());
    request.body(body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_ones_own_data_has_no_trace_of_others() {
    let (site, group) = site_with_cohort().await;
    let mut asha = group.member(&site, "asha@example.org").await;
    others_post(&site, &group).await;
    let asked = asha.post("own_data/api/request_own_copy", &[]).await;
    asked.assert_ok();
    site.mails().await;
    let files = own_copy(&site).await;
    assert!(
        files
            .iter()
            .any(|(_, text)| text.contains("asha@example.org"))
    );
    for (name, text) in files {
        let found: Vec<_> = TRACES
            .iter()
            .filter(|trace| text.contains(*trace))
            .collect();
        assert!(found.is_empty(), "{name} has {found:?}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answering_reveals_the_thread_of_the_own_cohort() {
    let (site, group) = site_with_cohort().await;
    others_post(&site, &group).await;
    let other = Group::new(&site, "Autumn").await;
    let mut elsewhere = other.member(&site, "elsewhere@example.org").await;
    let prompt = prompt_id(&site, "Why do").await;
    elsewhere
        .answer(&prompt, "Of another cohort")
        .await
        .assert_ok();

    let mut asha = group.member(&site, "asha@example.org").await;
    let topic = asha.get("/learn/small/begin").await;
    topic.assert_ok();
    assert!(topic.body.contains("Why do pelicans swim?"));
    assert!(
        topic
            .body
            .contains("Your cohort and its tutors will read your answer")
    );
    let blind = asha.get(HERE).await;
    blind.assert_ok();
    assert!(!TRACES.iter().any(|trace| blind.body.contains(trace)));
    let answered = asha.answer(&prompt, "For the *fish*.").await;
    answered.assert_ok();
    assert_eq!(answered.header("x-redirect"), HERE);
    let thread = asha.get(HERE).await.body;
    assert!(
        TRACES.iter().all(|trace| thread.contains(trace)),
        "{thread}"
    );
    assert!(thread.contains("<em>fish</em>") && !thread.contains("Of another cohort"));
    // Another prompt of the topic is still to be answered.
    let second = asha.get("/learn/small/begin/cold-call/2").await;
    second.assert_ok();
    assert!(second.body.contains("Which bird would you count?"));
    assert!(!TRACES.iter().any(|trace| second.body.contains(trace)));
    let topic = asha.get("/learn/small/begin").await.body;
    assert!(topic.contains("Read the thread") && !topic.contains("Flamingoesque"));

    // Deleting the answer takes the view of the others away again.
    let own = message_id(&site, "For the *fish*.").await;
    let deleted = asha
        .post("coldcall/api/delete_message", &[("message", &own)])
        .await;
    deleted.assert_ok();
    let blind = asha.get(HERE).await.body;
    assert!(!TRACES.iter().any(|trace| blind.contains(trace)));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_visibility_shows_what_it_promises() {
    let (site, group) = site_with_cohort().await;
    others_post(&site, &group).await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let prompt = prompt_id(&site, "Why do").await;
    asha.answer(&prompt, "For fish.").await.assert_ok();
    prompt_is(&site, "visibility = 'anonymous_to_peers'").await;
    let thread = asha.get(HERE).await.body;
    assert!(thread.contains("Flamingoesque") && thread.contains("Member 1"));
    assert!(!thread.contains("Zephyrina") && !thread.contains("Quillfeather"));
    prompt_is(&site, "visibility = 'tutors_only'").await;
    let thread = asha.get(HERE).await.body;
    assert!(thread.contains("For fish.") && !TRACES.iter().any(|trace| thread.contains(trace)));
    let answer = message_id(&site, "Flamingoesque").await;
    let replied = asha.reply(&answer, "Hm").await;
    assert_eq!(replied.status, StatusCode::NOT_FOUND);
}
