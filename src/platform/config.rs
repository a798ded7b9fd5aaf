//! The configuration of a running Lyceum: command-line options, each with its own environment
//! variable. The comments on the fields are the help texts of the command line.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use super::ai::{ModelProcess, TokenPrice};

#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    #[command(flatten)]
    pub database: DatabaseConfig,
    #[command(flatten)]
    pub log: LogConfig,
    /// Folder for the files that Lyceum writes, such as uploads and mails without an SMTP server.
    #[arg(long, env = "LYCEUM_DATA_DIR", default_value = "var", global = true)]
    pub data_dir: PathBuf,
    /// Address of the first organization, for links in mails. Other organizations use their domain.
    #[arg(
        long,
        env = "LYCEUM_URL",
        default_value = "http://127.0.0.1:3000",
        global = true
    )]
    pub public_url: url::Url,
    #[command(flatten)]
    pub mail: MailConfig,
    /// Object store for files, such as s3://bucket/prefix with the usual AWS_* variables. Default:
    /// a folder below the data folder.
    #[arg(long, env = "LYCEUM_FILES_URL", global = true)]
    pub files_url: Option<url::Url>,
    /// Folder of fonts for the letters that the fonts of certificates lack. Default: the folders of
    /// the system's fonts.
    #[arg(long, env = "LYCEUM_FONTS_DIR", global = true)]
    pub fonts_dir: Option<PathBuf>,
    #[command(flatten)]
    pub documents: DocumentsConfig,
    #[command(flatten)]
    pub stripe: StripeConfig,
    #[command(flatten)]
    pub ai: AiConfig,
}

impl Config {
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// Returns true if browsers on other machines would send passwords without encryption.
    pub fn sends_secrets_in_the_clear(&self) -> bool {
        self.public_url.scheme() == "http" && !is_loopback(&self.public_url)
    }
}

fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[derive(Debug, Clone, Default, clap::Args)]
pub struct DocumentsConfig {
    /// Folders on this server below which admins may watch folders, separated by colons. Without
    /// it, no folder can be watched.
    #[arg(
        long = "watch-roots",
        env = "LYCEUM_WATCH_ROOTS",
        value_delimiter = ':',
        global = true
    )]
    pub watch_roots: Vec<PathBuf>,
    /// Let tutors and admins take in web pages of private networks too, such as an intranet. Pages
    /// of this machine stay out.
    #[arg(long = "fetch-private", env = "LYCEUM_FETCH_PRIVATE", global = true)]
    pub fetch_private: bool,
}

#[derive(Debug, Clone, clap::Args)]
pub struct DatabaseConfig {
    /// Address of the database as its owner. Migrations use it, and the other two addresses derive
    /// from it.
    #[arg(
        long = "database-url",
        env = "DATABASE_URL",
        hide_env_values = true,
        global = true
    )]
    pub owner_url: Option<String>,
    /// Address as the role lyceum_app. Default: the owner's address with a derived password.
    #[arg(
        long = "database-app-url",
        env = "DATABASE_APP_URL",
        hide_env_values = true,
        global = true
    )]
    pub app_url: Option<String>,
    /// Address as the role lyceum_system. Default: the owner's address with a derived password.
    #[arg(
        long = "database-system-url",
        env = "DATABASE_SYSTEM_URL",
        hide_env_values = true,
        global = true
    )]
    pub system_url: Option<String>,
    /// Address for listening, which must not go through a transaction pooler. Default: the system
    /// role's address.
    #[arg(
        long = "database-direct-url",
        env = "DATABASE_DIRECT_URL",
        hide_env_values = true,
        global = true
    )]
    pub direct_url: Option<String>,
    /// Number of database connections of one process.
    #[arg(
        long = "database-pool",
        env = "DATABASE_POOL",
        default_value_t = 20,
        global = true
    )]
    pub pool: usize,
}

#[derive(Debug, Clone, clap::Args)]
pub struct LogConfig {
    /// Log filter, such as lyceum=info,tower_http=debug.
    #[arg(
        long = "log",
        env = "LYCEUM_LOG",
        default_value = "info,lyceum=info",
        global = true
    )]
    pub filter: String,
    /// Log format.
    #[arg(
        long = "log-format",
        env = "LYCEUM_LOG_FORMAT",
        value_enum,
        default_value = "pretty",
        global = true
    )]
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Pretty,
    Json,
}

#[derive(Debug, Clone, clap::Args)]
pub struct MailConfig {
    /// SMTP server, such as smtps://user:password@mail.example.org. Without it, mails are written
    /// to the data folder.
    #[arg(long, env = "SMTP_URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<String>,
    /// Sender of mails.
    #[arg(
        long = "mail-from",
        env = "MAIL_FROM",
        default_value = "Lyceum <lyceum@localhost>",
        global = true
    )]
    pub from: String,
    /// Also log the links of mails that cannot be sent, for an operator without SMTP.
    #[arg(long, env = "LYCEUM_PRINT_LINKS", global = true)]
    pub print_links: bool,
}

/// A setting that is never logged.
#[derive(Clone, Default)]
pub struct Secret(String);

impl Secret {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.trim().to_owned())
    }
}

#[derive(Debug, Clone, clap::Args)]
pub struct StripeConfig {
    /// Secret key of a Stripe account, for payments by card. Without it, admins record payments.
    #[arg(
        long = "stripe-secret-key",
        env = "LYCEUM_STRIPE_SECRET_KEY",
        hide_env_values = true,
        global = true
    )]
    pub secret_key: Option<Secret>,
    /// Signing secret of the webhook at /webhooks/stripe. Stripe shows it where the webhook is set
    /// up.
    #[arg(
        long = "stripe-webhook-secret",
        env = "LYCEUM_STRIPE_WEBHOOK_SECRET",
        hide_env_values = true,
        global = true
    )]
    pub webhook_secret: Option<Secret>,
    /// Address of Stripe's API.
    #[arg(
        long = "stripe-api",
        env = "LYCEUM_STRIPE_API",
        default_value = "https://api.stripe.com",
        global = true
    )]
    pub api: url::Url,
}

/// The two secrets of a Stripe account.
#[derive(Debug, Clone)]
pub struct StripeKeys {
    pub secret_key: Secret,
    pub webhook_secret: Secret,
}

impl StripeConfig {
    /// Returns the secrets, or None if payments by card are not set up.
    ///
    /// # Errors
    ///
    /// Says which setting is missing or wrong.
    pub fn keys(&self) -> Result<Option<StripeKeys>, String> {
        let given = |secret: &Option<Secret>| {
            let secret = secret.clone().unwrap_or_default();
            (!secret.0.is_empty()).then_some(secret)
        };
        let (secret_key, webhook_secret) =
            match (given(&self.secret_key), given(&self.webhook_secret)) {
                (None, None) => return Ok(None),
                (Some(secret_key), Some(webhook_secret)) => (secret_key, webhook_secret),
                (Some(_), None) => {
                    return Err(one_of_two(
                        "LYCEUM_STRIPE_SECRET_KEY",
                        "LYCEUM_STRIPE_WEBHOOK_SECRET",
                    ));
                }
                (None, Some(_)) => {
                    return Err(one_of_two(
                        "LYCEUM_STRIPE_WEBHOOK_SECRET",
                        "LYCEUM_STRIPE_SECRET_KEY",
                    ));
                }
            };
        if !["sk_", "rk_"]
            .iter()
            .any(|start| secret_key.0.starts_with(start))
        {
            return Err("LYCEUM_STRIPE_SECRET_KEY is not a secret key of Stripe. A secret key begins with sk_ or rk_.".to_owned());
        }
        if !webhook_secret.0.starts_with("whsec_") {
            return Err("LYCEUM_STRIPE_WEBHOOK_SECRET is not the signing secret of a webhook. It begins with whsec_.".to_owned());
        }
        if self.api.scheme() != "https" && !is_loopback(&self.api) {
            return Err(
                "LYCEUM_STRIPE_API must begin with https, so that the key is encrypted.".to_owned(),
            );
        }
        Ok(Some(StripeKeys {
            secret_key,
            webhook_secret,
        }))
    }

    /// Returns true if people can pay by card.
    pub fn is_on(&self) -> bool {
        matches!(self.keys(), Ok(Some(_)))
    }
}

fn one_of_two(given: &str, missing: &str) -> String {
    format!("{given} is set, but {missing} is not. Set both to take payments by card, or neither.")
}

#[derive(Debug, Clone, clap::Args)]
pub struct AiConfig {
    /// Name of the model that writes the tutor's answers. Without it, the tutor quotes the course.
    #[arg(long = "openai-chat-model", env = "OPENAI_CHAT_MODEL", global = true)]
    pub chat_model: Option<String>,
    /// Address of the model's API, which can be any server that speaks the protocol of OpenAI,
    /// such as http://127.0.0.1:11434/v1 for Ollama.
    #[arg(
        long = "openai-base-url",
        env = "OPENAI_BASE_URL",
        default_value = "https://api.openai.com/v1",
        global = true
    )]
    pub base_url: url::Url,
    /// Key of the model's API. Servers of one's own often need none.
    #[arg(
        long = "openai-api-key",
        env = "OPENAI_API_KEY",
        hide_env_values = true,
        global = true
    )]
    pub api_key: Option<Secret>,
    /// Price of a million tokens that the model reads, such as 0.15. Without it, no cost is shown.
    #[arg(long = "ai-input-price", env = "LYCEUM_AI_INPUT_PRICE", global = true)]
    pub input_price: Option<TokenPrice>,
    /// Price of a million tokens that the model writes.
    #[arg(
        long = "ai-output-price",
        env = "LYCEUM_AI_OUTPUT_PRICE",
        global = true
    )]
    pub output_price: Option<TokenPrice>,
    /// Tokens of the model that one learner may use in 24 hours. Then the tutor quotes the course.
    #[arg(
        long = "ai-learner-tokens",
        env = "LYCEUM_AI_LEARNER_TOKENS",
        default_value_t = 100_000,
        global = true
    )]
    pub learner_tokens: u32,
    /// Tokens of the model that all learners of an organization may use in 24 hours.
    #[arg(
        long = "ai-organization-tokens",
        env = "LYCEUM_AI_ORGANIZATION_TOKENS",
        default_value_t = 5_000_000,
        global = true
    )]
    pub organization_tokens: u32,
    /// Seconds that the model has for an answer, with repeated requests.
    #[arg(
        long = "ai-seconds",
        env = "LYCEUM_AI_SECONDS",
        default_value_t = 60,
        value_parser = clap::value_parser!(u16).range(5..=600),
        global = true
    )]
    pub seconds: u16,
    /// The connection to the model, which this process has once.
    #[arg(skip)]
    pub process: ModelProcess,
}

impl AiConfig {
    /// Name of the model, or None if the tutor quotes the course.
    pub fn model(&self) -> Option<&str> {
        let name = self.chat_model.as_deref().map(str::trim);
        name.filter(|name| !name.is_empty())
    }

    /// The key as it is sent. Empty if there is none.
    pub fn key(&self) -> &str {
        self.api_key.as_ref().map_or("", Secret::expose)
    }

    /// Checks the settings of the model.
    ///
    /// # Errors
    ///
    /// Says which setting is wrong.
    pub fn check(&self) -> Result<(), String> {
        let Some(model) = self.model() else {
            return Ok(());
        };
        if model.chars().count() > 200 {
            return Err("OPENAI_CHAT_MODEL is longer than 200 characters.".to_owned());
        }
        if !matches!(self.base_url.scheme(), "http" | "https") {
            return Err("OPENAI_BASE_URL must begin with http or https.".to_owned());
        }
        if !self.key().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(
                "OPENAI_API_KEY has a character that no key has, such as a space.".to_owned(),
            );
        }
        if self.input_price.is_some() != self.output_price.is_some() {
            return Err(
                "Set both LYCEUM_AI_INPUT_PRICE and LYCEUM_AI_OUTPUT_PRICE, or neither.".to_owned(),
            );
        }
        Ok(())
    }
}

#[derive(Debug, Clone, clap::Args)]
pub struct ServeConfig {
    /// Address to serve on.
    #[arg(long, env = "LYCEUM_ADDR")]
    pub addr: Option<SocketAddr>,
    /// Address for Prometheus metrics, apart from the public one. Default: no metrics.
    #[arg(long, env = "LYCEUM_METRICS_ADDR")]
    pub metrics_addr: Option<SocketAddr>,
    /// Addresses of trusted reverse proxies, separated by commas. Only their X-Forwarded-For and
    /// X-Request-Id headers are used.
    #[arg(long, env = "LYCEUM_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,
    /// Number of background jobs that this process runs at once. With 0, only `lyceum worker` runs
    /// jobs.
    #[arg(long, env = "LYCEUM_WORKERS", default_value_t = 2)]
    pub workers: usize,
    /// Development mode: shows mails at /_mail and, in a development build, the components at /_ui.
    #[arg(long, env = "LYCEUM_DEV")]
    pub dev: bool,
}

#[cfg(test)]
mod tests {
    use super::{Secret, StripeConfig, is_loopback};

    #[test]
    fn payments_by_card_need_both_secrets() {
        let config = |key: Option<&str>, webhook: Option<&str>, api: &str| StripeConfig {
            secret_key: key.map(|key| Secret::from(key.to_owned())),
            webhook_secret: webhook.map(|secret| Secret::from(secret.to_owned())),
            api: api.parse().unwrap(),
        };
        let api = "https://api.stripe.com";
        let both = config(Some("sk_test_1"), Some("whsec_1"), api);
        assert!(both.is_on());
        assert!(!format!("{both:?}").contains("_1"), "{both:?}");
        for (key, webhook) in [(None, None), (Some(""), Some(" "))] {
            assert!(matches!(config(key, webhook, api).keys(), Ok(None)));
        }
        for (key, webhook, api, sentence) in [
            (
                Some("sk_1"),
                None,
                api,
                "LYCEUM_STRIPE_WEBHOOK_SECRET is not.",
            ),
            (
                Some(""),
                Some("whsec_1"),
                api,
                "LYCEUM_STRIPE_SECRET_KEY is not.",
            ),
            (Some("pk_1"), Some("whsec_1"), api, "begins with sk_ or rk_"),
            (Some("sk_1"), Some("sk_1"), api, "begins with whsec_"),
            (
                Some("sk_1"),
                Some("whsec_1"),
                "http://pay.example",
                "must begin with https",
            ),
        ] {
            let problem = config(key, webhook, api).keys().unwrap_err();
            assert!(problem.contains(sentence), "{problem}");
            assert!(!problem.contains("_1"), "{problem}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let is_loopback = |address: &str| is_loopback(&address.parse().unwrap());
        for here in [
            "http://127.0.0.1:3000",
            "http://127.1.2.3",
            "http://localhost:3000",
            "http://lyceum.localhost",
            "http://[::1]:3000",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(is_loopback(here), "{here}");
        }
        for elsewhere in [
            "http://learn.example.org",
            "http://192.168.0.2:3000",
            "http://localhost.example.org",
            "http://notlocalhost",
            "http://[2001:db8::1]",
        ] {
            assert!(!is_loopback(elsewhere), "{elsewhere}");
        }
    }
}
