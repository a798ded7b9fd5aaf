//! Limits of a course's parts. Lengths are in characters. docs/course-format.md has the same table.

pub const FILE_BYTES: u64 = 20 * 1024 * 1024;
pub const TEXT_FILE_BYTES: u64 = 1024 * 1024;
pub const FILES: usize = 5_000;
pub const FOLDER_DEPTH: usize = 8;

pub const KEY: usize = 80;
pub const TITLE: usize = 120;
pub const SUMMARY: usize = 300;
pub const DESCRIPTION: usize = 20_000;
pub const TAGS: usize = 10;
pub const TAG: usize = 30;
pub const AUTHORS: usize = 20;
pub const AUTHOR: usize = 100;
pub const OUTCOMES: usize = 20;
pub const OUTCOME: usize = 200;
pub const LICENSE: usize = 300;
pub const PRICE_CENTS: i64 = 10_000_000;
pub const MODULES: usize = 100;
pub const TOPICS: usize = 100;

pub const TOPIC_TEXT: usize = 200_000;
pub const BLOCKS: usize = 100;
pub const SLIDES: usize = 100;
pub const SLIDE: usize = 20_000;
pub const CODE: usize = 20_000;
pub const LANGUAGE: usize = 40;
pub const CAPTION: usize = 500;
pub const CAPTION_FILES: usize = 20;
pub const ADDRESS: usize = 2_000;

pub const QUESTIONS: usize = 100;
pub const PROMPT: usize = 4_000;
pub const OPTIONS: usize = 10;
pub const OPTION: usize = 1_000;
pub const ANSWERS: usize = 20;
pub const ANSWER: usize = 200;
pub const ITEMS: usize = 10;
pub const ITEM: usize = 500;
pub const PROGRAM: usize = 10_000;
pub const OUTPUT: usize = 4_000;

pub const COLD_CALLS: usize = 20;
pub const COLD_CALL: usize = 2_000;
pub const HELPER_TEXT: usize = 1_000;
pub const SUGGESTIONS: usize = 10;
pub const SUGGESTION_LEVELS: usize = 4;
pub const SUGGESTION: usize = 300;
pub const SUGGESTION_ANSWER: usize = 8_000;
pub const SIMULATIONS: usize = 10;
pub const BRIEF: usize = 20_000;
pub const RUBRIC: usize = 20;
pub const CRITERION: usize = 300;
pub const CHECKS: usize = 30;
