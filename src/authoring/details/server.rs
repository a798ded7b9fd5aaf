//! Loads, checks and saves the settings of a course.

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::hub;
use super::{CourseDetails, CourseDetailsPage, DESCRIPTION_CHARACTERS, LEVELS, LICENSE_CHARACTERS};
use crate::authoring::SUMMARY_CHARACTERS;
use crate::authoring::server::outline::{finish, lock, record};
use crate::authoring::server::title;
use crate::course::server::native::{cents, is_currency, is_language_tag, is_slug, limits};
use crate::course::server::render::Links;
use crate::course::server::store::file_addresses;
use crate::course::{CourseTitle, Level};
use crate::platform::auth::UserRole;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::schema::courses;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures::use_at_most;
use crate::platform::ids::CourseId;
use crate::platform::names;
use crate::platform::ui::direction;

/// The settings as the database stores them.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = courses)]
#[diesel(treat_none_as_null = true)]
struct StoredDetails {
    title: String,
    summary: String,
    description: String,
    outcomes: Vec<Option<String>>,
    language: String,
    level: Level,
    tags: Vec<Option<String>>,
    authors: Vec<Option<String>>,
    license: Option<String>,
    price_cents: i32,
    currency: String,
    cohort_only: bool,
}

impl StoredDetails {
    async fn load(conn: &mut Conn, course: CourseId) -> QueryResult<Self> {
        courses::table
            .find(course)
            .select(Self::as_select())
            .first(conn)
            .await
    }

    /// Returns a hash by which a form is compared with what is stored.
    fn mark(&self) -> String {
        let digest = Sha256::digest(format!("{self:?}"));
        let start = digest.iter().take(16);
        start.map(|byte| format!("{byte:02x}")).collect()
    }

    fn shown(self) -> CourseDetails {
        let mark = self.mark();
        let level = LEVELS.iter().find(|(_, level)| *level == self.level);
        let joined = |values: Vec<Option<String>>, with: &str| {
            values.into_iter().flatten().collect::<Vec<_>>().join(with)
        };
        let price = match (self.price_cents / 100, self.price_cents % 100) {
            (0, 0) => String::new(),
            (whole, 0) => whole.to_string(),
            (whole, cents) => format!("{whole}.{cents:02}"),
        };
        CourseDetails {
            title: self.title,
            summary: self.summary,
            description: self.description,
            outcomes: joined(self.outcomes, "\n"),
            language: self.language,
            level: level
                .map(|(name, _)| (*name).to_owned())
                .unwrap_or_default(),
            tags: joined(self.tags, ", "),
            authors: joined(self.authors, "\n"),
            license: self.license.unwrap_or_default(),
            price,
            currency: self.currency,
            cohort_only: self.cohort_only.then(|| "true".to_owned()),
            mark,
        }
    }

    /// Returns the values that the audit log keeps.
    fn logged(&self) -> Value {
        json!({
            "title": self.title, "summary": self.summary, "language": self.language, "level": self.level,
            "outcomes": self.outcomes, "tags": self.tags, "authors": self.authors, "license": self.license,
            "price_cents": self.price_cents, "currency": self.currency, "cohort_only": self.cohort_only,
        })
    }
}

pub async fn page(conn: &mut Conn, tutor: &TutorOf, course: &str) -> AppResult<CourseDetailsPage> {
    let stored = StoredDetails::load(conn, tutor.course).await?;
    Ok(CourseDetailsPage {
        course_title: CourseTitle::new(stored.title.clone(), stored.language.clone()),
        details: stored.shown(),
        may_sell: may_sell(tutor),
        others: hub::lines(conn, tutor, course).await?,
    })
}

fn may_sell(tutor: &TutorOf) -> bool {
    tutor.signed_in.viewer.role == UserRole::Admin
}

/// Saves the settings. Imports leave them alone from then on.
///
/// # Errors
///
/// All problems of the form at once, or a conflict if the settings were changed since they were
/// shown. Then nothing is stored.
pub async fn save(
    conn: &mut Conn,
    tutor: &TutorOf,
    course: &str,
    sent: &CourseDetails,
) -> AppResult<()> {
    lock(conn, tutor, course).await?;
    let stored = StoredDetails::load(conn, tutor.course).await?;
    let wanted = checked(sent, &stored, may_sell(tutor))?;
    if wanted == stored {
        return Ok(());
    }
    if sent.mark != stored.mark() {
        return Err(AppError::Conflict(
            "Somebody has changed these settings since you opened the page. Nothing was saved. Copy what you typed and load the page again."
                .to_owned(),
        ));
    }
    let files = file_addresses(conn, tutor.course).await?;
    let links = Links {
        course_slug: course,
        language: &wanted.language,
        files: &files,
    };
    let html = links.markdown(&wanted.description).html;
    diesel::update(courses::table.find(tutor.course))
        .set((&wanted, courses::description_html.eq(html)))
        .execute(conn)
        .await?;
    statement(
        "insert into course_page_edits (course_id) values ($1)
         on conflict (course_id) do update set edited_at = now()",
    )
    .bind::<Uuid, _>(tutor.course)
    .execute(conn)
    .await?;
    if wanted.language != stored.language {
        tell_language(conn, tutor.course, &stored.language, &wanted.language).await?;
    }
    let change = (stored.logged(), wanted.logged());
    record(conn, tutor, "course.details_saved", change).await?;
    finish(conn, tutor.course).await
}

/// Changes the language of practice questions, whose rendered form names it.
async fn tell_language(conn: &mut Conn, course: CourseId, was: &str, now: &str) -> QueryResult<()> {
    let named = |tag: &str| format!(" lang=\"{tag}\" dir=\"{}\"", direction(tag));
    statement(
        "update topic_blocks b set html = replace(b.html, $2, $3)
         from topics t where t.topic_id = b.topic_id and t.course_id = $1 and position($2 in b.html) > 0",
    )
    .bind::<Uuid, _>(course)
    .bind::<Text, _>(named(was))
    .bind::<Text, _>(named(now))
    .execute(conn)
    .await
    .map(drop)
}

fn checked(
    sent: &CourseDetails,
    stored: &StoredDetails,
    may_sell: bool,
) -> AppResult<StoredDetails> {
    let mut problems = FieldProblems::default();
    let title = problems.keep(title("title", &sent.title));
    let summary = problems.keep(line("summary", &sent.summary, SUMMARY_CHARACTERS));
    if summary.as_deref() == Some("") {
        problems.add(
            "summary",
            "Enter one or two sentences. The catalog shows them.",
        );
    }
    let description = sent.description.replace("\r\n", "\n");
    if description.chars().count() > DESCRIPTION_CHARACTERS as usize {
        problems.add("description", use_at_most(DESCRIPTION_CHARACTERS));
    }
    let language = sent.language.trim();
    if !is_language_tag(language) {
        problems.add("language", "Choose a language.");
    }
    let level = LEVELS.iter().find(|(name, _)| *name == sent.level);
    if level.is_none() {
        problems.add("level", "Choose a level.");
    }
    let outcomes = lines(
        "outcomes",
        &sent.outcomes,
        limits::OUTCOMES,
        limits::OUTCOME,
    );
    let outcomes = problems.keep(outcomes);
    let authors = lines("authors", &sent.authors, limits::AUTHORS, limits::AUTHOR);
    let authors = problems.keep(authors);
    let tags = problems.keep(tags(&sent.tags));
    let license = problems.keep(line("license", &sent.license, LICENSE_CHARACTERS));
    let (price, cohort_only) = match may_sell {
        true => (problems.keep(price(sent)), sent.cohort_only.is_some()),
        false => (
            Some((stored.price_cents, stored.currency.clone())),
            stored.cohort_only,
        ),
    };
    let (
        Some(title),
        Some(summary),
        Some((_, level)),
        Some(outcomes),
        Some(authors),
        Some(tags),
        Some(license),
        Some((price_cents, currency)),
    ) = (
        title, summary, level, outcomes, authors, tags, license, price,
    )
    else {
        return Err(problems.error());
    };
    problems.check()?;
    Ok(StoredDetails {
        title,
        summary,
        description,
        outcomes,
        language: language.to_owned(),
        level: *level,
        tags,
        authors,
        license: Some(license).filter(|license| !license.is_empty()),
        price_cents,
        currency,
        cohort_only,
    })
}

fn line(field: &str, typed: &str, most: u32) -> AppResult<String> {
    let line = names::tidy(typed);
    match line.chars().count() > most as usize {
        true => Err(AppError::field(field, use_at_most(most))),
        false => Ok(line),
    }
}

/// Reads plain texts, one a line. A text that is there twice counts once.
fn lines(
    field: &str,
    typed: &str,
    most: usize,
    characters: usize,
) -> AppResult<Vec<Option<String>>> {
    let mut lines: Vec<Option<String>> = Vec::new();
    for line in typed.lines().map(names::tidy) {
        if line.chars().count() > characters {
            let sentence = format!("Use at most {characters} characters in a line.");
            return Err(AppError::field(field, sentence));
        }
        let line = Some(line).filter(|line| !line.is_empty());
        if line.is_some() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    match lines.len() > most {
        true => Err(AppError::field(
            field,
            format!("Enter at most {most} lines."),
        )),
        false => Ok(lines),
    }
}

fn tags(typed: &str) -> AppResult<Vec<Option<String>>> {
    let mut tags: Vec<Option<String>> = Vec::new();
    for tag in typed.split([',', '\n']).map(str::trim) {
        if tag.is_empty() {
            continue;
        }
        if !is_slug(tag) || tag.len() > limits::TAG {
            let sentence = format!(
                "“{tag}” is no tag. Use lowercase letters from a to z, digits and single hyphens, at most {}.",
                limits::TAG
            );
            return Err(AppError::field("tags", sentence));
        }
        let tag = Some(tag.to_owned());
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    match tags.len() > limits::TAGS {
        true => Err(AppError::field(
            "tags",
            format!("Enter at most {} tags.", limits::TAGS),
        )),
        false => Ok(tags),
    }
}

fn price(sent: &CourseDetails) -> AppResult<(i32, String)> {
    let typed = sent.price.trim().replace(',', ".");
    let price = match typed.as_str() {
        "" => Some(0),
        typed => cents(typed),
    };
    let currency = sent.currency.trim().to_uppercase();
    let mut problems = FieldProblems::default();
    if price.is_none() {
        let most = limits::PRICE_CENTS / 100;
        let sentence = format!("Enter a price from 0 to {most}, such as 49 or 49.90.");
        problems.add("price", sentence);
    }
    if !is_currency(&currency) {
        problems.add("currency", "Enter a currency’s three letters, such as EUR.");
    }
    problems.check()?;
    Ok((price.unwrap_or_default(), currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_people_type_them() {
        let some = |values: &[&str]| -> Vec<Option<String>> {
            values
                .iter()
                .map(|value| Some((*value).to_owned()))
                .collect()
        };
        let read = lines("authors", " Ada \r\n\nBob\nAda", 2, 10).unwrap();
        assert_eq!(read, some(&["Ada", "Bob"]));
        assert!(lines("authors", "a\nb\nc", 2, 10).is_err());
        assert!(lines("authors", "abc", 2, 2).is_err());
        assert_eq!(tags("a, b-c,,a").unwrap(), some(&["a", "b-c"]));
        for wrong in ["A", "ä", "a b", "a--b"] {
            assert!(tags(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn prices_are_exact() {
        let of = |price: &str, currency: &str| price_of(price, currency).ok();
        assert_eq!(of("49,90", "eur"), Some((4990, "EUR".to_owned())));
        assert_eq!(of("", "USD"), Some((0, "USD".to_owned())));
        for wrong in ["-1", "1.999", "x", "1000000"] {
            assert_eq!(of(wrong, "EUR"), None, "{wrong}");
        }
        assert_eq!(of("1", "ZZZ"), None);
    }

    fn price_of(price: &str, currency: &str) -> AppResult<(i32, String)> {
        super::price(&CourseDetails {
            price: price.to_owned(),
            currency: currency.to_owned(),
            ..CourseDetails::default()
        })
    }
}
