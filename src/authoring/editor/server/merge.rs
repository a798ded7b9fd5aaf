//! Merges two changes of one text by paragraphs, as diff3 does: what only one side has changed is
//! taken from that side. A person decides about paragraphs that both have changed.

use std::ops::Range;

use super::difference::{TextChange, changes};
use crate::authoring::editor::{ConflictPlace, Prefer, TextEdit};

/// Put between paragraphs of different origin that would run together.
const BREAK: &str = "\n\n";

#[derive(Debug, Clone, PartialEq, Eq)]
enum MergedPart {
    Text(String),
    Conflict(ConflictPlace),
}

/// Two changes of one text, merged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MergedText(Vec<MergedPart>);

impl MergedText {
    /// The paragraphs that both sides have changed, in order.
    pub fn conflicts(&self) -> Vec<ConflictPlace> {
        let places = self.0.iter().filter_map(|part| match part {
            MergedPart::Text(_) => None,
            MergedPart::Conflict(place) => Some(place.clone()),
        });
        places.collect()
    }

    /// The merged text. None if both sides have changed the same paragraphs.
    pub fn text(&self) -> Option<String> {
        let is_decided = self
            .0
            .iter()
            .all(|part| matches!(part, MergedPart::Text(_)));
        is_decided.then(|| self.decided(Prefer::Both))
    }

    /// The merged text, with one side or with both where both have changed.
    pub fn decided(&self, prefer: Prefer) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match (part, prefer) {
                (MergedPart::Text(part), _) => join(&mut text, part),
                (MergedPart::Conflict(place), Prefer::Mine) => join(&mut text, &place.mine),
                (MergedPart::Conflict(place), Prefer::Theirs) => join(&mut text, &place.theirs),
                (MergedPart::Conflict(place), Prefer::Both) => {
                    join(&mut text, &place.theirs);
                    join(&mut text, &place.mine);
                }
            }
        }
        text
    }

    fn add(&mut self, text: String) {
        if !text.is_empty() {
            self.0.push(MergedPart::Text(text));
        }
    }
}

fn join(text: &mut String, next: &str) {
    let runs_together =
        !text.is_empty() && !next.is_empty() && !text.ends_with('\n') && !next.starts_with('\n');
    if runs_together {
        text.push_str(BREAK);
    }
    text.push_str(next);
}

/// A change of one side.
#[derive(Clone, Copy)]
struct SideChange<'c> {
    change: &'c TextChange,
    is_mine: bool,
}

/// Merges two changes of `base`.
pub fn merge(base: &str, mine: &str, theirs: &str) -> MergedText {
    let (old, my, their) = (pieces(base), pieces(mine), pieces(theirs));
    let (my_changes, their_changes) = (changes(&old, &my), changes(&old, &their));
    let side = |is_mine| move |change| SideChange { change, is_mine };
    let mut all: Vec<SideChange<'_>> = (their_changes.iter().map(side(false)))
        .chain(my_changes.iter().map(side(true)))
        .collect();
    // Of two additions to one place, the saved one comes first.
    all.sort_by_key(|side| (side.change.old.start, side.change.old.end, side.is_mine));
    let mut merged = MergedText::default();
    let (mut at, mut next) = (0, 0);
    while let Some(first) = all.get(next) {
        let mut range = first.change.old.clone();
        let begin = next;
        next += 1;
        while let Some(other) = all.get(next).filter(|other| overlaps(&range, other.change)) {
            range.end = range.end.max(other.change.old.end);
            next += 1;
        }
        let group = &all[begin..next];
        merged.add(old[at..range.start].concat());
        at = range.end;
        let is_changed = |is_mine| group.iter().any(|side| side.is_mine == is_mine);
        let one = side_of(&range, group, true, (&old, &my));
        let other = side_of(&range, group, false, (&old, &their));
        match (is_changed(true), is_changed(false)) {
            (true, false) => merged.add(one),
            (false, _) => merged.add(other),
            (true, true) if range.is_empty() => match (has(&one, &other), has(&other, &one)) {
                (true, _) => merged.add(one),
                (_, true) => merged.add(other),
                _ => {
                    merged.add(other);
                    merged.add(one);
                }
            },
            (true, true) if one == other => merged.add(one),
            (true, true) => merged.0.push(MergedPart::Conflict(ConflictPlace {
                base: old[range].concat(),
                mine: one,
                theirs: other,
            })),
        }
    }
    merged.add(old[at..].concat());
    merged
}

/// Two whole texts whose common origin is not known.
pub fn without_base(mine: &str, theirs: &str) -> MergedText {
    if mine == theirs {
        return MergedText(vec![MergedPart::Text(mine.to_owned())]);
    }
    MergedText(vec![MergedPart::Conflict(ConflictPlace {
        base: String::new(),
        mine: mine.to_owned(),
        theirs: theirs.to_owned(),
    })])
}

/// Returns true if the change has a piece of the range, or adds inside of it. Two additions to the
/// same place belong together.
fn overlaps(range: &Range<usize>, change: &TextChange) -> bool {
    let old = &change.old;
    old.start < range.end || range.is_empty() && old.is_empty() && old.start == range.start
}

/// Returns true if all pieces of the other text are in this one, side by side.
fn has(text: &str, other: &str) -> bool {
    let (all, part) = (pieces(text), pieces(other));
    part.is_empty() || all.windows(part.len()).any(|window| window == part)
}

/// The range after the changes of one side.
fn side_of(
    range: &Range<usize>,
    group: &[SideChange<'_>],
    is_mine: bool,
    (old, new): (&[&str], &[&str]),
) -> String {
    let mut text = String::new();
    let mut at = range.start;
    for side in group.iter().filter(|side| side.is_mine == is_mine) {
        text.push_str(&old[at..side.change.old.start].concat());
        text.push_str(&new[side.change.new.clone()].concat());
        at = side.change.old.end;
    }
    text.push_str(&old[at..range.end].concat());
    text
}

/// Cuts a text into paragraphs, list items, headings and rows of tables, and what is between them.
/// Together they are the text.
fn pieces(text: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let (mut at, mut was_text) = (0, false);
    for line in text.split_inclusive('\n') {
        let is_text = !line.trim().is_empty();
        if is_text {
            match was_text && !begins_block(line) {
                true => drop(cuts.pop()),
                false => cuts.push(at),
            }
            cuts.push(at + line.trim_end_matches('\n').len());
        }
        was_text = is_text;
        at += line.len();
    }
    cuts.push(at);
    let pieces = cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]);
    pieces.filter(|piece| !piece.is_empty()).collect()
}

fn begins_block(line: &str) -> bool {
    let line = line.trim_start();
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_number =
        number.len() < line.len() && (number.starts_with(". ") || number.starts_with(") "));
    let signs = ["- ", "* ", "+ ", "|", "#"];
    is_number || signs.iter().any(|sign| line.starts_with(sign))
}

/// Returns what must be replaced in `from` to make it `to`, with places in UTF-16 units as browsers
/// count them, last place first.
pub fn edits(from: &str, to: &str) -> Vec<TextEdit> {
    let (old, new) = (pieces(from), pieces(to));
    let units = |text: &str| text.encode_utf16().count() as u32;
    let mut places = Vec::with_capacity(old.len() + 1);
    let mut place = 0;
    for piece in &old {
        places.push(place);
        place += units(piece);
    }
    places.push(place);
    let mut found: Vec<TextEdit> = (changes(&old, &new).into_iter())
        .map(|change| TextEdit {
            start: places[change.old.start],
            end: places[change.old.end],
            text: new[change.new].concat(),
        })
        .collect();
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn merged(base: &str, mine: &str, theirs: &str) -> String {
        let merged = merge(base, mine, theirs);
        merged
            .text()
            .unwrap_or_else(|| format!("{:?}", merged.conflicts()))
    }

    #[test]
    fn changes_of_different_paragraphs_are_merged() {
        let base = "One.\n\nTwo.\n\nThree.\n";
        assert_eq!(
            merged(
                base,
                "One!\n\nTwo.\n\nThree.\n",
                "One.\n\nTwo.\n\nThree, and more.\n"
            ),
            "One!\n\nTwo.\n\nThree, and more.\n"
        );
        assert_eq!(
            merged(
                base,
                "Two.\n\nThree.\n",
                "One.\n\nTwo.\n\nThree.\n\nFour.\n"
            ),
            "Two.\n\nThree.\n\nFour.\n"
        );
        // The last paragraph and one that follows it are different paragraphs.
        assert_eq!(
            merged("One", "One, changed", "One\n\nTwo"),
            "One, changed\n\nTwo"
        );
        assert_eq!(
            merged("- a\n- b\n- c", "- a\n- x\n- c", "- a\n- b\n- y"),
            "- a\n- x\n- y"
        );
    }

    #[test]
    fn two_additions_to_one_place_both_stay() {
        assert_eq!(
            merged("One", "One\n\nMine", "One\n\nTheirs"),
            "One\n\nTheirs\n\nMine"
        );
        assert_eq!(merged("", "Mine", "Theirs"), "Theirs\n\nMine");
        assert_eq!(merged("One", "One\n\nSame", "One\n\nSame"), "One\n\nSame");
        assert_eq!(
            merged("One", "One\n\nSame", "One\n\nSame\n\nMore"),
            "One\n\nSame\n\nMore"
        );
    }

    #[test]
    fn a_paragraph_that_both_changed_is_a_conflict_of_this_paragraph() {
        let merged = merge("A\n\nB\n\nC", "A1\n\nB1\n\nC", "A\n\nB2\n\nC2");
        let place = ConflictPlace {
            base: "B".to_owned(),
            mine: "B1".to_owned(),
            theirs: "B2".to_owned(),
        };
        assert_eq!(merged.conflicts(), [place]);
        assert_eq!(merged.text(), None);
        assert_eq!(merged.decided(Prefer::Mine), "A1\n\nB1\n\nC2");
        assert_eq!(merged.decided(Prefer::Theirs), "A1\n\nB2\n\nC2");
        assert_eq!(merged.decided(Prefer::Both), "A1\n\nB2\n\nB1\n\nC2");
        // A paragraph that one removed and the other changed.
        assert_eq!(merge("A\n\nB", "A", "A\n\nB2").conflicts().len(), 1);
    }

    #[test]
    fn pieces_are_the_text() {
        let text = "\n# A\nB\nC\n \n- d\n  e\n- f\n\n1. g\n|h|\n";
        let cut = pieces(text);
        assert_eq!(cut.concat(), text);
        assert_eq!(
            cut,
            [
                "\n",
                "# A\nB\nC",
                "\n \n",
                "- d\n  e",
                "\n",
                "- f",
                "\n\n",
                "1. g",
                "\n",
                "|h|",
                "\n"
            ]
        );
    }

    fn applied(from: &str, to: &str) -> String {
        let mut units: Vec<u16> = from.encode_utf16().collect();
        for edit in edits(from, to) {
            let text: Vec<u16> = edit.text.encode_utf16().collect();
            units.splice(edit.start as usize..edit.end as usize, text);
        }
        String::from_utf16_lossy(&units)
    }

    fn words(text: &str) -> Vec<&str> {
        text.split_whitespace().collect()
    }

    /// Texts of few words, so that many paragraphs are the same.
    fn text() -> impl Strategy<Value = String> {
        let paragraph = prop::collection::vec("[abcé😀]", 1..4).prop_map(|words| words.join(" "));
        let between = prop::sample::select(vec!["\n\n", "\n", "\n\n\n", "\n- "]);
        prop::collection::vec((paragraph, between), 0..8).prop_map(|parts| {
            let parts = parts
                .iter()
                .map(|(paragraph, between)| format!("{paragraph}{between}"));
            parts.collect()
        })
    }

    proptest! {
        #[test]
        fn one_side_alone_is_taken(base in text(), mine in text()) {
            prop_assert_eq!(merge(&base, &mine, &base).text(), Some(mine.clone()));
            prop_assert_eq!(merge(&base, &base, &mine).text(), Some(mine.clone()));
            prop_assert_eq!(merge(&base, &mine, &mine).text(), Some(mine));
        }

        #[test]
        fn no_added_word_is_lost(base in text(), mine in text(), theirs in text()) {
            let merged = merge(&base, &mine.replace('a', "mine"), &theirs.replace('a', "theirs"));
            let both = merged.decided(Prefer::Both);
            let count = |text: &str, word: &str| words(text).iter().filter(|found| **found == word).count();
            let mine = mine.replace('a', "mine");
            prop_assert!(count(&both, "mine") >= count(&mine, "mine"));
            prop_assert!(count(&both, "theirs") >= count(&theirs, "a"));
            let sides = merge(&base, &theirs, &mine).conflicts().len();
            prop_assert_eq!(sides, merge(&base, &mine, &theirs).conflicts().len());
        }

        #[test]
        fn different_paragraphs_never_conflict(sides in prop::collection::vec(0..3u8, 1..12)) {
            let text = |side: u8| {
                let parts = sides.iter().enumerate().map(|(number, of)| match *of == side {
                    true => format!("Paragraph {number} of {side}"),
                    false => format!("Paragraph {number}"),
                });
                parts.collect::<Vec<_>>().join("\n\n")
            };
            let expected: Vec<String> = sides.iter().enumerate().map(|(number, of)| match of {
                0 => format!("Paragraph {number}"),
                of => format!("Paragraph {number} of {of}"),
            }).collect();
            let merged = merge(&text(9), &text(1), &text(2)).text();
            prop_assert_eq!(merged, Some(expected.join("\n\n")));
        }

        #[test]
        fn edits_make_the_other_text(from in text(), to in text()) {
            prop_assert_eq!(applied(&from, &to), to);
        }
    }
}
