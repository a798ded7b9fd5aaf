//! Resolves links and images to a topic, a file of the book, or an address elsewhere. A link that
//! leads nowhere is reported, and only its text stays.

use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};

use super::anchors::PageAnchors;
use super::files::BookFiles;
use super::folder::{CourseFolder, FileRefusal};
use super::summary::percent_decoded;

/// Books and tools that are published side by side on doc.rust-lang.org. Their pages link to each
/// other as `../std/…`.
const RUST_DOCS: [&str; 22] = [
    "alloc",
    "book",
    "cargo",
    "clippy",
    "core",
    "edition-guide",
    "embedded-book",
    "error_codes",
    "nightly",
    "nomicon",
    "proc_macro",
    "reference",
    "releases.html",
    "rust-by-example",
    "rustc",
    "rustdoc",
    "stable",
    "std",
    "style-guide",
    "test",
    "unstable-book",
    "beta",
];

#[derive(Debug, PartialEq)]
pub enum LinkTarget {
    /// An address that stays as written.
    Kept,
    To(String),
    /// Address of the page, and a message: the page exists, but not the place in it.
    Near(String, String),
    /// No target, with the reason.
    Broken(String),
    /// A forbidden target, with the reason.
    Refused(String),
}

/// A page as a target of links.
#[derive(Debug)]
pub struct PageTarget {
    /// Path relative to the folder of the pages, for example `guide/README.md` or
    /// `../CHANGELOG.md`.
    pub path: PathBuf,
    /// Key of the page's topic.
    pub key: String,
    pub anchors: PageAnchors,
}

pub struct BookLinks<'a> {
    folder: &'a CourseFolder,
    /// Folder of the pages, relative to the course folder.
    src: &'a Path,
    pages: Vec<PageTarget>,
    /// Indexes of pages by path without extension.
    by_path: HashMap<PathBuf, usize>,
    redirects: &'a BTreeMap<String, String>,
    pub files: BookFiles,
}

impl<'a> BookLinks<'a> {
    pub fn new(
        folder: &'a CourseFolder,
        src: &'a Path,
        pages: Vec<PageTarget>,
        redirects: &'a BTreeMap<String, String>,
    ) -> Self {
        let mut by_path = HashMap::new();
        for (index, page) in pages.iter().enumerate() {
            let path = page.path.with_extension("");
            // mdBook makes a README the index of its folder.
            if path
                .file_name()
                .is_some_and(|name| name.eq_ignore_ascii_case("readme"))
            {
                by_path.insert(path.with_file_name("index"), index);
                by_path.entry(path.with_file_name("")).or_insert(index);
            }
            if path.file_name().is_some_and(|name| name == "index") {
                by_path.insert(path.with_file_name(""), index);
            }
            by_path.insert(path, index);
        }
        // A link to the book's index opens its first page.
        by_path.entry(PathBuf::from("index")).or_insert(0);
        Self {
            folder,
            src,
            pages,
            by_path,
            redirects,
            files: BookFiles::default(),
        }
    }

    /// Returns the target of a link on the page with this index.
    pub fn link(&mut self, page: usize, target: &str) -> LinkTarget {
        let target = target.trim();
        if target.is_empty() {
            return LinkTarget::Broken("this link has no address".to_owned());
        }
        if let Some(outside) = outside(target) {
            return outside;
        }
        let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
        let path = path.split('?').next().unwrap_or_default();
        if path.is_empty() {
            return self.in_page(page, page, fragment, target);
        }
        let path = percent_decoded(path);
        let Some(wanted) = self.path_from_src(page, &path) else {
            return self.beyond_src(page, &path, fragment, target);
        };
        if let Some(index) = self.page_at(&wanted) {
            return self.in_page(page, index, fragment, target);
        }
        if let Some(index) = self.redirected(&wanted) {
            return self.in_page(page, index, fragment, target);
        }
        if wanted.starts_with("..") {
            return self.beyond_src(page, &path, fragment, target);
        }
        if has_ending(&wanted, "md") {
            return LinkTarget::Broken(format!("'{target}' is not among the pages of SUMMARY.md"));
        }
        self.file(&self.src.join(&wanted), target)
    }

    /// Returns the target of an image on the page with this index.
    pub fn image(&mut self, page: usize, target: &str) -> LinkTarget {
        let target = target.trim();
        if let Some(outside) = outside(target) {
            return outside;
        }
        let path = percent_decoded(target.split(['#', '?']).next().unwrap_or_default());
        let base = self.base(page);
        let path = match path.strip_prefix('/') {
            Some(from_root) => self.src.join(from_root),
            None => self.src.join(base).join(path),
        };
        match self.file(&path, target) {
            LinkTarget::Broken(_) if self.folder.normalize(&path).is_none() => {
                let why = self.folder.explain(FileRefusal::Outside);
                LinkTarget::Refused(format!("the image '{target}' {why}"))
            }
            LinkTarget::Broken(why) => LinkTarget::Broken(format!("the image {why}")),
            LinkTarget::Refused(why) => LinkTarget::Refused(format!("the image {why}")),
            found => found,
        }
    }

    fn base(&self, page: usize) -> PathBuf {
        let path = self.pages.get(page).map(|page| page.path.as_path());
        path.and_then(Path::parent)
            .unwrap_or(Path::new(""))
            .to_path_buf()
    }

    /// Returns the path of a link on the page, relative to the folder of the pages. None if the
    /// path leads out of the root.
    fn path_from_src(&self, page: usize, path: &str) -> Option<PathBuf> {
        match path.strip_prefix('/') {
            Some(from_root) => self.seen_from_src(Path::new(from_root)),
            None => self.seen_from_src(&self.base(page).join(path)),
        }
    }

    fn seen_from_src(&self, path: &Path) -> Option<PathBuf> {
        let path = self.folder.normalize(&self.src.join(path))?;
        Some(self.folder.relative(self.src, &path))
    }

    fn page_at(&self, wanted: &Path) -> Option<usize> {
        let is_page =
            wanted.extension().is_none() || has_ending(wanted, "md") || has_ending(wanted, "html");
        if !is_page && !wanted.as_os_str().is_empty() {
            return None;
        }
        let whole = self
            .by_path
            .get(wanted)
            .filter(|_| wanted.extension().is_none());
        whole
            .or_else(|| self.by_path.get(&wanted.with_extension("")))
            .copied()
    }

    fn redirected(&self, wanted: &Path) -> Option<usize> {
        let wanted = wanted.with_extension("html");
        let from = format!("/{}", wanted.display());
        let to = self
            .redirects
            .get(&from)
            .or_else(|| self.redirects.get(&from[1..]))?;
        let to = to.split('#').next().unwrap_or_default();
        let to = match to.strip_prefix('/') {
            Some(from_root) => self.seen_from_src(Path::new(from_root)),
            None => self.seen_from_src(&wanted.parent()?.join(to)),
        };
        self.page_at(&to?)
    }

    fn in_page(&self, from: usize, to: usize, fragment: &str, target: &str) -> LinkTarget {
        let page = &self.pages[to];
        let top = format!("topic:{}", page.key);
        if fragment.is_empty() {
            return LinkTarget::To(top);
        }
        match page.anchors.resolve(&percent_decoded(fragment)) {
            Some("") => LinkTarget::To(top),
            Some(id) if from == to => LinkTarget::To(format!("#{id}")),
            Some(id) => LinkTarget::To(format!("{top}#{id}")),
            None if from == to => LinkTarget::Broken(format!("'{target}' is nowhere on this page")),
            None => LinkTarget::Near(
                top,
                format!("'{target}' names a place that the page does not have"),
            ),
        }
    }

    fn beyond_src(&mut self, page: usize, path: &str, fragment: &str, target: &str) -> LinkTarget {
        let beyond = path.trim_start_matches("../").trim_start_matches("./");
        let first = beyond.split('/').next().unwrap_or_default();
        if RUST_DOCS.contains(&first) {
            let hash = if fragment.is_empty() { "" } else { "#" };
            return LinkTarget::To(format!(
                "https://doc.rust-lang.org/{beyond}{hash}{fragment}"
            ));
        }
        let path = self.src.join(self.base(page)).join(path);
        self.file(&path, target)
    }

    fn file(&mut self, path: &Path, target: &str) -> LinkTarget {
        let Some(wanted) = self.folder.normalize(path) else {
            return LinkTarget::Broken(format!("'{target}' leads out of the course folder"));
        };
        match self.folder.locate(Path::new(""), &wanted.to_string_lossy()) {
            Ok(located) => {
                let name = wanted.strip_prefix(self.src).unwrap_or(&wanted);
                let names = name.components();
                let name: PathBuf = names
                    .skip_while(|part| *part == Component::ParentDir)
                    .collect();
                let key = self.files.key(&name, &self.folder.on_disk(&located));
                LinkTarget::To(format!("file:{key}"))
            }
            Err(FileRefusal::NotAFile) => {
                LinkTarget::Broken(format!("'{target}' {}", FileRefusal::Missing))
            }
            Err(refusal) => {
                let message = format!("'{target}' {}", self.folder.explain(refusal));
                match refusal.is_final() {
                    true => LinkTarget::Refused(message),
                    false => LinkTarget::Broken(message),
                }
            }
        }
    }
}

/// Returns the target of an address outside the book. Such addresses stay, except those with the
/// importer's own schemes.
fn outside(target: &str) -> Option<LinkTarget> {
    if target.starts_with("//") {
        return Some(LinkTarget::Kept);
    }
    let (scheme, _) = target.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if !is_scheme {
        return None;
    }
    Some(match scheme.to_ascii_lowercase().as_str() {
        "file" | "topic" => {
            LinkTarget::Broken(format!("'{target}' is not an address that a book can use"))
        }
        _ => LinkTarget::Kept,
    })
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::server::mdbook::scan::scan;

    fn with_links(test: impl FnOnce(&mut BookLinks<'_>)) {
        let dir = tempfile::tempdir().unwrap();
        for file in [
            "src/img/a b.png",
            "src/guide/data.csv",
            "src/unlisted.md",
            "shared/x.svg",
        ] {
            let file = dir.path().join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "x").unwrap();
        }
        let folder = CourseFolder::open(dir.path(), None).unwrap();
        let page = |path: &str, key: &str, text: &str| PageTarget {
            path: path.into(),
            key: key.to_owned(),
            anchors: PageAnchors::of(&scan(text), text),
        };
        let pages = vec![
            page("intro.md", "intro", "# Intro\n\n## Setup\n"),
            page("guide/README.md", "guide", "# Guide\n\n## Use it\n"),
            page("guide/v1.2 notes.md", "guide-v1-2-notes", ""),
        ];
        let redirects = BTreeMap::from([(
            "/old/page.html".to_owned(),
            "../guide/index.html".to_owned(),
        )]);
        test(&mut BookLinks::new(
            &folder,
            Path::new("src"),
            pages,
            &redirects,
        ));
    }

    fn to(target: &str) -> LinkTarget {
        LinkTarget::To(target.to_owned())
    }

    #[test]
    fn pages_in_all_their_spellings() {
        with_links(|links| {
            for target in [
                "guide/README.md",
                "guide/index.html",
                "guide/",
                "./guide",
                "/guide/README.html",
            ] {
                assert_eq!(links.link(0, target), to("topic:guide"), "{target}");
            }
            assert_eq!(
                links.link(1, "../intro.html#setup"),
                to("topic:intro#setup")
            );
            assert_eq!(links.link(1, "../intro.md#intro"), to("topic:intro"));
            assert_eq!(
                links.link(1, "v1.2%20notes.md"),
                to("topic:guide-v1-2-notes")
            );
            assert_eq!(links.link(1, "../index.html"), to("topic:intro"));
            assert_eq!(links.link(0, "old/page.html"), to("topic:guide"));
            assert_eq!(links.link(0, "#setup"), to("#setup"));
            let near = links.link(1, "../intro.html#renamed");
            assert!(matches!(near, LinkTarget::Near(target, _) if target == "topic:intro"));
        });
    }

    #[test]
    fn files_and_images_are_brought_along_once() {
        with_links(|links| {
            let LinkTarget::To(image) = links.image(1, "../img/a%20b.png") else {
                panic!()
            };
            assert_eq!(links.image(0, "/img/a b.png"), to(&image));
            assert_eq!(links.link(0, "guide/data.csv"), to("file:guide/data.csv"));
            assert_eq!(links.image(0, "../shared/x.svg"), to("file:shared/x.svg"));
            assert_eq!(links.files.list.len(), 3);
        });
    }

    #[test]
    fn out_of_the_book() {
        with_links(|links| {
            let std = "https://doc.rust-lang.org/std/vec/index.html#x";
            assert_eq!(links.link(0, "../std/vec/index.html#x"), to(std));
            assert_eq!(links.link(1, "../../std/vec/index.html#x"), to(std));
            assert_eq!(links.link(0, "https://example.org/a.md"), LinkTarget::Kept);
            assert_eq!(links.link(0, "mailto:a@example.org"), LinkTarget::Kept);
            assert!(matches!(
                links.link(0, "file:///etc/passwd"),
                LinkTarget::Broken(_)
            ));
            assert!(matches!(
                links.link(0, "topic:guide"),
                LinkTarget::Broken(_)
            ));
        });
    }

    #[test]
    fn nowhere() {
        with_links(|links| {
            assert!(matches!(links.link(0, "gone.html"), LinkTarget::Broken(_)));
            assert!(matches!(
                links.link(0, "unlisted.md"),
                LinkTarget::Broken(_)
            ));
            assert!(matches!(
                links.link(0, "../../CONTRIBUTING.md"),
                LinkTarget::Broken(_)
            ));
            assert!(matches!(links.link(0, "#gone"), LinkTarget::Broken(_)));
            assert!(matches!(
                links.image(0, "img/gone.png"),
                LinkTarget::Broken(_)
            ));
            assert!(matches!(
                links.image(0, "../../etc/passwd"),
                LinkTarget::Refused(_)
            ));
        });
    }
}
