//! Latent semantic analysis (Deerwester and others, 1990): gives the terms of a course directions
//! such that terms which occur with the same others point alike. Chunks and questions are then
//! compared by meaning rather than by their words. Everything comes from the course's own text.

use std::collections::{BTreeMap, HashMap};

/// Dimensions of the space of a large course.
pub const DIMENSIONS: usize = 200;

/// Rounds of the iteration that finds the space. Later ones change no ranking.
const ROUNDS: usize = 5;

/// Share of the largest length below which a direction is noise of the arithmetic.
const NEGLIGIBLE: f64 = 1e-12;

/// The space of a course.
pub struct Space<'a> {
    /// Of each chunk its direction, of length 1. All zeros if the chunk has no known term.
    pub chunks: Vec<Vec<f32>>,
    /// Of each term its direction times its weight in a question.
    pub terms: BTreeMap<&'a str, Vec<f32>>,
}

/// Finds the space of a course, given the terms of each chunk.
pub fn space<'a>(chunks: &'a [Vec<&'a str>]) -> Space<'a> {
    let (rows, weights) = weighted(chunks);
    let dimensions = DIMENSIONS.min(rows.len() / 2).min(weights.len() / 2);
    let mut basis = random(weights.len(), dimensions);
    orthonormalize(&mut basis, dimensions);
    for _ in 0..ROUNDS {
        let projected = project(&rows, &basis, dimensions);
        basis = gather(&rows, &projected, weights.len(), dimensions);
        orthonormalize(&mut basis, dimensions);
    }
    let mut found = project(&rows, &basis, dimensions);
    for chunk in &mut found {
        normalize(chunk);
    }
    let terms = weights.iter().zip(&basis);
    let terms = terms.map(|((term, weight), direction)| {
        (*term, direction.iter().map(|part| part * weight).collect())
    });
    Space {
        chunks: found,
        terms: terms.collect(),
    }
}

/// Returns the direction of a question, of length 1, given the directions of its terms. None if no
/// term is known.
pub fn direction<'a>(terms: impl Iterator<Item = &'a [f32]>) -> Option<Vec<f32>> {
    let mut sum: Vec<f32> = Vec::new();
    for term in terms {
        sum.resize(sum.len().max(term.len()), 0.0);
        add(&mut sum, term, 1.0);
    }
    normalize(&mut sum);
    sum.iter().any(|part| *part != 0.0).then_some(sum)
}

/// A sparse row: the numbers of the terms with their weights.
type SparseRow = Vec<(usize, f32)>;

/// Returns the chunks as rows of length 1 over the terms that occur in several chunks, and the
/// terms with their weights in a question.
fn weighted<'a>(chunks: &'a [Vec<&'a str>]) -> (Vec<SparseRow>, Vec<(&'a str, f32)>) {
    let counts: Vec<BTreeMap<&str, f32>> = chunks.iter().map(|terms| count(terms)).collect();
    let mut having: BTreeMap<&str, f32> = BTreeMap::new();
    for term in counts.iter().flat_map(BTreeMap::keys) {
        *having.entry(term).or_default() += 1.0;
    }
    let all = chunks.len() as f32;
    let weights: Vec<(&str, f32)> = having
        .into_iter()
        .filter(|(_, having)| *having > 1.0)
        .map(|(term, having)| (term, ((all + 1.0) / (having + 0.5)).ln()))
        .collect();
    let numbers: HashMap<&str, usize> = weights
        .iter()
        .enumerate()
        .map(|(number, (term, _))| (*term, number))
        .collect();
    let rows = counts.into_iter().map(|counts| {
        let known = counts.into_iter().filter_map(|(term, count)| {
            let number = *numbers.get(term)?;
            Some((number, (1.0 + count.ln()) * weights[number].1))
        });
        let mut row: SparseRow = known.collect();
        let length = row.iter().map(|(_, part)| part * part).sum::<f32>().sqrt();
        for (_, part) in &mut row {
            *part /= length.max(f32::MIN_POSITIVE);
        }
        row
    });
    (rows.collect(), weights)
}

fn count<'a>(terms: &[&'a str]) -> BTreeMap<&'a str, f32> {
    let mut counts = BTreeMap::new();
    for term in terms {
        *counts.entry(*term).or_default() += 1.0;
    }
    counts
}

/// Returns the same numbers between −0.5 and 0.5 each time, so that a course has one index.
fn random(rows: usize, columns: usize) -> Vec<Vec<f32>> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        // xorshift64* (Vigna, 2016); the upper bits are the good ones.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let bits = state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 48;
        f32::from(u16::try_from(bits).unwrap_or_default()) / 65_536.0 - 0.5
    };
    let mut row = || (0..columns).map(|_| next()).collect();
    (0..rows).map(|_| row()).collect()
}

/// Multiplies the rows with the basis.
fn project(rows: &[SparseRow], basis: &[Vec<f32>], dimensions: usize) -> Vec<Vec<f32>> {
    let project = |row: &SparseRow| {
        let mut sum = vec![0.0; dimensions];
        for (number, weight) in row {
            add(&mut sum, &basis[*number], *weight);
        }
        sum
    };
    rows.iter().map(project).collect()
}

/// Multiplies the transposed rows with their projections.
fn gather(
    rows: &[SparseRow],
    projected: &[Vec<f32>],
    terms: usize,
    dimensions: usize,
) -> Vec<Vec<f32>> {
    let mut sums = vec![vec![0.0; dimensions]; terms];
    for (row, projected) in rows.iter().zip(projected) {
        for (number, weight) in row {
            add(&mut sums[*number], projected, *weight);
        }
    }
    sums
}

/// Makes the columns orthogonal and of length 1 (Cholesky QR). Columns that depend on others become
/// zero.
fn orthonormalize(rows: &mut [Vec<f32>], columns: usize) {
    let mut products = vec![vec![0.0_f64; columns]; columns];
    for row in rows.iter() {
        for (products, one) in products.iter_mut().zip(row) {
            for (product, other) in products.iter_mut().zip(row) {
                *product += f64::from(*one) * f64::from(*other);
            }
        }
    }
    let factor = cholesky(products);
    for row in rows {
        for at in 0..columns {
            let known: f64 = (0..at)
                .map(|other| factor[at][other] * f64::from(row[other]))
                .sum();
            row[at] = match factor[at][at] {
                0.0 => 0.0,
                length => narrow((f64::from(row[at]) - known) / length),
            };
        }
    }
}

/// Returns the lower triangle whose product with its transpose is the matrix. Its diagonal is 0
/// where a column depends on earlier ones.
fn cholesky(mut matrix: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let largest = (0..matrix.len())
        .map(|at| matrix[at][at])
        .fold(0.0, f64::max);
    for at in 0..matrix.len() {
        for other in 0..=at {
            let known: f64 = (0..other)
                .map(|inner| matrix[at][inner] * matrix[other][inner])
                .sum();
            let rest = matrix[at][other] - known;
            matrix[at][other] = if other == at {
                match rest > largest * NEGLIGIBLE {
                    true => rest.sqrt(),
                    false => 0.0,
                }
            } else if matrix[other][other] == 0.0 {
                0.0
            } else {
                rest / matrix[other][other]
            };
        }
    }
    matrix
}

fn add(sum: &mut [f32], part: &[f32], weight: f32) {
    for (sum, part) in sum.iter_mut().zip(part) {
        *sum += part * weight;
    }
}

fn normalize(vector: &mut [f32]) {
    let length = vector.iter().map(|part| part * part).sum::<f32>().sqrt();
    if length > 0.0 {
        for part in vector {
            *part /= length;
        }
    }
}

fn narrow(value: f64) -> f32 {
    value as f32
}

/// Stores a direction in a byte for each dimension, after the scale as four bytes.
pub fn to_bytes(direction: &[f32]) -> Vec<u8> {
    let largest = direction
        .iter()
        .fold(0.0_f32, |most, part| most.max(part.abs()));
    let scale = (largest / 127.0).max(f32::MIN_POSITIVE);
    let mut bytes = scale.to_le_bytes().to_vec();
    bytes.extend(direction.iter().map(|part| {
        let step = (part / scale).round().clamp(-127.0, 127.0) as i8;
        step.to_le_bytes()[0]
    }));
    bytes
}

/// Reads a direction that [`to_bytes`] stored. Empty if it is none.
pub fn from_bytes(bytes: &[u8]) -> Vec<f32> {
    let Some((scale, steps)) = bytes.split_first_chunk() else {
        return Vec::new();
    };
    let scale = f32::from_le_bytes(*scale);
    let steps = steps.iter().map(|step| i8::from_le_bytes([*step]));
    steps.map(|step| f32::from(step) * scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosine(one: &[f32], other: &[f32]) -> f32 {
        one.iter().zip(other).map(|(one, other)| one * other).sum()
    }

    #[test]
    fn chunks_about_the_same_are_near_without_a_common_word() {
        let chunks = [
            vec!["car", "engine", "wheel"],
            vec!["automobile", "engine", "wheel"],
            vec!["car", "engine", "road"],
            vec!["automobile", "wheel", "road"],
            vec!["bread", "flour", "oven"],
            vec!["loaf", "flour", "oven"],
            vec!["bread", "oven", "yeast"],
            vec!["loaf", "yeast", "flour"],
        ];
        let space = space(&chunks);
        let asked = direction([space.terms["car"].as_slice()].into_iter()).expect("a known term");
        let near = cosine(&asked, &space.chunks[1]);
        let far = cosine(&asked, &space.chunks[5]);
        assert!(near > far + 0.05, "{near} {far}");
        assert_eq!(direction(std::iter::empty()), None);
    }

    #[test]
    fn small_and_uniform_courses_have_a_space() {
        assert!(space(&[]).terms.is_empty());
        let same = vec![vec!["word", "other"]; 6];
        let space = space(&same);
        assert!(space.chunks.iter().flatten().all(|part| part.is_finite()));
    }

    #[test]
    fn a_stored_direction_is_nearly_the_same() {
        let direction = [0.5, -0.25, 0.0, 0.001];
        let read = from_bytes(&to_bytes(&direction));
        for (one, other) in direction.iter().zip(&read) {
            assert!((one - other).abs() < 0.003);
        }
        assert!(from_bytes(&[1, 2]).is_empty());
    }
}
