//! State shared by all parts of a course while it is read: the folder, the mistakes, and
//! references. References can be checked only when everything is known.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::report::Mistakes;

/// A place in a file of the course; lines are 1-based.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: PathBuf,
    pub line: usize,
}

/// Things whose keys are unique in the whole course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keyed {
    Topic,
    Question,
    Simulation,
    ColdCall,
}

impl Keyed {
    fn name(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Question => "question",
            Self::Simulation => "simulation",
            Self::ColdCall => "cold call",
        }
    }
}

/// A link to another topic, checked when all topics are known.
#[derive(Debug, Clone)]
pub struct TopicReference {
    pub place: Place,
    pub key: String,
    pub fragment: Option<String>,
}

#[derive(Debug)]
pub struct Reading {
    pub folder: Folder,
    pub report: Mistakes,
    claimed: RefCell<BTreeMap<(Keyed, String), Place>>,
    links: RefCell<Vec<TopicReference>>,
    incomplete: Cell<bool>,
    export: Cell<bool>,
}

impl Reading {
    pub fn new(folder: Folder, report: Mistakes) -> Self {
        Self {
            folder,
            report,
            claimed: RefCell::default(),
            links: RefCell::default(),
            incomplete: Cell::new(false),
            export: Cell::new(false),
        }
    }

    pub fn complain(&self, place: &Place, message: impl Into<String>) {
        self.report.add(&place.file, Some(place.line), message);
    }

    /// Reports a mistake that a site does not prevent, so an export may have it. Texts of an export
    /// can come from an mdBook or from the site's editor.
    pub fn doubt(&self, place: &Place, message: impl Into<String>) {
        if !self.is_export() {
            self.complain(place, message);
        }
    }

    /// Records that the folder is the export of a site.
    pub fn mark_export(&self) {
        self.export.set(true);
    }

    pub fn is_export(&self) -> bool {
        self.export.get()
    }

    /// Returns the limit of a text's length. Exports have longer texts, because books have.
    pub fn limit(&self, usual: usize) -> usize {
        if self.is_export() { usual * 20 } else { usual }
    }

    /// Claims a key for the thing at `place`. Reports a mistake if the key is already taken.
    pub fn claim(&self, what: Keyed, key: &str, place: Place) {
        let mut claimed = self.claimed.borrow_mut();
        let Some(first) = claimed.get(&(what, key.to_owned())) else {
            claimed.insert((what, key.to_owned()), place);
            return;
        };
        let (name, at) = (what.name(), first.file.display());
        let message = format!(
            "the key '{key}' is already that of the {name} at {at}:{}; keys of {name}s are unique in the course",
            first.line
        );
        self.complain(&place, message);
    }

    /// Claims a topic's key although the topic can't be read, so that links to the topic are not
    /// reported as broken.
    pub fn claim_unread(&self, key: &str, place: Place) {
        let entry = (Keyed::Topic, key.to_owned());
        self.claimed.borrow_mut().entry(entry).or_insert(place);
    }

    /// Returns true if a topic has this key, even one that could not be read completely.
    pub fn has_topic(&self, key: &str) -> bool {
        self.claimed
            .borrow()
            .contains_key(&(Keyed::Topic, key.to_owned()))
    }

    pub fn add_link(&self, link: TopicReference) {
        self.links.borrow_mut().push(link);
    }

    pub fn links(&self) -> Vec<TopicReference> {
        self.links.borrow().clone()
    }

    /// Records that a file could not be understood. Its references are unknown, so files must not
    /// be reported as unused.
    pub fn mark_incomplete(&self) {
        self.incomplete.set(true);
    }

    pub fn is_incomplete(&self) -> bool {
        self.incomplete.get()
    }

    pub fn read_text(&self, file: &Path) -> Option<String> {
        let text = self.folder.read_text(file, &self.report);
        if text.is_none() {
            self.mark_incomplete();
        }
        text
    }
}
