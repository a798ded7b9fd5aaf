//! Builds and stores the search index: text vectors, and the words that a typing error may be
//! corrected to. The vectors are built here, because PostgreSQL's parser splits words differently
//! from our queries.

use std::collections::BTreeMap;
use std::fmt::Write;

use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::fold::{self, Letter, Span};
use super::ranking::{ABOUT, CONTENT, TITLE};
use super::{WORD_AT_MOST, trigrams};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, TopicId};

/// Version of the stored form. Raise it with every change of the form; `lyceum migrate` then
/// indexes all courses again.
pub const VERSION: i16 = 1;

/// Number of letters in a piece of a run without spaces. Pieces at the end of a run are shorter.
/// Queries of at most this length match pieces by prefix.
const PIECE: usize = 3;

/// Size limit of a vector. PostgreSQL refuses vectors of 1 MB, so the rest of a longer text is not
/// indexed.
const VECTOR_BYTES: usize = 500_000;
const STEMMED_BYTES: usize = 200_000;
/// Limits of PostgreSQL's text vectors.
const POSITION_AT_MOST: u16 = 16_383;
const POSITIONS_AT_MOST: usize = 255;

/// A `tsvector` in PostgreSQL's notation, built from texts of different weights.
#[derive(Default)]
struct Vector {
    lexemes: BTreeMap<String, Vec<(u16, char)>>,
    position: u16,
    bytes: usize,
}

impl Vector {
    fn add(&mut self, text: &str, weight: char) {
        let letters = fold::letters(text);
        for span in fold::spans(&letters) {
            for piece in pieces(&letters, &span) {
                if self.bytes >= VECTOR_BYTES {
                    return;
                }
                self.add_lexeme(piece, weight);
            }
        }
    }

    fn add_lexeme(&mut self, lexeme: String, weight: char) {
        self.position = (self.position + 1).min(POSITION_AT_MOST);
        let size = lexeme.len() + 8;
        let places = self.lexemes.entry(lexeme).or_default();
        if places.is_empty() {
            self.bytes += size;
        }
        let is_new = places.last().is_none_or(|(at, _)| *at < self.position);
        if is_new && places.len() < POSITIONS_AT_MOST {
            places.push((self.position, weight));
            self.bytes += 2;
        }
    }

    fn notation(&self) -> String {
        let mut notation = String::new();
        for (lexeme, places) in &self.lexemes {
            let _ = write!(notation, "'{lexeme}':");
            for (at, (position, weight)) in places.iter().enumerate() {
                let comma = if at > 0 { "," } else { "" };
                let _ = write!(notation, "{comma}{position}{weight}");
            }
            notation.push(' ');
        }
        notation
    }
}

/// Splits a span into lexemes. A word is one lexeme. A run without spaces gives a piece that starts
/// at each of its letters.
fn pieces<'a>(letters: &'a [Letter], span: &Span) -> impl Iterator<Item = String> + use<'a> {
    let range = span.letters.clone();
    let (starts, length) = match span.is_unspaced {
        true => (range.clone(), PIECE),
        false => (range.start..range.start + 1, WORD_AT_MOST),
    };
    starts.map(move |at| fold::text(&letters[at..range.end.min(at + length)]))
}

/// Returns the lexemes that a run in a query asks for. The flag is true if the lexeme is a prefix.
pub(crate) fn asked_pieces(run: &str) -> Vec<(String, bool)> {
    let run: Vec<char> = run.chars().collect();
    match run.len() {
        0..=PIECE => vec![(run.iter().collect(), true)],
        _ => run
            .windows(PIECE)
            .map(|piece| (piece.iter().collect(), false))
            .collect(),
    }
}

/// Returns the words of a text for PostgreSQL to stem. Empty if PostgreSQL has no stemmer for the
/// language.
fn stemmed(text: &str, dictionary: &str) -> String {
    let mut words = String::new();
    if dictionary == "simple" {
        return words;
    }
    let letters = fold::letters(text);
    for span in fold::spans(&letters) {
        if words.len() > STEMMED_BYTES {
            break;
        }
        if !span.is_unspaced {
            words.extend(pieces(&letters, &span));
            words.push(' ');
        }
    }
    words
}

/// Indexes a topic by its title and its readable text.
pub async fn topic(
    conn: &mut Conn,
    topic: TopicId,
    title: &str,
    body: &str,
    language: &str,
) -> QueryResult<()> {
    let dictionary = dictionary(language);
    let mut vector = Vector::default();
    vector.add(title, TITLE);
    vector.add(body, CONTENT);
    statement(format!(
        "update topics set search = $2::tsvector || setweight(to_tsvector($3::regconfig, $4), '{TITLE}')
             || setweight(to_tsvector($3::regconfig, $5), '{CONTENT}')
         where topic_id = $1",
    ))
    .bind::<Uuid, _>(topic)
    .bind::<Text, _>(vector.notation())
    .bind::<Text, _>(dictionary)
    .bind::<Text, _>(stemmed(title, dictionary))
    .bind::<Text, _>(stemmed(body, dictionary))
    .execute(conn)
    .await
    .map(drop)
}

/// Indexes a course for the catalog: by its title, its description, and the titles of its topics.
pub async fn course(
    conn: &mut Conn,
    course: CourseId,
    [title, about, topics]: [&str; 3],
    language: &str,
) -> QueryResult<()> {
    let dictionary = dictionary(language);
    let mut vector = Vector::default();
    vector.add(title, TITLE);
    vector.add(about, ABOUT);
    vector.add(topics, CONTENT);
    statement(format!(
        "update courses set search_version = $7,
             search = $2::tsvector || setweight(to_tsvector($3::regconfig, $4), '{TITLE}')
                 || setweight(to_tsvector($3::regconfig, $5), '{ABOUT}')
                 || setweight(to_tsvector($3::regconfig, $6), '{CONTENT}')
         where course_id = $1",
    ))
    .bind::<Uuid, _>(course)
    .bind::<Text, _>(vector.notation())
    .bind::<Text, _>(dictionary)
    .bind::<Text, _>(stemmed(title, dictionary))
    .bind::<Text, _>(stemmed(about, dictionary))
    .bind::<Text, _>(stemmed(topics, dictionary))
    .bind::<diesel::sql_types::SmallInt, _>(VERSION)
    .execute(conn)
    .await
    .map(drop)
}

/// Words in normal form, each with its first spelling in the text.
#[derive(Default)]
pub struct Vocabulary(BTreeMap<String, String>);

impl Vocabulary {
    pub fn add(&mut self, text: &str) {
        let letters = fold::letters(text);
        for span in fold::spans(&letters) {
            let letters = &letters[span.letters];
            let is_number = || letters.iter().all(|letter| letter.char.is_ascii_digit());
            if !span.is_unspaced && (3..=40).contains(&letters.len()) && !is_number() {
                let written = || text[fold::bytes(letters)].to_lowercase();
                self.0.entry(fold::text(letters)).or_insert_with(written);
            }
        }
    }
}

/// Replaces the vocabulary of a course, or the catalog's if `course` is None.
pub async fn replace_terms(
    conn: &mut Conn,
    course: Option<CourseId>,
    vocabulary: Vocabulary,
) -> QueryResult<()> {
    statement("delete from search_terms where course_id is not distinct from $1")
        .bind::<Nullable<Uuid>, _>(course)
        .execute(conn)
        .await?;
    let pieces: Vec<String> = vocabulary
        .0
        .keys()
        .map(|term| trigrams(term).join("\u{1f}"))
        .collect();
    let (terms, written): (Vec<_>, Vec<_>) = vocabulary.0.into_iter().unzip();
    statement(
        "insert into search_terms (course_id, term, written, trigrams)
         select $1, term, written, string_to_array(pieces, E'\\x1f') from unnest($2, $3, $4) as t (term, written, pieces)",
    )
    .bind::<Nullable<Uuid>, _>(course)
    .bind::<Array<Text>, _>(terms)
    .bind::<Array<Text>, _>(written)
    .bind::<Array<Text>, _>(pieces)
    .execute(conn)
    .await?;
    Ok(())
}

/// Returns PostgreSQL's text search configuration for a language tag.
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
mod tests {
    use super::*;

    fn notation(text: &str) -> String {
        let mut vector = Vector::default();
        vector.add(text, 'A');
        vector.notation()
    }

    #[test]
    fn a_run_without_spaces_is_indexed_at_each_letter() {
        assert_eq!(
            notation("Rust语言圣经"),
            "'rust':1A '圣经':4A '经':5A '言圣经':3A '语言圣':2A "
        );
        assert_eq!(asked_pieces("圣"), [("圣".to_owned(), true)]);
        assert_eq!(asked_pieces("语言圣经").len(), 2);
    }

    #[test]
    fn a_text_of_any_length_makes_a_vector_that_postgresql_takes() {
        let words: String = (0..200_000).map(|n| format!("w{n} ")).collect();
        assert!(notation(&words).len() < 900_000);
        let same = notation(&"same ".repeat(30_000));
        assert_eq!(same.matches(',').count(), POSITIONS_AT_MOST - 1);
        let mut end = Vector {
            position: POSITION_AT_MOST - 1,
            ..Vector::default()
        };
        end.add("one one one", 'A');
        assert_eq!(end.notation(), "'one':16383A ");
    }
}
