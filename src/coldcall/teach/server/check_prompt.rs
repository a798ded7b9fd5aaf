//! Checks the form of a prompt.

use chrono::{DateTime, Utc};

use crate::coldcall::Visibility;
use crate::coldcall::teach::{HELPER_CHARACTERS, PROMPT_CHARACTERS, PromptForm};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::TopicId;
use crate::platform::names;
use crate::platform::time::Clock;

/// Most days between a cohort's start and a date that depends on it.
const MOST_DAYS: i32 = 3_650;

/// The fields of the form as the database stores them.
pub struct CheckedPrompt {
    pub topic: TopicId,
    pub prompt: String,
    pub helper_text: Option<String>,
    pub visibility: Visibility,
    pub opens_at: Option<DateTime<Utc>>,
    pub closes_at: Option<DateTime<Utc>>,
    /// Days after a cohort's start.
    pub opens_after: Option<i32>,
    pub closes_after: Option<i32>,
}

pub fn check(form: &PromptForm, clock: &Clock) -> AppResult<CheckedPrompt> {
    let mut problems: Vec<(String, String)> = Vec::new();
    let mut problem = |field: &str, sentence: String| problems.push((field.to_owned(), sentence));
    let topic = form.topic.parse().ok().map(TopicId);
    if topic.is_none() {
        problem("topic", "Choose a topic.".to_owned());
    }
    let text = |typed: &str| typed.replace("\r\n", "\n").trim().to_owned();
    let (prompt, helper) = (text(&form.prompt), text(&form.helper_text));
    if names::visible(&prompt).is_none() {
        problem("prompt", "Enter the prompt.".to_owned());
    }
    for (field, text, most) in [
        ("prompt", &prompt, PROMPT_CHARACTERS),
        ("helper_text", &helper, HELPER_CHARACTERS),
    ] {
        if text.chars().count() > most as usize {
            problem(field, figures::use_at_most(most));
        }
    }
    let visibility = Visibility::parse(&form.visibility);
    if visibility.is_none() {
        problem("visibility", "Choose who reads the answers.".to_owned());
    }
    let mut time = |field: &str, typed: &str| match typed.trim() {
        "" => None,
        typed => {
            let time = clock.of_field(typed);
            if time.is_none() {
                problem(field, "Enter a date and a time.".to_owned());
            }
            time
        }
    };
    let opens_at = time("opens_at", &form.opens_at);
    let closes_at = time("closes_at", &form.closes_at);
    if let (Some(opens), Some(closes)) = (opens_at, closes_at)
        && closes <= opens
    {
        problem(
            "closes_at",
            "The close must be after the opening.".to_owned(),
        );
    }
    let mut days = |field: &str, typed: &str, time: &str| {
        let (typed, has_time) = (typed.trim(), !time.trim().is_empty());
        if typed.is_empty() {
            return None;
        }
        let days = typed
            .parse()
            .ok()
            .filter(|days| (0..=MOST_DAYS).contains(days));
        match (has_time, days) {
            (true, _) => {
                let why = "Enter a time or a number of days, not both.";
                problem(field, why.to_owned());
            }
            (false, None) => problem(field, format!("Enter a number from 0 to {MOST_DAYS}.")),
            (false, Some(_)) => {}
        }
        days
    };
    let opens_after = days("opens_after", &form.opens_after, &form.opens_at);
    let closes_after = days("closes_after", &form.closes_after, &form.closes_at);
    if opens_after
        .zip(closes_after)
        .is_some_and(|(opens, closes)| closes < opens)
    {
        problem(
            "closes_after",
            "It must not close before it opens.".to_owned(),
        );
    }
    match (topic, visibility) {
        (Some(topic), Some(visibility)) if problems.is_empty() => Ok(CheckedPrompt {
            topic,
            prompt,
            helper_text: names::visible(&helper).is_some().then_some(helper),
            visibility,
            opens_at,
            closes_at,
            opens_after,
            closes_after,
        }),
        _ => Err(AppError::Invalid(problems)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_cannot_be_is_refused_at_its_fields() {
        let clock = Clock {
            zone: chrono_tz::Tz::UTC,
            now: Utc::now(),
        };
        let form = PromptForm {
            topic: "99999999-9999-9999-9999-999999999999".to_owned(),
            prompt: " Why? ".to_owned(),
            visibility: "named".to_owned(),
            opens_at: "2026-03-01T10:00".to_owned(),
            closes_at: "2026-03-02T10:00".to_owned(),
            ..PromptForm::default()
        };
        let checked = check(&form, &clock).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(checked.prompt, "Why?");
        assert_eq!(checked.helper_text, None);
        let wrong = PromptForm {
            topic: "here".to_owned(),
            prompt: "\u{200b}".to_owned(),
            helper_text: "x".repeat(1_001),
            visibility: "all".to_owned(),
            opens_at: "soon".to_owned(),
            closes_at: "2026-02-01T10:00".to_owned(),
            opens_after: "-1".to_owned(),
            closes_after: "3".to_owned(),
        };
        let Err(AppError::Invalid(problems)) = check(&wrong, &clock) else {
            panic!("refused")
        };
        let fields: Vec<&str> = problems.iter().map(|(field, _)| field.as_str()).collect();
        let expected = [
            "topic",
            "prompt",
            "helper_text",
            "visibility",
            "opens_at",
            // Both a time and a number of days.
            "opens_after",
            "closes_after",
        ];
        assert_eq!(fields, expected);
        let backwards = PromptForm {
            closes_at: "2026-03-01T10:00".to_owned(),
            ..form.clone()
        };
        assert!(check(&backwards, &clock).is_err());
        let by_days = |opens: &str, closes: &str| PromptForm {
            opens_at: String::new(),
            closes_at: String::new(),
            opens_after: opens.to_owned(),
            closes_after: closes.to_owned(),
            ..form.clone()
        };
        let checked = check(&by_days("7", "7"), &clock).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            (checked.opens_after, checked.closes_after),
            (Some(7), Some(7))
        );
        for (opens, closes) in [("7", "6"), ("3651", ""), ("", "soon")] {
            assert!(
                check(&by_days(opens, closes), &clock).is_err(),
                "{opens} {closes}"
            );
        }
    }
}
