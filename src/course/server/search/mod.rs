//! Full-text search that forgives typing errors. Queries and indexed text are first brought into
//! the same normal form (see `fold`). Each word is matched as a prefix, because its last letters
//! may not be typed yet. A word without a match is replaced by the nearest indexed word. In scripts
//! without spaces, a query matches anywhere within a run of letters.

pub(super) mod fold;
mod index;
mod ranking;
mod snippet;

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

pub use self::index::{VERSION, Vocabulary, course, dictionary, replace_terms, topic};
pub use self::ranking::WEIGHTS;
pub use self::snippet::snippet;
use super::render::{PRACTICE_END, PRACTICE_START};
use crate::course::SEARCH_CHARACTERS;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, OrganizationId};
use crate::platform::markdown;

/// A search as it is sent to the database, and a note for the person who searches.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The search in PostgreSQL's `tsquery` notation.
    pub notation: String,
    /// Terms for finding the passage in a text.
    pub terms: Vec<Term>,
    /// The words that were searched, if they differ from the words typed.
    pub corrected: Option<String>,
}

/// Refuses a search that is too long.
pub fn check_length(typed: &str) -> AppResult<()> {
    if typed.chars().count() > SEARCH_CHARACTERS as usize {
        return Err(AppError::field(
            "q",
            format!("Search for at most {SEARCH_CHARACTERS} characters."),
        ));
    }
    Ok(())
}

/// A part of a query in normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub text: String,
    /// True for letters of a script without spaces, which are looked up within runs.
    pub is_unspaced: bool,
    /// The term as typed, in lowercase.
    written: String,
}

impl Term {
    fn all(typed: &str) -> impl Iterator<Item = Self> {
        let letters = fold::letters(typed);
        fold::spans(&letters)
            .into_iter()
            .map(move |span| {
                let letters = &letters[span.letters];
                // The index cuts long words too.
                let letters = &letters[..letters.len().min(WORD_AT_MOST)];
                Self {
                    text: fold::text(letters),
                    is_unspaced: span.is_unspaced,
                    written: typed[fold::bytes(letters)].to_lowercase(),
                }
            })
            .take(TERMS_AT_MOST)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Formats the term in `tsquery` notation. Needs no escaping, since all characters are letters
    /// or digits.
    fn notation(&self) -> String {
        match self.is_unspaced {
            true => index::asked_pieces(&self.text)
                .into_iter()
                .map(|(piece, goes_on)| match goes_on {
                    true => format!("'{piece}':*"),
                    false => format!("'{piece}'"),
                })
                .collect::<Vec<_>>()
                .join(" & "),
            false => format!("'{}':*", self.text),
        }
    }
}

const TERMS_AT_MOST: usize = 12;
/// Longest indexed word, in letters.
const WORD_AT_MOST: usize = 60;

/// Returns the readable text of rendered HTML, without practice questions and heading links. The
/// marks U+0002 and U+0003 are removed, because snippets use them to mark matches.
pub fn text_of(html: &str) -> String {
    let html = without_practice(html);
    let html = without(&html, "<a class=\"anchor\"", "</a>");
    markdown::words(&html).replace(['\u{2}', '\u{3}'], "")
}

/// Removes the practice questions from the HTML of a topic.
pub fn without_practice(html: &str) -> String {
    without(html, PRACTICE_START, PRACTICE_END)
}

/// Removes all parts of the text that begin with `begin` and end with `end`.
fn without(text: &str, begin: &str, end: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, part)) = rest.split_once(begin) {
        kept.push_str(before);
        kept.push(' ');
        rest = part.split_once(end).map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

/// Returns the three-letter pieces of a padded word, as pg_trgm computes them.
fn trigrams(word: &str) -> Vec<String> {
    let padded: Vec<char> = std::iter::repeat_n(' ', 2)
        .chain(word.chars())
        .chain([' '])
        .collect();
    padded
        .windows(3)
        .map(|three| three.iter().collect::<String>())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// Reads a typed query. None if it holds no word. Uses the catalog's vocabulary if `course` is
/// None.
pub async fn read(
    conn: &mut Conn,
    organization: OrganizationId,
    course: Option<CourseId>,
    typed: &str,
) -> QueryResult<Option<Query>> {
    let typed: Vec<Term> = Term::all(typed).collect();
    if typed.is_empty() {
        return Ok(None);
    }
    let mut terms = Vec::with_capacity(typed.len());
    for term in &typed {
        let nearest = match term.is_unspaced {
            true => None,
            false => nearest(conn, organization, course, &term.text).await?,
        };
        terms.push(nearest.unwrap_or_else(|| term.clone()));
    }
    let join = |parts: Vec<String>, between: &str| parts.join(between);
    let written = || terms.iter().map(|term| term.written.clone()).collect();
    Ok(Some(Query {
        corrected: (terms != typed).then(|| join(written(), " ")),
        notation: join(terms.iter().map(Term::notation).collect(), " & "),
        terms,
    }))
}

/// Returns the nearest indexed word within one or two typing errors. None if an indexed word begins
/// with `word`, or if no word is near.
async fn nearest(
    conn: &mut Conn,
    organization: OrganizationId,
    course: Option<CourseId>,
    word: &str,
) -> QueryResult<Option<Term>> {
    let length = word.chars().count();
    if length < 3 || word.chars().all(|c| c.is_ascii_digit()) {
        return Ok(None);
    }
    let candidates: Vec<KnownWord> =
        statement("select term, written from search_near_terms($1, $2, $3, $4)")
            .bind::<Uuid, _>(organization)
            .bind::<Nullable<Uuid>, _>(course)
            .bind::<Text, _>(word)
            .bind::<Array<Text>, _>(trigrams(word))
            .load(conn)
            .await?;
    if candidates.iter().any(|known| known.term.starts_with(word)) {
        return Ok(None);
    }
    let allowed = if length <= 4 { 1 } else { 2 };
    let best = candidates
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(word, &known.term), known))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by(|a, b| a.0.cmp(&b.0));
    Ok(best.map(|(_, known)| Term {
        written: known.written.unwrap_or_else(|| known.term.clone()),
        text: known.term,
        is_unspaced: false,
    }))
}

#[derive(QueryableByName)]
struct KnownWord {
    #[diesel(sql_type = Text)]
    term: String,
    #[diesel(sql_type = Nullable<Text>)]
    written: Option<String>,
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_shares_most_trigrams() {
        let right = trigrams("ownership");
        let shared = trigrams("ownershp")
            .iter()
            .filter(|piece| right.contains(piece))
            .count();
        assert!(shared >= 7, "{shared}");
    }

    #[test]
    fn nothing_that_is_typed_means_something_in_a_query() {
        let notation =
            |typed: &str| -> Vec<String> { Term::all(typed).map(|term| term.notation()).collect() };
        assert_eq!(
            notation("it's \\ a:b & !c"),
            ["'it':*", "'s':*", "'a':*", "'b':*", "'c':*"]
        );
        assert_eq!(notation("语言圣经 圣"), ["'语言圣' & '言圣经'", "'圣':*"]);
        assert!(notation(" :*&|!() ").is_empty());
        let long = "x".repeat(WORD_AT_MOST);
        assert_eq!(notation(&format!("{long}yz")), [format!("'{long}':*")]);
    }

    #[test]
    fn text_is_read_without_markup_and_questions() {
        let html = format!(
            "<h2 id=\"a\">圣<b>经</b><a class=\"anchor\" href=\"#a\">#</a></h2>\
             <p title=\"a > b\">x &lt; y</p>{PRACTICE_START}data-question=\"k\"><p>What?</p>{PRACTICE_END}\
             <img src=\"x\" alt=\"A crab &amp; more\"><p>End</p>"
        );
        assert_eq!(text_of(&html), "圣经 x < y A crab & more End");
    }
}
