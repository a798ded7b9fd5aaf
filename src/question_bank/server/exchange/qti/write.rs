//! Writes questions as a QTI 3.0 package: a zip file with a manifest and one file for each item.

use std::collections::HashSet;
use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use super::write_item;
use crate::course::server::draft::QuestionDraft;
use crate::question_bank::server::exchange::collect::{called, pictures, shortened};
use crate::question_bank::server::exchange::markup::{Element, xml};
use crate::question_bank::server::exchange::{LeftOut, Written};

pub fn write_package(questions: &[QuestionDraft]) -> Result<Written<Vec<u8>>, String> {
    let mut left_out = Vec::new();
    let mut items = Vec::new();
    let mut identifiers = HashSet::new();
    for question in questions {
        let name = called(question);
        let identifier = identifier(&question.key, &mut identifiers);
        match write_item::item(question, &identifier) {
            Ok(element) => {
                items.push((identifier, element));
                left_out.extend(pictures(question).iter().map(|picture| LeftOut {
                    item: format!("{name}, the picture '{}'", shortened(picture)),
                    why: "files of the course stay there".to_owned(),
                }));
            }
            Err(why) => left_out.push(LeftOut { item: name, why }),
        }
    }
    let content =
        zipped(&items).map_err(|error| format!("The package can't be written: {error}."))?;
    Ok(Written { content, left_out })
}

/// Returns the key in the form of an XML identifier, different from all that are `taken`.
fn identifier(key: &str, taken: &mut HashSet<String>) -> String {
    let mut name: String = key
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || "._-".contains(c) => c,
            _ => '-',
        })
        .collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert_str(0, "q-");
    }
    let mut unique = name.clone();
    let mut number = 1;
    while !taken.insert(unique.clone()) {
        number += 1;
        unique = format!("{name}-{number}");
    }
    unique
}

fn file_name(identifier: &str) -> String {
    format!("items/{identifier}.xml")
}

fn zipped(items: &[(String, Element)]) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let names = items.iter().map(|(identifier, _)| identifier.as_str());
    let manifest = manifest(names);
    let files = items
        .iter()
        .map(|(identifier, item)| (file_name(identifier), item));
    for (name, root) in [("imsmanifest.xml".to_owned(), &manifest)]
        .into_iter()
        .chain(files)
    {
        let mut text = xml::DECLARATION.to_owned();
        xml::write(&mut text, root);
        text.push('\n');
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn manifest<'a>(identifiers: impl Iterator<Item = &'a str>) -> Element {
    let resources = identifiers.map(|identifier| {
        let file = file_name(identifier);
        Element::new("resource")
            .with("identifier", identifier)
            .with("type", "imsqti_item_xmlv3p0")
            .with("href", file.as_str())
            .holding([Element::new("file").with("href", file.as_str()).into()])
            .into()
    });
    Element::new("manifest")
        .with(
            "xmlns",
            "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
        )
        .with("identifier", "questions")
        .holding([
            Element::new("metadata")
                .holding([
                    Element::new("schema").saying("QTI Package").into(),
                    Element::new("schemaversion").saying("3.0.0").into(),
                ])
                .into(),
            Element::new("organizations").into(),
            Element::new("resources").holding(resources).into(),
        ])
}
