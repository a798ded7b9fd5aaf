//! The whole site on a database of its own, tested over HTTP without a browser.

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::connect_info::MockConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use leptos::prelude::LeptosOptions;
use leptos::server_fn;
use tower::ServiceExt;

use crate::platform::auth::store::{self, NewAccount};
use crate::platform::auth::{UserRole, password};
use crate::platform::config::ServeConfig;
use crate::platform::db::testing::TestDb;
use crate::platform::error::AppResult;
use crate::platform::http::AppState;
use crate::platform::ids::{OrganizationId, UserId};
use crate::platform::jobs::Workers;
use crate::platform::mail::Mailer;
use crate::server;

pub const PASSWORD: &str = "correct horse battery";

pub struct TestSite {
    pub test: TestDb,
    pub state: AppState,
    router: Router,
}

pub struct TestAnswer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl TestAnswer {
    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Panics with the body of the answer unless its status is 200.
    #[track_caller]
    pub fn assert_ok(&self) {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
    }
}

fn state_on(test: &TestDb) -> AppState {
    let serve = ServeConfig {
        addr: None,
        metrics_addr: None,
        trusted_proxies: vec!["10.0.0.1".parse().expect("an address")],
        workers: 0,
        dev: true,
    };
    let options = LeptosOptions::builder().output_name("lyceum").build();
    server::state(test.config.clone(), &serve, options).expect("the state")
}

impl TestSite {
    pub async fn new() -> Self {
        Self::on(TestDb::new().await).await
    }

    /// A site on this database, as its `config` says.
    pub async fn on(test: TestDb) -> Self {
        let state = state_on(&test);
        let peer: SocketAddr = "127.0.0.1:50000".parse().expect("an address");
        let router = server::router(state.clone()).layer(MockConnectInfo(peer));
        Self {
            test,
            state,
            router,
        }
    }

    /// The state of another process on the same database.
    pub fn replica(&self) -> AppState {
        state_on(&self.test)
    }

    pub fn visitor(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookies: Vec::new(),
            host: "127.0.0.1:3000".to_owned(),
        }
    }

    /// Creates a confirmed account.
    pub async fn account(&self, email: &str, role: UserRole) -> UserId {
        self.account_in(self.test.organization, email, role).await
    }

    /// Creates a confirmed account of an organization.
    pub async fn account_in(
        &self,
        organization: OrganizationId,
        email: &str,
        role: UserRole,
    ) -> UserId {
        let hash = password::hash(PASSWORD).await.expect("a hash");
        let email = email.to_owned();
        self.test
            .db
            .within(organization, async move |conn| {
                let name = email.split('@').next().unwrap_or_default().to_owned();
                let new = NewAccount {
                    email: &email,
                    display_name: &name,
                    password_hash: &hash,
                    role,
                    confirmed: true,
                };
                let made = store::create(conn, new).await?;
                AppResult::Ok(made.expect("a new address"))
            })
            .await
            .expect("an account")
    }

    /// A browser with a new, signed-in account.
    pub async fn signed_in(&self, email: &str, role: UserRole) -> Browser<'_> {
        self.account(email, role).await;
        self.sign_in(email).await
    }

    /// A browser that signs in to an account that exists.
    pub async fn sign_in(&self, email: &str) -> Browser<'_> {
        let mut browser = self.visitor();
        browser.sign_in(email).await;
        browser
    }

    /// Runs all queued jobs. Returns the mails that were written, oldest first.
    pub async fn mails(&self) -> Vec<String> {
        let mailer = Mailer::new(&self.state.config).expect("a mailer");
        let workers = Workers::new(
            self.state.db.clone(),
            self.state.config.clone(),
            mailer,
            crate::cli::registry(),
        );
        while workers.run_one().await.expect("a job runs") {}
        let folder = crate::platform::mail::folder(&self.state.config);
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        files.sort();
        files
            .iter()
            .filter_map(|file| {
                let raw = std::fs::read(file).ok()?;
                let mail = mail_parser::MessageParser::default().parse(&raw)?;
                let to = mail.to()?.first()?.address()?.to_owned();
                let text = mail.body_text(0)?.replace("\r\n", "\n");
                Some(format!("To: {to}\n{text}"))
            })
            .collect()
    }

    /// Serves the site over real connections as well, until the test ends. Returns the server's
    /// address.
    pub async fn listen(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let service =
            server::router(self.state.clone()).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        address
    }

    pub async fn ask(&self, request: Request<Body>) -> TestAnswer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router answers");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 64 << 20).await.expect("a body");
        TestAnswer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

/// A simulated browser: it keeps its cookies and sends the origin of its requests.
pub struct Browser<'a> {
    site: &'a TestSite,
    pub cookies: Vec<(String, String)>,
    pub host: String,
}

impl<'a> Browser<'a> {
    /// Another tab of the same browser, with the same cookies.
    pub fn tab(&self) -> Browser<'a> {
        Browser {
            site: self.site,
            cookies: self.cookies.clone(),
            host: self.host.clone(),
        }
    }

    pub async fn sign_in(&mut self, email: &str) {
        let fields = [("email", email), ("password", PASSWORD)];
        self.post("auth/api/sign_in", &fields).await.assert_ok();
    }

    /// Loads a page as a browser does.
    pub async fn get(&mut self, path: &str) -> TestAnswer {
        let request = self
            .request("GET", path)
            .header(header::ACCEPT, "text/html");
        self.send(request.body(Body::empty()).expect("a request"))
            .await
    }

    /// Calls a server function like a hydrated page.
    pub async fn post(&mut self, function: &str, fields: &[(&str, &str)]) -> TestAnswer {
        let request = self
            .request("POST", &function_path(function))
            .header(header::ACCEPT, "application/json");
        self.send(form(request, fields)).await
    }

    /// Sends a form like a browser without JavaScript, from the page at `page`.
    pub async fn submit(
        &mut self,
        page: &str,
        function: &str,
        fields: &[(&str, &str)],
    ) -> TestAnswer {
        let request = self
            .request("POST", &function_path(function))
            .header(header::ACCEPT, "text/html,application/xhtml+xml")
            .header(header::REFERER, format!("http://{}{page}", self.host));
        self.send(form(request, fields)).await
    }

    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ");
        let builder = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host)
            .header(header::ORIGIN, format!("http://{}", self.host));
        if cookies.is_empty() {
            builder
        } else {
            builder.header(header::COOKIE, cookies)
        }
    }

    pub async fn send(&mut self, request: Request<Body>) -> TestAnswer {
        let answer = self.site.ask(request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let Some((name, value)) = cookie
                .to_str()
                .ok()
                .and_then(|cookie| cookie.split(';').next()?.split_once('='))
            else {
                continue;
            };
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }
}

/// "auth/api/sign_in" → the path of that server function.
pub fn function_path(function: &str) -> String {
    server_fn::axum::server_fn_paths()
        .map(|(path, _)| path)
        .find(|path| path.ends_with(&format!("/{function}")))
        .unwrap_or_else(|| panic!("there is no server function {function}"))
        .to_owned()
}

fn form(request: axum::http::request::Builder, fields: &[(&str, &str)]) -> Request<Body> {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    request
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .expect("a request")
}

/// The reader of documents in other tests: the process that starts it runs this test alone.
#[test]
fn is_the_reader() {
    if let Ok(format) = std::env::var("LYCEUM_READER") {
        crate::platform::documents::child::main(&format);
    }
}
