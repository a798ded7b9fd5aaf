//! QTI packages: zip files with a manifest that lists the items. Nothing is unpacked to disk, and names of files are
//! only compared with each other.

use std::collections::{HashMap, HashSet};
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::add;
use crate::quiz::exchange::collect::{Collector, item, shortened};
use crate::quiz::exchange::markup::{Element, xml};
use crate::quiz::exchange::{Format, Imported, MAX_BYTES, text_of};

const MAX_FILES: usize = 2_000;
/// Of all files together.
const MAX_UNPACKED: u64 = 20 * 1024 * 1024;
const MANIFEST: &str = "imsmanifest.xml";

pub fn is_package(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

pub fn read_package(bytes: &[u8]) -> Result<Imported, String> {
    let files = unpacked(bytes)?;
    let mut collector = Collector::new(Format::Qti);
    for (name, listed) in items(&files)? {
        let label = item(collector.next_number(), &name);
        let refused = |why: String| Err(format!("its file {name} can't be read: {why}"));
        let root = match files.get(&name) {
            Some(bytes) => text_of(bytes).and_then(xml::parse).or_else(refused),
            None => Err(format!("the package lacks its file {}", shortened(&name))),
        };
        match root {
            Ok(root) if super::is_item(&root.name) => add(&mut collector, &root)?,
            Ok(_) if !listed => {}
            Ok(_) => {
                let why = "its file holds no item".to_owned();
                collector.add(&label, None, Err(why), Vec::new())?;
            }
            Err(why) => collector.add(&label, None, Err(why), Vec::new())?,
        }
    }
    collector.finish()
}

/// The files that may be items, by name: what they are is decided by their names' end alone.
fn unpacked(bytes: &[u8]) -> Result<HashMap<String, Vec<u8>>, String> {
    let broken = |_| "The zip file is damaged or incomplete.".to_owned();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > MAX_FILES {
        return Err(format!(
            "The package holds more than {MAX_FILES} files. Split it."
        ));
    }
    let mut left = MAX_UNPACKED;
    let mut files = HashMap::new();
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(broken)?;
        let name = match std::str::from_utf8(file.name_raw()) {
            Ok(name) if is_xml(name) => tidy(name),
            _ => continue,
        };
        if file.encrypted() {
            return Err("The package is protected by a password.".to_owned());
        }
        drop(file);
        let mut content = Vec::new();
        let file = archive.by_index(index).map_err(broken)?;
        // What the file says about its size is not believed.
        file.take(left + 1)
            .read_to_end(&mut content)
            .map_err(|_| "The zip file is damaged or incomplete.".to_owned())?;
        left = left
            .checked_sub(content.len() as u64)
            .ok_or("The package is larger than 20 MB when it is unpacked.")?;
        if content.len() > MAX_BYTES {
            return Err(format!(
                "The file {} in the package is larger than 5 MB.",
                shortened(&name)
            ));
        }
        if files.insert(name.clone(), content).is_some() {
            return Err(format!(
                "The package holds the file {} twice.",
                shortened(&name)
            ));
        }
    }
    Ok(files)
}

fn is_xml(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".xml")
}

/// The names of files with items, and whether the manifest lists them: then they have to be items.
fn items(files: &HashMap<String, Vec<u8>>) -> Result<Vec<(String, bool)>, String> {
    let manifest = files
        .keys()
        .filter(|name| *name == MANIFEST || name.ends_with(&format!("/{MANIFEST}")))
        .min_by_key(|name| name.len());
    let Some(manifest) = manifest else {
        let mut names: Vec<_> = files.keys().map(|name| (name.clone(), false)).collect();
        names.sort();
        return Ok(names);
    };
    let root = files
        .get(manifest)
        .ok_or_else(String::new)
        .and_then(|bytes| text_of(bytes).and_then(xml::parse))
        .map_err(|why| format!("The package's {MANIFEST} can't be read. {why}"))?;
    let folder = manifest.strip_suffix(MANIFEST).unwrap_or_default();
    let folder = based(folder, &root);
    let mut known = HashSet::new();
    Ok(root
        .all("resources")
        .flat_map(|resources| {
            let folder = based(&folder, resources);
            resources
                .all("resource")
                .map(move |resource| (based(&folder, resource), resource))
        })
        .filter(|(_, resource)| is_item_type(resource.attribute("type").unwrap_or_default()))
        .filter_map(|(folder, resource)| {
            let file = resource
                .first("file")
                .and_then(|file| file.attribute("href"));
            let href = resource.attribute("href").or(file)?;
            Some(tidy(&format!("{folder}{}", decoded(href))))
        })
        .filter(|name| known.insert(name.clone()))
        .map(|name| (name, true))
        .collect())
}

/// The folder that addresses within the element start from, by its `xml:base`.
fn based(folder: &str, element: &Element) -> String {
    let base = element.attribute("base").unwrap_or_default();
    let base = decoded(base).replace('\\', "/");
    let end = base.rfind('/').map_or(0, |at| at + 1);
    format!("{folder}{}", &base[..end])
}

/// One way to write a path, however it was written.
fn tidy(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// `imsqti_item_xmlv2p2`, `imsqti_item_xmlv3p0` and their relatives.
fn is_item_type(kind: &str) -> bool {
    kind.starts_with("imsqti_item") || kind.starts_with("imsqti_apipitem")
}

/// Addresses write spaces and the like as `%20`.
fn decoded(href: &str) -> String {
    let mut out = Vec::with_capacity(href.len());
    let mut rest = href.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = match (byte, after) {
            (b'%', [high, low, ..]) => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|hex| u8::from_str_radix(hex, 16).ok()),
            _ => None,
        };
        rest = if code.is_some() { &after[2..] } else { after };
        out.push(code.unwrap_or(*byte));
    }
    String::from_utf8(out).unwrap_or_else(|_| href.to_owned())
}
