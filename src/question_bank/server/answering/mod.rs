//! Answering of frozen questions, as attempts at quizzes and sittings of exams share it: reading a
//! form, saving its answer, the time limit, the part that an address shows, and refusals. Grading
//! is in `question_bank::server::grade`.

pub mod form_hash;
pub mod read_form;
pub mod refusals;
pub mod save_answer;
pub mod shown_part;
pub mod timing;
