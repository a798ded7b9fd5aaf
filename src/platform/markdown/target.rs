//! Checks the targets of links and images, and encodes them so that all browsers read them alike.

use ammonia::Url;
use ammonia::url::ParseError;

use super::sanitize::SCHEMES;

/// Returns the address to write.
///
/// # Errors
///
/// The forbidden scheme, such as `javascript:`.
pub(super) fn checked(address: &str) -> Result<String, String> {
    match Url::parse(address) {
        Ok(url) if SCHEMES.contains(&url.scheme()) => Ok(encode(address)),
        Ok(url) => Err(format!("{}:", url.scheme())),
        Err(ParseError::RelativeUrlWithoutBase) => Ok(encode(address)),
        Err(_) => Err("malformed address".to_owned()),
    }
}

/// Returns true if a checked address leaves the site. Browsers read a leading `//` as another host.
pub(super) fn is_external(address: &str) -> bool {
    let scheme = address
        .split([':', '/', '?', '#'])
        .next()
        .unwrap_or_default();
    let has_scheme = address[scheme.len()..].starts_with(':');
    address.starts_with("//")
        || has_scheme && ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str())
}

/// Encodes characters that browsers would change. Browsers drop some white space and control
/// characters, and read backslashes as slashes. Quotes and brackets are encoded too.
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
