//! Unpacks a zip of documents in memory, with limits.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::DOCUMENT_BYTES;
use crate::figures::{megabytes, number};

/// Most files, and most bytes of all of them.
const FILES: usize = 300;
const WHOLE: u64 = 200 * 1024 * 1024;

/// A file of the zip, with its path there.
#[derive(Debug)]
pub struct UnpackedFile {
    pub name: String,
    pub content: Vec<u8>,
}

/// Returns the files. Hidden files and those that systems add are left out.
///
/// # Errors
///
/// A sentence.
pub fn unpack(content: &[u8]) -> Result<Vec<UnpackedFile>, String> {
    const BROKEN: &str = "The zip is damaged or incomplete.";
    let mut archive = ZipArchive::new(Cursor::new(content)).map_err(|_| BROKEN.to_owned())?;
    let mut left = WHOLE;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| BROKEN.to_owned())?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let kind = entry.unix_mode().unwrap_or_default() & 0o170_000;
        let is_plain = [0, 0o100_000].contains(&kind) && !name.ends_with('/');
        if entry.encrypted() && is_plain {
            return Err("The zip is protected by a password.".to_owned());
        }
        drop(entry);
        if !is_plain || is_left_alone(&name) {
            continue;
        }
        if files.len() == FILES {
            return Err(format!("The zip has more than {} files.", number(FILES)));
        }
        let entry = archive.by_index(index).map_err(|_| BROKEN.to_owned())?;
        let most = left.min(DOCUMENT_BYTES as u64);
        let mut content = Vec::new();
        // The size in the zip may be a lie, so reading stops at the limits.
        entry
            .take(most + 1)
            .read_to_end(&mut content)
            .map_err(|_| BROKEN.to_owned())?;
        if content.len() as u64 > most {
            return Err(format!(
                "The zip has more than {} when it is unpacked, or one file has more than {}.",
                megabytes(WHOLE as usize),
                megabytes(DOCUMENT_BYTES)
            ));
        }
        left -= content.len() as u64;
        files.push(UnpackedFile {
            name: cleaned(&name),
            content,
        });
    }
    match files.is_empty() {
        true => Err("The zip has no files.".to_owned()),
        false => Ok(files),
    }
}

fn is_left_alone(name: &str) -> bool {
    name.starts_with("__MACOSX/")
        || name
            .split('/')
            .any(|part| part.starts_with('.') && !matches!(part, "." | ".."))
}

/// A path that is only shown: it has no control characters, and its parts lead nowhere else.
fn cleaned(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = name.replace('\\', "/");
    let parts = name
        .split('/')
        .filter(|part| !matches!(*part, "" | "." | ".."));
    let name = parts.collect::<Vec<_>>().join("/");
    let count = name.chars().count();
    name.chars().skip(count.saturating_sub(400)).collect()
}
