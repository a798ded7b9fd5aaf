//! Weights of words in chunks, and their sum for a question: BM25 (Robertson and Zaragoza, 2009).

use std::collections::{BTreeMap, HashMap};

/// How soon more of the same word counts no more.
const SATURATION: f32 = 1.2;
/// How much the length of a chunk counts.
const LENGTH: f32 = 0.75;

/// The chunks of a term with its weight in each.
pub type Postings = Vec<(i32, f32)>;

/// Returns the postings of each term, given the terms of each chunk.
pub fn postings<'a>(chunks: &'a [Vec<&'a str>]) -> BTreeMap<&'a str, Postings> {
    let total: usize = chunks.iter().map(Vec::len).sum();
    let count = chunks.len().max(1) as f32;
    let average = (total as f32 / count).max(1.0);
    let mut found: BTreeMap<&str, Postings> = BTreeMap::new();
    for (number, terms) in (0..).zip(chunks) {
        let mut counts: HashMap<&str, f32> = HashMap::new();
        for term in terms {
            *counts.entry(term).or_default() += 1.0;
        }
        let length = 1.0 - LENGTH + LENGTH * terms.len() as f32 / average;
        for (term, times) in counts {
            let weight = times * (SATURATION + 1.0) / (times + SATURATION * length);
            found.entry(term).or_default().push((number, weight));
        }
    }
    for postings in found.values_mut() {
        let with = postings.len() as f32;
        let rarity = (1.0 + (count - with + 0.5) / (with + 0.5)).ln();
        for (_, weight) in postings {
            *weight *= rarity;
        }
    }
    found
}

/// Adds up the weights of a question's terms. Returns chunks with their scores, best first.
pub fn ranking(postings: impl Iterator<Item = (i32, f32)>) -> Vec<(i32, f32)> {
    let mut scores: HashMap<i32, f32> = HashMap::new();
    for (chunk, weight) in postings {
        *scores.entry(chunk).or_default() += weight;
    }
    let mut ranking: Vec<(i32, f32)> = scores.into_iter().collect();
    ranking.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranking
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_words_and_short_chunks_count_more() {
        let chunks = [
            vec!["own", "value"],
            vec!["own", "value", "value", "drop", "scope", "end"],
            vec!["own"],
        ];
        let found = postings(&chunks);
        let weight = |term: &str, chunk: i32| {
            let of = found[term].iter().find(|(number, _)| *number == chunk);
            of.map_or(0.0, |(_, weight)| *weight)
        };
        assert!(weight("drop", 1) > weight("own", 1));
        assert!(weight("own", 2) > weight("own", 1));
        let best = ranking(found["value"].iter().chain(&found["own"]).copied());
        assert_eq!(best[0].0, 0);
        assert_eq!(best.len(), 3);
    }
}
