//! Reads the forms of a cohort and of its members.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use crate::cohort::teach::{COHORT_TITLE_CHARACTERS, CohortFields, LAST_BATCH};
use crate::platform::auth::check_display_name;
use crate::platform::error::{AppError, AppResult};
use crate::platform::{figures, names};

/// A cohort as a form describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CohortDraft {
    pub title: String,
    pub start_date: NaiveDate,
    pub end_date: Option<NaiveDate>,
    pub time_zone: Tz,
    pub is_active: bool,
}

/// Reads the fields, or names all that are wrong.
pub fn cohort(fields: &CohortFields) -> AppResult<CohortDraft> {
    let mut problems = Vec::new();
    let mut problem = |field: &str, why: &str| problems.push((field.to_owned(), why.to_owned()));
    let title = names::tidy(&fields.title);
    match title.chars().count() {
        0 => problem("title", "Enter a title, such as “Autumn 2026”."),
        length if length > COHORT_TITLE_CHARACTERS as usize => {
            problem("title", &figures::use_at_most(COHORT_TITLE_CHARACTERS));
        }
        _ => {}
    }
    let start_date = date(&fields.start_date);
    if start_date.is_none() {
        problem("start_date", "Enter the first day.");
    }
    let end_date = date(&fields.end_date);
    if end_date.is_none() && !fields.end_date.trim().is_empty() {
        problem("end_date", "Enter the last day, or leave it empty.");
    }
    if end_date
        .zip(start_date)
        .is_some_and(|(end, start)| end < start)
    {
        problem("end_date", "The last day is before the first one.");
    }
    let time_zone = fields.time_zone.trim().parse::<Tz>();
    if time_zone.is_err() {
        problem("time_zone", "Choose a time zone.");
    }
    match (start_date, time_zone) {
        (Some(start_date), Ok(time_zone)) if problems.is_empty() => Ok(CohortDraft {
            title,
            start_date,
            end_date,
            time_zone,
            is_active: fields.is_active.is_some(),
        }),
        _ => Err(AppError::Invalid(problems)),
    }
}

/// Parses the value of a date field, of this or the next centuries.
pub fn date(typed: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(typed.trim(), "%Y-%m-%d").ok()?;
    (2000..2200).contains(&date.year()).then_some(date)
}

/// Parses the number of a batch. None for an empty field.
///
/// # Errors
///
/// A sentence that says what is wrong.
pub fn batch(typed: &str) -> Result<Option<i32>, String> {
    match typed.trim() {
        "" => Ok(None),
        typed => typed
            .parse()
            .ok()
            .filter(|number| (1..=LAST_BATCH).contains(number))
            .map(Some)
            .ok_or_else(|| format!("Enter a batch from 1 to {LAST_BATCH}.")),
    }
}

/// Returns a member's name, or None if it is empty.
///
/// # Errors
///
/// A sentence that says what is wrong.
pub fn name(typed: &str) -> Result<Option<String>, String> {
    match typed.trim() {
        "" => Ok(None),
        typed => check_display_name(typed).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(title: &str, start: &str, end: &str, zone: &str) -> CohortFields {
        CohortFields {
            title: title.to_owned(),
            start_date: start.to_owned(),
            end_date: end.to_owned(),
            time_zone: zone.to_owned(),
            is_active: Some("true".to_owned()),
        }
    }

    #[test]
    fn a_cohort_has_a_title_days_in_order_and_a_zone() {
        let draft = cohort(&fields(" Autumn\n2026 ", "2026-09-01", "", "Europe/Berlin")).unwrap();
        assert_eq!(draft.title, "Autumn 2026");
        assert_eq!((draft.end_date, draft.is_active), (None, true));
        for (wrong, field) in [
            (fields(" ", "2026-09-01", "", "UTC"), "title"),
            (fields(&"x".repeat(121), "2026-09-01", "", "UTC"), "title"),
            (fields("A", "soon", "", "UTC"), "start_date"),
            (fields("A", "9999-01-01", "", "UTC"), "start_date"),
            (fields("A", "2026-09-01", "2026-08-31", "UTC"), "end_date"),
            (fields("A", "2026-09-01", "later", "UTC"), "end_date"),
            (fields("A", "2026-09-01", "", "Moon/Base"), "time_zone"),
        ] {
            assert!(
                cohort(&wrong).unwrap_err().of_field(field).is_some(),
                "{field}"
            );
        }
    }

    #[test]
    fn a_batch_is_a_number_or_nothing() {
        assert_eq!(batch(" 12 "), Ok(Some(12)));
        assert_eq!(batch(""), Ok(None));
        for wrong in ["0", "1000", "-1", "two", "1.5", "=1"] {
            assert!(batch(wrong).is_err(), "{wrong}");
        }
    }
}
