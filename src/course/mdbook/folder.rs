//! The course folder: the only way in which the reader touches the disk. Nothing outside of the folder is ever
//! opened, whether a path, an include or a symbolic link asks for it.

use std::fmt;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

/// Larger files are refused.
pub const MAX_FILE_BYTES: u64 = 20 * 1024 * 1024;

#[derive(Debug)]
pub struct CourseFolder {
    /// Canonical.
    root: PathBuf,
}

/// Why a file is not read. Reads on from "the include 'x.rs' …".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Missing,
    Absolute,
    Outside,
    NotAFile,
    TooLarge,
    NotText,
    Unreadable,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "does not exist",
            Self::Absolute => "is an absolute path; only files of the course folder can be used",
            Self::Outside => "leaves the course folder",
            Self::NotAFile => "is not a file",
            Self::TooLarge => "is larger than 20 MB",
            Self::NotText => "is not UTF-8 text",
            Self::Unreadable => "cannot be read",
        })
    }
}

impl CourseFolder {
    pub fn open(folder: &Path) -> Result<Self, Refusal> {
        let root = folder.canonicalize().map_err(|_| Refusal::Missing)?;
        if root.is_dir() {
            Ok(Self { root })
        } else {
            Err(Refusal::NotAFile)
        }
    }

    pub fn name(&self) -> String {
        let name = self.root.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// The file that `asked` means when it is written in a file of the folder `base`; all paths but `asked` are
    /// relative to the course folder. Links are followed and the answer is where they end.
    pub fn locate(&self, base: &Path, asked: &str) -> Result<PathBuf, Refusal> {
        let path = Path::new(asked);
        if path.is_absolute() || asked.starts_with('\\') {
            return Err(Refusal::Absolute);
        }
        let wanted = normalize(&base.join(path)).ok_or(Refusal::Outside)?;
        let real = self.root.join(wanted).canonicalize();
        let real = real.map_err(|_| Refusal::Missing)?;
        let inside = real
            .strip_prefix(&self.root)
            .map_err(|_| Refusal::Outside)?;
        let about = real.metadata().map_err(|_| Refusal::Unreadable)?;
        if !about.is_file() {
            return Err(Refusal::NotAFile);
        }
        if about.len() > MAX_FILE_BYTES {
            return Err(Refusal::TooLarge);
        }
        Ok(inside.to_path_buf())
    }

    /// A located file's text, line ends made `\n`.
    pub fn read(&self, located: &Path) -> Result<String, Refusal> {
        let file = std::fs::File::open(self.root.join(located));
        let file = file.map_err(|_| Refusal::Unreadable)?;
        let mut bytes = Vec::new();
        file.take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| Refusal::Unreadable)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(Refusal::TooLarge);
        }
        let text = String::from_utf8(bytes).map_err(|_| Refusal::NotText)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        Ok(text.replace("\r\n", "\n"))
    }

    pub fn locate_and_read(&self, base: &Path, asked: &str) -> Result<(PathBuf, String), Refusal> {
        let located = self.locate(base, asked)?;
        let text = self.read(&located)?;
        Ok((located, text))
    }

    pub fn on_disk(&self, located: &Path) -> PathBuf {
        self.root.join(located)
    }
}

/// Resolves `.` and `..` by name alone; None when that leaves the folder that the path is relative to.
pub fn normalize(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => out.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, CourseFolder) {
        let outer = tempfile::tempdir().unwrap();
        let course = outer.path().join("course");
        std::fs::create_dir_all(course.join("src")).unwrap();
        std::fs::write(outer.path().join("secret.txt"), "secret").unwrap();
        std::fs::write(course.join("src/a.md"), "\u{feff}one\r\ntwo").unwrap();
        let folder = CourseFolder::open(&course).unwrap();
        (outer, folder)
    }

    #[test]
    fn reads_inside() {
        let (_outer, folder) = folder();
        let (path, text) = folder
            .locate_and_read(Path::new("src"), "./x/../a.md")
            .unwrap();
        assert_eq!(
            (path.as_path(), text.as_str()),
            (Path::new("src/a.md"), "one\ntwo")
        );
    }

    #[test]
    fn refuses_what_leaves_the_folder() {
        let (outer, folder) = folder();
        let src = Path::new("src");
        assert_eq!(folder.locate(src, "/etc/passwd"), Err(Refusal::Absolute));
        assert_eq!(
            folder.locate(src, "../../secret.txt"),
            Err(Refusal::Outside)
        );
        assert_eq!(
            folder.locate(src, "../../missing.txt"),
            Err(Refusal::Outside)
        );
        assert_eq!(folder.locate(src, "missing.md"), Err(Refusal::Missing));
        assert_eq!(folder.locate(src, "."), Err(Refusal::NotAFile));
        #[cfg(unix)]
        {
            let link = outer.path().join("course/src/link.txt");
            std::os::unix::fs::symlink(outer.path().join("secret.txt"), link).unwrap();
            assert_eq!(folder.locate(src, "link.txt"), Err(Refusal::Outside));
            let up = outer.path().join("course/src/up");
            std::os::unix::fs::symlink(outer.path(), up).unwrap();
            assert_eq!(folder.locate(src, "up/secret.txt"), Err(Refusal::Outside));
        }
    }

    #[test]
    fn refuses_large_files_and_bytes_that_are_not_text() {
        let (outer, folder) = folder();
        let big = std::fs::File::create(outer.path().join("course/big.bin")).unwrap();
        big.set_len(MAX_FILE_BYTES + 1).unwrap();
        assert_eq!(
            folder.locate(Path::new(""), "big.bin"),
            Err(Refusal::TooLarge)
        );
        std::fs::write(outer.path().join("course/latin1.md"), [0x66, 0xfc, 0x72]).unwrap();
        let read = folder.locate_and_read(Path::new(""), "latin1.md");
        assert_eq!(read.unwrap_err(), Refusal::NotText);
    }
}
