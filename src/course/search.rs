//! Full-text search that forgives typing errors. Words are looked up as they are typed (the last letters may still be
//! missing) and by their stem; a word that nothing has is replaced by the nearest one that something does.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::platform::db::Conn;
use crate::platform::ids::{CourseId, OrganizationId};

/// What is asked of the database, and what a person should be told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// For `to_tsquery('simple', …)`: each word or a word that begins with it.
    pub words: String,
    /// What was searched instead of what was typed, where that differs.
    pub corrected: Option<String>,
}

const WORDS_AT_MOST: usize = 12;

/// The words of a text: runs of letters and digits, lowercase.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// Three-letter pieces of a word with its ends marked, as pg_trgm does it.
pub fn trigrams(word: &str) -> Vec<String> {
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
    let typed: Vec<String> = words(typed)
        .filter(|word| word.chars().count() <= 60)
        .take(WORDS_AT_MOST)
        .collect();
    if typed.is_empty() {
        return Ok(None);
    }
    let mut used = Vec::with_capacity(typed.len());
    for word in &typed {
        used.push(nearest(conn, organization, course, word).await?);
    }
    let corrected = (used != typed).then(|| used.join(" "));
    let words = used
        .iter()
        .map(|word| format!("{word}:*"))
        .collect::<Vec<_>>()
        .join(" & ");
    Ok(Some(Query { words, corrected }))
}

/// The word itself where something begins with it, else the nearest word within a typing error or two.
async fn nearest(
    conn: &mut Conn,
    organization: OrganizationId,
    course: Option<CourseId>,
    word: &str,
) -> QueryResult<String> {
    let length = word.chars().count();
    if length < 3 || word.chars().all(|c| c.is_ascii_digit()) {
        return Ok(word.to_owned());
    }
    let candidates: Vec<Term> =
        diesel::sql_query("select term from search_near_terms($1, $2, $3, $4)")
            .bind::<Uuid, _>(organization)
            .bind::<Nullable<Uuid>, _>(course)
            .bind::<Text, _>(word)
            .bind::<Array<Text>, _>(trigrams(word))
            .load(conn)
            .await?;
    if candidates
        .iter()
        .any(|candidate| candidate.term.starts_with(word))
    {
        return Ok(word.to_owned());
    }
    let allowed = if length <= 4 { 1 } else { 2 };
    let best = candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(word, &candidate.term),
                candidate.term,
            )
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by(|a, b| a.0.cmp(&b.0));
    Ok(best.map_or_else(|| word.to_owned(), |(_, term)| term))
}

#[derive(QueryableByName)]
struct Term {
    #[diesel(sql_type = Text)]
    term: String,
}

/// Replaces the vocabulary of a course, or with None that of the catalog.
pub async fn replace_terms(
    conn: &mut Conn,
    course: Option<CourseId>,
    texts: &[String],
) -> QueryResult<()> {
    diesel::sql_query("delete from search_terms where course_id is not distinct from $1")
        .bind::<Nullable<Uuid>, _>(course)
        .execute(conn)
        .await?;
    let terms: BTreeSet<String> = texts
        .iter()
        .flat_map(|text| words(text))
        .filter(|word| {
            (3..=40).contains(&word.chars().count()) && !word.chars().all(|c| c.is_ascii_digit())
        })
        .collect();
    let terms: Vec<String> = terms.into_iter().collect();
    let pieces: Vec<String> = terms
        .iter()
        .map(|term| trigrams(term).join("\u{1f}"))
        .collect();
    diesel::sql_query(
        "insert into search_terms (course_id, term, trigrams)
         select $1, term, string_to_array(pieces, E'\\x1f') from unnest($2, $3) as t (term, pieces)",
    )
    .bind::<Nullable<Uuid>, _>(course)
    .bind::<Array<Text>, _>(terms)
    .bind::<Array<Text>, _>(pieces)
    .execute(conn)
    .await?;
    Ok(())
}

/// PostgreSQL's dictionary for a language tag.
pub fn dictionary(language: &str) -> &'static str {
    match language.split('-').next().unwrap_or_default() {
        "da" => "danish",
        "de" => "german",
        "en" => "english",
        "es" => "spanish",
        "fi" => "finnish",
        "fr" => "french",
        "hu" => "hungarian",
        "it" => "italian",
        "nl" => "dutch",
        "no" | "nb" | "nn" => "norwegian",
        "pt" => "portuguese",
        "ro" => "romanian",
        "ru" => "russian",
        "sv" => "swedish",
        "tr" => "turkish",
        _ => "simple",
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn words_are_split_at_whatever_is_no_letter_or_digit() {
        assert_eq!(
            words("Smart-Pointers: `Box<T>`, Ümlaut!").collect::<Vec<_>>(),
            ["smart", "pointers", "box", "t", "ümlaut"]
        );
        assert_eq!(words(" :*&|!() ").count(), 0);
    }

    #[test]
    fn a_slip_of_the_finger_shares_most_trigrams() {
        let right = trigrams("ownership");
        let shared = trigrams("ownershp")
            .iter()
            .filter(|piece| right.contains(piece))
            .count();
        assert!(shared >= 7, "{shared}");
    }
}
