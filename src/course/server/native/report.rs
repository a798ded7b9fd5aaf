//! Collects mistakes. Reading goes on after a mistake, so that an author sees all of them at once.

use std::cell::RefCell;
use std::path::Path;

use crate::course::server::draft::CourseError;

#[derive(Debug, Default)]
pub struct Mistakes(RefCell<Vec<CourseError>>);

impl Mistakes {
    pub fn add(&self, file: &Path, line: Option<usize>, message: impl Into<String>) {
        let error = CourseError {
            file: file.to_path_buf(),
            line,
            message: message.into(),
        };
        self.0.borrow_mut().push(error);
    }

    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Returns the mistakes by file and line. A mistake that was met twice, as in a file of two
    /// topics, is listed once.
    pub fn into_errors(self) -> Vec<CourseError> {
        let mut errors = self.0.into_inner();
        errors.sort_by(|a, b| (&a.file, a.line, &a.message).cmp(&(&b.file, b.line, &b.message)));
        errors.dedup();
        errors
    }
}
