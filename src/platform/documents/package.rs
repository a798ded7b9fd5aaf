//! Zip packages of Office files and EPUB, with limits on what is unpacked.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::xml::{self, XmlElement};

/// Most bytes of one part, and of all parts that are read.
const PART: u64 = 60 * 1024 * 1024;
const WHOLE: u64 = 200 * 1024 * 1024;
const FILES: usize = 20_000;

pub const BROKEN: &str = "The file is damaged or incomplete.";

pub struct ZipPackage<'a> {
    archive: RefCell<ZipArchive<Cursor<&'a [u8]>>>,
    left: Cell<u64>,
}

impl<'a> ZipPackage<'a> {
    pub fn open(content: &'a [u8]) -> Result<Self, String> {
        let archive = ZipArchive::new(Cursor::new(content)).map_err(|_| BROKEN.to_owned())?;
        if archive.len() > FILES {
            return Err("The file has too many parts.".to_owned());
        }
        Ok(Self {
            archive: RefCell::new(archive),
            left: Cell::new(WHOLE),
        })
    }

    /// Returns a part, or None if the package has no such part.
    pub fn part(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let mut archive = self.archive.borrow_mut();
        let Some(index) = archive.index_for_name(name) else {
            return Ok(None);
        };
        let entry = archive.by_index_raw(index).map_err(|_| BROKEN.to_owned())?;
        if entry.encrypted() {
            return Err("The file is protected by a password.".to_owned());
        }
        drop(entry);
        let entry = archive.by_index(index).map_err(|_| BROKEN.to_owned())?;
        let most = self.left.get().min(PART);
        let mut content = Vec::new();
        // The size in the zip may be a lie, so reading stops at the limits.
        entry
            .take(most + 1)
            .read_to_end(&mut content)
            .map_err(|_| BROKEN.to_owned())?;
        let length = content.len() as u64;
        if length > most {
            return Err(
                "The file grows far too much when it is unpacked, so it is not read.".to_owned(),
            );
        }
        self.left.set(self.left.get() - length);
        Ok(Some(content))
    }

    pub fn xml(&self, name: &str) -> Result<Option<XmlElement>, String> {
        let part = self.part(name)?;
        part.map(|content| xml::parse(&content)).transpose()
    }

    /// The targets of a part's relationships by their ids, as names of parts.
    pub fn relationships(&self, of: &str) -> Result<HashMap<String, Relationship>, String> {
        let (folder, file) = of.rsplit_once('/').unwrap_or(("", of));
        let name = match folder.is_empty() {
            true => format!("_rels/{file}.rels"),
            false => format!("{folder}/_rels/{file}.rels"),
        };
        let Some(root) = self.xml(&name)? else {
            return Ok(HashMap::new());
        };
        let found = root.elements().filter_map(|relation| {
            let id = relation.attribute("Id")?.to_owned();
            let kind = relation.attribute("Type").unwrap_or_default();
            Some((
                id,
                Relationship {
                    kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                    target: resolve(folder, relation.attribute("Target")?),
                },
            ))
        });
        Ok(found.collect())
    }

    /// The title and language in the properties of an Office file.
    pub fn properties(&self) -> Result<(Option<String>, Option<String>), String> {
        let Some(root) = self.xml("docProps/core.xml")? else {
            return Ok((None, None));
        };
        let said = |name: &str| {
            let text = root
                .child(name)
                .map(|element| super::inline::joined(&element.text()));
            text.filter(|text| !text.is_empty())
        };
        Ok((said("title"), said("language")))
    }
}

pub struct Relationship {
    pub kind: String,
    pub target: String,
}

/// Resolves a relative name of a part.
pub fn resolve(folder: &str, target: &str) -> String {
    let target = target.split(['#', '?']).next().unwrap_or_default();
    let mut parts: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => folder.split('/').filter(|part| !part.is_empty()).collect(),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
