//! Activity: what learners do in a course, in events and in sums by day. Tutors see from it who
//! drifts, and learners see what is recorded about them.

pub mod api;
pub mod pages;
#[cfg(feature = "hydrate")]
pub mod recorder;
mod roster;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

pub use self::roster::{
    ROSTER_PAGE, ROSTER_WAIT_MS, RosterLine, RosterPage, RosterQuery, RosterSort,
};

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::paths::timeline_path;
use crate::platform::address;
use crate::platform::ui::{Html, Tone};

/// Most events of one report.
pub const MOST_EVENTS: usize = 50;

/// Seconds without a key, a touch or a scroll after which time no longer counts as active.
pub const IDLE_SECONDS: u32 = 60;

/// Whole months for which single events are kept. Their sums by day are kept with the account.
pub const EVENT_MONTHS: u32 = 13;

/// The kind of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityKind {
    /// A topic was opened. The kinds up to `Completed` are reported by the browser.
    Opened,
    /// A share of a topic was read, in percent.
    Read,
    /// A video was played up to a position, in seconds.
    Video,
    /// A part of a video was played again, from a position in seconds.
    Rewatched,
    /// Nothing was done on an open page for a minute.
    Idle,
    /// Time in which somebody was active on a page, in seconds.
    Active,
    /// The end of a topic's text or video was reached.
    Completed,
    Enrolled,
    PersonaChanged,
    TopicDone,
    QuizStarted,
    /// A quiz was passed or failed, with the score in percent.
    QuizPassed,
    QuizFailed,
    ExamStarted,
    ExamEnded,
    TutorAsked,
    ColdCallAnswered,
}

impl ActivityKind {
    pub const ALL: [Self; 17] = [
        Self::Opened,
        Self::Read,
        Self::Video,
        Self::Rewatched,
        Self::Idle,
        Self::Active,
        Self::Completed,
        Self::Enrolled,
        Self::PersonaChanged,
        Self::TopicDone,
        Self::QuizStarted,
        Self::QuizPassed,
        Self::QuizFailed,
        Self::ExamStarted,
        Self::ExamEnded,
        Self::TutorAsked,
        Self::ColdCallAnswered,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Read => "read",
            Self::Video => "video",
            Self::Rewatched => "rewatched",
            Self::Idle => "idle",
            Self::Active => "active",
            Self::Completed => "completed",
            Self::Enrolled => "enrolled",
            Self::PersonaChanged => "persona_changed",
            Self::TopicDone => "topic_done",
            Self::QuizStarted => "quiz_started",
            Self::QuizPassed => "quiz_passed",
            Self::QuizFailed => "quiz_failed",
            Self::ExamStarted => "exam_started",
            Self::ExamEnded => "exam_ended",
            Self::TutorAsked => "tutor_asked",
            Self::ColdCallAnswered => "cold_call_answered",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// True if the browser reports events of this kind. The server records all others itself.
    pub fn is_reported(self) -> bool {
        matches!(
            self,
            Self::Opened
                | Self::Read
                | Self::Video
                | Self::Rewatched
                | Self::Idle
                | Self::Active
                | Self::Completed
        )
    }
}

/// Answer to a report of events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ActivityReceipt {
    /// Number of events that were stored now. Events that were stored before are not counted.
    pub stored: usize,
    pub refused: Vec<RefusedEvent>,
}

/// An event that was not stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedEvent {
    /// Place in the report, from 1.
    pub number: usize,
    pub why: String,
}

/// Standing of a learner in a course, by what they did lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LearnerStatus {
    /// Did nothing for more than a week, unless the course has another rule.
    Gone,
    /// Did nothing for three days to a week, unless the course has another rule.
    Drift,
    /// Works, but mostly fails quizzes, asks the same again, or watches parts again.
    Friction,
    /// Has topics to do that the cohort's plan has opened a week ago.
    Behind,
    /// Was active in the last three days, on one kind of thing.
    Active,
    /// Was active in the last three days on several kinds of things.
    Engaged,
    Completed,
}

impl LearnerStatus {
    /// All statuses. Those who may need a tutor come first.
    pub const ALL: [Self; 7] = [
        Self::Gone,
        Self::Drift,
        Self::Friction,
        Self::Behind,
        Self::Active,
        Self::Engaged,
        Self::Completed,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Drift => "drift",
            Self::Friction => "friction",
            Self::Behind => "behind",
            Self::Active => "active",
            Self::Engaged => "engaged",
            Self::Completed => "completed",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Gone => "Gone",
            Self::Drift => "Drifting",
            Self::Friction => "Friction",
            Self::Behind => "Behind",
            Self::Active => "Active",
            Self::Engaged => "Engaged",
            Self::Completed => "Completed",
        }
    }

    pub fn tone(self) -> Tone {
        match self {
            Self::Gone => Tone::Danger,
            Self::Drift | Self::Friction | Self::Behind => Tone::Warn,
            Self::Active => Tone::Info,
            Self::Engaged | Self::Completed => Tone::Ok,
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// Limits of the rule that gives a learner their status. Each course can have its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRules {
    /// Days without activity after which a learner drifts, and after which they are gone.
    pub drift_days: i32,
    pub gone_days: i32,
    /// Failed quizzes of a week that are friction if they outnumber the passed ones.
    pub failed_quizzes: i32,
    /// Questions of a week about one topic that are friction.
    pub same_questions: i32,
    /// Returns to earlier parts of videos in a week that are friction.
    pub rewatched: i32,
}

impl Default for StatusRules {
    fn default() -> Self {
        Self {
            drift_days: 3,
            gone_days: 7,
            failed_quizzes: 3,
            same_questions: 3,
            rewatched: 6,
        }
    }
}

impl StatusRules {
    /// The names of the fields with what they mean, and the least and the greatest value.
    pub const FIELDS: [(&str, &str, i32, i32); 5] = [
        (
            "drift_days",
            "Drifting after this many days without activity",
            1,
            60,
        ),
        (
            "gone_days",
            "Gone after this many days without activity",
            1,
            120,
        ),
        (
            "failed_quizzes",
            "Failed quizzes in a week that are friction",
            1,
            50,
        ),
        (
            "same_questions",
            "Questions about one topic in a week that are friction",
            1,
            50,
        ),
        (
            "rewatched",
            "Returns in videos in a week that are friction",
            1,
            200,
        ),
    ];

    /// The rules with these values, in the order of [`Self::FIELDS`].
    pub fn of(
        [
            drift_days,
            gone_days,
            failed_quizzes,
            same_questions,
            rewatched,
        ]: [i32; 5],
    ) -> Self {
        Self {
            drift_days,
            gone_days,
            failed_quizzes,
            same_questions,
            rewatched,
        }
    }

    /// The values in the order of [`Self::FIELDS`].
    pub fn values(self) -> [i32; 5] {
        [
            self.drift_days,
            self.gone_days,
            self.failed_quizzes,
            self.same_questions,
            self.rewatched,
        ]
    }
}

/// Part of a learner's timeline in a course, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelinePage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub username: String,
    pub name: String,
    pub status: LearnerStatus,
    pub reason: String,
    pub entries: Vec<TimelineEntry>,
    /// The place at which the older entries begin. None if there are none.
    pub older: Option<String>,
    /// True if the page begins at the newest entry.
    pub is_newest: bool,
}

impl TimelinePage {
    /// Address of the page with the older entries.
    pub fn older_path(&self) -> Option<String> {
        let path = timeline_path(&self.course_slug, &self.username);
        let older = self.older.as_deref()?;
        Some(address::with_query(&path, &[("before", older)]))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    pub kind: TimelineKind,
    /// A sentence without the name of the learner, such as "Passed quiz 1.2 with 80%".
    pub said: String,
    /// Title of the topic, the exam or the exercise. Part of the course, or empty.
    pub about: String,
    /// Address of the thing, or empty.
    pub href: String,
    /// The time, for people and as RFC 3339.
    pub when: (String, String),
    /// The day, which heads the entries of one day.
    pub day: String,
}

/// Kinds of entries in a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimelineKind {
    Enrolled,
    /// Study of one day.
    Study,
    Quiz,
    Exam,
    Work,
    Question,
    ColdCall,
    Message,
}

impl TimelineKind {
    pub const ALL: [Self; 8] = [
        Self::Enrolled,
        Self::Study,
        Self::Quiz,
        Self::Exam,
        Self::Work,
        Self::Question,
        Self::ColdCall,
        Self::Message,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Enrolled => "enrolled",
            Self::Study => "study",
            Self::Quiz => "quiz",
            Self::Exam => "exam",
            Self::Work => "work",
            Self::Question => "question",
            Self::ColdCall => "cold_call",
            Self::Message => "message",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Enrolled => "Enrollment",
            Self::Study => "Study",
            Self::Quiz => "Quiz",
            Self::Exam => "Exam",
            Self::Work => "Exercise",
            Self::Question => "Question",
            Self::ColdCall => "Cold call",
            Self::Message => "Message",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A learner's own activity in a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyActivityPage {
    pub course_slug: String,
    pub course_title: CourseTitle,
    pub status: LearnerStatus,
    pub reason: String,
    /// Share of topics that are done, in percent.
    pub done: u8,
    /// Days in a row with study, in words.
    pub streak: String,
    /// Topics in whose questions the learner was wrong at first, the hardest first.
    pub hard: Vec<HardTopic>,
    /// A chart of the time per week, which is also in `weeks`.
    pub chart: Html,
    /// Newest first.
    pub weeks: Vec<ActivityWeek>,
    pub recent: Vec<RecentEvent>,
}

/// A topic in whose questions a learner was wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HardTopic {
    pub title: String,
    pub href: String,
    /// How many first answers were right.
    pub said: String,
}

/// Sums of a week, which begins on a Monday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityWeek {
    /// The Monday, for people.
    pub begins: String,
    pub minutes: i64,
    pub topics: usize,
    pub done: i64,
    pub passed: i64,
    pub failed: i64,
    pub asked: i64,
    pub answered: i64,
}

/// An event in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentEvent {
    pub said: String,
    /// Title of the topic, or empty.
    pub topic: String,
    pub when: (String, String),
}

/// Formats minutes as "35 min", "2 h" or "2 h 5 min".
pub fn minutes_text(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod rules_tests {
    use super::*;

    #[test]
    fn kinds_and_statuses_are_found_by_their_names() {
        for kind in ActivityKind::ALL {
            assert_eq!(ActivityKind::parse(kind.name()), Some(kind));
        }
        for status in LearnerStatus::ALL {
            assert_eq!(LearnerStatus::parse(status.name()), Some(status));
        }
        for kind in TimelineKind::ALL {
            assert_eq!(TimelineKind::parse(kind.name()), Some(kind));
        }
        let reported = ActivityKind::ALL.iter().filter(|kind| kind.is_reported());
        assert_eq!(reported.count(), 7);
    }

    #[test]
    fn minutes_are_written_with_hours() {
        assert_eq!(minutes_text(0), "0 min");
        assert_eq!(minutes_text(59), "59 min");
        assert_eq!(minutes_text(120), "2 h");
        assert_eq!(minutes_text(125), "2 h 5 min");
    }
}
