//! Rewrites mdBook's Markdown to the platform's. Each step edits in place the elements that the
//! scan found. All other text stays exactly as the author wrote it.

use std::collections::{BTreeMap, HashMap};

use super::config::Maths;
use super::links::{BookLinks, LinkTarget};
use super::quiz::Quizzes;
use super::scan::{self, Link, Scan};
use super::source::{Edits, Problems, Source};
use super::{anchors, aquascope, code, elements, include, notes};
use code::CodeBlock;

/// Data that the rewriting needs besides the text.
pub struct Context<'a, 'b> {
    pub links: &'a mut BookLinks<'b>,
    pub quizzes: &'a mut Quizzes<'b>,
    pub problems: &'a mut Problems,
    pub hidelines: &'a BTreeMap<String, String>,
    pub maths: Maths,
    /// Index of the page that the text belongs to.
    pub page: usize,
}

/// Rewrites the text of a page.
pub fn page(source: &Source, cx: &mut Context<'_, '_>) -> String {
    let scan = scan::scan(source.text());
    let mut edits = Edits::default();
    headings(&scan, source, &mut edits);
    quizzes(&scan, source, cx, &mut edits);
    let mut fences = code_blocks(&scan, cx);
    body(&scan, source, cx, &mut edits, &mut fences);
    finish(edits, source)
}

/// Rewrites a text of a question. Code that names no language is in `language`.
pub fn question_text(source: &Source, language: &str, cx: &mut Context<'_, '_>) -> String {
    let scan = scan::scan(source.text());
    let mut edits = Edits::default();
    let mut fences = code_blocks(&scan, cx);
    for block in fences.values_mut() {
        if ["", "ide"].contains(&block.language.as_str()) {
            block.language = language.to_owned();
        }
        *block = aquascope::with_marked_changes(std::mem::take(block));
    }
    body(&scan, source, cx, &mut edits, &mut fences);
    finish(edits, source)
}

fn body(
    scan: &Scan,
    source: &Source,
    cx: &mut Context<'_, '_>,
    edits: &mut Edits,
    fences: &mut HashMap<usize, CodeBlock>,
) {
    elements::rewrite(scan, source, cx, edits, fences);
    for (index, fence) in scan.fences.iter().enumerate() {
        if include::is_left_out(&fence.content) {
            edits.delete(fence.range.clone());
        } else if let Some(block) = fences.get(&index) {
            let prefix = scan::line_prefix(source.text(), fence.range.start);
            edits.replace(fence.range.clone(), block.markdown(&prefix));
        }
    }
    notes::rewrite(scan, source.text(), edits);
    link_targets(scan, source, cx, edits);
    dollars(scan, source.text(), cx.maths, edits);
    unknown_directives(scan, source, cx, edits);
}

fn finish(edits: Edits, source: &Source) -> String {
    let text = include::unescape(&edits.apply(source.text()));
    let mut out = String::with_capacity(text.len());
    let mut fence: Option<String> = None;
    // Removed elements leave blank lines; keep at most one in a row.
    let mut blank: Option<&str> = None;
    for line in text.lines() {
        let start = line.trim_start_matches([' ', '>']);
        if fence.is_none() && start.is_empty() {
            blank = Some(
                blank
                    .filter(|blank| blank.is_empty())
                    .unwrap_or(line.trim()),
            );
            continue;
        }
        if let Some(blank) = blank.take().filter(|_| !out.is_empty()) {
            out.push_str(blank);
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        let ticks = start.chars().take_while(|c| *c == '`').count();
        let (ticks, rest) = start.split_at(ticks);
        match &fence {
            Some(open) if ticks.len() >= open.len() && rest.trim().is_empty() => fence = None,
            None if ticks.len() >= 3 && !rest.contains('`') => fence = Some(ticks.to_owned()),
            _ => {}
        }
    }
    out
}

/// Removes the heading that repeats the title, and shifts the others so that the highest is
/// second-level. The topic's page shows the title as its only first-level heading.
fn headings(scan: &Scan, source: &Source, edits: &mut Edits) {
    let text = source.text();
    let title = anchors::title_heading(scan, text);
    let rest = || {
        scan.headings
            .iter()
            .enumerate()
            .filter(|(index, _)| Some(*index) != title)
    };
    let on_page = rest().filter(|(_, heading)| !heading.in_container);
    let top = on_page.map(|(_, heading)| heading.level).min().unwrap_or(2);
    if let Some(title) = title {
        edits.delete(scan.headings[title].range.clone());
    }
    for (_, heading) in rest() {
        let level = (heading.level + 2).saturating_sub(top).clamp(2, 6);
        let marks = "#".repeat(level);
        let whole = &text[heading.range.clone()];
        let written = whole.len() - whole.trim_start_matches('#').len();
        if written > 0 {
            edits.replace(heading.range.start..heading.range.start + written, marks);
        } else {
            edits.insert(heading.range.start, format!("{marks} "));
            let underline = whole.rfind('\n').unwrap_or(whole.len());
            edits.delete(heading.range.start + underline..heading.range.end);
        }
        let braces = whole.rfind('{').filter(|_| heading.has_attributes);
        if let (Some(open), Some(close)) = (braces, whole.rfind('}')) {
            let id = heading
                .id
                .as_ref()
                .map_or_else(String::new, |id| format!("{{#{id}}}"));
            edits.replace(
                heading.range.start + open..heading.range.start + close + 1,
                id,
            );
        }
    }
}

fn code_blocks(scan: &Scan, cx: &Context<'_, '_>) -> HashMap<usize, CodeBlock> {
    let blocks = scan.fences.iter().enumerate().map(|(index, fence)| {
        let block = if aquascope::is_aquascope(&fence.info) {
            aquascope::code_block(&fence.info, &fence.content)
        } else {
            CodeBlock::new(&fence.info, &fence.content, cx.hidelines)
        };
        (index, block)
    });
    blocks.collect()
}

/// Returns the element that marks the place of a question in a topic's text.
pub fn question_place(key: &str) -> String {
    let key = super::html::escaped(key);
    format!("<div data-question=\"{key}\"></div>")
}

/// Replaces `{{#quiz path}}` by the places of its questions.
fn quizzes(scan: &Scan, source: &Source, cx: &mut Context<'_, '_>, edits: &mut Edits) {
    for directive in include::directives(source.text()) {
        if directive.name != "quiz" || scan.is_inert(directive.range.start) {
            continue;
        }
        let place = source.place(directive.range.start);
        let keys = cx
            .quizzes
            .place(directive.argument, &place, cx.page, cx.problems);
        let prefix = scan::container_prefix(source.text(), directive.range.start);
        let blank = prefix.trim_end();
        let mut out = String::new();
        for key in keys {
            let place = question_place(&key);
            out.push_str(&format!("\n{blank}\n{prefix}{place}"));
        }
        edits.replace(directive.range, format!("{out}\n{blank}\n"));
    }
}

/// Removes directives that no step knows, since learners should not see them. Names of tabs become
/// bold text. Directives in code stay.
fn unknown_directives(scan: &Scan, source: &Source, cx: &mut Context<'_, '_>, edits: &mut Edits) {
    for directive in include::directives(source.text()) {
        if scan.is_inert(directive.range.start) || directive.name == "quiz" {
            continue;
        }
        let tab = directive
            .argument
            .strip_prefix("name=")
            .filter(|_| directive.name == "tab");
        if let Some(name) = tab {
            edits.replace(directive.range, format!("**{}**", name.trim_matches('"')));
            continue;
        }
        if !["tabs", "endtab", "endtabs"].contains(&directive.name) {
            let sign = if directive.name.starts_with('%') {
                ""
            } else {
                "#"
            };
            let message = format!(
                "'{{{{{sign}{}}}}}' is not known here and was left out",
                directive.name
            );
            cx.problems
                .warn(&source.place(directive.range.start), message);
        }
        edits.delete(directive.range);
    }
}

fn link_targets(scan: &Scan, source: &Source, cx: &mut Context<'_, '_>, edits: &mut Edits) {
    for link in &scan.links {
        let target = match link.is_image {
            true => cx.links.image(cx.page, &link.target),
            false => cx.links.link(cx.page, &link.target),
        };
        match cx.resolved(target, source, link.range.start) {
            Resolved::Kept => {}
            Resolved::To(target) => relinked(link, &target, edits),
            Resolved::Nowhere => {
                edits.delete(link.range.start..link.inner.start);
                edits.delete(link.inner.end..link.range.end);
            }
        }
    }
    for (range, target) in &scan.definitions {
        let kept = matches!(cx.links.link(cx.page, target), LinkTarget::Kept);
        if !kept {
            edits.delete(range.clone());
        }
    }
}

fn relinked(link: &Link, target: &str, edits: &mut Edits) {
    let title = match link.title.as_str() {
        "" => String::new(),
        title => format!(" \"{}\"", title.replace('"', "&quot;")),
    };
    let open = if link.is_image { "![" } else { "[" };
    edits.replace(link.range.start..link.inner.start, open);
    edits.replace(
        link.inner.end..link.range.end,
        format!("]({target}{title})"),
    );
}

/// Replacement of a link whose problem, if any, has been reported.
pub enum Resolved {
    Kept,
    To(String),
    Nowhere,
}

impl Context<'_, '_> {
    pub fn resolved(&mut self, target: LinkTarget, source: &Source, at: usize) -> Resolved {
        let place = source.place(at);
        match target {
            LinkTarget::Kept => Resolved::Kept,
            LinkTarget::To(target) => Resolved::To(target),
            LinkTarget::Near(target, why) => {
                self.problems.warn(&place, why);
                Resolved::To(target)
            }
            LinkTarget::Broken(why) => {
                self.problems.warn(&place, why);
                Resolved::Nowhere
            }
            LinkTarget::Refused(why) => {
                self.problems.error(&place, why);
                Resolved::Nowhere
            }
        }
    }
}

/// Escapes dollar signs in a book without formulas, because the platform reads `$…$` as a formula.
/// MathJax's brackets become dollars.
fn dollars(scan: &Scan, text: &str, maths: Maths, edits: &mut Edits) {
    match maths {
        Maths::Dollars => {}
        Maths::MathJax => formulas(scan, text, edits),
        Maths::None => {
            for range in &scan.texts {
                for (at, _) in text[range.clone()].match_indices('$') {
                    let at = range.start + at;
                    if !text[..at].ends_with('\\') {
                        edits.insert(at, "\\");
                    }
                }
            }
        }
    }
}

/// Brackets of formulas: opening, closing, and whether the formula is displayed on a line of its
/// own. First the brackets of mdBook's guide, then those of TeX.
const BRACKETS: [(&str, &str, bool); 4] = [
    ("\\\\(", "\\\\)", false),
    ("\\\\[", "\\\\]", true),
    ("\\(", "\\)", false),
    ("\\[", "\\]", true),
];

fn formulas(scan: &Scan, text: &str, edits: &mut Edits) {
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        let start = at + found;
        match formula(scan, text, start) {
            Some((end, formula)) => {
                edits.replace(start..end, formula);
                at = end;
            }
            None => {
                let backslashes = text[start..].bytes().take_while(|byte| *byte == b'\\');
                at = start + backslashes.count();
            }
        }
    }
}

/// Returns the end of the formula that begins at this backslash, and the formula in dollars.
fn formula(scan: &Scan, text: &str, start: usize) -> Option<(usize, String)> {
    let rest = &text[start..];
    let mut kinds = BRACKETS.iter();
    let (open, close, stands_alone) = kinds.find(|(open, ..)| rest.starts_with(open))?;
    let inner_start = start + open.len();
    let inner_end = inner_start + closing(&text[inner_start..], close)?;
    let inner = &text[inner_start..inner_end];
    let end = inner_end + close.len();
    let sides = |c: char| c.is_whitespace() || c == '>';
    let mut lines = inner.trim_matches(sides).lines();
    let is_paragraph = lines.all(|line| !line.trim_matches(sides).is_empty());
    if scan.is_inert(start) || !is_paragraph || scan.in_html(start) {
        return None;
    }
    let is_markdown = open.starts_with("\\\\");
    if !is_markdown && !is_plain_formula(text, start, end, *stands_alone) {
        return None;
    }
    // Between doubled backslashes the text is Markdown, so resolve its escapes, which MathJax never
    // sees.
    let formula = match is_markdown {
        true => without_escapes(inner),
        false => inner.to_owned(),
    };
    let formula = match formula.contains('\n') {
        true => formula.as_str(),
        false => formula.trim(),
    };
    let dollars = if *stands_alone { "$$" } else { "$" };
    Some((end, format!("{dollars}{formula}{dollars}")))
}

/// Returns the offset of the first closing bracket without another backslash before it.
fn closing(text: &str, close: &str) -> Option<usize> {
    let mut found = text.match_indices(close).map(|(at, _)| at);
    found.find(|at| !text[..*at].ends_with('\\'))
}

/// Returns true if single backslashes make a formula. They can also escape brackets of the text, as
/// in `f\(x\)`, or in `\[1\]` within a line.
fn is_plain_formula(text: &str, start: usize, end: usize, stands_alone: bool) -> bool {
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let (before, after) = (&text[line_start..start], &text[end..line_end]);
    match stands_alone {
        true => {
            before.chars().all(|c| " \t>".contains(c))
                && after.trim_end_matches(['.', ',']).trim().is_empty()
        }
        false => !before.ends_with(|c: char| c.is_alphanumeric() || c == ']'),
    }
}

/// Characters that authors escape for Markdown. mdBook resolves other escapes too, but `\,` and
/// `\{` are meant for TeX.
const MARKDOWN_SIGNS: &str = "\\_*~`[]<>";

fn without_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if c == '\\' && MARKDOWN_SIGNS.contains(*next) => {
                out.extend(chars.next());
            }
            _ => out.push(c),
        }
    }
    out
}
