//! Escapes dollar signs that do not begin formulas. In "put $HOME/bin on your `$PATH`" the parser
//! would see a formula that ends inside the code. Such signs are escaped before the source is
//! parsed.

use std::borrow::Cow;
use std::ops::Range;

use comrak::nodes::{Node, NodeValue};
use comrak::{Arena, Options, parse_document};

/// Rounds of escaping. Each false formula can hide another one after it.
const MAX_ROUNDS: usize = 8;

pub(super) fn escape_prose<'s>(source: &'s str, options: &Options) -> Cow<'s, str> {
    let mut source = Cow::Borrowed(source);
    if !source.contains('$') {
        return source;
    }
    for _ in 0..MAX_ROUNDS {
        let places = places_of_prose(&source, options);
        if places.is_empty() {
            break;
        }
        let mut escaped = String::with_capacity(source.len() + places.len());
        let mut done = 0;
        for place in places {
            escaped.push_str(&source[done..place]);
            escaped.push('\\');
            done = place;
        }
        escaped.push_str(&source[done..]);
        source = Cow::Owned(escaped);
    }
    source
}

/// Returns the byte offsets of the signs that open false formulas, in ascending order.
fn places_of_prose(source: &str, options: &Options) -> Vec<usize> {
    let arena = Arena::new();
    let root = parse_document(&arena, source, options);
    let line_starts: Vec<usize> = std::iter::once(0)
        .chain(source.match_indices('\n').map(|(at, _)| at + 1))
        .collect();
    let mut places: Vec<usize> = root
        .descendants()
        .filter(|node| is_prose(node))
        .filter_map(|node| {
            let start = node.data().sourcepos.start;
            let place =
                line_starts.get(start.line.checked_sub(1)?)? + start.column.checked_sub(1)?;
            // Positions can be wrong, for example after unusual line ends, so check for the sign
            // before escaping it.
            (source.as_bytes().get(place) == Some(&b'$')).then_some(place)
        })
        .collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// Finds the formulas of a source: the range of each with its signs, and whether it is displayed. A
/// formula that is interrupted by other signs, as in a quote of several lines, is not found.
pub(super) fn formulas(source: &str, options: &Options) -> Vec<(Range<usize>, bool)> {
    let escaped = escape_prose(source, options);
    let arena = Arena::new();
    let root = parse_document(&arena, &escaped, options);
    let line_starts: Vec<usize> = std::iter::once(0)
        .chain(escaped.match_indices('\n').map(|(at, _)| at + 1))
        .collect();
    let mut found: Vec<(usize, String, bool)> = root
        .descendants()
        .filter_map(|node| {
            let node = node.data();
            let NodeValue::Math(formula) = &node.value else {
                return None;
            };
            let start = node.sourcepos.start;
            let place =
                line_starts.get(start.line.checked_sub(1)?)? + start.column.checked_sub(1)?;
            let sign = if formula.display_math { "$$" } else { "$" };
            let written = format!("{sign}{}{sign}", formula.literal);
            let is_there = escaped.get(place..)?.starts_with(&written);
            is_there.then_some((place, written, formula.display_math))
        })
        .collect();
    found.sort_by_key(|(place, ..)| *place);
    let mut places = Places::new(source, &escaped);
    found
        .into_iter()
        .filter_map(|(place, written, is_display)| {
            let start = places.original(place);
            let is_there = source.get(start..)?.starts_with(&written);
            is_there.then(|| (start..start + written.len(), is_display))
        })
        .collect()
}

/// Maps positions in the escaped source to positions in the source, in ascending order.
struct Places<'s> {
    source: &'s [u8],
    escaped: &'s [u8],
    at: (usize, usize),
}

impl<'s> Places<'s> {
    fn new(source: &'s str, escaped: &'s str) -> Self {
        Self {
            source: source.as_bytes(),
            escaped: escaped.as_bytes(),
            at: (0, 0),
        }
    }

    fn original(&mut self, place: usize) -> usize {
        let (mut original, mut escaped) = self.at;
        while escaped < place {
            let is_added = self.escaped.get(escaped) == Some(&b'\\')
                && self.source.get(original) == Some(&b'$');
            original += usize::from(!is_added);
            escaped += 1;
        }
        self.at = (original, escaped);
        original
    }
}

fn is_prose(node: Node<'_>) -> bool {
    match &node.data().value {
        NodeValue::Math(formula) if !formula.display_math => {
            formula.literal.contains('`') || has_sentence(&formula.literal)
        }
        _ => false,
    }
}

/// Returns true for three words in a row, without a LaTeX command that could make them text of a
/// formula.
fn has_sentence(formula: &str) -> bool {
    let is_word = |word: &&str| word.len() > 1 && word.chars().all(char::is_alphabetic);
    let words: Vec<_> = formula.split_whitespace().collect();
    !formula.contains('\\') && words.windows(3).any(|three| three.iter().all(is_word))
}
