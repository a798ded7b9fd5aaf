//! Exams as tutors make and follow them.
