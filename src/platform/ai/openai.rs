//! A model behind the API of OpenAI, which hosted services, Ollama, vLLM and llama.cpp share.
//!
//! Source of the protocol: <https://platform.openai.com/docs/api-reference/chat-streaming>.

use std::time::Duration;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use async_trait::async_trait;
use futures::StreamExt;
use openai_reqwest::{Body, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{Chat, ChatAsk, ChatAuthor, ChatProblem, ChatReply, TokenCount};
use crate::platform::config::AiConfig;

const CONNECT: Duration = Duration::from_secs(5);
/// Longest silence of the server.
const SILENCE: Duration = Duration::from_secs(20);
/// Times that a request is sent to a server that is busy or fails.
const TRIES: u32 = 3;
/// Longest wait that a busy server can ask for. A longer one counts as a failure.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Most bytes that are read of an answer, with the events around each token.
const ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// Most characters of a reply.
const REPLY_CHARACTERS: usize = 24_000;

pub struct OpenAi {
    client: Client<OpenAIConfig>,
    model: String,
    /// Name of the field for the most tokens. OpenAI has renamed it, other servers have not.
    most_tokens: &'static str,
    total: Duration,
}

/// A part of a reply. Servers leave out fields that this does not need.
#[derive(Deserialize)]
struct ReplyPart {
    #[serde(default)]
    choices: Vec<ReplyChoice>,
    usage: Option<ReportedUsage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct ReplyChoice {
    #[serde(default)]
    delta: ReplyDelta,
    finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
struct ReplyDelta {
    content: Option<String>,
}

#[derive(Deserialize)]
struct ReportedUsage {
    #[serde(default)]
    prompt_tokens: u32,
    #[serde(default)]
    completion_tokens: u32,
}

/// The parts of a reply that have arrived.
#[derive(Default)]
struct Arrived {
    /// True once the server has begun to reply.
    has_begun: bool,
    characters: usize,
    reported: Option<TokenCount>,
}

impl OpenAi {
    pub fn new(config: &AiConfig, model: &str) -> Result<Self, String> {
        // Fails only if the process has a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = openai_reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(openai_reqwest::redirect::Policy::none())
            .user_agent("Lyceum")
            .build()
            .map_err(|error| error.to_string())?;
        let api = OpenAIConfig::new()
            .with_api_base(config.base_url.as_str().trim_end_matches('/'))
            .with_api_key(config.key());
        let sender = http.clone();
        let send = tower::service_fn(move |request| send(sender.clone(), request));
        let is_openai = config.base_url.host_str() == Some("api.openai.com");
        Ok(Self {
            client: Client::build(http, api).with_http_service(send),
            model: model.to_owned(),
            most_tokens: match is_openai {
                true => "max_completion_tokens",
                false => "max_tokens",
            },
            total: Duration::from_secs(config.seconds.into()),
        })
    }

    fn body(&self, ask: &ChatAsk) -> Value {
        let messages: Vec<Value> = (ask.messages.iter())
            .map(|(author, text)| {
                let role = match author {
                    ChatAuthor::Rules => "system",
                    ChatAuthor::Material => "user",
                };
                json!({ "role": role, "content": text })
            })
            .collect();
        let mut body = json!({
            "model": ask.model.as_ref().unwrap_or(&self.model),
            "messages": messages,
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        if let Some(body) = body.as_object_mut() {
            body.insert(self.most_tokens.to_owned(), ask.most_tokens.into());
            if ask.is_json {
                let format = json!({ "type": "json_object" });
                body.insert("response_format".to_owned(), format);
            }
        }
        body
    }

    async fn stream(
        &self,
        ask: &ChatAsk,
        pieces: &mpsc::Sender<String>,
        arrived: &mut Arrived,
    ) -> Result<(), ChatProblem> {
        let chat = self.client.chat();
        let body = self.body(ask);
        let asked = chat.create_stream_byot::<_, ReplyPart>(&body).await;
        let mut chunks = asked.map_err(|error| problem(&error))?;
        let mut is_finished = false;
        loop {
            let next = tokio::select! {
                next = timeout(SILENCE, chunks.next()) => next.map_err(|_| ChatProblem::TooSlow)?,
                () = pieces.closed() => return Err(ChatProblem::Stopped),
            };
            let Some(chunk) = next else { break };
            let chunk = chunk.map_err(|error| problem(&error))?;
            arrived.has_begun = true;
            if chunk.error.is_some() {
                return Err(ChatProblem::Failed);
            }
            if let Some(usage) = chunk.usage {
                arrived.reported = Some(TokenCount {
                    read: usage.prompt_tokens,
                    written: usage.completion_tokens,
                });
            }
            for choice in chunk.choices {
                if let Some(text) = choice.delta.content.filter(|text| !text.is_empty()) {
                    arrived.characters += text.chars().count();
                    if arrived.characters > REPLY_CHARACTERS {
                        return Err(ChatProblem::TooLong);
                    }
                    let sent = pieces.send(text).await;
                    sent.map_err(|_| ChatProblem::Stopped)?;
                }
                match choice.finish_reason.as_deref() {
                    None => {}
                    Some("length") => return Err(ChatProblem::TooLong),
                    Some(_) => is_finished = true,
                }
            }
        }
        match is_finished {
            true => Ok(()),
            false => Err(ChatProblem::BrokenOff),
        }
    }
}

#[async_trait]
impl Chat for OpenAi {
    async fn reply(&self, ask: &ChatAsk, pieces: mpsc::Sender<String>) -> ChatReply {
        let mut arrived = Arrived::default();
        let streamed = timeout(self.total, self.stream(ask, &pieces, &mut arrived)).await;
        let outcome = streamed.unwrap_or(Err(ChatProblem::TooSlow));
        if let Err(problem) = outcome {
            tracing::warn!(model = self.model, %problem, "a reply of the model failed");
        }
        let tokens = match (arrived.reported, arrived.has_begun) {
            (Some(reported), _) => reported,
            (None, true) => ask.tokens_with(arrived.characters),
            (None, false) => TokenCount::default(),
        };
        ChatReply { outcome, tokens }
    }
}

fn problem(error: &OpenAIError) -> ChatProblem {
    match error {
        OpenAIError::Boxed(error) => match error.downcast_ref::<ChatProblem>() {
            Some(problem) => *problem,
            None => ChatProblem::Failed,
        },
        OpenAIError::Reqwest(_) => ChatProblem::Unreachable,
        OpenAIError::StreamError(_) => ChatProblem::BrokenOff,
        _ => ChatProblem::Failed,
    }
}

/// Sends a request, again if the server is busy or fails.
async fn send(
    http: openai_reqwest::Client,
    request: HttpRequestFactory,
) -> Result<Response, OpenAIError> {
    let mut tried = 0;
    loop {
        tried += 1;
        let sent = timeout(SILENCE, http.execute(request.build().await?)).await;
        let (problem, wait) = match sent {
            Ok(Ok(response)) if response.status().is_success() => return Ok(capped(response)),
            Ok(Ok(response)) => {
                tracing::warn!(
                    status = response.status().as_u16(),
                    "the model's server refused"
                );
                (refusal(response.status()), asked_wait(&response))
            }
            Ok(Err(_)) => (ChatProblem::Unreachable, None),
            Err(_) => (ChatProblem::TooSlow, None),
        };
        let wait = wait.unwrap_or_else(|| Duration::from_millis(250) * 2_u32.pow(tried));
        let is_passing = matches!(
            problem,
            ChatProblem::Busy | ChatProblem::Failed | ChatProblem::Unreachable
        );
        if !is_passing || tried >= TRIES || wait > LONGEST_WAIT {
            return Err(OpenAIError::Boxed(Box::new(problem)));
        }
        tokio::time::sleep(wait).await;
    }
}

fn refusal(status: StatusCode) -> ChatProblem {
    match status.as_u16() {
        408 | 429 => ChatProblem::Busy,
        500.. => ChatProblem::Failed,
        _ => ChatProblem::Refused,
    }
}

/// The wait that the server asks for in seconds. Waits until a date are left to our own pauses.
fn asked_wait(response: &Response) -> Option<Duration> {
    let header = response.headers().get(header::RETRY_AFTER)?;
    let seconds: u64 = header.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Ends the body with an error after [`ANSWER_BYTES`], because the reader of events keeps a line
/// until it ends.
fn capped(response: Response) -> Response {
    let mut left = ANSWER_BYTES;
    let body = response.bytes_stream().map(move |bytes| {
        let bytes = bytes.map_err(std::io::Error::other)?;
        left = left
            .checked_sub(bytes.len())
            .ok_or_else(|| std::io::Error::other("the answer is too long"))?;
        Ok::<_, std::io::Error>(bytes)
    });
    axum::http::Response::new(Body::wrap_stream(body)).into()
}
