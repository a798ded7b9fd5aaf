//! Unpacks an uploaded zip into a folder of its own and reads the course in it. A zip that lies
//! about its size, or names files outside of its folder, is refused.

use std::fs::{self, OpenOptions};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::course::server::draft::{CourseDraft, CourseError, grouped};
use crate::course::server::native::limits;
use crate::import::{self, ReadOptions};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures::megabytes;
use crate::platform::files::scratch::ScratchFolder;

/// Most bytes of all files after unpacking.
const UNPACKED: u64 = 200 * 1024 * 1024;
/// Longest path in a zip, in bytes.
const PATH: usize = 400;
/// Most problems of a course that are named.
const NAMED: usize = 100;

/// A course that was read from a zip. Its files are on disk as long as this value lives.
pub struct UnpackedCourse {
    pub draft: CourseDraft,
    /// Sentences about parts that are left out.
    pub left_out: Vec<String>,
    pub is_book: bool,
    _folder: ScratchFolder,
}

/// Unpacks and reads the zip on a blocking thread. `slug` is the course's name in addresses instead
/// of its own.
///
/// # Errors
///
/// Sentences at the field `file`.
pub async fn read(content: Vec<u8>, slug: Option<String>) -> AppResult<UnpackedCourse> {
    let reading = tokio::task::spawn_blocking(move || {
        let folder = ScratchFolder::new().map_err(|error| AppError::internal(&error))?;
        unpack(&content, folder.path()).map_err(|said| AppError::field("file", said))?;
        course(folder, slug)
    });
    reading.await.map_err(|error| AppError::internal(&error))?
}

fn course(folder: ScratchFolder, slug: Option<String>) -> AppResult<UnpackedCourse> {
    let root = root(folder.path()).ok_or_else(|| {
        let sentence = "The zip is no course. A course has a course.toml, and an mdBook a book.toml, at the top or in the only folder there.";
        AppError::field("file", sentence)
    })?;
    let options = ReadOptions {
        slug,
        ..ReadOptions::default()
    };
    let is_book = !root.join("course.toml").is_file();
    match import::read_with(&root, options) {
        Ok((draft, notes)) => Ok(UnpackedCourse {
            draft,
            left_out: sentences(&root, &notes),
            is_book,
            _folder: folder,
        }),
        Err(errors) => {
            let mut said = sentences(&root, &errors);
            let more = said.len().saturating_sub(NAMED);
            said.truncate(NAMED);
            if more > 0 {
                said.push(format!("And {more} more."));
            }
            let problems = said.into_iter().map(|said| ("file".to_owned(), said));
            Err(AppError::Invalid(problems.collect()))
        }
    }
}

/// Writes problems without the path of the folder, which says nothing to the author.
fn sentences(root: &Path, problems: &[CourseError]) -> Vec<String> {
    let within = format!("{}/", root.display());
    let whole = root.display().to_string();
    let lines = grouped(problems).into_iter();
    lines
        .map(|line| line.replace(&within, "").replace(&whole, "the course"))
        .collect()
}

/// Returns the folder of the course: the top, or the only folder there.
fn root(folder: &Path) -> Option<PathBuf> {
    let is_course =
        |folder: &Path| folder.join("course.toml").is_file() || folder.join("book.toml").is_file();
    if is_course(folder) {
        return Some(folder.to_path_buf());
    }
    let entries = fs::read_dir(folder).ok()?;
    let folders: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    match &folders[..] {
        [only] if is_course(only) => Some(only.clone()),
        _ => None,
    }
}

fn unpack(content: &[u8], folder: &Path) -> Result<(), String> {
    const BROKEN: &str = "The zip is damaged or incomplete.";
    if !content.starts_with(b"PK") {
        return Err("The file is no zip.".to_owned());
    }
    let mut archive = ZipArchive::new(Cursor::new(content)).map_err(|_| BROKEN.to_owned())?;
    if archive.len() > limits::FILES {
        return Err(format!(
            "The zip has more than {} files.",
            crate::platform::figures::number(limits::FILES)
        ));
    }
    let mut left = UNPACKED;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| BROKEN.to_owned())?;
        let name = std::str::from_utf8(entry.name_raw())
            .map_err(|_| "The zip has a file whose name is not UTF-8.".to_owned())?
            .to_owned();
        if entry.encrypted() {
            return Err("The zip is protected by a password.".to_owned());
        }
        // The type of a file is in the upper bits of its mode: a directory, a file or a link.
        let kind = entry.unix_mode().unwrap_or_default() & 0o170_000;
        if ![0, 0o040_000, 0o100_000].contains(&kind) {
            return Err(format!(
                "The zip has “{name}”, which is a link. Put the file itself there."
            ));
        }
        let is_folder = name.ends_with('/');
        drop(entry);
        if is_left_alone(&name) {
            continue;
        }
        let path = folder.join(inside(&name)?);
        if is_folder {
            fs::create_dir_all(&path).map_err(|_| twice(&name))?;
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|_| twice(&name))?;
        }
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let mut file = file.map_err(|_| twice(&name))?;
        let entry = archive.by_index(index).map_err(|_| BROKEN.to_owned())?;
        // The size in the zip may be a lie, so reading stops at the limits.
        let most = left.min(limits::FILE_BYTES);
        let bytes =
            io::copy(&mut entry.take(most + 1), &mut file).map_err(|_| BROKEN.to_owned())?;
        if bytes > limits::FILE_BYTES {
            return Err(format!(
                "The file “{name}” has more than {}.",
                megabytes(limits::FILE_BYTES as usize)
            ));
        }
        left = left.checked_sub(bytes).ok_or_else(|| {
            format!(
                "The zip has more than {} when it is unpacked.",
                megabytes(UNPACKED as usize)
            )
        })?;
    }
    Ok(())
}

fn twice(name: &str) -> String {
    format!("The zip has “{name}” twice.")
}

/// Returns true for files that systems add to zips.
fn is_left_alone(name: &str) -> bool {
    name.starts_with("__MACOSX/") || name.ends_with("/.DS_Store") || name == ".DS_Store"
}

/// Returns a name of the zip as a path that stays within a folder.
fn inside(name: &str) -> Result<PathBuf, String> {
    let is_plain = |part: &str| {
        !matches!(part, "" | "." | "..") && part.len() <= 200 && !part.contains(['\\', ':'])
    };
    let path = name.strip_suffix('/').unwrap_or(name);
    let is_good =
        path.len() <= PATH && !path.chars().any(char::is_control) && path.split('/').all(is_plain);
    match is_good {
        true => Ok(path.split('/').collect()),
        false => Err(format!(
            "The zip has a file at “{}”, which is no path inside a folder.",
            name.chars().take(100).collect::<String>().escape_debug()
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn refused(content: &[u8]) -> String {
        let folder = ScratchFolder::new().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let said = unpack(content, &inner).unwrap_err();
        let outside = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(outside, 1, "a file was written outside");
        said
    }

    #[test]
    fn files_stay_in_their_folder() {
        for name in [
            "../x",
            "a/../../x",
            "/etc/x",
            "a//b",
            "./x",
            "a\\..\\x",
            "C:x",
        ] {
            let said = refused(&zip(&[(name, b"x")]));
            assert!(said.contains("no path inside a folder"), "{name}: {said}");
        }
        let long = format!("{}x", "long/".repeat(100));
        assert!(refused(&zip(&[(&long, b"x")])).contains("no path"));
        let mut link = ZipWriter::new(Cursor::new(Vec::new()));
        link.add_symlink("a", "/etc/passwd", SimpleFileOptions::default())
            .unwrap();
        let link = link.finish().unwrap().into_inner();
        assert!(refused(&link).contains("is a link"));
    }

    #[test]
    fn a_zip_that_is_too_large_is_refused() {
        let large = vec![0; limits::FILE_BYTES as usize + 1];
        assert!(refused(&zip(&[("a", &large)])).contains("more than 20 MB"));
        let many: Vec<String> = (0..11).map(|n| format!("{n}")).collect();
        let many: Vec<(&str, &[u8])> = many
            .iter()
            .map(|name| (name.as_str(), &large[1..]))
            .collect();
        assert!(refused(&zip(&many)).contains("when it is unpacked"));
        let names: Vec<String> = (0..=limits::FILES).map(|n| format!("{n}")).collect();
        let names: Vec<(&str, &[u8])> =
            names.iter().map(|name| (name.as_str(), &b""[..])).collect();
        assert!(refused(&zip(&names)).contains("5,000 files"));
        for broken in [&b"PK\x03\x04 but no more"[..], b"", b"GIF89a"] {
            refused(broken);
        }
    }

    #[test]
    fn the_course_is_at_the_top_or_in_the_only_folder() {
        let folder = ScratchFolder::new().unwrap();
        let files: [(&str, &[u8]); 3] = [
            ("course/course.toml", b"x"),
            ("course/one/a.md", b"x"),
            ("__MACOSX/._a", b"x"),
        ];
        unpack(&zip(&files), folder.path()).unwrap();
        assert_eq!(root(folder.path()), Some(folder.path().join("course")));
        fs::create_dir(folder.path().join("other")).unwrap();
        assert_eq!(root(folder.path()), None);
        fs::write(folder.path().join("book.toml"), "").unwrap();
        assert_eq!(root(folder.path()), Some(folder.path().to_path_buf()));
    }
}
