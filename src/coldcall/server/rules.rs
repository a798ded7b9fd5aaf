//! Rules of posting, and of message texts.

use chrono::{DateTime, TimeDelta, Utc};

use crate::coldcall::{EDIT_MINUTES, MESSAGE_CHARACTERS, REASON_CHARACTERS};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::markdown;
use crate::platform::markdown::Rendered;
use crate::platform::names;
use crate::platform::time::Clock;

/// State of a prompt for the members of a cohort.
#[derive(Debug, Clone, Copy)]
pub struct PromptState {
    pub opens_at: Option<DateTime<Utc>>,
    pub closes_at: Option<DateTime<Utc>>,
    pub is_locked: bool,
    /// End of the cohort.
    pub ends_at: Option<DateTime<Utc>>,
}

impl PromptState {
    /// True once answers may be ranked and everyone sees the stars of their own.
    pub fn is_closed(&self, now: DateTime<Utc>) -> bool {
        let is_past = |time: Option<DateTime<Utc>>| time.is_some_and(|time| time <= now);
        is_past(self.closes_at) || is_past(self.ends_at)
    }

    /// Says why nothing can be posted now; None if posting is possible.
    pub fn refusal(&self, clock: &Clock) -> Option<String> {
        let is_past = |time: Option<DateTime<Utc>>| time.filter(|time| *time <= clock.now);
        if is_past(self.ends_at).is_some() {
            return Some("Your cohort has ended. You can still read, but not post.".to_owned());
        }
        if let Some(closed) = is_past(self.closes_at) {
            return Some(format!(
                "This cold call closed on {}.",
                clock.date_time(closed)
            ));
        }
        self.is_locked
            .then(|| "A tutor has locked this cold call. You can read, but not post.".to_owned())
    }
}

/// True if a message of this time can still be changed by its author.
pub fn is_editable(created_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - created_at < TimeDelta::minutes(EDIT_MINUTES)
}

/// Marks of a message that follow its time: whether it was edited, and whether its author had
/// deleted an earlier answer. None if it has no mark.
pub fn marks(is_edited: bool, is_again: bool) -> Option<String> {
    let marks = [
        (is_again, " · answered again after seeing the thread"),
        (is_edited, " · edited"),
    ];
    let marks: String = marks
        .into_iter()
        .filter_map(|(is_on, mark)| is_on.then_some(mark))
        .collect();
    (!marks.is_empty()).then_some(marks)
}

/// Checks a typed message and renders it.
///
/// # Errors
///
/// `Invalid` at the field `text` if the text is too long, or if nothing of it would be seen.
pub fn message(typed: &str) -> AppResult<(String, Rendered)> {
    let text = typed.replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > MESSAGE_CHARACTERS as usize {
        return Err(AppError::field(
            "text",
            format!(
                "{} Nothing was posted.",
                figures::use_at_most(MESSAGE_CHARACTERS)
            ),
        ));
    }
    let rendered = markdown::render(&text, &|_, _| None);
    if rendered.html.contains("<img") {
        return Err(AppError::field(
            "text",
            "Pictures can't be shown here. Describe it, or link to it.",
        ));
    }
    // Raw HTML without a word, such as a comment, would be an answer that nobody can see.
    if names::visible(&rendered.text).is_none() && !rendered.html.contains("<math") {
        return Err(AppError::field("text", "Write something first."));
    }
    Ok((text, rendered))
}

/// Checks why a message is reported or hidden.
pub fn reason(typed: &str) -> AppResult<String> {
    let reason = typed.trim();
    if names::visible(reason).is_none() {
        return Err(AppError::field("reason", "Enter a reason."));
    }
    if reason.chars().count() > REASON_CHARACTERS as usize {
        return Err(AppError::field(
            "reason",
            figures::use_at_most(REASON_CHARACTERS),
        ));
    }
    Ok(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<DateTime<Utc>> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn posting_ends_with_the_close_the_lock_or_the_cohort() {
        let clock = Clock {
            zone: chrono_tz::Tz::UTC,
            now: at("2026-03-10T12:00:00Z").unwrap(),
        };
        let open = PromptState {
            opens_at: None,
            closes_at: at("2026-03-11T12:00:00Z"),
            is_locked: false,
            ends_at: at("2026-03-20T00:00:00Z"),
        };
        assert_eq!(open.refusal(&clock), None);
        assert!(!open.is_closed(clock.now));
        let locked = PromptState {
            is_locked: true,
            ..open
        };
        assert!(locked.refusal(&clock).unwrap().contains("locked"));
        assert!(!locked.is_closed(clock.now));
        let closed = PromptState {
            closes_at: at("2026-03-10T12:00:00Z"),
            ..locked
        };
        let refusal = closed.refusal(&clock).unwrap();
        assert_eq!(refusal, "This cold call closed on 10 March 2026, 12:00.");
        let over = PromptState {
            ends_at: at("2026-03-10T12:00:00Z"),
            ..open
        };
        assert!(over.refusal(&clock).unwrap().contains("has ended"));
        assert!(over.is_closed(clock.now) && closed.is_closed(clock.now));
    }

    #[test]
    fn a_message_is_marked_as_edited_and_as_answered_again() {
        assert_eq!(marks(false, false), None);
        let both = marks(true, true).unwrap();
        assert_eq!(both, " · answered again after seeing the thread · edited");
    }

    #[test]
    fn a_message_can_be_changed_for_a_quarter_of_an_hour() {
        let made = at("2026-03-10T12:00:00Z").unwrap();
        assert!(is_editable(made, at("2026-03-10T12:14:59Z").unwrap()));
        assert!(!is_editable(made, at("2026-03-10T12:15:00Z").unwrap()));
    }

    #[test]
    fn a_message_that_cannot_be_seen_is_refused() {
        for typed in [
            "",
            " \n\t",
            "\u{200b}\u{2060}",
            "<!-- hello -->",
            "<script>alert(1)</script>",
            "&#8203;",
            "[](https://example.org)",
        ] {
            let Err(error) = message(typed) else {
                panic!("{typed:?} was taken")
            };
            assert!(error.of_field("text").is_some(), "{typed:?}: {error}");
        }
        let longest = "क".repeat(MESSAGE_CHARACTERS as usize);
        assert!(message(&longest).is_ok());
        assert!(message(&format!("{longest}क")).is_err());
        assert!(message("![a](https://example.org/a.png)").is_err());
    }

    #[test]
    fn a_message_has_code_and_formulas_but_no_scripts() {
        let (text, rendered) = message("Mean: $x$\r\n\r\n```rust\nfn main() {}\n```").unwrap();
        assert!(!text.contains('\r'));
        assert!(rendered.html.contains("<math") && rendered.html.contains("main"));
        let (_, rendered) = message("Hi <b onclick=x()>there</b><script>x()</script>").unwrap();
        assert!(!rendered.html.contains("onclick") && !rendered.html.contains("<script"));
        assert!(message("$$x$$").is_ok());
    }
}
