//! Joins two rankings of chunks, by words and by meaning.

use std::collections::HashMap;

/// Weight of a chunk's words, compared with its meaning.
const WORDS: f32 = 0.5;

/// Returns the chunks of both rankings with the sum of their scores, best first. The scores of each
/// ranking count as shares of its best one.
pub fn ranking(by_words: &[(i32, f32)], by_meaning: &[(i32, f32)]) -> Vec<(i32, f32)> {
    let mut scores: HashMap<i32, f32> = HashMap::new();
    for (ranking, weight) in [(by_words, WORDS), (by_meaning, 1.0 - WORDS)] {
        let best = ranking
            .first()
            .map_or(1.0, |(_, best)| best.max(f32::MIN_POSITIVE));
        for (chunk, score) in ranking {
            *scores.entry(*chunk).or_default() += weight * (score / best).max(0.0);
        }
    }
    let mut ranking: Vec<(i32, f32)> = scores.into_iter().collect();
    ranking.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranking
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_that_both_find_come_first() {
        let found = ranking(&[(1, 9.0), (2, 6.0)], &[(3, 0.9), (2, 0.8)]);
        assert_eq!(
            found.iter().map(|(chunk, _)| *chunk).collect::<Vec<_>>(),
            [2, 1, 3]
        );
        assert!(ranking(&[], &[]).is_empty());
    }
}
