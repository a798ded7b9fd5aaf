//! Studying: enrollments, the learner's home page, the player, and progress.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
pub mod survey;

use crate::enrollment::TopicLink;
use serde::{Deserialize, Serialize};

use crate::coldcall::ColdCallCard;
use crate::course::{CourseTitle, LearnerPersona, StudyPersona};
use crate::exercise::ExerciseLine;
use crate::platform::ids::TopicId;
use crate::platform::ui::Html;

/// Page of one topic, as one learner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub topic: TopicHead,
    pub content: Html,
    /// The topic in short, with its key concepts.
    pub notes: Html,
    /// Modules of the course, with their topics and quizzes.
    pub outline: Html,
    /// Share of the course's topics that are done.
    pub percent: u8,
    pub has_exams: bool,
    /// True for a member of a cohort of the course.
    pub has_cohort: bool,
    /// True if there are announcements or messages to the learner.
    pub has_news: bool,
    pub place: TopicPlace,
    pub persona: StudyPersona,
    /// Study personas that this topic is told for, in the order of the switch.
    pub personas: Vec<StudyPersona>,
    /// True if kinds of learners read different texts here.
    pub has_variants: bool,
    pub learner_persona: Option<LearnerPersona>,
    pub exercises: Vec<ExerciseLine>,
    /// Empty for learners who are not in a cohort.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cold_calls: Vec<ColdCallCard>,
    pub previous: Option<TopicLink>,
    pub next: Option<TopicLink>,
    /// Place to go to once the topic is done.
    pub onward: Onward,
    /// Address of the course's certificate, once the course is completed.
    pub certificate: Option<String>,
    /// Results of a search in the course; None if nothing was searched.
    pub found: Option<SearchResults>,
    /// Time at which the server made the page, in milliseconds since 1970. The browser's clock may
    /// be wrong.
    pub sent_at_ms: i64,
    /// True if a tutor looks at the page as somebody else. Then nothing is recorded.
    pub is_view: bool,
}

/// Place that follows a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Onward {
    Topic(TopicLink),
    Quiz(TopicLink),
    /// Address of the course's exams.
    Exams(String),
    /// Address of the certificate.
    Certificate(String),
    /// Address of the course's page, if nothing is left to do for now.
    Course(String),
}

impl Onward {
    pub fn href(&self) -> &str {
        match self {
            Self::Topic(link) | Self::Quiz(link) => &link.href,
            Self::Exams(href) | Self::Certificate(href) | Self::Course(href) => href,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicHead {
    pub topic_id: TopicId,
    pub slug: String,
    pub title: String,
    pub module_no: i32,
    pub topic_number: i32,
    pub minutes: i32,
}

/// Learner's place in this topic.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TopicPlace {
    pub is_completed: bool,
    /// True once the video was watched to its end or nearly so.
    pub is_watched: bool,
    /// Id and text of the heading where the learner stopped.
    pub anchor: Option<(String, String)>,
    /// Position in the video, in whole seconds, rounded down.
    pub position_s: u32,
}

/// Block of a topic, before the learner's persona is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockChoice {
    pub content_key: Option<String>,
    pub tutor_persona: Option<LearnerPersona>,
    pub html: String,
}

/// Variant of a content asset, for one learner persona or for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetChoice {
    pub content_key: String,
    pub persona: Option<LearnerPersona>,
    pub html: String,
}

/// Builds the topic's HTML for one learner.
///
/// - A block with a content key shows the asset for the learner's persona. Without one it shows
///   the asset for everybody, or nothing.
/// - An inline block for a persona is shown to learners with that persona, and to learners without
///   any.
pub fn compose(
    blocks: &[BlockChoice],
    assets: &[AssetChoice],
    learner: Option<LearnerPersona>,
) -> String {
    let asset = |key: &str| {
        let of = |persona: Option<LearnerPersona>| {
            assets
                .iter()
                .find(|asset| asset.content_key == key && asset.persona == persona)
        };
        learner
            .and_then(|persona| of(Some(persona)))
            .or_else(|| of(None))
    };
    blocks
        .iter()
        .filter_map(|block| match (&block.content_key, block.tutor_persona) {
            (Some(key), _) => asset(key).map(|asset| asset.html.as_str()),
            (None, Some(persona)) => learner
                .is_none_or(|own| own == persona)
                .then_some(block.html.as_str()),
            (None, None) => Some(block.html.as_str()),
        })
        .collect()
}

/// Returns true if this position is near the end of the video. Both values come from the browser
/// and are not verified. Courses do not know the length of their videos, and watching unlocks
/// nothing.
pub fn is_watched(position_s: Option<f64>, duration_s: Option<f64>) -> bool {
    match (position_s, duration_s) {
        (Some(position), Some(duration)) => {
            duration >= 1.0 && (0.9..=1.01).contains(&(position / duration))
        }
        _ => false,
    }
}

/// Course on the learner's home page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyCourse {
    pub slug: String,
    pub title: CourseTitle,
    pub thumbnail: Option<String>,
    pub topics: u32,
    pub done: u32,
    pub has_exams: bool,
    /// True for a member of a cohort of the course.
    pub has_cohort: bool,
    /// First day of the cohort, for a member who has no access before.
    pub starts_on: Option<String>,
    /// Unread announcements to all learners of the course, and unread messages to this one.
    pub unread_news: i64,
    pub is_completed: bool,
    /// Address of its certificate.
    pub certificate: Option<String>,
    /// Time of the last visit, for people and as RFC 3339.
    pub last_opened: Option<(String, String)>,
    pub continue_at: Option<Continue>,
    pub upcoming: Vec<Upcoming>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continue {
    pub href: String,
    pub title: String,
    pub module: String,
    /// Text of the heading where the learner stopped.
    pub stopped_at: Option<String>,
    /// Reading time in minutes; None for a quiz.
    pub minutes: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upcoming {
    pub href: String,
    pub title: String,
    /// Reading time in minutes; None for a quiz.
    pub minutes: Option<i32>,
}

/// Topic found by a search within the course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    pub href: String,
    pub title: String,
    pub module: String,
    /// Text around the found words, which stand between `\u{2}` and `\u{3}`.
    pub snippet: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SearchResults {
    /// Search text as it was typed.
    pub query: String,
    pub hits: Vec<Hit>,
    pub corrected: Option<String>,
}

#[cfg(all(test, feature = "ssr"))]
mod tests;

#[cfg(test)]
mod rules {
    use super::*;
    use LearnerPersona::{PseudoCoder, RoteMemorizer};

    fn block(key: Option<&str>, persona: Option<LearnerPersona>, html: &str) -> BlockChoice {
        BlockChoice {
            content_key: key.map(str::to_owned),
            tutor_persona: persona,
            html: html.to_owned(),
        }
    }

    fn asset(key: &str, persona: Option<LearnerPersona>, html: &str) -> AssetChoice {
        AssetChoice {
            content_key: key.to_owned(),
            persona,
            html: html.to_owned(),
        }
    }

    #[test]
    fn a_topic_is_put_together_for_its_reader() {
        let blocks = [
            block(None, None, "a"),
            block(Some("intro"), None, ""),
            block(Some("missing"), None, ""),
            block(None, Some(PseudoCoder), "p"),
        ];
        let assets = [
            asset("intro", None, "d"),
            asset("intro", Some(RoteMemorizer), "r"),
            asset("missing", Some(RoteMemorizer), "m"),
        ];
        assert_eq!(compose(&blocks, &assets, None), "adp");
        assert_eq!(compose(&blocks, &assets, Some(RoteMemorizer)), "arm");
        assert_eq!(compose(&blocks, &assets, Some(PseudoCoder)), "adp");
    }

    #[test]
    fn a_video_is_watched_near_its_end() {
        let watched = |position, duration| is_watched(Some(position), Some(duration));
        assert!(watched(90.0, 100.0) && watched(100.0, 100.0) && watched(100.4, 100.0));
        assert!(!watched(89.9, 100.0) && !watched(500.0, 100.0));
        assert!(!watched(0.0, 0.0) && !watched(0.5, 0.5));
        assert!(!is_watched(Some(90.0), None) && !is_watched(None, Some(90.0)));
    }
}
