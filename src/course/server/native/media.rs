//! Kinds of files that a topic may use, told by extension, and addresses of videos on other sites.

use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Picture,
    Video,
    Captions,
    Pdf,
    /// Any other file that can be downloaded.
    Download,
}

impl FileKind {
    /// Name with its article, for the message "must be …".
    pub fn name(self) -> &'static str {
        match self {
            Self::Picture => "a picture (.svg, .png, .jpg, .webp, .avif or .gif)",
            Self::Video => "a video (.mp4 or .webm)",
            Self::Captions => "a caption file (.vtt)",
            Self::Pdf => "a PDF",
            Self::Download => "a download",
        }
    }
}

/// Returns the kind and media type of a file. None for extensions that a course can't serve.
pub fn of(path: &Path) -> Option<(FileKind, &'static str)> {
    use FileKind::*;
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    Some(match ending.as_str() {
        "svg" => (Picture, "image/svg+xml"),
        "png" => (Picture, "image/png"),
        "jpg" | "jpeg" => (Picture, "image/jpeg"),
        "webp" => (Picture, "image/webp"),
        "avif" => (Picture, "image/avif"),
        "gif" => (Picture, "image/gif"),
        "mp4" => (Video, "video/mp4"),
        "webm" => (Video, "video/webm"),
        "vtt" => (Captions, "text/vtt"),
        "pdf" => (Pdf, "application/pdf"),
        "mp3" => (Download, "audio/mpeg"),
        "ogg" => (Download, "audio/ogg"),
        "m4a" => (Download, "audio/mp4"),
        "wav" => (Download, "audio/wav"),
        "csv" => (Download, "text/csv"),
        "tsv" => (Download, "text/tab-separated-values"),
        "json" => (Download, "application/json"),
        "ipynb" => (Download, "application/x-ipynb+json"),
        "zip" => (Download, "application/zip"),
        "xlsx" => (
            Download,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        "ods" => (Download, "application/vnd.oasis.opendocument.spreadsheet"),
        "txt" | "py" | "rs" | "js" | "ts" | "sql" | "r" | "sh" | "c" | "h" | "cpp" | "java"
        | "go" => (Download, "text/plain"),
        _ => return None,
    })
}

/// Kind of site that a video's address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VideoHost {
    /// A page of YouTube or Vimeo. It is shown through the site's embed, which has its own
    /// captions.
    Embedded,
    File,
}

/// Checks the absolute address of a video.
///
/// # Errors
///
/// The rest of a sentence that begins with the address.
pub fn video_address(address: &str) -> Result<VideoHost, &'static str> {
    let rest = address
        .strip_prefix("https://")
        .ok_or("must begin with https://")?;
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if !is_host(host) || address.contains(char::is_whitespace) {
        return Err("is not a valid address");
    }
    let host = host.to_ascii_lowercase();
    match host.trim_start_matches("www.").trim_start_matches("m.") {
        "youtube.com" | "youtube-nocookie.com" => youtube_page(path),
        "youtu.be" => youtube_id(path.trim_start_matches('/')),
        "vimeo.com" => vimeo_id(path.trim_start_matches('/')),
        "player.vimeo.com" => vimeo_id(path.trim_start_matches("/video/")),
        _ if path.len() > 1 => Ok(VideoHost::File),
        _ => Err("is a whole site, not a video"),
    }
}

/// Returns true for a host name with a dot in it, and optionally a port.
pub fn is_host(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) {
            name
        } else {
            ""
        }
    });
    name.contains('.')
        && name.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
}

fn youtube_page(path: &str) -> Result<VideoHost, &'static str> {
    for folder in ["/embed/", "/shorts/", "/live/"] {
        if let Some(id) = path.strip_prefix(folder) {
            return youtube_id(id);
        }
    }
    let query = path.strip_prefix("/watch?").unwrap_or_default();
    let query = query.split('#').next().unwrap_or_default();
    youtube_id(
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix("v="))
            .unwrap_or_default(),
    )
}

fn youtube_id(rest: &str) -> Result<VideoHost, &'static str> {
    let id = rest.split(['?', '&', '#', '/']).next().unwrap_or_default();
    let well_formed = id.len() == 11
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    well_formed
        .then_some(VideoHost::Embedded)
        .ok_or("names no YouTube video (its eleven-character id is missing)")
}

fn vimeo_id(rest: &str) -> Result<VideoHost, &'static str> {
    let id = rest.split(['?', '#', '/']).next().unwrap_or_default();
    (!id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
        .then_some(VideoHost::Embedded)
        .ok_or("names no Vimeo video (its number is missing)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn video_addresses_are_told_apart() {
        for page in [
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://m.youtube.com/watch?t=3&v=dQw4w9WgXcQ#x",
            "https://youtu.be/dQw4w9WgXcQ?t=3",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
            "https://vimeo.com/76979871",
            "https://vimeo.com/76979871/abcdef",
            "https://player.vimeo.com/video/76979871?h=1",
        ] {
            assert_eq!(video_address(page), Ok(VideoHost::Embedded), "{page}");
        }
        let file = "https://media.example.org:8443/a/mean.mp4";
        assert_eq!(video_address(file), Ok(VideoHost::File));
        for bad in [
            "http://example.org/a.mp4",
            "https://example.org/",
            "https:///a.mp4",
            "https://user@example.org/a.mp4",
            "https://localhost/a.mp4",
            "https://youtu.be/short",
            "https://www.youtube.com/@channel",
            "https://vimeo.com/channels/staffpicks",
        ] {
            assert!(video_address(bad).is_err(), "{bad}");
        }
    }
}
