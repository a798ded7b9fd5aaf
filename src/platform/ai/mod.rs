//! Language models. [`Chat`] is a model that replies piece by piece; [`openai`] reaches one through
//! its API. Without a configured model there is none, and features answer by themselves.

mod breaker;
mod openai;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod usage;

use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use async_trait::async_trait;
use tokio::sync::mpsc;

use self::breaker::Breaker;
use crate::platform::config::AiConfig;

/// Characters that count as a token where the server does not count.
const CHARACTERS_PER_TOKEN: usize = 4;

/// The author of a message to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatAuthor {
    /// The rules that the model follows.
    Rules,
    /// Texts to which the rules are applied.
    Material,
}

/// A request to a model.
#[derive(Debug, Clone)]
pub struct ChatAsk {
    pub messages: Vec<(ChatAuthor, String)>,
    /// True if the reply must be a JSON object.
    pub is_json: bool,
    /// Most tokens of the reply.
    pub most_tokens: u32,
    /// Name of the model; None for the one that is configured.
    pub model: Option<String>,
}

impl ChatAsk {
    /// Tokens of the messages and of a reply of this many characters, estimated.
    pub fn tokens_with(&self, characters: usize) -> TokenCount {
        let read = self.messages.iter().map(|(_, text)| text.chars().count());
        let estimate = |characters: usize| {
            u32::try_from(characters.div_ceil(CHARACTERS_PER_TOKEN)).unwrap_or(u32::MAX)
        };
        TokenCount {
            read: estimate(read.sum()),
            written: estimate(characters),
        }
    }
}

/// Tokens that a request has used. Estimated from the characters if the server does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TokenCount {
    pub read: u32,
    pub written: u32,
}

/// The end of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatReply {
    pub outcome: Result<(), ChatProblem>,
    pub tokens: TokenCount,
}

/// A reason why a reply did not arrive, or not all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChatProblem {
    #[error("the server of the model can't be reached")]
    Unreachable,
    #[error("the server of the model is busy")]
    Busy,
    #[error("the server of the model refused the request")]
    Refused,
    #[error("the server of the model failed")]
    Failed,
    #[error("the reply took too long")]
    TooSlow,
    #[error("the reply is too long")]
    TooLong,
    #[error("the reply ended early")]
    BrokenOff,
    #[error("nobody waits for the reply any more")]
    Stopped,
}

impl ChatProblem {
    /// Name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Busy => "busy",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::TooSlow => "too_slow",
            Self::TooLong => "too_long",
            Self::BrokenOff => "broken_off",
            Self::Stopped => "stopped",
        }
    }

    /// Whether the next request would probably fail as well.
    fn is_of_server(self) -> bool {
        !matches!(self, Self::TooLong | Self::Stopped)
    }
}

/// A language model.
#[async_trait]
pub trait Chat: Send + Sync {
    /// Sends the reply in pieces of text, and ends when it is complete. Ends early when the
    /// receiver is dropped.
    async fn reply(&self, ask: &ChatAsk, pieces: mpsc::Sender<String>) -> ChatReply;
}

/// The connection of a process to its model, with the record of the last failures.
#[derive(Clone, Default)]
pub struct ModelProcess(Arc<Process>);

#[derive(Default)]
struct Process {
    chat: OnceLock<Option<Arc<dyn Chat>>>,
    breaker: Breaker,
}

impl std::fmt::Debug for ModelProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ModelProcess")
    }
}

impl AiConfig {
    /// Returns the model that is configured, if there is one.
    pub fn chat(&self) -> Option<Arc<dyn Chat>> {
        self.model()?;
        self.server()
    }

    /// Returns the server of models, for requests that name their model.
    pub fn server(&self) -> Option<Arc<dyn Chat>> {
        let model = self.model().unwrap_or_default();
        let make = || match self.check().and_then(|()| openai::OpenAi::new(self, model)) {
            Ok(chat) => Some(Arc::new(chat) as Arc<dyn Chat>),
            Err(error) => {
                tracing::error!(error, "the model can't be used");
                None
            }
        };
        self.process.0.chat.get_or_init(make).clone()
    }

    /// Returns false for a while after several requests of this process have failed.
    pub fn is_reachable(&self) -> bool {
        self.process.0.breaker.is_closed(Instant::now())
    }

    /// Returns true if a request may be sent now. Its outcome must be reported.
    pub fn may_ask(&self) -> bool {
        self.process.0.breaker.admits(Instant::now())
    }

    /// Remembers the outcome of a request.
    pub fn report(&self, outcome: Result<(), ChatProblem>) {
        let failed = outcome.is_err_and(ChatProblem::is_of_server);
        self.process.0.breaker.report(failed, Instant::now());
    }

    /// Cost of the tokens in millionths of the currency's unit, rounded up. None without prices.
    pub fn cost(&self, tokens: TokenCount) -> Option<i64> {
        let read = self.input_price?.of(tokens.read);
        let written = self.output_price?.of(tokens.written);
        i64::try_from(read.saturating_add(written)).ok()
    }
}

/// Price of a million tokens, in millionths of the currency's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenPrice(u64);

impl TokenPrice {
    /// Price of this many tokens, rounded up.
    fn of(self, tokens: u32) -> u64 {
        let price = u128::from(self.0) * u128::from(tokens);
        u64::try_from(price.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

impl FromStr for TokenPrice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "A price is a number such as 0.15, with at most six decimals.".to_owned();
        let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
        let is_number = |digits: &str, most: usize| {
            (1..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_number(whole, 6) || !is_number(part, 6) {
            return Err(wrong());
        }
        let whole: u64 = whole.parse().map_err(|_| wrong())?;
        let part: u64 = format!("{part:0<6}").parse().map_err(|_| wrong())?;
        Ok(Self(whole * 1_000_000 + part))
    }
}
