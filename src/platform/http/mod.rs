//! The web server: the state that all requests share, the context of one request, and the router.

pub mod assets;
pub mod connections;
pub mod dev;
pub mod downloads;
pub mod flash;
pub mod layers;
pub mod metrics;
pub mod patience;
pub mod server_fns;
pub mod uploads;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRef;
use axum::http::request::Parts;
use leptos::prelude::{LeptosOptions, use_context};
use tower_sessions::Session;

use crate::auth::Viewer;
use crate::auth::viewing::Viewing;
use crate::config::Config;
use crate::db::organizations::{Directory, Organization};
use crate::db::{Conn, Db, Work};
use crate::error::{AppError, AppResult};
use crate::files::Files;
use crate::live::Live;

/// The state that all requests share.
#[derive(Clone)]
pub struct AppState {
    pub db: Db,
    pub config: Arc<Config>,
    pub directory: Directory,
    pub files: Files,
    pub live: Live,
    pub leptos: LeptosOptions,
    pub site: Arc<Site>,
}

/// Settings of this server process.
pub struct Site {
    pub trusted_proxies: Vec<IpAddr>,
    pub dev: bool,
    pub limits: connections::TimeLimits,
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

/// The client that sent a request.
#[derive(Debug, Clone)]
pub struct Client {
    pub address: IpAddr,
    pub user_agent: Option<String>,
    pub request_id: String,
}

/// The context of one request: its organization, session and user.
#[derive(Clone)]
pub struct Cx {
    pub app: AppState,
    pub organization: Organization,
    pub client: Client,
    pub session: Session,
    pub viewer: Option<Viewer>,
    pub flash: Option<flash::Flash>,
    /// Set while the person looks at a course as somebody else.
    pub viewing: Option<Viewing>,
}

impl Cx {
    /// The context of the current request, in a page or a server function.
    pub fn current() -> AppResult<Self> {
        Self::current_if_any().ok_or_else(|| AppError::internal("no request context"))
    }

    /// Like `current`, but None outside of a request, such as when routes are listed at start-up.
    pub fn current_if_any() -> Option<Self> {
        use_context::<Parts>().and_then(|parts| parts.extensions.get::<Self>().cloned())
    }

    /// Runs `work` in a transaction of this request's organization.
    pub async fn within<F, R>(&self, work: F) -> AppResult<R>
    where
        for<'r> F: AsyncFnOnce(&'r mut Conn) -> AppResult<R>
            + Work<&'r mut Conn, AppResult<R>, Fut: Send>
            + Send,
        R: Send,
    {
        self.app
            .db
            .within(self.organization.organization_id, work)
            .await
    }

    /// Returns false while the person looks at a course as somebody else. Pages that are loaded
    /// then write nothing, such as that something was read.
    pub fn may_write(&self) -> bool {
        self.viewing.is_none()
    }

    /// An address of this organization for mails. Uses the configured domain, never the request's
    /// Host, which anybody can set.
    pub fn link(&self, path: &str) -> String {
        link(&self.app.config, &self.organization, path)
    }
}

pub fn link(config: &Config, organization: &Organization, path: &str) -> String {
    let mut url = config.public_url.clone();
    if let Some(domain) = &organization.domain {
        // A check in the database ensures that the domain is a host name. The port of the public
        // address is not that of the domain.
        if url.set_host(Some(domain)).is_ok() {
            let _ = url.set_port(None);
        }
    }
    format!("{}{path}", url.as_str().trim_end_matches('/'))
}

tokio::task_local! {
    static CURRENT: Current;
}

/// The part of the context for code that gets no [`Cx`] passed.
#[derive(Clone)]
struct Current {
    organization: crate::ids::OrganizationId,
    client: Client,
}

/// The organization of the current request, if any.
pub fn current_organization() -> Option<crate::ids::OrganizationId> {
    CURRENT.try_with(|current| current.organization).ok()
}

pub fn current_client() -> Option<Client> {
    CURRENT.try_with(|current| current.client.clone()).ok()
}

/// The reference of the current request, which error pages and the log show.
pub fn request_id() -> String {
    CURRENT
        .try_with(|current| current.client.request_id.clone())
        .ok()
        .or_else(|| {
            let parts = use_context::<Parts>()?;
            parts
                .extensions
                .get::<Cx>()
                .map(|cx| cx.client.request_id.clone())
        })
        .unwrap_or_else(|| "none".to_owned())
}
