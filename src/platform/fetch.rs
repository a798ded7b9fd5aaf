//! Fetches pages of other sites. Addresses come from people, so each one is checked after its name
//! is resolved, at each redirect: a server must not be led to its own network.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Client, StatusCode, redirect};
use url::Url;

use crate::figures::megabytes;

/// Most bytes of an answer, and most seconds of the whole exchange.
pub const FETCH_BYTES: usize = 20 * 1024 * 1024;
const SECONDS: u64 = 30;
const REDIRECTS: usize = 5;
/// Most bytes of robots.txt that are read, as RFC 9309 asks for.
const ROBOTS_BYTES: usize = 500 * 1024;
/// Name by which robots.txt may speak to this program.
const AGENT: &str = "lyceum";

/// Marks of the version that is known already.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

#[derive(Debug)]
pub enum Fetched {
    /// The page is as it was.
    Unchanged,
    Page(FetchedPage),
}

#[derive(Debug)]
pub struct FetchedPage {
    pub content: Vec<u8>,
    /// The last part of the address after all redirects, as the name of a file.
    pub name: String,
    pub known: Known,
}

/// Checks an address as it was typed.
///
/// # Errors
///
/// A sentence.
pub fn parse(typed: &str) -> Result<Url, String> {
    let typed = typed.trim();
    let url = Url::parse(typed)
        .map_err(|_| "Enter a whole address, such as https://example.org/page.".to_owned())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("Only addresses that begin with https:// or http:// can be read.".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("The address must not hold a name or a password.".to_owned());
    }
    match url.as_str().len() > 2_000 {
        true => Err("The address is too long.".to_owned()),
        false => Ok(url),
    }
}

/// Fetches pages. With `is_private`, addresses of private networks are allowed, for sites that read
/// their own intranet, but never those of this machine.
#[derive(Debug, Clone, Copy)]
pub struct Fetcher {
    pub is_private: bool,
}

impl Fetcher {
    /// Fetches a page, if robots.txt allows it.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub async fn fetch(self, url: &Url, known: &Known) -> Result<Fetched, String> {
        let fetching = self.follow(url.clone(), known);
        let waiting = Duration::from_secs(SECONDS);
        tokio::time::timeout(waiting, fetching)
            .await
            .unwrap_or_else(|_| Err(format!("The site took longer than {SECONDS} seconds.")))
    }

    async fn follow(self, url: Url, known: &Known) -> Result<Fetched, String> {
        let mut url = url;
        let mut asked_for: Option<Url> = None;
        for _ in 0..=REDIRECTS {
            if asked_for
                .as_ref()
                .is_none_or(|asked| asked.origin() != url.origin())
            {
                self.ask_robots(&url).await?;
                asked_for = Some(url.clone());
            }
            let answer = self.get(&url, known).await?;
            if let Some(next) = redirected(&answer, &url)? {
                url = next;
                continue;
            }
            return self.received(answer, &url).await;
        }
        Err("The address leads from one address to the next without end.".to_owned())
    }

    async fn received(self, answer: reqwest::Response, url: &Url) -> Result<Fetched, String> {
        let status = answer.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::Unchanged);
        }
        if !status.is_success() {
            return Err(said_of(status));
        }
        let header = |name| {
            let value = answer.headers().get(name)?;
            let value: &HeaderValue = value;
            Some(value.to_str().ok()?.to_owned()).filter(|value| value.len() <= 200)
        };
        let known = Known {
            etag: header(header::ETAG),
            last_modified: header(header::LAST_MODIFIED),
        };
        let kind = header(header::CONTENT_TYPE).unwrap_or_default();
        let content = body(answer, FETCH_BYTES).await?;
        if content.is_empty() {
            return Err("The page is empty.".to_owned());
        }
        Ok(Fetched::Page(FetchedPage {
            content,
            name: file_name(url, &kind),
            known,
        }))
    }

    async fn ask_robots(self, url: &Url) -> Result<(), String> {
        let Ok(robots) = url.join("/robots.txt") else {
            return Ok(());
        };
        let answer = self.get(&robots, &Known::default()).await?;
        // A site without rules allows everything; one that fails is left alone, see RFC 9309.
        if answer.status().is_server_error() {
            return Err(format!(
                "The site answers with an error ({}) when it is asked what programs may read. Try again later.",
                answer.status().as_u16()
            ));
        }
        if !answer.status().is_success() {
            return Ok(());
        }
        let rules = body(answer, ROBOTS_BYTES).await.unwrap_or_default();
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        match allows(&String::from_utf8_lossy(&rules), path) {
            true => Ok(()),
            false => {
                Err("The site does not allow programs to read this page (robots.txt).".to_owned())
            }
        }
    }

    async fn get(self, url: &Url, known: &Known) -> Result<reqwest::Response, String> {
        let (host, addresses) = self.resolve(url).await?;
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            // The name is resolved only once, so that it can't lead elsewhere the second time.
            .resolve_to_addrs(&host, &addresses)
            .no_proxy()
            .connect_timeout(Duration::from_secs(10))
            .user_agent(concat!("Lyceum/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| {
                tracing::error!(%error, "the client for other sites can't be made");
                "The site can't be reached.".to_owned()
            })?;
        let mut headers = HeaderMap::new();
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        );
        for (name, value) in [
            (header::IF_NONE_MATCH, &known.etag),
            (header::IF_MODIFIED_SINCE, &known.last_modified),
        ] {
            if let Some(value) = value
                .as_deref()
                .and_then(|value| HeaderValue::from_str(value).ok())
            {
                headers.insert(name, value);
            }
        }
        let answer = client.get(url.clone()).headers(headers).send().await;
        answer.map_err(|error| match error.is_timeout() {
            true => "The site does not answer.".to_owned(),
            false => "The site can't be reached.".to_owned(),
        })
    }

    /// Resolves the host, and refuses one of a private network.
    async fn resolve(self, url: &Url) -> Result<(String, Vec<SocketAddr>), String> {
        let port = url.port_or_known_default().unwrap_or(443);
        let host = url.host_str().unwrap_or_default().to_owned();
        let addresses: Vec<SocketAddr> = match url.host() {
            Some(url::Host::Ipv4(address)) => vec![SocketAddr::new(address.into(), port)],
            Some(url::Host::Ipv6(address)) => vec![SocketAddr::new(address.into(), port)],
            _ => tokio::net::lookup_host((host.as_str(), port))
                .await
                .map_err(|_| format!("There is no site at {host}."))?
                .collect(),
        };
        if addresses.is_empty() {
            return Err(format!("There is no site at {host}."));
        }
        let is_refused = addresses.iter().any(|address| is_never(address.ip()))
            || (!self.is_private
                && (addresses.iter().any(|address| !is_public(address.ip()))
                    || !matches!(port, 80 | 443 | 8080 | 8443)));
        match is_refused {
            true => Err("The address leads into a private network, which is not read.".to_owned()),
            false => Ok((host, addresses)),
        }
    }
}

fn redirected(answer: &reqwest::Response, from: &Url) -> Result<Option<Url>, String> {
    let is_redirect = matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let to = answer.headers().get(header::LOCATION);
    match (is_redirect, to.and_then(|to| to.to_str().ok())) {
        (true, Some(to)) => {
            let to = from
                .join(to)
                .map_err(|_| "The address leads nowhere.".to_owned())?;
            parse(to.as_str()).map(Some)
        }
        (true, None) => Err("The address leads nowhere.".to_owned()),
        (false, _) => Ok(None),
    }
}

fn said_of(status: StatusCode) -> String {
    match status.as_u16() {
        404 | 410 => "There is no page at this address.".to_owned(),
        401 | 403 => "The page is only for people who sign in there.".to_owned(),
        429 => "The site says that it was asked too often. Try again later.".to_owned(),
        code => format!("The site answers with an error ({code})."),
    }
}

/// Reads a body up to a limit. Compressed content is refused: it was not asked for, and it could
/// grow without end.
async fn body(mut answer: reqwest::Response, most: usize) -> Result<Vec<u8>, String> {
    let too_large = || format!("The page has more than {}.", megabytes(most));
    let encoding = answer.headers().get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Err("The site sends the page compressed, although it was asked not to.".to_owned());
    }
    if answer
        .content_length()
        .is_some_and(|length| length > most as u64)
    {
        return Err(too_large());
    }
    let mut content = Vec::new();
    let broken = |_| "The page did not arrive whole.".to_owned();
    while let Some(part) = answer.chunk().await.map_err(broken)? {
        if content.len() + part.len() > most {
            return Err(too_large());
        }
        content.extend_from_slice(&part);
    }
    Ok(content)
}

fn file_name(url: &Url, kind: &str) -> String {
    let last = url.path_segments().and_then(|mut parts| parts.next_back());
    let last = last.unwrap_or_default();
    if kind.contains("html") {
        return "page.html".to_owned();
    }
    match last.contains('.') {
        true => last.chars().take(200).collect(),
        false => "page".to_owned(),
    }
}

/// True for addresses that are read under no setting: those of this machine, of its links, where
/// hosts of machines answer with secrets, and of many receivers. Tests serve pages on loopback.
fn is_never(address: IpAddr) -> bool {
    /// The address at which one host of machines answers over IPv6.
    const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    match address.to_canonical() {
        IpAddr::V4(address) => {
            (address.is_loopback() && !crate::runs_tests())
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_multicast()
                || address.is_broadcast()
        }
        IpAddr::V6(address) => {
            (address.is_loopback() && !crate::runs_tests())
                || address.is_unicast_link_local()
                || address.is_unspecified()
                || address.is_multicast()
                || address == METADATA
        }
    }
}

/// False for addresses that are not reachable for everybody: loopback, private and shared
/// networks, links, multicast, documentation, and IPv6 forms that hold such an address.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || address.is_broadcast()
                || address.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (b == 18 || b == 19)))
        }
        IpAddr::V6(address) => {
            if let Some(inner) = address.to_ipv4_mapped() {
                return is_public(inner.into());
            }
            let [a, b, _, _, _, _, g, h] = address.segments();
            let inner = || {
                let [w, x] = g.to_be_bytes();
                let [y, z] = h.to_be_bytes();
                is_public(IpAddr::from([w, x, y, z]))
            };
            match (a, b) {
                // NAT64 holds an address of IPv4.
                (0x64, 0xff9b) => inner(),
                // 6to4 and Teredo lead through other networks.
                (0x2002, _) | (0x2001, 0) => false,
                (0x2001, 0xdb8) => false,
                (0x2000..=0x3fff, _) => true,
                _ => false,
            }
        }
    }
}

/// Tells whether robots.txt allows the path, by RFC 9309: the longest rule of the group for this
/// program counts, or of the group for all; of equally long ones the one that allows.
fn allows(robots: &str, path: &str) -> bool {
    let mut own: Vec<(bool, String)> = Vec::new();
    let mut all: Vec<(bool, String)> = Vec::new();
    let mut has_own = false;
    let mut agents: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in robots
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
    {
        let Some((field, value)) = line.split_once(':') else {
            continue;
        };
        let (field, value) = (field.trim().to_lowercase(), value.trim());
        match field.as_str() {
            "user-agent" => {
                if !is_open {
                    agents.clear();
                }
                is_open = true;
                agents.push(value.to_lowercase());
                has_own |= value.eq_ignore_ascii_case(AGENT);
            }
            "allow" | "disallow" => {
                is_open = false;
                let rule = (field == "allow", value.to_owned());
                if value.is_empty() {
                    continue;
                }
                if agents.iter().any(|agent| agent == AGENT) {
                    own.push(rule);
                } else if agents.iter().any(|agent| agent == "*") {
                    all.push(rule);
                }
            }
            _ => {}
        }
    }
    let rules = if has_own { own } else { all };
    let matching = rules.iter().filter(|(_, pattern)| matches(pattern, path));
    let longest = matching.max_by_key(|(is_allowed, pattern)| (pattern.len(), *is_allowed));
    longest.is_none_or(|(is_allowed, _)| *is_allowed)
}

/// `*` stands for any characters, and `$` for the end.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, is_whole) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    for (at, part) in parts.iter().enumerate() {
        if is_whole && at + 1 == parts.len() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(found) => rest = &rest[found + part.len()..],
            None => return false,
        }
    }
    !is_whole || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_not_public() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "ff02::1",
            "2001:db8::1",
            "198.18.0.1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["93.184.215.14", "2606:4700::1111", "64:ff9b::808:808"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn robots_are_obeyed() {
        let robots = "User-agent: *\nDisallow: /private\nAllow: /private/open\nDisallow: /*.pdf$ # no files\n\n\
                      User-agent: other\nDisallow: /\n";
        for (path, allowed) in [
            ("/", true),
            ("/private/x", false),
            ("/private/open/x", true),
            ("/a.pdf", false),
            ("/a.pdf?x", true),
        ] {
            assert_eq!(allows(robots, path), allowed, "{path}");
        }
        let robots = "User-agent: a\nUser-agent: Lyceum\nDisallow: /\n\nUser-agent: *\nAllow: /\n";
        assert!(!allows(robots, "/x"));
        assert!(allows("", "/x"));
        assert!(allows("User-agent: *\nDisallow:\n", "/x"));
    }

    #[test]
    fn typed_addresses_are_checked() {
        for typed in [
            "example.org",
            "ftp://example.org",
            "file:///etc/passwd",
            "https://a:b@c.org",
            "",
        ] {
            assert!(parse(typed).is_err(), "{typed}");
        }
        assert!(parse(" https://example.org/a?b ").is_ok());
    }

    #[tokio::test]
    async fn links_are_refused_under_every_setting() {
        for typed in [
            "http://169.254.169.254/latest",
            "http://[::ffff:169.254.169.254]/",
            "http://[fe80::1]/",
            "http://[fd00:ec2::254]/",
            "http://0.0.0.0/",
        ] {
            let url = parse(typed).unwrap();
            let fetcher = Fetcher { is_private: true };
            let refused = fetcher.fetch(&url, &Known::default()).await.unwrap_err();
            assert!(refused.contains("private network"), "{typed}: {refused}");
        }
        assert!(!is_never("10.1.2.3".parse().unwrap()));
    }

    #[tokio::test]
    async fn a_private_address_is_refused_before_anything_is_sent() {
        for typed in [
            "http://127.0.0.1/",
            "http://localhost:8080/",
            "http://[::1]/",
            "http://169.254.169.254/latest",
        ] {
            let url = parse(typed).unwrap();
            let fetcher = Fetcher { is_private: false };
            let refused = fetcher.fetch(&url, &Known::default()).await.unwrap_err();
            assert!(refused.contains("private network"), "{typed}: {refused}");
        }
    }
}
