//! Events of a sitting, and sums over them: time per question, and time away from the page.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    Started,
    QuestionShown,
    /// The page was hidden or closed.
    Left,
    Returned,
    Offline,
    Reconnected,
    HandedIn,
    TimeOver,
}

impl EventKind {
    const ALL: [Self; 8] = [
        Self::Started,
        Self::QuestionShown,
        Self::Left,
        Self::Returned,
        Self::Offline,
        Self::Reconnected,
        Self::HandedIn,
        Self::TimeOver,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::QuestionShown => "question_shown",
            Self::Left => "left",
            Self::Returned => "returned",
            Self::Offline => "offline",
            Self::Reconnected => "reconnected",
            Self::HandedIn => "handed_in",
            Self::TimeOver => "time_over",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns true if the browser may report this kind. The server itself records how a sitting
    /// starts and ends.
    pub fn is_reported(self) -> bool {
        !matches!(self, Self::Started | Self::HandedIn | Self::TimeOver)
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::QuestionShown => "Viewed",
            Self::Left => "Page hidden",
            Self::Returned => "Page visible again",
            Self::Offline => "Went offline",
            Self::Reconnected => "Back online",
            Self::HandedIn => "Submitted",
            Self::TimeOver => "Time ran out",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    pub kind: EventKind,
    /// Number of the question, from 0.
    pub question: Option<usize>,
    pub at: DateTime<Utc>,
}

/// Sums over the events of a sitting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimelineFacts {
    /// Time for which each question was on the screen and the page in view.
    pub seen: BTreeMap<usize, TimeDelta>,
    /// Number and total length of the absences from the page.
    pub away: (usize, TimeDelta),
    pub offline: (usize, TimeDelta),
}

/// Sums up events that are in order of time. The last one lasts until `end`.
pub fn facts(events: &[Event], end: DateTime<Utc>) -> TimelineFacts {
    let mut facts = TimelineFacts::default();
    let (mut question, mut is_away, mut is_offline) = (None, false, false);
    let ends = events.iter().skip(1).map(|event| event.at).chain([end]);
    for (event, until) in events.iter().zip(ends) {
        match event.kind {
            EventKind::QuestionShown => question = event.question,
            EventKind::Left => {
                facts.away.0 += usize::from(!is_away);
                is_away = true;
            }
            EventKind::Returned => is_away = false,
            EventKind::Offline => {
                facts.offline.0 += usize::from(!is_offline);
                is_offline = true;
            }
            EventKind::Reconnected => is_offline = false,
            EventKind::Started | EventKind::HandedIn | EventKind::TimeOver => {}
        }
        let time = (until - event.at).max(TimeDelta::zero());
        if is_offline {
            facts.offline.1 += time;
        }
        match question {
            _ if is_away => facts.away.1 += time,
            Some(question) => *facts.seen.entry(question).or_default() += time,
            None => {}
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(kind: EventKind, question: Option<usize>, seconds: i64) -> Event {
        Event {
            kind,
            question,
            at: DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds),
        }
    }

    #[test]
    fn time_away_is_nobodys_question() {
        let events = [
            event(EventKind::Started, None, 0),
            event(EventKind::QuestionShown, Some(0), 2),
            event(EventKind::Left, None, 10),
            event(EventKind::Returned, None, 40),
            event(EventKind::QuestionShown, Some(1), 45),
            event(EventKind::Offline, None, 50),
            event(EventKind::Reconnected, None, 60),
        ];
        let facts = facts(&events, DateTime::UNIX_EPOCH + TimeDelta::seconds(100));
        let seconds = |n| facts.seen[&n].num_seconds();
        assert_eq!((seconds(0), seconds(1)), (13, 55));
        assert_eq!(facts.away, (1, TimeDelta::seconds(30)));
        assert_eq!(facts.offline, (1, TimeDelta::seconds(10)));
    }

    proptest! {
        #[test]
        fn the_parts_are_never_more_than_the_whole(
            reported in proptest::collection::vec((0usize..8, 0usize..4, 0i64..100), 0..30),
        ) {
            let mut events: Vec<Event> = reported
                .into_iter()
                .map(|(kind, question, at)| event(EventKind::ALL[kind], Some(question), at))
                .collect();
            events.sort_by_key(|event| event.at);
            let facts = facts(&events, DateTime::UNIX_EPOCH + TimeDelta::seconds(100));
            let seen = facts.seen.values().sum::<TimeDelta>();
            prop_assert!(seen + facts.away.1 <= TimeDelta::seconds(100));
            prop_assert!(facts.offline.1 <= TimeDelta::seconds(100));
        }
    }
}
