//! A server that speaks the protocol of OpenAI, whose replies a test writes in advance.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use crate::platform::config::{AiConfig, Secret};

/// Key that requests must have.
pub const KEY: &str = "sk-test-4711";

/// The server's behavior at one request.
#[derive(Debug, Clone)]
pub enum Scripted {
    /// Streams this text in pieces of some characters, and ends well.
    Text(String),
    /// Streams this text and closes the connection.
    BreaksOff(String),
    /// Streams this text and then says nothing more.
    Stalls(String),
    /// Streams spaces for ever.
    Endless,
    /// One line without an end.
    EndlessLine,
    /// An event that is no JSON.
    Malformed,
    /// Calls a tool that nobody has offered.
    CallsTool,
    /// Refuses, with the seconds to wait if they are given.
    Status(u16, Option<u32>),
}

#[derive(Default)]
struct Script {
    replies: VecDeque<Scripted>,
    asked: Vec<Value>,
}

/// The running server.
#[derive(Clone)]
pub struct ModelServer {
    script: Arc<Mutex<Script>>,
    port: u16,
}

impl ModelServer {
    /// Starts a server that gives these replies in turn, and then the last one for ever.
    pub async fn start(replies: impl IntoIterator<Item = Scripted>) -> Self {
        let script = Script {
            replies: replies.into_iter().collect(),
            asked: Vec::new(),
        };
        let script = Arc::new(Mutex::new(script));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let app = Router::new()
            .route("/v1/chat/completions", post(reply))
            .with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { script, port }
    }

    /// Makes the configuration use this server.
    pub fn configure(&self, ai: &mut AiConfig) {
        ai.chat_model = Some("scripted".to_owned());
        ai.api_key = Some(Secret::from(KEY.to_owned()));
        ai.base_url = format!("http://127.0.0.1:{}/v1/", self.port)
            .parse()
            .unwrap();
    }

    /// The requests that arrived.
    pub fn asked(&self) -> Vec<Value> {
        self.script.lock().unwrap().asked.clone()
    }

    /// Gives these replies from now on.
    pub fn then(&self, replies: impl IntoIterator<Item = Scripted>) {
        self.script.lock().unwrap().replies = replies.into_iter().collect();
    }
}

async fn reply(
    State(script): State<Arc<Mutex<Script>>>,
    headers: HeaderMap,
    axum::Json(body): axum::Json<Value>,
) -> Response {
    let authorization = headers.get(header::AUTHORIZATION).unwrap();
    assert_eq!(authorization, &format!("Bearer {KEY}"));
    let next = {
        let mut script = script.lock().unwrap();
        script.asked.push(body);
        match script.replies.len() {
            0 | 1 => script.replies.front().cloned(),
            _ => script.replies.pop_front(),
        }
    };
    match next.unwrap_or(Scripted::Status(500, None)) {
        Scripted::Text(text) => {
            let mut events = pieces(&text);
            events.push(event(
                &json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] }),
            ));
            events.push(event(&json!({ "choices": [], "usage": { "prompt_tokens": 900, "completion_tokens": 100 } })));
            events.push("data: [DONE]\n\n".to_owned());
            answer(Body::from_stream(stream::iter(
                events.into_iter().map(Ok::<_, std::io::Error>),
            )))
        }
        Scripted::BreaksOff(text) => {
            let events = stream::iter(pieces(&text).into_iter().map(Ok));
            // Later than the pieces, which otherwise would not be sent any more.
            let end = stream::once(async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Err(std::io::Error::other("broken"))
            });
            answer(Body::from_stream(events.chain(end)))
        }
        Scripted::Stalls(text) => {
            let events = pieces(&text).into_iter();
            let stream = stream::unfold(events, |mut events| async move {
                match events.next() {
                    Some(event) => Some((Ok::<_, std::io::Error>(event), events)),
                    None => std::future::pending().await,
                }
            });
            answer(Body::from_stream(stream))
        }
        Scripted::Endless => endless(event(
            &json!({ "choices": [{ "delta": { "content": " ".repeat(200) } }] }),
        )),
        Scripted::EndlessLine => endless("x".repeat(100_000)),
        Scripted::CallsTool => {
            let call = json!({ "index": 0, "id": "c1", "type": "function",
                "function": { "name": "print_keys", "arguments": "{}" } });
            let delta = json!({ "content": null, "tool_calls": [call] });
            let called =
                event(&json!({ "choices": [{ "delta": delta, "finish_reason": "tool_calls" }] }));
            answer(Body::from(format!("{called}data: [DONE]\n\n")))
        }
        Scripted::Malformed => answer(Body::from("data: {\"choices\": [{]}\n\n")),
        Scripted::Status(status, wait) => {
            let mut response = (
                StatusCode::from_u16(status).unwrap(),
                axum::Json(json!({ "error": { "message": "no", "type": "test" } })),
            )
                .into_response();
            if let Some(wait) = wait {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, wait.into());
            }
            response
        }
    }
}

fn endless(event: String) -> Response {
    let stream = stream::unfold(event, |event| async move {
        tokio::time::sleep(Duration::from_micros(10)).await;
        Some((Ok::<_, std::io::Error>(event.clone()), event))
    });
    answer(Body::from_stream(stream))
}

fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let pieces = letters.chunks(7).map(|piece| {
        let piece: String = piece.iter().collect();
        event(&json!({ "choices": [{ "index": 0, "delta": { "content": piece } }] }))
    });
    pieces.collect()
}

fn event(value: &Value) -> String {
    format!("data: {value}\n\n")
}

fn answer(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}
