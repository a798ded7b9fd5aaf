//! Studying: enrollments, the learner's home page, the player, and progress.

pub mod api;
pub mod pages;

#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod view;

use serde::{Deserialize, Serialize};

use crate::course::{CourseTitle, LearnerPersona, StudyPersona, pair_of};
use crate::exercise::ExerciseLine;
use crate::platform::ids::TopicId;
use crate::platform::ui::Html;
use crate::quiz::quiz_path;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(diesel_derive_enum::DbEnum))]
#[cfg_attr(
    feature = "ssr",
    db_enum(existing_type_path = "crate::platform::db::schema::sql_types::EnrollmentStatus")
)]
#[serde(rename_all = "snake_case")]
pub enum EnrollmentStatus {
    Active,
    Completed,
    Withdrawn,
    Expired,
}

/// Page of one topic, as one learner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub topic: TopicHead,
    pub content: Html,
    pub outline: Vec<OutlineModule>,
    pub has_exams: bool,
    pub place: Place,
    pub persona: StudyPersona,
    /// Study personas that this topic is told for, in the order of the switch.
    pub personas: Vec<StudyPersona>,
    pub exercises: Vec<ExerciseLine>,
    pub previous: Option<TopicLink>,
    pub next: Option<TopicLink>,
    /// Address of the course's certificate, once the course is completed.
    pub certificate: Option<String>,
    /// Results of a search in the course; None if nothing was searched.
    pub found: Option<Found>,
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
pub struct Place {
    pub is_completed: bool,
    /// True once the video was watched to its end or nearly so.
    pub is_watched: bool,
    /// Id and text of the heading where the learner stopped.
    pub anchor: Option<(String, String)>,
    /// Position in the video, in whole seconds, rounded down.
    pub position_s: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlineModule {
    pub number: i32,
    pub title: String,
    pub topics: Vec<OutlineTopic>,
    pub quizzes: Vec<OutlineQuiz>,
}

impl OutlineModule {
    pub fn done(&self) -> usize {
        self.topics
            .iter()
            .filter(|topic| topic.state == TopicState::Done)
            .count()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlineTopic {
    pub slug: String,
    pub title: String,
    /// Number within its module, from 1.
    pub number: i32,
    pub minutes: i32,
    pub state: TopicState,
    /// Short text on what unlocks the topic; None if it is unlocked.
    pub lock: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlineQuiz {
    pub pair: i32,
    /// Number of the module's topics before the quiz.
    pub after: usize,
    pub state: TopicState,
    pub lock: Option<String>,
}

/// Entry of an outline.
pub enum OutlineEntry<'a> {
    Topic(&'a OutlineTopic),
    Quiz(&'a OutlineQuiz),
}

impl OutlineModule {
    /// Returns topics and quizzes in the order in which they are taken.
    pub fn entries(&self) -> Vec<OutlineEntry<'_>> {
        let mut entries = Vec::with_capacity(self.topics.len() + self.quizzes.len());
        let mut quizzes = self.quizzes.iter().peekable();
        for (topic, count) in self.topics.iter().zip(1..) {
            entries.push(OutlineEntry::Topic(topic));
            while let Some(quiz) = quizzes.next_if(|quiz| quiz.after <= count) {
                entries.push(OutlineEntry::Quiz(quiz));
            }
        }
        entries.extend(quizzes.map(OutlineEntry::Quiz));
        entries
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TopicState {
    New,
    Begun,
    Done,
}

impl TopicState {
    pub fn of(is_completed: Option<bool>) -> Self {
        match is_completed {
            None => Self::New,
            Some(false) => Self::Begun,
            Some(true) => Self::Done,
        }
    }

    pub fn class(self) -> &'static str {
        match self {
            Self::New => "",
            Self::Begun => "half",
            Self::Done => "done",
        }
    }

    /// Text for screen readers.
    pub fn words(self) -> &'static str {
        match self {
            Self::New => "",
            Self::Begun => ", started",
            Self::Done => ", done",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicLink {
    pub href: String,
    pub title: String,
}

/// Returns the share of topics that are done, in whole percent, rounded down. Only a fully done
/// outline yields 100.
pub fn percent(outline: &[OutlineModule]) -> u8 {
    let total: usize = outline.iter().map(|module| module.topics.len()).sum();
    let done: usize = outline.iter().map(OutlineModule::done).sum();
    percent_of(done, total)
}

pub fn percent_of(done: usize, total: usize) -> u8 {
    (done.min(total) * 100)
        .checked_div(total)
        .map_or(0, |percent| u8::try_from(percent).unwrap_or(100))
}

/// A topic or quiz in the sequence of a course.
pub struct Step {
    pub link: TopicLink,
    pub module_no: i32,
    /// Section of the module that the step belongs to.
    pub pair: i32,
    /// Reading time in minutes; None for a quiz.
    pub minutes: Option<i32>,
    pub state: TopicState,
    pub is_open: bool,
}

/// Returns all topics and quizzes in the order in which they are taken.
pub fn steps(outline: &[OutlineModule], course: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for module in outline {
        for entry in module.entries() {
            steps.push(match entry {
                OutlineEntry::Topic(topic) => Step {
                    link: TopicLink {
                        href: topic_path(course, &topic.slug),
                        title: topic.title.clone(),
                    },
                    module_no: module.number,
                    pair: pair_of(topic.number),
                    minutes: Some(topic.minutes),
                    state: topic.state,
                    is_open: topic.lock.is_none(),
                },
                OutlineEntry::Quiz(quiz) => Step {
                    link: TopicLink {
                        href: quiz_path(course, module.number, quiz.pair),
                        title: format!("Quiz {}.{}", module.number, quiz.pair),
                    },
                    module_no: module.number,
                    pair: quiz.pair,
                    minutes: None,
                    state: quiz.state,
                    is_open: quiz.lock.is_none(),
                },
            });
        }
    }
    steps
}

/// Returns the step at which the learner continues. That is the first unlocked one that is not
/// done, otherwise the first unlocked one.
pub fn first_open(steps: Vec<Step>) -> Option<Step> {
    let mut open: Vec<Step> = steps.into_iter().filter(|step| step.is_open).collect();
    let at = open.iter().position(|step| step.state != TopicState::Done);
    (!open.is_empty()).then(|| open.swap_remove(at.unwrap_or(0)))
}

/// Returns the links before and after the page at `here`, across modules. Locked neighbors are
/// None.
pub fn neighbours(
    outline: &[OutlineModule],
    course: &str,
    here: &str,
) -> (Option<TopicLink>, Option<TopicLink>) {
    let all = steps(outline, course);
    let open = |step: &Step| step.is_open.then(|| step.link.clone());
    match all.iter().position(|step| step.link.href == here) {
        Some(at) => (
            at.checked_sub(1).and_then(|at| all.get(at)).and_then(open),
            all.get(at + 1).and_then(open),
        ),
        None => (None, None),
    }
}

pub fn topic_path(course: &str, topic: &str) -> String {
    format!("/learn/{course}/{topic}")
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
pub struct Found {
    /// Search text as it was typed.
    pub query: String,
    pub hits: Vec<Hit>,
    pub corrected: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use LearnerPersona::{PseudoCoder, RoteMemorizer};
    use proptest::prelude::*;

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

    fn outline(states: &[&[TopicState]]) -> Vec<OutlineModule> {
        states
            .iter()
            .zip(1..)
            .map(|(topics, number)| OutlineModule {
                number,
                title: format!("Module {number}"),
                topics: topics
                    .iter()
                    .zip(1..)
                    .map(|(state, n)| OutlineTopic {
                        slug: format!("t{number}-{n}"),
                        title: format!("Topic {n}"),
                        number: n,
                        minutes: 1,
                        state: *state,
                        lock: None,
                    })
                    .collect(),
                quizzes: Vec::new(),
            })
            .collect()
    }

    #[test]
    fn neighbours_cross_modules_and_end_at_the_ends() {
        let mut outline = outline(&[&[TopicState::New, TopicState::New], &[TopicState::New]]);
        outline[0].quizzes.push(OutlineQuiz {
            pair: 1,
            after: 2,
            state: TopicState::New,
            lock: None,
        });
        let hrefs = |slug: &str| {
            let (previous, next) = neighbours(&outline, "c", &format!("/learn/c/{slug}"));
            (previous.map(|link| link.href), next.map(|link| link.href))
        };
        assert_eq!(hrefs("t1-1"), (None, Some("/learn/c/t1-2".into())));
        assert_eq!(
            hrefs("t1-2"),
            (
                Some("/learn/c/t1-1".into()),
                Some("/learn/c/quiz/1/1".into())
            )
        );
        assert_eq!(
            hrefs("quiz/1/1"),
            (Some("/learn/c/t1-2".into()), Some("/learn/c/t2-1".into()))
        );
        assert_eq!(hrefs("t2-1"), (Some("/learn/c/quiz/1/1".into()), None));
        assert_eq!(hrefs("gone"), (None, None));

        outline[1].topics[0].lock = Some("after quiz 1.1".to_owned());
        assert_eq!(
            neighbours(&outline, "c", "/learn/c/quiz/1/1")
                .1
                .map(|link| link.href),
            None
        );
    }

    #[test]
    fn a_video_is_watched_near_its_end() {
        let watched = |position, duration| is_watched(Some(position), Some(duration));
        assert!(watched(90.0, 100.0) && watched(100.0, 100.0) && watched(100.4, 100.0));
        assert!(!watched(89.9, 100.0) && !watched(500.0, 100.0));
        assert!(!watched(0.0, 0.0) && !watched(0.5, 0.5));
        assert!(!is_watched(Some(90.0), None) && !is_watched(None, Some(90.0)));
    }

    proptest! {
        #[test]
        fn only_all_is_a_hundred_percent(done in 0usize..500, total in 0usize..500) {
            let percent = percent_of(done, total);
            prop_assert!(percent <= 100);
            prop_assert_eq!(percent == 100, total > 0 && done >= total);
        }
    }
}
