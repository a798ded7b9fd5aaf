//! The native course format: a folder of Markdown and TOML, as docs/course-format.md describes it.
//!
//! Reading never stops at the first mistake. A part that is wrong is reported with its file and line and replaced by a
//! stand-in, so that everything after it is checked too; the draft is given out only if nothing was reported.

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

use std::collections::BTreeMap;
use std::path::Path;

use self::anchors::Anchors;
use self::folder::Folder;
use self::names::did_you_mean;
pub use self::names::{is_language_tag, is_slug};
use self::reading::{Reading, TopicLink};
use self::report::Report;
use crate::course::server::draft::{CourseDraft, CourseError, TopicDraft};

/// The course in a folder, or everything that is wrong with it, in the order of files and lines.
pub fn read(folder: &Path) -> Result<CourseDraft, Vec<CourseError>> {
    let report = Report::default();
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

/// `known` keeps what finding a topic's anchors cost.
fn check_fragment(
    reading: &Reading,
    topic: &TopicDraft,
    link: &TopicLink,
    known: &mut BTreeMap<String, Anchors>,
) {
    if let Some(fragment) = &link.fragment {
        let anchors = known
            .entry(link.key.clone())
            .or_insert_with(|| anchors::of(&topic.body, &topic.assets));
        anchors.check(reading, fragment, &link.place);
    }
}
