//! The middleware in front of pages and server functions.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use tower_sessions::Session;
use tracing::Instrument;

use super::{AppState, CURRENT, Client, Current, Cx, flash, server_fns};
use crate::platform::address;
use crate::platform::auth;
use crate::platform::db::organizations::Organization;

/// Gives the request its reference, finds its organization by Host, and stores both for the layers
/// below.
pub async fn enter(
    State(app): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = client(&app, peer.ip(), request.headers());
    let host = host(request.uri(), request.headers());
    let span = tracing::info_span!("request", id = %client.request_id, method = %request.method(), path = request.uri().path());
    let public_host = app.config.public_url.host_str().map(str::to_owned);
    let found = app
        .directory
        .find(&app.db, &host, public_host.as_deref())
        .await;
    let organization = match found {
        Ok(Some(organization)) => organization,
        Ok(None) => {
            return plain(
                StatusCode::MISDIRECTED_REQUEST,
                "There is no learning site at this address.",
            );
        }
        Err(error) => {
            tracing::error!(reference = client.request_id, %error, "the database can't be reached");
            return unavailable(&client.request_id);
        }
    };
    let current = Current {
        organization: organization.organization_id,
        client: client.clone(),
    };
    request.extensions_mut().insert(organization);
    request.extensions_mut().insert(client.clone());
    let started = std::time::Instant::now();
    let mut response = CURRENT
        .scope(current, next.run(request).instrument(span.clone()))
        .await;
    let _entered = span.enter();
    super::metrics::request(response.status(), started.elapsed());
    tracing::info!(
        status = response.status().as_u16(),
        ms = started.elapsed().as_millis() as u64,
        "answered"
    );
    if let Ok(id) = HeaderValue::from_str(&client.request_id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

fn client(app: &AppState, peer: IpAddr, headers: &HeaderMap) -> Client {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let trusted = app.site.trusted_proxies.contains(&peer.to_canonical());
    let address = client_address(&app.site.trusted_proxies, peer, headers);
    let proxied_id = text(HeaderName::from_static("x-request-id")).filter(|id| {
        trusted
            && id.len() <= 64
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    });
    Client {
        address,
        user_agent: text(header::USER_AGENT).map(|agent| agent.chars().take(400).collect()),
        request_id: proxied_id.map_or_else(
            || uuid::Uuid::new_v4().simple().to_string()[..12].to_owned(),
            str::to_owned,
        ),
    }
}

/// Returns the address from which the outermost trusted proxy was asked, or the peer's if the peer
/// is no trusted proxy. Each proxy adds an address at the end of `X-Forwarded-For`. Addresses
/// before one that no trusted proxy has, or that can't be read, may be forged.
fn client_address(trusted: &[IpAddr], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let mut hops = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    let mut address = peer.to_canonical();
    while trusted.contains(&address)
        && let Some(before) = hops.next().and_then(parse_hop)
    {
        address = before;
    }
    address
}

/// Reads an address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`,
/// `[2001:db8::1]` or `[2001:db8::1]:80`.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']'));
    let address = match bare {
        Some(bare) => bare.parse().ok().map(IpAddr::V6),
        None => hop.parse().ok(),
    };
    address
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .map(|address| address.to_canonical())
}

/// The requested host without its port.
pub fn host(uri: &Uri, headers: &HeaderMap) -> String {
    let authority = uri
        .authority()
        .map(|authority| authority.as_str())
        .or_else(|| {
            headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok())
        })
        .unwrap_or_default();
    without_port(authority).to_owned()
}

fn without_port(authority: &str) -> &str {
    match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => &authority[..colon],
        _ => authority,
    }
}

/// Refuses changes that do not come from our own pages. Browsers send the origin with every such
/// request.
pub async fn check_origin(request: Request, next: Next) -> Response {
    if matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) || same_origin(&request)
        || is_for_programs(request.uri().path())
    {
        return next.run(request).await;
    }
    tracing::warn!(origin = ?request.headers().get(header::ORIGIN), "a mutation from elsewhere was refused");
    plain(
        StatusCode::FORBIDDEN,
        "This request did not come from a page of this site, so nothing was changed. Please open the page here and try again.",
    )
}

/// Whether programs post to this path, without a page. Such a request has no cookies. The path of
/// mail programs has a key, and requests to a webhook are signed.
fn is_for_programs(path: &str) -> bool {
    path.starts_with("/stop-mails/") || path.starts_with("/webhooks/")
}

fn same_origin(request: &Request) -> bool {
    let headers = request.headers();
    let asked = request
        .uri()
        .authority()
        .map(|authority| authority.as_str())
        .or_else(|| {
            headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok())
        });
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let authority_of = |url: &str| {
        url::Url::parse(url)
            .ok()
            .map(|url| url[url::Position::BeforeHost..url::Position::AfterPort].to_owned())
    };
    match (text(header::ORIGIN), text(header::REFERER)) {
        (Some(origin), _) => authority_of(origin).as_deref() == asked,
        (None, Some(referer)) => authority_of(referer).as_deref() == asked,
        (None, None) => false,
    }
}

const VIEW_CHANGES_NOTHING: &str =
    "You are looking at a course as somebody else, so nothing can be changed. End this view first.";

/// Whether the request is one that changes something, beside those to server functions, which say
/// so to their forms.
fn changes_something(request: &Request) -> bool {
    let is_read = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    !is_read && !request.uri().path().starts_with("/api/")
}

/// Loads the session's user and the message left for this page, and adds a [`Cx`] to the request.
pub async fn recognize(
    State(app): State<AppState>,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    // Load the session only after the body has arrived. A session that ends in the meantime can
    // then change nothing.
    let mut request = match server_fns::received(request).await {
        Ok(request) => request,
        Err(refusal) => return refusal,
    };
    let (Some(organization), Some(client)) = (
        request.extensions().get::<Organization>().cloned(),
        request.extensions().get::<Client>().cloned(),
    ) else {
        return unavailable("none");
    };
    let viewer = match auth::sessions::viewer(&session).await {
        Ok(viewer) => viewer,
        Err(error) => {
            tracing::error!(reference = client.request_id, %error, "the session can't be loaded");
            return unavailable(&client.request_id);
        }
    };
    let viewing = match &viewer {
        Some(viewer) => auth::viewing::of(&session, viewer.user_id).await,
        None => Ok(None),
    };
    let viewing = match viewing {
        Ok(viewing) => viewing,
        Err(error) => {
            tracing::error!(reference = client.request_id, %error, "the session can't be loaded");
            return unavailable(&client.request_id);
        }
    };
    if viewing.is_some() && changes_something(&request) {
        return plain(StatusCode::FORBIDDEN, VIEW_CHANGES_NOTHING);
    }
    // A form's message is for the next page, not for the files that a page loads meanwhile.
    let is_page = request.method() == Method::GET
        && request
            .headers()
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
    if let (true, Some(viewer)) = (is_page, &viewer) {
        let uri = request.uri().clone();
        let (db, path) = (&app.db, uri.path());
        match auth::terms::must_accept(db, &organization, &session, viewer, path).await {
            Ok(false) => {}
            Ok(true) => {
                let here = uri.path_and_query().map_or(path, |here| here.as_str());
                let ask = address::with_query(auth::terms::ACCEPT_TERMS, &[("next", here)]);
                let headers = [(header::CACHE_CONTROL, "private, no-store")];
                return (headers, Redirect::to(&ask)).into_response();
            }
            Err(error) => {
                tracing::error!(reference = client.request_id, %error, "the terms can't be checked");
                return unavailable(&client.request_id);
            }
        }
    }
    let has_session = request.headers().contains_key(header::COOKIE) && session.id().is_some();
    let flash = match is_page && has_session {
        true => flash::take(&session).await.unwrap_or_default(),
        false => None,
    };
    let signed_in = viewer.is_some();
    request.extensions_mut().insert(Cx {
        app,
        organization,
        client,
        session,
        viewer,
        flash,
        viewing,
    });
    let mut response = next.run(request).await;
    // A page of a signed-in user is private, so no cache on the way may keep it.
    let headers = response.headers_mut();
    if !headers.contains_key(header::CACHE_CONTROL) {
        let value = if signed_in {
            "private, no-store"
        } else {
            "private, no-cache"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    }
    response
}

/// Adds the security headers to every response. Pages set a Content-Security-Policy with their
/// nonce; all other responses get the strictest policy. With `is_https`, browsers use only HTTPS
/// for this site from then on.
pub async fn security_headers(
    State(is_https): State<bool>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; sandbox",
    );
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // `no-referrer` would make browsers send `Origin: null` with forms, which `check_origin`
    // refuses.
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    if is_https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=()",
    );
    response
}

/// The policy of a page: scripts only with the nonce, and frames only from two video services and
/// from this site, which lets PDFs alone be framed. With `by_card`, a form may lead to Stripe's
/// payment page: browsers apply `form-action` to redirects.
pub fn page_policy(nonce: &str, dev: bool, by_card: bool) -> String {
    // The live reload of the development server opens a socket on a port of its own.
    let dev_socket = if dev {
        " ws://127.0.0.1:* ws://localhost:*"
    } else {
        ""
    };
    let payment_page = match by_card {
        true => " https://checkout.stripe.com",
        false => "",
    };
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' https: data:; font-src 'self'; media-src 'self' https:; connect-src 'self'{dev_socket}; \
         frame-src 'self' https://www.youtube-nocookie.com https://player.vimeo.com; form-action 'self'{payment_page}; base-uri 'none'; \
         frame-ancestors 'none'; manifest-src 'self'"
    )
}

pub fn plain(status: StatusCode, sentence: &'static str) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        sentence,
    )
        .into_response()
}

fn unavailable(reference: &str) -> Response {
    let sentence = format!(
        "Lyceum can't reach its database right now. Nothing was changed; please try again in a moment. Reference: {reference}"
    );
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        sentence,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_loses_its_port_and_an_ipv6_address_keeps_its_colons() {
        assert_eq!(without_port("example.org:8080"), "example.org");
        assert_eq!(without_port("example.org"), "example.org");
        assert_eq!(without_port("[::1]:3000"), "[::1]");
        assert_eq!(without_port("[::1]"), "[::1]");
    }

    #[test]
    fn the_client_is_the_last_address_that_no_trusted_proxy_has() {
        let trusted: Vec<IpAddr> = ["10.0.0.1", "10.0.0.2", "2001:db8::2"]
            .map(|address| address.parse().unwrap())
            .to_vec();
        let client = |peer: &str, lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
                headers.append("x-forwarded-for", line);
            }
            client_address(&trusted, peer.parse().unwrap(), &headers).to_string()
        };
        let cases: &[(&[&str], &str)] = &[
            (&["192.0.2.7"], "192.0.2.7"),
            (&["198.51.100.1, 192.0.2.7"], "192.0.2.7"),
            (&["198.51.100.1, 192.0.2.7,10.0.0.2"], "192.0.2.7"),
            // All lines count, and the last one is the nearest.
            (&["198.51.100.1", "192.0.2.7"], "192.0.2.7"),
            (&["192.0.2.7", "10.0.0.2"], "192.0.2.7"),
            // Nothing before an address that can't be read is used.
            (&["192.0.2.7, unknown"], "10.0.0.1"),
            (&["192.0.2.7, unknown, 10.0.0.2"], "10.0.0.2"),
            (&["192.0.2.7", "\u{ff}"], "10.0.0.1"),
            (&["192.0.2.7,"], "10.0.0.1"),
            (&["192.0.2.7:4711"], "192.0.2.7"),
            (&["192.0.2.7:4711, 10.0.0.2:80"], "192.0.2.7"),
            (&["2001:db8::7"], "2001:db8::7"),
            (&["[2001:db8::7]"], "2001:db8::7"),
            (&["[2001:db8::7]:4711, [2001:db8::2]:80"], "2001:db8::7"),
            (&["::ffff:192.0.2.7, ::ffff:10.0.0.2"], "192.0.2.7"),
            (&["10.0.0.2"], "10.0.0.2"),
            (&[], "10.0.0.1"),
        ];
        for (lines, expected) in cases {
            for peer in ["10.0.0.1", "::ffff:10.0.0.1"] {
                assert_eq!(client(peer, lines), *expected, "{peer} {lines:?}");
            }
        }
        // Nobody else is believed.
        assert_eq!(client("192.0.2.9", &["192.0.2.7"]), "192.0.2.9");
    }

    #[test]
    fn a_mutation_counts_only_from_the_same_origin() {
        let request = |name: &'static str, value: &str| {
            Request::post("/api/x")
                .header("host", "lyceum.test:3000")
                .header(name, value)
                .body(axum::body::Body::empty())
                .unwrap()
        };
        assert!(same_origin(&request("origin", "http://lyceum.test:3000")));
        assert!(same_origin(&request(
            "referer",
            "http://lyceum.test:3000/sign-in"
        )));
        for forged in [
            "http://evil.test",
            "null",
            "http://lyceum.test",
            "http://lyceum.test:3000.evil.test",
            "garbage",
        ] {
            assert!(!same_origin(&request("origin", forged)), "{forged}");
        }
        assert!(!same_origin(&request("x-other", "1")));
    }
}
