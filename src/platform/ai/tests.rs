//! Replies of a local server: complete ones, and every way in which they can fail.

use std::time::Instant;

use tokio::sync::mpsc;

use super::testing::{KEY, ModelServer, Scripted};
use super::{ChatAsk, ChatAuthor, ChatProblem, ChatReply, TokenCount, TokenPrice};
use crate::platform::db::testing::config_for;

async fn ask(server: &ModelServer) -> (String, ChatReply) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_for("unused", folder.path()).ai;
    server.configure(&mut config);
    config.seconds = 5;
    let ask = ChatAsk {
        messages: vec![
            (ChatAuthor::Rules, "Answer in JSON.".to_owned()),
            (ChatAuthor::Material, "{}".to_owned()),
        ],
        is_json: true,
        most_tokens: 100,
        model: None,
    };
    let (sender, mut pieces) = mpsc::channel::<String>(8);
    let chat = config.chat().unwrap();
    let read = async {
        let mut text = String::new();
        while let Some(piece) = pieces.recv().await {
            text.push_str(&piece);
        }
        text
    };
    let (reply, text) = tokio::join!(chat.reply(&ask, sender), read);
    (text, reply)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_arrives_in_pieces_and_its_tokens_are_counted() {
    let server = ModelServer::start([Scripted::Text("Ünder the hood.".to_owned())]).await;
    let (text, reply) = ask(&server).await;
    assert_eq!(text, "Ünder the hood.");
    assert_eq!(reply.outcome, Ok(()));
    let counted = TokenCount {
        read: 900,
        written: 100,
    };
    assert_eq!(reply.tokens, counted);
    let asked = server.asked();
    assert_eq!(asked[0]["model"], "scripted");
    assert_eq!(asked[0]["max_tokens"], 100);
    assert_eq!(asked[0]["response_format"]["type"], "json_object");
    assert!(!asked[0].to_string().contains(KEY));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_server_is_asked_again_after_the_time_it_names() {
    let server = ModelServer::start([
        Scripted::Status(429, Some(1)),
        Scripted::Status(503, Some(0)),
        Scripted::Text("Yes.".to_owned()),
    ])
    .await;
    let begin = Instant::now();
    let (text, reply) = ask(&server).await;
    assert_eq!((text.as_str(), reply.outcome), ("Yes.", Ok(())));
    assert!(begin.elapsed().as_millis() >= 1_000);
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_for_too_long_a_wait_counts_as_busy() {
    let server = ModelServer::start([Scripted::Status(429, Some(3_600))]).await;
    let begin = Instant::now();
    let (_, reply) = ask(&server).await;
    assert_eq!(reply.outcome, Err(ChatProblem::Busy));
    assert_eq!(reply.tokens, TokenCount::default());
    assert!(begin.elapsed().as_secs() < 4);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_has_its_name() {
    for (scripted, problem) in [
        (Scripted::Status(500, Some(0)), ChatProblem::Failed),
        (Scripted::Status(401, None), ChatProblem::Refused),
        (Scripted::Malformed, ChatProblem::Failed),
        (
            Scripted::BreaksOff("Half of".to_owned()),
            ChatProblem::BrokenOff,
        ),
        (Scripted::Stalls("Half of".to_owned()), ChatProblem::TooSlow),
        (Scripted::Endless, ChatProblem::TooLong),
    ] {
        let server = ModelServer::start([scripted.clone()]).await;
        let (_, reply) = ask(&server).await;
        assert_eq!(reply.outcome, Err(problem), "{scripted:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_without_end_is_cut() {
    let server = ModelServer::start([Scripted::EndlessLine]).await;
    let (text, reply) = ask(&server).await;
    assert!(text.is_empty());
    assert!(
        matches!(
            reply.outcome,
            Err(ChatProblem::BrokenOff | ChatProblem::TooSlow)
        ),
        "{reply:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pays_for_a_server_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_for("unused", folder.path()).ai;
    config.chat_model = Some("absent".to_owned());
    config.seconds = 5;
    let ask = ChatAsk {
        messages: Vec::new(),
        is_json: false,
        most_tokens: 1,
        model: None,
    };
    let (sender, _pieces) = mpsc::channel(1);
    let reply = config.chat().unwrap().reply(&ask, sender).await;
    assert_eq!(reply.outcome, Err(ChatProblem::Unreachable));
    assert_eq!(reply.tokens, TokenCount::default());
}

#[test]
fn without_a_model_there_is_no_chat() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_for("unused", folder.path()).ai;
    assert!(config.chat().is_none());
    config.chat_model = Some("  ".to_owned());
    assert!(config.chat().is_none() && config.check().is_ok());
}

#[test]
fn prices_are_exact() {
    let price = |text: &str| text.parse::<TokenPrice>();
    let cents = price("0.15").unwrap();
    assert_eq!((cents.of(1_000_000), cents.of(1)), (150_000, 1));
    assert_eq!(price("3").unwrap().of(2_000), 6_000);
    for wrong in ["", ".5", "1.", "-1", "0,15", "1e3", "0.1234567", "9999999"] {
        assert!(price(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn settings_of_the_model_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_for("unused", folder.path()).ai;
    config.chat_model = Some("m".to_owned());
    config.input_price = Some("1".parse().unwrap());
    assert!(config.check().unwrap_err().contains("OUTPUT_PRICE"));
    config.output_price = config.input_price;
    assert!(config.check().is_ok());
    config.api_key = Some("a b".to_owned().into());
    let problem = config.check().unwrap_err();
    assert!(problem.contains("OPENAI_API_KEY") && !problem.contains("a b"));
    assert!(!format!("{config:?}").contains("a b"));
}
