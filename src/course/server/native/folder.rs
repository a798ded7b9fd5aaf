//! The course folder, with its files and the references to them.
//!
//! The folder is walked once, without following symbolic links, and all later look-ups use the
//! result. A path that the walk did not find does not exist for a course. So no link can lead out
//! of the folder.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::limits;
use super::media::{self, FileKind};
use super::names::{did_you_mean, is_file_name};
use super::report::Mistakes;
use crate::course::server::draft::FileDraft;
use crate::course::server::mdbook;
use crate::platform::figures::megabytes;

/// Limit of guesses at misspelled paths. Each guess compares the path with every file, and so many
/// mistakes usually have one cause.
const MOST_GUESSES: usize = 100;

#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// Sizes in bytes, by path relative to the root.
    files: BTreeMap<PathBuf, u64>,
    folders: BTreeSet<PathBuf>,
    is_cut_short: bool,
    /// Number of missing files that were looked up.
    guesses: Cell<usize>,
    used: RefCell<BTreeSet<PathBuf>>,
    served: RefCell<BTreeMap<String, FileDraft>>,
}

impl Folder {
    pub fn open(path: &Path, report: &Mistakes) -> Option<Self> {
        let root = match fs::canonicalize(path) {
            Ok(root) if root.is_dir() => root,
            Ok(_) => {
                report.add(
                    Path::new(""),
                    None,
                    format!("{} is not a folder", path.display()),
                );
                return None;
            }
            Err(error) => {
                report.add(
                    Path::new(""),
                    None,
                    format!("{} can't be opened: {error}", path.display()),
                );
                return None;
            }
        };
        let mut folder = Self {
            root,
            files: BTreeMap::new(),
            folders: BTreeSet::new(),
            is_cut_short: false,
            guesses: Cell::new(0),
            used: RefCell::default(),
            served: RefCell::default(),
        };
        folder.walk(Path::new(""), 1, report);
        Some(folder)
    }

    /// Returns a folder that has these files, without reading any.
    pub fn of_names<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        Self {
            root: PathBuf::new(),
            files: names.map(|name| (PathBuf::from(name), 0)).collect(),
            folders: BTreeSet::new(),
            is_cut_short: false,
            guesses: Cell::new(MOST_GUESSES),
            used: RefCell::default(),
            served: RefCell::default(),
        }
    }

    fn walk(&mut self, inside: &Path, depth: usize, report: &Mistakes) {
        if self.is_cut_short {
            return;
        }
        let entries =
            fs::read_dir(self.root.join(inside)).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        match entries {
            Ok(entries) => {
                for entry in entries {
                    self.meet(&entry, inside, depth, report);
                }
            }
            Err(error) => report.add(inside, None, format!("the folder can't be read: {error}")),
        }
    }

    fn meet(&mut self, entry: &DirEntry, inside: &Path, depth: usize, report: &Mistakes) {
        let name = entry.file_name();
        let path = inside.join(&name);
        let Some(name) = name.to_str() else {
            return report.add(&path, None, "the name is not UTF-8");
        };
        if name.starts_with('.') {
            return;
        }
        if self.files.len() >= limits::FILES {
            if !self.is_cut_short {
                report.add(
                    Path::new(""),
                    None,
                    format!("the folder has more than {} files", limits::FILES),
                );
            }
            self.is_cut_short = true;
            return;
        }
        let data = match entry.metadata() {
            Ok(data) => data,
            Err(error) => return report.add(&path, None, format!("it can't be read: {error}")),
        };
        if data.is_symlink() {
            report.add(
                &path,
                None,
                "symbolic links are not allowed in a course: put the file itself here",
            );
        } else if data.is_dir() && depth >= limits::FOLDER_DEPTH {
            report.add(
                &path,
                None,
                format!("folders go at most {} deep", limits::FOLDER_DEPTH),
            );
        } else if data.is_dir() {
            check_name(&path, name, report);
            self.folders.insert(path.clone());
            self.walk(&path, depth + 1, report);
        } else if data.is_file() {
            self.meet_file(path, name, data.len(), report);
        } else {
            report.add(&path, None, "it is neither a file nor a folder");
        }
    }

    fn meet_file(&mut self, path: PathBuf, name: &str, bytes: u64, report: &Mistakes) {
        check_name(&path, name, report);
        if bytes > limits::FILE_BYTES {
            let most = megabytes(limits::FILE_BYTES as usize);
            let message = format!("the file has more than the {most} that a file may have");
            report.add(&path, None, message);
        }
        self.files.insert(path, bytes);
    }

    pub fn has_file(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    pub fn has_folder(&self, path: &Path) -> bool {
        self.folders.contains(path)
    }

    /// Returns the names of the folders beside course.toml.
    pub fn top_folders(&self) -> impl Iterator<Item = &str> {
        self.folders
            .iter()
            .filter(|path| path.components().count() == 1)
            .filter_map(|path| path.to_str())
    }

    /// Returns the names of the files directly in a folder, sorted.
    pub fn names_in<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a str> {
        self.files
            .keys()
            .filter(move |path| path.parent() == Some(folder))
            .filter_map(|path| path.file_name()?.to_str())
    }

    /// Reads a Markdown, TOML or code file as text with `\n` line ends. The file counts as used
    /// even if it can't be read.
    pub fn read_text(&self, path: &Path, report: &Mistakes) -> Option<String> {
        self.use_file(path);
        if self
            .files
            .get(path)
            .is_some_and(|bytes| *bytes > limits::TEXT_FILE_BYTES)
        {
            let most = megabytes(limits::TEXT_FILE_BYTES as usize);
            report.add(path, None, format!("a text file may have at most {most}"));
            return None;
        }
        let bytes = match fs::read(self.root.join(path)) {
            Ok(bytes) => bytes,
            Err(error) => {
                report.add(path, None, format!("the file can't be read: {error}"));
                return None;
            }
        };
        match std::str::from_utf8(&bytes) {
            Ok(text) => clean_text(path, text, report),
            Err(error) => {
                let line = 1 + bytes[..error.valid_up_to()]
                    .iter()
                    .filter(|b| **b == b'\n')
                    .count();
                report.add(path, Some(line), "the file is not UTF-8 text");
                None
            }
        }
    }

    /// Returns the file that a relative path in the file `from` names.
    ///
    /// # Errors
    ///
    /// A sentence for the author.
    pub fn resolve(&self, from: &Path, written: &str) -> Result<PathBuf, String> {
        let path = self.normalize(from, written)?;
        if self.has_file(&path) {
            return Ok(path);
        }
        if self.has_folder(&path) {
            return Err(format!("'{written}' is a folder, not a file"));
        }
        Err(format!(
            "the file '{written}' does not exist{}",
            self.guess(from, written)
        ))
    }

    fn guess(&self, from: &Path, written: &str) -> String {
        self.guesses.set(self.guesses.get() + 1);
        if self.guesses.get() > MOST_GUESSES {
            return String::new();
        }
        let near = self.suggestions(from, written);
        did_you_mean(written, near.iter().map(String::as_str))
    }

    fn normalize(&self, from: &Path, written: &str) -> Result<PathBuf, String> {
        let mut path = from.parent().map(Path::to_path_buf).unwrap_or_default();
        for part in Path::new(written).components() {
            match part {
                Component::Normal(name) => path.push(name),
                Component::CurDir => {}
                Component::ParentDir if path.pop() => {}
                Component::ParentDir => {
                    return Err(format!(
                        "the path '{written}' leads out of the course folder"
                    ));
                }
                Component::RootDir | Component::Prefix(_) => {
                    return Err(format!(
                        "the path '{written}' must be relative to the file that it is written in"
                    ));
                }
            }
        }
        Ok(path)
    }

    /// Returns all files as relative paths from `from`, with as many `../` as `written` has.
    fn suggestions(&self, from: &Path, written: &str) -> Vec<String> {
        let here = from.parent().unwrap_or(Path::new(""));
        let ups = Path::new(written)
            .components()
            .take_while(|part| *part == Component::ParentDir)
            .count();
        let base = here.ancestors().nth(ups).unwrap_or(Path::new(""));
        self.files
            .keys()
            .filter_map(|path| path.strip_prefix(base).ok()?.to_str())
            .map(|rest| format!("{}{rest}", "../".repeat(ups)))
            .collect()
    }

    pub fn use_file(&self, path: &Path) {
        self.used.borrow_mut().insert(path.to_path_buf());
    }

    pub fn is_used(&self, path: &Path) -> bool {
        self.used.borrow().contains(path)
    }

    /// Adds a file to those that the course serves, and returns its key and kind.
    ///
    /// # Errors
    ///
    /// A sentence for the author.
    pub fn serve(&self, path: &Path) -> Result<(String, FileKind), String> {
        self.use_file(path);
        let key = key_of(path);
        let (kind, media_type) = media::of(path).ok_or_else(|| {
            format!("'{key}' is not of a kind of file that a course can have; see docs/course-format.md for the list")
        })?;
        Ok((self.add_served(path, media_type), kind))
    }

    /// Adds all files that were not read to those that the course serves.
    pub fn serve_rest(&self) {
        for path in self.files.keys().filter(|path| !self.is_used(path)) {
            let kind = media::of(path).map(|(_, media_type)| media_type);
            let media_type = kind.unwrap_or_else(|| mdbook::media_type(path));
            self.add_served(path, media_type);
        }
    }

    fn add_served(&self, path: &Path, media_type: &str) -> String {
        let key = key_of(path);
        let file = FileDraft {
            key: key.clone(),
            path: self.root.join(path),
            media_type: media_type.to_owned(),
        };
        self.served.borrow_mut().insert(key.clone(), file);
        key
    }

    /// Returns true if the file begins with one of the marks, to tell whether its extension is
    /// right.
    pub fn begins_with(&self, path: &Path, marks: &[&[u8]]) -> bool {
        use std::io::Read;
        let mut start = Vec::new();
        fs::File::open(self.root.join(path))
            .and_then(|file| file.take(16).read_to_end(&mut start))
            .is_ok_and(|_| marks.iter().any(|mark| start.starts_with(mark)))
    }

    pub fn unused(&self) -> Vec<PathBuf> {
        let used = self.used.borrow();
        let is_left_alone = |path: &Path| {
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            name == "README.md" || name.starts_with("LICENSE")
        };
        self.files
            .keys()
            .filter(|path| !used.contains(*path) && !is_left_alone(path))
            .cloned()
            .collect()
    }

    pub fn into_served(self) -> Vec<FileDraft> {
        self.served.into_inner().into_values().collect()
    }
}

fn check_name(path: &Path, name: &str, report: &Mistakes) {
    if !is_file_name(name) {
        let message =
            "names of files and folders have only ASCII letters, digits, '.', '-' and '_'";
        report.add(path, None, message);
    }
}

fn key_of(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// Removes a byte order mark and carriage returns. Reports other control characters: a course has
/// no use for them, and PostgreSQL cannot store NUL.
fn clean_text(path: &Path, text: &str, report: &Mistakes) -> Option<String> {
    let text = text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .replace("\r\n", "\n");
    let stray = text
        .lines()
        .position(|line| line.chars().any(|c| c.is_control() && c != '\t'));
    match stray {
        Some(index) => {
            report.add(
                path,
                Some(index + 1),
                "the line has a control character in it",
            );
            None
        }
        None => Some(text),
    }
}
