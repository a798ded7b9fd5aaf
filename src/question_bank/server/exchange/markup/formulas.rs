//! Converts formulas between Moodle's Markdown and ours. Moodle's pages look for `\(…\)` and
//! `\[…\]` in the finished HTML, so the source has these backslashes escaped. Ours are between
//! dollar signs.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use super::code;
use crate::platform::markdown;

/// The opening and the closing sign in a Moodle source, and our sign.
const SIGNS: [(&str, &str, &str); 2] = [("\\\\(", "\\\\)", "$"), ("\\\\[", "\\\\]", "$$")];

/// Converts Moodle's Markdown to ours.
pub fn read(source: &str) -> String {
    if !SIGNS.iter().any(|(open, ..)| source.contains(open)) {
        return source.to_owned();
    }
    let mut out = String::with_capacity(source.len());
    let mut done = 0;
    let mut open: Option<(usize, usize)> = None;
    for at in outside(source, '\\', &programs(source)) {
        let Some(sign) = source.get(at..at + 3) else {
            continue;
        };
        if at < done || open.is_some_and(|(start, _)| at < start + 3) {
            continue;
        }
        if let Some(kind) = SIGNS.iter().position(|(open, ..)| *open == sign) {
            open = Some((at, kind));
        } else if let Some((start, kind)) = open
            && SIGNS[kind].1 == sign
        {
            open = None;
            let inner = &source[start + 3..at];
            let formula = unescaped(inner.trim());
            if !formula.is_empty() && !inner.contains("\n\n") && !formula.contains('$') {
                let sign = SIGNS[kind].2;
                out.push_str(&source[done..start]);
                out.push_str(&format!("{sign}{formula}{sign}"));
                done = at + 3;
            }
        }
    }
    out.push_str(&source[done..]);
    out
}

/// Converts our Markdown to Moodle's. A text that could not be read back unchanged keeps its dollar
/// signs.
pub fn write(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut done = 0;
    for (range, is_display) in markdown::formulas(source) {
        let (open, close, sign) = SIGNS[usize::from(is_display)];
        if range.start < done || range.len() <= 2 * sign.len() {
            continue;
        }
        let inner = &source[range.start + sign.len()..range.end - sign.len()];
        out.push_str(&source[done..range.start]);
        out.push_str(&format!("{open}{}{close}", escaped(inner)));
        done = range.end;
    }
    out.push_str(&source[done..]);
    if read(&out) == source {
        out
    } else if read(source) == source {
        source.to_owned()
    } else {
        // These signs are plain text here, but Moodle would read them as a formula.
        source.replace("\\\\(", "&#92;(").replace("\\\\[", "&#92;[")
    }
}

fn escaped(formula: &str) -> String {
    let mut out = String::with_capacity(formula.len() + 8);
    for c in formula.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

fn unescaped(formula: &str) -> String {
    let mut out = String::with_capacity(formula.len());
    let mut rest = formula;
    while let Some(c) = rest.chars().next() {
        let next = rest[c.len_utf8()..].chars().next();
        let entity = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&')]
            .into_iter()
            .find(|(entity, _)| rest.starts_with(entity));
        let (length, meant) = match (c, next, entity) {
            ('\\', Some(next), _) if next.is_ascii_punctuation() => (2, next),
            (_, _, Some((entity, meant))) => (entity.len(), meant),
            _ => (c.len_utf8(), c),
        };
        out.push(meant);
        rest = &rest[length..];
    }
    out
}

/// Finds the positions of `sign` in the text, outside of `ranges`.
fn outside(text: &str, sign: char, ranges: &[Range<usize>]) -> Vec<usize> {
    let mut ranges = ranges.iter().peekable();
    text.match_indices(sign)
        .map(|(at, _)| at)
        .filter(|at| {
            while ranges.next_if(|range| range.end <= *at).is_some() {}
            ranges.peek().is_none_or(|range| *at < range.start)
        })
        .collect()
}

/// Returns the byte ranges of fenced programs and of inline code.
fn programs(source: &str) -> Vec<Range<usize>> {
    let fenced = code::programs(source, |_| false, &[]);
    let mut programs: Vec<Range<usize>> = fenced
        .into_iter()
        .filter(|program| program.is_fenced)
        .map(|program| program.range)
        .collect();
    let runs = runs(source, &programs);
    let mut later: HashMap<(usize, usize), VecDeque<usize>> = HashMap::new();
    for run in &runs {
        let ends = later.entry((run.paragraph, run.length)).or_default();
        ends.push_back(run.at);
    }
    let mut done = 0;
    for run in runs {
        let (at, length) = (run.at, run.length);
        if at < done || run.is_escaped {
            continue;
        }
        let ends = later.entry((run.paragraph, length)).or_default();
        while ends.front().is_some_and(|end| *end <= at) {
            ends.pop_front();
        }
        if let Some(end) = ends.front() {
            done = end + length;
            programs.push(at..done);
        }
    }
    programs.sort_by_key(|range| range.start);
    programs
}

/// A row of backticks.
struct BacktickRun {
    at: usize,
    length: usize,
    /// Number of the paragraph, beyond which inline code never goes.
    paragraph: usize,
    is_escaped: bool,
}

fn runs(source: &str, fenced: &[Range<usize>]) -> Vec<BacktickRun> {
    let mut runs: Vec<BacktickRun> = Vec::new();
    let (mut done, mut paragraph) = (0, 0);
    for at in outside(source, '`', fenced) {
        match runs.last_mut() {
            Some(run) if run.at + run.length == at => run.length += 1,
            _ => {
                paragraph += source[done..at].matches("\n\n").count();
                done = at;
                runs.push(BacktickRun {
                    at,
                    length: 1,
                    paragraph,
                    is_escaped: source[..at].ends_with('\\'),
                });
            }
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_written_for_moodle_and_read_back() {
        for (ours, moodles) in [
            ("Is $x^2$ it?", r"Is \\(x^2\\) it?"),
            ("$a_1*b_2$ and $c$", r"\\(a\_1\*b\_2\\) and \\(c\\)"),
            (r"$\frac{1}{2}$", r"\\(\\frac\{1\}\{2\}\\)"),
            ("$a<b$", r"\\(a&lt;b\\)"),
            ("so:\n\n$$x$$\n\nit", "so:\n\n\\\\[x\\\\]\n\nit"),
            ("`$x$` is code", "`$x$` is code"),
            ("```\n$x$\n```", "```\n$x$\n```"),
            ("`\\\\(x\\\\)`", "`\\\\(x\\\\)`"),
            ("It costs 5$ or 6$.", "It costs 5$ or 6$."),
            (
                "put $HOME/bin on your `$PATH`",
                "put $HOME/bin on your `$PATH`",
            ),
            (
                "- one $x$\n- two $y$",
                "- one \\\\(x\\\\)\n- two \\\\(y\\\\)",
            ),
        ] {
            assert_eq!(write(ours), moodles, "{ours}");
            assert_eq!(read(moodles), ours, "{moodles}");
        }
        assert_eq!(read(r"\\(x\\"), r"\\(x\\");
        assert_eq!(read(r"f\(x\)"), r"f\(x\)");
        assert_eq!(write(r"\\(x\\)"), r"&#92;(x\\)");
    }
}
