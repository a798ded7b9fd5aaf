//! Limits of answers and of question files, for the server's checks and the sentences of pages.

/// Longest answer, in characters.
pub const ANSWER_CHARACTERS: u32 = 5_000;
/// Size of the largest file that is read, pictures included, in bytes.
pub const MAX_FILE_BYTES: usize = 20 * 1024 * 1024;
/// Size of the largest text that is read, without pictures, in bytes.
pub const MAX_BYTES: usize = 5 * 1024 * 1024;
/// Most questions of one file.
pub const MAX_QUESTIONS: usize = 2_000;
