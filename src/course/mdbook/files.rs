//! The files that pages refer to, with the names under which they are stored, and the making of names.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::course::draft::FileDraft;

/// Longest name of a course or topic in an address.
const MAX_SLUG: usize = 80;

#[derive(Debug, Default)]
pub struct Files {
    pub list: Vec<FileDraft>,
    by_path: HashMap<PathBuf, String>,
}

impl Files {
    /// The key of this file, which is `name` where that can stand in an address as it is.
    pub fn key(&mut self, name: &Path, on_disk: &Path) -> String {
        if let Some(key) = self.by_path.get(on_disk) {
            return key.clone();
        }
        let name = name.to_string_lossy().replace('\\', "/");
        let mut key = plain_name(&name);
        if key != name || self.list.iter().any(|file| file.key == key) {
            key = format!("{}/{key}", short_hash(&name));
        }
        self.by_path.insert(on_disk.to_path_buf(), key.clone());
        self.list.push(FileDraft {
            media_type: media_type(on_disk).to_owned(),
            path: on_disk.to_path_buf(),
            key: key.clone(),
        });
        key
    }
}

fn plain_name(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._-/".contains(c) {
            c
        } else {
            '-'
        }
    };
    name.chars().map(plain).collect()
}

/// By the name's ending. What a browser could run as a page of its own is text or bytes to download; SVG is an
/// image, and served so that it cannot run anything.
fn media_type(path: &Path) -> &'static str {
    let ending = path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    match ending.as_str() {
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "bmp" => "image/bmp",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "ogv" => "video/ogg",
        "mp3" => "audio/mpeg",
        "ogg" | "oga" => "audio/ogg",
        "wav" => "audio/wav",
        "vtt" => "text/vtt",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "json" => "application/json",
        "csv" => "text/csv",
        "txt" | "md" | "rs" | "toml" | "py" | "c" | "h" | "cpp" | "js" | "ts" | "css" | "html"
        | "htm" | "xml" | "yaml" | "yml" | "sh" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// A name for addresses. Letters other than ASCII cannot stand in one, so a hash of the whole tells texts apart that
/// differ in those alone; the same text always gives the same name.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    let mut lossy = false;
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            c if c.is_alphanumeric() => lossy = true,
            '\'' | '’' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches('-');
    if !lossy && slug.len() <= MAX_SLUG && !slug.is_empty() {
        return slug.to_owned();
    }
    let hash = short_hash(text);
    let kept = &slug[..slug.len().min(MAX_SLUG - hash.len() - 1)];
    match kept.trim_end_matches('-') {
        "" => hash,
        kept => format!("{kept}-{hash}"),
    }
}

/// A topic's key from its page's path: a README and an index are called after their folder.
pub fn page_key(path: &Path) -> String {
    let path = path.with_extension("");
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    match folder.filter(|_| name == "readme" || name == "index") {
        Some(folder) => slug(&folder.to_string_lossy()),
        None if name == "readme" => "index".to_owned(),
        None => slug(&path.to_string_lossy()),
    }
}

/// `wanted`, or with a number behind it when that is taken.
pub fn unique(wanted: String, taken: &mut HashSet<String>) -> String {
    let mut key = wanted.clone();
    let mut number = 2;
    while !taken.insert(key.clone()) {
        key = format!("{wanted}-{number}");
        number += 1;
    }
    key
}

fn short_hash(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        assert_eq!(
            slug("The Rust Programming Language"),
            "the-rust-programming-language"
        );
        assert_eq!(slug("C++ & you: don't panic!"), "c-you-dont-panic");
        assert_ne!(slug("Überblick"), slug("Äberblick"));
        assert!(slug("入门").chars().all(|c| c.is_ascii_hexdigit()));
        assert!(slug(&"long ".repeat(40)).len() <= MAX_SLUG);
        assert_eq!(slug("!!!").len(), 8);
    }

    #[test]
    fn keys_of_pages() {
        assert_eq!(
            page_key(Path::new("ch04-01-what-is-ownership.md")),
            "ch04-01-what-is-ownership"
        );
        assert_eq!(
            page_key(Path::new("guide/Reading Files.md")),
            "guide-reading-files"
        );
        assert_eq!(page_key(Path::new("guide/README.md")), "guide");
        assert_eq!(page_key(Path::new("README.md")), "index");
        assert_eq!(page_key(Path::new("v1.2_notes.md")), "v1-2-notes");
    }

    #[test]
    fn keys_of_files_can_stand_in_an_address() {
        let mut files = Files::default();
        assert_eq!(
            files.key(Path::new("img/a.svg"), Path::new("/c/src/img/a.svg")),
            "img/a.svg"
        );
        let spaced = files.key(Path::new("img/a b.svg"), Path::new("/c/src/img/a b.svg"));
        assert!(spaced.ends_with("/img/a-b.svg") && !spaced.contains(' '));
        assert_eq!(
            files.key(Path::new("img/a.svg"), Path::new("/c/src/img/a.svg")),
            "img/a.svg"
        );
        assert_ne!(
            files.key(Path::new("img/a.svg"), Path::new("/c/img/a.svg")),
            "img/a.svg"
        );
        assert_eq!(files.list[0].media_type, "image/svg+xml");
        assert_eq!(files.list.len(), 3);
    }
}
