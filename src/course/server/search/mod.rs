//! Full-text search that forgives typing errors. Queries and indexed text are brought into the same
//! form first (see `fold`). Words are looked up as they are typed, and their last letters may still
//! be missing; a word that nothing has is replaced by the nearest one that something does. In
//! scripts without spaces a query is found anywhere within a run of letters.

mod fold;
mod index;
mod snippet;

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

pub use self::index::{VERSION, Vocabulary, course, replace_terms, topic};
pub use self::snippet::snippet;
use super::render::{PRACTICE_END, PRACTICE_START};
use crate::platform::db::Conn;
use crate::platform::ids::{CourseId, OrganizationId};
use crate::platform::markdown;

/// What is asked of the database, and what a person should be told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// In PostgreSQL's notation of a `tsquery`.
    pub notation: String,
    /// For finding the place in a text.
    pub terms: Vec<Term>,
    /// What was searched instead of what was typed, where that differs.
    pub corrected: Option<String>,
}

/// A part of a query in its normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub text: String,
    /// Letters of a script without spaces, to be found within a run of them.
    pub is_unspaced: bool,
    /// As it was typed, lowercase.
    written: String,
}

impl Term {
    fn all(typed: &str) -> impl Iterator<Item = Self> {
        let letters = fold::letters(typed);
        fold::spans(&letters)
            .into_iter()
            .map(move |span| {
                let letters = &letters[span.letters];
                Self {
                    text: fold::text(letters),
                    is_unspaced: span.is_unspaced,
                    written: typed[fold::bytes(letters)].to_lowercase(),
                }
            })
            .filter(|term| term.text.chars().count() <= WORD_AT_MOST)
            .take(TERMS_AT_MOST)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// In the notation of a `tsquery`. Its letters have no meaning there: all are letters or digits.
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
/// Letters of the longest word that is indexed.
const WORD_AT_MOST: usize = 60;

/// The text that a reader reads in rendered HTML, without practice questions and links to headings.
pub fn text_of(html: &str) -> String {
    let html = without(html, PRACTICE_START, PRACTICE_END);
    let html = without(&html, "<a class=\"anchor\"", "</a>");
    markdown::words(&html).replace(['\u{2}', '\u{3}'], "")
}

/// The text without its parts that begin and end so.
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

/// Three-letter pieces of a word with its ends marked, as pg_trgm does it.
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

/// Reads what was typed; None where it holds no word. `course` None searches the catalog's vocabulary.
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

/// The nearest word within a typing error or two; None where something begins with the word itself,
/// or nothing is near.
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
    let candidates: Vec<Known> =
        diesel::sql_query("select term, written from search_near_terms($1, $2, $3, $4)")
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
struct Known {
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
