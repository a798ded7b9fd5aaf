//! The report of an import: notes about questions and parts that were left out, grouped by reason.

use std::collections::HashMap;

use crate::course::server::draft::QuestionDraft;
use crate::question_bank::authoring::{ImportReport, LeftOutGroup};
use crate::question_bank::server::exchange::Imported;

/// Most lines of a report about missing questions, and most groups of notes.
pub const LINES: usize = 500;

/// Adds a note about a question that is imported in another way than its file asks.
pub fn note(report: &mut ImportReport, why: &str, item: String) {
    let groups = &mut report.left_out;
    let group = groups
        .iter_mut()
        .find(|group| !group.is_refused && group.why == why);
    match group {
        Some(group) if group.items.len() < NAMED => group.items.push(item),
        Some(group) => group.more += 1,
        None => groups.push(LeftOutGroup {
            is_refused: false,
            why: why.to_owned(),
            items: vec![item],
            more: 0,
        }),
    }
}

/// Returns the first 80 characters of the prompt, enough to recognize a question in a report.
pub fn beginning(question: &QuestionDraft) -> String {
    question.prompt.chars().take(80).collect()
}

/// Returns the report of a file before its questions are imported.
pub fn begun(file: &str, imported: &Imported) -> ImportReport {
    let left_out = grouped(imported);
    ImportReport {
        file: file.chars().take(200).collect(),
        refused: imported.refused.len(),
        left_out,
        ..ImportReport::default()
    }
}

/// Most items that a group of notes names. Refused questions are all named.
const NAMED: usize = 20;

/// Groups the notes of a file by reason, refused questions first.
pub fn grouped(imported: &Imported) -> Vec<LeftOutGroup> {
    let mut groups: Vec<LeftOutGroup> = Vec::new();
    let mut places: HashMap<(bool, &str), usize> = HashMap::new();
    let mut refused = imported.refused.iter().peekable();
    for (at, left_out) in imported.left_out.iter().enumerate() {
        let is_refused = refused.next_if(|place| **place == at).is_some();
        let place = *places
            .entry((is_refused, left_out.why.as_str()))
            .or_insert_with(|| {
                groups.push(LeftOutGroup {
                    is_refused,
                    why: left_out.why.clone(),
                    items: Vec::new(),
                    more: 0,
                });
                groups.len() - 1
            });
        let group = &mut groups[place];
        match is_refused || group.items.len() < NAMED {
            true => group.items.push(left_out.item.clone()),
            false => group.more += 1,
        }
    }
    groups.sort_by_key(|group| !group.is_refused);
    let refusals = groups.iter().filter(|group| group.is_refused).count();
    groups.truncate(refusals + LINES);
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question_bank::server::exchange::read;

    #[test]
    fn equal_notes_are_one_group_and_refusals_are_named_one_by_one() {
        let noted = "::n::Which?{=%50%a =%50%b ~%-100%c}\n\n// [tag:x]\nSo?{T}\n\n".repeat(600);
        let refused = "::essay 1::Tell.{}\n\n::order::Say {=*}\n\n::essay 2::Tell more.{}\n";
        let imported = read("a.gift", format!("{noted}{refused}").as_bytes()).unwrap();
        let report = begun("a.gift", &imported);
        assert_eq!(report.refused, 3);
        let [essays, order, tags] = report.left_out.as_slice() else {
            panic!("{:?}", report.left_out);
        };
        assert!(essays.is_refused && order.is_refused && !tags.is_refused);
        assert_eq!(
            essays.items,
            ["Question 1201 'essay 1'", "Question 1203 'essay 2'"]
        );
        assert_eq!((tags.items.len(), tags.more), (20, 580));
    }
}
