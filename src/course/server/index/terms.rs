//! Words of texts as they are compared: folded, and reduced to their stems by PostgreSQL.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text};
use diesel_async::RunQueryDsl;

use crate::course::server::search::{dictionary, fold};
use crate::platform::db::{Conn, statement};

/// Longest indexed word, in letters.
const WORD_AT_MOST: usize = 40;
/// Number of letters in a piece of a run without spaces.
const PIECE: usize = 2;

/// Returns the words of a text in normal form. Runs of a script without spaces give overlapping
/// pieces.
pub fn words(text: &str) -> Vec<String> {
    let letters = fold::letters(text);
    let mut words = Vec::new();
    for span in fold::spans(&letters) {
        let letters = &letters[span.letters];
        match span.is_unspaced && letters.len() > PIECE {
            true => words.extend(letters.windows(PIECE).map(fold::text)),
            false => words.push(fold::text(&letters[..letters.len().min(WORD_AT_MOST)])),
        }
    }
    words
}

/// The stems of known words. None for words that say nothing, such as “the”.
pub struct Stems(HashMap<String, Option<String>>);

#[derive(QueryableByName)]
struct StemRow {
    #[diesel(sql_type = Text)]
    word: String,
    #[diesel(sql_type = Nullable<Text>)]
    stem: Option<String>,
}

impl Stems {
    /// Looks up the stems of words in the language, which is a BCP 47 tag.
    pub async fn load<'a>(
        conn: &mut Conn,
        language: &str,
        words: impl Iterator<Item = &'a String>,
    ) -> QueryResult<Self> {
        let words: BTreeSet<&String> = words.collect();
        let dictionary = dictionary(language);
        if dictionary == "simple" {
            let same = words
                .into_iter()
                .map(|word| (word.clone(), Some(word.clone())));
            return Ok(Self(same.collect()));
        }
        // An unknown word has itself as its stem, a stop word has an empty list.
        let rows: Vec<StemRow> = statement(
            "select w.word, (ts_lexize($1::regdictionary, w.word))[1] as stem from unnest($2) as w (word)",
        )
        .bind::<Text, _>(format!("{dictionary}_stem"))
        .bind::<Array<Text>, _>(words.into_iter().collect::<Vec<_>>())
        .load(conn)
        .await?;
        Ok(Self(
            rows.into_iter().map(|row| (row.word, row.stem)).collect(),
        ))
    }

    /// Returns the stems of the words in order, without words that say nothing.
    pub fn of<'a>(&'a self, words: &'a [String]) -> Vec<&'a str> {
        words
            .iter()
            .filter_map(|word| self.0.get(word)?.as_deref())
            .filter(|stem| !stem.is_empty())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded() {
        assert_eq!(
            words("The Borrow-Checker’s `Vec<T>`"),
            ["the", "borrow", "checker", "s", "vec", "t"]
        );
        assert_eq!(words("语言圣经 圣"), ["语言", "言圣", "圣经", "圣"]);
    }
}
