//! Ranking of search results: how much a hit counts, by the part of the text that it is in. The
//! index stores the letter of the part with each word. A search sends the weights of the letters to
//! the SQL functions `search_courses` and `search_topics`, which return PostgreSQL's `ts_rank`. The
//! migration named search_weights makes these functions.

/// Title of a topic or a course. A changed letter needs a higher [`VERSION`](super::VERSION).
pub(super) const TITLE: char = 'A';
/// Summary, tags and authors of a course.
pub(super) const ABOUT: char = 'B';
/// Text of a topic; for a course, the titles of its topics.
pub(super) const CONTENT: char = 'C';

/// Weights of the letters D, C, B and A, in the order that `ts_rank` expects. Nothing has the
/// letter D. The weights apply to the next search, without a new index.
pub const WEIGHTS: &[f32] = &[0.1, 0.2, 0.4, 1.0];
