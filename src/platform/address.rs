//! Addresses with a query.

use super::encode;

/// Appends the values that are not empty to the path, percent-encoded.
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
