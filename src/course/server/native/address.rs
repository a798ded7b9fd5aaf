//! Parses targets of links, and turns a path into the `file:KEY` that rendering resolves.

use std::path::Path;

use super::media::{self, FileKind, VideoHost};
use super::names::is_slug;
use super::reading::Reading;
use super::source::TomlValue;

#[derive(Debug, PartialEq, Eq)]
pub enum Address<'a> {
    Web,
    Fragment(&'a str),
    Topic {
        key: &'a str,
        fragment: Option<&'a str>,
    },
    Path(&'a str),
}

/// Parses the target of a link.
///
/// # Errors
///
/// A sentence for the author.
pub fn parse(url: &str) -> Result<Address<'_>, String> {
    if let Some(fragment) = url.strip_prefix('#') {
        return if fragment.is_empty() {
            Err(no_address())
        } else {
            Ok(Address::Fragment(fragment))
        };
    }
    match url.split_once(':') {
        Some(("topic", rest)) => topic(rest),
        Some(("file", _)) => Err(format!("write the path of the file instead of '{url}'")),
        Some((scheme, rest)) if is_scheme(scheme) => web(&scheme.to_ascii_lowercase(), rest, url),
        _ => path(url),
    }
}

fn topic(rest: &str) -> Result<Address<'_>, String> {
    let (key, fragment) = match rest.split_once('#') {
        Some((key, fragment)) => (key, Some(fragment).filter(|fragment| !fragment.is_empty())),
        None => (rest, None),
    };
    if is_slug(key) {
        Ok(Address::Topic { key, fragment })
    } else {
        Err(format!(
            "'topic:{rest}' must be topic:KEY or topic:KEY#heading"
        ))
    }
}

fn web<'a>(scheme: &str, rest: &str, url: &str) -> Result<Address<'a>, String> {
    let is_good = match scheme {
        "http" | "https" => rest.strip_prefix("//").is_some_and(|rest| {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            media::is_host(host)
        }),
        "mailto" => rest.contains('@'),
        _ => {
            return Err(format!(
                "'{url}' is not a kind of address that a course may link to"
            ));
        }
    };
    if is_good {
        Ok(Address::Web)
    } else {
        Err(format!("'{url}' is not a valid address"))
    }
}

fn path(url: &str) -> Result<Address<'_>, String> {
    if url.is_empty() {
        Err(no_address())
    } else if url.starts_with('/') {
        Err(format!(
            "the path '{url}' must be relative to the file that it is written in"
        ))
    } else if url.contains(['#', '?']) {
        Err(format!(
            "the path '{url}' must end with the file's name, without '#' or '?'"
        ))
    } else {
        Ok(Address::Path(url))
    }
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

fn no_address() -> String {
    "the link has no address".to_owned()
}

/// Adds the file at a path to the files that the course serves, and returns `file:KEY`. `from` is
/// the file in which the path is written.
///
/// # Errors
///
/// A sentence for the author.
pub fn serve(
    reading: &Reading,
    from: &Path,
    path: &str,
    wanted: Option<FileKind>,
) -> Result<String, String> {
    let file = reading.folder.resolve(from, path)?;
    if file.extension().is_some_and(|ending| ending == "md") {
        return Err(format!(
            "'{path}' is a text of the course: link to a topic by its key, as topic:KEY"
        ));
    }
    let (key, kind) = reading.folder.serve(&file)?;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != kind) {
        return Err(format!("'{path}' must be {}", wanted.name()));
    }
    Ok(format!("file:{key}"))
}

/// Returns the `file:KEY` of the file that a value names, which must be of kind `wanted`. Reports a
/// mistake otherwise.
pub fn file(value: TomlValue<'_>, wanted: FileKind) -> String {
    let Some(path) = value.str() else {
        return String::new();
    };
    let served = match parse(path) {
        Ok(Address::Path(path)) => {
            serve(value.source.reading, &value.source.file, path, Some(wanted))
        }
        Ok(_) => Err(format!(
            "'{}' must be the path of {}",
            value.name,
            wanted.name()
        )),
        Err(message) => Err(message),
    };
    served.unwrap_or_else(|message| {
        value.complain(message);
        String::new()
    })
}

/// Reads a video: a file of the folder or an address.
pub fn video(value: TomlValue<'_>, limit: usize) -> (String, VideoHost) {
    let address = value.line(limit);
    if !address.contains("://") {
        return (file(value, FileKind::Video), VideoHost::File);
    }
    let host = media::video_address(&address).unwrap_or_else(|why| {
        value.complain(format!("'{address}' {why}"));
        VideoHost::File
    });
    (address, host)
}

/// Returns the attributes in raw HTML that load something or lead somewhere: offset, name and
/// value.
pub fn html_references(html: &str) -> Vec<(usize, &'static str, &str)> {
    let lower = html.to_ascii_lowercase();
    let mut found = Vec::new();
    for name in ["src", "srcset", "href", "poster"] {
        for (at, _) in lower.match_indices(name) {
            let begins = lower[..at]
                .ends_with(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | '/'));
            let after = html[at + name.len()..].trim_start();
            if let Some(value) = after.strip_prefix('=').filter(|_| begins) {
                found.push((at, name, attribute_value(value.trim_start())));
            }
        }
    }
    found
}

fn attribute_value(written: &str) -> &str {
    match written.chars().next() {
        Some(quote @ ('"' | '\'')) => written[1..].split(quote).next().unwrap_or_default(),
        _ => written
            .split(|c: char| c.is_ascii_whitespace() || c == '>')
            .next()
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        let topic = |key, fragment| Ok(Address::Topic { key, fragment });
        assert_eq!(parse("topic:the-mean"), topic("the-mean", None));
        assert_eq!(parse("topic:the-mean#why"), topic("the-mean", Some("why")));
        assert_eq!(parse("#why"), Ok(Address::Fragment("why")));
        assert_eq!(parse("../img/a.svg"), Ok(Address::Path("../img/a.svg")));
        for web in [
            "https://example.org/a:b",
            "HTTP://example.org",
            "mailto:a@example.org",
        ] {
            assert_eq!(parse(web), Ok(Address::Web), "{web}");
        }
        for bad in [
            "",
            "#",
            "topic:",
            "topic:A",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:a.svg",
            "/etc/passwd",
            "//example.org/a",
            "https:///a",
            "deck.pdf#page=2",
            "vbscript:x",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn references_in_raw_html_are_found() {
        let html = "<a class=x\n HREF='a.html'><img data-src=no src=b.png></a>";
        let found: Vec<_> = html_references(html)
            .into_iter()
            .map(|(_, name, value)| (name, value))
            .collect();
        assert_eq!(found, [("src", "b.png"), ("href", "a.html")]);
    }
}
