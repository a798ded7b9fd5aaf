//! Reads the native course format: a folder of Markdown and TOML, described in
//! docs/course-format.md.
//!
//! Reading never stops at the first mistake. A wrong part is reported with its file and line, and a
//! stand-in takes its place. So everything after it is checked too. A draft is returned only if
//! nothing was reported.

mod address;
mod anchors;
mod content;
mod fields;
mod folder;
mod layout;
pub mod limits;
mod manifest;
mod media;
mod module;
mod names;
mod prompts;
mod prose;
mod quiz;
mod reading;
mod report;
mod source;
mod stray;
#[cfg(test)]
mod tests;
mod topic;
pub mod write;

use std::collections::BTreeMap;
use std::path::Path;

use self::anchors::BodyAnchors;
use self::folder::Folder;
pub use self::manifest::cents;
use self::names::did_you_mean;
pub use self::names::{is_currency, is_language_tag, is_slug};
use self::reading::{Reading, TopicReference};
use self::report::Mistakes;
use crate::course::server::draft::{CourseDraft, CourseError, TopicDraft};

/// Reads the course in a folder.
///
/// # Errors
///
/// All mistakes, in the order of files and lines.
pub fn read(folder: &Path) -> Result<CourseDraft, Vec<CourseError>> {
    let report = Mistakes::default();
    let Some(folder) = Folder::open(folder, &report) else {
        return Err(report.into_errors());
    };
    let reading = Reading::new(folder, report);
    match course(&reading) {
        Some(mut draft) if reading.report.is_empty() => {
            draft.files = reading.folder.into_served();
            Ok(draft)
        }
        _ => Err(reading.report.into_errors()),
    }
}

fn course(reading: &Reading) -> Option<CourseDraft> {
    let (mut draft, entries) = manifest::read(reading)?;
    draft.modules = (1..)
        .zip(&entries)
        .map(|(number, entry)| module::read(reading, entry, number))
        .collect();
    if reading.is_export() {
        reading.folder.serve_rest();
        return Some(draft);
    }
    check_links(reading, &draft);
    if !reading.is_incomplete() {
        stray::report(reading, &entries);
    }
    Some(draft)
}

fn check_links(reading: &Reading, draft: &CourseDraft) {
    let topics: Vec<&TopicDraft> = draft
        .modules
        .iter()
        .flat_map(|module| &module.topics)
        .collect();
    let mut known = BTreeMap::new();
    for link in reading.links() {
        match topics.iter().find(|topic| topic.key == link.key) {
            Some(topic) => check_fragment(reading, topic, &link, &mut known),
            None if reading.has_topic(&link.key) => {}
            None => {
                let guess = did_you_mean(&link.key, topics.iter().map(|topic| topic.key.as_str()));
                reading.complain(
                    &link.place,
                    format!("there is no topic '{}'{guess}", link.key),
                );
            }
        }
    }
}

/// Reports a link to a missing anchor of a topic. `known` caches the anchors of topics, which are
/// costly to find.
fn check_fragment(
    reading: &Reading,
    topic: &TopicDraft,
    link: &TopicReference,
    known: &mut BTreeMap<String, BodyAnchors>,
) {
    if let Some(fragment) = &link.fragment {
        let anchors = known
            .entry(link.key.clone())
            .or_insert_with(|| anchors::of(&topic.body, &topic.assets));
        anchors.check(reading, fragment, &link.place);
    }
}
