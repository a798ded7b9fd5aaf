//! QTI packages: zip files with a manifest that lists the items. Nothing is unpacked to disk, and
//! file names are only compared with each other.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::add;
use crate::question_bank::server::exchange::collect::{Collector, item, shortened};
use crate::question_bank::server::exchange::markup::{Element, xml};
use crate::question_bank::server::exchange::numbers::finite;
use crate::question_bank::server::exchange::pictures::{Pictures, percent_decoded};
use crate::question_bank::server::exchange::{Format, Imported, LeftOut, MAX_BYTES, text_of};

const MAX_FILES: usize = 2_000;
/// Most bytes of all XML files after unpacking, and of all pictures.
const MAX_UNPACKED: u64 = 20 * 1024 * 1024;
/// Deepest nesting of a test's sections, which may be files that name further files.
const MAX_DEPTH: usize = 4;
const MANIFEST: &str = "imsmanifest.xml";

pub fn is_package(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

pub fn read_package(bytes: &[u8]) -> Result<Imported, String> {
    let mut package = Package::open(bytes)?;
    let mut collector = Collector::new(Format::Qti);
    let mut pictures = Pictures::default();
    let mut old = Vec::new();
    for (name, listed) in items(&package.files)? {
        let label = item(collector.next_number(), &name);
        let root = match package.files.get(&name) {
            Some(bytes) => tree(bytes, &mut pictures)
                .map_err(|why| format!("its file {name} can't be read: {why}")),
            None => Err(format!("the package lacks its file {}", shortened(&name))),
        };
        match root {
            Ok(mut root) if super::is_item(&root.name) => {
                pictures.place(&mut root, &mut |pictures, address| {
                    package.picture(pictures, &name, address)
                });
                add(&mut collector, &root)?;
            }
            Ok(root) if super::is_old(&root.name) => old.push(name),
            Ok(_) if !listed => {}
            Ok(_) => {
                let why = "its file holds no item".to_owned();
                collector.add(&label, None, Err(why), Vec::new())?;
            }
            Err(why) => collector.add(&label, None, Err(why), Vec::new())?,
        }
    }
    if collector.next_number() == 1 && !old.is_empty() {
        return Err(super::OLD.to_owned());
    }
    for name in old {
        let label = item(collector.next_number(), &name);
        let why = "its file is QTI 1.2, which is not read".to_owned();
        collector.add(&label, None, Err(why), Vec::new())?;
    }
    let mut imported = collector.finish()?;
    pictures.hand_over(&mut imported);
    let lost = package.files.values().any(|bytes| has_settings(bytes));
    imported.left_out.extend(lost.then(|| LeftOut {
        item: "The test of the package".to_owned(),
        why:
            "its weights, time limits, choice and order of questions are not taken over".to_owned(),
    }));
    Ok(imported)
}

/// True if the file is a test that has settings beyond its list of questions.
fn has_settings(bytes: &[u8]) -> bool {
    let is_test = |root: &Element| {
        matches!(
            root.name.as_str(),
            "assessmentTest"
                | "qti-assessment-test"
                | "assessmentSection"
                | "qti-assessment-section"
        )
    };
    // Most files are items, which need not be parsed a second time.
    let sign = |sign: &str| {
        bytes
            .windows(sign.len())
            .any(|part| part == sign.as_bytes())
    };
    if ![
        "ssessmentTest",
        "ssessmentSection",
        "assessment-test",
        "assessment-section",
    ]
    .iter()
    .any(|s| sign(s))
    {
        return false;
    }
    let root = tree(bytes, &mut Pictures::default());
    root.is_ok_and(|root| {
        is_test(&root)
            && root.walk().iter().any(|part| {
                match part.name.strip_prefix("qti-").unwrap_or(&part.name) {
                    "weight" => part
                        .attribute("value")
                        .is_some_and(|weight| finite(weight) != Some(1.0)),
                    "timeLimits" | "time-limits" | "selection" | "preCondition"
                    | "pre-condition" | "branchRule" | "branch-rule" => true,
                    "ordering" => part.is_true("shuffle"),
                    _ => false,
                }
            })
    })
}

/// Parses a file of the package. Every file goes through here, so that its embedded pictures are
/// found.
fn tree(bytes: &[u8], pictures: &mut Pictures) -> Result<Element, String> {
    let text: Cow<'_, str> = text_of(bytes)?.into();
    xml::parse(pictures.embedded(&text))
}

struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// The content of the XML files, by name.
    files: HashMap<String, Vec<u8>>,
    /// The places of all other files in the archive, by name and by lowercase name: some systems
    /// ignore the case of file names.
    others: HashMap<String, usize>,
    /// Marks of the pictures that were unpacked, by their places.
    marks: HashMap<usize, String>,
    /// Bytes of pictures that may still be unpacked.
    left: u64,
}

impl<'a> Package<'a> {
    /// Reads the XML files, recognized by the ends of their names.
    fn open(bytes: &'a [u8]) -> Result<Self, String> {
        let broken = |_| "The zip file is damaged or incomplete.".to_owned();
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
        if archive.len() > MAX_FILES {
            return Err(format!(
                "The package holds more than {MAX_FILES} files. Split it."
            ));
        }
        let mut left = MAX_UNPACKED;
        let mut files = HashMap::new();
        let mut others = HashMap::new();
        for index in 0..archive.len() {
            let file = archive.by_index_raw(index).map_err(broken)?;
            let name = match std::str::from_utf8(file.name_raw()) {
                Ok(name) => tidy(name),
                _ => continue,
            };
            if !is_xml(&name) {
                others.entry(name.to_lowercase()).or_insert(index);
                others.insert(name, index);
                continue;
            }
            if file.encrypted() {
                return Err("The package is protected by a password.".to_owned());
            }
            drop(file);
            let mut content = Vec::new();
            let file = archive.by_index(index).map_err(broken)?;
            // The size in the file's header may be a lie, so reading stops at the limit.
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
        Ok(Self {
            archive,
            files,
            others,
            marks: HashMap::new(),
            left: MAX_UNPACKED,
        })
    }

    /// Returns the mark of a file that an item shows. The address starts from the item's folder, or
    /// else from the package's.
    fn picture(&mut self, pictures: &mut Pictures, item: &str, address: &str) -> Option<String> {
        if address.contains("://") || address.starts_with("data:") {
            return None;
        }
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let (folder, _) = item.rsplit_once('/').unwrap_or(("", ""));
        let names = [percent_decoded(path.trim()), path.trim().to_owned()]
            .map(|path| [tidy(&format!("{folder}/{path}")), tidy(&path)]);
        let names = names.as_flattened();
        let known = names.iter().find_map(|name| self.others.get(name));
        let loosely = || {
            let mut names = names.iter();
            names.find_map(|name| self.others.get(&name.to_lowercase()))
        };
        let index = *known.or_else(loosely)?;
        if let Some(mark) = self.marks.get(&index) {
            return Some(mark.clone());
        }
        let most = self.left.min(MAX_BYTES as u64);
        let mut content = Vec::new();
        let file = self.archive.by_index(index).ok()?;
        file.take(most + 1).read_to_end(&mut content).ok()?;
        let mark = match content.len() as u64 > most {
            true => Pictures::too_large(address),
            false => pictures.take(address, &content),
        };
        self.left = self.left.saturating_sub(content.len() as u64);
        self.marks.insert(index, mark.clone());
        Some(mark)
    }
}

fn is_xml(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".xml")
}

/// Returns the names of files with items, each with true if the manifest lists it. A listed file
/// must be an item.
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
        .and_then(|bytes| tree(bytes, &mut Pictures::default()))
        .map_err(|why| format!("The package's {MANIFEST} can't be read. {why}"))?;
    let folder = manifest.strip_suffix(MANIFEST).unwrap_or_default();
    let folder = based(folder, &root);
    let resources: Vec<(String, &Element)> = root
        .all("resources")
        .flat_map(|resources| {
            let folder = based(&folder, resources);
            resources
                .all("resource")
                .map(move |resource| (based(&folder, resource), resource))
        })
        .collect();
    let hrefs = |resource: &Element| -> Vec<String> {
        let files = resource
            .all("file")
            .filter_map(|file| file.attribute("href"));
        let href = resource.attribute("href").into_iter();
        href.chain(files).map(str::to_owned).collect()
    };
    let path = |folder: &str, href: &str| tidy(&format!("{folder}{}", percent_decoded(href)));
    let kind = |resource: &Element| resource.attribute("type").unwrap_or_default().to_owned();
    let mut found: Vec<(String, bool)> = Vec::new();
    for (folder, resource) in &resources {
        if is_item_type(&kind(resource)) {
            let first = hrefs(resource).into_iter().next();
            found.extend(first.map(|href| (path(folder, &href), true)));
        }
    }
    // Some packages name their items only as files of a test, or only within the test itself.
    let mut seen = HashSet::new();
    for (folder, resource) in &resources {
        for href in hrefs(resource) {
            let name = path(folder, &href);
            if kind(resource).starts_with("imsqti_test")
                || kind(resource).starts_with("imsqti_section")
            {
                found.extend(
                    asked(files, &name, MAX_DEPTH, &mut seen)
                        .into_iter()
                        .map(|name| (name, true)),
                );
            }
            if is_xml(&name) {
                found.push((name, false));
            }
        }
    }
    let mut known = HashSet::new();
    found.retain(|(name, _)| known.insert(name.clone()));
    Ok(found)
}

/// Returns the file names of a test's items, in the order of the test. A file that is in `seen`
/// was read before and adds nothing, so that each file is parsed once.
fn asked(
    files: &HashMap<String, Vec<u8>>,
    test: &str,
    depth: usize,
    seen: &mut HashSet<String>,
) -> Vec<String> {
    if !seen.insert(test.to_owned()) {
        return Vec::new();
    }
    let Some(root) = files
        .get(test)
        .and_then(|bytes| tree(bytes, &mut Pictures::default()).ok())
    else {
        return Vec::new();
    };
    let (folder, _) = test.rsplit_once('/').unwrap_or(("", ""));
    let mut found = Vec::new();
    for part in root.walk() {
        let Some(href) = part.attribute("href") else {
            continue;
        };
        let name = tidy(&format!("{folder}/{}", percent_decoded(href)));
        match part.name.as_str() {
            "assessmentItemRef" | "qti-assessment-item-ref" => found.push(name),
            "assessmentSectionRef" | "qti-assessment-section-ref" if depth > 0 => {
                found.extend(asked(files, &name, depth - 1, seen));
            }
            _ => {}
        }
    }
    found
}

/// Returns the folder from which addresses within the element start, by its `xml:base`.
fn based(folder: &str, element: &Element) -> String {
    let base = element.attribute("base").unwrap_or_default();
    let base = percent_decoded(base).replace('\\', "/");
    let end = base.rfind('/').map_or(0, |at| at + 1);
    format!("{folder}{}", &base[..end])
}

/// Normalizes a path, so that two spellings of it are equal.
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

/// True for types such as `imsqti_item_xmlv2p2` and `imsqti_item_xmlv3p0`.
fn is_item_type(kind: &str) -> bool {
    kind.starts_with("imsqti_item") || kind.starts_with("imsqti_apipitem")
}
