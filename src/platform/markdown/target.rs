//! Where links and images point to: asked of the caller, checked, and written so that every browser reads it alike.

use ammonia::Url;
use ammonia::url::ParseError;

use super::sanitize::SCHEMES;

/// The address to emit, or the offending scheme (as `javascript:`) of one that may not be emitted.
pub(super) fn checked(address: &str) -> Result<String, String> {
    match Url::parse(address) {
        Ok(url) if SCHEMES.contains(&url.scheme()) => Ok(encode(address)),
        Ok(url) => Err(format!("{}:", url.scheme())),
        Err(ParseError::RelativeUrlWithoutBase) => Ok(encode(address)),
        Err(_) => Err("malformed address".to_owned()),
    }
}

/// Whether a checked address leaves the site. Browsers read a leading `//` as another host.
pub(super) fn is_external(address: &str) -> bool {
    let scheme = address
        .split([':', '/', '?', '#'])
        .next()
        .unwrap_or_default();
    let has_scheme = address[scheme.len()..].starts_with(':');
    address.starts_with("//")
        || has_scheme && ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str())
}

/// Encodes what may not stand in an address and browsers treat each in their way: white space and controls (which
/// they drop), backslashes (which they take for slashes), quotes and brackets.
fn encode(address: &str) -> String {
    let mut encoded = String::with_capacity(address.len());
    for c in address.trim().chars() {
        let is_unsafe = c.is_control() || c.is_whitespace() || "\\\"<>`{}|^".contains(c);
        if is_unsafe {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        } else {
            encoded.push(c);
        }
    }
    encoded
}
