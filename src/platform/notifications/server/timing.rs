//! The times at which mails about notifications leave.

use chrono::{DateTime, Datelike, Duration, NaiveDate, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Tz;

use crate::notifications::MailFrequency;

/// Hour of the day at which collected mails leave.
const MORNING: u32 = 7;

/// The hours of the day from `from` up to `until`, perhaps across midnight. Mails wait for their
/// end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    pub from: u32,
    pub until: u32,
}

impl QuietHours {
    fn contains(self, hour: u32) -> bool {
        match self.from <= self.until {
            true => (self.from..self.until).contains(&hour),
            false => hour >= self.from || hour < self.until,
        }
    }
}

/// Returns the time at which a mail about an event at `now` leaves. None if no mail is wanted. A
/// mail at once waits a minute or two, so that events close together come in one mail.
pub fn leaves_at(
    frequency: MailFrequency,
    quiet: Option<QuietHours>,
    zone: Tz,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let today = now.with_timezone(&zone).date_naive();
    let planned = match frequency {
        MailFrequency::Off => return None,
        MailFrequency::AtOnce => {
            let minute = now.timestamp().div_euclid(60) + 2;
            DateTime::from_timestamp(minute * 60, 0)?
        }
        MailFrequency::Daily => next_morning(zone, now, today, |_| true)?,
        MailFrequency::Weekly => {
            next_morning(zone, now, today, |day| day.weekday() == Weekday::Mon)?
        }
    };
    Some(after_quiet_hours(planned, quiet, zone))
}

fn next_morning(
    zone: Tz,
    now: DateTime<Utc>,
    today: NaiveDate,
    on: impl Fn(NaiveDate) -> bool,
) -> Option<DateTime<Utc>> {
    today
        .iter_days()
        .take(9)
        .filter(|day| on(*day))
        .map(|day| local(zone, day, MORNING))
        .find(|time| *time > now)
}

fn after_quiet_hours(time: DateTime<Utc>, quiet: Option<QuietHours>, zone: Tz) -> DateTime<Utc> {
    let here = time.with_timezone(&zone);
    match quiet {
        Some(quiet) if quiet.contains(here.hour()) => {
            let today = here.date_naive();
            let ends = local(zone, today, quiet.until);
            match ends > time {
                true => ends,
                false => local(zone, today + Duration::days(1), quiet.until),
            }
        }
        _ => time,
    }
}

/// The hour of the day in the zone. An hour that the change to summer time skips is the next one.
fn local(zone: Tz, day: NaiveDate, hour: u32) -> DateTime<Utc> {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    let time = midnight + Duration::hours(hour.into());
    zone.from_local_datetime(&time)
        .earliest()
        .or_else(|| {
            zone.from_local_datetime(&(time + Duration::hours(1)))
                .earliest()
        })
        .map_or_else(|| time.and_utc(), |time| time.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NIGHT: QuietHours = QuietHours { from: 22, until: 6 };

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn mails_leave_at_once_each_morning_or_on_mondays() {
        let leaves = |frequency, now| leaves_at(frequency, None, Tz::Asia__Kolkata, at(now));
        // A Wednesday, 10:30 in Kolkata.
        let now = "2026-12-02T05:00:10Z";
        assert_eq!(
            leaves(MailFrequency::AtOnce, now),
            Some(at("2026-12-02T05:02:00Z"))
        );
        assert_eq!(
            leaves(MailFrequency::Daily, now),
            Some(at("2026-12-03T01:30:00Z"))
        );
        assert_eq!(
            leaves(MailFrequency::Weekly, now),
            Some(at("2026-12-07T01:30:00Z"))
        );
        assert_eq!(leaves(MailFrequency::Off, now), None);
    }

    #[test]
    fn mails_wait_for_the_end_of_the_quiet_hours() {
        let leaves = |now| {
            leaves_at(
                MailFrequency::AtOnce,
                Some(NIGHT),
                Tz::Europe__Berlin,
                at(now),
            )
        };
        assert_eq!(
            leaves("2026-12-02T21:30:00Z"),
            Some(at("2026-12-03T05:00:00Z"))
        );
        assert_eq!(
            leaves("2026-12-03T03:00:00Z"),
            Some(at("2026-12-03T05:00:00Z"))
        );
        assert_eq!(
            leaves("2026-12-03T12:00:00Z"),
            Some(at("2026-12-03T12:02:00Z"))
        );
    }

    proptest! {
        #[test]
        fn a_mail_leaves_later_within_nine_days_and_never_in_quiet_hours(
            seconds in 1_700_000_000i64..1_900_000_000,
            from in 0u32..24,
            until in 0u32..24,
            zone in prop_oneof![Just(Tz::UTC), Just(Tz::America__New_York), Just(Tz::Australia__Lord_Howe), Just(Tz::Asia__Kathmandu)],
            frequency in prop_oneof![Just(MailFrequency::AtOnce), Just(MailFrequency::Daily), Just(MailFrequency::Weekly)],
        ) {
            // If summer time skips the only hour that is not quiet, mails leave an hour later.
            prop_assume!(from != until && from != (until + 1) % 24);
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            let quiet = QuietHours { from, until };
            let leaves = leaves_at(frequency, Some(quiet), zone, now).unwrap();
            prop_assert!(leaves > now && leaves - now < Duration::days(9));
            let hour = leaves.with_timezone(&zone).hour();
            prop_assert!(!quiet.contains(hour), "{leaves} is hour {hour}");
        }
    }
}
