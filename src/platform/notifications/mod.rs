//! Notifications: what happened that concerns a person. They are listed in the app, and mails bring
//! them as often as the person wants. Features create them with `server::notify`.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

use serde::{Deserialize, Serialize};

/// A kind of notification. People choose for each kind how its mails come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    Announcement,
    /// Of a tutor to single members.
    Message,
    Deadline,
    Reply,
    ColdCall,
    Moderation,
    Admission,
    /// Of a learner to the tutors of a course.
    Question,
    /// Drafts of topics that tutors review, and comments on them.
    Review,
    /// Applications and orders that wait for an admin.
    Desk,
    /// People who need a tutor. It comes by mail alone, as the page Today shows it in the morning.
    Today,
    /// The figures of the school in the last week, for admins. It comes by mail alone.
    Report,
}

impl NotificationKind {
    pub const ALL: [Self; 12] = [
        Self::Announcement,
        Self::Message,
        Self::Deadline,
        Self::Reply,
        Self::ColdCall,
        Self::Moderation,
        Self::Admission,
        Self::Question,
        Self::Review,
        Self::Desk,
        Self::Today,
        Self::Report,
    ];

    /// The name in the database and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Announcement => "announcement",
            Self::Message => "message",
            Self::Deadline => "deadline",
            Self::Reply => "reply",
            Self::ColdCall => "cold_call",
            Self::Moderation => "moderation",
            Self::Admission => "admission",
            Self::Question => "question",
            Self::Review => "review",
            Self::Desk => "desk",
            Self::Today => "today",
            Self::Report => "report",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Announcement => "Announcements",
            Self::Message => "Messages of tutors",
            Self::Deadline => "Reminders of dates",
            Self::Reply => "Replies to your messages",
            Self::ColdCall => "New cold calls and answers",
            Self::Moderation => "Moderation of messages",
            Self::Admission => "Applications and cohorts",
            Self::Question => "Questions of learners to you as a tutor",
            Self::Review => "Reviews of drafts",
            Self::Desk => "New applications and orders",
            Self::Today => "Who needs you today",
            Self::Report => "Report of the last week",
        }
    }

    /// How mails come to people who have not chosen.
    pub fn default_mails(self) -> MailFrequency {
        match self {
            Self::ColdCall | Self::Desk | Self::Today => MailFrequency::Daily,
            Self::Report => MailFrequency::Off,
            _ => MailFrequency::AtOnce,
        }
    }

    /// The frequencies that people can choose.
    pub fn frequencies(self) -> &'static [MailFrequency] {
        match self {
            Self::Today => &MailFrequency::COLLECTED,
            Self::Report => &[MailFrequency::Weekly, MailFrequency::Off],
            _ => &MailFrequency::ALL,
        }
    }
}

/// How mails about notifications come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailFrequency {
    AtOnce,
    Daily,
    Weekly,
    Off,
}

impl MailFrequency {
    pub const ALL: [Self; 4] = [Self::AtOnce, Self::Daily, Self::Weekly, Self::Off];
    /// Those of mails that leave in the morning.
    const COLLECTED: [Self; 3] = [Self::Daily, Self::Weekly, Self::Off];

    /// The name in the database and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Off => "off",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|frequency| frequency.name() == name)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::AtOnce => "At once",
            Self::Daily => "Once a day",
            Self::Weekly => "Once a week",
            Self::Off => "No mails",
        }
    }
}

/// One notification in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationLine {
    pub title: String,
    pub body: String,
    /// Address that marks it as read and leads to its subject.
    pub href: String,
    /// Number of events that it stands for.
    pub events: i32,
    /// Time of its newest event, in words and as RFC 3339.
    pub when: (String, String),
    pub is_read: bool,
}

/// Page of the list of notifications, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationList {
    pub lines: Vec<NotificationLine>,
    pub has_unread: bool,
    /// Number of this page, from 0.
    pub page: u32,
    pub has_more: bool,
}

/// A person's choices, for each kind that they can get, in the order of
/// [`NotificationKind::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationChoices {
    pub mails: Vec<(NotificationKind, MailFrequency)>,
    /// First and last hour of the time without mails, in the person's time zone.
    pub quiet: Option<(i16, i16)>,
}
