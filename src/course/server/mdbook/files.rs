//! Collects the files that pages refer to, with the names under which they are stored. Also makes
//! slugs and keys.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::unique::Unique;
use crate::course::server::draft::FileDraft;
use crate::course::server::files::OF_QUESTIONS;

/// Longest name of a course or topic in an address.
pub const MAX_SLUG: usize = 80;

/// Longest key of a file without its hash, in bytes. All of the key is ASCII.
const MAX_KEY: usize = 200;

#[derive(Debug, Default)]
pub struct BookFiles {
    pub list: Vec<FileDraft>,
    by_path: HashMap<PathBuf, String>,
    keys: HashSet<String>,
}

impl BookFiles {
    /// Returns the key of a file. The key is `name` if that needs no change to stand in an address.
    pub fn key(&mut self, name: &Path, on_disk: &Path) -> String {
        if let Some(key) = self.by_path.get(on_disk) {
            return key.clone();
        }
        let name = name.to_string_lossy().replace('\\', "/");
        let mut key = plain_name(&name);
        if key.len() > MAX_KEY {
            let start = key.rfind('/').map_or(0, |at| at + 1);
            key = key[start.max(key.len() - MAX_KEY)..].to_owned();
        }
        let is_reserved = key.starts_with(OF_QUESTIONS);
        if key != name || is_reserved || self.keys.contains(&key) {
            key = format!("{}/{key}", short_hash(&name));
        }
        self.by_path.insert(on_disk.to_path_buf(), key.clone());
        self.keys.insert(key.clone());
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

/// Returns the media type for a file's extension. Types that a browser would run as a page are
/// served as text or as bytes to download. SVG stays an image; the server's headers keep it from
/// running scripts.
pub fn media_type(path: &Path) -> &'static str {
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

/// Returns the name of a course or topic in addresses, in Latin letters: `入门` becomes `ru-men`.
/// Different texts can get the same name.
pub fn readable_slug(text: &str) -> String {
    let mut latin = String::with_capacity(text.len());
    for c in text.chars() {
        match deunicode::deunicode_char(c) {
            _ if c.is_ascii() => latin.push(c),
            // A Chinese character becomes a word of its own.
            Some(word) if word.ends_with(' ') => {
                latin.push(' ');
                latin.push_str(word);
            }
            Some(letters) => latin.push_str(letters),
            None => latin.push(' '),
        }
    }
    match latin.contains(|c: char| c.is_ascii_alphanumeric()) {
        true => slug(&latin),
        false => slug(text),
    }
}

/// Returns a name for storage. Different texts get different names: a hash stands for letters other
/// than ASCII.
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

/// The key of a page's topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageKey {
    pub key: String,
    /// Keys that earlier versions made of the same path, the most certain first. Books that were
    /// imported then are stored under these keys.
    pub former: Vec<String>,
}

/// Makes the topics' keys from the paths of their pages. READMEs and indexes are named after their
/// folders. A path that is transliterated always gets a hash, even if no other page has the same
/// transliteration: learners' progress is stored by key, so a page that is added later must not
/// change the keys of others.
pub fn page_keys(paths: &[&Path]) -> Vec<PageKey> {
    let mut unique = Unique::numbered_from(2);
    let keys = paths.iter().map(|path| {
        let stored = page_key(path, slug);
        let readable = page_key(path, readable_slug);
        if stored == readable {
            return PageKey {
                key: unique.take(stored),
                former: Vec::new(),
            };
        }
        let hash = short_hash(&path.to_string_lossy());
        let kept = &readable[..readable.len().min(MAX_SLUG - hash.len() - 1)];
        PageKey {
            key: unique.take(format!("{}-{hash}", kept.trim_end_matches('-'))),
            former: vec![stored, readable],
        }
    });
    keys.collect()
}

fn page_key(path: &Path, slug: fn(&str) -> String) -> String {
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
    fn readable_slugs() {
        for (text, slug) in [
            ("Rust语言圣经", "rust-yu-yan-sheng-jing"),
            ("Über Größe", "uber-grosse"),
            ("Язык Rust", "iazyk-rust"),
            ("Don’t panic: C++!", "dont-panic-c"),
            (
                "The Rust Programming Language",
                "the-rust-programming-language",
            ),
        ] {
            assert_eq!(readable_slug(text), slug);
        }
        assert_eq!(readable_slug("!!!").len(), 8);
        for text in ["أهلا بالعالم", "שלום", "日本語の本", "🦀"] {
            let slug = readable_slug(text);
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(slug.chars().all(plain) && !slug.contains("--"), "{slug}");
        }
    }

    fn keys(paths: &[&str]) -> Vec<String> {
        let paths: Vec<&Path> = paths.iter().map(Path::new).collect();
        page_keys(&paths).into_iter().map(|key| key.key).collect()
    }

    #[test]
    fn pages_whose_transliterations_meet_have_keys_of_their_own() {
        assert_eq!(keys(&["a.md", "a/README.md"]), ["a", "a-2"]);
        let both = keys(&["是.md", "事.md", "shi.md"]);
        assert!(both[0].starts_with("shi-") && both[1].starts_with("shi-"));
        assert_ne!(both[0], both[1]);
        assert_eq!(both[2], "shi");
        let turned = keys(&["shi.md", "事.md", "是.md"]);
        assert_eq!(turned, [&both[2], &both[1], &both[0]].map(Clone::clone));
        // A page has the same key before the others are added.
        assert_eq!(keys(&["是.md"]), both[..1]);
        assert_eq!(keys(&["事.md"]), both[1..2]);
        let long = keys(&[&format!("{}.md", "是".repeat(60))]);
        assert!(long[0].len() <= MAX_SLUG, "{long:?}");
    }

    #[test]
    fn a_page_knows_the_keys_of_earlier_versions() {
        let paths = ["入门/README.md", "a.md", "🦀.md"].map(Path::new);
        let keys = page_keys(&paths);
        assert_eq!(keys[0].former, [slug("入门"), "ru-men".to_owned()]);
        assert!(keys[1].former.is_empty());
    }

    #[test]
    fn the_folder_of_imported_questions_is_not_a_books() {
        let mut files = BookFiles::default();
        let key = files.key(Path::new("from-files/a.svg"), Path::new("/c/a.svg"));
        assert!(key.ends_with("/from-files/a.svg") && !key.starts_with(OF_QUESTIONS));
    }

    #[test]
    fn keys_of_pages() {
        assert_eq!(keys(&["../CHANGELOG.md"])[0], "changelog");
        assert_eq!(
            keys(&["ch04-01-what-is-ownership.md"])[0],
            "ch04-01-what-is-ownership"
        );
        assert_eq!(keys(&["guide/Reading Files.md"])[0], "guide-reading-files");
        assert_eq!(keys(&["guide/README.md"])[0], "guide");
        assert_eq!(keys(&["README.md"])[0], "index");
        assert_eq!(keys(&["v1.2_notes.md"])[0], "v1-2-notes");
    }

    #[test]
    fn keys_of_files_can_stand_in_an_address() {
        let mut files = BookFiles::default();
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
        let deep = format!("{}/a.svg", "deep".repeat(100));
        let key = files.key(Path::new(&deep), Path::new("/c/deep.svg"));
        assert!(key.ends_with("/a.svg") && key.len() < 20, "{key}");
        let long = format!("{}.svg", "é".repeat(250));
        assert!(files.key(Path::new(&long), Path::new("/c/long.svg")).len() < 250);
    }
}
