//! Checks the forms of offerings and questions. All problems are told at once.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rand::Rng;

use super::offerings::{self, AssessmentQuestionRow, OfferingRow};
use crate::admission::manage::{
    AssessmentFields, DESCRIPTION_CHARACTERS, MOST_OPTIONS, OPTION_CHARACTERS, OfferingFields,
    PROMPT_CHARACTERS, TITLE_CHARACTERS,
};
use crate::admission::{PROGRAMS, program_name};
use crate::certificate::ProgramType;
use crate::platform::db::Conn;
use crate::platform::db::schema::cohorts;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{AssessmentQuestionId, CohortId, CourseId, OfferingId};
use crate::platform::names;
use crate::platform::time::Clock;

/// Said about a change that would move people from what they have a seat in.
const HELD: &str = "People have seats in this offering, so this can't be changed. Create another offering instead.";

/// Collects the problems of a form.
#[derive(Default)]
struct OfferingProblems(Vec<(String, String)>);

impl OfferingProblems {
    fn add(&mut self, field: &str, sentence: impl Into<String>) {
        self.0.push((field.to_owned(), sentence.into()));
    }

    /// Returns the value, or notes the sentence about the field.
    fn take<T: Default>(&mut self, field: &str, read: Result<T, String>) -> T {
        read.unwrap_or_else(|sentence| {
            self.add(field, sentence);
            T::default()
        })
    }

    fn finish(self) -> AppResult<()> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(AppError::Invalid(self.0)),
        }
    }
}

pub fn parse_program(name: &str) -> Option<ProgramType> {
    PROGRAMS
        .into_iter()
        .find(|program| program_name(*program) == name)
}

/// Reads the form of an offering. `old` is the stored one, or a new one. `taken` is the number of
/// seats that people have.
///
/// # Errors
///
/// Names every field that is wrong.
pub async fn read_offering(
    conn: &mut Conn,
    old: OfferingRow,
    fields: &OfferingFields,
    taken: i64,
    clock: &Clock,
) -> AppResult<OfferingRow> {
    let mut problems = OfferingProblems::default();
    let program = parse_program(&fields.program);
    if program.is_none() {
        problems.add("program", "Choose a program.");
    }
    let program_type = program.unwrap_or(ProgramType::SelfPaced);
    if taken > 0 && program.is_some_and(|program| program != old.program_type) {
        problems.add("program", HELD);
    }
    let title = problems.take("title", text(&fields.title, TITLE_CHARACTERS));
    let description = fields.description.trim().replace("\r\n", "\n");
    if description.chars().count() > DESCRIPTION_CHARACTERS as usize {
        problems.add("description", figures::use_at_most(DESCRIPTION_CHARACTERS));
    }
    let price_cents = problems.take("price", cents(&fields.price));
    let currency = fields.currency.trim().to_uppercase();
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        problems.add("currency", "Enter three letters, such as EUR.");
    }
    let starts_on = problems.take("starts_on", date(&fields.starts_on));
    let ends_on = problems.take("ends_on", date(&fields.ends_on));
    if let (Some(first), Some(last)) = (starts_on, ends_on)
        && last < first
    {
        problems.add("ends_on", "The last day must not be before the first.");
    }
    let opens = problems.take("opens_at", instant(&fields.opens_at, clock));
    let closes = problems.take("closes_at", instant(&fields.closes_at, clock));
    if let (Some(opens), Some(closes)) = (opens, closes)
        && closes <= opens
    {
        problems.add("closes_at", "This must be after applications open.");
    }
    let capacity = problems.take("capacity", seats(&fields.capacity));
    if let Some(seats) = capacity
        && i64::from(seats) < taken
    {
        problems.add(
            "capacity",
            format!("{taken} seats are taken already. Enter at least as many."),
        );
    }
    let offer_hours = match fields.offer_hours.trim().parse() {
        Ok(hours @ 1..=720) => hours,
        _ => {
            problems.add("offer_hours", "Enter a number from 1 to 720.");
            48
        }
    };
    let payment_days = match fields.pay_days.trim() {
        "" => old.payment_days,
        typed => match typed.parse() {
            Ok(days @ 1..=365) => days,
            _ => {
                problems.add("pay_days", "Enter a number from 1 to 365.");
                old.payment_days
            }
        },
    };
    let enrollment_code = match offerings::tidy_code(&fields.joins_by) {
        code if code.is_empty() => match old.enrollment_code.is_empty() {
            true => random_code(),
            false => old.enrollment_code.clone(),
        },
        code => problems.take("joins_by", check_code(code)),
    };
    if offerings::is_code_taken(conn, &enrollment_code, old.offering_id).await? {
        problems.add(
            "joins_by",
            "Another offering has this code. Choose another one.",
        );
    }
    let held = old.cohort_id.filter(|_| taken > 0);
    let mut new = OfferingRow {
        program_type,
        title,
        description,
        price_cents,
        currency,
        starts_on,
        ends_on,
        applications_open_at: opens,
        applications_close_at: closes,
        capacity,
        needs_review: fields.needs_review.is_some(),
        offer_hours,
        payment_days,
        enrollment_code,
        cohort_id: None,
        ..old
    };
    if !new.title.is_empty() && offerings::is_title_taken(conn, &new).await? {
        problems.add("title", "This course has such an offering already.");
    }
    if program == Some(ProgramType::Cohort) && problems.0.is_empty() {
        match held.is_some_and(|held| fields.cohort != held.to_string()) {
            true => problems.add("cohort", HELD),
            false => choose_cohort(conn, &mut new, &fields.cohort, clock, &mut problems).await?,
        }
    }
    problems.finish()?;
    Ok(new)
}

/// Sets the cohort that accepted people join, and takes over its dates where none are given. `new`
/// creates one with the offering's title and dates.
async fn choose_cohort(
    conn: &mut Conn,
    offering: &mut OfferingRow,
    chosen: &str,
    clock: &Clock,
    problems: &mut OfferingProblems,
) -> AppResult<()> {
    if chosen == "new" {
        let Some(first) = offering.starts_on else {
            problems.add("starts_on", "Enter the first day of the new cohort.");
            return Ok(());
        };
        let same = cohorts::table
            .filter(cohorts::course_id.eq(offering.course_id))
            .filter(cohorts::title.eq(&offering.title));
        let exists: bool = diesel::select(diesel::dsl::exists(same))
            .get_result(conn)
            .await?;
        if exists {
            problems.add(
                "cohort",
                "There is a cohort with this title already. Choose it here.",
            );
            return Ok(());
        }
        let cohort: CohortId = diesel::insert_into(cohorts::table)
            .values((
                cohorts::course_id.eq(offering.course_id),
                cohorts::title.eq(&offering.title),
                cohorts::start_date.eq(first),
                cohorts::end_date.eq(offering.ends_on),
                cohorts::time_zone.eq(clock.zone.name()),
                // A trigger sets it by the first day and the zone.
                cohorts::starts_at.eq(clock.now),
            ))
            .returning(cohorts::cohort_id)
            .get_result(conn)
            .await?;
        offering.cohort_id = Some(cohort);
        return Ok(());
    }
    let id = chosen.parse().map(CohortId).ok();
    let found: Option<(CohortId, NaiveDate, Option<NaiveDate>)> = match id {
        Some(id) => cohorts::table
            .find(id)
            .filter(cohorts::course_id.eq(offering.course_id))
            .select((cohorts::cohort_id, cohorts::start_date, cohorts::end_date))
            .first(conn)
            .await
            .optional()?,
        None => None,
    };
    match found {
        Some((cohort, first, last)) => {
            offering.cohort_id = Some(cohort);
            offering.starts_on = offering.starts_on.or(Some(first));
            offering.ends_on = offering.ends_on.or(last);
        }
        None => problems.add("cohort", "Choose a cohort."),
    }
    Ok(())
}

fn text(typed: &str, most: u32) -> Result<String, String> {
    let text = names::tidy(typed);
    match text.chars().count() {
        0 => Err(format!("Enter 1 to {most} characters.")),
        length if length > most as usize => Err(figures::use_at_most(most)),
        _ => Ok(text),
    }
}

/// Reads a price in whole units: "", "48", "48.50" or "48,5".
pub fn cents(typed: &str) -> Result<i32, String> {
    let typed = typed.trim().replace(',', ".");
    let wrong = || "Enter a price such as 48 or 48.50, or 0 if it is free.".to_owned();
    if typed.is_empty() {
        return Ok(0);
    }
    let (whole, part) = typed.split_once('.').unwrap_or((&typed, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !is_number(whole) || !is_number(part) {
        return Err(wrong());
    }
    let whole: i32 = whole.parse().map_err(|_| wrong())?;
    let part: i32 = format!("{part:0<2}").parse().map_err(|_| wrong())?;
    match whole {
        0..=999_999 => Ok(whole * 100 + part),
        _ => Err("Enter a price below 1,000,000.".to_owned()),
    }
}

fn date(typed: &str) -> Result<Option<NaiveDate>, String> {
    match typed.trim() {
        "" => Ok(None),
        typed => NaiveDate::parse_from_str(typed, "%Y-%m-%d")
            .map(Some)
            .map_err(|_| "Enter a date.".to_owned()),
    }
}

fn instant(typed: &str, clock: &Clock) -> Result<Option<chrono::DateTime<chrono::Utc>>, String> {
    match typed.trim() {
        "" => Ok(None),
        typed => clock
            .of_field(typed)
            .map(Some)
            .ok_or_else(|| format!("This time does not exist in {}.", clock.zone.name())),
    }
}

fn seats(typed: &str) -> Result<Option<i32>, String> {
    match typed.trim() {
        "" => Ok(None),
        typed => typed
            .parse()
            .ok()
            .filter(|seats| (1..=100_000).contains(seats))
            .map(Some)
            .ok_or_else(|| "Enter a number from 1 to 100,000, or nothing for no limit.".to_owned()),
    }
}

fn check_code(code: String) -> Result<String, String> {
    let fits = (4..=24).contains(&code.len())
        && code
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    match fits {
        true => Ok(code),
        false => Err("Use 4 to 24 letters from A to Z and digits.".to_owned()),
    }
}

/// Makes a code of eight letters and digits, without those that look alike.
pub fn random_code() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
    let mut random = rand::rng();
    (0..8)
        .filter_map(|_| LETTERS.get(random.random_range(0..LETTERS.len())))
        .map(|letter| char::from(*letter))
        .collect()
}

/// Reads the form of a question.
pub async fn read_question(
    conn: &mut Conn,
    course: CourseId,
    fields: &AssessmentFields,
) -> AppResult<AssessmentQuestionRow> {
    let mut problems = OfferingProblems::default();
    let prompt = problems.take("prompt", text(&fields.prompt, PROMPT_CHARACTERS));
    let options: Vec<String> = fields
        .options
        .lines()
        .map(names::tidy)
        .filter(|option| !option.is_empty())
        .collect();
    let is_long = |option: &String| option.chars().count() > OPTION_CHARACTERS as usize;
    let mut unique = options.clone();
    unique.sort();
    unique.dedup();
    if options.len() == 1 || options.len() > MOST_OPTIONS {
        problems.add(
            "options",
            format!("Enter 2 to {MOST_OPTIONS} choices, or none for an answer in words."),
        );
    } else if options.iter().any(is_long) {
        problems.add(
            "options",
            format!("Use at most {OPTION_CHARACTERS} characters for each choice."),
        );
    } else if unique.len() < options.len() {
        problems.add("options", "Two choices are the same.");
    }
    let mut row = AssessmentQuestionRow {
        question_id: AssessmentQuestionId(uuid::Uuid::new_v4()),
        program_type: None,
        offering_id: None,
        prompt,
        options: options.into_iter().map(Some).collect(),
        display_order: 0,
        is_required: fields.is_required.is_some(),
    };
    match (fields.scope.as_str(), parse_program(&fields.scope)) {
        ("", _) => {}
        (_, Some(program)) => row.program_type = Some(program),
        (id, None) => {
            let found = match id.parse().map(OfferingId) {
                Ok(id) => offerings::of_course(conn, course, id).await?,
                Err(_) => None,
            };
            match found {
                Some(offering) => row.offering_id = Some(offering.offering_id),
                None => problems.add("scope", "Choose where it is asked."),
            }
        }
    }
    problems.finish()?;
    Ok(row)
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn a_price_is_read_as_people_write_it() {
        for (typed, read) in [
            ("", 0),
            ("0", 0),
            ("48", 4_800),
            ("48.5", 4_850),
            ("48,05", 4_805),
            (" 1200.00 ", 120_000),
        ] {
            assert_eq!(cents(typed), Ok(read), "{typed}");
        }
        for typed in ["-1", "1.234", "ten", ".", "1.2.3", "1000000", "99999999999"] {
            assert!(cents(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_random_code_can_be_typed_and_read_out() {
        for _ in 0..50 {
            let code = random_code();
            assert_eq!(check_code(code.clone()), Ok(code.clone()));
            assert!(!code.contains(['O', '0', 'I', '1', 'L']));
        }
    }
}
