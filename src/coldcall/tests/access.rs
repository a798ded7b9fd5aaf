//! Access to every function of cold calls, for people who are near a cohort but not in it.

use axum::body::Body;
use leptos::server_fn;

use super::site_with_cohort;
use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite, function_path};
use crate::testing::{Group, enroll, message_id, prompt_id, tutor_of, user_id};

/// Expected status for, in this order: a member who has answered, one who has not, a member of
/// another cohort of the course, a paused member, a member before the start, a member after the
/// end, an enrolled learner without a cohort, a tutor, a tutor whose assignment is not active.
///
/// `MESSAGE` is the answer of somebody else in the first cohort.
const TABLE: &str = "
    GET load_cold_call course=small&topic=begin&n=1    200 200 200 403 403 200 404 403 403
    GET load_cold_call course=small&topic=begin&n=9    404 404 404 403 403 404 404 403 403
    report_message     message=MESSAGE&reason=x        200 404 404 404 404 404 404 404 404
    star_message       message=MESSAGE&starred=true    200 404 404 404 404 404 404 404 404
    reply_to_message   message=MESSAGE&text=x          200 404 404 404 404 404 404 404 404
    edit_message       message=MESSAGE&text=x          404 404 404 404 404 404 404 404 404
    delete_message     message=MESSAGE                 404 404 404 404 404 404 404 404 404
    answer_cold_call   prompt=PROMPT&text=x            409 200 200 404 404 403 404 404 404
";

#[tokio::test(flavor = "multi_thread")]
async fn only_members_who_answered_reach_the_thread() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut author = group.member(&site, "author@example.org").await;
    author.answer(&prompt, "Fish").await.assert_ok();
    let message = message_id(&site, "Fish").await;
    let mut people = everybody(&site, &group).await;
    people[0].answer(&prompt, "Fun").await.assert_ok();
    let names = [("MESSAGE", message.as_str()), ("PROMPT", prompt.as_str())];
    compare(&mut people, "coldcall/api", TABLE, &names).await;
}

/// Expected status of the functions for tutors, for the same people.
const TEACHING: &str = "
    GET load_prompts     course=small                                  403 403 403 403 403 403 403 200 403
    GET load_prompt      course=small&prompt=PROMPT&topic=             403 403 403 403 403 403 403 200 403
    save_prompt          course=small&id=                              403 403 403 403 403 403 403 422 403
    move_prompt          course=small&which=up-PROMPT                  403 403 403 403 403 403 403 200 403
    retire_prompt        course=small&id=PROMPT&retired=false          403 403 403 403 403 403 403 200 403
    GET load_answers     course=small&prompt=PROMPT&cohort=COHORT      403 403 403 403 403 403 403 200 403
    GET load_moderation  -                                             200 200 200 200 200 200 200 200 200
    mark_moderation_seen message=MESSAGE                               404 404 404 404 404 404 404 200 404
    moderate_messages    course=small&messages[]=MESSAGE&act=pin&reason= 403 403 403 403 403 403 403 200 403
    moderate_prompt      course=small&prompt=PROMPT&act=unlock&cohort= 403 403 403 403 403 403 403 200 403
    moderate_prompt      course=small&prompt=PROMPT&act=unlock&cohort=COHORT 403 403 403 403 403 403 403 200 403
    moderate_prompt      course=small&prompt=PROMPT&act=unlock&cohort=PROMPT 403 403 403 403 403 403 403 404 403
    hold_member          course=small&cohort=COHORT&member=MEMBER&held=false 403 403 403 403 403 403 403 200 403
    reply_as_tutor       course=small&messages[]=MESSAGE&text=x&key=k  403 403 403 403 403 403 403 200 403
    undo_moderation      course=small&action=PROMPT                    403 403 403 403 403 403 403 404 403
";

#[tokio::test(flavor = "multi_thread")]
async fn only_tutors_of_the_course_reach_its_moderation() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut author = group.member(&site, "author@example.org").await;
    author.answer(&prompt, "Fish").await.assert_ok();
    let message = message_id(&site, "Fish").await;
    let member = user_id(&site, "author@example.org").await;
    let mut people = everybody(&site, &group).await;
    let names = [
        ("MESSAGE", message.as_str()),
        ("PROMPT", prompt.as_str()),
        ("COHORT", group.id.as_str()),
        ("MEMBER", member.as_str()),
    ];
    compare(&mut people, "teach/api", TEACHING, &names).await;
    // Moderation of those who teach nothing holds neither messages nor acts.
    for (at, person) in people.iter_mut().enumerate() {
        let page = person.get("/moderation").await.body;
        assert!(!page.contains("Fish"), "person {at}");
        let has_acts = page.contains("pinned a message of author");
        assert_eq!(has_acts, at == 7, "person {at}");
    }
    for (path, _) in server_fn::axum::server_fn_paths() {
        if let Some((_, function)) = path.split_once("/coldcall/teach/api/") {
            assert!(TEACHING.contains(&format!("{function} ")), "{function}");
        }
    }
}

/// Calls the functions of a table as each person. `names` are replaced in the arguments.
async fn compare(people: &mut [Browser<'_>], module: &str, table: &str, names: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (method, line) = match line.strip_prefix("GET ") {
            Some(rest) => ("GET", rest),
            None => ("POST", line),
        };
        let mut words = line.split_whitespace();
        let (function, arguments) = (words.next().unwrap(), words.next().unwrap());
        let arguments = names.iter().fold(
            arguments.trim_matches('-').to_owned(),
            |line, (name, value)| line.replace(name, value),
        );
        let function = format!("{module}/{function}");
        for (at, expected) in words.enumerate() {
            let status = call(&mut people[at], method, &function, &arguments).await;
            if status != expected {
                wrong.push(format!(
                    "{function} {arguments} for {at}: {status}, not {expected}"
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

async fn everybody<'a>(site: &'a TestSite, group: &Group) -> Vec<Browser<'a>> {
    let other = Group::new(site, "Autumn").await;
    let later = Group::of(site, "Later", "current_date + 2", "null").await;
    let past = Group::of(site, "Past", "current_date - 20", "current_date - 2").await;
    let mut people = vec![
        group.member(site, "answered@example.org").await,
        group.member(site, "silent@example.org").await,
        other.member(site, "elsewhere@example.org").await,
        group.member(site, "paused@example.org").await,
        later.member(site, "early@example.org").await,
        past.member(site, "late@example.org").await,
    ];
    group.set(site, "paused@example.org", "paused").await;
    let mut alone = site.signed_in("alone@example.org", UserRole::Learner).await;
    enroll(&mut alone, "small").await;
    people.push(alone);
    for email in ["tutor@example.org", "former@example.org"] {
        people.push(site.signed_in(email, UserRole::Tutor).await);
        tutor_of(site, email, "small").await;
    }
    site.test
        .sql(
            "update course_tutors set is_active = false where tutor_id in
             (select tutor_id from tutors join users using (user_id) where email = 'former@example.org')",
        )
        .await;
    people
}

async fn call(person: &mut Browser<'_>, method: &str, function: &str, arguments: &str) -> String {
    let path = function_path(function);
    let request = match method {
        "GET" => person
            .request("GET", &format!("{path}?{arguments}"))
            .body(Body::empty()),
        _ => person
            .request("POST", &path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(arguments.to_owned())),
    };
    let answer = person.send(request.unwrap()).await;
    answer.status.as_str().to_owned()
}
