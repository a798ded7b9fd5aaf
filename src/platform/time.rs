//! Formats times on the server, in the reader's time zone. The browser's first render must equal
//! the server's, so it must not depend on the browser's clock.

use chrono::{DateTime, Duration, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::db::organizations::Organization;
use crate::http::Cx;

/// The reader's time zone and the current time.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

impl Clock {
    /// Uses the time zone of the viewer's profile, or the organization's if the profile has none.
    pub fn of(cx: &Cx) -> Self {
        let own = cx
            .viewer
            .as_ref()
            .and_then(|viewer| viewer.time_zone.as_deref());
        match own.and_then(|zone| zone.parse().ok()) {
            Some(zone) => Self {
                zone,
                now: Utc::now(),
            },
            None => Self::of_organization(&cx.organization),
        }
    }

    /// Uses the organization's time zone, for pages that are the same for everybody.
    pub fn of_organization(organization: &Organization) -> Self {
        Self {
            zone: organization.time_zone.parse().unwrap_or(Tz::UTC),
            now: Utc::now(),
        }
    }

    /// Formats as "just now", "5 minutes ago", "yesterday" or "3 days ago"; after a week, the date.
    pub fn ago(&self, time: DateTime<Utc>) -> String {
        let past = self.now - time;
        let days = (self.now.with_timezone(&self.zone).date_naive()
            - time.with_timezone(&self.zone).date_naive())
        .num_days();
        match days {
            _ if past < Duration::minutes(1) => "just now".to_owned(),
            _ if past < Duration::hours(1) => count(past.num_minutes(), "minute"),
            0 => count(past.num_hours().max(1), "hour"),
            1 => "yesterday".to_owned(),
            2..=6 => count(days, "day"),
            _ => self.date(time),
        }
    }

    /// Formats as "12 January 2026".
    pub fn date(&self, time: DateTime<Utc>) -> String {
        time.with_timezone(&self.zone)
            .format("%-d %B %Y")
            .to_string()
    }

    /// Formats as "12 January 2026, 14:05".
    pub fn date_time(&self, time: DateTime<Utc>) -> String {
        time.with_timezone(&self.zone)
            .format("%-d %B %Y, %H:%M")
            .to_string()
    }

    /// Formats as "14:05".
    pub fn time(&self, time: DateTime<Utc>) -> String {
        time.with_timezone(&self.zone).format("%H:%M").to_string()
    }

    /// Formats as "14:05:09".
    pub fn time_exact(&self, time: DateTime<Utc>) -> String {
        time.with_timezone(&self.zone)
            .format("%H:%M:%S")
            .to_string()
    }

    /// Formats for an input of type `datetime-local`: "2026-01-12T14:05".
    pub fn field(&self, time: DateTime<Utc>) -> String {
        time.with_timezone(&self.zone)
            .format("%Y-%m-%dT%H:%M")
            .to_string()
    }

    /// Parses the value of such an input. Of an hour that occurs twice, takes the first. None if
    /// the text is malformed or the local time does not exist.
    pub fn of_field(&self, text: &str) -> Option<DateTime<Utc>> {
        let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S"))
            .ok()?;
        let time = self.zone.from_local_datetime(&time).earliest()?;
        Some(time.with_timezone(&Utc))
    }

    /// Formats as "12 Jan".
    pub fn day(&self, time: DateTime<Utc>) -> String {
        time.with_timezone(&self.zone).format("%-d %b").to_string()
    }
}

fn count(number: i64, unit: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural} ago")
}

/// Time zones with a region and a city, such as "Europe/Berlin".
pub fn zones() -> Vec<String> {
    let regions = [
        "Africa/",
        "America/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    ];
    let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    known
        .filter(|name| regions.iter().any(|region| name.starts_with(region)))
        .map(str::to_owned)
        .collect()
}

/// A readable name for the browser of a User-Agent, such as "Firefox on Linux".
pub fn device_name(user_agent: Option<&str>) -> String {
    let agent = user_agent.unwrap_or_default();
    let find = |names: &[(&str, &'static str)]| {
        names
            .iter()
            .find(|(mark, _)| agent.contains(mark))
            .map(|(_, name)| *name)
    };
    // The order matters, because most browsers also claim to be the ones further down.
    let browser = find(&[
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "Unknown browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_tell_them_in_their_own_zone() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let clock = Clock {
            zone: chrono_tz::Asia::Kolkata,
            now: at("2026-03-10T20:00:00Z"),
        };
        assert_eq!(clock.ago(at("2026-03-10T19:59:40Z")), "just now");
        assert_eq!(clock.ago(at("2026-03-10T19:55:00Z")), "5 minutes ago");
        assert_eq!(clock.ago(at("2026-03-10T18:45:00Z")), "1 hour ago");
        // In Kolkata, 18:29 UTC is still the day before.
        assert_eq!(clock.ago(at("2026-03-10T18:29:00Z")), "yesterday");
        assert_eq!(clock.ago(at("2026-03-07T12:00:00Z")), "4 days ago");
        assert_eq!(clock.ago(at("2026-01-12T00:00:00Z")), "12 January 2026");
    }

    #[test]
    fn a_field_for_a_time_holds_it_in_the_readers_zone() {
        let clock = Clock {
            zone: chrono_tz::Europe::Berlin,
            now: DateTime::UNIX_EPOCH,
        };
        let time: DateTime<Utc> = "2026-07-01T10:05:00Z".parse().unwrap();
        assert_eq!(clock.field(time), "2026-07-01T12:05");
        assert_eq!(clock.of_field("2026-07-01T12:05"), Some(time));
        // The first hour is skipped when summer time begins. The second occurs twice when it ends.
        assert_eq!(clock.of_field("2026-03-29T02:30"), None);
        let first = "2026-10-25T00:30:00Z".parse().ok();
        assert_eq!(clock.of_field("2026-10-25T02:30"), first);
        assert_eq!(clock.of_field("tomorrow"), None);
    }

    #[test]
    fn a_device_is_called_by_browser_and_system() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36";
        assert_eq!(device_name(Some(chrome)), "Chrome on Linux");
        assert_eq!(device_name(Some("curl/8")), "Unknown browser");
        assert_eq!(device_name(None), "Unknown browser");
    }
}
