//! Addresses with a query.

use super::encode;

/// Bytes of the longest local address. Addresses are stored with jobs and sent in mails.
#[cfg(feature = "ssr")]
const LONGEST: usize = 2_000;

/// Path and query of an address of this site, as a browser would read it on one of our pages. None
/// if the address leads elsewhere or is longer than 2,000 bytes. The result begins with one slash
/// and holds visible ASCII characters only.
#[cfg(feature = "ssr")]
pub fn local(address: &str) -> Option<String> {
    // Any origin of ours will do: what matters is that the address does not leave it.
    let here = url::Url::parse("http://lyceum.invalid/").ok()?;
    let url = here.join(address).ok()?;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    // A path that begins with two slashes would be read as a host.
    let is_ours = url.origin() == here.origin() && !path.starts_with("//");
    let is_visible = path.bytes().all(|byte| byte.is_ascii_graphic());
    let is_short = path.len() <= LONGEST;
    (is_ours && is_visible && is_short && address.trim_start_matches(is_skipped).starts_with('/'))
        .then(|| path.to_owned())
}

/// Characters that a browser leaves out before it reads an address.
#[cfg(feature = "ssr")]
fn is_skipped(c: char) -> bool {
    c <= ' '
}

/// The path with those values that are not empty.
pub fn with_query(path: &str, values: &[(&str, &str)]) -> String {
    let parts: Vec<String> = values
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    match parts.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", parts.join("&")),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::local;

    #[test]
    fn an_address_of_this_site_keeps_path_and_query() {
        for (address, kept) in [
            ("/courses/rust?a=b", "/courses/rust?a=b"),
            ("/learn/small/begin#part", "/learn/small/begin"),
            ("/", "/"),
            (
                "/courses/größe?q=ä b",
                "/courses/gr%C3%B6%C3%9Fe?q=%C3%A4%20b",
            ),
            ("/a/../b/./c", "/b/c"),
            ("/courses?q=//x\\y", "/courses?q=//x\\y"),
            ("/a\r\nSet-Cookie: x", "/aSet-Cookie:%20x"),
        ] {
            assert_eq!(local(address).as_deref(), Some(kept), "{address:?}");
        }
    }

    #[test]
    fn an_address_of_another_site_is_none() {
        for evil in [
            "//evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "/%2e//evil.example",
            "https://evil.example",
            "http:evil.example",
            "http://lyceum.invalid/",
            "javascript:alert(1)",
            "data:text/html,x",
            "evil.example",
            "",
        ] {
            assert_eq!(local(evil), None, "{evil:?}");
        }
    }

    #[test]
    fn an_address_has_a_length_that_can_be_stored() {
        let longest = format!("/{}", "a".repeat(1_999));
        assert_eq!(local(&longest).as_deref(), Some(longest.as_str()));
        assert_eq!(local(&format!("{longest}a")), None);
        // Each of these letters takes six bytes once it is encoded.
        assert_eq!(local(&format!("/{}", "ä".repeat(400))), None);
    }

    proptest::proptest! {
        #[test]
        fn no_address_leads_elsewhere(typed in "[/\\\\ \t\r\n.:@?#%a0e\u{1}\u{202e}]{0,12}|\\PC{0,40}") {
            if let Some(path) = local(&typed) {
                let base = url::Url::parse("https://ours.example/sign-in").unwrap();
                let url = base.join(&path).unwrap();
                proptest::prop_assert_eq!(url.host_str(), Some("ours.example"));
                proptest::prop_assert!(path.bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }
    }
}
