//! Live events of threads reach those who may read them, and nobody else.

use std::time::Duration;

use axum::body::Body;
use futures::StreamExt;
use tower::ServiceExt;

use super::site_with_cohort;
use crate::platform::http::AppState;
use crate::testing::site::{Browser, TestSite};
use crate::testing::{message_id, prompt_id, prompt_is, topic_id, tutor};

/// The stream of a browser.
struct Stream {
    data: axum::body::BodyDataStream,
    buffer: String,
}

impl Stream {
    /// Opens the stream, from an event on if `after` is given.
    async fn open(site: &TestSite, browser: &Browser<'_>, after: &str) -> Self {
        Self::open_on(site.state.clone(), browser, after).await
    }

    /// Opens the stream at a replica.
    async fn open_on(replica: AppState, browser: &Browser<'_>, after: &str) -> Self {
        let path = match after {
            "" => "/live".to_owned(),
            after => format!("/live?after={after}"),
        };
        let request = browser.request("GET", &path).body(Body::empty()).unwrap();
        let peer: std::net::SocketAddr = "127.0.0.1:50000".parse().unwrap();
        let router = crate::server::router(replica)
            .layer(axum::extract::connect_info::MockConnectInfo(peer));
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let mut stream = Self {
            data: response.into_body().into_data_stream(),
            buffer: String::new(),
        };
        stream.read_until(": live").await;
        stream
    }

    async fn read_until(&mut self, part: &str) {
        while !self.buffer.contains(part) {
            let chunk = tokio::time::timeout(Duration::from_secs(10), self.data.next()).await;
            let chunk = chunk.expect("an event in time").expect("an open stream");
            self.buffer
                .push_str(&String::from_utf8_lossy(&chunk.unwrap()));
        }
    }

    /// Returns id and topic of the next event.
    async fn next(&mut self) -> (String, String) {
        self.read_until("data: ").await;
        let (_, rest) = self.buffer.split_once("data: ").unwrap();
        let (line, _) = rest.split_once('\n').expect("a whole line");
        let (id, topic) = line.split_once(' ').unwrap();
        let event = (id.to_owned(), topic.to_owned());
        self.buffer = rest[line.len()..].to_owned();
        event
    }

    /// Drops the events that are on their way. A new stream begins with those of the last seconds.
    async fn settle(&mut self) {
        let rest = self.read_until("no such text");
        let _ = tokio::time::timeout(Duration::from_millis(500), rest).await;
        self.buffer.clear();
    }

    /// Fails if an event comes within half a second.
    async fn nothing(&mut self) {
        let more = tokio::time::timeout(Duration::from_millis(500), self.read_until("data: "));
        assert!(more.await.is_err(), "{}", self.buffer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_reach_only_readers_of_the_thread() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    let blind = group.member(&site, "blind@example.org").await;
    let meera = tutor(&site, "meera@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let mut of_asha = Stream::open(&site, &asha, "").await;
    let mut of_blind = Stream::open(&site, &blind, "").await;
    let mut of_meera = Stream::open(&site, &meera, "").await;
    of_blind.nothing().await;
    of_asha.settle().await;
    of_meera.settle().await;
    let fish = message_id(&site, "Fish").await;
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let topic = format!("coldcall/{prompt}/{}", group.id);
    let started = std::time::Instant::now();
    assert_eq!(of_asha.next().await.1, topic);
    assert!(started.elapsed() < Duration::from_secs(1));
    ravi.star(&fish).await.assert_ok();
    assert_eq!(of_asha.next().await.1, topic);
    for _ in 0..2 {
        assert_eq!(of_meera.next().await.1, topic);
    }
    of_blind.nothing().await;
    // A member who was paused is told of nothing more.
    group.set(&site, "asha@example.org", "paused").await;
    ravi.reply(&fish, "Which?").await.assert_ok();
    of_asha.nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_stars_changes_and_moderation_arrive_within_a_second() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    let blind = group.member(&site, "blind@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let fish = message_id(&site, "Fish").await;
    let mut of_asha = Stream::open(&site, &asha, "").await;
    let mut of_blind = Stream::open(&site, &blind, "").await;
    of_asha.settle().await;
    of_blind.settle().await;
    let topic = format!("coldcall/{prompt}/{}", group.id);
    ravi.reply(&fish, "Which?").await.assert_ok();
    let which = message_id(&site, "Which?").await;
    let of = |message: &str, name: &'static str, value: &'static str| {
        vec![("message", message.to_owned()), (name, value.to_owned())]
    };
    let act = |act: &'static str| {
        let fields = [
            ("course", "small"),
            ("messages[]", which.as_str()),
            ("act", act),
            ("reason", "Because"),
        ];
        fields
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec()
    };
    for (function, fields) in [
        ("", Vec::new()),
        ("coldcall/api/star_message", of(&fish, "starred", "true")),
        ("coldcall/api/star_message", of(&fish, "starred", "false")),
        (
            "coldcall/api/edit_message",
            of(&which, "text", "Which ones?"),
        ),
        ("teach/api/moderate_messages", act("hide")),
        ("teach/api/moderate_messages", act("restore")),
        ("teach/api/moderate_messages", act("pin")),
        ("coldcall/api/delete_message", of(&which, "text", "")),
    ] {
        let browser = match function.starts_with("teach/") {
            true => &mut meera,
            false => &mut ravi,
        };
        let fields: Vec<(&str, &str)> = (fields.iter())
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        if !function.is_empty() {
            browser.post(function, &fields).await.assert_ok();
        }
        let started = std::time::Instant::now();
        assert_eq!(of_asha.next().await.1, topic, "{function} {fields:?}");
        assert!(started.elapsed() < Duration::from_secs(1), "{function}");
    }
    of_asha.nothing().await;
    of_blind.nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_posted_to_one_replica_arrives_from_the_other() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let mut of_asha = Stream::open_on(site.replica(), &asha, "").await;
    of_asha.settle().await;
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let topic = format!("coldcall/{prompt}/{}", group.id);
    assert_eq!(of_asha.next().await.1, topic);
    of_asha.nothing().await;
    // One connection of each process listens. The first one has no stream, so it does not.
    let listening = "select count(*) from pg_stat_activity
                     where datname = current_database() and query = 'listen lyceum_live'";
    assert_eq!(site.test.count(listening).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_connection_resumes_without_loss() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let last = "select event_id from live_events order by event_id desc limit 1";
    let before = site.test.text(last).await;
    ravi.answer(&prompt, "Fun").await.assert_ok();
    let missed = site.test.text(last).await;
    let mut again = Stream::open(&site, &asha, &before).await;
    let (id, topic) = again.next().await;
    assert_eq!(id, missed);
    assert!(topic.starts_with("coldcall/"));
    again.nothing().await;
    // After a long absence a browser loads everything again.
    let long_ago = "01900000-0000-7000-8000-000000000000";
    let mut old = Stream::open(&site, &asha, long_ago).await;
    assert_eq!(old.next().await.1, "*");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_for_tutors_is_announced_to_its_author_and_tutors() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    prompt_is(&site, "visibility = 'tutors_only'").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let mut ravi = group.member(&site, "ravi@example.org").await;
    let meera = tutor(&site, "meera@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let mut of_asha = Stream::open(&site, &asha, "").await;
    let mut of_meera = Stream::open(&site, &meera, "").await;
    of_asha.settle().await;
    of_meera.settle().await;
    ravi.answer(&prompt, "Fun").await.assert_ok();
    of_asha.nothing().await;
    let fun = message_id(&site, "Fun").await;
    assert!(of_meera.next().await.1.ends_with(&fun));
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_times_are_announced() {
    let (site, group) = site_with_cohort().await;
    let prompt = prompt_id(&site, "Why do").await;
    let mut asha = group.member(&site, "asha@example.org").await;
    let blind = group.member(&site, "blind@example.org").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    asha.answer(&prompt, "Fish").await.assert_ok();
    let mut of_asha = Stream::open(&site, &asha, "").await;
    let mut of_blind = Stream::open(&site, &blind, "").await;
    of_asha.settle().await;
    let times = [
        ("course", "small"),
        ("cohort", group.id.as_str()),
        ("whom", "batch-2"),
        ("cold_calls[0][id]", prompt.as_str()),
        ("cold_calls[0][opens_at]", ""),
        ("cold_calls[0][closes_at]", "2098-05-01T10:00"),
    ];
    let saved = meera.post("schedule/api/save_schedule", &times).await;
    saved.assert_ok();
    // Also a member who has not answered is told, because their box depends on it.
    let topic = format!("coldcall/{prompt}/{}/state", group.id);
    assert_eq!(of_asha.next().await.1, topic);
    assert_eq!(of_blind.next().await.1, topic);
    // Saving the same times again announces nothing.
    meera
        .post("schedule/api/save_schedule", &times)
        .await
        .assert_ok();
    let begin = topic_id(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("id", prompt.as_str()),
        ("form[topic]", begin.as_str()),
        ("form[prompt]", "Why do pelicans dive?"),
        ("form[closes_at]", "2098-06-01T10:00"),
        ("form[visibility]", "named"),
    ];
    let saved = meera.post("teach/api/save_prompt", &fields).await;
    saved.assert_ok();
    assert_eq!(of_asha.next().await.1, topic);
    assert_eq!(of_blind.next().await.1, topic);
    of_asha.nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_needs_somebody_signed_in() {
    let (site, _) = site_with_cohort().await;
    let refused = site.visitor().get("/live").await;
    assert_eq!(refused.status, 401);
}
