//! The course folder: the reader's only access to the disk. Only files in the folder are ever
//! opened, or in the wider root that the operator names. Paths, includes and symbolic links that
//! lead out of it are refused.

use std::fmt;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use crate::platform::figures::megabytes;

/// Largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 20 * 1024 * 1024;

#[derive(Debug)]
pub struct CourseFolder {
    /// Canonical path. All paths of files are relative to this folder, even those of files outside
    /// it.
    folder: PathBuf,
    /// Canonical path of the course folder or of a folder around it.
    root: PathBuf,
}

/// Reason for not reading a file. Its text continues "the include 'x.rs' …".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileRefusal {
    Missing,
    Absolute,
    Outside,
    NotAFile,
    NotAFolder,
    TooLarge,
    NotText,
    Unreadable,
}

impl fmt::Display for FileRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self {
            Self::Missing => "does not exist",
            Self::Absolute => "is an absolute path; only files of the course folder can be used",
            Self::Outside => "leaves the course folder",
            Self::NotAFile => "is not a file",
            Self::NotAFolder => "is not a folder",
            Self::TooLarge => {
                let most = megabytes(MAX_FILE_BYTES as usize);
                return write!(f, "is larger than {most}");
            }
            Self::NotText => "is not UTF-8 text",
            Self::Unreadable => "cannot be read",
        };
        f.write_str(why)
    }
}

impl FileRefusal {
    /// True if the refusal ends the import. For other refusals the file is left out.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Absolute | Self::Outside | Self::TooLarge)
    }
}

impl CourseFolder {
    /// Opens the course folder. Its pages may use all files of `root`, a folder around it.
    ///
    /// # Errors
    ///
    /// A sentence that says which of the two folders can't be used.
    pub fn open(folder: &Path, root: Option<&Path>) -> Result<Self, String> {
        let folder =
            canonical_folder(folder).map_err(|refusal| format!("the course folder {refusal}"))?;
        let root = match root {
            Some(root) => canonical_folder(root)
                .map_err(|refusal| format!("the root {} {refusal}", root.display()))?,
            None => folder.clone(),
        };
        if !folder.starts_with(&root) {
            return Err(format!(
                "the course folder is not inside of the root {}",
                root.display()
            ));
        }
        Ok(Self { folder, root })
    }

    pub fn name(&self) -> String {
        let name = self.folder.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Returns the refusal as a reason for people. Mentions `--root` if the option can help.
    pub fn explain(&self, refusal: FileRefusal) -> String {
        match refusal {
            FileRefusal::Outside if self.root == self.folder => {
                format!("{refusal}; --root DIR names a wider folder whose files may be used")
            }
            FileRefusal::Outside => "leaves the folder that --root names".to_owned(),
            _ => refusal.to_string(),
        }
    }

    /// Returns the file that `asked` names when written in a file of the folder `base`. Paths other
    /// than `asked` are relative to the course folder. Symbolic links are followed, and the result
    /// is their target.
    pub fn locate(&self, base: &Path, asked: &str) -> Result<PathBuf, FileRefusal> {
        let path = Path::new(asked);
        if path.is_absolute() || asked.starts_with('\\') {
            return Err(FileRefusal::Absolute);
        }
        let wanted = self
            .normalize(&base.join(path))
            .ok_or(FileRefusal::Outside)?;
        let real = self.folder.join(wanted).canonicalize();
        let real = real.map_err(|_| FileRefusal::Missing)?;
        if !real.starts_with(&self.root) {
            return Err(FileRefusal::Outside);
        }
        let about = real.metadata().map_err(|_| FileRefusal::Unreadable)?;
        if !about.is_file() {
            return Err(FileRefusal::NotAFile);
        }
        if about.len() > MAX_FILE_BYTES {
            return Err(FileRefusal::TooLarge);
        }
        Ok(relative(&self.folder, &real))
    }

    /// Returns the relative path from the folder `from` to `to`. Both are relative to the course
    /// folder.
    pub fn relative(&self, from: &Path, to: &Path) -> PathBuf {
        relative(&self.absolute(from), &self.absolute(to))
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        let mut out = self.folder.clone();
        for part in path.components() {
            match part {
                Component::ParentDir => {
                    out.pop();
                }
                part => out.push(part),
            }
        }
        out
    }

    /// Resolves `.` and `..` by name alone. Both paths are relative to the course folder; the
    /// result begins with `..` for files around it. None if the path leads out of the root.
    pub fn normalize(&self, path: &Path) -> Option<PathBuf> {
        let mut out = PathBuf::new();
        let mut ups = 0;
        for part in path.components() {
            match part {
                Component::Normal(name) => out.push(name),
                Component::CurDir => {}
                Component::ParentDir => {
                    if !out.pop() {
                        ups += 1;
                    }
                }
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        let allowed = self.folder.components().count() - self.root.components().count();
        let up: PathBuf = std::iter::repeat_n("..", ups).collect();
        (ups <= allowed).then(|| up.join(out))
    }

    /// Reads the text of a located file. Line ends become `\n`, and NUL, which PostgreSQL cannot
    /// store, becomes U+FFFD.
    pub fn read(&self, located: &Path) -> Result<String, FileRefusal> {
        let file = std::fs::File::open(self.folder.join(located));
        let file = file.map_err(|_| FileRefusal::Unreadable)?;
        let mut bytes = Vec::new();
        file.take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| FileRefusal::Unreadable)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(FileRefusal::TooLarge);
        }
        let text = String::from_utf8(bytes).map_err(|_| FileRefusal::NotText)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        Ok(text.replace("\r\n", "\n").replace('\0', "\u{fffd}"))
    }

    pub fn locate_and_read(
        &self,
        base: &Path,
        asked: &str,
    ) -> Result<(PathBuf, String), FileRefusal> {
        let located = self.locate(base, asked)?;
        let text = self.read(&located)?;
        Ok((located, text))
    }

    pub fn on_disk(&self, located: &Path) -> PathBuf {
        self.folder.join(located)
    }
}

fn canonical_folder(path: &Path) -> Result<PathBuf, FileRefusal> {
    let path = path.canonicalize().map_err(|_| FileRefusal::Missing)?;
    if path.is_dir() {
        Ok(path)
    } else {
        Err(FileRefusal::NotAFolder)
    }
}

/// Returns the relative path from the folder `from` to `to`, both absolute.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let same = from
        .components()
        .zip(to.components())
        .take_while(|(from, to)| from == to)
        .count();
    let up = std::iter::repeat_n(Component::ParentDir, from.components().count() - same);
    up.chain(to.components().skip(same)).collect()
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
        let folder = CourseFolder::open(&course, None).unwrap();
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
        assert_eq!(
            folder.locate(src, "/etc/passwd"),
            Err(FileRefusal::Absolute)
        );
        assert_eq!(
            folder.locate(src, "../../secret.txt"),
            Err(FileRefusal::Outside)
        );
        assert_eq!(
            folder.locate(src, "../../missing.txt"),
            Err(FileRefusal::Outside)
        );
        assert_eq!(folder.locate(src, "missing.md"), Err(FileRefusal::Missing));
        assert_eq!(folder.locate(src, "."), Err(FileRefusal::NotAFile));
        #[cfg(unix)]
        {
            let link = outer.path().join("course/src/link.txt");
            std::os::unix::fs::symlink(outer.path().join("secret.txt"), link).unwrap();
            assert_eq!(folder.locate(src, "link.txt"), Err(FileRefusal::Outside));
            let up = outer.path().join("course/src/up");
            std::os::unix::fs::symlink(outer.path(), up).unwrap();
            assert_eq!(
                folder.locate(src, "up/secret.txt"),
                Err(FileRefusal::Outside)
            );
        }
    }

    #[test]
    fn a_wider_root_is_reached_and_not_left() {
        let (outer, _) = folder();
        let repository = outer.path().join("repository");
        for (file, text) in [
            ("docs/book/src/a.md", "a"),
            ("code/x.rs", "x"),
            ("docs/shared.md", "s"),
        ] {
            let file = repository.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let book = repository.join("docs/book");
        let folder = CourseFolder::open(&book, Some(&repository)).unwrap();
        let src = Path::new("src");
        for (asked, found) in [
            ("../../../code/x.rs", "../../code/x.rs"),
            ("../../shared.md", "../shared.md"),
            ("../../book/src/a.md", "src/a.md"),
        ] {
            let (located, text) = folder.locate_and_read(src, asked).unwrap();
            assert_eq!((located.as_path(), text.len()), (Path::new(found), 1));
        }
        let secret = folder.locate(src, "../../../../secret.txt");
        assert_eq!(secret, Err(FileRefusal::Outside));
        #[cfg(unix)]
        {
            let link = repository.join("code/link.txt");
            std::os::unix::fs::symlink(outer.path().join("secret.txt"), link).unwrap();
            let linked = folder.locate(src, "../../../code/link.txt");
            assert_eq!(linked, Err(FileRefusal::Outside));
        }
        assert!(CourseFolder::open(&book, Some(&outer.path().join("course"))).is_err());
        assert!(CourseFolder::open(&book, Some(Path::new("/nowhere/at/all"))).is_err());
    }

    #[test]
    fn refuses_large_files_and_bytes_that_are_not_text() {
        let (outer, folder) = folder();
        let big = std::fs::File::create(outer.path().join("course/big.bin")).unwrap();
        big.set_len(MAX_FILE_BYTES + 1).unwrap();
        assert_eq!(
            folder.locate(Path::new(""), "big.bin"),
            Err(FileRefusal::TooLarge)
        );
        std::fs::write(outer.path().join("course/latin1.md"), [0x66, 0xfc, 0x72]).unwrap();
        let read = folder.locate_and_read(Path::new(""), "latin1.md");
        assert_eq!(read.unwrap_err(), FileRefusal::NotText);
    }
}
