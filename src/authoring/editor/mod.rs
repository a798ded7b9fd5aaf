//! The editor of a topic: its draft, its preview, and its published versions.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
mod tools;
pub mod writing;

pub use crate::paths::edit_path;
pub use tools::{Tool, ToolEdit, question_line};

use serde::{Deserialize, Serialize};

use super::TopicStatus;
use crate::course::CourseTitle;
use crate::platform::address;
use crate::platform::ids::TopicId;
use crate::platform::live::LiveTopic;
use crate::platform::ui::Html;
use crate::teaching::Area;

/// Longest text of a topic, in characters.
pub const TEXT_CHARACTERS: u32 = 200_000;

/// Longest description of a picture, in characters.
pub const ALT_CHARACTERS: u32 = 300;
/// Largest picture.
pub const PICTURE_BYTES: usize = 20 * 1024 * 1024;
/// Address of uploaded pictures. The flash message for the editor has the same name.
pub const PICTURE_UPLOAD: &str = "/uploads/pictures";

/// The published versions of a topic; with the differences of one of them if `version` is given.
pub fn history_path(course: &str, topic: &str, version: Option<i32>) -> String {
    let path = format!("{}/topics/{topic}/history", Area::Learners.path(course));
    let version = version.map(|number| number.to_string()).unwrap_or_default();
    address::with_query(&path, &[("version", &version)])
}

/// The texts of a topic for personas; that of one persona if it is named.
pub fn variants_path(course: &str, topic: &str, persona: &str) -> String {
    let path = format!("{}/topics/{topic}/personas", Area::Learners.path(course));
    address::with_query(&path, &[("persona", persona)])
}

/// The texts of a topic for personas, with the one that is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicVariant {
    pub course_title: CourseTitle,
    pub topic_id: TopicId,
    pub topic_title: String,
    /// Name and label of each persona, and whether it has a text of its own.
    pub personas: Vec<(String, String, bool)>,
    /// Name and label of the persona that the text is for.
    pub persona: String,
    pub label: String,
    pub has_text: bool,
    /// The text of the persona, or the normal text to begin with.
    pub text: String,
    /// Fingerprint of the stored text, which a save must name.
    pub seen: String,
    /// True for a topic that is laid out in blocks. It has no such texts.
    pub is_laid_out: bool,
    pub preview: TextPreview,
    /// The text that all other learners see.
    pub normal: Html,
}

/// A topic in the editor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicText {
    pub course_title: CourseTitle,
    pub topic_id: TopicId,
    pub topic_title: String,
    pub status: TopicStatus,
    /// Text of the fields: as it was typed last if a save was refused, otherwise the draft.
    pub title: String,
    pub text: String,
    /// Revision of the draft that the page starts from.
    pub revision: i32,
    /// Names the page in its saves.
    pub writer: String,
    /// Id of the account that writes, for copies in the browser.
    pub account: String,
    /// Sentences that say who sees which text.
    pub audience: String,
    /// Sentence after publishing.
    pub published: String,
    /// Names of the personas that have texts of their own. Empty if none has.
    pub variants: String,
    /// True for a topic that is laid out in blocks. The editor cannot change it.
    pub is_laid_out: bool,
    pub preview: TextPreview,
    pub picture: PictureNote,
    /// Changes of others to the same paragraphs, if the text of the fields could not be saved
    /// because of them.
    pub conflict: Option<TextConflict>,
    /// Others who have this topic's editor open.
    pub here: WritersHere,
    /// The review of the draft with its forms.
    pub review: Html,
    /// Tells that the text, its comments or those who have it open have changed.
    pub live: LiveTopic,
    /// All that belongs to the topic.
    pub beside: Vec<BesideLine>,
    /// Questions of the topic that can stand in its text.
    pub questions: Vec<PlaceableQuestion>,
    /// Headings at which the topic can be split: values of the form, and their words.
    pub places: Vec<(String, String)>,
}

/// A line of the panel beside the text: one kind of things that belong to the topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BesideLine {
    pub label: String,
    /// Number of things, or another short word. Empty for none.
    pub said: String,
    pub href: String,
    /// Address of the form for a new one. Empty for none.
    pub add: String,
    /// Sentence on why nothing can be added. Empty for none.
    pub note: String,
}

/// A question of the topic that can stand in its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceableQuestion {
    pub key: String,
    /// Beginning of the question, as Markdown.
    pub prompt: String,
    /// True if it stands in the text.
    pub is_placed: bool,
}

/// Outcome of a picture that was sent without JavaScript.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PictureNote {
    pub problem: String,
    /// Description as it was typed.
    pub alt: String,
    /// Markdown that shows the stored picture.
    pub markdown: String,
}

/// The other people who have a topic's editor open.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WritersHere {
    /// Sentence with their names. Empty if nobody else is there.
    pub words: String,
    /// Revision of the draft.
    pub revision: i32,
    /// Changes with each change of the review and the comments.
    pub review: String,
}

/// Changes of two pages to the same paragraphs, between which a person must decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextConflict {
    /// Names of the people who saved the other text.
    pub by: String,
    /// Revision of the saved draft that is compared.
    pub revision: i32,
    /// Title of this page and saved title, if both were changed.
    pub title: Option<(String, String)>,
    pub places: Vec<ConflictPlace>,
}

/// Paragraphs that two sides have changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictPlace {
    /// The paragraphs before both changes. Empty if there were none, or if that is not known.
    pub base: String,
    pub mine: String,
    pub theirs: String,
}

/// The side that is taken where both have changed the same paragraphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefer {
    Mine,
    Theirs,
    Both,
}

impl Prefer {
    pub const ALL: [Self; 3] = [Self::Mine, Self::Theirs, Self::Both];

    /// The name in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Theirs => "theirs",
            Self::Both => "both",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.name() == name)
    }
}

/// A text as learners would see it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TextPreview {
    pub html: Html,
    /// Sentences about references that lead nowhere.
    pub problems: Vec<String>,
    pub minutes: i32,
}

/// The page that sends a save.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EditorToken {
    /// Revision of the draft that the page started from.
    pub base: i32,
    /// Name of the page.
    pub writer: uuid::Uuid,
    /// Number of the page's change.
    pub change: i32,
    /// Name of the side that is taken where this page and others have changed the same paragraphs.
    /// Empty to refuse such a save.
    pub keep: String,
    /// Revision of the saved draft with which the person has compared before choosing a side.
    pub seen: i32,
}

/// Answer to a save.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedText {
    /// Revision of the draft, which the page has once it has made the changes.
    pub revision: i32,
    /// Names of the people whose words came into the text.
    pub by: String,
    /// Saved title, if it differs from the one that was sent.
    pub title: Option<String>,
    /// Changes that make the saved text of the one that was sent, last place first.
    pub edits: Vec<TextEdit>,
}

/// A part of a text to replace. Places are in UTF-16 units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextEdit {
    pub start: u32,
    pub end: u32,
    pub text: String,
}

/// The published versions of a topic, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicHistory {
    pub course_title: CourseTitle,
    pub topic_id: TopicId,
    pub topic_title: String,
    pub versions: Vec<PublishedVersion>,
    /// Number of the newest version of the normal text.
    pub newest: Option<i32>,
    pub shown: Option<VersionChanges>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedVersion {
    pub number: i32,
    pub title: String,
    /// Empty if it came with an import.
    pub by: String,
    pub at: String,
}

/// The difference between a version and the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionChanges {
    pub number: i32,
    /// Title before, if it was another one.
    pub title_before: Option<String>,
    pub title: String,
    pub lines: Vec<ChangedLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedLine {
    pub kind: ChangeKind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeKind {
    Same,
    Added,
    Removed,
    /// Stands for lines without a change. The text says how many.
    Gap,
}
