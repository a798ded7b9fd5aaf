//! The configuration of a running Lyceum: command-line options, each with an environment variable of its own.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    #[command(flatten)]
    pub database: DatabaseConfig,
    #[command(flatten)]
    pub log: LogConfig,
    /// Folder for what Lyceum writes itself: files, mails that can't be sent.
    #[arg(long, env = "LYCEUM_DATA_DIR", default_value = "var", global = true)]
    pub data_dir: PathBuf,
    /// Where people reach the first organization, for links in mails. Other organizations use their domain.
    #[arg(
        long,
        env = "LYCEUM_URL",
        default_value = "http://127.0.0.1:3000",
        global = true
    )]
    pub public_url: url::Url,
    #[command(flatten)]
    pub mail: MailConfig,
    /// Object store for files: empty for a folder under the data folder, or s3://bucket/prefix with the usual AWS_* variables.
    #[arg(long, env = "LYCEUM_FILES_URL", global = true)]
    pub files_url: Option<url::Url>,
    /// Folder of fonts for the letters that the fonts of certificates lack. Default: the folders of the system's fonts.
    #[arg(long, env = "LYCEUM_FONTS_DIR", global = true)]
    pub fonts_dir: Option<PathBuf>,
}

#[derive(Debug, Clone, clap::Args)]
pub struct DatabaseConfig {
    /// Address of the database as its owner: migrations use it, and the other two addresses derive from it.
    #[arg(
        long = "database-url",
        env = "DATABASE_URL",
        hide_env_values = true,
        global = true
    )]
    pub owner_url: Option<String>,
    /// Address as the role lyceum_app. Default: DATABASE_URL's, with a password derived from the owner's.
    #[arg(
        long = "database-app-url",
        env = "DATABASE_APP_URL",
        hide_env_values = true,
        global = true
    )]
    pub app_url: Option<String>,
    /// Address as the role lyceum_system. Default: likewise.
    #[arg(
        long = "database-system-url",
        env = "DATABASE_SYSTEM_URL",
        hide_env_values = true,
        global = true
    )]
    pub system_url: Option<String>,
    /// Address past a transaction pooler, for listening. Default: the system role's address.
    #[arg(
        long = "database-direct-url",
        env = "DATABASE_DIRECT_URL",
        hide_env_values = true,
        global = true
    )]
    pub direct_url: Option<String>,
    /// Connections of one process.
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
    /// What is logged, as in lyceum=info,tower_http=debug.
    #[arg(
        long = "log",
        env = "LYCEUM_LOG",
        default_value = "info,lyceum=info",
        global = true
    )]
    pub filter: String,
    /// How it is written.
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
    /// SMTP server, as in smtps://user:password@mail.example.org. Without it mails are written to the data folder.
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
    /// Also write the links of unsendable mails to the log, for an operator without SMTP.
    #[arg(long, env = "LYCEUM_PRINT_LINKS", global = true)]
    pub print_links: bool,
}

#[derive(Debug, Clone, clap::Args)]
pub struct ServeConfig {
    /// Address to serve on.
    #[arg(long, env = "LYCEUM_ADDR")]
    pub addr: Option<SocketAddr>,
    /// Address for Prometheus metrics, apart from the public one. Default: none are served.
    #[arg(long, env = "LYCEUM_METRICS_ADDR")]
    pub metrics_addr: Option<SocketAddr>,
    /// Addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, separated by commas.
    #[arg(long, env = "LYCEUM_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,
    /// Background jobs that this process runs at once; 0 leaves them to `lyceum worker`.
    #[arg(long, env = "LYCEUM_WORKERS", default_value_t = 2)]
    pub workers: usize,
    /// Development: shows mails at /_mail and, in a development build, the components at /_ui.
    #[arg(long, env = "LYCEUM_DEV")]
    pub dev: bool,
}
