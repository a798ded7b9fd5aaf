//! The sentence of each line, which the page and the mail share.

use chrono::{DateTime, Utc};

use super::store::TodayFact;
use crate::platform::time::Clock;
use crate::today::TodayKind;

/// Says why the line is there.
pub fn reason(fact: &TodayFact, clock: &Clock) -> String {
    let ago = ago(fact.since, clock);
    match fact.kind {
        TodayKind::Unanswered if is_request(fact) => format!("Asked a person {ago}, no reply"),
        TodayKind::Unanswered => match fact.number {
            0 => format!("Posted {ago}, waits for your approval"),
            1 => format!("Reported once, {ago}"),
            reports => format!("Reported {}, last {ago}", times(reports)),
        },
        TodayKind::Unmarked => format!("Handed in {ago}, not marked"),
        TodayKind::Applications => {
            format!("Waits for a decision on the application, sent {ago}")
        }
        TodayKind::Stuck => match fact.other {
            0 => format!(
                "Failed quiz {} {}, last {ago}",
                fact.about,
                times(fact.number)
            ),
            1 => format!("Has used the only attempt at quiz {}, {ago}", fact.about),
            all => format!(
                "Has used all {all} attempts at quiz {}, last {ago}",
                fact.about
            ),
        },
        TodayKind::Behind => {
            let topics = counted(fact.number, "topic");
            match fact.other {
                1 => format!("Has not done {topics} of a module that opened {ago}"),
                modules => {
                    format!("Has not done {topics} of {modules} modules, the first opened {ago}")
                }
            }
        }
        TodayKind::ColdCalls => match fact.number {
            1 => format!("Has not answered an open cold call from {ago}"),
            calls => format!("Has not answered {calls} open cold calls"),
        },
        TodayKind::Silent => {
            let days = days(fact.since, clock);
            match (fact.number, fact.percent.unwrap_or(0)) {
                (0, _) => format!("Enrolled {ago}, has not begun"),
                (_, percent) => format!(
                    "Opened nothing for {}, {percent}% done",
                    counted(days, "day")
                ),
            }
        }
    }
}

/// Whether the line is a question to a person. The other unanswered ones are messages.
pub fn is_request(fact: &TodayFact) -> bool {
    fact.kind == TodayKind::Unanswered && fact.id.is_none()
}

/// Days between the time and now, as calendars count them.
fn days(time: DateTime<Utc>, clock: &Clock) -> i64 {
    let day = |time: DateTime<Utc>| time.with_timezone(&clock.zone).date_naive();
    (day(clock.now) - day(time)).num_days()
}

/// Like `Clock::ago`, but also counts the days of a time that is long past.
fn ago(time: DateTime<Utc>, clock: &Clock) -> String {
    match days(time, clock) {
        days @ 7.. => format!("{days} days ago"),
        _ => clock.ago(time),
    }
}

/// Formats as "1 day" or "3 days".
fn counted(number: i64, unit: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

/// Formats as "once", "twice", "three times" or "12 times".
fn times(number: i64) -> String {
    const WORDS: [&str; 6] = ["three", "four", "five", "six", "seven", "eight"];
    match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => {
            let word = usize::try_from(number - 3)
                .ok()
                .and_then(|at| WORDS.get(at));
            match word {
                Some(word) => format!("{word} times"),
                None => format!("{number} times"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(kind: TodayKind, number: i64, other: i64, since: &str) -> TodayFact {
        TodayFact {
            kind,
            subject: "x/1".to_owned(),
            fingerprint: "1".to_owned(),
            since: since.parse().unwrap(),
            number,
            other,
            about: "2.1".to_owned(),
            id: Some(uuid::Uuid::nil()),
            above: None,
            slug: "small".to_owned(),
            title: "Small".to_owned(),
            language: "en".to_owned(),
            name: None,
            username: None,
            percent: Some(40),
        }
    }

    #[test]
    fn each_line_says_why_it_is_there() {
        let clock = Clock {
            zone: chrono_tz::Asia::Kolkata,
            now: "2026-03-10T20:00:00Z".parse().unwrap(),
        };
        let said = |kind, number, other, since| reason(&fact(kind, number, other, since), &clock);
        // In Kolkata it is 11 March.
        let (yesterday, old) = ("2026-03-10T10:00:00Z", "2026-03-02T10:00:00Z");
        for (kind, number, other, since, sentence) in [
            (
                TodayKind::Unmarked,
                0,
                0,
                yesterday,
                "Handed in yesterday, not marked",
            ),
            (
                TodayKind::Unmarked,
                0,
                0,
                old,
                "Handed in 9 days ago, not marked",
            ),
            (
                TodayKind::Stuck,
                3,
                0,
                yesterday,
                "Failed quiz 2.1 three times, last yesterday",
            ),
            (
                TodayKind::Stuck,
                2,
                2,
                old,
                "Has used all 2 attempts at quiz 2.1, last 9 days ago",
            ),
            (
                TodayKind::Silent,
                1,
                0,
                old,
                "Opened nothing for 9 days, 40% done",
            ),
            (
                TodayKind::Silent,
                0,
                0,
                old,
                "Enrolled 9 days ago, has not begun",
            ),
            (
                TodayKind::ColdCalls,
                3,
                0,
                old,
                "Has not answered 3 open cold calls",
            ),
            (
                TodayKind::Behind,
                1,
                1,
                old,
                "Has not done 1 topic of a module that opened 9 days ago",
            ),
            (
                TodayKind::Unanswered,
                12,
                0,
                yesterday,
                "Reported 12 times, last yesterday",
            ),
        ] {
            assert_eq!(said(kind, number, other, since), sentence);
        }
        let request = TodayFact {
            id: None,
            ..fact(TodayKind::Unanswered, 0, 0, "2026-03-08T20:00:00Z")
        };
        assert_eq!(
            reason(&request, &clock),
            "Asked a person 2 days ago, no reply"
        );
    }
}
