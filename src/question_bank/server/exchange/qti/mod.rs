//! QTI of 1EdTech. Items of 2.0 to 3.0 are read, alone or in a package, and packages of 3.0 are
//! written. Names are converted to the older form first: `qti-simple-choice` of 3.0 becomes
//! `simpleChoice` of 2.2.

mod answers;
mod body;
mod declaration;
mod item;
mod judging;
mod operators;
mod package;
mod pattern;
mod precision;
mod scoring;
mod write;
mod write_item;

pub use package::{is_package, read_package};
pub use write::write_package;

use super::collect::{Collector, item};
use super::markup::{Element, Node};
use super::{Format, Imported};

/// Marks on items that were exported from here.
const TOOL: &str = "Lyceum";
const PURPOSE: &str = "LYCEUM_PURPOSE";
const DIFFICULTY: &str = "LYCEUM_DIFFICULTY";

pub fn is_item(root: &str) -> bool {
    matches!(root, "assessmentItem" | "qti-assessment-item")
}

/// Returns true for QTI 1.2, which has other element names.
pub fn is_old(root: &str) -> bool {
    root == "questestinterop"
}

pub const OLD: &str = "This is QTI 1.2, which is not read. Export the questions as QTI 2.2 or 3.0, Moodle XML or GIFT.";

/// Reads a file that is a single item.
pub fn read_item(root: &Element) -> Result<Imported, String> {
    let mut collector = Collector::new(Format::Qti);
    add(&mut collector, root)?;
    collector.finish()
}

fn add(collector: &mut Collector, root: &Element) -> Result<(), String> {
    let root = in_old_words(root);
    let attribute = |name| root.attribute(name).unwrap_or_default().trim();
    let is_ours = attribute("toolName") == TOOL && !attribute("label").is_empty();
    let identity = attribute(if is_ours { "label" } else { "identifier" });
    let name = match attribute("title") {
        "" => identity,
        title => title,
    };
    let mut notes = Vec::new();
    let parts = item::read(&root, &mut notes);
    collector.add(
        &item(collector.next_number(), name),
        Some(identity),
        parts,
        notes,
    )
}

fn in_old_words(element: &Element) -> Element {
    let children = element.children.iter().map(|child| match child {
        Node::Element(child) => in_old_words(child).into(),
        text => text.clone(),
    });
    let children = children.collect();
    match element.name.strip_prefix("qti-") {
        Some(name) => Element {
            name: camel(name),
            attributes: element
                .attributes
                .iter()
                .map(|(name, value)| (camel(name), value.clone()))
                .collect(),
            children,
        },
        None => Element {
            children,
            ..element.clone()
        },
    }
}

/// Converts a name such as `match-max` to `matchMax`.
fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut is_next_capital = false;
    for c in name.chars() {
        match c {
            '-' => is_next_capital = true,
            c if is_next_capital => {
                out.push(c.to_ascii_uppercase());
                is_next_capital = false;
            }
            c => out.push(c),
        }
    }
    out
}
