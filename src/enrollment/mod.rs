//! Enrollment: who studies a course, how far they are, and which topics and quizzes they may open.

pub mod api;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use crate::course::section_of;
use crate::paths::{quiz_path, topic_path};
use crate::platform::ids::QuizNumber;
use serde::{Deserialize, Serialize};

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
    pub number: QuizNumber,
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

impl OutlineEntry<'_> {
    pub fn link(&self, course: &str) -> TopicLink {
        match self {
            Self::Topic(topic) => TopicLink {
                href: topic_path(course, &topic.slug),
                title: topic.title.clone(),
            },
            Self::Quiz(quiz) => TopicLink {
                href: quiz_path(course, quiz.number),
                title: format!("Quiz {}", quiz.number),
            },
        }
    }

    pub fn is_open(&self) -> bool {
        match self {
            Self::Topic(topic) => topic.lock.is_none(),
            Self::Quiz(quiz) => quiz.lock.is_none(),
        }
    }

    fn is_at(&self, course: &str, path: &str) -> bool {
        match self {
            // Most topics are told apart by their slug, without building their address.
            Self::Topic(topic) => {
                path.ends_with(&topic.slug) && path == topic_path(course, &topic.slug)
            }
            Self::Quiz(quiz) => path == quiz_path(course, quiz.number),
        }
    }
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
pub struct CourseStep {
    pub link: TopicLink,
    /// Section that the step belongs to, by the number of its quiz.
    pub section: QuizNumber,
    /// Reading time in minutes; None for a quiz.
    pub minutes: Option<i32>,
    pub state: TopicState,
    pub is_open: bool,
}

/// Returns all topics and quizzes in the order in which they are taken.
pub fn steps(outline: &[OutlineModule], course: &str) -> Vec<CourseStep> {
    let mut steps = Vec::new();
    for module in outline {
        for entry in module.entries() {
            let (link, is_open) = (entry.link(course), entry.is_open());
            let (section, minutes, state) = match entry {
                OutlineEntry::Topic(topic) => {
                    let section = QuizNumber::new(module.number, section_of(topic.number));
                    (section, Some(topic.minutes), topic.state)
                }
                OutlineEntry::Quiz(quiz) => (quiz.number, None, quiz.state),
            };
            steps.push(CourseStep {
                link,
                section,
                minutes,
                state,
                is_open,
            });
        }
    }
    steps
}

/// Returns the step at which the learner continues. That is the first unlocked one that is not
/// done, otherwise the first unlocked one.
pub fn first_open(steps: Vec<CourseStep>) -> Option<CourseStep> {
    let mut open: Vec<CourseStep> = steps.into_iter().filter(|step| step.is_open).collect();
    let at = open.iter().position(|step| step.state != TopicState::Done);
    (!open.is_empty()).then(|| open.swap_remove(at.unwrap_or(0)))
}

/// Returns the links before and after the page at `here`, across modules. Locked neighbors are
/// None.
pub fn neighbors(
    outline: &[OutlineModule],
    course: &str,
    here: &str,
) -> (Option<TopicLink>, Option<TopicLink>) {
    let all: Vec<OutlineEntry> = outline.iter().flat_map(OutlineModule::entries).collect();
    let open = |entry: &OutlineEntry| entry.is_open().then(|| entry.link(course));
    match all.iter().position(|entry| entry.is_at(course, here)) {
        Some(at) => (
            at.checked_sub(1).and_then(|at| all.get(at)).and_then(open),
            all.get(at + 1).and_then(open),
        ),
        None => (None, None),
    }
}

/// Returns whether learners can enroll by themselves: only in a free course that is not reserved
/// for cohorts. The error explains why not.
pub fn may_enroll(price_cents: i32, cohort_only: bool) -> Result<(), &'static str> {
    match (cohort_only, price_cents) {
        (true, _) => Err(
            "This course is taken with a cohort. Its offerings are announced here when admissions open.",
        ),
        (false, 0) => Ok(()),
        (false, _) => Err("This is a paid course. To take it, register for one of its offerings."),
    }
}

/// Returns whether learners can leave by themselves: only a course in which they can enroll again.
/// The error explains why not.
pub fn may_leave(price_cents: i32, cohort_only: bool) -> Result<(), &'static str> {
    may_enroll(price_cents, cohort_only).map_err(|_| {
        "You can't leave this course by yourself, because you could not enroll again by yourself."
    })
}

#[cfg(test)]
mod rules {
    use super::*;
    use proptest::prelude::*;

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
    fn neighbors_cross_modules_and_end_at_the_ends() {
        let mut outline = outline(&[&[TopicState::New, TopicState::New], &[TopicState::New]]);
        outline[0].quizzes.push(OutlineQuiz {
            number: QuizNumber::new(1, 1),
            after: 2,
            state: TopicState::New,
            lock: None,
        });
        let hrefs = |slug: &str| {
            let (previous, next) = neighbors(&outline, "c", &format!("/learn/c/{slug}"));
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
            neighbors(&outline, "c", "/learn/c/quiz/1/1")
                .1
                .map(|link| link.href),
            None
        );
    }

    #[test]
    fn a_priced_or_cohort_course_is_not_enrolled_in_directly() {
        assert!(may_enroll(0, false).is_ok());
        assert!(may_enroll(100, false).is_err());
        assert!(may_enroll(0, true).is_err());
    }

    #[test]
    fn one_leaves_only_a_course_to_which_one_can_return() {
        assert!(may_leave(0, false).is_ok());
        assert!(may_leave(100, false).is_err());
        assert!(may_leave(0, true).is_err());
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
