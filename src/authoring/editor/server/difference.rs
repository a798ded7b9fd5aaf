//! The difference of two texts by lines: the longest common subsequence of their lines, with a few
//! lines around each change.

use std::ops::Range;

use crate::authoring::editor::{ChangeKind, ChangedLine};

/// Lines without a change that are shown before and after each change.
const AROUND: usize = 3;
/// Most pairs of lines that are compared, which take 4 bytes each. Texts that differ in more lines
/// are shown as one change.
const MOST_PAIRS: usize = 4_000_000;

/// Returns the lines of both texts in order. Long parts without a change become gaps.
pub fn between(before: &str, after: &str) -> Vec<ChangedLine> {
    folded(all(
        &before.lines().collect::<Vec<_>>(),
        &after.lines().collect::<Vec<_>>(),
    ))
}

fn all(before: &[&str], after: &[&str]) -> Vec<ChangedLine> {
    let line = |kind, text: &&str| ChangedLine {
        kind,
        text: (*text).to_owned(),
    };
    let mut lines = Vec::new();
    let mut at = 0;
    for change in changes(before, after) {
        let same = before[at..change.old.start].iter();
        lines.extend(same.map(|text| line(ChangeKind::Same, text)));
        at = change.old.end;
        let old = before[change.old].iter();
        lines.extend(old.map(|text| line(ChangeKind::Removed, text)));
        let new = after[change.new].iter();
        lines.extend(new.map(|text| line(ChangeKind::Added, text)));
    }
    lines.extend((before[at..].iter()).map(|text| line(ChangeKind::Same, text)));
    lines
}

/// Parts of two texts that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChange {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

/// Returns the changes from one list to the other, in order. Between them both are the same.
pub fn changes(before: &[&str], after: &[&str]) -> Vec<TextChange> {
    let head = (before.iter().zip(after))
        .take_while(|(one, other)| one == other)
        .count();
    let (before_rest, after_rest) = (&before[head..], &after[head..]);
    let tail = (before_rest.iter().rev().zip(after_rest.iter().rev()))
        .take_while(|(one, other)| one == other)
        .count();
    let old = &before_rest[..before_rest.len() - tail];
    let new = &after_rest[..after_rest.len() - tail];
    let mut found: Vec<TextChange> = Vec::new();
    let mut add = |from: (usize, usize), to: (usize, usize)| {
        if from != to {
            found.push(TextChange {
                old: head + from.0..head + to.0,
                new: head + from.1..head + to.1,
            });
        }
    };
    let (mut at_old, mut at_new) = (0, 0);
    let mut begin = (0, 0);
    if old.len().saturating_mul(new.len()) <= MOST_PAIRS {
        let common = common_lengths(old, new);
        let width = new.len() + 1;
        while at_old < old.len() && at_new < new.len() {
            let without_old = common[(at_old + 1) * width + at_new];
            let without_new = common[at_old * width + at_new + 1];
            if old[at_old] == new[at_new] {
                add(begin, (at_old, at_new));
                at_old += 1;
                at_new += 1;
                begin = (at_old, at_new);
            } else if without_old >= without_new {
                at_old += 1;
            } else {
                at_new += 1;
            }
        }
    }
    add(begin, (old.len(), new.len()));
    found
}

/// Length of the longest common subsequence of each pair of ends of both texts, row by row.
fn common_lengths(old: &[&str], new: &[&str]) -> Vec<u32> {
    let width = new.len() + 1;
    let mut common = vec![0u32; (old.len() + 1) * width];
    for row in (0..old.len()).rev() {
        for column in (0..new.len()).rev() {
            common[row * width + column] = if old[row] == new[column] {
                common[(row + 1) * width + column + 1] + 1
            } else {
                common[(row + 1) * width + column].max(common[row * width + column + 1])
            };
        }
    }
    common
}

/// Replaces long parts without a change.
fn folded(lines: Vec<ChangedLine>) -> Vec<ChangedLine> {
    let is_changed = |line: &ChangedLine| line.kind != ChangeKind::Same;
    let mut is_near = vec![false; lines.len()];
    for at in (0..lines.len()).filter(|at| is_changed(&lines[*at])) {
        let end = (at + AROUND + 1).min(lines.len());
        is_near[at.saturating_sub(AROUND)..end].fill(true);
    }
    let mut shown = Vec::new();
    let mut left_out = 0;
    for (line, is_near) in lines.into_iter().zip(is_near) {
        if is_near {
            shown.extend(gap(std::mem::take(&mut left_out)));
            shown.push(line);
        } else {
            left_out += 1;
        }
    }
    shown.extend(gap(left_out));
    shown
}

fn gap(lines: usize) -> Option<ChangedLine> {
    let text = match lines {
        0 => return None,
        1 => "1 line without a change".to_owned(),
        lines => format!("{lines} lines without a change"),
    };
    Some(ChangedLine {
        kind: ChangeKind::Gap,
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(before: &str, after: &str) -> String {
        let lines = between(before, after)
            .into_iter()
            .map(|line| match line.kind {
                ChangeKind::Same => format!(" {}", line.text),
                ChangeKind::Added => format!("+{}", line.text),
                ChangeKind::Removed => format!("-{}", line.text),
                ChangeKind::Gap => format!("…{}", line.text),
            });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn changes_are_shown_with_lines_around_them() {
        assert_eq!(written("a\nb\nc", "a\nx\nc"), " a\n-b\n+x\n c");
        assert_eq!(written("", "a"), "+a");
        assert_eq!(written("a", ""), "-a");
        assert_eq!(written("a\nb\na\nc", "b\na\nd\nc"), "-a\n b\n a\n+d\n c");
        let long: Vec<String> = (1..=20).map(|n| n.to_string()).collect();
        let changed = written(&long.join("\n"), &long.join("\n").replace("10", "ten"));
        assert_eq!(
            changed,
            "…6 lines without a change\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n…7 lines without a change"
        );
    }

    #[test]
    fn very_different_texts_are_one_change() {
        let text = |word: &str| {
            (0..2_100)
                .map(|n| format!("{word}{n}\n"))
                .collect::<String>()
        };
        let lines = between(&text("a"), &text("b"));
        assert_eq!(lines.len(), 4_200);
    }
}
