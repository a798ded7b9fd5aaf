//! Judges which tags of a text are markup.

use std::collections::HashMap;

use super::TagStrictness;
use super::names::{PAGE, VOID};
use super::near::{Near, names_a_pair};
use super::read::{FoundTag, TagKind};
use crate::question_bank::server::exchange::markup::html::is_formula;

/// Tells for each piece whether it is markup.
pub fn judged(source: &str, reading: TagStrictness, pieces: &[FoundTag]) -> Vec<bool> {
    let is_html = reading == TagStrictness::Html;
    let partners = partners(pieces);
    let is_page = is_html && begins_page(pieces, source);
    let mut is_markup: Vec<bool> = partners.iter().map(Option::is_some).collect();
    let mut inside = Nesting::default();
    for (at, piece) in pieces.iter().enumerate() {
        let name = piece.name.as_str();
        let near = Near::of(source, &piece.range);
        let is_mention = near.is_named() || near.is_apart();
        is_markup[at] = match piece.kind {
            TagKind::Sign | TagKind::Nothing | TagKind::Program => false,
            _ if PAGE.contains(&name) => is_page,
            // Real scripts and style sheets were removed before, so this tag is text.
            _ if matches!(name, "script" | "style") => false,
            TagKind::Start if VOID.contains(&name) => match name {
                "br" | "hr" | "wbr" => !near.is_named(),
                "img" => piece.has_source,
                "col" => inside.table > 0,
                _ => is_html && piece.values > 0,
            },
            TagKind::End if VOID.contains(&name) => is_html && !is_mention,
            _ => match partners[at] {
                Some(partner) => {
                    let (start, end) = (at.min(partner), at.max(partner));
                    !names_a_pair(source, reading, &pieces[start], &pieces[end])
                }
                None if piece.is_closed => is_html || is_formula(name),
                None if piece.kind == TagKind::End => is_html && !is_mention,
                None if is_formula(name) => is_html && inside.formula > 0,
                None if name == "p" => {
                    let is_plain = piece.attributes == piece.values && !near.is_joined();
                    is_plain && !is_mention && (is_html || near.begins_line())
                }
                None if inside.holds(name) => true,
                None => is_html && piece.values > 0 && !is_mention,
            },
        };
        if is_markup[at] {
            inside.pass(piece);
        }
    }
    is_markup
}

/// Returns for each start tag the index of its end tag, and the reverse.
fn partners(pieces: &[FoundTag]) -> Vec<Option<usize>> {
    let mut partners = vec![None; pieces.len()];
    let mut open: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece.kind {
            TagKind::Start if !piece.is_closed => open.entry(&piece.name).or_default().push(at),
            TagKind::End => {
                if let Some(start) = open.get_mut(piece.name.as_str()).and_then(Vec::pop) {
                    partners[start] = Some(at);
                    partners[at] = Some(start);
                }
            }
            _ => {}
        }
    }
    partners
}

/// True if the first piece begins a page that has more content than this tag.
fn begins_page(pieces: &[FoundTag], source: &str) -> bool {
    let first = pieces.iter().find(|piece| piece.kind != TagKind::Nothing);
    let is_first = |piece: &FoundTag| {
        let before = source[..piece.range.start].trim();
        let is_nothing = before.is_empty() || before.ends_with('>') && before.starts_with('<');
        let is_tag = piece.kind == TagKind::Start && PAGE.contains(&piece.name.as_str());
        is_tag && is_nothing && (piece.values > 0 || pieces.len() > 2)
    };
    first.is_some_and(is_first)
}

/// Depth within elements whose parts need no end tag.
#[derive(Default)]
struct Nesting {
    list: usize,
    terms: usize,
    table: usize,
    select: usize,
    ruby: usize,
    formula: usize,
}

impl Nesting {
    fn pass(&mut self, piece: &FoundTag) {
        let depth = match piece.name.as_str() {
            "ul" | "ol" => &mut self.list,
            "dl" => &mut self.terms,
            "table" => &mut self.table,
            "select" => &mut self.select,
            "ruby" => &mut self.ruby,
            "math" | "m:math" | "mml:math" => &mut self.formula,
            _ => return,
        };
        *depth = match piece.kind {
            TagKind::Start => *depth + 1,
            _ => depth.saturating_sub(1),
        };
    }

    fn holds(&self, name: &str) -> bool {
        let depth = match name {
            "li" => self.list,
            "dt" | "dd" => self.terms,
            "td" | "th" | "tr" | "thead" | "tbody" | "tfoot" | "colgroup" | "caption" => self.table,
            "option" | "optgroup" => self.select,
            "rt" | "rp" | "rb" => self.ruby,
            _ => 0,
        };
        depth > 0
    }
}
