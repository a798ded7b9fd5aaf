//! Today: who needs a tutor, across all courses that they teach. Each line has its reason and the
//! page on which the tutor acts. A line is gone when the facts behind it are, and a tutor can
//! dismiss or snooze any line.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use serde::{Deserialize, Serialize};

use crate::course::CourseTitle;
use crate::platform::address;

/// Address of the page.
pub const TODAY: &str = "/today";

/// Number of lines that the page shows at once, and that each "Show more" adds.
pub const LINES: u32 = 50;

/// Number of times that one can ask for more lines.
pub const MOST_MORE: u32 = 19;

/// Kinds of lines, the most urgent first: people who wait for the tutor, then learners who may
/// need help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TodayKind {
    /// Questions to a person, and messages of cold calls that are reported or held for approval.
    Unanswered,
    /// Work without marks.
    Unmarked,
    /// Applications without a decision. Only admins decide them.
    Applications,
    /// Quizzes that a learner fails again and again, or may not attempt again.
    Stuck,
    /// Members whose modules are open by the cohort's schedule and not done.
    Behind,
    /// Open cold calls that a member has not answered.
    ColdCalls,
    /// Learners who have opened nothing for a week.
    Silent,
}

impl TodayKind {
    pub const ALL: [Self; 7] = [
        Self::Unanswered,
        Self::Unmarked,
        Self::Applications,
        Self::Stuck,
        Self::Behind,
        Self::ColdCalls,
        Self::Silent,
    ];

    /// The name in the database and in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unanswered => "unanswered",
            Self::Unmarked => "unmarked",
            Self::Applications => "applications",
            Self::Stuck => "stuck",
            Self::Behind => "behind",
            Self::ColdCalls => "cold_calls",
            Self::Silent => "silent",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Unanswered => "Unanswered",
            Self::Unmarked => "Unmarked",
            Self::Applications => "Applications",
            Self::Stuck => "Stuck",
            Self::Behind => "Behind",
            Self::ColdCalls => "Cold calls",
            Self::Silent => "Silent",
        }
    }
}

/// Filters of the page and the number of lines, as they are in its address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TodayQuery {
    /// None for lines of every kind.
    pub kind: Option<TodayKind>,
    /// Name of a course in addresses. Empty for all courses.
    pub course: String,
    /// Number of times that the tutor asked for more lines.
    pub more: u32,
}

impl TodayQuery {
    pub fn path(&self) -> String {
        let kind = self.kind.map(TodayKind::name).unwrap_or_default();
        let more = match self.more {
            0 => String::new(),
            more => more.to_string(),
        };
        let values = [
            ("kind", kind),
            ("course", self.course.as_str()),
            ("more", more.as_str()),
        ];
        address::with_query(TODAY, &values)
    }

    /// Number of lines that are shown.
    pub fn shown(&self) -> u32 {
        LINES * (self.more.min(MOST_MORE) + 1)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TodayPage {
    /// The most urgent first.
    pub lines: Vec<TodayLine>,
    /// Number of lines with these filters, also of those that are not shown.
    pub total: i64,
    /// Number of lines without filters.
    pub all: i64,
    /// Number of lines of each kind in the chosen course.
    pub kinds: Vec<(TodayKind, i64)>,
    /// Courses with lines of the chosen kind, by title.
    pub courses: Vec<TodayCourse>,
    /// The line that was dismissed last, for some minutes.
    pub undo: Option<TodayUndo>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TodayLine {
    pub kind: TodayKind,
    /// Names the line and its facts, see [`DismissedLine`].
    pub key: String,
    /// Name of the learner.
    pub person: String,
    /// Title of the work, the prompt, the topic or the cohort. May be empty.
    pub about: String,
    pub course: CourseTitle,
    /// Why the line is here, as one sentence.
    pub reason: String,
    /// Text and address of the link on which the tutor acts.
    pub act: (String, String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TodayCourse {
    pub slug: String,
    pub title: CourseTitle,
    pub lines: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TodayUndo {
    /// Kind and subject of the line.
    pub line: String,
    pub said: String,
}

/// Time for which a line stays away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dismissal {
    /// Until the facts change.
    Handled,
    Day,
    Week,
}

impl Dismissal {
    pub fn name(self) -> &'static str {
        match self {
            Self::Handled => "handled",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// Number of days. None until the facts change.
    pub fn days(self) -> Option<i64> {
        match self {
            Self::Handled => None,
            Self::Day => Some(1),
            Self::Week => Some(7),
        }
    }

    /// Value of the button that dismisses the line with this key.
    pub fn value(self, key: &str) -> String {
        format!("{} {key}", self.name())
    }
}

/// A line that a button dismisses, with the facts that the tutor has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DismissedLine {
    pub kind: TodayKind,
    pub subject: String,
    pub fingerprint: String,
}

impl DismissedLine {
    /// Parses the value of a button. None if it is malformed.
    pub fn parse(value: &str) -> Option<(Dismissal, Self)> {
        let parts: Vec<&str> = value.split(' ').collect();
        let &[dismissal, kind, subject, fingerprint] = parts.as_slice() else {
            return None;
        };
        let all = [Dismissal::Handled, Dismissal::Day, Dismissal::Week];
        let dismissal = all.into_iter().find(|each| each.name() == dismissal)?;
        let line = Self {
            kind: TodayKind::parse(kind)?,
            subject: subject.to_owned(),
            fingerprint: fingerprint.to_owned(),
        };
        Some((dismissal, line))
    }

    pub fn key(&self) -> String {
        format!("{} {} {}", self.kind.name(), self.subject, self.fingerprint)
    }
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn the_value_of_a_button_is_read_again() {
        let line = DismissedLine {
            kind: TodayKind::ColdCalls,
            subject: "calls/7".to_owned(),
            fingerprint: "12".to_owned(),
        };
        for dismissal in [Dismissal::Handled, Dismissal::Day, Dismissal::Week] {
            let value = dismissal.value(&line.key());
            assert_eq!(
                DismissedLine::parse(&value),
                Some((dismissal, line.clone()))
            );
        }
        for wrong in [
            "",
            "handled",
            "handled nothing a b",
            "x silent a b",
            "day silent a b c",
        ] {
            assert_eq!(DismissedLine::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_address_keeps_the_filters() {
        assert_eq!(TodayQuery::default().path(), "/today");
        let query = TodayQuery {
            kind: Some(TodayKind::Silent),
            course: "rust".to_owned(),
            more: 1,
        };
        assert_eq!(query.path(), "/today?kind=silent&course=rust&more=1");
        assert_eq!(query.shown(), 100);
        let most = TodayQuery {
            more: u32::MAX,
            ..query
        };
        assert_eq!(most.shown(), 1_000);
    }
}
