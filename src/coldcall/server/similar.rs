//! Groups answers by the words that they use and by what these mean in the course, joined by
//! average linkage. Similarity is the cosine of TF-IDF vectors, plus a share of the cosine of
//! directions in the course's space of meaning.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Answers are in one group if their average similarity is at least this.
///
/// Chosen with the sorted answers in `benches/answers/cold-calls.toml`, together with
/// [`MEANING_WEIGHT`]: of the pairs in one group 0.65 say the same, and 0.24 of the pairs that say
/// the same are in one group. By words alone these are 0.45 and 0.11. A wrong pair costs a tutor
/// more than one that is not found, so that the former decides.
const SIMILAR: f64 = 0.07;

/// Weight of the meaning beside the words.
const MEANING_WEIGHT: f64 = 0.15;

/// More answers are not compared, because the work grows with the cube of their number.
pub const MOST_ANSWERS: usize = 300;

/// The most frequent words of English prose, which say nothing of what a group is about.
const STOP_WORDS: [&str; 120] = [
    "the", "be", "to", "of", "and", "a", "in", "that", "have", "i", "it", "for", "not", "on",
    "with", "he", "as", "you", "do", "at", "this", "but", "his", "by", "from", "they", "we", "say",
    "her", "she", "or", "an", "will", "my", "one", "all", "would", "there", "their", "what", "so",
    "up", "out", "if", "about", "who", "get", "which", "go", "me", "when", "make", "can", "like",
    "no", "just", "him", "know", "take", "into", "your", "some", "could", "them", "see", "other",
    "than", "then", "now", "only", "come", "its", "over", "think", "also", "back", "after", "use",
    "how", "our", "even", "new", "want", "because", "any", "these", "give", "most", "us", "is",
    "are", "was", "were", "been", "has", "had", "did", "does", "more", "very", "such", "may",
    "should", "must", "much", "many", "each", "own", "those", "where", "why", "too", "being",
    "got", "made", "same", "every", "don", "didn", "while",
];

/// A group of similar texts.
#[derive(Debug, Clone, PartialEq)]
pub struct SimilarGroup {
    /// Indices of the texts, in ascending order.
    pub members: Vec<usize>,
    /// Words that most of the texts share, heaviest first. Neither frequent words nor those of the
    /// prompt are among them.
    pub words: Vec<String>,
}

/// Returns the groups of at least two answers to a prompt, largest first, and the indices of the
/// others. `meanings` are the directions of the texts, as far as they are known.
pub fn groups(
    texts: &[&str],
    prompt: &str,
    meanings: &[Option<Vec<f32>>],
) -> (Vec<SimilarGroup>, Vec<usize>) {
    let compared = texts.len().min(MOST_ANSWERS);
    let mut stops: BTreeSet<String> = STOP_WORDS.iter().flat_map(|word| words(word)).collect();
    let said = texts.iter().take(compared).map(|text| {
        let words = words(text).into_iter();
        words.filter(|word| !stops.contains(word)).collect()
    });
    let vectors = vectors(&said.collect::<Vec<_>>());
    let meanings = centered(meanings, compared);
    stops.extend(words(prompt));
    let mut groups: Vec<SimilarGroup> = Vec::new();
    let mut outliers: Vec<usize> = (compared..texts.len()).collect();
    for members in join(similarities(&vectors, &meanings)) {
        match members.as_slice() {
            [alone] => outliers.push(*alone),
            _ => groups.push(SimilarGroup {
                words: shared_words(&members, &vectors, &stops)
                    .into_iter()
                    .map(|word| most_written(word, texts))
                    .collect(),
                members,
            }),
        }
    }
    outliers.sort_unstable();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.members.len()), group.members[0]));
    (groups, outliers)
}

/// The words of a text: lowercase, of at least three letters, without a plural's s.
fn words(text: &str) -> Vec<String> {
    written_words(text).map(|word| stem(&word)).collect()
}

/// The words of a text as they are written, in lowercase.
fn written_words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= 3)
        .map(str::to_lowercase)
}

fn stem(word: &str) -> String {
    match word.strip_suffix('s') {
        Some(stem) if stem.chars().count() >= 3 && !stem.ends_with('s') => stem.to_owned(),
        _ => word.to_owned(),
    }
}

/// Returns the form in which the texts write a word most often.
fn most_written(word: String, texts: &[&str]) -> String {
    let mut forms: BTreeMap<String, usize> = BTreeMap::new();
    let written = texts.iter().flat_map(|text| written_words(text));
    for form in written.filter(|form| stem(form) == word) {
        *forms.entry(form).or_default() += 1;
    }
    let most = forms.into_iter().max_by_key(|(_, count)| *count);
    most.map_or(word, |(form, _)| form)
}

type WordVector = BTreeMap<String, f64>;

/// TF-IDF vectors of length 1: (1 + ln tf) · ln((N + 1) / df). A word of all texts weighs little.
///
/// Source: Manning, Raghavan, Schütze, "Introduction to Information Retrieval", section 6.4.
fn vectors(texts: &[Vec<String>]) -> Vec<WordVector> {
    let mut frequency: HashMap<&str, usize> = HashMap::new();
    for text in texts {
        for word in text.iter().collect::<BTreeSet<_>>() {
            *frequency.entry(word).or_default() += 1;
        }
    }
    let all = texts.len() as f64 + 1.0;
    texts
        .iter()
        .map(|text| {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for word in text {
                *counts.entry(word).or_default() += 1;
            }
            let mut vector: WordVector = counts
                .into_iter()
                .map(|(word, count)| {
                    let weight = (1.0 + (count as f64).ln()) * (all / frequency[word] as f64).ln();
                    (word.to_owned(), weight)
                })
                .collect();
            let length = vector.values().map(|weight| weight * weight).sum::<f64>();
            let length = length.sqrt();
            if length > 0.0 {
                vector.values_mut().for_each(|weight| *weight /= length);
            }
            vector
        })
        .collect()
}

fn cosine(one: &WordVector, other: &WordVector) -> f64 {
    one.iter()
        .filter_map(|(word, weight)| Some(weight * other.get(word)?))
        .sum()
}

/// Returns the directions without what all answers have in common, which is the prompt's subject,
/// each of length 1. Empty where it is unknown.
fn centered(meanings: &[Option<Vec<f32>>], count: usize) -> Vec<Vec<f64>> {
    let known: Vec<&Vec<f32>> = meanings.iter().take(count).flatten().collect();
    let dimensions = known.first().map_or(0, |direction| direction.len());
    let mut mean = vec![0.0; dimensions];
    for direction in &known {
        for (sum, part) in mean.iter_mut().zip(direction.iter()) {
            *sum += f64::from(*part) / known.len() as f64;
        }
    }
    let center = |direction: &Vec<f32>| {
        let parts = direction.iter().zip(&mean);
        let parts: Vec<f64> = parts.map(|(part, mean)| f64::from(*part) - mean).collect();
        let length = parts.iter().map(|part| part * part).sum::<f64>().sqrt();
        match length > 1e-6 {
            true => parts.into_iter().map(|part| part / length).collect(),
            false => Vec::new(),
        }
    };
    (0..count)
        .map(|at| match meanings.get(at) {
            Some(Some(direction)) => center(direction),
            _ => Vec::new(),
        })
        .collect()
}

/// Returns the similarity of each pair of answers.
fn similarities(vectors: &[WordVector], meanings: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let pair = |one: usize, other: usize| {
        let parts = meanings[one].iter().zip(&meanings[other]);
        let meaning: f64 = parts.map(|(one, other)| one * other).sum();
        cosine(&vectors[one], &vectors[other]) + MEANING_WEIGHT * meaning.max(0.0)
    };
    let all = 0..vectors.len();
    all.clone()
        .map(|one| all.clone().map(|other| pair(one, other)).collect())
        .collect()
}

/// Joins the two most similar groups until none are similar enough. `sums` are the similarities of
/// the pairs.
fn join(mut sums: Vec<Vec<f64>>) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = (0..sums.len()).map(|at| vec![at]).collect();
    // From here on, sums of the similarities of all pairs between two groups.
    loop {
        let mut best: Option<(f64, usize, usize)> = None;
        for one in 0..groups.len() {
            for other in one + 1..groups.len() {
                let pairs = (groups[one].len() * groups[other].len()) as f64;
                let similarity = sums[one][other] / pairs;
                if similarity >= SIMILAR && best.is_none_or(|(most, ..)| similarity > most) {
                    best = Some((similarity, one, other));
                }
            }
        }
        let Some((_, one, other)) = best else { break };
        let joined = groups.remove(other);
        groups[one].extend(joined);
        let gone = sums.remove(other);
        for (at, row) in sums.iter_mut().enumerate() {
            let sum = row.remove(other);
            if at != one {
                row[one] += sum;
            }
        }
        for (at, sum) in gone.into_iter().enumerate().filter(|(at, _)| *at != other) {
            let at = if at > other { at - 1 } else { at };
            if at != one {
                sums[one][at] += sum;
            }
        }
    }
    for group in &mut groups {
        group.sort_unstable();
    }
    groups
}

/// Returns up to four words that more than half of the texts have, without stop words.
fn shared_words(
    members: &[usize],
    vectors: &[WordVector],
    stops: &BTreeSet<String>,
) -> Vec<String> {
    let mut totals: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
    for at in members {
        for (word, weight) in vectors[*at].iter().filter(|(_, weight)| **weight > 0.0) {
            let (count, total) = totals.entry(word).or_default();
            *count += 1;
            *total += weight;
        }
    }
    let mut shared: Vec<(f64, &str)> = totals
        .into_iter()
        .filter(|(word, (count, _))| count * 2 > members.len() && !stops.contains(*word))
        .map(|(word, (_, total))| (total, word))
        .collect();
    shared.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    shared
        .into_iter()
        .take(4)
        .map(|(_, word)| word.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ANSWERS: [&str; 8] = [
        "The median, because a few high salaries pull the mean up.",
        "I would publish the median: high salaries distort the mean.",
        "Median salaries, since the mean follows a few very high ones.",
        "Publish the lowest tenth, so that poor households are seen.",
        "The lowest tenth percentile, because poor households disappear in any average.",
        "Show households at the lowest tenth. Poor people count too.",
        "Nothing. One figure always lies, print the histogram instead.",
        "Ask the mayor.",
    ];

    #[test]
    fn answers_that_say_the_same_are_one_group() {
        let (groups, outliers) = groups(&ANSWERS, "", &[]);
        let members: Vec<_> = groups.iter().map(|group| group.members.clone()).collect();
        assert_eq!(members, [[0, 1, 2], [3, 4, 5]]);
        assert_eq!(outliers, [6, 7]);
        assert!(groups[0].words.contains(&"median".to_owned()), "{groups:?}");
        assert!(groups[1].words.contains(&"tenth".to_owned()), "{groups:?}");
    }

    #[test]
    fn nothing_is_similar_to_nothing() {
        assert_eq!(groups(&[], "Why?", &[]), (vec![], vec![]));
        assert_eq!(groups(&["", "x", ""], "", &[]).1, [0, 1, 2]);
        assert_eq!(groups(&["the same words"], "", &[]).1, [0]);
    }

    #[test]
    fn the_words_of_a_group_are_neither_frequent_nor_those_of_the_prompt() {
        let answers = [
            "The person who read this would remember the harbour.",
            "This was the harbour, and the person who read it would remember.",
            "The harbour: the person would remember what they read of this.",
            "Ask the mayor.",
        ];
        let (found, _) = groups(&answers, "What does a person who reads this remember?", &[]);
        assert_eq!(found[0].members, [0, 1, 2]);
        assert_eq!(found[0].words, ["harbour"]);
        let (found, _) = groups(
            &answers,
            "Which persons read and remember the harbours?",
            &[],
        );
        assert_eq!(found[0].words, [""; 0]);
    }

    #[test]
    fn more_answers_than_are_compared_are_outliers() {
        let texts: Vec<String> = (0..MOST_ANSWERS + 3)
            .map(|n| format!("word{n} other{n}"))
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(groups(&texts, "", &[]).1.len(), MOST_ANSWERS + 3);
    }

    #[test]
    fn answers_without_a_common_word_are_joined_by_their_meaning() {
        let texts = ["Median.", "The middle one.", "Divide!", "A quotient."];
        let meanings = [[1.0, 0.1], [1.0, 0.0], [0.0, 1.0], [0.1, 1.0]];
        let meanings = meanings.map(|direction| Some(direction.to_vec()));
        let members = |meanings| {
            let (found, _) = groups(&texts, "", meanings);
            found.into_iter().map(|group| group.members).collect()
        };
        let by_words: Vec<Vec<usize>> = members(&[]);
        assert_eq!(by_words, [[0; 0]; 0]);
        assert_eq!(members(&meanings), [[0, 1], [2, 3]]);
    }

    proptest! {
        /// Each text is in one group or among the outliers, and the order of texts decides nothing.
        #[test]
        fn every_text_has_one_place(texts in proptest::collection::vec("[a-d]{3}( [a-d]{3}){0,4}", 0..12)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let (found, outliers) = groups(&texts, "", &[]);
            let mut places: Vec<usize> = found.iter().flat_map(|group| group.members.clone()).collect();
            places.extend(&outliers);
            places.sort_unstable();
            prop_assert_eq!(places, (0..texts.len()).collect::<Vec<_>>());
            prop_assert!(found.iter().all(|group| group.members.len() > 1));
        }
    }
}
