//! What all parts of a course share while it is read: the folder, the mistakes, and what can be judged only at the
//! end, when all of it is known.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::report::Report;

/// A place in a file of the course.
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
}

impl Keyed {
    fn name(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Question => "question",
            Self::Simulation => "simulation",
        }
    }
}

/// A link to another topic, checked when all topics are known.
#[derive(Debug, Clone)]
pub struct TopicLink {
    pub place: Place,
    pub key: String,
    pub fragment: Option<String>,
}

#[derive(Debug)]
pub struct Reading {
    pub folder: Folder,
    pub report: Report,
    claimed: RefCell<BTreeMap<(Keyed, String), Place>>,
    links: RefCell<Vec<TopicLink>>,
    incomplete: Cell<bool>,
}

impl Reading {
    pub fn new(folder: Folder, report: Report) -> Self {
        Self {
            folder,
            report,
            claimed: RefCell::default(),
            links: RefCell::default(),
            incomplete: Cell::new(false),
        }
    }

    pub fn complain(&self, place: &Place, message: impl Into<String>) {
        self.report.add(&place.file, Some(place.line), message);
    }

    /// Takes a key for the thing at a place, or complains about the one that has it already.
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

    /// Takes a topic's key although the topic can't be read, so that nobody calls links to it broken.
    pub fn claim_unread(&self, key: &str, place: Place) {
        let entry = (Keyed::Topic, key.to_owned());
        self.claimed.borrow_mut().entry(entry).or_insert(place);
    }

    /// Whether a topic has this key, even one that could not be read to its end.
    pub fn has_topic(&self, key: &str) -> bool {
        self.claimed
            .borrow()
            .contains_key(&(Keyed::Topic, key.to_owned()))
    }

    pub fn add_link(&self, link: TopicLink) {
        self.links.borrow_mut().push(link);
    }

    pub fn links(&self) -> Vec<TopicLink> {
        self.links.borrow().clone()
    }

    /// Notes that a file could not be understood: what it refers to is unknown, so that "nothing refers to it" would
    /// be said of innocent files.
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
