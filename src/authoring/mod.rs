//! Writing courses in the browser: a new course, its outline with drafts, and the texts of topics.

pub mod api;
pub mod check;
pub mod details;
pub mod editor;
pub mod imports;
pub mod pages;
pub mod review;
#[cfg(feature = "ssr")]
pub mod server;
pub mod sources;
#[cfg(all(test, feature = "ssr"))]
mod tests;
pub mod view_as;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::address;
use crate::platform::ids::TopicId;
use crate::teaching::{Area, CourseStatus};

/// Route that sends a course as a zip.
pub const COURSE_ZIP: &str = "/teach/{course}/course.zip";

pub fn course_zip_path(course: &str) -> String {
    COURSE_ZIP.replace("{course}", course)
}

/// The page with the course's own settings.
pub fn course_details_path(course: &str) -> String {
    format!("/teach/{course}/course")
}

/// Longest title of a course, a module or a topic, in characters.
pub const TITLE_CHARACTERS: u32 = 120;
/// Longest summary of a course, in characters.
pub const SUMMARY_CHARACTERS: u32 = 300;
/// Longest name of a course in addresses, in characters.
pub const SLUG_CHARACTERS: u32 = 80;
/// Longest typed outline, in characters.
pub const OUTLINE_CHARACTERS: u32 = 50_000;

/// Languages to choose from for a new course. An import can bring any other.
pub const LANGUAGES: &[(&str, &str)] = &[
    ("ar", "Arabic"),
    ("bn", "Bengali"),
    ("zh-Hans", "Chinese (simplified)"),
    ("zh-Hant", "Chinese (traditional)"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("nl", "Dutch"),
    ("en", "English"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("de", "German"),
    ("el", "Greek"),
    ("gu", "Gujarati"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hu", "Hungarian"),
    ("id", "Indonesian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("kn", "Kannada"),
    ("ko", "Korean"),
    ("ml", "Malayalam"),
    ("mr", "Marathi"),
    ("nb", "Norwegian"),
    ("fa", "Persian"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("pa", "Punjabi"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("es", "Spanish"),
    ("sw", "Swahili"),
    ("sv", "Swedish"),
    ("ta", "Tamil"),
    ("te", "Telugu"),
    ("th", "Thai"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
    ("vi", "Vietnamese"),
];

/// Fields of the form that makes a course.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewCourseForm {
    pub title: String,
    /// Name in addresses. Empty: made from the title.
    pub slug: String,
    pub summary: String,
    pub language: String,
    /// Modules and topics, one a line.
    pub outline: String,
}

/// Data of the page that makes a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCoursePage {
    /// Language that is chosen at first.
    pub language: String,
}

/// The outline of a course as its authors see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthoredOutline {
    pub course_title: CourseTitle,
    pub status: CourseStatus,
    /// True for admins, who may publish and unpublish the course.
    pub may_publish: bool,
    /// Title and page of each topic that was changed on the site and in the course's source.
    pub differing: Vec<(String, String)>,
    pub modules: Vec<AuthoredModule>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthoredModule {
    /// None for the topics of modules that an import has removed.
    pub number: Option<i32>,
    pub title: String,
    /// True if topics were retired together with the module, and can be restored with it.
    pub is_retired: bool,
    pub topics: Vec<AuthoredTopic>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthoredTopic {
    pub topic_id: TopicId,
    pub slug: String,
    pub title: String,
    pub status: TopicStatus,
    /// The time at which the draft is published.
    pub planned: Option<PlannedTopic>,
    /// State of its review, and open comments.
    pub notes: Vec<String>,
}

/// The schedule of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTopic {
    pub when: String,
    /// The same as the value of a field.
    pub field: String,
    /// The reason why it could not be published then. Empty before.
    pub problem: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopicStatus {
    Published,
    Draft,
    Retired,
}

impl TopicStatus {
    pub fn label(self) -> &'static str {
        match self {
            Self::Published => "Published",
            Self::Draft => "Draft",
            Self::Retired => "Retired",
        }
    }
}

/// Changes of an outline that need nothing but a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutlineChange {
    Up,
    Down,
    Publish,
    Unpublish,
    Retire,
    Restore,
    Remove,
    Unschedule,
}

impl OutlineChange {
    const ALL: [Self; 8] = [
        Self::Up,
        Self::Down,
        Self::Publish,
        Self::Unpublish,
        Self::Retire,
        Self::Restore,
        Self::Remove,
        Self::Unschedule,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Publish => "publish",
            Self::Unpublish => "unpublish",
            Self::Retire => "retire",
            Self::Restore => "restore",
            Self::Remove => "remove",
            Self::Unschedule => "unschedule",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.name() == name)
    }
}

/// A module or a topic of an outline, as forms name it: "m3", or "t" and the topic's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutlinePart {
    Module(i32),
    Topic(TopicId),
}

impl OutlinePart {
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_at_checked(1)? {
            ("m", number) => number.parse().ok().map(Self::Module),
            ("t", id) => id.parse().ok().map(|id| Self::Topic(TopicId(id))),
            _ => None,
        }
    }

    /// Value of the button that makes the change, such as "up-m3".
    pub fn change(self, change: OutlineChange) -> String {
        format!("{}-{self}", change.name())
    }
}

impl std::fmt::Display for OutlinePart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Module(number) => write!(f, "m{number}"),
            Self::Topic(topic) => write!(f, "t{topic}"),
        }
    }
}

/// The outline with a form that renames one part.
pub fn rename_path(course: &str, part: OutlinePart) -> String {
    address::with_query(
        &Area::Outline.path(course),
        &[("rename", &part.to_string())],
    )
}

/// The outline with a form that chooses when a topic is published.
pub fn schedule_path(course: &str, topic: TopicId) -> String {
    address::with_query(
        &Area::Outline.path(course),
        &[("schedule", &topic.to_string())],
    )
}

/// Makes a name for addresses from a title. Empty if the title has letters other than ASCII: only
/// the server can transliterate them.
pub fn plain_slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            c if c.is_alphanumeric() => return String::new(),
            '\'' | '’' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
        if slug.len() >= SLUG_CHARACTERS as usize {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn a_plain_title_makes_a_name() {
        assert_eq!(
            plain_slug("How to Count: It’s easy!"),
            "how-to-count-its-easy"
        );
        assert_eq!(plain_slug("Zählen"), "");
        assert_eq!(plain_slug(" -- "), "");
        assert_eq!(plain_slug(&"ab ".repeat(60)).len(), 80);
    }

    #[test]
    fn parts_and_changes_are_read_as_they_are_written() {
        let topic = OutlinePart::Topic(TopicId(uuid::Uuid::from_u128(7)));
        for part in [OutlinePart::Module(3), topic] {
            assert_eq!(OutlinePart::parse(&part.to_string()), Some(part));
        }
        for wrong in ["", "m", "x3", "t3", "é3"] {
            assert_eq!(OutlinePart::parse(wrong), None, "{wrong}");
        }
        assert_eq!(OutlineChange::parse("up"), Some(OutlineChange::Up));
        assert_eq!(topic.change(OutlineChange::Up), format!("up-{topic}"));
    }
}
