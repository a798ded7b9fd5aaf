//! The router, and the server from start to shutdown.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use axum::{Form, Router};
use leptos::prelude::*;
use leptos::server_fn;
use leptos_axum::{
    LeptosRoutes, ResponseOptions, file_and_error_handler_with_context,
    generate_route_list_with_exclusions,
};
use tokio::sync::watch;
use tower::ServiceBuilder;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::app::{App, shell};
use crate::platform::auth::{known_devices, safe_next, sessions};
use crate::platform::config::{Config, ServeConfig};
use crate::platform::db::Db;
use crate::platform::files::Files;
use crate::platform::http::connections;
use crate::platform::http::connections::TimeLimits;
use crate::platform::http::{AppState, Cx, assets, dev, layers, metrics, patience, server_fns};
use crate::platform::jobs::{Registry, Workers};
use crate::platform::live;
use crate::platform::live::{Live, MaySee};
use crate::platform::mail::Mailer;
use crate::platform::ui::Theme;

/// Time that a stopping server waits for running requests and jobs.
const DRAIN: Duration = Duration::from_secs(8);

pub async fn serve(config: Config, serve: ServeConfig, registry: Registry) -> Result<(), String> {
    let pending = crate::platform::db::migrate::pending(&config.database).await?;
    if let Some(first) = pending.first() {
        return Err(format!(
            "The database lacks {} migration(s), from {first} on. Run `lyceum migrate` first.",
            pending.len()
        ));
    }
    config.stripe.keys()?;
    config.ai.check()?;
    let leptos = leptos_options()?;
    assets::check(&leptos)?;
    let addr = serve.addr.unwrap_or(leptos.site_addr);
    let state = state(config, &serve, leptos)?;
    let mailer = Mailer::new(&state.config)?;
    warn_of_mail(&mailer, &state.config);
    warn_of_http(&state.config);
    if let Some(metrics_addr) = serve.metrics_addr {
        metrics::serve(metrics_addr, metrics::install()?, state.db.clone()).await?;
    }
    let listener = tokio::net::TcpListener::bind(addr).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("Port {} is taken by another program. Stop it, or choose another with LYCEUM_ADDR={}:PORT.", addr.port(), addr.ip())
        }
        _ => format!("The address {addr} can't be used: {error}"),
    })?;
    let (stop, stopped) = watch::channel(false);
    let workers = Workers::new(state.db.clone(), state.config.clone(), mailer, registry)
        .run(serve.workers, stopped.clone());
    let workers = tokio::spawn(workers);
    let limits = state.site.limits;
    let live = state.live.clone();
    let app = router(state);
    tracing::info!(%addr, "Lyceum is serving");
    let mut draining = stopped.clone();
    let server = tokio::spawn(connections::serve(listener, app, limits, async move {
        let _ = draining.wait_for(|stop| *stop).await;
    }));
    shutdown_signal().await;
    tracing::info!("stopping: no new connections, what is under way is finished");
    let _ = stop.send(true);
    live.stop();
    if tokio::time::timeout(DRAIN, async { (server.await, workers.await) })
        .await
        .is_err()
    {
        tracing::warn!("some requests or jobs did not end in time and were dropped");
    }
    Ok(())
}

/// Runs only background jobs, until the process is told to stop.
pub async fn work(config: Config, count: usize, registry: Registry) -> Result<(), String> {
    config.stripe.keys()?;
    config.ai.check()?;
    let db = Db::new(&config.database)?;
    let mailer = Mailer::new(&config)?;
    let (stop, stopped) = watch::channel(false);
    let workers = tokio::spawn(
        Workers::new(db, Arc::new(config), mailer, registry).run(count.max(1), stopped),
    );
    tracing::info!(count, "Lyceum is working");
    shutdown_signal().await;
    let _ = stop.send(true);
    let _ = tokio::time::timeout(DRAIN, workers).await;
    Ok(())
}

fn leptos_options() -> Result<LeptosOptions, String> {
    get_configuration(Some("Leptos.toml"))
        .map(|config| config.leptos_options)
        .map_err(|error| {
            format!("Leptos.toml, the site's configuration, can't be read here: {error}")
        })
}

/// Features with live events, and the function of each that says who may know of them.
const LIVE_FEATURES: [(&str, MaySee); 4] = [
    ("activity", crate::activity::server::live::may_see),
    ("authoring", crate::authoring::editor::server::live::may_see),
    ("coldcall", crate::coldcall::server::live::may_see),
    ("tutor_chat", crate::tutor_chat::desk::server::live::may_see),
];

pub fn state(
    config: Config,
    serve: &ServeConfig,
    leptos: LeptosOptions,
) -> Result<AppState, String> {
    let db = Db::new(&config.database)?;
    let files = Files::new(&config)?;
    let config = Arc::new(config);
    Ok(AppState {
        live: Live::new(db.clone(), config.clone(), &LIVE_FEATURES),
        db,
        files,
        config,
        directory: Default::default(),
        leptos,
        site: Arc::new(crate::platform::http::Site {
            trusted_proxies: serve
                .trusted_proxies
                .iter()
                .map(std::net::IpAddr::to_canonical)
                .collect(),
            dev: serve.dev,
            limits: TimeLimits::default(),
        }),
    })
}

fn warn_of_mail(mailer: &Mailer, config: &Config) {
    if !mailer.sends() {
        tracing::warn!(
            folder = %crate::platform::mail::folder(config).display(),
            "mails are written to a folder, not sent: set SMTP_URL to send them, or LYCEUM_PRINT_LINKS=true to log their links"
        );
    }
}

fn warn_of_http(config: &Config) {
    if config.sends_secrets_in_the_clear() {
        tracing::warn!(
            url = %config.public_url,
            "passwords and sessions go over the network unencrypted: put a proxy with TLS before Lyceum and set LYCEUM_URL to its https address"
        );
    }
}

pub fn router(state: AppState) -> Router {
    // Leptos would answer every failed server function with 500, so `server_fns` handles them
    // instead.
    let functions = server_fn::axum::server_fn_paths()
        .map(|(path, _)| path.to_owned())
        .collect();
    let routes = generate_route_list_with_exclusions(App, Some(functions));
    let options = state.leptos.clone();
    let context = {
        let (dev, by_card) = (state.site.dev, state.config.stripe.is_on());
        move || page_context(dev, by_card)
    };
    let pages = Router::new()
        .route(
            "/api/{*path}",
            get(server_fns::handle).post(server_fns::handle),
        )
        .route("/preferences/theme", post(set_theme))
        .merge(crate::platform::notifications::server::addresses::routes())
        .merge(crate::course::server::files::routes())
        .merge(crate::exercise::hand_in::server::files::routes())
        .merge(crate::tutor_chat::server::download::routes())
        .merge(crate::authoring::editor::server::pictures::routes())
        .merge(crate::authoring::server::download::routes())
        .merge(crate::authoring::imports::server::upload::routes())
        .merge(crate::certificate::server::files::routes())
        .merge(crate::question_bank::authoring::server::transfer::routes())
        .merge(crate::gradebook::server::export::routes())
        .merge(crate::activity::server::export::routes())
        .merge(crate::insights::server::export::routes())
        .merge(crate::study::server::csv::routes())
        .merge(crate::ingest::server::upload::routes())
        .merge(crate::cohort::teach::server::uploads::routes())
        .merge(crate::cohort::server::calendar::routes())
        .merge(crate::cohort::server::sessions::routes())
        .merge(crate::admission::orders::server::webhook::routes())
        .merge(crate::people::invite::server::uploads::routes())
        .merge(crate::people::audit_log::server::export::routes())
        .merge(crate::people::own_data::server::download::routes())
        .merge(crate::people::site::server::routes())
        .merge(live::routes())
        .leptos_routes_with_context(&state, routes, context, {
            let options = options.clone();
            move || shell(options.clone())
        })
        .fallback(file_and_error_handler_with_context::<AppState, _>(
            context, shell,
        ));
    let pages = recognized(&state, pages);
    let pages = if state.site.dev {
        pages.merge(dev::routes())
    } else {
        pages
    };
    guarded(
        Router::new()
            .merge(pages)
            .layer(compression())
            .merge(assets::routes(&options))
            .route("/healthz", get(|| async { "ok" }))
            .route("/readyz", get(ready)),
        &state,
    )
    .with_state(state)
}

/// Serves `routes` behind the same layers as pages. Benchmarks compare pages with such JSON routes.
pub fn floor(state: AppState, routes: Router<AppState>) -> Router {
    guarded(recognized(&state, routes).layer(compression()), &state).with_state(state)
}

/// Adds the layers that give a request its [`Cx`]: organization, session and user.
fn recognized(state: &AppState, routes: Router<AppState>) -> Router<AppState> {
    let secure = state.config.is_https();
    routes
        .layer(DefaultBodyLimit::max(server_fns::BODY_LIMIT))
        .layer(from_fn_with_state(state.clone(), layers::recognize))
        .layer(sessions::layer(state.db.clone(), secure))
        .layer(from_fn(sessions::in_request))
        .layer(from_fn_with_state(state.clone(), known_devices::layer))
        .layer(from_fn(layers::check_origin))
        .layer(from_fn_with_state(state.clone(), layers::enter))
}

/// The layers around everything: headers, panics, time limits.
fn guarded(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    let limits = state.site.limits;
    let is_https = state.config.is_https();
    routes.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(is_https, layers::security_headers))
            .layer(tower_http::catch_panic::CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(limits, patience::limit)),
    )
}

/// Compresses dynamic responses quickly. Static files are compressed on disk already.
fn compression() -> CompressionLayer<impl Predicate> {
    let media = NotForContentType::const_new("video/").and(NotForContentType::const_new("audio/"));
    CompressionLayer::new()
        .no_br()
        .no_deflate()
        .quality(CompressionLevel::Fastest)
        .compress_when(DefaultPredicate::new().and(media))
}

/// Sets the headers of a page, with the nonce that Leptos has just created.
fn page_context(dev: bool, by_card: bool) {
    let Some(response) = use_context::<ResponseOptions>() else {
        return;
    };
    if let Some(nonce) = leptos::nonce::use_nonce()
        && let Ok(policy) = HeaderValue::from_str(&layers::page_policy(&nonce, dev, by_card))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Answers whether the server is ready, which needs the database. Liveness needs nothing.
async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.db.unbound().await {
        Ok(_) => (StatusCode::OK, "ready"),
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database can't be reached",
        ),
    }
}

#[derive(serde::Deserialize)]
struct ThemeChoice {
    theme: String,
    next: Option<String>,
}

/// Sets the theme by a form, for pages without JavaScript.
async fn set_theme(
    parts: Parts,
    Form(choice): Form<ThemeChoice>,
) -> impl axum::response::IntoResponse {
    let secure = parts
        .extensions
        .get::<Cx>()
        .is_some_and(|cx| cx.app.config.is_https());
    let cookie = Theme::parse(&choice.theme).cookie(secure);
    (
        [(header::SET_COOKIE, cookie)],
        axum::response::Redirect::to(&safe_next(choice.next.as_deref())),
    )
}

fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> axum::response::Response {
    let what = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(panic = what, "a request panicked");
    layers::plain(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong on our side. Nothing was changed.",
    )
}

async fn shutdown_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
