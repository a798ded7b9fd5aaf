//! Tags for the purpose, the difficulty and the fixed order of a question, which the formats cannot
//! express. Moodle keeps tags.

use super::collect::Note;
use crate::course::server::draft::QuestionPurpose;

pub const KEEP_ORDER: &str = "keep-order";
pub const PURPOSE: &str = "purpose-";
pub const DIFFICULTY: &str = "difficulty-";

pub const PURPOSES: [(&str, QuestionPurpose); 3] = [
    ("quiz", QuestionPurpose::Quiz),
    ("exam", QuestionPurpose::Exam),
    ("both", QuestionPurpose::Both),
];

pub struct Marks {
    pub purpose: QuestionPurpose,
    pub difficulty: Option<f32>,
    pub keeps_order: bool,
}

impl Marks {
    /// Reads the tags. Adds a note if there are other tags, because these are lost.
    pub fn of(tags: impl IntoIterator<Item = String>, notes: &mut Vec<Note>) -> Self {
        let mut marks = Self {
            purpose: QuestionPurpose::Quiz,
            difficulty: None,
            keeps_order: false,
        };
        let mut has_others = false;
        for tag in tags {
            // Moodle may have changed the case of a tag.
            let tag = tag.trim().to_lowercase();
            let purpose = tag.strip_prefix(PURPOSE).and_then(purpose);
            let difficulty = tag.strip_prefix(DIFFICULTY).and_then(difficulty);
            match (purpose, difficulty) {
                (Some(purpose), _) => marks.purpose = purpose,
                (_, Some(difficulty)) => marks.difficulty = Some(difficulty),
                _ if tag == KEEP_ORDER => marks.keeps_order = true,
                _ => has_others |= !tag.is_empty(),
            }
        }
        if has_others {
            notes.push(Note::new("its tags", "questions have no tags here"));
        }
        marks
    }
}

fn purpose(name: &str) -> Option<QuestionPurpose> {
    let found = PURPOSES.iter().find(|(known, _)| *known == name);
    found.map(|(_, purpose)| *purpose)
}

fn difficulty(text: &str) -> Option<f32> {
    let difficulty = text.parse().ok();
    difficulty.filter(|difficulty| (0.0..=1.0).contains(difficulty))
}
