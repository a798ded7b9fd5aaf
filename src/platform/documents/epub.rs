//! EPUB: the chapters of the spine in order.

use super::blocks::{Block, ReadDocument, ReadPage};
use super::package::{BROKEN, ZipPackage, resolve};
use super::{ReadProgress, ReadResult, html, inline, text};

pub fn read(content: &[u8], progress: &mut dyn ReadProgress) -> ReadResult {
    let package = ZipPackage::open(content)?;
    if package
        .part("META-INF/encryption.xml")?
        .is_some_and(|part| {
            let said = String::from_utf8_lossy(&part).into_owned();
            said.contains("EncryptedData")
                && !said.contains("obfuscation")
                && !said.contains("font")
        })
    {
        return Err("The book is protected (DRM), so it can't be read.".to_owned());
    }
    let container = package.xml("META-INF/container.xml")?.ok_or(BROKEN)?;
    let root = container.all("rootfile").into_iter().next();
    let root = root
        .and_then(|file| file.attribute("full-path"))
        .ok_or(BROKEN)?;
    let book = package.xml(root)?.ok_or(BROKEN)?;
    let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
    let metadata = |name: &str| {
        let found = book.child("metadata").and_then(|part| part.child(name));
        let text = found.map(|element| inline::joined(&element.text()));
        text.filter(|text| !text.is_empty())
    };
    let manifest = book.child("manifest").ok_or(BROKEN)?;
    let spine = book.child("spine").ok_or(BROKEN)?;
    let chapters: Vec<String> = spine
        .elements()
        .filter(|item| item.attribute("linear") != Some("no"))
        .filter_map(|item| {
            let id = item.attribute("idref")?;
            let of = |item: &&super::xml::XmlElement| item.attribute("id") == Some(id);
            let item = manifest.elements().find(of)?;
            let is_page = item
                .attribute("media-type")
                .is_none_or(|kind| kind.contains("html"));
            // The book's own list of contents is no text.
            let is_contents = item.attribute("properties") == Some("nav");
            let href = item.attribute("href")?;
            (is_page && !is_contents).then(|| resolve(folder, &decoded(href)))
        })
        .collect();
    super::check_pages(chapters.len(), "chapter")?;
    progress.total(chapters.len());
    let mut is_empty = true;
    for (at, name) in chapters.iter().enumerate() {
        let blocks = match package.part(name)? {
            Some(part) => html::blocks(&text::decode(&part)).blocks,
            None => Vec::new(),
        };
        is_empty &= blocks.is_empty();
        let label = blocks.iter().find_map(|block| match block {
            Block::Heading { text, .. } => Some(inline::plain_text(text)),
            _ => None,
        });
        progress.page(ReadPage {
            number: at + 1,
            label: label.unwrap_or_default(),
            blocks,
        });
    }
    if is_empty {
        return Err("The book has no text.".to_owned());
    }
    Ok(ReadDocument {
        title: metadata("title"),
        language: metadata("language"),
        page_kind: "chapter".to_owned(),
        notes: Vec::new(),
    })
}

/// Resolves the escapes of an address.
fn decoded(href: &str) -> String {
    let mut bytes = Vec::with_capacity(href.len());
    let mut rest = href.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
